//! Files that are on the disk when it is said so.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{KeepingError, manifest::FileEntry};
use crate::domain::hex;

/// Bytes that are copied at a time.
const BUFFER: usize = 1 << 20;

/// Copies `from` to the new file `to`, and says what was copied as an entry called `name`.
pub(super) fn copy(from: &Path, to: &Path, name: &str) -> Result<FileEntry, KeepingError> {
    let mut source = File::open(from).map_err(failed("read", from))?;
    let mut copy = File::create_new(to).map_err(failed("write", to))?;
    let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; BUFFER]);
    loop {
        let read = source.read(&mut buffer).map_err(failed("read", from))?;
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
        copy.write_all(&buffer[..read]).map_err(failed("write", to))?;
        bytes += read as u64;
    }
    copy.sync_all().map_err(failed("sync", to))?;
    Ok(FileEntry { path: name.to_owned(), bytes, sha256: hex(&hash.finalize()) })
}

/// What the file `path` is, as an entry called `name`, and that it is on the disk.
pub(super) fn describe(path: &Path, name: &str) -> Result<FileEntry, KeepingError> {
    let mut file = File::open(path).map_err(failed("read", path))?;
    let mut hash = Sha256::new();
    let bytes = io::copy(&mut file, &mut HashWriter(&mut hash)).map_err(failed("read", path))?;
    file.sync_all().map_err(failed("sync", path))?;
    Ok(FileEntry { path: name.to_owned(), bytes, sha256: hex(&hash.finalize()) })
}

struct HashWriter<'a>(&'a mut Sha256);

impl Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Puts `bytes` at `path` in one step, in the place of what was there.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), KeepingError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder).map_err(failed("write", path))?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(failed("write", path))?;
    file.persist(path).map_err(|error| failed("write", path)(error.error))?;
    sync_folder(folder)
}

/// Beginning of the name of what is not whole yet.
pub(super) const UNFINISHED: &str = ".unfinished-";

/// A folder that nobody but its owner looks into.
pub(super) fn make_folder(path: &Path) -> Result<(), KeepingError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(failed("make", path))
}

/// The names in `folder` are on the disk.
pub(super) fn sync_folder(folder: &Path) -> Result<(), KeepingError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed("sync", folder))
}

pub(super) fn rename(from: &Path, to: &Path) -> Result<(), KeepingError> {
    fs::rename(from, to).map_err(failed("put in place", to))?;
    sync_folder(to.parent().unwrap_or(Path::new(".")))
}

/// What lies in `folder`, by name; nothing where there is no such folder.
pub(super) fn list(folder: &Path) -> Result<Vec<PathBuf>, KeepingError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed("read", folder))?,
    };
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = paths.collect::<io::Result<Vec<_>>>().map_err(failed("read", folder))?;
    paths.sort();
    Ok(paths)
}

pub(super) fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> KeepingError {
    let path = path.to_owned();
    move |source| KeepingError::Io { action, path, source }
}
