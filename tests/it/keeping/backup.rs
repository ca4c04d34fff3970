use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::json;
use soapstone::{
    config::{Config, PathsConfig},
    domain::{Actor, AuditAction, AuditEvent, EncounterId, SystemEntropy, no_progress},
    keeping::{
        KeepingError, backup,
        restore::{Restore, Restored},
    },
    notes,
    sealing::{MasterKey, MasterKeys},
    store::{Store, audit, encounters, keys},
};

use super::{Fixture, fixture, segment};

impl Fixture {
    fn backups(&self) -> PathBuf {
        self.folder.path().join("backups")
    }

    async fn backup(&self) -> backup::Taken {
        self.pass_days(1);
        let to = self.backups();
        let taken = backup::take(&self.store, &self.segments, &to, self.clock.as_ref(), &no_progress).await;
        taken.expect("copied")
    }

    /// Where a backup is brought back to, beside what it is of.
    fn elsewhere(&self) -> Config {
        let paths = PathsConfig::under(&self.folder.path().join("elsewhere"));
        fs::create_dir_all(&paths.state).expect("a folder");
        fs::write(paths.state.join("master.key"), self.master.to_base64().as_bytes()).expect("it can be written");
        Config { paths, ..Config::default() }
    }

    async fn restore(&self, wanted: Restore<'_>) -> Result<Restored, KeepingError> {
        self.restore_with(wanted, self.master.clone()).await
    }

    async fn restore_with(&self, wanted: Restore<'_>, master: MasterKey) -> Result<Restored, KeepingError> {
        let (config, masters) = (self.elsewhere(), MasterKeys::new(master, Vec::new()));
        wanted.run(&config, masters, self.clock.clone(), Arc::new(SystemEntropy), &no_progress).await
    }

    /// What was brought back, as a service of its own.
    async fn restored(&self) -> Self {
        let config = self.elsewhere();
        let (keys, clock) = (MasterKeys::new(self.master.clone(), Vec::new()), self.clock.clone());
        let store = Store::open(&config, keys, clock.clone(), Arc::new(SystemEntropy)).await.expect("the store opens");
        let segments = soapstone::audio::Segments::new(config.paths.state.join("audio"));
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (master, clinician) = (self.master.clone(), self.clinician.clone());
        Self { folder, config, master, store, segments, clock, clinician }
    }

    /// Nothing but the master key is where the backup was to go.
    fn left_nothing(&self) -> bool {
        let left = fs::read_dir(&self.elsewhere().paths.state).expect("a folder").flatten();
        left.map(|entry| entry.file_name()).collect::<Vec<_>>() == ["master.key"]
    }

    async fn erase(&self, id: EncounterId) {
        let tx = self.store.begin().await.expect("a transaction");
        encounters::erase(&tx, id).await.expect("erased");
        audit::append(&tx, &AuditEvent::done(Actor::Service, AuditAction::Withdraw).on(id)).await.expect("kept");
        tx.commit().await.expect("committed");
        self.segments.erase(id).expect("erased");
    }

    async fn says(&self, id: EncounterId, name: &str) {
        let encounter = encounters::get(&self.store, id).await.expect("read").expect("there");
        assert_eq!(encounter.details.patient.name.expect("a name").as_str(), name);
        assert!(notes::current(&self.store, id).await.expect("read").is_some());
        let key = keys::load_audio(&self.store, id).await.expect("read").expect("a key");
        for sequence in 0..2 {
            let read = self.segments.read(id, sequence, &key).expect("whole");
            assert!(read == segment(name, sequence), "segment {sequence}");
        }
    }
}

fn newest(backups: &Path) -> Restore<'_> {
    Restore { from: backups, keys: None, erased: None }
}

fn holds(folder: &Path, text: &[u8]) -> bool {
    fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()).any(|path| match path.is_dir() {
        true => holds(&path, text),
        false => fs::read(&path).expect("readable").windows(text.len()).any(|window| window == text),
    })
}

#[tokio::test]
async fn what_was_kept_is_read_back_and_the_audit_goes_on() {
    let fixture = fixture().await;
    let (one, other) = (fixture.signed("Jane Roe").await, fixture.visit("John Doe").await);
    let taken = fixture.backup().await;
    // Database, manifest, and two segments a visit.
    assert_eq!((taken.visits, taken.files), (2, 6));
    let restored = fixture.restore(newest(&fixture.backups())).await.expect("brought back");
    assert_eq!((restored.visits, restored.erased, &restored.backup), (2, 0, &taken.folder));
    let again = fixture.restored().await;
    again.says(one, "Jane Roe").await;
    again.says(other, "John Doe").await;
    let head = audit::verify(&again.store, Some(&taken.audit)).await.expect("read").expect("whole");
    assert_eq!(head, restored.audit);
    let newest = audit::list(&again.store, None, None, 1).await.expect("listed").remove(0).event;
    assert_eq!((newest.action, newest.actor), (AuditAction::Administer, Actor::Operator));
    assert!(newest.object.expect("an object").starts_with("restore/2026"));
}

