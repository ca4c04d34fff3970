//! Examination rooms with a device of their own: which there are, their orders, and what they say of themselves.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::sse::{Event, KeepAlive, Sse},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio_stream::{Stream, wrappers::ReceiverStream};
use utoipa::ToSchema;

use crate::{
    auth::policy::Right,
    domain::{Alarm, AuditAction, EncounterId, EncounterState, Level, RoomAction, RoomOrder, RoomOrders, RoomStatus},
    http::{
        Problem, Service,
        caller::Caller,
        extract::{Body, Room},
        problem::{EditFaults, ReadFaults},
    },
    pipeline::{jobs::Workshop, rooms::RoomState},
    store::{StoreError, encounters},
};

/// A device takes a connection without a sign of life for dead after three of these.
const KEEP_ALIVE: Duration = Duration::from_secs(5);

/// Orders are looked up anew this often, and whether the device is still there, whether or not anybody rang.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// Alarms and other words that a device may tell, at most.
const MAX_ALARMS: usize = 16;
const MAX_DEVICE_CHARS: usize = 200;

/// How loud it is, in decibels below full scale.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LevelJson {
    /// The loudest sample.
    #[schema(maximum = 0)]
    pub peak_dbfs: f32,
    /// The mean.
    #[schema(maximum = 0)]
    pub rms_dbfs: f32,
}

/// What a room's device says of itself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomReport {
    /// Its microphone, as the system calls it.
    pub device: Option<String>,
    /// The visit that it records.
    #[schema(value_type = Option<String>, format = Uuid)]
    pub encounter: Option<EncounterId>,
    /// How loud it is.
    pub level: Option<LevelJson>,
    /// What is wrong: `device_missing`, `silent`, `clipping`, `overrun`, `disk_full`, `long_silence`, `refused`.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub alarms: Vec<Alarm>,
    /// Segments that are on its disk and not here yet.
    #[serde(default)]
    pub unsent: u32,
}

/// A room with a device of its own.
#[derive(Serialize, ToSchema)]
pub struct RoomJson {
    /// Its name.
    pub name: String,
    /// Whether its device is connected.
    pub connected: bool,
    /// When it was heard of last.
    #[schema(value_type = String, format = DateTime)]
    pub last_seen: Timestamp,
    /// Its microphone, as its system calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// The visit that it records.
    #[schema(value_type = Option<String>, format = Uuid)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encounter: Option<EncounterId>,
    /// What is wrong.
    #[schema(value_type = Vec<String>)]
    pub alarms: Vec<Alarm>,
    /// Segments that are on its disk and not here yet.
    pub unsent: u32,
}

/// All rooms.
#[derive(Serialize, ToSchema)]
pub struct RoomList {
    /// By name.
    pub rooms: Vec<RoomJson>,
}

/// The rooms whose device was connected since the service started.
#[utoipa::path(
    get, path = "/rooms", tag = "rooms",
    responses((status = 200, body = RoomList), (status = 401, body = Problem), (status = 403, body = Problem))
)]
pub async fn list(State(service): State<Service>, caller: Caller) -> Result<Json<RoomList>, Problem> {
    let workshop = &service.workshop;
    caller.require(&workshop.store, Right::ReadEncounter, AuditAction::View).await?;
    Ok(Json(RoomList { rooms: workshop.rooms.list(workshop.clock.now()).into_iter().map(RoomJson::from).collect() }))
}

