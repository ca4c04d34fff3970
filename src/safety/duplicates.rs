//! Two medicines that are one: the same ingredient twice, or two of a class of which one is taken (`duplicates.tsv`).

use std::sync::LazyLock;

use super::{
    groups::{ingredients_of, rows},
    medicines::{Medicine, evidence_of, only_charted},
    severity,
};
use crate::{
    domain::{Alert, AlertKind, AlertSeverity, MedicationAction},
    terminology::{DrugMention, DrugTable},
};

const TABLE: &str = include_str!("duplicates.tsv");

/// Classes whose medicines are taken together on purpose, or whose ingredients stand in many products.
const TOGETHER: [&str; 6] =
    ["vitamin", "mineral supplement", "supplement", "combined oral contraceptive", "progestin", "opioid antagonist"];
/// Ingredients of which two products are taken on purpose: levodopa with more carbidopa.
const ON_PURPOSE: [&str; 2] = ["carbidopa", "naloxone"];

struct Duplicate {
    group: &'static str,
    members: Vec<&'static str>,
    inhaled: bool,
    severity: AlertSeverity,
    why: &'static str,
    source: &'static str,
}

static DUPLICATES: LazyLock<Vec<Duplicate>> = LazyLock::new(|| {
    let read = |[group, route, level, why, source]: [&'static str; 5]| {
        let (members, inhaled) = (ingredients_of(group), route == "inhaled");
        Duplicate { group, members, inhaled, severity: severity(level), why, source }
    };
    rows(TABLE).map(read).collect()
});

/// What is said of two products with one ingredient.
const SAME: (&str, &str) = ("the doses add up", "42 CFR 456.705, therapeutic duplication");

/// The alert about `one` and `other` being one.
pub(super) fn check(one: &Medicine, other: &Medicine) -> Option<Alert> {
    if !one.is_taken() || !other.is_taken() || belong_together(one, other) {
        return None;
    }
    let both = [one, other];
    let (severity, text, (why, source)) = match same_ingredient(one, other) {
        Some(ingredient) => {
            let text = format!("{} and {} both contain {ingredient}", one.title(), other.drug.name);
            (AlertSeverity::Moderate, text, SAME)
        }
        None => {
            let row = DUPLICATES.iter().find(|row| row.has(one) && row.has(other))?;
            let text = format!("{} and {} are of one class: {}", one.title(), other.drug.name, row.group);
            (row.severity, text, (row.why, row.source))
        }
    };
    Some(Alert {
        kind: AlertKind::Duplicate,
        severity,
        text: format!("{text}{}.", only_charted(&both)).into(),
        medicines: both.map(|medicine| medicine.drug.name.to_owned()).into(),
        allergies: Vec::new(),
        why: why.to_owned(),
        source: source.to_owned(),
        evidence: evidence_of(&both),
    })
}

fn belong_together(one: &Medicine, other: &Medicine) -> bool {
    takes_over(one, other)
        || one.is_long_acting_opioid() != other.is_long_acting_opioid()
        || are_alternatives(one, other)
}

/// "I take ibuprofen or Aleve": the one or the other, each time.
fn are_alternatives(one: &Medicine, other: &Medicine) -> bool {
    let alternatives = |quote: &str| {
        let named = DrugTable::bundled().mentions(quote);
        let is = |mention: &DrugMention, medicine: &Medicine| mention.drug.name == medicine.drug.name;
        named.windows(2).any(|pair| {
            let both = is(&pair[0], one) && is(&pair[1], other) || is(&pair[1], one) && is(&pair[0], other);
            both && quote[pair[0].range.end..pair[1].range.start].trim() == "or"
        })
    };
    one.evidence().iter().filter_map(|evidence| evidence.quote.as_ref()).any(|quote| alternatives(quote))
}

/// One that is cut down or changed while the other begins: a switch, not a pair.
fn takes_over(one: &Medicine, other: &Medicine) -> bool {
    let makes_way =
        |medicine: &Medicine| matches!(medicine.action(), Some(MedicationAction::Decrease | MedicationAction::Change));
    makes_way(one) && other.is_begun() || makes_way(other) && one.is_begun()
}

