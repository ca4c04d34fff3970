use std::time::Duration;

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use super::{Fixture, body, fixture, problem};

/// The stream of a room's orders, as its device reads it.
struct Device {
    stream: Response,
    text: String,
}

impl Device {
    /// A device of room 3.
    async fn connect(fixture: &Fixture) -> Self {
        let stream = fixture.get("system", "/api/v1/rooms/3/orders").send().await.expect("an answer");
        assert_eq!(stream.status(), StatusCode::OK);
        Self { stream, text: String::new() }
    }

    /// The next orders: pairs of visit and action.
    async fn orders(&mut self) -> Vec<(String, String)> {
        loop {
            if let Some((event, rest)) = self.text.clone().split_once("\n\n") {
                self.text = rest.to_owned();
                let Some(data) = event.lines().find_map(|line| line.strip_prefix("data:")) else { continue };
                let data: Value = serde_json::from_str(data).expect("JSON");
                let orders = data["orders"].as_array().expect("orders").iter();
                let word = |order: &Value, key: &str| order[key].as_str().expect("a word").to_owned();
                return orders.map(|order| (word(order, "encounter"), word(order, "action"))).collect();
            }
            let chunk = tokio::time::timeout(Duration::from_secs(20), self.stream.chunk()).await.expect("in time");
            self.text.push_str(&String::from_utf8_lossy(&chunk.expect("it goes on").expect("it goes on")));
        }
    }
}

fn id(visit: &str) -> String {
    visit.rsplit('/').next().expect("an id").to_owned()
}

async fn order(fixture: &Fixture, visit: &str, order: Value) -> (StatusCode, Value) {
    body(fixture.post("clinician", &format!("{visit}/recording"), &order)).await
}

async fn start(fixture: &Fixture, visit: &str) -> (StatusCode, Value) {
    order(fixture, visit, json!({ "action": "start" })).await
}

fn one(visit: &str, action: &str) -> Vec<(String, String)> {
    vec![(id(visit), action.to_owned())]
}

#[tokio::test]
async fn a_rooms_device_is_told_everything_and_ends_the_recording_when_all_is_here() {
    let fixture = fixture().await;
    let mut device = Device::connect(&fixture).await;
    assert_eq!(device.orders().await, []);
    let visit = fixture.encounter().await;
    assert_eq!(problem(&start(&fixture, &visit).await.1), "no-consent");
    let visit = fixture.consented().await;
    let (_, state) = start(&fixture, &visit).await;
    assert_eq!((state["state"].as_str(), state["device_room"].as_str()), (Some("recording"), Some("3")));
    assert_eq!(device.orders().await, one(&visit, "start"));
    order(&fixture, &visit, json!({ "action": "pause" })).await;
    assert_eq!(device.orders().await, one(&visit, "pause"));
    order(&fixture, &visit, json!({ "action": "resume" })).await;
    assert_eq!(device.orders().await, one(&visit, "start"));
    let (status, state) = order(&fixture, &visit, json!({ "action": "stop" })).await;
    assert_eq!((status, state["state"].as_str()), (StatusCode::OK, Some("stopping")));
    assert_eq!(device.orders().await, one(&visit, "stop"));
    // A device that comes back after it was away learns it, too.
    let mut again = Device::connect(&fixture).await;
    assert_eq!(again.orders().await, one(&visit, "stop"));
    assert_eq!(fixture.send_segment(&visit, 0, b"sound".to_vec()).await, StatusCode::CREATED);
    let complete = fixture.post("system", &format!("{visit}/audio/complete"), &json!({ "segments": 1 }));
    assert_eq!(body(complete).await.0, StatusCode::ACCEPTED);
    assert_eq!(device.orders().await, []);
    assert_eq!(body(fixture.get("clinician", &visit)).await.1["state"], "transcribing");
}

#[tokio::test]
async fn without_a_device_the_caller_has_the_microphone() {
    let fixture = fixture().await;
    let visit = fixture.consented().await;
    let (_, state) = start(&fixture, &visit).await;
    assert_eq!((state["state"].as_str(), &state["device_room"]), (Some("recording"), &Value::Null));
    let sent = fixture.consented().await;
    assert_eq!(fixture.send_segment(&sent, 0, b"sound".to_vec()).await, StatusCode::CREATED);
    let mut device = Device::connect(&fixture).await;
    assert_eq!(device.orders().await, []);
    // Who has sent audio goes on sending it.
    assert_eq!(start(&fixture, &sent).await.1["device_room"], Value::Null);
}