/// What a room's device is to do, as server-sent events named `orders`: `{"orders":[{"encounter","action","ordered_ms_ago"}]}`,
/// all that there is to do at present, at first and after each change. The actions are `start`, `pause` and `stop`; a visit that
/// is not named is not to be recorded. Without consent there is no order to start.
#[utoipa::path(
    get, path = "/rooms/{room}/orders", tag = "rooms", params(("room" = String, Path)),
    responses((status = 200, body = String, content_type = "text/event-stream"), ReadFaults, (status = 503, body = Problem))
)]
pub async fn orders(
    State(service): State<Service>,
    caller: Caller,
    Room(room): Room,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let workshop = Arc::clone(&service.workshop);
    caller.require(&workshop.store, Right::Attend, AuditAction::Record).await?;
    let stopping = || Problem::not_ready("the service stops");
    let mut attendance = workshop.rooms.attend(&room, workshop.clock.now()).ok_or_else(stopping)?;
    let (told, events) = tokio::sync::mpsc::channel(1);
    tokio::spawn(async move {
        let mut before = None;
        // Without its orders the device would end what it records; the end of the stream only lets it ask again.
        while let Ok(orders) = present(&workshop, &room).await {
            if !caller.is_still(&service).await.unwrap_or(false) {
                return;
            }
            let known = Vec::from_iter(orders.orders.iter().map(|order| (order.encounter, order.action)));
            if before.as_ref() != Some(&known) && told.send(Ok(sent(&orders))).await.is_err() {
                return;
            }
            before = Some(known);
            let goes_on = tokio::select! {
                () = told.closed() => false,
                goes_on = attendance.changed(LOOK_AGAIN) => goes_on,
            };
            if !goes_on || !attendance.is_heard_of(workshop.clock.now()) {
                return;
            }
        }
    });
    Ok(Sse::new(ReceiverStream::new(events)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// A room's device tells how it is, about once a second while it records. Those who watch the visit see `level` and `alarm`.
#[utoipa::path(
    put, path = "/rooms/{room}", tag = "rooms", params(("room" = String, Path)), request_body = RoomReport,
    responses((status = 204), EditFaults)
)]
pub async fn report(
    State(service): State<Service>,
    caller: Caller,
    Room(room): Room,
    Body(report): Body<RoomReport>,
) -> Result<StatusCode, Problem> {
    let workshop = &service.workshop;
    caller.require(&workshop.store, Right::Attend, AuditAction::Record).await?;
    let status = checked(report)?;
    if let Some(id) = status.encounter {
        let encounter = caller.encounter(&workshop.store, id, Right::Record, AuditAction::Record).await?;
        if encounter.details.device_room.as_ref() != Some(&room) {
            return Err(Problem::conflict("this room does not record the visit"));
        }
    }
    workshop.rooms.tell(&room, status, workshop.clock.now());
    Ok(StatusCode::NO_CONTENT)
}

fn checked(report: RoomReport) -> Result<RoomStatus, Problem> {
    let RoomReport { device, encounter, level, alarms, unsent } = report;
    if alarms.len() > MAX_ALARMS || device.as_ref().is_some_and(|device| device.chars().count() > MAX_DEVICE_CHARS) {
        return Err(Problem::bad_request("a report has at most 16 alarms and a device's name of 200 characters"));
    }
    let level = level.map(|LevelJson { peak_dbfs, rms_dbfs }| Level { peak_dbfs, rms_dbfs });
    Ok(RoomStatus { device, encounter, level, alarms, unsent })
}

/// What the room is to do.
async fn present(workshop: &Workshop, room: &str) -> Result<RoomOrders, StoreError> {
    let now = workshop.clock.now();
    let mut visits = encounters::recorded_in(&workshop.store, room).await?;
    visits.retain(|visit| visit.consent.is_some());
    let orders = visits.into_iter().map(|visit| {
        let action = match visit.state {
            EncounterState::Stopping => RoomAction::Stop,
            EncounterState::Paused => RoomAction::Pause,
            _ => RoomAction::Start,
        };
        let since = visit.details.stopping_since.map_or(0, |since| now.duration_since(since).as_millis());
        RoomOrder { encounter: visit.id, action, ordered_ms_ago: u64::try_from(since).unwrap_or_default() }
    });
    Ok(RoomOrders { orders: orders.collect() })
}

fn sent(orders: &RoomOrders) -> Event {
    Event::default().event("orders").data(serde_json::to_string(orders).expect("plain data"))
}

impl From<RoomState> for RoomJson {
    fn from(room: RoomState) -> Self {
        let RoomState { name, connected, last_seen, status } = room;
        let RoomStatus { device, encounter, alarms, unsent, .. } = status;
        Self { name, connected, last_seen, device, encounter, alarms, unsent }
    }
}
