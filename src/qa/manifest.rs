//! Which recordings are measured, and what was said in each: a manifest, or a folder of recordings with a text beside each.
//!
//! A manifest has a JSON object a line: `{"id", "audio", "transcript", "rttm", "tags"}`; `rttm` and `tags` may be missing,
//! other keys are for others. Paths start from the manifest's folder. A transcript is `soapstone.transcript/1`, a dialogue
//! (`doctor: …`), or plain text; in a file of no words nothing was said. In a folder, `visit.wav` goes with `visit.txt` (or
//! `visit.transcript.json`) and, if it is there, `visit.rttm`; recorders and copies write these endings in any case.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use serde_json::error::Category;

use super::{
    files::{misspelt, read_bytes},
    metrics::diarisation::Turn,
};
use crate::{
    domain::{Transcript, Utterance},
    transcription::reading::{self, ReadingError},
};

/// What recordings are called in a folder.
const AUDIO_EXTENSIONS: [&str; 8] = ["wav", "flac", "mp3", "ogg", "opus", "m4a", "aac", "webm"];

/// Why there is nothing to measure.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line is no entry.
    #[error("{}, line {line}: {reason}", path.display())]
    Line {
        /// The manifest.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A recording that is listed is not there.
    #[error("{}, line {line}: there is no recording {}", path.display(), audio.display())]
    NoAudio {
        /// The manifest.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// The recording.
        audio: PathBuf,
    },
    /// A reference cannot be read.
    #[error("{} cannot be read as a transcript: {source}", path.display())]
    Transcript {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ReadingError,
    },
    /// A line of an RTTM file is none.
    #[error("{}, line {line}: it is not \"SPEAKER file 1 start seconds <NA> <NA> speaker …\"", path.display())]
    Rttm {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// Nothing is listed.
    #[error("{} names no recording; a line looks like {{\"id\":\"a\",\"audio\":\"a.flac\",\"transcript\":\"a.txt\",\"tags\":[]}}", path.display())]
    Empty {
        /// The manifest.
        path: PathBuf,
    },
    /// A folder without pairs.
    #[error("{} has no recording with a text of the same name beside it (visit.wav and visit.txt)", path.display())]
    NoPairs {
        /// The folder.
        path: PathBuf,
    },
}

/// A recording to measure with.
pub struct Item {
    /// Its name in reports.
    pub id: String,
    /// The file.
    pub audio: PathBuf,
    /// What was said in it.
    pub reference: Reference,
    /// Kinds of recording that it is of.
    pub tags: Vec<String>,
}

/// What is known of a recording.
pub struct Reference {
    /// What was said; no utterance where nothing was.
    pub transcript: Transcript,
    /// Who spoke when; `None` where that is not known.
    pub turns: Option<Vec<Turn>>,
}

#[derive(Deserialize)]
struct Line {
    id: String,
    audio: PathBuf,
    transcript: PathBuf,
    rttm: Option<PathBuf>,
    #[serde(default)]
    tags: Vec<String>,
}

/// Reads the manifest, or the folder, at `path`, with all references.
pub fn read(path: &Path) -> Result<Vec<Item>, ManifestError> {
    if path.is_dir() { read_folder(path) } else { read_manifest(path) }
}

fn read_manifest(path: &Path) -> Result<Vec<Item>, ManifestError> {
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    let (mut items, mut ids) = (Vec::new(), HashSet::new());
    for (index, text) in read_text(path)?.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
        let number = index + 1;
        let wrong = |reason: String| ManifestError::Line { path: path.to_owned(), line: number, reason };
        let line: Line = serde_json::from_str(text).map_err(|error| wrong(no_line(&error)))?;
        if let Some((written, meant)) = misspelt_key(text) {
            return Err(wrong(format!("it has no key {meant}, but {written}: is {meant} meant?")));
        }
        if !ids.insert(line.id.clone()) {
            return Err(wrong(format!("the id {} is taken by an earlier line", line.id)));
        }
        let audio = folder.join(&line.audio);
        if !audio.is_file() {
            return Err(ManifestError::NoAudio { path: path.to_owned(), line: number, audio });
        }
        let rttm = line.rttm.map(|rttm| folder.join(rttm)).or_else(|| beside(&audio, "rttm"));
        let reference = read_reference(&folder.join(&line.transcript), rttm.as_deref())?;
        items.push(Item { id: line.id, audio, reference, tags: line.tags });
    }
    if items.is_empty() { Err(ManifestError::Empty { path: path.to_owned() }) } else { Ok(items) }
}

/// The keys of a line.
const KEYS: [&str; 5] = ["id", "audio", "transcript", "rttm", "tags"];

