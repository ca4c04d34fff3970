//! Where visits are kept, and the key that they are sealed with.

use std::path::PathBuf;

use serde::Deserialize;

use super::ConfigError;

/// The database and the folder of audio.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreConfig {
    /// The database: `sqlite:FILE` or `postgres://USER@HOST/NAME`. Default: `sqlite:` and `soapstone.db` under `paths.state`.
    pub database: Option<String>,
    /// Connections at most.
    pub connections: u32,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self { database: None, connections: 8 }
    }
}

impl StoreConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let is_known = |url: &String| url.starts_with("sqlite:") || url.starts_with("postgres://");
        if let Some(database) = self.database.as_ref().filter(|url| !is_known(url)) {
            let rule = "it must begin with sqlite: or postgres://";
            // A URL may hold a password.
            let scheme = database.split(':').next().unwrap_or_default().to_owned();
            return Err(ConfigError::Value { key: "store.database", value: format!("{scheme}:…"), rule });
        }
        if self.connections == 0 {
            let rule = "it must be at least 1";
            return Err(ConfigError::Value { key: "store.connections", value: "0".to_owned(), rule });
        }
        Ok(())
    }
}

/// Where the master key comes from. It wraps the key of each visit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeysConfig {
    /// The key in use. Default: the file `master.key` under `paths.state`, made at the first start; a key that lies beside
    /// what it seals protects a stolen backup and not a stolen disk.
    pub master: Option<KeySource>,
    /// Keys of before, which still open what they sealed.
    pub previous: Vec<KeySource>,
}

/// A place that a key is read from. It is written as `file:PATH`, `env:NAME` or `command:PROGRAM ARGUMENT…`; the command
/// writes the key to its standard output.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum KeySource {
    /// A file.
    File(PathBuf),
    /// A variable of the environment.
    Env(String),
    /// A program and its arguments, parted at spaces; no shell is asked.
    Command(Vec<String>),
}

impl TryFrom<String> for KeySource {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const FORMS: &str =
            "a key is given as file:PATH, env:NAME or command:PROGRAM ARGUMENT…, never in the configuration";
        let (kind, place) = text.split_once(':').filter(|(_, place)| !place.trim().is_empty()).ok_or(FORMS)?;
        match kind {
            "file" => Ok(Self::File(place.into())),
            "env" => Ok(Self::Env(place.to_owned())),
            "command" => Ok(Self::Command(place.split_whitespace().map(str::to_owned).collect())),
            _ => Err(FORMS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Result<KeySource, &'static str> {
        KeySource::try_from(text.to_owned())
    }

    #[test]
    fn a_key_comes_from_a_file_the_environment_or_a_program() {
        assert_eq!(source("file:/etc/soapstone/master.key"), Ok(KeySource::File("/etc/soapstone/master.key".into())));
        assert_eq!(source("env:MASTER"), Ok(KeySource::Env("MASTER".to_owned())));
        let program = ["vault", "kv", "get"].map(str::to_owned).to_vec();
        assert_eq!(source("command:vault kv get"), Ok(KeySource::Command(program)));
        assert!(source("c29hcHN0b25l").is_err() && source("file:").is_err());
    }

    #[test]
    fn a_database_that_is_refused_is_told_without_its_password() {
        let config = StoreConfig { database: Some("mysql://u:secret@h/db".to_owned()), ..StoreConfig::default() };
        let error = config.validate().expect_err("refused").to_string();
        assert!(error.contains("store.database") && !error.contains("secret"), "{error}");
    }
}
