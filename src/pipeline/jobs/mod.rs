//! What the service does on a visit by itself, one file a job: each loads what it needs, runs one stage, and saves the result
//! and queues the next job in one transaction.
//!
//! A job may run twice (a crash between its end and the queue's knowing of it), and then does nothing the second time. One
//! that fails for a reason that may pass is tried again, with growing pauses; any other reason, or too many attempts, ends it,
//! and the visit says so. What it was to be made from is never lost with it.

mod away;
mod cancel;
mod deliver;
mod draft;
mod transcribe;
mod watch;
mod worker;

use std::sync::{Arc, Mutex, PoisonError};

pub(super) use away::away;
use cancel::Running;
pub(super) use cancel::leave_if;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::{
    events::{Events, VisitEvent},
    live::Live,
    rooms::Rooms,
};
use crate::{
    audio::{SegmentError, Segments},
    config::Config,
    delivery::fhir::FhirClient,
    domain::{Clock, EncounterId, EncounterState, Entropy, Job, JobKind, JobState},
    metrics::Metrics,
    model_files::ModelStore,
    notes::NoteError,
    pipeline::VisitError,
    store::{
        Store, StoreError, Tx,
        documents::{self, DocumentKind},
        encounters, jobs,
    },
    transcription::Transcriber,
};

/// Attempts at a job, crashes counted.
const MAX_ATTEMPTS: u32 = 4;

/// Everything that jobs need.
pub struct Workshop {
    /// Settings.
    pub config: Arc<Config>,
    /// Visits.
    pub store: Store,
    /// Their audio.
    pub segments: Segments,
    /// Who watches them.
    pub events: Arc<Events>,
    /// Rooms with a device of their own.
    pub rooms: Arc<Rooms>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The EHR, where one is configured.
    pub ehr: Option<FhirClient>,
    /// What is counted.
    pub metrics: Metrics,
    /// Those that are recorded.
    pub live: Live,
    transcriber: Mutex<Option<Arc<Transcriber>>>,
    running: Running,
    bell: Notify,
}

/// Why a job did not do its work.
#[derive(Debug, thiserror::Error)]
pub(in crate::pipeline) enum JobError {
    /// The visit was erased, or what the job was to make was made by somebody else: there is nothing to do.
    #[error("nothing is left to do")]
    Moot,
    /// Trying again would end the same way.
    #[error("{0}")]
    Final(String),
    /// Trying again may help.
    #[error("{0}")]
    Passing(String),
}

impl From<StoreError> for JobError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Changed => Self::Moot,
            StoreError::Sealed { .. } | StoreError::Row { .. } => Self::Final(error.to_string()),
            _ => Self::Passing(error.to_string()),
        }
    }
}

impl From<NoteError> for JobError {
    fn from(error: NoteError) -> Self {
        match error {
            NoteError::Store(error) => error.into(),
            error => Self::Final(error.to_string()),
        }
    }
}

impl From<SegmentError> for JobError {
    fn from(error: SegmentError) -> Self {
        match error {
            SegmentError::Io { .. } => Self::Passing(error.to_string()),
            _ => Self::Final(error.to_string()),
        }
    }
}

impl From<VisitError> for JobError {
    fn from(error: VisitError) -> Self {
        match error {
            // A model that is missing may be pulled in the meantime, and memory be freed.
            VisitError::Missing { .. } | VisitError::Inference(_) => Self::Passing(error.to_string()),
            error => Self::Final(error.to_string()),
        }
    }
}

impl Workshop {
    /// A workshop; its workers begin with [`Workshop::run`].
    pub fn new(
        config: Arc<Config>,
        store: Store,
        segments: Segments,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        ehr: Option<FhirClient>,
    ) -> Self {
        let events = Arc::<Events>::default();
        Self {
            config,
            store,
            segments,
            clock,
            entropy,
            ehr,
            metrics: Metrics::default(),
            rooms: Arc::new(Rooms::new(Arc::clone(&events))),
            events,
            live: Live::default(),
            transcriber: Mutex::default(),
            running: Running::default(),
            bell: Notify::new(),
        }
    }

    /// The recogniser, loaded when it is first needed.
    pub(super) fn transcriber(&self) -> Result<Arc<Transcriber>, VisitError> {
        let mut loaded = self.transcriber.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(transcriber) = &*loaded {
            return Ok(Arc::clone(transcriber));
        }
        let transcriber = Transcriber::load(&self.config.recognition, &ModelStore::new(&self.config.paths))?;
        Ok(Arc::clone(loaded.insert(Arc::new(transcriber))))
    }

    /// Stops the work on a visit, wherever it is: the visit is erased.
    pub fn cancel(&self, id: EncounterId) {
        self.running.cancel(id);
        self.live.forget(id);
    }

