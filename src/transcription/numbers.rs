//! Numbers as clinicians write them, beside the words as they were said.

use crate::{
    domain::{SpokenNumber, Utterance, Word},
    language::written::{Written, written},
};

/// Fills in `numbers` of each utterance from its words; their text stays as it was said.
pub fn write(utterances: &mut [Utterance]) {
    for said in utterances {
        said.numbers = of_words(&said.words);
    }
}

/// The numbers in `words` that are written otherwise than they are said.
pub fn of_words(words: &[Word]) -> Vec<SpokenNumber> {
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let text = texts.join(" ");
    let mut ends: Vec<usize> = Vec::with_capacity(words.len());
    for word in &texts {
        ends.push(ends.last().map_or(0, |end| end + 1) + word.len());
    }
    written(&text).into_iter().map(|found| timed(&text, &found, words, &ends)).collect()
}

/// The text of an utterance, each of its numbers followed by how it is written: "138 over 86 [138/86]".
pub fn marked(said: &Utterance) -> String {
    let (mut text, mut rest) = (String::new(), said.text.as_str());
    for number in &said.numbers {
        if let Some(at) = rest.find(number.spoken.as_str()) {
            let end = at + number.spoken.len();
            text.extend([&rest[..end], " [", &number.written, "]"]);
            rest = &rest[end..];
        }
    }
    text + rest
}

/// What [`marked`] made `text` of. A text whose brackets are not of its making stays as it is.
pub fn unmarked(text: &str) -> String {
    let (mut plain, mut marks, mut rest) = (String::new(), Vec::new(), text);
    while let Some((before, after)) = rest.split_once(" [") {
        let Some((mark, after)) = after.split_once(']') else { break };
        plain.push_str(before);
        marks.push((plain.len(), mark.to_owned()));
        rest = after;
    }
    plain.push_str(rest);
    let made: Vec<_> = written(&plain).into_iter().map(|found| (found.range.end, found.text)).collect();
    if made == marks { plain } else { text.to_owned() }
}

/// `ends` are where the words of `text` end.
fn timed(text: &str, found: &Written, words: &[Word], ends: &[usize]) -> SpokenNumber {
    let word_at = |byte: usize| &words[ends.partition_point(|end| *end <= byte)];
    SpokenNumber {
        spoken: text[found.range.clone()].into(),
        written: found.text.as_str().into(),
        start_ms: word_at(found.range.start).start_ms,
        end_ms: word_at(found.range.end - 1).end_ms,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_the_times_of_its_words() {
        let timed = "It's 138 over 86, and point five milligrams.".split(' ').enumerate();
        let words: Vec<Word> = timed
            .map(|(index, text)| (text, 100 * index as u64))
            .map(|(text, start_ms)| Word { text: text.into(), start_ms, end_ms: start_ms + 90, probability: 0.9 })
            .collect();
        let mut utterances = [Utterance { words, text: "as it was said".into(), ..Utterance::default() }];
        write(&mut utterances);
        let found: Vec<_> = utterances[0]
            .numbers
            .iter()
            .map(|number| (number.spoken.as_str(), number.written.as_str(), number.start_ms, number.end_ms))
            .collect();
        assert_eq!(found, [("138 over 86", "138/86", 100, 390), ("point five milligrams", "0.5 mg", 500, 790)]);
        assert_eq!(utterances[0].text.as_str(), "as it was said");
    }

    fn said(text: &str) -> Utterance {
        let words = text.split(' ').map(|text| Word { text: text.into(), start_ms: 0, end_ms: 9, probability: 0.9 });
        let mut utterances = [Utterance { words: words.collect(), text: text.into(), ..Utterance::default() }];
        write(&mut utterances);
        let [utterance] = utterances;
        utterance
    }

    #[test]
    fn a_marked_text_reads_back_as_it_was() {
        for (text, expected) in [
            ("It's 138 over 86, and rising.", "It's 138 over 86 [138/86], and rising."),
            ("twenty over two weeks, twenty!", "twenty [20] over two [2] weeks, twenty [20]!"),
            ("20 milligrams", "20 milligrams [20 mg]"),
            ("100 and 82 and a half pounds", "100 and 82 and a half [182.5] pounds"),
            ("between 100 and 82 pounds", "between 100 and 82 pounds"),
            ("no number", "no number"),
        ] {
            assert_eq!(marked(&said(text)), expected);
            assert_eq!(unmarked(expected), text);
        }
    }

    #[test]
    fn brackets_of_somebody_else_stay() {
        for text in ["twenty [laughs] of them", "twenty [21]", "a [b", "[20] twenty", "x [20]"] {
            assert_eq!(unmarked(text), text);
        }
    }

    #[test]
    fn no_words_have_no_numbers() {
        assert!(of_words(&[]).is_empty());
    }
}
