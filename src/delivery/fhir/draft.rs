//! A draft note as FHIR R4 resources: a `DocumentReference` that says it is preliminary, the `Device` that wrote it, and
//! the `Provenance` that ties the two.
//!
//! `docStatus` is `preliminary`, and the text itself begins by saying that it is a draft, because a server may ignore
//! `docStatus` (US Core 9 does not profile it). Machine authorship is marked by the security label AIAST and by the
//! Provenance, as HL7's AI Transparency guide asks (STU1 ballot, August 2026).

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    config::Template,
    delivery::markdown,
    domain::{Coding, Note, Review},
};

/// The system of soapstone's own identifiers of encounters and documents.
pub const IDENTIFIER_SYSTEM: &str = "urn:soapstone:encounter";

/// The draft as a transaction: posted twice, it makes one document (`ifNoneExist` on the encounter's identifier).
/// Its text is laid out by `template`; `now` is the instant the documents are dated.
pub fn draft_bundle(note: &Note, template: &Template, now: Timestamp) -> Value {
    let document = full_url(note, "document");
    let device = full_url(note, "device");
    json!({
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            entry(&device, "Device", note, device_resource(note)),
            entry(&document, "DocumentReference", note, document_resource(note, template, &device, now)),
            entry(&full_url(note, "provenance"), "Provenance", note, provenance_resource(&document, &device, now)),
        ],
    })
}

/// A name for a resource inside the bundle: the same encounter and part give the same UUID (RFC 9562, version 5).
fn full_url(note: &Note, part: &str) -> String {
    let name = format!("{IDENTIFIER_SYSTEM}:{}:{part}", note.encounter.id);
    format!("urn:uuid:{}", Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()))
}

fn entry(full_url: &str, kind: &str, note: &Note, resource: Value) -> Value {
    let mut request = json!({ "method": "POST", "url": kind });
    // R4 gives Provenance no identifier to look it up by.
    if kind != "Provenance" {
        request["ifNoneExist"] = format!("identifier={IDENTIFIER_SYSTEM}|{}", identifier_value(note, kind)).into();
    }
    json!({ "fullUrl": full_url, "resource": resource, "request": request })
}

fn identifier_value(note: &Note, kind: &str) -> String {
    match kind {
        "Device" => format!("soapstone-{}", note.provenance.soapstone),
        _ => note.encounter.id.clone(),
    }
}

pub(super) fn device_resource(note: &Note) -> Value {
    let models = note.provenance.models.iter();
    let versions: Vec<Value> = std::iter::once(json!({ "value": note.provenance.soapstone }))
        .chain(models.map(|model| json!({ "value": format!("{} {} sha256:{}", model.task, model.name, model.sha256) })))
        .collect();
    json!({
        "resourceType": "Device",
        "identifier": [{ "system": IDENTIFIER_SYSTEM, "value": identifier_value(note, "Device") }],
        "deviceName": [{ "name": "soapstone", "type": "user-friendly-name" }],
        "type": { "text": "Artificial intelligence: clinical documentation" },
        "version": versions,
    })
}

/// The note without what is only shown to the clinician: alerts would become part of the record with the document.
fn as_filed(note: &Note) -> Note {
    let review = Review { alerts: Vec::new(), reconciliation: Vec::new(), ..note.review.clone() };
    Note { review, ..note.clone() }
}

pub(super) fn document_resource(note: &Note, template: &Template, device: &str, now: Timestamp) -> Value {
    let text = markdown::render(&as_filed(note), template);
    let document_type = &template.document_type;
    let mut resource = json!({
        "resourceType": "DocumentReference",
        "meta": { "security": [ai_asserted()] },
        "identifier": [{ "system": IDENTIFIER_SYSTEM, "value": identifier_value(note, "DocumentReference") }],
        "status": "current",
        "docStatus": "preliminary",
        "type": { "coding": [{
            "system": Coding::LOINC,
            "code": document_type.code,
            "display": document_type.display,
        }] },
        "category": [{ "coding": [{
            "system": "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
            "code": "clinical-note",
            "display": "Clinical Note",
        }] }],
        "date": now.to_string(),
        "author": [{ "reference": device }],
        "description": "Draft note, written by a machine, not signed",
        "content": [{ "attachment": {
            "contentType": "text/plain; charset=utf-8",
            "data": BASE64_STANDARD.encode(&text),
            "title": "Draft note",
        } }],
    });
    if let Some(started_at) = note.encounter.started_at {
        resource["context"] = json!({ "period": { "start": started_at.to_string() } });
    }
    resource
}

fn provenance_resource(document: &str, device: &str, now: Timestamp) -> Value {
    json!({
        "resourceType": "Provenance",
        "target": [{ "reference": document }],
        "recorded": now.to_string(),
        "reason": [{ "coding": [ai_asserted()] }],
        "agent": [{
            "type": { "coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/provenance-participant-type",
                "code": "author",
                "display": "Author",
            }] },
            "who": { "reference": device },
        }],
    })
}

fn ai_asserted() -> Value {
    json!({
        "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
        "code": "AIAST",
        "display": "Artificial Intelligence asserted",
    })
}
