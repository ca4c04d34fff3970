use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use soapstone::domain::Scope;

use super::{
    Fixture, PASSWORD, body, fixture,
    log_in::{session, who},
    problem,
};

const OTHER: &str = "another sentence to log in with";

/// A request in the session of `cookie`.
fn with(fixture: &Fixture, cookie: &str, method: Method, path: &str) -> reqwest::RequestBuilder {
    fixture.request(method, path).header(header::COOKIE, cookie)
}

async fn change(fixture: &Fixture, login: &str, change: Value) -> (StatusCode, Value) {
    let id = fixture.accounts[login].0;
    body(fixture.ask("admin", Method::PATCH, &format!("/api/v1/accounts/{id}")).json(&change)).await
}

#[tokio::test]
async fn an_account_is_made_and_takes_its_password_by_a_link_that_is_good_for_once() {
    let fixture = fixture().await;
    let admin = session(&fixture, "admin").await;
    let new = json!({ "login": "Grace", "display_name": "Grace Hopper, MD", "role": "clinician" });
    let (status, made) = body(fixture.post("admin", "/api/v1/accounts", &new)).await;
    assert_eq!(
        (status, made["login"].as_str(), made["password"].as_bool()),
        (StatusCode::CREATED, Some("grace"), Some(false))
    );
    let (status, taken) = body(fixture.post("admin", "/api/v1/accounts", &new)).await;
    assert_eq!((status, problem(&taken)), (StatusCode::CONFLICT, "conflict"));
    let unseen = json!({ "login": "a\u{7}b", "display_name": "B", "role": "qa" });
    assert_eq!(body(fixture.post("admin", "/api/v1/accounts", &unseen)).await.0, StatusCode::BAD_REQUEST);

    let place = format!("/api/v1/accounts/{}/password-link", made["id"].as_str().expect("an id"));
    let (status, _) = body(fixture.post("admin", &place, &json!({}))).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "a token opens no account");
    let link = async || {
        let (status, link) = body(with(&fixture, &admin, Method::POST, &place)).await;
        assert_eq!(status, StatusCode::CREATED);
        link["url"].as_str().expect("an address").split_once("/password#").expect("a secret").1.to_owned()
    };
    let (first, second) = (link().await, link().await);
    let take = async |secret: &str, password: &str| {
        body(fixture.request(Method::POST, "/api/v1/password").json(&json!({ "secret": secret, "password": password })))
            .await
    };
    assert_eq!(take(&first, PASSWORD).await.0, StatusCode::FORBIDDEN, "the second took its place");
    assert_eq!(take(&second, "short").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(take(&second, PASSWORD).await.1["login"], "grace");
    assert_eq!(take(&second, PASSWORD).await.0, StatusCode::FORBIDDEN);
    session(&fixture, "GRACE").await;
    let (_, list) = body(fixture.get("admin", "/api/v1/accounts")).await;
    let grace = list["accounts"].as_array().expect("a list").iter().find(|one| one["login"] == "grace");
    assert_eq!(grace.expect("there")["password"], true);
    assert!(!list.to_string().contains("argon2"), "no hash is shown");
}

