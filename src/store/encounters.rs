//! Encounters: what is known of a visit, sealed with the key of the visit.

use jiff::Timestamp;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockType},
};

use super::{
    Reader, StoreError, Tx,
    entity::encounter::{self, Column, Model},
    keys,
};
use crate::{
    domain::{AccountId, Consent, Encounter, EncounterDetails, EncounterId, EncounterState},
    sealing::DataKey,
};

const TABLE: &str = "encounter";

/// What a list of encounters is narrowed to.
#[derive(Debug, Clone, Copy, Default)]
pub struct EncounterFilter {
    /// Those of one clinician.
    pub clinician: Option<AccountId>,
    /// Those that have come so far.
    pub state: Option<EncounterState>,
}

/// Enters a new encounter with a key of its own.
pub async fn create(tx: &Tx, clinician: AccountId, details: EncounterDetails) -> Result<Encounter, StoreError> {
    let (clock, entropy) = (tx.vault.clock.as_ref(), tx.vault.entropy.as_ref());
    let id = EncounterId::new(clock, entropy);
    // Milliseconds are all that the table keeps, and what was made is what will be read.
    let created_at = Timestamp::from_millisecond(clock.now().as_millisecond()).expect("the clock is within range");
    let state = EncounterState::Planned;
    let encounter =
        Encounter { id, created_at, clinician, state, details, consent: None, legal_hold: false, revision: 1 };
    let key = keys::create(tx, id).await?;
    let row = encounter::ActiveModel {
        id: Set(id.to_string()),
        created_at_ms: Set(created_at.as_millisecond()),
        clinician: Set(clinician.to_string()),
        state: Set(state.as_str().to_owned()),
        legal_hold: Set(false),
        revision: Set(1),
        details: Set(seal(tx, &key, "details", id, &encounter.details)),
        consent: Set(None),
    };
    encounter::Entity::insert(row).exec_without_returning(&tx.tx).await?;
    Ok(encounter)
}

/// The encounter `id`; `None` if there is none. Inside a transaction nobody else changes it until that has ended: SQLite has one
/// writer anyway, and PostgreSQL locks the row. (Rows that belong to it can still be added, so that nobody waits crosswise.)
pub async fn get(reader: &impl Reader, id: EncounterId) -> Result<Option<Encounter>, StoreError> {
    let inside = reader.inside();
    let mut query = encounter::Entity::find_by_id(id.to_string());
    if inside.writes {
        query = query.lock(LockType::NoKeyUpdate);
    }
    let row = query.one(inside.conn).await?;
    let Some(row) = row else { return Ok(None) };
    // Without its key it is erased, be it since the row was read.
    let Some(key) = keys::load(reader, id).await? else { return Ok(None) };
    open(&key, row).map(Some)
}

/// At most `limit` encounters from the newest to the oldest, of those older than `before`.
pub async fn list(
    reader: &impl Reader,
    filter: EncounterFilter,
    before: Option<EncounterId>,
    limit: u64,
) -> Result<Vec<Encounter>, StoreError> {
    let mut query = encounter::Entity::find();
    if let Some(clinician) = filter.clinician {
        query = query.filter(Column::Clinician.eq(clinician.to_string()));
    }
    if let Some(state) = filter.state {
        query = query.filter(Column::State.eq(state.as_str()));
    }
    let mut cursor = query.cursor_by(Column::Id);
    if let Some(before) = before {
        cursor.after(before.to_string());
    }
    opened(reader, cursor.desc().first(limit).all(reader.inside().conn).await?).await
}

/// What `rows` hold; without its key an encounter is erased, be it since the row was read.
async fn opened(reader: &impl Reader, rows: Vec<Model>) -> Result<Vec<Encounter>, StoreError> {
    let keys = keys::load_all(reader, rows.iter().map(|row| row.id.clone())).await?;
    rows.into_iter().filter_map(|row| Some(open(keys.get(&row.id)?, row))).collect()
}

/// The encounters that the device of `room` records, or of which it has not sent all yet, from the newest to the oldest.
pub async fn recorded_in(reader: &impl Reader, room: &str) -> Result<Vec<Encounter>, StoreError> {
    let states = [EncounterState::Recording, EncounterState::Paused, EncounterState::Stopping];
    let states = states.map(EncounterState::as_str);
    let query = encounter::Entity::find().filter(Column::State.is_in(states)).order_by_desc(Column::Id);
    let mut recorded = opened(reader, query.all(reader.inside().conn).await?).await?;
    recorded.retain(|encounter| encounter.details.device_room.as_deref() == Some(room));
    Ok(recorded)
}

