use std::collections::BTreeMap;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use soapstone::domain::Scope;

use super::{Fixture, PEOPLE, body, fixture, problem};

/// What comes of a request: it is let through to do (or fail at) its work, a reason is asked for, or it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Through,
    Reason,
    Refused,
}
use Outcome::{Reason, Refused, Through};

/// Each route, with what comes of it for clinician, colleague, assistant, QA, administrator and system. The visit is the
/// clinician's.
const MATRIX: &[(&str, &str, [Outcome; 6])] = &[
    ("get", "/session", [Through, Through, Through, Through, Through, Through]),
    ("delete", "/session", [Through, Through, Through, Through, Through, Through]),
    ("post", "/encounters", [Through, Through, Through, Refused, Refused, Through]),
    ("get", "/encounters", [Through, Through, Through, Through, Through, Through]),
    ("get", "/encounters/{id}", [Through, Reason, Through, Through, Through, Through]),
    ("put", "/encounters/{id}/consent", [Through, Refused, Through, Refused, Refused, Through]),
    ("post", "/encounters/{id}/recording", [Through, Refused, Through, Refused, Refused, Through]),
    ("put", "/encounters/{id}/audio/{seq}", [Through, Refused, Through, Refused, Refused, Through]),
    ("get", "/rooms", [Through, Through, Through, Through, Through, Through]),
    ("put", "/rooms/{room}", [Refused, Refused, Refused, Refused, Refused, Through]),
    ("get", "/rooms/{room}/orders", [Refused, Refused, Refused, Refused, Refused, Through]),
    ("post", "/encounters/{id}/audio/complete", [Through, Refused, Through, Refused, Refused, Through]),
    ("post", "/encounters/{id}/audio", [Through, Refused, Through, Refused, Refused, Through]),
    ("get", "/encounters/{id}/audio", [Through, Reason, Refused, Through, Reason, Through]),
    ("get", "/encounters/{id}/events", [Through, Reason, Refused, Through, Reason, Through]),
    ("get", "/encounters/{id}/transcript", [Through, Reason, Refused, Through, Reason, Through]),
    ("patch", "/encounters/{id}/transcript", [Through, Refused, Refused, Refused, Refused, Refused]),
    ("get", "/encounters/{id}/note", [Through, Reason, Refused, Through, Reason, Through]),
    ("put", "/encounters/{id}/note", [Through, Refused, Refused, Refused, Refused, Refused]),
    ("post", "/encounters/{id}/note/regenerate", [Through, Refused, Refused, Refused, Refused, Refused]),
    ("get", "/encounters/{id}/note/versions", [Through, Reason, Refused, Through, Reason, Through]),
    ("get", "/encounters/{id}/note/versions/{n}", [Through, Reason, Refused, Through, Reason, Through]),
    ("post", "/encounters/{id}/note/sign", [Through, Refused, Refused, Refused, Refused, Refused]),
    ("post", "/encounters/{id}/note/amend", [Through, Refused, Refused, Refused, Refused, Refused]),
    ("post", "/encounters/{id}/note/retract", [Through, Refused, Refused, Refused, Refused, Refused]),
    ("get", "/encounters/{id}/deliveries", [Through, Reason, Through, Through, Through, Through]),
    ("post", "/encounters/{id}/deliveries/{delivery}/retry", [Through, Refused, Refused, Refused, Through, Refused]),
    ("put", "/encounters/{id}/legal-hold", [Refused, Refused, Refused, Refused, Through, Refused]),
    ("delete", "/encounters/{id}/legal-hold", [Refused, Refused, Refused, Refused, Through, Refused]),
    ("put", "/session/password", [Refused, Refused, Refused, Refused, Refused, Refused]),
    ("get", "/accounts", [Refused, Refused, Refused, Refused, Through, Refused]),
    ("post", "/accounts", [Refused, Refused, Refused, Refused, Through, Refused]),
    ("patch", "/accounts/{id}", [Refused, Refused, Refused, Refused, Through, Refused]),
    ("post", "/accounts/{id}/password-link", [Refused, Refused, Refused, Refused, Refused, Refused]),
    ("delete", "/accounts/{id}/voice", [Refused, Refused, Refused, Refused, Through, Refused]),
    ("get", "/tokens", [Refused, Refused, Refused, Refused, Through, Refused]),
    ("post", "/tokens", [Refused, Refused, Refused, Refused, Through, Refused]),
    ("delete", "/tokens/{name}", [Refused, Refused, Refused, Refused, Through, Refused]),
    ("post", "/voices/me", [Through, Through, Refused, Refused, Refused, Refused]),
    ("get", "/voices/me", [Through, Through, Refused, Refused, Refused, Refused]),
    ("delete", "/voices/me", [Through, Through, Refused, Refused, Refused, Refused]),
    ("get", "/audit", [Refused, Refused, Refused, Refused, Through, Refused]),
    // Last, as it erases the visit.
    ("delete", "/encounters/{id}/consent", [Through, Refused, Through, Refused, Refused, Through]),
];

