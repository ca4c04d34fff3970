use std::num::NonZeroU32;

use reqwest::{Method, RequestBuilder, StatusCode};
use soapstone::config::LimitsConfig;
use tokio::io::AsyncWriteExt;

use super::{Fixture, body, config, fixture_of, problem};

async fn limited(limits: LimitsConfig) -> Fixture {
    fixture_of(soapstone::config::Config { limits, ..config() }, None).await
}

fn number(limit: u32) -> NonZeroU32 {
    NonZeroU32::new(limit).expect("not zero")
}

/// Asks until it is refused; how often it was answered before, and the seconds that it is told to wait.
async fn until_refused(ask: impl Fn() -> RequestBuilder) -> (u32, u64) {
    for answered in 0..1000 {
        let answer = ask().send().await.expect("an answer");
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            let wait = answer.headers()["retry-after"].to_str().expect("text").parse().expect("seconds");
            assert_eq!(answer.headers()["content-type"], "application/problem+json");
            return (answered, wait);
        }
    }
    panic!("it was never refused");
}

#[tokio::test]
async fn who_asks_too_much_is_refused_and_others_are_not() {
    let fixture = limited(LimitsConfig { caller_per_s: number(1), ..LimitsConfig::default() }).await;
    let (answered, wait) = until_refused(|| fixture.get("assistant", "/api/v1/session")).await;
    assert!((2..10).contains(&answered) && wait == 1, "{answered}, {wait} s");
    assert_eq!(body(fixture.get("qa", "/api/v1/session")).await.0, StatusCode::OK);
}

#[tokio::test]
async fn segments_have_a_limit_of_their_own() {
    let limits = LimitsConfig { caller_per_s: number(3), segments_per_s: number(3), ..LimitsConfig::default() };
    let fixture = limited(limits).await;
    let visit = fixture.consented().await;
    for sequence in 0..20 {
        assert_eq!(fixture.send_segment(&visit, sequence, vec![1, 2, 3]).await, StatusCode::CREATED);
    }
    let segment = || fixture.ask("clinician", Method::PUT, &format!("{visit}/audio/0")).body(vec![1, 2, 3]);
    let (answered, _) = until_refused(segment).await;
    assert!(answered >= 10, "thirty may come at once, and {answered} did after twenty");
}

#[tokio::test]
async fn an_address_that_asks_too_much_is_refused_before_anybody_is_looked_up() {
    let fixture = limited(LimitsConfig { address_per_s: number(2), ..LimitsConfig::default() }).await;
    let (answered, _) = until_refused(|| fixture.request(Method::GET, "/api/v1/session").bearer_auth("guess")).await;
    assert!(answered >= 4, "{answered}");
    assert_eq!(body(fixture.get("qa", "/api/v1/session")).await.0, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn more_at_once_than_is_taken_on_is_answered_at_once() {
    let fixture = limited(LimitsConfig { at_once: number(1), ..LimitsConfig::default() }).await;
    let visit = fixture.consented().await;
    // A segment whose body does not end keeps the one place.
    let (_, token) = &fixture.accounts["clinician"];
    let mut slow = tokio::net::TcpStream::connect(fixture.address).await.expect("connected");
    let head = format!(
        "PUT {visit}/audio/0 HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\ncontent-length: 10\r\n\r\n",
        token.expose()
    );
    slow.write_all(head.as_bytes()).await.expect("sent");
    let refused = loop {
        let (status, answer) = body(fixture.get("qa", "/api/v1/session")).await;
        if status == StatusCode::SERVICE_UNAVAILABLE {
            break answer;
        }
    };
    assert_eq!((problem(&refused), refused["retry_after_s"].as_u64()), ("overloaded", Some(1)));
    for place in ["/healthz", "/metrics"] {
        let answer = fixture.request(Method::GET, place).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{place} is answered however busy it is");
    }
    slow.write_all(b"0123456789").await.expect("sent");
    while body(fixture.get("qa", "/api/v1/session")).await.0 != StatusCode::OK {}
}
