//! ROUGE of a note against a reference: how many of its words, pairs of words and runs of words the reference has too.
//!
//! C.-Y. Lin, "ROUGE: a Package for Automatic Evaluation of Summaries", 2004; counted as the Python package `rouge-score`
//! counts with `use_stemmer=True`, which published figures for notes are made with: words are letters and digits in lower
//! case, those of more than three are stemmed, and a sentence of ROUGE-Lsum is a line. `docs/QUALITY.md` says how that was
//! checked.

use std::collections::{BTreeSet, HashMap};

use super::porter;

/// Words up to this length are not stemmed.
const UNSTEMMED: usize = 3;

/// The three F-measures, each from 0 to 100.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Rouge {
    /// Of single words.
    pub rouge1: f64,
    /// Of pairs of words.
    pub rouge2: f64,
    /// Of the longest runs of words, with gaps, that a line has in common with the other text's lines.
    pub rouge_lsum: f64,
}

/// Compares `candidate` with `reference`.
pub fn rouge(reference: &str, candidate: &str) -> Rouge {
    let (said, written) = (words(reference), words(candidate));
    Rouge {
        rouge1: of_runs(&said, &written, 1),
        rouge2: of_runs(&said, &written, 2),
        rouge_lsum: of_lines(&lines(reference), &lines(candidate)),
    }
}

fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit()).filter(|word| !word.is_empty());
    words.map(|word| if word.len() > UNSTEMMED { porter::stem(word) } else { word.to_owned() }).collect()
}

fn lines(text: &str) -> Vec<Vec<String>> {
    text.split('\n').filter(|line| !line.is_empty()).map(words).collect()
}

/// F-measure in per cent, where `hits` are common to `reference` and `candidate` of them.
fn f_measure(hits: usize, reference: usize, candidate: usize) -> f64 {
    if hits == 0 {
        return 0.0;
    }
    let (precision, recall) = (hits as f64 / candidate as f64, hits as f64 / reference as f64);
    100.0 * 2.0 * precision * recall / (precision + recall)
}

/// ROUGE-N: runs of `length` words, each as often as both texts have it.
fn of_runs(reference: &[String], candidate: &[String], length: usize) -> f64 {
    let runs = |words: &[String]| (words.len() + 1).saturating_sub(length);
    let mut left = counted(candidate.windows(length));
    let hits = reference.windows(length).filter(|run| take(&mut left, run)).count();
    f_measure(hits, runs(reference), runs(candidate))
}

fn counted<'a, T: ?Sized + std::hash::Hash + Eq>(items: impl Iterator<Item = &'a T>) -> HashMap<&'a T, usize> {
    let mut counts = HashMap::new();
    items.for_each(|item| *counts.entry(item).or_default() += 1);
    counts
}

/// Takes one `item` away, if there is one left.
fn take<T: ?Sized + std::hash::Hash + Eq>(left: &mut HashMap<&T, usize>, item: &T) -> bool {
    match left.get_mut(item) {
        Some(count) if *count > 0 => {
            *count -= 1;
            true
        }
        _ => false,
    }
}

/// ROUGE-Lsum: of each line of the reference, the words that the longest common run with any line of the candidate has; no
/// word oftener than the candidate has it.
fn of_lines(reference: &[Vec<String>], candidate: &[Vec<String>]) -> f64 {
    let length = |lines: &[Vec<String>]| lines.iter().map(Vec::len).sum();
    let mut left = counted(candidate.iter().flatten());
    let mut hits = 0;
    for line in reference {
        let common: BTreeSet<usize> = candidate.iter().flat_map(|other| longest_common(line, other)).collect();
        hits += common.into_iter().filter(|at| take(&mut left, &line[*at])).count();
    }
    f_measure(hits, length(reference), length(candidate))
}

/// The places in `one` of a longest common subsequence with `other`. Of several, the one that `rouge-score` takes.
fn longest_common(one: &[String], other: &[String]) -> Vec<usize> {
    let lengths = common_lengths(one, other);
    let (mut i, mut j) = (one.len(), other.len());
    let mut places = Vec::new();
    while i > 0 && j > 0 {
        if one[i - 1] == other[j - 1] {
            places.push(i - 1);
            (i, j) = (i - 1, j - 1);
        } else if lengths[i][j - 1] > lengths[i - 1][j] {
            j -= 1;
        } else {
            i -= 1;
        }
    }
    places
}

/// How long the longest common subsequence of each two beginnings is.
fn common_lengths(one: &[String], other: &[String]) -> Vec<Vec<usize>> {
    let mut lengths = vec![vec![0; other.len() + 1]; one.len() + 1];
    for (i, word) in one.iter().enumerate() {
        for (j, facing) in other.iter().enumerate() {
            lengths[i + 1][j + 1] =
                if word == facing { lengths[i][j] + 1 } else { lengths[i][j + 1].max(lengths[i + 1][j]) };
        }
    }
    lengths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounded(reference: &str, candidate: &str) -> [f64; 3] {
        let Rouge { rouge1, rouge2, rouge_lsum } = rouge(reference, candidate);
        [rouge1, rouge2, rouge_lsum].map(|f| (f * 100.0).round() / 100.0)
    }

    #[test]
    fn words_and_pairs_are_counted_by_hand() {
        // 4 of 6 words of the candidate are in the reference's 5; pairs: "the cat", "cat sat" of 5 and of 4.
        let scores = rounded("The cat sat on mats", "the cat sat in a mat");
        assert_eq!(scores, [72.73, 44.44, 72.73]);
    }

    #[test]
    fn a_word_counts_no_oftener_than_both_have_it() {
        // One "pain" of three: precision 1/3, recall 1/1.
        assert_eq!(rounded("pain", "pain pain pain"), [50.0, 0.0, 50.0]);
    }

    #[test]
    fn only_longer_words_are_stemmed() {
        assert_eq!(words("Takes it DAILY; was dosed 2.5mg."), ["take", "it", "daili", "was", "dose", "2", "5mg"]);
    }

    #[test]
    fn a_line_is_compared_with_every_line() {
        // Lin's example: the reference w1..w5; against "w1 w2 w6 w7 w8" w1 w2, against "w1 w3 w8 w9 w5" w1 w3 w5. Four of
        // five words of the reference, and of ten of the candidate.
        assert_eq!(rounded("w1 w2 w3 w4 w5", "w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5")[2], 53.33);
        // Order matters within a line, and not between lines.
        assert_eq!(rounded("no fever\nsevere cough", "severe cough\nno fever")[2], 100.0);
        assert_eq!(rounded("fever no", "no fever")[2], 50.0);
    }

    #[test]
    fn nothing_is_like_nothing() {
        assert_eq!(rounded("", "anything"), [0.0; 3]);
        assert_eq!(rounded("anything", " \n"), [0.0; 3]);
    }
}
