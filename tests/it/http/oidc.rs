//! The single sign-on, with a provider of the tests' own that signs what it says.

use std::sync::Arc;

use reqwest::{Client, Method, StatusCode, header, redirect::Policy};
use serde_json::{Value, json};
use soapstone::{
    auth::oidc::Oidc,
    config::{OidcConfig, OidcRole},
    domain::AccountRole,
};

use super::{Fixture, body, fixture_with, problem};
use crate::support::identity_provider::{CLIENT, Provider, SECRET};

/// A service with `provider` as its single sign-on.
async fn fixture(provider: &Provider, change: impl FnOnce(&mut OidcConfig)) -> Fixture {
    let mut config = super::config();
    config.oidc = OidcConfig { issuer: Some(provider.issuer()), client_id: CLIENT.to_owned(), ..OidcConfig::default() };
    change(&mut config.oidc);
    let redirect = "http://localhost:8477/api/v1/oidc/callback".to_owned();
    let oidc = Oidc::new(&config.oidc, Some(SECRET.to_owned().into()), redirect).map(Arc::new);
    fixture_with(config, None, oidc).await
}

/// A browser, which here follows no redirect by itself and shows what cookies it is given.
struct Browser<'f> {
    fixture: &'f Fixture,
    client: Client,
}

impl<'f> Browser<'f> {
    fn new(fixture: &'f Fixture) -> Self {
        Self { fixture, client: Client::builder().redirect(Policy::none()).build().expect("a client") }
    }

