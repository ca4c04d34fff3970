//! Stopping work in the middle of a stage.
//!
//! Recognition and the language model tell how far they are every second or so, and work on a visit that is erased is stopped
//! there: by unwinding from the watcher to [`away`](super::away()), so that no stage knows of it. A stage that takes the unwinding
//! for a fault of its own ends as well, and what it says does not count ([`Running::end`]).

use std::{
    collections::HashMap,
    panic::resume_unwind,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio_util::sync::CancellationToken;

use crate::domain::EncounterId;

/// What unwinds through a stage that is stopped.
pub(super) struct Cancelled;

/// Ends the work that it is called from if `stop` says so.
pub(super) fn leave_if(stop: &CancellationToken) {
    if stop.is_cancelled() {
        // No panic: nothing is printed.
        resume_unwind(Box::new(Cancelled));
    }
}

/// The visits that are worked on.
#[derive(Default)]
pub(super) struct Running {
    visits: Mutex<HashMap<EncounterId, CancellationToken>>,
}

impl Running {
    /// What stops the work on a visit that now begins. At most one job of a visit runs at a time: each queues the next.
    pub(super) fn begin(&self, id: EncounterId) -> CancellationToken {
        let stop = CancellationToken::new();
        self.visits().insert(id, stop.clone());
        stop
    }

    /// It is over; says whether it was stopped.
    pub(super) fn end(&self, id: EncounterId) -> bool {
        self.visits().remove(&id).is_some_and(|stop| stop.is_cancelled())
    }

    /// Stops it.
    pub(super) fn cancel(&self, id: EncounterId) {
        if let Some(stop) = self.visits().get(&id) {
            stop.cancel();
        }
    }

    fn visits(&self) -> MutexGuard<'_, HashMap<EncounterId, CancellationToken>> {
        self.visits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::{path::Path, sync::Arc};

    use super::*;
    use crate::{
        audio::AudioSource,
        config::Config,
        domain::{JobKind, SystemClock, SystemEntropy},
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
            assert!(!is_far, "the work went on to {fraction}");
        }

        fn end(&self, stage: Stage, elapsed_ms: u64) {
            self.watcher.end(stage, elapsed_ms);
            assert_ne!(stage, self.stage, "the stage came to its end");
        }
    }

    /// What becomes of a transcription that is cancelled in the middle of `stage`.
    async fn cancelled(stage: Stage) -> Result<Result<usize, VisitError>, JobError> {
        let id = EncounterId::new(&SystemClock, &SystemEntropy);
        let running = Running::default();
        let stop = running.begin(id);
        let watcher = JobWatcher::new(Arc::new(Events::default()), id, JobKind::Transcribe, stop.clone());
        away(move || {
            let mut config = Config::default();
            config.recognition.model = "whisper-tiny.en".to_owned();
            config.recognition.threads = 2;
            let visit = Path::new(env!("CARGO_MANIFEST_DIR")).join("audio-fixtures/visit-02-knee.flac");
            let watcher = Canceller { watcher, stop, stage, present: Mutex::new(None) };
            let mut scribe = Scribe::new(&config, &SystemClock, &watcher);
            scribe.transcribe(AudioSource::File(&visit), &[], None).map(|transcript| transcript.utterances.len())
        })
        .await
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
