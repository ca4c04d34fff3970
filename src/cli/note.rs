//! `soapstone note`: the main job.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use jiff::tz::TimeZone;

use super::{
    Failure, examples,
    failure::about_input,
    input::{self, VisitInput},
    output::Output,
    progress::StageDisplay,
    transcribe::read_vocabulary,
    voice,
};
use crate::{
    config::{Config, Template},
    delivery::{fhir, markdown},
    domain::{Chart, Clock, Note, SystemClock, Transcript},
    pipeline::{Scribe, Work},
    structuring::Style,
};

/// Write the draft note of a visit, from its recording or its transcript.
///
/// Every statement of the note names the utterances that bear it out. What the model wrote and nobody said is taken out
/// and listed under "Taken out"; what was said and is missing is listed under "Said, but not in the note". Codes are
/// proposals. Apart from the note, and for the clinician alone, stand alerts about its medicines (allergies, pairs, classes
/// taken twice, doses) and, with --chart, what became of each medicine of the chart's list, those that nobody mentioned too;
/// the FHIR form leaves both out. The note is a draft until a clinician has read, corrected and signed it.
///
/// The same input gives the same note. On two cores, a three-minute visit takes about a minute and a half.
#[derive(Args)]
#[command(
    after_help = "A template is one file: headings in the clinic's words and order, and the sections of the note that\n\
stand under each. docs/TEMPLATES.md shows all that it may say.\n  \
    id = \"our-clinic\"\n  \
    title = \"Clinic note\"\n  \
    document_type = { code = \"11506-3\", display = \"Progress note\" }\n  \
    [[section]]\n  \
    heading = \"Today\"\n  \
    from = [\"chief_complaint\", \"history_of_present_illness\"]\n\n\
Examples:\n  \
    soapstone note visit.flac                           as Markdown, to read\n  \
    soapstone note visit.m4a --format json --out n.json for a program\n  \
    soapstone note visit.wav --chart patient.json       expecting its medicines\n  \
    soapstone note dialogue.txt                         from a transcript\n  \
    soapstone note visit.flac --template hp             as a history and physical\n  \
    soapstone note visit.flac --template clinic.toml    as the clinic writes notes\n  \
    soapstone note visit.flac --examples signed/        as this clinician writes\n  \
    soapstone transcribe visit.flac | soapstone note -  in two steps"
)]
pub struct NoteArgs {
    /// A recording (WAV, FLAC, MP3, Ogg, M4A/AAC, WebM), a transcript (soapstone.transcript/1 as .json, or .txt with lines
    /// `doctor: …` / `patient: …`), or `-` for standard input.
    input: String,
    /// The patient's chart: a FHIR R4 Bundle with Patient, Condition, MedicationRequest or -Statement and
    /// AllergyIntolerance, as the EHR exports it. Its medicines and allergies are held against what was said.
    #[arg(long, value_name = "BUNDLE.json")]
    chart: Option<PathBuf>,
    /// Names that the recogniser should expect, one a line; the chart's medicines and problems come by themselves.
    #[arg(long, value_name = "FILE")]
    vocabulary: Option<PathBuf>,
    /// The clinician's voice, so that who the clinician is need not be guessed: half a minute of the clinician alone as a
    /// recording, or the file that `soapstone voice` made of it. If nobody in the recording sounds like it, that is said.
    #[arg(long, value_name = "FILE")]
    clinician_voice: Option<PathBuf>,
    /// How the note is laid out: soap, hp, consultation, follow-up, telehealth, behavioural-health, or a clinic's own
    /// FILE.toml. Default: `template` under `[writing]` in the configuration, or soap.
    #[arg(long, value_name = "TEMPLATE")]
    template: Option<String>,
    /// A folder of notes that this clinician signed (.txt or .md with headings, .json as soapstone.note/1): the history is
    /// written in the form of the one nearest to the visit. Only words that any history has are shown to the model.
    #[arg(long, value_name = "DIR")]
    examples: Option<PathBuf>,
    /// The form of the note.
    #[arg(long, value_enum, default_value_t = Format::Md)]
    format: Format,
    /// Write to this file, which is replaced only when the note is complete. Default: standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// The forms of a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a person to read.
    Md,
    /// soapstone.note/1: everything, for a program.
    Json,
    /// A FHIR R4 transaction: the draft as a preliminary DocumentReference, with Provenance.
    Fhir,
}

