//! The order of the stages: the only place that knows it.

pub mod events;
pub mod jobs;
pub mod live;
mod requirements;
pub mod rooms;
mod visit;

pub use requirements::Work;
pub use visit::{MIN_WORDS, Scribe, VisitError, load_writing};

/// A stretch of work that a person waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// File to samples.
    Decode,
    /// Samples to utterances: speech detection, recognition, speakers.
    Transcribe,
    /// Weights of the language model into memory.
    Load,
    /// Utterances to facts.
    Facts,
    /// Utterances to sections.
    Sections,
    /// Sections against utterances.
    Verify,
    /// Problems to codes.
    Code,
}

impl Stage {
    /// Its key under `provenance.timings_ms`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Decode => "decode",
            Self::Transcribe => "transcription",
            Self::Load => "load",
            Self::Facts => "facts",
            Self::Sections => "sections",
            Self::Verify => "verify",
            Self::Code => "coding",
        }
    }

    /// What it does, for a person who waits.
    pub fn label(self) -> &'static str {
        match self {
            Self::Decode => "Reading the recording",
            Self::Transcribe => "Recognising speech",
            Self::Load => "Loading the model",
            Self::Facts => "Finding facts",
            Self::Sections => "Writing sections",
            Self::Verify => "Checking statements",
            Self::Code => "Choosing codes",
        }
    }
}

/// Who is told of the stages as they go by, one after another.
pub trait Watcher: Sync {
    /// `stage` begins.
    fn begin(&self, stage: Stage);
    /// The present stage has come to `fraction`, from 0 to 1.
    fn advance(&self, fraction: f32);
    /// `stage` is done. One that failed is not told of: the failure is.
    fn end(&self, stage: Stage, elapsed_ms: u64);
}

/// Watches nothing.
pub struct Unwatched;

impl Watcher for Unwatched {
    fn begin(&self, _stage: Stage) {}
    fn advance(&self, _fraction: f32) {}
    fn end(&self, _stage: Stage, _elapsed_ms: u64) {}
}