#[tokio::test]
async fn a_device_records_one_visit_at_a_time() {
    let fixture = fixture().await;
    let mut device = Device::connect(&fixture).await;
    device.orders().await;
    let (first, second) = (fixture.consented().await, fixture.consented().await);
    start(&fixture, &first).await;
    let (status, answer) = start(&fixture, &second).await;
    assert_eq!((status, problem(&answer)), (StatusCode::CONFLICT, "conflict"));
    order(&fixture, &first, json!({ "action": "pause" })).await;
    assert_eq!(start(&fixture, &second).await.0, StatusCode::OK);
    assert_eq!(order(&fixture, &first, json!({ "action": "resume" })).await.0, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_device_that_is_lost_is_not_waited_for_where_somebody_says_so() {
    let fixture = fixture().await;
    let mut device = Device::connect(&fixture).await;
    device.orders().await;
    let lost = json!({ "action": "stop", "without_device": true });
    let nothing = fixture.consented().await;
    start(&fixture, &nothing).await;
    order(&fixture, &nothing, json!({ "action": "stop" })).await;
    assert_eq!(order(&fixture, &nothing, lost.clone()).await.1["state"], "planned");
    let some = fixture.consented().await;
    start(&fixture, &some).await;
    assert_eq!(fixture.send_segment(&some, 0, b"sound".to_vec()).await, StatusCode::CREATED);
    order(&fixture, &some, json!({ "action": "stop" })).await;
    assert_eq!(order(&fixture, &some, lost).await.1["state"], "transcribing");
}

#[tokio::test]
async fn withdrawn_consent_ends_the_devices_order() {
    let fixture = fixture().await;
    let mut device = Device::connect(&fixture).await;
    device.orders().await;
    let visit = fixture.consented().await;
    start(&fixture, &visit).await;
    assert_eq!(device.orders().await, one(&visit, "start"));
    fixture.ask("clinician", Method::DELETE, &format!("{visit}/consent")).send().await.expect("an answer");
    assert_eq!(device.orders().await, []);
}

#[tokio::test]
async fn what_a_device_tells_is_seen_by_who_watches_the_visit() {
    let fixture = fixture().await;
    let mut device = Device::connect(&fixture).await;
    device.orders().await;
    let visit = fixture.consented().await;
    start(&fixture, &visit).await;
    let mut events = fixture.get("clinician", &format!("{visit}/events")).send().await.expect("a stream");
    let report = json!({
        "device": "hw:1", "encounter": id(&visit), "level": { "peak_dbfs": -9.5, "rms_dbfs": -31.0 },
        "alarms": ["clipping"], "unsent": 2,
    });
    assert_eq!(body(fixture.put("system", "/api/v1/rooms/3", &report)).await.0, StatusCode::NO_CONTENT);
    let (status, answer) = body(fixture.put("system", "/api/v1/rooms/4", &report)).await;
    assert_eq!((status, problem(&answer)), (StatusCode::CONFLICT, "conflict"));
    drop(device);
    let mut told = String::new();
    while !told.contains("offline") {
        let chunk = events.chunk().await.expect("it goes on").expect("it goes on");
        told.push_str(&String::from_utf8_lossy(&chunk));
    }
    assert!(told.contains(r#"{"event":"alarm","alarm":"clipping","on":true}"#), "{told}");
    assert!(told.contains(r#"{"event":"level","peak_dbfs":-9.5,"rms_dbfs":-31.0,"unsent":2}"#), "{told}");
    let (_, rooms) = body(fixture.get("admin", "/api/v1/rooms")).await;
    let room = &rooms["rooms"][0];
    assert_eq!(
        (room["name"].as_str(), room["connected"].as_bool(), room["device"].as_str()),
        (Some("3"), Some(false), Some("hw:1"))
    );
    assert!(!rooms.to_string().contains("Jane"));
}
