//! Who somebody is in the visit, from what is said. Where voices or channels tell people apart, everything that one of
//! them says is weighed together ([`by_voice`], [`by_channel`]); where nothing does, a hidden Markov model over sentences
//! tells clinician and patient apart by their words alone ([`by_sentence`]).
//!
//! How likely a sentence is to be the clinician's comes from its words, its beginning, its length and whether it asks or
//! answers, by weights that `tools/train_roles.py` learns from labelled dialogues; how likely the next sentence is to be
//! the other person's, from who spoke and whether they asked. [`features`] and the training script compute the same.

use std::{collections::HashMap, sync::LazyLock};

use super::{patient, sentences::Sentence};
use crate::domain::Role;

/// `feature<TAB>weight` lines: log-odds that a sentence with the feature is the clinician's.
static WEIGHTS: LazyLock<Weights> = LazyLock::new(|| Weights::parse(include_str!("role_weights.tsv")));

/// How much the words count against the rates of turns; chosen on held-out dialogues.
const SCALE: f32 = 1.2;
/// Below this mean probability of the roles chosen, what is said is no talk between a clinician and a patient.
const CONVINCING: f32 = 0.8;
/// Fewer words than this are too little to tell.
const TELLING_WORDS: usize = 40;
/// The same where only one voice was heard: words alone make two people of one only at length. Half a minute in which one
/// person asks and answers must not do.
pub const TELLING_WORDS_OF_ONE_VOICE: usize = 150;
/// The smaller part of the words that each role has at least in such a talk.
const SHARE: f32 = 0.03;
/// Log-odds between two channels within which it stays open who is who.
const CHANNEL_MARGIN: f32 = 3.0;
/// The same between the voice that is most a clinician's and the next, unless what is said is plainly a visit: in talk
/// that is none, one of several people is always somewhat more like a clinician than the others.
const VOICE_MARGIN: f32 = 15.0;
/// Log-odds in all from which on labels may be exchanged, from which on those of a whole visit plainly are, and from which
/// on those of a part. Those of ACI-BENCH's visits that are have 147 at least and 6.6 a sentence. A patient who asks after the
/// holiday and a clinician who tells of it have up to 40 in half a dozen turns, with labels that are right.
const PERHAPS_EXCHANGED: f32 = 20.0;
const EXCHANGED: f32 = 30.0;
const EXCHANGED_IN_PART: f32 = 60.0;
const EXCHANGED_A_SENTENCE: f32 = 2.0;

/// The two roles as indices.
const ROLES: [Role; 2] = [Role::Patient, Role::Clinician];

struct Weights {
    bias: f32,
    /// `[who spoke][whether they asked]`: how often the next sentence is somebody else's.
    turn: [[f32; 2]; 2],
    features: HashMap<&'static str, f32>,
}

impl Weights {
    fn parse(table: &'static str) -> Self {
        let lines = table.lines().filter(|line| !line.starts_with("# "));
        let features: HashMap<&str, f32> = lines
            .filter_map(|line| line.split_once('\t'))
            .filter_map(|(feature, weight)| Some((feature, weight.parse().ok()?)))
            .collect();
        let value = |name: &str| features.get(name).copied().unwrap_or_default();
        Self {
            bias: value("@bias"),
            turn: [
                [value("@turn patient says"), value("@turn patient asks")],
                [value("@turn clinician says"), value("@turn clinician asks")],
            ],
            features,
        }
    }
}

/// The role of each sentence of a recording in which everybody is in one channel. All are unknown unless they are
/// plainly a clinician's and a patient's.
pub fn by_sentence(sentences: &[Sentence]) -> Vec<Role> {
    let (path, certainty) = decode(sentences);
    let words = |role: usize| -> usize {
        let said = sentences.iter().zip(&path).filter(|(_, found)| **found == role);
        said.map(|(sentence, _)| sentence.words.len()).sum()
    };
    let total = words(0) + words(1);
    let smaller = words(0).min(words(1)) as f32;
    let is_visit = certainty >= CONVINCING && total >= TELLING_WORDS && smaller >= SHARE * total as f32;
    path.into_iter().map(|role| if is_visit { ROLES[role] } else { Role::Unknown }).collect()
}

/// The likelier role of each sentence by its words alone, as an index: 0 for the patient, 1 for the clinician.
pub fn likeliest(sentences: &[Sentence]) -> Vec<usize> {
    decode(sentences).0
}

