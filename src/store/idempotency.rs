//! Requests that may come twice: which of them entered which encounter (draft-ietf-httpapi-idempotency-key-header).

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, SqlErr};
use sha2::{Digest, Sha256};

use super::{
    Reader, StoreError, Tx,
    entity::idempotency::{self, Column},
};
use crate::domain::{AccountId, EncounterId};

/// How long a key is known.
const KEPT_MS: i64 = 24 * 60 * 60 * 1000;

/// A request that may come twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    account: AccountId,
    key_hash: Vec<u8>,
    request_hash: Vec<u8>,
}

impl Key {
    /// The request `request` of `account`, sent with the key `key`; `None` without one.
    pub fn of(account: AccountId, key: Option<&str>, request: &[u8]) -> Option<Self> {
        let hash = |bytes: &[u8]| Sha256::digest(bytes).to_vec();
        key.map(|key| Self { account, key_hash: hash(key.as_bytes()), request_hash: hash(request) })
    }
}

/// What is known of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// The same request came with it, and entered this encounter.
    Same(EncounterId),
    /// Another request came with it.
    Other,
}

/// What is known of `key`.
pub async fn find(tx: &Tx, key: &Key) -> Result<Option<Found>, StoreError> {
    let too_old = tx.vault.clock.now().as_millisecond() - KEPT_MS;
    idempotency::Entity::delete_many().filter(Column::CreatedAtMs.lt(too_old)).exec(&tx.tx).await?;
    let row = idempotency::Entity::find_by_id((key.account.to_string(), key.key_hash.clone()));
    let Some(row) = row.one(tx.inside().conn).await? else { return Ok(None) };
    if row.request_hash != key.request_hash {
        return Ok(Some(Found::Other));
    }
    let bad = StoreError::Row { table: "idempotency", row: row.encounter.clone(), column: "encounter" };
    row.encounter.parse().map(|id| Some(Found::Same(id))).map_err(|_| bad)
}

/// Keeps that the request of `key` entered `encounter`. Errs with [`StoreError::Changed`] if the same request, sent twice at once,
/// was quicker.
pub async fn keep(tx: &Tx, key: &Key, encounter: EncounterId) -> Result<(), StoreError> {
    let row = idempotency::ActiveModel {
        account: Set(key.account.to_string()),
        key_hash: Set(key.key_hash.clone()),
        request_hash: Set(key.request_hash.clone()),
        encounter: Set(encounter.to_string()),
        created_at_ms: Set(tx.vault.clock.now().as_millisecond()),
    };
    match idempotency::Entity::insert(row).exec_without_returning(&tx.tx).await {
        // PostgreSQL lets two write at once.
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Err(StoreError::Changed),
        inserted => Ok(inserted.map(drop)?),
    }
}
