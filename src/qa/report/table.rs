//! The report as a table on a terminal.

use super::{AsrReport, FIGURES, NoiseResult, figures};

/// Heads of the columns, by the key of their figure.
const HEADS: &[(&str, &str)] = &[
    ("wer", "WER"),
    ("medical_term_recall", "terms"),
    ("drug_recall", "drugs"),
    ("der", "DER"),
    ("cpwer", "cpWER"),
    ("role_accuracy", "roles"),
    ("real_time_factor", "time"),
];

/// The figures of every recording, and of all of them with what they mean.
pub fn table(report: &AsrReport) -> String {
    let mut named: Vec<_> = report.files.iter().map(|file| (file.id.clone(), &file.rates)).collect();
    named.push(("all".to_owned(), &report.summary));
    named.extend(report.noise.iter().map(|NoiseResult { mix, summary, .. }| {
        (format!("{:?} {} dB", mix.kind, mix.snr_db).to_lowercase().replace("db", "dB"), summary)
    }));
    figures::table(FIGURES, HEADS, "recording", &named, &report.summary)
}

#[cfg(test)]
mod tests {
    use super::super::html::tests::sample;
    use super::*;

    #[test]
    fn the_table_is_as_it_was_looked_at() {
        insta::assert_snapshot!(table(&sample()));
    }
}
