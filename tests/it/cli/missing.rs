//! What is missing: exit code 4, and the command that gets it.

use super::{Ended, Place};

const DIALOGUE: &str = "doctor: What brings you in?\npatient: My knee.\n";

fn assert_missing(ended: &Ended, command: &str) {
    assert_eq!(ended.code, 4, "{}", ended.stderr);
    assert_eq!(ended.stdout, "");
    assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
    assert!(ended.stderr.trim_end().ends_with(&format!(": {command}")), "{}", ended.stderr);
}

#[test]
fn one_command_gets_all_that_a_note_needs_where_it_is_missing() {
    let place = Place::new();
    place.write("visit.txt", DIALOGUE);
    place.write("visit.wav", b"RIFF\0\0\0\0WAVE");
    let of_recording = place.run_plain(&["--data-dir", "empty", "note", "visit.wav"], b"");
    let pull = "soapstone --data-dir empty models pull whisper-base silero-vad ge2e-voice qwen2.5-coder-1.5b";
    assert_missing(&of_recording, &format!("{pull} && soapstone --data-dir empty terminology pull"));

    let of_transcript = place.run_plain(&["note", "visit.txt", "--data-dir", "empty"], b"");
    let pull = "soapstone --data-dir empty models pull qwen2.5-coder-1.5b";
    assert_missing(&of_transcript, &format!("{pull} && soapstone --data-dir empty terminology pull"));

    let transcript = place.run(&["--data-dir", "an empty folder", "transcribe", "visit.wav"]);
    let options = "--config small.toml --data-dir 'an empty folder'";
    assert_missing(&transcript, &format!("soapstone {options} models pull whisper-tiny.en silero-vad ge2e-voice"));
    assert!(!place.path("empty").exists(), "a folder was made for nothing");
}

#[test]
fn codes_cannot_be_searched_without_their_list() {
    let place = Place::new();
    let ended = place.run_plain(&["--data-dir", "empty", "terminology", "search", "knee", "pain"], b"");
    assert_missing(&ended, "soapstone --data-dir empty terminology pull");
}

#[test]
fn lists_say_what_is_not_here_and_fit_a_terminal() {
    let place = Place::new();
    for list in ["models", "terminology"] {
        let ended = place.run_plain(&["--data-dir", "empty", list, "list"], b"");
        assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
        let widest = ended.stdout.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(100), "{widest:?} wide: {}", ended.stdout);
        assert!(ended.stdout.contains("no") && ended.stdout.contains("empty"), "{}", ended.stdout);
    }
}
