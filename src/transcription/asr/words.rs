//! From tokens to words with times.

use crate::{
    audio::SAMPLE_RATE_HZ,
    domain::Word,
    transcription::vad::{CHUNK_SAMPLES, SpeechActivity},
};

use super::windows::Window;

/// Below this a chunk is not speech, and no word begins or ends in it.
const SILENT: f32 = 0.3;
/// Without this much speech under or beside it a word must be well recognised …
const HEARD: f32 = 0.5;
/// … at least so well.
const SURE: f32 = 0.6;

/// One text token as the decoder wrote it.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Bytes of its text; a character may be spread over two tokens.
    pub text: Vec<u8>,
    /// The decoder's probability.
    pub probability: f32,
    /// Where its sound ends, in samples from the start of the window, if the alignment says so.
    pub end: Option<usize>,
}

/// Tokens put together to a word, in samples of the window.
#[derive(Debug, Default)]
struct Draft {
    text: Vec<u8>,
    /// Sum of the logarithms, and number, of the probabilities of tokens with letters or digits.
    log_probability: f32,
    spoken_tokens: u32,
    start: usize,
    /// Of the last token with letters or digits: the sound of a full stop is the pause after it.
    end: usize,
}

/// The words of one window, with times in the recording.
pub fn words(tokens: &[Token], window: &Window, activity: &SpeechActivity) -> Vec<Word> {
    let mut drafts: Vec<Draft> = Vec::new();
    let mut time = 0;
    for token in tokens {
        let (start, end) = (time, token.end.unwrap_or(time).max(time));
        time = end;
        let opens = token.text.first() == Some(&b' ') || drafts.is_empty();
        if opens {
            drafts.push(Draft { start, end, ..Draft::default() });
        }
        if let Some(draft) = drafts.last_mut() {
            draft.add(token, end);
        }
    }
    let spoken = drafts.into_iter().filter(|draft| draft.spoken_tokens > 0);
    let placed = spoken.map(|draft| draft.place(window, activity));
    in_order(placed.filter(|(word, heard)| *heard >= HEARD || word.probability >= SURE).map(|(word, _)| word))
}

impl Draft {
    fn add(&mut self, token: &Token, end: usize) {
        self.text.extend_from_slice(&token.text);
        if token.text.iter().any(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii()) {
            self.log_probability += token.probability.max(1e-6).ln();
            self.spoken_tokens += 1;
            self.end = end;
        }
    }

    /// The word in the recording, and the highest probability of speech under or beside it.
    fn place(self, window: &Window, activity: &SpeechActivity) -> (Word, f32) {
        let mut region = window.in_recording(self.start, self.end);
        let beside = region.start.saturating_sub(3 * CHUNK_SAMPLES)..region.end + 3 * CHUNK_SAMPLES;
        let chunk_of = |sample: usize| sample / CHUNK_SAMPLES;
        let silent = |chunk: usize| activity.probabilities.get(chunk).is_none_or(|&p| p < SILENT);
        while chunk_of(region.start) < chunk_of(region.end) && silent(chunk_of(region.start)) {
            region.start = (chunk_of(region.start) + 1) * CHUNK_SAMPLES;
        }
        while chunk_of(region.end) > chunk_of(region.start) && silent(chunk_of(region.end)) {
            region.end = chunk_of(region.end) * CHUNK_SAMPLES - 1;
        }
        let word = Word {
            text: String::from_utf8_lossy(&self.text).trim().to_owned().into(),
            start_ms: milliseconds(region.start),
            end_ms: milliseconds(region.end),
            probability: (self.log_probability / self.spoken_tokens as f32).exp(),
        };
        (word, activity.peak(&beside))
    }
}

/// Words that do not overlap: each ends no later than the next begins.
fn in_order(words: impl Iterator<Item = Word>) -> Vec<Word> {
    let mut ordered: Vec<Word> = Vec::new();
    for mut word in words {
        if let Some(last) = ordered.last_mut() {
            word.start_ms = word.start_ms.max(last.start_ms);
            last.end_ms = last.end_ms.min(word.start_ms).max(last.start_ms);
        }
        word.end_ms = word.end_ms.max(word.start_ms);
        ordered.push(word);
    }
    ordered
}

fn milliseconds(samples: usize) -> u64 {
    samples as u64 * 1000 / u64::from(SAMPLE_RATE_HZ)
}