/// What somebody says, as far as it tells who they are.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// Log-odds that they are the clinician, added up.
    odds: f32,
    sentences: usize,
}

impl Evidence {
    /// Adds `sentence`, said after `before`.
    pub fn add(&mut self, sentence: &str, before: &str) {
        self.odds += log_odds(sentence, before);
        self.sentences += 1;
    }

    /// Log-odds that they are the clinician.
    pub fn odds(&self) -> f32 {
        self.odds
    }

    fn odds_a_sentence(&self) -> f32 {
        self.odds / self.sentences.max(1) as f32
    }

    /// Adds what `other` has.
    pub fn join(&mut self, other: &Self) {
        self.odds += other.odds;
        self.sentences += other.sentences;
    }
}

fn evidence(sentences: &[Sentence], speakers: usize) -> Vec<Evidence> {
    let mut said = vec![Evidence::default(); speakers];
    for (sentence, before) in sentences.iter().zip(befores(sentences)) {
        said[sentence.speaker].add(&sentence.text, before);
    }
    said
}

/// Whether those who are labelled clinician and patient may be each other.
pub fn are_perhaps_exchanged(clinician: &Evidence, patient: &Evidence) -> bool {
    patient.odds - clinician.odds >= PERHAPS_EXCHANGED
}

/// Whether those who are labelled clinician and patient are plainly each other. Of one alone it is never plain.
pub fn are_exchanged(clinician: &Evidence, patient: &Evidence, in_whole_visit: bool) -> bool {
    let both_speak = clinician.sentences > 0 && patient.sentences > 0;
    let least = if in_whole_visit { EXCHANGED } else { EXCHANGED_IN_PART };
    both_speak
        && patient.odds - clinician.odds >= least
        && patient.odds_a_sentence() - clinician.odds_a_sentence() >= EXCHANGED_A_SENTENCE
}

/// The roles of `voices` voices, from the sentences of all in order of time; `clinician` is the voice that is known to be
/// the clinician's. One is the clinician, one at most the patient, and everybody else another person: what a relative says
/// about themselves is theirs. All are unknown where it is no visit.
pub fn by_voice(sentences: &[Sentence], voices: usize, clinician: Option<usize>) -> Vec<Role> {
    let said = evidence(sentences, voices);
    let Some(clinician) = clinician.or_else(|| clinician_of(sentences, &said)) else {
        return vec![Role::Unknown; voices];
    };
    let patient = patient::of_voices(sentences, voices, clinician);
    let role = |voice: usize| match voice {
        voice if voice == clinician => Role::Clinician,
        voice if Some(voice) == patient => Role::Patient,
        _ => Role::Other,
    };
    (0..voices).map(role).collect()
}

/// The voice that is the clinician's, if one plainly is.
fn clinician_of(sentences: &[Sentence], said: &[Evidence]) -> Option<usize> {
    let mut order: Vec<usize> = (0..said.len()).collect();
    order.sort_by(|&a, &b| said[b].odds.total_cmp(&said[a].odds));
    let margin = said[*order.first()?].odds - said[*order.get(1)?].odds;
    let is_visit = || by_sentence(sentences).iter().any(|role| *role != Role::Unknown);
    (margin >= VOICE_MARGIN || (margin >= CHANNEL_MARGIN && is_visit())).then_some(order[0])
}

/// The roles of two channels with one person each, from the sentences of both in order of time, and from which of them is
/// the `clinician`'s by its sound, if that is known.
pub fn by_channel(sentences: &[Sentence], clinician: Option<usize>) -> [Role; 2] {
    match clinician {
        Some(0) => return [Role::Clinician, Role::Patient],
        Some(_) => return [Role::Patient, Role::Clinician],
        None => {}
    }
    let said = evidence(sentences, 2);
    match said[0].odds - said[1].odds {
        difference if difference > CHANNEL_MARGIN => [Role::Clinician, Role::Patient],
        difference if difference < -CHANNEL_MARGIN => [Role::Patient, Role::Clinician],
        _ => [Role::Unknown; 2],
    }
}

