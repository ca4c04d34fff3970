use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use soapstone::{
    auth,
    domain::{SystemClock, SystemEntropy},
};

use super::{Fixture, PASSWORD, body, fixture, problem};

/// The cookie of a session of `login`.
pub async fn session(fixture: &Fixture, login: &str) -> String {
    let asked = fixture.request(Method::POST, "/api/v1/session").json(&json!({ "login": login, "password": PASSWORD }));
    let answer = asked.send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    let cookie = answer.headers()[header::SET_COOKIE].to_str().expect("text").to_owned();
    for part in ["__Host-soapstone=", "HttpOnly", "Secure", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    cookie.split(';').next().expect("a cookie").to_owned()
}

pub async fn who(fixture: &Fixture, cookie: &str) -> (StatusCode, Value) {
    body(fixture.request(Method::GET, "/api/v1/session").header(header::COOKIE, cookie)).await
}

#[tokio::test]
async fn a_session_begins_with_the_password_and_ends_with_logging_out() {
    let fixture = fixture().await;
    let cookie = session(&fixture, "clinician").await;
    let (status, account) = who(&fixture, &cookie).await;
    assert_eq!(
        (status, account["login"].as_str(), account["role"].as_str()),
        (StatusCode::OK, Some("clinician"), Some("clinician"))
    );
    let out = fixture.request(Method::DELETE, "/api/v1/session").header(header::COOKIE, &cookie);
    assert_eq!(out.send().await.expect("an answer").status(), StatusCode::NO_CONTENT);
    assert_eq!(who(&fixture, &cookie).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn wrong_passwords_and_unknown_names_are_told_alike_and_lock_after_some() {
    let fixture = fixture().await;
    let attempt = async |login: &str, password: &str| {
        body(fixture.request(Method::POST, "/api/v1/session").json(&json!({ "login": login, "password": password })))
            .await
    };
    let (status, unknown) = attempt("nobody", "a wrong password").await;
    assert_eq!((status, problem(&unknown)), (StatusCode::UNAUTHORIZED, "wrong-password"));
    for _ in 0..5 {
        assert_eq!(attempt("Nobody", "a wrong password").await.1, unknown);
    }
    for _ in 0..6 {
        let (_, wrong) = attempt("clinician", "a wrong password").await;
        assert_eq!(wrong, unknown);
    }
    let (_, locked_unknown) = attempt("nobody", "a wrong password").await;
    let (status, locked) = attempt("clinician", PASSWORD).await;
    assert_eq!(locked_unknown["type"], locked["type"], "the lock does not tell who has an account");
    assert_eq!((status, problem(&locked)), (StatusCode::TOO_MANY_REQUESTS, "too-many"), "also for the right one");
    assert!(locked["retry_after_s"].as_u64().is_some_and(|seconds| (1..=61).contains(&seconds)), "{locked}");
    let (_, page) = body(fixture.get("admin", "/api/v1/audit")).await;
    let entries = page["entries"].as_array().expect("entries");
    let of = |outcome: &str| {
        entries.iter().filter(|entry| entry["action"] == "log_in" && entry["outcome"] == outcome).count()
    };
    assert_eq!((of("failed"), of("refused")), (12, 2));
}

#[tokio::test]
async fn a_request_that_another_site_makes_a_browser_send_is_refused() {
    let fixture = fixture().await;
    let cookie = session(&fixture, "clinician").await;
    let asked = |site: &str| {
        let request = fixture.request(Method::POST, "/api/v1/encounters").header(header::COOKIE, &cookie);
        request.header("sec-fetch-site", site).json(&json!({}))
    };
    assert_eq!(asked("cross-site").send().await.expect("an answer").status(), StatusCode::FORBIDDEN);
    assert_eq!(asked("same-origin").send().await.expect("an answer").status(), StatusCode::CREATED);
    let foreign = fixture.request(Method::POST, "/api/v1/encounters").header(header::COOKIE, &cookie);
    let foreign = foreign.header(header::ORIGIN, "https://elsewhere.example").json(&json!({}));
    assert_eq!(foreign.send().await.expect("an answer").status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_first_account_is_made_once_and_only_where_there_is_none() {
    let fixture = fixture().await;
    let offered = auth::offer_setup(&fixture.workshop.store, &SystemClock, &SystemEntropy).await.expect("asked");
    assert!(offered.is_none(), "there are accounts");
    let first = json!({ "secret": "ssu_guessed", "login": "root", "display_name": "Root", "password": PASSWORD });
    let (status, answer) = body(fixture.request(Method::POST, "/api/v1/setup").json(&first)).await;
    assert_eq!((status, problem(&answer)), (StatusCode::FORBIDDEN, "forbidden"));
}
