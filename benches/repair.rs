//! How well misheard names of medicines are put right, and what the model of that is fitted on.
//!
//! ```text
//! cargo bench --bench repair -- tools/repair/misheard.tsv                    recall and false names at each threshold
//! cargo bench --bench repair -- visits audio-fixtures FOLDER             FOLDER/ID.json, as heard, against ID.transcript.json
//! cargo bench --bench repair -- false TRANSCRIPT…                            names put where none was said
//! cargo bench --bench repair -- heard FOLDER                             what recordings say for each candidate
//! cargo bench --bench repair -- features tools/repair/misheard.tsv TRANSCRIPT…   for tools/repair/fit.py
//! ```
//!
//! TRANSCRIPT is a transcript (.json), a dialogue (.txt), or a corpus of dialogues, one JSON object with `dialogue` a line
//! (.jsonl), whose names of medicines are spelt rightly.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use soapstone::{
    audio::{self, AudioSource},
    config::Config,
    domain::{Repair, Transcript, Utterance, Word, no_progress},
    model_files::ModelStore,
    qa::metrics::drugs::drug_score,
    terminology::DrugTable,
    transcription::{
        Known, Memory, Transcriber, reading,
        repair::{
            self,
            candidates::{Candidate, Finder},
            model,
            visit::Expected,
        },
    },
};

/// A sentence of the corpus of misheard names.
struct Sentence {
    split: String,
    name: String,
    heard: Transcript,
    /// Whether the name is heard rightly.
    right: bool,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["features", corpus, ref transcripts @ ..] => features(corpus, transcripts),
        ["heard", folder] => heard_again(folder),
        ["visits", references, folder] => visits(references, folder),
        ["false", ref transcripts @ ..] => false_names(transcripts),
        [corpus] => thresholds(corpus),
        // `cargo bench` runs every bench without arguments.
        _ => thresholds("tools/repair/misheard.tsv"),
    }
}

fn corpus(path: &str) -> Result<Vec<Sentence>> {
    let text = fs::read_to_string(path).with_context(|| path.to_owned())?;
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| sentence(line).context("a line has five columns"))
        .collect()
}

fn sentence(line: &str) -> Option<Sentence> {
    let mut columns = line.split('\t');
    let mut next = || columns.next();
    let (split, name, _, heard, sure) = (next()?, next()?, next()?, next()?, next()?);
    let timed = (0..).zip(heard.split(' ')).zip(sure.split(' '));
    let word = |((at, text), sure): ((u64, &str), &str)| Word {
        text: text.into(),
        start_ms: 300 * at,
        end_ms: 300 * at + 290,
        probability: sure.parse::<f32>().unwrap_or(0.0) / 100.0,
    };
    let said = Utterance { text: heard.into(), words: timed.map(word).collect(), ..Utterance::default() };
    let right = DrugTable::bundled().mentions(heard).iter().any(|mention| mention.surface.eq_ignore_ascii_case(name));
    let heard = Transcript { utterances: vec![said], ..Transcript::default() };
    Some(Sentence { split: split.to_owned(), name: name.to_owned(), heard, right })
}

fn transcripts(path: &str) -> Result<Vec<Transcript>> {
    let bytes = fs::read(path).with_context(|| path.to_owned())?;
    if path.ends_with(".json") {
        return Ok(vec![reading::from_json(&bytes)?]);
    }
    if !path.ends_with(".jsonl") {
        return Ok(vec![reading::from_dialogue(&bytes)?]);
    }
    let text = String::from_utf8(bytes)?;
    let mut found = Vec::new();
    for line in text.lines() {
        let entry: serde_json::Value = serde_json::from_str(line)?;
        let Some(dialogue) = entry["dialogue"].as_str() else { bail!("{path}: a line has no dialogue") };
        // A few dialogues of one turn have no label.
        found.extend(reading::from_dialogue(dialogue.as_bytes()));
    }
    Ok(found)
}

