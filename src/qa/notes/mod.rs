//! How good the notes are, measured on visits whose notes or facts are known.
//!
//! ```text
//! corpus (dialogues, notes, facts) ─ runner (write the note) ─ score (against note, facts, what was said) ─ report::notes
//! ```

mod corpus;
mod divisions;
mod runner;
mod score;

pub use corpus::{CorpusError, GoldFacts, NoteItem, read_corpus};
pub use divisions::{Divided, Division};
pub use runner::{NoteBench, NoteDone, ScribeWriter, Written};
pub(super) use score::summary;
pub use score::{DividedScore, NoteCounts, NoteRates};

#[cfg(test)]
pub(crate) use runner::tests;
