//! How long somebody stays logged in.

use jiff::SignedDuration;
use serde::Deserialize;

use super::ConfigError;

/// When a session ends by itself. It ends at once when its account is shut, gets another role or another password.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionsConfig {
    /// After so many minutes without a request.
    pub idle_minutes: u32,
    /// After so many hours, however much it is used: a clinic's day and a bit.
    pub longest_hours: u32,
}

impl Default for SessionsConfig {
    fn default() -> Self {
        Self { idle_minutes: 60, longest_hours: 12 }
    }
}

impl SessionsConfig {
    /// [`Self::idle_minutes`] as a span.
    pub fn idle(&self) -> SignedDuration {
        SignedDuration::from_mins(self.idle_minutes.into())
    }

    /// [`Self::longest_hours`] as a span.
    pub fn longest(&self) -> SignedDuration {
        SignedDuration::from_hours(self.longest_hours.into())
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        for (key, value, rule, most) in [
            ("sessions.idle_minutes", self.idle_minutes, "it must be 1 to 1440, a day", 1440),
            ("sessions.longest_hours", self.longest_hours, "it must be 1 to 168, a week", 168),
        ] {
            if !(1..=most).contains(&value) {
                return Err(ConfigError::Value { key, value: value.to_string(), rule });
            }
        }
        Ok(())
    }
}