/// Runs the command; the note goes to standard output or a file, progress to standard error.
pub fn run(args: &NoteArgs, config: &Config) -> Result<(), Failure> {
    let clock = SystemClock;
    let template = Template::load(args.template.as_ref().unwrap_or(&config.writing.template))?;
    let examples = args.examples.as_deref().map(examples::read).transpose()?;
    let output = Output::open(args.out.as_deref())?.not_over(args.input.as_ref())?;
    let chart = args.chart.as_deref().map(|path| read_chart(path, &clock)).transpose()?;
    let vocabulary = vocabulary(args, chart.as_ref())?;
    let input = input::read(&args.input)?;

    let display = StageDisplay::new();
    let mut scribe = Scribe::new(config, &clock, &display);
    scribe.write_in(Style { template: &template, examples: examples.as_ref() });
    scribe.require(match input {
        VisitInput::Transcript(_) => Work::NoteOfTranscript,
        VisitInput::Audio(_) => Work::NoteOfRecording,
    })?;
    match (&input, &args.clinician_voice) {
        (VisitInput::Transcript(_), Some(voice)) => {
            let reason = "--clinician-voice tells voices apart, and the input is a transcript: leave it out";
            return Err(Failure::bad_input(&voice.display().to_string(), reason));
        }
        (_, voice) => voice::know_clinician(&mut scribe, voice.as_deref())?,
    }
    let blame = |error| about_input(error, input::name(&args.input));
    let transcript = match input {
        VisitInput::Transcript(mut transcript) => {
            input::check_labels(&mut transcript, &args.input);
            scribe.repair(&mut transcript, chart.as_ref());
            transcript
        }
        VisitInput::Audio(recording) => {
            let transcript = scribe.transcribe(recording.source(), &vocabulary, chart.as_ref()).map_err(blame)?;
            input::tell_doubts(&transcript, &args.input);
            voice::tell_if_unknown(&transcript, args.clinician_voice.as_deref());
            transcript
        }
    };
    let note = scribe.write_note(&transcript, chart.as_ref()).map_err(blame)?;
    output.finish(&render(args.format, &note, &template, &transcript, &clock))
}

fn render(format: Format, note: &Note, template: &Template, transcript: &Transcript, clock: &dyn Clock) -> String {
    let as_json = |value| serde_json::to_string_pretty(&value).expect("a note is plain data");
    match format {
        Format::Md => markdown::render(note, template) + &markdown::render_transcript(transcript),
        Format::Json => serde_json::to_string_pretty(note).expect("a note is plain data"),
        Format::Fhir => as_json(fhir::draft_bundle(note, template, clock.now())),
    }
}

fn read_chart(path: &Path, clock: &dyn Clock) -> Result<Chart, Failure> {
    let name = path.display().to_string();
    let bytes = fs::read(path).map_err(|error| Failure::unreadable(path, &error))?;
    let today = clock.now().to_zoned(TimeZone::UTC).date();
    fhir::read_chart(&bytes, today).map_err(|error| Failure::bad_input(&name, error))
}

/// The vocabulary's names first, as somebody chose them; then the chart's.
fn vocabulary(args: &NoteArgs, chart: Option<&Chart>) -> Result<Vec<String>, Failure> {
    let mut names = args.vocabulary.as_deref().map(read_vocabulary).transpose()?.unwrap_or_default();
    names.extend(chart.into_iter().flat_map(Chart::vocabulary).map(str::to_owned));
    Ok(names)
}
