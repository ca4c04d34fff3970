//! Help, and wrong usage or configuration: exit code 2.

use std::process::Command;

use super::Place;

const COMMANDS: [&[&str]; 16] = [
    &[],
    &["note"],
    &["transcribe"],
    &["models"],
    &["models", "list"],
    &["models", "pull"],
    &["models", "import"],
    &["models", "verify"],
    &["terminology"],
    &["terminology", "pull"],
    &["terminology", "import"],
    &["terminology", "search"],
    &["bench"],
    &["bench", "asr"],
    &["bench", "notes"],
    &["bench", "compare"],
];

#[test]
fn every_command_has_a_manual_with_examples_that_fits_a_terminal() {
    let place = Place::new();
    for command in COMMANDS {
        for option in ["--help", "-h"] {
            let ended = place.run_plain(&[command, &[option]].concat(), b"");
            assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{command:?}");
            assert!(ended.stdout.contains("Example") && ended.stdout.contains("  soapstone "), "{}", ended.stdout);
            let widest = ended.stdout.lines().map(|line| line.chars().count()).max();
            assert!(widest <= Some(100), "{command:?} {option} is {widest:?} wide");
        }
    }
    let examples = place.run_plain(&["note", "--help"], b"").stdout;
    let examples = examples.split("Examples:").nth(1).expect("there are examples").to_owned();
    assert!(examples.lines().all(|line| line.chars().count() <= 80), "{examples}");
}

#[test]
fn the_version_is_told() {
    let ended = Place::new().run_plain(&["--version"], b"");
    assert_eq!((ended.code, ended.stdout), (0, format!("soapstone {}\n", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn wrong_usage_is_told_apart_from_bad_input() {
    let place = Place::new();
    place.write("visit.txt", "doctor: hello\npatient: hi\n");
    for args in [
        &[][..],
        &["nonsense"],
        &["note"],
        &["note", "visit.txt", "other.txt"],
        &["note", "visit.txt", "--format", "pdf"],
        &["note", "visit.txt", "--nonsense"],
        &["note", "visit.txt", "--template", "sopa"],
        &["note", "visit.txt", "--template", "none.toml"],
        &["models", "pull", "no-such-model"],
        &["terminology", "search"],
        &["bench", "asr"],
        &["bench", "notes"],
        &["bench", "asr", "visit.txt", "--noise", "loud"],
        &["bench", "asr", "visit.txt", "--noise", "100"],
        &["bench", "compare", "one.json"],
        &["--config", "none.toml", "note", "visit.txt"],
    ] {
        let ended = place.run_plain(args, b"");
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{args:?}: {}", ended.stderr);
        assert!(!ended.stderr.is_empty(), "{args:?}");
    }
}

/// Not even a list is made then: it would be of a folder that nobody chose.
#[test]
fn without_a_home_the_folder_for_models_must_be_given() {
    let place = Place::new();
    let homeless = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_soapstone"));
        command.args(args).current_dir(place.path("out"));
        for variable in ["HOME", "XDG_CACHE_HOME", "SOAPSTONE_CONFIG", "SOAPSTONE_DATA_DIR"] {
            command.env_remove(variable);
        }
        let ended = command.output().expect("it runs");
        (ended.status.code(), String::from_utf8(ended.stderr).expect("text"))
    };
    let (code, said) = homeless(&["models", "list"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(["HOME", "XDG_CACHE_HOME", "--data-dir"].iter().all(|way| said.contains(way)), "{said}");
    assert_eq!(homeless(&["--data-dir", "here", "models", "list"]), (Some(0), String::new()));
}

#[test]
fn a_wrong_setting_is_named_with_its_key() {
    let place = Place::new();
    place.write("visit.txt", "doctor: hello\npatient: hi\n");
    place.write("visit.wav", b"RIFF\0\0\0\0WAVE");
    for (text, key) in [
        ("[writing]\nmodle = \"x\"", "modle"),
        ("[writing]\ncontext_tokens = 10", "writing.context_tokens"),
        ("[recognition]\nmax_minutes = 0", "recognition.max_minutes"),
        ("[recognition]\nthreads = \"many\"", "threads"),
        ("[writing]\nmodel = \"no-such-model\"", "no-such-model"),
        ("[writing]\nmodel = \"silero-vad\"", "writing.model"),
        ("[recognition]\nmodel = \"smollm2-135m\"", "recognition.model"),
        ("[recognition]\nvad_model = \"smollm2-135m\"", "recognition.vad_model"),
        ("[writing]\ntemplate = \"sopa\"", "there is no template sopa: choose soap, hp,"),
        ("[writing]\ntemplate = \"wrong.toml\"", "unknown field `writing`, expected one of `id`, `title`"),
        ("nonsense", "wrong.toml"),
    ] {
        place.write("wrong.toml", text);
        let ended = place.run_plain(&["--config", "wrong.toml", "note", "visit.wav"], b"");
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{text}: {}", ended.stderr);
        assert!(ended.stderr.contains(key), "{text}: {}", ended.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_seen_enough_is_no_failure_and_a_full_disk_is_told() {
    use std::{fs::File, io};

    let run = |stdout: std::process::Stdio| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_soapstone"));
        let ended = command.args(["--data-dir", "empty", "models", "list"]).stdout(stdout).output().expect("it runs");
        (ended.status.code(), String::from_utf8(ended.stderr).expect("text"))
    };
    let (reader, writer) = io::pipe().expect("a pipe");
    drop(reader);
    assert_eq!(run(writer.into()), (Some(0), String::new()));
    if let Ok(full) = File::options().write(true).open("/dev/full") {
        let (code, said) = run(full.into());
        assert_eq!(code, Some(3), "{said}");
        assert!(said.contains("cannot write standard output") && !said.contains("fault"), "{said}");
    }
}
