//! Transcripts and notes: every version that ever was, sealed with the key of the visit.

use jiff::Timestamp;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, SqlErr};
use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use super::{
    Reader, StoreError, Tx,
    entity::document::{self, Column, Model},
    keys,
};
use crate::domain::{AccountId, EncounterId};

const TABLE: &str = "document";

/// What is written about a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// What was said.
    Transcript,
    /// The note about it.
    Note,
}

impl DocumentKind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Transcript => "transcript",
            Self::Note => "note",
        }
    }
}

/// One version of a document, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Counted from 1.
    pub number: i64,
    /// When it was written.
    pub created_at: Timestamp,
    /// Who wrote it; `None` for soapstone itself.
    pub author: Option<AccountId>,
    /// `draft`, `proposed`, `signed`, `amended` or `retracted`; `current` for a transcript.
    pub status: String,
}

/// The status of a version that is kept beside the current one and does not take its place.
pub const PROPOSED: &str = "proposed";

/// Keeps `body` as the newest version of the document. `expected` is the current version that its author saw (0 for none);
/// errs with [`StoreError::Changed`] if somebody else was quicker.
pub async fn append(
    tx: &Tx,
    encounter: EncounterId,
    kind: DocumentKind,
    expected: i64,
    author: Option<AccountId>,
    status: &str,
    body: &impl Serialize,
) -> Result<Version, StoreError> {
    if current_number(tx, encounter, kind).await? != expected {
        return Err(StoreError::Changed);
    }
    let number = number(tx, of(encounter, kind)).await? + 1;
    let key = keys::load(tx, encounter).await?.ok_or(StoreError::Changed)?;
    let plain = Zeroizing::new(serde_json::to_vec(body).expect("plain data"));
    let sealed = key.seal(&name(encounter, kind, number), &plain, tx.vault.entropy.as_ref());
    let now_ms = tx.vault.clock.now().as_millisecond();
    let row = document::ActiveModel {
        encounter: Set(encounter.to_string()),
        kind: Set(kind.as_str().to_owned()),
        version: Set(number),
        created_at_ms: Set(now_ms),
        author: Set(author.map(|author| author.to_string())),
        status: Set(status.to_owned()),
        body: Set(sealed),
    };
    match document::Entity::insert(row).exec_without_returning(&tx.tx).await {
        // PostgreSQL lets two write at once, and both have counted to the same number.
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            return Err(StoreError::Changed);
        }
        inserted => inserted?,
    };
    let created_at = Timestamp::from_millisecond(now_ms).expect("the clock is within range");
    Ok(Version { number, created_at, author, status: status.to_owned() })
}

/// The current version with its text: the newest that is no mere proposal.
pub async fn current<T: DeserializeOwned>(
    reader: &impl Reader,
    encounter: EncounterId,
    kind: DocumentKind,
) -> Result<Option<(Version, T)>, StoreError> {
    let newest = current_of(encounter, kind).order_by_desc(Column::Version);
    let row = newest.one(reader.inside().conn).await?;
    open(reader, encounter, kind, row).await
}

/// The number of the current version; 0 if there is none.
pub async fn current_number(tx: &Tx, encounter: EncounterId, kind: DocumentKind) -> Result<i64, StoreError> {
    number(tx, current_of(encounter, kind)).await
}

/// Version `number` with its text.
pub async fn version<T: DeserializeOwned>(
    reader: &impl Reader,
    encounter: EncounterId,
    kind: DocumentKind,
    number: i64,
) -> Result<Option<(Version, T)>, StoreError> {
    let row = of(encounter, kind).filter(Column::Version.eq(number)).one(reader.inside().conn).await?;
    open(reader, encounter, kind, row).await
}

/// Every version from the first to the newest, without texts.
pub async fn versions(
    reader: &impl Reader,
    encounter: EncounterId,
    kind: DocumentKind,
) -> Result<Vec<Version>, StoreError> {
    let rows = of(encounter, kind).order_by_asc(Column::Version).all(reader.inside().conn).await?;
    rows.iter().map(read).collect()
}

/// Erases every version of the document.
pub async fn erase(tx: &Tx, encounter: EncounterId, kind: DocumentKind) -> Result<(), StoreError> {
    let gone = document::Entity::delete_many().filter(Column::Encounter.eq(encounter.to_string()));
    gone.filter(Column::Kind.eq(kind.as_str())).exec(&tx.tx).await?;
    Ok(())
}

fn of(encounter: EncounterId, kind: DocumentKind) -> sea_orm::Select<document::Entity> {
    let of_encounter = document::Entity::find().filter(Column::Encounter.eq(encounter.to_string()));
    of_encounter.filter(Column::Kind.eq(kind.as_str()))
}

fn current_of(encounter: EncounterId, kind: DocumentKind) -> sea_orm::Select<document::Entity> {
    of(encounter, kind).filter(Column::Status.ne(PROPOSED))
}

/// The highest number of `versions`; 0 if there is none.
async fn number(tx: &Tx, versions: sea_orm::Select<document::Entity>) -> Result<i64, StoreError> {
    let newest = versions.order_by_desc(Column::Version).select_only().column(Column::Version);
    Ok(newest.into_tuple::<i64>().one(&tx.tx).await?.unwrap_or(0))
}

/// What version `number` holds is not what this release writes.
pub fn unreadable(number: i64) -> StoreError {
    StoreError::Row { table: TABLE, row: format!("version {number}"), column: "body" }
}

async fn open<T: DeserializeOwned>(
    reader: &impl Reader,
    encounter: EncounterId,
    kind: DocumentKind,
    row: Option<Model>,
) -> Result<Option<(Version, T)>, StoreError> {
    let Some(row) = row else { return Ok(None) };
    let version = read(&row)?;
    let key = keys::load(reader, encounter).await?.ok_or(StoreError::Changed)?;
    let plain = key.open(&name(encounter, kind, row.version), &row.body);
    let plain = plain.map_err(|source| StoreError::Sealed { table: TABLE, row: row_name(&row), source })?;
    let body = serde_json::from_slice(&plain).map_err(|_| bad(&row, "body"))?;
    Ok(Some((version, body)))
}

fn read(row: &Model) -> Result<Version, StoreError> {
    let author = row.author.as_ref().map(|author| author.parse()).transpose();
    Ok(Version {
        number: row.version,
        created_at: Timestamp::from_millisecond(row.created_at_ms).map_err(|_| bad(row, "created_at_ms"))?,
        author: author.map_err(|_| bad(row, "author"))?,
        status: row.status.clone(),
    })
}

fn bad(row: &Model, column: &'static str) -> StoreError {
    StoreError::Row { table: TABLE, row: row_name(row), column }
}

fn row_name(row: &Model) -> String {
    format!("{}/{}/{}", row.encounter, row.kind, row.version)
}

fn name(encounter: EncounterId, kind: DocumentKind, version: i64) -> String {
    format!("document/{encounter}/{}/{version}", kind.as_str())
}
