//! The EHR's FHIR server: a document is put there once, replaced where it is, and read back.

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, header};
use serde_json::Value;
use zeroize::Zeroizing;

use super::{draft::IDENTIFIER_SYSTEM, smart::SmartLogin};
use crate::outbound;

const FHIR_JSON: &str = "application/fhir+json";

/// Why a document is not in the EHR. Nothing of the document, or of what the EHR says about it, is in it.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// It cannot be reached, or is busy: trying again may help.
    #[error("the EHR did not take it: {0}")]
    Passing(String),
    /// It refuses the document, and would again.
    #[error("the EHR refuses it: {0}")]
    Refused(String),
    /// It took the document and shows another.
    #[error("the EHR shows another {what} than was sent")]
    NotAsSent {
        /// What differs.
        what: &'static str,
    },
}

/// What the EHR calls a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The logical id there.
    pub id: String,
}

/// One FHIR R4 server.
pub struct FhirClient {
    base: String,
    login: EhrLogin,
    http: Client,
}

/// How the service proves itself to the EHR.
pub enum EhrLogin {
    /// Not at all.
    None,
    /// With a token that does not change.
    Token(Zeroizing<String>),
    /// With a key of its own.
    Smart(Box<SmartLogin>),
}

impl FhirClient {
    /// The server at `base`.
    pub fn new(base: &str, login: EhrLogin, timeout: Duration) -> Self {
        Self { base: base.trim_end_matches('/').to_owned(), login, http: outbound::client(timeout) }
    }

    /// What the EHR is to know the service by, where it logs in with a key: a JSON Web Key Set.
    pub fn public_keys(&self) -> Option<Value> {
        match &self.login {
            EhrLogin::Smart(smart) => Some(smart.public_keys()),
            EhrLogin::None | EhrLogin::Token(_) => None,
        }
    }

    /// The release of FHIR that the server says it speaks.
    pub async fn version(&self) -> Result<String, DeliveryError> {
        let statement = json(self.send(self.request(Method::GET, "metadata")).await?).await?;
        let version = statement["fhirVersion"].as_str().map(str::to_owned);
        version.ok_or_else(|| DeliveryError::Refused("it does not say which FHIR it speaks".to_owned()))
    }

    /// Puts `document` there: made where the server has none with its identifier, and put in the place of the one that it has.
    /// Sent twice it is there once. What the server then shows is compared with what was sent.
    pub async fn file(&self, document: &Value) -> Result<Receipt, DeliveryError> {
        let identifier = document["identifier"][0]["value"].as_str().unwrap_or_default();
        let query = format!("identifier={IDENTIFIER_SYSTEM}|{identifier}");
        let id = match self.find(&query).await? {
            Some(id) => self.replace(&id, document).await?,
            None => self.create(&query, document).await?,
        };
        self.compare(&id, document).await?;
        Ok(Receipt { id })
    }

    async fn find(&self, query: &str) -> Result<Option<String>, DeliveryError> {
        let found = self.send(self.request(Method::GET, &format!("DocumentReference?{query}"))).await?;
        let bundle = json(found).await?;
        let entries = bundle["entry"].as_array().map_or(&[][..], Vec::as_slice);
        let documents = entries.iter().filter(|entry| entry["resource"]["resourceType"] == "DocumentReference");
        let ids = documents.filter_map(|entry| entry["resource"]["id"].as_str()).filter(|id| is_id(id));
        let ids = Vec::from_iter(ids);
        match ids.as_slice() {
            [] => Ok(None),
            [id] => Ok(Some((*id).to_owned())),
            _ => Err(DeliveryError::Refused("it has several documents with this identifier".to_owned())),
        }
    }

    async fn create(&self, query: &str, document: &Value) -> Result<String, DeliveryError> {
        // Of two who create at once the server lets one, and tells the other of it.
        let request = self.request(Method::POST, "DocumentReference").header("if-none-exist", query);
        let made = self.send(with_body(request, document)).await?;
        let place = made
            .headers()
            .get(header::LOCATION)
            .and_then(|place| place.to_str().ok())
            .and_then(id_of)
            .map(str::to_owned);
        match place {
            Some(id) => Ok(id),
            None => json(made).await?["id"]
                .as_str()
                .map(str::to_owned)
                .ok_or_else(|| DeliveryError::Passing("it does not say what it calls the document".to_owned())),
        }
    }

