//! What was said as pieces of text between spaces, with what is known of each.

use std::{collections::HashSet, ops::Range, sync::LazyLock};

use crate::domain::Utterance;

/// Words that people use in visits, counted by `tools/repair/count_words.py`.
static ORDINARY: LazyLock<HashSet<&'static str>> = LazyLock::new(|| include_str!("ordinary.txt").lines().collect());

/// The 60,000 commonest words of English without names of medicines, made by the same.
static ENGLISH: LazyLock<HashSet<&'static str>> = LazyLock::new(|| include_str!("english.txt").lines().collect());

/// Other words that sound like names. Found by reading what was put into ACI-BENCH, MTS-Dialog, PriMock57 and LibriSpeech,
/// but for units and what people are allergic to.
const LIKE_NAMES: [&str; 54] = [
    "estrogen",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mondays",
    "tuesdays",
    "wednesdays",
    "thursdays",
    "fridays",
    "saturdays",
    "sundays",
    "adhesive",
    "kilo",
    "kilos",
    "equivalent",
    "equivalents",
    "latex",
    "ragweed",
    "dexa",
    "plain",
    "approval",
    "arthritic",
    "ascending",
    "citizen",
    "coalesce",
    "cortisol",
    "cotton",
    "lactose",
    "metabolic",
    "pancreas",
    "papaverine",
    "preventer",
    "preventor",
    "reactive",
    "retinal",
    "seasonal",
    "seasonally",
    "sustain",
    "timeline",
    "vascular",
    "fraction",
    "fractions",
    "reaction",
    "reactions",
    "mother-in-law",
    "father-in-law",
    "brother-in-law",
    "sister-in-law",
    "daughter-in-law",
    "son-in-law",
];

/// Endings that make another word of an ordinary one, with what stands there without them.
const ENDINGS: [(&str, &str); 16] = [
    ("'s", ""),
    ("s'", "s"),
    ("n't", ""),
    ("'ll", ""),
    ("'ve", ""),
    ("'re", ""),
    ("'d", ""),
    ("s", ""),
    ("es", ""),
    ("ies", "y"),
    ("ed", ""),
    ("ed", "e"),
    ("ing", ""),
    ("ing", "e"),
    ("ly", ""),
    ("er", ""),
];

/// A piece of an utterance's text that stands between spaces.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// Bytes of the text, without the punctuation around it. Empty where there is nothing else.
    pub range: Range<usize>,
    /// That in lower case.
    pub lower: String,
    /// Whether a comma, full stop or the like follows.
    pub ends: bool,
    /// Whether that ends a sentence.
    pub ends_sentence: bool,
    /// The recogniser's probability, where there was one.
    pub probability: Option<f32>,
    /// Whether people use the word in visits, or it is a number.
    pub ordinary: bool,
    /// Whether it is a word at all: ordinary, or any other of English.
    pub is_word: bool,
}

impl Piece {
    /// Whether it is a word that nobody uses in a visit: a name, or something misheard.
    pub fn is_strange(&self) -> bool {
        !self.ordinary && !self.lower.is_empty()
    }
}

/// The pieces of `said`.
pub fn pieces(said: &Utterance) -> Vec<Piece> {
    let text = said.text.as_str();
    let spaced: Vec<&str> = text.split_whitespace().collect();
    let probabilities = (spaced.len() == said.words.len()).then_some(&said.words);
    let place = |(index, piece): (usize, &&str)| {
        let start = piece.as_ptr() as usize - text.as_ptr() as usize;
        let probability = probabilities.map(|words| words[index].probability);
        read(piece, start, probability)
    };
    let mut pieces: Vec<Piece> = spaced.iter().enumerate().map(place).collect();
    // Some corpora write a space before their punctuation.
    for at in 1..pieces.len() {
        if pieces[at].lower.is_empty() {
            let (ends, ends_sentence) = (pieces[at].ends, pieces[at].ends_sentence);
            pieces[at - 1].ends |= ends;
            pieces[at - 1].ends_sentence |= ends_sentence;
        }
    }
    pieces
}

fn read(piece: &str, start: usize, probability: Option<f32>) -> Piece {
    let core = piece.trim_matches(|c: char| !c.is_alphanumeric());
    let before = piece.find(core).unwrap_or(0);
    let after = &piece[before + core.len()..];
    let lower = core.to_lowercase().replace('\u{2019}', "'");
    let ordinary = is_ordinary(&lower);
    Piece {
        range: start + before..start + before + core.len(),
        ends: after.contains([',', '.', '?', '!', ';', ':']),
        ends_sentence: after.contains(['.', '?', '!']),
        ordinary,
        is_word: ordinary || is_form(&lower, &|word| ENGLISH.contains(word)),
        lower,
        probability,
    }
}

/// Whether `word`, in lower case, or the word it is a form of is one that people use in visits.
pub fn is_ordinary(word: &str) -> bool {
    if word.chars().all(|c| !c.is_alphabetic()) || word.starts_with(|c: char| c.is_ascii_digit()) {
        return true;
    }
    is_form(word, &|word| ORDINARY.contains(word) || LIKE_NAMES.contains(&word))
}

/// Whether `word` is `known`, or the word it is a form of is.
fn is_form(word: &str, known: &dyn Fn(&str) -> bool) -> bool {
    let form = |(ending, instead): &(&str, &str)| {
        let Some(stem) = word.strip_suffix(ending) else { return false };
        let doubled = stem.len() > 3 && stem.as_bytes()[stem.len() - 1] == stem.as_bytes()[stem.len() - 2];
        stem.len() > 2 && (known(&format!("{stem}{instead}")) || doubled && known(&stem[..stem.len() - 1]))
    };
    let parts = || word.contains('-') && word.split('-').all(|part| part.len() > 1 && is_form(part, known));
    known(word) || ENDINGS.iter().any(form) || parts()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_know_their_place_and_what_follows() {
        let said = Utterance { text: "Start (loss artin), 50 mg .".into(), ..Utterance::default() };
        let found = pieces(&said);
        let shown: Vec<_> = found.iter().map(|p| (&said.text[p.range.clone()], p.ends, p.is_strange())).collect();
        let expected = [
            ("Start", false, false),
            ("loss", false, false),
            ("artin", true, true),
            ("50", false, false),
            ("mg", true, false),
            ("", true, false),
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn forms_of_ordinary_words_are_ordinary() {
        for word in ["feeling", "stopped", "doctor's", "don't", "weeks", "follow-up", "10mg"] {
            assert!(is_ordinary(word), "{word}");
        }
        for word in ["artin", "alipurinol", "lisinopril", "metform"] {
            assert!(!is_ordinary(word), "{word}");
        }
    }

    #[test]
    fn words_that_nobody_uses_in_visits_are_words_all_the_same() {
        let said = Utterance { text: "kindergarten casinos alipurinol headaches 50".into(), ..Utterance::default() };
        let found: Vec<_> = pieces(&said).iter().map(|piece| (piece.ordinary, piece.is_word)).collect();
        assert_eq!(found, [(false, true), (false, true), (false, false), (true, true), (true, true)]);
    }
}
