//! The microphone of a room.

use serde::Deserialize;

use super::ConfigError;

/// What the agent of a room, `soapstone room`, records from, and when it stops by itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CaptureConfig {
    /// The microphone, by its id or a part of its name (`soapstone room --list-devices`). Default: the system's own choice.
    pub device: Option<String>,
    /// After how many minutes in which nobody speaks a recording ends: what follows belongs to another visit. From 1 to 240.
    pub silence_minutes: u32,
}

impl Default for CaptureConfig {
    fn default() -> Self {
        Self { device: None, silence_minutes: 20 }
    }
}

impl CaptureConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if !(1..=240).contains(&self.silence_minutes) {
            let (key, value) = ("capture.silence_minutes", self.silence_minutes.to_string());
            return Err(ConfigError::Value { key, value, rule: "it must be from 1 to 240" });
        }
        Ok(())
    }
}
