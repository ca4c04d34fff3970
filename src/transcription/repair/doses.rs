//! Doses that may have been another number that sounds like them: "fifteen" for "fifty".
//!
//! Such a dose is never changed, only pointed out: a number that is unusual for the medicine, where the one that sounds
//! like it is usual.

use super::{
    context::{self, Dose},
    pieces,
};
use crate::{
    domain::{Repair, Utterance},
    terminology::{Drug, DrugTable},
};

/// Numbers that are taken for one another.
const ALIKE: [(u32, u32); 7] = [(13, 30), (14, 40), (15, 50), (16, 60), (17, 70), (18, 80), (19, 90)];

/// Of two numbers that sound alike, either may have been said, whatever speaks for the usual one.
const PROBABILITY: f32 = 0.5;

/// What the doses of `said` may have been instead.
pub fn doubtful(said: &Utterance) -> Vec<Repair> {
    let pieces = pieces::pieces(said);
    let mentions = DrugTable::bundled().mentions(&said.text);
    let mut found = Vec::new();
    for (at, mention) in mentions.iter().enumerate() {
        let end = pieces.iter().take_while(|piece| piece.range.start < mention.range.end).count();
        let Some(dose) = context::dose_after(&pieces, end) else { continue };
        let number = pieces[dose.number.start].range.start..pieces[dose.number.end - 1].range.end;
        // The dose of the next medicine is not this one's.
        if mentions.get(at + 1).is_some_and(|next| next.range.start < number.start) {
            continue;
        }
        let Some(other) = sounds_like(&dose, mention.drug) else { continue };
        let heard = &said.text[number];
        let words = (said.words.len() == pieces.len()).then(|| &said.words[dose.number.clone()]);
        found.push(Repair {
            heard: heard.into(),
            suggested: written_as(heard, other).into(),
            start_ms: words.map_or(said.start_ms, |words| words.first().map(|word| word.start_ms)),
            end_ms: words.map_or(said.end_ms, |words| words.last().map(|word| word.end_ms)),
            applied: false,
            probability: PROBABILITY,
            reason: format!(
                "{} {} is no usual dose of {}, and {other} {} is",
                dose.value, dose.unit, mention.surface, dose.unit
            ),
        });
    }
    found
}

/// The usual dose that sounds like an unusual one.
fn sounds_like(dose: &Dose, drug: &Drug) -> Option<u32> {
    let usual: Vec<f32> = drug
        .strengths
        .iter()
        .flat_map(|strength| context::amounts(strength))
        .filter(|(_, unit)| *unit == dose.unit)
        .map(|(value, _)| value)
        .collect();
    // Two tablets, three tablets, half a tablet.
    let taken = |value: f32| usual.iter().any(|one| [0.5, 1.0, 2.0, 3.0, 4.0].iter().any(|times| one * times == value));
    if taken(dose.value) {
        return None;
    }
    let others = ALIKE.iter().filter_map(|(teen, ten)| match dose.value {
        value if value == *teen as f32 => Some(*ten),
        value if value == *ten as f32 => Some(*teen),
        _ => None,
    });
    others.into_iter().find(|other| usual.contains(&(*other as f32)))
}

/// In figures where the other was, else in words.
fn written_as(heard: &str, value: u32) -> String {
    let in_words = heard.starts_with(|c: char| c.is_alphabetic()).then(|| context::word_for(value)).flatten();
    in_words.map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubts(text: &str) -> Vec<(String, String, bool)> {
        let said = Utterance { text: text.into(), ..Utterance::default() };
        let plain = |one: Repair| (one.heard.into_string(), one.suggested.into_string(), one.applied);
        doubtful(&said).into_iter().map(plain).collect()
    }

    #[test]
    fn an_unusual_dose_that_sounds_like_a_usual_one_is_pointed_out() {
        let pair = |heard: &str, other: &str| vec![(heard.to_owned(), other.to_owned(), false)];
        assert_eq!(doubts("Start losartan fifteen milligrams a day."), pair("fifteen", "fifty"));
        assert_eq!(doubts("Start losartan, 15 mg a day."), pair("15", "50"));
        assert_eq!(doubts("metoprolol, and losartan 15 mg"), pair("15", "50"));
    }

    #[test]
    fn usual_doses_are_left_alone() {
        for text in [
            "Start losartan fifty milligrams a day.",
            "meloxicam 15 milligrams",
            "losartan 13 milligrams",
            "losartan for 15 days",
        ] {
            assert_eq!(doubts(text), [], "{text}");
        }
    }
}
