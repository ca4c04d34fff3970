//! The commands, one file each. Here: the options that all share, and which command runs.

mod audit;
mod backup;
mod bar;
mod bench;
mod deliver;
mod doctor;
mod ehr_key;
mod examples;
mod failure;
mod input;
mod log;
mod models;
mod note;
mod output;
mod progress;
mod restore;
mod retention;
mod room;
mod serve;
mod terminology;
mod token;
mod transcribe;
mod user;
mod verify;
mod voice;
mod worker;

use std::{ffi::OsString, panic, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
pub use failure::{Failure, FailureKind};

use crate::config::Config;

/// Turns the recording of a medical visit into a draft SOAP note, on this machine alone.
///
/// Results go to standard output, progress and messages to standard error.
///
/// Exit codes: 0 done; 1 internal fault; 2 wrong usage or configuration, also a disk too small for a model; 3 bad input;
/// 4 a model or terminology is missing (the message is the command that gets it); 5 refused.
#[derive(Parser)]
#[command(
    name = "soapstone",
    version,
    max_term_width = 100,
    after_help = "Examples:\n  \
    soapstone models pull && soapstone terminology pull  once, with a network\n  \
    soapstone note visit.flac                            the draft note"
)]
struct Cli {
    /// Configuration file (TOML). Without it every setting has its default.
    #[arg(long, global = true, env = "SOAPSTONE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,

    /// Folder for models and terminology, instead of the user's cache folder.
    #[arg(long, global = true, env = "SOAPSTONE_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,

    /// Say more about what is going on; twice for details. Never shows what was said in a visit.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Note(note::NoteArgs),
    Transcribe(transcribe::TranscribeArgs),
    Verify(verify::VerifyArgs),
    Voice(voice::VoiceArgs),
    Models(models::ModelsArgs),
    Terminology(terminology::TerminologyArgs),
    Bench(bench::BenchArgs),
    Serve(serve::ServeArgs),
    Worker(worker::WorkerArgs),
    Doctor(doctor::DoctorArgs),
    Room(room::RoomArgs),
    User(user::UserArgs),
    Token(token::TokenArgs),
    Audit(audit::AuditArgs),
    Deliver(deliver::DeliverArgs),
    Retention(retention::RetentionArgs),
    Backup(backup::BackupArgs),
    Restore(restore::RestoreArgs),
    EhrKey(ehr_key::EhrKeyArgs),
}

impl Cli {
    /// The options of this run that say where models and terminology are, quoted for a shell. Those from the environment
    /// hold for the next command as well.
    fn folder_options(&self) -> String {
        let options =
            [("config", "SOAPSTONE_CONFIG", &self.config), ("data-dir", "SOAPSTONE_DATA_DIR", &self.data_dir)];
        let given = options.into_iter().filter_map(|(option, variable, path)| {
            let path = path.as_ref().filter(|path| std::env::var_os(variable).as_deref() != Some(path.as_os_str()))?;
            Some(format!(" --{option} {}", shell_word(&path.display().to_string())))
        });
        given.collect()
    }
}

fn shell_word(text: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "/._-+:@%".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// Runs the command line `args` and tells how it went.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(message) => {
            // Help and version are results; anything else is wrong usage. clap picks the stream.
            let _ = message.print();
            return ExitCode::from(if message.use_stderr() { FailureKind::Usage as u8 } else { 0 });
        }
    };
    hide_panic_payloads();
    // Nobody waits in front of a service: what it does is told in its log.
    let at_least = u8::from(matches!(cli.command, Command::Serve(_) | Command::Worker(_) | Command::Room(_)));
    let outcome = panic::catch_unwind(|| {
        let config = Config::load(cli.config.as_deref(), cli.data_dir.as_deref())?;
        log::begin(cli.verbose.max(at_least), config.log.format);
        dispatch(&cli, &config)
    });
    let outcome = outcome.unwrap_or_else(|_| Err(Failure::panicked()));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let failure = failure.with_options(&cli.folder_options());
            eprintln!("soapstone: {failure}");
            ExitCode::from(failure.kind() as u8)
        }
    }
}

fn dispatch(cli: &Cli, config: &Config) -> Result<(), Failure> {
    match &cli.command {
        Command::Note(args) => note::run(args, config),
        Command::Transcribe(args) => transcribe::run(args, config),
        Command::Verify(args) => verify::run(args),
        Command::Voice(args) => voice::run(args, config),
        Command::Models(args) => models::run(args, config, &cli.folder_options()),
        Command::Terminology(args) => terminology::run(args, config),
        Command::Bench(args) => bench::run(args, config),
        Command::Serve(args) => serve::run(args, config),
        Command::Worker(args) => worker::run(args, config),
        Command::Doctor(args) => doctor::run(args, config),
        Command::Room(args) => room::run(args, config),
        Command::User(args) => user::run(args, config),
        Command::Token(args) => token::run(args, config),
        Command::Audit(args) => audit::run(args, config),
        Command::Deliver(args) => deliver::run(args, config),
        Command::Retention(args) => retention::run(args, config),
        Command::Backup(args) => backup::run(args, config),
        Command::Restore(args) => restore::run(args, config),
        Command::EhrKey(args) => ehr_key::run(args, config),
    }
}

/// What asynchronous commands run on.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Runtime::new().map_err(|error| Failure::new(FailureKind::Internal, error))
}

/// A panic's message may quote the text that was worked on, so only its place is shown.
fn hide_panic_payloads() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        eprintln!("soapstone: internal fault at {place}");
    }));
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn a_folder_is_quoted_where_a_shell_would_split_it() {
        assert_eq!(shell_word("/srv/models"), "/srv/models");
        assert_eq!(shell_word("my models"), "'my models'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
