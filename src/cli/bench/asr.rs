//! `soapstone bench asr`: how good recognition is.

use std::{path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};

use super::{ReportArgs, read_all};
use crate::{
    cli::{Failure, FailureKind, output::print_line},
    config::Config,
    domain::SystemClock,
    pipeline::{Scribe, Unwatched, Work},
    qa::{
        self, Bench, Done, Mix, NoiseKind, ScribeRecogniser,
        report::{Unit, page, table},
    },
};

/// Measure speech recognition on recordings whose words are known.
///
/// Every recording is written down and compared with its reference: words, medical terms, drug names, speakers, roles,
/// invented words, time and memory. Numbers, spellings and fillers are brought to one form first. Recordings whose text has no
/// words (noise, silence) show what is invented. The report quotes words of the recordings: keep it as you keep them.
#[derive(Args)]
#[command(after_help = "A manifest has a line a recording:\n  \
    {\"id\":\"a\",\"audio\":\"a.wav\",\"transcript\":\"a.txt\",\"tags\":[\"phone\"]}\n\n\
    Examples:\n  \
    soapstone bench asr visits.jsonl --html report.html  a page to read\n  \
    soapstone bench asr my-recordings/                   a folder with a.wav and a.txt\n  \
    soapstone bench asr visits.jsonl --noise 20,10,5     and under noise")]
pub(super) struct AsrArgs {
    /// Manifests (JSON lines), or folders with a text beside each recording (visit.wav, visit.txt). A text is plain words, a
    /// dialogue (`doctor: …`) or soapstone.transcript/1; an .rttm beside it says who speaks when.
    #[arg(required = true, value_name = "MANIFEST")]
    manifests: Vec<PathBuf>,
    #[command(flatten)]
    report: ReportArgs,
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

fn snr_db(text: &str) -> Result<f64, String> {
    let value: f64 = text.trim().parse().map_err(|_| "it is no number".to_owned())?;
    let in_range = (-30.0..=60.0).contains(&value);
    if in_range { Ok(value) } else { Err("it must be from -30 to 60".to_owned()) }
}

/// Runs the command.
pub(super) fn run(args: &AsrArgs, config: &Config) -> Result<(), Failure> {
    let files = args.report.open()?;
    let items = read_all(&args.manifests, qa::read, |item| &item.id)?;
    for name in args.manifests.iter().flat_map(|path| qa::without_text(path)) {
        eprintln!("left out, as it has no text of the same name beside it: {name}");
    }
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
    files.finish(&report, page)?;
    print_line(table(&report))
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
