//! The note: draft, edits, versions, signature.

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    auth::policy::Right,
    domain::{AccountId, AuditAction, EncounterId, EncounterState, JobKind, Note, PatientText},
    http::{
        Problem, Service,
        caller::Caller,
        etag::{IfMatch, etag},
        extract::{Body, Of},
        problem::{EditFaults, ReadFaults},
    },
    notes::{self, CurrentNote},
    pipeline::events::VisitEvent,
    store::{
        Tx,
        documents::{self, DocumentKind, Version},
        encounters, jobs,
    },
};

/// An amendment: the note as it should be, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Amendment {
    /// As soapstone.note/1.
    #[schema(value_type = Object)]
    pub note: Value,
    /// Why.
    pub reason: String,
}

/// Why a note should not be there.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Retraction {
    /// Why.
    pub reason: String,
}

/// One version of the note, without its text.
#[derive(Serialize, ToSchema)]
pub struct VersionJson {
    /// Its number.
    pub version: i64,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Who wrote it; absent for soapstone.
    #[schema(value_type = Option<String>, format = Uuid)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<AccountId>,
    /// `draft`, `proposed` (written anew while a person's edit stood), `signed`, `amended` or `retracted`.
    pub status: String,
}

/// Every version of the note.
#[derive(Serialize, ToSchema)]
pub struct VersionList {
    /// The oldest first.
    pub versions: Vec<VersionJson>,
}

/// The note as it stands, as soapstone.note/1. `status` says whether anybody answers for it.
#[utoipa::path(
    get, path = "/encounters/{id}/note", tag = "note", params(("id" = String, Path, format = Uuid)),
    responses((status = 200, body = Object, headers(("ETag" = String))), ReadFaults)
)]
pub async fn get(State(service): State<Service>, caller: Caller, Of(id, ()): Of) -> Result<impl IntoResponse, Problem> {
    let store = &service.workshop.store;
    caller.encounter(store, id, Right::ReadContent, AuditAction::View).await?;
    let (version, note) = notes::current(store, id).await?.ok_or_else(|| Problem::not_found("note yet"))?;
    caller.note_alone(store, id, AuditAction::View, &format!("note/{}", version.number)).await?;
    Ok(([etag(version.number)], Json(note.to_json())))
}

/// Keep an edited draft. Statements whose words were changed are marked as the editor's.
#[utoipa::path(
    put, path = "/encounters/{id}/note", tag = "note",
    params(("id" = String, Path, format = Uuid), ("If-Match" = String, Header)), request_body = Object,
    responses((status = 200, body = Object, headers(("ETag" = String))), EditFaults)
)]
pub async fn edit(
    State(service): State<Service>,
    caller: Caller,
    Of(id, ()): Of,
    IfMatch(expected): IfMatch,
    Body(edited): Body<Value>,
) -> Result<impl IntoResponse, Problem> {
    let workshop = &service.workshop;
    caller.encounter(&workshop.store, id, Right::EditContent, AuditAction::Edit).await?;
    let edited = note_of(edited)?;
    let tx = workshop.store.begin().await?;
    let (version, note) = notes::keep_edit(&tx, id, expected, caller.principal.account.id, edited).await?;
    caller.note(&tx, id, AuditAction::Edit, &format!("note/{}", version.number)).await?;
    tx.commit().await?;
    workshop.events.tell(id, VisitEvent::Note { version: version.number });
    Ok(([etag(version.number)], Json(note)))
}

/// Have the note written anew from the transcript. A person's edit stays the note; what is written is kept beside it.
#[utoipa::path(
    post, path = "/encounters/{id}/note/regenerate", tag = "note", params(("id" = String, Path, format = Uuid)),
    responses((status = 202), EditFaults)
)]
pub async fn regenerate(State(service): State<Service>, caller: Caller, Of(id, ()): Of) -> Result<StatusCode, Problem> {
    let workshop = &service.workshop;
    caller.encounter(&workshop.store, id, Right::EditContent, AuditAction::Draft).await?;
    let tx = workshop.store.begin().await?;
    if documents::current_number(&tx, id, DocumentKind::Transcript).await? == 0 {
        return Err(Problem::conflict("there is no transcript yet to write a note of"));
    }
    jobs::enqueue(&tx, JobKind::Draft, id).await?;
    caller.note(&tx, id, AuditAction::Draft, "note").await?;
    tx.commit().await?;
    workshop.ring();
    Ok(StatusCode::ACCEPTED)
}

/// Every version of the note that ever was.
#[utoipa::path(
    get, path = "/encounters/{id}/note/versions", tag = "note", params(("id" = String, Path, format = Uuid)),
    responses((status = 200, body = VersionList), ReadFaults)
)]
pub async fn versions(
    State(service): State<Service>,
    caller: Caller,
    Of(id, ()): Of,
) -> Result<Json<VersionList>, Problem> {
    let store = &service.workshop.store;
    caller.encounter(store, id, Right::ReadContent, AuditAction::View).await?;
    let versions = documents::versions(store, id, DocumentKind::Note).await?;
    caller.note_alone(store, id, AuditAction::View, "note/versions").await?;
    Ok(Json(VersionList { versions: versions.into_iter().map(VersionJson::from).collect() }))
}

/// Version `n` of the note.
#[utoipa::path(
    get, path = "/encounters/{id}/note/versions/{n}", tag = "note",
    params(("id" = String, Path, format = Uuid), ("n" = u32, Path)),
    responses((status = 200, body = Object), ReadFaults)
)]
pub async fn version(
    State(service): State<Service>,
    caller: Caller,
    Of(id, number): Of<u32>,
) -> Result<Json<Value>, Problem> {
    let store = &service.workshop.store;
    caller.encounter(store, id, Right::ReadContent, AuditAction::View).await?;
    let found = notes::version(store, id, i64::from(number)).await?;
    let (version, note) = found.ok_or_else(|| Problem::not_found("such version"))?;
    caller.note_alone(store, id, AuditAction::View, &format!("note/{}", version.number)).await?;
    Ok(Json(note.to_json()))
}

