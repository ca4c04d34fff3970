//! What is said around a place: doses, taking and stopping, how often.

use std::ops::Range;

use super::pieces::Piece;
use crate::language::{
    numbers::{self, Number},
    units,
};

/// Pieces after a name in which its dose is looked for.
const REACH_AFTER: usize = 5;
/// Pieces before a name in which a verb of taking is looked for.
const REACH_BEFORE: usize = 4;

/// Words that what comes after them is taken, begun or ended with.
const TAKING: [&str; 60] = [
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
    "miss",
    "missing",
    "skip",
    "skipped",
    "forgot",
    "forget",
    "ran",
    "run",
    "running",
    "need",
    "needs",
    "finished",
    "double",
    "doubled",
];

/// Words that ask for medicines without a verb of taking: "Any medications?"
const MEDICINES: [&str; 10] =
    ["medicine", "medicines", "medication", "medications", "meds", "drug", "drugs", "pills", "painkillers", "counter"];
/// Pieces at the beginning of an answer among which what was asked for is named.
const ANSWER: usize = 4;

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
    pub value: f64,
    /// As the drug table writes it.
    pub unit: &'static str,
    /// The bytes of the number.
    pub number: Range<usize>,
}

/// The doses of `text`: numbers with a unit right after them.
pub fn doses(text: &str) -> Vec<Dose> {
    let dose = |number: Number| {
        let (unit, _) = units::unit_after(text, number.range.end)?;
        Some(Dose { value: number.value, unit, number: number.range })
    };
    numbers::numbers(text).into_iter().filter_map(dose).collect()
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

/// What is said around `span` in the same sentence, of an utterance with `doses`.
pub fn around(pieces: &[Piece], doses: &[Dose], span: &Range<usize>) -> Context {
    let before = pieces[..span.start].iter().rev().take_while(|piece| !piece.ends_sentence).take(REACH_BEFORE);
    let taking = before.clone().any(|piece| TAKING.contains(&piece.lower.as_str()))
        || before.clone().next().is_some_and(|piece| piece.lower == "on");
    let how = after(pieces, span.end, REACH_AFTER + 3).iter().any(|piece| HOW.contains(&piece.lower.as_str()));
    Context { dose: dose_after(pieces, doses, span.end).cloned(), taking, how }
}

/// Whether the last thing said in `text` asks what is taken: "What do you take for it?"
pub fn asks_what_is_taken(text: &str) -> bool {
    let Some(question) = text.trim_end().strip_suffix('?') else { return false };
    let last = question.rsplit(['.', '?', '!']).next().unwrap_or_default().to_lowercase();
    last.split(|c: char| !c.is_alphanumeric()).any(|word| TAKING.contains(&word) || MEDICINES.contains(&word))
}

/// Whether piece `start` is among the first of an utterance: "Just some Aleve."
pub fn is_first_said(pieces: &[Piece], start: usize) -> bool {
    start < ANSWER && !pieces[..start].iter().any(|piece| piece.ends_sentence)
}

/// The one of `doses` that follows piece `end` in the same sentence, a comma or a word or two in between ("lisinopril,
/// say ten milligrams").
pub fn dose_after<'d>(pieces: &[Piece], doses: &'d [Dose], end: usize) -> Option<&'d Dose> {
    let near = after(pieces, end, REACH_AFTER);
    doses.iter().find(|dose| near.iter().any(|piece| piece.range.contains(&dose.number.start)))
}

/// The pieces after the first `end` in the same sentence, at most `reach`.
fn after(pieces: &[Piece], end: usize, reach: usize) -> &[Piece] {
    // Recognisers end sentences where people stop for breath: "Start losartan. 50 milligrams".
    let within = &pieces[end..pieces.len().min(end + reach)];
    let stop = within.iter().position(|piece| piece.ends_sentence).map_or(within.len(), |at| at + 1);
    &within[..stop]
}

/// The amounts of a strength as the drug table writes it, with their unit: "12.5 mg/25 mg" has two.
pub fn amounts(strength: &str) -> impl Iterator<Item = (f64, &str)> {
    strength.split('/').filter_map(|part| {
        let (value, unit) = part.split_once(' ')?;
        Some((value.parse().ok()?, unit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::Utterance, transcription::repair::pieces::pieces};

    fn dose(text: &str) -> Option<(f64, &'static str)> {
        let said = Utterance { text: text.into(), ..Utterance::default() };
        dose_after(&pieces(&said), &doses(text), 1).map(|dose| (dose.value, dose.unit))
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
    fn questions_about_medicines_are_told_from_others() {
        for asks in ["What do you take for it?", "Good. Any medications?", "Have you tried anything over the counter?"]
        {
            assert!(asks_what_is_taken(asks), "{asks}");
        }
        for other in ["You take metformin. How is your sleep?", "I take nothing.", "Where does it hurt?", ""] {
            assert!(!asks_what_is_taken(other), "{other}");
        }
    }

    #[test]
    fn what_is_said_around_a_name_is_told() {
        let said = Utterance { text: "I take artin, once a day. It is 2024.".into(), ..Utterance::default() };
        let found = around(&pieces(&said), &[], &(2..3));
        assert_eq!(found, Context { dose: None, taking: true, how: true });
    }
}
