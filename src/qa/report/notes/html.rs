//! The report as one page for a person: no script, nothing fetched, everything escaped.

use serde::Serialize;

use super::{Disagreement, LeftOut, NOTE_FIGURES, NoteCounts, NoteRates, NoteResult, NotesReport, Said, rouge_rows};
use crate::{
    domain::{PatientText, Role},
    qa::{
        metrics::{Found, Overlap},
        report::{
            figures::{Card, Head, Row, cards, heads, rows},
            html::{moment, render},
        },
    },
};

/// Renders `report`.
pub fn page(report: &NotesReport) -> String {
    render("notes.html", include_str!("notes.html"), Page::new(report))
}

/// What the template shows.
#[derive(Serialize)]
struct Page<'a> {
    soapstone: &'a str,
    created_at: String,
    corpora: String,
    models: Vec<&'a str>,
    visits: usize,
    cards: Vec<Card>,
    rouge: Vec<(&'static str, [String; 3])>,
    has_rouge: bool,
    disagreements: Vec<(&'a str, &'a Disagreement)>,
    heads: Vec<Head>,
    rows: Vec<Row>,
    readings: Vec<Reading<'a>>,
}

/// A visit's reference, note and evidence, side by side.
#[derive(Serialize)]
struct Reading<'a> {
    id: &'a str,
    figures: String,
    reference: Option<&'a PatientText>,
    sections: Vec<ReadSection<'a>>,
    taken_out: &'a [super::TakenOut],
    omitted: Vec<ReadOmission<'a>>,
}

#[derive(Serialize)]
struct ReadSection<'a> {
    title: &'a str,
    lines: Vec<ReadLine<'a>>,
}

#[derive(Serialize)]
struct ReadLine<'a> {
    text: &'a PatientText,
    fault: Option<&'a PatientText>,
    evidence: Vec<Heard<'a>>,
}

#[derive(Serialize)]
struct ReadOmission<'a> {
    kind: &'a str,
    text: &'a PatientText,
    evidence: Vec<Heard<'a>>,
}

/// An utterance, with whose it is in words.
#[derive(Serialize)]
struct Heard<'a> {
    utterance: &'a str,
    who: &'static str,
    text: &'a PatientText,
}

impl<'a> Page<'a> {
    fn new(report: &'a NotesReport) -> Self {
        let told = |visit: &'a NoteResult| visit.disagreements.iter().map(|one| (visit.id.as_str(), one));
        Self {
            soapstone: &report.soapstone,
            created_at: moment(&report.created_at),
            corpora: report.corpora.join(", "),
            models: report.models.iter().map(|model| model.name.as_str()).collect(),
            visits: report.visits.len(),
            cards: cards(NOTE_FIGURES, &report.summary, |key| basis(key, &report.counts)),
            rouge: rouge_rows(&report.summary),
            has_rouge: report.summary.rouge1.whole.is_some(),
            disagreements: report.visits.iter().flat_map(told).collect(),
            heads: heads(NOTE_FIGURES),
            rows: rows(NOTE_FIGURES, &named(&report.visits)),
            readings: report.visits.iter().map(reading).collect(),
        }
    }
}

/// What a figure was counted from.
fn basis(key: &str, counts: &NoteCounts) -> String {
    let overlap = |overlap: Option<Overlap>| {
        let Overlap { shared, missing, added } = overlap.unwrap_or_default();
        format!("{shared} right, {missing} missing, {added} too many")
    };
    let found = |found: Option<Found>| {
        let Found { found, of } = found.unwrap_or_default();
        format!("{found} of {of}")
    };
    match key {
        "concept_f1" => overlap(counts.concepts),
        "medication_f1" => overlap(counts.medications),
        "allergy_f1" => overlap(counts.allergies),
        "icd10cm_recall" => found(counts.codes),
        "icd10cm_category_recall" => found(counts.categories),
        "unsupported_rate" => format!("{} of {} statements", counts.unsupported, counts.statements),
        "taken_out_rate" => format!("{} of {}", counts.taken_out, counts.statements + counts.taken_out),
        "omission_rate" => format!("{} of {}", counts.omitted, counts.looked_for),
        "unlisted_rate" => found(counts.unlisted),
        "tokens_per_second" => format!("{} tokens", counts.tokens),
        _ => String::new(),
    }
}

/// Every figure of every visit.
fn named(visits: &[NoteResult]) -> Vec<(String, String, &NoteRates)> {
    visits.iter().map(|visit| (visit.id.clone(), String::new(), &visit.rates)).collect()
}

fn reading(visit: &NoteResult) -> Reading<'_> {
    let known = NOTE_FIGURES.iter().filter_map(|figure| {
        let value = (figure.of)(&visit.rates)?;
        Some(format!("{}: {}", figure.label, figure.unit.show(Some(value))))
    });
    Reading {
        id: &visit.id,
        figures: known.collect::<Vec<_>>().join(" · "),
        reference: visit.reference.as_ref(),
        sections: visit.note.iter().map(read_section).collect(),
        taken_out: &visit.taken_out,
        omitted: visit.omitted.iter().map(read_omission).collect(),
    }
}

fn read_section(section: &super::Section) -> ReadSection<'_> {
    let lines = section.lines.iter().map(|line| ReadLine {
        text: &line.text,
        fault: line.fault.as_ref(),
        evidence: heard(&line.evidence),
    });
    ReadSection { title: &section.title, lines: lines.collect() }
}

fn read_omission(one: &LeftOut) -> ReadOmission<'_> {
    ReadOmission { kind: &one.kind, text: &one.text, evidence: heard(&one.evidence) }
}

fn heard(evidence: &[Said]) -> Vec<Heard<'_>> {
    let who = |role: Role| match role {
        Role::Clinician => "clinician",
        Role::Patient => "patient",
        Role::Other => "another person",
        Role::Unknown => "somebody",
    };
    evidence.iter().map(|said| Heard { utterance: &said.utterance, who: who(said.role), text: &said.text }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::qa::notes::tests::report;

    #[test]
    fn the_page_says_everything_and_escapes_it() {
        let page = page(&report());
        for text in [
            "with &lt;note&gt;",
            "No &lt;x-ray&gt;.",
            "&lt;left&gt; out",
            "Knee hurting for two weeks.",
            "My knee has been hurting for two weeks.",
            "nobody said this",
            "2 right, 1 missing, 0 too many",
            "lisinopril",
            "a model",
        ] {
            assert!(page.contains(text), "{text} is not in the page");
        }
        for figure in NOTE_FIGURES {
            assert!(page.contains(figure.label), "{} is not in the page", figure.label);
        }
        assert!(!page.contains("<note>") && !page.contains("<x-ray>") && !page.contains("<left>"));
    }

    #[test]
    fn the_page_stands_alone() {
        let page = page(&report());
        for outside in ["<script", "<link", "src=", "href=\"http", "@import", "url("] {
            assert!(!page.contains(outside), "{outside}");
        }
    }

    #[test]
    fn an_empty_report_is_a_page_as_well() {
        assert!(page(&NotesReport::default()).contains("0 visits"));
    }
}
