use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{body, fixture, problem};

#[tokio::test]
async fn a_visit_under_legal_hold_says_so_and_is_erased_by_nobody_until_it_ends() {
    let fixture = fixture().await;
    let visit = fixture.consented().await;
    let (hold, consent) = (format!("{visit}/legal-hold"), format!("{visit}/consent"));
    let unsaid = fixture.put("admin", &hold, &json!({ "reason": " " }));
    assert_eq!(body(unsaid).await.0, StatusCode::BAD_REQUEST);
    let held = fixture.put("admin", &hold, &json!({ "reason": "Roe against the clinic" }));
    assert_eq!(body(held).await.0, StatusCode::NO_CONTENT);
    assert_eq!(body(fixture.get("clinician", &visit)).await.1["legal_hold"], true);

    let (status, answer) = body(fixture.ask("clinician", Method::DELETE, &consent)).await;
    assert_eq!((status, problem(&answer)), (StatusCode::CONFLICT, "legal-hold"));
    assert_eq!(body(fixture.get("clinician", &visit)).await.0, StatusCode::OK);

    assert_eq!(body(fixture.ask("admin", Method::DELETE, &hold)).await.0, StatusCode::NO_CONTENT);
    assert_eq!(body(fixture.get("clinician", &visit)).await.1["legal_hold"], false);
    assert_eq!(body(fixture.ask("clinician", Method::DELETE, &consent)).await.0, StatusCode::NO_CONTENT);

    let id = visit.rsplit('/').next().expect("an id");
    let (_, page) = body(fixture.get("admin", &format!("/api/v1/audit?encounter={id}"))).await;
    let entries = page["entries"].as_array().expect("entries");
    let of = |action: &str| entries.iter().filter(|entry| entry["action"] == action).collect::<Vec<_>>();
    let (holds, withdrawals) = (of("hold"), of("withdraw"));
    assert_eq!((holds.len(), holds[1]["reason"].as_str()), (2, Some("Roe against the clinic")));
    assert_eq!((&withdrawals[0]["outcome"], &withdrawals[1]["outcome"]), (&json!("done"), &json!("refused")));
    assert!(!fixture.holds("Roe against"), "the reason is kept sealed");
}
