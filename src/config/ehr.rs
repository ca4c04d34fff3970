//! The EHR that notes go to.

use serde::Deserialize;

use super::{ConfigError, KeySource, address};

/// One FHIR R4 server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EhrConfig {
    /// Its base: `https://ehr.clinic.example/fhir/R4`. Without it nothing is sent anywhere.
    pub fhir: Option<String>,
    /// The bearer token that it asks for, from a file, the environment or a program.
    pub token: Option<KeySource>,
    /// Instead of a token: a log-in with the service's own key, for a token that lasts minutes (SMART Backend Services).
    pub smart: Option<SmartConfig>,
    /// Whether drafts are filed too, as preliminary documents. Some EHRs show `docStatus` to nobody: then leave them out.
    pub file_drafts: bool,
    /// How long it may take to answer, in seconds.
    pub timeout_s: u64,
}

/// How the service logs in at the EHR with a key of its own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmartConfig {
    /// What the EHR calls this service.
    pub client_id: String,
    /// The private key: PEM (PKCS #8), elliptic curve P-384 or RSA of 2048 bits and more.
    pub key: KeySource,
    /// What is asked for. Default: to create, read, update and search documents.
    #[serde(default = "documents")]
    pub scope: String,
    /// Where tokens are given. Default: where the EHR's `.well-known/smart-configuration` says.
    pub token_endpoint: Option<String>,
}

fn documents() -> String {
    "system/DocumentReference.crus".to_owned()
}

impl Default for EhrConfig {
    fn default() -> Self {
        Self { fhir: None, token: None, smart: None, file_drafts: true, timeout_s: 30 }
    }
}

impl EhrConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let wrong = |key, value: &str, rule| Err(ConfigError::Value { key, value: value.to_owned(), rule });
        let over_tls = "it must begin with https://, as notes travel over it; http:// is for this machine alone";
        let open = |url: &&String| !address::is_private(url);
        if let Some(base) = self.fhir.as_ref().filter(open) {
            return wrong("ehr.fhir", base, over_tls);
        }
        if let Some(smart) = &self.smart {
            if self.token.is_some() {
                return wrong("ehr.token", "given", "`ehr.token` and `ehr.smart` are two ways to log in: give one");
            }
            if smart.client_id.is_empty() {
                return wrong("ehr.smart.client_id", "empty", "it must be what the EHR calls this service");
            }
            if let Some(endpoint) = smart.token_endpoint.as_ref().filter(open) {
                return wrong("ehr.smart.token_endpoint", endpoint, over_tls);
            }
        }
        if self.timeout_s == 0 {
            return wrong("ehr.timeout_s", "0", "it must be at least 1");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_leaves_this_machine_over_tls_alone() {
        let to = |base: &str| EhrConfig { fhir: Some(base.to_owned()), ..EhrConfig::default() }.validate();
        assert!(to("https://ehr.example/fhir").is_ok() && to("http://127.0.0.1:8080/fhir").is_ok());
        assert!(to("http://ehr.example/fhir").is_err());
    }

    #[test]
    fn one_way_to_log_in_is_enough_and_the_key_is_no_secret_to_others() {
        let smart = |client_id: &str, token_endpoint: Option<&str>| SmartConfig {
            client_id: client_id.to_owned(),
            key: KeySource::File("ehr.key".into()),
            scope: documents(),
            token_endpoint: token_endpoint.map(str::to_owned),
        };
        let refused = |token: Option<KeySource>, smart: SmartConfig| {
            let config = EhrConfig { token, smart: Some(smart), ..EhrConfig::default() };
            config.validate().err().map(|error| error.to_string()).unwrap_or_default()
        };
        let token = Some(KeySource::Env("TOKEN".to_owned()));
        assert!(refused(token, smart("x", None)).contains("give one"));
        assert!(refused(None, smart("", None)).contains("ehr.smart.client_id"));
        assert!(refused(None, smart("x", Some("http://ehr.example/token"))).contains("ehr.smart.token_endpoint"));
        assert_eq!(refused(None, smart("x", Some("https://ehr.example/token"))), "");
    }
}
