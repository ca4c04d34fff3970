//! Where models and terminology are kept.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::ConfigError;

/// Folders. Models and terminology can always be fetched again, so they default to the user's cache; what the service keeps
/// cannot.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PathsConfig {
    /// Weights. Default: `$XDG_CACHE_HOME/soapstone/models`.
    pub models: PathBuf,
    /// ICD-10-CM. Default: `$XDG_CACHE_HOME/soapstone/terminology`.
    pub terminology: PathBuf,
    /// The service's visits: database, audio, and its key where none is given. Default: `$XDG_STATE_HOME/soapstone`.
    pub state: PathBuf,
}

impl Default for PathsConfig {
    fn default() -> Self {
        // A folder that nothing is known of stays empty, and is refused when it is needed. Any guess, like /tmp, would be a
        // folder that others can write to as well.
        let cached = base_dir("XDG_CACHE_HOME", ".cache").map(|cache| Self::under(&cache));
        let folders = cached.unwrap_or_else(|| Self {
            models: PathBuf::new(),
            terminology: PathBuf::new(),
            state: PathBuf::new(),
        });
        Self { state: base_dir("XDG_STATE_HOME", ".local/state").unwrap_or_default(), ..folders }
    }
}

impl PathsConfig {
    /// All folders under `data_dir`.
    pub fn under(data_dir: &Path) -> Self {
        let folder = |name| data_dir.join(name);
        Self { models: folder("models"), terminology: folder("terminology"), state: folder("state") }
    }

    /// The folder of the service.
    pub fn state(&self) -> Result<&Path, ConfigError> {
        given("paths.state", &self.state)
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        given("paths.models", &self.models)?;
        given("paths.terminology", &self.terminology)?;
        Ok(())
    }
}

fn given<'a>(key: &'static str, folder: &'a Path) -> Result<&'a Path, ConfigError> {
    if folder.as_os_str().is_empty() { Err(ConfigError::NoFolder { key }) } else { Ok(folder) }
}

/// soapstone's folder under `$variable`, or under `$HOME/fallback` (XDG Base Directory Specification 0.8); `None` where
/// neither is set.
fn base_dir(variable: &str, fallback: &str) -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute(variable).or_else(|| absolute("HOME").map(|home| home.join(fallback)));
    base.map(|base| base.join("soapstone"))
}
