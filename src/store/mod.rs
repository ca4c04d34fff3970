//! What the service keeps, and all of its SQL: SQLite or PostgreSQL through one code path.
//!
//! Reads go through a [`Store`] or a [`Tx`], writes only through a [`Tx`], so that a change, the entry in the audit that tells
//! of it and the job that follows from it are kept together or not at all. Repositories take and return `domain` values;
//! sealing and opening happen in here, so that nothing above ever holds a key.

pub mod accounts;
pub mod audit;
pub mod credentials;
pub mod deliveries;
pub mod documents;
pub mod encounters;
mod entity;
pub mod idempotency;
pub mod jobs;
pub mod keys;
mod migrations;
pub mod queue;
pub mod voices;

use std::{path::PathBuf, sync::Arc};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
    sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous},
};
use sea_orm_migration::MigratorTrait;

use crate::{
    config::{Config, ConfigError},
    domain::{Clock, Entropy},
    sealing::{MasterKeys, SealingError},
};

/// The file of the database, where the configuration names no other.
pub const DATABASE: &str = "soapstone.db";

/// Why something could not be kept or found.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder of the service has no place.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The folder of the database cannot be made.
    #[error("cannot make the folder {}: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The database failed. What it says holds names of tables and columns and no values.
    #[error("the database: {0}")]
    Database(#[from] DbErr),
    /// A row cannot be opened.
    #[error("{table} {row}: {source}")]
    Sealed {
        /// The table.
        table: &'static str,
        /// The row's key.
        row: String,
        /// Why.
        source: SealingError,
    },
    /// A row holds what this release does not know.
    #[error("{table} {row}: {column} is not what this release writes")]
    Row {
        /// The table.
        table: &'static str,
        /// The row's key.
        row: String,
        /// The column.
        column: &'static str,
    },
    /// The queue of jobs failed.
    #[error("the queue of jobs: {0}")]
    Queue(String),
    /// Somebody else changed it in the meantime.
    #[error("it was changed by somebody else in the meantime")]
    Changed,
}

/// The store. Cheap to clone; all clones share one pool of connections.
#[derive(Clone)]
pub struct Store {
    db: DatabaseConnection,
    vault: Arc<Vault>,
}

/// What sealing needs.
struct Vault {
    keys: MasterKeys,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// Where reads run: in the store at large, or inside a transaction.
pub trait Reader: Sync {
    #[doc(hidden)]
    fn inside(&self) -> Inside<'_, impl ConnectionTrait>;
}

#[doc(hidden)]
pub struct Inside<'a, C> {
    conn: &'a C,
    vault: &'a Vault,
}

impl Reader for Store {
    fn inside(&self) -> Inside<'_, impl ConnectionTrait> {
        Inside { conn: &self.db, vault: &self.vault }
    }
}

impl Reader for Tx {
    fn inside(&self) -> Inside<'_, impl ConnectionTrait> {
        Inside { conn: &self.tx, vault: &self.vault }
    }
}

/// A transaction. What was written through it is gone unless [`Tx::commit`] is called.
pub struct Tx {
    tx: DatabaseTransaction,
    vault: Arc<Vault>,
}

impl Store {
    /// Opens the database of `config`, which is made where it does not exist, and brings its tables up to this release. Keys that
    /// a master key of before wrapped are wrapped with the present one.
    pub async fn open(
        config: &Config,
        keys: MasterKeys,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, StoreError> {
        let db = Database::connect(connect_options(config)?).await?;
        migrations::Migrator::up(&db, None).await?;
        queue::migrate(&db).await?;
        let store = Self { db, vault: Arc::new(Vault { keys, clock, entropy }) };
        let tx = store.begin().await?;
        keys::rewrap(&tx).await?;
        tx.commit().await?;
        Ok(store)
    }

    /// Begins a transaction. SQLite has one writer at a time, and this waits until it is this one.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let immediate = Some(SqliteTransactionMode::Immediate);
        let options = TransactionOptions { sqlite_transaction_mode: immediate, ..TransactionOptions::default() };
        let tx = self.db.begin_with_options(options).await?;
        Ok(Tx { tx, vault: Arc::clone(&self.vault) })
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.db.ping().await?)
    }
}

impl Tx {
    /// Keeps what was written. When this returns it is on the disk.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.tx.commit().await?)
    }
}

fn connect_options(config: &Config) -> Result<ConnectOptions, StoreError> {
    let url = match &config.store.database {
        Some(url) => url.clone(),
        None => sqlite_url(config)?,
    };
    let mut options = ConnectOptions::new(url);
    options.max_connections(config.store.connections).sqlx_logging(false);
    options.map_sqlx_sqlite_opts(|options| {
        // A commit is on the disk when it returns, also through a power cut; readers never wait for the writer.
        let options = options.create_if_missing(true).foreign_keys(true).journal_mode(SqliteJournalMode::Wal);
        options
            .synchronous(SqliteSynchronous::Full)
            // What was deleted is overwritten, and does not linger in free pages.
            .pragma("secure_delete", "ON")
    });
    Ok(options)
}

fn sqlite_url(config: &Config) -> Result<String, StoreError> {
    let folder = config.paths.state()?;
    std::fs::create_dir_all(folder).map_err(|source| StoreError::Folder { path: folder.to_owned(), source })?;
    Ok(format!("sqlite:{}", folder.join(DATABASE).display()))
}
