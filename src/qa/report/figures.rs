//! The figures of a report, whatever is measured: each with its meaning, and how they are shown on a page and in a table.

use std::fmt::Write;

use serde::Serialize;

/// A figure of a report with rates `R`: what it is called, what it means, and which way is better.
pub struct Figure<R> {
    /// Its key in the report.
    pub key: &'static str,
    /// Its name for a person.
    pub label: &'static str,
    /// What it says, in one plain sentence.
    pub meaning: &'static str,
    /// Its unit.
    pub unit: Unit,
    /// Whether more is worse.
    pub is_error: bool,
    /// Reads it.
    pub of: fn(&R) -> Option<f64>,
}

/// The figure called `key`.
fn called<R>(figures: &'static [Figure<R>], key: &str) -> &'static Figure<R> {
    figures.iter().find(|figure| figure.key == key).expect("every head has its figure")
}

/// How a figure is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A share from 0 to 1, shown in per cent.
    Percent,
    /// A plain number with two decimals.
    Plain,
    /// Megabytes.
    Megabytes,
}

impl Unit {
    /// `value` as a person reads it; a dash where there is none.
    pub fn show(self, value: Option<f64>) -> String {
        let Some(value) = value else { return "–".to_owned() };
        match self {
            Self::Percent => format!("{:.1} %", value * 100.0),
            Self::Plain => format!("{value:.2}"),
            Self::Megabytes => format!("{value:.0} MB"),
        }
    }
}

macro_rules! figures {
    ($($key:literal: $label:literal, $unit:ident, $is_error:literal, $of:expr, $meaning:literal;)+) => {
        &[$($crate::qa::report::figures::Figure {
            key: $key,
            label: $label,
            meaning: $meaning,
            unit: $crate::qa::report::figures::Unit::$unit,
            is_error: $is_error,
            of: $of,
        }),+]
    };
}
pub(super) use figures;

/// One figure of a summary, as a page shows it.
#[derive(Serialize)]
pub(super) struct Card {
    label: &'static str,
    value: String,
    meaning: &'static str,
    basis: String,
}

/// The head of a column of a page.
#[derive(Serialize)]
pub(super) struct Head {
    label: &'static str,
    meaning: &'static str,
}

/// What was measured once, with every figure.
#[derive(Serialize)]
pub(super) struct Row {
    pub(super) name: String,
    note: String,
    pub(super) cells: Vec<Cell>,
}

#[derive(Serialize)]
pub(super) struct Cell {
    text: String,
    pub(super) is_worst: bool,
}

/// The figures that `summary` has; `basis` tells what each was counted from.
pub(super) fn cards<R>(figures: &'static [Figure<R>], summary: &R, basis: impl Fn(&str) -> String) -> Vec<Card> {
    let known = figures.iter().filter_map(|figure| Some((figure, (figure.of)(summary)?)));
    let card = |(figure, value): (&'static Figure<R>, f64)| Card {
        label: figure.label,
        value: figure.unit.show(Some(value)),
        meaning: figure.meaning,
        basis: basis(figure.key),
    };
    known.map(card).collect()
}

/// The heads of all columns.
pub(super) fn heads<R>(figures: &'static [Figure<R>]) -> Vec<Head> {
    figures.iter().map(|figure| Head { label: figure.label, meaning: figure.meaning }).collect()
}

/// Rows of a name, a note beside it and every figure; the worst of a column is marked where they differ.
pub(super) fn rows<R>(figures: &'static [Figure<R>], named: &[(String, String, &R)]) -> Vec<Row> {
    let worst = |figure: &Figure<R>| {
        let values: Vec<f64> = named.iter().filter_map(|(.., rates)| (figure.of)(rates)).collect();
        let extreme = if figure.is_error { f64::max } else { f64::min };
        let worst = values.iter().copied().reduce(extreme)?;
        values.iter().any(|value| *value != worst).then_some(worst)
    };
    let worst: Vec<Option<f64>> = figures.iter().map(worst).collect();
    let row = |(name, note, rates): &(String, String, &R)| {
        let cells = figures.iter().zip(&worst).map(|(figure, worst)| {
            let value = (figure.of)(rates);
            Cell { text: figure.unit.show(value), is_worst: value.is_some() && value == *worst }
        });
        Row { name: name.clone(), note: note.clone(), cells: cells.collect() }
    };
    named.iter().map(row).collect()
}

/// Some figures of `named` under their `heads` (a figure's key, and its head), then all figures of `summary` with what they mean.
pub(super) fn table<R>(
    figures: &'static [Figure<R>],
    heads: &[(&str, &str)],
    first: &str,
    named: &[(String, &R)],
    summary: &R,
) -> String {
    let width = named.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0).max(first.len());
    let mut text = String::new();
    let of = |rates: &R, key: &str| {
        let figure = called(figures, key);
        figure.unit.show((figure.of)(rates))
    };
    let columns: String = heads.iter().map(|(_, head)| format!("{head:>10}")).collect();
    line(&mut text, format_args!("{first:width$}{columns}"));
    for (name, rates) in named {
        let cells: String = heads.iter().map(|(key, _)| format!("{:>10}", of(rates, key))).collect();
        line(&mut text, format_args!("{name:width$}{cells}"));
    }
    text.push('\n');
    for figure in figures {
        let value = figure.unit.show((figure.of)(summary));
        line(&mut text, format_args!("{:28}{value:>9}  {}", figure.label, figure.meaning));
    }
    text
}

/// Writes a line of a table.
pub(super) fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("a string takes whatever is written");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_with_their_unit() {
        assert_eq!(Unit::Percent.show(Some(0.0824)), "8.2 %");
        assert_eq!(Unit::Plain.show(Some(1.0)), "1.00");
        assert_eq!(Unit::Megabytes.show(Some(512.3)), "512 MB");
        assert_eq!(Unit::Percent.show(None), "–");
    }
}
