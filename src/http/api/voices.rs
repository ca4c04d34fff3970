//! One's own voice, kept to tell the clinician from the others in a recording.

use axum::{Json, body::Bytes, extract::State, http::StatusCode, response::IntoResponse};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    auth::{accounts as administration, policy::Right},
    domain::AuditAction,
    http::{
        Problem, Service,
        caller::Caller,
        extract::Parameters,
        problem::{EditFaults, ReadFaults},
    },
    store::voices::{self, Enrolment},
};

/// Characters that the name of a wording has at most.
const MAX_WORDING_CHARS: usize = 128;

/// The consent to be known by one's voice.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct EnrolmentParameters {
    /// `true`: who speaks agrees that their voice is kept and known again.
    consent: bool,
    /// Which version of the wording they agreed to.
    wording: String,
}

/// That one's voice is kept. What it is like is shown to nobody.
#[derive(Serialize, ToSchema)]
pub struct EnrolmentJson {
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub enrolled_at: Timestamp,
    /// Which version of the wording was agreed to.
    pub wording: String,
}

/// Keep your voice: a recording of you alone, of twenty seconds at least. It takes the place of the one before.
///
/// No sound is kept but numbers that the voice can be told by, sealed under a key of their own. They tell the clinician from
/// the others in recordings of your own visits, and nothing else.
#[utoipa::path(
    post, path = "/voices/me", tag = "voices", params(EnrolmentParameters),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = EnrolmentJson), (status = 429, body = Problem), (status = 503, body = Problem), EditFaults)
)]
pub async fn enrol(
    State(service): State<Service>,
    caller: Caller,
    Parameters(EnrolmentParameters { consent, wording }): Parameters<EnrolmentParameters>,
    recording: Bytes,
) -> Result<impl IntoResponse, Problem> {
    let workshop = &service.workshop;
    caller.require(&workshop.store, Right::EnrolVoice, AuditAction::Consent).await?;
    if !consent {
        return Err(Problem::bad_request("a voice is kept with its owner's consent alone: send consent=true"));
    }
    if !(1..=MAX_WORDING_CHARS).contains(&wording.trim().chars().count()) {
        return Err(Problem::bad_request("`wording` says what was agreed to"));
    }
    let account = caller.principal.account.id;
    let kept = workshop.enrol(account, wording.trim(), recording).await?;
    Ok((StatusCode::CREATED, Json(EnrolmentJson::from(kept))))
}

/// Whether your voice is kept.
#[utoipa::path(get, path = "/voices/me", tag = "voices", responses((status = 200, body = EnrolmentJson), ReadFaults))]
pub async fn show(State(service): State<Service>, caller: Caller) -> Result<Json<EnrolmentJson>, Problem> {
    let store = &service.workshop.store;
    caller.require(store, Right::EnrolVoice, AuditAction::View).await?;
    let kept = voices::enrolment(store, caller.principal.account.id).await?;
    kept.map(|kept| Json(kept.into())).ok_or_else(|| Problem::not_found("voice of yours"))
}

/// Withdraw the consent: your voice is erased at once, with the key that it was sealed with.
#[utoipa::path(delete, path = "/voices/me", tag = "voices", responses((status = 204), ReadFaults))]
pub async fn withdraw(State(service): State<Service>, caller: Caller) -> Result<StatusCode, Problem> {
    let store = &service.workshop.store;
    caller.require(store, Right::EnrolVoice, AuditAction::Withdraw).await?;
    let tx = store.begin().await?;
    if !administration::erase_voice(&tx, caller.principal.account.id, caller.actor()).await? {
        return Err(Problem::not_found("voice of yours"));
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<Enrolment> for EnrolmentJson {
    fn from(Enrolment { enrolled_at, wording }: Enrolment) -> Self {
        Self { enrolled_at, wording }
    }
}
