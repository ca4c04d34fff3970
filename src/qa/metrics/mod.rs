//! The figures, each a pure function of what was said and what was recognised, so that each can be checked by hand.
//!
//! Texts are compared as [`normal`] puts them. Shares are from 0 to 1; a figure that the reference cannot bear out is `None`.

pub mod assignment;
pub mod concepts;
pub mod diarisation;
pub mod drugs;
pub mod edits;
pub mod normal;
mod porter;
pub mod rouge;
pub mod speakers;
mod spelling;
pub mod terms;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many of those that should be found were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Found {
    /// Found.
    pub found: usize,
    /// Of so many.
    pub of: usize,
}

impl Found {
    /// The share that was found, from 0 to 1; `None` where nothing was to be found.
    pub fn share(&self) -> Option<f64> {
        (self.of > 0).then(|| self.found as f64 / self.of as f64)
    }

    /// Counts one more.
    pub fn count(&mut self, is_found: bool) {
        self.of += 1;
        self.found += usize::from(is_found);
    }

    /// Adds the counts of another recording.
    pub fn add(&mut self, other: &Self) {
        self.found += other.found;
        self.of += other.of;
    }
}

/// What a set that was found has in common with the one that should be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Overlap {
    /// In both.
    pub shared: usize,
    /// Only in the one that should be.
    pub missing: usize,
    /// Only in the one that was found.
    pub added: usize,
}

impl Overlap {
    /// Compares `found` with `expected`.
    pub fn of<T: Ord>(expected: &BTreeSet<T>, found: &BTreeSet<T>) -> Self {
        let shared = expected.intersection(found).count();
        Self { shared, missing: expected.len() - shared, added: found.len() - shared }
    }

    /// The harmonic mean of precision and recall, from 0 to 1; `None` where both sets are empty.
    pub fn f1(&self) -> Option<f64> {
        let all = 2 * self.shared + self.missing + self.added;
        (all > 0).then(|| 2.0 * self.shared as f64 / all as f64)
    }

    /// Adds the counts of another visit.
    pub fn add(&mut self, other: &Self) {
        self.shared += other.shared;
        self.missing += other.missing;
        self.added += other.added;
    }
}