/// What needs no account.
const OPEN: &[(&str, &str)] = &[
    ("post", "/session"),
    ("post", "/setup"),
    ("post", "/password"),
    ("get", "/oidc/login"),
    ("get", "/oidc/callback"),
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/metrics"),
    ("get", "/.well-known/jwks.json"),
];

/// A body that is good enough to come to the question of who may.
fn body_of(method: &str, path: &str) -> Value {
    match (method, path) {
        ("post", "/encounters") => json!({}),
        ("put", "/encounters/{id}/consent") => super::consent(),
        ("post", "/encounters/{id}/recording") => json!({ "action": "pause" }),
        ("post", "/encounters/{id}/audio/complete") => json!({ "segments": 9 }),
        ("post", "/encounters/{id}/note/amend") => json!({ "note": {}, "reason": "a test" }),
        ("post", "/encounters/{id}/note/retract") | ("put", "/encounters/{id}/legal-hold") => {
            json!({ "reason": "a test" })
        }
        ("put", "/session/password") => json!({ "current": "x", "new": "y" }),
        ("post", "/accounts") => json!({ "login": "", "display_name": "", "role": "qa" }),
        ("post", "/tokens") => {
            json!({ "account": "00000000-0000-7000-8000-000000000000", "label": "x", "scopes": [], "days": 1 })
        }
        _ => json!({}),
    }
}

async fn ask(fixture: &Fixture, who: Option<&str>, method: &str, path: &str, visit: &str) -> (StatusCode, Value) {
    let id = visit.rsplit('/').next().expect("an id");
    let place = format!(
        "/api/v1{}",
        path.replace("{id}", id)
            .replace("{seq}", "0")
            .replace("{n}", "1")
            .replace("{delivery}", id)
            .replace("{room}", "3")
            .replace("{name}", "none")
    );
    let place =
        if path == "/voices/me" && method == "post" { format!("{place}?consent=false&wording=1") } else { place };
    let verb: Method = method.to_uppercase().parse().expect("a method");
    let request = match who {
        Some(who) => fixture.ask(who, verb.clone(), &place),
        None => fixture.request(verb.clone(), &place),
    };
    let request = request.header("if-match", "\"1\"");
    if path.ends_with("/events") || path.ends_with("/orders") {
        // A stream has no end to wait for.
        let answer = request.send().await.expect("an answer");
        let status = answer.status();
        let told = if status.is_success() { Value::Null } else { answer.json().await.unwrap_or(Value::Null) };
        return (status, told);
    }
    match verb {
        Method::GET | Method::DELETE => body(request).await,
        _ => body(request.json(&body_of(method, path))).await,
    }
}

#[tokio::test]
async fn every_route_lets_through_whom_it_should_and_nobody_else() {
    let fixture = fixture().await;
    for (method, path, expected) in MATRIX {
        for ((who, _), expected) in PEOPLE.iter().zip(expected) {
            let visit = fixture.encounter().await;
            let (status, answer) = ask(&fixture, Some(who), method, path, &visit).await;
            assert!(status.as_u16() < 500, "{method} {path} of {who}: {status}");
            assert_ne!(status, StatusCode::UNAUTHORIZED, "{method} {path} of {who}");
            let outcome = match (status, problem(&answer)) {
                (StatusCode::FORBIDDEN, "reason-required") => Reason,
                (StatusCode::FORBIDDEN, _) => Refused,
                _ => Through,
            };
            assert_eq!(outcome, *expected, "{method} {path} of {who}: {status} {answer}");
        }
        let visit = fixture.encounter().await;
        let (status, answer) = ask(&fixture, None, method, path, &visit).await;
        assert_eq!(
            (status, problem(&answer)),
            (StatusCode::UNAUTHORIZED, "not-logged-in"),
            "{method} {path} of nobody"
        );
    }
}

