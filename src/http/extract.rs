//! The parts of a request, each failing as a problem.

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Query, Request, rejection::JsonRejection},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use super::Problem;
use crate::domain::{DeliveryId, EncounterId};

/// A body of JSON.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(json_problem(&rejection)),
        }
    }
}

/// What serde says of a body may quote the body, so only where it is wrong is told.
fn json_problem(rejection: &JsonRejection) -> Problem {
    match rejection {
        JsonRejection::MissingJsonContentType(_) => Problem::unsupported("send Content-Type: application/json"),
        JsonRejection::JsonSyntaxError(_) => Problem::bad_request("the body is not JSON"),
        JsonRejection::JsonDataError(error) => {
            let place = std::error::Error::source(error).map(|source| source.to_string()).unwrap_or_default();
            let place = place.rsplit(" at line ").next().filter(|_| place.contains(" at line ")).map(str::to_owned);
            let place = place.map_or_else(String::new, |place| format!(" at line {place}"));
            Problem::bad_request(format!("the body does not have the form that /api/v1/openapi.json shows{place}"))
        }
        JsonRejection::BytesRejection(_) => Problem::too_large("the body is too large, or ended early"),
        _ => Problem::bad_request("the body cannot be read"),
    }
}

/// A body of any bytes.
pub struct Raw(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Raw {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = Bytes::from_request(request, state).await;
        bytes.map(Self).map_err(|_| Problem::too_large("the body is too large, or ended early"))
    }
}

/// The parameters after `?`.
pub struct Parameters<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Parameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Query(parameters) = Query::<T>::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::bad_request("a parameter does not have the form that /api/v1/openapi.json shows"))?;
        Ok(Self(parameters))
    }
}

/// The examination room that the path names.
pub struct Room(pub String);

/// Characters that a room's name has at most.
const MAX_ROOM_CHARS: usize = 64;

impl<S: Send + Sync> FromRequestParts<S> for Room {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let is_name = |name: &String| name.chars().count() <= MAX_ROOM_CHARS && !name.chars().any(char::is_control);
        let name = path.ok().map(|Path(name)| name).filter(is_name);
        name.map(Self).ok_or_else(|| Problem::not_found("room of that name"))
    }
}

/// What the path names by one word, where that is no encounter. A word that can name none names none.
pub struct Named<T>(pub T);

impl<S: Send + Sync, T: std::str::FromStr> FromRequestParts<S> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let named = path.ok().and_then(|Path(word)| word.parse().ok());
        named.map(Self).ok_or_else(|| Problem::not_found("such thing"))
    }
}

/// The encounter that the path names, with what else of the path a route has.
pub struct Of<T = ()>(pub EncounterId, pub T);

impl<S: Send + Sync> FromRequestParts<S> for Of<()> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let id = path.ok().and_then(|Path(id)| id.parse().ok());
        id.map(|id| Self(id, ())).ok_or_else(|| Problem::not_found("encounter"))
    }
}

/// A delivery in the path after the encounter.
impl<S: Send + Sync> FromRequestParts<S> for Of<DeliveryId> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Ok(Path((id, delivery))) = path else { return Err(Problem::not_found("encounter")) };
        let id = id.parse().map_err(|_| Problem::not_found("encounter"))?;
        let delivery = delivery.parse().map_err(|_| Problem::not_found("delivery"))?;
        Ok(Self(id, delivery))
    }
}

/// A number in the path after the encounter: of a segment, or of a version.
impl<S: Send + Sync> FromRequestParts<S> for Of<u32> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Ok(Path((id, number))) = path else { return Err(Problem::not_found("encounter")) };
        let id = id.parse().map_err(|_| Problem::not_found("encounter"))?;
        let number = number.parse().map_err(|_| Problem::not_found("such number"))?;
        Ok(Self(id, number))
    }
}
