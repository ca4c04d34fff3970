//! Doses that change by plan: a taper, a dose that is built up, "two and two for five days, then back to two". They have no
//! one dose, so the note says them as they were said.

use crate::{
    language::patterns::{pattern, patterns},
    structuring::text::sentences,
};

use super::verbs::NUMBER;

patterns! {
    /// How long one step lasts.
    LASTS = r"\bfor (?:the (?:first|next) )?(?:an?|one|two|three|four|five|six|seven|ten|fourteen|\d+)(?: more)? (?:days?|nights?|weeks?|months?)\b";
    /// Tablets a day, of which no frequency can be made where their number changes.
    A_DAY = r"\b(?:one|two|three|four|five|six|\d)(?: tablets?| pills?| capsules?)? (?:a|per|each) day\b";
    /// What the tablets are, and not how much is taken.
    OF_THE_TABLETS = r"\b(?:tablets|pills|capsules|they) (?:are|come (?:in|as))\b";
}

/// Where the next step begins.
static THEN: std::sync::LazyLock<regex::Regex> = std::sync::LazyLock::new(|| {
    pattern(&format!(
        r"\b(?:then|after that),? (?:(?:take|go|drop|come|cut|just|you|you'll|we|we'll|can|to|down|up|back|on|stay|at|it's|only|the) )*(?:{NUMBER}|half|back to|down to|none\b)"
    ))
});

/// The sentences of `text` that tell of a dose that changes by plan, from the first to the last of them.
pub(super) fn told(text: &str) -> Option<String> {
    let begins = LASTS.find(text).map(|first| first.start()).or_else(|| THEN.find(text).map(|first| first.start()))?;
    let thens: Vec<usize> = THEN.find_iter(text).map(|then| then.start()).filter(|then| *then > begins).collect();
    let last = *thens.last()?;
    let lasts = LASTS.is_match(&text[..last]);
    if !lasts && thens.len() < 2 {
        return None;
    }
    let within = |at: usize| sentences(text).into_iter().find(|range| range.contains(&at));
    let (mut first, last) = (within(begins)?, within(last)?);
    // "Forty twice a day. For five days."
    if text[first.start..].trim_start().to_lowercase().starts_with("for ") {
        first = sentences(text).into_iter().rfind(|range| range.end <= first.start).unwrap_or(first);
    }
    Some(text[first.start..last.end].trim().trim_start_matches([',', ' ']).to_owned())
}

/// Whether `steps` count tablets a day.
pub(super) fn count_tablets(steps: &str) -> bool {
    A_DAY.is_match(steps)
}

/// Whether `text` tells what strength the tablets have.
pub(super) fn tells_strength(text: &str) -> bool {
    OF_THE_TABLETS.is_match(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dose_that_changes_by_plan_is_told_from_a_course() {
        for planned in [
            "The tablets are five milligrams. Take six a day for two days, then four a day for two days, then stop.",
            "One capsule for three nights, then two for three nights, then three.",
            "Forty twice a day for five days. Then back to just the forty in the morning.",
            "Come down from one hundred to fifty for two weeks, then twenty five.",
        ] {
            assert!(told(planned).is_some(), "{planned}");
        }
        for plain in [
            "Twice a day for seven days.",
            "One tablet for ten days, then come back and see me in two weeks.",
            "Two puffs every four hours for a week, and then we'll repeat the breathing test.",
        ] {
            assert_eq!(told(plain), None, "{plain}");
        }
    }
}
