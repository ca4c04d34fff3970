//! What went to the EHR, and what it answered.

use axum::{Json, extract::State, http::StatusCode};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    auth::policy::Right,
    domain::{AuditAction, Delivery, DeliveryId, DeliveryState},
    http::{
        Problem, Service,
        caller::Caller,
        extract::Of,
        problem::{EditFaults, ReadFaults},
    },
    store::deliveries,
};

/// A version of the note on its way to the EHR.
#[derive(Serialize, ToSchema)]
pub struct DeliveryJson {
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    pub id: DeliveryId,
    /// Which version of the note.
    pub version: i64,
    /// As the EHR is told it: `preliminary`, `final`, `amended` or `entered-in-error`.
    pub doc_status: String,
    /// `queued`, `delivered`, `superseded` (a later version went in its stead) or `failed`.
    #[schema(value_type = String)]
    pub state: DeliveryState,
    /// When it was queued.
    #[schema(value_type = String, format = DateTime)]
    pub queued_at: Timestamp,
    /// When it came to its end.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// What the EHR calls the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ehr_id: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// Every delivery of the visit.
#[derive(Serialize, ToSchema)]
pub struct DeliveryList {
    /// The oldest first.
    pub deliveries: Vec<DeliveryJson>,
}

/// What went to the EHR of this visit, and what it answered.
#[utoipa::path(
    get, path = "/encounters/{id}/deliveries", tag = "deliveries", params(("id" = String, Path, format = Uuid)),
    responses((status = 200, body = DeliveryList), ReadFaults)
)]
pub async fn list(
    State(service): State<Service>,
    caller: Caller,
    Of(id, ()): Of,
) -> Result<Json<DeliveryList>, Problem> {
    let store = &service.workshop.store;
    caller.encounter(store, id, Right::ReadEncounter, AuditAction::View).await?;
    let deliveries = deliveries::list(store, id).await?;
    caller.note_alone(store, id, AuditAction::View, "deliveries").await?;
    Ok(Json(DeliveryList { deliveries: deliveries.into_iter().map(DeliveryJson::from).collect() }))
}

/// Send again what failed.
#[utoipa::path(
    post, path = "/encounters/{id}/deliveries/{delivery}/retry", tag = "deliveries",
    params(("id" = String, Path, format = Uuid), ("delivery" = String, Path, format = Uuid)),
    responses((status = 202), EditFaults)
)]
pub async fn retry(
    State(service): State<Service>,
    caller: Caller,
    Of(id, delivery): Of<DeliveryId>,
) -> Result<StatusCode, Problem> {
    let workshop = &service.workshop;
    caller.encounter(&workshop.store, id, Right::Deliver, AuditAction::Deliver).await?;
    let tx = workshop.store.begin().await?;
    if !deliveries::requeue(&tx, id, delivery).await? {
        return Err(Problem::conflict("there is no delivery of this visit with this id that failed"));
    }
    caller.note(&tx, id, AuditAction::Deliver, &format!("delivery/{delivery}")).await?;
    tx.commit().await?;
    workshop.ring();
    Ok(StatusCode::ACCEPTED)
}

impl From<Delivery> for DeliveryJson {
    fn from(delivery: Delivery) -> Self {
        let Delivery { id, version, doc_status, state, queued_at, ended_at, ehr_id, fault, .. } = delivery;
        Self { id, version, doc_status, state, queued_at, ended_at, ehr_id, fault }
    }
}
