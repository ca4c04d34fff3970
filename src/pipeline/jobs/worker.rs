//! The workers: one for each kind of job, so that a long queue of notes holds up no transcript.

use std::{sync::Arc, time::Duration};

use apalis::{
    layers::retry::{
        HasherRng, RetryPolicy,
        backoff::{ExponentialBackoffMaker, MakeBackoff},
    },
    prelude::{Data, WorkerBuilder, WorkerBuilderExt},
};
use tokio_util::sync::CancellationToken;

use super::{JobError, MAX_ATTEMPTS, Workshop};
use crate::{
    domain::{JobKind, new_uuid},
    store::{
        StoreError,
        queue::{Queue, Ticket},
    },
};

/// How often jobs are looked for that another process wrote, or that a crash left behind.
const LOOK: Duration = Duration::from_secs(2);

/// The first pause before another attempt, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(60));

impl Workshop {
    /// Works off jobs until `stop`; what runs then is finished first.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) -> Result<(), StoreError> {
        let workers = JobKind::ALL.map(|kind| tokio::spawn(Arc::clone(&self).work(kind, stop.clone())));
        let listening = tokio::spawn(Arc::clone(&self).listen(stop.clone()));
        let handing = self.hand_over(&stop).await;
        listening.await.map_err(|_| StoreError::Queue("listening panicked".to_owned()))?;
        for worker in workers {
            worker.await.unwrap_or(Err(StoreError::Queue("a worker panicked".to_owned())))?;
        }
        handing
    }

    async fn hand_over(&self, stop: &CancellationToken) -> Result<(), StoreError> {
        while !stop.is_cancelled() {
            if let Err(error) = self.store.hand_over().await {
                tracing::error!(%error, "jobs cannot be handed to the queue; trying again");
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.bell.notified() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
        Ok(())
    }

    async fn work(self: Arc<Self>, kind: JobKind, stop: CancellationToken) -> Result<(), StoreError> {
        // A name of its own for each start: the jobs of a worker that was killed are given to another after two missed
        // heartbeats, but never to one of the same name.
        let name = format!("{}-{}", kind.as_str(), new_uuid(self.clock.as_ref(), self.entropy.as_ref()));
        let queue = self.store.queue(kind);
        /// The same worker on either database, which are different types.
        macro_rules! run {
            ($backend:expr) => {{
                let (first, longest) = PAUSES;
                let backoff = ExponentialBackoffMaker::new(first, longest, 0.5, HasherRng::default());
                let backoff = backoff.expect("the pauses are in order").make_backoff();
                let worker = WorkerBuilder::new(name)
                    .backend($backend)
                    .data(Arc::clone(&self))
                    // Recognition and writing take every core that they are given, and two of a kind would both be late.
                    // Outside of the attempts: inside, the worker would hold the one permit for its next job while this
                    // one's next attempt waits for it.
                    .concurrency(1)
                    .retry(RetryPolicy::retries(MAX_ATTEMPTS as usize).with_backoff(backoff))
                    .build(perform);
                let stopped = async move {
                    stop.cancelled().await;
                    Ok::<(), std::io::Error>(())
                };
                worker.run_until(stopped).await.map_err(|error| StoreError::Queue(error.to_string()))
            }};
        }
        match queue {
            Queue::Sqlite(backend) => run!(backend),
            Queue::Postgres(backend) => run!(*backend),
        }
    }
}

async fn perform(ticket: Ticket, workshop: Data<Arc<Workshop>>) -> Result<(), JobError> {
    workshop.attempt(ticket.job).await
}
