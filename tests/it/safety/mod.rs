//! What the clinician is shown about medicines, on whole visits and by rules alone; and that it never stands in the note.
//!
//! To read every alert: `cargo test --release --test it safety -- --nocapture`. What each is worth was judged by reading; the
//! counts stand in `docs/QUALITY.md`.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use soapstone::{
    config::Template,
    delivery::{fhir, markdown},
    domain::{Chart, ChartAllergy, ChartMedication, Note, Transcript},
    safety::{self, Safety},
    structuring::facts,
    terminology::DrugTable,
    transcription::{reading::from_dialogue, repair},
};

use crate::support::{
    corpora::dialogues,
    facts::{json, manifest, text},
};

fn review(id: &str, mut transcript: Transcript, chart: Option<&Chart>) -> Safety {
    repair::repair(&mut transcript, chart);
    let facts = facts::facts(&transcript, DrugTable::bundled());
    let safety = safety::review(&transcript, &facts, chart);
    for alert in &safety.alerts {
        println!("{id}: {:?} {:?}: {}", alert.kind, alert.severity, alert.text.as_str());
        for evidence in &alert.evidence {
            println!("    {}: {}", evidence.utterance, evidence.quote.as_ref().map_or("", |quote| quote.as_str()));
        }
    }
    safety
}

fn alerts(id: &str, transcript: Transcript, chart: Option<&Chart>) -> Vec<String> {
    let alerts = review(id, transcript, chart).alerts;
    alerts.into_iter().map(|alert| format!("{id}: {}", alert.text.as_str())).collect()
}

fn spoken_visit(id: &str) -> Transcript {
    serde_json::from_value(json(&format!("{id}.transcript.json"))).expect("a transcript")
}

fn chart(medications: &[(&str, &str)], allergies: &[(&str, Option<&str>)]) -> Chart {
    let medication =
        |(name, sig): &(&str, &str)| ChartMedication { name: (*name).into(), rxcui: None, sig: Some((*sig).into()) };
    let allergy = |(substance, reaction): &(&str, Option<&str>)| ChartAllergy {
        substance: (*substance).into(),
        reaction: reaction.map(Into::into),
    };
    Chart {
        medications: medications.iter().map(medication).collect(),
        allergies: allergies.iter().map(allergy).collect(),
        ..Chart::default()
    }
}

#[test]
fn the_spoken_visits_have_no_false_alert() {
    let visits: Vec<Value> = manifest();
    let ids = visits.iter().map(|entry| text(entry, "id"));
    let found: Vec<String> = ids.flat_map(|id| alerts(id, spoken_visit(id), None)).collect();
    assert_eq!(found, [""; 0]);
}

/// Each was read and judged: three times an NSAID begins beside another that goes on.
#[test]
fn dialogues_have_only_alerts_that_were_judged_right() {
    let right = [
        "D2N017: Ibuprofen and meloxicam are of one class: NSAIDs.",
        "D2N066: Ibuprofen and naproxen are of one class: NSAIDs.",
        "D2N067: Meloxicam and ibuprofen are of one class: NSAIDs.",
    ];
    for (file, right) in [("aci-bench/train.jsonl", &right[..]), ("primock57/consultations.jsonl", &[])] {
        let Some(visits) = dialogues(file) else { continue };
        let count = visits.len();
        let transcript = |dialogue: &str| from_dialogue(dialogue.as_bytes()).expect("a dialogue");
        let found: Vec<String> =
            visits.iter().flat_map(|(id, dialogue)| alerts(id, transcript(dialogue), None)).collect();
        println!("{file}: {} alerts in {count} visits", found.len());
        assert_eq!(found, right, "{file}");
    }
}

#[test]
fn a_visit_is_held_against_the_charts_list() {
    let chart = chart(
        &[
            ("Furosemide 40 MG Oral Tablet", "Take 1 tablet by mouth daily."),
            ("carvedilol 12.5 mg tablet", "1 tab PO BID"),
            ("Entresto 49-51 mg", "1 tablet twice daily"),
            ("Spironolactone 25 mg", "once daily"),
            ("apixaban (Eliquis) 2.5 mg tablet", "1 tablet twice daily"),
            ("atorvastatin 40 mg", "nightly"),
            ("allopurinol 300 mg", "daily"),
            ("metoprolol succinate ER 50 mg", "daily"),
            ("digoxin 125 mcg", "daily"),
            ("tamsulosin 0.4 mg", "1 capsule at bedtime"),
        ],
        &[("Iodinated contrast", Some("hives")), ("Lisinopril", Some("cough"))],
    );
    let safety = review("visit-06-heart-failure", spoken_visit("visit-06-heart-failure"), Some(&chart));
    let entries: Vec<String> = safety
        .reconciliation
        .iter()
        .map(|entry| {
            let difference = entry.difference.as_ref().map(|text| format!(": {}", text.as_str())).unwrap_or_default();
            format!("{:?} {}{difference}", entry.state, entry.name.as_str())
        })
        .collect();
    assert_eq!(
        entries,
        [
            "Changed furosemide: 80 mg instead of 40 mg",
            "Changed apixaban: 5 mg instead of 2.5 mg",
            "Stopped metoprolol",
            "Stopped naproxen",
            "New acetaminophen",
            "New empagliflozin",
            "Unclear digoxin",
            "NotMentioned tamsulosin",
            "Same carvedilol",
            "Same sacubitril/valsartan",
            "Same spironolactone",
            "Same atorvastatin",
            "Same allopurinol",
        ]
    );
    assert_eq!(safety.alerts, [], "the naproxen is stopped, the lisinopril is over");
}

