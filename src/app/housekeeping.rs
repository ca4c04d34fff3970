//! What the service does by itself while nobody asks: retention, once an hour.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use crate::{
    domain::Actor,
    keeping::retention::{self, Due, Erasable},
    pipeline::{events::VisitEvent, jobs::Workshop},
};

/// How often it is looked what is due; rules count in days.
const TURN: Duration = Duration::from_secs(60 * 60);

/// Keeps house until `stop`.
pub(super) async fn keep_house(workshop: Arc<Workshop>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        erase_what_is_due(&workshop).await;
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(TURN) => {}
        }
    }
}

async fn erase_what_is_due(workshop: &Workshop) {
    let (rules, now) = (&workshop.config.retention, workshop.clock.now());
    let tell = |due: &Due| {
        tracing::info!(encounter = %due.encounter, what = due.what.as_str(), rule = due.rule, "erased");
        if due.what == Erasable::Visit {
            workshop.cancel(due.encounter);
            workshop.events.tell(due.encounter, VisitEvent::Erased);
        }
    };
    let erased = retention::run(&workshop.store, &workshop.segments, rules, now, &Actor::Service, tell).await;
    if let Err(error) = erased {
        tracing::error!(%error, "what is due is not erased; trying again in an hour");
    }
}
