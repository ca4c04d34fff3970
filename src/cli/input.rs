//! INPUT of a command: a recording or a transcript, a path or `-` for standard input.
//!
//! Which of the two it is, is told by what it holds: text that begins with `{` is JSON, other text is a dialogue, anything
//! else a recording. A name that ends in `.txt` or `.json` is believed, so that damaged text is not called bad audio.

use std::{
    fs::File,
    io::{self, Read, Seek},
    path::{Path, PathBuf},
};

use crate::{
    audio::{AudioError, AudioSource, read_piped},
    domain::{Role, RoleExchange, Transcript},
    transcription::{
        breaths,
        reading::{self, ReadingError},
        swapped, unheard,
    },
};

/// What standard input is called in messages.
const STDIN: &str = "standard input";

/// How much of a file is looked at to tell what it is.
const HEAD_BYTES: u64 = 4096;

/// The longest transcript that is read: weeks of talk.
const MAX_TRANSCRIPT_BYTES: u64 = 64 << 20;

/// A visit, as it was given.
pub enum VisitInput {
    /// A recording, not decoded yet.
    Audio(AudioInput),
    /// A transcript.
    Transcript(Transcript),
}

/// Where a recording is.
pub enum AudioInput {
    /// In a file.
    File(PathBuf),
    /// It came through standard input, or out of a pipe or device.
    Piped {
        /// What messages call it.
        name: String,
        /// All of it.
        bytes: Vec<u8>,
    },
}

impl AudioInput {
    /// As [`crate::audio::decode`] takes it.
    pub fn source(&self) -> AudioSource<'_> {
        match self {
            Self::File(path) => AudioSource::File(path),
            Self::Piped { name, bytes } => AudioSource::Bytes { name, bytes },
        }
    }
}

/// Why an input cannot be used. All of them are bad input (exit code 3).
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// It cannot be opened, or it is empty.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// It is text, but no transcript.
    #[error("{input} cannot be read as a transcript: {source}")]
    Transcript {
        /// The file.
        input: String,
        /// Why.
        source: ReadingError,
    },
    /// It is text, far longer than any visit.
    #[error("{input} has more than {} MB of text, which no visit has: give one visit", MAX_TRANSCRIPT_BYTES >> 20)]
    TooLong {
        /// The file.
        input: String,
    },
}

/// What INPUT is called in messages.
pub fn name(input: &str) -> &str {
    if input == "-" { STDIN } else { input }
}

/// Reads INPUT: a transcript whole, of a recording only where it is (or, from standard input, its bytes).
pub fn read(input: &str) -> Result<VisitInput, InputError> {
    if input == "-" {
        let bytes = read_piped(io::stdin().lock(), STDIN)?;
        return from_piped(bytes, STDIN);
    }
    from_file(Path::new(input))
}

/// Puts the labels of a transcript that was given as `input` right where they are exchanged, and says so; also where they
/// may be, and where somebody is in the room who has none. Then turns that nobody speaks in one breath are parted.
pub fn check_labels(transcript: &mut Transcript, input: &str) {
    let known = transcript.exchanges.clone();
    swapped::put_right(transcript);
    for exchange in transcript.exchanges.iter().filter(|exchange| !known.contains(exchange)) {
        eprintln!("soapstone: {}: {}", name(input), about(exchange, transcript));
    }
    unheard::mark(transcript);
    tell_if_unheard(transcript, input);
    tell_if_nobody(transcript, input);
    breaths::part(transcript);
}

/// Says so if nobody in the transcript is labelled the patient, or the clinician.
fn tell_if_nobody(transcript: &Transcript, input: &str) {
    let (role, label, lost) = match transcript.missing_role() {
        Some(Role::Patient) => ("patient", "patient:", "complaints and answers"),
        Some(_) => ("clinician", "doctor:", "findings, orders and decisions"),
        None => return,
    };
    eprintln!(
        "soapstone: {}: nobody in it is labelled the {role}, so no {lost} are read as theirs; begin the {role}'s turns with \
         \"{label}\"",
        name(input)
    );
}

