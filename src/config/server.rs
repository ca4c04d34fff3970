//! Where the service listens.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use serde::Deserialize;

use super::ConfigError;

/// The service's own door.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    /// Address and port. Default: this machine alone.
    pub listen: SocketAddr,
    /// The certificate chain (PEM) that browsers are shown. Without one, put a proxy with TLS before the service: a session's
    /// cookie travels over TLS alone.
    pub tls_certificate: Option<PathBuf>,
    /// The certificate's key (PEM).
    pub tls_key: Option<PathBuf>,
    /// What people type to get here, for links: `https://scribe.clinic.example`. Default: the address that it listens at.
    pub public_url: Option<String>,
    /// How long what runs is waited for when the service stops, in seconds.
    pub stop_timeout_s: u64,
    /// Addresses of proxies before the service, whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Who may read `/metrics`.
    pub metrics: MetricsReaders,
}

/// Who may read `/metrics`, which tell how much a clinic does, and nothing of a visit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricsReaders {
    /// Programs on this machine that ask the service itself, and no proxy.
    #[default]
    Local,
    /// Whoever can reach the service.
    All,
}

impl Default for ServerConfig {
    fn default() -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], 8477));
        Self {
            listen,
            tls_certificate: None,
            tls_key: None,
            public_url: None,
            stop_timeout_s: 30,
            trusted_proxies: Vec::new(),
            metrics: MetricsReaders::default(),
        }
    }
}

impl ServerConfig {
    /// Where people find the service.
    pub fn url(&self) -> String {
        let scheme = if self.tls_certificate.is_some() { "https" } else { "http" };
        self.public_url.clone().unwrap_or_else(|| format!("{scheme}://{}", self.listen))
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if self.tls_certificate.is_some() != self.tls_key.is_some() {
            let rule = "a certificate and its key are given together";
            return Err(ConfigError::Value { key: "server.tls_certificate", value: "given alone".to_owned(), rule });
        }
        let url = self.public_url.as_deref().unwrap_or("https://");
        if !url.starts_with("https://") && !url.starts_with("http://") {
            let rule = "it must begin with https:// or http://";
            return Err(ConfigError::Value { key: "server.public_url", value: url.to_owned(), rule });
        }
        Ok(())
    }
}
