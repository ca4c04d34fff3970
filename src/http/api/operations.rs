//! What operators and their monitors ask. Nothing here tells of a patient, and nobody has to log in.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    http::{Problem, Service},
    pipeline::{Scribe, Unwatched, Work},
};

/// That the service answers.
#[derive(Serialize, ToSchema)]
pub struct Health {
    /// `ok`.
    pub status: &'static str,
    /// The release.
    pub version: &'static str,
}

/// Whether the process runs.
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, body = Health)))]
pub async fn healthz() -> Json<Health> {
    Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}

/// Whether it can do its work: the database answers, and models and terminology are there.
#[utoipa::path(
    get, path = "/readyz", tag = "operations",
    responses((status = 200, body = Health), (status = 503, body = Problem))
)]
pub async fn readyz(State(service): State<Service>) -> Result<Json<Health>, Problem> {
    let workshop = &service.workshop;
    let unready = |error: &dyn std::fmt::Display| Problem::not_ready(error.to_string());
    workshop.store.ping().await.map_err(|error| unready(&error))?;
    let (config, clock) = (Arc::clone(&workshop.config), Arc::clone(&workshop.clock));
    let there = tokio::task::spawn_blocking(move || {
        let watcher = Unwatched;
        Scribe::new(&config, clock.as_ref(), &watcher).require(Work::NoteOfRecording)
    });
    there.await.map_err(|error| unready(&error))?.map_err(|error| unready(&error))?;
    Ok(healthz().await)
}
