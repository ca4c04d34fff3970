//! Every setting, its default and its meaning: one TOML file, one struct a section.

pub mod address;
mod capture;
mod ehr;
mod limits;
mod log;
mod oidc;
mod paths;
mod recognition;
mod retention;
mod server;
mod sessions;
mod store;
mod template;
mod writing;

use std::path::{Path, PathBuf};

pub use capture::CaptureConfig;
pub use ehr::{EhrConfig, SmartConfig};
pub use limits::LimitsConfig;
pub use log::{LogConfig, LogFormat};
pub use oidc::{OidcConfig, OidcRole};
pub use paths::PathsConfig;
pub use recognition::RecognitionConfig;
pub use retention::{Keep, RetentionConfig};
use serde::Deserialize;
pub use server::{MetricsReaders, ServerConfig};
pub use sessions::SessionsConfig;
pub use store::{KeySource, KeysConfig, StoreConfig};
pub use template::{DocumentType, Place, Template, TemplateError};
pub use writing::{Device, WritingConfig};

/// The whole configuration. Unknown keys are errors: a misspelt key must not pass for a setting.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where files are.
    pub paths: PathsConfig,
    /// How speech becomes text.
    pub recognition: RecognitionConfig,
    /// How text becomes a note.
    pub writing: WritingConfig,
    /// Where the service listens.
    pub server: ServerConfig,
    /// How much it takes on.
    pub limits: LimitsConfig,
    /// How the log is written.
    pub log: LogConfig,
    /// The microphone of a room.
    pub capture: CaptureConfig,
    /// How long somebody stays logged in.
    pub sessions: SessionsConfig,
    /// The clinic's single sign-on.
    pub oidc: OidcConfig,
    /// The EHR that notes go to.
    pub ehr: EhrConfig,
    /// Where visits are kept.
    pub store: StoreConfig,
    /// The key that they are sealed with.
    pub keys: KeysConfig,
    /// How long they stay.
    pub retention: RetentionConfig,
}

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("cannot read the configuration {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not valid TOML, or a key is unknown or has the wrong type.
    #[error("the configuration {} is not valid: {reason}", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Where and why.
        reason: String,
    },
    /// A folder is not given, and there is no place to put it by default.
    #[error(
        "there is no folder for the configuration's {key}: set HOME or XDG_CACHE_HOME, or give a folder with --data-dir"
    )]
    NoFolder {
        /// The key, with its section.
        key: &'static str,
    },
    /// A value is outside its range.
    #[error("the configuration's {key} is {value}: {rule}")]
    Value {
        /// The key, with its section.
        key: &'static str,
        /// What it was set to.
        value: String,
        /// What it must be.
        rule: &'static str,
    },
}

impl Config {
    /// Reads and checks `file`, or takes the defaults where there is none. `data_dir`, where given, holds models and
    /// terminology whatever the file says.
    pub fn load(file: Option<&Path>, data_dir: Option<&Path>) -> Result<Self, ConfigError> {
        let mut config = match file {
            None => Self::default(),
            Some(path) => Self::read(path)?,
        };
        if let Some(dir) = data_dir {
            config.paths = PathsConfig::under(dir);
        }
        config.paths.validate()?;
        config.recognition.validate()?;
        config.writing.validate()?;
        config.capture.validate()?;
        config.ehr.validate()?;
        config.oidc.validate()?;
        config.sessions.validate()?;
        config.server.validate()?;
        config.store.validate()?;
        config.retention.validate()?;
        Ok(config)
    }

    fn read(path: &Path) -> Result<Self, ConfigError> {
        let text =
            std::fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        toml::from_str(&text).map_err(|error| ConfigError::Parse { path: path.to_owned(), reason: error.to_string() })
    }
}

/// The number of threads that `configured` means: 0 stands for every core of the machine.
pub(crate) fn threads_or_all_cores(configured: usize) -> usize {
    match configured {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Config, ConfigError> {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), text).expect("the file can be written");
        Config::load(Some(file.path()), None)
    }

    #[test]
    fn an_empty_file_gives_the_defaults() {
        assert_eq!(load("").expect("loads"), Config::default());
    }

    #[test]
    fn a_misspelt_key_is_named_with_its_line() {
        let error = load("[recognition]\nmodle = \"x\"\n").expect_err("refused").to_string();
        assert!(error.contains("modle") && error.contains("line 2"), "{error}");
    }

    #[test]
    fn a_folder_that_is_none_is_named_unless_another_is_given() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), "[paths]\nterminology = \"\"\n").expect("the file can be written");
        let error = Config::load(Some(file.path()), None).expect_err("refused").to_string();
        assert!(error.contains("paths.terminology") && error.contains("--data-dir"), "{error}");
        let given = Config::load(Some(file.path()), Some(Path::new("here"))).expect("loads");
        assert_eq!(given.paths, PathsConfig::under(Path::new("here")));
    }

    #[test]
    fn a_value_out_of_range_is_named_with_its_key() {
        let error = load("[recognition]\nmax_minutes = 0\n").expect_err("refused").to_string();
        assert!(error.contains("recognition.max_minutes is 0"), "{error}");
    }
}
