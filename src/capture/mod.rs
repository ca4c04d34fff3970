//! Microphones: which there are, and recording from one for as long as a visit lasts.
//!
//! ```text
//! microphone ─ callback ─ queue ─ recorder (16 kHz, level, alarms, the clock's time) ─ whoever keeps it
//! ```
//!
//! The microphone belongs to the outside world: it may be unplugged, muted, too loud or busy. Nothing of that ends a recording;
//! it is seen at the [`Console`].

mod choosing;
mod devices;
mod error;
mod monitor;
mod recorder;
mod stream;
mod timeline;

pub use devices::{DeviceInfo, devices};
pub use error::CaptureError;
pub use recorder::{Console, Recording, Seen, channels_of, record};
