//! How probable it is that a name was said at a place.
//!
//! Logistic regression over [`Candidate::features`]. The weights were fitted by `tools/repair/fit.py` on the train split of
//! `tools/repair/misheard.tsv`, which are sentences that were spoken by synthetic voices and heard by whisper-base, and on
//! the dialogues of PriMock57 and MTS-Dialog (train), in which names are spelt rightly. The thresholds were chosen on the
//! valid split, whose names are others, and on ACI-BENCH's and MTS-Dialog's valid parts; `docs/QUALITY.md` has the figures.

use super::candidates::{BRAND, Candidate, DOSE, FEATURES, ON_CHART, ORDINARY, SAID, TREATS};

/// From here on the text says the name: the lowest at which no wrong name was put into the valid split and no name into
/// the valid dialogues, and a little more.
pub const APPLIED: f32 = 0.65;
/// From here on the name is suggested.
pub const SUGGESTED: f32 = 0.3;

/// What each of [`Candidate::features`] weighs; what no fit could tell was set ("set").
const WEIGHTS: [f32; FEATURES] = [
    -17.05, // bias
    15.99,  // likeness
    1.77,   // margin
    1.28,   // weight of the name
    -0.21,  // words after the first
    1.19,   // strange letters
    -0.77,  // no strange word
    0.63,   // dose
    1.68,   // usual dose
    1.99,   // taking
    0.29,   // how
    2.50,   // on the chart, set
    1.50,   // said elsewhere, set
    1.00,   // treats, set
    3.00,   // unsure word, set
    -1.72,  // brand
    0.65,   // common
];

/// Whether the text may say the name. Words that people use are left alone, however likely a name is ("listen up" for
/// lisinopril), unless they are several and the chart or the rest of the visit has the medicine too. So is a brand for which nothing speaks but its sound: brands
/// are short, and made to sound like words ("coalesce", Colace).
pub fn is_applied(candidate: &Candidate, probability: f32) -> bool {
    let has = |feature: usize| candidate.features[feature] > 0.0;
    let is_known = has(ON_CHART) || has(SAID);
    let is_a_word = has(ORDINARY) && candidate.span.len() == 1;
    let only_sounds = has(BRAND) && !(DOSE..=TREATS).any(has);
    // Several words that somebody typed are likely to be meant: "use plain Claritin".
    let meant = candidate.typed && candidate.span.len() > 1 && !is_known && !candidate.usual_dose;
    probability >= APPLIED && !is_a_word && !meant && (is_known || !has(ORDINARY) && !only_sounds)
}

/// The probability that the candidate's name was said at its place.
pub fn probability(candidate: &Candidate) -> f32 {
    let sum: f32 = candidate.features.iter().zip(WEIGHTS).map(|(feature, weight)| feature * weight).sum();
    1.0 / (1.0 + (-sum).exp())
}
