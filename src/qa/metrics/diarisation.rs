//! Who spoke when: the diarisation error rate of NIST's Rich Transcription evaluations (`md-eval`, RT-09 plan).

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::assignment::best_pairing;

/// Time on either side of each boundary of the reference that is not scored, in milliseconds: where exactly a word ends is
/// no matter (`md-eval -c 0.25`).
pub const COLLAR_MS: u64 = 250;

/// One stretch of one voice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Turn {
    /// Whose.
    pub speaker: String,
    /// Milliseconds from the start of the recording.
    pub start_ms: u64,
    /// Milliseconds from the start of the recording.
    pub end_ms: u64,
}

/// Time that went wrong, in milliseconds of one person's speech; two people at once count twice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiarisationErrors {
    /// Speech in the reference.
    pub reference_ms: u64,
    /// Speech that nobody was given.
    pub missed_ms: u64,
    /// Somebody was given speech where nobody spoke.
    pub false_alarm_ms: u64,
    /// Speech that somebody else was given.
    pub confused_ms: u64,
}

impl DiarisationErrors {
    /// Wrong time per time spoken: 0 is perfect, and more than 1 is possible. `None` where nobody spoke.
    pub fn rate(&self) -> Option<f64> {
        let wrong = self.missed_ms + self.false_alarm_ms + self.confused_ms;
        (self.reference_ms > 0).then(|| wrong as f64 / self.reference_ms as f64)
    }

    /// Adds the times of another recording.
    pub fn add(&mut self, other: &Self) {
        self.reference_ms += other.reference_ms;
        self.missed_ms += other.missed_ms;
        self.false_alarm_ms += other.false_alarm_ms;
        self.confused_ms += other.confused_ms;
    }
}

/// Compares `hypothesis` with `reference`. Overlapping speech is scored; each voice of the hypothesis is taken for the
/// person that makes the errors fewest. `None` where there are more people than [`super::assignment::MOST_SPEAKERS`].
pub fn diarisation_errors(reference: &[Turn], hypothesis: &[Turn], collar_ms: u64) -> Option<DiarisationErrors> {
    let stretches = stretches(reference, hypothesis, collar_ms);
    let persons = pairs(&speakers(reference), &speakers(hypothesis), &stretches)?;
    let mut errors = DiarisationErrors::default();
    for stretch in &stretches {
        let right = stretch.voices.iter().filter_map(|voice| persons.get(*voice));
        let right = right.filter(|person| stretch.people.contains(person.as_str())).count();
        let (spoke, given) = (stretch.people.len(), stretch.voices.len());
        let times = |count: usize| count as u64 * stretch.length_ms;
        errors.reference_ms += times(spoke);
        errors.missed_ms += times(spoke.saturating_sub(given));
        errors.false_alarm_ms += times(given.saturating_sub(spoke));
        errors.confused_ms += times(spoke.min(given) - right);
    }
    Some(errors)
}

/// Which person each voice of the hypothesis is taken for, by the most time together; voices that are nobody are missing.
pub fn person_of_voice(reference: &[Turn], hypothesis: &[Turn]) -> BTreeMap<String, String> {
    let stretches = stretches(reference, hypothesis, 0);
    pairs(&speakers(reference), &speakers(hypothesis), &stretches).unwrap_or_default()
}

/// Each voice with its person, so that the time together is greatest.
fn pairs(people: &[&str], voices: &[&str], stretches: &[Stretch<'_>]) -> Option<BTreeMap<String, String>> {
    let together = |voice: usize, person: usize| {
        let both = stretches
            .iter()
            .filter(|stretch| stretch.voices.contains(voices[voice]) && stretch.people.contains(people[person]));
        both.map(|stretch| stretch.length_ms as i64).sum()
    };
    let pairs = best_pairing(voices.len(), people.len(), together)?;
    let named = voices.iter().zip(pairs).filter_map(|(voice, person)| Some((*voice, people[person?])));
    Some(named.map(|(voice, person)| (voice.to_owned(), person.to_owned())).collect())
}

fn speakers(turns: &[Turn]) -> Vec<&str> {
    let names: BTreeSet<&str> = turns.iter().map(|turn| turn.speaker.as_str()).collect();
    names.into_iter().collect()
}

/// Time in which nobody begins or ends.
struct Stretch<'a> {
    length_ms: u64,
    people: BTreeSet<&'a str>,
    voices: BTreeSet<&'a str>,
}

