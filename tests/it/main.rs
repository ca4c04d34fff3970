//! The integration tests: one binary, folders mirror `src`.

mod architecture;
mod audio;
mod cli;
mod delivery;
mod embedding;
mod http;
mod inference;
mod keeping;
mod note;
mod qa;
#[cfg(target_os = "linux")]
mod room;
mod safety;
mod schemas;
mod store;
mod structuring;
mod support;
mod terminology;
mod transcription;