/// A line for `fit.py`; candidates of one utterance have its `number`.
fn show(source: &str, number: usize, label: bool, said: &Utterance, one: &Candidate) {
    let features: Vec<String> = one.features.iter().map(|feature| format!("{feature:.4}")).collect();
    let heard = &said.text[one.range.clone()];
    let (label, name, features) = (u8::from(label), &one.name.surface, features.join("\t"));
    println!("{source}\t{number}\t{}\t{}\t{label}\t{heard}\t{name}\t{features}", one.span.start, one.span.end);
}

fn features(path: &str, others: &[&str]) -> Result<()> {
    for (number, one) in corpus(path)?.iter().enumerate().filter(|(_, one)| !one.right) {
        let expected = Expected::new(&one.heard, None);
        let said = &one.heard.utterances[0];
        for candidate in Finder::new(&expected).candidates(said, None) {
            show(&one.split, number, candidate.name.surface.eq_ignore_ascii_case(&one.name), said, &candidate);
        }
    }
    let mut number = 0;
    for path in others {
        for transcript in transcripts(path)? {
            let expected = Expected::new(&transcript, None);
            let mut finder = Finder::new(&expected);
            for said in &transcript.utterances {
                number += 1;
                finder.candidates(said, None).iter().for_each(|candidate| show(path, number, false, said, candidate));
            }
        }
    }
    Ok(())
}

/// What comes of each sentence: the names put in it with their probabilities, and whether each is the one said.
fn thresholds(path: &str) -> Result<()> {
    let corpus = corpus(path)?;
    for split in ["train", "valid"] {
        let mine: Vec<&Sentence> = corpus.iter().filter(|one| one.split == split).collect();
        let heard = mine.iter().filter(|one| one.right).count();
        // Probability, whether it is put in, whether it is the name said.
        let mut found: Vec<(f32, bool, bool)> = Vec::new();
        for one in &mine {
            let expected = Expected::new(&one.heard, None);
            let candidates = Finder::new(&expected).candidates(&one.heard.utterances[0], None);
            found.extend(repair::choose(&candidates).iter().map(|(candidate, probability)| {
                let is_right = !one.right && candidate.name.surface.eq_ignore_ascii_case(&one.name);
                (*probability, model::is_applied(candidate, *probability), is_right)
            }));
        }
        let show = |what: &str, kept: &[bool]| {
            let right = kept.iter().filter(|right| **right).count();
            let recall = 100.0 * (heard + right) as f64 / mine.len().max(1) as f64;
            println!("  {what:>9}  {recall:>6.1}  {:>11}", kept.len() - right);
        };
        println!("{split}: {} names said, {heard} heard", mine.len());
        println!("  threshold  recall  wrong names");
        for percent in (30..100).step_by(5) {
            let above = found.iter().filter(|(probability, ..)| 100.0 * probability >= percent as f32);
            show(&percent.to_string(), &above.map(|(.., right)| *right).collect::<Vec<_>>());
        }
        let applied = found.iter().filter(|(_, applied, _)| *applied);
        show("put in", &applied.map(|(.., right)| *right).collect::<Vec<_>>());
    }
    Ok(())
}

/// Names heard in visits, before and after repair: transcripts of `folder` against those of the same name in `references`.
fn visits(references: &str, folder: &str) -> Result<()> {
    let (mut said, mut before, mut after, mut wrong) = (0, 0, 0, [0, 0]);
    let mut files: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.sort();
    for file in files {
        let id = file.file_stem().unwrap_or_default().to_string_lossy();
        let reference = Path::new(references).join(format!("{id}.transcript.json"));
        let reference = reading::from_json(&fs::read(reference).with_context(|| id.to_string())?)?;
        let heard = reading::from_json(&fs::read(&file)?)?;
        let mut repaired = heard.clone();
        repair::repair(&mut repaired, None);
        let score = |heard: &Transcript| drug_score(&reference, heard, DrugTable::bundled());
        let (old, new) = (score(&heard), score(&repaired));
        let (of, found) = (old.heard.of, [old.heard.found, new.heard.found]);
        println!(
            "{}: {of} names said, {} heard, {} after repair; wrong: {} and {}",
            id, found[0], found[1], old.false_drugs, new.false_drugs
        );
        repaired.utterances.iter().flat_map(|said| &said.repairs).for_each(print_repair);
        for one in &new.confusions {
            println!("  left: {} written as {}", one.said.as_str(), one.written.as_str());
        }
        (said, before, after) = (said + of, before + found[0], after + found[1]);
        wrong = [wrong[0] + old.false_drugs, wrong[1] + new.false_drugs];
    }
    println!("{said} names said, {before} heard, {after} after repair; wrong: {} and {}", wrong[0], wrong[1]);
    Ok(())
}

