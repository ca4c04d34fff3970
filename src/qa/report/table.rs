//! The report as a table on a terminal.

use std::fmt::Write;

use super::{AsrReport, FIGURES, Figure, NoiseResult};
use crate::qa::score::Rates;

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
    let ids = report.files.iter().map(|file| file.id.chars().count());
    let width = ids.max().unwrap_or(0).max("recording".len());
    let mut text = String::new();
    let heads: String = HEADS.iter().map(|(_, head)| format!("{head:>9}")).collect();
    line(&mut text, format_args!("{:width$}{heads}", "recording"));
    for file in &report.files {
        line(&mut text, format_args!("{:width$}{}", file.id, cells(&file.rates)));
    }
    line(&mut text, format_args!("{:width$}{}", "all", cells(&report.summary)));
    for NoiseResult { mix, summary, .. } in &report.noise {
        let name = format!("{:?} {} dB", mix.kind, mix.snr_db).to_lowercase().replace("db", "dB");
        line(&mut text, format_args!("{name:width$}{}", cells(summary)));
    }
    text.push('\n');
    for figure in FIGURES {
        let value = figure.unit.show((figure.of)(&report.summary));
        line(&mut text, format_args!("{:26}{value:>9}  {}", figure.label, figure.meaning));
    }
    text
}

fn cells(rates: &Rates) -> String {
    let cell = |key: &str| figure(key).unit.show((figure(key).of)(rates));
    HEADS.iter().map(|(key, _)| format!("{:>9}", cell(key))).collect()
}

fn figure(key: &str) -> &'static Figure {
    FIGURES.iter().find(|figure| figure.key == key).expect("every head has its figure")
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("a string takes whatever is written");
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
