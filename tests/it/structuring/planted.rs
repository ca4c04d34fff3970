//! Errors planted into true statements about the spoken visits: how many the checks catch (a statement that is found in part only
//! is shown to a person, and counts as caught), and how many true statements they reject. The kinds are those that hurt somebody: another dose, another medicine, a number nobody measured, a denial turned
//! round, the other side, a relative's illness.

use std::collections::BTreeMap;

use serde_json::Value;
use soapstone::{
    domain::{Finding, SectionKind, Transcript},
    structuring::verify::{NoteStatement, verification},
    terminology::DrugTable,
};

use crate::support::facts::{Score, json, list, manifest, text};

/// What is caught of each kind at least; of the true statements, what stands.
const LEAST: [(&str, f64); 7] = [
    ("another dose", 0.97),
    ("another medicine", 0.97),
    ("another number", 0.97),
    ("another side", 0.55),
    ("denial turned round", 0.89),
    ("relative's illness", 0.9),
    ("true", 0.98),
];

/// A statement, where it stands, and what kind of error it holds.
struct Case {
    kind: &'static str,
    section: SectionKind,
    text: String,
}

fn case(kind: &'static str, section: SectionKind, text: String) -> Case {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().collect::<String>()).unwrap_or_default();
    Case { kind, section, text: first + letters.as_str() }
}

/// The words of a fact up to where it tells more than one thing.
fn head(text: &str) -> &str {
    let ends = [", ", ": ", "; "];
    &text[..ends.iter().filter_map(|end| text.find(end)).min().unwrap_or(text.len())]
}

fn true_statements(facts: &Value) -> Vec<Case> {
    use SectionKind::{
        Allergies, FamilyHistory, HistoryOfPresentIllness, Medications, PastHistory, PhysicalExam, Plan, Vitals,
    };
    let mut cases = Vec::new();
    let mut push = |section, text| cases.push(case("true", section, text));
    for one in list(facts, "medications") {
        let sig = [text(one, "dose"), text(one, "frequency")].join(" ");
        push(Medications, format!("{} {}.", text(one, "name"), sig.trim()));
        match text(one, "action") {
            "start" => push(Plan, format!("Start {} {}.", text(one, "name"), text(one, "dose"))),
            "stop" => push(Plan, format!("Stop {}.", text(one, "name"))),
            "increase" => push(Plan, format!("Increase {} to {}.", text(one, "name"), text(one, "dose"))),
            _ => {}
        }
    }
    for one in list(facts, "vitals") {
        push(Vitals, format!("{} {}.", text(one, "name"), one["value"]));
    }
    for one in list(facts, "allergies") {
        push(Allergies, format!("{}: {}.", text(one, "substance"), text(one, "reaction")));
    }
    for one in list(facts, "denied") {
        push(HistoryOfPresentIllness, format!("Denies {}.", one.as_str().unwrap_or_default()));
    }
    for one in list(facts, "symptoms") {
        push(HistoryOfPresentIllness, format!("Reports {}.", text(one, "text")));
    }
    for one in list(facts, "family") {
        push(FamilyHistory, format!("{}: {}.", text(one, "relative"), text(one, "condition")));
    }
    for (kind, section) in [("findings", PhysicalExam), ("past_history", PastHistory)] {
        list(facts, kind).iter().for_each(|one| push(section, format!("{}.", text(one, "text"))));
    }
    cases
}

/// `dose` times `factor`, if it is one number with a unit.
fn times(dose: &str, factor: f64) -> Option<String> {
    let (value, unit) = dose.split_once(' ')?;
    Some(format!("{} {unit}", value.parse::<f64>().ok()? * factor))
}

/// Doses that `medication` never had in the visit: more or less of its own, and those of the other medicines.
fn other_doses(medication: &Value, all: &[Value]) -> Vec<String> {
    let dose = text(medication, "dose");
    let unit = |dose: &str| dose.split_once(' ').map(|(_, unit)| unit.to_owned());
    let of_others = all.iter().map(|one| text(one, "dose")).filter(|other| unit(other) == unit(dose));
    let mut wrong: Vec<String> = [2.0, 0.5, 10.0].iter().filter_map(|factor| times(dose, *factor)).collect();
    wrong.extend(of_others.filter(|_| unit(dose).is_some()).take(2).map(str::to_owned));
    wrong.retain(|wrong| wrong != dose && wrong != text(medication, "previous_dose"));
    wrong.sort();
    wrong.dedup();
    wrong
}

