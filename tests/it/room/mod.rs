//! A room records: the real agent on a real sound system, beside the real service.

mod clinic;
mod heard;
mod sound;

use std::time::{Duration, Instant};

use clinic::{Clinic, fixture};
use heard::{RATE, find};
use reqwest::{Method, StatusCode};
use serde_json::Value;

/// Whether the seconds `from` to `to` of the fixture are in the recording, and by how many seconds later than in the fixture.
fn lag(recording: &[i16], fixture: &[i16], from: f64, to: f64) -> f64 {
    let at = |seconds: f64| (seconds * RATE as f64) as usize;
    let (found, likeness) = find(recording, &fixture[at(from)..at(to)]);
    assert!(likeness > 0.85, "{from} s to {to} s is not in the recording: {likeness}");
    found as f64 / RATE as f64 - from
}

fn seconds(samples: &[i16]) -> f64 {
    samples.len() as f64 / RATE as f64
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_in_the_room_is_with_the_service_also_when_the_network_fails() {
    let mut clinic = Clinic::open().await;
    let (file, said) = fixture();
    let visit = clinic.visit().await;
    assert_eq!(clinic.order(&visit, "start").await["device_room"], "3");
    clinic.has_segments(&visit, 1).await;
    let playing = clinic.sound.play(&file);
    clinic.has_segments(&visit, 6).await;
    clinic.stop_service().await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    clinic.start_service().await;
    clinic.has_segments(&visit, 18).await;
    clinic.finish(&visit).await;
    drop(playing);
    clinic.stop_service().await;
    let recording = clinic.recording(&visit).await;
    assert!(seconds(&recording) > 13.0, "{}", seconds(&recording));
    // Before, while and after the service was gone: nothing is missing in between.
    let lags = [(1.0, 3.0), (4.0, 6.0), (6.0, 8.0), (8.0, 10.0)].map(|(from, to)| lag(&recording, &said, from, to));
    assert!(lags.iter().all(|lag| (lag - lags[0]).abs() < 0.01), "{lags:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_is_killed_loses_less_than_a_second_and_goes_on_at_the_clocks_time() {
    let mut clinic = Clinic::open().await;
    let (file, said) = fixture();
    let visit = clinic.visit().await;
    clinic.order(&visit, "start").await;
    clinic.has_segments(&visit, 1).await;
    let playing = clinic.sound.play(&file);
    let began = Instant::now();
    clinic.has_segments(&visit, 10).await;
    let killed_at = began.elapsed().as_secs_f64();
    clinic.kill_agent().await;
    clinic.start_agent().await;
    let back_at = began.elapsed().as_secs_f64();
    clinic.has_segments(&visit, 20).await;
    clinic.kill_agent().await;
    // The stop reaches nobody: the visit waits for what the room has.
    assert_eq!(clinic.order(&visit, "stop").await["state"], "stopping");
    clinic.start_agent().await;
    clinic.is_whole(&visit).await;
    drop(playing);
    clinic.stop_service().await;
    let recording = clinic.recording(&visit).await;
    let first = lag(&recording, &said, 1.0, 3.0);
    // Played sound is heard a moment after it was begun, so the fixture was not further than this when the agent was killed.
    let last = lag(&recording, &said, killed_at - 2.5, killed_at - 1.0);
    assert!((last - first).abs() < 0.01, "{first} {last}");
    // A sound system that is playing already lets what it has worked out ahead, up to two seconds, be heard by nobody.
    let after = lag(&recording, &said, back_at + 2.5, back_at + 4.5);
    assert!((after - first).abs() < 0.6, "{first} {after}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_microphone_that_is_unplugged_is_told_of_and_its_recording_goes_on_with_the_clock() {
    let mut clinic = Clinic::open().await;
    let (file, said) = fixture();
    let visit = clinic.visit().await;
    clinic.order(&visit, "start").await;
    clinic.has_segments(&visit, 1).await;
    let playing = clinic.sound.play(&file);
    let began = Instant::now();
    clinic.has_segments(&visit, 7).await;
    clinic.sound.unplug();
    drop(playing);
    clinic.has_alarm("device_missing", true).await;
    clinic.sound.plug_in();
    clinic.has_alarm("device_missing", false).await;
    let _playing = clinic.sound.play(&file);
    let again = began.elapsed().as_secs_f64();
    tokio::time::sleep(Duration::from_secs(4)).await;
    clinic.finish(&visit).await;
    clinic.stop_service().await;
    let recording = clinic.recording(&visit).await;
    let (before, after) = recording.split_at((again * RATE as f64) as usize);
    let (first, second) = (lag(before, &said, 1.0, 2.5), lag(after, &said, 1.0, 2.5) + again);
    // A player is heard up to a second after it was started, on a busy machine. The microphone was away for longer than this.
    assert!((second - first - again).abs() < 1.5, "{first} {second} {again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_is_no_part_of_the_recording() {
    let mut clinic = Clinic::open().await;
    let visit = clinic.visit().await;
    let _playing = clinic.sound.play(&fixture().0);
    clinic.order(&visit, "start").await;
    clinic.has_segments(&visit, 3).await;
    clinic.order(&visit, "pause").await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    clinic.order(&visit, "resume").await;
    clinic.has_segments(&visit, 6).await;
    clinic.finish(&visit).await;
    clinic.stop_service().await;
    let recording = clinic.recording(&visit).await;
    assert!((4.0..8.0).contains(&seconds(&recording)), "{}", seconds(&recording));
}

#[tokio::test(flavor = "multi_thread")]
async fn withdrawn_consent_stops_the_room_and_erases_what_it_has() {
    let clinic = Clinic::open().await;
    let visit = clinic.visit().await;
    clinic.order(&visit, "start").await;
    clinic.has_segments(&visit, 2).await;
    assert!(clinic.spooled() > 0);
    let withdrawn = clinic.ask(Method::DELETE, &format!("{visit}/consent"), Value::Null).await;
    assert_eq!(withdrawn.0, StatusCode::NO_CONTENT);
    clinic.is_erased().await;
    let next = clinic.visit().await;
    clinic.order(&next, "start").await;
    clinic.has_segments(&next, 1).await;
    assert!(!clinic.logs().contains("sst_"), "no log line shows a token");
}
