//! Misheard names of medicines: how many are put right, and that no others are put in.

use std::{fs, path::Path};

use soapstone::{
    domain::{Transcript, Utterance, Word},
    terminology::DrugTable,
    transcription::{
        Memory, reading,
        repair::{candidates::Finder, repair, visit::Expected},
    },
};

use crate::support::facts::fixtures;

/// A sentence as it was heard, with the recogniser's percentages for its words.
fn heard(text: &str, percentages: &str) -> Transcript {
    let word = |((at, text), percent): ((u64, &str), &str)| Word {
        text: text.into(),
        start_ms: 300 * at,
        end_ms: 300 * at + 290,
        probability: percent.parse::<f32>().expect("a percentage") / 100.0,
    };
    let words: Vec<Word> = (0..).zip(text.split(' ')).zip(percentages.split(' ')).map(word).collect();
    let said = Utterance { text: text.into(), words, ..Utterance::default() };
    Transcript { utterances: vec![said], ..Transcript::default() }
}

/// The names in a transcript, as the drug table writes them.
fn named(transcript: &Transcript) -> Vec<&'static str> {
    let utterances = transcript.utterances.iter();
    utterances.flat_map(|said| DrugTable::bundled().mentions(&said.text)).map(|mention| mention.surface).collect()
}

#[test]
fn misheard_names_that_no_weight_was_fitted_on_are_put_right() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/repair/misheard.tsv");
    let text = fs::read_to_string(corpus).expect("the corpus of misheard names");
    let (mut said, mut right, mut found, mut wrong) = (0, 0, 0, 0);
    for line in text.lines().filter(|line| line.starts_with("valid\t")) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [_, name, _, sentence, percentages] = columns[..] else { panic!("five columns: {line}") };
        let is_name = |surface: &&str| surface.eq_ignore_ascii_case(name);
        let mut transcript = heard(sentence, percentages);
        let before = named(&transcript);
        repair(&mut transcript, None);
        let after = named(&transcript);
        said += 1;
        right += usize::from(before.iter().any(is_name));
        found += usize::from(after.iter().any(is_name));
        wrong += after.iter().filter(|surface| !is_name(surface) && !before.contains(surface)).count();
    }
    assert!(said >= 80 && right * 4 < said, "of {said} names {right} were heard: there is little to put right");
    assert!(found * 100 >= said * 80, "of {said} names only {found} are right after repair");
    assert!(wrong <= 1, "{wrong} wrong names were put in");
}

#[test]
fn nothing_is_put_into_what_was_heard_rightly() {
    let files = fs::read_dir(fixtures()).expect("the fixtures").map(|entry| entry.expect("an entry").path());
    let references: Vec<_> = files.filter(|path| path.to_string_lossy().ends_with(".transcript.json")).collect();
    assert!(references.len() >= 10, "{references:?}");
    for path in references {
        let mut transcript = reading::from_json(&fs::read(&path).expect("a reference")).expect("a transcript");
        let texts = |transcript: &Transcript| -> Vec<String> {
            transcript.utterances.iter().map(|said| said.text.as_str().to_owned()).collect()
        };
        let before = texts(&transcript);
        repair(&mut transcript, None);
        assert_eq!(texts(&transcript), before, "{}", path.display());
    }
}

#[test]
fn the_sound_tells_which_of_two_medicines_was_said() {
    let (recording, reference) = super::visit("visit-01-hypertension");
    let transcriber = super::transcriber();
    let memory = Memory::default();
    let mut hearing = transcriber.hearing(&recording, &memory);
    // The medicine that fits best where the visit has `opening`, and how much better than `written`, which sounds like several.
    let mut best = |opening: &str, written: &str| {
        let mut said = reference.utterances.iter().find(|said| said.text.starts_with(opening)).expect(opening).clone();
        let (start, words) = (said.start_ms.expect("timed"), written.split(' ').collect::<Vec<_>>());
        let step = (said.end_ms.expect("timed") - start) / words.len() as u64;
        let place = |(at, text): (u64, &&str)| Word {
            text: (**text).into(),
            start_ms: start + at * step,
            end_ms: start + (at + 1) * step,
            probability: 0.5,
        };
        said.words = (0..).zip(&words).map(place).collect();
        said.text = written.into();
        let expected = Expected::new(&Transcript::default(), None);
        let mut candidates = Finder::new(&expected).candidates(&said, None);
        hearing.hear(&said, &mut candidates).expect("it hears");
        candidates.retain(|one| one.gain.is_some());
        candidates.sort_by(|a, b| b.gain.unwrap_or_default().total_cmp(&a.gain.unwrap_or_default()));
        let medicines = candidates.iter().map(|one| one.name.medicine()).collect::<std::collections::HashSet<_>>();
        assert!(medicines.len() > 1, "{written} sounds like {medicines:?} only");
        (candidates[0].name.medicine().to_owned(), candidates[0].gain.expect("heard"))
    };
    let (found, gain) = best("Good. And you're still taking", "Good. And you're still taking the sinopril?");
    assert!(found == "lisinopril" && gain > 0.0, "{found} fits by {gain}");
}
