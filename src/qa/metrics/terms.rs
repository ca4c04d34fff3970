//! Which of the medical words that were said were written: an error rate over all words hides these.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
    sync::LazyLock,
};

use super::{Found, edits::Step, normal};

/// Medical words that are said in visits, one term a line; written for this project. Drugs are counted by themselves.
const LIST: &str = include_str!("medical_terms.txt");

/// Terms by their first word, as words are compared; the longest first.
static TERMS: LazyLock<HashMap<String, Vec<Vec<String>>>> = LazyLock::new(|| {
    let mut terms: HashMap<String, Vec<Vec<String>>> = HashMap::new();
    let lines = LIST.lines().filter(|line| !line.starts_with('#'));
    for term in lines.map(normal::words).filter(|words| !words.is_empty()) {
        terms.entry(term[0].clone()).or_default().push(term);
    }
    terms.values_mut().for_each(|terms| terms.sort_by_key(|term| std::cmp::Reverse(term.len())));
    terms
});

/// The medical terms in `words`, without overlaps.
pub fn mentions<W: AsRef<str>>(words: &[W]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let length = longest_at(&words[at..]).unwrap_or(0);
        if length > 0 {
            found.push(at..at + length);
        }
        at += length.max(1);
    }
    found
}

fn longest_at<W: AsRef<str>>(words: &[W]) -> Option<usize> {
    let is_here = |term: &&Vec<String>| {
        term.len() <= words.len() && term.iter().zip(words).all(|(one, other)| one == other.as_ref())
    };
    Some(TERMS.get(words[0].as_ref())?.iter().find(is_here)?.len())
}

/// Medical-term recall: terms of the reference whose every word was recognised, of all terms that were said. `steps` aligns
/// the reference's words with what was recognised.
pub fn recalled(terms: &[Range<usize>], steps: &[Step]) -> Found {
    let matched: HashSet<usize> =
        steps.iter().filter_map(|step| if let Step::Match(said, _) = step { Some(*said) } else { None }).collect();
    let mut found = Found::default();
    terms.iter().for_each(|term| found.count(term.clone().all(|word| matched.contains(&word))));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::qa::metrics::edits::align;

    fn recall(said: &str, heard: &str) -> Found {
        let (said, heard) = (normal::words(said), normal::words(heard));
        recalled(&mentions(&said), &align(&said, &heard))
    }

    #[test]
    fn a_term_is_recalled_whole_or_not() {
        let said = "Your blood pressure is high, and you've had chest pain and a headache at the market";
        assert_eq!(recall(said, said), Found { found: 3, of: 3 });
        let heard = "Your blood pleasure is high, and you've had chest pain and a head egg at the market";
        assert_eq!(recall(said, heard), Found { found: 1, of: 3 });
        assert_eq!(recall("How was the drive over?", "anything"), Found::default());
    }

    #[test]
    fn the_longest_term_is_taken() {
        let words = normal::words("shortness of breath");
        assert_eq!(mentions(&words), std::iter::once(0..3).collect::<Vec<_>>());
    }

    #[test]
    fn the_list_is_sorted_and_says_nothing_twice() {
        let lines: Vec<&str> = LIST.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(lines.len() > 400, "{}", lines.len());
        for pair in lines.windows(2) {
            assert!(pair[0] < pair[1], "{} stands before {}", pair[0], pair[1]);
        }
    }
}
