use std::path::{Path, PathBuf};

use serde_json::Value;
use soapstone::{
    domain::Transcript,
    structuring::facts::{self, Facts},
    terminology::DrugTable,
};

/// Found and wanted, of one kind of fact.
#[derive(Default, Clone, Copy)]
struct Score {
    found: usize,
    wanted: usize,
}

impl Score {
    fn add(&mut self, found: bool) {
        self.wanted += 1;
        self.found += usize::from(found);
    }

    fn share(self) -> f64 {
        self.found as f64 / self.wanted as f64
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("audio-fixtures")
}

fn json(file: &str) -> Value {
    let text = std::fs::read_to_string(fixtures().join(file)).expect("a file of the manifest");
    serde_json::from_str(&text).expect("JSON")
}

fn list<'v>(facts: &'v Value, kind: &str) -> &'v [Value] {
    facts[kind].as_array().map_or(&[], Vec::as_slice)
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// The names of ingredients, however they are joined.
fn ingredients(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = name.split(['-', '/', ' ']).map(str::to_lowercase).collect();
    parts.sort();
    parts
}

struct Scores {
    medications: Score,
    doses: Score,
    frequencies: Score,
    actions: Score,
    allergies: Score,
    vitals: Score,
    orders: Score,
    denied: Score,
    /// Listed as the patient's, but only talked about, somebody else's, or not said at all.
    wrong_medications: usize,
    wrong_vitals: usize,
}

fn score(wanted: &Value, got: &Facts, scores: &mut Scores) {
    for medication in list(wanted, "medications") {
        let name = ingredients(text(medication, "name"));
        let found = got.medications.iter().find(|one| ingredients(&one.name) == name);
        scores.medications.add(found.is_some());
        let Some(found) = found else { continue };
        if medication["dose"].is_string() && !text(medication, "dose").contains('/') {
            let dose = found.dose.as_ref().map(|dose| format!("{} {}", dose.value, dose.unit));
            scores.doses.add(dose.as_deref() == medication["dose"].as_str());
        }
        if medication["frequency"].is_string() {
            scores.frequencies.add(found.frequency.as_deref() == medication["frequency"].as_str());
        }
        let action = serde_json::to_value(found.action).expect("an action has a name");
        scores.actions.add(action == medication["action"]);
        if action != medication["action"] {
            println!("{}: {action} instead of {}", found.name, medication["action"]);
        }
    }
    let expected: Vec<Vec<String>> =
        list(wanted, "medications").iter().map(|one| ingredients(text(one, "name"))).collect();
    scores.wrong_medications +=
        got.medications.iter().filter(|one| !expected.contains(&ingredients(&one.name))).count();
    for allergy in list(wanted, "allergies") {
        let substance = text(allergy, "substance").to_lowercase();
        scores.allergies.add(
            got.allergies
                .known
                .iter()
                .any(|one| one.substance.contains(&substance) || substance.contains(one.substance.as_str())),
        );
    }
    let vital = |loinc: &str, value: f64, unit: &str| {
        got.vitals.iter().any(|one| one.loinc == loinc && one.value == value && one.unit == unit)
    };
    for one in list(wanted, "vitals") {
        scores.vitals.add(vital(text(one, "loinc"), one["value"].as_f64().unwrap_or_default(), text(one, "unit")));
    }
    let known = |one: &&soapstone::domain::VitalSign| {
        list(wanted, "vitals")
            .iter()
            .any(|vital| text(vital, "loinc") == one.loinc && vital["value"].as_f64() == Some(one.value))
    };
    scores.wrong_vitals += got.vitals.iter().filter(|one| !known(one)).count();
    for order in list(wanted, "orders") {
        let words: Vec<&str> = text(order, "text").split_whitespace().filter(|word| word.len() > 3).collect();
        scores.orders.add(
            got.orders
                .iter()
                .any(|one| words.iter().any(|word| one.text.to_lowercase().contains(&word.to_lowercase()))),
        );
    }
    for denied in list(wanted, "denied").iter().filter_map(Value::as_str) {
        scores.denied.add(got.symptoms.iter().any(|one| !one.present && one.name == denied));
    }
}

/// The thresholds are what the rules reach; a change that loses any of it must say so here.
#[test]
fn facts_of_the_spoken_visits_are_found() {
    let manifest = std::fs::read_to_string(fixtures().join("manifest.jsonl")).expect("the manifest of the fixtures");
    let mut scores = Scores {
        medications: Score::default(),
        doses: Score::default(),
        frequencies: Score::default(),
        actions: Score::default(),
        allergies: Score::default(),
        vitals: Score::default(),
        orders: Score::default(),
        denied: Score::default(),
        wrong_medications: 0,
        wrong_vitals: 0,
    };
    for line in manifest.lines() {
        let entry: Value = serde_json::from_str(line).expect("a line of JSON");
        let transcript: Transcript = serde_json::from_value(json(text(&entry, "transcript"))).expect("a transcript");
        let wanted = json(text(&entry, "facts"));
        score(&wanted, &facts::facts(&transcript, DrugTable::bundled()), &mut scores);
    }
    let rows = [
        ("medications", scores.medications, 1.0),
        ("doses", scores.doses, 1.0),
        ("frequencies", scores.frequencies, 0.75),
        ("actions", scores.actions, 0.9),
        ("allergies", scores.allergies, 0.8),
        ("vitals", scores.vitals, 1.0),
        ("orders", scores.orders, 0.75),
        ("denied symptoms", scores.denied, 0.44),
    ];
    for (kind, score, _) in rows {
        println!("{kind}: {} of {} found", score.found, score.wanted);
    }
    println!(
        "medications not the patient's: {}, vitals nobody measured: {}",
        scores.wrong_medications, scores.wrong_vitals
    );
    for (kind, score, least) in rows {
        assert!(score.share() >= least, "{kind}: {} of {} found, fewer than {least}", score.found, score.wanted);
    }
    assert!(scores.wrong_vitals == 0 && scores.wrong_medications == 0);
}
