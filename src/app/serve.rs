//! Starting and stopping.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use axum_server::{Handle, tls_rustls::RustlsConfig};
use tokio_util::sync::CancellationToken;

use super::{SecretError, housekeeping, load_master_keys, secrets::read_secret};
use crate::{
    audio::{SegmentError, Segments},
    auth,
    config::{Config, ConfigError},
    delivery::fhir::FhirClient,
    domain::{Actor, AuditAction, AuditEvent, Clock, Entropy, SystemClock, SystemEntropy},
    http::{self, Service},
    pipeline::jobs::Workshop,
    store::{Store, StoreError, audit},
};

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
    stop: CancellationToken,
    ready: impl FnOnce(SocketAddr, Option<auth::Secret>),
) -> Result<(), AppError> {
    let (clock, entropy) = outside();
    let store = open_store(&config).await?;
    let segments = open_segments(&config)?;
    segments.sweep()?;
    let server = config.server.clone();
    let config = Arc::new(config);
    let ehr = ehr(&config)?;
    let workshop = Workshop::new(config, store, segments, Arc::clone(&clock), Arc::clone(&entropy), ehr);
    let workshop = Arc::new(workshop);

    let listener = listen(server.listen)?;
    let address = listener.local_addr().map_err(|source| AppError::Listen { address: server.listen, source })?;
    let setup = auth::offer_setup(&workshop.store, clock.as_ref(), entropy.as_ref()).await?;
    audit::append_alone(&workshop.store, &AuditEvent::done(Actor::Service, AuditAction::Start)).await?;

    let workers = tokio::spawn(Arc::clone(&workshop).run(stop.clone()));
    let housekeeping = tokio::spawn(housekeeping::keep_house(Arc::clone(&workshop), stop.clone()));
    let handle = Handle::new();
    let (stopping, patience) = (handle.clone(), Duration::from_secs(server.stop_timeout_s));
    let asked = stop.clone();
    tokio::spawn(async move {
        asked.cancelled().await;
        stopping.graceful_shutdown(Some(patience));
    });
    ready(address, setup);
    let routes = http::router(Service { workshop: Arc::clone(&workshop) }).into_make_service();
    let failed = |source| AppError::Listen { address, source };
    let served = match (&server.tls_certificate, &server.tls_key) {
        (Some(certificate), Some(key)) => {
            let tls = RustlsConfig::from_pem_file(certificate, key).await;
            let tls = tls.map_err(|source| AppError::Certificate { path: certificate.clone(), source })?;
            let server = axum_server::from_tcp_rustls(listener, tls).map_err(failed)?;
            server.handle(handle).serve(routes).await
        }
        _ => axum_server::from_tcp(listener).map_err(failed)?.handle(handle).serve(routes).await,
    };
    // Whatever ended the server ends the workers.
    stop.cancel();
    match tokio::time::timeout(patience, workers).await {
        Ok(ended) => ended.unwrap_or(Err(StoreError::Queue("the workers panicked".to_owned())))?,
        Err(_) => tracing::warn!("what runs is not waited for any longer; it is taken up again at the next start"),
    }
    // An erasing takes moments, and one that is broken off is done again.
    let _ = tokio::time::timeout(patience, housekeeping).await;
    audit::append_alone(&workshop.store, &AuditEvent::done(Actor::Service, AuditAction::Stop)).await?;
    served.map_err(failed)
}

/// The EHR that the configuration names.
fn ehr(config: &Config) -> Result<Option<FhirClient>, AppError> {
    let Some(base) = &config.ehr.fhir else { return Ok(None) };
    let token = config.ehr.token.as_ref().map(read_secret).transpose()?;
    let token = token.map(|(_, text)| zeroize::Zeroizing::new(text.trim().to_owned()));
    Ok(Some(FhirClient::new(base, token, Duration::from_secs(config.ehr.timeout_s))))
}

fn outside() -> (Arc<dyn Clock>, Arc<dyn Entropy>) {
    (Arc::new(SystemClock), Arc::new(SystemEntropy))
}

fn listen(address: SocketAddr) -> Result<std::net::TcpListener, AppError> {
    let listener = std::net::TcpListener::bind(address);
    let listener = listener.and_then(|listener| listener.set_nonblocking(true).map(|()| listener));
    listener.map_err(|source| AppError::Listen { address, source })
}
