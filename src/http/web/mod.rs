//! Pages for people. So far those that a link or a log-in leads to: what follows from them is done over the API, by the same
//! rules as everybody's.

use axum::{
    Router,
    http::header,
    response::{Html, IntoResponse},
    routing::get,
};

use super::Service;

const HOME: &str = include_str!("home.html");
const PASSWORD: &str = include_str!("password.html");
const SCRIPT: &str = include_str!("people.js");
const SETUP: &str = include_str!("setup.html");
const STYLE: &str = include_str!("people.css");

/// The pages. They hold nothing of anybody's, and the secret of a link stays in the browser until a form is sent.
pub fn pages() -> Router<Service> {
    Router::new()
        .route("/", get(async || Html(HOME)))
        .route("/setup", get(async || Html(SETUP)))
        .route("/password", get(async || Html(PASSWORD)))
        .route("/web/people.js", get(async || file("text/javascript; charset=utf-8", SCRIPT)))
        .route("/web/people.css", get(async || file("text/css; charset=utf-8", STYLE)))
}

fn file(kind: &'static str, text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, kind)], text)
}