/// A key of `line` that seems to be meant as one of [`KEYS`] which it has not, and that one. Other keys are for others.
fn misspelt_key(line: &str) -> Option<(String, &'static str)> {
    let keys: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).ok()?;
    misspelt(&keys.keys().map(String::as_str).collect::<Vec<_>>(), &KEYS)
}

/// What is wrong with a line; the library counts from the line itself, and all its lines are the first.
fn no_line(error: &serde_json::Error) -> String {
    if error.classify() != Category::Data {
        return format!("it is no JSON object (see column {})", error.column());
    }
    let message = error.to_string();
    message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what).to_owned()
}

fn read_folder(path: &Path) -> Result<Vec<Item>, ManifestError> {
    let unreadable = |source| ManifestError::Read { path: path.to_owned(), source };
    let entries = fs::read_dir(path).map_err(unreadable)?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>().map_err(unreadable)?;
    files.sort();
    let mut items = Vec::new();
    for audio in files.into_iter().filter(|file| is_audio(file)) {
        let Some(text) = text_beside(&audio) else { continue };
        let rttm = beside(&audio, "rttm");
        let id = audio.file_name().unwrap_or_default().to_string_lossy().into_owned();
        items.push(Item { id, reference: read_reference(&text, rttm.as_deref())?, audio, tags: Vec::new() });
    }
    if items.is_empty() { Err(ManifestError::NoPairs { path: path.to_owned() }) } else { Ok(items) }
}

/// The names of the recordings in the folder `path` that have no text beside them, so that nothing can be measured with them;
/// none where it is no folder.
pub fn without_text(path: &Path) -> Vec<String> {
    let files = fs::read_dir(path).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let mut names: Vec<String> = files
        .filter(|file| is_audio(file) && text_beside(file).is_none())
        .map(|file| file.file_name().unwrap_or_default().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn is_audio(file: &Path) -> bool {
    let extension = file.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    extension.is_some_and(|extension| AUDIO_EXTENSIONS.contains(&extension.as_str()))
}

fn text_beside(audio: &Path) -> Option<PathBuf> {
    ["transcript.json", "txt"].iter().find_map(|ending| beside(audio, ending))
}

/// The file in the folder of `audio` that has its name and this `ending`, in any case.
fn beside(audio: &Path, ending: &str) -> Option<PathBuf> {
    let usual = audio.with_extension(ending);
    if usual.is_file() {
        return Some(usual);
    }
    let stem = audio.file_stem()?.to_string_lossy();
    let is_beside = |file: &PathBuf| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let rest = name.strip_prefix(stem.as_ref()).and_then(|rest| rest.strip_prefix('.'));
        rest.is_some_and(|rest| rest.eq_ignore_ascii_case(ending)) && file.is_file()
    };
    let folder = audio.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path())).filter(is_beside).min()
}

fn read_text(path: &Path) -> Result<String, ManifestError> {
    let unreadable = |source| ManifestError::Read { path: path.to_owned(), source };
    let text = read_bytes(path).map_err(unreadable)?;
    String::from_utf8(text).map_err(|error| unreadable(io::Error::new(io::ErrorKind::InvalidData, error.utf8_error())))
}

fn read_reference(transcript: &Path, rttm: Option<&Path>) -> Result<Reference, ManifestError> {
    let transcript = read_transcript(transcript)?;
    let turns = match rttm {
        Some(rttm) => Some(read_rttm(rttm)?),
        None => turns(&transcript),
    };
    Ok(Reference { transcript, turns })
}

fn read_transcript(path: &Path) -> Result<Transcript, ManifestError> {
    let bytes = read_bytes(path).map_err(|source| ManifestError::Read { path: path.to_owned(), source })?;
    let is_json = bytes.trim_ascii_start().starts_with(b"{");
    let read = if is_json { reading::from_json(&bytes) } else { reading::from_dialogue(&bytes) };
    match read {
        Err(ReadingError::Empty) => Ok(Transcript::default()),
        Err(ReadingError::NoLabels | ReadingError::UnknownLabels | ReadingError::BeforeFirstLabel { .. }) => {
            let text = String::from_utf8_lossy(&bytes);
            Ok(reading::of_speakers(&text).unwrap_or_else(|| plain_text(&text)))
        }
        read => read.map_err(|source| ManifestError::Transcript { path: path.to_owned(), source }),
    }
}

/// Text that does not say who speaks.
fn plain_text(text: &str) -> Transcript {
    let utterance = Utterance { id: "u1".to_owned(), text: text.trim().into(), ..Utterance::default() };
    Transcript { utterances: vec![utterance], ..Transcript::default() }
}

