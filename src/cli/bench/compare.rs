//! `soapstone bench compare`: what got worse.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Deserialize;

use crate::{
    cli::{Failure, FailureKind, output::print_line},
    qa::{
        self, Comparison, Difference, Verdict, read_bytes,
        report::{AsrReport, notes::NotesReport},
    },
};

/// Tell what got worse from one report to the next.
///
/// Both are of `bench asr`, or both of `bench notes`. Shown are the figures of all recordings or visits that both have together, as
/// in the reports' summaries. One by one they are paired, and a figure counts as worse where it worsened by more than a floor in
/// the mean and in 95 of 100 random draws of them, or collapsed in one; of false drugs and invented words the first one counts. Exit
/// code 1 if anything got worse, or if the new report lacks what the old one measured: a recording or visit, a noise, or a figure
/// that is judged. Time is shown and not judged.
#[derive(Args)]
#[command(after_help = "Example:\n  soapstone bench compare before.json after.json")]
pub(super) struct CompareArgs {
    /// The report to compare with.
    old: PathBuf,
    /// The report that is judged.
    new: PathBuf,
}

/// A report of either measurement.
enum Report {
    Asr(Box<AsrReport>),
    Notes(Box<NotesReport>),
}

/// Runs the command.
pub(super) fn run(args: &CompareArgs) -> Result<(), Failure> {
    let (comparison, compared) = match (read_report(&args.old)?, read_report(&args.new)?) {
        (Report::Asr(old), Report::Asr(new)) => (qa::compare(&old, &new), "recording"),
        (Report::Notes(old), Report::Notes(new)) => (qa::compare_notes(&old, &new), "visit"),
        _ => {
            let reason = format_args!(
                "of it and {} one measures recognition and the other notes: compare reports of one kind",
                args.old.display()
            );
            return Err(Failure::bad_input(&args.new.display().to_string(), reason));
        }
    };
    if comparison.paired == 0 {
        let reason = format_args!("it has no {compared} in common with {}", args.old.display());
        return Err(Failure::bad_input(&args.new.display().to_string(), reason));
    }
    print_line(comparison_table(&comparison, compared))?;
    let mut worse: Vec<String> = comparison.regressions().flat_map(regression).collect();
    if !comparison.missing.is_empty() {
        worse.push(format!("{} of the old report not measured any more", comparison.missing.join(", ")));
    }
    if worse.is_empty() {
        return Ok(());
    }
    Err(Failure::new(FailureKind::Internal, format_args!("worse than before: {}", worse.join("; "))))
}

fn read_report(path: &Path) -> Result<Report, Failure> {
    #[derive(Deserialize)]
    struct Kind {
        schema: String,
    }
    let json = read_bytes(path).map_err(|error| Failure::unreadable(path, &error))?;
    let read = serde_json::from_slice(&json).and_then(|Kind { schema }| match schema.as_str() {
        "soapstone.bench-notes/1" => serde_json::from_slice(&json).map(Report::Notes),
        _ => serde_json::from_slice(&json).map(Report::Asr),
    });
    read.map_err(|error| {
        // The library's message may quote a value, which may be a patient's words.
        let place = format!("line {}, column {}", error.line(), error.column());
        let reason = format_args!(
            "it is no report of a measurement ({place}); make one with `soapstone bench asr --json` or `soapstone bench notes --json`"
        );
        Failure::bad_input(&path.display().to_string(), reason)
    })
}

fn comparison_table(comparison: &Comparison, compared: &str) -> String {
    let mut lines = vec![format!("{:42}{:>10}{:>10}  ", "figure", "old", "new")];
    for difference in &comparison.differences {
        let [old, new] = [difference.old, difference.new].map(|value| difference.unit.show(value));
        let verdict = match &difference.verdict {
            Verdict::Worse { most_in } => format!("WORSE, most in {most_in}"),
            Verdict::Better => "better".to_owned(),
            Verdict::Same => String::new(),
            Verdict::NotJudged => "not judged".to_owned(),
        };
        let verdict = [Some(verdict).filter(|verdict| !verdict.is_empty()), measured_no_more(difference)];
        let verdict = verdict.into_iter().flatten().collect::<Vec<_>>().join("; ");
        lines.push(format!("{:42}{old:>10}{new:>10}  {verdict}", name(difference)).trim_end().to_owned());
    }
    lines.push(format!("\n{} {compared}s compared", comparison.paired));
    if !comparison.unpaired.is_empty() {
        lines.push(format!("left out, as only one report has them: {}", comparison.unpaired.join(", ")));
    }
    lines.join("\n")
}

/// What is said of a difference that got worse, or that may have as it is measured no more.
fn regression(difference: &Difference) -> Vec<String> {
    let is_worse = matches!(difference.verdict, Verdict::Worse { .. });
    let lost = measured_no_more(difference).map(|lost| format!("{} {lost}", name(difference)));
    is_worse.then(|| name(difference)).into_iter().chain(lost).collect()
}

/// Which recordings or visits have no such figure any more; a long list is cut short.
fn measured_no_more(difference: &Difference) -> Option<String> {
    const NAMED: usize = 3;
    let lost = &difference.lost_in;
    let named = lost.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    let others = lost.len().saturating_sub(NAMED);
    let others = if others > 0 { format!(" and {others} more") } else { String::new() };
    (!lost.is_empty()).then(|| format!("measured no more in {named}{others}"))
}

/// The figure in words, with its noise.
fn name(difference: &Difference) -> String {
    let Difference { label, noise, .. } = difference;
    if noise.is_empty() { (*label).to_owned() } else { format!("{label} ({noise})") }
}
