//! From a recording to who said what, and when.
pub mod asr;
pub mod vad;