/// Sign the draft. From then on the caller answers for it, and only an amendment changes it.
#[utoipa::path(
    post, path = "/encounters/{id}/note/sign", tag = "note",
    params(("id" = String, Path, format = Uuid), ("If-Match" = String, Header)),
    responses((status = 200, body = Object, headers(("ETag" = String))), EditFaults)
)]
pub async fn sign(
    State(service): State<Service>,
    caller: Caller,
    Of(id, ()): Of,
    IfMatch(expected): IfMatch,
) -> Result<impl IntoResponse, Problem> {
    let workshop = &service.workshop;
    caller.encounter(&workshop.store, id, Right::Sign, AuditAction::Sign).await?;
    let tx = workshop.store.begin().await?;
    let signer = &caller.principal.account;
    let (version, signed) = notes::sign(&tx, workshop.clock.as_ref(), id, expected, signer).await?;
    let mut encounter = encounters::get(&tx, id).await?.ok_or_else(|| Problem::not_found("encounter"))?;
    encounter.state = EncounterState::Signed;
    encounters::update(&tx, &mut encounter).await?;
    let answer =
        answer_for(&service, &caller, tx, id, version.number, CurrentNote::Signed(signed), AuditAction::Sign).await?;
    workshop.events.tell(id, VisitEvent::State { state: encounter.state });
    Ok(answer)
}

/// Amend the signed note, giving a reason. The note before it stays readable.
#[utoipa::path(
    post, path = "/encounters/{id}/note/amend", tag = "note",
    params(("id" = String, Path, format = Uuid), ("If-Match" = String, Header)), request_body = Amendment,
    responses((status = 200, body = Object, headers(("ETag" = String))), EditFaults)
)]
pub async fn amend(
    State(service): State<Service>,
    caller: Caller,
    Of(id, ()): Of,
    IfMatch(expected): IfMatch,
    Body(amendment): Body<Amendment>,
) -> Result<impl IntoResponse, Problem> {
    let workshop = &service.workshop;
    caller.encounter(&workshop.store, id, Right::Sign, AuditAction::Amend).await?;
    let (note, reason) = (note_of(amendment.note)?, reason_of(amendment.reason)?);
    let tx = workshop.store.begin().await?;
    let (clock, signer) = (workshop.clock.as_ref(), &caller.principal.account);
    let (version, amended) = notes::amend(&tx, clock, id, expected, signer, note, reason).await?;
    answer_for(&service, &caller, tx, id, version.number, CurrentNote::Signed(amended), AuditAction::Amend).await
}

/// Retract the signed note, giving a reason. It stays readable, as what should not have been there.
#[utoipa::path(
    post, path = "/encounters/{id}/note/retract", tag = "note",
    params(("id" = String, Path, format = Uuid), ("If-Match" = String, Header)), request_body = Retraction,
    responses((status = 200, body = Object, headers(("ETag" = String))), EditFaults)
)]
pub async fn retract(
    State(service): State<Service>,
    caller: Caller,
    Of(id, ()): Of,
    IfMatch(expected): IfMatch,
    Body(retraction): Body<Retraction>,
) -> Result<impl IntoResponse, Problem> {
    let workshop = &service.workshop;
    caller.encounter(&workshop.store, id, Right::Sign, AuditAction::Retract).await?;
    let reason = reason_of(retraction.reason)?;
    let tx = workshop.store.begin().await?;
    let (clock, signer) = (workshop.clock.as_ref(), &caller.principal.account);
    let (version, retracted) = notes::retract(&tx, clock, id, expected, signer, reason).await?;
    answer_for(&service, &caller, tx, id, version.number, CurrentNote::Retracted(retracted), AuditAction::Retract).await
}

/// Keeps what a clinician answers for now, with the entry in the audit and the delivery that follow from it, and answers with it.
async fn answer_for(
    service: &Service,
    caller: &Caller,
    tx: Tx,
    id: EncounterId,
    version: i64,
    note: CurrentNote,
    action: AuditAction,
) -> Result<impl IntoResponse + use<>, Problem> {
    let workshop = &service.workshop;
    workshop.queue_delivery(&tx, id, version, &note).await?;
    caller.note(&tx, id, action, &format!("note/{version}")).await?;
    tx.commit().await?;
    workshop.ring();
    workshop.events.tell(id, VisitEvent::Note { version });
    Ok(([etag(version)], Json(note.to_json())))
}

/// A note that somebody sent. What a signed one has beyond a draft is taken off: only signing puts it on.
fn note_of(mut json: Value) -> Result<Note, Problem> {
    if let Some(fields) = json.as_object_mut() {
        fields.remove("signature");
        fields.insert("status".to_owned(), "draft".into());
    }
    serde_json::from_value(json).map_err(|_| Problem::bad_request("this is no soapstone.note/1: see docs/schemas"))
}

pub(super) fn reason_of(reason: String) -> Result<PatientText, Problem> {
    let is_said = !reason.trim().is_empty();
    is_said.then(|| reason.into()).ok_or_else(|| Problem::bad_request("`reason` is empty"))
}

impl From<Version> for VersionJson {
    fn from(version: Version) -> Self {
        let Version { number, created_at, author, status } = version;
        Self { version: number, created_at, author, status }
    }
}
