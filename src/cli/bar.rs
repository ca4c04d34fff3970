//! A progress bar on stderr while work runs; nothing where stderr is not a terminal.

use indicatif::{ProgressBar, ProgressStyle};

use crate::domain::Progress;

/// The bar counts in thousandths.
const STEPS: u64 = 1000;

/// Runs `work` under a bar labelled `label`.
pub(super) fn with<T>(label: &str, work: impl FnOnce(Progress<'_>) -> T) -> T {
    let style = ProgressStyle::with_template("{prefix:>24} [{bar:40}] {percent:>3} % {elapsed} / {duration}")
        .expect("the template is fixed and valid");
    let bar = ProgressBar::new(STEPS).with_style(style.progress_chars("=> ")).with_prefix(label.to_owned());
    let result = work(&|fraction| bar.set_position((fraction.clamp(0.0, 1.0) * STEPS as f32) as u64));
    bar.finish_and_clear();
    result
}
