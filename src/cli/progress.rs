//! What a person sees while a visit is worked on: a bar a stage on a terminal, a line a stage elsewhere.

use std::{
    io::{self, IsTerminal},
    sync::{Mutex, MutexGuard, PoisonError},
};

use indicatif::ProgressBar;

use super::bar;
use crate::pipeline::{Stage, Watcher};

/// Shows the stages of a visit on standard error.
pub struct StageDisplay {
    is_terminal: bool,
    current: Mutex<ProgressBar>,
}

impl StageDisplay {
    /// A display on standard error.
    pub fn new() -> Self {
        Self { is_terminal: io::stderr().is_terminal(), current: Mutex::new(ProgressBar::hidden()) }
    }

    fn current(&self) -> MutexGuard<'_, ProgressBar> {
        // A bar is whole whatever thread panicked beside it.
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watcher for StageDisplay {
    fn begin(&self, stage: Stage) {
        if self.is_terminal {
            *self.current() = bar::new(stage.label());
        }
    }

    fn advance(&self, fraction: f32) {
        bar::set(&self.current(), fraction);
    }

    fn end(&self, stage: Stage, elapsed_ms: u64) {
        if self.is_terminal {
            let bar = self.current();
            bar::set(&bar, 1.0);
            bar.finish();
        } else {
            eprintln!("{:<24} {:>7.1} s", stage.label(), elapsed_ms as f64 / 1000.0);
        }
    }
}
