//! Transcripts and what makes them.

mod reading;
mod speakers;
mod transcribing;
