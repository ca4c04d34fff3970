//! Where models and terminology are kept.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::ConfigError;

/// Folders. Models and terminology can always be fetched again, so they default to the user's cache.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PathsConfig {
    /// Weights. Default: `$XDG_CACHE_HOME/soapstone/models`.
    pub models: PathBuf,
    /// ICD-10-CM. Default: `$XDG_CACHE_HOME/soapstone/terminology`.
    pub terminology: PathBuf,
}

impl Default for PathsConfig {
    fn default() -> Self {
        match cache_home() {
            Some(cache) => Self::under(&cache.join("soapstone")),
            // Refused by `validate`. Any guess, like /tmp, would be a folder that others can write to as well.
            None => Self { models: PathBuf::new(), terminology: PathBuf::new() },
        }
    }
}

impl PathsConfig {
    /// Both folders under `data_dir`.
    pub fn under(data_dir: &Path) -> Self {
        Self { models: data_dir.join("models"), terminology: data_dir.join("terminology") }
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let folders = [("paths.models", &self.models), ("paths.terminology", &self.terminology)];
        match folders.into_iter().find(|(_, folder)| folder.as_os_str().is_empty()) {
            Some((key, _)) => Err(ConfigError::NoFolder { key }),
            None => Ok(()),
        }
    }
}

/// `$XDG_CACHE_HOME`, or `$HOME/.cache` (XDG Base Directory Specification 0.8); `None` where neither is set.
fn cache_home() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")))
}
