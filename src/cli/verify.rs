//! `soapstone verify`: any note against what was said.

use std::{fs, io, path::PathBuf};

use clap::{Args, ValueEnum};

use super::{
    Failure,
    input::{self, VisitInput},
    output::Output,
};
use crate::{
    delivery::markdown,
    domain::{Note, Verification},
    structuring::verify::{NoteStatement, of_note, of_text, verification},
    transcription::{reading, repair},
};

/// Check a note against what was said in the visit: soapstone's, another system's or a person's.
///
/// Each statement is looked up in the transcript: numbers, doses, medicines, sides, yes and no, and of whom it is said. What
/// nobody said, or said otherwise, is listed with the reason; so is what was said and stands nowhere in the note. It reads
/// words, and no language model is asked, so that the same note always gets the same answer, in a second.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    soapstone verify note.json --transcript visit.json     a note that soapstone wrote as JSON\n  \
    soapstone verify letter.txt --transcript visit.txt     any text, a statement a line\n  \
    soapstone verify note.md --transcript visit.json --format json\n\n\
    Exit codes: 0 the note was checked, whatever was found; 2 wrong usage; 3 the note or the transcript cannot be read.\n\
    A script tells from the JSON whether all statements are borne out:\n  \
    jq -e 'all(.statements[]; .support == \"supported\")'       1 if any is \"uncertain\" or \"unsupported\"")]
pub struct VerifyArgs {
    /// The note: soapstone.note/1, or text with a statement a line. Headings like `HPI:` or `Plan` tell the section.
    note: PathBuf,
    /// What was said: soapstone.transcript/1, or lines `doctor: …` / `patient: …`. `soapstone transcribe` makes it of a
    /// recording.
    #[arg(long, value_name = "FILE")]
    transcript: String,
    /// How the answer is written.
    #[arg(long, value_enum, default_value_t = Format::Md)]
    format: Format,
    /// Write to this file, which is replaced only when the answer is complete. Default: standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// The forms of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a person to read.
    Md,
    /// soapstone.verification/1, for a program.
    Json,
}

/// Runs the command.
pub fn run(args: &VerifyArgs) -> Result<(), Failure> {
    let output = Output::open(args.out.as_deref())?.not_over(&args.note)?.not_over(args.transcript.as_ref())?;
    let statements = read_note(args)?;
    let mut transcript = match input::read(&args.transcript)? {
        VisitInput::Transcript(transcript) => transcript,
        VisitInput::Audio(_) => {
            let reason = "this is a recording; give its transcript, which `soapstone transcribe` makes";
            return Err(Failure::bad_input(input::name(&args.transcript), reason));
        }
    };
    input::check_labels(&mut transcript, &args.transcript);
    repair::repair(&mut transcript, None);
    output.finish(&render(args.format, &verification(statements, &transcript)))
}

fn read_note(args: &VerifyArgs) -> Result<Vec<NoteStatement>, Failure> {
    let name = args.note.display().to_string();
    let unreadable = |error: io::Error| Failure::unreadable(&args.note, &error);
    if args.note.is_dir() {
        return Err(unreadable(io::ErrorKind::IsADirectory.into()));
    }
    let bytes = fs::read(&args.note).map_err(unreadable)?;
    let text = reading::utf8(&bytes).map_err(|error| Failure::bad_input(&name, error))?;
    let statements = if text.trim_start().starts_with('{') {
        let note: Note = serde_json::from_str(text).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            Failure::bad_input(&name, format!("it is JSON, and no soapstone.note/1 ({place})"))
        })?;
        of_note(&note)
    } else {
        of_text(markdown::sections_of(text).unwrap_or(text))
    };
    match statements.is_empty() {
        true => Err(Failure::bad_input(&name, "there is no statement in it")),
        false => Ok(statements),
    }
}

fn render(format: Format, verification: &Verification) -> String {
    match format {
        Format::Md => markdown::render_verification(verification),
        Format::Json => serde_json::to_string_pretty(verification).expect("a verification is plain data"),
    }
}
