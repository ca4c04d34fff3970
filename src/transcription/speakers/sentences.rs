//! Words to sentences, and sentences of one speaker to utterances.

use crate::domain::{Role, Utterance, Word};

/// A pause of so many milliseconds ends a sentence whatever its punctuation.
pub const PAUSE_MS: u64 = 700;
/// Sentences of one speaker this far apart are two utterances.
const SILENCE_MS: u64 = 1500;
/// The longest utterance, in words, that another sentence is still added to: evidence should point at a place.
const LONG_UTTERANCE: usize = 60;
/// Words whose full stop ends no sentence.
const ABBREVIATIONS: [&str; 6] = ["mr.", "mrs.", "ms.", "dr.", "vs.", "st."];

/// Words that one person says without a break.
#[derive(Debug, Clone, PartialEq)]
pub struct Sentence {
    /// Whose they are: the number of a channel or of a voice.
    pub speaker: usize,
    /// At least one.
    pub words: Vec<Word>,
    /// The words with spaces between.
    pub text: String,
}

impl Sentence {
    fn new(speaker: usize, words: Vec<Word>) -> Self {
        let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
        Self { speaker, words, text }
    }

    /// Milliseconds from the start of the recording.
    pub fn start_ms(&self) -> u64 {
        self.words.first().map_or(0, |word| word.start_ms)
    }

    /// Milliseconds from the start of the recording.
    pub fn end_ms(&self) -> u64 {
        self.words.last().map_or(0, |word| word.end_ms)
    }
}

/// The sentences of one speaker.
pub fn split(speaker: usize, words: Vec<Word>) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    let mut open: Vec<Word> = Vec::new();
    for word in words {
        let ended = open.last().is_some_and(|last| ends_sentence(last) || word.start_ms >= last.end_ms + PAUSE_MS);
        if ended {
            sentences.push(Sentence::new(speaker, std::mem::take(&mut open)));
        }
        open.push(word);
    }
    if !open.is_empty() {
        sentences.push(Sentence::new(speaker, open));
    }
    sentences
}

/// The sentences of a text without times.
pub fn of_text(text: &str) -> Vec<String> {
    let mut sentences = vec![String::new()];
    for word in text.split_whitespace() {
        let open = sentences.last_mut().expect("there is always one");
        // Some corpora write a space before their punctuation.
        let is_punctuation = matches!(word, "." | "," | "?" | "!");
        if !open.is_empty() && !is_punctuation {
            open.push(' ');
        }
        open.push_str(word);
        if ends(word) {
            sentences.push(String::new());
        }
    }
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

/// The sentences of several speakers in one channel, in order; `speakers` has whose each word is.
pub fn split_by_speaker(words: Vec<Word>, speakers: &[usize]) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    let mut words = words.into_iter();
    for turn in speakers.chunk_by(|a, b| a == b) {
        sentences.extend(split(turn[0], words.by_ref().take(turn.len()).collect()));
    }
    sentences
}

/// Whether `word` is the last of a sentence, by its punctuation.
pub fn ends_sentence(word: &Word) -> bool {
    ends(&word.text)
}

fn ends(word: &str) -> bool {
    word.ends_with(['.', '?', '!']) && !ABBREVIATIONS.contains(&word.to_lowercase().as_str())
}

