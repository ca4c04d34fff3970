//! The audit: entries that are only ever added, each with a hash over itself and the hash before it.
//!
//! The hashes are keyed (HMAC-SHA-256, RFC 2104) with a key that the database does not hold in the open. Whoever can write to
//! the database, but has no master key, can change nothing, take nothing out and put nothing in another order without
//! [`verify`] finding the place. The one thing that only a copy of the head kept elsewhere shows is an old state of the
//! whole database put in the place of the present one.

pub(super) mod group;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, sea_query::Expr,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::Sha256;

use super::{
    Reader, Store, StoreError, Tx,
    entity::{
        audit_entry::{self, Column, Model},
        audit_head,
    },
    keys,
};
use crate::{
    domain::{AuditEntry, AuditEvent, EncounterId, Entropy, PatientText, hex},
    sealing::DataKey,
};

const TABLE: &str = "audit_entry";

/// Under which name the key of the audit is kept, among those of encounters.
const KEY_OWNER: &str = "audit";

/// Entries that [`verify`] reads at a time.
const PAGE: u64 = 1000;

/// Where an audit ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditHead {
    /// How many entries it has.
    pub sequence: i64,
    /// The hash of the last, in hexadecimal; empty if there is none.
    pub hash: String,
}

/// Where an audit is not what was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuditBreak {
    /// Entries are not there, or not where they were.
    #[error("entry {expected} is not there: {found} stands in its place")]
    Missing {
        /// The one that should follow.
        expected: i64,
        /// What follows instead.
        found: String,
    },
    /// An entry is not what was written.
    #[error("entry {sequence} was changed")]
    Changed {
        /// Its number.
        sequence: i64,
    },
    /// The end is not what was written.
    #[error("the audit ends with entry {found}, and {expected} were written")]
    End {
        /// How many were written, as the head says.
        expected: i64,
        /// How many are there.
        found: i64,
    },
    /// An earlier head, kept elsewhere, is not in it.
    #[error(
        "entry {sequence} is not the one whose hash was kept elsewhere: the database was put back, or written anew"
    )]
    Anchor {
        /// Its number.
        sequence: i64,
    },
}

/// Adds `event` to the audit, in the transaction of what it tells of.
pub async fn append(tx: &Tx, event: &AuditEvent) -> Result<AuditEntry, StoreError> {
    let mut entries = append_all(tx, std::slice::from_ref(event)).await?;
    Ok(entries.pop().expect("an entry for each event"))
}

/// The same, where nothing else is written. When this returns, the entry is on the disk.
///
/// One commit takes as long as one sync of the disk, whatever is in it: all who wait for theirs share one (`group`).
pub async fn append_alone(store: &Store, event: &AuditEvent) -> Result<(), StoreError> {
    store.audit.append(event.clone()).await
}

/// Adds `events`, in their order.
async fn append_all(tx: &Tx, events: &[AuditEvent]) -> Result<Vec<AuditEntry>, StoreError> {
    // The head is taken first: of two who add, one waits here for the other.
    let advance = audit_head::Entity::update_many();
    let count = i64::try_from(events.len()).expect("events that fit into memory");
    let next = Expr::col(audit_head::Column::Sequence).add(count);
    advance.col_expr(audit_head::Column::Sequence, next).exec(&tx.tx).await?;
    let head = head_row(&tx.tx).await?;
    let key = keys::load_or_create(tx, KEY_OWNER).await?;
    let at_ms = tx.vault.clock.now().as_millisecond();
    let (mut before, mut rows) = (head.hash, Vec::with_capacity(events.len()));
    for (event, sequence) in events.iter().zip(head.sequence - count + 1..) {
        let mut row = row(&key, event, sequence, at_ms, tx.vault.entropy.as_ref());
        row.hash = hash(&key, &before, &row);
        before = row.hash.clone();
        rows.push(row);
    }
    let advance = audit_head::Entity::update_many();
    advance.col_expr(audit_head::Column::Hash, Expr::value(before)).exec(&tx.tx).await?;
    let entries = rows.iter().map(|row| read(&key, row)).collect();
    if !rows.is_empty() {
        let rows = rows.into_iter().map(|row| row.into_active_model().reset_all());
        audit_entry::Entity::insert_many(rows).exec_without_returning(&tx.tx).await?;
    }
    entries
}

