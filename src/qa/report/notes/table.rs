//! The report as a table on a terminal.

use super::{NOTE_FIGURES, NotesReport, rouge_rows};
use crate::qa::report::figures::{self, line};

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
    ("unlisted_rate", "lost"),
    ("seconds_per_note", "seconds"),
];

/// The figures of every visit, those of all of them with what they mean, and ROUGE part by part.
pub fn table(report: &NotesReport) -> String {
    let mut named: Vec<_> = report.visits.iter().map(|visit| (visit.id.clone(), &visit.rates)).collect();
    named.push(("all".to_owned(), &report.summary));
    let mut text = figures::table(NOTE_FIGURES, HEADS, "visit", &named, &report.summary);
    text.push('\n');
    line(&mut text, format_args!("{:28}{:>9}{:>9}{:>9}", "ROUGE by part", "R-1", "R-2", "R-Lsum"));
    for (name, [rouge1, rouge2, rouge_l]) in rouge_rows(&report.summary) {
        line(&mut text, format_args!("{name:28}{rouge1:>9}{rouge2:>9}{rouge_l:>9}"));
    }
    text
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
