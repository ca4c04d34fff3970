//! `soapstone transcribe`: who said what, and when.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};

use super::{
    Failure,
    failure::about_input,
    input::{self, VisitInput},
    output::Output,
    progress::StageDisplay,
    voice,
};
use crate::{
    config::Config,
    domain::{SystemClock, Transcript},
    pipeline::{Scribe, Work},
    transcription::formats,
};

/// Transcribe a recording: who said what, and when, with times and probabilities for every word.
///
/// Speech is found first, so silence and noise give no words. Up to five speakers are told apart by their voices; in a
/// two-channel recording with one person a channel, by the channel. Who of them is the clinician, who the patient and who
/// somebody else is told by what they say. Numbers stand as they were said, with how a clinician writes them beside: `138 over
/// 86 [138/86]`. Everything runs on this machine.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    soapstone transcribe visit.flac                          as JSON\n  \
    soapstone transcribe visit.m4a --format txt              as a dialogue\n  \
    soapstone transcribe visit.wav --format srt --out a.srt  as subtitles\n  \
    soapstone transcribe - < visit.ogg                       standard input")]
pub struct TranscribeArgs {
    /// WAV, FLAC, MP3, Ogg (Vorbis, Opus), M4A/AAC or WebM/Opus, at any rate and channel count; `-` is standard input.
    input: String,
    /// How the transcript is written.
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
    /// Names to expect, one a line: medicines, problems, people. The recogniser then spells what sounds like them that
    /// way. About thirty have room, so put the likeliest first; lines that begin with `#` are comments.
    #[arg(long, value_name = "FILE")]
    vocabulary: Option<PathBuf>,
    /// The clinician's voice, so that who the clinician is need not be guessed: half a minute of the clinician alone as a
    /// recording, or the file that `soapstone voice` made of it. If nobody in the recording sounds like it, that is said.
    #[arg(long, value_name = "FILE")]
    clinician_voice: Option<PathBuf>,
    /// Write to this file, which is replaced only when the transcript is complete. Default: standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// The forms of a transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// soapstone.transcript/1: words, times, probabilities, roles.
    Json,
    /// A line for each turn, with its role.
    Txt,
    /// SubRip subtitles.
    Srt,
    /// WebVTT subtitles.
    Vtt,
    /// Who spoke when, for diarisation scoring.
    Rttm,
}

/// Runs the command; the transcript goes to standard output or a file, progress to standard error.
pub fn run(args: &TranscribeArgs, config: &Config) -> Result<(), Failure> {
    let output = Output::open(args.out.as_deref())?.not_over(args.input.as_ref())?;
    let vocabulary = args.vocabulary.as_deref().map(read_vocabulary).transpose()?.unwrap_or_default();
    let VisitInput::Audio(recording) = input::read(&args.input)? else {
        return Err(Failure::bad_input(
            input::name(&args.input),
            "it is a transcript already: give a recording, or give the transcript to `soapstone note`",
        ));
    };
    let display = StageDisplay::new();
    let mut scribe = Scribe::new(config, &SystemClock, &display);
    scribe.require(Work::Transcript)?;
    voice::know_clinician(&mut scribe, args.clinician_voice.as_deref())?;
    let transcript = scribe
        .transcribe(recording.source(), &vocabulary, None)
        .map_err(|error| about_input(error, input::name(&args.input)))?;
    input::tell_doubts(&transcript, &args.input);
    voice::tell_if_unknown(&transcript, args.clinician_voice.as_deref());
    output.finish(&render(args, &transcript))
}

fn render(args: &TranscribeArgs, transcript: &Transcript) -> String {
    match args.format {
        Format::Json => serde_json::to_string_pretty(transcript).expect("a transcript is plain data") + "\n",
        Format::Txt => formats::txt(transcript),
        Format::Srt => formats::srt(transcript),
        Format::Vtt => formats::vtt(transcript),
        Format::Rttm => formats::rttm(transcript, &recording_name(&args.input)),
    }
}

/// The file's name without folder and extension.
fn recording_name(input: &str) -> String {
    let stem = Path::new(input).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    stem.filter(|stem| stem != "-").unwrap_or_else(|| "recording".to_owned())
}

/// One term a line; blank lines and comments left out.
pub(super) fn read_vocabulary(path: &Path) -> Result<Vec<String>, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure::unreadable(path, &error))?;
    let lines = text.lines().map(str::trim);
    Ok(lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vocabulary_has_a_term_a_line() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        fs::write(file.path(), "# drugs\nlisinopril\n\n  atrial fibrillation \n").expect("it can be written");
        assert_eq!(read_vocabulary(file.path()).expect("it is read"), ["lisinopril", "atrial fibrillation"]);
    }

    #[test]
    fn a_missing_vocabulary_is_named() {
        let error = read_vocabulary(Path::new("no-such-list.txt")).expect_err("it is refused").to_string();
        assert!(error.contains("no-such-list.txt"), "{error}");
    }

    #[test]
    fn a_recording_is_called_after_its_file() {
        assert_eq!(recording_name("visits/visit-01.flac"), "visit-01");
        assert_eq!(recording_name("-"), "recording");
    }
}