    async fn replace(&self, id: &str, document: &Value) -> Result<String, DeliveryError> {
        let mut document = document.clone();
        document["id"] = id.into();
        self.send(with_body(self.request(Method::PUT, &format!("DocumentReference/{id}")), &document)).await?;
        Ok(id.to_owned())
    }

    async fn compare(&self, id: &str, sent: &Value) -> Result<(), DeliveryError> {
        let shown = json(self.send(self.request(Method::GET, &format!("DocumentReference/{id}"))).await?).await?;
        let places = [
            ("status", "/status"),
            ("docStatus", "/docStatus"),
            ("identifier", "/identifier/0/value"),
            ("patient", "/subject/reference"),
            ("text", "/content/0/attachment/data"),
        ];
        match places.into_iter().find(|(_, place)| shown.pointer(place) != sent.pointer(place)) {
            Some((what, _)) => Err(DeliveryError::NotAsSent { what }),
            None => Ok(()),
        }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}/{path}", self.base)).header(header::ACCEPT, FHIR_JSON)
    }

    /// The answer to `request`, if it is one of success. What the server says beside its status may quote the document, so its
    /// status alone is told.
    async fn send(&self, request: RequestBuilder) -> Result<Response, DeliveryError> {
        let answer = match &self.login {
            EhrLogin::None => request.send().await,
            EhrLogin::Token(token) => request.bearer_auth(token.as_str()).send().await,
            EhrLogin::Smart(smart) => return self.send_with(smart, request).await,
        };
        check(answer)
    }

    /// The same with a token of `smart`, and with another one where the server does not take that any more.
    async fn send_with(&self, smart: &SmartLogin, request: RequestBuilder) -> Result<Response, DeliveryError> {
        let again = request.try_clone();
        let token = smart.token(&self.http, &self.base).await?;
        let answer = request.bearer_auth(token.as_str()).send().await;
        let is_over = answer.as_ref().is_ok_and(|answer| answer.status() == StatusCode::UNAUTHORIZED);
        let Some(again) = again.filter(|_| is_over) else { return check(answer) };
        smart.forget(&token).await;
        let token = smart.token(&self.http, &self.base).await?;
        check(again.bearer_auth(token.as_str()).send().await)
    }
}

fn with_body(request: RequestBuilder, document: &Value) -> RequestBuilder {
    request.header(header::CONTENT_TYPE, FHIR_JSON).body(document.to_string())
}

fn check(answer: Result<Response, reqwest::Error>) -> Result<Response, DeliveryError> {
    let answer = answer.map_err(|error| DeliveryError::Passing(unreachable(&error)))?;
    let status = answer.status();
    let waits = matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS);
    match () {
        () if status.is_success() => Ok(answer),
        () if status.is_server_error() || waits => Err(DeliveryError::Passing(format!("it answers {status}"))),
        () => Err(DeliveryError::Refused(format!("it answers {status}"))),
    }
}

/// The answer's body.
pub(super) async fn json(answer: Response) -> Result<Value, DeliveryError> {
    let bytes = answer.bytes().await.map_err(|error| DeliveryError::Passing(unreachable(&error)))?;
    serde_json::from_slice(&bytes).map_err(|_| DeliveryError::Passing("its answer is no JSON".to_owned()))
}

/// Without the address, whose query names the encounter.
pub(super) fn unreachable(error: &reqwest::Error) -> String {
    let what = match () {
        () if error.is_timeout() => "it does not answer in time",
        () if error.is_connect() => "it cannot be reached",
        () => "the connection broke off",
    };
    what.to_owned()
}

/// The logical id in `DocumentReference/<id>/_history/1`, wherever that begins.
fn id_of(place: &str) -> Option<&str> {
    let (_, rest) = place.rsplit_once("DocumentReference/")?;
    rest.split('/').next().filter(|id| is_id(id))
}

/// Whether it is an id as FHIR has them, and leads to no other place of the server.
fn is_id(id: &str) -> bool {
    let is_sign = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '.');
    (1..=64).contains(&id.len()) && id.chars().all(is_sign) && id.chars().any(|sign| sign != '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_read_from_any_form_of_location() {
        for place in
            ["DocumentReference/a1", "http://ehr/fhir/DocumentReference/a1/_history/3", "/fhir/DocumentReference/a1"]
        {
            assert_eq!(id_of(place), Some("a1"), "{place}");
        }
        for place in [
            "http://ehr/fhir/Patient/a1",
            "DocumentReference/../Patient",
            "DocumentReference/a?b",
            "DocumentReference/",
        ] {
            assert_eq!(id_of(place), None, "{place}");
        }
    }
}
