//! Sessions, API tokens and secrets that are good for once. Only hashes of their secrets are kept: a stolen database
//! opens no door. The secrets are drawn at random and long, so a plain hash of them cannot be guessed back.

use jiff::Timestamp;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};

use super::{
    Reader, StoreError, Tx,
    entity::credential::{self, Column, Model},
};
use crate::domain::{AccountId, Scope, hex};

const TABLE: &str = "credential";

/// What a credential is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialKind {
    /// A person's log-in, carried by a cookie.
    Session,
    /// A program's, carried by a header.
    Token,
    /// The link with which the first account is made, once.
    Setup,
    /// The link with which somebody gives their account a password, once.
    Password,
    /// A single sign-on that has begun in some browser, and can end once.
    SignOn,
}

impl CredentialKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Token => "token",
            Self::Setup => "setup",
            Self::Password => "password",
            Self::SignOn => "sign_on",
        }
    }
}

/// A credential without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// SHA-256 of the secret.
    pub secret_hash: Vec<u8>,
    /// Whose it is; none for [`CredentialKind::Setup`] and [`CredentialKind::SignOn`].
    pub account: Option<AccountId>,
    /// What a person calls it.
    pub label: String,
    /// What its bearer may do.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was last used, to the minute or so; the beginning of 1970 for never.
    pub last_used_at: Timestamp,
}

/// Keeps a credential.
pub async fn create(tx: &Tx, kind: CredentialKind, credential: &Credential) -> Result<(), StoreError> {
    let scopes = Vec::from_iter(credential.scopes.iter().map(|scope| scope.as_str()));
    let row = credential::ActiveModel {
        secret_hash: Set(credential.secret_hash.clone()),
        kind: Set(kind.as_str().to_owned()),
        account: Set(credential.account.map(|account| account.to_string())),
        label: Set(credential.label.clone()),
        scopes: Set(scopes.join(" ")),
        created_at_ms: Set(credential.created_at.as_millisecond()),
        expires_at_ms: Set(credential.expires_at.as_millisecond()),
        last_used_at_ms: Set(credential.last_used_at.as_millisecond()),
    };
    credential::Entity::insert(row).exec_without_returning(&tx.tx).await?;
    Ok(())
}

/// The credential of this kind whose secret has this hash; `None` also where it has ended.
pub async fn find(
    reader: &impl Reader,
    kind: CredentialKind,
    secret_hash: &[u8],
) -> Result<Option<Credential>, StoreError> {
    let inside = reader.inside();
    let now_ms = inside.vault.clock.now().as_millisecond();
    let row = credential::Entity::find_by_id(secret_hash.to_vec()).filter(Column::Kind.eq(kind.as_str()));
    let row = row.filter(Column::ExpiresAtMs.gt(now_ms)).one(inside.conn).await?;
    row.map(|row| read(&row)).transpose()
}

/// Every credential of this kind, the oldest first.
pub async fn list(reader: &impl Reader, kind: CredentialKind) -> Result<Vec<Credential>, StoreError> {
    let rows = credential::Entity::find().filter(Column::Kind.eq(kind.as_str()));
    let rows = rows.order_by_asc(Column::CreatedAtMs).all(reader.inside().conn).await?;
    rows.iter().map(read).collect()
}

/// Ends the credential whose secret has this hash, and says whether there was one.
pub async fn revoke(tx: &Tx, secret_hash: &[u8]) -> Result<bool, StoreError> {
    Ok(credential::Entity::delete_by_id(secret_hash.to_vec()).exec(&tx.tx).await?.rows_affected > 0)
}

/// Notes that the credential was used just now.
pub async fn touch(tx: &Tx, secret_hash: &[u8]) -> Result<(), StoreError> {
    let now_ms = tx.vault.clock.now().as_millisecond();
    let used = credential::Entity::update_many().col_expr(Column::LastUsedAtMs, Expr::value(now_ms));
    used.filter(Column::SecretHash.eq(secret_hash.to_vec())).exec(&tx.tx).await?;
    Ok(())
}

/// Ends everything of this kind of an account's, or of everybody's where none is given.
pub async fn revoke_all(tx: &Tx, kind: CredentialKind, account: Option<AccountId>) -> Result<(), StoreError> {
    let mut gone = credential::Entity::delete_many().filter(Column::Kind.eq(kind.as_str()));
    if let Some(account) = account {
        gone = gone.filter(Column::Account.eq(account.to_string()));
    }
    gone.exec(&tx.tx).await?;
    Ok(())
}

/// Forgets what has ended.
pub async fn forget_ended(tx: &Tx) -> Result<(), StoreError> {
    let now_ms = tx.vault.clock.now().as_millisecond();
    credential::Entity::delete_many().filter(Column::ExpiresAtMs.lte(now_ms)).exec(&tx.tx).await?;
    Ok(())
}

fn read(row: &Model) -> Result<Credential, StoreError> {
    // The hash of a secret is no secret, and nothing else names the row.
    let name = || hex(&row.secret_hash[..row.secret_hash.len().min(4)]);
    let bad = |column| StoreError::Row { table: TABLE, row: name(), column };
    let scopes = row.scopes.split_whitespace().map(Scope::parse).collect::<Option<Vec<_>>>();
    let account = row.account.as_ref().map(|account| account.parse()).transpose();
    Ok(Credential {
        secret_hash: row.secret_hash.clone(),
        account: account.map_err(|_| bad("account"))?,
        label: row.label.clone(),
        scopes: scopes.ok_or_else(|| bad("scopes"))?,
        created_at: Timestamp::from_millisecond(row.created_at_ms).map_err(|_| bad("created_at_ms"))?,
        expires_at: Timestamp::from_millisecond(row.expires_at_ms).map_err(|_| bad("expires_at_ms"))?,
        last_used_at: Timestamp::from_millisecond(row.last_used_at_ms).map_err(|_| bad("last_used_at_ms"))?,
    })
}
