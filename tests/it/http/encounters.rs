use std::collections::BTreeSet;

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{body, fixture};

#[tokio::test]
async fn a_request_that_is_sent_many_times_at_once_enters_one_visit() {
    let fixture = fixture().await;
    let sent = json!({ "room": "3" });
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let request = fixture.post("clinician", "/api/v1/encounters", &sent).header("idempotency-key", "visit-7");
        requests.spawn(body(request));
    }
    let answers = requests.join_all().await;
    let is_known = |(status, _): &(StatusCode, Value)| matches!(*status, StatusCode::CREATED | StatusCode::CONFLICT);
    assert!(answers.iter().all(is_known), "{answers:?}");
    let entered = answers.iter().filter(|(status, _)| *status == StatusCode::CREATED);
    let ids: BTreeSet<&str> = entered.map(|(_, visit)| visit["id"].as_str().expect("an id")).collect();
    let (_, list) = body(fixture.get("clinician", "/api/v1/encounters")).await;
    let listed = list["encounters"].as_array().expect("a list");
    assert_eq!((ids.len(), listed.len()), (1, 1));
}
