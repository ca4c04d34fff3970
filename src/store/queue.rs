//! The queue that jobs are worked off from: apalis, in the same database.
//!
//! Jobs are written as rows of ours first (`jobs`), in the transaction that they follow from, and handed to the queue after
//! it. A crash in between hands them over again at the next start; the queue knows a job by its id, so that it has each once.

use apalis::prelude::{TaskBuilder, TaskSink};
use apalis_postgres::PostgresStorage;
use apalis_sqlite::SqliteStorage;
use sea_orm::{DatabaseConnection, DbBackend, DbErr};
use serde::{Deserialize, Serialize};

use super::{Store, StoreError, jobs};
use crate::domain::{JobId, JobKind};

/// What the queue holds of a job.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ticket {
    /// Which job.
    pub job: JobId,
}

/// One kind's queue, in whichever database the store is.
pub enum Queue {
    /// In SQLite.
    Sqlite(SqliteStorage<Ticket>),
    /// In PostgreSQL.
    Postgres(Box<PostgresStorage<Ticket>>),
}

/// Heartbeats of a worker; after two that are missed its jobs are given to another.
const HEARTBEAT: std::time::Duration = std::time::Duration::from_secs(5);

impl Store {
    /// The queue of jobs of `kind`.
    pub fn queue(&self, kind: JobKind) -> Queue {
        match self.db.get_database_backend() {
            DbBackend::Postgres => {
                let config = apalis_postgres::Config::default().queue(kind.as_str()).heartbeat_interval(HEARTBEAT);
                let pool = self.db.get_postgres_connection_pool();
                Queue::Postgres(Box::new(PostgresStorage::new(pool).with_config(config.batch_size(1))))
            }
            _ => {
                let config = apalis_sqlite::Config::default().queue(kind.as_str()).heartbeat_interval(HEARTBEAT);
                let pool = self.db.get_sqlite_connection_pool();
                Queue::Sqlite(SqliteStorage::new(pool).with_config(config.batch_size(1)))
            }
        }
    }

    /// Hands the jobs that were written to the queue.
    pub async fn hand_over(&self) -> Result<(), StoreError> {
        for job in jobs::not_handed(self).await? {
            push(self.queue(job.kind), job.id).await?;
            let tx = self.begin().await?;
            jobs::set_handed(&tx, job.id).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

async fn push(queue: Queue, job: JobId) -> Result<(), StoreError> {
    let task = TaskBuilder::new(Ticket { job }).idempotency_key(job.to_string()).build();
    let pushed = match queue {
        Queue::Sqlite(mut queue) => queue.push_task(task).await.map_err(|error| error.to_string()),
        Queue::Postgres(mut queue) => queue.push_task(task).await.map_err(|error| error.to_string()),
    };
    pushed.map_err(StoreError::Queue)
}

/// Brings the queue's own tables up to date. They have a history of their own.
pub(super) async fn migrate(db: &DatabaseConnection) -> Result<(), StoreError> {
    let migrated = match db.get_database_backend() {
        // Not `setup`, which would let SQLite lose what it said was written.
        DbBackend::Postgres => PostgresStorage::migrations().run(db.get_postgres_connection_pool()).await,
        _ => SqliteStorage::migrations().run(db.get_sqlite_connection_pool()).await,
    };
    migrated.map_err(|error| StoreError::Database(DbErr::Migration(error.to_string())))
}
