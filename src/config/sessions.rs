//! How long somebody stays logged in.

use jiff::SignedDuration;
use serde::Deserialize;

use super::ConfigError;

/// When a session ends by itself. It ends at once when its account is shut, gets another role or another password.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionsConfig {
    /// After so many minutes without a request, give or take one.
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
        for (key, value, rule, least, most) in [
            ("sessions.idle_minutes", self.idle_minutes, "it must be 5 to 1440, a day", 5, 1440),
            ("sessions.longest_hours", self.longest_hours, "it must be 1 to 168, a week", 1, 168),
        ] {
            if !(least..=most).contains(&value) {
                return Err(ConfigError::Value { key, value: value.to_string(), rule });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_that_never_ends_or_never_begins_is_refused() {
        for (idle_minutes, longest_hours, key) in
            [(4, 12, "sessions.idle_minutes"), (1441, 12, "sessions.idle_minutes"), (60, 169, "sessions.longest_hours")]
        {
            let config = SessionsConfig { idle_minutes, longest_hours };
            let error = config.validate().expect_err("refused").to_string();
            assert!(error.contains(key), "{error}");
        }
        assert!(SessionsConfig::default().validate().is_ok());
    }
}
