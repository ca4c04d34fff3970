//! What lies in a folder of backups:
//!
//! ```text
//! keys.json                 the wrapped keys of all visits that are not erased: once, for all backups
//! 20261129T020000Z/
//!   manifest.json           every other file with its SHA-256, and how the audit ends
//!   soapstone.db            the database without keys
//!   audio/<visit>/<number>.seg
//! ```
//!
//! Keys stand apart from what they seal, so that erasing a key from the one list erases what it sealed from every backup.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{KeepingError, files};
use crate::{
    audio::Segments,
    domain::EncounterId,
    store::{audit::AuditHead, keys::KeptKey},
};

/// The list of keys.
pub(super) const KEYS: &str = "keys.json";

/// What a backup consists of.
pub(super) const MANIFEST: &str = "manifest.json";

/// The copy of the database.
pub(super) const DATABASE: &str = "soapstone.db";

const MANIFEST_SCHEMA: &str = "soapstone.backup/1";
const KEYS_SCHEMA: &str = "soapstone.backup-keys/1";

/// What one backup consists of.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub schema: String,
    /// Which release wrote it.
    pub soapstone: String,
    pub taken_at: Timestamp,
    /// How the audit ends in it.
    pub audit: AuditHead,
    pub files: Vec<FileEntry>,
}

/// One file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileEntry {
    /// Below the folder of the backup.
    pub path: String,
    pub bytes: u64,
    pub sha256: String,
}

/// The list of keys.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    pub schema: String,
    pub keys: Vec<KeptKey>,
}

impl Manifest {
    pub(super) fn new(taken_at: Timestamp, audit: AuditHead, files: Vec<FileEntry>) -> Self {
        let soapstone = env!("CARGO_PKG_VERSION").to_owned();
        Self { schema: MANIFEST_SCHEMA.to_owned(), soapstone, taken_at, audit, files }
    }

    /// The manifest of the backup `folder`; `None` if it is no backup.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, KeepingError> {
        let path = folder.join(MANIFEST);
        let Some(manifest) = read::<Self>(&path)? else { return Ok(None) };
        check(&path, &manifest.schema, MANIFEST_SCHEMA)?;
        match manifest.files.iter().find(|file| file.place().is_none()) {
            Some(file) => Err(KeepingError::Damaged { path, what: format!("names the file {}", file.path) }),
            None => Ok(Some(manifest)),
        }
    }
}

impl Keys {
    pub(super) fn new(keys: Vec<KeptKey>) -> Self {
        Self { schema: KEYS_SCHEMA.to_owned(), keys }
    }

    /// The keys in the file `path`; `None` if there is none.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, KeepingError> {
        let Some(keys) = read::<Self>(path)? else { return Ok(None) };
        check(path, &keys.schema, KEYS_SCHEMA)?;
        Ok(Some(keys))
    }
}

/// Where a file of a backup belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Database,
    AudioOf(EncounterId),
}

impl FileEntry {
    /// What the file is; `None` if it is no file of a backup. Whatever a manifest names is read and written by that name, so
    /// only names of this form are.
    pub(super) fn place(&self) -> Option<Place> {
        if self.path == DATABASE {
            return Some(Place::Database);
        }
        let (folder, name) = self.path.strip_prefix("audio/")?.split_once('/')?;
        let encounter: EncounterId = folder.parse().ok()?;
        let is_ours = encounter.to_string() == folder && Segments::is_file_name(name);
        is_ours.then_some(Place::AudioOf(encounter))
    }
}

/// The backups in `folder`, the oldest first.
pub(super) fn backups_in(folder: &Path) -> Result<Vec<PathBuf>, KeepingError> {
    let is_backup = |path: &PathBuf| {
        let is_unfinished = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        !is_unfinished && path.join(MANIFEST).is_file()
    };
    Ok(files::list(folder)?.into_iter().filter(is_backup).collect())
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, KeepingError> {
    let text = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => text.map_err(files::failed("read", path))?,
    };
    let broken = |_| KeepingError::Damaged { path: path.to_owned(), what: "is not what a backup writes".to_owned() };
    serde_json::from_slice(&text).map(Some).map_err(broken)
}

fn check(path: &Path, schema: &str, expected: &str) -> Result<(), KeepingError> {
    if schema == expected {
        return Ok(());
    }
    let what = format!("is {schema}, and this release reads {expected}");
    Err(KeepingError::Damaged { path: path.to_owned(), what })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{SystemClock, SystemEntropy};

    #[test]
    fn a_manifest_leads_nowhere_but_into_its_backup() {
        let place = |path: &str| FileEntry { path: path.to_owned(), bytes: 0, sha256: String::new() }.place();
        let id = EncounterId::new(&SystemClock, &SystemEntropy);
        assert_eq!(place("soapstone.db"), Some(Place::Database));
        assert_eq!(place(&format!("audio/{id}/0000000007.seg")), Some(Place::AudioOf(id)));
        for elsewhere in ["/etc/passwd", "audio/../master.key", "keys.json", "audio/a/0000000007.seg"] {
            assert_eq!(place(elsewhere), None, "{elsewhere}");
        }
        for name in ["../0000000007.seg", "7.seg", "0000000007.seg/x", ".seg"] {
            assert_eq!(place(&format!("audio/{id}/{name}")), None, "{name}");
        }
    }
}
