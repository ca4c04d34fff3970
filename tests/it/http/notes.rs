use std::str::FromStr;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use soapstone::{
    domain::{EncounterId, Note},
    notes::{self, CurrentNote},
};

use super::{Fixture, body, fixture, problem};

/// A visit with a machine's draft of one line, queued for the EHR if there is one.
pub async fn drafted(fixture: &Fixture) -> String {
    let visit = fixture.encounter().await;
    keep_draft(fixture, &visit, "Start lisinopril 10 mg.").await;
    visit
}

/// Keeps a machine's draft of one line for the visit.
pub async fn keep_draft(fixture: &Fixture, visit: &str, line: &str) {
    let id = EncounterId::from_str(visit.rsplit('/').next().expect("an id")).expect("an id");
    let tx = fixture.workshop.store.begin().await.expect("a transaction");
    let note = note(line);
    let kept = notes::keep_machine_draft(&tx, id, &note).await.expect("kept");
    if kept.status == "draft" {
        let draft = CurrentNote::Draft(note);
        fixture.workshop.queue_delivery(&tx, id, kept.number, &draft).await.expect("queued");
    }
    tx.commit().await.expect("committed");
}

pub fn note(line: &str) -> Note {
    let statement = json!({ "id": "s1", "text": line, "evidence": [{ "utterance": "u1" }], "support": "supported" });
    serde_json::from_value(json!({
        "schema": "soapstone.note/1", "status": "draft", "encounter": { "id": "e" },
        "sections": [{ "id": "plan", "soap": "P", "title": "Plan", "loinc": "18776-5", "statements": [statement] }],
        "problems": [], "medications": [], "allergies": [], "vitals": [], "orders": [],
        "review": { "unsupported": [], "omitted": [], "uncertain": [], "truncated": false },
        "provenance": { "soapstone": "0", "models": [], "prompts": [], "timings_ms": {} },
    }))
    .expect("a note")
}

async fn read(fixture: &Fixture, visit: &str) -> (String, Value) {
    let answer = fixture.get("clinician", &format!("{visit}/note")).send().await.expect("an answer");
    let etag = answer.headers()["etag"].to_str().expect("text").to_owned();
    (etag, answer.json().await.expect("JSON"))
}

async fn send(fixture: &Fixture, method: Method, path: &str, etag: &str, sent: &Value) -> (StatusCode, Value) {
    body(fixture.ask("clinician", method, path).header("if-match", etag).json(sent)).await
}

#[tokio::test]
async fn an_edit_is_marked_and_of_two_the_second_is_told() {
    let fixture = fixture().await;
    let visit = drafted(&fixture).await;
    let path = format!("{visit}/note");
    let (etag, mut edited) = read(&fixture, &visit).await;
    edited["sections"][0]["statements"][0]["text"] = "Start lisinopril 20 mg.".into();
    let unnamed = body(fixture.put("clinician", &path, &edited)).await;
    assert_eq!(unnamed.0, StatusCode::PRECONDITION_REQUIRED);
    let (status, kept) = send(&fixture, Method::PUT, &path, &etag, &edited).await;
    assert_eq!((status, kept["sections"][0]["statements"][0]["support"].as_str()), (StatusCode::OK, Some("edited")));
    let (status, answer) = send(&fixture, Method::PUT, &path, &etag, &edited).await;
    assert_eq!((status, problem(&answer)), (StatusCode::PRECONDITION_FAILED, "changed"));
}

