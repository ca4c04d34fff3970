//! A clinician's own voice, from the enrolment to its end.

use std::{path::Path, time::Duration};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use soapstone::{
    audio::{self, AudioSource, Recording},
    config::Config,
    domain::{Role, Transcript, no_progress},
    store::voices,
};

use super::{Fixture, body, fixture, problem};

const VISIT: &str = "visit-02-knee";

fn path(ending: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("audio-fixtures").join(format!("{VISIT}.{ending}"))
}

/// The first `seconds` of what the clinician of the visit says, as a WAV file.
fn clinician_alone(seconds: usize) -> Vec<u8> {
    let source = path("flac");
    let sound = audio::decode(AudioSource::File(&source), &Config::default().recognition, &no_progress).expect("audio");
    let said = std::fs::read(path("transcript.json")).expect("a transcript");
    let said: Transcript = serde_json::from_slice(&said).expect("a transcript");
    let theirs = said.utterances.iter().filter(|said| said.role == Role::Clinician);
    let sample = |ms: Option<u64>| ms.unwrap_or_default() as usize * 16;
    let spoken = theirs.flat_map(|said| sound.channels[0][sample(said.start_ms)..sample(said.end_ms)].to_vec());
    let channel = Vec::from_iter(spoken.take(seconds * 16_000));
    assert_eq!(channel.len(), seconds * 16_000, "the clinician says as much");
    audio::to_wav(&Recording { channels: vec![channel], info: sound.info.clone() })
}

async fn enrol(fixture: &Fixture, query: &str, recording: Vec<u8>) -> (StatusCode, Value) {
    body(fixture.ask("clinician", Method::POST, &format!("/api/v1/voices/me{query}")).body(recording)).await
}

#[tokio::test]
async fn a_voice_is_kept_with_consent_sealed_and_gone_when_it_is_withdrawn() {
    let fixture = fixture().await;
    let recording = clinician_alone(30);
    for query in ["?consent=false&wording=1", "?wording=1", "?consent=true", "?consent=true&wording=+", ""] {
        let (status, answer) = enrol(&fixture, query, recording.clone()).await;
        assert_eq!((status, problem(&answer)), (StatusCode::BAD_REQUEST, "bad-request"), "{query}");
    }
    let with_consent = "?consent=true&wording=voice-2026-1";
    for (recording, word) in [(clinician_alone(15), "20 s at least"), (b"no audio".to_vec(), "WAV")] {
        let (status, answer) = enrol(&fixture, with_consent, recording).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
        assert!(answer["detail"].as_str().is_some_and(|detail| detail.contains(word)), "{answer}");
    }
    assert_eq!(body(fixture.get("clinician", "/api/v1/voices/me")).await.0, StatusCode::NOT_FOUND);

    let (status, kept) = enrol(&fixture, with_consent, recording).await;
    assert_eq!((status, kept["wording"].as_str()), (StatusCode::CREATED, Some("voice-2026-1")), "{kept}");
    assert_eq!(body(fixture.get("clinician", "/api/v1/voices/me")).await.1, kept);
    assert_eq!(body(fixture.get("colleague", "/api/v1/voices/me")).await.0, StatusCode::NOT_FOUND);
    assert!(!fixture.holds("soapstone.voice/1") && !fixture.holds("embedding"), "it is sealed");
    let (store, account) = (&fixture.workshop.store, fixture.accounts["clinician"].0);
    assert!(voices::load(store, account).await.expect("read").is_some());

    let withdrawn = fixture.ask("clinician", Method::DELETE, "/api/v1/voices/me");
    assert_eq!(body(withdrawn).await.0, StatusCode::NO_CONTENT);
    assert!(voices::load(store, account).await.expect("read").is_none());
    let again = fixture.ask("clinician", Method::DELETE, "/api/v1/voices/me");
    assert_eq!(body(again).await.0, StatusCode::NOT_FOUND);
    let (_, page) = body(fixture.get("admin", "/api/v1/audit")).await;
    let object = format!("voice/{account}");
    let entries = page["entries"].as_array().expect("entries").iter().filter(|entry| entry["object"] == object);
    assert_eq!(Vec::from_iter(entries.map(|entry| entry["action"].clone())), [json!("withdraw"), json!("consent")]);
}

#[tokio::test]
async fn an_administrator_erases_the_voice_of_who_has_left_and_sees_nothing_of_it() {
    let fixture = fixture().await;
    assert_eq!(enrol(&fixture, "?consent=true&wording=1", clinician_alone(30)).await.0, StatusCode::CREATED);
    let place = format!("/api/v1/accounts/{}/voice", fixture.accounts["clinician"].0);
    assert_eq!(body(fixture.ask("admin", Method::DELETE, &place)).await.0, StatusCode::NO_CONTENT);
    assert_eq!(body(fixture.ask("admin", Method::DELETE, &place)).await.0, StatusCode::NOT_FOUND);
    assert_eq!(body(fixture.get("clinician", "/api/v1/voices/me")).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_clinician_whose_voice_is_kept_is_known_by_it_in_their_visits() {
    let fixture = fixture().await;
    assert_eq!(enrol(&fixture, "?consent=true&wording=1", clinician_alone(30)).await.0, StatusCode::CREATED);
    fixture.start_workers();
    let visit = fixture.consented().await;
    let recording = std::fs::read(path("flac")).expect("the fixture is there");
    let upload = fixture.ask("clinician", Method::POST, &format!("{visit}/audio")).body(recording);
    assert_eq!(upload.send().await.expect("an answer").status(), StatusCode::ACCEPTED);
    for _ in 0..1200 {
        let (status, transcript) = body(fixture.get("clinician", &format!("{visit}/transcript"))).await;
        if status == StatusCode::OK {
            assert_eq!(transcript["clinician_voice"]["recognised"], true, "{}", transcript["clinician_voice"]);
            return;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    panic!("there never was a transcript");
}
