//! Starting, pausing and stopping a recording.

mod device;

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    audio::SegmentError,
    auth::policy::Right,
    domain::{AuditAction, Encounter, EncounterId, EncounterState, JobKind},
    http::{
        Problem, Service,
        caller::Caller,
        extract::{Body, Of},
        problem::EditFaults,
    },
    pipeline::events::VisitEvent,
    store::{encounters, jobs},
};

/// Jobs that may wait before another recording is refused for the moment.
const MAX_BACKLOG: u64 = 64;

/// When to try again, in seconds.
const TRY_AGAIN_S: u64 = 30;

/// What is to happen with the recording.
#[derive(Deserialize, Serialize, Clone, Copy, PartialEq, Eq, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordingAction {
    /// Begin.
    Start,
    /// Stand still.
    Pause,
    /// Go on.
    Resume,
    /// End. The transcript and the draft follow once all audio is here.
    Stop,
}

/// An order to the room's device.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordingOrder {
    /// What is to happen.
    pub action: RecordingAction,
    /// In which room; that of the visit where it is left out.
    pub room: Option<String>,
    /// With `stop`: end with what is here, and give up what the room's device has not sent. For a device that is lost.
    #[serde(default)]
    pub without_device: bool,
}

/// Where the recording stands.
#[derive(Serialize, ToSchema)]
pub struct RecordingState {
    /// The state of the visit.
    #[schema(value_type = String)]
    pub state: EncounterState,
    /// How many segments are here.
    pub segments: u32,
    /// The room whose own device records; without one it is for the caller to send audio.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_room: Option<String>,
}

/// Start, pause, go on with or stop the recording. Where the room has a device of its own that is connected, it is the device that
/// records, and sends what it has: after `stop` the visit is `stopping` until all of it is here.
#[utoipa::path(
    post, path = "/encounters/{id}/recording", tag = "recording", params(("id" = String, Path, format = Uuid)),
    request_body = RecordingOrder,
    responses((status = 200, body = RecordingState), EditFaults)
)]
pub async fn order(
    State(service): State<Service>,
    caller: Caller,
    Of(id, ()): Of,
    Body(order): Body<RecordingOrder>,
) -> Result<Json<RecordingState>, Problem> {
    let workshop = &service.workshop;
    let encounter = caller.encounter(&workshop.store, id, Right::Record, AuditAction::Record).await?;
    if encounter.consent.is_none() {
        return Err(Problem::no_consent());
    }
    let (state, device_room) = match order.action {
        RecordingAction::Stop => {
            (stop(&service, &caller, &encounter, order.without_device).await?, encounter.details.device_room)
        }
        action => turn(&service, &caller, id, action, order.room).await?,
    };
    Ok(Json(RecordingState { state, segments: workshop.segments.list(id)?.len() as u32, device_room }))
}

/// Begins, pauses or goes on.
async fn turn(
    service: &Service,
    caller: &Caller,
    id: EncounterId,
    action: RecordingAction,
    room: Option<String>,
) -> Result<(EncounterState, Option<String>), Problem> {
    let workshop = &service.workshop;
    let tx = workshop.store.begin().await?;
    let mut encounter = encounters::get(&tx, id).await?.ok_or_else(|| Problem::not_found("encounter"))?;
    encounter.state = next(encounter.state, action)?;
    encounter.details.room = room.or(encounter.details.room);
    if encounter.state == EncounterState::Recording {
        device::take(workshop, &tx, &mut encounter).await?;
    }
    if action == RecordingAction::Start {
        encounter.details.started_at.get_or_insert_with(|| workshop.clock.now());
    }
    encounters::update(&tx, &mut encounter).await?;
    let word = serde_json::to_value(action).expect("a word");
    caller.note(&tx, id, AuditAction::Record, word.as_str().unwrap_or_default()).await?;
    tx.commit().await?;
    workshop.events.tell(id, VisitEvent::State { state: encounter.state });
    device::tell(workshop, &encounter);
    Ok((encounter.state, encounter.details.device_room))
}

