//! The EHR's FHIR server: a document is put there once, replaced where it is, and read back.

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, header};
use serde_json::Value;
use zeroize::Zeroizing;

use super::draft::IDENTIFIER_SYSTEM;

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
    token: Option<Zeroizing<String>>,
    http: Client,
}

impl FhirClient {
    /// The server at `base`, which is shown `token`.
    pub fn new(base: &str, token: Option<Zeroizing<String>>, timeout: Duration) -> Self {
        // The one provider of TLS in the program; that it is installed already is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder().timeout(timeout).redirect(reqwest::redirect::Policy::none()).build();
        Self { base: base.trim_end_matches('/').to_owned(), token, http: http.expect("the settings are fixed") }
    }

    /// The release of FHIR that the server says it speaks.
    pub async fn version(&self) -> Result<String, DeliveryError> {
        let statement = json(answer(self.request(Method::GET, "metadata")).await?).await?;
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
        let found = answer(self.request(Method::GET, &format!("DocumentReference?{query}"))).await?;
        let bundle = json(found).await?;
        let entries = bundle["entry"].as_array().map_or(&[][..], Vec::as_slice);
        let documents = entries.iter().filter(|entry| entry["resource"]["resourceType"] == "DocumentReference");
        let ids = Vec::from_iter(documents.filter_map(|entry| entry["resource"]["id"].as_str()));
        match ids.as_slice() {
            [] => Ok(None),
            [id] => Ok(Some((*id).to_owned())),
            _ => Err(DeliveryError::Refused("it has several documents with this identifier".to_owned())),
        }
    }

    async fn create(&self, query: &str, document: &Value) -> Result<String, DeliveryError> {
        // Of two who create at once the server lets one, and tells the other of it.
        let request = self.request(Method::POST, "DocumentReference").header("if-none-exist", query);
        let made = answer(with_body(request, document)).await?;
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
        answer(with_body(self.request(Method::PUT, &format!("DocumentReference/{id}")), &document)).await?;
        Ok(id.to_owned())
    }

    async fn compare(&self, id: &str, sent: &Value) -> Result<(), DeliveryError> {
        let shown = json(answer(self.request(Method::GET, &format!("DocumentReference/{id}"))).await?).await?;
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
        let request = self.http.request(method, format!("{}/{path}", self.base)).header(header::ACCEPT, FHIR_JSON);
        match &self.token {
            Some(token) => request.bearer_auth(token.as_str()),
            None => request,
        }
    }
}

fn with_body(request: RequestBuilder, document: &Value) -> RequestBuilder {
    request.header(header::CONTENT_TYPE, FHIR_JSON).body(document.to_string())
}

/// The answer, if it is one of success. What the server says beside its status may quote the document, so its status alone is told.
async fn answer(request: RequestBuilder) -> Result<Response, DeliveryError> {
    let answer = request.send().await.map_err(|error| DeliveryError::Passing(unreachable(&error)))?;
    let status = answer.status();
    let waits = matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS);
    match () {
        () if status.is_success() => Ok(answer),
        () if status.is_server_error() || waits => Err(DeliveryError::Passing(format!("it answers {status}"))),
        () => Err(DeliveryError::Refused(format!("it answers {status}"))),
    }
}

async fn json(answer: Response) -> Result<Value, DeliveryError> {
    let bytes = answer.bytes().await.map_err(|error| DeliveryError::Passing(unreachable(&error)))?;
    serde_json::from_slice(&bytes).map_err(|_| DeliveryError::Passing("its answer is no JSON".to_owned()))
}

/// Without the address, whose query names the encounter.
fn unreachable(error: &reqwest::Error) -> String {
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
    rest.split('/').next().filter(|id| !id.is_empty())
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
        assert_eq!(id_of("http://ehr/fhir/Patient/a1"), None);
    }
}
