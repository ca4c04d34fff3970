//! One commit for all who wait: entries of the audit that belong to no other transaction.
//!
//! A read is answered when the entry that tells of it is on the disk. With a commit for each, the disk's syncs would bound how
//! many are answered a second. One task takes whatever waits into one transaction; while that is synced, the next gather.
//! Entries stand in the order in which they came, and who was answered is on the disk. An entry whose asker went away in the
//! meantime is kept all the same.

use std::sync::Arc;

use sea_orm::DatabaseConnection;
use tokio::sync::{mpsc, oneshot};

use super::append_all;
use crate::{
    domain::AuditEvent,
    store::{StoreError, Tx, Vault},
};

/// Entries in a transaction at most: what one statement takes in either database.
const MOST: usize = 500;

/// Where entries wait to be written together.
#[derive(Clone)]
pub struct Group(mpsc::Sender<Waiting>);

struct Waiting {
    event: AuditEvent,
    answer: oneshot::Sender<Result<(), StoreError>>,
}

impl Group {
    /// Starts the task that writes. It ends with the last clone of this.
    pub fn start(db: DatabaseConnection, vault: Arc<Vault>) -> Self {
        let (sender, receiver) = mpsc::channel(MOST);
        tokio::spawn(write(db, vault, receiver));
        Self(sender)
    }

    /// Returns when `event` is on the disk.
    pub async fn append(&self, event: AuditEvent) -> Result<(), StoreError> {
        let gone = || StoreError::Audit("the service stops".to_owned());
        let (answer, answered) = oneshot::channel();
        self.0.send(Waiting { event, answer }).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

async fn write(db: DatabaseConnection, vault: Arc<Vault>, mut waiting: mpsc::Receiver<Waiting>) {
    while let Some(first) = waiting.recv().await {
        let tx = Tx::begin(&db, &vault).await;
        // Taken when the turn to write has come: whatever gathered until then is written with the first.
        let mut all = vec![first];
        while all.len() < MOST
            && let Ok(next) = waiting.try_recv()
        {
            all.push(next);
        }
        let (events, answers): (Vec<_>, Vec<_>) = all.into_iter().map(|one| (one.event, one.answer)).unzip();
        let kept = match tx {
            Ok(tx) => keep(tx, &events).await,
            Err(error) => Err(error),
        };
        let fault = kept.err().map(|error| error.to_string());
        for answer in answers {
            // Nobody may be waiting any more, which is no fault.
            let _ = answer.send(fault.clone().map_or(Ok(()), |fault| Err(StoreError::Audit(fault))));
        }
    }
}

async fn keep(tx: Tx, events: &[AuditEvent]) -> Result<(), StoreError> {
    append_all(&tx, events).await?;
    tx.commit().await
}
