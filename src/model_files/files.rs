//! The few things done to files here: hash, publish under the final name, remember a hash, ask for free space.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::ModelError;
use crate::domain::{Progress, hex};

/// What is left free on the disk besides what is written.
const MARGIN_BYTES: u64 = 64 << 20;

/// SHA-256 of the file, in lower-case hex.
pub(crate) fn sha256(path: &Path, progress: Progress<'_>) -> Result<String, ModelError> {
    let mut file = File::open(path).map_err(ModelError::io(path))?;
    let total = file.metadata().map_err(ModelError::io(path))?.len().max(1);
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let mut done = 0_u64;
    loop {
        let count = file.read(&mut buffer).map_err(ModelError::io(path))?;
        if count == 0 {
            break;
        }
        hasher.update(&buffer[..count]);
        done += count as u64;
        progress(done as f32 / total as f32);
    }
    Ok(hex(&hasher.finalize()))
}

/// Gives a finished file its final name: written through to the disk first, so that no crash leaves half of it there.
pub(crate) fn publish(temporary: &Path, path: &Path) -> Result<(), ModelError> {
    File::open(temporary).and_then(|file| file.sync_all()).map_err(ModelError::io(temporary))?;
    fs::rename(temporary, path).map_err(ModelError::io(path))?;
    sync_folder(path).map_err(ModelError::io(path))
}

/// Writes a small text file as a whole or not at all.
pub(crate) fn write_atomically(path: &Path, text: &str) -> Result<(), ModelError> {
    let temporary = with_suffix(path, ".new");
    fs::write(&temporary, text).map_err(ModelError::io(&temporary))?;
    publish(&temporary, path)
}

/// Makes the rename itself last: a folder is a file too.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

/// `path` with `suffix` after its whole name.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}

/// Fails when `dir`, which must exist, has not `needed` bytes and a margin free.
pub(crate) fn require_space(dir: &Path, needed: u64) -> Result<(), ModelError> {
    let available = fs4::available_space(dir).map_err(ModelError::io(dir))?;
    let needed = needed.saturating_add(MARGIN_BYTES);
    if available < needed {
        return Err(ModelError::DiskFull { dir: dir.to_owned(), needed, available });
    }
    Ok(())
}

/// What a file was when it was last hashed. While size and time stay the same the hash holds, so that a model of a
/// gigabyte is not read through at every start; `soapstone models verify` reads it through.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    bytes: u64,
    modified_ns: u64,
    sha256: String,
}

fn stamp_path(path: &Path) -> PathBuf {
    with_suffix(path, ".sha256.toml")
}

/// Size, and time of the last change in nanoseconds.
fn state(path: &Path) -> Result<(u64, u64), ModelError> {
    let metadata = fs::metadata(path).map_err(ModelError::io(path))?;
    let modified = metadata.modified().map_err(ModelError::io(path))?;
    let since = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok((metadata.len(), u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)))
}

/// Remembers that the file as it now is has this hash.
pub(crate) fn remember(path: &Path, sha256: &str) -> Result<(), ModelError> {
    let (bytes, modified_ns) = state(path)?;
    let stamp = Stamp { bytes, modified_ns, sha256: sha256.to_owned() };
    let text = toml::to_string(&stamp).expect("two numbers and a text can be written as TOML");
    write_atomically(&stamp_path(path), &text)
}

/// The hash of the file: the remembered one while the file has not changed, else computed and remembered. A folder that
/// cannot be written to (a shared one) costs the computation, nothing else.
pub(crate) fn known_sha256(path: &Path) -> Result<String, ModelError> {
    let (bytes, modified_ns) = state(path)?;
    let stamp = fs::read_to_string(stamp_path(path)).ok().and_then(|text| toml::from_str::<Stamp>(&text).ok());
    if let Some(stamp) = stamp.filter(|stamp| stamp.bytes == bytes && stamp.modified_ns == modified_ns) {
        return Ok(stamp.sha256);
    }
    let hash = sha256(path, &crate::domain::no_progress)?;
    if let Err(error) = remember(path, &hash) {
        tracing::debug!(%error, "the hash of a model file cannot be remembered");
    }
    Ok(hash)
}

/// Removes the file and its stamp; a file that is not there is no error.
pub(crate) fn remove(path: &Path) -> Result<(), ModelError> {
    for path in [path.to_owned(), stamp_path(path)] {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(ModelError::Io { path, source: error });
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::no_progress;

    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn the_hash_is_sha256() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("abc");
        fs::write(&path, "abc").expect("written");
        assert_eq!(sha256(&path, &no_progress).expect("hashes"), ABC);
    }

    #[test]
    fn a_changed_file_is_hashed_again_and_an_unchanged_one_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("abc");
        fs::write(&path, "abc").expect("written");
        remember(&path, "as remembered").expect("remembers");
        assert_eq!(known_sha256(&path).expect("known"), "as remembered");
        fs::write(&path, "abcd").expect("written");
        fs::write(&path, "abc").expect("written");
        File::options().append(true).open(&path).and_then(|f| f.set_modified(UNIX_EPOCH)).expect("dated");
        assert_eq!(known_sha256(&path).expect("known"), ABC);
    }

    #[test]
    fn a_disk_that_is_too_small_is_told_with_both_numbers() {
        let folder = tempfile::tempdir().expect("a folder");
        let error = require_space(folder.path(), u64::MAX / 2).expect_err("refused");
        let ModelError::DiskFull { needed, available, .. } = &error else { panic!("{error}") };
        assert!(available < needed);
        assert!(error.to_string().contains("bytes are needed"), "{error}");
    }
}
