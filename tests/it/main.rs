//! The integration tests: one binary, folders mirror `src`.

mod architecture;
mod audio;
mod inference;
mod schemas;
mod terminology;
mod transcription;
