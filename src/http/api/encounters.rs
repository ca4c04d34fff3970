//! Visits: entering one, looking one up, and the list.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    auth::policy::{self, Right},
    domain::{
        AccountId, AccountRole, AuditAction, Consent, ConsentMethod, ConsentRule, EhrIds, Encounter, EncounterDetails,
        EncounterId, EncounterState, Job, JobKind, JobState, Patient, PatientText, Sex,
    },
    http::{
        Problem, Service,
        caller::Caller,
        etag::etag,
        extract::{Body, Of, Parameters},
        problem::ReadFaults,
    },
    store::{
        StoreError, accounts,
        encounters::{self, EncounterFilter},
        idempotency, jobs,
    },
};

/// Encounters a page has unless another number is asked for, and at most.
const PAGE: (u64, u64) = (50, 200);

/// A visit that is to be entered.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEncounter {
    /// Whose visit it is and who signs its note; the caller where it is left out.
    #[schema(value_type = Option<String>, format = Uuid)]
    pub clinician: Option<AccountId>,
    /// The patient.
    #[serde(default)]
    pub patient: PatientJson,
    /// The examination room.
    pub room: Option<String>,
    /// The EHR's own ids.
    #[serde(default)]
    pub ehr: EhrJson,
}

/// A patient.
#[derive(Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PatientJson {
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Date of birth.
    #[schema(value_type = Option<String>, format = Date)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Date>,
    /// `female` or `male`, as far as codes ask for it.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// Medical record number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mrn: Option<String>,
}

/// What the EHR calls patient and encounter: logical ids of its FHIR server.
#[derive(Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EhrJson {
    /// Of the Patient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient: Option<String>,
    /// Of the Encounter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encounter: Option<String>,
}

/// A visit.
#[derive(Serialize, ToSchema)]
pub struct EncounterJson {
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    pub id: EncounterId,
    /// How far it has come: `planned`, `recording`, `paused`, `stopping`, `transcribing`, `drafting`, `drafted`, `signed` or `failed`.
    #[schema(value_type = String)]
    pub state: EncounterState,
    /// When it was entered.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Whose visit it is.
    #[schema(value_type = String, format = Uuid)]
    pub clinician: AccountId,
    /// The patient.
    pub patient: PatientJson,
    /// The examination room.
    pub room: Option<String>,
    /// The EHR's own ids.
    pub ehr: EhrJson,
    /// The consent to be recorded, once it is entered.
    pub consent: Option<ConsentJson>,
    /// When recording began.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<Timestamp>,
    /// Whether retention is suspended for it.
    pub legal_hold: bool,
    /// The work on it, where one visit is asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<JobJson>,
}

/// A consent to be recorded.
#[derive(Serialize, ToSchema)]
pub struct ConsentJson {
    /// `one_party` or `all_party`.
    #[schema(value_type = String)]
    pub rule: ConsentRule,
    /// Who agreed.
    pub given_by: String,
    /// `verbal`, `written` or `electronic`.
    #[schema(value_type = String)]
    pub method: ConsentMethod,
    /// Which version of the wording.
    pub wording: String,
    /// Who recorded it.
    #[schema(value_type = String, format = Uuid)]
    pub recorded_by: AccountId,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub recorded_at: Timestamp,
}

/// A piece of work on a visit.
#[derive(Serialize, ToSchema)]
pub struct JobJson {
    /// `transcribe`, `draft` or `deliver`.
    #[schema(value_type = String)]
    pub kind: JobKind,
    /// `queued`, `running`, `done`, `failed` or `cancelled`.
    #[schema(value_type = String)]
    pub state: JobState,
    /// How often it was begun.
    pub attempts: u32,
    /// Why it failed, the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// What a list is narrowed to.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ListParameters {
    /// Only those in this state.
    #[param(value_type = Option<String>)]
    state: Option<EncounterState>,
    /// Where the last page ended: its `next`.
    #[param(value_type = Option<String>, format = Uuid)]
    cursor: Option<EncounterId>,
    /// How many, at most 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
}

/// A page of visits, the newest first.
#[derive(Serialize, ToSchema)]
pub struct EncounterPage {
    /// The visits.
    pub encounters: Vec<EncounterJson>,
    /// The `cursor` of the next page; absent on the last.
    #[schema(value_type = Option<String>, format = Uuid)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<EncounterId>,
}

/// Enter a visit.
///
/// With an `Idempotency-Key` the same request, sent again within a day, gives the visit that the first one entered.
#[utoipa::path(
    post, path = "/encounters", tag = "encounters", request_body = NewEncounter,
    params(("Idempotency-Key" = Option<String>, Header, description = "Any text of the caller's, new for each visit")),
    responses(
        (status = 201, body = EncounterJson), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem),
        (status = 415, body = Problem),
    )
)]
pub async fn create(
    State(service): State<Service>,
    caller: Caller,
    headers: HeaderMap,
    Body(new): Body<NewEncounter>,
) -> Result<impl IntoResponse, Problem> {
    let store = &service.workshop.store;
    caller.require(store, Right::CreateEncounter, AuditAction::Create).await?;
    let clinician = clinician(&service, &caller, new.clinician).await?;
    let key = idempotency::Key::of(
        caller.principal.account.id,
        headers.get("idempotency-key").and_then(|value| value.to_str().ok()),
        &serde_json::to_vec(&new).expect("plain data"),
    );
    let tx = store.begin().await?;
    if let Some(key) = &key {
        match idempotency::find(&tx, key).await? {
            Some(idempotency::Found::Same(id)) => {
                let known = encounters::get(&tx, id).await?.ok_or_else(|| Problem::not_found("encounter"))?;
                return Ok(created(known));
            }
            Some(idempotency::Found::Other) => {
                return Err(Problem::conflict("this Idempotency-Key was sent with another visit: take a new one"));
            }
            None => {}
        }
    }
    let encounter = encounters::create(&tx, clinician, details(new)).await?;
    if let Some(key) = &key {
        idempotency::keep(&tx, key, encounter.id).await.map_err(|error| match error {
            StoreError::Changed => {
                Problem::conflict("the same request is worked on already: send it again for its answer")
            }
            error => error.into(),
        })?;
    }
    caller.note(&tx, encounter.id, AuditAction::Create, "encounter").await?;
    tx.commit().await?;
    Ok(created(encounter))
}

