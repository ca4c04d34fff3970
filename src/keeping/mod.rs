//! What becomes of visits in the long run: they are copied ([`backup`]), brought back ([`restore`]), and erased when their time is
//! over ([`retention`]).

pub mod backup;
mod files;
mod manifest;
pub mod restore;
pub mod retention;

use std::{io, path::PathBuf};

use crate::{
    audio::SegmentError,
    config::ConfigError,
    store::{StoreError, audit::AuditBreak},
};

/// Why something was not copied, brought back or erased.
#[derive(Debug, thiserror::Error)]
pub enum KeepingError {
    /// The configuration names no place.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The folder of audio failed.
    #[error(transparent)]
    Segments(#[from] SegmentError),
    /// The system refuses.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// PostgreSQL has tools of its own.
    #[error(
        "`soapstone {command}` is for SQLite, and the configuration's database is PostgreSQL: use pg_dump (or pg_basebackup) and \
         pg_restore for it, and copy the folder of audio after the dump; docs/OPERATIONS.md has the commands"
    )]
    Postgres {
        /// What was asked for.
        command: &'static str,
    },
    /// There is nothing to copy.
    #[error("there is no database at {}: nothing was kept here yet, or the configuration names another place", path.display())]
    NoDatabase {
        /// Where it should be.
        path: PathBuf,
    },
    /// Another backup is on its way.
    #[error("another backup is being written to {}: wait for its end", folder.display())]
    Busy {
        /// Where.
        folder: PathBuf,
    },
    /// The backups in the folder are of something else, and its keys would be replaced.
    #[error(
        "the newest backup in {} is of another database, or of a later day of this one: its keys would be lost; give \
         another folder",
        folder.display()
    )]
    OtherDatabase {
        /// Where.
        folder: PathBuf,
    },
    /// There is no backup.
    #[error("there is no backup in {}: give the folder that `soapstone backup --to` wrote to, or one of the backups in it", folder.display())]
    NoBackup {
        /// Where one was looked for.
        folder: PathBuf,
    },
    /// The backup is not what was written.
    #[error("the backup is damaged: {} {what}; nothing was restored", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// There is something where the backup would go.
    #[error("{} is there already: restore into an empty state folder, and put what is there aside first", path.display())]
    Occupied {
        /// What.
        path: PathBuf,
    },
    /// The master key is not there, and a new one would open nothing.
    #[error("a backup holds no master key: put the one that was in use to {}, or name it as keys.master, first", path.display())]
    NoMasterKey {
        /// Where it belongs.
        path: PathBuf,
    },
    /// The list of what was erased cannot be read.
    #[error("{}, line {line}: this is no line of `soapstone audit export`", path.display())]
    NotAnAudit {
        /// The file.
        path: PathBuf,
        /// Which line, counted from 1.
        line: usize,
    },
    /// The audit of the backup is not what was written.
    #[error("the audit in the backup is not what was written: {0}; nothing was restored")]
    Audit(AuditBreak),
}
