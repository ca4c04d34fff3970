//! The statements of a note, whoever wrote it.

use std::sync::LazyLock;

use regex::Regex;

use crate::{
    domain::{Note, PatientText, SectionKind},
    structuring::{
        headings::{ASSESSMENT_AND_PLAN, sections_under},
        text::{self, pattern},
    },
};

/// A statement of a note, with its section where that is known.
#[derive(Debug, Clone, PartialEq)]
pub struct NoteStatement {
    /// As it stands there.
    pub text: PatientText,
    /// Which checks it has to pass beyond those that hold anywhere.
    pub section: Option<SectionKind>,
}

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
    for NoteLine { text: line, section, .. } in note_lines(page) {
        let statement = |text: &str| NoteStatement { text: text.into(), section };
        // A quotation is one statement, whatever it quotes.
        match line.contains(['"', '“']) {
            true => found.push(statement(&line)),
            false => found.extend(text::sentences(&line).into_iter().map(|range| statement(&line[range]))),
        }
    }
    found.retain(|statement| statement.text.as_str().chars().any(char::is_alphanumeric));
    found
}

/// A line of a note that is no heading.
pub struct NoteLine {
    /// Without bullet, number and citations.
    pub text: String,
    /// The sections of the heading that it stands under.
    pub kinds: &'static [SectionKind],
    /// Its own section, where that can be told.
    pub section: Option<SectionKind>,
}

/// The lines of a plain text under their headings.
pub fn note_lines(page: &str) -> Vec<NoteLine> {
    let mut kinds: &[SectionKind] = &[];
    let mut found = Vec::new();
    for raw in page.lines() {
        let line = bare(raw);
        if let Some(under) = heading(raw, &line) {
            kinds = under;
            continue;
        }
        let (kinds, text) = match line.split_once(':').and_then(|(head, rest)| Some((known(head)?, rest))) {
            Some((under, rest)) => (under, rest.trim_matches(|c: char| c == '*' || c.is_whitespace()).to_owned()),
            None => (kinds, line),
        };
        found.push(NoteLine { text, kinds, section: section_of(raw, kinds) });
    }
    found
}

/// The section of a line under a heading of `kinds`. Problem by problem, a number names a problem, and what is set in under it
/// is planned.
fn section_of(raw: &str, kinds: &[SectionKind]) -> Option<SectionKind> {
    static NUMBERED: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\d{1,2}[.)]\s"));
    static SET_IN: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s+[-*•–]\s"));
    match kinds {
        [one] => Some(*one),
        _ if kinds != ASSESSMENT_AND_PLAN => None,
        _ if NUMBERED.is_match(raw) => Some(SectionKind::Assessment),
        _ if SET_IN.is_match(raw) => Some(SectionKind::Plan),
        _ => None,
    }
}

/// A line without its bullet or number and without the utterances that it names.
fn bare(line: &str) -> String {
    static BULLET: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*(?:[-*•–#]+|\d{1,2}[.)])\s+"));
    static CITED: LazyLock<Regex> = LazyLock::new(|| pattern(r"\s*\[u\d+(?:, u\d+)*\]"));
    CITED.replace_all(&line[BULLET.find(line).map_or(0, |bullet| bullet.end())..], "").trim().to_owned()
}

/// The sections that a heading begins, if `raw` is one. What pages of ours have at the second level is, in whatever words.
fn heading(raw: &str, bare: &str) -> Option<&'static [SectionKind]> {
    known(bare).or_else(|| raw.starts_with("##").then_some(&[]))
}

fn known(name: &str) -> Option<&'static [SectionKind]> {
    sections_under(name.trim_matches(|c: char| c == '*' || c == ':' || c.is_whitespace()))
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

    #[test]
    fn problems_are_told_from_what_is_planned_for_them() {
        use SectionKind::{Assessment, Plan};
        let page = "## Assessment and plan\n\n1. Hypertension. [u1] Not at goal. [u2, u3]\n   - Increase lisinopril. [u4]\n\n\
            General plan:\n\n- Flu shot. [u5]\n\n## Our own words\n\nx-ray.";
        let expected = [
            ("Hypertension.", Some(Assessment)),
            ("Not at goal.", Some(Assessment)),
            ("Increase lisinopril.", Some(Plan)),
            ("Flu shot.", Some(Plan)),
            ("x-ray.", None),
        ];
        assert_eq!(read(page), expected.map(|(text, kind)| (text.to_owned(), kind)));
    }
}
