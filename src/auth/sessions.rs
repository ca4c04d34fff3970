//! Being known again: sessions of people, tokens of programs.

use jiff::{SignedDuration, Timestamp};

use super::{Principal, Secret};
use crate::{
    config::SessionsConfig,
    domain::{AccountId, Clock, Entropy},
    store::{
        Store, StoreError, Tx, accounts,
        credentials::{self, Credential, CredentialKind},
    },
};

/// How old the note of a credential's last use may be: a write for each request would be one too many.
const TOUCH_AFTER: SignedDuration = SignedDuration::from_mins(1);

/// Begins a session of `account`.
pub(super) async fn start(
    tx: &Tx,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
    limits: &SessionsConfig,
    account: AccountId,
) -> Result<Secret, StoreError> {
    let (secret, now) = (Secret::generate("sss", entropy), clock.now());
    let session = Credential {
        secret_hash: secret.hash(),
        account: Some(account),
        label: String::new(),
        scopes: Vec::new(),
        created_at: now,
        expires_at: now + limits.longest(),
        last_used_at: now,
    };
    credentials::forget_ended(tx).await?;
    credentials::create(tx, CredentialKind::Session, &session).await?;
    Ok(secret)
}

/// What somebody proves themselves with.
#[derive(Debug, Clone)]
pub enum Proof {
    /// A person at a browser, by a cookie.
    Session(Secret),
    /// A program, by a header.
    Token(Secret),
}

impl Proof {
    /// The word that they show, whichever it is.
    pub fn secret(&self) -> &Secret {
        match self {
            Self::Session(secret) | Self::Token(secret) => secret,
        }
    }
}

/// Who proves themselves with `proof`, which counts as its use; `None` if it is nobody's any more.
pub async fn recognise(
    store: &Store,
    clock: &dyn Clock,
    limits: &SessionsConfig,
    proof: &Proof,
) -> Result<Option<Principal>, StoreError> {
    let Some((principal, credential)) = find(store, clock, limits, proof).await? else { return Ok(None) };
    if is_stale(clock.now(), credential.last_used_at) {
        let tx = store.begin().await?;
        credentials::touch(&tx, &credential.secret_hash).await?;
        tx.commit().await?;
    }
    Ok(Some(principal))
}

/// Whether `proof` is still that of `principal`, with the same role and the same scopes. This is no use of it: whoever only goes
/// on being told of something does nothing.
pub async fn is_still(
    store: &Store,
    clock: &dyn Clock,
    limits: &SessionsConfig,
    proof: &Proof,
    principal: &Principal,
) -> Result<bool, StoreError> {
    let found = find(store, clock, limits, proof).await?;
    Ok(found.is_some_and(|(found, _)| found == *principal))
}

async fn find(
    store: &Store,
    clock: &dyn Clock,
    limits: &SessionsConfig,
    proof: &Proof,
) -> Result<Option<(Principal, Credential)>, StoreError> {
    let credential = match proof {
        Proof::Token(secret) => credentials::find(store, CredentialKind::Token, &secret.hash()).await?,
        Proof::Session(secret) => credentials::find(store, CredentialKind::Session, &secret.hash())
            .await?
            .filter(|session| clock.now() < session.last_used_at + limits.idle()),
    };
    let Some(credential) = credential else { return Ok(None) };
    let Some(id) = credential.account else { return Ok(None) };
    let Some(account) = accounts::get(store, id).await?.filter(|account| !account.disabled) else { return Ok(None) };
    let scopes = matches!(proof, Proof::Token(_)).then(|| credential.scopes.clone());
    Ok(Some((Principal { account, scopes }, credential)))
}

fn is_stale(now: Timestamp, last_used_at: Timestamp) -> bool {
    now.duration_since(last_used_at) >= TOUCH_AFTER
}
