//! Medicines that the patient is known to react to, or whose like the patient reacts to (`cross_reactions.tsv`).
//!
//! Of each row: whose allergies count (by ingredient, or by the words that name the group), for which medicines, and after
//! which reactions: `allergic` (also where none was told), `severe`, or words of an effect that the whole class has, such as
//! the cough of ACE inhibitors. What only upset the stomach says nothing about other antibiotics.
//!
//! After a penicillin allergy a cephalosporin is no alert: the practice parameter of 2022 (Khan et al.) gives one after any
//! reaction but anaphylaxis, and after that one with another side chain; only then those of the same are hinted at. Sulfonamides
//! that are no antibiotics (diuretics, sulfonylureas) are none after a sulfa allergy (Strom et al. 2003).

use std::sync::LazyLock;

use regex::Regex;

use super::{
    groups::{ingredients, ingredients_of, rows},
    medicines::Medicine,
    severity,
};
use crate::{
    domain::{Alert, AlertKind, AlertSeverity, Allergy, Chart, Evidence, MedicationAction, PatientText},
    language::patterns::pattern,
    structuring::facts::reactions,
    terminology::{Drug, DrugTable},
};

const TABLE: &str = include_str!("cross_reactions.tsv");

struct CrossReaction {
    allergens: Vec<&'static str>,
    named: Regex,
    medicines: Vec<&'static str>,
    reactions: Vec<&'static str>,
    severity: AlertSeverity,
    /// What the medicine is: "a penicillin".
    kind: &'static str,
    why: &'static str,
    source: &'static str,
}

static CROSS_REACTIONS: LazyLock<Vec<CrossReaction>> = LazyLock::new(|| {
    let read = |[allergens, named, medicines, reactions, level, kind, why, source]: [&'static str; 8]| CrossReaction {
        allergens: ingredients_of(allergens),
        named: pattern(&format!(r"\b(?:{named})\b")),
        medicines: ingredients_of(medicines),
        reactions: reactions.split('|').collect(),
        severity: severity(level),
        kind,
        why,
        source,
    };
    rows(TABLE).map(read).collect()
});

/// Those that may kill.
static SEVERE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?:anaphyla|swell|swollen|angioedema|wheez|bronchospasm|breath|throat|tongue|passed out|stevens)")
});

/// An allergy or intolerance that was said or that the chart has.
pub(super) struct Known {
    substance: PatientText,
    reaction: Option<PatientText>,
    drugs: Vec<&'static Drug>,
    said: bool,
    charted: bool,
    evidence: Vec<Evidence>,
}

/// All that is known; what was said and stands in the chart, too, is one.
pub(super) fn known(said: &[Allergy], chart: Option<&Chart>) -> Vec<Known> {
    let mut known: Vec<Known> = Vec::new();
    for allergy in said {
        known.push(Known {
            drugs: drugs_of(&allergy.substance),
            substance: allergy.substance.clone(),
            reaction: allergy.reaction.clone(),
            said: true,
            charted: false,
            evidence: allergy.evidence.clone(),
        });
    }
    for allergy in chart.into_iter().flat_map(|chart| &chart.allergies) {
        let drugs = drugs_of(&allergy.substance);
        let same = |one: &&mut Known| {
            one.substance.eq_ignore_ascii_case(&allergy.substance) || !drugs.is_empty() && one.drugs == drugs
        };
        match known.iter_mut().find(same) {
            Some(one) => {
                one.charted = true;
                one.reaction = one.reaction.take().or_else(|| allergy.reaction.clone());
            }
            None => known.push(Known {
                drugs,
                substance: allergy.substance.clone(),
                reaction: allergy.reaction.clone(),
                said: false,
                charted: true,
                evidence: Vec::new(),
            }),
        }
    }
    known
}

fn drugs_of(substance: &str) -> Vec<&'static Drug> {
    DrugTable::bundled().mentions(substance).into_iter().map(|mention| mention.drug).collect()
}

/// Why a medicine is no good choice beside an allergy.
struct Match {
    severity: AlertSeverity,
    kind: Option<&'static str>,
    why: &'static str,
    source: &'static str,
}

/// The alert about `medicine`, by the worst of what is known.
pub(super) fn check(medicine: &Medicine, known: &[Known]) -> Option<Alert> {
    let said = medicine.said.filter(|_| medicine.is_taken())?;
    let mut found: Vec<(Match, &Known)> = known.iter().filter_map(|one| Some((one.concerns(medicine)?, one))).collect();
    found.sort_by_key(|(found, _)| found.severity);
    let (worst, of) = found.first()?;
    let kind = worst.kind.map(|kind| format!(" ({kind})")).unwrap_or_default();
    let verb = match said.action {
        MedicationAction::Start => "is to begin",
        MedicationAction::Increase => "is to be raised",
        _ => "is taken",
    };
    let mut evidence = said.evidence.clone();
    for one in found.iter().flat_map(|(_, of)| &of.evidence) {
        if !evidence.contains(one) {
            evidence.push(one.clone());
        }
    }
    Some(Alert {
        kind: AlertKind::Allergy,
        severity: worst.severity,
        text: format!("{}{kind} {verb}: {}.", medicine.title(), of.told()).into(),
        medicines: vec![said.name.clone()],
        allergies: found.iter().map(|(_, of)| of.substance.clone()).collect(),
        why: worst.why.to_owned(),
        source: worst.source.to_owned(),
        evidence,
    })
}

