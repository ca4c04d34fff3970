//! Values that a sentence takes back itself.

use std::sync::LazyLock;

use regex::Regex;

use super::context;
use crate::{language::numbers::numbers, structuring::text::pattern};

/// `text` without the values that it takes back itself: "250, no, make that 500" says 500.
pub fn without_corrected(text: &str) -> String {
    let found = numbers(text);
    let taken_back = found.windows(2).filter(|pair| {
        let between = &text[pair[0].range.end..pair[1].range.start];
        pair[0].value != pair[1].value && context::takes_back(between) && !SENTENCE_END.is_match(between)
    });
    let mut kept = String::new();
    let mut rest = 0;
    for pair in taken_back {
        kept.push_str(&text[rest..pair[0].range.start]);
        rest = pair[1].range.start;
    }
    kept.push_str(&text[rest..]);
    kept
}

/// What the next sentence says is judged with that sentence.
static SENTENCE_END: LazyLock<Regex> = LazyLock::new(|| pattern(r"[.?!]\s"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_corrected_is_left_out() {
        for (said, meant) in [
            ("Naproxen 250, no, make that 500 milligrams twice a day.", "Naproxen 500 milligrams twice a day."),
            ("For three, no, wait, four weeks.", "For four weeks."),
            ("No cough. 2 weeks of fever, not 3.", "No cough. 2 weeks of fever, not 3."),
            ("Take 2 tablets, no more than 4 a day.", "Take 2 tablets, no more than 4 a day."),
        ] {
            assert_eq!(without_corrected(said), meant);
        }
    }
}
