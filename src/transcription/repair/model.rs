//! How probable it is that a name was said at a place.
//!
//! Logistic regression over [`Candidate::features`]. The weights were fitted by `tools/repair/fit.py` on the train split of
//! `tools/repair/misheard.tsv`, which are sentences that were spoken by synthetic voices and heard by whisper-base, and on
//! the dialogues of PriMock57 and MTS-Dialog (train), in which names are spelt rightly. The thresholds were chosen on the
//! valid split, whose names are others, and on ACI-BENCH's and MTS-Dialog's valid parts; `docs/QUALITY.md` has the figures.

use super::candidates::{BADLY_HEARD, BRAND, Candidate, DOSE, FEATURES, ON_CHART, ORDINARY, SAID, TREATS, UNSURE};

/// From here on the text says the name: the lowest at which no wrong name was put into the valid split and no name into
/// the valid dialogues, and a little more.
pub const APPLIED: f32 = 0.65;
/// The same where the place was heard again, chosen likewise on the recordings of the valid split: at 0.3 one wrong name.
pub const APPLIED_IF_HEARD: f32 = 0.5;
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

/// Whether the clinician is told of the name. For words of English its sound alone is too little: people start
/// kindergarten, and take a taxi. The recording must fit the name better, or something else speak for a medicine, or the
/// words be badly heard.
pub fn is_suggested(candidate: &Candidate, probability: f32) -> bool {
    let speaks = [DOSE, ON_CHART, SAID].iter().any(|&feature| candidate.features[feature] > 0.0);
    let badly_heard = candidate.features[UNSURE] > 1.0 - BADLY_HEARD && candidate.context.taking;
    probability >= SUGGESTED && (!candidate.is_english || speaks || badly_heard || fits(candidate))
}

/// Whether the recording fits the name better than what was written.
fn fits(candidate: &Candidate) -> bool {
    candidate.gain.is_some_and(|gain| gain > 0.0)
}

/// Whether the text may say the name. Words of English are left alone, however likely a name is ("listen up" for
/// lisinopril), unless they are several and a usual dose or the sound speaks for the medicine, or the chart or the rest of
/// the visit where something is taken; one by itself gives way to its sound alone, and one that people use in visits never. So is a brand for
/// which nothing speaks but its spelling: brands are short, and made to sound like words ("coalesce", Colace). A name whose
/// medicine nobody takes in the dose that follows is somebody's guess, however alike it sounds.
pub fn is_applied(candidate: &Candidate, probability: f32) -> bool {
    let has = |feature: usize| candidate.features[feature] > 0.0;
    let fits = fits(candidate);
    let is_known = has(ON_CHART) || has(SAID) || fits;
    let speaks = fits || candidate.usual_dose || is_known && (DOSE..ON_CHART).any(has);
    let is_a_word = match candidate.span.len() {
        1 => has(ORDINARY) || candidate.is_english && !fits,
        _ => candidate.is_english && !speaks,
    };
    let only_sounds = has(BRAND) && !(DOSE..=TREATS).any(has);
    // Several words that somebody typed are likely to be meant: "use plain Claritin".
    let meant = candidate.typed && candidate.span.len() > 1 && !is_known && !candidate.usual_dose;
    let least = if candidate.gain.is_some() { APPLIED_IF_HEARD } else { APPLIED };
    probability >= least
        && !candidate.unlikely_dose
        && !is_a_word
        && !meant
        && (is_known || !has(ORDINARY) && !only_sounds)
}

/// What the odds are made of where the place was heard again: a bias, the odds by its words, a nat of gain. Fitted by
/// `tools/repair/fit.py --heard` on recordings of the same sentences.
const AGAIN: [f32; 3] = [0.826, 1.082, 0.175];
/// More nats than this, up or down, tell no more: the gain of a place that was misheard altogether is large for many names.
const MOST_GAIN: f32 = 15.0;

/// The probability that the candidate's name was said at its place.
pub fn probability(candidate: &Candidate) -> f32 {
    let by_words = log_odds_by_words(candidate);
    let here = match candidate.gain {
        Some(gain) => AGAIN[0] + AGAIN[1] * by_words + AGAIN[2] * gain.clamp(-MOST_GAIN, MOST_GAIN),
        None => by_words,
    };
    let elsewhere: f32 = ELSEWHERE.iter().map(|&at| candidate.features[at] * WEIGHTS[at]).sum();
    1.0 / (1.0 + (-here - elsewhere).exp())
}

/// The logarithm of the odds that it was said, by the words of its place and around it.
pub fn log_odds_by_words(candidate: &Candidate) -> f32 {
    let weighed = candidate.features.iter().zip(WEIGHTS).enumerate();
    weighed.filter(|(at, _)| !ELSEWHERE.contains(at)).map(|(_, (feature, weight))| feature * weight).sum()
}

/// What is known from elsewhere; the sound of the place has no part in it.
const ELSEWHERE: [usize; 3] = [ON_CHART, SAID, TREATS];