/// The first audio begins the recording, where nobody did.
pub(super) async fn begin(service: &Service, caller: &Caller, id: EncounterId) -> Result<(), Problem> {
    turn(service, caller, id, RecordingAction::Start, None).await.map(|_| ())
}

/// Ends the recording with what is here. A device that still sends what it recorded says by itself when it is done
/// (`audio/complete`).
async fn stop(
    service: &Service,
    caller: &Caller,
    encounter: &Encounter,
    without_device: bool,
) -> Result<EncounterState, Problem> {
    if encounter.state == EncounterState::Planned {
        return Err(Problem::conflict(NOT_BEGUN));
    }
    may_take_audio(encounter)?;
    let of_device = encounter.details.device_room.is_some();
    if of_device && !without_device {
        return device::stop(service, caller, encounter.id).await;
    }
    let Some(last) = service.workshop.segments.list(encounter.id)?.last().copied() else {
        if of_device {
            return device::give_up(service, caller, encounter.id).await;
        }
        return Err(Problem::conflict("nothing was recorded: there is no audio to make a note of"));
    };
    finish(service, caller, encounter.id, last + 1).await
}

/// Whether audio of the visit is taken. Also while it stands still: what was recorded before may still be on its way.
pub(super) fn may_take_audio(encounter: &Encounter) -> Result<(), Problem> {
    if encounter.consent.is_none() {
        return Err(Problem::no_consent());
    }
    if encounter.state.takes_audio() { Ok(()) } else { Err(Problem::conflict(OVER)) }
}

/// The recording consists of the segments 0 to `segments` - 1: its transcript is queued, for the first time or, where the work
/// on the visit failed, again.
pub(super) async fn finish(
    service: &Service,
    caller: &Caller,
    id: EncounterId,
    segments: u32,
) -> Result<EncounterState, Problem> {
    let workshop = &service.workshop;
    let missing = workshop.segments.missing(id, segments)?;
    if !missing.is_empty() {
        return Err(SegmentError::Missing { missing }.into());
    }
    let tx = workshop.store.begin().await?;
    if jobs::backlog(&tx, JobKind::Transcribe).await? >= MAX_BACKLOG {
        let detail = "too many recordings wait for their transcript: complete this one later";
        return Err(Problem::too_many(detail, TRY_AGAIN_S));
    }
    let mut encounter = encounters::get(&tx, id).await?.ok_or_else(|| Problem::not_found("encounter"))?;
    if encounter.state != EncounterState::Failed {
        may_take_audio(&encounter)?;
    }
    encounter.state = EncounterState::Transcribing;
    encounter.details.segments = Some(segments);
    encounters::update(&tx, &mut encounter).await?;
    jobs::enqueue(&tx, JobKind::Transcribe, id).await?;
    caller.note(&tx, id, AuditAction::Record, &format!("stop after {segments} segments")).await?;
    tx.commit().await?;
    workshop.ring();
    workshop.events.tell(id, VisitEvent::State { state: encounter.state });
    device::tell(workshop, &encounter);
    Ok(encounter.state)
}

const NOT_BEGUN: &str = "the recording has not begun: send {\"action\":\"start\"}";
const OVER: &str = "the recording is over";

/// What an order that does not end the recording makes of its state.
fn next(state: EncounterState, action: RecordingAction) -> Result<EncounterState, Problem> {
    use EncounterState::{Paused, Planned, Recording};
    match (state, action) {
        (Planned | Recording, RecordingAction::Start) => Ok(Recording),
        (Recording | Paused, RecordingAction::Pause) => Ok(Paused),
        (Paused | Recording, RecordingAction::Resume) => Ok(Recording),
        (Planned, _) => Err(Problem::conflict(NOT_BEGUN)),
        (Paused, _) => Err(Problem::conflict("the recording stands still: send {\"action\":\"resume\"}")),
        _ => Err(Problem::conflict(OVER)),
    }
}
