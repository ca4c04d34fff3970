//! Time, passed in so that a test can hold it still.

use std::time::Instant;

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// The wall clock, in UTC.
    fn now(&self) -> jiff::Timestamp;

    /// A clock that only goes forward, for measuring how long something took.
    fn instant(&self) -> Instant;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }

    fn instant(&self) -> Instant {
        Instant::now()
    }
}
