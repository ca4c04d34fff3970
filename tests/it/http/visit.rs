use std::{fs, path::Path};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{body, fixture};

fn recording() -> Vec<u8> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("audio-fixtures");
    fs::read(fixtures.join("visit-02-knee.flac")).expect("the fixture is there")
}

#[tokio::test]
async fn a_recording_in_segments_becomes_a_transcript_a_draft_and_a_signed_note() {
    let fixture = fixture().await;
    fixture.start_workers();
    let visit = fixture.consented().await;
    let mut stream = fixture.get("clinician", &format!("{visit}/events")).send().await.expect("a stream");

    let recording = recording();
    let segments = Vec::from_iter(recording.chunks(100_000).map(<[u8]>::to_vec));
    let count = segments.len() as u32;
    for (sequence, bytes) in segments.into_iter().enumerate().rev() {
        assert_eq!(fixture.send_segment(&visit, sequence as u32, bytes).await, StatusCode::CREATED);
    }
    let complete = fixture.post("clinician", &format!("{visit}/audio/complete"), &json!({ "segments": count }));
    assert_eq!(complete.send().await.expect("an answer").status(), StatusCode::ACCEPTED);
    let encounter = fixture.reaches(&visit, "drafted").await;
    let jobs = encounter["jobs"].as_array().expect("jobs");
    assert!(jobs.iter().all(|job| job["state"] == "done" && job["attempts"] == 1), "{jobs:?}");

    let (_, transcript) = body(fixture.get("clinician", &format!("{visit}/transcript"))).await;
    let words = transcript["utterances"].as_array().expect("utterances").iter();
    let words: usize = words.map(|one| one["text"].as_str().expect("a text").split(' ').count()).sum();
    assert!(words > 200, "{words} words");

    let answer = fixture.get("clinician", &format!("{visit}/note")).send().await.expect("an answer");
    let etag = answer.headers()["etag"].clone();
    let note: Value = answer.json().await.expect("JSON");
    assert_eq!((note["status"].as_str(), note["encounter"]["id"].as_str()), (Some("draft"), visit.rsplit('/').next()));
    assert!(note["encounter"]["started_at"].is_string());
    let sign = fixture.ask("clinician", Method::POST, &format!("{visit}/note/sign")).header("if-match", etag);
    assert_eq!(body(sign).await.1["status"], "signed");

    let clip =
        fixture.get("clinician", &format!("{visit}/audio?from_ms=1000&to_ms=2500")).send().await.expect("an answer");
    let clip = hound::WavReader::new(std::io::Cursor::new(clip.bytes().await.expect("a body"))).expect("a WAV file");
    assert_eq!((clip.spec().sample_rate, clip.duration()), (16_000, 24_000));

    let mut events = String::new();
    while !events.contains("\"signed\"") {
        let chunk = stream.chunk().await.expect("the stream goes on").expect("the stream goes on");
        events.push_str(&String::from_utf8_lossy(&chunk));
    }
    for event in
        ["\"recording\"", "\"transcribing\"", "event: progress", "event: transcript", "event: note", "\"drafted\""]
    {
        assert!(events.contains(event), "{event}");
    }
    let spoken = transcript["utterances"][0]["text"].as_str().expect("a text");
    for secret in [spoken, "Jane Roe"] {
        assert!(!fixture.holds(secret), "nothing of a visit is readable on the disk");
    }
    assert!(!events.contains("Jane Roe"), "events tell of no patient");
}

#[tokio::test]
async fn a_recording_without_speech_fails_and_says_why_and_is_kept() {
    let fixture = fixture().await;
    fixture.start_workers();
    let visit = fixture.consented().await;
    let silence = soapstone::audio::to_wav(&soapstone::audio::Recording {
        channels: vec![(0..160_000).map(|at| (at % 7) as i16).collect()],
        info: soapstone::domain::AudioInfo { duration_ms: 10_000, sample_rate_hz: 16_000, sha256: String::new() },
    });
    let upload = fixture.ask("clinician", Method::POST, &format!("{visit}/audio")).body(silence);
    assert_eq!(upload.send().await.expect("an answer").status(), StatusCode::ACCEPTED);
    let encounter = fixture.reaches(&visit, "failed").await;
    let fault = encounter["jobs"][0]["fault"].as_str().expect("a reason");
    assert!(fault.contains("speech") || fault.contains("heard"), "{fault}");
    let clip = fixture.get("clinician", &format!("{visit}/audio")).send().await.expect("an answer");
    assert_eq!(clip.status(), StatusCode::OK);
}
