//! The main job through the command line: what goes in, what comes out, and where.

use std::{fs, sync::LazyLock};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::{Ended, Place, fixture};
use crate::schemas::validator;

/// Unlike any word of the program.
const DIALOGUE: &str = "doctor: Good morning, what brings you and your zebrafish in today?\n\
    patient: My knee hurts since last week and I take ibuprofen four hundred milligrams twice a day.\n\
    doctor: Then keep taking the ibuprofen, and come back in two weeks please.\n";

/// The dialogue's note as JSON, made with every message shown. Made once: the model is slow.
static NOTE: LazyLock<Ended> = LazyLock::new(|| {
    let place = Place::new();
    place.write("visit.txt", DIALOGUE);
    place.run(&["note", "visit.txt", "--format", "json", "-vv"])
});

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("it is JSON")
}

fn assert_valid(schema: &str, value: &Value) {
    let errors: Vec<String> = validator(schema).iter_errors(value).map(|error| error.to_string()).collect();
    assert_eq!(errors, [""; 0], "{schema}");
}

/// A transcript as a program would write it, of the same dialogue.
fn transcript_json() -> String {
    let utterance = |(at, line): (usize, &str)| {
        let (label, text) = line.split_once(": ").expect("a label");
        let role = if label == "doctor" { "clinician" } else { "patient" };
        serde_json::json!({"id": format!("u{}", at + 1), "speaker": label, "role": role, "text": text})
    };
    let utterances: Vec<Value> = DIALOGUE.lines().enumerate().map(utterance).collect();
    serde_json::json!({"schema": "soapstone.transcript/1", "utterances": utterances}).to_string()
}

#[test]
fn a_dialogue_becomes_a_note_of_the_published_shape() {
    assert_eq!(NOTE.code, 0, "{}", NOTE.stderr);
    let note = parsed(&NOTE.stdout);
    assert_valid("note-1", &note);
    assert_eq!(note["status"], "draft");
    assert_eq!((&note["template"], &note["document_type"]["code"]), (&json!("soap"), &json!("11506-3")));
    assert_eq!(note["medications"][0]["name"], "ibuprofen", "{note}");
}

#[test]
fn what_was_said_is_never_shown_on_standard_error() {
    for word in ["zebrafish", "knee", "ibuprofen"] {
        assert!(!NOTE.stderr.to_lowercase().contains(word), "{word}: {}", NOTE.stderr);
    }
    assert!(NOTE.stderr.contains("Writing sections"), "the stages are not told: {}", NOTE.stderr);
    assert!(!NOTE.stderr.contains('\u{1b}'), "colours without a terminal: {}", NOTE.stderr);
}

/// The second note of one dialogue comes through the other kinds of input and output: only the form differs.
#[test]
fn the_same_visit_gives_the_same_note_in_every_form() {
    let place = Place::new();
    place.write("older.json", "older");
    let again = place.run_with(&["note", "-", "--format", "json", "--out", "out/note.json"], DIALOGUE.as_bytes());
    assert_eq!((again.code, again.stdout.as_str()), (0, ""), "{}", again.stderr);
    assert_eq!(place.results(), ["note.json"]);
    let read = |text: &str| {
        let mut note = parsed(text);
        note["provenance"]["timings_ms"].take();
        note
    };
    let written = fs::read_to_string(place.path("out/note.json")).expect("it is there");
    assert!(written.ends_with("}\n"));
    assert_eq!(read(&written), read(&NOTE.stdout));
}

/// A layout of a clinic's own, with what it adds to a prompt.
fn clinic_template() -> String {
    let places = [
        ("Today", &["chief_complaint", "history_of_present_illness", "review_of_systems"][..]),
        ("Takes", &["medications", "allergies"]),
        ("Background", &["past_history", "social_history", "family_history"]),
        ("Seen", &["vitals", "physical_exam", "results"]),
        ("What we do", &["assessment", "plan"]),
    ];
    let place = |(heading, from): (&str, &[&str])| format!("[[section]]\nheading = {heading:?}\nfrom = {from:?}\n");
    let places: String = places.map(|(heading, from)| place((heading, from))).concat();
    let head = "id = \"our-clinic\"\ntitle = \"Clinic letter\"\ndocument_type = { code = \"34117-2\", display = \"History and physical note\" }\n";
    format!("{head}{places}[instructions]\nplan = \"Write each line as an order.\"\n")
}

