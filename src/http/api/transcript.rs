//! What was said.

use axum::{Json, extract::State, response::IntoResponse};
use serde_json::Value;

use crate::{
    auth::policy::Right,
    domain::{AuditAction, Transcript},
    http::{
        Problem, Service,
        caller::Caller,
        etag::{IfMatch, etag},
        extract::{Body, Of},
        problem::{EditFaults, ReadFaults},
    },
    pipeline::events::VisitEvent,
    store::documents::{self, DocumentKind},
};

const KIND: DocumentKind = DocumentKind::Transcript;

/// The transcript, as soapstone.transcript/1.
#[utoipa::path(
    get, path = "/encounters/{id}/transcript", tag = "transcript", params(("id" = String, Path, format = Uuid)),
    responses((status = 200, body = Object, headers(("ETag" = String))), ReadFaults)
)]
pub async fn get(State(service): State<Service>, caller: Caller, Of(id, ()): Of) -> Result<impl IntoResponse, Problem> {
    let store = &service.workshop.store;
    caller.encounter(store, id, Right::ReadContent, AuditAction::View).await?;
    let found = documents::current::<Value>(store, id, KIND).await?;
    let (version, transcript) = found.ok_or_else(|| Problem::not_found("transcript yet"))?;
    caller.note_alone(store, id, AuditAction::View, &format!("transcript/{}", version.number)).await?;
    Ok(([etag(version.number)], Json(transcript)))
}

/// Correct the transcript: a JSON merge patch (RFC 7396) of it, which gives a new version. The note is not written anew by it.
#[utoipa::path(
    patch, path = "/encounters/{id}/transcript", tag = "transcript",
    params(("id" = String, Path, format = Uuid), ("If-Match" = String, Header)), request_body = Object,
    responses((status = 200, body = Object, headers(("ETag" = String))), EditFaults)
)]
pub async fn correct(
    State(service): State<Service>,
    caller: Caller,
    Of(id, ()): Of,
    IfMatch(expected): IfMatch,
    Body(patch): Body<Value>,
) -> Result<impl IntoResponse, Problem> {
    let workshop = &service.workshop;
    caller.encounter(&workshop.store, id, Right::EditContent, AuditAction::Edit).await?;
    let tx = workshop.store.begin().await?;
    let found = documents::current::<Value>(&tx, id, KIND).await?;
    let (_, mut transcript) = found.ok_or_else(|| Problem::not_found("transcript yet"))?;
    json_patch::merge(&mut transcript, &patch);
    let corrected: Transcript = serde_json::from_value(transcript)
        .map_err(|_| Problem::bad_request("with this patch it is no soapstone.transcript/1 any more"))?;
    let author = Some(caller.principal.account.id);
    let version = documents::append(&tx, id, KIND, expected, author, "current", &corrected).await?;
    caller.note(&tx, id, AuditAction::Edit, &format!("transcript/{}", version.number)).await?;
    tx.commit().await?;
    workshop.events.tell(id, VisitEvent::Transcript { version: version.number });
    Ok(([etag(version.number)], Json(corrected)))
}