    /// Begins, and gives where it was sent and the cookie that it was given.
    async fn begin(&self) -> (String, String) {
        let answer = self.client.get(self.fixture.url("/api/v1/oidc/login")).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let cookie = answer.headers()[header::SET_COOKIE].to_str().expect("text").to_owned();
        for part in ["__Host-soapstone-sign-on=sso_", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let location = answer.headers()[header::LOCATION].to_str().expect("text").to_owned();
        (location, cookie.split(';').next().expect("a cookie").to_owned())
    }

    /// Comes back with `query`; the status, and the session's cookie or what went wrong.
    async fn come_back(&self, query: &str, cookie: &str) -> (StatusCode, Result<String, Value>) {
        let place = self.fixture.url(&format!("/api/v1/oidc/callback?{query}"));
        let answer = self.client.get(place).header(header::COOKIE, cookie).send().await.expect("an answer");
        let status = answer.status();
        let cookies = answer.headers().get_all(header::SET_COOKIE).iter();
        let cookies = Vec::from_iter(cookies.map(|cookie| cookie.to_str().expect("text").to_owned()));
        match cookies.iter().find(|cookie| cookie.starts_with("__Host-soapstone=")) {
            Some(session) => {
                assert!(session.contains("SameSite=Strict") && session.contains("HttpOnly"), "{session}");
                (status, Ok(session.split(';').next().expect("a cookie").to_owned()))
            }
            None => (status, Err(answer.json().await.unwrap_or(Value::Null))),
        }
    }

    /// The whole way.
    async fn log_in(&self, provider: &Provider) -> (StatusCode, Result<String, Value>) {
        let (location, cookie) = self.begin().await;
        self.come_back(&provider.log_in(&location), &cookie).await
    }

    async fn who(&self, session: &str) -> Value {
        body(self.fixture.request(Method::GET, "/api/v1/session").header(header::COOKIE, session)).await.1
    }
}

#[tokio::test]
async fn who_logs_in_there_has_a_session_here_and_the_audit_says_how() {
    let provider = Provider::start().await;
    let fixture = fixture(&provider, |_| {}).await;
    let browser = Browser::new(&fixture);
    let (status, session) = browser.log_in(&provider).await;
    assert_eq!(status, StatusCode::OK);
    let account = browser.who(&session.expect("a session")).await;
    assert_eq!((account["login"].as_str(), account["role"].as_str()), (Some("clinician"), Some("clinician")));
    let (_, page) = body(fixture.get("admin", "/api/v1/audit")).await;
    let entry = page["entries"].as_array().expect("entries").iter().find(|entry| entry["action"] == "log_in");
    let entry = entry.expect("an entry");
    assert_eq!((entry["object"].as_str(), entry["outcome"].as_str()), (Some("oidc"), Some("done")));
    assert_eq!(entry["actor"]["id"], fixture.accounts["clinician"].0.to_string());
}

#[tokio::test]
async fn a_token_that_is_not_for_this_log_in_is_not_believed() {
    let provider = Provider::start().await;
    let fixture = fixture(&provider, |_| {}).await;
    let browser = Browser::new(&fixture);
    let honest = provider.says.lock().expect("whole").clone();
    for (lie, word) in [
        ("nonce", "another log-in"),
        ("audience", "another service"),
        ("over", "is over"),
        ("signature", "not signed"),
        ("stranger's key", "not signed"),
    ] {
        provider.say(|says| {
            *says = honest.clone();
            match lie {
                "nonce" => says.nonce = Some("guessed".to_owned()),
                "audience" => says.audience = "somebody-else".to_owned(),
                "over" => says.lasts_s = -60,
                "signature" => (says.key, says.kid) = (1, Some("one")),
                _ => says.key = 1,
            }
        });
        let (status, answer) = browser.log_in(&provider).await;
        let answer = answer.expect_err("not let in");
        assert_eq!((status, problem(&answer)), (StatusCode::UNAUTHORIZED, "sign-on-failed"), "{lie}");
        assert!(answer["detail"].as_str().is_some_and(|detail| detail.contains(word)), "{lie}: {answer}");
    }
    let (_, page) = body(fixture.get("admin", "/api/v1/audit")).await;
    let entries = page["entries"].as_array().expect("entries");
    let failed = entries.iter().filter(|entry| entry["action"] == "log_in" && entry["outcome"] == "failed").count();
    assert_eq!(failed, 5, "each stands in the audit");
}

#[tokio::test]
async fn a_log_in_ends_once_and_in_the_browser_that_began_it() {
    let provider = Provider::start().await;
    let fixture = fixture(&provider, |_| {}).await;
    let browser = Browser::new(&fixture);
    let (location, cookie) = browser.begin().await;
    let query = provider.log_in(&location);
    let (other, _) = (browser.begin().await.1, ());
    for (query, cookie) in
        [(query.as_str(), other.as_str()), (query.as_str(), ""), ("code=code-0&state=guessed", &cookie)]
    {
        let (status, answer) = browser.come_back(query, cookie).await;
        assert_eq!((status, problem(&answer.expect_err("not let in"))), (StatusCode::BAD_REQUEST, "bad-request"));
    }
    assert!(browser.come_back(&query, &cookie).await.1.is_ok());
    let again = provider.log_in(&location);
    for replayed in [&query, &again] {
        let (status, answer) = browser.come_back(replayed, &cookie).await;
        assert_eq!((status, problem(&answer.expect_err("not let in"))), (StatusCode::BAD_REQUEST, "bad-request"));
    }
    let (location, cookie) = browser.begin().await;
    let state = provider.log_in(&location).split_once("&state=").expect("a state").1.to_owned();
    let (status, answer) = browser.come_back(&format!("error=access_denied&state={state}"), &cookie).await;
    assert_eq!((status, problem(&answer.expect_err("denied"))), (StatusCode::UNAUTHORIZED, "sign-on-failed"));
}

#[tokio::test]
async fn an_account_that_is_shut_a_systems_or_not_there_lets_nobody_in() {
    let provider = Provider::start().await;
    let fixture = fixture(&provider, |_| {}).await;
    let browser = Browser::new(&fixture);
    let id = fixture.accounts["qa"].0;
    let shut =
        fixture.ask("admin", Method::PATCH, &format!("/api/v1/accounts/{id}")).json(&json!({ "disabled": true }));
    assert_eq!(body(shut).await.0, StatusCode::OK);
    for login in ["qa", "system", "nobody"] {
        provider.say(|says| says.claims = json!({ "sub": format!("s-{login}"), "preferred_username": login }));
        let (status, answer) = browser.log_in(&provider).await;
        assert_eq!(
            (status, problem(&answer.expect_err("not let in"))),
            (StatusCode::FORBIDDEN, "forbidden"),
            "{login}"
        );
    }
}

#[tokio::test]
async fn an_account_belongs_to_whom_it_let_in_first_whatever_they_are_called() {
    let provider = Provider::start().await;
    let fixture = fixture(&provider, |_| {}).await;
    let browser = Browser::new(&fixture);
    assert!(browser.log_in(&provider).await.1.is_ok());
    provider.say(|says| says.claims = json!({ "sub": "s-1", "preferred_username": "renamed" }));
    let session = browser.log_in(&provider).await.1.expect("the same person");
    assert_eq!(browser.who(&session).await["login"], "clinician");
    provider.say(|says| says.claims = json!({ "sub": "s-2", "preferred_username": "clinician" }));
    let (status, _) = browser.log_in(&provider).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "another of the same name");
    let id = fixture.accounts["clinician"].0;
    let unlinked = fixture.ask("admin", Method::PATCH, &format!("/api/v1/accounts/{id}"));
    assert_eq!(body(unlinked.json(&json!({ "single_sign_on": false }))).await.1["single_sign_on"], false);
    assert!(browser.log_in(&provider).await.1.is_ok(), "an administrator gave it to them");
}