#[test]
fn the_chart_is_held_against_the_visit_and_stays_out_of_the_note() {
    let place = Place::new();
    place.write("visit.txt", DIALOGUE);
    let medication = |name: &str| {
        serde_json::json!({"resource": {"resourceType": "MedicationStatement", "status": "active",
            "medicationCodeableConcept": {"text": name}, "dosage": [{"text": "1 tablet daily"}]}})
    };
    let chart = serde_json::json!({"resourceType": "Bundle", "entry": [medication("warfarin 5 mg"), medication("Motrin 400 mg")]});
    place.write("chart.json", chart.to_string());
    let ended = place.run(&["note", "visit.txt", "--chart", "chart.json", "--format", "json"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let note = parsed(&ended.stdout);
    assert_valid("note-1", &note);
    let states: Vec<_> = note["review"]["reconciliation"].as_array().expect("a list").iter().collect();
    assert_eq!((&states[0]["name"], &states[0]["state"]), (&"ibuprofen".into(), &"changed".into()), "{states:?}");
    assert_eq!((&states[1]["name"], &states[1]["state"]), (&"warfarin".into(), &"not_mentioned".into()), "{states:?}");
    assert!(!note["sections"].to_string().contains("warfarin"));
}

#[test]
fn a_transcript_file_becomes_a_preliminary_document_as_the_clinic_lays_it_out() {
    let place = Place::new();
    place.write("visit.json", transcript_json());
    place.write("clinic.toml", clinic_template());
    let ended = place.run(&["note", "visit.json", "--format", "fhir", "--template", "clinic.toml"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let bundle = parsed(&ended.stdout);
    assert_eq!(bundle["resourceType"], "Bundle");
    let entries = bundle["entry"].as_array().expect("entries").iter().map(|entry| &entry["resource"]);
    let document = entries.clone().find(|one| one["resourceType"] == "DocumentReference").expect("a document");
    assert_eq!(document["docStatus"], "preliminary");
    assert_eq!(document["type"]["coding"][0]["code"], "34117-2");
    let data = document["content"][0]["attachment"]["data"].as_str().expect("its text");
    let text = String::from_utf8(BASE64_STANDARD.decode(data).expect("base64")).expect("text");
    assert!(text.starts_with("# Draft note: Clinic letter"), "{text}");
    assert!(text.contains("\n## Takes\n\n- Ibuprofen 400 mg") && !text.contains("Subjective"), "{text}");
}

#[test]
fn a_recording_becomes_a_transcript_that_the_main_job_takes_up() {
    let place = Place::new();
    let recording = fs::read(fixture("visit-08-warfarin-phone.flac")).expect("it is there");
    let json = place.run_with(&["transcribe", "-"], &recording);
    assert_eq!(json.code, 0, "{}", json.stderr);
    let transcript = parsed(&json.stdout);
    assert_valid("transcript-1", &transcript);
    let first = transcript["utterances"][0]["text"].as_str().expect("words");
    assert!(!json.stderr.contains(first), "{}", json.stderr);

    // Taken up by the other command: it comes as far as the model, which is not here.
    let data_dir = place.path("empty");
    let data_dir = data_dir.to_str().expect("a plain path");
    let taken_up = place.run_with(&["--data-dir", data_dir, "note", "-"], json.stdout.as_bytes());
    assert_eq!(taken_up.code, 4, "{}", taken_up.stderr);
    assert!(!taken_up.stderr.contains("whisper"), "a transcript needs no recogniser: {}", taken_up.stderr);
}
