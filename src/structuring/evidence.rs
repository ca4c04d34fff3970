//! From a place in an utterance to evidence: the words relied on, and when they were said.

use std::ops::Range;

use crate::domain::{Evidence, Utterance};

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

/// The start of the first and the end of the last word inside `range`, found by walking the words through the text.
fn word_times(utterance: &Utterance, range: &Range<usize>) -> Option<(Option<u64>, Option<u64>)> {
    let text = utterance.text.as_str();
    let mut from = 0;
    let mut times: Option<(u64, u64)> = None;
    for word in &utterance.words {
        let Some(offset) = text[from..].find(word.text.as_str()) else { continue };
        let (start, end) = (from + offset, from + offset + word.text.len());
        from = end;
        if start < range.end && end > range.start {
            let first = times.map_or(word.start_ms, |(first, _)| first);
            times = Some((first, word.end_ms));
        }
    }
    times.map(|(start, end)| (Some(start), Some(end)))
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
