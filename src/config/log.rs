//! How the log is written.

use serde::Deserialize;

/// The log, on standard error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// For people, or for programs that collect logs.
    pub format: LogFormat,
}

/// What a line of the log is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Words.
    #[default]
    Text,
    /// A JSON object.
    Json,
}
