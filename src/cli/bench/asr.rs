//! `soapstone bench`: how good it is, measured.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{Args, Subcommand, ValueEnum};

use super::{
    Failure, FailureKind,
    output::{Output, print_line},
};
use crate::{
    config::Config,
    domain::SystemClock,
    pipeline::{Scribe, Unwatched, Work},
    qa::{
        self, Bench, Comparison, Difference, Done, Item, Mix, NoiseKind, ScribeRecogniser, Verdict,
        report::{AsrReport, FIGURES, Unit, page, table},
    },
};

/// Measure how good soapstone is on your own recordings, and compare two measurements.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    soapstone bench asr visits.jsonl --json new.json --html new.html\n  \
    soapstone bench compare old.json new.json")]
pub struct BenchArgs {
    #[command(subcommand)]
    command: BenchCommand,
}

#[derive(Subcommand)]
enum BenchCommand {
    Asr(AsrArgs),
    Compare(CompareArgs),
}

/// Measure speech recognition on recordings whose words are known.
///
/// Every recording is written down and compared with its reference: words, medical terms, drug names, speakers, roles,
/// invented words, time and memory. Numbers, spellings and fillers are brought to one form first. Recordings of files without
/// words (noise, silence) show what is invented. The report quotes words of the recordings: keep it as you keep them.
#[derive(Args)]
#[command(after_help = "A manifest has a line a recording:\n  \
    {\"id\":\"a\",\"audio\":\"a.wav\",\"transcript\":\"a.txt\",\"tags\":[\"phone\"]}\n\n\
    Examples:\n  \
    soapstone bench asr visits.jsonl --html report.html  a page to read\n  \
    soapstone bench asr my-recordings/                   a folder with a.wav and a.txt\n  \
    soapstone bench asr visits.jsonl --noise 20,10,5     and under noise")]
struct AsrArgs {
    /// Manifests (JSON lines), or folders with a text beside each recording (visit.wav, visit.txt). A text is plain words, a
    /// dialogue (`doctor: …`) or soapstone.transcript/1; an .rttm beside it says who speaks when.
    #[arg(required = true, value_name = "MANIFEST")]
    manifests: Vec<PathBuf>,
    /// Write the report as soapstone.bench-asr/1 to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the report as one page for a browser to this file.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Measure again with noise laid over the speech, so many decibels below it: 20 is faint, 0 as loud. The noise is the same
    /// every time.
    #[arg(long, value_name = "SNR_DB", value_delimiter = ',', allow_negative_numbers = true, value_parser = snr_db)]
    noise: Vec<f64>,
    /// Which noise: babble is made of the other recordings.
    #[arg(long, value_enum, default_value_t = Kind::Pink)]
    noise_kind: Kind,
}

/// Kinds of noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A hiss.
    White,
    /// Like a fan or traffic.
    Pink,
    /// Other people talking.
    Babble,
}

/// Tell what got worse from one report to the next.
///
/// Recordings are paired, and a figure counts as worse where it worsened by more than a floor in the mean and in 95 of 100
/// random draws of the recordings, or collapsed in one of them. Exit code 1 if anything did. Time is shown and not judged.
#[derive(Args)]
#[command(after_help = "Example:\n  soapstone bench compare before.json after.json")]
struct CompareArgs {
    /// The report to compare with.
    old: PathBuf,
    /// The report that is judged.
    new: PathBuf,
}

/// Runs the command; results go to standard output and files, progress to standard error.
pub fn run(args: &BenchArgs, config: &Config) -> Result<(), Failure> {
    match &args.command {
        BenchCommand::Asr(args) => asr(args, config),
        BenchCommand::Compare(args) => compare(args),
    }
}

fn snr_db(text: &str) -> Result<f64, String> {
    let value: f64 = text.trim().parse().map_err(|_| "it is no number".to_owned())?;
    let in_range = (-30.0..=60.0).contains(&value);
    if in_range { Ok(value) } else { Err("it must be from -30 to 60".to_owned()) }
}

