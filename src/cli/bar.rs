//! A progress bar on standard error while work runs; nothing is drawn where that is no terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::domain::Progress;

/// The bar counts in thousandths.
const STEPS: u64 = 1000;

/// A bar labelled `label`, at its beginning.
pub(super) fn new(label: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix:>24} [{bar:40}] {percent:>3} % {elapsed}")
        .expect("the template is fixed and valid");
    let bar = ProgressBar::new(STEPS).with_style(style.progress_chars("=> ")).with_prefix(label.to_owned());
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}

/// Moves `bar` to `fraction`, from 0 to 1.
pub(super) fn set(bar: &ProgressBar, fraction: f32) {
    bar.set_position((fraction.clamp(0.0, 1.0) * STEPS as f32) as u64);
}

/// Runs `work` under a bar labelled `label`, which goes away with it.
pub(super) fn with<T>(label: &str, work: impl FnOnce(Progress<'_>) -> T) -> T {
    let bar = new(label);
    let result = work(&|fraction| set(&bar, fraction));
    bar.finish_and_clear();
    result
}
