//! What was heard of a recording that still goes on.
//!
//! A visit is gone through again and again while it is recorded, each time from its beginning and by the one way that there is,
//! [`Transcriber::transcribe`](super::Transcriber::transcribe). What costs time on that way is looked up here first, by all
//! that goes into it: sound, words before it, names to expect. So a transcript with a memory is the transcript without one,
//! nothing in a memory is ever out of date, and going through a visit once more takes as long as its newest seconds do.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{asr, speakers, vad};

/// What was computed of one recording. It holds words and voices, and lives as long as the visit is recorded.
#[derive(Default)]
pub struct Memory {
    pub(super) speech: Recall<vad::Heard>,
    pub(super) readings: Recall<asr::Reading>,
    pub(super) places: Recall<Vec<f32>>,
    pub(super) voices: Recall<speakers::Embedding>,
}

/// Results by a hash of what they were computed from. Of 64 bits: a visit has some ten thousand results, of which two have
/// the same in one visit of 10¹¹.
pub struct Recall<T> {
    results: Mutex<HashMap<u64, T>>,
}

impl<T> Default for Recall<T> {
    fn default() -> Self {
        Self { results: Mutex::default() }
    }
}

impl<T: Clone> Recall<T> {
    /// What was computed from `cause` before.
    pub fn find(&self, cause: u64) -> Option<T> {
        self.results().get(&cause).cloned()
    }

    /// Keeps what was computed from `cause`.
    pub fn keep(&self, cause: u64, result: T) {
        self.results().insert(cause, result);
    }

    /// What was computed from `cause` before, or else is now.
    pub fn find_or<E>(&self, cause: u64, compute: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        if let Some(result) = self.find(cause) {
            return Ok(result);
        }
        let result = compute()?;
        self.keep(cause, result.clone());
        Ok(result)
    }

    fn results(&self) -> MutexGuard<'_, HashMap<u64, T>> {
        self.results.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The hash of all that goes into a result.
pub fn cause(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[test]
    fn a_result_is_computed_once_for_each_cause() {
        let recall = Recall::<String>::default();
        let of = |sound: &[i16]| {
            let computed = || Ok::<_, Infallible>(format!("{} samples", sound.len()));
            recall.find_or(cause(sound), computed).expect("it cannot fail")
        };
        assert_eq!((of(&[1, 2]), of(&[1, 2, 3])), ("2 samples".to_owned(), "3 samples".to_owned()));
        let failing = |sound: &[i16]| recall.find_or(cause(sound), || Err("computed again"));
        assert_eq!(failing(&[1, 2]).as_deref(), Ok("2 samples"));
        assert_eq!(failing(&[2, 1]), Err("computed again"));
        assert_eq!(of(&[2, 1]), "2 samples", "a failure is not remembered");
    }
}
