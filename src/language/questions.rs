//! What asks, with and without its mark: recognisers leave it out.

/// Whether `sentence` is a question.
pub fn is_question(sentence: &str) -> bool {
    const OPENINGS: [&str; 58] = [
        "do you",
        "did you",
        "are you",
        "were you",
        "have you",
        "has it",
        "had you",
        "is it",
        "is there",
        "any ",
        "does it",
        "does that",
        "how ",
        "what ",
        "when ",
        "where ",
        "who ",
        "which ",
        "why ",
        "and any",
        "or any",
        "can you tell",
        "are there",
        "have there",
        "do they",
        "is your",
        "is the",
        "any other",
        "have your",
        "do your",
        "does your",
        "did it",
        "was it",
        "was there",
        "and how",
        "and what",
        "and do you",
        "and have you",
        "and are you",
        "and is",
        "is she",
        "is he",
        "are they",
        "was she",
        "was he",
        "has she",
        "has he",
        "have they",
        "does she",
        "does he",
        "did she",
        "did he",
        "did they",
        "does any",
        "do any",
        "anyone",
        "anybody",
        "anything else",
    ];
    // "I'm going to prescribe some meloxicam, okay?" asks nothing.
    const TAGS: [&str; 6] = [" okay?", " ok?", " all right?", " alright?", " sound good?", " sounds good?"];
    let sentence = sentence.trim().to_lowercase();
    let told = TAGS.iter().find_map(|tag| sentence.strip_suffix(tag)).filter(|told| told.ends_with(','));
    let sentence = told.unwrap_or(&sentence);
    let opening = sentence.trim_start_matches(|c: char| !c.is_alphabetic());
    let opening = ["okay", "all right", "alright", "right", "good", "so", "um", "uh", "well"]
        .iter()
        .find_map(|filler| opening.strip_prefix(filler))
        .map_or(opening, |rest| rest.trim_start_matches(|c: char| !c.is_alphabetic()));
    // "What I'd like you to do is skip it.", "When you stand up, hold on."
    let mut words = opening.split(|c: char| !c.is_alphabetic());
    let is_clause = words.next().is_some_and(|word| ["what", "when", "where", "which", "why"].contains(&word))
        && words.next().is_some_and(|word| ["i", "you", "we", "it", "he", "she", "they"].contains(&word));
    let opens = OPENINGS.iter().any(|start| opening.starts_with(start)) && opening.split(' ').count() < 25;
    sentence.ends_with('?') || opens && !is_clause
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_seen_with_and_without_their_mark() {
        assert!(is_question("And the metformin?"));
        assert!(is_question("okay any fever or chills"));
        assert!(!is_question("I have a headache."));
        assert!(!is_question("I'm going to prescribe some meloxicam, okay?"));
        assert!(!is_question("What I'd like you to do is skip it tonight.") && is_question("what brings you in"));
        assert!(is_question("Any fever, okay?") && is_question("You take it, right?"));
    }
}
