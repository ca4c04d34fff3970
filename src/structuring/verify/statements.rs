//! The statements of a note, whoever wrote it.

use std::sync::LazyLock;

use regex::Regex;

use crate::{
    domain::{Note, PatientText, SectionKind},
    structuring::text::{self, pattern},
};

/// A statement of a note, with its section where that is known.
#[derive(Debug, Clone, PartialEq)]
pub struct NoteStatement {
    /// As it stands there.
    pub text: PatientText,
    /// Which checks it has to pass beyond those that hold anywhere.
    pub section: Option<SectionKind>,
}

/// Headings as clinicians write them, but for the titles of our own sections. Those that stand for two sections, or for a
/// division, are headings of none.
const HEADINGS: &[(&str, Option<SectionKind>)] = &[
    ("cc", Some(SectionKind::ChiefComplaint)),
    ("reason for visit", Some(SectionKind::ChiefComplaint)),
    ("hpi", Some(SectionKind::HistoryOfPresentIllness)),
    ("history of the present illness", Some(SectionKind::HistoryOfPresentIllness)),
    ("ros", Some(SectionKind::ReviewOfSystems)),
    ("pmh", Some(SectionKind::PastHistory)),
    ("past medical history", Some(SectionKind::PastHistory)),
    ("past surgical history", Some(SectionKind::PastHistory)),
    ("medical history", Some(SectionKind::PastHistory)),
    ("meds", Some(SectionKind::Medications)),
    ("medication", Some(SectionKind::Medications)),
    ("current medications", Some(SectionKind::Medications)),
    ("allergy", Some(SectionKind::Allergies)),
    ("sh", Some(SectionKind::SocialHistory)),
    ("fh", Some(SectionKind::FamilyHistory)),
    ("vitals", Some(SectionKind::Vitals)),
    ("pe", Some(SectionKind::PhysicalExam)),
    ("exam", Some(SectionKind::PhysicalExam)),
    ("examination", Some(SectionKind::PhysicalExam)),
    ("physical exam", Some(SectionKind::PhysicalExam)),
    ("labs", Some(SectionKind::Results)),
    ("impression", Some(SectionKind::Assessment)),
    ("diagnosis", Some(SectionKind::Assessment)),
    ("diagnoses", Some(SectionKind::Assessment)),
    ("subjective", None),
    ("objective", None),
    ("assessment and plan", None),
    ("assessment & plan", None),
    ("assessment/plan", None),
    ("a/p", None),
];

/// The statements of a note of ours.
pub fn of_note(note: &Note) -> Vec<NoteStatement> {
    let of_section = |section: &crate::domain::Section| {
        let kind = Some(section.id);
        let statement = move |text: PatientText| NoteStatement { text, section: kind };
        section.statements.iter().map(|one| statement(one.text.clone())).collect::<Vec<_>>()
    };
    note.sections.iter().flat_map(of_section).collect()
}

/// The statements of a plain text: a line each, and a sentence each where a line has several. Headings tell the section of
/// what follows them and are no statements; bullets and `[u7]` are left off.
pub fn of_text(page: &str) -> Vec<NoteStatement> {
    let mut found = Vec::new();
    let mut section = None;
    for line in page.lines() {
        let line = bare(line);
        if let Some(kind) = heading(line) {
            section = kind;
            continue;
        }
        let (of_line, rest) = match line.split_once(':').and_then(|(head, rest)| Some((heading(head)?, rest))) {
            Some((kind, rest)) => (kind, rest.trim_matches(|c: char| c == '*' || c.is_whitespace())),
            None => (section, line),
        };
        let statement = |text: &str| NoteStatement { text: text.into(), section: of_line };
        // A quotation is one statement, whatever it quotes.
        match rest.contains(['"', '“']) {
            true => found.push(statement(rest)),
            false => found.extend(text::sentences(rest).into_iter().map(|range| statement(&rest[range]))),
        }
    }
    found.retain(|statement| statement.text.as_str().chars().any(char::is_alphanumeric));
    found
}

/// A line without its bullet or number and without the utterances that it names.
fn bare(line: &str) -> &str {
    static BULLET: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*(?:[-*•–#]+|\d{1,2}[.)])\s+"));
    static CITED: LazyLock<Regex> = LazyLock::new(|| pattern(r"\s*\[u\d+(?:, u\d+)*\]\s*$"));
    let line = &line[BULLET.find(line).map_or(0, |bullet| bullet.end())..];
    line[..CITED.find(line).map_or(line.len(), |cited| cited.start())].trim()
}

/// The section that a heading begins, if `line` is one.
fn heading(line: &str) -> Option<Option<SectionKind>> {
    let name = line.trim_matches(|c: char| c == '*' || c == ':' || c.is_whitespace()).to_lowercase();
    let ours = SectionKind::ALL.into_iter().find(|kind| kind.title().to_lowercase() == name).map(Some);
    ours.or_else(|| HEADINGS.iter().find(|(heading, _)| *heading == name).map(|(_, kind)| *kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(page: &str) -> Vec<(String, Option<SectionKind>)> {
        of_text(page).into_iter().map(|one| (one.text.as_str().to_owned(), one.section)).collect()
    }

    #[test]
    fn a_note_of_whatever_form_is_read() {
        use SectionKind::{Assessment, HistoryOfPresentIllness, Plan, Vitals};
        let page = "# S\n## HPI\n- Knee pain for 3 weeks. Worse on stairs. [u2, u4]\n\n**Vitals:** BP 152/94\n\
            ASSESSMENT:\n1. Osteoarthritis of the right knee\n\nPlan: naproxen 250 mg.\n---\nSleep? \"Badly. I wake.\"\nBlood pressure: 140/90";
        let expected = [
            ("S", None),
            ("Knee pain for 3 weeks.", Some(HistoryOfPresentIllness)),
            ("Worse on stairs.", Some(HistoryOfPresentIllness)),
            ("BP 152/94", Some(Vitals)),
            ("Osteoarthritis of the right knee", Some(Assessment)),
            ("naproxen 250 mg.", Some(Plan)),
            ("Sleep? \"Badly. I wake.\"", Some(Assessment)),
            ("Blood pressure: 140/90", Some(Assessment)),
        ];
        let expected: Vec<_> = expected.map(|(text, kind)| (text.to_owned(), kind)).into_iter().collect();
        assert_eq!(read(page), expected);
        assert!(read("\n\n- \n").is_empty());
    }
}
