//! Names to expect, as the text that seems to stand before the recording.

use whisper_rs::{WhisperContext, WhisperTokenId};

/// Tokens that names may take of the decoder's 224 for a prompt; the rest is for the words before a window.
const BUDGET: usize = 120;

/// The glossary's tokens: as many of `terms`, from the first, as the budget holds; each once.
///
/// Whisper spells what it hears as the text before it does. A list of medicines makes it prefer the names in it where the
/// sound fits (the same names under the heading "Glossary" did less), and does not put them where nothing is said.
pub fn prompt(context: &WhisperContext, terms: &[String]) -> Vec<WhisperTokenId> {
    let mut glossary = String::new();
    let mut tokens = Vec::new();
    for term in distinct(terms) {
        let longer = if glossary.is_empty() { format!(" Medications: {term}") } else { format!("{glossary}, {term}") };
        // No token is shorter than a byte, and whisper-rs 0.16 does not survive a text that needs more than it is told.
        match context.tokenize(&format!("{longer}."), longer.len() + 1) {
            Ok(longer_tokens) if longer_tokens.len() <= BUDGET => (glossary, tokens) = (longer, longer_tokens),
            _ => break,
        }
    }
    tokens
}

/// The terms without blanks and repetitions.
fn distinct(terms: &[String]) -> Vec<&str> {
    let mut seen = std::collections::HashSet::new();
    let trimmed = terms.iter().map(|term| term.trim());
    trimmed.filter(|term| !term.is_empty() && seen.insert(term.to_lowercase())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_repetitions_are_left_out() {
        let terms = ["Lisinopril", " ", "metformin ", "lisinopril"].map(str::to_owned);
        assert_eq!(distinct(&terms), ["Lisinopril", "metformin"]);
    }
}
