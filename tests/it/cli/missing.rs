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

/// A folder `here` with a model of the clinic's own, `abc` in the file; the list says that its hash is `sha256`.
fn with_model(sha256: &str) -> Place {
    let place = Place::new();
    std::fs::create_dir_all(place.path("here/models")).expect("a folder can be made");
    place.write("here/models/mine.gguf", b"abc");
    let entry = format!(
        "[[model]]\nname = \"mine\"\ntask = \"text\"\nfile = \"mine.gguf\"\nbytes = 3\norigin = \"import\"\n\
         sha256 = \"{sha256}\"\n"
    );
    place.write("here/models/local.toml", entry);
    place
}

#[test]
fn what_is_told_while_models_are_verified_holds_for_their_folder() {
    let changed = with_model("0").run_plain(&["--data-dir", "here", "models", "verify"], b"");
    assert_eq!(changed.code, 4, "{}", changed.stderr);
    let command = "get it again with: soapstone --data-dir here models import FILE --name mine\n";
    assert!(changed.stdout.ends_with(command), "{}", changed.stdout);

    let none = Place::new().run_plain(&["--data-dir", "empty", "models", "verify"], b"");
    assert_eq!(none.code, 0, "{}", none.stderr);
    assert!(none.stdout.ends_with("with: soapstone --data-dir empty models pull\n"), "{}", none.stdout);
}

#[test]
fn a_model_that_cannot_be_had_keeps_no_other_from_coming() {
    let place = with_model("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    let args = ["--data-dir", "here", "models", "pull", "no-such-model", "mine", "nor-this-one"];
    let ended = place.run_plain(&args, b"");
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    assert!(ended.stdout.starts_with("mine ") && ended.stdout.lines().count() == 1, "{}", ended.stdout);
    assert!(ended.stderr.contains("no-such-model") && ended.stderr.contains("nor-this-one"), "{}", ended.stderr);
}
