//! `soapstone restore`: a backup, brought back into an empty state folder.

use std::{path::PathBuf, sync::Arc};

use clap::Args;

use super::{Failure, bar, runtime};
use crate::{
    app,
    config::Config,
    domain::{SystemClock, SystemEntropy},
    keeping::restore::{self, Restore},
};

/// Bring a backup back into an empty state folder.
///
/// The master key has to be in its place first: the one that was in use when keys.json was written (or under keys.previous).
/// Every file is checked, every key opened and the audit read before anything is put in place; a backup that is damaged
/// (exit code 3) leaves nothing behind. Visits whose keys were erased since stay erased. What was erased after keys.json was
/// written comes back, unless --erased tells of it: erase it again, or have the audit exported to another machine often.
///
/// All sessions are ended. Tokens, passwords and shut accounts are as they were when the backup was taken: look through them.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    soapstone --config /etc/soapstone.toml restore /mnt/backup/soapstone                    the newest backup\n  \
    soapstone --config /etc/soapstone.toml restore /mnt/backup/soapstone/20261129T020000Z   this one\n  \
    soapstone --config /etc/soapstone.toml restore /mnt/backup/soapstone --erased audit.jsonl")]
pub struct RestoreArgs {
    /// Folder that `soapstone backup --to` wrote to, or one of the backups in it.
    from: PathBuf,

    /// The newest keys.json, where it does not lie beside the backup.
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,

    /// What `soapstone audit export` wrote after the backup: what it says was erased, or withdrawn, is erased again.
    #[arg(long, value_name = "FILE")]
    erased: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &RestoreArgs, config: &Config) -> Result<(), Failure> {
    restore::check(config)?;
    let masters = app::load_master_keys(config, &SystemEntropy)?;
    let wanted = Restore { from: &args.from, keys: args.keys.as_deref(), erased: args.erased.as_deref() };
    let restored = runtime()?.block_on(async {
        let bar = bar::new("copying back");
        let progress = |fraction| bar::set(&bar, fraction);
        let restored = wanted.run(config, masters, Arc::new(SystemClock), Arc::new(SystemEntropy), &progress).await;
        bar.finish_and_clear();
        restored
    })?;
    let restore::Restored { backup, taken_at, visits, erased, audit } = restored;
    eprintln!(
        "soapstone: {visits} visits are back as they were at {taken_at}; {erased} were erased since, and stay so"
    );
    if args.erased.is_none() {
        eprintln!("soapstone: what was erased after the last backup is back, too: erase it again (see --erased)");
    }
    eprintln!("soapstone: look through accounts and tokens: what was shut since is open again");
    println!("{}\t{} {}", backup.display(), audit.sequence, audit.hash);
    Ok(())
}