/// The most probable path by Viterbi, and its mean probability over words by the forward–backward algorithm.
fn decode(sentences: &[Sentence]) -> (Vec<usize>, f32) {
    let emissions: Vec<[f32; 2]> = sentences
        .iter()
        .zip(befores(sentences))
        .map(|(sentence, before)| log_odds(&sentence.text, before) * SCALE / 2.0)
        .map(|half| [-half, half])
        .collect();
    let moves: Vec<[[f32; 2]; 2]> = sentences.iter().map(log_moves).collect();
    let path = viterbi(&emissions, &moves);
    let posteriors = posteriors(&emissions, &moves);
    let weighted = sentences.iter().zip(&path).zip(&posteriors);
    let (sum, words) = weighted.fold((0.0, 0.0), |(sum, words), ((sentence, &role), posterior)| {
        let length = sentence.words.len() as f32;
        (sum + length * posterior[role], words + length)
    });
    (path, sum / f32::max(words, 1.0))
}

/// `[from][to]`: log-probabilities of who speaks after `sentence`.
fn log_moves(sentence: &Sentence) -> [[f32; 2]; 2] {
    let asks = usize::from(sentence.text.ends_with('?'));
    [0, 1].map(|from| {
        let switch = WEIGHTS.turn[from][asks];
        [0, 1].map(|to| if to == from { 1.0 - switch } else { switch }.max(1e-3).ln())
    })
}

/// The most probable of two states at each place: `emissions` are their log-probabilities there, and `moves` those of
/// going `[from][to]` from each place to the next.
pub fn viterbi(emissions: &[[f32; 2]], moves: &[[[f32; 2]; 2]]) -> Vec<usize> {
    let Some((first, rest)) = emissions.split_first() else { return Vec::new() };
    let mut best = *first;
    let mut came_from = Vec::with_capacity(rest.len());
    for (emission, step) in rest.iter().zip(moves) {
        let from = [0, 1].map(|to| usize::from(best[1] + step[1][to] > best[0] + step[0][to]));
        best = [0, 1].map(|to| best[from[to]] + step[from[to]][to] + emission[to]);
        came_from.push(from);
    }
    let mut path = vec![usize::from(best[1] > best[0])];
    for from in came_from.iter().rev() {
        path.push(from[path[path.len() - 1]]);
    }
    path.reverse();
    path
}

/// The probability of each role at each sentence, given all of them.
fn posteriors(emissions: &[[f32; 2]], moves: &[[[f32; 2]; 2]]) -> Vec<[f32; 2]> {
    let mut forward: Vec<[f32; 2]> = Vec::with_capacity(emissions.len());
    for (index, emission) in emissions.iter().enumerate() {
        let came = match index.checked_sub(1) {
            None => [0.0; 2],
            Some(last) => [0, 1].map(|to| sum_of_logs([0, 1].map(|from| forward[last][from] + moves[last][from][to]))),
        };
        forward.push([came[0] + emission[0], came[1] + emission[1]]);
    }
    let mut backward = vec![[0.0; 2]; emissions.len()];
    for index in (0..emissions.len().saturating_sub(1)).rev() {
        let goes = |from: usize, to: usize| moves[index][from][to] + emissions[index + 1][to] + backward[index + 1][to];
        backward[index] = [0, 1].map(|from| sum_of_logs([goes(from, 0), goes(from, 1)]));
    }
    let joint = forward.iter().zip(&backward).map(|(f, b)| [f[0] + b[0], f[1] + b[1]]);
    joint.map(|joint| joint.map(|log| (log - sum_of_logs(joint)).exp())).collect()
}

fn sum_of_logs([a, b]: [f32; 2]) -> f32 {
    a.max(b) + (-(a - b).abs()).exp().ln_1p()
}

/// The text before each sentence.
fn befores(sentences: &[Sentence]) -> impl Iterator<Item = &str> {
    std::iter::once("").chain(sentences.iter().map(|sentence| sentence.text.as_str()))
}

/// Log-odds that `sentence`, said after `before`, is the clinician's.
fn log_odds(sentence: &str, before: &str) -> f32 {
    let mut found = features(sentence, before);
    found.sort_unstable();
    found.dedup();
    WEIGHTS.bias + found.iter().filter_map(|feature| WEIGHTS.features.get(feature.as_str())).sum::<f32>()
}