/// The scored time, cut wherever somebody begins or ends.
fn stretches<'a>(reference: &'a [Turn], hypothesis: &'a [Turn], collar_ms: u64) -> Vec<Stretch<'a>> {
    let collars: Vec<(u64, u64)> = reference
        .iter()
        .flat_map(|turn| [turn.start_ms, turn.end_ms])
        .map(|boundary| (boundary.saturating_sub(collar_ms), boundary + collar_ms))
        .collect();
    let turns = reference.iter().chain(hypothesis).flat_map(|turn| [turn.start_ms, turn.end_ms]);
    let cuts: BTreeSet<u64> = turns.chain(collars.iter().flat_map(|collar| [collar.0, collar.1])).collect();
    let cuts: Vec<u64> = cuts.into_iter().collect();
    let scored = |start: u64| !collars.iter().any(|collar| (collar.0..collar.1).contains(&start));
    let speaking = |turns: &'a [Turn], at: u64| -> BTreeSet<&'a str> {
        turns
            .iter()
            .filter(|turn| (turn.start_ms..turn.end_ms).contains(&at))
            .map(|turn| turn.speaker.as_str())
            .collect()
    };
    let pairs = cuts.windows(2).filter(|pair| scored(pair[0]));
    let stretch = |pair: &[u64]| Stretch {
        length_ms: pair[1] - pair[0],
        people: speaking(reference, pair[0]),
        voices: speaking(hypothesis, pair[0]),
    };
    pairs.map(stretch).filter(|stretch| !(stretch.people.is_empty() && stretch.voices.is_empty())).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Turns from `(speaker, start, end)` in milliseconds.
    pub fn turns(of: &[(&str, u64, u64)]) -> Vec<Turn> {
        let turn =
            |&(speaker, start_ms, end_ms): &(&str, u64, u64)| Turn { speaker: speaker.to_owned(), start_ms, end_ms };
        of.iter().map(turn).collect()
    }

    fn errors(reference: &[(&str, u64, u64)], hypothesis: &[(&str, u64, u64)], collar_ms: u64) -> [u64; 4] {
        let found = diarisation_errors(&turns(reference), &turns(hypothesis), collar_ms).expect("few people");
        [found.reference_ms, found.missed_ms, found.false_alarm_ms, found.confused_ms]
    }

    #[test]
    fn names_do_not_matter_and_times_do() {
        let said = [("doctor", 0, 4_000), ("patient", 5_000, 10_000)];
        assert_eq!(errors(&said, &[("S2", 0, 4_000), ("S1", 5_000, 10_000)], 0), [9_000, 0, 0, 0]);
        assert_eq!(errors(&said, &[("S1", 0, 10_000)], 0), [9_000, 0, 1_000, 4_000]);
        assert_eq!(errors(&said, &[("S1", 0, 3_000), ("S2", 5_000, 10_000)], 0), [9_000, 1_000, 0, 0]);
        assert_eq!(errors(&said, &[], 0), [9_000, 9_000, 0, 0]);
        assert_eq!(errors(&[], &[("S1", 0, 500)], 0), [0, 0, 500, 0]);
    }

    #[test]
    fn the_collar_forgives_what_is_near_a_boundary() {
        let said = [("A", 1_000, 3_000), ("B", 3_000, 6_000)];
        // 200 ms late, at each boundary.
        let late = [("x", 1_200, 3_200), ("y", 3_200, 6_200)];
        assert_eq!(errors(&said, &late, 250), [4_000, 0, 0, 0]);
        assert_eq!(errors(&said, &late, 0), [5_000, 200, 200, 200]);
    }

    #[test]
    fn overlapping_speech_counts_for_each_who_speaks() {
        let said = [("A", 0, 6_000), ("B", 4_000, 10_000)];
        assert_eq!(errors(&said, &[("x", 0, 5_000), ("y", 5_000, 10_000)], 0), [12_000, 2_000, 0, 0]);
    }

    #[test]
    fn two_voices_of_one_person_are_not_both_right() {
        let said = [("A", 0, 6_000)];
        assert_eq!(errors(&said, &[("x", 0, 2_000), ("y", 2_000, 6_000)], 0), [6_000, 0, 0, 2_000]);
    }

    /// Rates of pyannote.metrics 4 (`DiarizationErrorRate(collar=0.5)`, whose collar is the whole width), see
    /// `tools/check_metrics.py`.
    #[test]
    fn rates_are_those_of_pyannote() {
        let said = [("d", 400, 4_731), ("p", 5_025, 9_131), ("d", 9_000, 16_129), ("m", 15_700, 21_683)];
        let heard = [("1", 500, 4_900), ("2", 5_100, 8_000), ("1", 8_000, 15_000), ("2", 15_000, 22_500)];
        for (collar_ms, expected) in [(0, PYANNOTE_PLAIN), (250, PYANNOTE_COLLAR)] {
            let found = diarisation_errors(&turns(&said), &turns(&heard), collar_ms).expect("few people");
            let rate = found.rate().expect("somebody spoke");
            assert!((rate - expected).abs() < 1e-6, "collar {collar_ms}: {rate} {expected}");
        }
    }

    const PYANNOTE_PLAIN: f64 = 0.293_331_477;
    const PYANNOTE_COLLAR: f64 = 0.243_746_269;
}
