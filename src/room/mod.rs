//! The agent of an examination room: it records what the service orders, and sends it as soon as the service is there.
//!
//! ```text
//! microphone (capture) ─ writer ─ spool: sealed segments on this disk ─ upload ─ the service
//!                          ↑                                                        │
//!                        agent ←────────────────── orders ──────────────────────────┘
//! ```
//!
//! What was ordered once holds until another order comes: a room that is offline goes on recording. Nothing is sent before the
//! present orders are known, so that what was recorded after a stop that did not get through is cut off first.

mod agent;
mod error;
mod service;
mod spool;
mod upload;
mod writer;

pub use agent::{RoomSettings, run};
pub use error::RoomError;
