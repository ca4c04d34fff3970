//! Each request has an id, which its answer and every line of the log about it carry, and is counted.

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use tracing::Instrument;

use super::Service;
use crate::domain::new_uuid;

/// The header of an answer that names the request. A caller's own id is not taken: it could say anything.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What is asked for beside the routes, whatever it is, under one name.
const NO_ROUTE: &str = "none";

/// Answers `request`, and notes that it did. What was asked for is noted as the template of its route: paths and parameters
/// name visits.
pub async fn observe(State(service): State<Service>, request: Request, next: Next) -> Response {
    let workshop = &service.workshop;
    let began = workshop.clock.instant();
    let id = new_uuid(workshop.clock.as_ref(), workshop.entropy.as_ref());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
    let span = tracing::info_span!("request", %id);
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, took) = (response.status().as_u16(), workshop.clock.instant().duration_since(began));
    // A method may be any word that a caller makes up.
    let method = if is_known(method.as_str()) { method.as_str() } else { "other" };
    workshop.metrics.request(route, method, status, took);
    let milliseconds = took.as_millis() as u64;
    span.in_scope(|| tracing::debug!(method, route, status, milliseconds, "answered"));
    if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

fn is_known(method: &str) -> bool {
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].contains(&method)
}
