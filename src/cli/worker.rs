//! `soapstone worker`: jobs, and nothing else.

use clap::Args;
use tokio_util::sync::CancellationToken;

use super::{Failure, runtime, serve};
use crate::{app, config::Config};

/// Work off jobs: transcribe recordings, draft notes, send them to the EHR. Requests are answered by `soapstone serve`.
///
/// It needs the configuration of the service: the same database, the same master key, and the same folder of audio. With
/// SQLite that is the same machine; with PostgreSQL another machine can work, too, if it mounts the folder. It stops at
/// SIGTERM or Ctrl-C after what runs is done, as the service does, and what was cut off is taken up again by whoever works.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    soapstone serve --no-jobs                        answers requests alone\n  \
    soapstone worker                                 does the work, beside it")]
pub struct WorkerArgs {}

/// Runs the command.
pub fn run(_args: &WorkerArgs, config: &Config) -> Result<(), Failure> {
    let config = config.clone();
    runtime()?.block_on(async move {
        let stop = CancellationToken::new();
        tokio::spawn(serve::on_signal(stop.clone()));
        Ok(app::work(config, stop, || serve::tell(format_args!("waiting for jobs"))).await?)
    })
}