fn asr(args: &AsrArgs, config: &Config) -> Result<(), Failure> {
    let json = args.json.as_deref().map(|path| Output::open(Some(path))).transpose()?;
    let html = args.html.as_deref().map(|path| Output::open(Some(path))).transpose()?;
    let items = read_items(&args.manifests)?;
    Scribe::new(config, &SystemClock, &Unwatched).require(Work::Transcript)?;
    let kind = match args.noise_kind {
        Kind::White => NoiseKind::White,
        Kind::Pink => NoiseKind::Pink,
        Kind::Babble => NoiseKind::Babble,
    };
    let mixes: Vec<Mix> = args.noise.iter().map(|&snr_db| Mix { kind, snr_db }).collect();
    let speaking = items.iter().filter(|item| !item.reference.transcript.utterances.is_empty()).count();
    if kind == NoiseKind::Babble && !mixes.is_empty() && speaking < 2 {
        let reason = "babble is made of the other recordings, and there is no other with speech: use pink or white";
        return Err(Failure::new(FailureKind::Usage, reason));
    }
    let recogniser = ScribeRecogniser::new(config);
    let bench = Bench { items: &items, mixes: &mixes, config, hear: &|source| recogniser.hear(source), tell: &tell };
    let manifests = args.manifests.iter().map(|path| path.display().to_string()).collect();
    let report = bench.run(manifests, &SystemClock)?;
    if let Some(output) = json {
        output.finish(&serde_json::to_string_pretty(&report).expect("a report is plain data"))?;
    }
    if let Some(output) = html {
        output.finish(&page(&report))?;
    }
    print_line(table(&report))
}

/// The recordings of all manifests; one id must not stand for two of them.
fn read_items(manifests: &[PathBuf]) -> Result<Vec<Item>, Failure> {
    let mut items: Vec<Item> = Vec::new();
    for path in manifests {
        let read = qa::read(path).map_err(|error| Failure::new(FailureKind::BadInput, error))?;
        if let Some(twice) = read.iter().find(|item| items.iter().any(|known| known.id == item.id)) {
            let name = path.display().to_string();
            return Err(Failure::bad_input(
                &name,
                format_args!("an earlier manifest has a recording {} too", twice.id),
            ));
        }
        items.extend(read);
    }
    Ok(items)
}

/// A line a recording, as each is done.
fn tell(done: &Done<'_>) {
    let Done { number, of, mix, file } = done;
    let noise = mix.map_or_else(String::new, |mix| format!(", {:?} {} dB", mix.kind, mix.snr_db));
    let result = match (file.rates.wer, file.counts.invented_words) {
        (Some(wer), _) => format!("{} of its words wrong", Unit::Percent.show(Some(wer))),
        (None, words) => format!("{words} words invented"),
    };
    let seconds = Duration::from_millis(file.counts.work_ms).as_secs_f64();
    eprintln!("[{number}/{of}] {}{noise}: {seconds:.1} s, {result}", file.id);
}

fn compare(args: &CompareArgs) -> Result<(), Failure> {
    let (old, new) = (read_report(&args.old)?, read_report(&args.new)?);
    let comparison = qa::compare(&old, &new);
    if comparison.paired == 0 {
        let reason = format_args!("it has no recording in common with {}", args.old.display());
        return Err(Failure::bad_input(&args.new.display().to_string(), reason));
    }
    print_line(comparison_table(&comparison))?;
    let worse: Vec<String> = comparison.regressions().map(name).collect();
    if worse.is_empty() {
        return Ok(());
    }
    Err(Failure::new(FailureKind::Internal, format_args!("worse than before: {}", worse.join("; "))))
}

fn read_report(path: &Path) -> Result<AsrReport, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure::unreadable(path, &error))?;
    serde_json::from_str(&text).map_err(|error| {
        // The library's message may quote a value, which may be a patient's words.
        let place = format!("line {}, column {}", error.line(), error.column());
        let reason = format_args!(
            "it is not a soapstone.bench-asr/1 report ({place}); make one with `soapstone bench asr --json`"
        );
        Failure::bad_input(&path.display().to_string(), reason)
    })
}

fn comparison_table(comparison: &Comparison) -> String {
    let mut lines = vec![format!("{:42}{:>10}{:>10}  ", "figure", "old", "new")];
    for difference in &comparison.differences {
        let unit = FIGURES.iter().find(|figure| figure.key == difference.key).map_or(Unit::Plain, |figure| figure.unit);
        let [old, new] = [difference.old, difference.new].map(|value| unit.show(Some(value)));
        let verdict = match &difference.verdict {
            Verdict::Worse { most_in } => format!("WORSE, most in {most_in}"),
            Verdict::Better => "better".to_owned(),
            Verdict::Same => String::new(),
            Verdict::NotJudged => "not judged: it depends on the machine".to_owned(),
        };
        lines.push(format!("{:42}{old:>10}{new:>10}  {verdict}", name(difference)).trim_end().to_owned());
    }
    lines.push(format!("\n{} recordings compared", comparison.paired));
    if !comparison.unpaired.is_empty() {
        lines.push(format!("left out, as only one report has them: {}", comparison.unpaired.join(", ")));
    }
    lines.join("\n")
}

/// The figure in words, with its noise.
fn name(difference: &Difference) -> String {
    let label =
        FIGURES.iter().find(|figure| figure.key == difference.key).map_or(difference.key, |figure| figure.label);
    if difference.noise.is_empty() { label.to_owned() } else { format!("{label} ({})", difference.noise) }
}
