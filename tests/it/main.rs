//! The integration tests: one binary, folders mirror `src`.

mod architecture;
mod audio;
mod cli;
mod inference;
mod schemas;
mod structuring;
mod terminology;
mod transcription;
