//! Where models and terminology are kept.

use std::path::{Path, PathBuf};

use serde::Deserialize;

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
        Self::under(&cache_home().join("soapstone"))
    }
}

impl PathsConfig {
    /// Both folders under `data_dir`.
    pub fn under(data_dir: &Path) -> Self {
        Self { models: data_dir.join("models"), terminology: data_dir.join("terminology") }
    }
}

/// `$XDG_CACHE_HOME`, or `~/.cache` (XDG Base Directory Specification 0.8).
fn cache_home() -> PathBuf {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_CACHE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".cache")))
        .unwrap_or_else(std::env::temp_dir)
}
