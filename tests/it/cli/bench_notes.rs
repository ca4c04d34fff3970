//! `soapstone bench notes`: notes measured as a person does it.

use std::fs;

use serde_json::{Value, json};

use super::{Place, fixture};
use crate::schemas::validator;

const SAID: [&str; 3] = [
    "[doctor] good morning , what brings you in today ? are you allergic to anything ?",
    "[patient] my knee hurts since last week , and i take ibuprofen four hundred milligrams twice a day . i am allergic to penicillin .",
    "[doctor] then keep taking the ibuprofen , and come back in two weeks please .",
];

const REFERENCE: &str = "CHIEF COMPLAINT\n\nKnee <pain>.\n\nMEDICATIONS\n\nIbuprofen 400 mg twice daily.\n\nPHYSICAL EXAM\n\n\
    Knee: Tender.\n\nPLAN\n\nContinue ibuprofen.";

/// A corpus of one visit with a reference note, and with facts of which one medicine was never said.
fn write_corpus(place: &Place) {
    let line = json!({"id": "knee", "audio": "none.flac", "transcript": "visit.txt", "note": REFERENCE,
        "facts": "visit.facts.json"});
    place.write("visits.jsonl", format!("{line}\n"));
    place.write("visit.txt", SAID.join("\n"));
    let facts = json!({"medications": [{"name": "ibuprofen"}, {"name": "warfarin"}],
        "allergies": [{"substance": "penicillin"}], "problems": [{"name": "Knee pain", "icd10cm": ["M25.569"]}]});
    place.write("visit.facts.json", facts.to_string());
}

#[test]
fn a_visit_is_measured_by_what_is_known_of_it() {
    let place = Place::new();
    write_corpus(&place);
    let args = ["bench", "notes", "visits.jsonl", "--json", "out/report.json", "--html", "out/report.html"];
    let ended = place.run(&args);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stderr.starts_with("[1/1] knee: "), "{}", ended.stderr);
    assert!(!ended.stderr.contains("penicillin") && !ended.stderr.contains("hurts"), "{}", ended.stderr);

    let read = |name: &str| fs::read_to_string(place.path(name)).expect("it was written");
    let report: Value = serde_json::from_str(&read("out/report.json")).expect("it is JSON");
    let faults: Vec<String> = validator("bench-notes-1").iter_errors(&report).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:?}");
    let visit = &report["visits"][0];
    // Written by rules, whatever the model: ibuprofen is in the note and in its reference. Nobody examined anything, and the
    // reference has no results.
    assert!(visit["rouge1"]["subjective"].as_f64().is_some_and(|score| score > 0.0), "{visit}");
    assert_eq!(
        (&visit["rouge1"]["objective_exam"], &visit["rouge1"]["objective_results"]),
        (&json!(0.0), &Value::Null)
    );
    // One of two medicines, nothing wrong: 2·1 / (2·1 + 1).
    assert_eq!((&visit["medication_f1"], &visit["allergy_f1"]), (&json!(2.0 / 3.0), &json!(1.0)), "{visit}");
    assert_eq!(visit["disagreements"][0], json!({"kind": "medicine", "expected": "warfarin", "found": ""}));
    for figure in ["rouge1", "rougeL", "concept_f1", "medication_f1", "icd10cm_recall", "omission_rate"] {
        assert_eq!(report["summary"][figure], visit[figure], "{figure}: one visit is all");
    }
    for figure in ["icd10cm_recall", "unsupported_rate", "omission_rate", "seconds_per_note", "tokens_per_second"] {
        assert!(report["summary"][figure].is_number(), "{figure}: {}", report["summary"]);
    }
    assert_eq!(report["models"][0]["name"], "smollm2-135m");

    let page = read("out/report.html");
    assert!(page.starts_with("<!doctype html>") && page.contains("Knee &lt;pain&gt;.") && page.contains("warfarin"));
    assert!(page.contains("i take ibuprofen four hundred milligrams"), "the evidence is not in the page");
    assert!(ended.stdout.contains("Medicines right") && ended.stdout.contains("66.7 %"), "{}", ended.stdout);
}

