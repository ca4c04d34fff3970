//! How speech becomes text.

use serde::Deserialize;

use super::ConfigError;

/// Settings of speech recognition.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecognitionConfig {
    /// The recogniser's name in the model manifest.
    pub model: String,
    /// The speech detector's name in the model manifest.
    pub vad_model: String,
    /// The voice model's name in the model manifest: it tells speakers apart.
    pub voice_model: String,
    /// Threads; 0 is every core.
    pub threads: usize,
    /// The longest recording accepted, in minutes: a longer one is a machine that was left running.
    pub max_minutes: u32,
}

impl Default for RecognitionConfig {
    fn default() -> Self {
        Self {
            model: "whisper-base".to_owned(),
            vad_model: "silero-vad".to_owned(),
            voice_model: "ge2e-voice".to_owned(),
            threads: 0,
            max_minutes: 240,
        }
    }
}

impl RecognitionConfig {
    /// The number of threads to use.
    pub fn thread_count(&self) -> usize {
        super::threads_or_all_cores(self.threads)
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if self.max_minutes == 0 {
            let (key, value) = ("recognition.max_minutes", self.max_minutes.to_string());
            return Err(ConfigError::Value { key, value, rule: "it must be at least 1" });
        }
        Ok(())
    }
}
