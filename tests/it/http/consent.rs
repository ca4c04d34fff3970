use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{body, fixture, problem};

#[tokio::test]
async fn without_consent_not_a_byte_is_taken() {
    let fixture = fixture().await;
    let visit = fixture.encounter().await;
    assert_eq!(fixture.send_segment(&visit, 0, b"sound".to_vec()).await, StatusCode::CONFLICT);
    let whole = fixture.ask("clinician", Method::POST, &format!("{visit}/audio")).body("sound");
    let (status, answer) = body(whole).await;
    assert_eq!((status, problem(&answer)), (StatusCode::CONFLICT, "no-consent"));
    let start = fixture.post("clinician", &format!("{visit}/recording"), &json!({ "action": "start" }));
    assert_eq!(problem(&body(start).await.1), "no-consent");
    assert!(!fixture.holds("sound"));
    assert_eq!(std::fs::read_dir(fixture.folder.path().join("audio")).expect("a folder").count(), 0);
}

#[tokio::test]
async fn consent_says_who_and_to_what() {
    let fixture = fixture().await;
    let visit = fixture.encounter().await;
    let empty = json!({ "rule": "one_party", "given_by": " ", "method": "written", "wording": "1" });
    let (status, _) = body(fixture.put("clinician", &format!("{visit}/consent"), &empty)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let (_, given) = body(fixture.put("assistant", &format!("{visit}/consent"), &super::consent())).await;
    assert_eq!(given["recorded_by"], fixture.accounts["assistant"].0.to_string());
    let (_, encounter) = body(fixture.get("clinician", &visit)).await;
    assert_eq!(encounter["consent"], given);
}

#[tokio::test]
async fn withdrawal_erases_everything_but_that_it_happened() {
    let fixture = fixture().await;
    let visit = fixture.consented().await;
    assert_eq!(fixture.send_segment(&visit, 0, b"what was said".to_vec()).await, StatusCode::CREATED);
    let gone = fixture.ask("clinician", Method::DELETE, &format!("{visit}/consent")).send().await.expect("an answer");
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    assert_eq!(body(fixture.get("clinician", &visit)).await.0, StatusCode::NOT_FOUND);
    assert_eq!(std::fs::read_dir(fixture.folder.path().join("audio")).expect("a folder").count(), 0);
    let id = visit.rsplit('/').next().expect("an id");
    let (_, page) = body(fixture.get("admin", &format!("/api/v1/audit?encounter={id}"))).await;
    assert_eq!(page["entries"][0]["action"], "withdraw");
    assert_eq!(fixture.send_segment(&visit, 1, b"more".to_vec()).await, StatusCode::NOT_FOUND);
}
