//! Which language is spoken. Whisper that is told to write English does so whatever it hears: it translates, badly.

use std::collections::BTreeMap;

use whisper_rs::{WhisperContext, WhisperState, WhisperTokenId};

use super::AsrError;

/// How much of the speech is in which language, by Whisper's own numbers. Empty where the model knows English only.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Languages {
    /// Samples, each window's shared out by the probabilities of the languages.
    samples: BTreeMap<WhisperTokenId, f32>,
}

impl Languages {
    /// The languages of the window that `state` has just read, of so many samples: what the decoder expects after its
    /// first token. That costs one step of the decoder, since the window is encoded already.
    pub(super) fn of_window(
        context: &WhisperContext,
        state: &mut WhisperState,
        samples: usize,
    ) -> Result<Self, AsrError> {
        if !context.is_multilingual() {
            return Ok(Self::default());
        }
        state.decode(&[context.token_sot()], 0, 1).map_err(super::failed)?;
        let logits = state.get_logits().map_err(super::failed)?;
        let weights: BTreeMap<WhisperTokenId, f32> =
            (0..=whisper_rs::get_lang_max_id()).map(|id| (id, logits[context.token_lang(id) as usize].exp())).collect();
        let sum: f32 = weights.values().sum();
        Ok(Self { samples: weights.into_iter().map(|(id, weight)| (id, samples as f32 * weight / sum)).collect() })
    }

    /// Adds those of other speech.
    pub fn add(&mut self, other: &Self) {
        for (id, samples) in &other.samples {
            *self.samples.entry(*id).or_default() += samples;
        }
    }

    /// The language other than English in which most of the speech is, if there is one: "spanish".
    pub fn other(&self) -> Option<&'static str> {
        let all: f32 = self.samples.values().sum();
        let (id, samples) = self.samples.iter().max_by(|one, other| one.1.total_cmp(other.1))?;
        let english = whisper_rs::get_lang_id("en");
        (english != Some(*id) && 2.0 * samples > all).then(|| whisper_rs::get_lang_str_full(*id)).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn languages(parts: &[(&str, f32)]) -> Languages {
        let id = |name: &str| whisper_rs::get_lang_id(name).expect("a language");
        Languages { samples: parts.iter().map(|(name, samples)| (id(name), *samples)).collect() }
    }

    #[test]
    fn most_of_the_speech_decides() {
        assert_eq!(languages(&[("en", 30.0), ("es", 70.0)]).other(), Some("spanish"));
        assert_eq!(languages(&[("en", 60.0), ("es", 40.0)]).other(), None);
        assert_eq!(languages(&[("en", 40.0), ("cy", 45.0), ("nn", 15.0)]).other(), None, "an accent is no language");
        assert_eq!(Languages::default().other(), None);
        let mut both = languages(&[("en", 60.0), ("es", 40.0)]);
        both.add(&languages(&[("es", 100.0)]));
        assert_eq!(both.other(), Some("spanish"));
    }
}
