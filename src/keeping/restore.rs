//! Bringing a backup back into an empty state folder.
//!
//! Everything is put together beside its place, checked file by file while it is copied, opened with the master key and its
//! audit read from end to end. Only then is it moved to where it belongs, so that a backup that is damaged, or a key that is
//! not its own, leaves nothing behind.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    KeepingError, files,
    manifest::{self, DATABASE, FileEntry, KEYS, Keys, Manifest, Place},
    retention::{self, Erasable},
};
use crate::{
    config::Config,
    domain::{Actor, AuditAction, AuditEvent, Clock, EncounterId, Entropy, Progress},
    sealing::MasterKeys,
    store::{
        self, Store, StoreError,
        audit::{self, AuditHead},
        credentials::{self, CredentialKind},
        encounters,
        keys::KeptKey,
    },
};

/// What was brought back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// From which backup.
    pub backup: PathBuf,
    /// When that was taken.
    pub taken_at: jiff::Timestamp,
    /// How many visits there are now.
    pub visits: usize,
    /// How many of the backup's had been erased after it was taken, and were not brought back.
    pub erased: usize,
    /// How the audit ends now.
    pub audit: AuditHead,
}

/// What is to be brought back.
pub struct Restore<'a> {
    /// A folder of backups, of which the newest is taken, or one backup.
    pub from: &'a Path,
    /// The list of keys, where it is not beside the backup.
    pub keys: Option<&'a Path>,
    /// An export of the audit that tells what was erased after the backup was taken.
    pub erased: Option<&'a Path>,
}

/// Errs unless there is a place for a backup: a database that can be brought back, nothing in its place, and the master key.
pub fn check(config: &Config) -> Result<(), KeepingError> {
    let database = store::sqlite_file(config)?.ok_or(KeepingError::Postgres { command: "restore" })?;
    let state = config.paths.state()?;
    let audio = state.join("audio");
    for path in [database, audio] {
        let is_empty = path.is_dir() && files::list(&path)?.is_empty();
        if path.exists() && !is_empty {
            return Err(KeepingError::Occupied { path });
        }
    }
    let own_key = state.join("master.key");
    if config.keys.master.is_none() && !own_key.is_file() {
        return Err(KeepingError::NoMasterKey { path: own_key });
    }
    Ok(())
}

impl Restore<'_> {
    /// Brings the backup back to where `config` says.
    pub async fn run(
        &self,
        config: &Config,
        masters: MasterKeys,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        progress: Progress<'_>,
    ) -> Result<Restored, KeepingError> {
        check(config)?;
        let database = store::sqlite_file(config)?.ok_or(KeepingError::Postgres { command: "restore" })?;
        let (backup, manifest) = self.find()?;
        let keys = self.keys(&backup, &masters)?;
        let again = self.erased.map(read_erasures).transpose()?.unwrap_or_default();
        let state = config.paths.state()?;
        files::make_folder(state)?;
        let beside = tempfile::Builder::new().prefix(".restoring-").tempdir_in(state);
        let beside = beside.map_err(files::failed("write", state))?;
        copy(&backup, &manifest, &keys, &again, beside.path(), progress)?;

        let copy = beside.path().join(DATABASE);
        store::add_keys(&copy, &keys).await?;
        let mut opened = config.clone();
        opened.store.database = Some(format!("sqlite:{}", copy.display()));
        let store = Store::open(&opened, masters, clock, entropy).await?;
        let verified = audit::verify(&store, Some(&manifest.audit)).await?;
        verified.map_err(KeepingError::Audit)?;
        let erased = erase_again(&store, &keys, &again).await?;
        let name = backup.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let audit = begin_anew(&store, &name).await?;
        let visits = encounters::ids(&store).await?.len();
        store.close().await?;

        put_in_place(beside.path(), state, &database)?;
        Ok(Restored { backup, taken_at: manifest.taken_at, visits, erased, audit })
    }

    /// The backup and what it consists of.
    fn find(&self) -> Result<(PathBuf, Manifest), KeepingError> {
        let nothing = || KeepingError::NoBackup { folder: self.from.to_owned() };
        if let Some(manifest) = Manifest::read(self.from)? {
            return Ok((self.from.to_owned(), manifest));
        }
        let newest = manifest::backups_in(self.from)?.pop().ok_or_else(nothing)?;
        let manifest = Manifest::read(&newest)?.ok_or_else(nothing)?;
        Ok((newest, manifest))
    }

    /// The keys, each of which the master key opens.
    fn keys(&self, backup: &Path, masters: &MasterKeys) -> Result<Vec<KeptKey>, KeepingError> {
        let beside = backup.canonicalize().map_err(files::failed("read", backup))?;
        let beside = beside.parent().unwrap_or(Path::new("/")).join(KEYS);
        let path = self.keys.map_or(beside, Path::to_owned);
        let missing = || KeepingError::Damaged { path: path.clone(), what: "is not there".to_owned() };
        let keys = Keys::read(&path)?.ok_or_else(missing)?.keys;
        for key in &keys {
            let damaged =
                || KeepingError::Damaged { path: path.clone(), what: format!("holds no key for {}", key.owner) };
            let wrapped = key.wrapped().ok_or_else(damaged)?;
            let opened = masters.unwrap(&key.owner, &wrapped);
            opened.map_err(|source| StoreError::Sealed { table: KEYS, row: key.owner.clone(), source })?;
        }
        Ok(keys)
    }
}

