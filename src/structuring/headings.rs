//! Headings as clinicians write them, and which sections of ours stand under each.

use std::{collections::HashMap, sync::LazyLock};

use SectionKind::{
    Allergies, Assessment, ChiefComplaint, FamilyHistory, HistoryOfPresentIllness, Medications, PastHistory,
    PhysicalExam, Plan, Results, ReviewOfSystems, SocialHistory, Vitals,
};

use crate::{config::Template, domain::SectionKind};

const SUBJECTIVE: &[SectionKind] = &[
    ChiefComplaint,
    HistoryOfPresentIllness,
    ReviewOfSystems,
    PastHistory,
    Medications,
    Allergies,
    SocialHistory,
    FamilyHistory,
];
const OBJECTIVE: &[SectionKind] = &[Vitals, PhysicalExam, Results];

/// What one heading covers where a note goes problem by problem.
pub const ASSESSMENT_AND_PLAN: &[SectionKind] = &[Assessment, Plan];

/// Headings in lower case, beside the titles of our own sections and the headings of our templates.
const HEADINGS: &[(&str, &[SectionKind])] = &[
    ("cc", &[ChiefComplaint]),
    ("reason for visit", &[ChiefComplaint]),
    ("subjective", SUBJECTIVE),
    ("history", &[HistoryOfPresentIllness, PastHistory]),
    ("hpi", &[HistoryOfPresentIllness]),
    ("history of the present illness", &[HistoryOfPresentIllness]),
    ("interval history", &[HistoryOfPresentIllness]),
    ("ros", &[ReviewOfSystems]),
    ("pmh", &[PastHistory]),
    ("medical history", &[PastHistory]),
    ("past medical history", &[PastHistory]),
    ("surgical history", &[PastHistory]),
    ("past surgical history", &[PastHistory]),
    ("birth history", &[PastHistory]),
    ("sh", &[SocialHistory]),
    ("fh", &[FamilyHistory]),
    ("meds", &[Medications]),
    ("medication", &[Medications]),
    ("current medications", &[Medications]),
    ("allergy", &[Allergies]),
    ("objective", OBJECTIVE),
    ("vitals", &[Vitals]),
    ("vitals reviewed", &[Vitals]),
    ("pe", &[PhysicalExam]),
    ("exam", &[PhysicalExam]),
    ("examination", &[PhysicalExam]),
    ("physical exam", &[PhysicalExam]),
    ("findings", &[Results]),
    ("labs", &[Results]),
    ("imaging", &[Results]),
    ("impression", &[Assessment]),
    ("diagnosis", &[Assessment]),
    ("diagnoses", &[Assessment]),
    ("assessment & plan", ASSESSMENT_AND_PLAN),
    ("assessment/plan", ASSESSMENT_AND_PLAN),
    ("a/p", ASSESSMENT_AND_PLAN),
    ("general plan", &[Plan]),
    ("instructions", &[Plan]),
];

/// The sections that stand under the heading called `name`, whatever its case; `None` if no note is known to have it.
pub fn sections_under(name: &str) -> Option<&'static [SectionKind]> {
    static SECTIONS: LazyLock<HashMap<String, &[SectionKind]>> = LazyLock::new(|| {
        let templates = Template::bundled().iter().flat_map(|template| &template.places);
        let of_templates = templates.map(|place| (place.heading.to_lowercase(), place.from.as_slice()));
        let usual = HEADINGS.iter().map(|(heading, kinds)| ((*heading).to_owned(), *kinds));
        // What comes later goes before what comes earlier.
        let ours = SectionKind::ALL.iter().map(|kind| (kind.title().to_lowercase(), std::slice::from_ref(kind)));
        of_templates.chain(usual).chain(ours).collect()
    });
    SECTIONS.get(name.trim().to_lowercase().as_str()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_known_in_any_case_and_by_the_words_of_a_template() {
        assert_eq!(sections_under(" Past Medical History"), Some(&[PastHistory][..]));
        assert_eq!(sections_under("ASSESSMENT AND PLAN"), Some(ASSESSMENT_AND_PLAN));
        assert_eq!(sections_under("Mental status examination"), Some(&[PhysicalExam][..]));
        assert_eq!(sections_under("Examination"), Some(&[PhysicalExam][..]), "the usual meaning, not a template's");
        assert_eq!(sections_under("Weather"), None);
    }

    #[test]
    fn no_heading_of_the_list_says_what_a_title_says() {
        for (heading, _) in HEADINGS {
            let is_title = SectionKind::ALL.iter().any(|kind| kind.title().to_lowercase() == *heading);
            assert!(!is_title && *heading == heading.to_lowercase(), "{heading}");
        }
    }
}
