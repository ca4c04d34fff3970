//! A visit as it happens.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
};
use tokio_stream::{Stream, StreamExt, wrappers::BroadcastStream};

use crate::{
    auth::policy::Right,
    domain::AuditAction,
    http::{Problem, Service, caller::Caller, extract::Of, problem::ReadFaults},
    pipeline::events::VisitEvent,
};

/// A proxy that hears nothing for a minute closes what it takes for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// What happens on the visit, as server-sent events: `state`, `utterances`, `progress`, `transcript`, `note`, `failed`, `erased`, and of
/// a room's device `level` and `alarm`. `behind` says that some were missed: read the visit anew.
#[utoipa::path(
    get, path = "/encounters/{id}/events", tag = "events", params(("id" = String, Path, format = Uuid)),
    responses((status = 200, body = String, content_type = "text/event-stream"), ReadFaults)
)]
pub async fn events(
    State(service): State<Service>,
    caller: Caller,
    Of(id, ()): Of,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let workshop = &service.workshop;
    // Watched before the visit is looked up: what happens in between is not missed.
    let events = BroadcastStream::new(workshop.events.watch(id));
    let encounter = caller.encounter(&workshop.store, id, Right::ReadContent, AuditAction::View).await?;
    caller.note_alone(&workshop.store, id, AuditAction::View, "events").await?;
    let present = VisitEvent::State { state: encounter.state };
    let said = VisitEvent::Utterances { from: 0, heard_ms: 0, utterances: workshop.live.said(id) };
    let alarms = workshop.rooms.alarms(id).into_iter().map(|alarm| VisitEvent::Alarm { alarm, on: true });
    let at_first = Vec::from_iter([present, said].into_iter().chain(alarms).map(|event| sent(&event)));
    let first = tokio_stream::iter(at_first);
    let following =
        events.map(|event| event.map_or_else(|_| Event::default().event("behind").data("{}"), |event| sent(&event)));
    let stream = first.chain(following).map(Ok);
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

fn sent(event: &VisitEvent) -> Event {
    let data = serde_json::to_string(event).expect("plain data");
    Event::default().event(event.name()).data(data)
}
