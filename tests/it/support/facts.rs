//! The spoken visits of `audio-fixtures/`, and how many of their facts something found.

use std::path::{Path, PathBuf};

use serde_json::Value;
use soapstone::{
    domain::{Allergy, Medication, Order, VitalSign},
    terminology::DrugTable,
};

/// What was found in a visit, by whichever way.
pub struct Found<'a> {
    pub medications: &'a [Medication],
    pub allergies: &'a [Allergy],
    pub vitals: &'a [VitalSign],
    pub orders: &'a [Order],
    /// Whether a symptom was found to be denied.
    pub denies: &'a dyn Fn(&str) -> bool,
}

/// Found and wanted, of one kind of fact.
#[derive(Debug, Default, Clone, Copy)]
pub struct Score {
    pub found: usize,
    pub wanted: usize,
}

impl Score {
    pub fn add(&mut self, found: bool) {
        self.wanted += 1;
        self.found += usize::from(found);
    }

    /// From 0 to 1.
    pub fn share(self) -> f64 {
        self.found as f64 / self.wanted as f64
    }
}

pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("audio-fixtures")
}

pub fn json(file: &str) -> Value {
    let text = std::fs::read_to_string(fixtures().join(file)).expect("a file of the manifest");
    serde_json::from_str(&text).expect("JSON")
}

pub fn list<'v>(facts: &'v Value, kind: &str) -> &'v [Value] {
    facts[kind].as_array().map_or(&[], Vec::as_slice)
}

pub fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// The names of ingredients, however they are joined.
pub fn ingredients(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = name.split(['-', '/', ' ']).map(str::to_lowercase).collect();
    parts.sort();
    parts
}

/// The ingredient of a drug, by whichever name; of anything else its name.
fn ingredient(substance: &str) -> String {
    let drug = DrugTable::bundled().mentions(substance).into_iter().next().map(|mention| mention.drug.name);
    drug.map_or(substance.to_lowercase(), |drug| drug.replace('/', "-"))
}

/// A dose or frequency as either side writes it: "1 teaspoon" and "1 teaspoons", "50,000 units", and "at night", "in the evening"
/// and "at bedtime" are matters of naming only.
fn in_one_form(sig: &str) -> String {
    sig.replace(',', "")
        .replace("in the evening", "at bedtime")
        .replace("at night", "at bedtime")
        .trim_end_matches('s')
        .to_owned()
}

/// The scores of several visits, added up.
#[derive(Debug, Default)]
pub struct Scores {
    pub medications: Score,
    pub doses: Score,
    pub frequencies: Score,
    pub actions: Score,
    /// Those of them that change something: begun, ended, more, less. Missing one may hurt somebody; "taken" of what goes on
    /// without a word may not.
    pub changes: Score,
    /// Medicines of which the note has a reading, and those whose reading is right: dose, and what is done with them.
    pub plain: Score,
    /// Medicines of which the note has the words, and those whose reading would have been right.
    pub quoted: Score,
    pub allergies: Score,
    pub vitals: Score,
    pub orders: Score,
    pub denied: Score,
    /// Listed as the patient's, but only talked about, somebody else's, or not said at all.
    pub wrong_medications: usize,
    pub wrong_vitals: usize,
    /// Listed, and not the patient's.
    pub wrong_allergies: usize,
}

/// Adds what was found of the `wanted` facts of one visit.
pub fn score(wanted: &Value, got: &Found<'_>, scores: &mut Scores) {
    for medication in list(wanted, "medications") {
        let name = ingredients(text(medication, "name"));
        let found = got.medications.iter().find(|one| ingredients(&one.name) == name);
        scores.medications.add(found.is_some());
        let Some(found) = found else { continue };
        let mut right = true;
        if medication["dose"].is_string() && !text(medication, "dose").contains('/') {
            let dose = found.dose.as_ref().map(|dose| format!("{} {}", dose.value, dose.unit));
            right = dose.as_deref().map(in_one_form) == medication["dose"].as_str().map(in_one_form);
            scores.doses.add(right);
        }
        if medication["frequency"].is_string() {
            let frequency = found.frequency.as_deref().map(in_one_form);
            scores.frequencies.add(frequency == medication["frequency"].as_str().map(in_one_form));
        }
        let action = serde_json::to_value(found.action).expect("an action has a name");
        scores.actions.add(action == medication["action"]);
        if !matches!(text(medication, "action"), "taken" | "continue") {
            scores.changes.add(action == medication["action"]);
        }
        let goes_on = |action: &str| matches!(action, "taken" | "continue");
        let wanted = text(medication, "action");
        right &= action == *wanted || goes_on(wanted) && action.as_str().is_some_and(goes_on);
        let shown = if found.as_said.is_some() { &mut scores.quoted } else { &mut scores.plain };
        shown.add(right);
    }
    let expected: Vec<Vec<String>> =
        list(wanted, "medications").iter().map(|one| ingredients(text(one, "name"))).collect();
    scores.wrong_medications +=
        got.medications.iter().filter(|one| !expected.contains(&ingredients(&one.name))).count();
    let is_it = |one: &Allergy, known: &Value| {
        let (found, wanted) = (ingredient(&one.substance), ingredient(text(known, "substance")));
        found.contains(&wanted) || wanted.contains(&found)
    };
    for allergy in list(wanted, "allergies") {
        scores.allergies.add(got.allergies.iter().any(|one| is_it(one, allergy)));
    }
    let named = |one: &&Allergy| list(wanted, "allergies").iter().any(|known| is_it(one, known));
    scores.wrong_allergies += got.allergies.iter().filter(|one| !named(one)).count();
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
        scores.denied.add((got.denies)(denied));
    }
}

impl Scores {
    /// Each kind with its score.
    pub fn rows(&self) -> [(&'static str, Score); 8] {
        [
            ("medications", self.medications),
            ("doses", self.doses),
            ("frequencies", self.frequencies),
            ("actions", self.actions),
            ("allergies", self.allergies),
            ("vitals", self.vitals),
            ("orders", self.orders),
            ("denied symptoms", self.denied),
        ]
    }

    /// Prints the scores under `title`.
    pub fn print(&self, title: &str) {
        println!("{title}");
        for (kind, score) in self.rows() {
            println!("  {kind:16} {:3} of {:3} found", score.found, score.wanted);
        }
        println!("  actions that change something: {} of {} found", self.changes.found, self.changes.wanted);
        println!("  as a reading: {} of {} right", self.plain.found, self.plain.wanted);
        println!("  in their words: {} of {} would have been", self.quoted.found, self.quoted.wanted);
        println!(
            "  medicines not the patient's: {}, allergies: {}, vitals nobody measured: {}",
            self.wrong_medications, self.wrong_allergies, self.wrong_vitals
        );
    }
}

/// The lines of the fixtures' manifest.
pub fn manifest() -> Vec<Value> {
    let text = std::fs::read_to_string(fixtures().join("manifest.jsonl")).expect("the manifest of the fixtures");
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}
