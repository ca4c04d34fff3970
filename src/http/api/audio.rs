//! Audio on its way in, in numbered segments or as one file, and on its way out, as the clip behind a sentence.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};
use zeroize::Zeroizing;

use super::recording;
use crate::{
    audio::{self, AudioSource, Kept, MAX_SEGMENTS, Recording, Segment},
    auth::policy::Right,
    domain::{AuditAction, EncounterId, EncounterState, hex, no_progress},
    http::{
        Problem, Service,
        caller::Caller,
        extract::{Body, Of, Parameters},
        problem::EditFaults,
    },
    store::keys,
};

/// That a recording is whole.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Completion {
    /// Of how many segments it consists, numbered from 0.
    pub segments: u32,
}

/// Which part of the audio.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ClipParameters {
    /// From here, in milliseconds from the start.
    from_ms: Option<u64>,
    /// To here.
    to_ms: Option<u64>,
}

/// What became of a segment.
#[derive(Serialize, ToSchema)]
pub struct SegmentReceipt {
    /// Its number.
    pub sequence: u32,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Whether it was there already.
    pub repeated: bool,
}

/// Send segment `seq` of the recording: a piece of a file in any format, or samples as `audio/L16` (RFC 3551).
///
/// Segments may come in any order and more than once; another segment of the same number is refused. When the answer is here,
/// the segment is on the disk, sealed. `Content-Digest` (RFC 9530) is checked where it is sent.
#[utoipa::path(
    put, path = "/encounters/{id}/audio/{seq}", tag = "audio",
    params(
        ("id" = String, Path, format = Uuid), ("seq" = u32, Path),
        ("Content-Digest" = Option<String>, Header, description = "sha-256=:BASE64:"),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = SegmentReceipt), (status = 201, body = SegmentReceipt), (status = 507, body = Problem), EditFaults)
)]
pub async fn put_segment(
    State(service): State<Service>,
    caller: Caller,
    Of(id, sequence): Of<u32>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<impl IntoResponse, Problem> {
    if sequence >= MAX_SEGMENTS {
        return Err(Problem::bad_request(format!("a recording has at most {MAX_SEGMENTS} segments")));
    }
    if bytes.is_empty() {
        return Err(Problem::bad_request("the segment is empty"));
    }
    let workshop = &service.workshop;
    let encounter = caller.encounter(&workshop.store, id, Right::Record, AuditAction::Upload).await?;
    recording::may_take_audio(&encounter)?;
    let digest = Sha256::digest(&bytes);
    check_digest(&headers, &digest)?;
    let kept = keep(&service, id, sequence, media_type(&headers), bytes).await?;
    if encounter.state == EncounterState::Planned {
        recording::begin(&service, &caller, id).await?;
    }
    workshop.live.came(id);
    let sha256 = hex(&digest);
    let repeated = kept == Kept::Already;
    let status = if repeated { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(SegmentReceipt { sequence, sha256, repeated })))
}

