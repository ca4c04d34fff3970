//! The stages of a job, told to those who watch the visit.

use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use super::leave_if;
use crate::{
    domain::{EncounterId, JobKind},
    pipeline::{
        Stage, Watcher,
        events::{Events, VisitEvent},
    },
};

/// Steps smaller than this are not worth an event.
const STEP: f32 = 0.02;

/// Tells of one job.
pub(super) struct JobWatcher {
    pub(super) events: Arc<Events>,
    pub(super) encounter: EncounterId,
    pub(super) job: JobKind,
    pub(super) stop: CancellationToken,
    pub(super) present: Mutex<Option<(Stage, f32)>>,
}

impl JobWatcher {
    pub(super) fn new(events: Arc<Events>, encounter: EncounterId, job: JobKind, stop: CancellationToken) -> Self {
        Self { events, encounter, job, stop, present: Mutex::new(None) }
    }

    fn tell(&self, stage: Stage, fraction: f32) {
        let event = VisitEvent::Progress { job: self.job, stage: stage.key(), fraction };
        self.events.tell(self.encounter, event);
    }
}

impl Watcher for JobWatcher {
    fn begin(&self, stage: Stage) {
        leave_if(&self.stop);
        *self.present.lock().unwrap_or_else(PoisonError::into_inner) = Some((stage, 0.0));
        self.tell(stage, 0.0);
    }

    fn advance(&self, fraction: f32) {
        leave_if(&self.stop);
        let mut present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((stage, told)) = present.as_mut().filter(|(_, told)| fraction >= told + STEP) else { return };
        *told = fraction;
        self.tell(*stage, fraction);
    }

    fn end(&self, stage: Stage, _elapsed_ms: u64) {
        self.tell(stage, 1.0);
    }
}
