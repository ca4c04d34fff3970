//! What happens on a visit while somebody watches it.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;
use tokio::sync::broadcast;

use super::live::LiveUtterance;
use crate::domain::{Alarm, EncounterId, EncounterState, JobKind};

/// Events that a slow watcher may be behind; one that falls further back is told so, and reads the visit anew.
const BACKLOG: usize = 256;

/// Something that happened on a visit.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum VisitEvent {
    /// The visit has come to another state.
    State {
        /// Which.
        state: EncounterState,
    },
    /// A job has come so far.
    Progress {
        /// Which.
        job: JobKind,
        /// What it is doing.
        stage: &'static str,
        /// How much of that is done, from 0 to 1.
        fraction: f32,
    },
    /// Something was said while the visit is recorded. What was told before of the utterances `from`, `from` + 1, … is
    /// replaced.
    Utterances {
        /// The number of the first, counted from 0.
        from: usize,
        /// How much of the recording was heard, in milliseconds.
        heard_ms: u64,
        /// It and all after it.
        utterances: Vec<LiveUtterance>,
    },
    /// A transcript is there, or another version of it.
    Transcript {
        /// Its number.
        version: i64,
    },
    /// A draft is ready, or another version of the note is there.
    Note {
        /// Its number.
        version: i64,
    },
    /// The work on the visit ended in a fault.
    Failed {
        /// Which job.
        job: JobKind,
        /// Why. No patient's word is in it.
        fault: String,
    },
    /// How loud it is in the room, in decibels below full scale.
    Level {
        /// The loudest sample.
        peak_dbfs: f32,
        /// The mean.
        rms_dbfs: f32,
        /// Segments that the room's device has not sent yet.
        unsent: u32,
    },
    /// Something is wrong with the recording, or is right again.
    Alarm {
        /// What.
        alarm: Alarm,
        /// Whether it is wrong.
        on: bool,
    },
    /// Consent was withdrawn, and the visit is gone.
    Erased,
}

impl VisitEvent {
    /// Its name in a stream of server-sent events.
    pub fn name(&self) -> &'static str {
        match self {
            Self::State { .. } => "state",
            Self::Progress { .. } => "progress",
            Self::Utterances { .. } => "utterances",
            Self::Transcript { .. } => "transcript",
            Self::Note { .. } => "note",
            Self::Failed { .. } => "failed",
            Self::Level { .. } => "level",
            Self::Alarm { .. } => "alarm",
            Self::Erased => "erased",
        }
    }
}

/// Who watches which visit, in this process.
#[derive(Default)]
pub struct Events {
    watched: Mutex<HashMap<EncounterId, broadcast::Sender<VisitEvent>>>,
}

impl Events {
    /// Watches a visit from now on.
    pub fn watch(&self, encounter: EncounterId) -> broadcast::Receiver<VisitEvent> {
        let mut watched = self.watched();
        // Visits that nobody watches any more are forgotten here, where there are the most of them.
        watched.retain(|_, sender| sender.receiver_count() > 0);
        watched.entry(encounter).or_insert_with(|| broadcast::channel(BACKLOG).0).subscribe()
    }

    /// Tells those who watch the visit.
    pub fn tell(&self, encounter: EncounterId, event: VisitEvent) {
        if let Some(sender) = self.watched().get(&encounter) {
            // Nobody may be listening any more, which is no fault.
            let _ = sender.send(event);
        }
    }

    /// Ends what watchers wait for: the service stops.
    pub fn close(&self) {
        self.watched().clear();
    }

    fn watched(&self) -> MutexGuard<'_, HashMap<EncounterId, broadcast::Sender<VisitEvent>>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
