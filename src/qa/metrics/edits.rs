//! How far two sequences are apart: the edit distance (V. Levenshtein, 1966) that word and character error rates count.
//!
//! Of the alignments with the fewest errors, the one with the most substitutions is taken, so that the counts are the same
//! in every run and a wrong word faces the word that it was written for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Errors of a recognition against what was said, in words or in characters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Edits {
    /// Length of the reference.
    pub reference: usize,
    /// Said one thing, written another.
    pub substitutions: usize,
    /// Said and not written.
    pub deletions: usize,
    /// Written and not said.
    pub insertions: usize,
}

impl Edits {
    /// All errors.
    pub fn errors(&self) -> usize {
        self.substitutions + self.deletions + self.insertions
    }

    /// Errors per unit of the reference: 0 is perfect, and more than 1 is possible. `None` where nothing was said.
    ///
    /// In words this is the word error rate, in characters the character error rate, as NIST's `sclite` counts them.
    pub fn rate(&self) -> Option<f64> {
        (self.reference > 0).then(|| self.errors() as f64 / self.reference as f64)
    }

    /// Adds the counts of another recording, so that a rate over many is that of all their words.
    pub fn add(&mut self, other: &Self) {
        self.reference += other.reference;
        self.substitutions += other.substitutions;
        self.deletions += other.deletions;
        self.insertions += other.insertions;
    }
}

/// One step of an alignment, with indices into the reference and the hypothesis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Said and written.
    Match(usize, usize),
    /// Said one, written the other.
    Substitution(usize, usize),
    /// Said and not written.
    Deletion(usize),
    /// Written and not said.
    Insertion(usize),
}

/// An error in the upper half; in the lower half, what prefers one substitution's neighbourhood to another's.
const ERROR: u64 = 1 << 32;
const SUBSTITUTION: u64 = ERROR;
const GAP: u64 = ERROR + 1;

/// Errors between `reference` and `hypothesis`. Takes memory for one row, and time for their product.
pub fn edits<T: PartialEq>(reference: &[T], hypothesis: &[T]) -> Edits {
    let mut row: Vec<u64> = (0..=hypothesis.len() as u64).map(|column| column * GAP).collect();
    for said in reference {
        next_row(&mut row, said, hypothesis, |_, _| {});
    }
    let cost = row[hypothesis.len()];
    let (errors, gaps) = ((cost / ERROR) as usize, (cost % ERROR) as usize);
    // Deletions less insertions are what the reference is longer by.
    let deletions = (gaps + reference.len() - hypothesis.len().min(gaps + reference.len())) / 2;
    Edits { reference: reference.len(), substitutions: errors - gaps, deletions, insertions: gaps - deletions }
}

/// The way from `reference` to `hypothesis` with the fewest errors. Takes a byte for each pair of words: an hour of talk
/// takes 100 MB while it is aligned.
pub fn align<T: PartialEq>(reference: &[T], hypothesis: &[T]) -> Vec<Step> {
    let width = hypothesis.len() + 1;
    let mut row: Vec<u64> = (0..width as u64).map(|column| column * GAP).collect();
    let mut moves = vec![Move::Left; width * (reference.len() + 1)];
    for (index, said) in reference.iter().enumerate() {
        let start = (index + 1) * width;
        moves[start] = Move::Up;
        next_row(&mut row, said, hypothesis, |column, way| moves[start + column] = way);
    }
    walk_back(reference, hypothesis, &moves)
}

/// Which neighbour a cell was reached from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Move {
    Diagonal,
    Up,
    Left,
}

/// Turns the costs before `said` into those after it, telling how each cell but the first was reached.
fn next_row<T: PartialEq>(row: &mut [u64], said: &T, hypothesis: &[T], mut tell: impl FnMut(usize, Move)) {
    let mut diagonal = row[0];
    row[0] += GAP;
    for (index, written) in hypothesis.iter().enumerate() {
        let column = index + 1;
        let across = diagonal + if said == written { 0 } else { SUBSTITUTION };
        let (up, left) = (row[column] + GAP, row[index] + GAP);
        diagonal = row[column];
        let best = across.min(up).min(left);
        row[column] = best;
        let way = if best == across {
            Move::Diagonal
        } else if best == up {
            Move::Up
        } else {
            Move::Left
        };
        tell(column, way);
    }
}

