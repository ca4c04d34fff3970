//! Legal hold: nothing of the visit is erased, whatever its age and whoever asks.

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;

use super::note::reason_of;
use crate::{
    auth::policy::Right,
    domain::{AuditAction, AuditEvent, EncounterId, PatientText},
    http::{
        Problem, Service,
        caller::Caller,
        extract::{Body, Of},
        problem::EditFaults,
    },
    store::{audit, encounters},
};

/// Why nothing may be erased.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LegalHold {
    /// Why. It stands in the audit, sealed.
    pub reason: String,
}

/// Put the visit under legal hold, giving a reason: nothing of it is erased, by retention or by withdrawal of consent.
#[utoipa::path(
    put, path = "/encounters/{id}/legal-hold", tag = "retention", params(("id" = String, Path, format = Uuid)),
    request_body = LegalHold,
    responses((status = 204), EditFaults)
)]
pub async fn hold(
    State(service): State<Service>,
    caller: Caller,
    Of(id, ()): Of,
    Body(hold): Body<LegalHold>,
) -> Result<StatusCode, Problem> {
    caller.encounter(&service.workshop.store, id, Right::Manage, AuditAction::Hold).await?;
    set(&service, &caller, id, Some(reason_of(hold.reason)?)).await
}

/// End the legal hold. What is due by the rules of retention is erased within the hour.
#[utoipa::path(
    delete, path = "/encounters/{id}/legal-hold", tag = "retention", params(("id" = String, Path, format = Uuid)),
    responses((status = 204), EditFaults)
)]
pub async fn release(State(service): State<Service>, caller: Caller, Of(id, ()): Of) -> Result<StatusCode, Problem> {
    caller.encounter(&service.workshop.store, id, Right::Manage, AuditAction::Hold).await?;
    set(&service, &caller, id, None).await
}

async fn set(
    service: &Service,
    caller: &Caller,
    id: EncounterId,
    reason: Option<PatientText>,
) -> Result<StatusCode, Problem> {
    let tx = service.workshop.store.begin().await?;
    let mut encounter = encounters::get(&tx, id).await?.ok_or_else(|| Problem::not_found("encounter"))?;
    encounter.legal_hold = reason.is_some();
    encounters::update(&tx, &mut encounter).await?;
    let object = if reason.is_some() { "legal-hold" } else { "legal-hold ended" };
    let event = AuditEvent::done(caller.actor(), AuditAction::Hold).on(id).object(object);
    audit::append(&tx, &AuditEvent { reason, ..event }).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
