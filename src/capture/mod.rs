//! Microphones: which there are, and recording from one for as long as a visit lasts.

mod devices;
mod error;

pub use devices::{DeviceInfo, devices};
pub use error::CaptureError;
