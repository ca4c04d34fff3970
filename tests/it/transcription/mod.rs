//! Transcripts and what makes them.

mod reading;
mod transcribing;
