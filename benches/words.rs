//! How many words are wrong, beside faster-whisper int8 on the same recordings, counted by the same measure.
//!
//! ```text
//! cargo bench --bench words -- MANIFEST… --peer PYTHON --peer-model FOLDER [--beam N]
//! ```
//!
//! `PYTHON` is an interpreter with faster-whisper and soundfile, `FOLDER` the same weights in CTranslate2's form. Manifests
//! are those of `soapstone bench asr`; recordings are put together by their first tag.

use std::{cell::RefCell, collections::BTreeMap, error::Error, path::Path, time::Duration};

use soapstone::{
    audio::{self, AudioSource},
    config::Config,
    domain::{SystemClock, Transcript, Utterance, no_progress},
    pipeline::VisitError,
    qa::{self, Bench, Heard, Item, ScribeRecogniser, report::AsrReport},
};

#[path = "peers/mod.rs"]
mod peers;

use peers::FasterWhisper;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let (mut manifests, mut python, mut folder, mut beam) = (Vec::new(), None, None, "5".to_owned());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} takes a value"));
        match argument.as_str() {
            "--bench" => {}
            "--peer" => python = Some(value()?),
            "--peer-model" => folder = Some(value()?),
            "--beam" => beam = value()?,
            manifest => manifests.push(manifest.to_owned()),
        }
    }
    let (python, folder) = (python.ok_or("--peer is missing")?, folder.ok_or("--peer-model is missing")?);
    let config = Config::default();
    let mut items: Vec<Item> = Vec::new();
    for manifest in &manifests {
        items.extend(qa::read(Path::new(manifest))?);
    }
    let recogniser = ScribeRecogniser::new(&config);
    let ours = measure(&items, &config, &|source| recogniser.hear(source))?;
    let peer = RefCell::new(FasterWhisper::start(&python, &folder, &beam, config.recognition.thread_count())?);
    let theirs = measure(&items, &config, &|source| {
        let recording = audio::decode(source, &config.recognition, &no_progress)?;
        let (seconds, text) = peer.borrow_mut().hear(&recording).expect("the peer answers");
        let said = Utterance { text: text.into(), ..Utterance::default() };
        let transcript = Transcript { utterances: vec![said], ..Transcript::default() };
        Ok(Heard { transcript, work: Duration::from_secs_f64(seconds) })
    })?;
    print(&ours, &theirs);
    Ok(())
}

fn measure(
    items: &[Item],
    config: &Config,
    hear: &dyn Fn(AudioSource<'_>) -> std::result::Result<Heard, VisitError>,
) -> Result<AsrReport> {
    let bench = Bench { items, mixes: &[], config, hear, tell: &|_| {} };
    Ok(bench.run(Vec::new(), &SystemClock)?)
}

/// Words said, and words wrong.
type Errors = (usize, usize);

fn print(ours: &AsrReport, theirs: &AsrReport) {
    let mut sets: BTreeMap<&str, [Errors; 2]> = BTreeMap::new();
    for (own, other) in ours.files.iter().zip(&theirs.files) {
        let [mine, its] = [own, other].map(|file| {
            let words = file.counts.words.unwrap_or_default();
            (words.reference, words.substitutions + words.deletions + words.insertions)
        });
        println!("{:28} {:6} {:6.1} % {:6.1} %", own.id, mine.0, percent(mine), percent(its));
        let set = sets.entry(own.tags.first().map_or("", String::as_str)).or_default();
        for (sum, errors) in set.iter_mut().zip([mine, its]) {
            *sum = (sum.0 + errors.0, sum.1 + errors.1);
        }
    }
    println!("\n{:28} {:>6} {:>8} {:>8}", "set", "words", "ours", "peer");
    for (name, [mine, its]) in sets {
        println!("{name:28} {:6} {:6.1} % {:6.1} %", mine.0, percent(mine), percent(its));
    }
}

fn percent((of, wrong): Errors) -> f64 {
    100.0 * wrong as f64 / of.max(1) as f64
}
