//! Work that the service does on a visit, one piece after another.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{EncounterId, JobId};

/// A piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its name.
    pub id: JobId,
    /// What it is.
    pub kind: JobKind,
    /// On which visit.
    pub encounter: EncounterId,
    /// How far it is.
    pub state: JobState,
    /// How often it was begun.
    pub attempts: u32,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// Why it failed, the last time. No patient's word is in it.
    pub fault: Option<String>,
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Recording to transcript.
    Transcribe,
    /// Transcript to draft note.
    Draft,
    /// Note to the EHR.
    Deliver,
}

impl JobKind {
    /// Every kind, in the order of a visit.
    pub const ALL: [Self; 3] = [Self::Transcribe, Self::Draft, Self::Deliver];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Transcribe => "transcribe",
            Self::Draft => "draft",
            Self::Deliver => "deliver",
        }
    }

    /// The kind that is written `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// It waits, for the first time or for another attempt.
    Queued,
    /// It is being done.
    Running,
    /// It is done.
    Done,
    /// It failed, and trying again would not help or was tried often enough.
    Failed,
    /// Nobody wants it any more.
    Cancelled,
}

impl JobState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Queued, Self::Running, Self::Done, Self::Failed, Self::Cancelled];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state that is written `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether nothing more will come of it.
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}