#[tokio::test]
async fn every_route_of_the_document_stands_in_the_matrix() {
    let document = serde_json::to_value(soapstone::http::openapi()).expect("plain data");
    let paths = document["paths"].as_object().expect("paths");
    let described = paths.iter().flat_map(|(path, operations)| {
        let verbs = operations.as_object().expect("operations").keys();
        verbs.map(move |verb| (verb.clone(), path.trim_start_matches("/api/v1").to_owned()))
    });
    let tested = MATRIX.iter().map(|(verb, path, _)| (*verb, *path)).chain(OPEN.iter().copied());
    let tested: BTreeMap<_, _> = tested.map(|(verb, path)| ((verb.to_owned(), path.to_owned()), ())).collect();
    let described: BTreeMap<_, _> = described.map(|route| (route, ())).collect();
    assert_eq!(tested.keys().collect::<Vec<_>>(), described.keys().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_reason_opens_anothers_visit_for_reading_and_stands_in_the_audit() {
    let fixture = fixture().await;
    let visit = fixture.encounter().await;
    let asked = fixture.get("colleague", &visit).header("soapstone-break-glass", "covering for her tonight");
    let (status, encounter) = body(asked).await;
    assert_eq!((status, encounter["patient"]["name"].as_str()), (StatusCode::OK, Some("Jane Roe")));
    let id = visit.rsplit('/').next().expect("an id");
    let (_, page) = body(fixture.get("admin", &format!("/api/v1/audit?encounter={id}"))).await;
    let entries = page["entries"].as_array().expect("entries");
    let broken = entries.iter().find(|entry| entry["action"] == "break_glass").expect("an entry");
    assert_eq!(broken["reason"], "covering for her tonight");
    assert_eq!(broken["actor"]["id"], fixture.accounts["colleague"].0.to_string());
    assert!(!fixture.holds("covering for her"), "the reason is kept sealed");
}

#[tokio::test]
async fn lists_show_a_clinician_their_own_visits_alone() {
    let fixture = fixture().await;
    let visit = fixture.encounter().await;
    let seen = async |who: &str| {
        let (_, page) = body(fixture.get(who, "/api/v1/encounters")).await;
        page["encounters"].as_array().expect("a list").len()
    };
    assert_eq!((seen("clinician").await, seen("colleague").await, seen("assistant").await), (1, 0, 1));
    assert!(visit.starts_with("/api/v1/encounters/"));
}

#[tokio::test]
async fn a_token_of_a_room_sends_audio_and_nothing_else() {
    let mut fixture = fixture().await;
    let (account, _) = fixture.accounts["system"].clone();
    let token = fixture.token(account, &[Scope::AudioWrite]).await;
    fixture.accounts.insert("system", (account, token));
    let visit = fixture.consented().await;
    let segment = fixture.ask("system", Method::PUT, &format!("{visit}/audio/0")).body("sound");
    assert_eq!(segment.send().await.expect("an answer").status(), StatusCode::CREATED);
    assert_eq!(body(fixture.get("system", &visit)).await.0, StatusCode::FORBIDDEN);
    assert_eq!(body(fixture.get("system", "/api/v1/encounters")).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn answers_are_kept_by_nobody_on_their_way_and_faults_say_nothing_of_the_inside() {
    let fixture = fixture().await;
    let answer = fixture.get("clinician", "/api/v1/encounters").send().await.expect("an answer");
    let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().expect("text").to_owned());
    assert_eq!(header("cache-control").as_deref(), Some("no-store"));
    assert_eq!(header("x-content-type-options").as_deref(), Some("nosniff"));
    assert!(header("content-security-policy").expect("a policy").contains("frame-ancestors 'none'"));
    let (status, answer) = body(fixture.get("clinician", "/api/v1/encounters/not-an-id")).await;
    assert_eq!((status, problem(&answer)), (StatusCode::NOT_FOUND, "not-found"));
    let posted =
        fixture.ask("clinician", Method::POST, "/api/v1/encounters").header("content-type", "application/json");
    let (status, answer) = body(posted.body("{\"patient\":{\"nickname\":\"Jane Roe\"}}")).await;
    assert_eq!((status, problem(&answer)), (StatusCode::BAD_REQUEST, "bad-request"));
    assert!(!answer.to_string().contains("nickname") && !answer.to_string().contains("Jane"), "{answer}");
}

#[tokio::test]
async fn the_document_tells_of_every_fault_as_a_problem_and_of_those_that_any_request_may_meet() {
    let document = serde_json::to_value(soapstone::http::openapi()).expect("plain data");
    let mut names = std::collections::BTreeSet::new();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (verb, operation) in operations.as_object().expect("operations") {
            assert!(names.insert(operation["operationId"].to_string()), "{verb} {path} has another's name");
            let responses = operation["responses"].as_object().expect("responses");
            assert!(["429", "500", "503"].iter().all(|status| responses.contains_key(*status)), "{verb} {path}");
            for (status, response) in responses.iter().filter(|(status, _)| status.as_str() >= "400") {
                let content = Vec::from_iter(response["content"].as_object().expect("content").keys());
                assert_eq!(content, ["application/problem+json"], "{status} of {verb} {path}");
            }
        }
    }
}
