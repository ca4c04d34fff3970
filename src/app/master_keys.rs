//! Where the master key comes from.

use std::{fs, io::Write, path::Path};

use super::{SecretError, secrets::read_secret};
use crate::{
    config::{Config, KeySource},
    domain::Entropy,
    sealing::{MasterKey, MasterKeys},
    store::DATABASE,
};

/// The master keys that `config` names. Where it names none, the file `master.key` beside the database is the key, and is made
/// if there is none.
pub fn load_master_keys(config: &Config, entropy: &dyn Entropy) -> Result<MasterKeys, SecretError> {
    let current = match &config.keys.master {
        Some(source) => load(source)?,
        None => own(&config.paths.state()?.join("master.key"), entropy)?,
    };
    let previous = config.keys.previous.iter().map(load).collect::<Result<_, _>>()?;
    Ok(MasterKeys::new(current, previous))
}

fn load(source: &KeySource) -> Result<MasterKey, SecretError> {
    let (place, text) = read_secret(source)?;
    text.parse().map_err(|reason| SecretError::NoKey { place, reason })
}

fn own(path: &Path, entropy: &dyn Entropy) -> Result<MasterKey, SecretError> {
    if !path.exists() {
        // A new key would open nothing of what is there, and hide that the old one is lost.
        if path.with_file_name(DATABASE).exists() {
            return Err(SecretError::Lost { path: path.to_owned() });
        }
        make(path, &MasterKey::generate(entropy))?;
        tracing::warn!(path = %path.display(), "made a master key beside the database; docs/OPERATIONS.md says how to keep it apart");
    }
    load(&KeySource::File(path.to_owned()))
}

fn make(path: &Path, key: &MasterKey) -> Result<(), SecretError> {
    let failed = |source| SecretError::File { action: "make", path: path.to_owned(), source };
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
