//! From a place in an utterance to evidence: the words relied on, and when they were said.

use std::ops::Range;

use crate::domain::{Evidence, Utterance, Word};

/// The longest quote, in characters; what a reader takes in at a glance.
const LONGEST_QUOTE: usize = 240;

/// The evidence of `range` of the text of `utterance`. Times are those of its words where the recogniser gave them,
/// and those of the utterance otherwise.
pub fn evidence(utterance: &Utterance, range: Range<usize>) -> Evidence {
    let text = utterance.text.as_str();
    let quote = text.get(range.clone()).unwrap_or(text).trim();
    let (start_ms, end_ms) = word_times(utterance, &range).unwrap_or((utterance.start_ms, utterance.end_ms));
    Evidence { utterance: utterance.id.clone(), start_ms, end_ms, quote: Some(shortened(quote).into()) }
}

/// The evidence of a whole utterance.
pub fn whole(utterance: &Utterance) -> Evidence {
    evidence(utterance, 0..utterance.text.len())
}

/// Adds what `more` has and `evidence` has not; two places in one utterance stay apart only if their quotes differ.
pub fn merge(evidence: &mut Vec<Evidence>, more: impl IntoIterator<Item = Evidence>) {
    for one in more {
        if !evidence.contains(&one) {
            evidence.push(one);
        }
    }
}

fn shortened(quote: &str) -> String {
    match quote.char_indices().nth(LONGEST_QUOTE) {
        None => quote.to_owned(),
        Some((end, _)) => {
            let cut = quote[..end].rfind(' ').unwrap_or(end);
            format!("{}…", &quote[..cut])
        }
    }
}

/// Where each word of `utterance` stands in its text, found by walking the words through it.
pub fn word_places(utterance: &Utterance) -> Vec<Option<Range<usize>>> {
    let text = utterance.text.as_str();
    let mut from = 0;
    let place = |word: &Word| {
        let start = from + text[from..].find(word.text.as_str())?;
        from = start + word.text.len();
        Some(start..from)
    };
    utterance.words.iter().map(place).collect()
}

/// The start of the first and the end of the last word inside `range`.
fn word_times(utterance: &Utterance, range: &Range<usize>) -> Option<(Option<u64>, Option<u64>)> {
    let places = word_places(utterance);
    let inside = |place: &Option<Range<usize>>| {
        place.as_ref().is_some_and(|place| place.start < range.end && place.end > range.start)
    };
    let mut words = utterance.words.iter().zip(&places).filter(|(_, place)| inside(place)).map(|(word, _)| word);
    let first = words.next()?;
    let last = words.next_back().unwrap_or(first);
    Some((Some(first.start_ms), Some(last.end_ms)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Word;

    #[test]
    fn a_quote_has_the_times_of_its_words() {
        let word = |text: &str, start_ms| Word { text: text.into(), start_ms, end_ms: start_ms + 90, probability: 1.0 };
        let utterance = Utterance {
            id: "u1".to_owned(),
            text: "No, eighty milligrams a day.".into(),
            words: ["No,", "eighty", "milligrams", "a", "day."]
                .into_iter()
                .zip([0, 100, 200, 300, 400])
                .map(|(text, at)| word(text, at))
                .collect(),
            ..Utterance::default()
        };
        let found = evidence(&utterance, 4..21);
        assert_eq!(found.quote.expect("a quote").as_str(), "eighty milligrams");
        assert_eq!((found.start_ms, found.end_ms), (Some(100), Some(290)));
    }
}
