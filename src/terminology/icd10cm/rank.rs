//! Orders codes as a coder would: BM25 finds those that share words with what was said, then each is compared, phrase by
//! phrase, by how much of what was said it has and how little else it adds.

use std::collections::{HashMap, HashSet};

use tantivy::tokenizer::TextAnalyzer;

use super::index::{OpenIndex, analyzer};
use super::synonyms::Variant;
use super::{IcdCandidate, IcdCode};

/// Codes taken from the index for each variant.
const RETRIEVED: usize = 250;
/// A candidate must have this much of what was said.
const LEAST_RECALL: f32 = 0.35;
/// Words that carry no meaning of their own here.
const SILENT: &[&str] = &[
    "a", "an", "and", "as", "at", "by", "due", "for", "from", "her", "his", "i", "in", "is", "my", "nos", "of", "on",
    "or", "some", "the", "to", "with", "without", "patient",
];
/// Words that a title may add without saying more, stemmed.
const FREE: &[&str] =
    &["unspecifi", "complic", "site", "primari", "essenti", "mellitus", "encount", "initi", "specifi"];

/// The best candidates for any of `variants`.
pub(super) fn search(index: &OpenIndex, variants: &[Variant], limit: usize) -> Vec<IcdCandidate> {
    let mut ranking = Ranking { index, analyzer: analyzer(), rarity: HashMap::new(), codes: HashMap::new() };
    let mut best: HashMap<String, IcdCandidate> = HashMap::new();
    for variant in variants {
        for candidate in ranking.candidates(variant) {
            let known = best.get(&candidate.code);
            if known.is_none_or(|known| known.score < candidate.score) {
                best.insert(candidate.code.clone(), candidate);
            }
        }
    }
    let mut candidates: Vec<IcdCandidate> = best.into_values().collect();
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.code.cmp(&b.code)));
    candidates.truncate(limit);
    candidates
}

struct Ranking<'i> {
    index: &'i OpenIndex,
    analyzer: TextAnalyzer,
    /// Of each word met.
    rarity: HashMap<String, f32>,
    /// Categories met on the way up.
    codes: HashMap<String, Option<IcdCode>>,
}

impl Ranking<'_> {
    fn candidates(&mut self, variant: &Variant) -> Vec<IcdCandidate> {
        let said: Vec<String> = self.words(&variant.text).into_iter().collect();
        if said.is_empty() {
            return Vec::new();
        }
        let found = self.index.billable_with(&said, RETRIEVED);
        let said: HashSet<String> = said.into_iter().collect();
        found.into_iter().filter_map(|code| self.candidate(&code, &said, variant.weight)).collect()
    }

    fn candidate(&mut self, code: &IcdCode, said: &HashSet<String>, weight: f32) -> Option<IcdCandidate> {
        let title = self.words(&code.title);
        let mut best = (self.fit(said, &title, &title), code.title.clone());
        let mut consider = |score: f32, phrase: &str| {
            if score > best.0 {
                best = (score, phrase.to_owned());
            }
        };
        for term in &code.inclusion_terms {
            let words = self.words(term);
            consider(0.97 * self.fit(said, &words, &words), term);
        }
        for category in self.above(code) {
            for phrase in std::iter::once(&category.title).chain(&category.inclusion_terms) {
                let words = self.words(phrase);
                if words.is_disjoint(said) {
                    continue;
                }
                // What the category says holds for the code, whose own title says what it adds.
                let together: HashSet<String> = words.union(&title).cloned().collect();
                let added: HashSet<String> =
                    title.difference(&words).cloned().chain(words.intersection(said).cloned()).collect();
                consider(0.9 * self.fit(said, &together, &added), phrase);
            }
        }
        let (fit, matched_term) = best;
        let score = (weight * fit * prior(code, said)).min(1.0);
        let (code, title) = (code.code.clone(), code.title.clone());
        (fit > 0.0).then_some(IcdCandidate { code, title, billable: true, score, matched_term })
    }

    /// The categories above the code, nearest first.
    fn above(&mut self, code: &IcdCode) -> Vec<IcdCode> {
        let mut categories = Vec::new();
        let mut parent = code.parent.clone();
        while let Some(name) = parent {
            let index = self.index;
            let category = self.codes.entry(name).or_insert_with_key(|name| index.get(name)).clone();
            parent = category.as_ref().and_then(|category| category.parent.clone());
            categories.extend(category);
        }
        categories
    }

    /// From 0 to 1: how much of `said` is in `phrase`, lowered by what `adds` says beyond it.
    fn fit(&mut self, said: &HashSet<String>, phrase: &HashSet<String>, adds: &HashSet<String>) -> f32 {
        let recall = self.share(said, phrase);
        if recall < LEAST_RECALL {
            return 0.0;
        }
        recall * recall * (0.4 + 0.6 * self.share(adds, said))
    }

    /// The part of `words` that is in `others`, each word by its rarity.
    fn share(&mut self, words: &HashSet<String>, others: &HashSet<String>) -> f32 {
        let (mut shared, mut all) = (0.0, f32::EPSILON);
        for word in words {
            let present = others.contains(word);
            let weight = if !present && FREE.contains(&word.as_str()) { 0.3 } else { self.rarity_of(word) };
            all += weight;
            shared += if present { weight } else { 0.0 };
        }
        shared / all
    }

    fn rarity_of(&mut self, word: &str) -> f32 {
        let index = self.index;
        *self.rarity.entry(word.to_owned()).or_insert_with(|| index.rarity(word))
    }

    fn words(&mut self, text: &str) -> HashSet<String> {
        let mut words = HashSet::new();
        self.analyzer.token_stream(text).process(&mut |token| {
            if !SILENT.contains(&token.text.as_str()) {
                words.insert(token.text.clone());
            }
        });
        words
    }
}

/// How likely a code is before anything was said of it: what is rarer in a clinic, or must be said to be meant, is less.
fn prior(code: &IcdCode, said: &HashSet<String>) -> f32 {
    let says = |stems: &[&str]| said.iter().any(|word| stems.iter().any(|stem| word.starts_with(stem)));
    let chapter = match code.chapter {
        15 if !says(&["pregnan", "gestat", "obstet", "postpartum", "deliveri", "labor"]) => 0.6,
        16 if !says(&["newborn", "neonat", "perinat", "birth"]) => 0.6,
        17 if !says(&["congenit", "birth"]) => 0.85,
        19 => 0.92,
        20 => 0.5,
        21 if !says(&["histori", "screen", "encount", "status", "vaccin", "immun", "exposur", "presenc", "long"]) => {
            0.85
        }
        _ => 1.0,
    };
    let encounter = match (code.chapter, code.code.len(), code.code.as_bytes().last()) {
        (13 | 19 | 20, 8, Some(b'A' | b'B')) => 1.0,
        (13 | 19 | 20, 8, _) if !says(&["subsequ", "sequela", "follow"]) => 0.8,
        _ => 1.0,
    };
    let title = code.title.to_lowercase();
    let kind = if title.contains("unspecified") || title.contains("not elsewhere") {
        1.04
    } else if title.starts_with("other ") {
        0.93
    } else {
        1.0
    };
    chapter * encounter * kind
}
