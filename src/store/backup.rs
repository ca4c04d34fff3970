//! Copies of the database, and what is put into one that is restored. SQLite alone: PostgreSQL has tools of its own.
//!
//! A copy holds no keys. They are kept beside all copies, once, so that a visit whose key is erased can be read in none of them.

use std::{
    io,
    path::{Path, PathBuf},
};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, EntityTrait, Statement,
    sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous},
};

use super::{
    DATABASE, Store, StoreError,
    audit::{self, AuditHead},
    encounters,
    entity::{encounter, encounter_key},
    keys::{self, KeptKey},
};
use crate::{config::Config, domain::EncounterId};

/// What a copy of the database holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// How its audit ends.
    pub head: AuditHead,
    /// Its visits.
    pub encounters: Vec<EncounterId>,
}

impl Store {
    /// Copies the database, as it is at this moment and without keys, to the new file `path`. Nobody waits for it.
    pub async fn snapshot(&self, path: &Path) -> Result<Snapshot, StoreError> {
        if self.db.get_database_backend() != DbBackend::Sqlite {
            return Err(StoreError::NotSqlite);
        }
        let copy = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [text(path)?.into()]);
        self.db.execute_raw(copy).await?;
        let copy = open_alone(path).await?;
        encounter_key::Entity::delete_many().exec(&copy).await?;
        let encounters = encounters::ids_of(encounter::Entity::find(), &copy).await?;
        let snapshot = Snapshot { head: audit::head(&copy).await?, encounters };
        copy.close().await?;
        Ok(snapshot)
    }
}

/// Puts `keys` into the database file `path`, which has none, as [`Store::snapshot`] wrote it.
pub async fn add_keys(path: &Path, keys: &[KeptKey]) -> Result<(), StoreError> {
    let copy = open_alone(path).await?;
    keys::import(&copy, keys).await?;
    Ok(copy.close().await?)
}

/// The file of the database that `config` names; `None` where it is PostgreSQL.
pub fn sqlite_file(config: &Config) -> Result<Option<PathBuf>, StoreError> {
    let Some(url) = &config.store.database else { return Ok(Some(config.paths.state()?.join(DATABASE))) };
    let file = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"));
    Ok(file.map(|file| file.split('?').next().unwrap_or(file).into()))
}

/// A database file that nobody else uses. What is deleted in it is overwritten, and it has no journal beside it once it is closed.
async fn open_alone(path: &Path) -> Result<DatabaseConnection, StoreError> {
    let file = path.to_owned();
    let mut options = ConnectOptions::new("sqlite:");
    options.max_connections(1).sqlx_logging(false);
    options.map_sqlx_sqlite_opts(move |options| {
        let options = options.filename(&file).journal_mode(SqliteJournalMode::Delete);
        options.synchronous(SqliteSynchronous::Full).pragma("secure_delete", "ON")
    });
    Ok(Database::connect(options).await?)
}

fn text(path: &Path) -> Result<String, StoreError> {
    let unwritable = || StoreError::Folder { path: path.to_owned(), source: io::ErrorKind::InvalidFilename.into() };
    path.to_str().map(str::to_owned).ok_or_else(unwritable)
}
