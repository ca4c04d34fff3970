//! The voices of clinicians who agreed to be known by them. What a voice is like is personal data that nobody can change, so
//! each is sealed with a key of its own, and forgetting the key forgets the voice, in every copy too.

use jiff::Timestamp;
use sea_orm::{ActiveValue::Set, EntityTrait};
use zeroize::Zeroizing;

use super::{
    Reader, StoreError, Tx,
    entity::voice::{self, Model},
    keys,
};
use crate::domain::AccountId;

const TABLE: &str = "voice";

/// That a voice is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// Since when.
    pub enrolled_at: Timestamp,
    /// Which version of the wording its owner agreed to.
    pub wording: String,
}

/// Keeps `body` as the voice of `account`, in the place of the one before.
pub async fn keep(tx: &Tx, account: AccountId, wording: &str, body: &[u8]) -> Result<Enrolment, StoreError> {
    erase(tx, account).await?;
    let key = keys::create_named(tx, &owner(account)).await?;
    let enrolled_at_ms = tx.vault.clock.now().as_millisecond();
    let row = voice::ActiveModel {
        account: Set(account.to_string()),
        enrolled_at_ms: Set(enrolled_at_ms),
        wording: Set(wording.to_owned()),
        body: Set(key.seal(&owner(account), body, tx.vault.entropy.as_ref())),
    };
    voice::Entity::insert(row).exec_without_returning(&tx.tx).await?;
    let enrolled_at = Timestamp::from_millisecond(enrolled_at_ms).expect("the clock is within range");
    Ok(Enrolment { enrolled_at, wording: wording.to_owned() })
}

/// That the voice of `account` is kept; `None` if it is not.
pub async fn enrolment(reader: &impl Reader, account: AccountId) -> Result<Option<Enrolment>, StoreError> {
    row(reader, account).await?.map(|row| read(&row)).transpose()
}

/// The voice of `account`; `None` if none is kept.
pub async fn load(reader: &impl Reader, account: AccountId) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
    let Some(row) = row(reader, account).await? else { return Ok(None) };
    let owner = owner(account);
    let Some(key) = keys::load_named(reader, &owner).await? else { return Ok(None) };
    let opened = key.open(&owner, &row.body);
    opened.map(Some).map_err(|source| StoreError::Sealed { table: TABLE, row: row.account, source })
}

/// Forgets the voice of `account`: its key first of all. Says whether there was one.
pub async fn erase(tx: &Tx, account: AccountId) -> Result<bool, StoreError> {
    keys::erase_named(tx, &owner(account)).await?;
    Ok(voice::Entity::delete_by_id(account.to_string()).exec(&tx.tx).await?.rows_affected > 0)
}

async fn row(reader: &impl Reader, account: AccountId) -> Result<Option<Model>, StoreError> {
    Ok(voice::Entity::find_by_id(account.to_string()).one(reader.inside().conn).await?)
}

fn read(row: &Model) -> Result<Enrolment, StoreError> {
    let enrolled_at = Timestamp::from_millisecond(row.enrolled_at_ms);
    let bad = |_| StoreError::Row { table: TABLE, row: row.account.clone(), column: "enrolled_at_ms" };
    Ok(Enrolment { enrolled_at: enrolled_at.map_err(bad)?, wording: row.wording.clone() })
}

/// Under which name the key is kept, and the voice sealed.
fn owner(account: AccountId) -> String {
    format!("voice/{account}")
}
