//! The first administrator's account, made with the secret of the link that the first start prints.

use jiff::{SignedDuration, Timestamp};

use super::{LogInError, Secret, accounts::check_names, log_in::hash};
use crate::{
    domain::{Account, AccountRole, Actor, AuditAction, AuditEvent, Clock, Entropy},
    store::{
        Store, StoreError,
        accounts::{self, NewAccount},
        audit,
        credentials::{self, Credential, CredentialKind},
    },
};

/// The link of the first start ends after this; the next start prints another.
const SETUP: SignedDuration = SignedDuration::from_hours(1);

const AGAIN: &str = "start the service again to get another";

/// A secret with which an administrator's account can be made, while there is none (those of others may be there: the single
/// sign-on and `soapstone user` make them); the links of earlier starts end.
pub async fn offer_setup(
    store: &Store,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<Option<Secret>, StoreError> {
    if !accounts::is_without_admin(store).await? {
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
        last_used_at: Timestamp::UNIX_EPOCH,
    };
    let tx = store.begin().await?;
    credentials::revoke_all(&tx, CredentialKind::Setup, None).await?;
    credentials::create(&tx, CredentialKind::Setup, &link).await?;
    tx.commit().await?;
    Ok(Some(secret))
}

/// Makes the first administrator's account for who shows the secret of the first start. It can be shown once.
pub async fn make_first_account(
    store: &Store,
    secret: &Secret,
    login: &str,
    display_name: &str,
    password: &str,
) -> Result<Account, LogInError> {
    // Looked at first, so that nobody without it makes the machine hash.
    if credentials::find(store, CredentialKind::Setup, &secret.hash()).await?.is_none() {
        return Err(LogInError::Link(AGAIN));
    }
    check_names(login, display_name)?;
    let password_hash = Some(hash(password, login).await?);
    let tx = store.begin().await?;
    let link = credentials::find(&tx, CredentialKind::Setup, &secret.hash()).await?;
    if link.is_none() || !accounts::is_without_admin(&tx).await? {
        return Err(LogInError::Link(AGAIN));
    }
    let (login, display_name) = (login.to_owned(), display_name.trim().to_owned());
    let new = NewAccount { login, display_name, role: AccountRole::Admin, password_hash };
    let account = accounts::create(&tx, new).await?.ok_or(LogInError::Link(AGAIN))?;
    credentials::revoke_all(&tx, CredentialKind::Setup, None).await?;
    let made = AuditEvent::done(Actor::Account(account.id), AuditAction::Administer);
    audit::append(&tx, &made.object(format!("account/{}", account.id))).await?;
    tx.commit().await?;
    Ok(account)
}
