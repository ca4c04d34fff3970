//! Logging in, and being known again.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Semaphore;

use super::{
    PasswordError, Principal, Secret,
    password::{hash_password, verify},
};
use crate::{
    domain::{Account, AccountRole, Actor, AuditAction, AuditEvent, AuditOutcome, Clock, Entropy},
    store::{
        Store, StoreError,
        accounts::{self, NewAccount},
        audit,
        credentials::{self, Credential, CredentialKind},
    },
};

/// A session ends after this, however much it is used: a clinic's day and a bit.
const SESSION: SignedDuration = SignedDuration::from_hours(12);

/// The link of the first start ends after this; the next start prints another.
const SETUP: SignedDuration = SignedDuration::from_hours(1);

/// Wrong passwords that cost nothing but themselves.
const FREE_FAILURES: u32 = 5;

/// How long the next one locks the account; each further one doubles it.
const LOCK: SignedDuration = SignedDuration::from_mins(1);

/// How long it is locked at most: a lock without an end would let anybody keep a clinician out.
const LONGEST_LOCK: SignedDuration = SignedDuration::from_hours(1);

/// Passwords that are tried at once. Each takes 19 MiB and a core for some hundredths of a second: without a bound, whoever
/// can reach the service could take all of both.
static TRIALS: Semaphore = Semaphore::const_new(2);

