//! Stopping work in the middle of a stage.
//!
//! Recognition and the language model tell how far they are every second or so, and work on a visit that is erased is stopped
//! there: by unwinding from the watcher to [`away`](super::away()), so that no stage knows of it. A stage that takes the unwinding
//! for a fault of its own ends as well, and what it says does not count (`Workshop::perform`).

use std::{
    collections::HashMap,
    panic::resume_unwind,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio_util::sync::CancellationToken;

use crate::domain::{EncounterId, Job, JobId};

/// What unwinds through a stage that is stopped.
pub(super) struct Cancelled;

/// Ends the work that it is called from if `stop` says so.
pub(in crate::pipeline) fn leave_if(stop: &CancellationToken) {
    if stop.is_cancelled() {
        // No panic: nothing is printed.
        resume_unwind(Box::new(Cancelled));
    }
}

/// The jobs that run. Those of one visit may overlap: its note goes to the EHR while it is written anew.
#[derive(Default)]
pub(super) struct Running {
    jobs: Mutex<HashMap<JobId, (EncounterId, CancellationToken)>>,
}

/// A job that runs, until this is dropped.
pub(super) struct Begun<'r> {
    running: &'r Running,
    job: JobId,
    stop: CancellationToken,
}

impl Begun<'_> {
    /// What says that it is to stop.
    pub(super) fn stop(&self) -> &CancellationToken {
        &self.stop
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        self.running.jobs().remove(&self.job);
    }
}

impl Running {
    /// A job begins.
    pub(super) fn begin(&self, job: &Job) -> Begun<'_> {
        let stop = CancellationToken::new();
        self.jobs().insert(job.id, (job.encounter, stop.clone()));
        Begun { running: self, job: job.id, stop }
    }

    /// Stops what runs of a visit.
    pub(super) fn cancel(&self, id: EncounterId) {
        self.jobs().values().filter(|(encounter, _)| *encounter == id).for_each(|(_, stop)| stop.cancel());
    }

    fn jobs(&self) -> MutexGuard<'_, HashMap<JobId, (EncounterId, CancellationToken)>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        path::Path,
        sync::{
            Arc,
            atomic::{AtomicBool, Ordering},
        },
    };

    use super::*;
    use crate::{
        audio::AudioSource,
        config::Config,
        domain::{Clock, JobKind, JobState, SystemClock, SystemEntropy},
        pipeline::{
            Scribe, Stage, VisitError, Watcher,
            events::Events,
            jobs::{JobError, away, watch::JobWatcher},
        },
    };

    /// Watches a job, and cancels it in the middle of `stage`.
    struct Canceller {
        watcher: JobWatcher,
        stop: CancellationToken,
        stage: Stage,
        present: Mutex<Option<Stage>>,
        /// Set if the work goes on after that. A panic would not do: the stage may guard against them.
        went_on: Arc<AtomicBool>,
    }

    impl Watcher for Canceller {
        fn begin(&self, stage: Stage) {
            self.watcher.begin(stage);
            *self.present.lock().expect("nobody panics with it") = Some(stage);
        }

        fn advance(&self, fraction: f32) {
            let is_far = *self.present.lock().expect("nobody panics with it") == Some(self.stage) && fraction > 0.2;
            if is_far {
                self.stop.cancel();
            }
            self.watcher.advance(fraction);
            self.went_on.fetch_or(is_far, Ordering::Relaxed);
        }

        fn end(&self, stage: Stage, elapsed_ms: u64) {
            self.watcher.end(stage, elapsed_ms);
            self.went_on.fetch_or(stage == self.stage, Ordering::Relaxed);
        }
    }

    /// What becomes of a transcription that is cancelled in the middle of `stage`.
    async fn cancelled(stage: Stage) -> Result<Result<usize, VisitError>, JobError> {
        let id = EncounterId::new(&SystemClock, &SystemEntropy);
        let stop = CancellationToken::new();
        let watcher = JobWatcher::new(Arc::new(Events::default()), id, JobKind::Transcribe, stop.clone());
        let went_on = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&went_on);
        let ended = away(move || {
            let mut config = Config::default();
            config.recognition.model = "whisper-tiny.en".to_owned();
            config.recognition.threads = 2;
            let visit = Path::new(env!("CARGO_MANIFEST_DIR")).join("audio-fixtures/visit-02-knee.flac");
            let watcher = Canceller { watcher, stop, stage, present: Mutex::new(None), went_on: seen };
            let mut scribe = Scribe::new(&config, &SystemClock, &watcher);
            scribe.transcribe(AudioSource::File(&visit), &[], None).map(|transcript| transcript.utterances.len())
        })
        .await;
        assert!(!went_on.load(Ordering::Relaxed), "the work went on");
        ended
    }

    #[test]
    fn all_that_runs_of_a_visit_is_stopped_and_nothing_of_another() {
        let (clock, entropy) = (&SystemClock, &SystemEntropy);
        let job = |encounter| Job {
            id: JobId::new(clock, entropy),
            kind: JobKind::Draft,
            encounter,
            state: JobState::Running,
            attempts: 1,
            queued_at: clock.now(),
            fault: None,
        };
        let (erased, other) = (EncounterId::new(clock, entropy), EncounterId::new(clock, entropy));
        let running = Running::default();
        let (draft, delivery, elsewhere) =
            (running.begin(&job(erased)), running.begin(&job(erased)), running.begin(&job(other)));
        drop(delivery);
        running.cancel(erased);
        assert!(draft.stop().is_cancelled(), "the end of another job of the visit hides none");
        assert!(!elsewhere.stop().is_cancelled());
        drop((draft, elsewhere));
        assert!(running.jobs().is_empty());
    }

    #[tokio::test]
    async fn recognition_of_an_erased_visit_stops_in_the_middle() {
        let heard = cancelled(Stage::Transcribe).await;
        assert!(matches!(heard, Err(JobError::Moot)), "{heard:?}");
    }

    #[tokio::test]
    async fn a_stage_that_guards_against_panics_stops_as_well() {
        let heard = cancelled(Stage::Decode).await;
        assert!(matches!(heard, Ok(Err(VisitError::Audio(_))) | Err(JobError::Moot)), "{heard:?}");
    }
}
