//! Pairs of medicines that should not be taken together: `interactions.tsv`, the worst first.
//!
//! The high-priority pairs are those of the Office of the National Coordinator's list, of which two have no medicine that
//! the drug table knows (irinotecan, procarbazine). The others are contraindications and warnings of labels that a
//! pharmacist would call about. `when` says when a pair is worth a word: `always`; `begun`, where one of the two begins or is
//! raised in this visit, since who takes both for years is being watched; `washout`, which is always and also where one
//! begins as the other ends, because weeks must lie between them.

use std::sync::LazyLock;

use super::{
    groups::{ingredients_of, rows},
    medicines::{Medicine, evidence_of, only_charted},
    severity,
};
use crate::domain::{Alert, AlertKind, AlertSeverity};

const TABLE: &str = include_str!("interactions.tsv");

struct Interaction {
    one: Vec<&'static str>,
    other: Vec<&'static str>,
    severity: AlertSeverity,
    when: &'static str,
    why: &'static str,
    source: &'static str,
}

static INTERACTIONS: LazyLock<Vec<Interaction>> = LazyLock::new(|| {
    let read = |[one, other, level, when, why, source]: [&'static str; 6]| {
        let (one, other) = (ingredients_of(one), ingredients_of(other));
        Interaction { one, other, severity: severity(level), when, why, source }
    };
    rows(TABLE).map(read).collect()
});

/// The worst interaction of two medicines, if there is one that is worth a word in this visit.
pub(super) fn check(one: &Medicine, other: &Medicine) -> Option<Alert> {
    if !one.is_systemic() || !other.is_systemic() {
        return None;
    }
    let interaction = INTERACTIONS.iter().find(|row| row.is_of(one, other) && row.is_now(one, other))?;
    let both = [one, other];
    let ends = both.iter().find(|medicine| medicine.ends());
    let washout = ends.map(|ended| format!(" ({} is only stopped in this visit)", ended.drug.name)).unwrap_or_default();
    let text = format!("{} with {}{washout}{}.", one.title(), other.drug.name, only_charted(&both));
    Some(Alert {
        kind: AlertKind::Interaction,
        severity: interaction.severity,
        text: text.into(),
        medicines: both.map(|medicine| medicine.drug.name.to_owned()).into(),
        allergies: Vec::new(),
        why: interaction.why.to_owned(),
        source: interaction.source.to_owned(),
        evidence: evidence_of(&both),
    })
}

impl Interaction {
    fn is_of(&self, one: &Medicine, other: &Medicine) -> bool {
        one.contains(&self.one) && other.contains(&self.other) || one.contains(&self.other) && other.contains(&self.one)
    }

