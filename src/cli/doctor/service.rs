//! What the service is set up with: models, the master key, the database, the EHR, the certificate.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{Finding, certificate::valid_until};
use crate::{
    app,
    config::Config,
    domain::{SystemClock, SystemEntropy},
    pipeline::{Scribe, Unwatched, VisitError, Work},
    sealing::MasterKeys,
    store::{self, StoreError},
};

/// A certificate that ends this soon is to be renewed.
const SOON: SignedDuration = SignedDuration::from_hours(21 * 24);

/// Models and terminology.
pub fn models(config: &Config) -> Finding {
    const CHECK: &str = "models";
    let found = Scribe::new(config, &SystemClock, &Unwatched).require(Work::NoteOfRecording);
    match found {
        Ok(()) => {
            let (asr, text) = (&config.recognition.model, &config.writing.model);
            Finding::ok(CHECK, format!("{asr}, {text} and ICD-10-CM are here, and as they should be"))
        }
        Err(VisitError::Missing { names, command }) => {
            Finding::fault(CHECK, format!("not on this machine: {}", names.join(", ")), command)
        }
        Err(error) => Finding::fault(CHECK, error.to_string(), "soapstone models list shows what there is"),
    }
}

/// The master key, and the database that it opens.
pub async fn kept(config: &Config) -> Vec<Finding> {
    const KEY: &str = "master key";
    if let (None, Ok(state)) = (&config.keys.master, config.paths.state())
        && !state.join("master.key").exists()
    {
        return vec![match state.join(store::DATABASE).exists() {
            false => Finding::warning(
                KEY,
                "there is none yet; the first start makes one beside the database",
                "docs/OPERATIONS.md says how to keep it apart from the database",
            ),
            true => Finding::fault(
                KEY,
                "there is none, and there is a database that was sealed with one",
                "put it back from where it was kept; without it no visit can be read",
            ),
        }];
    }
    match app::load_master_keys(config, &SystemEntropy) {
        Err(error) => vec![Finding::fault(KEY, error.to_string(), "docs/OPERATIONS.md says where it can come from")],
        Ok(keys) => {
            let beside = config.keys.master.is_none();
            let key = match beside {
                false => Finding::ok(KEY, "it is where the configuration says"),
                true => Finding::warning(
                    KEY,
                    "it lies beside the database that it protects",
                    "keep it elsewhere, and a copy in a safe: keys.master",
                ),
            };
            vec![key, database(config, keys).await]
        }
    }
}

async fn database(config: &Config, keys: MasterKeys) -> Finding {
    const CHECK: &str = "database";
    match store::inspect(config, keys).await {
        Ok(None) => Finding::ok(CHECK, "there is none yet; the first start makes it"),
        Ok(Some(0)) => Finding::ok(CHECK, "it answers, is of this release, and the master key opens it"),
        Ok(Some(waiting)) => {
            let advice = "back it up, then start the service, which brings it up to date";
            Finding::warning(CHECK, format!("it is of an earlier release, {waiting} steps behind"), advice)
        }
        Err(error @ StoreError::Sealed { .. }) => {
            let advice = "name the key that it was sealed with as keys.master, or under keys.previous";
            Finding::fault(CHECK, format!("the master key does not open it: {error}"), advice)
        }
        Err(error) => {
            let advice =
                "see that the database runs and store.database names it; one of a newer release needs that release";
            Finding::fault(CHECK, error.to_string(), advice)
        }
    }
}

/// The EHR: whether it answers, and speaks FHIR R4.
pub async fn ehr(config: &Config) -> Finding {
    const CHECK: &str = "EHR";
    let client = match app::ehr(config, Arc::new(SystemClock), Arc::new(SystemEntropy)) {
        Ok(Some(client)) => client,
        Ok(None) => return Finding::ok(CHECK, "none is configured; notes stay here"),
        Err(error) => return Finding::fault(CHECK, error.to_string(), "see that ehr.token names the secret"),
    };
    match client.version().await {
        Ok(version) if version.starts_with("4.0") => {
            Finding::ok(CHECK, format!("it answers, and speaks FHIR {version}"))
        }
        Ok(version) => {
            let advice = "set ehr.fhir to the server's R4 address";
            Finding::fault(CHECK, format!("it speaks FHIR {version}, and soapstone 4.0"), advice)
        }
        Err(error) => {
            let advice = "see that ehr.fhir is its address, that this machine reaches it, and that the token is good";
            Finding::fault(CHECK, error.to_string(), advice)
        }
    }
}

/// The certificate: whether it can be used, with its key, and for how long.
pub async fn certificate(config: &Config) -> Finding {
    const CHECK: &str = "certificate";
    let Some(path) = &config.server.tls_certificate else {
        return match config.server.listen.ip().is_loopback() {
            true => Finding::ok(CHECK, "none, and the service listens on this machine alone"),
            false => Finding::fault(
                CHECK,
                "none, and others than this machine can reach the service",
                "set server.tls_certificate and server.tls_key, or listen at 127.0.0.1 behind a proxy with TLS",
            ),
        };
    };
    if let Err(error) = app::certificate(&config.server).await {
        return Finding::fault(CHECK, error.to_string(), "see that both are PEM files, and belong together");
    }
    let advice = "renew it, and start the service again";
    match std::fs::read_to_string(path).ok().and_then(|pem| valid_until(&pem)) {
        None => Finding::warning(CHECK, "cannot tell when it ends", "openssl x509 -enddate -noout -in FILE tells"),
        Some(end) if end < Timestamp::now() => Finding::fault(CHECK, format!("it ended {end}"), advice),
        Some(end) if end < Timestamp::now() + SOON => Finding::warning(CHECK, format!("it ends {end}"), advice),
        Some(end) => Finding::ok(CHECK, format!("it is good until {end}")),
    }
}
