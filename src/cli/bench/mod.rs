//! `soapstone bench`: how good it is, measured.

mod asr;
mod compare;
mod notes;

use std::{
    fmt::Display,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use serde::Serialize;

use super::{Failure, FailureKind, output::Output};
use crate::config::Config;

/// Measure how good soapstone is on your own recordings, and compare two measurements.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    soapstone bench asr visits.jsonl --json new.json --html new.html\n  \
    soapstone bench notes visits.jsonl --html notes.html\n  \
    soapstone bench compare old.json new.json")]
pub struct BenchArgs {
    #[command(subcommand)]
    command: BenchCommand,
}

#[derive(Subcommand)]
enum BenchCommand {
    Asr(asr::AsrArgs),
    Notes(notes::NotesArgs),
    Compare(compare::CompareArgs),
}

/// Runs the command; results go to standard output and files, progress to standard error.
pub fn run(args: &BenchArgs, config: &Config) -> Result<(), Failure> {
    match &args.command {
        BenchCommand::Asr(args) => asr::run(args, config),
        BenchCommand::Notes(args) => notes::run(args, config),
        BenchCommand::Compare(args) => compare::run(args),
    }
}

/// Where a report goes besides standard output.
#[derive(Args)]
struct ReportArgs {
    /// Write the report to this file, for a program and for `soapstone bench compare`.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the report as one page for a browser to this file.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// The files of a report, which can be written.
struct ReportFiles {
    json: Option<Output>,
    html: Option<Output>,
}

impl ReportArgs {
    fn open(&self) -> Result<ReportFiles, Failure> {
        let open = |path: &Option<PathBuf>| path.as_deref().map(|path| Output::open(Some(path))).transpose();
        Ok(ReportFiles { json: open(&self.json)?, html: open(&self.html)? })
    }
}

impl ReportFiles {
    fn finish<R: Serialize>(self, report: &R, page: fn(&R) -> String) -> Result<(), Failure> {
        if let Some(output) = self.json {
            output.finish(&serde_json::to_string_pretty(report).expect("a report is plain data"))?;
        }
        self.html.map_or(Ok(()), |output| output.finish(&page(report)))
    }
}

/// What all of `paths` list; one id must not stand for two.
fn read_all<T, E: Display>(
    paths: &[PathBuf],
    read: impl Fn(&Path) -> Result<Vec<T>, E>,
    id: fn(&T) -> &str,
) -> Result<Vec<T>, Failure> {
    let mut items: Vec<T> = Vec::new();
    for path in paths {
        let read = read(path).map_err(|error| Failure::new(FailureKind::BadInput, error))?;
        if let Some(twice) = read.iter().find(|item| items.iter().any(|known| id(known) == id(item))) {
            let reason = format_args!("what was given before it has a {} too", id(twice)).to_string();
            return Err(Failure::bad_input(&path.display().to_string(), reason));
        }
        items.extend(read);
    }
    Ok(items)
}