/// Why somebody is not let in.
#[derive(Debug, thiserror::Error)]
pub enum LogInError {
    /// No such account, a wrong password, or an account that was shut: which of these is told to nobody.
    #[error("the name or the password is wrong")]
    Wrong,
    /// Too many wrong passwords.
    #[error("too many wrong passwords: try again in {} s", wait.as_secs())]
    Locked {
        /// For how long.
        wait: Duration,
    },
    /// Too many passwords are tried at once.
    #[error("too many log in at once: try again in a moment")]
    Busy,
    /// The link was used, has ended, or was never made.
    #[error("this set-up link is not valid any more: start the service again to get another")]
    Setup,
    /// The first account's password is not taken.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Lets in who has this password, and gives them a session. Whatever comes of it stands in the audit.
pub async fn log_in(
    store: &Store,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
    login: &str,
    password: &str,
) -> Result<(Account, Secret), LogInError> {
    let known = accounts::log_in(store, login).await?;
    let now = clock.now();
    if let Some(known) = known.as_ref().filter(|known| known.locked_until > now) {
        refuse(store, known.account.id, AuditOutcome::Refused).await?;
        let wait = known.locked_until.duration_since(now).try_into().unwrap_or_default();
        return Err(LogInError::Locked { wait });
    }
    let trial = TRIALS.try_acquire().map_err(|_| LogInError::Busy)?;
    let hash = known.as_ref().and_then(|known| known.password_hash.clone());
    let password = zeroize::Zeroizing::new(password.to_owned());
    let is_right = tokio::task::spawn_blocking(move || verify(&password, hash.as_deref())).await.unwrap_or(false);
    drop(trial);
    let Some(known) = known else {
        let event = AuditEvent::done(Actor::Unknown, AuditAction::LogIn).with_outcome(AuditOutcome::Failed);
        audit::append_alone(store, &event).await?;
        return Err(LogInError::Wrong);
    };
    if !is_right {
        let failures = known.failures + 1;
        let tx = store.begin().await?;
        accounts::set_failures(&tx, known.account.id, failures, locked_until(now, failures)).await?;
        tx.commit().await?;
        refuse(store, known.account.id, AuditOutcome::Failed).await?;
        return Err(LogInError::Wrong);
    }
    if known.account.disabled {
        refuse(store, known.account.id, AuditOutcome::Refused).await?;
        return Err(LogInError::Wrong);
    }
    let secret = Secret::generate("sss", entropy);
    let session = Credential {
        secret_hash: secret.hash(),
        account: Some(known.account.id),
        label: String::new(),
        scopes: Vec::new(),
        created_at: now,
        expires_at: now + SESSION,
    };
    let tx = store.begin().await?;
    accounts::set_failures(&tx, known.account.id, 0, Timestamp::UNIX_EPOCH).await?;
    credentials::forget_ended(&tx).await?;
    credentials::create(&tx, CredentialKind::Session, &session).await?;
    audit::append(&tx, &AuditEvent::done(Actor::Account(known.account.id), AuditAction::LogIn)).await?;
    tx.commit().await?;
    Ok((known.account, secret))
}

/// Whose session this is; `None` if it is nobody's any more.
pub async fn resume(store: &Store, secret: &Secret) -> Result<Option<Principal>, StoreError> {
    let session = credentials::find(store, CredentialKind::Session, &secret.hash()).await?;
    Ok(principal(store, session).await?.map(|(account, _)| Principal { account, scopes: None }))
}

/// Whose token this is; `None` if it is nobody's any more.
pub async fn use_token(store: &Store, secret: &Secret) -> Result<Option<Principal>, StoreError> {
    let token = credentials::find(store, CredentialKind::Token, &secret.hash()).await?;
    let found = principal(store, token).await?;
    Ok(found.map(|(account, token)| Principal { account, scopes: Some(token.scopes) }))
}

/// A secret with which the first account can be made, while there is none; the links of earlier starts end.
pub async fn offer_setup(
    store: &Store,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<Option<Secret>, StoreError> {
    if !accounts::is_empty(store).await? {
        return Ok(None);
    }
    let (secret, now) = (Secret::generate("ssu", entropy), clock.now());
    let link = Credential {
        secret_hash: secret.hash(),
        account: None,
        label: String::new(),
        scopes: Vec::new(),
        created_at: now,
        expires_at: now + SETUP,
    };
    let tx = store.begin().await?;
    credentials::revoke_all(&tx, CredentialKind::Setup, None).await?;
    credentials::create(&tx, CredentialKind::Setup, &link).await?;
    tx.commit().await?;
    Ok(Some(secret))
}

/// Makes the first account, an administrator's, for who shows the secret of the first start. It can be shown once.
pub async fn make_first_account(
    store: &Store,
    secret: &Secret,
    login: &str,
    display_name: &str,
    password: &str,
) -> Result<Account, LogInError> {
    let password_hash = Some(hash_password(password, login)?);
    let tx = store.begin().await?;
    let link = credentials::find(&tx, CredentialKind::Setup, &secret.hash()).await?;
    if link.is_none() || !accounts::is_empty(&tx).await? {
        return Err(LogInError::Setup);
    }
    let (login, display_name) = (login.to_owned(), display_name.to_owned());
    let new = NewAccount { login, display_name, role: AccountRole::Admin, password_hash };
    let account = accounts::create(&tx, new).await?.ok_or(LogInError::Setup)?;
    credentials::revoke_all(&tx, CredentialKind::Setup, None).await?;
    let made = AuditEvent::done(Actor::Account(account.id), AuditAction::Administer);
    audit::append(&tx, &made.object(format!("account/{}", account.id))).await?;
    tx.commit().await?;
    Ok(account)
}

async fn principal(store: &Store, credential: Option<Credential>) -> Result<Option<(Account, Credential)>, StoreError> {
    let Some(credential) = credential else { return Ok(None) };
    let Some(id) = credential.account else { return Ok(None) };
    let account = accounts::get(store, id).await?.filter(|account| !account.disabled);
    Ok(account.map(|account| (account, credential)))
}

async fn refuse(store: &Store, account: crate::domain::AccountId, outcome: AuditOutcome) -> Result<(), StoreError> {
    let event = AuditEvent::done(Actor::Unknown, AuditAction::LogIn).with_outcome(outcome);
    audit::append_alone(store, &event.object(format!("account/{account}"))).await
}

fn locked_until(now: Timestamp, failures: u32) -> Timestamp {
    let Some(over) = failures.checked_sub(FREE_FAILURES + 1) else { return Timestamp::UNIX_EPOCH };
    let doubled = LOCK.checked_mul(1 << over.min(16)).unwrap_or(LONGEST_LOCK);
    now + doubled.min(LONGEST_LOCK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_doubles_and_ends() {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1);
        assert_eq!(locked_until(now, 5), Timestamp::UNIX_EPOCH);
        assert_eq!(locked_until(now, 6), now + SignedDuration::from_mins(1));
        assert_eq!(locked_until(now, 8), now + SignedDuration::from_mins(4));
        assert_eq!(locked_until(now, 4000), now + LONGEST_LOCK);
    }
}
