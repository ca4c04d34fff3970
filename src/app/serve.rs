//! Starting and stopping.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use axum_server::{Handle, accept::NoDelayAcceptor, tls_rustls::RustlsConfig};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{SecretError, ehr::ehr, housekeeping, load_master_keys, secrets::read_secret};
use crate::{
    audio::{SegmentError, Segments},
    auth::{self, oidc::Oidc},
    config::{Config, ConfigError, ServerConfig},
    domain::{Actor, AuditAction, AuditEvent, Clock, Entropy, SystemClock, SystemEntropy},
    http::{self, Service},
    pipeline::jobs::Workshop,
    store::{Store, StoreError, audit},
};

/// How long the head of a request may take, which nobody has proved anything before; also the longest that a connection is kept
/// without one.
const HEADERS_TIMEOUT: Duration = Duration::from_secs(30);

/// Why the service does not run.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A secret that the configuration names.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The folder of audio.
    #[error(transparent)]
    Segments(#[from] SegmentError),
    /// The port.
    #[error("cannot listen at {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The certificate or its key.
    #[error("cannot use the certificate {}: {source}", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: std::io::Error,
    },
}

/// Where jobs are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jobs {
    /// In the process that answers requests.
    Here,
    /// By [`work`], in other processes.
    Elsewhere,
}

/// The store of `config`, with the master key that it names.
pub async fn open_store(config: &Config) -> Result<Store, AppError> {
    let (clock, entropy) = outside();
    let keys = load_master_keys(config, entropy.as_ref())?;
    Ok(Store::open(config, keys, clock, entropy).await?)
}

/// The folder of audio of `config`.
pub fn open_segments(config: &Config) -> Result<Segments, AppError> {
    Ok(Segments::new(config.paths.state()?.join("audio")))
}

/// Runs the service until it is told to stop. `ready` is told where it listens, and the secret with which the first account is
/// made while there is none.
pub async fn serve(
    config: Config,
    jobs: Jobs,
    stop: CancellationToken,
    ready: impl FnOnce(SocketAddr, Option<auth::Secret>),
) -> Result<(), AppError> {
    let (clock, entropy) = outside();
    let server = config.server.clone();
    let oidc = oidc(&config)?;
    let workshop = workshop(config).await?;
    workshop.segments.sweep()?;

    let listener = listen(server.listen)?;
    let address = listener.local_addr().map_err(|source| AppError::Listen { address: server.listen, source })?;
    let setup = auth::offer_setup(&workshop.store, clock.as_ref(), entropy.as_ref()).await?;
    audit::append_alone(&workshop.store, &AuditEvent::done(Actor::Service, AuditAction::Start)).await?;

    let workers = match jobs {
        Jobs::Here => tokio::spawn(Arc::clone(&workshop).run(stop.clone())),
        // What is said is told by the process to which the audio comes.
        Jobs::Elsewhere => {
            let listening = Arc::clone(&workshop).listen(stop.clone());
            tokio::spawn(async {
                listening.await;
                Ok(())
            })
        }
    };
    let housekeeping = tokio::spawn(housekeeping::keep_house(Arc::clone(&workshop), stop.clone()));
    let handle = Handle::new();
    let (stopping, patience) = (handle.clone(), Duration::from_secs(server.stop_timeout_s));
    let (asked, streams) = (stop.clone(), Arc::clone(&workshop));
    tokio::spawn(async move {
        asked.cancelled().await;
        // Streams end by themselves only where they are told to.
        streams.rooms.close();
        streams.events.close();
        stopping.graceful_shutdown(Some(patience));
    });
    ready(address, setup);
    let routes = http::router(Service { workshop: Arc::clone(&workshop), oidc })
        .into_make_service_with_connect_info::<SocketAddr>();
    let failed = |source| AppError::Listen { address, source };
    let served = match certificate(&server).await? {
        Some(tls) => {
            let server = axum_server::from_tcp_rustls(listener, tls).map_err(failed)?;
            let mut server = server.map(|tls| tls.acceptor(NoDelayAcceptor::new()));
            server.http_builder().http1().header_read_timeout(HEADERS_TIMEOUT);
            server.handle(handle).serve(routes).await
        }
        None => {
            // An answer's last bytes do not wait until its first have arrived.
            let mut server = axum_server::from_tcp(listener).map_err(failed)?.acceptor(NoDelayAcceptor::new());
            server.http_builder().http1().header_read_timeout(HEADERS_TIMEOUT);
            server.handle(handle).serve(routes).await
        }
    };
    // Whatever ended the server ends the workers.
    stop.cancel();
    ended(workers, &stop, patience).await?;
    // An erasing takes moments, and one that is broken off is done again.
    let _ = tokio::time::timeout(patience, housekeeping).await;
    audit::append_alone(&workshop.store, &AuditEvent::done(Actor::Service, AuditAction::Stop)).await?;
    served.map_err(failed)
}

