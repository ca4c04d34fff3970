//! Faults as RFC 9457 problems. A problem says what happened and what to do, and nothing of what is inside.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use crate::{
    audio::{AudioError, SegmentError},
    auth::{
        LogInError, PasswordError,
        accounts::AccountError,
        oidc::{OidcError, ProviderError},
    },
    notes::NoteError,
    pipeline::{EnrolError, VisitError},
    store::StoreError,
};

/// What went wrong with a request.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Stable name of the kind of problem: `urn:soapstone:problem:` and a word.
    #[serde(rename = "type")]
    pub kind: String,
    /// What kind of problem it is, for a person.
    pub title: &'static str,
    /// The status of the answer.
    pub status: u16,
    /// What happened, and what to do.
    pub detail: String,
    /// After how many seconds trying again makes sense.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u64>,
}

/// What a route that shows something of a visit may answer instead. Only its description is used.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "a description of answers, which are made as problems")]
pub enum ReadFaults {
    /// Nobody is logged in.
    #[response(status = 401)]
    NotLoggedIn(#[to_schema] Problem),
    /// The account may not, or not without a reason.
    #[response(status = 403)]
    Forbidden(#[to_schema] Problem),
    /// There is no such thing.
    #[response(status = 404)]
    NotFound(#[to_schema] Problem),
}

/// The same of a route that changes something.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "a description of answers, which are made as problems")]
pub enum EditFaults {
    /// The request cannot be read.
    #[response(status = 400)]
    BadRequest(#[to_schema] Problem),
    /// Nobody is logged in.
    #[response(status = 401)]
    NotLoggedIn(#[to_schema] Problem),
    /// The account may not.
    #[response(status = 403)]
    Forbidden(#[to_schema] Problem),
    /// There is no such thing.
    #[response(status = 404)]
    NotFound(#[to_schema] Problem),
    /// It cannot be done in the present state.
    #[response(status = 409)]
    Conflict(#[to_schema] Problem),
    /// Somebody else changed it in the meantime.
    #[response(status = 412)]
    Changed(#[to_schema] Problem),
    /// The body is too large.
    #[response(status = 413)]
    TooLarge(#[to_schema] Problem),
    /// The body is of a kind that is not taken.
    #[response(status = 415)]
    Unsupported(#[to_schema] Problem),
    /// The version that is changed is not named.
    #[response(status = 428)]
    VersionRequired(#[to_schema] Problem),
}

impl Problem {
    fn new(status: StatusCode, kind: &str, title: &'static str, detail: impl Into<String>) -> Self {
        let kind = format!("urn:soapstone:problem:{kind}");
        Self { kind, title, status: status.as_u16(), detail: detail.into(), retry_after_s: None }
    }

    /// The request cannot be read, or says what cannot be.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", "The request cannot be read", detail)
    }

    /// Nobody is logged in.
    pub fn not_logged_in() -> Self {
        let detail = "log in, or send a token that is valid: Authorization: Bearer …";
        Self::new(StatusCode::UNAUTHORIZED, "not-logged-in", "Nobody is logged in", detail)
    }

    /// The account may not do this.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "This account may not do this", detail)
    }

    /// The account may read this after giving a reason.
    pub fn reason_required() -> Self {
        let detail =
            "this visit is another clinician's: to read it, send the reason as Soapstone-Break-Glass; it is audited";
        Self::new(StatusCode::FORBIDDEN, "reason-required", "A reason must be given", detail)
    }

    /// There is no such thing, or none that this account may know of.
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "There is no such thing", format!("there is no {what} here"))
    }

    /// It cannot be done in the present state.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", "This cannot be done now", detail)
    }

    /// Nothing of the visit may be erased.
    pub fn legal_hold() -> Self {
        let detail = "the visit is under legal hold: nothing of it may be erased until who put it there ends the hold; \
                      to record no more, stop the recording";
        Self::new(StatusCode::CONFLICT, "legal-hold", "The visit is under legal hold", detail)
    }

    /// There is no consent, so nothing may be recorded.
    pub fn no_consent() -> Self {
        let detail = "nobody's consent to be recorded is entered: PUT …/consent first";
        Self::new(StatusCode::CONFLICT, "no-consent", "There is no consent", detail)
    }

    /// Somebody else changed it in the meantime.
    pub fn changed() -> Self {
        let detail = "somebody else changed it in the meantime: read it again, and send your change with its new ETag";
        Self::new(StatusCode::PRECONDITION_FAILED, "changed", "It was changed in the meantime", detail)
    }

    /// An edit has to say which version it is an edit of.
    pub fn version_required() -> Self {
        let detail = "send the ETag of what you change as If-Match";
        Self::new(StatusCode::PRECONDITION_REQUIRED, "version-required", "The version is not given", detail)
    }

    /// The body is too large.
    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large", detail)
    }

    /// The body is of a kind that is not taken.
    pub fn unsupported(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported", "This kind of body is not taken", detail)
    }

    /// The disk is full.
    pub fn disk_full(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::INSUFFICIENT_STORAGE, "disk-full", "The disk is full", detail)
    }

    /// Too much is asked of the service.
    pub fn too_many(detail: impl Into<String>, retry_after_s: u64) -> Self {
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many", "Too much is asked at once", detail);
        Self { retry_after_s: Some(retry_after_s), ..problem }
    }

    /// More is asked of the service at once than it takes on.
    pub fn overloaded() -> Self {
        let detail = "more is asked of the service at once than it takes on: try again in a moment";
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded", "The service is busy", detail);
        Self { retry_after_s: Some(1), ..problem }
    }

    /// The answer took too long.
    pub fn too_slow() -> Self {
        let detail = "the answer took too long, and was given up: try again";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "too-slow", "The answer took too long", detail)
    }

    /// The service cannot do its work.
    pub fn not_ready(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", "The service is not ready", detail)
    }

    /// A fault of ours. What it was stands in the log and nowhere else.
    pub fn internal(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a request failed");
        let detail = "this is a fault of soapstone or of its machine; the log tells which";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something failed inside", detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.retry_after_s;
        let body = serde_json::to_vec(&self).expect("plain data");
        let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Changed => Self::changed(),
            error => Self::internal(&error),
        }
    }
}

impl From<NoteError> for Problem {
    fn from(error: NoteError) -> Self {
        match error {
            NoteError::None => Self::not_found("note"),
            NoteError::Signed | NoteError::NotSigned | NoteError::Retracted => Self::conflict(error.to_string()),
            NoteError::Forged { .. } => Self::internal(&error),
            NoteError::Store(error) => error.into(),
        }
    }
}

impl From<SegmentError> for Problem {
    fn from(error: SegmentError) -> Self {
        match error {
            SegmentError::DiskFull { .. } => Self::disk_full(error.to_string()),
            SegmentError::Different { .. } | SegmentError::Missing { .. } | SegmentError::Format { .. } => {
                Self::conflict(error.to_string())
            }
            SegmentError::Sealed { .. } | SegmentError::Io { .. } => Self::internal(&error),
        }
    }
}

impl From<AudioError> for Problem {
    fn from(error: AudioError) -> Self {
        Self::conflict(error.to_string())
    }
}

impl From<LogInError> for Problem {
    fn from(error: LogInError) -> Self {
        match error {
            LogInError::Wrong => {
                Self::new(StatusCode::UNAUTHORIZED, "wrong-password", "The log-in failed", error.to_string())
            }
            LogInError::Busy => Self::too_many(error.to_string(), 1),
            LogInError::Locked { wait } => Self::too_many(error.to_string(), wait.as_secs() + 1),
            LogInError::Link(_) => Self::forbidden(error.to_string()),
            LogInError::Password(error) => error.into(),
            LogInError::Name(error) => Self::bad_request(error.to_string()),
            LogInError::Store(error) => error.into(),
        }
    }
}

impl From<PasswordError> for Problem {
    fn from(error: PasswordError) -> Self {
        Self::bad_request(error.to_string())
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Name(_) => Self::bad_request(error.to_string()),
            AccountError::Taken { .. } | AccountError::Oneself | AccountError::NoPassword => {
                Self::conflict(error.to_string())
            }
            AccountError::Store(error) => error.into(),
        }
    }
}

impl From<OidcError> for Problem {
    fn from(error: OidcError) -> Self {
        let failed = |detail| Self::new(StatusCode::UNAUTHORIZED, "sign-on-failed", "The log-in failed", detail);
        match error {
            OidcError::Unknown => Self::bad_request(error.to_string()),
            OidcError::Provider(ProviderError::Unreachable(_)) => Self::not_ready(error.to_string()),
            OidcError::Denied | OidcError::Provider(_) => failed(error.to_string()),
            OidcError::NoAccount | OidcError::NotYours { .. } | OidcError::NoRole => Self::forbidden(error.to_string()),
            OidcError::Store(error) => error.into(),
        }
    }
}

impl From<EnrolError> for Problem {
    fn from(error: EnrolError) -> Self {
        match error {
            EnrolError::Busy => Self::too_many(error.to_string(), 5),
            EnrolError::TooShort { .. } => Self::bad_request(error.to_string()),
            EnrolError::Recording(VisitError::Audio(_) | VisitError::Transcription(_)) => {
                Self::bad_request(error.to_string())
            }
            EnrolError::Recording(error) => Self::internal(&error),
            EnrolError::Store(error) => error.into(),
        }
    }
}
