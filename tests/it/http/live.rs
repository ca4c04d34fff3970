//! A visit while it is recorded.

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use soapstone::{
    audio::{self, AudioSource},
    domain::no_progress,
};

use super::{Fixture, body, config, fixture};
use crate::support::facts::fixtures;

/// The segments of a second each that a room sends of the first `seconds` of a visit.
fn segments(seconds: usize) -> Vec<Vec<u8>> {
    let sound = fixtures().join("visit-02-knee.flac");
    let visit = audio::decode(AudioSource::File(&sound), &config().recognition, &no_progress).expect("it decodes");
    let of = |second: &[i16]| second.iter().flat_map(|sample| sample.to_be_bytes()).collect();
    visit.channels[0].chunks(16_000).take(seconds).map(of).collect()
}

async fn send(fixture: &Fixture, visit: &str, first: usize, segments: &[Vec<u8>]) {
    for (sequence, bytes) in (first..).zip(segments) {
        let segment = fixture.ask("clinician", Method::PUT, &format!("{visit}/audio/{sequence}"));
        let segment = segment.header("content-type", "audio/L16;rate=16000;channels=1").body(bytes.clone());
        assert_eq!(segment.send().await.expect("an answer").status(), StatusCode::CREATED);
    }
}

/// What a stream of events told of a visit.
struct Watched {
    stream: Response,
    unread: String,
    said: Vec<Value>,
}

impl Watched {
    async fn of(fixture: &Fixture, visit: &str) -> Self {
        let stream = fixture.get("clinician", &format!("{visit}/events")).send().await.expect("a stream");
        Self { stream, unread: String::new(), said: Vec::new() }
    }

    /// Reads events, keeping what is said, until one satisfies `is_it`.
    async fn until(&mut self, is_it: impl Fn(&Value, &[Value]) -> bool) -> Value {
        loop {
            while let Some((event, rest)) = self.unread.split_once("\n\n") {
                let data: String = event.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
                self.unread = rest.to_owned();
                let Ok(event) = serde_json::from_str::<Value>(&data) else { continue };
                if event["event"] == "utterances" {
                    let from = event["from"].as_u64().expect("a number") as usize;
                    self.said.truncate(from);
                    self.said.extend(event["utterances"].as_array().expect("utterances").iter().cloned());
                }
                if is_it(&event, &self.said) {
                    return event;
                }
            }
            let chunk = self.stream.chunk().await.expect("the stream goes on").expect("the stream goes on");
            self.unread.push_str(&String::from_utf8_lossy(&chunk));
        }
    }
}

fn words<'v>(said: impl IntoIterator<Item = &'v Value>) -> Vec<String> {
    let texts = said.into_iter().filter_map(|one| one["text"].as_str());
    texts.flat_map(|text| text.split(' ').map(str::to_owned)).collect()
}

#[tokio::test]
async fn what_is_said_is_told_while_the_visit_is_recorded_and_is_in_the_transcript() {
    let fixture = fixture().await;
    fixture.start_workers();
    let visit = fixture.consented().await;
    let mut watched = Watched::of(&fixture, &visit).await;
    let segments = segments(75);
    send(&fixture, &visit, 0, &segments[..20]).await;
    watched.until(|_, said| words(said).len() > 20).await;
    send(&fixture, &visit, 20, &segments[20..]).await;
    watched.until(|event, _| event["event"] == "utterances" && event["heard_ms"] == 75_000).await;

    let is_final = |one: &&Value| one["final"] == true;
    assert!(watched.said.iter().any(|one| is_final(&one)) && !watched.said.iter().all(|one| is_final(&one)));
    let mut late = Watched::of(&fixture, &visit).await;
    late.until(|event, _| event["event"] == "utterances").await;
    assert_eq!(late.said, watched.said, "who comes late is told what was said before");

    let complete = fixture.post("clinician", &format!("{visit}/audio/complete"), &json!({ "segments": 75 }));
    assert_eq!(complete.send().await.expect("an answer").status(), StatusCode::ACCEPTED);
    watched.until(|event, _| event["event"] == "transcript").await;
    let (_, transcript) = body(fixture.get("clinician", &format!("{visit}/transcript"))).await;
    let told = words(watched.said.iter().take_while(is_final));
    let written = words(transcript["utterances"].as_array().expect("utterances"));
    assert!(told.len() > 60 && written.len() >= told.len(), "{} of {} words", told.len(), written.len());
    assert_eq!(told, written[..told.len()], "what was final is what is written");
}

#[tokio::test]
async fn an_erased_visit_is_told_of_no_more() {
    let fixture = fixture().await;
    fixture.start_workers();
    let visit = fixture.consented().await;
    let mut watched = Watched::of(&fixture, &visit).await;
    let segments = segments(24);
    send(&fixture, &visit, 0, &segments[..12]).await;
    watched.until(|_, said| !said.is_empty()).await;
    send(&fixture, &visit, 12, &segments[12..]).await;
    let withdrawn = fixture.ask("clinician", Method::DELETE, &format!("{visit}/consent")).send().await;
    assert_eq!(withdrawn.expect("an answer").status(), StatusCode::NO_CONTENT);
    watched.until(|event, _| event["event"] == "erased").await;
    assert_eq!(fixture.workshop.live.said(visit.rsplit('/').next().expect("an id").parse().expect("an id")), []);
    let told = tokio::time::timeout(std::time::Duration::from_secs(3), watched.until(|_, _| true)).await;
    assert!(told.is_err(), "{:?}", told.map(|event| event["event"].clone()));
}
