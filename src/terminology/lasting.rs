//! Illnesses that stay with whoever has them.

use std::sync::LazyLock;

use regex::Regex;

static LASTING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:chronic|diabet\w+|hypertension|high blood pressure|cholesterol|\w*lipid\w*|asthma|copd|emphysema|heart (?:failure|disease)|fibrillation|coronary|\w*arthritis|osteoporosis|kidney disease|\w*thyroid\w*|depression|anxiety|bipolar|migraines?|gout|gerd|reflux|psoriasis|eczema|epilepsy|parkinson\w*|dementia|bph|prostate|glaucoma|obesity|apnea|neuropathy|cirrhosis|crohn\w*|colitis|lupus|sclerosis|hiv|sickle)\b",
    )
    .expect("a pattern written here compiles")
});

/// Whether `text` names an illness that stays with whoever has it: a history of it is a problem of today.
pub fn is_lasting(text: &str) -> bool {
    LASTING.is_match(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_is_told_from_what_passes() {
        assert!(is_lasting("History of asthma") && is_lasting("Osteoarthritis") && is_lasting("underactive thyroid"));
        assert!(!is_lasting("Diverticulitis") && !is_lasting("Pneumonia") && !is_lasting("Gallstones"));
    }
}