/// Works off jobs, and nothing else, until it is told to stop.
pub async fn work(config: Config, stop: CancellationToken, ready: impl FnOnce()) -> Result<(), AppError> {
    let patience = Duration::from_secs(config.server.stop_timeout_s);
    let workshop = workshop(config).await?;
    audit::append_alone(&workshop.store, &AuditEvent::done(Actor::Service, AuditAction::Start).object("worker"))
        .await?;
    let workers = tokio::spawn(Arc::clone(&workshop).run(stop.clone()));
    ready();
    let worked = ended(workers, &stop, patience).await;
    audit::append_alone(&workshop.store, &AuditEvent::done(Actor::Service, AuditAction::Stop).object("worker")).await?;
    Ok(worked?)
}

/// Waits for `workers`, and once they were told to stop no longer than `patience`.
async fn ended(
    mut workers: JoinHandle<Result<(), StoreError>>,
    stop: &CancellationToken,
    patience: Duration,
) -> Result<(), StoreError> {
    let ended = tokio::select! {
        ended = &mut workers => Ok(ended),
        () = stop.cancelled() => tokio::time::timeout(patience, workers).await,
    };
    match ended {
        Ok(ended) => ended.unwrap_or(Err(StoreError::Queue("the workers panicked".to_owned()))),
        Err(_) => {
            tracing::warn!("what runs is not waited for any longer; it is taken up again at the next start");
            Ok(())
        }
    }
}

/// What requests and jobs share.
async fn workshop(config: Config) -> Result<Arc<Workshop>, AppError> {
    let (clock, entropy) = outside();
    let store = open_store(&config).await?;
    let segments = open_segments(&config)?;
    let ehr = ehr(&config, Arc::clone(&clock), Arc::clone(&entropy))?;
    Ok(Arc::new(Workshop::new(Arc::new(config), store, segments, clock, entropy, ehr)))
}

/// The single sign-on that the configuration names.
fn oidc(config: &Config) -> Result<Option<Arc<Oidc>>, SecretError> {
    let secret = config.oidc.client_secret.as_ref().map(read_secret).transpose()?;
    let secret = secret.map(|(_, text)| zeroize::Zeroizing::new(text.trim().to_owned()));
    let redirect = format!("{}/api/v1/oidc/callback", config.server.url());
    Ok(Oidc::new(&config.oidc, secret, redirect).map(Arc::new))
}

/// The certificate that `server` names, with its key.
pub async fn certificate(server: &ServerConfig) -> Result<Option<RustlsConfig>, AppError> {
    let (Some(certificate), Some(key)) = (&server.tls_certificate, &server.tls_key) else { return Ok(None) };
    let tls = RustlsConfig::from_pem_file(certificate, key).await;
    tls.map(Some).map_err(|source| AppError::Certificate { path: certificate.clone(), source })
}

fn outside() -> (Arc<dyn Clock>, Arc<dyn Entropy>) {
    (Arc::new(SystemClock), Arc::new(SystemEntropy))
}

fn listen(address: SocketAddr) -> Result<std::net::TcpListener, AppError> {
    let listener = std::net::TcpListener::bind(address);
    let listener = listener.and_then(|listener| listener.set_nonblocking(true).map(|()| listener));
    listener.map_err(|source| AppError::Listen { address, source })
}