#[tokio::test]
async fn sessions_end_with_the_account_its_role_and_its_password() {
    let fixture = fixture().await;
    for changed in [json!({ "disabled": true }), json!({ "disabled": false, "role": "assistant" })] {
        let cookie = if changed["disabled"] == true {
            session(&fixture, "qa").await
        } else {
            change(&fixture, "qa", json!({ "disabled": false })).await;
            session(&fixture, "qa").await
        };
        assert_eq!(change(&fixture, "qa", changed).await.0, StatusCode::OK);
        assert_eq!(who(&fixture, &cookie).await.0, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(change(&fixture, "qa", json!({ "display_name": "Q" })).await.1["role"], "assistant");

    let (elsewhere, here) = (session(&fixture, "clinician").await, session(&fixture, "clinician").await);
    let ask = async |current: &str, new: &str| {
        let asked = with(&fixture, &here, Method::PUT, "/api/v1/session/password");
        asked.json(&json!({ "current": current, "new": new })).send().await.expect("an answer")
    };
    assert_eq!(ask("a wrong password", OTHER).await.status(), StatusCode::UNAUTHORIZED);
    let changed = ask(PASSWORD, OTHER).await;
    assert_eq!(changed.status(), StatusCode::NO_CONTENT);
    let cookie =
        changed.headers()[header::SET_COOKIE].to_str().expect("text").split(';').next().expect("one").to_owned();
    assert_eq!(who(&fixture, &cookie).await.0, StatusCode::OK, "who changed it stays");
    for over in [elsewhere, here.clone()] {
        assert_eq!(who(&fixture, &over).await.0, StatusCode::UNAUTHORIZED);
    }
    let token = fixture.ask("clinician", Method::PUT, "/api/v1/session/password");
    let (status, _) = body(token.json(&json!({ "current": OTHER, "new": PASSWORD }))).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "a program changes no password");
}

#[tokio::test]
async fn nobody_shuts_themselves_out_and_a_lock_is_taken_away() {
    let fixture = fixture().await;
    for own in [json!({ "disabled": true }), json!({ "role": "qa" })] {
        assert_eq!(change(&fixture, "admin", own).await.0, StatusCode::CONFLICT);
    }
    for _ in 0..6 {
        let wrong = json!({ "login": "clinician", "password": "a wrong password" });
        body(fixture.request(Method::POST, "/api/v1/session").json(&wrong)).await;
    }
    let right = json!({ "login": "clinician", "password": PASSWORD });
    let log_in = async || body(fixture.request(Method::POST, "/api/v1/session").json(&right)).await.0;
    assert_eq!(log_in().await, StatusCode::TOO_MANY_REQUESTS);
    assert!(change(&fixture, "clinician", json!({ "locked": false })).await.1["locked_until"].is_null());
    assert_eq!(log_in().await, StatusCode::OK);
}

#[tokio::test]
async fn a_token_is_shown_once_listed_and_ended_and_makes_none_that_is_more() {
    let mut fixture = fixture().await;
    let account = fixture.accounts["system"].0;
    let new = json!({ "account": account, "label": "room 3", "scopes": ["audio:write"], "days": 30 });
    let (status, made) = body(fixture.post("admin", "/api/v1/tokens", &new)).await;
    assert_eq!(status, StatusCode::CREATED);
    let (name, secret) = (made["name"].as_str().expect("a name"), made["secret"].as_str().expect("a secret"));
    let use_it = async || body(fixture.request(Method::GET, "/api/v1/session").bearer_auth(secret)).await.0;
    assert_eq!(use_it().await, StatusCode::OK);
    let (_, list) = body(fixture.get("admin", "/api/v1/tokens")).await;
    let listed = list["tokens"].as_array().expect("a list").iter().find(|token| token["name"] == name);
    assert!(listed.expect("there")["last_used_at"].is_string() && !list.to_string().contains(secret), "{list}");
    let ended = fixture.ask("admin", Method::DELETE, &format!("/api/v1/tokens/{name}"));
    assert_eq!(body(ended).await.0, StatusCode::NO_CONTENT);
    assert_eq!(use_it().await, StatusCode::UNAUTHORIZED);
    assert_eq!(
        body(fixture.ask("admin", Method::DELETE, &format!("/api/v1/tokens/{name}"))).await.0,
        StatusCode::NOT_FOUND
    );

    let clinician = fixture.accounts["clinician"].0;
    let signs = json!({ "account": clinician, "label": "x", "scopes": ["notes:sign"], "days": 1 });
    assert_eq!(body(fixture.post("admin", "/api/v1/tokens", &signs)).await.0, StatusCode::FORBIDDEN);
    let (admin, _) = fixture.accounts["admin"].clone();
    let narrow = fixture.token(admin, &[Scope::AccountsWrite]).await;
    fixture.accounts.insert("admin", (admin, narrow));
    let more = json!({ "account": clinician, "label": "x", "scopes": ["encounters:read"], "days": 1 });
    assert_eq!(body(fixture.post("admin", "/api/v1/tokens", &more)).await.0, StatusCode::FORBIDDEN);
    for wrong in [json!({ "scopes": [] }), json!({ "label": " " }), json!({ "days": 0 })] {
        let mut asked = json!({ "account": clinician, "label": "x", "scopes": ["accounts:write"], "days": 1 });
        json_patch::merge(&mut asked, &wrong);
        assert_eq!(body(fixture.post("admin", "/api/v1/tokens", &asked)).await.0, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_and_in_any_case_after_a_day() {
    let mut config = super::config();
    config.sessions.idle_minutes = 30;
    config.sessions.longest_hours = 2;
    let clock = std::sync::Arc::new(super::TestClock::default());
    let fixture = super::fixture_at(config, clock.clone()).await;
    let cookie = session(&fixture, "clinician").await;
    for _ in 0..3 {
        clock.pass(jiff::SignedDuration::from_mins(29));
        assert_eq!(who(&fixture, &cookie).await.0, StatusCode::OK);
    }
    clock.pass(jiff::SignedDuration::from_mins(31));
    assert_eq!(who(&fixture, &cookie).await.0, StatusCode::UNAUTHORIZED, "not used");
    let cookie = session(&fixture, "clinician").await;
    for _ in 0..5 {
        clock.pass(jiff::SignedDuration::from_mins(25));
        who(&fixture, &cookie).await;
    }
    assert_eq!(who(&fixture, &cookie).await.0, StatusCode::UNAUTHORIZED, "used all the time");
}

#[tokio::test]
async fn the_pages_that_links_lead_to_are_there_and_run_nothing_from_elsewhere() {
    let fixture = fixture().await;
    for page in ["/", "/setup", "/password"] {
        let answer = fixture.request(Method::GET, page).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        assert!(answer.headers()["content-security-policy"].to_str().expect("text").contains("default-src 'self'"));
        let text = answer.text().await.expect("a page");
        assert!(
            text.contains("src=\"/web/people.js\"") && !text.contains("style=") && !text.contains("onclick"),
            "{page}"
        );
    }
    for file in ["/web/people.js", "/web/people.css"] {
        assert_eq!(fixture.request(Method::GET, file).send().await.expect("an answer").status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn who_is_shut_out_is_told_nothing_more_by_a_stream_that_was_open() {
    let fixture = fixture().await;
    let visit = fixture.encounter().await;
    let cookie = session(&fixture, "clinician").await;
    let mut stream = with(&fixture, &cookie, Method::GET, &format!("{visit}/events")).send().await.expect("a stream");
    assert!(stream.chunk().await.expect("an event").is_some());
    assert_eq!(change(&fixture, "clinician", json!({ "disabled": true })).await.0, StatusCode::OK);
    let told = async { while stream.chunk().await.expect("no fault").is_some() {} };
    tokio::time::timeout(std::time::Duration::from_secs(60), told).await.expect("the stream ends");
}
