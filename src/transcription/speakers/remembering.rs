//! An encoder that knows again what it heard before.

use std::ops::Range;

use super::{
    voices::{Embedding, Thresholds, VoiceEncoder, VoiceError},
    windows::MILLISECOND,
};
use crate::{
    domain::ModelRef,
    transcription::memory::{Recall, cause},
};

/// How far around a window encoders look: their frames of 25 ms lie around their middles.
const AROUND: usize = 25 * MILLISECOND;

/// `encoder`, asked only for windows that `memory` does not have.
pub struct Remembering<'a> {
    pub encoder: &'a dyn VoiceEncoder,
    pub memory: &'a Recall<Embedding>,
}

impl VoiceEncoder for Remembering<'_> {
    fn model_ref(&self) -> &ModelRef {
        self.encoder.model_ref()
    }

    fn thresholds(&self) -> Thresholds {
        self.encoder.thresholds()
    }

    fn embed(&self, samples: &[i16], windows: &[Range<usize>]) -> Result<Vec<Embedding>, VoiceError> {
        let causes: Vec<u64> = windows.iter().map(|window| cause_of(samples, window)).collect();
        let known: Vec<Option<Embedding>> = causes.iter().map(|cause| self.memory.find(*cause)).collect();
        let is_new = |(window, known): (&Range<usize>, &Option<Embedding>)| known.is_none().then(|| window.clone());
        let new: Vec<Range<usize>> = windows.iter().zip(&known).filter_map(is_new).collect();
        let mut heard = self.encoder.embed(samples, &new)?.into_iter();
        let all = known.into_iter().zip(causes).map(|(known, cause)| {
            known.unwrap_or_else(|| {
                let voice = heard.next().expect("every window has a voice");
                self.memory.keep(cause, voice.clone());
                voice
            })
        });
        Ok(all.collect())
    }
}

fn cause_of(samples: &[i16], window: &Range<usize>) -> u64 {
    let from = window.start.saturating_sub(AROUND);
    let sound = &samples[from..(window.end + AROUND).min(samples.len())];
    cause((sound, window.start - from, window.len()))
}