#[test]
fn what_cannot_be_measured_is_named_before_any_work() {
    let place = Place::new();
    write_corpus(&place);
    place.write("empty.jsonl", "");
    place.write("short.jsonl", r#"{"id":"a","dialogue":"[doctor] hello","note":"x"}"#);
    place.write("lost.jsonl", r#"{"id":"a","transcript":"lost.json"}"#);
    for (args, says) in [
        (&["none.jsonl"][..], "none.jsonl"),
        (&["empty.jsonl"], "names no visit"),
        (&["short.jsonl"], "line 1: only 1 words are said"),
        (&["lost.jsonl"], "lost.json"),
        (&["visit.facts.json"], "visit.facts.json, line 1"),
        (&["visits.jsonl", "visits.jsonl"], "what was given before it has a knee too"),
        (&["visits.jsonl", "--html", "none/page.html"], "none"),
    ] {
        let ended = place.run(&[&["bench", "notes"], args].concat());
        assert_eq!((ended.code, ended.stdout.as_str()), (3, ""), "{args:?}: {}", ended.stderr);
        assert!(ended.last_line().contains(says), "{args:?}: {}", ended.stderr);
    }
    let data_dir = place.path("empty");
    let without_models =
        place.run(&["--data-dir", data_dir.to_str().expect("a plain path"), "bench", "notes", "visits.jsonl"]);
    assert_eq!(without_models.code, 4, "{}", without_models.stderr);
}

/// A report of two visits whose notes have `rouge`.
fn report(rouge: [f64; 2]) -> String {
    let nothing = json!({"whole": null, "subjective": null, "objective_exam": null, "objective_results": null,
        "assessment_and_plan": null});
    let rates = |rouge: f64| {
        let mut rates = json!({"rouge1": nothing, "rouge2": nothing, "rougeL": nothing});
        rates["rouge1"]["whole"] = json!(rouge);
        rates
    };
    let counts = json!({"notes": 1, "statements": 9, "unsupported": 0, "taken_out": 1, "looked_for": 9, "omitted": 3,
        "work_ms": 60000, "tokens": 300, "writing_ms": 20000});
    let visit = |(index, rouge): (usize, f64)| {
        let mut visit = rates(rouge);
        visit["id"] = json!(format!("visit-{index}"));
        visit["counts"] = counts.clone();
        for list in ["disagreements", "note", "taken_out", "omitted"] {
            visit[list] = json!([]);
        }
        visit
    };
    let visits: Vec<Value> = rouge.into_iter().enumerate().map(visit).collect();
    json!({"schema": "soapstone.bench-notes/1", "soapstone": "0.1.0", "created_at": "", "corpora": [], "models": [],
        "prompts": [], "summary": rates(0.0), "counts": counts, "visits": visits})
    .to_string()
}

#[test]
fn worse_notes_are_named_and_notes_are_not_compared_with_recognition() {
    let place = Place::new();
    place.write("old.json", report([45.0, 50.0]));
    place.write("worse.json", report([42.0, 44.0]));
    let worse = place.run(&["bench", "compare", "old.json", "worse.json"]);
    assert_eq!(worse.code, 1, "{}", worse.stderr);
    assert_eq!(worse.last_line(), "soapstone: worse than before: ROUGE-1");
    assert!(
        worse.stdout.contains("WORSE, most in visit-1") && worse.stdout.contains("2 visits compared"),
        "{}",
        worse.stdout
    );
    let recognition = fs::read_to_string(fixture("../docs/baselines/asr.json")).expect("it is there");
    place.write("asr.json", recognition);
    let mixed = place.run(&["bench", "compare", "asr.json", "old.json"]);
    assert_eq!((mixed.code, mixed.stdout.as_str()), (3, ""), "{}", mixed.stderr);
    assert!(mixed.last_line().contains("compare reports of one kind"), "{}", mixed.stderr);
}
