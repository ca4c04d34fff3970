//! The service as a whole, built from its configuration: what starts, in which order, and how it stops.

mod ehr;
mod master_keys;
mod secrets;
mod serve;

pub use ehr::service_key;
pub use master_keys::load_master_keys;
pub use secrets::SecretError;
pub use serve::{AppError, open_store, serve};
