//! A place of a recording, heard again: how much better other readings of it fit the sound than what was written.
//!
//! Whisper writes one reading, which it finds likely word by word. Here its decoder is made to write each of the readings
//! that somebody thinks of, and the log-probabilities of their tokens are added up. Names that Whisper hardly knows are
//! improbable to it whatever is heard; with the names in its prompt those that were said are eight nats more probable on
//! average than those that were not (`docs/adr/0007-names-by-sound.md`).

use whisper_rs::{WhisperContext, WhisperTokenId};

use super::{AsrError, LazyState, decoder, failed};
use crate::transcription::memory::{Recall, cause};

/// A reading that has fallen so far behind, in nats, is not read to its end.
pub const HOPELESS: f32 = -25.0;

/// A place, as its sound and the words around it.
#[derive(Clone, Copy)]
pub struct Place<'p> {
    /// One channel at 16 kHz, from the first word of `before` to the last of `after`.
    pub sound: &'p [f32],
    /// The words before it.
    pub before: &'p str,
    /// The words after it, which tell readings apart by how well they go on.
    pub after: &'p str,
    /// Names that may be in it: Whisper spells what it hears as the text before it does, and hardly knows them else.
    pub names: &'p [&'p str],
}

/// A state of the recogniser with which places are heard.
pub struct Listener<'c> {
    context: &'c WhisperContext,
    state: LazyState<'c>,
    memory: &'c Recall<Vec<f32>>,
}

impl<'c> Listener<'c> {
    pub(super) fn new(context: &'c WhisperContext, memory: &'c Recall<Vec<f32>>) -> Self {
        Self { context, state: LazyState::new(context), memory }
    }

    /// How much more probable than `heard` each of `readings` is, in nats: below 0 it fits worse. [`HOPELESS`] stands for
    /// all that is worse than that.
    pub fn gains(&mut self, place: &Place, heard: &str, readings: &[String]) -> Result<Vec<f32>, AsrError> {
        let Place { sound, before, after, names } = *place;
        let sound: Vec<u32> = sound.iter().map(|sample| sample.to_bits()).collect();
        self.memory
            .find_or(cause((sound, before, after, names, heard, readings)), || self.compare(place, heard, readings))
    }

    fn compare(&mut self, place: &Place, heard: &str, readings: &[String]) -> Result<Vec<f32>, AsrError> {
        let glossary = self.tokens(&format!("Medications: {}.", place.names.join(", ")))?;
        let opening = decoder::opening(self.context);
        let before = [vec![self.context.token_prev()], glossary, opening, self.tokens(place.before)?].concat();
        let after = self.tokens(place.after)?;
        decoder::encode(self.state.get()?, place.sound)?;
        // All but the last are read at once, and the last with each reading anew: only of that the decoder tells what follows.
        let (last, first) = before.split_last().expect("every text has an opening");
        self.decode(first, 0)?;
        let start = (*last, first.len());
        let written = self.log_probability(start, &[self.tokens(heard)?, after.clone()].concat(), f32::MIN)?;
        let gain = |reading: &String| {
            let tokens = [self.tokens(reading)?, after.clone()].concat();
            Ok((self.log_probability(start, &tokens, written + HOPELESS)? - written).max(HOPELESS))
        };
        readings.iter().map(gain).collect()
    }

    /// The log-probability of `tokens` after the token `previous` at a position; any value below `least` if it is below.
    fn log_probability(
        &mut self,
        (mut previous, mut position): (WhisperTokenId, usize),
        tokens: &[WhisperTokenId],
        least: f32,
    ) -> Result<f32, AsrError> {
        let mut sum = 0.0;
        for token in tokens {
            self.decode(&[previous], position)?;
            sum += log_softmax(self.state.get()?.get_logits().map_err(failed)?, *token);
            if sum < least {
                break;
            }
            (previous, position) = (*token, position + 1);
        }
        Ok(sum)
    }

    fn decode(&mut self, tokens: &[WhisperTokenId], position: usize) -> Result<(), AsrError> {
        self.state.get()?.decode(tokens, position, 1).map_err(failed)
    }

    fn tokens(&self, words: &str) -> Result<Vec<WhisperTokenId>, AsrError> {
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let text = format!(" {words}");
        // No token is shorter than a byte, and whisper-rs 0.16 does not survive a text that needs more than it is told.
        self.context.tokenize(&text, text.len() + 1).map_err(failed)
    }
}

fn log_softmax(logits: &[f32], token: WhisperTokenId) -> f32 {
    let most = logits.iter().copied().fold(f32::MIN, f32::max);
    let sum: f32 = logits.iter().map(|logit| (logit - most).exp()).sum();
    logits[token as usize] - most - sum.ln()
}
