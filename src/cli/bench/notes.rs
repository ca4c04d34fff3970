//! `soapstone bench notes`: how good the notes are.

use std::{path::PathBuf, time::Duration};

use clap::Args;

use super::{ReportArgs, read_all};
use crate::{
    cli::{Failure, examples, output::print_line},
    config::{Config, Template},
    domain::SystemClock,
    pipeline::{Scribe, Unwatched, Work},
    qa::{
        notes::{NoteBench, NoteDone, ScribeWriter, read_corpus},
        report::notes::{NOTE_FIGURES, page, table},
    },
};

/// Measure notes on visits whose notes or facts are known.
///
/// The note of every visit is written from its transcript, as `soapstone note` does, and compared with the reference note
/// (ROUGE, concepts in common), with the facts (medicines, allergies, codes) and with what was said (statements without
/// support, facts left out). A figure that a corpus cannot bear out is left open. On two cores, a visit takes a minute or two.
/// The report quotes the visits: keep it as you keep them.
#[derive(Args)]
#[command(after_help = "A corpus has a line a visit, with what was said and what is known:\n  \
    {\"id\":\"a\",\"dialogue\":\"[doctor] …\\n[patient] …\",\"note\":\"CHIEF COMPLAINT\\n…\"}\n  \
    {\"id\":\"b\",\"transcript\":\"b.json\",\"facts\":\"b.facts.json\"}\n\n\
    Facts say what a note ought to hold, in a file or in the line itself; any of the three lists may be left out:\n  \
    {\"problems\":[{\"name\":\"Hypertension\",\"icd10cm\":[\"I10\"]}],\n   \
    \"medications\":[{\"name\":\"lisinopril\"}],\"allergies\":[{\"substance\":\"penicillin\"}]}\n  \
    A fact may have the words by which it was told, \"said\":[\"my lisinopril\"], also in the lists vitals, orders,\n  \
    symptoms, past_history, family, social, findings, results, advice, follow_up and safety_net: those that\n  \
    nothing in the note or its review rests on are counted as lost.\n\n\
    Examples:\n  \
    soapstone bench notes visits.jsonl --html report.html  a page to read: reference, note, evidence\n  \
    soapstone bench notes audio-fixtures/manifest.jsonl    the spoken visits, from their exact transcripts\n  \
    soapstone bench notes a.jsonl b.jsonl --json new.json  several corpora, for a program\n  \
    soapstone bench notes visits.jsonl --examples train/   written after a folder of signed notes")]
pub(super) struct NotesArgs {
    /// Corpora (JSON lines). A line has `dialogue` or the name of a `transcript` file, and any of `note` (the reference),
    /// `divisions` (its parts; without them it is divided at its headings) and `facts` (a list of them or the name of a file).
    #[arg(required = true, value_name = "CORPUS")]
    corpora: Vec<PathBuf>,
    /// A folder of signed notes to write after, as for `soapstone note`, or of corpora (.jsonl). A visit's own note, told by
    /// its id or file name, is never its example.
    #[arg(long, value_name = "DIR")]
    examples: Option<PathBuf>,
    #[command(flatten)]
    report: ReportArgs,
}

/// Runs the command.
pub(super) fn run(args: &NotesArgs, config: &Config) -> Result<(), Failure> {
    let files = args.report.open()?;
    let template = Template::load(&config.writing.template)?;
    let examples = args.examples.as_deref().map(examples::read).transpose()?;
    let items = read_all(&args.corpora, read_corpus, |item| &item.id)?;
    Scribe::new(config, &SystemClock, &Unwatched).require(Work::NoteOfTranscript)?;
    let writer = ScribeWriter::load(config, template, examples)?;
    let bench = NoteBench { items: &items, write: &|item| writer.write(item), tell: &tell };
    let corpora = args.corpora.iter().map(|path| path.display().to_string()).collect();
    let report = bench.run(corpora, &SystemClock)?;
    files.finish(&report, page)?;
    print_line(table(&report))
}

/// A line a visit, as each is done.
fn tell(done: &NoteDone<'_>) {
    const TOLD: [&str; 4] = ["rouge1", "medication_f1", "icd10cm_recall", "omission_rate"];
    let NoteDone { number, of, visit } = done;
    let told = NOTE_FIGURES.iter().filter(|figure| TOLD.contains(&figure.key)).filter_map(|figure| {
        let value = (figure.of)(&visit.rates)?;
        Some(format!(", {} {}", figure.label, figure.unit.show(Some(value))))
    });
    let seconds = Duration::from_millis(visit.counts.work_ms).as_secs_f64();
    eprintln!("[{number}/{of}] {}: {seconds:.1} s{}", visit.id, told.collect::<String>());
}
