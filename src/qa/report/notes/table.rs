//! The report as a table on a terminal.

use std::fmt::Write;

use super::{NOTE_FIGURES, NoteFigure, NotesReport, rouge_rows};
use crate::qa::notes::NoteRates;

/// Heads of the columns, by the key of their figure.
const HEADS: &[(&str, &str)] = &[
    ("rouge1", "R-1"),
    ("rouge2", "R-2"),
    ("rougeL", "R-Lsum"),
    ("concept_f1", "concepts"),
    ("medication_f1", "medicines"),
    ("allergy_f1", "allergies"),
    ("icd10cm_recall", "codes"),
    ("unsupported_rate", "unsupp."),
    ("omission_rate", "left out"),
    ("seconds_per_note", "seconds"),
];

/// The figures of every visit, those of all of them with what they mean, and ROUGE part by part.
pub fn table(report: &NotesReport) -> String {
    let ids = report.visits.iter().map(|visit| visit.id.chars().count());
    let width = ids.max().unwrap_or(0).max("visit".len());
    let mut text = String::new();
    let heads: String = HEADS.iter().map(|(_, head)| format!("{head:>10}")).collect();
    line(&mut text, format_args!("{:width$}{heads}", "visit"));
    for visit in &report.visits {
        line(&mut text, format_args!("{:width$}{}", visit.id, cells(&visit.rates)));
    }
    line(&mut text, format_args!("{:width$}{}", "all", cells(&report.summary)));
    text.push('\n');
    for figure in NOTE_FIGURES {
        let value = figure.unit.show((figure.of)(&report.summary));
        line(&mut text, format_args!("{:28}{value:>9}  {}", figure.label, figure.meaning));
    }
    text.push('\n');
    line(&mut text, format_args!("{:28}{:>9}{:>9}{:>9}", "ROUGE by part", "R-1", "R-2", "R-Lsum"));
    for (name, [rouge1, rouge2, rouge_l]) in rouge_rows(&report.summary) {
        line(&mut text, format_args!("{name:28}{rouge1:>9}{rouge2:>9}{rouge_l:>9}"));
    }
    text
}

fn cells(rates: &NoteRates) -> String {
    let cell = |key: &str| figure(key).unit.show((figure(key).of)(rates));
    HEADS.iter().map(|(key, _)| format!("{:>10}", cell(key))).collect()
}

fn figure(key: &str) -> &'static NoteFigure {
    NOTE_FIGURES.iter().find(|figure| figure.key == key).expect("every head has its figure")
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("a string takes whatever is written");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::qa::notes::tests::report;

    #[test]
    fn the_table_is_as_it_was_looked_at() {
        insta::assert_snapshot!(table(&report()));
    }
}
