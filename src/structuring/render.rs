//! Lines that rules write from facts: what must be exact is not left to a model.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    facts::{
        Facts, context,
        illnesses::Illness,
        medications::Avoided,
        symptoms::{BodySystem, Symptom},
    },
    text::pattern,
};
use crate::domain::{Allergy, AllergyKind, Evidence, Medication, MedicationAction, Order, OrderKind, VitalSign};

/// A line with the evidence it was made from.
pub struct Line {
    /// What the note says.
    pub text: String,
    /// Where it was said.
    pub evidence: Vec<Evidence>,
}

/// The medications section: what the patient takes, with what was decided about it.
pub fn medications(facts: &Facts) -> Vec<Line> {
    facts.medications.iter().map(|one| Line { text: medication(one), evidence: one.evidence.clone() }).collect()
}

fn medication(medication: &Medication) -> String {
    let text = medication.text.as_str();
    match medication.action {
        MedicationAction::Taken if medication.as_said.is_some() => text.to_owned(),
        _ if medication.as_said.is_some() => {
            format!("{}: as quoted in the plan.", medication.title())
        }
        MedicationAction::Start => format!("{text} (started)."),
        MedicationAction::Stop => format!("{text} (stopped)."),
        MedicationAction::Increase => format!("{text} (increased)."),
        MedicationAction::Decrease => format!("{text} (decreased)."),
        MedicationAction::Change if medication.held => format!("{text} (on hold)."),
        MedicationAction::Change => format!("{text} (changed)."),
        MedicationAction::Continue | MedicationAction::Taken if medication.past => format!("{text} (no longer taken)."),
        MedicationAction::Continue | MedicationAction::Taken => format!("{text}."),
    }
}

/// The allergies section; where the visit said that there are none, that is what it says.
pub fn allergies(facts: &Facts) -> Vec<Line> {
    let mut lines: Vec<Line> =
        facts.allergies.known.iter().map(|one| Line { text: allergy(one), evidence: one.evidence.clone() }).collect();
    if let Some(evidence) = &facts.allergies.none_known {
        lines.push(Line { text: "No known allergies.".to_owned(), evidence: evidence.clone() });
    }
    lines
}

fn allergy(allergy: &Allergy) -> String {
    let mut substance = capitalised(allergy.substance.as_str());
    if let Some(ingredient) = allergy.codes.first().map(|coding| coding.display.to_lowercase())
        && !ingredient.contains(&substance.to_lowercase())
    {
        substance.push_str(&format!(" ({ingredient})"));
    }
    let kind = if allergy.kind == AllergyKind::Intolerance { " (intolerance)" } else { "" };
    match &allergy.reaction {
        Some(reaction) => format!("{substance}: {}{kind}.", reaction.as_str()),
        None => format!("{substance}{kind}."),
    }
}

/// Lasting illnesses, a line each.
pub fn illnesses(facts: &Facts) -> Vec<Line> {
    facts.illnesses.iter().map(illness).collect()
}

/// "Underactive thyroid."
pub fn illness(illness: &Illness) -> Line {
    Line { text: format!("{}.", illness.name.as_str()), evidence: illness.evidence.clone() }
}

/// The vital signs section; a blood pressure is one line.
pub fn vitals(facts: &Facts) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut vitals = facts.vitals.iter().peekable();
    while let Some(vital) = vitals.next() {
        let diastolic = vitals.next_if(|next| vital.loinc == "8480-6" && next.loinc == "8462-4");
        let text = match diastolic {
            Some(diastolic) => {
                format!("Blood pressure {}/{} mmHg{}.", vital.value, diastolic.value, position(&vital.name))
            }
            None => format!("{} {}.", vital.name, measure(vital)),
        };
        lines.push(Line { text, evidence: vital.evidence.clone() });
    }
    lines
}

/// " (standing)" of a "Standing systolic blood pressure".
fn position(name: &str) -> String {
    let position = name.strip_suffix(" systolic blood pressure");
    position.map_or(String::new(), |position| format!(" ({})", position.to_lowercase()))
}

fn measure(vital: &VitalSign) -> String {
    let value = vital.value;
    match vital.unit.as_str() {
        "%" => format!("{value}%"),
        "[degF]" => format!("{value} °F"),
        "Cel" => format!("{value} °C"),
        "[lb_av]" => format!("{value} lb"),
        "[in_i]" => format!("{value} in"),
        "kg/m2" => format!("{value} kg/m²"),
        "mm[Hg]" => format!("{value} mmHg"),
        "/min" => format!("{value}/min"),
        unit => format!("{value} {unit}"),
    }
}

/// The review of systems: a line a body system, what is there before what is not.
pub fn review_of_systems(facts: &Facts) -> Vec<Line> {
    let mut systems: Vec<BodySystem> = facts.symptoms.iter().map(|symptom| symptom.system).collect();
    systems.sort();
    systems.dedup();
    systems.into_iter().map(|system| system_line(system, &facts.symptoms)).collect()
}

const DENIES: &str = " Denies ";

/// What a line of the review of systems denies.
pub fn denied(line: &str) -> Option<&str> {
    line.split_once(DENIES).map(|(_, denied)| denied)
}

fn system_line(system: BodySystem, symptoms: &[Symptom]) -> Line {
    let of_system: Vec<&Symptom> = symptoms.iter().filter(|symptom| symptom.system == system).collect();
    let named = |present: bool| -> Vec<&str> {
        of_system.iter().filter(|symptom| symptom.present == present).map(|symptom| symptom.name).collect()
    };
    let mut text = format!("{}:", system.title());
    let (present, absent) = (named(true), named(false));
    if !present.is_empty() {
        text.push_str(&format!(" Reports {}.", listed(&present, "and")));
    }
    if !absent.is_empty() {
        text.push_str(&format!("{DENIES}{}.", listed(&absent, "or")));
    }
    let mut evidence = Vec::new();
    for symptom in of_system {
        super::evidence::merge(&mut evidence, symptom.evidence.iter().cloned());
    }
    Line { text, evidence }
}

