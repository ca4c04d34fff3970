//! What a voice sounds like, as a direction: stretches of one person's speech point the same way.

mod checkpoint;
mod ge2e;
mod mel;

use std::{fmt, ops::Range};

pub use ge2e::Ge2e;
use serde::{Deserialize, Serialize};

use crate::domain::ModelRef;

/// A voice as a vector of length 1. It can tell a person again, so it is personal data: `Debug` shows its size only.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Embedding(Vec<f32>);

/// A model that hears who speaks. Another one has its own file beside [`Ge2e`], and thresholds of its own in
/// [`super::clusters`].
pub trait VoiceEncoder: Send + Sync {
    /// Its name and the hash of its weights.
    fn model_ref(&self) -> &ModelRef;

    /// The voice in each of `windows`, which are ranges of `samples` (one channel at 16 kHz), in order of their start
    /// and half a second to a few seconds long. Errs only when the computation fails.
    fn embed(&self, samples: &[i16], windows: &[Range<usize>]) -> Result<Vec<Embedding>, VoiceError>;
}

/// Why voices could not be told apart.
#[derive(Debug, thiserror::Error)]
pub enum VoiceError {
    /// The weights are not those of a voice model that soapstone knows.
    #[error("cannot load the voice model {name}: {reason}")]
    Load {
        /// The model.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The computation failed.
    #[error("the voice model failed: {0}")]
    Failed(String),
}

impl Embedding {
    /// `values` brought to length 1.
    pub fn new(mut values: Vec<f32>) -> Self {
        let length = values.iter().map(|value| value * value).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        values.iter_mut().for_each(|value| *value /= length);
        Self(values)
    }

    /// The direction between several; `None` of none.
    pub fn mean<'e>(embeddings: impl IntoIterator<Item = &'e Self>) -> Option<Self> {
        let mut embeddings = embeddings.into_iter();
        let mut sum = embeddings.next()?.0.clone();
        for Self(values) in embeddings {
            sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
        }
        Some(Self::new(sum))
    }

    /// How alike two voices are: 1 for the same direction. 0 for embeddings of different models' sizes.
    pub fn cosine(&self, other: &Self) -> f32 {
        if self.0.len() != other.0.len() {
            return 0.0;
        }
        self.0.iter().zip(&other.0).map(|(a, b)| a * b).sum()
    }

    /// How many values it has.
    pub fn dimensions(&self) -> usize {
        self.0.len()
    }

    /// Whether every value is a number and the length is 1, as of a file that may have been written by hand.
    pub fn is_valid(&self) -> bool {
        let squared: f32 = self.0.iter().map(|value| value * value).sum();
        !self.0.is_empty() && (squared - 1.0).abs() < 1e-3
    }
}

impl fmt::Debug for Embedding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[a voice in {} values]", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_of_voices_lies_between_them() {
        let (east, north) = (Embedding::new(vec![2.0, 0.0]), Embedding::new(vec![0.0, 0.5]));
        let between = Embedding::mean([&east, &north]).expect("two have a mean");
        assert!((between.cosine(&east) - between.cosine(&north)).abs() < 1e-6);
        assert!(between.is_valid() && between.cosine(&east) > 0.7 && east.cosine(&north) == 0.0);
        assert_eq!(Embedding::mean([]), None);
    }

    #[test]
    fn debug_does_not_show_a_voice() {
        assert_eq!(format!("{:?}", Embedding::new(vec![0.6, 0.8])), "[a voice in 2 values]");
    }
}
