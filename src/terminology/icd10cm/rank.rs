//! Orders codes as a coder would: BM25 finds those that share words with what was said, then each is compared, phrase by
//! phrase, by how much of what was said it has and how little else it adds. Those that mean nearly what was said, in whatever
//! words, come besides, and are lifted by how near they are.

use std::collections::{BTreeSet, HashMap, HashSet};

use tantivy::tokenizer::TextAnalyzer;

use super::index::{OpenIndex, analyzer};
use super::synonyms::Variant;
use super::{IcdCandidate, IcdCode, Nearness};

/// Codes taken from the index for each variant.
const RETRIEVED: usize = 250;
/// A candidate must have this much of what was said.
const LEAST_RECALL: f32 = 0.35;
/// A meaning counts from this cosine on; what is of another kind of illness is often as near.
const NEAR: f32 = 0.5;
/// From here on, what a phrase says in words that were not said is taken for what was said in words that it lacks.
const SAID_OTHERWISE: f32 = 0.6;
/// From here on a phrase says what was said, as it is.
const SAID_SO: f32 = 0.75;
/// What the nearest meaning adds to the fit of words of which none fits.
const WORTH_OF_MEANING: f32 = 0.5;
/// Words that carry no meaning of their own here.
const SILENT: &[&str] = &[
    "a", "an", "and", "as", "at", "by", "due", "for", "from", "her", "his", "i", "in", "is", "my", "nos", "of", "on",
    "or", "some", "the", "to", "with", "without", "patient",
];
/// Words that a title may add without saying more, stemmed.
const FREE: &[&str] =
    &["unspecifi", "complic", "site", "primari", "essenti", "mellitus", "encount", "initi", "specifi", "uncompl"];

/// The best candidates for any of `variants`, among them those that `nearness` names.
pub(super) fn search(index: &OpenIndex, variants: &[Variant], nearness: &Nearness, limit: usize) -> Vec<IcdCandidate> {
    let near = nearness.keys().filter_map(|code| index.get(code)).collect();
    let (rarity, codes) = (HashMap::new(), HashMap::new());
    let mut ranking = Ranking { index, analyzer: analyzer(), rarity, codes, nearness, near };
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

/// How a phrase of a code fits what was said.
#[derive(Clone, Copy)]
struct Fit {
    /// From 0 to 1.
    score: f32,
    /// The part of what the phrase says that was said, by rarity.
    borne_out: f32,
}

struct Ranking<'i> {
    index: &'i OpenIndex,
    analyzer: TextAnalyzer,
    /// Of each word met.
    rarity: HashMap<String, f32>,
    /// Categories met on the way up.
    codes: HashMap<String, Option<IcdCode>>,
    nearness: &'i Nearness,
    /// The codes that it names.
    near: Vec<IcdCode>,
}