/// Says what is doubtful about the transcript that was made of the recording `input`.
pub fn tell_doubts(transcript: &Transcript, input: &str) {
    tell_if_left_out(transcript, input);
    tell_if_unheard(transcript, input);
}

/// Says so if somebody is in the room of whom no utterance of the transcript is.
fn tell_if_unheard(transcript: &Transcript, input: &str) {
    let Some(first) = transcript.unheard_companion.first() else { return };
    eprintln!(
        "soapstone: {}: turn {} of {} tells of somebody else in the room, and nothing is labelled as theirs; what is \
         labelled the patient's may be theirs: check who said what",
        name(input),
        turn(first, transcript),
        transcript.utterances.len()
    );
}

/// Says so if somebody may be missing from the transcript that was made of `input`.
fn tell_if_left_out(transcript: &Transcript, input: &str) {
    if let Some(left_out_ms) = transcript.left_out_ms {
        let seconds = left_out_ms / 1000;
        eprintln!(
            "soapstone: {}: {seconds} seconds of sound are as loud as the speech and were not taken for speech; somebody may \
             be missing from the transcript: listen to it",
            name(input)
        );
    }
}

/// The number of the utterance `id`, which messages use: ids are whatever the file has, a name perhaps.
fn turn(id: &str, transcript: &Transcript) -> usize {
    transcript.utterances.iter().position(|said| said.id == id).map_or(0, |at| at + 1)
}

fn about(exchange: &RoleExchange, transcript: &Transcript) -> String {
    let (from, to) = (turn(&exchange.from, transcript), turn(&exchange.to, transcript));
    let of = transcript.utterances.len();
    let place = if (from, to) == (1, of) { String::new() } else { format!("in turns {from} to {to} of {of} ") };
    let found = "what is labelled the clinician's is said by the patient and the other way round";
    match exchange.put_right {
        true => format!("{place}{found}; the labels were exchanged"),
        false => format!("{place}it may be that {found}; the labels were left as they are: check who said what"),
    }
}

fn from_piped(bytes: Vec<u8>, name: &str) -> Result<VisitInput, InputError> {
    if !is_text(&bytes[..bytes.len().min(HEAD_BYTES as usize)]) {
        return Ok(VisitInput::Audio(AudioInput::Piped { name: name.to_owned(), bytes }));
    }
    if bytes.len() as u64 > MAX_TRANSCRIPT_BYTES {
        return Err(InputError::TooLong { input: name.to_owned() });
    }
    transcript(&bytes, name)
}

fn from_file(path: &Path) -> Result<VisitInput, InputError> {
    let name = path.display().to_string();
    let read_error = |source| AudioError::Read { input: name.clone(), source };
    let mut file = File::open(path).map_err(read_error)?;
    let metadata = file.metadata().map_err(read_error)?;
    if metadata.is_dir() {
        return Err(read_error(io::ErrorKind::IsADirectory.into()).into());
    }
    if !metadata.is_file() {
        // A named pipe can be read once: what is read here is what there is.
        return from_piped(read_piped(file, &name)?, &name);
    }
    let mut head = Vec::new();
    file.by_ref().take(HEAD_BYTES).read_to_end(&mut head).map_err(read_error)?;
    if !is_text(&head) && !is_named_as_text(path) {
        return Ok(VisitInput::Audio(AudioInput::File(path.to_owned())));
    }
    if metadata.len() > MAX_TRANSCRIPT_BYTES {
        return Err(InputError::TooLong { input: name });
    }
    file.rewind().map_err(read_error)?;
    let mut bytes = Vec::new();
    file.take(MAX_TRANSCRIPT_BYTES).read_to_end(&mut bytes).map_err(read_error)?;
    transcript(&bytes, &name)
}

fn transcript(bytes: &[u8], name: &str) -> Result<VisitInput, InputError> {
    let without_mark = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let is_json = without_mark.trim_ascii_start().starts_with(b"{") || name.to_lowercase().ends_with(".json");
    let read = if is_json { reading::from_json(bytes) } else { reading::from_dialogue(bytes) };
    let transcript = read.map_err(|source| InputError::Transcript { input: name.to_owned(), source })?;
    Ok(VisitInput::Transcript(transcript))
}

