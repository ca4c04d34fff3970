//! Logging in with a password.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Semaphore;

use super::{
    PasswordError, Secret,
    accounts::{MAX_NAME_CHARS, NameError},
    password::{hash_password, verify},
    sessions,
};
use crate::{
    config::SessionsConfig,
    domain::{Account, AccountId, Actor, AuditAction, AuditEvent, AuditOutcome, Clock, Entropy},
    store::{
        Store, StoreError, Tx,
        accounts::{self, LogIn},
        audit,
        credentials::{self, CredentialKind},
    },
};

/// Wrong passwords that cost nothing but themselves.
const FREE_FAILURES: u32 = 5;

/// How long the next one locks the account; each further one doubles it.
const LOCK: SignedDuration = SignedDuration::from_mins(1);

/// How long it is locked at most. Whoever knows a clinician's name can lock them out for as long as they go on trying, so it
/// is kept short: even so nobody tries more than a hundred passwords a day. Sessions, tokens and the single sign-on know no lock.
const LONGEST_LOCK: SignedDuration = SignedDuration::from_mins(15);

/// Passwords that are tried at once. Each takes 19 MiB and a core for some hundredths of a second: without a bound, whoever
/// can reach the service could take all of both.
static TRIALS: Semaphore = Semaphore::const_new(2);

/// How long one waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// Wrong passwords for names that nobody has. They are counted and locked as those of accounts are: otherwise the lock would
/// tell which names are accounts.
static STRANGERS: Mutex<Option<HashMap<String, (u32, Timestamp)>>> = Mutex::new(None);

