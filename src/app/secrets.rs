//! Secrets that the configuration names and does not hold: master keys, the EHR's token, the service's key there, and what it
//! proves itself with at the single sign-on.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use zeroize::Zeroizing;

use crate::{
    config::{ConfigError, KeySource},
    delivery::fhir::ServiceKeyError,
};

/// Why a secret is not there.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The folder of the service has no place.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The file cannot be read or made.
    #[error("cannot {action} the secret {}: {source}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Others than its owner can read the file.
    #[error("others can read the secret {}: chmod 600 it", path.display())]
    Open {
        /// The file.
        path: PathBuf,
    },
    /// There is a database and not the key that it was begun with.
    #[error("the master key {} is gone, and the database beside it is not: put the key back, from where it was kept", path.display())]
    Lost {
        /// The file.
        path: PathBuf,
    },
    /// The variable is not set.
    #[error("the environment has no {name}, which the configuration names as the place of a secret")]
    NotSet {
        /// The variable.
        name: String,
    },
    /// The program failed. What it wrote is not shown, as it may be the secret.
    #[error("the program {program}, which the configuration names, gave no secret: {reason}")]
    Program {
        /// The program.
        program: String,
        /// Why.
        reason: String,
    },
    /// It is no master key.
    #[error("{place}: {reason}")]
    NoKey {
        /// Where it came from.
        place: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// It is no key that the EHR could know the service by.
    #[error("{place}: {reason}")]
    NoServiceKey {
        /// Where it came from.
        place: String,
        /// What is wrong.
        reason: ServiceKeyError,
    },
}

/// What stands at `source`, and what to call that place.
pub fn read_secret(source: &KeySource) -> Result<(String, Zeroizing<String>), SecretError> {
    match source {
        KeySource::File(path) => Ok((path.display().to_string(), read(path)?)),
        KeySource::Env(name) => {
            let value = std::env::var(name).map_err(|_| SecretError::NotSet { name: name.clone() })?;
            Ok((format!("the environment's {name}"), Zeroizing::new(value)))
        }
        KeySource::Command(words) => Ok((words[0].clone(), ask(words)?)),
    }
}

fn read(path: &Path) -> Result<Zeroizing<String>, SecretError> {
    let failed = |source| SecretError::File { action: "read", path: path.to_owned(), source };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path).map_err(failed)?.permissions().mode();
        // There a file is one service's alone, and its list of access shows as a group that can read it.
        let is_credential = path.starts_with("/run/credentials") && mode & 0o037 == 0;
        if mode & 0o077 != 0 && !is_credential {
            return Err(SecretError::Open { path: path.to_owned() });
        }
    }
    fs::read_to_string(path).map(Zeroizing::new).map_err(failed)
}

fn ask(words: &[String]) -> Result<Zeroizing<String>, SecretError> {
    let program = words[0].clone();
    let failed = |reason: String| SecretError::Program { program: program.clone(), reason };
    let output = Command::new(&program).args(&words[1..]).output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(output.status.to_string()));
    }
    String::from_utf8(output.stdout).map(Zeroizing::new).map_err(|_| failed("it wrote no text".to_owned()))
}