/// Puts sentences of the same speaker and role together; both are given for each sentence.
pub fn join(sentences: Vec<Sentence>, speakers: &[(String, Role)]) -> Vec<Utterance> {
    let mut utterances: Vec<Utterance> = Vec::new();
    for (sentence, (speaker, role)) in sentences.into_iter().zip(speakers) {
        let (start_ms, end_ms) = (sentence.start_ms(), sentence.end_ms());
        let continues = utterances.last().is_some_and(|last| {
            last.speaker == *speaker
                && last.words.len() + sentence.words.len() <= LONG_UTTERANCE
                && start_ms <= last.end_ms.unwrap_or(0) + SILENCE_MS
        });
        match utterances.last_mut().filter(|_| continues) {
            Some(last) => {
                last.text = format!("{} {}", last.text.as_str(), sentence.text).into();
                last.end_ms = Some(end_ms);
                last.words.extend(sentence.words);
            }
            None => utterances.push(Utterance {
                id: format!("u{}", utterances.len() + 1),
                speaker: speaker.clone(),
                role: *role,
                start_ms: Some(start_ms),
                end_ms: Some(end_ms),
                text: sentence.text.into(),
                words: sentence.words,
                repairs: Vec::new(),
                numbers: Vec::new(),
            }),
        }
    }
    utterances
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Words a quarter of a second each, from `start_ms`.
    pub fn words(text: &str, start_ms: u64) -> Vec<Word> {
        let timed = text.split(' ').enumerate().map(|(index, text)| (text, start_ms + 250 * index as u64));
        timed
            .map(|(text, start_ms)| Word { text: text.into(), start_ms, end_ms: start_ms + 240, probability: 0.9 })
            .collect()
    }

    pub fn spoken(text: &str, speaker: usize) -> Sentence {
        Sentence::new(speaker, words(text, 0))
    }

    fn texts(sentences: &[Sentence]) -> Vec<&str> {
        sentences.iter().map(|sentence| sentence.text.as_str()).collect()
    }

    #[test]
    fn sentences_end_at_their_punctuation_but_not_after_titles_or_in_numbers() {
        let found = split(0, words("Good morning, Mr. Alvarez. Your A1c is 7.8 percent. Okay?", 0));
        assert_eq!(texts(&found), ["Good morning, Mr. Alvarez.", "Your A1c is 7.8 percent.", "Okay?"]);
    }

    #[test]
    fn a_pause_ends_a_sentence() {
        let found = split(0, [words("well I think", 0), words("so do I", 5000)].concat());
        assert_eq!(texts(&found), ["well I think", "so do I"]);
        assert_eq!((found[1].start_ms(), found[1].end_ms()), (5000, 5740));
    }

    #[test]
    fn a_text_has_the_same_sentences() {
        let found = of_text("Good morning, Mr. Alvarez . Your A1c is 7.8 percent. Okay ?");
        assert_eq!(found, ["Good morning, Mr. Alvarez.", "Your A1c is 7.8 percent.", "Okay?"]);
        assert_eq!(of_text(" "), Vec::<String>::new());
    }

    #[test]
    fn a_turn_ends_a_sentence() {
        let found = split_by_speaker(words("and then you yes I do.", 0), &[0, 0, 0, 1, 1, 1]);
        assert_eq!(texts(&found), ["and then you", "yes I do."]);
        assert_eq!((found[0].speaker, found[1].speaker), (0, 1));
    }

    #[test]
    fn sentences_of_one_speaker_become_one_utterance() {
        let speaker = |name: &str, role| (name.to_owned(), role);
        let said = split(0, words("It hurts. Here and there. Since when? Monday.", 0));
        let (doctor, patient) = (speaker("S1", Role::Clinician), speaker("S2", Role::Patient));
        let found = join(said, &[patient.clone(), patient.clone(), doctor, patient]);
        let shown: Vec<_> = found.iter().map(|u| (u.id.as_str(), u.speaker.as_str(), u.text.as_str())).collect();
        assert_eq!(
            shown,
            [("u1", "S2", "It hurts. Here and there."), ("u2", "S1", "Since when?"), ("u3", "S2", "Monday.")]
        );
        assert_eq!((found[0].start_ms, found[0].end_ms), (Some(0), Some(1240)));
    }

    #[test]
    fn one_speaker_after_a_silence_begins_a_new_utterance() {
        let said = split(0, [words("It hurts.", 0), words("Still.", 4000)].concat());
        assert_eq!(join(said, &[("S1".to_owned(), Role::Unknown), ("S1".to_owned(), Role::Unknown)]).len(), 2);
    }
}
