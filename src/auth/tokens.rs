//! Looking after tokens: what programs prove themselves with.

use jiff::{SignedDuration, Timestamp};

use super::{Principal, Secret};
use crate::{
    domain::{AccountId, Actor, AuditAction, AuditEvent, Clock, Entropy, Scope, hex},
    store::{
        Store, StoreError, Tx, audit,
        credentials::{self, Credential, CredentialKind},
    },
};

/// Days that a token lasts at most.
pub const MAX_DAYS: u32 = 3650;

/// A token that is to be made.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Whose.
    pub account: AccountId,
    /// What it is for.
    pub label: String,
    /// What its bearer may do.
    pub scopes: Vec<Scope>,
    /// After how many days it ends, at most [`MAX_DAYS`].
    pub days: u32,
}

/// Makes a token. Its secret is known only now.
pub async fn create(
    tx: &Tx,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
    new: NewToken,
    by: Actor,
) -> Result<(Credential, Secret), StoreError> {
    let (secret, now) = (Secret::generate("sst", entropy), clock.now());
    let token = Credential {
        secret_hash: secret.hash(),
        account: Some(new.account),
        label: new.label,
        scopes: new.scopes,
        created_at: now,
        expires_at: now + SignedDuration::from_hours(24 * i64::from(new.days.min(MAX_DAYS))),
        last_used_at: Timestamp::UNIX_EPOCH,
    };
    credentials::create(tx, CredentialKind::Token, &token).await?;
    note(tx, by, &token).await?;
    Ok((token, secret))
}

/// Ends the token called `wanted`, and says whether there was one.
pub async fn revoke(store: &Store, wanted: &str, by: Actor) -> Result<bool, StoreError> {
    let tokens = credentials::list(store, CredentialKind::Token).await?;
    let Some(token) = tokens.iter().find(|token| name(token) == wanted) else { return Ok(false) };
    let tx = store.begin().await?;
    credentials::revoke(&tx, &token.secret_hash).await?;
    note(&tx, by, token).await?;
    tx.commit().await?;
    Ok(true)
}

/// What a token is called: the beginning of the hash of its secret.
pub fn name(token: &Credential) -> String {
    hex(&token.secret_hash[..token.secret_hash.len().min(6)])
}

/// Whether `principal`, who looks after tokens over the API, may make one with `scopes`. A token makes none that can do more
/// than itself; and one that signs is made on the machine alone, as whoever had it could sign for its clinician.
pub fn may_make(principal: &Principal, scopes: &[Scope]) -> bool {
    scopes.iter().all(|&scope| scope != Scope::NotesSign && principal.has_scope(scope))
}

async fn note(tx: &Tx, by: Actor, token: &Credential) -> Result<(), StoreError> {
    let event = AuditEvent::done(by, AuditAction::Administer).object(format!("token/{}", name(token)));
    audit::append(tx, &event).await.map(drop)
}
