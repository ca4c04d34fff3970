//! A note in the four parts in which ACI-BENCH compares notes: the reference as it is divided or by its headings, and ours
//! as plain text with such headings.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{Note, PatientText, SectionKind},
    structuring::headings::sections_under,
};

/// A part of a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Division {
    /// What the patient tells: from the chief complaint to the family history.
    Subjective,
    /// What is measured and found.
    ObjectiveExam,
    /// Results of tests.
    ObjectiveResults,
    /// What it is, and what will be done.
    AssessmentAndPlan,
}

use Division::{AssessmentAndPlan, ObjectiveExam, ObjectiveResults, Subjective};

impl Division {
    /// All four, in order.
    pub const ALL: [Self; 4] = [Subjective, ObjectiveExam, ObjectiveResults, AssessmentAndPlan];

    /// The one that a section of ours belongs to.
    fn of(kind: SectionKind) -> Self {
        match kind {
            SectionKind::Vitals | SectionKind::PhysicalExam => ObjectiveExam,
            SectionKind::Results => ObjectiveResults,
            SectionKind::Assessment | SectionKind::Plan => AssessmentAndPlan,
            _ => Subjective,
        }
    }
}

/// A note by its parts; what it does not have is missing.
pub type Divided = BTreeMap<Division, PatientText>;

/// Divides a note at its headings: lines of nothing else, in capitals or before a colon. What stands before the first is
/// subjective; a note without headings has no parts.
pub fn by_headings(note: &str) -> Divided {
    let mut parts: BTreeMap<Division, String> = BTreeMap::new();
    let (mut division, mut any) = (Subjective, false);
    for line in note.lines() {
        if let Some(next) = heading(line) {
            (division, any) = (next, true);
        }
        let part = parts.entry(division).or_default();
        part.push_str(line);
        part.push('\n');
    }
    let filled = parts.into_iter().filter(|(_, text)| any && !text.trim().is_empty());
    filled.map(|(division, text)| (division, text.into())).collect()
}

fn heading(line: &str) -> Option<Division> {
    let line = line.trim().trim_start_matches('#').trim_start().trim_matches('*');
    let bare = line.trim_end_matches(':').trim_end();
    let is_marked = bare.len() < line.len() || !bare.contains(char::is_lowercase);
    let sections = sections_under(bare).filter(|_| is_marked)?;
    sections.first().map(|kind| Division::of(*kind))
}

/// Our note as plain text, without evidence: each division with its headings, each statement a line.
pub fn of_note(note: &Note) -> Divided {
    let mut parts: BTreeMap<Division, Vec<String>> = BTreeMap::new();
    for section in note.sections.iter().filter(|section| !section.statements.is_empty()) {
        let part = parts.entry(Division::of(section.id)).or_default();
        part.push(title(section.id).to_owned());
        part.extend(section.statements.iter().map(|statement| statement.text.as_str().to_owned()));
    }
    parts.into_iter().map(|(division, lines)| (division, lines.join("\n").into())).collect()
}

/// A whole note of its parts.
pub fn joined(parts: &Divided) -> PatientText {
    parts.values().map(PatientText::as_str).collect::<Vec<_>>().join("\n\n").into()
}

/// A heading as notes of ACI-BENCH have it.
fn title(kind: SectionKind) -> &'static str {
    match kind {
        SectionKind::ChiefComplaint => "CHIEF COMPLAINT",
        SectionKind::HistoryOfPresentIllness => "HISTORY OF PRESENT ILLNESS",
        SectionKind::ReviewOfSystems => "REVIEW OF SYSTEMS",
        SectionKind::PastHistory => "MEDICAL HISTORY",
        SectionKind::Medications => "MEDICATIONS",
        SectionKind::Allergies => "ALLERGIES",
        SectionKind::SocialHistory => "SOCIAL HISTORY",
        SectionKind::FamilyHistory => "FAMILY HISTORY",
        SectionKind::Vitals => "VITALS",
        SectionKind::PhysicalExam => "PHYSICAL EXAM",
        SectionKind::Results => "RESULTS",
        SectionKind::Assessment => "ASSESSMENT",
        SectionKind::Plan => "PLAN",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(parts: Divided) -> Vec<(Division, String)> {
        parts.into_iter().map(|(division, text)| (division, text.into_string())).collect()
    }

    #[test]
    fn a_note_is_divided_at_its_headings() {
        let note =
            "CHIEF COMPLAINT\n\nKnee pain.\n\nPhysical Examination:\nKnee: Tender.\nRESULTS\nNone.\n## Plan:\nRest.\n";
        let expected = [
            (Subjective, "CHIEF COMPLAINT\n\nKnee pain.\n\n"),
            (ObjectiveExam, "Physical Examination:\nKnee: Tender.\n"),
            (ObjectiveResults, "RESULTS\nNone.\n"),
            (AssessmentAndPlan, "## Plan:\nRest.\n"),
        ];
        assert_eq!(plain(by_headings(note)), expected.map(|(division, text)| (division, text.to_owned())));
    }

    #[test]
    fn what_comes_back_to_a_division_belongs_to_it() {
        let parts = by_headings("HPI:\nCough.\nEXAM\nClear.\nMEDICATIONS\nNone.");
        assert_eq!(parts[&Subjective].as_str(), "HPI:\nCough.\nMEDICATIONS\nNone.\n");
    }

    #[test]
    fn words_that_are_no_heading_divide_nothing() {
        assert!(by_headings("Results\nof the exam are in the plan.\nplan").is_empty());
        assert!(by_headings("").is_empty());
    }

    #[test]
    fn every_section_of_ours_has_a_heading_that_divides_alike() {
        for kind in SectionKind::ALL {
            assert_eq!(heading(title(kind)), Some(Division::of(kind)), "{kind:?}");
        }
    }
}
