//! How far the questions have come, by the tokens that they read and may write.

use crate::{domain::Progress, inference::READ_PER_WRITTEN};

/// What writing up to `tokens` costs, in tokens read.
pub fn writing(tokens: usize) -> usize {
    READ_PER_WRITTEN * tokens
}

/// The way through questions of known cost, of which more may come on the way. It never goes back: what comes later only
/// makes the rest of the way slower.
pub struct Course<'p> {
    progress: Progress<'p>,
    /// From 0 to 1.
    position: f32,
    /// The cost of what is to come, in tokens read.
    ahead: usize,
}

impl<'p> Course<'p> {
    /// Nothing done, nothing expected.
    pub fn new(progress: Progress<'p>) -> Self {
        Self { progress, position: 0.0, ahead: 0 }
    }

    /// There is work of `cost` to come.
    pub fn expect(&mut self, cost: usize) {
        self.ahead += cost;
    }

    /// Work of `cost` that was expected will not be done.
    pub fn skip(&mut self, cost: usize) {
        self.ahead -= cost;
    }

    /// Does `work` of `cost`, which was expected.
    pub fn go<T>(&mut self, cost: usize, work: impl FnOnce(Progress<'_>) -> T) -> T {
        let (progress, start) = (self.progress, self.position);
        let share = (1.0 - start) * cost as f32 / self.ahead as f32;
        let result = work(&|fraction| progress(start + share * fraction));
        self.position = start + share;
        self.ahead -= cost;
        progress(self.position);
        result
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn it_goes_on_by_cost_and_never_back_and_ends_at_the_end() {
        let told = Mutex::new(Vec::new());
        let progress = |fraction: f32| told.lock().expect("one thread").push((fraction * 100.0).round());
        let mut course = Course::new(&progress);
        course.expect(60);
        course.expect(40);
        course.go(60, |progress| [0.0, 0.5].map(progress));
        course.expect(40);
        course.go(20, |_| ());
        course.skip(20);
        course.go(40, |progress| progress(0.5));
        assert_eq!(told.into_inner().expect("one thread"), [0.0, 30.0, 60.0, 70.0, 85.0, 100.0]);
    }
}
