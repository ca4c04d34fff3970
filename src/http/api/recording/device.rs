//! Recordings that the room's own device makes: what the service keeps of its orders. The device reads them in
//! `GET /rooms/{room}/orders`.

use super::NOT_BEGUN;
use crate::{
    domain::{AuditAction, Encounter, EncounterId, EncounterState},
    http::{Problem, Service, caller::Caller},
    pipeline::{events::VisitEvent, jobs::Workshop},
    store::{Tx, encounters},
};

/// Gives the recording to the device of the visit's room, where it has one and nobody else has sent audio. A device has one
/// microphone: while it records another visit, this one has to wait.
pub(super) async fn take(workshop: &Workshop, tx: &Tx, encounter: &mut Encounter) -> Result<(), Problem> {
    let details = &mut encounter.details;
    if details.device_room.is_none() && workshop.segments.list(encounter.id)?.is_empty() {
        let room = details.room.as_ref();
        details.device_room = room.filter(|room| workshop.rooms.has_device(room, workshop.clock.now())).cloned();
    }
    let Some(room) = &details.device_room else { return Ok(()) };
    let recorded = encounters::recorded_in(tx, room).await?;
    let is_other = |other: &Encounter| other.id != encounter.id && other.state == EncounterState::Recording;
    if recorded.iter().any(is_other) {
        return Err(Problem::conflict("the device of this room records another visit: stop or pause that first"));
    }
    Ok(())
}

/// Lets the device know that there is something else to do.
pub(super) fn tell(workshop: &Workshop, encounter: &Encounter) {
    if let Some(room) = &encounter.details.device_room {
        workshop.rooms.ring(room);
    }
}

/// The device is to stop, and to send what is left: it ends the recording itself, when all of it is here. One that cannot be
/// reached has its part of the recording on its own disk, and is waited for.
pub(super) async fn stop(service: &Service, caller: &Caller, id: EncounterId) -> Result<EncounterState, Problem> {
    let change = |encounter: &mut Encounter, now| {
        encounter.state = EncounterState::Stopping;
        encounter.details.stopping_since.get_or_insert(now);
    };
    end(service, caller, id, "stop", change).await
}

/// The device has nothing of the visit, and nothing is here: it was not recorded, and can be again.
pub(super) async fn give_up(service: &Service, caller: &Caller, id: EncounterId) -> Result<EncounterState, Problem> {
    let change = |encounter: &mut Encounter, _| {
        encounter.state = EncounterState::Planned;
        (encounter.details.device_room, encounter.details.stopping_since) = (None, None);
    };
    end(service, caller, id, "nothing was recorded", change).await
}

async fn end(
    service: &Service,
    caller: &Caller,
    id: EncounterId,
    word: &str,
    change: impl FnOnce(&mut Encounter, jiff::Timestamp),
) -> Result<EncounterState, Problem> {
    let workshop = &service.workshop;
    let tx = workshop.store.begin().await?;
    let before = encounters::get(&tx, id).await?.ok_or_else(|| Problem::not_found("encounter"))?;
    super::may_take_audio(&before)?;
    if before.state == EncounterState::Planned {
        return Err(Problem::conflict(NOT_BEGUN));
    }
    let mut encounter = before.clone();
    change(&mut encounter, workshop.clock.now());
    if encounter.state == before.state {
        return Ok(encounter.state);
    }
    encounters::update(&tx, &mut encounter).await?;
    caller.note(&tx, id, AuditAction::Record, word).await?;
    tx.commit().await?;
    tell(workshop, &before);
    workshop.events.tell(id, VisitEvent::State { state: encounter.state });
    Ok(encounter.state)
}
