//! Where in a recording somebody speaks.

mod left_out;
mod muffled;
mod regions;
mod silero;
mod spectrum;
mod telephone;

use std::path::Path;

pub use left_out::left_out;
pub use regions::Region;
use silero::{Silero, State};
use telephone::Widener;

use super::memory::{Recall, cause};
use crate::domain::{ModelRef, Progress};

/// Samples that one probability stands for: 32 ms at 16 kHz.
pub const CHUNK_SAMPLES: usize = silero::CHUNK;

/// Samples turned into floats at a time: 16 s, 1 MB.
const BLOCK: usize = 512 * CHUNK_SAMPLES;

/// The speech detector, ready to listen.
pub struct SpeechDetector {
    network: Silero,
    model: ModelRef,
}

/// Why speech could not be looked for.
#[derive(Debug, thiserror::Error)]
pub enum VadError {
    /// The weights are not Silero's.
    #[error("cannot load the speech detector {name}: {reason}")]
    Load {
        /// The model.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The computation failed.
    #[error("the speech detector failed: {0}")]
    Failed(String),
}

/// What the detector heard in one channel.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SpeechActivity {
    /// The probability of speech in each [`CHUNK_SAMPLES`].
    pub probabilities: Vec<f32>,
    /// Samples heard.
    pub samples: usize,
}

impl SpeechDetector {
    /// Loads `silero_vad_16k.safetensors`; `model` is what the transcript will say about it.
    pub fn load(path: &Path, model: ModelRef) -> Result<Self, VadError> {
        let load = |error: candle_core::Error| VadError::Load { name: model.name.clone(), reason: error.to_string() };
        Ok(Self { network: Silero::load(path).map_err(load)?, model })
    }

    /// Its name and the hash of its weights.
    pub fn model_ref(&self) -> &ModelRef {
        &self.model
    }

    /// Listens to one channel at 16 kHz, from beginning to end. Talk behind a wall, of which no word can be made out, is no
    /// speech. A telephone is listened to twice, the second time with what it cuts off put back ([`telephone`]).
    pub fn listen(
        &self,
        samples: &[i16],
        memory: &Recall<Heard>,
        progress: Progress,
    ) -> Result<SpeechActivity, VadError> {
        let mut activity = SpeechActivity { probabilities: Vec::new(), samples: samples.len() };
        let mut ear = Ear::new(telephone::is_telephone(samples));
        // Each block follows on all before it.
        let mut past = cause(ear.widened.is_some());
        for (index, block) in samples.chunks(BLOCK).enumerate() {
            past = cause((past, block));
            let heard = memory.find_or(past, || self.hear(block, ear))?;
            activity.probabilities.extend(heard.probabilities);
            ear = heard.ear;
            progress((index * BLOCK + block.len()) as f32 / samples.len() as f32);
        }
        muffled::remove(samples, &mut activity);
        Ok(activity)
    }

    fn hear(&self, block: &[i16], mut ear: Ear) -> Result<Heard, VadError> {
        let mut floats: Vec<f32> = block.iter().map(|&sample| f32::from(sample) / 32_768.0).collect();
        floats.resize(block.len().next_multiple_of(CHUNK_SAMPLES), 0.0);
        let mut probabilities = self.probabilities(&floats, &mut ear.plain)?;
        if let Some((widener, state)) = &mut ear.widened {
            widener.widen(&mut floats);
            let widened = self.probabilities(&floats, state)?;
            probabilities.iter_mut().zip(widened).for_each(|(heard, widened)| *heard = heard.max(widened));
        }
        Ok(Heard { probabilities, ear })
    }

    fn probabilities(&self, floats: &[f32], state: &mut State) -> Result<Vec<f32>, VadError> {
        self.network.probabilities(floats, state).map_err(|error| VadError::Failed(error.to_string()))
    }
}

/// What the detector remembers between blocks; of a telephone, of both times that it is listened to.
#[derive(Clone)]
struct Ear {
    plain: State,
    widened: Option<(Widener, State)>,
}

impl Ear {
    fn new(is_telephone: bool) -> Self {
        let widened = is_telephone.then(|| (Widener::new(), State::default()));
        Self { plain: State::default(), widened }
    }
}

/// The probabilities of one block, and what is remembered after it.
#[derive(Clone)]
pub struct Heard {
    probabilities: Vec<f32>,
    ear: Ear,
}

impl SpeechActivity {
    /// The stretches of speech, in samples, in order and apart, padded for quiet first and last sounds.
    pub fn regions(&self) -> Vec<Region> {
        regions::regions(&self.probabilities, self.samples)
    }

    /// The highest probability of speech anywhere in `region`.
    pub fn peak(&self, region: &Region) -> f32 {
        self.chunks(region).iter().copied().fold(0.0, f32::max)
    }

    /// The probabilities of the chunks that `region` touches.
    pub fn chunks(&self, region: &Region) -> &[f32] {
        let end = region.end.div_ceil(CHUNK_SAMPLES).min(self.probabilities.len());
        &self.probabilities[(region.start / CHUNK_SAMPLES).min(end)..end]
    }
}
