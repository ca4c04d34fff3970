//! `soapstone audit`: who did what, checked and exported.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Failure, FailureKind, output::Output, runtime};
use crate::{
    app,
    config::Config,
    domain::{AuditEntry, PatientText},
    store::{
        Store,
        audit::{self, AuditHead},
    },
};

/// Entries read at a time.
const PAGE: u64 = 1000;

/// Check or export the audit: who saw and did what, and when.
#[derive(Args)]
pub struct AuditArgs {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Subcommand)]
enum AuditCommand {
    /// Read the whole audit, and say where it ends; or which entry was changed, taken out or put elsewhere (exit code 1).
    ///
    /// The end that this prints, kept elsewhere and given as --anchor next time, also shows that the whole database was put
    /// back to an earlier day.
    #[command(after_help = "Example:\n  \
        soapstone audit verify                        1042 9f3c…\n  \
        soapstone audit verify --anchor '1042 9f3c…'")]
    Verify {
        /// What an earlier `audit verify` printed.
        #[arg(long, value_name = "NUMBER HASH", value_parser = anchor)]
        anchor: Option<AuditHead>,
    },
    /// Write the audit as JSON, an entry a line, the oldest first.
    Export {
        /// Write to this file, which is replaced only when it is whole. Default: standard output.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

fn anchor(text: &str) -> Result<AuditHead, &'static str> {
    let parted = text.trim().split_once(' ');
    let head = parted
        .and_then(|(number, hash)| Some(AuditHead { sequence: number.parse().ok()?, hash: hash.trim().to_owned() }));
    head.ok_or("an anchor is a number and a hash, as `soapstone audit verify` prints them")
}

/// Runs the command.
pub fn run(args: &AuditArgs, config: &Config) -> Result<(), Failure> {
    runtime()?.block_on(async {
        let store = app::open_store(config).await?;
        match &args.command {
            AuditCommand::Verify { anchor } => verify(&store, anchor.as_ref()).await,
            AuditCommand::Export { out } => export(&store, Output::open(out.as_deref())?).await,
        }
    })
}

async fn verify(store: &Store, anchor: Option<&AuditHead>) -> Result<(), Failure> {
    match audit::verify(store, anchor).await? {
        Ok(head) => {
            println!("{} {}", head.sequence, head.hash);
            Ok(())
        }
        Err(found) => {
            Err(Failure::new(FailureKind::Internal, format_args!("the audit is not what was written: {found}")))
        }
    }
}

async fn export(store: &Store, output: Output) -> Result<(), Failure> {
    let (mut pages, mut before) = (Vec::new(), None);
    loop {
        let page = audit::list(store, None, before, PAGE).await?;
        let Some(last) = page.last() else { break };
        before = Some(last.sequence);
        pages.push(page);
    }
    let entries = pages.iter().flatten().rev();
    let lines = entries.map(|entry| line(entry) + "\n");
    output.finish(&lines.collect::<String>())
}

fn line(entry: &AuditEntry) -> String {
    let event = &entry.event;
    json!({
        "sequence": entry.sequence, "at": entry.at, "actor": event.actor, "action": event.action,
        "encounter": event.encounter, "object": event.object, "outcome": event.outcome,
        "reason": event.reason.as_ref().map(PatientText::as_str), "hash": entry.hash,
    })
    .to_string()
}