#[tokio::test]
async fn a_backup_tells_nothing_without_the_master_key_and_another_key_restores_nothing() {
    let fixture = fixture().await;
    fixture.signed("Jane Roe").await;
    fixture.backup().await;
    assert!(holds(&fixture.backups(), b"soapstone.backup/1"));
    for secret in ["Jane Roe", "lisinopril", fixture.master.to_base64().as_str()] {
        assert!(!holds(&fixture.backups(), secret.as_bytes()), "{secret}");
    }
    let other = MasterKey::generate(&SystemEntropy);
    let backups = fixture.backups();
    let refused = fixture.restore_with(newest(&backups), other).await.expect_err("refused").to_string();
    assert!(refused.contains("keys.previous"), "{refused}");
    assert!(fixture.left_nothing());
}

#[tokio::test]
async fn a_later_backup_shares_audio_with_the_one_before() {
    let fixture = fixture().await;
    let one = fixture.visit("Jane Roe").await;
    let first = fixture.backup().await;
    let other = fixture.visit("John Doe").await;
    let second = fixture.backup().await;
    assert_ne!(first.folder, second.folder);
    let file = |backup: &backup::Taken, id| backup.folder.join(format!("audio/{id}/0000000001.seg"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let links = |path| fs::metadata(path).expect("there").nlink();
        assert_eq!((links(file(&second, one)), links(file(&second, other))), (2, 1));
    }
    fs::remove_dir_all(&first.folder).expect("an old backup can be removed");
    fixture.restore(newest(&fixture.backups())).await.expect("brought back");
    fixture.restored().await.says(one, "Jane Roe").await;
}

#[tokio::test]
async fn what_is_erased_is_erased_from_every_backup_with_the_next_one() {
    let fixture = fixture().await;
    let (gone, kept) = (fixture.visit("Jane Roe").await, fixture.visit("John Doe").await);
    let first = fixture.backup().await;
    fixture.erase(gone).await;
    fixture.backup().await;
    let restored = fixture.restore(newest(&first.folder)).await.expect("brought back");
    assert_eq!((restored.visits, restored.erased), (1, 1));
    let again = fixture.restored().await;
    assert_eq!(encounters::get(&again.store, gone).await.expect("read"), None);
    assert!(again.files(gone).is_empty());
    assert_eq!(again.audit_of(gone).await[0].event.action, AuditAction::Erase, "and the audit says so");
    again.says(kept, "John Doe").await;
}

#[tokio::test]
async fn audio_whose_time_was_over_does_not_come_back_with_an_old_backup() {
    let fixture = fixture().await;
    let id = fixture.signed("Jane Roe").await;
    let first = fixture.backup().await;
    fixture.pass_days(31);
    assert_eq!(fixture.erase_due().await.len(), 1);
    fixture.backup().await;
    fixture.restore(newest(&first.folder)).await.expect("brought back");
    assert_eq!(fixture.restored().await.has(id).await, (false, true, true));
}

#[tokio::test]
async fn what_an_export_of_the_audit_says_was_erased_is_erased_again() {
    let fixture = fixture().await;
    let (gone, mute, kept) =
        (fixture.visit("Jane Roe").await, fixture.visit("Ann Poe").await, fixture.visit("John Doe").await);
    fixture.backup().await;
    let line = |action: &str, object: Option<&str>, id: EncounterId, outcome: &str| {
        json!({ "sequence": 7, "action": action, "encounter": id, "object": object, "outcome": outcome }).to_string()
    };
    let lines = [
        line("withdraw", None, gone, "done"),
        line("erase", Some("audio"), mute, "done"),
        line("withdraw", None, kept, "refused"),
        line("view", Some("visit"), kept, "done"),
    ];
    let export = fixture.folder.path().join("audit.jsonl");
    fs::write(&export, lines.join("\n")).expect("it can be written");
    let backups = fixture.backups();
    let wanted = Restore { from: &backups, keys: None, erased: Some(&export) };
    let restored = fixture.restore(wanted).await.expect("brought back");
    assert_eq!((restored.visits, restored.erased), (2, 1));
    let again = fixture.restored().await;
    assert_eq!(encounters::get(&again.store, gone).await.expect("read"), None);
    assert_eq!(again.has(mute).await, (false, true, true));
    again.says(kept, "John Doe").await;
}

/// What is left of a file; `None` if nothing.
type Damage = fn(Vec<u8>) -> Option<Vec<u8>>;

#[tokio::test]
async fn a_damaged_backup_is_refused_and_leaves_nothing() {
    let fixture = fixture().await;
    let id = fixture.visit("Jane Roe").await;
    let taken = fixture.backup().await;
    let segment = format!("audio/{id}/0000000000.seg");
    let in_backup = |name: &str| taken.folder.join(name);
    let damages: [(PathBuf, Damage); 6] = [
        (in_backup(&segment), flip),
        (in_backup(&segment), |_| None),
        (in_backup("soapstone.db"), flip),
        (in_backup("soapstone.db"), |mut bytes| {
            bytes.truncate(bytes.len() / 2);
            Some(bytes)
        }),
        (in_backup("manifest.json"), |mut bytes| {
            bytes.truncate(bytes.len() / 2);
            Some(bytes)
        }),
        (fixture.backups().join("keys.json"), |_| None),
    ];
    for (file, damage) in damages {
        let whole = fs::read(&file).expect("readable");
        match damage(whole.clone()) {
            // Written anew: what is shared with another backup is not to be touched.
            Some(bytes) => fs::write(&file, bytes).expect("writable"),
            None => fs::remove_file(&file).expect("removed"),
        }
        let refused = fixture.restore(newest(&fixture.backups())).await.expect_err("refused").to_string();
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        assert!(refused.contains("the backup is damaged") && refused.contains(&name), "{refused}");
        assert!(fixture.left_nothing(), "{name}");
        fs::write(&file, whole).expect("writable");
    }
    fixture.restore(newest(&fixture.backups())).await.expect("whole again");
}

fn flip(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    Some(bytes)
}

#[tokio::test]
async fn nothing_is_restored_over_what_is_there_and_not_without_the_master_key() {
    let fixture = fixture().await;
    fixture.visit("Jane Roe").await;
    fixture.backup().await;
    let backups = fixture.backups();
    fixture.restore(newest(&backups)).await.expect("brought back");
    let again = fixture.restore(newest(&backups)).await.expect_err("refused");
    assert!(matches!(again, KeepingError::Occupied { .. }), "{again}");
    fs::remove_dir_all(fixture.elsewhere().paths.state).expect("removed");
    let mut config = fixture.elsewhere();
    fs::remove_file(config.paths.state.join("master.key")).expect("removed");
    let masters = || MasterKeys::new(fixture.master.clone(), Vec::new());
    let run = async |config: &Config| {
        let entropy = Arc::new(SystemEntropy);
        newest(&backups).run(config, masters(), fixture.clock.clone(), entropy, &no_progress).await
    };
    assert!(matches!(run(&config).await, Err(KeepingError::NoMasterKey { .. })));
    config.store.database = Some("postgres://soapstone@db/soapstone".to_owned());
    assert!(matches!(run(&config).await, Err(KeepingError::Postgres { .. })));
}

#[tokio::test]
async fn the_keys_of_one_database_do_not_take_the_place_of_anothers() {
    let (ours, theirs) = (fixture().await, fixture().await);
    let id = ours.visit("Jane Roe").await;
    audit::append_alone(&ours.store, &AuditEvent::done(Actor::Service, AuditAction::Start)).await.expect("kept");
    ours.backup().await;
    theirs.visit("John Doe").await;
    theirs.pass_days(9);
    let to = ours.backups();
    let refused = backup::take(&theirs.store, &theirs.segments, &to, theirs.clock.as_ref(), &no_progress).await;
    assert!(matches!(refused, Err(KeepingError::OtherDatabase { .. })), "{refused:?}");
    ours.restore(newest(&to)).await.expect("brought back");
    ours.restored().await.says(id, "Jane Roe").await;
}

#[tokio::test]
async fn what_a_killed_backup_left_is_no_backup_and_goes_with_the_next() {
    let fixture = fixture().await;
    let left = fixture.backups().join(".unfinished-20260101T000000Z");
    fs::create_dir_all(&left).expect("a folder");
    fs::write(left.join("manifest.json"), "{").expect("writable");
    let nothing = fixture.restore(newest(&fixture.backups())).await.expect_err("refused");
    assert!(matches!(nothing, KeepingError::NoBackup { .. }), "{nothing}");
    fixture.backup().await;
    assert!(!left.exists());
}
