//! What operators and their monitors ask. Nothing here tells of a patient, and nobody has to log in.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
    http::header,
    response::IntoResponse,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    config::MetricsReaders,
    http::{Problem, Service, client},
    metrics::Snapshot,
    pipeline::{Scribe, Unwatched, Work, jobs::Workshop},
    store::{StoreError, audit, deliveries, jobs},
};

/// OpenMetrics 1.0, which Prometheus reads.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

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

/// Figures of the service for Prometheus. They are shown to programs on this machine, or, as the configuration says, to all.
#[utoipa::path(
    get, path = "/metrics", tag = "operations",
    responses((status = 200, body = String, content_type = "application/openmetrics-text"), (status = 403, body = Problem))
)]
pub async fn metrics(State(service): State<Service>, request: Request) -> Result<impl IntoResponse, Problem> {
    let workshop = &service.workshop;
    let for_all = workshop.config.server.metrics == MetricsReaders::All;
    if !for_all && !client::is_local(&request) {
        let detail = "figures are shown on this machine alone, unless the configuration's server.metrics is \"all\"";
        return Err(Problem::forbidden(detail));
    }
    let text = workshop.metrics.text(&snapshot(workshop).await?);
    Ok(([(header::CONTENT_TYPE, OPEN_METRICS)], text))
}

async fn snapshot(workshop: &Workshop) -> Result<Snapshot, StoreError> {
    let store = &workshop.store;
    Ok(Snapshot {
        jobs: jobs::counts(store).await?,
        oldest: jobs::oldest_queued(store).await?,
        deliveries: deliveries::counts(store).await?,
        audit_entries: audit::count(store).await?,
        disk_free: workshop.config.paths.state().ok().and_then(|folder| fs4::available_space(folder).ok()),
    })
}
