//! The clinic's single sign-on: OpenID Connect Core 1.0, the authorization code flow with PKCE (RFC 7636).
//!
//! A browser is sent to the provider with a `state`, a nonce and a challenge, and comes back with a code. All three follow from
//! one secret that the browser holds in a cookie, and the store knows only that secret's hash: who comes back without the
//! cookie, or a second time, is not let in, and nothing of a log-in that has begun can be read from the database.
//!
//! [`provider`] speaks to the provider and believes nothing that is not signed; [`people`] says whose account it is.

mod people;
mod provider;

use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use provider::Provider;
pub use provider::ProviderError;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{Secret, log_in, sessions};
use crate::{
    config::{OidcConfig, SessionsConfig},
    domain::{Account, AccountId, Actor, AuditAction, AuditEvent, AuditOutcome, Clock, Entropy},
    store::{
        Store, StoreError, audit,
        credentials::{self, Credential, CredentialKind},
    },
};

/// How long somebody has at the provider.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// How long the provider may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Why the single sign-on lets somebody not in.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// This browser did not begin it, it has ended, or it has been used.
    #[error("this log-in was not begun in this browser, took too long, or was used already: begin again")]
    Unknown,
    /// The provider let nobody in, and says so.
    #[error("the single sign-on let nobody in; begin again, or ask who looks after it")]
    Denied,
    /// What the provider says is not believed, or it says nothing.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// Somebody without an account.
    #[error("there is no account for you here: ask an administrator for one")]
    NoAccount,
    /// The account is shut, a system's, or somebody else's of the same name.
    #[error("your account cannot be used: ask an administrator")]
    NotYours {
        /// Which it is.
        account: AccountId,
    },
    /// The provider gives them no role that is known here.
    #[error("the single sign-on gives you no role here: ask who looks after it")]
    NoRole,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The single sign-on that the configuration names.
pub struct Oidc {
    config: OidcConfig,
    provider: Provider,
}

/// A log-in that begins.
pub struct Begun {
    /// Where the browser is sent.
    pub address: String,
    /// What it keeps until it comes back.
    pub secret: Secret,
}

impl Oidc {
    /// The provider of `config`, or `None` where it names none. `secret` is what the service proves itself with there, and
    /// `redirect` where browsers come back to. Nothing is asked of the provider before somebody logs in.
    pub fn new(config: &OidcConfig, secret: Option<Zeroizing<String>>, redirect: String) -> Option<Self> {
        let provider = Provider::new(config, secret, redirect, TIMEOUT)?;
        Some(Self { config: config.clone(), provider })
    }

    /// Sends somebody to the provider.
    pub async fn begin(&self, store: &Store, clock: &dyn Clock, entropy: &dyn Entropy) -> Result<Begun, OidcError> {
        let (secret, now) = (Secret::generate("sso", entropy), clock.now());
        let address = self.provider.address(&Checks::of(&secret)).await?;
        let begun = Credential {
            secret_hash: secret.hash(),
            account: None,
            label: String::new(),
            scopes: Vec::new(),
            created_at: now,
            expires_at: now + PATIENCE,
            last_used_at: Timestamp::UNIX_EPOCH,
        };
        let tx = store.begin().await?;
        credentials::forget_ended(&tx).await?;
        credentials::create(&tx, CredentialKind::SignOn, &begun).await?;
        tx.commit().await?;
        Ok(Begun { address, secret })
    }

    /// Lets in who comes back with `answer` and the `secret` of their cookie, and gives them a session. Whatever comes of it
    /// stands in the audit.
    pub async fn finish(
        &self,
        (store, clock, entropy): (&Store, &dyn Clock, &dyn Entropy),
        limits: &SessionsConfig,
        secret: Option<Secret>,
        answer: Answer,
    ) -> Result<(Account, Secret), OidcError> {
        match self.let_in((store, clock, entropy), limits, secret, answer).await {
            Err(OidcError::Store(error)) => Err(error.into()),
            Err(error) => {
                tracing::warn!(%error, "a log-in by the single sign-on failed");
                tell(store, &error).await?;
                Err(error)
            }
            done => done,
        }
    }

