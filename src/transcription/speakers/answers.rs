//! Somebody who only answers, in a word or two: too little at a time to be a group among the windows of a recording. Who
//! asks and who answers is told by the words then, and whether that is two people by the sound of their sentences.

use std::ops::Range;

use super::{
    roles,
    sentences::Sentence,
    voices::{Embedding, VoiceEncoder, VoiceError},
    windows::MILLISECOND,
};

/// A sentence is heard in pieces of this length at most, in milliseconds, …
const LONGEST_MS: u64 = 1600;
/// … and of this length at least, with the silence around it.
const SHORTEST_MS: u64 = 600;
/// Pieces that each of two people must be heard in.
const LEAST: usize = 3;
/// How far apart they must be, as a multiple of the scatter of the pieces around each. Of 25 recordings of one person (the
/// visits' people and LibriSpeech's readers) those furthest apart have 0.64, of two visits with short answers 1.1 and 1.4.
const APART: f32 = 0.85;

/// The voices of the two people who say `sentences`, if by words and by sound there are two.
pub fn two_voices(
    sentences: &[Sentence],
    samples: &[i16],
    encoder: &dyn VoiceEncoder,
) -> Result<Option<Vec<Embedding>>, VoiceError> {
    let pieces: Vec<(Range<usize>, usize)> = sentences
        .iter()
        .zip(roles::likeliest(sentences))
        .flat_map(|(sentence, role)| pieces(sentence, samples.len()).map(move |piece| (piece, role)))
        .collect();
    let windows: Vec<Range<usize>> = pieces.iter().map(|(window, _)| window.clone()).collect();
    let heard = encoder.embed(samples, &windows)?;
    let of_role =
        |role: usize| pieces.iter().zip(&heard).filter(move |((_, of), _)| *of == role).map(|(_, heard)| heard);
    if [0, 1].iter().any(|&role| of_role(role).count() < LEAST) {
        return Ok(None);
    }
    let voices: Vec<Embedding> = [0, 1].into_iter().filter_map(|role| Embedding::mean(of_role(role))).collect();
    let own: f32 = pieces.iter().zip(&heard).map(|((_, role), heard)| voices[*role].cosine(heard)).sum();
    let scatter = (1.0 - own / heard.len() as f32).max(1e-3);
    Ok(Some(voices).filter(|voices| (1.0 - voices[0].cosine(&voices[1])) / scatter >= APART))
}

/// The parts of `sentence` that are heard by themselves, in samples.
fn pieces(sentence: &Sentence, samples: usize) -> impl Iterator<Item = Range<usize>> {
    let (start, end) = (sentence.start_ms(), sentence.end_ms());
    let lack = SHORTEST_MS.saturating_sub(end - start) / 2;
    let (start, end) = (start.saturating_sub(lack), end + lack);
    let count = (end - start).div_ceil(LONGEST_MS).max(1);
    let place = move |at: u64| (start + (end - start) * at / count) as usize * MILLISECOND;
    (0..count).map(move |at| place(at)..place(at + 1)).filter(move |piece| piece.end <= samples)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::ModelRef,
        transcription::speakers::{sentences, sentences::tests::words, voices::Thresholds},
    };

    /// Hears the first voice at first and the second from a sample on.
    struct Encoder {
        model: ModelRef,
        changes: Vec<Range<usize>>,
    }

    impl VoiceEncoder for Encoder {
        fn model_ref(&self) -> &ModelRef {
            &self.model
        }

        fn thresholds(&self) -> Thresholds {
            Thresholds::GE2E
        }

        fn embed(&self, _: &[i16], windows: &[Range<usize>]) -> Result<Vec<Embedding>, VoiceError> {
            let is_second = |at: usize| self.changes.iter().any(|change| change.contains(&at));
            let heard = |(index, window): (usize, &Range<usize>)| {
                let noise = [0.3, -0.2, 0.1][index % 3];
                let second = is_second(usize::midpoint(window.start, window.end));
                Embedding::new(if second { vec![0.5, 1.0, noise] } else { vec![1.0, 0.5, noise] })
            };
            Ok(windows.iter().enumerate().map(heard).collect())
        }
    }

    const VISIT: &str = "How is the shoulder since we gave you the injection? Better. Can you lift the arm over your head? \
                         Almost. Does it wake you at night? No. Are you still taking the meloxicam? Yes. I want you to stop \
                         that, and I'd like to see you in six weeks. Okay.";

    fn people(second: impl Fn(&Sentence) -> bool) -> usize {
        let sentences = sentences::split(0, words(VISIT, 1000));
        let samples = vec![0; 20_000 * MILLISECOND];
        let of = |one: &Sentence| one.start_ms() as usize * MILLISECOND..one.end_ms() as usize * MILLISECOND;
        let changes = sentences.iter().filter(|one| second(one)).map(of).collect();
        let encoder =
            Encoder { model: ModelRef { task: String::new(), name: String::new(), sha256: String::new() }, changes };
        two_voices(&sentences, &samples, &encoder).expect("it hears").map_or(1, |voices| voices.len())
    }

    #[test]
    fn who_only_answers_is_somebody_else_if_they_sound_like_it() {
        assert_eq!(people(|sentence| sentence.words.len() == 1), 2);
        assert_eq!(people(|_| false), 1);
    }

    #[test]
    fn words_of_one_kind_are_one_person() {
        let sentences = sentences::split(0, words("The ship lay at anchor. Nothing moved on the water.", 0));
        let encoder = Encoder {
            model: ModelRef { task: String::new(), name: String::new(), sha256: String::new() },
            changes: Vec::new(),
        };
        assert!(two_voices(&sentences, &[0; 160_000], &encoder).expect("it hears").is_none());
    }
}
