//! `soapstone bench`: how good it is, measured.

mod asr;
mod compare;
mod notes;

use clap::{Args, Subcommand};

use super::Failure;
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
