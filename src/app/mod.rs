//! The service as a whole, built from its configuration: what starts, in which order, and how it stops.

mod ehr;
mod housekeeping;
mod master_keys;
mod secrets;
mod serve;

pub use ehr::{ehr, service_key};
pub use master_keys::load_master_keys;
pub use secrets::{SecretError, read_secret};
pub use serve::{AppError, Jobs, certificate, open_segments, open_store, serve, work};
