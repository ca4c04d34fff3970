//! Any note against a transcript, through the command line.

use serde_json::Value;

use super::Place;
use crate::schemas::validator;

const DIALOGUE: &str = "doctor: What brings you in today?\n\
    patient: My right knee hurts since last week. I take ibuprofen four hundred milligrams twice a day.\n\
    doctor: Any fever?\npatient: No.\n\
    doctor: Stop the ibuprofen, and let's get an X-ray of the knee.\n\
    patient: All right. Penicillin brings me out in hives, by the way.\n";

const LETTER: &str = "HPI:\n- Right knee pain since last week.\n- Reports fever.\n\nPlan\n1. Stop ibuprofen 800 mg.\n";

fn place() -> Place {
    let place = Place::new();
    place.write("visit.txt", DIALOGUE);
    place.write("letter.txt", LETTER);
    place
}

fn verified(place: &Place, note: &str) -> Value {
    let ended = place.run(&["verify", note, "--transcript", "visit.txt", "--format", "json"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let answer: Value = serde_json::from_str(&ended.stdout).expect("it is JSON");
    let errors: Vec<String> = validator("verification-1").iter_errors(&answer).map(|error| error.to_string()).collect();
    assert_eq!(errors, [""; 0]);
    answer
}

fn support(answer: &Value) -> Vec<(&str, &str)> {
    let statements = answer["statements"].as_array().map_or(&[][..], Vec::as_slice);
    statements.iter().map(|one| (one["text"].as_str().unwrap_or(""), one["support"].as_str().unwrap_or(""))).collect()
}

#[test]
fn a_letter_of_another_system_is_checked_line_by_line() {
    let place = place();
    let answer = verified(&place, "letter.txt");
    let expected = [
        ("Right knee pain since last week.", "supported"),
        ("Reports fever.", "unsupported"),
        ("Stop ibuprofen 800 mg.", "unsupported"),
    ];
    assert_eq!(support(&answer), expected);
    assert_eq!(answer["statements"][0]["evidence"][0]["utterance"], "u2");
    let omitted = answer["omitted"].to_string();
    assert!(omitted.contains("enicillin") && omitted.contains("X-ray"), "{omitted}");
}

#[test]
fn our_own_page_is_read_without_what_follows_its_sections() {
    let place = place();
    let page = "# Draft note: Progress note, written by a machine, not signed\n\n## Subjective\n\n### History of present illness\n\n\
        - Right knee pain since last week. [u2]\n\n---\n\n## Problems and proposed codes\n\n- Knee pain: M25.561\n";
    place.write("note.md", page);
    assert_eq!(support(&verified(&place, "note.md")), [("Right knee pain since last week.", "supported")]);
}

#[test]
fn the_page_tells_first_what_is_not_borne_out() {
    let ended = place().run(&["verify", "letter.txt", "--transcript", "visit.txt"]);
    let place_of = |text: &str| ended.stdout.find(text).unwrap_or_else(|| panic!("{text}: {}", ended.stdout));
    assert!(ended.stdout.starts_with("# Verification\n\n3 statements: 1 borne out"), "{}", ended.stdout);
    assert!(place_of("Reports fever.") < place_of("Right knee pain since last week."));
    assert!(place_of("Right knee pain since last week.") < place_of("Said, but not in the note"));
}

#[test]
fn what_cannot_be_checked_is_refused_by_name() {
    let place = place();
    place.write("empty.txt", "\n\n");
    place.write("other.json", "{\"schema\":\"soapstone.transcript/1\"}");
    place.write("bytes.txt", b"\xFFknee");
    for (note, transcript, named) in [
        ("empty.txt", "visit.txt", "empty.txt"),
        ("other.json", "visit.txt", "other.json"),
        ("bytes.txt", "visit.txt", "bytes.txt"),
        ("missing.txt", "visit.txt", "missing.txt"),
        ("letter.txt", "missing.json", "missing.json"),
    ] {
        let ended = place.run(&["verify", note, "--transcript", transcript]);
        assert_eq!((ended.code, ended.stdout.as_str()), (3, ""), "{note}: {}", ended.stderr);
        assert!(ended.last_line().contains(named) && !ended.stderr.contains("knee"), "{}", ended.stderr);
    }
}

#[test]
fn the_same_fault_of_a_file_has_the_same_words_in_every_command() {
    let place = place();
    place.write("bytes.txt", b"doctor: caf\xE9");
    place.write("wide.txt", b"\xFF\xFEd\0o\0");
    std::fs::create_dir(place.path("folder")).expect("a folder");
    for (file, words) in [
        ("bytes.txt", "it is not UTF-8 text: byte 11 is invalid; save it as UTF-8"),
        ("wide.txt", "it is UTF-16 text: save it as UTF-8"),
        ("folder", "is a directory"),
    ] {
        for arguments in [
            &["note", file][..],
            &["verify", file, "--transcript", "visit.txt"],
            &["verify", "letter.txt", "--transcript", file],
        ] {
            let ended = place.run(arguments);
            assert_eq!(ended.code, 3, "{}", ended.stderr);
            assert!(ended.last_line().ends_with(words) && ended.last_line().contains(file), "{}", ended.stderr);
        }
    }
}

#[test]
fn its_help_tells_a_script_what_its_exit_code_says() {
    let ended = place().run(&["verify", "--help"]);
    for told in ["Exit codes: 0 the note was checked, whatever was found", ".support == \"supported\""] {
        assert!(ended.stdout.contains(told), "{}", ended.stdout);
    }
}

#[test]
fn where_nobody_is_the_patient_or_the_clinician_it_is_said() {
    let place = place();
    for (dialogue, words) in [
        ("doctor: How are you?\nBob: My knee hurts.\nWizard: His knee.\n", "nobody in it is labelled the patient"),
        ("Bob: How are you?\npatient: My knee hurts.\n", "nobody in it is labelled the clinician"),
    ] {
        place.write("labels.txt", dialogue);
        let ended = place.run(&["verify", "letter.txt", "--transcript", "labels.txt"]);
        assert!(ended.code == 0 && ended.stderr.contains(words) && !ended.stderr.contains("Bob"), "{}", ended.stderr);
    }
    let ended = place.run(&["verify", "letter.txt", "--transcript", "visit.txt"]);
    assert!(!ended.stderr.contains("labelled"), "{}", ended.stderr);
}
