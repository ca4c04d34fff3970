//! Every route on one page.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use tower_http::{catch_panic::CatchPanicLayer, set_header::SetResponseHeaderLayer};
use utoipa::{OpenApi, openapi::OpenApi as Document};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Problem, Service,
    api::{
        accounts, audio, audit, consent, deliveries, encounters, events, keys, legal_hold, log_in, note, oidc,
        operations, recording, rooms, tokens, transcript, voices,
    },
    document,
    limits::{Limits, guard},
    observe::observe,
    web,
};

/// Bytes that a body of JSON has at most.
const MAX_JSON_BYTES: usize = 2 * 1024 * 1024;

/// Bytes that a segment has at most: several minutes of anything that is compressed, and one of bare samples in stereo.
const MAX_SEGMENT_BYTES: usize = 16 * 1024 * 1024;

/// Bytes that a recording in one file has at most; it is held in memory. An hour and a half of stereo at 48 kHz, and days of
/// anything that is compressed; segments have no such bound.
const MAX_RECORDING_BYTES: usize = 512 * 1024 * 1024;

/// How long a request that is no stream may take; a recording in one file, over a slow line, is given more.
const TIMEOUT: Duration = Duration::from_secs(60);
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(15 * 60);

#[derive(OpenApi)]
#[openapi(info(
    title = "soapstone",
    description = "Visits, recordings, transcripts and notes of an on-premises ambient scribe. Faults are RFC 9457 problems."
))]
struct Base;

/// The service's routes.
pub fn router(service: Service) -> Router {
    let (api, mut document) = api().split_for_parts();
    document::complete(&mut document);
    let document = document.to_json().expect("the document is plain data");
    let described = get(move || async move { ([(header::CONTENT_TYPE, "application/json")], document) });
    let routes = api.route("/api/v1/openapi.json", described).merge(web::pages());
    let routes = routes.fallback(async || Problem::not_found("page"));
    let routes = routes.layer(CatchPanicLayer::custom(|_| Problem::internal(&"a panic").into_response()));
    let limits = Arc::new(Limits::new(&service.workshop.config.limits));
    // The last is the first that a request meets.
    let routes = routes.layer(middleware::from_fn_with_state((service.clone(), limits), guard));
    let routes = header_layers(routes).layer(middleware::from_fn_with_state(service.clone(), observe));
    routes.with_state(service)
}

/// The OpenAPI document of the service.
pub fn openapi() -> Document {
    let mut document = api().split_for_parts().1;
    document::complete(&mut document);
    document
}

fn api() -> OpenApiRouter<Service> {
    let quick = OpenApiRouter::new()
        // Who is there.
        .routes(routes!(log_in::log_in, log_in::log_out, log_in::who))
        .routes(routes!(log_in::set_up))
        .routes(routes!(log_in::change_password))
        .routes(routes!(log_in::take_password))
        .routes(routes!(oidc::begin))
        .routes(routes!(oidc::finish))
        // Who may be there.
        .routes(routes!(accounts::list, accounts::create))
        .routes(routes!(accounts::change))
        .routes(routes!(accounts::offer_password))
        .routes(routes!(accounts::erase_voice))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::revoke))
        // Visits.
        .routes(routes!(encounters::create, encounters::list))
        .routes(routes!(encounters::get))
        .routes(routes!(consent::give, consent::withdraw))
        .routes(routes!(legal_hold::hold, legal_hold::release))
        .routes(routes!(recording::order))
        .routes(routes!(audio::complete))
        // Rooms with a device of their own.
        .routes(routes!(rooms::list))
        .routes(routes!(rooms::report))
        // What was said, and the note.
        .routes(routes!(transcript::get, transcript::correct))
        .routes(routes!(note::get, note::edit))
        .routes(routes!(note::regenerate))
        .routes(routes!(note::versions))
        .routes(routes!(note::version))
        .routes(routes!(note::sign))
        .routes(routes!(note::amend))
        .routes(routes!(note::retract))
        // What went to the EHR.
        .routes(routes!(deliveries::list))
        .routes(routes!(deliveries::retry))
        // Who did what.
        .routes(routes!(audit::list))
        .layer(DefaultBodyLimit::max(MAX_JSON_BYTES))
        .layer(middleware::from_fn_with_state(TIMEOUT, in_time));
    let segments = OpenApiRouter::new()
        .routes(routes!(audio::put_segment))
        .layer(DefaultBodyLimit::max(MAX_SEGMENT_BYTES))
        .layer(middleware::from_fn_with_state(TIMEOUT, in_time));
    // A voice is heard while its owner waits.
    let voices = OpenApiRouter::new()
        .routes(routes!(voices::enrol, voices::show, voices::withdraw))
        .layer(DefaultBodyLimit::max(MAX_SEGMENT_BYTES))
        .layer(middleware::from_fn_with_state(UPLOAD_TIMEOUT, in_time));
    let recordings = OpenApiRouter::new()
        .routes(routes!(audio::upload, audio::clip))
        .layer(DefaultBodyLimit::max(MAX_RECORDING_BYTES))
        .layer(middleware::from_fn_with_state(UPLOAD_TIMEOUT, in_time));
    // A stream has no end.
    let streams = OpenApiRouter::new().routes(routes!(events::events)).routes(routes!(rooms::orders));
    let all = quick.merge(segments).merge(voices).merge(recordings).merge(streams);
    OpenApiRouter::with_openapi(Base::openapi())
        .nest("/api/v1", all)
        .routes(routes!(operations::healthz))
        .routes(routes!(operations::readyz))
        .routes(routes!(keys::jwks))
        .routes(routes!(operations::metrics))
}

/// Gives up an answer that takes longer than `patience`.
async fn in_time(State(patience): State<Duration>, request: Request, next: Next) -> Response {
    let answered = tokio::time::timeout(patience, next.run(request)).await;
    answered.unwrap_or_else(|_| Problem::too_slow().into_response())
}

/// Headers that every answer has: nothing of a visit is kept by a browser or a proxy, framed, or sniffed at.
fn header_layers(routes: Router<Service>) -> Router<Service> {
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
        ),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(self)"),
    ];
    headers.into_iter().fold(routes, |routes, (name, value)| {
        routes.layer(SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value)))
    })
}
