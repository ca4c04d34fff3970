//! Versions of what can be edited, as `ETag` and `If-Match` (RFC 9110, 8.8.3 and 13.1.1).

use axum::{
    extract::FromRequestParts,
    http::{HeaderName, HeaderValue, header, request::Parts},
};

use super::Problem;

/// The header that says which version an answer is.
pub fn etag(version: i64) -> (HeaderName, HeaderValue) {
    let value = HeaderValue::from_str(&format!("\"{version}\"")).expect("digits in quotation marks");
    (header::ETAG, value)
}

/// The version that an edit is an edit of. Without it nothing is edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let header = parts.headers.get(header::IF_MATCH).ok_or_else(Problem::version_required)?;
        let version = header.to_str().ok().and_then(|text| text.strip_prefix('"')?.strip_suffix('"')?.parse().ok());
        // An ETag that this service never gave is the ETag of no present version.
        version.map(Self).ok_or_else(Problem::changed)
    }
}
