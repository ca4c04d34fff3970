//! `soapstone serve`: the service.

use std::io::Write;

use clap::Args;
use tokio_util::sync::CancellationToken;

use super::{Failure, runtime};
use crate::{app, config::Config};

/// Run the service: it takes recordings, transcribes them, drafts notes, and answers the HTTP API.
///
/// Visits are kept under `paths.state`, sealed. While there is no administrator, each start prints a link to a page where
/// their account is made; it can be used once, within an hour. The service listens at 127.0.0.1:8477 unless the configuration says otherwise, and stops at
/// SIGTERM or Ctrl-C after what runs is done; a second signal ends it at once, and nothing that was kept is lost.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    soapstone serve                                  this machine alone\n  \
    soapstone --config /etc/soapstone.toml serve     as the clinic set it up\n\n\
The API is described at /api/v1/openapi.json; /healthz and /readyz say how it is.")]
pub struct ServeArgs {
    /// Leave the jobs to `soapstone worker`.
    #[arg(long)]
    no_jobs: bool,
}

/// Runs the command.
pub fn run(args: &ServeArgs, config: &Config) -> Result<(), Failure> {
    let url = config.server.url();
    let config = config.clone();
    let jobs = if args.no_jobs { app::Jobs::Elsewhere } else { app::Jobs::Here };
    runtime()?.block_on(async move {
        let stop = CancellationToken::new();
        tokio::spawn(on_signal(stop.clone()));
        let ready = |address, setup: Option<crate::auth::Secret>| {
            tell(format_args!("listening at {address}, found at {url}"));
            if let Some(secret) = setup {
                tell(format_args!(
                    "there is no administrator yet; make their account within an hour at {url}/setup#{}",
                    secret.expose()
                ));
            }
        };
        Ok(app::serve(config, jobs, stop, ready).await?)
    })
}

/// The first signal stops the service, the second ends the process.
pub(super) async fn on_signal(stop: CancellationToken) {
    signal().await;
    tell(format_args!("stopping; what runs is finished first"));
    stop.cancel();
    signal().await;
    std::process::exit(super::FailureKind::Internal as i32);
}

/// Says something to whoever reads standard error. A service goes on where nobody does any more.
pub(super) fn tell(what: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stderr(), "soapstone: {what}");
}

async fn signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = tokio::signal::ctrl_c().await;
}