/// A visit, with the work on it.
#[utoipa::path(
    get, path = "/encounters/{id}", tag = "encounters", params(("id" = String, Path, format = Uuid)),
    responses((status = 200, body = EncounterJson, headers(("ETag" = String))), ReadFaults)
)]
pub async fn get(State(service): State<Service>, caller: Caller, Of(id, ()): Of) -> Result<impl IntoResponse, Problem> {
    let store = &service.workshop.store;
    let encounter = caller.encounter(store, id, Right::ReadEncounter, AuditAction::View).await?;
    let jobs = jobs::of_encounter(store, id).await?;
    caller.note_alone(store, id, AuditAction::View, "encounter").await?;
    let tag = etag(encounter.revision);
    let jobs = jobs.into_iter().map(JobJson::from).collect();
    Ok(([tag], Json(EncounterJson { jobs, ..encounter.into() })))
}

/// The visits that the caller may see, the newest first. A clinician sees their own.
#[utoipa::path(
    get, path = "/encounters", tag = "encounters", params(ListParameters),
    responses(
        (status = 200, body = EncounterPage), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem),
    )
)]
pub async fn list(
    State(service): State<Service>,
    caller: Caller,
    Parameters(parameters): Parameters<ListParameters>,
) -> Result<Json<EncounterPage>, Problem> {
    let store = &service.workshop.store;
    caller.require(store, Right::ReadEncounter, AuditAction::View).await?;
    let own = policy::lists_own_only(&caller.principal).then_some(caller.principal.account.id);
    let (usual, most) = PAGE;
    let limit = parameters.limit.unwrap_or(usual);
    if !(1..=most).contains(&limit) {
        return Err(Problem::bad_request(format!("limit is 1 to {most}")));
    }
    let filter = EncounterFilter { clinician: own, state: parameters.state };
    // One more than asked for, to see whether there is a next page.
    let mut found = encounters::list(store, filter, parameters.cursor, limit + 1).await?;
    let more = found.len() as u64 > limit;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| more).map(|encounter| encounter.id);
    caller.note_list(store, &format!("encounters/{}", found.len())).await?;
    let encounters = found.into_iter().map(EncounterJson::from).collect();
    Ok(Json(EncounterPage { encounters, next }))
}

fn created(encounter: Encounter) -> impl IntoResponse {
    let place = format!("/api/v1/encounters/{}", encounter.id);
    let tag = etag(encounter.revision);
    (StatusCode::CREATED, [tag], [(header::LOCATION, place)], Json(EncounterJson::from(encounter)))
}

/// The clinician of a new visit: somebody who can sign its note.
async fn clinician(service: &Service, caller: &Caller, asked: Option<AccountId>) -> Result<AccountId, Problem> {
    let own = &caller.principal.account;
    let id = asked.unwrap_or(own.id);
    if policy::lists_own_only(&caller.principal) && id != own.id {
        return Err(Problem::forbidden("a clinician enters their own visits"));
    }
    let account = accounts::get(&service.workshop.store, id).await?;
    match account {
        Some(account) if account.role == AccountRole::Clinician && !account.disabled => Ok(id),
        _ => Err(Problem::bad_request("`clinician` must be the account of a clinician")),
    }
}

fn details(new: NewEncounter) -> EncounterDetails {
    let PatientJson { name, birth_date, sex, mrn } = new.patient;
    let patient = Patient { name: name.map(Into::into), birth_date, sex, mrn: mrn.map(Into::into) };
    let EhrJson { patient: of_patient, encounter } = new.ehr;
    let ehr = EhrIds { patient: of_patient.map(Into::into), encounter: encounter.map(Into::into) };
    EncounterDetails { patient, room: new.room, ehr, ..EncounterDetails::default() }
}

impl From<Encounter> for EncounterJson {
    fn from(encounter: Encounter) -> Self {
        let Encounter { id, created_at, clinician, state, details, consent, legal_hold, .. } = encounter;
        let Patient { name, birth_date, sex, mrn } = details.patient;
        let text = |text: Option<PatientText>| text.map(PatientText::into_string);
        Self {
            id,
            state,
            created_at,
            clinician,
            patient: PatientJson { name: text(name), birth_date, sex, mrn: text(mrn) },
            room: details.room,
            ehr: EhrJson { patient: text(details.ehr.patient), encounter: text(details.ehr.encounter) },
            consent: consent.map(ConsentJson::from),
            started_at: details.started_at,
            legal_hold,
            jobs: Vec::new(),
        }
    }
}

impl From<Consent> for ConsentJson {
    fn from(consent: Consent) -> Self {
        let Consent { rule, given_by, method, wording, recorded_by, recorded_at } = consent;
        Self { rule, given_by: given_by.into_string(), method, wording, recorded_by, recorded_at }
    }
}

impl From<Job> for JobJson {
    fn from(job: Job) -> Self {
        Self { kind: job.kind, state: job.state, attempts: job.attempts, fault: job.fault }
    }
}