/// Names that are remembered so; where there are more, all are forgotten.
const MOST_STRANGERS: usize = 10_000;

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
    #[error("this link is not valid any more: {0}")]
    Link(&'static str),
    /// A password is not taken.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// A name is not taken.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Lets in who has this password, and gives them a session. Whatever comes of it stands in the audit.
pub async fn log_in(
    store: &Store,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
    limits: &SessionsConfig,
    login: &str,
    password: &str,
) -> Result<(Account, Secret), LogInError> {
    let known = accounts::log_in(store, login).await?;
    let known = try_password(store, clock, login, known, password).await?;
    if known.account.disabled {
        refuse(store, Some(known.account.id), AuditOutcome::Refused).await?;
        return Err(LogInError::Wrong);
    }
    let tx = store.begin().await?;
    accounts::set_failures(&tx, known.account.id, 0, Timestamp::UNIX_EPOCH).await?;
    let secret = sessions::start(&tx, clock, entropy, limits, known.account.id).await?;
    audit::append(&tx, &AuditEvent::done(Actor::Account(known.account.id), AuditAction::LogIn)).await?;
    tx.commit().await?;
    Ok((known.account, secret))
}

/// Gives `account` the password `new`, if `current` is its present one. Its sessions end, and it gets a new one.
pub async fn change_password(
    store: &Store,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
    limits: &SessionsConfig,
    account: &Account,
    (current, new): (&str, &str),
) -> Result<Secret, LogInError> {
    let hash = hash(new, &account.login).await?;
    let known = accounts::get_log_in(store, account.id).await?;
    try_password(store, clock, &account.login, known, current).await?;
    let tx = store.begin().await?;
    set_password(&tx, account.id, &hash, Actor::Account(account.id)).await?;
    let secret = sessions::start(&tx, clock, entropy, limits, account.id).await?;
    tx.commit().await?;
    Ok(secret)
}

/// Gives `account` the password whose PHC string is `hash`: its sessions and its other links end, and so does its lock.
pub async fn set_password(tx: &Tx, account: AccountId, hash: &str, by: Actor) -> Result<(), StoreError> {
    accounts::set_password(tx, account, hash).await?;
    accounts::set_failures(tx, account, 0, Timestamp::UNIX_EPOCH).await?;
    for kind in [CredentialKind::Session, CredentialKind::Password] {
        credentials::revoke_all(tx, kind, Some(account)).await?;
    }
    let changed = AuditEvent::done(by, AuditAction::Administer).object(format!("account/{account}/password"));
    audit::append(tx, &changed).await.map(drop)
}

/// The PHC string of `password`, made away from the threads that answer requests, and not by many at once.
pub(super) async fn hash(password: &str, login: &str) -> Result<String, LogInError> {
    let (password, login) = (zeroize::Zeroizing::new(password.to_owned()), login.to_owned());
    let hashed = take_turn(move || hash_password(&password, &login)).await?;
    Ok(hashed?)
}

/// The account `known`, if `password` is its own. Otherwise its failures are counted, and its lock is looked to.
async fn try_password(
    store: &Store,
    clock: &dyn Clock,
    login: &str,
    known: Option<LogIn>,
    password: &str,
) -> Result<LogIn, LogInError> {
    let now = clock.now();
    let name: String = login.trim().to_lowercase().chars().take(MAX_NAME_CHARS).collect();
    let id = known.as_ref().map(|known| known.account.id);
    let (failures, locked_until) = match &known {
        Some(known) => (known.failures, known.locked_until),
        None => strangers(|strangers| strangers.get(&name).copied()).unwrap_or((0, Timestamp::UNIX_EPOCH)),
    };
    if locked_until > now {
        refuse(store, id, AuditOutcome::Refused).await?;
        let wait = locked_until.duration_since(now).try_into().unwrap_or_default();
        return Err(LogInError::Locked { wait });
    }
    let hash = known.as_ref().and_then(|known| known.password_hash.clone());
    let password = zeroize::Zeroizing::new(password.to_owned());
    let is_right = take_turn(move || verify(&password, hash.as_deref())).await?;
    if let Some(known) = known.filter(|_| is_right) {
        return Ok(known);
    }
    let (failures, locked_until) = (failures + 1, lock_after(now, failures + 1));
    // One transaction in either case: a second one would take longer, and tell who has an account.
    let tx = store.begin().await?;
    match id {
        Some(id) => accounts::set_failures(&tx, id, failures, locked_until).await?,
        None => strangers(|strangers| remember(strangers, name, (failures, locked_until))),
    }
    audit::append(&tx, &failed(id, AuditOutcome::Failed)).await?;
    tx.commit().await?;
    Err(LogInError::Wrong)
}

/// Does `work`, which keeps a core busy, when it is its turn.
async fn take_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, LogInError> {
    let turn = tokio::time::timeout(PATIENCE, TRIALS.acquire()).await;
    let Ok(Ok(_turn)) = turn else { return Err(LogInError::Busy) };
    tokio::task::spawn_blocking(work).await.map_err(|_| LogInError::Busy)
}

fn strangers<T>(look: impl FnOnce(&mut HashMap<String, (u32, Timestamp)>) -> T) -> T {
    let mut strangers = STRANGERS.lock().unwrap_or_else(PoisonError::into_inner);
    look(strangers.get_or_insert_default())
}

fn remember(strangers: &mut HashMap<String, (u32, Timestamp)>, name: String, failures: (u32, Timestamp)) {
    if strangers.len() >= MOST_STRANGERS {
        strangers.clear();
    }
    strangers.insert(name, failures);
}

/// Tells the audit of a log-in that came to nothing.
pub(super) async fn refuse(store: &Store, account: Option<AccountId>, outcome: AuditOutcome) -> Result<(), StoreError> {
    audit::append_alone(store, &failed(account, outcome)).await
}

fn failed(account: Option<AccountId>, outcome: AuditOutcome) -> AuditEvent {
    let event = AuditEvent::done(Actor::Unknown, AuditAction::LogIn).with_outcome(outcome);
    match account {
        Some(account) => event.object(format!("account/{account}")),
        None => event,
    }
}

fn lock_after(now: Timestamp, failures: u32) -> Timestamp {
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
        assert_eq!(lock_after(now, 5), Timestamp::UNIX_EPOCH);
        assert_eq!(lock_after(now, 6), now + SignedDuration::from_mins(1));
        assert_eq!(lock_after(now, 8), now + SignedDuration::from_mins(4));
        assert_eq!(lock_after(now, 4000), now + LONGEST_LOCK);
    }

    #[test]
    fn names_that_nobody_has_do_not_fill_the_memory() {
        let mut strangers = HashMap::new();
        for number in 0..2 * MOST_STRANGERS {
            remember(&mut strangers, number.to_string(), (1, Timestamp::UNIX_EPOCH));
        }
        assert!(strangers.len() <= MOST_STRANGERS);
    }
}
