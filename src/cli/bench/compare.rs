//! `soapstone bench compare`: what got worse.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Args;

use crate::{
    cli::{Failure, FailureKind, output::print_line},
    qa::{
        self, Comparison, Difference, Verdict,
        report::{AsrReport, FIGURES, Unit},
    },
};

/// Tell what got worse from one report to the next.
///
/// Recordings are paired, and a figure counts as worse where it worsened by more than a floor in the mean and in 95 of 100
/// random draws of the recordings, or collapsed in one of them. Exit code 1 if anything did. Time is shown and not judged.
#[derive(Args)]
#[command(after_help = "Example:\n  soapstone bench compare before.json after.json")]
pub(super) struct CompareArgs {
    /// The report to compare with.
    old: PathBuf,
    /// The report that is judged.
    new: PathBuf,
}

/// Runs the command.
pub(super) fn run(args: &CompareArgs) -> Result<(), Failure> {
    let (old, new) = (read_report(&args.old)?, read_report(&args.new)?);
    let comparison = qa::compare(&old, &new);
    if comparison.paired == 0 {
        let reason = format_args!("it has no recording in common with {}", args.old.display());
        return Err(Failure::bad_input(&args.new.display().to_string(), reason));
    }
    print_line(comparison_table(&comparison))?;
    let worse: Vec<String> = comparison.regressions().map(name).collect();
    if worse.is_empty() {
        return Ok(());
    }
    Err(Failure::new(FailureKind::Internal, format_args!("worse than before: {}", worse.join("; "))))
}

fn read_report(path: &Path) -> Result<AsrReport, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure::unreadable(path, &error))?;
    serde_json::from_str(&text).map_err(|error| {
        // The library's message may quote a value, which may be a patient's words.
        let place = format!("line {}, column {}", error.line(), error.column());
        let reason = format_args!(
            "it is not a soapstone.bench-asr/1 report ({place}); make one with `soapstone bench asr --json`"
        );
        Failure::bad_input(&path.display().to_string(), reason)
    })
}

fn comparison_table(comparison: &Comparison) -> String {
    let mut lines = vec![format!("{:42}{:>10}{:>10}  ", "figure", "old", "new")];
    for difference in &comparison.differences {
        let unit = FIGURES.iter().find(|figure| figure.key == difference.key).map_or(Unit::Plain, |figure| figure.unit);
        let [old, new] = [difference.old, difference.new].map(|value| unit.show(Some(value)));
        let verdict = match &difference.verdict {
            Verdict::Worse { most_in } => format!("WORSE, most in {most_in}"),
            Verdict::Better => "better".to_owned(),
            Verdict::Same => String::new(),
            Verdict::NotJudged => "not judged: it depends on the machine".to_owned(),
        };
        lines.push(format!("{:42}{old:>10}{new:>10}  {verdict}", name(difference)).trim_end().to_owned());
    }
    lines.push(format!("\n{} recordings compared", comparison.paired));
    if !comparison.unpaired.is_empty() {
        lines.push(format!("left out, as only one report has them: {}", comparison.unpaired.join(", ")));
    }
    lines.join("\n")
}

/// The figure in words, with its noise.
fn name(difference: &Difference) -> String {
    let label =
        FIGURES.iter().find(|figure| figure.key == difference.key).map_or(difference.key, |figure| figure.label);
    if difference.noise.is_empty() { label.to_owned() } else { format!("{label} ({})", difference.noise) }
}
