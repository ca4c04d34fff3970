//! The store, on a real SQLite file.

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

/// A store of its own for a test; its folder goes with it.
struct Fixture {
    folder: TempDir,
    master: MasterKey,
    store: Store,
}

async fn fixture() -> Fixture {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let master = MasterKey::generate(&SystemEntropy);
    let store = open(folder.path(), MasterKeys::new(master.clone(), Vec::new())).await;
    Fixture { folder, master, store }
}

async fn open(folder: &Path, keys: MasterKeys) -> Store {
    try_open(folder, keys).await.expect("the store opens")
}

async fn try_open(folder: &Path, keys: MasterKeys) -> Result<Store, StoreError> {
    let config = Config { paths: PathsConfig::under(folder), ..Config::default() };
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
    async fn encounter(&self, clinician: AccountId, name: &str) -> Encounter {
        let tx = self.store.begin().await.expect("a transaction");
        let encounter = rows::create(&tx, clinician, details(name)).await.expect("created");
        tx.commit().await.expect("committed");
        encounter
    }

    /// Every byte that the database has on the disk.
    fn bytes(&self) -> Vec<u8> {
        let files = ["soapstone.db", "soapstone.db-wal"].map(|name| self.folder.path().join("state").join(name));
        files.iter().flat_map(|file| std::fs::read(file).unwrap_or_default()).collect()
    }

    fn holds(&self, text: &str) -> bool {
        self.bytes().windows(text.len()).any(|window| window == text.as_bytes())
    }
}
