//! Transcripts and what makes them.

mod reading;
mod repair;
mod speakers;
mod transcribing;
