//! `soapstone retention`: what is erased when.

use clap::{Args, Subcommand};

use super::{Failure, output::print_line, runtime};
use crate::{
    app,
    config::{Config, Keep},
    domain::{Actor, Clock, SystemClock},
    keeping::retention::{self, Due},
    store::{Store, retention as kept},
};

/// Show or apply the rules of how long visits are kept.
///
/// They stand in the configuration under [retention]: audio_days (30 unless it says otherwise), transcript_days, visit_days,
/// and unsigned_days. The service applies them by itself, once an hour. A visit under legal hold is left as it is. Every erasing is in
/// the audit.
#[derive(Args)]
pub struct RetentionArgs {
    #[command(subcommand)]
    command: RetentionCommand,
}

#[derive(Subcommand)]
enum RetentionCommand {
    /// Show the rules, how much is due by each, and which visits are under legal hold.
    List,
    /// Erase now what is due.
    #[command(after_help = "Examples:\n  \
        soapstone retention run --dry-run     what would be erased, a line each\n  \
        soapstone retention run")]
    Run {
        /// Only show what would be erased.
        #[arg(long)]
        dry_run: bool,
    },
}

/// Runs the command.
pub fn run(args: &RetentionArgs, config: &Config) -> Result<(), Failure> {
    runtime()?.block_on(async {
        let store = app::open_store(config).await?;
        match args.command {
            RetentionCommand::List => list(&store, config).await,
            RetentionCommand::Run { dry_run: true } => {
                let due = retention::due(&store, &config.retention, SystemClock.now()).await?;
                due.iter().try_for_each(|due| print_line(line(due)))
            }
            RetentionCommand::Run { dry_run: false } => erase(&store, config).await,
        }
    })
}

async fn list(store: &Store, config: &Config) -> Result<(), Failure> {
    let due = retention::due(store, &config.retention, SystemClock.now()).await?;
    for (key, keep) in config.retention.rules() {
        let (days, rule) = match keep {
            Keep::Days(days) => (days.to_string(), format!("retention.{key} = {days}")),
            Keep::Always => ("always".to_owned(), String::new()),
        };
        let count = due.iter().filter(|due| due.rule == rule).count();
        print_line(format_args!("{key}\t{days}\t{count} due"))?;
    }
    for encounter in kept::held(store).await? {
        print_line(format_args!("held\t{encounter}"))?;
    }
    Ok(())
}

async fn erase(store: &Store, config: &Config) -> Result<(), Failure> {
    let (segments, now) = (app::open_segments(config)?, SystemClock.now());
    let mut told = Ok(());
    let tell = |due: &Due| {
        if told.is_ok() {
            told = print_line(line(due));
        }
    };
    retention::run(store, &segments, &config.retention, now, &Actor::Operator, tell).await?;
    told
}

fn line(due: &Due) -> String {
    format!("{}\t{}\t{}", due.encounter, due.what.as_str(), due.rule)
}
