//! The command line, as a person or a script meets it: the program itself runs.

mod bad_input;
mod bench;
mod bench_notes;
mod doctor;
mod examples;
mod missing;
mod notes;
mod service;
#[cfg(target_os = "linux")]
mod signals;
mod usage;
mod verify;

use std::{
    fs,
    path::{Path, PathBuf},
};

use assert_cmd::Command;
use tempfile::TempDir;

/// The smallest models: what a note says is not looked at here.
const SMALL_MODELS: &str = "[writing]\nmodel = \"smollm2-135m\"\n[recognition]\nmodel = \"whisper-tiny.en\"\n";

/// How a run ended.
struct Ended {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Ended {
    /// The last line of standard error: the failure, if there was one.
    fn last_line(&self) -> &str {
        self.stderr.lines().last().unwrap_or_default()
    }
}

/// A folder of one test.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().expect("a temporary folder"));
        fs::create_dir(place.path("out")).expect("a folder can be made");
        place.write("small.toml", SMALL_MODELS);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).expect("it can be written");
        path
    }

    /// What is in the folder for results, hidden files as well.
    fn results(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("out")).expect("the folder is there");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    /// Runs the program in this folder with the small models; `input` is its standard input.
    fn run_with(&self, args: &[&str], input: &[u8]) -> Ended {
        self.run_plain(&[&["--config", "small.toml"], args].concat(), input)
    }

    fn run(&self, args: &[&str]) -> Ended {
        self.run_with(args, b"")
    }

    /// Runs the program in this folder with nothing but `args`.
    fn run_plain(&self, args: &[&str], input: &[u8]) -> Ended {
        let output = Command::new(env!("CARGO_BIN_EXE_soapstone"))
            .args(args)
            .current_dir(self.0.path())
            .env_remove("SOAPSTONE_CONFIG")
            .env_remove("SOAPSTONE_DATA_DIR")
            // Backtraces must not reach a person even where somebody asks for them.
            .env("RUST_BACKTRACE", "1")
            .write_stdin(input)
            .output()
            .expect("it runs");
        Ended {
            code: output.status.code().expect("it was not killed"),
            stdout: String::from_utf8(output.stdout).expect("text"),
            stderr: String::from_utf8(output.stderr).expect("text"),
        }
    }
}

/// A spoken visit of the project's own.
fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("audio-fixtures").join(name)
}
