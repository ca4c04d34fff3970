//! What was said and is in no statement.

use std::sync::LazyLock;

use regex::Regex;

use super::overlooked::overlooked;
use crate::{
    domain::{Evidence, Omission},
    language::{numbers, questions::is_question},
    structuring::{
        evidence,
        facts::{Facts, context, orders},
        text::{self, pattern},
        visit::{Line, Visit},
    },
    terminology::DrugTable,
};

static ILLNESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(had|has|have|died|passed|diagnosed|diabet\w+|pacemaker|bypass|stents?|clots?|replaced|bipolar|schizo\w+|cancer|heart|stroke|attack|disease|pressure|depress\w+|asthma|gout|dementia|alzheimer\w*|parkinson\w*|glaucoma|arthritis|thyroid|suicide|alcohol\w*|kidney|epilepsy)\b",
    )
});

/// The part of a text's content words that one statement must have to tell it, …
const TOLD: f64 = 0.5;
/// … if it has few, …
const TOLD_OF_FEW: f64 = 0.6;
/// … and the part that all statements must have together, if it has not.
const TOLD_TOGETHER: f64 = 0.85;
/// The part that one statement must have of a conclusion.
const SAID_NEARLY: f64 = 0.7;
/// Fewer content words than this are few.
const MANY: usize = 5;

/// What of `facts` and of the visit none of `statements` covers: facts first, then sentences that matter.
pub fn omissions(statements: &[&str], facts: &Facts, visit: &Visit) -> Vec<Omission> {
    let mut found = omitted_facts(statements, facts, visit);
    let named: Vec<Evidence> = found.iter().flat_map(|one| one.evidence.clone()).collect();
    // The last is the answer, where there is a question.
    let is_named = |one: &Omission| one.evidence.last().is_some_and(|said| named.contains(said));
    found.extend(overlooked(visit, &Covered::new(statements)).into_iter().filter(|one| !is_named(one)));
    found
}

/// What of `facts`, of the warnings and of the relatives' illnesses in the visit none of `statements` covers.
pub fn omitted_facts(statements: &[&str], facts: &Facts, visit: &Visit) -> Vec<Omission> {
    let note = Covered::new(statements);
    let mut found = Vec::new();
    for medication in &facts.medications {
        // Where there is more than one reading, none of the doses is left out.
        let dose = medication.dose.as_ref().filter(|_| medication.as_said.is_none()).map(|dose| dose.value);
        if !note.has_drug(&medication.name, dose) {
            found.push(omission("medication", medication.text.as_str(), &medication.evidence));
        }
    }
    for allergy in facts.allergies.known.iter().filter(|allergy| !note.has_words(&allergy.substance)) {
        found.push(omission("allergy", &allergy.substance, &allergy.evidence));
    }
    for vital in facts.vitals.iter().chain(&facts.measured_elsewhere).filter(|vital| !note.has_value(vital.value)) {
        found.push(omission("vital", &format!("{} {} {}", vital.name, vital.value, vital.unit), &vital.evidence));
    }
    for order in facts.orders.iter().filter(|order| !statements.iter().any(|one| orders::is_named_in(order, one))) {
        found.push(omission("order", &order.text, &order.evidence));
    }
    for symptom in facts.symptoms.iter().filter(|symptom| !note.has_symptom(symptom.name)) {
        let text = if symptom.present { symptom.name.to_owned() } else { format!("no {}", symptom.name) };
        found.push(omission("symptom", &text, &symptom.evidence));
    }
    for line in &visit.lines {
        found.extend(unsaid_sentences(line, &note));
    }
    found
}

fn omission(kind: &str, text: &str, evidence: &[Evidence]) -> Omission {
    Omission { kind: kind.to_owned(), text: text.into(), evidence: evidence.to_vec() }
}

/// Safety-netting and relatives' illnesses, sentence by sentence.
fn unsaid_sentences(line: &Line, note: &Covered) -> Vec<Omission> {
    let mut found = Vec::new();
    for range in &line.sentences {
        let sentence = &line.text()[range.clone()];
        if is_question(sentence) {
            continue;
        }
        let safety = line.by_clinician() && context::safety_net(sentence);
        let relative = line.by_patient_side()
            && context::names_a_relative(sentence)
            && context::of_another_person(sentence)
            && ILLNESS.is_match(sentence);
        let kind = match (safety, relative) {
            (true, _) => "safety_net",
            (_, true) => "family_history",
            _ => continue,
        };
        if note.coverage(sentence) < TOLD {
            found.push(omission(kind, sentence, &[evidence::evidence(line.utterance, range.clone())]));
        }
    }
    found
}

/// What the statements hold, ready to be asked.
pub(super) struct Covered<'s> {
    statements: &'s [&'s str],
    stems: Vec<Vec<String>>,
    /// The numbers of each.
    values: Vec<Vec<f64>>,
}