/// `event` as it is kept, but for its hash.
fn row(key: &DataKey, event: &AuditEvent, sequence: i64, at_ms: i64, entropy: &dyn Entropy) -> Model {
    let sealed = |reason: &PatientText| key.seal(&reason_name(sequence), reason.as_str().as_bytes(), entropy);
    Model {
        sequence,
        at_ms,
        actor: serde_json::to_string(&event.actor).expect("plain data"),
        action: word(&event.action),
        encounter: event.encounter.map(|encounter| encounter.to_string()),
        object: event.object.clone(),
        outcome: word(&event.outcome),
        reason: event.reason.as_ref().map(sealed),
        hash: Vec::new(),
    }
}

/// How many entries the audit has.
pub async fn count(reader: &impl Reader) -> Result<i64, StoreError> {
    let head = audit_head::Entity::find_by_id(1).one(reader.inside().conn).await?.ok_or_else(no_head)?;
    Ok(head.sequence)
}

/// At most `limit` entries from the newest to the oldest, of those before `before`; those of one encounter where it is given.
pub async fn list(
    reader: &impl Reader,
    encounter: Option<EncounterId>,
    before: Option<i64>,
    limit: u64,
) -> Result<Vec<AuditEntry>, StoreError> {
    let Some(key) = keys::load_named(reader, KEY_OWNER).await? else { return Ok(Vec::new()) };
    let mut query = audit_entry::Entity::find().order_by_desc(Column::Sequence).limit(limit);
    if let Some(encounter) = encounter {
        query = query.filter(Column::Encounter.eq(encounter.to_string()));
    }
    if let Some(before) = before {
        query = query.filter(Column::Sequence.lt(before));
    }
    let rows = query.all(reader.inside().conn).await?;
    rows.iter().map(|row| read(&key, row)).collect()
}

/// Reads the whole audit and says where it ends, or where it is not what was written. `anchor` is a head that was kept
/// elsewhere.
pub async fn verify(
    reader: &impl Reader,
    anchor: Option<&AuditHead>,
) -> Result<Result<AuditHead, AuditBreak>, StoreError> {
    // Read before the key and before each page: what is added meanwhile makes the audit longer and no less whole.
    let mut head = head_row(reader.inside().conn).await?;
    let Some(key) = keys::load_named(reader, KEY_OWNER).await? else {
        // No key, no entry: whoever took the key away took what it proves with it.
        let empty = AuditHead { sequence: 0, hash: String::new() };
        let end = AuditBreak::End { expected: head.sequence, found: 0 };
        return Ok(if head.sequence == 0 { Ok(empty) } else { Err(end) });
    };
    let (mut sequence, mut last) = (0, Vec::new());
    loop {
        let page = audit_entry::Entity::find().filter(Column::Sequence.gt(sequence)).order_by_asc(Column::Sequence);
        let rows = page.limit(PAGE).all(reader.inside().conn).await?;
        if rows.is_empty() {
            break;
        }
        head = head_row(reader.inside().conn).await?;
        for row in rows {
            if row.sequence != sequence + 1 {
                let found = format!("entry {}", row.sequence);
                return Ok(Err(AuditBreak::Missing { expected: sequence + 1, found }));
            }
            if hash(&key, &last, &row) != row.hash {
                return Ok(Err(AuditBreak::Changed { sequence: row.sequence }));
            }
            (sequence, last) = (row.sequence, row.hash);
            if anchor.is_some_and(|anchor| anchor.sequence == sequence && anchor.hash != hex(&last)) {
                return Ok(Err(AuditBreak::Anchor { sequence }));
            }
        }
    }
    let expected = anchor.map_or(head.sequence, |anchor| Ord::max(anchor.sequence, head.sequence));
    if expected != sequence || head.hash != last {
        return Ok(Err(AuditBreak::End { expected, found: sequence }));
    }
    Ok(Ok(AuditHead { sequence, hash: hex(&last) }))
}

