//! What a voice sounds like, as a direction: stretches of one person's speech point the same way.

mod checkpoint;
mod fbank;
mod ge2e;
mod mel;
mod resnet;

use std::{fmt, ops::Range, path::Path};

use ge2e::Ge2e;
use resnet::ResNet;
use serde::{Deserialize, Serialize};

use crate::domain::ModelRef;

/// A voice as a vector of length 1. It can tell a person again, so it is personal data: `Debug` shows its size only.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Embedding(Vec<f32>);

/// A model that hears who speaks. Another one has its own file beside [`Ge2e`], a line in [`load`] and [`Thresholds`].
pub trait VoiceEncoder: Send + Sync {
    /// Its name and the hash of its weights.
    fn model_ref(&self) -> &ModelRef;

    /// How alike is alike to it.
    fn thresholds(&self) -> Thresholds;

    /// The voice in each of `windows`, which are ranges of `samples` (one channel at 16 kHz), in order of their start
    /// and half a second to a few seconds long. Errs only when the computation fails.
    fn embed(&self, samples: &[i16], windows: &[Range<usize>]) -> Result<Vec<Embedding>, VoiceError>;
}

/// What depends on how alike an encoder finds the windows of one person, and those of two: cosines, but for the last.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Groups of windows less alike than this on average are not joined at first. It is on the strict side: groups of one
    /// person are joined later, those of two never parted.
    pub alike: f32,
    /// A small group as like as this to a mixture of two larger ones is made of windows in which both speak.
    pub mixture: f32,
    /// A voice in the visit that is less like the clinician's own than this is not taken for it.
    pub same_person: f32,
    /// How surely a word is one voice's and not another's: log-odds for a difference of 1 between its window's cosines
    /// with the two.
    pub certainty: f32,
}

impl Thresholds {
    /// Chosen on recordings (`docs/adr/0006-speakers-by-voice.md`, which has the figures for `same_person`, too). Windows of
    /// one person are 0.7 to 0.8 alike, of two 0.5 to 0.6; half a minute of one person is 0.9 and more like another half in
    /// the same recording, 0.75 and more in another room, and 0.4 to 0.89 like half a minute of somebody else.
    pub(super) const GE2E: Self = Self { alike: 0.7, mixture: 0.85, same_person: 0.8, certainty: 4.0 };

    /// Not measured on recordings: the weights cannot be fetched on the machines that soapstone is developed on. Windows of
    /// one person are taken to be 0.5 to 0.7 alike, of two 0 to 0.2. pyannote's pipeline 3.1 joins groups whose means, of
    /// embeddings of length 1, are less than 0.7046 apart: where windows within a group are 0.5 to 0.7 alike, that is above
    /// 0.25 to 0.45 between groups. The mean of three windows that scatter so is hardly more than 0.85 like what they are
    /// windows of. A voice is twice as much more like its own windows than another's as GE2E has it, so a difference counts
    /// half.
    pub(super) const RESNET: Self = Self { alike: 0.4, mixture: 0.7, same_person: 0.45, certainty: 2.0 };
}

/// Loads the voice model in the file `path`; `model` is what the transcript will say about it. Which model it is, the
/// names of its tensors tell.
pub fn load(path: &Path, model: ModelRef) -> Result<Box<dyn VoiceEncoder>, VoiceError> {
    let name = model.name.clone();
    let loaded = checkpoint::read(path).and_then(|tensors| -> candle_core::Result<Box<dyn VoiceEncoder>> {
        if ResNet::is_in(&tensors) {
            return Ok(Box::new(ResNet::new(&tensors, model)?));
        }
        Ok(Box::new(Ge2e::new(&tensors, model)?))
    });
    loaded.map_err(|error| VoiceError::Load { name, reason: error.to_string() })
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
    fn the_names_of_the_tensors_tell_the_model() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/voices/part.zip");
        let model = ModelRef { task: "speakers".to_owned(), name: "voice".to_owned(), sha256: String::new() };
        let error = load(&path, model).err().expect("most of it is missing").to_string();
        assert_eq!(error, "cannot load the voice model voice: it has no resnet.conv1.weight");
    }

    #[test]
    fn debug_does_not_show_a_voice() {
        assert_eq!(format!("{:?}", Embedding::new(vec![0.6, 0.8])), "[a voice in 2 values]");
    }
}