impl Known {
    fn concerns(&self, medicine: &Medicine) -> Option<Match> {
        let allergic = self.reaction.as_deref().is_none_or(reactions::is_allergic);
        // What a tablet does to the stomach, a cream does not.
        let elsewhere = !allergic && !medicine.is_systemic();
        if elsewhere || self.tells_of(medicine) {
            return None;
        }
        if self.is_of(medicine) {
            let severity = if allergic { AlertSeverity::High } else { AlertSeverity::Moderate };
            let source = if self.said { "said in the visit" } else { "the patient's chart" };
            return Some(Match { severity, kind: None, why: "it is the medicine that the patient reacted to", source });
        }
        let row = CROSS_REACTIONS.iter().find(|row| row.is_of(self) && medicine.contains(&row.medicines))?;
        let by_effect = !allergic && row.has_effect(self.reaction.as_deref()?);
        let severe = || self.reaction.as_deref().is_some_and(|reaction| SEVERE.is_match(reaction));
        let by_allergy =
            allergic && row.reactions.contains(&"allergic") || row.reactions.contains(&"severe") && severe();
        let severity = if by_allergy { row.severity } else { row.severity.max(AlertSeverity::Moderate) };
        let found = Match { severity, kind: Some(row.kind), why: row.why, source: row.source };
        (by_allergy || by_effect).then_some(found)
    }

    /// Whether `medicine` is, or contains, what was reacted to. Of a combination it is not known to which part.
    fn is_of(&self, medicine: &Medicine) -> bool {
        self.drugs.iter().any(|drug| {
            drug.name == medicine.drug.name || !drug.is_combination() && medicine.contains(&ingredients(drug))
        })
    }

    /// Whether all that was said of `medicine` is that it did harm: "I was given amoxicillin and came up in hives".
    fn tells_of(&self, medicine: &Medicine) -> bool {
        let here = |one: &Evidence| self.evidence.iter().any(|other| other.utterance == one.utterance);
        medicine.action() == Some(MedicationAction::Taken)
            && self.is_of(medicine)
            && medicine.evidence().iter().all(here)
    }

    /// "Allergy to penicillin, hives, said in the visit".
    fn told(&self) -> String {
        let substance = self.substance.as_str();
        let told = match self.reaction.as_deref() {
            None => format!("allergy to {substance}"),
            Some(reaction) if reactions::is_allergic(reaction) => format!("allergy to {substance} ({reaction})"),
            Some(reaction) => format!("intolerance of {substance} ({reaction})"),
        };
        let by = match (self.said, self.charted) {
            (true, true) => "said in the visit and on the chart",
            (true, false) => "said in the visit",
            _ => "on the chart",
        };
        format!("{told}, {by}")
    }
}

impl CrossReaction {
    fn is_of(&self, known: &Known) -> bool {
        let by_ingredient = |drug: &&Drug| ingredients(drug).iter().any(|one| self.allergens.contains(one));
        known.drugs.iter().any(by_ingredient) || self.named.is_match(&known.substance)
    }

    fn has_effect(&self, reaction: &str) -> bool {
        let reaction = reaction.to_lowercase();
        let effects = self.reactions.iter().filter(|effect| !["allergic", "severe"].contains(*effect));
        effects.into_iter().any(|effect| pattern(&format!(r"\b{effect}")).is_match(&reaction))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::ChartAllergy,
        safety::{
            groups::tests::{assert_known, assert_severity, columns},
            testing,
        },
    };

    #[test]
    fn every_line_names_medicines_a_reason_and_a_source() {
        let head = ["allergens", "said", "medicines", "reactions", "severity", "kind", "why", "source"];
        for line in columns(TABLE, head) {
            let [allergens, _, medicines, reactions, level, kind, why, source] = line;
            assert_known(allergens);
            assert_known(medicines);
            assert_severity(level);
            assert!([reactions, kind, why, source].iter().all(|text| !text.is_empty()), "{line:?}");
        }
        assert!(!CROSS_REACTIONS.is_empty(), "the words that name the groups are patterns");
    }

