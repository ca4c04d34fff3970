//! A note as one FHIR R4 `DocumentReference`, as the service files it: a draft as `preliminary`, a signed note as `final`. Nothing
//! but a [`SignedNote`] can be filed as final.

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::draft;
use crate::{
    config::Template,
    delivery::markdown,
    domain::EhrIds,
    notes::{CurrentNote, SignedNote},
};

/// `docStatus` of a note (FHIR R4, CompositionStatus).
pub fn doc_status(note: &CurrentNote) -> &'static str {
    match note {
        CurrentNote::Draft(_) => "preliminary",
        CurrentNote::Signed(signed) if signed.signature().amends.is_some() => "amended",
        CurrentNote::Signed(_) => "final",
        CurrentNote::Retracted(_) => "entered-in-error",
    }
}

/// The document of `note`. Its identifier is that of the encounter, whatever the note's state, so that each state takes the
/// place of the one before.
pub fn document(note: &CurrentNote, template: &Template, ehr: &EhrIds, now: Timestamp) -> Value {
    let mut resource = draft::document_resource(note.note(), template, "#soapstone", now);
    let mut device = draft::device_resource(note.note());
    device["id"] = "soapstone".into();
    // A contained resource has no life of its own, and no identifier to be found by.
    device.as_object_mut().expect("an object").remove("identifier");
    let mut contained = vec![device];
    if let Some(patient) = &ehr.patient {
        resource["subject"] = json!({ "reference": format!("Patient/{}", patient.as_str()) });
    }
    if let Some(encounter) = &ehr.encounter {
        resource["context"]["encounter"] = json!([{ "reference": format!("Encounter/{}", encounter.as_str()) }]);
    }
    match note {
        CurrentNote::Draft(_) => {}
        CurrentNote::Signed(signed) => sign(&mut resource, &mut contained, signed, template),
        CurrentNote::Retracted(retracted) => {
            sign(&mut resource, &mut contained, retracted.signed(), template);
            resource["status"] = "entered-in-error".into();
            resource["description"] = "Retracted: this note should not have been there".into();
        }
    }
    resource["docStatus"] = doc_status(note).into();
    resource["contained"] = contained.into();
    resource
}

/// Puts the signed text in the place of the draft's, and who answers for it beside the machine.
fn sign(resource: &mut Value, contained: &mut Vec<Value>, signed: &SignedNote, template: &Template) {
    let name = &signed.signature().name;
    contained.push(json!({ "resourceType": "Practitioner", "id": "signer", "name": [{ "text": name }] }));
    resource["author"] = json!([{ "reference": "#signer" }, { "reference": "#soapstone" }]);
    resource["authenticator"] = json!({ "reference": "#signer" });
    resource["description"] = format!("{}, signed by {name}", template.title).into();
    let text = markdown::render_signed(signed, template);
    resource["content"][0]["attachment"]["data"] = BASE64_STANDARD.encode(text).into();
    resource["content"][0]["attachment"]["title"] = template.title.clone().into();
}
