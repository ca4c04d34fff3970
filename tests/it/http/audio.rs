use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::{Method, StatusCode};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{body, fixture, problem};

#[tokio::test]
async fn segments_that_come_at_once_are_all_kept_and_begin_the_recording_once() {
    let fixture = fixture().await;
    let visit = fixture.consented().await;
    let mut requests = tokio::task::JoinSet::new();
    for sequence in 0..8 {
        let segment = fixture.ask("clinician", Method::PUT, &format!("{visit}/audio/{sequence}"));
        requests.spawn(body(segment.header("content-type", "audio/flac").body(vec![sequence; 100])));
    }
    let answers = requests.join_all().await;
    assert!(answers.iter().all(|(status, _)| *status == StatusCode::CREATED), "{answers:?}");
    assert_eq!(body(fixture.get("clinician", &visit)).await.1["state"], "recording");
}

#[tokio::test]
async fn segments_come_in_any_order_and_twice_and_never_another_in_their_place() {
    let fixture = fixture().await;
    let visit = fixture.consented().await;
    assert_eq!(fixture.send_segment(&visit, 2, b"three".to_vec()).await, StatusCode::CREATED);
    assert_eq!(fixture.send_segment(&visit, 0, b"one".to_vec()).await, StatusCode::CREATED);
    assert_eq!(fixture.send_segment(&visit, 0, b"one".to_vec()).await, StatusCode::OK);
    assert_eq!(fixture.send_segment(&visit, 0, b"other".to_vec()).await, StatusCode::CONFLICT);
    assert_eq!(fixture.send_segment(&visit, 3, Vec::new()).await, StatusCode::BAD_REQUEST);
    let complete = fixture.post("clinician", &format!("{visit}/audio/complete"), &json!({ "segments": 5 }));
    let (status, answer) = body(complete).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(answer["detail"], "segments are missing: 1, 3-4");
}

#[tokio::test]
async fn a_segment_that_was_damaged_on_its_way_is_not_kept() {
    let fixture = fixture().await;
    let visit = fixture.consented().await;
    let digest = |bytes: &[u8]| format!("sha-256=:{}:", BASE64_STANDARD.encode(Sha256::digest(bytes)));
    let send = |sent: &'static str, meant: &str| {
        let segment = fixture.ask("clinician", Method::PUT, &format!("{visit}/audio/0"));
        body(segment.header("content-digest", digest(meant.as_bytes())).body(sent))
    };
    let (status, answer) = send("soumd", "sound").await;
    assert_eq!((status, problem(&answer)), (StatusCode::BAD_REQUEST, "bad-request"));
    let (status, receipt) = send("sound", "sound").await;
    assert_eq!((status, receipt["repeated"].as_bool()), (StatusCode::CREATED, Some(false)));
}

#[tokio::test]
async fn a_recording_begins_stands_still_goes_on_and_ends() {
    let fixture = fixture().await;
    let visit = fixture.consented().await;
    let order = async |action: &str| {
        body(fixture.post("clinician", &format!("{visit}/recording"), &json!({ "action": action }))).await
    };
    assert_eq!(order("start").await.1["state"], "recording");
    assert_eq!(order("pause").await.1["state"], "paused");
    assert_eq!(order("resume").await.1["state"], "recording");
    assert_eq!(order("stop").await.0, StatusCode::CONFLICT, "nothing was recorded");
    assert_eq!(fixture.send_segment(&visit, 1, b"sound".to_vec()).await, StatusCode::CREATED);
    assert_eq!(order("stop").await.1["detail"], "segments are missing: 0");
    assert_eq!(order("pause").await.1["state"], "paused");
    assert_eq!(fixture.send_segment(&visit, 0, b"late".to_vec()).await, StatusCode::CREATED, "it was recorded before");
    assert_eq!(order("stop").await.1["state"], "transcribing");
    assert_eq!(fixture.send_segment(&visit, 2, b"late".to_vec()).await, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_file_that_is_no_recording_is_refused_at_once() {
    let fixture = fixture().await;
    let visit = fixture.consented().await;
    let upload = fixture.ask("clinician", Method::POST, &format!("{visit}/audio")).body("this is no recording");
    let (status, answer) = body(upload).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(answer["detail"].as_str().expect("a detail").contains("is not a recording"), "{answer}");
    assert_eq!(body(fixture.get("clinician", &visit)).await.1["state"], "planned");
}