#[test]
fn the_charts_allergies_and_medicines_count() {
    let chart = chart(&[("warfarin 5 mg", "daily"), ("losartan 50 mg", "daily")], &[("NSAIDs", Some("angioedema"))]);
    let found = alerts("visit-02-knee", spoken_visit("visit-02-knee"), Some(&chart));
    assert_eq!(
        found,
        [
            "visit-02-knee: Naproxen (an NSAID) is to begin: allergy to NSAIDs (angioedema), on the chart.",
            "visit-02-knee: Naproxen with warfarin (warfarin is on the chart's list and was not named).",
        ]
    );
}

/// A note with an alert and a line of reconciliation.
fn note() -> Note {
    let evidence = json!([{ "utterance": "u2" }]);
    let statement = json!({ "id": "s1", "text": "Start naproxen.", "evidence": evidence, "support": "supported" });
    serde_json::from_value(json!({
        "schema": "soapstone.note/1", "status": "draft", "encounter": { "id": "enc-1" },
        "sections": [{ "id": "plan", "soap": "P", "title": "Plan", "loinc": "18776-5", "statements": [statement] }],
        "problems": [], "medications": [], "allergies": [], "vitals": [], "orders": [],
        "review": { "unsupported": [], "omitted": [], "uncertain": [], "truncated": false,
            "alerts": [{ "kind": "interaction", "severity": "high", "text": "Naproxen with warfarin.",
                "medicines": ["naproxen", "warfarin"], "why": "serious bleeding", "source": "a label", "evidence": evidence }],
            "reconciliation": [{ "name": "warfarin", "state": "not_mentioned", "chart": "warfarin 5 mg: daily",
                "said": null, "difference": null, "evidence": [] }] },
        "provenance": { "soapstone": "0", "models": [], "prompts": [], "timings_ms": {} },
    }))
    .expect("it is a note")
}

#[test]
fn alerts_stand_apart_from_the_note() {
    let page = markdown::render(&note(), Template::soap());
    let alerts = "\n## For the clinician, not part of the note: alerts\n\n\
        - Interaction (high): Naproxen with warfarin. Why: serious bleeding. (a label) [u2]\n";
    let beside = "\n## For the clinician, not part of the note: medicines beside the chart\n\n\
        - Not mentioned: warfarin: chart \"warfarin 5 mg: daily\"\n";
    assert!(page.contains(alerts) && page.contains(beside), "{page}");
    let sections = markdown::sections_of(&page).expect("a page of ours");
    assert!(sections.contains("Start naproxen.") && !sections.contains("warfarin"), "{sections}");
}

#[test]
fn alerts_are_not_filed_with_the_document() {
    let bundle = fhir::draft_bundle(&note(), Template::soap(), jiff::Timestamp::UNIX_EPOCH);
    let entries = bundle["entry"].as_array().expect("entries").iter().map(|entry| &entry["resource"]);
    let document = entries.clone().find(|one| one["resourceType"] == "DocumentReference").expect("a document");
    let data = document["content"][0]["attachment"]["data"].as_str().expect("its text");
    let page = String::from_utf8(BASE64_STANDARD.decode(data).expect("base64")).expect("text");
    assert!(page.contains("Start naproxen.") && !page.contains("warfarin"), "{page}");
}

#[test]
fn a_note_that_was_written_before_there_were_alerts_is_read() {
    let mut older = serde_json::to_value(note()).expect("a note is plain data");
    let review = older["review"].as_object_mut().expect("a review");
    review.remove("alerts");
    review.remove("reconciliation");
    let read: Note = serde_json::from_value(older).expect("it is a note");
    assert!(read.review.alerts.is_empty() && read.review.reconciliation.is_empty());
}
