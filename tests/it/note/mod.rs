//! The main job on every spoken visit, with the default models: from the recording to the note.

use std::collections::HashSet;

use serde_json::Value;
use soapstone::{
    audio::AudioSource,
    config::Config,
    domain::{Evidence, Note, SectionKind, SystemClock, Transcript},
    pipeline::{Scribe, Unwatched},
};

use crate::{
    schemas,
    support::facts::{Found, Score, Scores, fixtures, json, list, manifest, score, text},
};

/// Facts that are found from the recordings at least: what is reached, less one of each. A change that loses more must say
/// so here. What is missing is mostly misheard: the rules find more on exact transcripts (`tests/it/structuring/facts.rs`).
const LEAST: [(&str, usize); 8] = [
    ("medications", 45),
    ("doses", 31),
    ("frequencies", 30),
    ("actions", 41),
    ("allergies", 7),
    ("vitals", 20),
    ("orders", 14),
    ("denied symptoms", 22),
];
/// The same of problems whose right code is proposed first.
const LEAST_CODES: usize = 12;
/// Medicines, allergies and vital signs that are listed and not the patient's, at most: what is reached.
const MOST_WRONG: [usize; 3] = [0, 2, 0];

#[test]
fn every_spoken_visit_becomes_a_valid_note_with_its_facts() {
    let schema = schemas::validator("note-1");
    let (mut scores, mut codes) = (Scores::default(), Score::default());
    for entry in manifest() {
        let id = text(&entry, "id");
        let (transcript, note) = note_of(text(&entry, "audio"));
        let as_json = serde_json::to_value(&note).expect("a note is plain data");
        let faults: Vec<String> = schema.iter_errors(&as_json).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{id}: {faults:#?}");
        assert_evidence_exists(id, &note, &transcript);

        let wanted = json(text(&entry, "facts"));
        let mut of_visit = Scores::default();
        score_note(&wanted, &note, &mut of_visit);
        score_note(&wanted, &note, &mut scores);
        let of_codes = score_codes(&wanted, &note);
        codes.found += of_codes.found;
        codes.wanted += of_codes.wanted;
        of_visit.print(id);
        println!("  ICD-10-CM        {:3} of {:3} found", of_codes.found, of_codes.wanted);
    }
    scores.print("all visits, from the recordings");
    println!("  ICD-10-CM        {:3} of {:3} found", codes.found, codes.wanted);
    for ((kind, score), (_, least)) in scores.rows().into_iter().zip(LEAST) {
        assert!(score.found >= least, "{kind}: {} of {} found, fewer than {least}", score.found, score.wanted);
    }
    assert!(codes.found >= LEAST_CODES, "codes: {} of {} found", codes.found, codes.wanted);
    let wrong = [scores.wrong_medications, scores.wrong_allergies, scores.wrong_vitals];
    assert!(wrong.iter().zip(MOST_WRONG).all(|(wrong, most)| *wrong <= most), "not the patient's: {wrong:?}");
}

fn note_of(audio: &str) -> (Transcript, Note) {
    let config = Config::default();
    let mut scribe = Scribe::new(&config, &SystemClock, &Unwatched);
    let path = fixtures().join(audio);
    let transcript = scribe.transcribe(AudioSource::File(&path), &[], None).expect("the visit is heard");
    let note = scribe.write_note(&transcript, None).expect("the visit becomes a note");
    (transcript, note)
}

/// Every statement has evidence; every evidence names an utterance that exists, within its times, in its own words.
fn assert_evidence_exists(id: &str, note: &Note, transcript: &Transcript) {
    let statements: Vec<_> = note.sections.iter().flat_map(|section| &section.statements).collect();
    assert!(!statements.is_empty(), "{id}: the note says nothing");
    assert!(statements.iter().all(|statement| !statement.evidence.is_empty()), "{id}: a statement without evidence");
    let unique: HashSet<&str> = statements.iter().map(|statement| statement.id.as_str()).collect();
    assert_eq!(unique.len(), statements.len(), "{id}: statements share an id");
    for problem in &note.problems {
        assert!(problem.statements.iter().all(|one| unique.contains(one.as_str())), "{id}: {}", problem.id);
    }
    let structured = (note.medications.iter().map(|one| &one.evidence))
        .chain(note.vitals.iter().map(|one| &one.evidence))
        .chain(note.allergies.iter().map(|one| &one.evidence))
        .chain(note.orders.iter().map(|one| &one.evidence));
    for evidence in structured.chain(statements.iter().map(|one| &one.evidence)).flatten() {
        assert_is_in(id, evidence, transcript);
    }
}

fn assert_is_in(id: &str, evidence: &Evidence, transcript: &Transcript) {
    let utterance = transcript.utterances.iter().find(|utterance| utterance.id == evidence.utterance);
    let utterance = utterance.unwrap_or_else(|| panic!("{id}: {} does not exist", evidence.utterance));
    assert!(evidence.start_ms >= utterance.start_ms && evidence.end_ms <= utterance.end_ms, "{id}: {}", utterance.id);
    let quote = evidence.quote.as_ref().expect("evidence has a quote");
    assert!(utterance.text.contains(quote.trim_end_matches('…')), "{id}: a quote that {} does not say", utterance.id);
}

fn score_note(wanted: &Value, note: &Note, scores: &mut Scores) {
    let review = note.sections.iter().find(|section| section.id == SectionKind::ReviewOfSystems);
    let denials: Vec<String> = review
        .into_iter()
        .flat_map(|section| &section.statements)
        .filter_map(|statement| statement.text.split_once("Denies"))
        .map(|(_, denied)| denied.to_lowercase())
        .collect();
    let found = Found {
        medications: &note.medications,
        allergies: &note.allergies,
        vitals: &note.vitals,
        orders: &note.orders,
        denies: &|symptom| denials.iter().any(|denied| denied.contains(symptom)),
    };
    score(wanted, &found, scores);
}

/// How many of the problems have one of their acceptable codes as the first proposal of some problem of the note.
fn score_codes(wanted: &Value, note: &Note) -> Score {
    let proposed: Vec<&str> =
        note.problems.iter().filter_map(|problem| problem.codes.first()).map(|code| code.code.as_str()).collect();
    let mut codes = Score::default();
    for problem in list(wanted, "problems") {
        let acceptable = list(problem, "icd10cm");
        codes.add(acceptable.iter().filter_map(Value::as_str).any(|code| proposed.contains(&code)));
    }
    codes
}
