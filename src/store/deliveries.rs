//! The outbox: which versions of notes are to be in the EHR, kept in the transaction that makes them so.

use jiff::Timestamp;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};

use super::{
    Reader, StoreError, Tx,
    entity::delivery::{self, Column, Model},
    jobs,
};
use crate::domain::{Delivery, DeliveryId, DeliveryState, EncounterId, JobKind};

const TABLE: &str = "delivery";

/// Queues version `version` of the note of `encounter`, and the job that sends it.
pub async fn enqueue(tx: &Tx, encounter: EncounterId, version: i64, doc_status: &str) -> Result<(), StoreError> {
    let (clock, entropy) = (tx.vault.clock.as_ref(), tx.vault.entropy.as_ref());
    let row = delivery::ActiveModel {
        id: Set(DeliveryId::new(clock, entropy).to_string()),
        encounter: Set(encounter.to_string()),
        version: Set(version),
        doc_status: Set(doc_status.to_owned()),
        state: Set(DeliveryState::Queued.as_str().to_owned()),
        queued_at_ms: Set(clock.now().as_millisecond()),
        ended_at_ms: Set(None),
        ehr_id: Set(None),
        fault: Set(None),
    };
    delivery::Entity::insert(row).exec_without_returning(&tx.tx).await?;
    jobs::enqueue(tx, JobKind::Deliver, encounter).await?;
    Ok(())
}

/// Queues a delivery that failed again; false if there is none, or it did not fail.
pub async fn requeue(tx: &Tx, encounter: EncounterId, id: DeliveryId) -> Result<bool, StoreError> {
    let changed = delivery::Entity::update_many()
        .col_expr(Column::State, Expr::value(DeliveryState::Queued.as_str()))
        .col_expr(Column::EndedAtMs, Expr::value(None::<i64>))
        .filter(Column::Id.eq(id.to_string()))
        .filter(Column::Encounter.eq(encounter.to_string()))
        .filter(Column::State.eq(DeliveryState::Failed.as_str()))
        .exec(&tx.tx)
        .await?;
    if changed.rows_affected == 0 {
        return Ok(false);
    }
    jobs::enqueue(tx, JobKind::Deliver, encounter).await?;
    Ok(true)
}

/// Ends what is queued up to version `version`: the last of these deliveries is `state`, and earlier ones went in it.
pub async fn end(
    tx: &Tx,
    encounter: EncounterId,
    version: i64,
    state: DeliveryState,
    ehr_id: Option<&str>,
    fault: Option<&str>,
) -> Result<(), StoreError> {
    let queued = of(encounter).filter(Column::State.eq(DeliveryState::Queued.as_str()));
    let last = queued.filter(Column::Version.lte(version)).order_by_desc(Column::Version).one(&tx.tx).await?;
    let Some(last) = last else { return Ok(()) };
    let now_ms = tx.vault.clock.now().as_millisecond();
    let ended = |state: DeliveryState| {
        delivery::Entity::update_many()
            .col_expr(Column::State, Expr::value(state.as_str()))
            .col_expr(Column::EndedAtMs, Expr::value(now_ms))
            .col_expr(Column::EhrId, Expr::value(ehr_id))
            .col_expr(Column::Fault, Expr::value(fault))
            .filter(Column::Encounter.eq(encounter.to_string()))
            .filter(Column::State.eq(DeliveryState::Queued.as_str()))
    };
    ended(state).filter(Column::Version.eq(last.version)).exec(&tx.tx).await?;
    ended(DeliveryState::Superseded).filter(Column::Version.lt(last.version)).exec(&tx.tx).await?;
    Ok(())
}

/// Whether anything of the visit waits.
pub async fn any_queued(tx: &Tx, encounter: EncounterId) -> Result<bool, StoreError> {
    let queued = of(encounter).filter(Column::State.eq(DeliveryState::Queued.as_str()));
    Ok(queued.one(&tx.tx).await?.is_some())
}

/// The deliveries of a visit, the oldest first.
pub async fn list(reader: &impl Reader, encounter: EncounterId) -> Result<Vec<Delivery>, StoreError> {
    let rows = of(encounter).order_by_asc(Column::Id).all(reader.inside().conn).await?;
    rows.iter().map(read).collect()
}

/// How many deliveries there are in each state.
pub async fn counts(reader: &impl Reader) -> Result<Vec<(DeliveryState, u64)>, StoreError> {
    let counted = delivery::Entity::find().select_only().column(Column::State);
    let counted = counted.column_as(Column::Id.count(), "count").group_by(Column::State);
    let rows: Vec<(String, i64)> = counted.into_tuple().all(reader.inside().conn).await?;
    let bad = || StoreError::Row { table: TABLE, row: "of any id".to_owned(), column: "state" };
    let counts = rows.into_iter();
    counts.map(|(state, count)| Ok((DeliveryState::parse(&state).ok_or_else(bad)?, count.unsigned_abs()))).collect()
}

/// The deliveries of all visits, or those of them that failed, the oldest first.
pub async fn list_all(reader: &impl Reader, failed: bool) -> Result<Vec<Delivery>, StoreError> {
    let mut query = delivery::Entity::find().order_by_asc(Column::Id);
    if failed {
        query = query.filter(Column::State.eq(DeliveryState::Failed.as_str()));
    }
    query.all(reader.inside().conn).await?.iter().map(read).collect()
}

/// The delivery `id`.
pub async fn get(reader: &impl Reader, id: DeliveryId) -> Result<Option<Delivery>, StoreError> {
    let row = delivery::Entity::find_by_id(id.to_string()).one(reader.inside().conn).await?;
    row.as_ref().map(read).transpose()
}

fn of(encounter: EncounterId) -> sea_orm::Select<delivery::Entity> {
    delivery::Entity::find().filter(Column::Encounter.eq(encounter.to_string()))
}

fn read(row: &Model) -> Result<Delivery, StoreError> {
    let bad = |column| StoreError::Row { table: TABLE, row: row.id.clone(), column };
    let ended_at = row.ended_at_ms.map(Timestamp::from_millisecond).transpose();
    Ok(Delivery {
        id: row.id.parse().map_err(|_| bad("id"))?,
        encounter: row.encounter.parse().map_err(|_| bad("encounter"))?,
        version: row.version,
        doc_status: row.doc_status.clone(),
        state: DeliveryState::parse(&row.state).ok_or_else(|| bad("state"))?,
        queued_at: Timestamp::from_millisecond(row.queued_at_ms).map_err(|_| bad("queued_at_ms"))?,
        ended_at: ended_at.map_err(|_| bad("ended_at_ms"))?,
        ehr_id: row.ehr_id.clone(),
        fault: row.fault.clone(),
    })
}
