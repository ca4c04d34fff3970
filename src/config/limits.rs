//! How much the service takes on at once, and from one caller.

use std::num::NonZeroU32;

use serde::Deserialize;

/// Limits of requests. Whoever meets one is answered 429 or 503 at once, with the time after which trying again makes sense.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsConfig {
    /// Requests a second of one address, before it is known who asks. Twice as many may come at once.
    pub address_per_s: NonZeroU32,
    /// Requests a second of one session or token, but for segments. Four times as many may come at once.
    pub caller_per_s: NonZeroU32,
    /// Segments a second of one session or token. Ten times as many may come at once: a room that was cut off catches up.
    pub segments_per_s: NonZeroU32,
    /// Requests that are worked on at once, streams of events left out.
    pub at_once: NonZeroU32,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        let [address_per_s, caller_per_s, segments_per_s, at_once] =
            [500, 100, 100, 256].map(|limit| NonZeroU32::new(limit).expect("not zero"));
        Self { address_per_s, caller_per_s, segments_per_s, at_once }
    }
}