/// Keeps `encounter` as it is now, and counts its revision up. Errs with [`StoreError::Changed`] if the store has another
/// revision than the one that `encounter` was read with.
pub async fn update(tx: &Tx, encounter: &mut Encounter) -> Result<(), StoreError> {
    let id = encounter.id;
    let key = keys::load(tx, id).await?.ok_or(StoreError::Changed)?;
    let consent = encounter.consent.as_ref().map(|consent| seal(tx, &key, "consent", id, consent));
    let changed = encounter::Entity::update_many()
        .col_expr(Column::State, Expr::value(encounter.state.as_str()))
        .col_expr(Column::LegalHold, Expr::value(encounter.legal_hold))
        .col_expr(Column::Revision, Expr::value(encounter.revision + 1))
        .col_expr(Column::Details, Expr::value(seal(tx, &key, "details", id, &encounter.details)))
        .col_expr(Column::Consent, Expr::value(consent))
        .filter(Column::Id.eq(id.to_string()))
        .filter(Column::Revision.eq(encounter.revision))
        .exec(&tx.tx)
        .await?;
    if changed.rows_affected == 0 {
        return Err(StoreError::Changed);
    }
    encounter.revision += 1;
    Ok(())
}

/// Erases the encounter: its keys first of all, so that no copy of its audio or documents can be read, and its rows. Errs with
/// [`StoreError::Changed`] if there is none, or it was put under legal hold in the meantime.
pub async fn erase(tx: &Tx, id: EncounterId) -> Result<(), StoreError> {
    keys::erase(tx, id).await?;
    let gone = encounter::Entity::delete_by_id(id.to_string()).filter(Column::LegalHold.eq(false));
    if gone.exec(&tx.tx).await?.rows_affected == 0 {
        return Err(StoreError::Changed);
    }
    Ok(())
}

/// Erases the encounter where it was erased before, and came back with a backup: whatever is known of it by now.
pub async fn erase_again(tx: &Tx, id: EncounterId) -> Result<(), StoreError> {
    keys::erase(tx, id).await?;
    encounter::Entity::delete_by_id(id.to_string()).exec(&tx.tx).await?;
    Ok(())
}

/// Erases the key of its audio where that was erased before.
pub async fn erase_audio_again(tx: &Tx, id: EncounterId) -> Result<(), StoreError> {
    keys::erase_audio(tx, id).await
}

/// The ids of all encounters.
pub async fn ids(reader: &impl Reader) -> Result<Vec<EncounterId>, StoreError> {
    ids_of(encounter::Entity::find(), reader.inside().conn).await
}

/// The ids of those that `found` finds, the oldest first.
pub(super) async fn ids_of(
    found: sea_orm::Select<encounter::Entity>,
    conn: &impl ConnectionTrait,
) -> Result<Vec<EncounterId>, StoreError> {
    let ids: Vec<String> =
        found.select_only().column(Column::Id).order_by_asc(Column::Id).into_tuple().all(conn).await?;
    let read = |id: String| id.parse().map_err(|_| StoreError::Row { table: TABLE, row: id, column: "id" });
    ids.into_iter().map(read).collect()
}

/// Erases the key of its audio, and counts its revision up. Errs with [`StoreError::Changed`] as [`update`] does.
pub async fn erase_audio(tx: &Tx, encounter: &mut Encounter) -> Result<(), StoreError> {
    update(tx, encounter).await?;
    keys::erase_audio(tx, encounter.id).await
}

fn open(key: &DataKey, row: Model) -> Result<Encounter, StoreError> {
    let bad = |column| StoreError::Row { table: TABLE, row: row.id.clone(), column };
    let id: EncounterId = row.id.parse().map_err(|_| bad("id"))?;
    let opened = |column: &'static str, sealed: &[u8]| {
        let plain = key.open(&name(column, id), sealed);
        plain.map_err(|source| StoreError::Sealed { table: TABLE, row: row.id.clone(), source })
    };
    let details = opened("details", &row.details)?;
    let consent = row.consent.as_deref().map(|sealed| opened("consent", sealed)).transpose()?;
    let consent = consent.map(|plain| serde_json::from_slice::<Consent>(&plain)).transpose();
    Ok(Encounter {
        id,
        created_at: Timestamp::from_millisecond(row.created_at_ms).map_err(|_| bad("created_at_ms"))?,
        clinician: row.clinician.parse().map_err(|_| bad("clinician"))?,
        state: EncounterState::parse(&row.state).ok_or_else(|| bad("state"))?,
        details: serde_json::from_slice(&details).map_err(|_| bad("details"))?,
        consent: consent.map_err(|_| bad("consent"))?,
        legal_hold: row.legal_hold,
        revision: row.revision,
    })
}

fn seal(tx: &Tx, key: &DataKey, column: &str, id: EncounterId, value: &impl serde::Serialize) -> Vec<u8> {
    let plain = zeroize::Zeroizing::new(serde_json::to_vec(value).expect("plain data"));
    key.seal(&name(column, id), &plain, tx.vault.entropy.as_ref())
}

fn name(column: &str, id: EncounterId) -> String {
    format!("encounter/{id}/{column}")
}
