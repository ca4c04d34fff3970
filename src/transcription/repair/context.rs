//! What is said around a place: doses, taking and stopping, how often.

use std::ops::Range;

use super::pieces::Piece;

/// Pieces after a name in which its dose is looked for.
const REACH_AFTER: usize = 5;
/// Pieces before a name in which a verb of taking is looked for.
const REACH_BEFORE: usize = 4;

/// Units of doses that stand after a number, with the short form in which the drug table writes them.
const UNITS: [(&str, &str); 19] = [
    ("mg", "mg"),
    ("mgs", "mg"),
    ("milligram", "mg"),
    ("milligrams", "mg"),
    ("mcg", "mcg"),
    ("ug", "mcg"),
    ("microgram", "mcg"),
    ("micrograms", "mcg"),
    ("g", "g"),
    ("gram", "g"),
    ("grams", "g"),
    ("unit", "units"),
    ("units", "units"),
    ("ml", "ml"),
    ("milliliters", "ml"),
    ("millilitres", "ml"),
    ("meq", "meq"),
    ("puff", "puffs"),
    ("puffs", "puffs"),
];

/// Words that what comes after them is taken, begun or ended with.
const TAKING: [&str; 46] = [
    "take",
    "takes",
    "taking",
    "took",
    "taken",
    "start",
    "started",
    "starting",
    "restart",
    "begin",
    "try",
    "tried",
    "add",
    "adding",
    "stop",
    "stopped",
    "stopping",
    "hold",
    "quit",
    "continue",
    "continued",
    "keep",
    "prescribe",
    "prescribed",
    "prescribing",
    "refill",
    "refills",
    "refilled",
    "increase",
    "increased",
    "decrease",
    "raise",
    "lower",
    "switch",
    "switched",
    "change",
    "given",
    "gave",
    "using",
    "use",
    "allergic",
    "allergy",
    "dose",
    "effects",
    "bottle",
    "missed",
];

/// Words that say how often or in what form something is taken.
const HOW: [&str; 36] = [
    "once",
    "twice",
    "daily",
    "bedtime",
    "nightly",
    "weekly",
    "monthly",
    "tablet",
    "tablets",
    "pill",
    "pills",
    "capsule",
    "capsules",
    "inhaler",
    "inhalers",
    "cream",
    "ointment",
    "injection",
    "injections",
    "spray",
    "drops",
    "patch",
    "prn",
    "bid",
    "tid",
    "dose",
    "doses",
    "prescription",
    "refill",
    "needed",
    "mg",
    "milligrams",
    "milligram",
    "mcg",
    "micrograms",
    "units",
];

/// A dose: a number and its unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Dose {
    /// How much.
    pub value: f32,
    /// In the drug table's short form.
    pub unit: &'static str,
    /// The pieces of the number.
    pub number: Range<usize>,
}

/// What is said around the pieces `span`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Context {
    /// The dose that follows.
    pub dose: Option<Dose>,
    /// Whether a verb of taking stands before.
    pub taking: bool,
    /// Whether a frequency or a form of medicine stands after.
    pub how: bool,
}

/// What is said around `span` in the same sentence.
pub fn around(pieces: &[Piece], span: &Range<usize>) -> Context {
    let before = pieces[..span.start].iter().rev().take_while(|piece| !piece.ends_sentence).take(REACH_BEFORE);
    let taking = before.clone().any(|piece| TAKING.contains(&piece.lower.as_str()))
        || before.clone().next().is_some_and(|piece| piece.lower == "on");
    let how = after(pieces, span.end, REACH_AFTER + 3).any(|at| HOW.contains(&pieces[at].lower.as_str()));
    Context { dose: dose_after(pieces, span.end), taking, how }
}

/// The dose that follows piece `end` in the same sentence, a comma or a word or two in between ("lisinopril, say ten
/// milligrams").
pub fn dose_after(pieces: &[Piece], end: usize) -> Option<Dose> {
    after(pieces, end, REACH_AFTER).find_map(|at| dose_at(pieces, at))
}

/// Indices of the pieces after the first `end` in the same sentence, at most `reach`.
fn after(pieces: &[Piece], end: usize, reach: usize) -> impl Iterator<Item = usize> {
    // Recognisers end sentences where people stop for breath: "Start losartan. 50 milligrams".
    let stop =
        (end..pieces.len().min(end + reach)).find(|at| pieces[*at].ends_sentence).map_or(pieces.len(), |at| at + 1);
    end..stop.min(end + reach)
}