/// Say that the recording is whole. The transcript and the draft follow by themselves. Said again of a visit whose transcript
/// failed, it is tried again.
#[utoipa::path(
    post, path = "/encounters/{id}/audio/complete", tag = "audio", params(("id" = String, Path, format = Uuid)),
    request_body = Completion,
    responses((status = 202), (status = 429, body = Problem), EditFaults)
)]
pub async fn complete(
    State(service): State<Service>,
    caller: Caller,
    Of(id, ()): Of,
    Body(completion): Body<Completion>,
) -> Result<StatusCode, Problem> {
    let encounter = caller.encounter(&service.workshop.store, id, Right::Record, AuditAction::Upload).await?;
    let is_said_again = encounter.details.segments == Some(completion.segments);
    match encounter.state {
        // What failed is tried again by saying again that it is whole.
        EncounterState::Failed if is_said_again => {}
        _ if is_said_again => return Ok(StatusCode::ACCEPTED),
        _ => recording::may_take_audio(&encounter)?,
    }
    if !(1..=MAX_SEGMENTS).contains(&completion.segments) {
        return Err(Problem::bad_request(format!("a recording has 1 to {MAX_SEGMENTS} segments")));
    }
    recording::finish(&service, &caller, id, completion.segments).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Send a recording as one file: WAV, FLAC, MP3, Ogg, M4A or WebM.
#[utoipa::path(
    post, path = "/encounters/{id}/audio", tag = "audio", params(("id" = String, Path, format = Uuid)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 202), (status = 429, body = Problem), (status = 507, body = Problem), EditFaults)
)]
pub async fn upload(
    State(service): State<Service>,
    caller: Caller,
    Of(id, ()): Of,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<StatusCode, Problem> {
    let workshop = &service.workshop;
    let encounter = caller.encounter(&workshop.store, id, Right::Record, AuditAction::Upload).await?;
    recording::may_take_audio(&encounter)?;
    if !workshop.segments.list(id)?.is_empty() {
        return Err(Problem::conflict(
            "segments of a recording are here already: send the rest of them, and complete it",
        ));
    }
    let source = AudioSource::Bytes { name: "the recording", bytes: &bytes };
    audio::check_header(source, &workshop.config.recognition)
        .map_err(|error| Problem::bad_request(error.to_string()))?;
    keep(&service, id, 0, media_type(&headers), bytes).await?;
    if encounter.state == EncounterState::Planned {
        recording::begin(&service, &caller, id).await?;
    }
    recording::finish(&service, &caller, id, 1).await?;
    Ok(StatusCode::ACCEPTED)
}

/// The audio between two moments, as WAV at 16 kHz: the clip behind a sentence.
#[utoipa::path(
    get, path = "/encounters/{id}/audio", tag = "audio",
    params(("id" = String, Path, format = Uuid), ClipParameters),
    responses((status = 200, body = Vec<u8>, content_type = "audio/wav"), EditFaults)
)]
pub async fn clip(
    State(service): State<Service>,
    caller: Caller,
    Of(id, ()): Of,
    Parameters(parameters): Parameters<ClipParameters>,
) -> Result<impl IntoResponse, Problem> {
    let workshop = &service.workshop;
    let encounter = caller.encounter(&workshop.store, id, Right::ReadContent, AuditAction::Play).await?;
    let count = encounter.details.segments.ok_or_else(|| Problem::conflict("the recording is not over yet"))?;
    let (from_ms, to_ms) = (parameters.from_ms.unwrap_or(0), parameters.to_ms.unwrap_or(u64::MAX));
    if from_ms >= to_ms {
        return Err(Problem::bad_request("from_ms must be less than to_ms"));
    }
    let key = keys::load(&workshop.store, id).await?.ok_or_else(|| Problem::not_found("encounter"))?;
    let (segments, config) = (workshop.segments.clone(), Arc::clone(&workshop.config));
    let wav = tokio::task::spawn_blocking(move || {
        let recording = segments.recording(id, count, &key)?;
        let bytes = recording.as_file();
        let source = AudioSource::Bytes { name: "the recording", bytes: &bytes };
        let whole = audio::decode(source, &config.recognition, &no_progress)?;
        Ok::<_, Problem>(audio::to_wav(&part(&whole, from_ms, to_ms)))
    });
    let wav = wav.await.map_err(|error| Problem::internal(&error))??;
    let shown_to = if to_ms == u64::MAX { "end".to_owned() } else { to_ms.to_string() };
    caller.note_alone(&workshop.store, id, AuditAction::Play, &format!("audio/{from_ms}-{shown_to}")).await?;
    Ok(([(header::CONTENT_TYPE, "audio/wav")], wav))
}

fn part(whole: &Recording, from_ms: u64, to_ms: u64) -> Recording {
    let at = |ms: u64| usize::try_from(ms.saturating_mul(16)).unwrap_or(usize::MAX).min(whole.len());
    let channels = whole.channels.iter().map(|channel| channel[at(from_ms)..at(to_ms)].to_vec()).collect();
    Recording { channels, info: whole.info.clone() }
}

async fn keep(
    service: &Service,
    id: EncounterId,
    sequence: u32,
    media_type: String,
    bytes: Bytes,
) -> Result<Kept, Problem> {
    let workshop = Arc::clone(&service.workshop);
    let key = keys::load(&workshop.store, id).await?.ok_or_else(|| Problem::not_found("encounter"))?;
    let kept = tokio::task::spawn_blocking(move || {
        let segment = Segment { media_type, bytes: Zeroizing::new(bytes.to_vec()) };
        workshop.segments.keep(id, sequence, &segment, &key, workshop.entropy.as_ref())
    });
    Ok(kept.await.map_err(|error| Problem::internal(&error))??)
}

fn media_type(headers: &HeaderMap) -> String {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    given.unwrap_or("application/octet-stream").to_owned()
}

fn check_digest(headers: &HeaderMap, digest: &[u8]) -> Result<(), Problem> {
    let Some(given) = headers.get("content-digest").and_then(|value| value.to_str().ok()) else { return Ok(()) };
    let sha256 = given.split(',').find_map(|one| one.trim().strip_prefix("sha-256=:")?.strip_suffix(':'));
    match sha256.map(|encoded| BASE64_STANDARD.decode(encoded)) {
        None => Ok(()),
        Some(Ok(sent)) if sent == digest => Ok(()),
        Some(_) => {
            Err(Problem::bad_request("the bytes are not those that Content-Digest tells of: send the segment again"))
        }
    }
}
