//! Medicines named in a text, also where the recogniser misspelt them.
//!
//! A misspelling counts only where there can hardly be a doubt: a long word that no drug has for its name, with the same
//! first letter and the same consonants as the names of exactly one drug, and hardly another letter different
//! ("lysinopryl"). Whatever is taken so is shown to the clinician (see [`misheard`]).

use std::{
    collections::HashMap,
    sync::{LazyLock, OnceLock},
};

use regex::Regex;

use crate::{
    domain::Evidence,
    structuring::{evidence, text, visit::Visit},
    terminology::{DrugMention, DrugTable},
};

/// A shorter word is too likely to be another one.
const SHORTEST: usize = 8;

/// Letters that may differ; as the consonants must sound alike, mostly vowels.
const MOST_DIFFERENT: usize = 2;

/// Ordinary words that lie this close to a name. Found by reading the words of ACI-BENCH, MTS-Dialog and PriMock57.
const ORDINARY: [&str; 4] = ["arthritic", "pancreas", "seasonal", "seasonally"];

/// The names of the table by their consonants, with the drug that each means.
static BY_CONSONANTS: LazyLock<HashMap<String, Vec<(&'static str, &'static str)>>> = LazyLock::new(|| {
    let mut index: HashMap<String, Vec<(&'static str, &'static str)>> = HashMap::new();
    for drug in DrugTable::bundled().drugs() {
        for surface in
            drug.surface_forms().filter(|surface| surface.len() >= SHORTEST && !surface.contains([' ', '-', '/']))
        {
            index.entry(consonants(&surface.to_lowercase())).or_default().push((surface, drug.name));
        }
    }
    index
});

/// The drugs named in `text`, in order, with those that are only misspelt. `surface` is the name as the table writes it.
pub fn mentions<'t>(table: &'t DrugTable, text: &str) -> Vec<DrugMention<'t>> {
    let mut found = table.mentions(text);
    let exact: Vec<_> = found.iter().map(|mention| mention.range.clone()).collect();
    for token in text::tokens(text).into_iter().filter(|token| token.lower.len() >= SHORTEST) {
        if exact.iter().any(|range| range.start < token.range.end && token.range.start < range.end) {
            continue;
        }
        let drug = misspelt(&token.lower).and_then(|(surface, name)| Some((surface, table.find(name)?)));
        found.extend(drug.map(|(surface, drug)| DrugMention { range: token.range.clone(), drug, surface }));
    }
    found.sort_by_key(|mention| mention.range.start);
    found
}

/// The misspelt names in `text`, each with the name taken for it.
pub fn misheard(text: &str) -> Vec<(String, &'static str)> {
    let table = DrugTable::bundled();
    let misspelt = |mention: &DrugMention| table.find(&text[mention.range.clone()]).is_none();
    let found = mentions(table, text).into_iter().filter(misspelt);
    found.map(|mention| (text[mention.range.clone()].to_owned(), mention.surface)).collect()
}

/// A misspelt name.
#[derive(Debug, Clone, PartialEq)]
pub struct Misheard {
    /// As the transcript has it.
    pub heard: String,
    /// What it is taken for.
    pub name: &'static str,
    /// Where it was said.
    pub evidence: Vec<Evidence>,
}

/// The misspelt names of the visit, each once.
pub fn in_visit(visit: &Visit) -> Vec<Misheard> {
    let mut found: Vec<Misheard> = Vec::new();
    for line in &visit.lines {
        for range in &line.sentences {
            let evidence = || evidence::evidence(line.utterance, range.clone());
            for (heard, name) in misheard(&line.text()[range.clone()]) {
                match found.iter_mut().find(|known| known.heard.eq_ignore_ascii_case(&heard)) {
                    Some(known) => evidence::merge(&mut known.evidence, [evidence()]),
                    None => found.push(Misheard { heard, name, evidence: vec![evidence()] }),
                }
            }
        }
    }
    found
}

/// `text` with the names of the table for the misspelt ones.
pub fn corrected(text: &str) -> String {
    let mut corrected = text.to_owned();
    for (heard, name) in misheard(text) {
        corrected = corrected.replace(&heard, name);
    }
    corrected
}

/// The only drug whose name `word` can be a misspelling of, as (name as the table writes it, drug).
fn misspelt(word: &str) -> Option<(&'static str, &'static str)> {
    static KNOWN: OnceLock<Regex> = OnceLock::new();
    let inflected = KNOWN.get_or_init(|| Regex::new(r"(?:ing|ed|ly|tion|ations?|ment|ness|'\w+)$").expect("a pattern"));
    if inflected.is_match(word) || ORDINARY.contains(&word) {
        return None;
    }
    let vowel = |word: &str| word.starts_with(['a', 'e', 'i', 'o', 'u']);
    let close = |name: &str| vowel(word) == vowel(name) && (1..=MOST_DIFFERENT).contains(&distance(word, name));
    let near: Vec<_> = BY_CONSONANTS
        .get(&consonants(word))?
        .iter()
        .filter(|(surface, _)| word.is_ascii() && surface.is_ascii() && close(&surface.to_lowercase()))
        .collect();
    let first = near.first()?;
    near.iter().all(|(_, drug)| *drug == first.1).then_some(**first)
}

/// How a word sounds without its vowels: letters that sound alike are one, doubled ones too.
fn consonants(word: &str) -> String {
    let mut kept = String::new();
    let letters: Vec<char> = word.replace("ph", "f").chars().collect();
    for (at, letter) in letters.iter().enumerate().filter(|(_, letter)| !"aeiouyh".contains(**letter)) {
        let soft = letters.get(at + 1).is_some_and(|next| "eiy".contains(*next));
        let character = match letter {
            'c' if soft => 's',
            'c' | 'q' => 'k',
            'z' => 's',
            other => *other,
        };
        if !kept.ends_with(character) {
            kept.push(character);
        }
    }
    kept
}

/// Letters to insert, delete or change (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (column, known) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *known);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_names_are_found_and_told() {
        for (text, heard, name) in [
            ("still taking the lysinipril", "lysinipril", "lisinopril"),
            ("keep the lysinopryl", "lysinopryl", "lisinopril"),
            ("and amlodapine, ten", "amlodapine", "amlodipine"),
            ("naproxon, five hundred", "naproxon", "naproxen"),
            ("six weeks on the Certraline", "Certraline", "sertraline"),
            ("let's try Trasadone", "Trasadone", "trazodone"),
        ] {
            assert_eq!(misheard(text), [(heard.to_owned(), name)]);
        }
        assert_eq!(corrected("Keep lysinopryl 20 mg."), "Keep lisinopril 20 mg.");
    }

    #[test]
    fn other_words_and_right_names_are_left_alone() {
        for text in [
            "I take lisinopril and metformin.",
            "a different problem",
            "increase it",
            "the pancreas",
            "prednisone or prednisolone",
            "infection",
        ] {
            assert!(misheard(text).is_empty(), "{text}: {:?}", misheard(text));
        }
    }
}
