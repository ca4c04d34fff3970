//! `--examples`: notes that a clinician signed.

use serde_json::{Value, json};

use super::Place;
use crate::structuring::examples::{FOREIGN, SIGNED};

const DIALOGUE: &str = "doctor: Good day, what brings you and your zebrafish in?\n\
    patient: My right knee hurts since last week, and I take ibuprofen four hundred milligrams.\n\
    doctor: Then keep taking the ibuprofen, and come back in two weeks please.\n";

fn place() -> Place {
    let place = Place::new();
    std::fs::create_dir(place.path("signed")).expect("a folder can be made");
    place.write("visit.txt", DIALOGUE);
    place
}

/// Adds what a note says in words: its codes, times and probabilities have figures of their own.
fn add_words(value: &Value, words: &mut String) {
    match value {
        Value::Array(list) => list.iter().for_each(|one| add_words(one, words)),
        Value::Object(fields) => {
            for (key, field) in fields {
                match field.as_str() {
                    Some(said)
                        if matches!(key.as_str(), "text" | "name" | "quote" | "substance" | "reaction" | "reason") =>
                    {
                        *words += said;
                        words.push('\n');
                    }
                    _ => add_words(field, words),
                }
            }
        }
        _ => {}
    }
}

#[test]
fn a_note_after_another_patient_s_has_nothing_of_that_patient() {
    let place = place();
    place.write("signed/quillfeather.txt", SIGNED);
    place.write("signed/letter.txt", "Dear colleague,\nthank you for sending her.\n");
    place.write("signed/picture.png", b"\x89PNG");
    let ended = place.run(&["note", "visit.txt", "--examples", "signed", "--format", "json", "-vv"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let note: Value = serde_json::from_str(&ended.stdout).expect("it is JSON");
    let prompts = note["provenance"]["prompts"].as_array().expect("prompts");
    assert!(prompts.contains(&json!({"task": "examples", "version": "1"})), "{prompts:?}");
    let mut text = String::new();
    add_words(&note, &mut text);
    let text = text.to_lowercase();
    let found: Vec<&&str> = FOREIGN.iter().filter(|word| text.contains(**word)).collect();
    assert!(found.is_empty(), "{found:?}: {}", ended.stdout);
    assert!(
        ended.stderr.contains("signed: 1 of 2 notes have no history under a heading that is known"),
        "{}",
        ended.stderr
    );
    assert!(!ended.stderr.contains("Quillfeather") && !ended.stderr.contains("colleague"), "{}", ended.stderr);
}

#[test]
fn a_folder_without_notes_is_refused_before_any_work() {
    for (name, text, says) in [
        ("letter.txt", "Dear colleague,\nthank you.", "signed: there is no note in it with a history under a heading"),
        ("note.json", "{\"secret\":1}", "note.json: this is no soapstone.note/1 (line 1"),
        (
            "corpus.jsonl",
            "\n{\"id\":\"secret\"}",
            "corpus.jsonl: this is no visit with an id, a note and perhaps a dialogue (line 2",
        ),
    ] {
        let place = place();
        place.write(&format!("signed/{name}"), text);
        let ended = place.run(&["note", "visit.txt", "--examples", "signed"]);
        assert_eq!((ended.code, ended.stdout.as_str()), (3, ""), "{name}: {}", ended.stderr);
        assert!(ended.last_line().contains(says) && !ended.stderr.contains("secret"), "{name}: {}", ended.stderr);
    }
    let ended = place().run(&["note", "visit.txt", "--examples", "none"]);
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    assert!(ended.last_line().contains("cannot read none"), "{}", ended.stderr);
}