    fn is_now(&self, one: &Medicine, other: &Medicine) -> bool {
        let begun = one.is_begun() || other.is_begun();
        let taken = one.is_taken() && other.is_taken();
        match self.when {
            "begun" => taken && begun,
            "washout" => taken || begun && (one.is_taken() || one.ends()) && (other.is_taken() || other.ends()),
            _ => taken,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{Medication, MedicationAction},
        safety::{
            groups::{
                ingredients,
                tests::{assert_known, assert_severity, columns},
            },
            testing,
        },
        terminology::DrugTable,
    };

    #[test]
    fn every_line_names_medicines_a_reason_and_a_source() {
        for line in columns(TABLE, ["one", "other", "severity", "when", "why", "source"]) {
            let [one, other, level, when, why, source] = line;
            assert_known(one);
            assert_known(other);
            assert_severity(level);
            assert!(matches!(when, "always" | "begun" | "washout"), "{line:?}");
            assert!(!why.is_empty() && !source.is_empty(), "{line:?}");
        }
    }

    /// A medicine that contains `ingredient` and is taken for the whole body, begun in this visit.
    fn begun(ingredient: &str) -> Option<Medication> {
        let mut drugs = DrugTable::bundled().drugs().iter();
        let drug = drugs.find(|drug| ingredients(drug).contains(&ingredient))?;
        Some(Medication {
            text: drug.name.into(),
            name: drug.name.to_owned(),
            action: MedicationAction::Start,
            held: false,
            past: false,
            as_said: None,
            codes: Vec::new(),
            dose: None,
            route: Some("oral".to_owned()),
            frequency: None,
            evidence: Vec::new(),
        })
    }

    #[test]
    fn every_pair_of_every_line_is_found() {
        for row in INTERACTIONS.iter() {
            for (one, other) in row.one.iter().flat_map(|one| row.other.iter().map(move |other| (one, other))) {
                let (Some(first), Some(second)) = (begun(one), begun(other)) else { panic!("{one} or {other}") };
                let said = |medication| Medicine::said(medication, &[]).expect("a drug of the table");
                let found = check(&said(&first), &said(&second));
                // Another line may say the worse of the same pair.
                let severe_enough = found.as_ref().is_some_and(|alert| alert.severity <= row.severity);
                assert!(severe_enough || one == other, "{one} with {other}: {}", row.source);
            }
        }
    }

    fn alerts(lines: &str) -> Vec<String> {
        testing::alerts(lines, None).into_iter().filter(|text| text.starts_with("Interaction")).collect()
    }

    #[test]
    fn pairs_that_should_not_be_taken_together_are_pointed_out() {
        for (lines, alert) in [
            (
                "P: I take warfarin five milligrams every evening, and I've been taking Advil four hundred milligrams for my knee.",
                "Interaction High: Warfarin with ibuprofen.",
            ),
            (
                "P: I take simvastatin forty milligrams at night.\nD: I'll start clarithromycin, five hundred milligrams twice a day.",
                "Interaction High: Simvastatin with clarithromycin.",
            ),
            (
                "P: I'm on nitroglycerin under the tongue when I need it. I take Viagra fifty milligrams sometimes.",
                "Interaction High: Nitroglycerin with sildenafil.",
            ),
            (
                "P: I take Norco every six hours, and Xanax half a milligram at bedtime.",
                "Interaction High: Acetaminophen/hydrocodone with alprazolam.",
            ),
            (
                "P: I take phenelzine fifteen milligrams three times a day.\n\
                 D: Stop the phenelzine. I'll start sertraline, fifty milligrams once a day.",
                "Interaction High: Phenelzine with sertraline (phenelzine is only stopped in this visit).",
            ),
            (
                "P: I take lisinopril ten milligrams a day.\nD: I'll start spironolactone, twenty five milligrams once a day.",
                "Interaction Low: Lisinopril with spironolactone.",
            ),
            (
                "P: I take lisinopril ten milligrams a day.\nD: I'll start losartan, fifty milligrams once a day.",
                "Interaction Moderate: Lisinopril with losartan.",
            ),
        ] {
            assert_eq!(alerts(lines), [alert], "{lines}");
        }
    }

    #[test]
    fn what_is_stopped_past_local_or_watched_is_not_pointed_out() {
        for lines in [
            "P: I take warfarin five milligrams every evening, and ibuprofen four hundred milligrams.\nD: Stop the ibuprofen.",
            "P: I take warfarin five milligrams every evening. I used to take ibuprofen, but I stopped it last year.",
            "P: I take warfarin five milligrams every evening, and I rub Voltaren gel on my knee twice a day.",
            "P: I take lisinopril ten milligrams and spironolactone twenty five milligrams every day.",
            "P: I take lisinopril ten milligrams a day.\nD: Stop the lisinopril. I'll start losartan, fifty milligrams once a day.",
            "P: I take sertraline fifty milligrams a day, and sumatriptan fifty milligrams for my migraines.",
            "P: I take warfarin. My wife takes ibuprofen.",
        ] {
            assert_eq!(alerts(lines), [""; 0], "{lines}");
        }
    }
}