/// Who spoke when, by the times of the utterances; `None` where one has none or nobody's name.
pub(super) fn turns(transcript: &Transcript) -> Option<Vec<Turn>> {
    let turn = |said: &Utterance| {
        let (start_ms, end_ms) = (said.start_ms?, said.end_ms?);
        (!said.speaker.is_empty()).then(|| Turn { speaker: said.speaker.clone(), start_ms, end_ms })
    };
    transcript.utterances.iter().map(turn).collect::<Option<Vec<Turn>>>().filter(|turns| !turns.is_empty())
}

/// Reads who spoke when as NIST's evaluations write it.
fn read_rttm(path: &Path) -> Result<Vec<Turn>, ManifestError> {
    let mut turns = Vec::new();
    for (index, line) in read_text(path)?.lines().enumerate().filter(|(_, line)| line.starts_with("SPEAKER")) {
        turns.push(rttm_turn(line).ok_or_else(|| ManifestError::Rttm { path: path.to_owned(), line: index + 1 })?);
    }
    Ok(turns)
}

fn rttm_turn(line: &str) -> Option<Turn> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let seconds = |field: usize| fields.get(field)?.parse::<f64>().ok().filter(|seconds| *seconds >= 0.0);
    let milliseconds = |seconds: f64| (seconds * 1000.0).round() as u64;
    let (start, length) = (seconds(3)?, seconds(4)?);
    let speaker = (*fields.get(7)?).to_owned();
    Some(Turn { speaker, start_ms: milliseconds(start), end_ms: milliseconds(start + length) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Role;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in files {
            fs::write(folder.path().join(name), text).expect("it can be written");
        }
        folder
    }

    const SPOKEN: &str = r#"{"schema":"soapstone.transcript/1","utterances":[
        {"speaker":"S1","role":"patient","start_ms":100,"end_ms":900,"text":"hello"}]}"#;

    #[test]
    fn a_manifest_has_a_recording_a_line() {
        let lines = r#"{"id":"a","audio":"a.flac","transcript":"a.json","title":"x","tags":["noise"]}

                       {"id":"b","audio":"b.flac","transcript":"b.json","facts":"b.facts.json"}"#;
        let nothing = r#"{"schema":"soapstone.transcript/1","utterances":[]}"#;
        let rttm = "SPEAKER a 1 0.4 1.5 <NA> <NA> S2 <NA> <NA>\n";
        let files =
            [("m", lines), ("a.flac", ""), ("a.json", SPOKEN), ("a.rttm", rttm), ("b.flac", ""), ("b.json", nothing)];
        let folder = folder(&files);
        let items = read(&folder.path().join("m")).expect("it is a manifest");
        assert_eq!((items[0].id.as_str(), items[0].tags.as_slice()), ("a", &["noise".to_owned()][..]));
        let turn = Turn { speaker: "S2".to_owned(), start_ms: 400, end_ms: 1_900 };
        assert_eq!(items[0].reference.turns, Some(vec![turn]));
        assert!(items[1].reference.transcript.utterances.is_empty() && items[1].reference.turns.is_none());
    }

    #[test]
    fn a_misspelt_key_is_told() {
        let line = r#"{"id":"a","audio":"a.flac","transcript":"a.txt","rtmm":"a.rttm"}"#;
        let folder = folder(&[("m", line), ("a.flac", ""), ("a.txt", "hi")]);
        let fault = read(&folder.path().join("m")).err().expect("it is refused").to_string();
        assert!(fault.contains("line 1") && fault.contains("is rttm meant?"), "{fault}");
        let others = r#"{"id":"a","audio":"a.flac","transcript":"a.txt","rate":1,"page":2,"task":"x"}"#;
        fs::write(folder.path().join("m"), others).expect("it can be written");
        assert!(read(&folder.path().join("m")).is_ok());
    }

    #[test]
    fn speakers_without_roles_are_no_words() {
        let line = r#"{"id":"a","audio":"a.flac","transcript":"a.txt"}"#;
        let said = "# visit 3\n[00:01] Speaker 1: And digoxin?\r\n[00:05] Speaker 2: Yes: one\n a day.\n";
        let folder = folder(&[("m", line), ("a.flac", ""), ("a.txt", said)]);
        let items = read(&folder.path().join("m")).expect("it is a manifest");
        let said: Vec<(&str, &str)> = items[0]
            .reference
            .transcript
            .utterances
            .iter()
            .map(|said| (said.speaker.as_str(), said.text.as_str()))
            .collect();
        assert_eq!(said, [("S1", "And digoxin?"), ("S2", "Yes: one a day.")]);
    }

    #[test]
    fn utterance_times_stand_in_for_an_rttm() {
        let line = r#"{"id":"a","audio":"a.flac","transcript":"a.json"}"#;
        let folder = folder(&[("m", line), ("a.flac", ""), ("a.json", SPOKEN)]);
        let items = read(&folder.path().join("m")).expect("it is a manifest");
        let turn = Turn { speaker: "S1".to_owned(), start_ms: 100, end_ms: 900 };
        assert_eq!(items[0].reference.turns, Some(vec![turn]));
    }

    #[test]
    fn a_folder_is_read_in_pairs() {
        let files = [
            ("a.wav", ""),
            ("a.txt", "doctor: hello\npatient: hi"),
            ("b.MP3", ""),
            ("b.txt", "just what was said"),
            ("c.wav", ""),
            ("d.txt", "no recording"),
            ("e.wav", ""),
            ("e.txt", " \n"),
        ];
        let folder = folder(&files);
        let items = read(folder.path()).expect("there are pairs");
        let ids: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
        assert_eq!(ids, ["a.wav", "b.MP3", "e.wav"]);
        assert_eq!(without_text(folder.path()), ["c.wav"]);
        let said = |at: usize| &items[at].reference.transcript.utterances;
        assert_eq!((said(0).len(), said(0)[1].role), (2, Role::Patient));
        assert_eq!((said(1)[0].text.as_str(), said(1)[0].speaker.as_str()), ("just what was said", ""));
        assert!(said(2).is_empty());
    }

    #[test]
    fn endings_are_told_in_any_case() {
        let rttm = "SPEAKER a 1 0.4 1.5 <NA> <NA> S2 <NA> <NA>\n";
        let files = [
            ("Fan.WAV", ""),
            ("Fan.TXT", ""),
            ("Visit.Wav", ""),
            ("Visit.Transcript.JSON", SPOKEN),
            ("Visit.txt", "another text"),
            ("Visit.RTTM", rttm),
            ("Visit 2.WAV", ""),
        ];
        let folder = folder(&files);
        let items = read(folder.path()).expect("there are pairs");
        let ids: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
        assert_eq!(ids, ["Fan.WAV", "Visit.Wav"]);
        assert_eq!(items[1].reference.transcript.utterances[0].text.as_str(), "hello");
        assert_eq!(items[1].reference.turns.as_ref().map(|turns| turns[0].speaker.as_str()), Some("S2"));
        assert_eq!(without_text(folder.path()), ["Visit 2.WAV"]);
    }

    #[test]
    fn a_byte_order_mark_does_no_harm() {
        let marked = |text: &str| format!("\u{feff}{text}");
        let rttm = marked("SPEAKER a 1 0.4 1.5 <NA> <NA> S2 <NA> <NA>\n");
        let lines = marked(
            r#"{"id":"a","audio":"a.wav","transcript":"a.json"}
            {"id":"b","audio":"b.wav","transcript":"b.txt"}
            {"id":"c","audio":"c.wav","transcript":"c.txt"}"#,
        );
        let (spoken, plain, nothing) = (marked(SPOKEN), marked("hello there"), marked("\r\n"));
        let files = [
            ("m", lines.as_str()),
            ("a.wav", ""),
            ("a.json", &spoken),
            ("a.rttm", &rttm),
            ("b.wav", ""),
            ("b.txt", &plain),
            ("c.wav", ""),
            ("c.txt", &nothing),
        ];
        let items = read(&folder(&files).path().join("m")).expect("it is a manifest");
        let said = |at: usize| &items[at].reference.transcript.utterances;
        assert_eq!((said(0)[0].text.as_str(), said(1)[0].text.as_str(), said(2).len()), ("hello", "hello there", 0));
        assert_eq!(items[0].reference.turns.as_ref().map(Vec::len), Some(1));
    }

    #[test]
    fn each_fault_names_its_place() {
        let fault = |files: &[(&str, &str)]| {
            let folder = folder(files);
            read(&folder.path().join("m")).err().expect("it is refused").to_string()
        };
        let line = r#"{"id":"a","audio":"a.flac","transcript":"a.txt"}"#;
        assert!(fault(&[("m", "")]).contains("names no recording"));
        assert!(fault(&[("m", "\n{}")]).ends_with("line 2: missing field `id`"));
        assert!(fault(&[("m", "\n{\"id\":")]).ends_with("line 2: it is no JSON object (see column 6)"));
        assert!(fault(&[("m", line)]).contains("there is no recording"));
        assert!(fault(&[("m", line), ("a.flac", "")]).contains("a.txt"));
        let twice = format!("{line}\n{line}");
        assert!(fault(&[("m", &twice), ("a.flac", ""), ("a.txt", "hi")]).contains("line 2: the id a is taken"));
        let rttm = [("m", line), ("a.flac", ""), ("a.txt", "hi"), ("a.rttm", "SPEAKER a 1 x 1.5 <NA> <NA> S2")];
        assert!(fault(&rttm).contains("a.rttm, line 1"));
        let alone = folder(&[("a.wav", "")]);
        assert!(read(alone.path()).err().expect("it is refused").to_string().contains("visit.txt"));
    }
}