#[tokio::test]
async fn what_the_machine_writes_later_never_takes_the_place_of_an_edit() {
    let fixture = fixture().await;
    let visit = drafted(&fixture).await;
    let (etag, mut edited) = read(&fixture, &visit).await;
    edited["sections"][0]["statements"][0]["text"] = "Start lisinopril 20 mg.".into();
    send(&fixture, Method::PUT, &format!("{visit}/note"), &etag, &edited).await;
    keep_draft(&fixture, &visit, "Start something else.").await;
    let (etag, note) = read(&fixture, &visit).await;
    assert_eq!(note["sections"][0]["statements"][0]["text"], "Start lisinopril 20 mg.");
    let (_, list) = body(fixture.get("clinician", &format!("{visit}/note/versions"))).await;
    let statuses = Vec::from_iter(list["versions"].as_array().expect("a list").iter().map(|one| one["status"].clone()));
    assert_eq!(statuses, ["draft", "draft", "proposed"]);
    let (_, proposed) = body(fixture.get("clinician", &format!("{visit}/note/versions/3"))).await;
    assert_eq!(proposed["sections"][0]["statements"][0]["text"], "Start something else.");
    let (status, _) = send(&fixture, Method::POST, &format!("{visit}/note/sign"), &etag, &json!({})).await;
    assert_eq!(status, StatusCode::OK, "the version that was read can still be signed");
}

#[tokio::test]
async fn a_note_is_signed_by_name_amended_with_a_reason_and_retracted() {
    let fixture = fixture().await;
    let visit = drafted(&fixture).await;
    let (etag, draft) = read(&fixture, &visit).await;
    let amendment = |dose: &str| {
        let mut note = draft.clone();
        note["sections"][0]["statements"][0]["text"] = format!("Start lisinopril {dose}.").into();
        json!({ "note": note, "reason": "the dose was wrong" })
    };
    let amend = format!("{visit}/note/amend");
    let early = send(&fixture, Method::POST, &amend, &etag, &amendment("5 mg")).await;
    assert_eq!((early.0, problem(&early.1)), (StatusCode::CONFLICT, "conflict"), "it is not signed");

    let (status, signed) = send(&fixture, Method::POST, &format!("{visit}/note/sign"), &etag, &json!({})).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        (signed["status"].as_str(), signed["signature"]["name"].as_str()),
        (Some("signed"), Some("clinician, in full"))
    );
    assert_eq!(body(fixture.get("clinician", &visit)).await.1["state"], "signed");

    let (etag, _) = read(&fixture, &visit).await;
    let edit = send(&fixture, Method::PUT, &format!("{visit}/note"), &etag, &draft).await;
    assert_eq!(edit.0, StatusCode::CONFLICT, "a signed note is not edited");
    let unreasoned = json!({ "note": draft, "reason": " " });
    assert_eq!(send(&fixture, Method::POST, &amend, &etag, &unreasoned).await.0, StatusCode::BAD_REQUEST);
    let (_, amended) = send(&fixture, Method::POST, &amend, &etag, &amendment("5 mg")).await;
    assert_eq!(
        (amended["status"].as_str(), amended["signature"]["reason"].as_str()),
        (Some("amended"), Some("the dose was wrong"))
    );
    assert_eq!(amended["sections"][0]["statements"][0]["support"], "edited");

    let (etag, _) = read(&fixture, &visit).await;
    let retraction = json!({ "reason": "another patient's" });
    let (_, retracted) = send(&fixture, Method::POST, &format!("{visit}/note/retract"), &etag, &retraction).await;
    assert_eq!(retracted["status"], "retracted");
    let (_, first) = body(fixture.get("clinician", &format!("{visit}/note/versions/2"))).await;
    assert_eq!(first["status"], "signed", "what was signed stays readable");
}

#[tokio::test]
async fn a_draft_cannot_be_sent_in_as_signed() {
    let fixture = fixture().await;
    let visit = drafted(&fixture).await;
    let (etag, mut edited) = read(&fixture, &visit).await;
    edited["status"] = "signed".into();
    edited["signature"] = json!({ "name": "Somebody" });
    let (status, kept) = send(&fixture, Method::PUT, &format!("{visit}/note"), &etag, &edited).await;
    assert_eq!((status, kept["status"].as_str(), kept.get("signature")), (StatusCode::OK, Some("draft"), None));
}
