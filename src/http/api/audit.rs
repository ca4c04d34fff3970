//! Who did what.

use axum::{Json, extract::State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    auth::policy::Right,
    domain::{Actor, AuditAction, AuditEntry, AuditOutcome, EncounterId, PatientText},
    http::{Problem, Service, caller::Caller, extract::Parameters},
    store::audit,
};

/// Entries a page has at most.
const MOST: u64 = 200;

/// What the list is narrowed to.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct AuditParameters {
    /// Only entries about this visit, also where it is erased.
    #[param(value_type = Option<String>, format = Uuid)]
    encounter: Option<EncounterId>,
    /// Where the last page ended: its `next`.
    cursor: Option<i64>,
    /// How many, at most 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
}

/// One entry.
#[derive(Serialize, ToSchema)]
pub struct AuditEntryJson {
    /// Counted from 1 without a gap.
    pub sequence: i64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who: `{"kind":"account","id":…}`, `{"kind":"service"}`, `{"kind":"operator"}` or `{"kind":"unknown"}`.
    #[schema(value_type = Object)]
    pub actor: Actor,
    /// What.
    #[schema(value_type = String)]
    pub action: AuditAction,
    /// To which visit.
    #[schema(value_type = Option<String>, format = Uuid)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encounter: Option<EncounterId>,
    /// What of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// `done`, `refused` or `failed`.
    #[schema(value_type = String)]
    pub outcome: AuditOutcome,
    /// Why, in the words of who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What ties it to the entries before it.
    pub hash: String,
}

/// A page of the audit, the newest first.
#[derive(Serialize, ToSchema)]
pub struct AuditPage {
    /// The entries.
    pub entries: Vec<AuditEntryJson>,
    /// The `cursor` of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<i64>,
}

/// The audit, the newest entries first.
#[utoipa::path(
    get, path = "/audit", tag = "audit", params(AuditParameters),
    responses(
        (status = 200, body = AuditPage), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem),
    )
)]
pub async fn list(
    State(service): State<Service>,
    caller: Caller,
    Parameters(parameters): Parameters<AuditParameters>,
) -> Result<Json<AuditPage>, Problem> {
    let store = &service.workshop.store;
    caller.require(store, Right::ReadAudit, AuditAction::View).await?;
    let limit = parameters.limit.unwrap_or(MOST);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::bad_request(format!("limit is 1 to {MOST}")));
    }
    let entries = audit::list(store, parameters.encounter, parameters.cursor, limit).await?;
    let next = entries.last().filter(|_| entries.len() as u64 == limit).map(|entry| entry.sequence);
    let next = next.filter(|&sequence| sequence > 1);
    Ok(Json(AuditPage { entries: entries.into_iter().map(AuditEntryJson::from).collect(), next }))
}

impl From<AuditEntry> for AuditEntryJson {
    fn from(entry: AuditEntry) -> Self {
        let AuditEntry { sequence, at, event, hash } = entry;
        let reason = event.reason.map(PatientText::into_string);
        let (actor, action, encounter) = (event.actor, event.action, event.encounter);
        Self { sequence, at, actor, action, encounter, object: event.object, outcome: event.outcome, reason, hash }
    }
}
