//! Looking after accounts: what an administrator does over the API, and an operator with `soapstone user`. Every change is in
//! the audit, and what makes an account less ends its sessions.

use jiff::{SignedDuration, Timestamp};

use super::{LogInError, Secret, log_in};
use crate::{
    domain::{Account, AccountId, AccountRole, Actor, AuditAction, AuditEvent, Clock, Entropy},
    store::{
        Store, StoreError, Tx,
        accounts::{self, LogIn, NewAccount},
        audit,
        credentials::{self, Credential, CredentialKind},
        voices,
    },
};

/// Characters that a name has at most.
pub const MAX_NAME_CHARS: usize = 128;

/// A link for a password ends after this.
const LINK: SignedDuration = SignedDuration::from_hours(24);

/// A name is empty, or no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name has 1 to {MAX_NAME_CHARS} characters, and none that cannot be seen")]
pub struct NameError;

/// Why an account is not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// There is another of this name.
    #[error("there is an account {login} already")]
    Taken {
        /// The name.
        login: String,
    },
    /// A name is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// Whoever asks would shut themselves out.
    #[error("nobody shuts their own account or takes its role away: ask another administrator")]
    Oneself,
    /// A link gives a password, and systems have none.
    #[error("a system logs in with tokens alone, and a shut account not at all")]
    NoPassword,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is to become of an account; `None` leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// As signatures show it from now on.
    pub display_name: Option<String>,
    /// What it may do.
    pub role: Option<AccountRole>,
    /// Whether it is shut.
    pub disabled: Option<bool>,
    /// Whether wrong passwords are forgotten.
    pub unlock: bool,
    /// Whether the single sign-on may take it up anew, for somebody whom it calls otherwise.
    pub unlink: bool,
}

/// Makes an account.
pub async fn create(tx: &Tx, new: NewAccount, by: Actor) -> Result<Account, AccountError> {
    check_names(&new.login, &new.display_name)?;
    let login = new.login.trim().to_owned();
    let new = NewAccount { display_name: new.display_name.trim().to_owned(), ..new };
    let account = accounts::create(tx, new).await?.ok_or(AccountError::Taken { login })?;
    note(tx, by, account.id, "").await?;
    Ok(account)
}

/// Changes the account `known`. One that is shut, or gets another role, loses its sessions; one that is shut keeps its tokens,
/// which are void until it is opened again.
pub async fn change(tx: &Tx, known: &LogIn, change: Change, by: Actor) -> Result<(), AccountError> {
    let Account { id, role, .. } = known.account;
    let other_role = change.role.filter(|&wanted| wanted != role);
    let shut = change.disabled == Some(true);
    if by == Actor::Account(id) && (shut || other_role.is_some()) {
        return Err(AccountError::Oneself);
    }
    if let Some(name) = &change.display_name {
        check_name(name)?;
        accounts::set_display_name(tx, id, name.trim()).await?;
        note(tx, by.clone(), id, "/name").await?;
    }
    if let Some(role) = other_role {
        accounts::set_role(tx, id, role).await?;
        note(tx, by.clone(), id, &format!("/role/{}", role.as_str())).await?;
    }
    if let Some(disabled) = change.disabled {
        accounts::set_disabled(tx, id, disabled).await?;
        note(tx, by.clone(), id, if disabled { "/disabled" } else { "/enabled" }).await?;
    }
    if shut || other_role.is_some() {
        credentials::revoke_all(tx, CredentialKind::Session, Some(id)).await?;
        credentials::revoke_all(tx, CredentialKind::Password, Some(id)).await?;
    }
    if change.unlock {
        accounts::set_failures(tx, id, 0, Timestamp::UNIX_EPOCH).await?;
        note(tx, by.clone(), id, "/unlocked").await?;
    }
    if change.unlink {
        accounts::set_subject(tx, id, None).await?;
        note(tx, by, id, "/unlinked").await?;
    }
    Ok(())
}

/// A secret with which somebody can give `account` a password, once, within a day; those before it end.
pub async fn offer_password(
    tx: &Tx,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
    account: &Account,
    by: Actor,
) -> Result<(Secret, Timestamp), AccountError> {
    if account.role == AccountRole::System || account.disabled {
        return Err(AccountError::NoPassword);
    }
    let (secret, now) = (Secret::generate("ssp", entropy), clock.now());
    let link = Credential {
        secret_hash: secret.hash(),
        account: Some(account.id),
        label: String::new(),
        scopes: Vec::new(),
        created_at: now,
        expires_at: now + LINK,
        last_used_at: Timestamp::UNIX_EPOCH,
    };
    credentials::forget_ended(tx).await?;
    credentials::revoke_all(tx, CredentialKind::Password, Some(account.id)).await?;
    credentials::create(tx, CredentialKind::Password, &link).await?;
    note(tx, by, account.id, "/link").await?;
    Ok((secret, link.expires_at))
}

/// Gives an account the password, for who shows the secret of its link. It can be shown once.
pub async fn take_password(store: &Store, secret: &Secret, password: &str) -> Result<Account, LogInError> {
    const AGAIN: LogInError = LogInError::Link("ask an administrator for another");
    let (kind, secret_hash) = (CredentialKind::Password, secret.hash());
    // Looked at first, so that nobody without it makes the machine hash.
    let link = credentials::find(store, kind, &secret_hash).await?.ok_or(AGAIN)?;
    let id = link.account.ok_or(AGAIN)?;
    let account = accounts::get(store, id).await?.filter(|account| !account.disabled).ok_or(AGAIN)?;
    let hash = log_in::hash(password, &account.login).await?;
    let tx = store.begin().await?;
    // Of two who show it at once, one is late.
    credentials::find(&tx, kind, &secret_hash).await?.ok_or(AGAIN)?;
    log_in::set_password(&tx, account.id, &hash, Actor::Account(account.id)).await?;
    tx.commit().await?;
    Ok(account)
}

/// Forgets the voice of `account`. Says whether there was one.
pub async fn erase_voice(tx: &Tx, account: AccountId, by: Actor) -> Result<bool, StoreError> {
    let erased = voices::erase(tx, account).await?;
    if erased {
        let withdrawn = AuditEvent::done(by, AuditAction::Withdraw).object(format!("voice/{account}"));
        audit::append(tx, &withdrawn).await?;
    }
    Ok(erased)
}

/// Errs unless both are names.
pub(super) fn check_names(login: &str, display_name: &str) -> Result<(), NameError> {
    check_name(login)?;
    check_name(display_name)
}

fn check_name(name: &str) -> Result<(), NameError> {
    let name = name.trim();
    let is_name = !name.is_empty() && name.chars().count() <= MAX_NAME_CHARS && !name.chars().any(char::is_control);
    if is_name { Ok(()) } else { Err(NameError) }
}

async fn note(tx: &Tx, by: Actor, account: AccountId, what: &str) -> Result<(), StoreError> {
    let event = AuditEvent::done(by, AuditAction::Administer).object(format!("account/{account}{what}"));
    audit::append(tx, &event).await.map(drop)
}