/// A medicine of the same class that nobody named.
fn other_medicine(name: &str, said: &[&str]) -> Option<&'static str> {
    let table = DrugTable::bundled();
    let drug = table.find(name)?;
    let of_class = table.drugs().iter().filter(|other| other.class == drug.class && other.name != drug.name);
    of_class.map(|other| other.name).find(|other| !said.contains(other))
}

fn planted(facts: &Value, transcript: &Transcript) -> Vec<Case> {
    use SectionKind::{HistoryOfPresentIllness, Medications, PastHistory, Plan, Vitals};
    let said: String = transcript.utterances.iter().map(|one| format!("{}\n", one.text.as_str())).collect();
    let named: Vec<&str> = DrugTable::bundled().mentions(&said).iter().map(|mention| mention.drug.name).collect();
    let mut cases = Vec::new();
    for one in list(facts, "medications") {
        let (name, dose) = (text(one, "name"), text(one, "dose"));
        for wrong in other_doses(one, list(facts, "medications")) {
            cases.push(case("another dose", Medications, format!("{name} {wrong}.")));
        }
        let wrong = other_medicine(name, &named);
        cases.extend(wrong.map(|wrong| case("another medicine", Medications, format!("{wrong} {dose}."))));
    }
    for one in list(facts, "considered").iter().filter(|one| DrugTable::bundled().find(text(one, "name")).is_some()) {
        cases.push(case("another medicine", Plan, format!("Start {}.", text(one, "name"))));
    }
    for one in list(facts, "vitals") {
        let value = one["value"].as_f64().unwrap_or_default();
        let wrong = (value * 1.13 * 10.0).round() / 10.0;
        cases.push(case("another number", Vitals, format!("{} {wrong}.", text(one, "name"))));
    }
    let measured = |loinc: &str| list(facts, "vitals").iter().any(|one| text(one, "loinc") == loinc);
    for (loinc, wrong) in
        [("8310-5", "Temperature 103.7 °F."), ("2708-6", "Oxygen saturation 87 %."), ("9279-1", "Respiratory rate 29.")]
    {
        if !measured(loinc) && !measured("59408-5") {
            cases.push(case("another number", Vitals, wrong.to_owned()));
        }
    }
    for one in list(facts, "denied") {
        let symptom = one.as_str().unwrap_or_default();
        cases.push(case("denial turned round", HistoryOfPresentIllness, format!("Reports {symptom}.")));
    }
    for one in list(facts, "symptoms").iter().map(|one| text(one, "text")).filter(|text| !text.starts_with("no ")) {
        cases.push(case("denial turned round", HistoryOfPresentIllness, format!("Denies {}.", head(one))));
    }
    for one in list(facts, "family") {
        cases.push(case("relative's illness", PastHistory, format!("{}.", head(text(one, "condition")))));
    }
    for one in true_statements(facts).into_iter().filter(|one| one.section != Medications) {
        let swapped = match &one.text {
            text if text.to_lowercase().contains("left ") => text.to_lowercase().replace("left ", "right "),
            text if text.to_lowercase().contains("right ") => text.to_lowercase().replace("right ", "left "),
            _ => continue,
        };
        cases.push(case("another side", one.section, swapped));
    }
    cases
}

#[test]
fn planted_errors_are_caught_and_true_statements_stand() {
    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    for entry in manifest() {
        let transcript: Transcript = serde_json::from_value(json(text(&entry, "transcript"))).expect("a transcript");
        let facts = json(text(&entry, "facts"));
        let cases: Vec<Case> = true_statements(&facts).into_iter().chain(planted(&facts, &transcript)).collect();
        let statement = |case: &Case| NoteStatement { text: case.text.as_str().into(), section: Some(case.section) };
        let answer = verification(cases.iter().map(statement).collect(), &transcript);
        for (case, found) in cases.iter().zip(answer.statements) {
            let right = match case.kind {
                "true" => found.support != Finding::Unsupported,
                _ => found.support != Finding::Supported,
            };
            scores.entry(case.kind).or_default().add(right);
            if !right {
                let reason = found.reason.as_ref().map_or("", |reason| reason.as_str());
                println!("{} {}: {} {:?} {reason}", text(&entry, "id"), case.kind, case.text, found.support);
            }
        }
    }
    let planted: usize = scores.iter().filter(|(kind, _)| **kind != "true").map(|(_, score)| score.wanted).sum();
    println!("{planted} planted errors");
    for (kind, score) in &scores {
        println!("  {kind:20} {:3} of {:3}", score.found, score.wanted);
    }
    for (kind, least) in LEAST {
        let score = scores[kind];
        assert!(score.share() >= least, "{kind}: {} of {}", score.found, score.wanted);
    }
    assert!(planted >= 200, "{planted}");
}