impl<'s> Covered<'s> {
    pub(super) fn new(statements: &'s [&'s str]) -> Self {
        let stems = statements.iter().map(|statement| text::content_stems(statement)).collect();
        let values = statements.iter().map(|statement| numbers::said_values(statement)).collect();
        Self { statements, stems, values }
    }

    fn has_drug(&self, name: &str, dose: Option<f64>) -> bool {
        self.statements.iter().any(|statement| {
            let named = DrugTable::bundled().mentions(statement).iter().any(|mention| mention.drug.name == name);
            named && dose.is_none_or(|dose| numbers::contains_value(&numbers::said_values(statement), dose))
        })
    }

    /// Whether a statement has the number `value`.
    fn has_value(&self, value: f64) -> bool {
        self.values.iter().any(|values| numbers::contains_value(values, value))
    }

    /// Whether the statements have all numbers of `text`; `None` where it has none.
    pub(super) fn has_numbers(&self, text: &str) -> Option<bool> {
        let said = numbers::numbers(text);
        (!said.is_empty()).then(|| said.iter().all(|number| self.has_value(number.value)))
    }

    /// Whether one statement has all content words of `text`.
    fn has_words(&self, text: &str) -> bool {
        let wanted = text::content_stems(text);
        self.stems.iter().any(|stems| wanted.iter().all(|word| stems.contains(word)))
    }

    fn has_symptom(&self, name: &str) -> bool {
        let entry = crate::structuring::facts::symptoms::LEXICON.iter().find(|entry| entry.name == name);
        entry.is_some_and(|entry| self.statements.iter().any(|statement| entry.pattern.is_match(statement)))
    }

    /// Whether one statement tells most of `text` with all its numbers, or all together tell nearly everything. A few words
    /// are found in any note.
    pub(super) fn tells(&self, text: &str) -> bool {
        self.tell(text, |_| true)
    }

    /// The same of what the clinician plans or advises: what the patient answered is no plan.
    pub(super) fn plans(&self, text: &str) -> bool {
        self.tell(text, |statement| !statement.contains("? \""))
    }

    /// Whether one statement has most of what the clinician says in `text`, and its numbers, or all together nearly everything.
    pub(super) fn says_nearly(&self, text: &str) -> bool {
        let numbers = numbers::numbers(text);
        let wanted = stems_beside(text, &numbers);
        let has = |values: &[f64]| numbers.iter().all(|number| numbers::contains_value(values, number.value));
        let mut of_it = self.statements.iter().zip(&self.stems).zip(&self.values);
        of_it.any(|((said, stems), values)| {
            !said.contains("? \"") && has(values) && share(&wanted, stems) >= SAID_NEARLY
        }) || self.has_numbers(text) != Some(false) && self.coverage_together(text) >= TOLD_TOGETHER
    }

    /// Whether a statement decides about each medicine of `text`, which names one.
    pub(super) fn decides_about_medicines(&self, text: &str) -> bool {
        static DECIDES: LazyLock<Regex> =
            LazyLock::new(|| pattern(r"^(?:continue|stop|start|increase|decrease|hold|change|advised|keep|resume)\b"));
        let named = DrugTable::bundled().mentions(text);
        let decides = |name: &str| {
            self.statements.iter().filter(|statement| DECIDES.is_match(statement)).any(|statement| {
                DrugTable::bundled().mentions(statement).iter().any(|mention| mention.drug.name == name)
            })
        };
        !named.is_empty() && named.iter().all(|mention| decides(mention.drug.name))
    }

    /// Whether a statement names the medicines of `text` with its numbers, and there are both.
    pub(super) fn doses(&self, text: &str) -> bool {
        let (named, numbers) = (DrugTable::bundled().mentions(text), numbers::numbers(text));
        let names = |statement: &str| {
            let there = DrugTable::bundled().mentions(statement);
            named.iter().all(|one| there.iter().any(|other| other.drug.name == one.drug.name))
        };
        let has = |values: &[f64]| numbers.iter().all(|number| numbers::contains_value(values, number.value));
        let mut told = self.statements.iter().zip(&self.values);
        !named.is_empty() && !numbers.is_empty() && told.any(|(statement, values)| has(values) && names(statement))
    }

    fn tell(&self, text: &str, counts: impl Fn(&str) -> bool) -> bool {
        let numbers = numbers::numbers(text);
        let wanted = stems_beside(text, &numbers);
        let of_those = self.statements.iter().zip(&self.stems).zip(&self.values).filter(|((one, _), _)| counts(one));
        let has = |values: &[f64]| numbers.iter().all(|number| numbers::contains_value(values, number.value));
        let best = of_those.filter(|(_, values)| has(values)).map(|((_, stems), _)| share(&wanted, stems));
        let best = best.fold(0.0, f64::max);
        match wanted.len() < MANY {
            true => best >= TOLD_OF_FEW,
            false => {
                best >= TOLD || self.has_numbers(text) != Some(false) && self.coverage_together(text) >= TOLD_TOGETHER
            }
        }
    }

    /// The part of the content words of `text` that all statements have together.
    fn coverage_together(&self, text: &str) -> f64 {
        share(&text::content_stems(text), &self.stems.concat())
    }

    /// The part of the content words of `text` that the best statement has.
    fn coverage(&self, text: &str) -> f64 {
        let wanted = text::content_stems(text);
        self.stems.iter().map(|stems| share(&wanted, stems)).fold(0.0, f64::max)
    }
}

/// The content words of `text` that are no part of its `numbers`, nor of how much is taken how often.
pub(super) fn stems_beside(text: &str, numbers: &[numbers::Number]) -> Vec<String> {
    const MEASURES: [&str; 8] = ["milligrams", "micrograms", "grams", "once", "twice", "times", "day", "daily"];
    let mut beside = text.to_owned();
    for number in numbers.iter().rev() {
        beside.replace_range(number.range.clone(), " ");
    }
    let measures = text::content_stems(&MEASURES.join(" "));
    text::content_stems(&beside).into_iter().filter(|stem| numbers.is_empty() || !measures.contains(stem)).collect()
}

/// The part of `wanted` that is in `stems`: all, where nothing is wanted.
fn share(wanted: &[String], stems: &[String]) -> f64 {
    let shared = wanted.iter().filter(|word| stems.contains(word)).count();
    if wanted.is_empty() { 1.0 } else { shared as f64 / wanted.len() as f64 }
}