/// Where the audit of `conn` says that it ends.
pub(super) async fn head(conn: &impl ConnectionTrait) -> Result<AuditHead, StoreError> {
    let head = head_row(conn).await?;
    Ok(AuditHead { sequence: head.sequence, hash: hex(&head.hash) })
}

async fn head_row(conn: &impl ConnectionTrait) -> Result<audit_head::Model, StoreError> {
    audit_head::Entity::find_by_id(1).one(conn).await?.ok_or_else(no_head)
}

/// Whether the audit goes on from `head`, which it ended with once. Looks at that one entry alone.
pub async fn goes_on_from(reader: &impl Reader, head: &AuditHead) -> Result<bool, StoreError> {
    if head.sequence == 0 {
        return Ok(true);
    }
    let entry = audit_entry::Entity::find_by_id(head.sequence).one(reader.inside().conn).await?;
    Ok(entry.is_some_and(|entry| hex(&entry.hash) == head.hash))
}

/// The keyed hash of `row` after an entry with the hash `before`. Every field is preceded by its length, so that no two rows
/// give the same bytes.
fn hash(key: &DataKey, before: &[u8], row: &Model) -> Vec<u8> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
    let optional = |text: &Option<String>| text.as_ref().map(|text| text.as_bytes().to_vec());
    let fields = [
        Some(before.to_vec()),
        Some(row.sequence.to_be_bytes().to_vec()),
        Some(row.at_ms.to_be_bytes().to_vec()),
        Some(row.actor.as_bytes().to_vec()),
        Some(row.action.as_bytes().to_vec()),
        optional(&row.encounter),
        optional(&row.object),
        Some(row.outcome.as_bytes().to_vec()),
        row.reason.clone(),
    ];
    for field in fields {
        let length = field.as_ref().map_or(u64::MAX, |field| field.len() as u64);
        mac.update(&length.to_be_bytes());
        mac.update(&field.unwrap_or_default());
    }
    mac.finalize().into_bytes().to_vec()
}

fn read(key: &DataKey, row: &Model) -> Result<AuditEntry, StoreError> {
    let bad = |column| StoreError::Row { table: TABLE, row: row.sequence.to_string(), column };
    let encounter = row.encounter.as_ref().map(|id| id.parse()).transpose().map_err(|_| bad("encounter"))?;
    let reason = row.reason.as_ref().map(|sealed| key.open(&reason_name(row.sequence), sealed)).transpose();
    let reason = reason.map_err(|source| StoreError::Sealed { table: TABLE, row: row.sequence.to_string(), source })?;
    let reason = reason.map(|plain| String::from_utf8(plain.to_vec())).transpose().map_err(|_| bad("reason"))?;
    let event = AuditEvent {
        actor: serde_json::from_str(&row.actor).map_err(|_| bad("actor"))?,
        action: of_word(&row.action).ok_or_else(|| bad("action"))?,
        encounter,
        object: row.object.clone(),
        outcome: of_word(&row.outcome).ok_or_else(|| bad("outcome"))?,
        reason: reason.map(Into::into),
    };
    let at = Timestamp::from_millisecond(row.at_ms).map_err(|_| bad("at_ms"))?;
    Ok(AuditEntry { sequence: row.sequence, at, event, hash: hex(&row.hash) })
}

fn no_head() -> StoreError {
    StoreError::Row { table: "audit_head", row: "1".to_owned(), column: "id" }
}

fn reason_name(sequence: i64) -> String {
    format!("audit/{sequence}/reason")
}

/// A variant as it is written in JSON, without the quotation marks.
fn word(value: &impl Serialize) -> String {
    let json = serde_json::to_value(value).expect("plain data");
    json.as_str().expect("a unit variant").to_owned()
}

fn of_word<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(word.into()).ok()
}