#[tokio::test]
async fn the_provider_gives_roles_and_accounts_where_it_may() {
    let provider = Provider::start().await;
    let known = |value: &str, role| OidcRole { value: value.to_owned(), role };
    let fixture = fixture(&provider, |config| {
        config.role_claim = Some("groups".to_owned());
        config.roles = vec![known("doctors", AccountRole::Clinician), known("it", AccountRole::Admin)];
        config.make_accounts = true;
    })
    .await;
    let browser = Browser::new(&fixture);
    // Of these claims some stand in no ID token, as with many providers.
    provider.say(|says| {
        says.claims = json!({ "sub": "s-9" });
        says.more =
            json!({ "preferred_username": "Grace", "name": "Grace Hopper, MD", "groups": ["staff", "doctors"] });
    });
    let session = browser.log_in(&provider).await.1.expect("a session");
    let account = browser.who(&session).await;
    assert_eq!(
        (account["login"].as_str(), account["display_name"].as_str(), account["role"].as_str()),
        (Some("grace"), Some("Grace Hopper, MD"), Some("clinician"))
    );
    provider.say(|says| says.more["groups"] = json!(["it"]));
    let now = browser.log_in(&provider).await.1.expect("a session");
    assert_eq!(browser.who(&now).await["role"], "admin");
    assert_eq!(browser.who(&session).await["status"], 401, "the session in the role of before is over");
    provider.say(|says| says.more["groups"] = json!(["staff"]));
    assert_eq!(browser.log_in(&provider).await.0, StatusCode::FORBIDDEN);
    // What is said of somebody else counts for nothing.
    provider.say(|says| says.more = json!({ "sub": "s-other", "preferred_username": "grace", "groups": ["doctors"] }));
    assert_eq!(browser.log_in(&provider).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_provider_that_takes_another_key_is_followed() {
    let provider = Provider::start().await;
    let fixture = fixture(&provider, |_| {}).await;
    let browser = Browser::new(&fixture);
    assert!(browser.log_in(&provider).await.1.is_ok());
    provider.say(|says| (says.key, says.published) = (1, 1));
    assert!(browser.log_in(&provider).await.1.is_ok());
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_keeps_nobody_from_a_password() {
    let provider = Provider::start().await;
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    let fixture = fixture(&provider, |config| config.issuer = Some(format!("http://{gone}"))).await;
    let (status, answer) = body(fixture.request(Method::GET, "/api/v1/oidc/login")).await;
    assert_eq!((status, problem(&answer)), (StatusCode::SERVICE_UNAVAILABLE, "not-ready"));
    let asked = json!({ "login": "clinician", "password": super::PASSWORD });
    let (status, _) = body(fixture.request(Method::POST, "/api/v1/session").json(&asked)).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn without_a_single_sign_on_there_is_none() {
    let fixture = super::fixture().await;
    let (status, _) = body(fixture.request(Method::GET, "/api/v1/oidc/login")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