fn walk_back<T: PartialEq>(reference: &[T], hypothesis: &[T], moves: &[Move]) -> Vec<Step> {
    let width = hypothesis.len() + 1;
    let (mut said, mut written) = (reference.len(), hypothesis.len());
    let mut steps = Vec::with_capacity(said.max(written));
    while said > 0 || written > 0 {
        match moves[said * width + written] {
            Move::Diagonal => {
                (said, written) = (said - 1, written - 1);
                let is_match = reference[said] == hypothesis[written];
                steps.push(if is_match { Step::Match(said, written) } else { Step::Substitution(said, written) });
            }
            Move::Up => {
                said -= 1;
                steps.push(Step::Deletion(said));
            }
            Move::Left => {
                written -= 1;
                steps.push(Step::Insertion(written));
            }
        }
    }
    steps.reverse();
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(reference: &str, hypothesis: &str) -> [usize; 3] {
        let split = |text: &'static str| text.split_whitespace().collect::<Vec<_>>();
        let (reference, hypothesis) = (split(reference.to_owned().leak()), split(hypothesis.to_owned().leak()));
        let edits = edits(&reference, &hypothesis);
        let steps = align(&reference, &hypothesis);
        let of = |wanted: fn(&Step) -> bool| steps.iter().filter(|step| wanted(step)).count();
        let aligned = [
            of(|step| matches!(step, Step::Substitution(..))),
            of(|step| matches!(step, Step::Deletion(_))),
            of(|step| matches!(step, Step::Insertion(_))),
        ];
        assert_eq!(aligned, [edits.substitutions, edits.deletions, edits.insertions], "{reference:?} {hypothesis:?}");
        aligned
    }

    #[test]
    fn errors_counted_by_hand() {
        assert_eq!(counts("take the pill daily", "take the pill daily"), [0, 0, 0]);
        assert_eq!(counts("take the pill daily", "take a pill"), [1, 1, 0]);
        assert_eq!(counts("take the pill", "please take the red pill"), [0, 0, 2]);
        assert_eq!(counts("a b c", ""), [0, 3, 0]);
        assert_eq!(counts("", "a b"), [0, 0, 2]);
        assert_eq!(counts("", ""), [0, 0, 0]);
        // Two substitutions, rather than a deletion and an insertion around a match of nothing.
        assert_eq!(counts("a b", "b c"), [2, 0, 0]);
        assert_eq!(counts("a b c d e f", "b c d e f g"), [0, 1, 1]);
    }

    #[test]
    fn rates_are_per_word_said() {
        let edits = Edits { reference: 4, substitutions: 1, deletions: 1, insertions: 3 };
        assert_eq!(edits.rate(), Some(1.25));
        assert_eq!(Edits::default().rate(), None);
    }

    /// Totals as jiwer 4 counts them, see `tools/check_metrics.py`.
    #[test]
    fn totals_are_those_of_jiwer() {
        for (reference, hypothesis, errors) in REFERENCE_VALUES {
            let split = |text: &'static str| text.split_whitespace().collect::<Vec<_>>();
            assert_eq!(edits(&split(reference), &split(hypothesis)).errors(), *errors, "{reference}");
            let [substitutions, deletions, insertions] = counts(reference, hypothesis);
            assert_eq!(substitutions + deletions + insertions, *errors);
        }
    }

    const REFERENCE_VALUES: &[(&str, &str, usize)] = &[
        ("we are following up on your blood pressure today", "we're following up on your blood pressure to day", 4),
        (
            "i want to add amlodipine five milligrams once a day",
            "i want to add i'm low to peen five milligrams once day",
            5,
        ),
        ("no no no it was the left knee", "no it was the the left knee", 3),
    ];
}
