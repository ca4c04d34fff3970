//! What the service keeps, and all of its SQL: SQLite or PostgreSQL through one code path.
//!
//! Reads go through a [`Store`] or a [`Tx`], writes only through a [`Tx`], so that a change, the entry in the audit that tells
//! of it and the job that follows from it are kept together or not at all. Repositories take and return `domain` values;
//! sealing and opening happen in here, so that nothing above ever holds a key.

pub mod accounts;
pub mod audit;
mod backup;
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
pub mod retention;
pub mod voices;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

pub use backup::{Snapshot, add_keys, sqlite_file};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
    sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous},
};
use sea_orm_migration::MigratorTrait;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::{
    config::{Config, ConfigError},
    domain::{Clock, Entropy},
    sealing::{MasterKeys, SealingError},
};

/// The file of the database, where the configuration names no other.
pub const DATABASE: &str = "soapstone.db";

/// How long another process that writes to the same file is waited for.
const BUSY: Duration = Duration::from_secs(30);

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
    /// An entry of the audit was not kept, and what it was to tell of was not done.
    #[error("the audit: {0}")]
    Audit(String),
    /// PostgreSQL is copied with its own tools.
    #[error("the database is PostgreSQL, which has tools of its own for this")]
    NotSqlite,
    /// Somebody else changed it in the meantime.
    #[error("it was changed by somebody else in the meantime")]
    Changed,
}

/// The store. Cheap to clone; all clones share one pool of connections.
#[derive(Clone)]
pub struct Store {
    db: DatabaseConnection,
    vault: Arc<Vault>,
    audit: audit::group::Group,
}

/// What sealing needs, and whose turn it is to write.
struct Vault {
    keys: MasterKeys,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    turn: Arc<Mutex<()>>,
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
    /// Whether this is a transaction, which may write what it reads.
    writes: bool,
}

impl Reader for Store {
    fn inside(&self) -> Inside<'_, impl ConnectionTrait> {
        Inside { conn: &self.db, vault: &self.vault, writes: false }
    }
}

impl Reader for Tx {
    fn inside(&self) -> Inside<'_, impl ConnectionTrait> {
        Inside { conn: &self.tx, vault: &self.vault, writes: true }
    }
}

/// A transaction. What was written through it is gone unless [`Tx::commit`] is called.
pub struct Tx {
    tx: DatabaseTransaction,
    vault: Arc<Vault>,
    // After the transaction: the next one's turn comes when this one is over.
    _turn: Option<OwnedMutexGuard<()>>,
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
        if config.store.database.is_none() {
            let folder = config.paths.state()?;
            std::fs::create_dir_all(folder).map_err(|source| StoreError::Folder { path: folder.to_owned(), source })?;
        }
        let db = Database::connect(connect_options(config)?).await?;
        migrations::Migrator::up(&db, None).await?;
        queue::migrate(&db).await?;
        let vault = Arc::new(Vault { keys, clock, entropy, turn: Arc::default() });
        let audit = audit::group::Group::start(db.clone(), Arc::clone(&vault));
        let store = Self { db, vault, audit };
        let tx = store.begin().await?;
        keys::rewrap(&tx).await?;
        tx.commit().await?;
        Ok(store)
    }

    /// Begins a transaction. SQLite has one writer at a time, and this waits until it is this one: whoever has a transaction
    /// begins no other, and appends nothing to the audit beside it, before it is over.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        Tx::begin(&self.db, &self.vault).await
    }

    /// Closes all connections, so that the file of the database stands alone.
    pub async fn close(self) -> Result<(), StoreError> {
        Ok(self.db.close().await?)
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.db.ping().await?)
    }
}

/// How many steps the database of `config` is behind this release, `None` if there is none yet; errs where `keys` do not open
/// it. Nothing is changed.
pub async fn inspect(config: &Config, keys: MasterKeys) -> Result<Option<usize>, StoreError> {
    let url = database_url(config)?;
    let file = url.strip_prefix("sqlite:").map(|file| file.strip_prefix("//").unwrap_or(file));
    if file.is_some_and(|file| !Path::new(file).exists()) {
        return Ok(None);
    }
    let db = Database::connect(connect_options(config)?).await?;
    let waiting = migrations::Migrator::get_pending_migrations(&db).await?.len();
    if waiting == 0 {
        keys::open_all(&db, &keys).await?;
    }
    Ok(Some(waiting))
}

impl Tx {
    async fn begin(db: &DatabaseConnection, vault: &Arc<Vault>) -> Result<Self, StoreError> {
        // Waiting here, in order and without a connection, costs nothing. SQLite itself would try again now and then, let
        // others pass, and keep connections from those who only read.
        let turn = match db.get_database_backend() {
            DbBackend::Sqlite => Some(Arc::clone(&vault.turn).lock_owned().await),
            _ => None,
        };
        let immediate = Some(SqliteTransactionMode::Immediate);
        let options = TransactionOptions { sqlite_transaction_mode: immediate, ..TransactionOptions::default() };
        let tx = db.begin_with_options(options).await?;
        Ok(Self { tx, vault: Arc::clone(vault), _turn: turn })
    }

    /// Keeps what was written. When this returns it is on the disk.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.tx.commit().await?)
    }
}

fn connect_options(config: &Config) -> Result<ConnectOptions, StoreError> {
    let url = database_url(config)?;
    // A file answers or fails; only a connection over a network can have gone away since it was used last.
    let may_be_gone = !url.starts_with("sqlite:");
    let mut options = ConnectOptions::new(url);
    options.max_connections(config.store.connections).sqlx_logging(false).test_before_acquire(may_be_gone);
    options.map_sqlx_sqlite_opts(|options| {
        // A commit is on the disk when it returns, also through a power cut; readers never wait for the writer.
        let options = options.create_if_missing(true).foreign_keys(true).journal_mode(SqliteJournalMode::Wal);
        options
            .synchronous(SqliteSynchronous::Full)
            // Another process (a worker, a command) may be writing.
            .busy_timeout(BUSY)
            // What was deleted is overwritten, and does not linger in free pages.
            .pragma("secure_delete", "ON")
    });
    Ok(options)
}

fn database_url(config: &Config) -> Result<String, StoreError> {
    match &config.store.database {
        Some(url) => Ok(url.clone()),
        None => Ok(format!("sqlite:{}", config.paths.state()?.join(DATABASE).display())),
    }
}
