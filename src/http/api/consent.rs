//! Consent to be recorded, and its withdrawal.

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;

use super::encounters::ConsentJson;
use crate::{
    auth::policy::Right,
    domain::{Actor, AuditAction, AuditEvent, Consent, ConsentMethod, ConsentRule, EncounterState},
    http::{
        Problem, Service,
        caller::Caller,
        extract::{Body, Of},
        problem::EditFaults,
    },
    pipeline::events::VisitEvent,
    store::{audit, encounters, jobs},
};

/// A consent that was given.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConsent {
    /// Whose agreement the law of the place asks for: `one_party` or `all_party`.
    #[schema(value_type = String)]
    pub rule: ConsentRule,
    /// Who agreed.
    pub given_by: String,
    /// `verbal`, `written` or `electronic`.
    #[schema(value_type = String)]
    pub method: ConsentMethod,
    /// Which version of the wording was read or shown.
    pub wording: String,
}

/// Enter the consent to be recorded. Nothing is recorded, and no audio is taken, before.
#[utoipa::path(
    put, path = "/encounters/{id}/consent", tag = "consent", params(("id" = String, Path, format = Uuid)),
    request_body = NewConsent,
    responses((status = 200, body = ConsentJson), EditFaults)
)]
pub async fn give(
    State(service): State<Service>,
    caller: Caller,
    Of(id, ()): Of,
    Body(new): Body<NewConsent>,
) -> Result<Json<ConsentJson>, Problem> {
    if new.given_by.trim().is_empty() || new.wording.trim().is_empty() {
        return Err(Problem::bad_request("`given_by` and `wording` say who agreed, and to what"));
    }
    let store = &service.workshop.store;
    caller.encounter(store, id, Right::Consent, AuditAction::Consent).await?;
    let tx = store.begin().await?;
    let mut encounter = encounters::get(&tx, id).await?.ok_or_else(|| Problem::not_found("encounter"))?;
    if !encounter.state.takes_audio() {
        return Err(Problem::conflict("the recording is over: consent is entered before it begins"));
    }
    let consent = Consent {
        rule: new.rule,
        given_by: new.given_by.into(),
        method: new.method,
        wording: new.wording,
        recorded_by: caller.principal.account.id,
        recorded_at: service.workshop.clock.now(),
    };
    encounter.consent = Some(consent.clone());
    encounters::update(&tx, &mut encounter).await?;
    caller.note(&tx, id, AuditAction::Consent, "consent").await?;
    tx.commit().await?;
    Ok(Json(consent.into()))
}

/// Withdraw the consent. The visit is erased: its audio, its transcript, its note and what is known of the patient. That it
/// happened stays in the audit. A signed note is part of the record and is not erased.
#[utoipa::path(
    delete, path = "/encounters/{id}/consent", tag = "consent", params(("id" = String, Path, format = Uuid)),
    responses((status = 204), EditFaults)
)]
pub async fn withdraw(State(service): State<Service>, caller: Caller, Of(id, ()): Of) -> Result<StatusCode, Problem> {
    let workshop = &service.workshop;
    caller.encounter(&workshop.store, id, Right::Consent, AuditAction::Withdraw).await?;
    let tx = workshop.store.begin().await?;
    let encounter = encounters::get(&tx, id).await?.ok_or_else(|| Problem::not_found("encounter"))?;
    if encounter.state == EncounterState::Signed {
        return Err(Problem::conflict("the note is signed and part of the record: it can be retracted, not erased"));
    }
    if encounter.legal_hold {
        return Err(Problem::conflict("the visit is under legal hold: nothing of it may be erased"));
    }
    jobs::cancel(&tx, id).await?;
    encounters::erase(&tx, id).await?;
    audit::append(&tx, &AuditEvent::done(Actor::Account(caller.principal.account.id), AuditAction::Withdraw).on(id))
        .await?;
    tx.commit().await?;
    workshop.cancel(id);
    // The key is gone, so nothing of the audio can be read any more, whatever becomes of this.
    workshop.segments.erase(id)?;
    if let Some(room) = &encounter.details.device_room {
        workshop.rooms.ring(room);
    }
    workshop.events.tell(id, VisitEvent::Erased);
    Ok(StatusCode::NO_CONTENT)
}
