//! The service, as the agent of a room knows it.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url, header};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::RoomError;
use crate::{
    audio::Segment,
    domain::{EncounterId, RoomOrders, RoomStatus},
};

/// How long anything but the stream of orders may take.
const TIMEOUT: Duration = Duration::from_secs(30);
const STATUS_TIMEOUT: Duration = Duration::from_secs(3);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The service sends a sign of life every five seconds; a connection without one for so long is dead.
const SILENT_STREAM: Duration = Duration::from_secs(15);

/// Bytes of one event, at most.
const MAX_EVENT_BYTES: usize = 1024 * 1024;

/// What the service says to something that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// It has it.
    Taken,
    /// It knows no such visit: its consent was withdrawn, and it was erased.
    Unknown,
    /// It does not want it, and will not later: the recording is over.
    Refused(String),
    /// It cannot take it now.
    Later(String),
}

/// The service at one address.
pub(super) struct Service {
    base: Url,
    token: Zeroizing<String>,
    http: Client,
}

#[derive(Deserialize)]
struct Problem {
    #[serde(rename = "type")]
    kind: String,
    detail: String,
}

/// The service's own word; a proxy, or another program at this address, has nothing to say of a visit.
const NOT_FOUND: &str = "urn:soapstone:problem:not-found";

impl Service {
    /// The service at `server`, which is shown `token`. What is not encrypted goes to this machine alone.
    pub fn new(server: &str, token: Zeroizing<String>) -> Result<Self, RoomError> {
        let address = || RoomError::Address { server: server.to_owned() };
        let base = Url::parse(&format!("{}/api/v1/", server.trim_end_matches('/'))).map_err(|_| address())?;
        let is_here = matches!(base.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        match base.scheme() {
            "https" => {}
            "http" if is_here => {}
            "http" => return Err(RoomError::Plain { server: server.to_owned() }),
            _ => return Err(address()),
        }
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().connect_timeout(CONNECT_TIMEOUT).read_timeout(SILENT_STREAM);
        let http = client.redirect(reqwest::redirect::Policy::none()).build().expect("the settings are fixed");
        Ok(Self { base, token, http })
    }

    /// Where it is, as visits remember it.
    pub fn address(&self) -> &str {
        self.base.as_str()
    }

    /// Sends a segment.
    pub async fn send_segment(&self, visit: EncounterId, sequence: u32, segment: &Segment) -> Answer {
        let digest = BASE64_STANDARD.encode(Sha256::digest(&segment.bytes));
        let request = self.request(Method::PUT, &format!("encounters/{visit}/audio/{sequence}"));
        let request = request.header(header::CONTENT_TYPE, &segment.media_type);
        let request = request.header("content-digest", format!("sha-256=:{digest}:"));
        answer(request.body(segment.bytes.to_vec()).timeout(TIMEOUT).send().await).await
    }

    /// Says that the recording consists of this many segments.
    pub async fn complete(&self, visit: EncounterId, segments: u32) -> Answer {
        let request = self.request(Method::POST, &format!("encounters/{visit}/audio/complete"));
        answer(request.json(&json!({ "segments": segments })).timeout(TIMEOUT).send().await).await
    }

    /// Says that nothing of the visit is here, so that nobody waits for it.
    pub async fn has_nothing(&self, visit: EncounterId) -> Answer {
        let request = self.request(Method::POST, &format!("encounters/{visit}/recording"));
        let order = json!({ "action": "stop", "without_device": true });
        answer(request.json(&order).timeout(TIMEOUT).send().await).await
    }

    /// Tells how the room is.
    pub async fn tell(&self, room: &str, status: &RoomStatus) -> Answer {
        let request = self.request(Method::PUT, &format!("rooms/{}", path_word(room)));
        answer(request.json(status).timeout(STATUS_TIMEOUT).send().await).await
    }

    /// Opens the stream of the room's orders.
    pub async fn orders(&self, room: &str) -> Result<Orders, Answer> {
        let request = self.request(Method::GET, &format!("rooms/{}/orders", path_word(room)));
        match request.header(header::ACCEPT, "text/event-stream").send().await {
            Ok(response) if response.status() == StatusCode::OK => Ok(Orders { response, text: Vec::new() }),
            other => Err(answer(other).await),
        }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = self.base.join(path).expect("paths are made of ids and escaped words");
        self.http.request(method, url).bearer_auth(self.token.as_str())
    }
}

/// A name as one step of a path.
fn path_word(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

async fn answer(response: Result<Response, reqwest::Error>) -> Answer {
    let response = match response {
        Ok(response) => response,
        // The address is in the library's words, and nothing of a visit.
        Err(error) => return Answer::Later(error.without_url().to_string()),
    };
    let status = response.status();
    if status.is_success() {
        return Answer::Taken;
    }
    let said = response.json::<Problem>().await;
    match (status, said) {
        (StatusCode::NOT_FOUND, Ok(problem)) if problem.kind == NOT_FOUND => Answer::Unknown,
        (StatusCode::CONFLICT, Ok(problem)) => Answer::Refused(problem.detail),
        (_, Ok(problem)) => Answer::Later(problem.detail),
        (_, Err(_)) => Answer::Later(format!("it answered {status}")),
    }
}

/// Orders as they come.
pub(super) struct Orders {
    response: Response,
    text: Vec<u8>,
}

impl Orders {
    /// The next ones; `None` at the end of the connection.
    pub async fn next(&mut self) -> Option<RoomOrders> {
        loop {
            if let Some(event) = self.event() {
                if let Some(orders) = orders_of(&event) {
                    return Some(orders);
                }
                continue;
            }
            let chunk = self.response.chunk().await.ok().flatten()?;
            self.text.extend_from_slice(&chunk);
            if self.text.len() > MAX_EVENT_BYTES {
                return None;
            }
        }
    }

    /// Takes one whole event out of what came: all until an empty line.
    fn event(&mut self) -> Option<String> {
        let end = self.text.windows(2).position(|two| two == b"\n\n")?;
        let event = self.text.drain(..end + 2).collect::<Vec<u8>>();
        Some(String::from_utf8_lossy(&event).into_owned())
    }
}

fn orders_of(event: &str) -> Option<RoomOrders> {
    let data = event.lines().find_map(|line| line.strip_prefix("data:"))?;
    serde_json::from_str(data.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(server: &str) -> Result<Service, RoomError> {
        Service::new(server, Zeroizing::new("token".to_owned()))
    }

    #[test]
    fn what_is_not_encrypted_stays_on_this_machine() {
        assert!(service("http://127.0.0.1:8477").is_ok() && service("https://scribe.clinic.example/").is_ok());
        let plain = service("http://scribe.clinic.example").err().expect("refused").to_string();
        assert!(plain.contains("https://"), "{plain}");
        assert!(matches!(service("scribe"), Err(RoomError::Address { .. })));
    }

    #[test]
    fn a_room_may_be_called_anything() {
        assert_eq!(path_word("Exam room 3/ü"), "Exam%20room%203%2F%C3%BC");
    }

    #[test]
    fn orders_are_read_and_signs_of_life_passed_over() {
        assert_eq!(orders_of(":\n\n"), None);
        let id = "0190a7e5-7b1c-7c3a-9e55-3f1f6f1f2a10";
        let event = format!(
            "event: orders\ndata: {{\"orders\":[{{\"encounter\":\"{id}\",\"action\":\"start\",\"ordered_ms_ago\":5}}]}}\n\n"
        );
        assert_eq!(orders_of(&event).expect("orders").orders[0].encounter.to_string(), id);
    }
}