    /// Says that a job was committed, so that it is handed to the queue at once.
    pub fn ring(&self) {
        self.bell.notify_one();
    }

    /// Does one job, and says whether it should be tried again.
    async fn attempt(self: &Arc<Self>, id: crate::domain::JobId) -> Result<(), JobError> {
        let tx = self.store.begin().await?;
        let Some(job) = jobs::begin(&tx, id).await? else { return Ok(()) };
        tx.commit().await?;
        let began = self.clock.instant();
        let done = match job.attempts > MAX_ATTEMPTS {
            true => Err(self.begun_too_often(&job).await?),
            false => self.perform(&job).await,
        };
        let took = self.clock.instant().duration_since(began);
        self.metrics.job_ended(job.kind, end_of(&done, &job), took);
        // What was heard is kept for another attempt.
        if job.kind == JobKind::Transcribe && end_of(&done, &job) != AGAIN {
            self.live.forget(job.encounter);
        }
        match done {
            Ok(()) => {
                self.ring();
                Ok(())
            }
            Err(JobError::Moot) => self.close(&job, JobState::Cancelled, None).await,
            Err(JobError::Passing(fault)) if job.attempts < MAX_ATTEMPTS => {
                tracing::warn!(job = %job.id, kind = job.kind.as_str(), attempt = job.attempts, fault, "will be tried again");
                self.close(&job, JobState::Queued, Some(&fault)).await?;
                Err(JobError::Passing(fault))
            }
            Err(JobError::Passing(fault) | JobError::Final(fault)) => self.give_up(&job, fault).await,
        }
    }

    /// What becomes of a job that crashes with its process each time.
    async fn begun_too_often(&self, job: &Job) -> Result<JobError, JobError> {
        let fault = "it was begun too often and never ended".to_owned();
        if job.kind == JobKind::Deliver {
            let tx = self.store.begin().await?;
            let version = documents::current_number(&tx, job.encounter, DocumentKind::Note).await?;
            drop(tx);
            deliver::fail(self, job.encounter, version, &fault).await?;
        }
        Ok(JobError::Final(fault))
    }

    async fn perform(self: &Arc<Self>, job: &Job) -> Result<(), JobError> {
        let begun = self.running.begin(job);
        let done = match job.kind {
            JobKind::Transcribe => transcribe::run(self, job, begun.stop()).await,
            JobKind::Draft => draft::run(self, job, begun.stop()).await,
            JobKind::Deliver => deliver::run(self, job).await,
        };
        // An erased visit has nothing to save, and no fault to tell of.
        if begun.stop().is_cancelled() { Err(JobError::Moot) } else { done }
    }

    /// Tells of a job, and stops it where it is cancelled.
    fn watcher(&self, job: &Job, stop: &CancellationToken) -> watch::JobWatcher {
        watch::JobWatcher::new(Arc::clone(&self.events), job.encounter, job.kind, stop.clone())
    }

    async fn close(&self, job: &Job, state: JobState, fault: Option<&str>) -> Result<(), JobError> {
        let tx = self.store.begin().await?;
        jobs::end(&tx, job.id, state, fault).await?;
        Ok(tx.commit().await?)
    }

    async fn give_up(&self, job: &Job, fault: String) -> Result<(), JobError> {
        tracing::error!(job = %job.id, kind = job.kind.as_str(), fault, "failed");
        let tx = self.store.begin().await?;
        if !jobs::end(&tx, job.id, JobState::Failed, Some(&fault)).await? {
            // It was cancelled meanwhile: there is nobody to tell.
            return Ok(());
        }
        // A note that is not in the EHR is a note all the same.
        if job.kind != JobKind::Deliver {
            self.fail_encounter(&tx, job.encounter).await?;
        }
        tx.commit().await?;
        self.events.tell(job.encounter, VisitEvent::Failed { job: job.kind, fault });
        Ok(())
    }

    async fn fail_encounter(&self, tx: &Tx, id: EncounterId) -> Result<(), JobError> {
        if let Some(mut encounter) = encounters::get(tx, id).await? {
            encounter.advance(EncounterState::Failed);
            encounters::update(tx, &mut encounter).await?;
            self.events.tell(id, VisitEvent::State { state: encounter.state });
        }
        Ok(())
    }

    fn tell(&self, encounter: EncounterId, event: VisitEvent) {
        self.events.tell(encounter, event);
    }
}

/// That an attempt failed, and another follows.
const AGAIN: &str = "again";

/// How an attempt ended, in a word.
fn end_of(done: &Result<(), JobError>, job: &Job) -> &'static str {
    match done {
        Ok(()) => "done",
        Err(JobError::Moot) => "moot",
        Err(JobError::Passing(_)) if job.attempts < MAX_ATTEMPTS => AGAIN,
        Err(JobError::Passing(_) | JobError::Final(_)) => "failed",
    }
}
