//! The public key that the service logs in at the EHR with.

use axum::{Json, extract::State};
use serde_json::Value;

use crate::http::{Problem, Service};

/// The service's public key as a JSON Web Key Set (RFC 7517), for the EHR to know it by. It is public, and nobody has to log in.
#[utoipa::path(
    get, path = "/.well-known/jwks.json", tag = "operations",
    responses((status = 200, body = Object), (status = 404, body = Problem))
)]
pub async fn jwks(State(service): State<Service>) -> Result<Json<Value>, Problem> {
    let keys = service.workshop.ehr.as_ref().and_then(|ehr| ehr.public_keys());
    keys.map(Json).ok_or_else(|| Problem::not_found("key: the service logs in at no EHR with one"))
}