fn dose_at(pieces: &[Piece], at: usize) -> Option<Dose> {
    let (value, length, unit) = number_at(pieces, at)?;
    let unit = match unit {
        Some(unit) => unit,
        None => unit_of(&pieces.get(at + length)?.lower)?,
    };
    Some(Dose { value, unit, number: at..at + length })
}

fn unit_of(word: &str) -> Option<&'static str> {
    UNITS.iter().find(|(written, _)| *written == word).map(|(_, unit)| *unit)
}

/// The number that begins at piece `at`, how many pieces it has, and its unit if that is in the same piece ("10mg").
fn number_at(pieces: &[Piece], at: usize) -> Option<(f32, usize, Option<&'static str>)> {
    let written = pieces.get(at)?.lower.replace(',', "");
    let digits = written.trim_end_matches(|c: char| c.is_alphabetic() || c == '-');
    if digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        let rest = written[digits.len()..].trim_start_matches('-');
        let unit = (!rest.is_empty()).then(|| unit_of(rest)).flatten();
        return (rest.is_empty() || unit.is_some())
            .then(|| digits.parse().ok())
            .flatten()
            .map(|value| (value, 1, unit));
    }
    let words = pieces[at..].iter().take(6).take_while(|piece| spoken(&piece.lower).is_some()).count();
    let values: Vec<u32> = pieces[at..at + words].iter().filter_map(|piece| spoken(&piece.lower)).collect();
    (words > 0).then(|| (composed(&values) as f32, words, None))
}

/// The value of number words one after another: "one hundred twenty five", "seventy five", "one fifty".
fn composed(values: &[u32]) -> u32 {
    values.iter().fold(0, |sum, &value| match value {
        100 | 1000 => sum.max(1) * value,
        // "one fifty" is 150.
        10.. if (1..10).contains(&sum) => sum * 100 + value,
        _ => sum + value,
    })
}

/// Number words with their values.
const NUMBERS: [(&str, u32); 29] = [
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("twelve", 12),
    ("thirteen", 13),
    ("fourteen", 14),
    ("fifteen", 15),
    ("sixteen", 16),
    ("seventeen", 17),
    ("eighteen", 18),
    ("nineteen", 19),
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
    ("seventy", 70),
    ("eighty", 80),
    ("ninety", 90),
    ("hundred", 100),
    ("thousand", 1000),
    ("eleven", 11),
];

/// The value of one number word.
pub fn spoken(word: &str) -> Option<u32> {
    NUMBERS.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
}

/// The word for a number, if it has one of its own.
pub fn word_for(value: u32) -> Option<&'static str> {
    NUMBERS.iter().find(|(_, number)| *number == value).map(|(name, _)| *name)
}

/// The amounts of a strength as the drug table writes it, with their unit: "12.5 mg/25 mg" has two.
pub fn amounts(strength: &str) -> impl Iterator<Item = (f32, &str)> {
    strength.split('/').filter_map(|part| {
        let (value, unit) = part.split_once(' ')?;
        Some((value.parse().ok()?, unit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::Utterance, transcription::repair::pieces::pieces};

    fn dose(text: &str) -> Option<(f32, &'static str)> {
        let said = Utterance { text: text.into(), ..Utterance::default() };
        dose_after(&pieces(&said), 1).map(|dose| (dose.value, dose.unit))
    }

    #[test]
    fn the_dose_after_a_name_is_read() {
        assert_eq!(dose("artin, 50 milligrams once a day"), Some((50.0, "mg")));
        assert_eq!(dose("artin twenty five milligrams"), Some((25.0, "mg")));
        assert_eq!(dose("artin 10mg"), Some((10.0, "mg")));
        assert_eq!(dose("artin one fifty micrograms"), Some((150.0, "mcg")));
        assert_eq!(dose("artin five hundred milligrams"), Some((500.0, "mg")));
        assert_eq!(dose("artin. 50 milligrams"), Some((50.0, "mg")));
        assert_eq!(dose("artin was good. It rained 50 days"), None);
    }

    #[test]
    fn what_is_said_around_a_name_is_told() {
        let said = Utterance { text: "I take artin, once a day. It is 2024.".into(), ..Utterance::default() };
        let found = around(&pieces(&said), &(2..3));
        assert_eq!(found, Context { dose: None, taking: true, how: true });
    }
}