fn false_names(paths: &[&str]) -> Result<()> {
    for path in paths {
        let (mut words, mut applied, mut suggested) = (0, 0, 0);
        for mut transcript in transcripts(path)? {
            words += transcript.utterances.iter().map(|said| said.text.split_whitespace().count()).sum::<usize>();
            repair::repair(&mut transcript, None);
            for one in transcript.utterances.iter().flat_map(|said| &said.repairs) {
                if one.applied {
                    applied += 1
                } else {
                    suggested += 1
                }
                print_repair(one);
            }
        }
        println!("{path}: {words} words, {applied} names put in, {suggested} suggested");
    }
    Ok(())
}

fn print_repair(one: &Repair) {
    let how = if one.applied { "applied" } else { "suggested" };
    let (heard, suggested) = (one.heard.as_str(), one.suggested.as_str());
    println!("  {how} {:.2}: {heard} → {suggested} ({})", one.probability, one.reason);
}

/// What recordings say for each candidate, for `fit.py --heard`.
fn heard_again(folder: &str) -> Result<()> {
    let config = Config::default();
    let transcriber = Transcriber::load(&config.recognition, &ModelStore::new(&config.paths))?;
    let mut files: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|ending| ending == "wav" || ending == "flac"));
    files.sort();
    let mut number = 0;
    for file in files {
        let recording = audio::decode(AudioSource::File(&file), &config.recognition, &no_progress)?;
        let memory = Memory::default();
        let transcript = transcriber.transcribe(&recording, Known::default(), &memory, &no_progress)?.transcript;
        let (spoken, mut hearing) = (Spoken::of(&file)?, transcriber.hearing(&recording, &memory));
        let expected = Expected::new(&transcript, None);
        let mut finder = Finder::new(&expected);
        for said in &transcript.utterances {
            number += 1;
            let mut candidates = finder.candidates(said, None);
            hearing.hear(said, &mut candidates)?;
            candidates.iter().for_each(|one| show_heard(number, said, one, &spoken));
        }
    }
    Ok(())
}

fn show_heard(number: usize, said: &Utterance, one: &Candidate, spoken: &Spoken) {
    let (Some(gain), Some(word)) = (one.gain, said.words.get(one.span.start)) else { return };
    let name = spoken.at(word.start_ms);
    let label = u8::from(one.name.surface.eq_ignore_ascii_case(name));
    let (start, end, odds) = (one.span.start, one.span.end, model::log_odds_by_words(one));
    let (heard, read) = (&said.text[one.range.clone()], &one.name.surface);
    println!("{number}\t{start}\t{end}\t{label}\t{heard}\t{read}\t{odds:.3}\t{gain:.2}\t{name}");
}

/// The sentences of a recording of `tools/repair/speak.py`, by their starts in seconds, each with the name in it; none of
/// another recording.
struct Spoken(Vec<(f64, String)>);

impl Spoken {
    fn of(recording: &Path) -> Result<Self> {
        let Ok(bytes) = fs::read(recording.with_extension("json")) else { return Ok(Self(Vec::new())) };
        let sentences: serde_json::Value = serde_json::from_slice(&bytes)?;
        let sentence = |one: &serde_json::Value| Some((one["start"].as_f64()?, one["name"].as_str()?.to_owned()));
        Ok(Self(sentences["said"].as_array().into_iter().flatten().filter_map(sentence).collect()))
    }

    /// The name in the sentence in which a word begins.
    fn at(&self, start_ms: u64) -> &str {
        let before = self.0.iter().rev().find(|(start, _)| start - 0.25 <= start_ms as f64 / 1000.0);
        before.map_or("", |(_, name)| name)
    }
}