impl Ranking<'_> {
    fn candidates(&mut self, variant: &Variant) -> Vec<IcdCandidate> {
        let said: Vec<String> = self.words(&variant.text).into_iter().collect();
        if said.is_empty() {
            return Vec::new();
        }
        let mut found = self.index.billable_with(&said, RETRIEVED);
        let by_words: HashSet<String> = found.iter().map(|code| code.code.clone()).collect();
        found.extend(self.near.iter().filter(|code| !by_words.contains(&code.code)).cloned());
        let said: BTreeSet<String> = said.into_iter().collect();
        found.into_iter().filter_map(|code| self.candidate(&code, &said, variant.weight)).collect()
    }

    fn candidate(&mut self, code: &IcdCode, said: &BTreeSet<String>, weight: f32) -> Option<IcdCandidate> {
        let title = self.words(&code.title);
        let mut best = (self.fit(said, &title, &title), code.title.clone());
        let mut consider = |worth: f32, fit: Fit, phrase: &str| {
            if worth * fit.score > best.0.score {
                best = (Fit { score: worth * fit.score, ..fit }, phrase.to_owned());
            }
        };
        for term in &code.inclusion_terms {
            let words = self.words(term);
            consider(0.97, self.fit(said, &words, &words), term);
        }
        for category in self.above(code) {
            let general = self.words(&category.title);
            for phrase in std::iter::once(&category.title).chain(&category.inclusion_terms) {
                let words = self.words(phrase);
                if words.is_disjoint(said) {
                    continue;
                }
                // What the category says holds for the code; its own title counts by what it says beyond the category's.
                let together: BTreeSet<String> = words.union(&title).cloned().collect();
                let adds: BTreeSet<String> = words.iter().chain(title.difference(&general)).cloned().collect();
                consider(0.9, self.fit(said, &together, &adds), phrase);
            }
        }
        let (fit, matched_term) = best;
        let near = self.nearness.get(&code.code).copied().unwrap_or_default();
        let meaning = ((near - NEAR) / (1.0 - NEAR)).clamp(0.0, 1.0);
        let together = 1.0 - (1.0 - weight * fit.score) * (1.0 - WORTH_OF_MEANING * meaning);
        let score = together * prior(code, said);
        let borne_out = fit.borne_out.max(self.borne_out_by_meaning(code, near, said));
        let (code, title) = (code.code.clone(), code.title.clone());
        let candidate = IcdCandidate { code, title, billable: true, score, borne_out, matched_term };
        (score > 0.0).then_some(candidate)
    }

    /// The part of what `code` says that was said in whatever words. A single word is near to every kind of what it names, and
    /// one number is as near as another: they bear out none.
    fn borne_out_by_meaning(&mut self, code: &IcdCode, near: f32, said: &BTreeSet<String>) -> f32 {
        let title = self.words(&code.title);
        let mut numbers = title.iter().filter(|word| word.bytes().all(|byte| byte.is_ascii_digit())).peekable();
        let of_another_number = numbers.peek().is_some() && !numbers.any(|number| said.contains(number));
        if near < SAID_OTHERWISE || said.len() < 2 || of_another_number {
            return 0.0;
        }
        let phrases = std::iter::once(&code.title).chain(&code.inclusion_terms);
        let otherwise = phrases.map(|phrase| {
            let phrase = self.words(phrase);
            let both = self.weight(phrase.intersection(said));
            let (unsaid, otherwise) = (self.weight(phrase.difference(said)), self.weight(said.difference(&phrase)));
            (both + unsaid.min(otherwise)) / (both + unsaid + f32::EPSILON)
        });
        otherwise.fold(if near < SAID_SO { 0.0 } else { near.min(1.0) }, f32::max)
    }

    /// The rarity of `words`, added up.
    fn weight<'w>(&mut self, words: impl Iterator<Item = &'w String>) -> f32 {
        words.map(|word| if FREE.contains(&word.as_str()) { 0.3 } else { self.rarity_of(word) }).sum()
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

    /// How much of `said` is in `phrase`, lowered by what `adds` says beyond it.
    fn fit(&mut self, said: &BTreeSet<String>, phrase: &BTreeSet<String>, adds: &BTreeSet<String>) -> Fit {
        let recall = self.share(said, phrase);
        let borne_out = self.share(adds, said);
        let score = if recall < LEAST_RECALL { 0.0 } else { recall * recall * (0.4 + 0.6 * borne_out) };
        Fit { score, borne_out }
    }

    /// The part of `words` that is in `others`, each word by its rarity.
    fn share(&mut self, words: &BTreeSet<String>, others: &BTreeSet<String>) -> f32 {
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

    /// The stemmed words that say something, in an order that is always the same: a sum of weights in another order is
    /// another score, by a hair. What a title denies ("without aura") is neither said nor added by it.
    fn words(&mut self, text: &str) -> BTreeSet<String> {
        let mut words = BTreeSet::new();
        for affirmed in affirmed(&text.to_lowercase()) {
            self.analyzer.token_stream(affirmed).process(&mut |token| {
                if !SILENT.contains(&token.text.as_str()) {
                    words.insert(token.text.clone());
                }
            });
        }
        words
    }
}

/// The pieces of a lower-case text that are not denied: a denial goes from "without" or "not" to the next comma or "with".
fn affirmed(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').flat_map(|clause| {
        let denied = [" without ", " not "].iter().filter_map(|word| Some((clause.find(word)?, word.len()))).min();
        let Some((at, length)) = denied else { return [clause, ""] };
        let rest = &clause[at + length..];
        [&clause[..at], rest.find(" with ").map_or("", |with| &rest[with..])]
    })
}

/// How likely a code is before anything was said of it: what is rarer in a clinic, or must be said to be meant, is less.
fn prior(code: &IcdCode, said: &BTreeSet<String>) -> f32 {
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
    // By the list's own convention a final 9 is "unspecified" or "without complications".
    let kind = if code.code.ends_with('9') {
        1.0
    } else if title.contains(", unspecified") {
        0.98
    } else if title.starts_with("other ") {
        0.9
    } else {
        0.96
    };
    let unsaid_side =
        ["left", "right", "bilateral"].iter().any(|side| title.contains(side) && !says(&[&side[..side.len().min(7)]]));
    let kind = if unsaid_side { kind * 0.97 } else { kind };
    chapter * encounter * kind
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str) -> String {
        affirmed(text).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn what_is_denied_is_left_out() {
        assert_eq!(kept("type 2 diabetes mellitus without complications"), "type 2 diabetes mellitus|");
        assert_eq!(kept("migraine, not intractable, with aura"), "migraine|||| with aura|");
        assert_eq!(kept("a without b or c with d"), "a| with d");
    }
}
