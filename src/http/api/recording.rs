//! Starting, pausing and stopping a recording.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    audio::SegmentError,
    auth::policy::Right,
    domain::{AuditAction, EncounterState, JobKind},
    http::{
        Problem, Service,
        caller::Caller,
        extract::{Body, Of},
    },
    pipeline::events::VisitEvent,
    store::{encounters, jobs},
};

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
}

/// Where the recording stands.
#[derive(Serialize, ToSchema)]
pub struct RecordingState {
    /// The state of the visit.
    #[schema(value_type = String)]
    pub state: EncounterState,
    /// How many segments are here.
    pub segments: u32,
}

/// Start, pause, go on with or stop the recording.
#[utoipa::path(
    post, path = "/encounters/{id}/recording", tag = "recording", params(("id" = String, Path, format = Uuid)),
    request_body = RecordingOrder,
    responses(
        (status = 200, body = RecordingState), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem),
    )
)]
pub async fn order(
    State(service): State<Service>,
    caller: Caller,
    Of(id, ()): Of,
    Body(order): Body<RecordingOrder>,
) -> Result<Json<RecordingState>, Problem> {
    let workshop = &service.workshop;
    caller.encounter(&workshop.store, id, Right::Record, AuditAction::Record).await?;
    let there = workshop.segments.list(id)?;
    let count = there.last().map_or(0, |last| last + 1);
    let tx = workshop.store.begin().await?;
    let mut encounter = encounters::get(&tx, id).await?.ok_or_else(|| Problem::not_found("encounter"))?;
    if encounter.consent.is_none() {
        return Err(Problem::no_consent());
    }
    encounter.state = next(encounter.state, order.action)?;
    if let Some(room) = order.room {
        encounter.details.room = Some(room);
    }
    if order.action == RecordingAction::Start && encounter.details.started_at.is_none() {
        encounter.details.started_at = Some(workshop.clock.now());
    }
    if encounter.state == EncounterState::Transcribing {
        if count == 0 {
            return Err(Problem::conflict("nothing was recorded: there is no audio to make a note of"));
        }
        // A device that still sends what it recorded says by itself when it is done (`audio/complete`).
        let missing = workshop.segments.missing(id, count)?;
        if !missing.is_empty() {
            return Err(SegmentError::Missing { missing }.into());
        }
        encounter.details.segments = Some(count);
        jobs::enqueue(&tx, JobKind::Transcribe, id).await?;
    }
    encounters::update(&tx, &mut encounter).await?;
    let what = serde_json::to_value(order.action).expect("a word");
    caller.note(&tx, id, AuditAction::Record, what.as_str().unwrap_or_default()).await?;
    tx.commit().await?;
    workshop.ring();
    workshop.events.tell(id, VisitEvent::State { state: encounter.state });
    Ok(Json(RecordingState { state: encounter.state, segments: there.len() as u32 }))
}

fn next(state: EncounterState, action: RecordingAction) -> Result<EncounterState, Problem> {
    use EncounterState::{Paused, Planned, Recording, Transcribing};
    match (state, action) {
        (Planned | Recording, RecordingAction::Start) => Ok(Recording),
        (Recording | Paused, RecordingAction::Pause) => Ok(Paused),
        (Paused | Recording, RecordingAction::Resume) => Ok(Recording),
        (Recording | Paused, RecordingAction::Stop) => Ok(Transcribing),
        (Planned, _) => Err(Problem::conflict("the recording has not begun: send {\"action\":\"start\"}")),
        (Paused, RecordingAction::Start) => {
            Err(Problem::conflict("the recording stands still: send {\"action\":\"resume\"}"))
        }
        _ => Err(Problem::conflict("the recording is over")),
    }
}
