//! Jobs: what is to be done, kept in the transaction that it follows from, and handed to the queue after it.

use std::time::Duration;

use jiff::Timestamp;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};

use super::{
    Reader, StoreError, Tx,
    entity::job::{self, Column, Model},
};
use crate::domain::{EncounterId, Job, JobId, JobKind, JobState};

const TABLE: &str = "job";

/// Queues a job, unless one of the same kind waits for the visit already: then it is that one. One that runs has read what it
/// works on, which may have changed since.
pub async fn enqueue(tx: &Tx, kind: JobKind, encounter: EncounterId) -> Result<JobId, StoreError> {
    let waiting = of(encounter).filter(Column::Kind.eq(kind.as_str()));
    let waiting = waiting.filter(Column::State.eq(JobState::Queued.as_str()));
    if let Some(row) = waiting.one(&tx.tx).await? {
        return row.id.parse().map_err(|_| bad(&row, "id"));
    }
    let (clock, entropy) = (tx.vault.clock.as_ref(), tx.vault.entropy.as_ref());
    let id = JobId::new(clock, entropy);
    let row = job::ActiveModel {
        id: Set(id.to_string()),
        encounter: Set(encounter.to_string()),
        kind: Set(kind.as_str().to_owned()),
        state: Set(JobState::Queued.as_str().to_owned()),
        attempts: Set(0),
        queued_at_ms: Set(clock.now().as_millisecond()),
        fault: Set(None),
        handed: Set(false),
    };
    job::Entity::insert(row).exec_without_returning(&tx.tx).await?;
    Ok(id)
}

/// Jobs that were written and that the queue does not have yet, the oldest first.
pub async fn not_handed(reader: &impl Reader) -> Result<Vec<Job>, StoreError> {
    let rows = job::Entity::find().filter(Column::Handed.eq(false)).order_by_asc(Column::Id);
    rows.all(reader.inside().conn).await?.iter().map(read).collect()
}

/// Notes that the queue has the job.
pub async fn set_handed(tx: &Tx, id: JobId) -> Result<(), StoreError> {
    let changed = job::Entity::update_many().col_expr(Column::Handed, Expr::value(true));
    changed.filter(Column::Id.eq(id.to_string())).exec(&tx.tx).await?;
    Ok(())
}

/// Begins an attempt at the job; `None` if it is over, or its visit was erased.
pub async fn begin(tx: &Tx, id: JobId) -> Result<Option<Job>, StoreError> {
    let Some(row) = job::Entity::find_by_id(id.to_string()).one(&tx.tx).await? else { return Ok(None) };
    let mut job = read(&row)?;
    if job.state.is_over() {
        return Ok(None);
    }
    (job.state, job.attempts) = (JobState::Running, job.attempts + 1);
    let changed = job::Entity::update_many()
        .col_expr(Column::State, Expr::value(job.state.as_str()))
        .col_expr(Column::Attempts, Expr::value(row.attempts + 1));
    changed.filter(Column::Id.eq(id.to_string())).exec(&tx.tx).await?;
    Ok(Some(job))
}

/// Ends an attempt: the job is `state` now, for the reason `fault`. A job that was cancelled in the meantime stays so, and
/// this is false.
pub async fn end(tx: &Tx, id: JobId, state: JobState, fault: Option<&str>) -> Result<bool, StoreError> {
    let changed = job::Entity::update_many()
        .col_expr(Column::State, Expr::value(state.as_str()))
        .col_expr(Column::Fault, Expr::value(fault));
    let changed = changed.filter(Column::Id.eq(id.to_string())).filter(is_open()).exec(&tx.tx).await?;
    Ok(changed.rows_affected > 0)
}

/// Cancels what waits or runs for the visit.
pub async fn cancel(tx: &Tx, encounter: EncounterId) -> Result<(), StoreError> {
    let changed = job::Entity::update_many().col_expr(Column::State, Expr::value(JobState::Cancelled.as_str()));
    changed.filter(Column::Encounter.eq(encounter.to_string())).filter(is_open()).exec(&tx.tx).await?;
    Ok(())
}

/// The jobs of a visit, the oldest first.
pub async fn of_encounter(reader: &impl Reader, encounter: EncounterId) -> Result<Vec<Job>, StoreError> {
    let rows = of(encounter).order_by_asc(Column::Id).all(reader.inside().conn).await?;
    rows.iter().map(read).collect()
}

/// How many jobs of this kind wait or run.
pub async fn backlog(reader: &impl Reader, kind: JobKind) -> Result<u64, StoreError> {
    let open = job::Entity::find().filter(Column::Kind.eq(kind.as_str())).filter(is_open());
    Ok(open.count(reader.inside().conn).await?)
}

/// How many jobs there are of each kind in each state.
pub async fn counts(reader: &impl Reader) -> Result<Vec<(JobKind, JobState, u64)>, StoreError> {
    let counted = job::Entity::find().select_only().columns([Column::Kind, Column::State]);
    let counted = counted.column_as(Column::Id.count(), "count").group_by(Column::Kind).group_by(Column::State);
    let rows: Vec<(String, String, i64)> = counted.into_tuple().all(reader.inside().conn).await?;
    let bad = |column| StoreError::Row { table: TABLE, row: "of any id".to_owned(), column };
    let counts = rows.into_iter().map(|(kind, state, count)| {
        let kind = JobKind::parse(&kind).ok_or_else(|| bad("kind"))?;
        let state = JobState::parse(&state).ok_or_else(|| bad("state"))?;
        Ok((kind, state, count.unsigned_abs()))
    });
    counts.collect()
}

/// How long the job of each kind that waits the longest has waited.
pub async fn oldest_queued(reader: &impl Reader) -> Result<Vec<(JobKind, Duration)>, StoreError> {
    let inside = reader.inside();
    let now_ms = inside.vault.clock.now().as_millisecond();
    let mut ages = Vec::new();
    for kind in JobKind::ALL {
        let queued = job::Entity::find().filter(Column::Kind.eq(kind.as_str()));
        let queued = queued.filter(Column::State.eq(JobState::Queued.as_str())).order_by_asc(Column::Id);
        if let Some(row) = queued.one(inside.conn).await? {
            ages.push((kind, Duration::from_millis(u64::try_from(now_ms - row.queued_at_ms).unwrap_or(0))));
        }
    }
    Ok(ages)
}

fn of(encounter: EncounterId) -> sea_orm::Select<job::Entity> {
    job::Entity::find().filter(Column::Encounter.eq(encounter.to_string()))
}

fn is_open() -> sea_orm::sea_query::SimpleExpr {
    Column::State.is_in([JobState::Queued.as_str(), JobState::Running.as_str()])
}

fn read(row: &Model) -> Result<Job, StoreError> {
    Ok(Job {
        id: row.id.parse().map_err(|_| bad(row, "id"))?,
        kind: JobKind::parse(&row.kind).ok_or_else(|| bad(row, "kind"))?,
        encounter: row.encounter.parse().map_err(|_| bad(row, "encounter"))?,
        state: JobState::parse(&row.state).ok_or_else(|| bad(row, "state"))?,
        attempts: u32::try_from(row.attempts).map_err(|_| bad(row, "attempts"))?,
        queued_at: Timestamp::from_millisecond(row.queued_at_ms).map_err(|_| bad(row, "queued_at_ms"))?,
        fault: row.fault.clone(),
    })
}

fn bad(row: &Model, column: &'static str) -> StoreError {
    StoreError::Row { table: TABLE, row: row.id.clone(), column }
}
