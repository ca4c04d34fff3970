//! The store, on a real SQLite file, or on PostgreSQL where `SOAPSTONE_TEST_POSTGRES` names a server.

mod audit;
mod documents;
mod encounters;
mod rotation;

use std::{path::Path, sync::Arc};

use soapstone::{
    config::{Config, PathsConfig},
    domain::{AccountId, Encounter, EncounterDetails, Patient, SystemClock, SystemEntropy},
    sealing::{MasterKey, MasterKeys},
    store::{Store, StoreError, encounters as rows},
};
use tempfile::TempDir;

use crate::support::database;

/// A store of its own for a test; its folder goes with it.
struct Fixture {
    folder: TempDir,
    database: Option<String>,
    master: MasterKey,
    store: Store,
}

async fn fixture() -> Fixture {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let master = MasterKey::generate(&SystemEntropy);
    let database = database::postgres().await;
    let keys = MasterKeys::new(master.clone(), Vec::new());
    let store = open(folder.path(), database.as_deref(), keys).await.expect("the store opens");
    Fixture { folder, database, master, store }
}

async fn open(folder: &Path, database: Option<&str>, keys: MasterKeys) -> Result<Store, StoreError> {
    let mut config = Config { paths: PathsConfig::under(folder), ..Config::default() };
    config.store.database = database.map(str::to_owned);
    Store::open(&config, keys, Arc::new(SystemClock), Arc::new(SystemEntropy)).await
}

fn account() -> AccountId {
    AccountId::new(&SystemClock, &SystemEntropy)
}

fn details(name: &str) -> EncounterDetails {
    let patient = Patient { name: Some(name.into()), mrn: Some("MRN-4711".into()), ..Patient::default() };
    EncounterDetails { patient, room: Some("3".to_owned()), ..EncounterDetails::default() }
}

impl Fixture {
    /// The same database, opened with other master keys.
    async fn open(&self, keys: MasterKeys) -> Result<Store, StoreError> {
        open(self.folder.path(), self.database.as_deref(), keys).await
    }

    async fn encounter(&self, clinician: AccountId, name: &str) -> Encounter {
        let tx = self.store.begin().await.expect("a transaction");
        let encounter = rows::create(&tx, clinician, details(name)).await.expect("created");
        tx.commit().await.expect("committed");
        encounter
    }

    /// Every byte that the database has on the disk; of PostgreSQL, every row as it is written out.
    async fn bytes(&self) -> Vec<u8> {
        if let Some(database) = &self.database {
            return database::rows(database).await;
        }
        let files = ["soapstone.db", "soapstone.db-wal"].map(|name| self.folder.path().join("state").join(name));
        files.iter().flat_map(|file| std::fs::read(file).unwrap_or_default()).collect()
    }

    async fn holds(&self, text: &str) -> bool {
        let bytes = self.bytes().await;
        // PostgreSQL writes bytes out in hexadecimal.
        let hexadecimal: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        let has = |wanted: &[u8]| bytes.windows(wanted.len()).any(|window| window == wanted);
        has(text.as_bytes()) || has(hexadecimal.as_bytes())
    }
}
