//! Where the master key comes from.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use zeroize::Zeroizing;

use crate::{
    config::{Config, ConfigError, KeySource},
    domain::Entropy,
    sealing::{MasterKey, MasterKeys},
};

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The folder of the service has no place.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The file cannot be read or made.
    #[error("cannot {action} the master key {}: {source}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Others than its owner can read the file.
    #[error("others can read the master key {}: chmod 600 it", path.display())]
    Open {
        /// The file.
        path: PathBuf,
    },
    /// The variable is not set.
    #[error("the environment has no {name}, which `keys` names as a master key")]
    NotSet {
        /// The variable.
        name: String,
    },
    /// The program failed. What it wrote is not shown, as it may be the key.
    #[error("the program {program} of `keys` gave no master key: {reason}")]
    Program {
        /// The program.
        program: String,
        /// Why.
        reason: String,
    },
    /// It is no key.
    #[error("{place}: {reason}")]
    NoKey {
        /// Where it came from.
        place: String,
        /// What is wrong.
        reason: &'static str,
    },
}

/// The master keys that `config` names. Where it names none, the file `master.key` beside the database is the key, and is made
/// if there is none.
pub fn load_master_keys(config: &Config, entropy: &dyn Entropy) -> Result<MasterKeys, KeyError> {
    let current = match &config.keys.master {
        Some(source) => load(source)?,
        None => own(&config.paths.state()?.join("master.key"), entropy)?,
    };
    let previous = config.keys.previous.iter().map(load).collect::<Result<_, _>>()?;
    Ok(MasterKeys::new(current, previous))
}

fn load(source: &KeySource) -> Result<MasterKey, KeyError> {
    let (place, text) = secret_text(source)?;
    text.parse().map_err(|reason| KeyError::NoKey { place, reason })
}

/// What stands at `source`, and what to call that place.
pub(super) fn secret_text(source: &KeySource) -> Result<(String, Zeroizing<String>), KeyError> {
    match source {
        KeySource::File(path) => Ok((path.display().to_string(), read(path)?)),
        KeySource::Env(name) => {
            let value = std::env::var(name).map_err(|_| KeyError::NotSet { name: name.clone() })?;
            Ok((format!("the environment's {name}"), Zeroizing::new(value)))
        }
        KeySource::Command(words) => Ok((words[0].clone(), ask(words)?)),
    }
}

fn read(path: &Path) -> Result<Zeroizing<String>, KeyError> {
    let failed = |source| KeyError::File { action: "read", path: path.to_owned(), source };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path).map_err(failed)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(KeyError::Open { path: path.to_owned() });
        }
    }
    fs::read_to_string(path).map(Zeroizing::new).map_err(failed)
}

fn ask(words: &[String]) -> Result<Zeroizing<String>, KeyError> {
    let program = words[0].clone();
    let failed = |reason: String| KeyError::Program { program: program.clone(), reason };
    let output = Command::new(&program).args(&words[1..]).output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(output.status.to_string()));
    }
    String::from_utf8(output.stdout).map(Zeroizing::new).map_err(|_| failed("it wrote no text".to_owned()))
}

fn own(path: &Path, entropy: &dyn Entropy) -> Result<MasterKey, KeyError> {
    if !path.exists() {
        make(path, &MasterKey::generate(entropy))?;
        tracing::warn!(path = %path.display(), "made a master key beside the database; docs/OPERATIONS.md says how to keep it apart");
    }
    load(&KeySource::File(path.to_owned()))
}

fn make(path: &Path, key: &MasterKey) -> Result<(), KeyError> {
    let failed = |source| KeyError::File { action: "make", path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(format!("{}\n", key.to_base64().as_str()).as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
}