/// Something that was erased after a backup was taken.
type Erasure = (EncounterId, Erasable);

/// Copies the database and the audio that can be read, each file checked.
fn copy(
    backup: &Path,
    manifest: &Manifest,
    keys: &[KeptKey],
    again: &BTreeSet<Erasure>,
    beside: &Path,
    progress: Progress<'_>,
) -> Result<(), KeepingError> {
    let audio = beside.join("audio");
    files::make_folder(&audio)?;
    let readable: BTreeSet<EncounterId> = keys.iter().filter_map(KeptKey::audio_of).collect();
    let whole = manifest.files.iter().map(|file| file.bytes).sum::<u64>().max(1);
    let mut done = 0;
    for file in &manifest.files {
        progress(done as f32 / whole as f32);
        done += file.bytes;
        if let Some(Place::AudioOf(encounter)) = file.place() {
            let is_erased = [Erasable::Audio, Erasable::Visit].iter().any(|what| again.contains(&(encounter, *what)));
            if is_erased || !readable.contains(&encounter) {
                continue;
            }
        }
        copy_checked(&backup.join(&file.path), &beside.join(&file.path), file)?;
    }
    for folder in files::list(&audio)? {
        files::sync_folder(&folder)?;
    }
    files::sync_folder(&audio)
}

fn copy_checked(from: &Path, to: &Path, expected: &FileEntry) -> Result<(), KeepingError> {
    let damaged = |what: &str| KeepingError::Damaged { path: from.to_owned(), what: what.to_owned() };
    if !from.is_file() {
        return Err(damaged("is not there"));
    }
    if let Some(folder) = to.parent() {
        files::make_folder(folder)?;
    }
    let copied = files::copy(from, to, &expected.path)?;
    if copied == *expected { Ok(()) } else { Err(damaged("is not what was written")) }
}

/// Takes out what was erased after the backup was taken: visits without a key, and what `again` names. How many visits that are.
async fn erase_again(store: &Store, keys: &[KeptKey], again: &BTreeSet<Erasure>) -> Result<usize, KeepingError> {
    let owners: BTreeSet<&str> = keys.iter().map(|key| key.owner.as_str()).collect();
    let mut visits = 0;
    for encounter in encounters::ids(store).await? {
        let has_key = owners.contains(encounter.to_string().as_str());
        let named = Erasable::ALL.into_iter().filter(|what| again.contains(&(encounter, *what)));
        let erased = if has_key { Vec::from_iter(named) } else { vec![Erasable::Visit] };
        visits += usize::from(erased.contains(&Erasable::Visit));
        for what in erased {
            retention::erase_again(store, encounter, what).await?;
        }
    }
    Ok(visits)
}

/// Ends every session, which may have been ended since, and notes in the audit that all this was brought back.
async fn begin_anew(store: &Store, backup: &str) -> Result<AuditHead, KeepingError> {
    let tx = store.begin().await?;
    credentials::revoke_all(&tx, CredentialKind::Session, None).await?;
    credentials::revoke_all(&tx, CredentialKind::Setup, None).await?;
    let restored = AuditEvent::done(Actor::Operator, AuditAction::Administer).object(format!("restore/{backup}"));
    let entry = audit::append(&tx, &restored).await?;
    tx.commit().await?;
    Ok(AuditHead { sequence: entry.sequence, hash: entry.hash })
}

/// Audio first: a database without its audio would look whole.
fn put_in_place(beside: &Path, state: &Path, database: &Path) -> Result<(), KeepingError> {
    let audio = state.join("audio");
    if audio.is_dir() {
        fs::remove_dir(&audio).map_err(files::failed("replace", &audio))?;
    }
    files::rename(&beside.join("audio"), &audio)?;
    if let Some(folder) = database.parent() {
        files::make_folder(folder)?;
    }
    files::describe(&beside.join(DATABASE), DATABASE)?;
    files::rename(&beside.join(DATABASE), database)
}

/// What the lines of an export of the audit say was erased.
fn read_erasures(path: &Path) -> Result<BTreeSet<Erasure>, KeepingError> {
    let text = fs::read_to_string(path).map_err(files::failed("read", path))?;
    let mut erasures = BTreeSet::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let wrong = || KeepingError::NotAnAudit { path: path.to_owned(), line: number + 1 };
        let line: ExportedEntry = serde_json::from_str(line).map_err(|_| wrong())?;
        let what = match (line.action.as_str(), line.object.as_deref()) {
            _ if line.outcome != "done" => None,
            ("withdraw", _) => Some(Erasable::Visit),
            ("erase", Some(object)) => Erasable::parse(object),
            _ => None,
        };
        erasures.extend(line.encounter.zip(what));
    }
    Ok(erasures)
}

/// What of a line of the export matters here.
#[derive(serde::Deserialize)]
struct ExportedEntry {
    action: String,
    encounter: Option<EncounterId>,
    object: Option<String>,
    outcome: String,
}