    fn alerts(lines: &str) -> Vec<String> {
        testing::alerts(lines, None).into_iter().filter(|text| text.starts_with("Allergy")).collect()
    }

    #[test]
    fn what_the_patient_reacts_to_is_pointed_out() {
        const START: &str = "\nD: I'll start";
        for (told, begun, alert) in [
            (
                "P: I'm allergic to penicillin, I get hives.",
                "amoxicillin, five hundred milligrams three times a day.",
                "Allergy High: Amoxicillin (a penicillin) is to begin: allergy to penicillin (hives), said in the visit.",
            ),
            (
                "P: I'm allergic to sulfa.",
                "Bactrim, one tablet twice a day.",
                "Allergy High: Sulfamethoxazole/trimethoprim (a sulfonamide antibiotic) is to begin: allergy to sulfa, said in the visit.",
            ),
            (
                "P: I'm allergic to aspirin, it makes me wheeze.",
                "ibuprofen, six hundred milligrams three times a day.",
                "Allergy High: Ibuprofen (an NSAID) is to begin: allergy to aspirin (wheeze), said in the visit.",
            ),
            (
                "P: I was on lisinopril and it gave me a cough, so they stopped it.",
                "ramipril, five milligrams once a day.",
                "Allergy Moderate: Ramipril (an ACE inhibitor) is to begin: intolerance of lisinopril (cough), said in the visit.",
            ),
            (
                "P: I used to take simvastatin. It gave me muscle aches, so I quit.",
                "simvastatin, twenty milligrams at bedtime.",
                "Allergy Moderate: Simvastatin is to begin: intolerance of simvastatin (muscle aches), said in the visit.",
            ),
            (
                "P: I had anaphylaxis with penicillin.",
                "Keflex, five hundred milligrams four times a day.",
                "Allergy Low: Cephalexin (a cephalosporin with the side chain of ampicillin or amoxicillin) is to begin: allergy to penicillin (anaphylaxis), said in the visit.",
            ),
        ] {
            assert_eq!(alerts(&format!("{told}{START} {begun}")), [alert]);
        }
    }

    #[test]
    fn what_is_no_cross_reaction_is_not_pointed_out() {
        const START: &str = "\nD: I'll start";
        for (told, begun) in [
            ("P: I'm allergic to penicillin, I get a rash.", "Keflex, five hundred milligrams four times a day."),
            ("P: I'm allergic to penicillin, I get hives.", "azithromycin, five hundred milligrams once a day."),
            ("P: I'm allergic to sulfa, I get hives.", "furosemide, forty milligrams once a day."),
            ("P: I'm allergic to sulfa, I get hives.", "glipizide, five milligrams once a day."),
            (
                "P: I was on lisinopril and it gave me a cough, so they stopped it.",
                "losartan, fifty milligrams once a day.",
            ),
            (
                "P: I can't take amoxicillin, it gave me diarrhea.",
                "penicillin VK, five hundred milligrams twice a day.",
            ),
            ("P: I'm allergic to codeine, it makes me throw up.", "tramadol, fifty milligrams every six hours."),
            ("P: I'm allergic to latex and shellfish.", "lisinopril, ten milligrams once a day."),
            ("P: My sister is allergic to penicillin.", "amoxicillin, five hundred milligrams three times a day."),
        ] {
            assert_eq!(alerts(&format!("{told}{START} {begun}")), [""; 0], "{told} {begun}");
        }
    }

    #[test]
    fn a_medicine_that_ended_or_only_did_harm_is_not_pointed_out() {
        for lines in [
            "P: I took amoxicillin, five hundred milligrams, and I came up in hives.",
            "P: I'm allergic to penicillin. They gave me amoxicillin last year and I stopped it.",
            "P: I'm allergic to penicillin.\nD: Then stop the amoxicillin. I'll start doxycycline, a hundred milligrams twice a day.",
        ] {
            assert_eq!(alerts(lines), [""; 0], "{lines}");
        }
    }

    #[test]
    fn an_allergy_of_the_chart_counts_and_is_told_once() {
        let chart = Chart {
            allergies: vec![ChartAllergy { substance: "Penicillins".into(), reaction: Some("Anaphylaxis".into()) }],
            ..Chart::default()
        };
        let lines = "D: I'll start amoxicillin, five hundred milligrams three times a day.";
        assert_eq!(
            testing::alerts(lines, Some(&chart)),
            [
                "Allergy High: Amoxicillin (a penicillin) is to begin: allergy to Penicillins (Anaphylaxis), on the chart."
            ]
        );
        let both = format!("P: I'm allergic to penicillin.\n{lines}");
        assert_eq!(
            testing::alerts(&both, Some(&chart)),
            [
                "Allergy High: Amoxicillin (a penicillin) is to begin: allergy to penicillin (Anaphylaxis), said in the visit and on the chart."
            ]
        );
    }
}
