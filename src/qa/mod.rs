//! How good the recognition is, measured on recordings whose words are known; and how good the notes are ([`notes`]).
//!
//! ```text
//! manifest (recordings and references) ─ runner (recognise, score) ─ report (JSON, HTML, table) ─ compare (two reports)
//! ```
//!
//! [`metrics`] are pure; [`Bench`] runs the recogniser that it is given; a [`report::AsrReport`] is plain data, from which
//! alone its pages are made. Reports quote words of the recordings: one of real visits is to be kept like the visits.

mod compare;
mod files;
mod manifest;
mod memory;
pub mod metrics;
mod noise;
pub mod notes;
pub mod report;
mod runner;
mod score;

pub use compare::{Comparison, Difference, Verdict, compare, compare_notes};
pub use files::read_bytes;
pub use manifest::{Item, ManifestError, Reference, read, without_text};
pub use noise::{Mix, NoiseKind};
pub use runner::{Bench, Done, Heard, ScribeRecogniser};
pub use score::{Counts, Rates};
