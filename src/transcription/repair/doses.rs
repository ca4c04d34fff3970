//! Doses that may have been another number that sounds like them, "fifteen" for "fifty", or in another unit.
//!
//! Such a dose is never changed, only pointed out: a number that is unusual for the medicine, where the one that sounds
//! like it is usual.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{
    context::{self, Dose},
    pieces::{self, Piece},
};
use crate::{
    domain::{Repair, Utterance, Word},
    language::patterns::pattern,
    terminology::{Drug, DrugMention, DrugTable},
};

/// Numbers that are taken for one another, with their words.
const ALIKE: [[(f64, &str); 2]; 7] = [
    [(13.0, "thirteen"), (30.0, "thirty")],
    [(14.0, "fourteen"), (40.0, "forty")],
    [(15.0, "fifteen"), (50.0, "fifty")],
    [(16.0, "sixteen"), (60.0, "sixty")],
    [(17.0, "seventeen"), (70.0, "seventy")],
    [(18.0, "eighteen"), (80.0, "eighty")],
    [(19.0, "nineteen"), (90.0, "ninety")],
];

/// Of two numbers that sound alike, either may have been said, whatever speaks for the usual one.
const PROBABILITY: f32 = 0.5;

/// "20mA": what milliequivalents are heard as.
static MILLIAMPERES: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?P<value>\d+(?:\.\d+)?) ?(?:ma|milli-? ?amp(?:ere)?s?)\b"));

/// What the doses of `said` may have been instead.
pub fn doubtful(said: &Utterance) -> Vec<Repair> {
    let (pieces, doses) = (pieces::pieces(said), context::doses(&said.text));
    let mentions = DrugTable::bundled().mentions(&said.text);
    let mut found: Vec<Repair> = of_another_unit(said, &pieces, &mentions).collect();
    for (at, mention) in mentions.iter().enumerate() {
        let end = pieces.iter().take_while(|piece| piece.range.start < mention.range.end).count();
        let Some(dose) = context::dose_after(&pieces, &doses, end) else { continue };
        // The dose of the next medicine is not this one's.
        if mentions.get(at + 1).is_some_and(|next| next.range.start < dose.number.start) {
            continue;
        }
        let Some((other, word)) = sounds_like(dose, mention.drug) else { continue };
        let heard = &said.text[dose.number.clone()];
        let reason = format!(
            "{} {} is no usual dose of {}, and {other} {} is",
            dose.value, dose.unit, mention.surface, dose.unit
        );
        found.push(suggestion(said, &pieces, dose.number.clone(), written_as(heard, other, word), reason));
    }
    found
}

/// Amounts in milliamperes beside a medicine that is counted in milliequivalents.
fn of_another_unit<'s>(
    said: &'s Utterance,
    pieces: &'s [Piece],
    mentions: &[DrugMention],
) -> impl Iterator<Item = Repair> + 's {
    let in_milliequivalents = |mention: &DrugMention| {
        mention.drug.strengths.iter().flat_map(|strength| context::amounts(strength)).any(|(_, unit)| unit == "mEq")
    };
    let any = mentions.iter().any(in_milliequivalents);
    MILLIAMPERES.captures_iter(said.text.as_str()).filter(move |_| any).filter_map(|found| {
        let reason = "no medicine is counted in milliamperes".to_owned();
        Some(suggestion(said, pieces, found.get(0)?.range(), format!("{} mEq", &found["value"]), reason))
    })
}

/// "Heard what stands at `range`, suggest `suggested`".
fn suggestion(said: &Utterance, pieces: &[Piece], range: Range<usize>, suggested: String, reason: String) -> Repair {
    let is_said = |piece: &Piece| piece.range.start < range.end && range.start < piece.range.end;
    let said_in = pieces.iter().zip(&said.words).filter(|(piece, _)| is_said(piece)).map(|(_, word)| word);
    let words: Option<Vec<&Word>> = (said.words.len() == pieces.len()).then(|| said_in.collect());
    Repair {
        heard: said.text[range].into(),
        suggested: suggested.into(),
        start_ms: words.as_ref().map_or(said.start_ms, |words| words.first().map(|word| word.start_ms)),
        end_ms: words.as_ref().map_or(said.end_ms, |words| words.last().map(|word| word.end_ms)),
        applied: false,
        probability: PROBABILITY,
        reason,
    }
}

/// The usual dose that sounds like an unusual one, with its word.
fn sounds_like(dose: &Dose, drug: &Drug) -> Option<(f64, &'static str)> {
    let strengths = drug.strengths.iter().flat_map(|strength| context::amounts(strength));
    let usual: Vec<f64> = strengths.filter(|(_, unit)| *unit == dose.unit).map(|(value, _)| value).collect();
    // Two tablets, three tablets, half a tablet.
    let taken = |value: f64| usual.iter().any(|one| [0.5, 1.0, 2.0, 3.0, 4.0].iter().any(|times| one * times == value));
    if taken(dose.value) {
        return None;
    }
    let pair = ALIKE.iter().find(|pair| pair.iter().any(|(value, _)| *value == dose.value))?;
    pair.iter().find(|(value, _)| *value != dose.value && usual.contains(value)).copied()
}

/// In figures where the other was, else in words.
fn written_as(heard: &str, value: f64, word: &str) -> String {
    if heard.starts_with(|c: char| c.is_alphabetic()) { word.to_owned() } else { value.to_string() }
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

    #[test]
    fn milliequivalents_are_heard_as_milliamperes() {
        let found = doubts("I'd like to start potassium chloride, 20mA twice a day.");
        assert_eq!(found, [("20mA".to_owned(), "20 mEq".to_owned(), false)]);
        assert_eq!(doubts("The pacemaker runs at 20 mA, and you take lisinopril."), []);
    }
}
