//! Logging in by the clinic's single sign-on.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use serde::Deserialize;
use utoipa::IntoParams;

use super::log_in::session_cookie;
use crate::{
    auth::{
        Secret,
        oidc::{Answer, Begun, Oidc},
    },
    http::{Problem, Service, extract::Parameters},
};

/// The cookie of a log-in that has begun. It comes back with a page that the provider sends the browser to, which `Strict`
/// would keep it from; it opens nothing by itself.
const COOKIE: &str = "__Host-soapstone-sign-on";

/// Where a person goes on. A redirect would not do: browsers keep back the session's `Strict` cookie from where another site
/// led, and a page of our own asks for the next one itself.
const ENTERED: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>soapstone</title>\
    <meta http-equiv=refresh content=\"0;url=/\"><p>You are logged in. <a href=\"/\">Go on</a></p></html>";

/// What the provider sends a browser back with.
#[derive(Deserialize, IntoParams)]
pub struct CallbackParameters {
    /// What the browser was sent there with.
    state: Option<String>,
    /// What the provider tells who it is for.
    code: Option<String>,
    /// Why there is no code.
    error: Option<String>,
}

/// Begin to log in by the single sign-on: the browser is sent to the provider.
#[utoipa::path(
    get, path = "/oidc/login", tag = "session",
    responses((status = 303), (status = 404, body = Problem), (status = 503, body = Problem))
)]
pub async fn begin(State(service): State<Service>, jar: CookieJar) -> Result<impl IntoResponse, Problem> {
    let workshop = &service.workshop;
    let (clock, entropy) = (workshop.clock.as_ref(), workshop.entropy.as_ref());
    let Begun { address, secret } = oidc(&service)?.begin(&workshop.store, clock, entropy).await?;
    let jar = jar.add(cookie(secret.expose().to_owned()));
    Ok((jar, (StatusCode::SEE_OTHER, [(header::LOCATION, address)])))
}

/// Where the provider sends the browser back to. The answer sets the cookie of a session.
#[utoipa::path(
    get, path = "/oidc/callback", tag = "session", params(CallbackParameters),
    responses(
        (status = 200, body = String, content_type = "text/html"), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 503, body = Problem),
    )
)]
pub async fn finish(
    State(service): State<Service>,
    headers: HeaderMap,
    Parameters(CallbackParameters { state, code, error }): Parameters<CallbackParameters>,
) -> Result<impl IntoResponse, Problem> {
    let workshop = &service.workshop;
    let (clock, entropy) = (workshop.clock.as_ref(), workshop.entropy.as_ref());
    let jar = CookieJar::from_headers(&headers);
    let secret = jar.get(COOKIE).map(|cookie| Secret::shown(cookie.value()));
    let (parts, limits) = ((&workshop.store, clock, entropy), &workshop.config.sessions);
    let (_, session) = oidc(&service)?.finish(parts, limits, secret, Answer { state, code, error }).await?;
    let jar = jar.remove(cookie(String::new())).add(session_cookie(session.expose().to_owned()));
    Ok((jar, Html(ENTERED)))
}

fn oidc(service: &Service) -> Result<&Oidc, Problem> {
    service.oidc.as_deref().ok_or_else(|| Problem::not_found("single sign-on"))
}

fn cookie(value: String) -> Cookie<'static> {
    Cookie::build((COOKIE, value)).path("/").http_only(true).secure(true).same_site(SameSite::Lax).build()
}
