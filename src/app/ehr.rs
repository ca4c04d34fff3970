//! The EHR that the configuration names, and the key that the service logs in there with.

use std::{sync::Arc, time::Duration};

use zeroize::Zeroizing;

use super::{SecretError, secrets::read_secret};
use crate::{
    config::{Config, SmartConfig},
    delivery::fhir::{EhrLogin, FhirClient, ServiceKey, SmartLogin},
    domain::{Clock, Entropy},
};

/// The EHR of `config`; none where it names none.
pub fn ehr(
    config: &Config,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> Result<Option<FhirClient>, SecretError> {
    let Some(base) = &config.ehr.fhir else { return Ok(None) };
    let login = match (&config.ehr.smart, &config.ehr.token) {
        (Some(smart), _) => {
            let key = service_key(smart)?;
            EhrLogin::Smart(Box::new(SmartLogin::new(smart.clone(), key, clock, entropy)))
        }
        (None, Some(token)) => EhrLogin::Token(Zeroizing::new(read_secret(token)?.1.trim().to_owned())),
        (None, None) => EhrLogin::None,
    };
    Ok(Some(FhirClient::new(base, login, Duration::from_secs(config.ehr.timeout_s))))
}

/// The key that `smart` names.
pub fn service_key(smart: &SmartConfig) -> Result<ServiceKey, SecretError> {
    let (place, pem) = read_secret(&smart.key)?;
    ServiceKey::from_pem(&pem).map_err(|reason| SecretError::NoServiceKey { place, reason })
}