fn is_named_as_text(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    ["txt", "json"].iter().any(|text| extension.eq_ignore_ascii_case(text))
}

/// Whether a beginning is text, in whatever encoding: no recording goes without control characters for long. UTF-16 is
/// told by its mark, as its zeros are not text's.
fn is_text(head: &[u8]) -> bool {
    let is_mark = head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF");
    let is_control = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C);
    // Of a recording that broke off at once there may be no more than this.
    let is_recording = [&b"fLaC"[..], b"RIFF", b"OggS", b"caff"].iter().any(|start| head.starts_with(start));
    is_mark || (!head.is_empty() && !is_recording && !head.iter().any(is_control))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("it can be written");
        let path = path.to_str().expect("a plain path").to_owned();
        (folder, path)
    }

    fn turns(name: &str, bytes: &[u8]) -> usize {
        let (_folder, path) = file(name, bytes);
        match read(&path).expect("it is read") {
            VisitInput::Transcript(transcript) => transcript.utterances.len(),
            VisitInput::Audio(_) => panic!("{name} was taken for a recording"),
        }
    }

    const JSON: &[u8] = b" {\"schema\":\"soapstone.transcript/1\",\"utterances\":[{\"text\":\"hello\"}]}";
    const DIALOGUE: &[u8] = b"[doctor] hello\n[patient] hi\n";

    #[test]
    fn the_first_bytes_of_a_recording_are_no_text() {
        for start in [&b"fLaC"[..], b"RIFF", b"OggS"] {
            let (_folder, path) = file("visit", start);
            assert!(matches!(read(&path).expect("it is read"), VisitInput::Audio(_)), "{start:?}");
        }
    }

    #[test]
    fn transcripts_are_told_by_what_they_hold() {
        assert_eq!(turns("visit.json", JSON), 1);
        assert_eq!(turns("visit", JSON), 1);
        assert_eq!(turns("visit.txt", JSON), 1);
        assert_eq!(turns("visit.json", &[b"\xEF\xBB\xBF", JSON].concat()), 1);
        assert_eq!(turns("visit.txt", DIALOGUE), 2);
        assert_eq!(turns("visit.transcript", DIALOGUE), 2);
    }

    #[test]
    fn anything_else_is_a_recording_and_is_not_read_here() {
        let (_folder, path) = file("visit.flac", b"fLaC\0\0\0\x22");
        let Ok(VisitInput::Audio(input)) = read(&path) else { panic!("it was taken for a transcript") };
        assert!(matches!(input.source(), AudioSource::File(file) if file == Path::new(&path)));
        let Ok(VisitInput::Audio(input)) = from_piped(b"RIFF\0\0\0\0WAVE".to_vec(), STDIN) else {
            panic!("it was taken for a transcript")
        };
        assert!(matches!(input.source(), AudioSource::Bytes { bytes, .. } if bytes.len() == 12));
    }

    #[test]
    fn damaged_text_is_not_called_bad_audio_and_the_input_is_named() {
        let reason = |name: &str, bytes: &[u8]| {
            let (_folder, path) = file(name, bytes);
            match read(&path).err().expect("it is refused") {
                InputError::Transcript { input, source } if input == path => source,
                other => panic!("{other}"),
            }
        };
        assert_eq!(reason("visit.txt", b"doctor: \x00\xFF"), ReadingError::Utf8 { offset: 9 });
        assert_eq!(reason("visit", b"doctor: caf\xE9"), ReadingError::Utf8 { offset: 11 });
        assert_eq!(reason("visit.json", b"doctor: hello"), ReadingError::Json { line: 1, column: 1 });
        assert_eq!(reason("visit.txt", b""), ReadingError::Empty);
        assert_eq!(reason("visit.txt", b"\xFF\xFEd\0"), ReadingError::Utf16);
    }

    #[test]
    fn what_is_not_there_is_named() {
        let error = read("no-such-visit.wav").err().expect("it is refused").to_string();
        assert!(error.contains("no-such-visit.wav"), "{error}");
    }
}