    async fn let_in(
        &self,
        (store, clock, entropy): (&Store, &dyn Clock, &dyn Entropy),
        limits: &SessionsConfig,
        secret: Option<Secret>,
        answer: Answer,
    ) -> Result<(Account, Secret), OidcError> {
        let secret = secret.ok_or(OidcError::Unknown)?;
        let checks = Checks::of(&secret);
        if answer.state.as_deref() != Some(checks.state.as_str()) || !self.spend(store, &secret).await? {
            return Err(OidcError::Unknown);
        }
        let code = answer.code.filter(|_| answer.error.is_none()).ok_or(OidcError::Denied)?;
        let claims = self.provider.claims(code, &checks).await?;
        let tx = store.begin().await?;
        let account = people::account(&tx, &self.config, &claims).await?;
        let session = sessions::start(&tx, clock, entropy, limits, account.id).await?;
        let entered = AuditEvent::done(Actor::Account(account.id), AuditAction::LogIn);
        audit::append(&tx, &entered.object("oidc")).await?;
        tx.commit().await?;
        Ok((account, session))
    }

    /// Whether the log-in of `secret` was begun and is not over; it is after this.
    async fn spend(&self, store: &Store, secret: &Secret) -> Result<bool, StoreError> {
        let tx = store.begin().await?;
        let begun = credentials::find(&tx, CredentialKind::SignOn, &secret.hash()).await?;
        if begun.is_some() {
            credentials::revoke(&tx, &secret.hash()).await?;
        }
        tx.commit().await?;
        Ok(begun.is_some())
    }
}

/// What a browser comes back with.
#[derive(Debug, Default)]
pub struct Answer {
    /// What it was sent there with.
    pub state: Option<String>,
    /// What the claims are given for.
    pub code: Option<String>,
    /// Why there is no code.
    pub error: Option<String>,
}

/// What ties an answer to the browser that it was asked for in.
struct Checks {
    state: String,
    nonce: String,
    verifier: Zeroizing<String>,
}

impl Checks {
    fn of(secret: &Secret) -> Self {
        let derive = |purpose: &str| {
            let hash = Sha256::new().chain_update(purpose).chain_update(secret.expose()).finalize();
            BASE64_URL_SAFE_NO_PAD.encode(hash)
        };
        let verifier = Zeroizing::new(derive("soapstone oidc verifier "));
        Self { state: derive("soapstone oidc state "), nonce: derive("soapstone oidc nonce "), verifier }
    }
}

async fn tell(store: &Store, error: &OidcError) -> Result<(), StoreError> {
    match error {
        OidcError::NotYours { account } => log_in::refuse(store, Some(*account), AuditOutcome::Refused).await,
        _ => {
            let event = AuditEvent::done(Actor::Unknown, AuditAction::LogIn).with_outcome(AuditOutcome::Failed);
            audit::append_alone(store, &event.object("oidc")).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SystemEntropy;

    #[test]
    fn what_ties_an_answer_follows_from_the_secret_and_from_nothing_else() {
        let secret = Secret::generate("sso", &SystemEntropy);
        let (one, again) = (Checks::of(&secret), Checks::of(&secret));
        let other = Checks::of(&Secret::generate("sso", &SystemEntropy));
        assert_eq!((&one.state, &one.nonce, &*one.verifier), (&again.state, &again.nonce, &*again.verifier));
        let all =
            std::collections::BTreeSet::from([&one.state, &one.nonce, &*one.verifier, &other.state, &other.nonce]);
        assert_eq!(all.len(), 5, "none tells another");
        assert_eq!(one.verifier.len(), 43, "RFC 7636 asks for 43 characters at least");
    }
}