fn listed(names: &[&str], last: &str) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., end] => format!("{} {last} {end}", most.join(", ")),
    }
}

/// A decision about a medicine, as a line of the plan; nothing for what just goes on unmentioned.
pub fn decision(medication: &Medication) -> Option<Line> {
    let text = medication.text.as_str();
    let text = match medication.action {
        MedicationAction::Taken => return None,
        _ if medication.as_said.is_some() => text.to_owned(),
        MedicationAction::Start => format!("Start {text}."),
        MedicationAction::Stop => format!("Stop {text}."),
        MedicationAction::Increase => format!("Increase {}.", with_target(medication)),
        MedicationAction::Decrease => format!("Decrease {}.", with_target(medication)),
        // From when on stands in it.
        MedicationAction::Change if medication.held && text.ends_with('"') => format!("Hold {text}"),
        MedicationAction::Change if medication.held => format!("Hold {text} for now."),
        MedicationAction::Change => format!("Change {text}."),
        MedicationAction::Continue => format!("Continue {text}."),
    };
    Some(Line { text, evidence: medication.evidence.clone() })
}

/// A medicine that the clinician advised against, as a line of the plan.
pub fn avoided(avoided: &Avoided) -> Line {
    Line { text: format!("Advised against {}.", avoided.text), evidence: avoided.evidence.clone() }
}

/// "Lasix to 80 mg once daily".
fn with_target(medication: &Medication) -> String {
    let text = medication.text.as_str();
    let Some(dose) = &medication.dose else { return text.to_owned() };
    let amount = format!(" {} ", dose.amount());
    text.replacen(&amount, &format!(" to{amount}"), 1)
}

/// An order as a line of the plan.
pub fn order(order: &Order) -> Line {
    let text = order.text.as_str();
    let text = match order.kind {
        OrderKind::Referral => text.replacen("Referral: ", "Refer for ", 1),
        OrderKind::FollowUp | OrderKind::Other => capitalised(text),
        _ if text.starts_with("Repeat ") => text.to_owned(),
        _ => format!("Order {text}"),
    };
    let today = if ordered_for_today(order) { " today" } else { "" };
    Line { text: format!("{text}{today}."), evidence: order.evidence.clone() }
}

/// Whether a test is ordered for today, in the words that order it.
fn ordered_for_today(order: &Order) -> bool {
    static TODAY: LazyLock<Regex> = LazyLock::new(|| pattern(r"\btoday\b(?:[.,!]|$| and\b)"));
    let test = matches!(order.kind, OrderKind::Laboratory | OrderKind::Imaging);
    let quotes = order.evidence.iter().filter_map(|one| one.quote.as_ref());
    let mut today = quotes.filter_map(|quote| Some((quote.as_str(), TODAY.find(quote.as_str())?)));
    test && today.any(|(quote, at)| !context::negates(&quote[..at.start()]))
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    let first: String = characters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}", characters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        structuring::{facts, testing::transcript},
        terminology::DrugTable,
    };

    fn found(lines: &str) -> Facts {
        facts::facts(&transcript(lines), DrugTable::bundled())
    }

    fn texts(lines: Vec<Line>) -> Vec<String> {
        lines.into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn words_that_decide_stand_once_in_the_plan() {
        let facts = found(
            "D: I'll put the amlodipine up to ten milligrams. Actually, hang on. Let's leave the amlodipine at five.",
        );
        assert_eq!(texts(medications(&facts)), ["Amlodipine: as quoted in the plan."]);
        let line = decision(&facts.medications[0]).expect("a decision").text;
        assert!(
            line.starts_with("Amlodipine, as was said: \"") && line.ends_with("leave the amlodipine at five.\""),
            "{line}"
        );
    }

    #[test]
    fn facts_read_as_a_clinician_writes_them() {
        let facts = found(
            "D: Blood pressure is one fifty two over ninety four, temperature 98.6.\n\
             P: I take lisinopril, ten milligrams a day. I'm allergic to sulfa, I get hives.\n\
             D: Let's increase the lisinopril to twenty milligrams a day. Any fever, cough or chest pain?\n\
             P: No fever. Just a cough.",
        );
        assert_eq!(texts(vitals(&facts)), ["Blood pressure 152/94 mmHg.", "Body temperature 98.6 °F."]);
        assert_eq!(texts(medications(&facts)), ["Lisinopril 20 mg once daily (increased)."]);
        assert_eq!(texts(allergies(&facts)), ["Sulfa: hives."]);
        assert_eq!(
            decision(&facts.medications[0]).expect("a decision").text,
            "Increase Lisinopril to 20 mg once daily."
        );
        assert_eq!(
            texts(review_of_systems(&facts)),
            ["Constitutional: Denies fever.", "Cardiovascular: Denies chest pain.", "Respiratory: Reports cough."]
        );
    }

    #[test]
    fn orders_become_lines_of_the_plan() {
        let facts = found("D: I'll order a CBC and refer you to cardiology. I'll see you again in four weeks.");
        assert_eq!(
            facts.orders.iter().map(|one| order(one).text).collect::<Vec<_>>(),
            ["Order CBC.", "Refer for cardiology.", "Follow up in four weeks."]
        );
        let facts = found("D: I want a uric acid level and a basic metabolic panel today. We don't need an MRI today.");
        assert_eq!(
            facts.orders.iter().map(|one| order(one).text).collect::<Vec<_>>(),
            ["Order uric acid level today.", "Order basic metabolic panel today."]
        );
    }
}
