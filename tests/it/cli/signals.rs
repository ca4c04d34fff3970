//! Ended from outside: by Ctrl-C, by the system that shuts down, by the one that runs out of memory.

use std::{
    io::Write,
    os::unix::process::ExitStatusExt,
    process::{Command, Stdio},
};

use super::Place;

/// Sends `signal` to a run that works on its input, and returns what ended it.
fn ended_by(place: &Place, signal: &str) -> Option<i32> {
    // Where tests run in the background, Ctrl-C is ignored by whatever they start.
    let mut run = Command::new("env")
        .args(["--default-signal=INT", env!("CARGO_BIN_EXE_soapstone"), "note", "-", "--out", "out/note.md"])
        .current_dir(place.path("."))
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it runs");
    // More than a pipe holds: once it is taken, the output has been opened and the run waits for the rest.
    let mut input = run.stdin.take().expect("a pipe");
    input.write_all("doctor: What brings you in?\n".repeat(40_000).as_bytes()).expect("it reads");
    let sent = Command::new("kill").args([signal, &run.id().to_string()]).status().expect("kill runs");
    assert!(sent.success());
    let status = run.wait().expect("it ends");
    drop(input);
    status.signal()
}

#[test]
fn nothing_is_left_beside_the_result_and_the_shell_sees_what_ended_it() {
    let place = Place::new();
    place.write("out/note.md", "older");
    for (signal, number) in [("-INT", 2), ("-TERM", 15), ("-KILL", 9)] {
        assert_eq!(ended_by(&place, signal), Some(number));
        assert_eq!(place.results(), ["note.md"], "after {signal}");
    }
}
