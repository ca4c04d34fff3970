//! Transcripts from files: corpora as they are, and strangers' bytes.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use proptest::prelude::*;
use soapstone::{
    domain::{Role, RoleExchange, Transcript},
    transcription::reading::{from_dialogue, from_json},
};

use crate::support::corpora::dialogues;

#[test]
fn every_dialogue_of_aci_bench_is_read_whole() {
    read_whole("aci-bench/valid.jsonl");
}

#[test]
fn every_consultation_of_primock57_is_read_whole() {
    read_whole("primock57/consultations.jsonl");
}

fn read_whole(file: &str) {
    for (id, dialogue) in dialogues(file).into_iter().flatten() {
        let transcript = from_dialogue(dialogue.as_bytes()).unwrap_or_else(|error| panic!("{id}: {error}"));
        let roles: HashSet<Role> = transcript.utterances.iter().map(|utterance| utterance.role).collect();
        assert!(roles.contains(&Role::Clinician) && roles.len() > 1, "{id}: {roles:?}");
        let said: usize = transcript.utterances.iter().map(|u| u.text.split_whitespace().count()).sum();
        let labels = dialogue.lines().filter(|line| line.starts_with('[')).count();
        assert_eq!(said + labels, dialogue.split_whitespace().count(), "{id}: words were lost");
    }
}

#[test]
fn a_written_transcript_is_read_back_as_it_was() {
    let dialogue = b"doctor: How are you?\npatient: Fine, thank you.\nnurse: 128 over 80.\n";
    let mut transcript = from_dialogue(dialogue).expect("it is a dialogue");
    transcript.exchanges = vec![RoleExchange { from: "u1".to_owned(), to: "u2".to_owned(), put_right: false }];
    let json = serde_json::to_vec(&transcript).expect("it can be written");
    assert_eq!(from_json(&json).expect("it is a transcript"), transcript);
}

/// What holds for every transcript that was read.
fn check(transcript: &Transcript) {
    assert!(!transcript.utterances.is_empty());
    let ids: HashSet<&str> = transcript.utterances.iter().map(|utterance| utterance.id.as_str()).collect();
    assert_eq!(ids.len(), transcript.utterances.len(), "ids repeat");
    let starts: Vec<u64> = transcript.utterances.iter().filter_map(|utterance| utterance.start_ms).collect();
    assert!(starts.is_sorted());
}

/// Lines as dialogues have them, and lines that look like it.
fn line() -> impl Strategy<Value = String> {
    let label =
        prop::sample::select(vec!["doctor:", "[patient]", "Dr. X:", "nurse:", "[x", "12:30", ":", "", "\u{FEFF}"]);
    (label, "[ a-z:\\[\\]é]{0,20}").prop_map(|(label, said)| format!("{label} {said}"))
}

/// An utterance with fields that are missing, wrong or odd.
fn utterance() -> impl Strategy<Value = String> {
    let field = prop::sample::select(vec![
        r#""id":"u1""#,
        r#""id":"u2""#,
        r#""id":null"#,
        r#""id":7"#,
        r#""role":"patient""#,
        r#""role":"x""#,
        r#""start_ms":5"#,
        r#""start_ms":-1"#,
        r#""end_ms":18446744073709551615"#,
        r#""words":[]"#,
        r#""words":{}"#,
    ]);
    prop::collection::vec(field, 0..3).prop_map(|fields| {
        let fields: Vec<&str> = [r#""text":"a""#].into_iter().chain(fields).collect();
        format!("{{{}}}", fields.join(","))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_give_a_transcript_or_a_reason(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        from_dialogue(&bytes).iter().for_each(check);
        from_json(&bytes).iter().for_each(check);
    }

    #[test]
    fn dialogues_lose_no_word(lines in prop::collection::vec(line(), 0..12)) {
        let text = format!("doctor: begin\n{}", lines.join("\n"));
        let transcript = from_dialogue(text.as_bytes()).expect("it has a label and a word");
        check(&transcript);
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let said: Vec<String> = transcript.utterances.iter().flat_map(|utterance| words(&utterance.text)).collect();
        // What was said is what was written, in order, less the labels.
        let mut written = words(&text).into_iter();
        for word in said {
            prop_assert!(written.any(|other| other == word || other.ends_with(&word)), "out of order or made up");
        }
    }

    #[test]
    fn odd_json_gives_a_transcript_or_a_reason(utterances in prop::collection::vec(utterance(), 0..5)) {
        let json = format!(r#"{{"schema":"soapstone.transcript/1","utterances":[{}]}}"#, utterances.join(","));
        from_json(json.as_bytes()).iter().for_each(check);
    }
}

/// Copying the turn for each of its lines would take minutes.
#[test]
fn a_turn_of_very_many_lines_is_read_in_a_moment() {
    let lines = 300_000;
    let text = format!("doctor: begin\n{}", "more\n".repeat(lines));
    let started = Instant::now();
    let transcript = from_dialogue(text.as_bytes()).expect("it is a dialogue");
    assert_eq!(transcript.utterances[0].text.len(), "begin".len() + lines * " more".len());
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}
