//! The clinic's single sign-on.

use serde::Deserialize;

use super::{ConfigError, KeySource, address};
use crate::domain::AccountRole;

/// One OpenID Connect provider.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OidcConfig {
    /// Its issuer, as its discovery document writes it. Without it there is no single sign-on.
    pub issuer: Option<String>,
    /// What it calls this service.
    pub client_id: String,
    /// What this service proves itself with there, from a file, the environment or a program.
    pub client_secret: Option<KeySource>,
    /// Scopes that are asked for beside `openid`.
    pub scopes: Vec<String>,
    /// The claim that names the account: its log-in name here.
    pub login_claim: String,
    /// The claim with the name that signatures show, for accounts that are made at the first log-in.
    pub name_claim: String,
    /// The claim that says what somebody is, a word or a list of words, as `groups`. Without it the account's role holds.
    pub role_claim: Option<String>,
    /// What words of that claim mean here; the first that is there decides. Who has none of them is not let in.
    pub roles: Vec<OidcRole>,
    /// Whether an account is made for who has none. Only with `role_claim`, which says what it may do.
    pub make_accounts: bool,
}

/// What a word of the role claim means.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcRole {
    /// The word.
    pub value: String,
    /// The role: `clinician`, `assistant`, `qa` or `admin`.
    pub role: AccountRole,
}

impl Default for OidcConfig {
    fn default() -> Self {
        Self {
            issuer: None,
            client_id: String::new(),
            client_secret: None,
            scopes: vec!["profile".to_owned()],
            login_claim: "preferred_username".to_owned(),
            name_claim: "name".to_owned(),
            role_claim: None,
            roles: Vec::new(),
            make_accounts: false,
        }
    }
}

impl OidcConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let Some(issuer) = &self.issuer else { return Ok(()) };
        let wrong = |key, value: &str, rule| Err(ConfigError::Value { key, value: value.to_owned(), rule });
        if !address::is_private(issuer) {
            let rule = "it must begin with https://, as it says who is let in; http:// is for this machine alone";
            return wrong("oidc.issuer", issuer, rule);
        }
        if self.client_id.is_empty() {
            return wrong("oidc.client_id", "empty", "it must be what the provider calls this service");
        }
        if self.role_claim.is_some() == self.roles.is_empty() {
            let rule = "`oidc.role_claim` and `oidc.roles` are given together";
            return wrong("oidc.roles", if self.roles.is_empty() { "empty" } else { "given alone" }, rule);
        }
        if self.roles.iter().any(|known| known.role == AccountRole::System) {
            return wrong("oidc.roles", "system", "a person has no account of a system: give it tokens");
        }
        if self.make_accounts && self.role_claim.is_none() {
            let rule = "it needs `oidc.role_claim`: an account that is made must be given a role";
            return wrong("oidc.make_accounts", "true", rule);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        let config: OidcConfig = toml::from_str(&format!("issuer = \"https://id.example\"\n{text}")).expect("TOML");
        config.validate().expect_err("refused").to_string()
    }

    #[test]
    fn what_lets_nobody_in_or_anybody_is_refused() {
        assert!(refused("").contains("oidc.client_id"));
        assert!(refused("client_id = \"x\"\nrole_claim = \"groups\"").contains("oidc.roles"));
        assert!(refused("client_id = \"x\"\nmake_accounts = true").contains("oidc.make_accounts"));
        let roles = "client_id = \"x\"\nrole_claim = \"groups\"\nroles = [{ value = \"robots\", role = \"system\" }]";
        assert!(refused(roles).contains("tokens"));
        let open = OidcConfig { issuer: Some("http://id.example".to_owned()), ..OidcConfig::default() };
        assert!(open.validate().expect_err("refused").to_string().contains("oidc.issuer"));
        assert!(OidcConfig::default().validate().is_ok(), "without an issuer there is nothing to be wrong");
    }
}