/// An ingredient that both swallow. Sprays, creams and inhalers of what is also swallowed are for another place.
fn same_ingredient(one: &Medicine, other: &Medicine) -> Option<&'static str> {
    let counts = |medicine: &Medicine| medicine.is_systemic() && !TOGETHER.contains(&medicine.drug.class);
    let shared =
        |ingredient: &&&'static str| other.ingredients.contains(*ingredient) && !ON_PURPOSE.contains(*ingredient);
    let found = one.ingredients.iter().find(shared).copied();
    found.filter(|_| counts(one) && counts(other))
}

impl Duplicate {
    fn has(&self, medicine: &Medicine) -> bool {
        let there = if self.inhaled { medicine.is_inhaled() } else { medicine.is_systemic() };
        there && medicine.contains(&self.members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::safety::{
        groups::tests::{assert_known, assert_severity, columns},
        testing,
    };

    #[test]
    fn every_line_names_a_group_a_reason_and_a_source() {
        for [group, route, level, why, source] in columns(TABLE, ["group", "route", "severity", "why", "source"]) {
            assert_known(group);
            assert!(matches!(route, "systemic" | "inhaled"), "{group}");
            assert_severity(level);
            assert!(!why.is_empty() && !source.is_empty(), "{group}");
        }
    }

    fn alerts(lines: &str) -> Vec<String> {
        testing::alerts(lines, None).into_iter().filter(|text| text.starts_with("Duplicate")).collect()
    }

    #[test]
    fn two_that_are_one_are_pointed_out() {
        for (lines, alert) in [
            (
                "P: I take atorvastatin forty milligrams at night.\nD: I'll start rosuvastatin, ten milligrams once a day.",
                "Duplicate Moderate: Atorvastatin and rosuvastatin are of one class: statins.",
            ),
            (
                "P: I take Norco every six hours, and Tylenol, a thousand milligrams three times a day.",
                "Duplicate Moderate: Acetaminophen/hydrocodone and acetaminophen both contain acetaminophen.",
            ),
            (
                "P: I take Zestoretic every day. And my other doctor gave me lisinopril, ten milligrams a day.",
                "Duplicate Moderate: Lisinopril/hydrochlorothiazide and lisinopril both contain lisinopril.",
            ),
            (
                "P: I take Aleve twice a day, and I've been taking ibuprofen six hundred milligrams three times a day.",
                "Duplicate Moderate: Naproxen and ibuprofen are of one class: NSAIDs.",
            ),
            (
                "P: I take Eliquis five milligrams twice a day.\nD: I'll start warfarin, five milligrams once a day.",
                "Duplicate High: Apixaban and warfarin are of one class: oral anticoagulants.",
            ),
        ] {
            assert_eq!(alerts(lines), [alert], "{lines}");
        }
    }

    #[test]
    fn what_belongs_together_or_takes_over_is_not_pointed_out() {
        for lines in [
            "P: I take Lantus twenty units at night and Humalog six units with meals.",
            "P: I use Advair two puffs twice a day, and albuterol two puffs when I need it.",
            "P: I use Flonase every day, and Advair two puffs twice a day.",
            "P: I take atorvastatin forty milligrams at night.\n\
             D: Let's stop the atorvastatin. I'll start rosuvastatin, ten milligrams once a day.",
            "P: I take sertraline, one hundred milligrams a day.\n\
             D: Go down on the sertraline to fifty milligrams a day. I'll start venlafaxine, thirty seven point five milligrams a day.",
            "P: I take aspirin eighty one milligrams a day, and clopidogrel seventy five milligrams a day.",
            "P: I take a multivitamin and vitamin D, two thousand units a day.",
            "P: I take ibuprofen six hundred milligrams three times a day, and I rub Voltaren gel on it.",
            "P: I take some ibuprofen or Aleve for it, every day.",
            "P: I take OxyContin every twelve hours, and Percocet when I need it.",
            "P: I take hydrochlorothiazide twenty five milligrams a day and furosemide forty milligrams a day.",
        ] {
            assert_eq!(alerts(lines), [""; 0], "{lines}");
        }
    }
}
