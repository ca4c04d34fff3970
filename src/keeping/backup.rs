//! Copying everything but the master key, while the service runs.
//!
//! The order makes the copy whole: the database first, as it is at one moment; then the audio, of which every segment that
//! the copy tells of was on the disk by then; and last the keys, so that a visit that is erased meanwhile is erased from the
//! copy, too. Audio never changes, so that a later backup shares the files of an earlier one, by hard links.

use std::{
    collections::HashMap,
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use super::{
    KeepingError,
    files::{self, UNFINISHED, failed},
    manifest::{self, DATABASE, FileEntry, KEYS, Keys, MANIFEST, Manifest},
};
use crate::{
    audio::Segments,
    config::Config,
    domain::{Actor, AuditAction, AuditEvent, Clock, EncounterId, Progress},
    store::{self, Store, StoreError, audit, keys},
};

/// Held while a backup is written.
const LOCK: &str = ".lock";

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Where it is.
    pub folder: PathBuf,
    /// How many visits it holds.
    pub visits: usize,
    /// How many files, and how many bytes of them are new; the others are shared with the backup before.
    pub files: usize,
    /// See `files`.
    pub new_bytes: u64,
    /// How the audit ends in it.
    pub audit: audit::AuditHead,
}

/// Errs unless `config` names a database that can be copied.
pub fn check(config: &Config) -> Result<(), KeepingError> {
    let path = store::sqlite_file(config)?.ok_or(KeepingError::Postgres { command: "backup" })?;
    if path.is_file() { Ok(()) } else { Err(KeepingError::NoDatabase { path }) }
}

/// Copies `store` and `segments` into a new folder in `to`.
pub async fn take(
    store: &Store,
    segments: &Segments,
    to: &Path,
    clock: &dyn Clock,
    progress: Progress<'_>,
) -> Result<Taken, KeepingError> {
    files::make_folder(to)?;
    let _lock = lock(to)?;
    let before = before(store, to).await?;
    let now = clock.now();
    let name = now.strftime("%Y%m%dT%H%M%SZ").to_string();
    let place = to.join(&name);
    if place.exists() {
        return Err(KeepingError::Busy { folder: place });
    }
    let unfinished = to.join(format!("{UNFINISHED}{name}"));
    files::make_folder(&unfinished)?;

    let database = unfinished.join(DATABASE);
    let snapshot = store.snapshot(&database).await.map_err(|error| match error {
        StoreError::NotSqlite => KeepingError::Postgres { command: "backup" },
        error => error.into(),
    })?;
    let mut copied = vec![files::describe(&database, DATABASE)?];
    let mut new_bytes = copied[0].bytes;
    for (done, encounter) in snapshot.encounters.iter().enumerate() {
        progress(done as f32 / snapshot.encounters.len() as f32);
        new_bytes += copy_audio(segments, *encounter, &unfinished, before.as_ref(), &mut copied)?;
    }
    let (visits, files) = (snapshot.encounters.len(), copied.len() + 1);
    let manifest = Manifest::new(now, snapshot.head.clone(), copied);
    files::replace(&unfinished.join(MANIFEST), &json(&manifest))?;
    files::replace(&to.join(KEYS), &json(&Keys::new(keys::export(store).await?)))?;
    files::rename(&unfinished, &place)?;
    let exported = AuditEvent::done(Actor::Operator, AuditAction::Export).object(format!("backup/{name}"));
    audit::append_alone(store, &exported).await?;
    progress(1.0);
    Ok(Taken { folder: place, visits, files, new_bytes, audit: snapshot.head })
}

/// The newest backup in the folder, whose files can be shared.
struct Before {
    folder: PathBuf,
    files: HashMap<String, FileEntry>,
}

/// The backup before this one, of which this has to be a later day: its keys are replaced, and with them those of all others.
async fn before(store: &Store, to: &Path) -> Result<Option<Before>, KeepingError> {
    let Some(folder) = manifest::backups_in(to)?.pop() else { return Ok(None) };
    let manifest = Manifest::read(&folder)?.ok_or_else(|| KeepingError::NoBackup { folder: folder.clone() })?;
    if !audit::goes_on_from(store, &manifest.audit).await? {
        return Err(KeepingError::OtherDatabase { folder: to.to_owned() });
    }
    let files = manifest.files.into_iter().map(|file| (file.path.clone(), file));
    Ok(Some(Before { folder, files: files.collect() }))
}

/// Copies the audio of one visit, and says how many bytes of it are new.
fn copy_audio(
    segments: &Segments,
    encounter: EncounterId,
    unfinished: &Path,
    before: Option<&Before>,
    copied: &mut Vec<FileEntry>,
) -> Result<u64, KeepingError> {
    let sources = segments.files(encounter)?;
    if sources.is_empty() {
        return Ok(0);
    }
    let folder = format!("audio/{encounter}");
    files::make_folder(&unfinished.join(&folder))?;
    let mut new_bytes = 0;
    for source in sources {
        let name = format!("{folder}/{}", source.file_name().unwrap_or_default().to_string_lossy());
        let place = unfinished.join(&name);
        if let Some(shared) = before.and_then(|before| share(before, &name, &place)) {
            copied.push(shared);
            continue;
        }
        match files::copy(&source, &place, &name) {
            // The visit is being erased, and its keys with it.
            Err(KeepingError::Io { action: "read", source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
            entry => {
                let entry = entry?;
                new_bytes += entry.bytes;
                copied.push(entry);
            }
        }
    }
    files::sync_folder(&unfinished.join(&folder))?;
    Ok(new_bytes)
}

/// Links the file of the backup before, where it has it and the disk can.
fn share(before: &Before, name: &str, place: &Path) -> Option<FileEntry> {
    let entry = before.files.get(name)?;
    let shared = before.folder.join(name);
    let is_whole = fs::metadata(&shared).is_ok_and(|found| found.len() == entry.bytes);
    (is_whole && fs::hard_link(&shared, place).is_ok()).then(|| entry.clone())
}

/// Holds the folder for this backup alone, and removes what one that was killed left.
fn lock(to: &Path) -> Result<File, KeepingError> {
    let path = to.join(LOCK);
    let lock = File::create(&path).map_err(failed("write", &path))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(KeepingError::Busy { folder: to.to_owned() }),
        Err(TryLockError::Error(error)) => return Err(failed("lock", &path)(error)),
    }
    let is_unfinished =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(UNFINISHED));
    for path in files::list(to)?.into_iter().filter(is_unfinished) {
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.map_err(failed("remove", &path))?;
    }
    Ok(lock)
}

fn json(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec_pretty(value).expect("plain data")
}
