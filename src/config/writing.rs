//! How text becomes a note.

use serde::Deserialize;

use super::ConfigError;

/// Settings of the language model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WritingConfig {
    /// The language model's name in the model manifest.
    pub model: String,
    /// Threads; 0 is every core.
    pub threads: usize,
    /// The most tokens that prompt and answer may have together; the cache for them is allocated at the start. A longer
    /// transcript is split by time.
    pub context_tokens: usize,
    /// Where the model runs.
    pub device: Device,
    /// How notes are laid out, where nothing else is asked for: a template of the program, or a clinic's file.
    pub template: String,
}

/// Where a language model runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Device {
    /// The processor.
    #[default]
    Cpu,
    /// An NVIDIA GPU; needs a build with the feature `cuda`.
    Cuda,
    /// An Apple GPU; needs a build with the feature `metal`.
    Metal,
}

impl Default for WritingConfig {
    fn default() -> Self {
        Self {
            model: "qwen2.5-coder-1.5b".to_owned(),
            threads: 0,
            context_tokens: 8192,
            device: Device::Cpu,
            template: "soap".to_owned(),
        }
    }
}

impl WritingConfig {
    /// The number of threads to use.
    pub fn thread_count(&self) -> usize {
        super::threads_or_all_cores(self.threads)
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if self.context_tokens < 2048 {
            let (key, value) = ("writing.context_tokens", self.context_tokens.to_string());
            return Err(ConfigError::Value { key, value, rule: "it must be at least 2048" });
        }
        Ok(())
    }
}
