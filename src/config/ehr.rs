//! The EHR that notes go to.

use serde::Deserialize;

use super::{ConfigError, KeySource};

/// One FHIR R4 server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EhrConfig {
    /// Its base: `https://ehr.clinic.example/fhir/R4`. Without it nothing is sent anywhere.
    pub fhir: Option<String>,
    /// The bearer token that it asks for, from a file, the environment or a program.
    pub token: Option<KeySource>,
    /// Whether drafts are filed too, as preliminary documents. Some EHRs show `docStatus` to nobody: then leave them out.
    pub file_drafts: bool,
    /// How long it may take to answer, in seconds.
    pub timeout_s: u64,
}

impl Default for EhrConfig {
    fn default() -> Self {
        Self { fhir: None, token: None, file_drafts: true, timeout_s: 30 }
    }
}

impl EhrConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let base = self.fhir.as_deref().unwrap_or("https://");
        let is_local =
            ["http://127.0.0.1", "http://localhost", "http://[::1]"].iter().any(|host| base.starts_with(host));
        if !base.starts_with("https://") && !is_local {
            let rule = "it must begin with https://, as notes travel over it; http:// is for this machine alone";
            return Err(ConfigError::Value { key: "ehr.fhir", value: base.to_owned(), rule });
        }
        if self.timeout_s == 0 {
            return Err(ConfigError::Value {
                key: "ehr.timeout_s",
                value: "0".to_owned(),
                rule: "it must be at least 1",
            });
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
}
