//! `soapstone backup`: everything but the master key, copied while the service runs.

use std::path::PathBuf;

use clap::Args;

use super::{Failure, bar, runtime};
use crate::{app, config::Config, domain::SystemClock, keeping::backup};

/// Copy all visits into a folder, while the service runs: the database as it is at one moment, and the sealed audio.
///
/// Each backup is a folder of its own in --to, whole or not there at all, and shares audio with the one before by hard links.
/// The keys of all visits, wrapped with the master key, lie beside them in keys.json: keep only its newest state, so that what is
/// erased is erased from every backup, too. THE MASTER KEY IS NOT IN THE BACKUP: without it a backup is worth nothing, to a thief
/// or to you. Keep a copy of it elsewhere, in a safe.
///
/// Prints where the backup is, and how its audit ends, as `soapstone audit verify --anchor` takes it. A backup that is not wanted
/// any more is a folder to be removed.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    soapstone --config /etc/soapstone.toml backup --to /mnt/backup/soapstone\n  \
    soapstone --config /etc/soapstone.toml restore /mnt/backup/soapstone      the newest, into an empty state folder")]
pub struct BackupArgs {
    /// Folder of backups, on another disk; made where it is not there.
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
}

/// Runs the command.
pub fn run(args: &BackupArgs, config: &Config) -> Result<(), Failure> {
    backup::check(config)?;
    let taken = runtime()?.block_on(async {
        let (store, segments) = (app::open_store(config).await?, app::open_segments(config)?);
        let bar = bar::new("copying visits");
        let taken = backup::take(&store, &segments, &args.to, &SystemClock, &|fraction| bar::set(&bar, fraction)).await;
        bar.finish_and_clear();
        Ok::<_, Failure>(taken?)
    })?;
    let backup::Taken { folder, visits, files, new_bytes, audit } = taken;
    let megabytes = new_bytes.div_ceil(1_000_000);
    eprintln!("soapstone: {visits} visits in {files} files, {megabytes} MB of them new");
    eprintln!("soapstone: the master key is not in it, and without it nothing can be restored: keep a copy elsewhere");
    println!("{}\t{} {}", folder.display(), audit.sequence, audit.hash);
    Ok(())
}
