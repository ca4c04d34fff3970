//! From a recording to who said what, and when.
//!
//! ```text
//! Recording ─ vad (where is speech) ─ asr (which words, when) ─ speakers (whose) ─ Transcript
//! ```
//!
//! [`Transcriber`] runs the three; [`formats`] writes what they give and [`reading`] reads transcripts from elsewhere.

pub mod asr;
pub mod breaths;
mod crosstalk;
pub mod formats;
pub mod memory;
mod numbers;
pub mod reading;
pub mod repair;
mod speakers;
mod transcriber;
pub mod vad;

pub use memory::Memory;
pub use speakers::{ClinicianVoice, VOICE_SCHEMA, VoiceError, VoiceFileError, swapped, unheard};
pub use transcriber::{Known, Transcribed, Transcriber, TranscriptionError, TranscriptionTimings, enrol};
