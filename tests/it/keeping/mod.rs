//! What becomes of visits in the long run, on a real database and real files, with a clock that is set by hand.

mod backup;
mod retention;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Instant,
};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use soapstone::{
    audio::{Segment, Segments},
    config::{Config, PathsConfig},
    domain::{
        Account, AccountId, AccountRole, Actor, AuditEntry, Clock, EncounterDetails, EncounterId, EncounterState, Note,
        Patient, PatientText, SystemClock, SystemEntropy,
    },
    keeping::retention as keeping,
    notes,
    sealing::{MasterKey, MasterKeys},
    store::{
        Store, audit,
        documents::{self, DocumentKind},
        encounters, keys,
    },
};
use tempfile::TempDir;

/// A clock that stands still until it is told to go on.
struct SetClock(Mutex<Timestamp>);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("whole")
    }

    fn instant(&self) -> Instant {
        SystemClock.instant()
    }
}

struct Fixture {
    folder: TempDir,
    config: Config,
    master: MasterKey,
    store: Store,
    segments: Segments,
    clock: Arc<SetClock>,
    clinician: Account,
}

/// On SQLite, which alone is copied.
async fn fixture() -> Fixture {
    fixture_on(None).await
}

async fn fixture_on(database: Option<String>) -> Fixture {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut config = Config { paths: PathsConfig::under(&folder.path().join("data")), ..Config::default() };
    config.store.database = database;
    let master = MasterKey::generate(&SystemEntropy);
    let clock = Arc::new(SetClock(Mutex::new("2026-01-05T09:00:00Z".parse().expect("a time"))));
    let keys = MasterKeys::new(master.clone(), Vec::new());
    let store = Store::open(&config, keys, clock.clone(), Arc::new(SystemEntropy)).await.expect("the store opens");
    let segments = Segments::new(config.paths.state.join("audio"));
    segments.sweep().expect("the folder is made");
    let clinician = Account {
        id: AccountId::new(clock.as_ref(), &SystemEntropy),
        login: "ada".to_owned(),
        display_name: "Ada Byron, MD".to_owned(),
        role: AccountRole::Clinician,
        disabled: false,
        created_at: clock.now(),
    };
    Fixture { folder, config, master, store, segments, clock, clinician }
}

impl Fixture {
    fn pass_days(&self, days: i64) {
        *self.clock.0.lock().expect("whole") += SignedDuration::from_hours(24 * days);
    }

    /// A visit with two segments, a transcript and a draft.
    async fn visit(&self, name: &str) -> EncounterId {
        let tx = self.store.begin().await.expect("a transaction");
        let patient = Patient { name: Some(name.into()), ..Patient::default() };
        let details = EncounterDetails { patient, ..EncounterDetails::default() };
        let id = encounters::create(&tx, self.clinician.id, details).await.expect("created").id;
        let transcript = json!({ "said": format!("{name} has a cough") });
        let kept = documents::append(&tx, id, DocumentKind::Transcript, 0, None, "current", &transcript).await;
        kept.expect("kept");
        notes::keep_machine_draft(&tx, id, &note()).await.expect("kept");
        tx.commit().await.expect("committed");
        let key = keys::load_audio(&self.store, id).await.expect("read").expect("a key");
        for sequence in 0..2 {
            let segment = segment(name, sequence);
            self.segments.keep(id, sequence, &segment, &key, &SystemEntropy).expect("kept");
        }
        id
    }

    async fn sign(&self, id: EncounterId) {
        let tx = self.store.begin().await.expect("a transaction");
        notes::sign(&tx, self.clock.as_ref(), id, 1, &self.clinician).await.expect("signed");
        let mut encounter = encounters::get(&tx, id).await.expect("read").expect("there");
        encounter.state = EncounterState::Signed;
        encounters::update(&tx, &mut encounter).await.expect("kept");
        tx.commit().await.expect("committed");
    }

    async fn signed(&self, name: &str) -> EncounterId {
        let id = self.visit(name).await;
        self.sign(id).await;
        id
    }

    async fn hold(&self, id: EncounterId, legal_hold: bool) {
        let tx = self.store.begin().await.expect("a transaction");
        let mut encounter = encounters::get(&tx, id).await.expect("read").expect("there");
        encounter.legal_hold = legal_hold;
        encounters::update(&tx, &mut encounter).await.expect("kept");
        tx.commit().await.expect("committed");
    }

    /// Erases what is due, and says what it was.
    async fn erase_due(&self) -> Vec<(EncounterId, &'static str, String)> {
        let mut erased = Vec::new();
        let tell = |due: &keeping::Due| erased.push((due.encounter, due.what.as_str(), due.rule.clone()));
        let rules = &self.config.retention;
        let run = keeping::run(&self.store, &self.segments, rules, self.clock.now(), &Actor::Service, tell).await;
        run.expect("erased");
        erased
    }

    fn files(&self, id: EncounterId) -> Vec<PathBuf> {
        self.segments.files(id).expect("listed")
    }

    async fn has(&self, id: EncounterId) -> (bool, bool, bool) {
        (
            !self.files(id).is_empty() && keys::load_audio(&self.store, id).await.expect("read").is_some(),
            !documents::versions(&self.store, id, DocumentKind::Transcript).await.expect("read").is_empty(),
            notes::current(&self.store, id).await.expect("read").is_some(),
        )
    }

    async fn audit_of(&self, id: EncounterId) -> Vec<AuditEntry> {
        audit::list(&self.store, Some(id), None, 100).await.expect("listed")
    }
}

fn segment(name: &str, sequence: u32) -> Segment {
    let bytes = format!("{name} in segment {sequence}, aloud").into_bytes();
    Segment { media_type: "audio/L16;rate=16000".to_owned(), bytes: bytes.into() }
}

fn note() -> Note {
    crate::http::note("Start lisinopril 10 mg.")
}

fn text(reason: Option<&PatientText>) -> &str {
    reason.map(PatientText::as_str).unwrap_or_default()
}