/// What `tools/train_roles.py` calls features: words, pairs and triples of words, the beginning, the length, and whether
/// the sentence asks or follows a question.
fn features(sentence: &str, before: &str) -> Vec<String> {
    let words = tokens(sentence);
    let length = match words.len() {
        0..=1 => 1,
        2..=3 => 2,
        4..=7 => 3,
        8..=15 => 4,
        _ => 5,
    };
    let mut found: Vec<String> = (1..=3).flat_map(|n| words.windows(n)).map(|phrase| phrase.join(" ")).collect();
    found.push(format!("@length {length}"));
    if let Some(first) = words.first() {
        found.push(format!("^{first}"));
        found.push(format!("^{}", words[..words.len().min(2)].join(" ")));
    }
    if sentence.ends_with('?') {
        found.push("@asks".to_owned());
    }
    if before.ends_with('?') {
        found.push("@asked".to_owned());
        found.push(format!("@asked {length}"));
        found.extend(words.first().map(|first| format!("@asked {first}")));
    }
    found
}

/// Lower-case words of letters, digits and apostrophes; numbers are all `#`.
pub(super) fn tokens(sentence: &str) -> Vec<String> {
    let lower = sentence.to_lowercase();
    let kept = |character: &char| matches!(character, 'a'..='z' | '0'..='9' | '\'');
    let words = lower.split_whitespace().map(|word| word.chars().filter(kept).collect::<String>());
    let number = |word: String| if word.starts_with(|c: char| c.is_ascii_digit()) { "#".to_owned() } else { word };
    words.filter(|word| !word.is_empty()).map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcription::speakers::sentences::tests::spoken;

    fn roles(said: &[&str]) -> Vec<Role> {
        by_sentence(&said.iter().map(|text| spoken(text, 0)).collect::<Vec<_>>())
    }

    const VISIT: [&str; 9] = [
        "What brings you in today?",
        "I've been having these headaches for about three weeks.",
        "Okay, any chest pain or shortness of breath?",
        "No, no chest pain.",
        "Are you still taking the lisinopril?",
        "Yes, my wife makes sure I take it every morning.",
        "Let me have a listen to your lungs.",
        "Your blood pressure is a little high, so I'm going to increase the lisinopril and see you in four weeks.",
        "Okay, thank you doctor.",
    ];

    #[test]
    fn questions_and_plans_are_the_clinicians_and_symptoms_and_answers_the_patients() {
        use Role::{Clinician as C, Patient as P};
        assert_eq!(roles(&VISIT), [C, P, C, P, C, P, C, C, P]);
    }

    #[test]
    fn what_is_no_visit_has_unknown_roles() {
        let story = ["The ship lay at anchor in the bay.", "Nothing moved on the water but a single gull."];
        assert_eq!(roles(&story), [Role::Unknown; 2]);
        assert_eq!(roles(&["Hello."]), [Role::Unknown]);
        assert_eq!(roles(&[]), []);
    }

    #[test]
    fn each_channel_is_the_person_whose_words_it_has() {
        let said: Vec<Sentence> =
            VISIT[..7].iter().enumerate().map(|(index, text)| spoken(text, 1 - index % 2)).collect();
        assert_eq!(by_channel(&said, None), [Role::Patient, Role::Clinician]);
        assert_eq!(by_channel(&said, Some(0)), [Role::Clinician, Role::Patient]);
        assert_eq!(by_channel(&[spoken("Hello.", 0), spoken("Hello.", 1)], None), [Role::Unknown; 2]);
    }

    #[test]
    fn each_voice_has_one_role_and_a_third_is_another_persons() {
        let others = ["He hasn't slept, and his ear hurts him.", "She gave him his syrup, and he was fine."];
        let mut said: Vec<Sentence> =
            VISIT[..7].iter().enumerate().map(|(index, text)| spoken(text, index % 2)).collect();
        said.push(spoken(VISIT[7], 0));
        assert_eq!(by_voice(&said, 2, None), [Role::Clinician, Role::Patient]);
        said.extend(others.map(|text| spoken(text, 2)));
        assert_eq!(by_voice(&said, 3, None), [Role::Clinician, Role::Patient, Role::Other]);
        assert_eq!(by_voice(&said, 3, Some(1))[1], Role::Clinician);
    }

    #[test]
    fn voices_in_what_is_no_visit_have_no_roles() {
        let said = [spoken("The ship lay at anchor.", 0), spoken("Nothing moved on the water.", 1)];
        assert_eq!(by_voice(&said, 2, None), [Role::Unknown; 2]);
    }

    #[test]
    fn the_table_was_read_whole() {
        assert!(WEIGHTS.features.len() > 500, "{} features", WEIGHTS.features.len());
        assert!(WEIGHTS.turn.iter().flatten().all(|&rate| rate > 0.1 && rate < 0.95), "{:?}", WEIGHTS.turn);
    }
}
