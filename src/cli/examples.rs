//! `--examples DIR`: notes that the clinician signed, to write as this clinician does.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use super::Failure;
use crate::{
    delivery::markdown,
    domain::{Note, PatientText},
    structuring::{Example, Examples},
};

/// A line of a corpus of notes.
#[derive(Deserialize)]
struct Line {
    id: String,
    dialogue: Option<PatientText>,
    note: PatientText,
}

/// Reads every note in the folder `dir`; files of other kinds are passed over. How many of them have no history under a
/// heading is said; that none has one is a failure.
pub(super) fn read(dir: &Path) -> Result<Examples, Failure> {
    let mut notes = Vec::new();
    for path in files(dir)? {
        notes.extend(read_file(&path)?);
    }
    let all = notes.len();
    let examples: Vec<Example> = notes.into_iter().flatten().collect();
    let name = dir.display().to_string();
    match all - examples.len() {
        _ if examples.is_empty() => {
            let reason =
                "there is no note in it with a history under a heading (.txt, .md, .json as soapstone.note/1, .jsonl)";
            return Err(Failure::bad_input(&name, reason));
        }
        0 => {}
        without => {
            eprintln!(
                "soapstone: {name}: {without} of {all} notes have no history under a heading that is known, and are left out"
            )
        }
    }
    Ok(Examples::new(examples))
}

/// The files of `dir` in the order of their names: the same folder gives the same note on every machine.
fn files(dir: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |error| Failure::unreadable(dir, &error);
    let entries = fs::read_dir(dir).map_err(unreadable)?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()).map_err(unreadable));
    let mut files = paths.collect::<Result<Vec<PathBuf>, Failure>>()?;
    files.retain(|path| path.is_file());
    files.sort();
    Ok(files)
}

/// The notes of a file; `None` for each that has no history.
fn read_file(path: &Path) -> Result<Vec<Option<Example>>, Failure> {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    let extension = extension.as_deref().unwrap_or_default();
    if !["txt", "md", "json", "jsonl"].contains(&extension) {
        return Ok(Vec::new());
    }
    let bytes = fs::read(path).map_err(|error| Failure::unreadable(path, &error))?;
    let text = String::from_utf8_lossy(&bytes);
    let text = text.trim_start_matches('\u{feff}');
    let id = path.file_stem().unwrap_or_default().to_string_lossy();
    match extension {
        "json" => Ok(vec![Example::of_note(&id, &parsed::<Note>(text, path, 1, "soapstone.note/1")?)]),
        "jsonl" => {
            let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
            lines.map(|(at, line)| of_line(line, path, at + 1)).collect()
        }
        _ => Ok(vec![Example::of_text(&id, markdown::sections_of(text).unwrap_or(text), None)]),
    }
}

fn of_line(line: &str, path: &Path, number: usize) -> Result<Option<Example>, Failure> {
    let Line { id, dialogue, note } = parsed(line, path, number, "visit with an id, a note and perhaps a dialogue")?;
    Ok(Example::of_text(&id, &note, dialogue.as_deref()))
}

/// The library's message may quote a value, which may be a patient's words: only the place is told.
fn parsed<'t, T: Deserialize<'t>>(text: &'t str, path: &Path, line: usize, what: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(|error| {
        let (line, column) = (line + error.line() - 1, error.column());
        Failure::bad_input(&path.display().to_string(), format!("this is no {what} (line {line}, column {column})"))
    })
}
