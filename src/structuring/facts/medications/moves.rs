//! A dose that is moved by its amounts alone: "for the thyroid, we'll go down from 125 to 88". It is of the one medicine whose
//! dose the first of them is.

use std::ops::Range;

use super::{
    Mention,
    mention::MEASURED_TOO,
    sigs::usual_unit,
    verbs::{from_to, reports},
};
use crate::{
    domain::{Dose, MedicationAction, Role},
    language::{numbers, patterns::patterns, questions::is_question},
    structuring::{
        evidence,
        facts::{context, vitals},
        visit::Line,
    },
    terminology::DrugTable,
};

patterns! {
    FROM = r"\bfrom (?:the |your |about )?(?:old )?(\d[\d.,]*|[a-z]+(?:[ -][a-z]+){0,3}?)(?: ?(?:milligrams?|mgs?|mcg|micrograms?|units?))?,? (?:(?:back|right|up|down) )*to (?:the |about |your )?";
    NOT_DECIDED = r"\b(?:could|might|maybe|perhaps|would|eventually|if|unless|once|when|next time)\b|\bnot (?:go|going|mov\w+|chang\w+)\b|n't\b";
}

/// Takes the moves that the sentences of a clinician's `line` decide without a medicine's name.
pub(super) fn by_amounts(line: &Line, mentions: &mut [Mention]) {
    if line.utterance.role != Role::Clinician {
        return;
    }
    for range in &line.sentences {
        let sentence = &line.text()[range.clone()];
        let decided = !is_question(sentence)
            && !reports(sentence)
            && !context::hypothetical(sentence)
            && !NOT_DECIDED.is_match(sentence)
            && !names_a_medicine(sentence);
        if let Some(action) = from_to(sentence).filter(|_| decided) {
            take(line, range, action, mentions);
        }
    }
}

/// Gives the move of the sentence at `range` to the one medicine that is taken in the amount from which it goes.
fn take(line: &Line, range: &Range<usize>, action: MedicationAction, mentions: &mut [Mention]) {
    let sentence = &line.text()[range.clone()];
    let Some((from, to)) = amounts(sentence) else { return };
    let latest = |mentions: &[Mention], at: usize| {
        let name = mentions[at].drug.name;
        !mentions[at + 1..].iter().any(|later| later.drug.name == name && later.dose.is_some())
    };
    let is_taken = |one: &Mention| {
        one.dose.as_ref().is_some_and(|dose| dose.value == from) && !one.dismissed && !one.past && one.line < line.index
    };
    let fits =
        |at: &usize| is_taken(&mentions[*at]) && latest(mentions, *at) && usual_unit(mentions[*at].drug, to).is_some();
    let found: Vec<usize> = (0..mentions.len()).filter(fits).collect();
    let [at] = found.as_slice() else { return };
    let moved = &mut mentions[*at];
    // Who decided it in this turn already has said so with "it".
    if moved.last_line == line.index {
        return;
    }
    let Some(unit) = moved.dose.as_ref().map(|dose| dose.unit.clone()) else { return };
    let dose = Dose { value: to, low: None, unit };
    moved.said.push((Role::Clinician, dose.clone()));
    (moved.action, moved.dose, moved.last_line) = (action, Some(dose), line.index);
    (moved.by, moved.parts, moved.several) = (Role::Clinician, false, false);
    evidence::merge(&mut moved.evidence, [evidence::evidence(line.utterance, range.clone())]);
}

/// The two amounts of a move, if nothing was measured of the patient there: "from 125 to 88".
fn amounts(sentence: &str) -> Option<(f64, f64)> {
    let found = FROM.captures(sentence)?;
    let from = numbers::numbers(&found[1]).first()?.value;
    let end = found.get(0)?.end();
    let to = numbers::numbers(&sentence[end..]).into_iter().next().filter(|number| number.range.start == 0)?;
    let measured = vitals::is_measured(sentence, &(end + to.range.start..end + to.range.end));
    (!measured).then_some((from, to.value))
}

/// Whether `sentence` names a medicine; what is the name of a test or a gland, too, is none here.
fn names_a_medicine(sentence: &str) -> bool {
    DrugTable::bundled().mentions(sentence).iter().any(|one| !MEASURED_TOO.is_match(&sentence[one.range.clone()]))
}

#[cfg(test)]
mod tests {
    use crate::{
        domain::MedicationAction,
        structuring::{facts::medications::medications, testing::transcript, visit::Visit},
        terminology::DrugTable,
    };

    /// Each medicine with its dose, and whether it goes up (1) or down (-1).
    fn moved(lines: &str) -> Vec<(String, Option<f64>, i32)> {
        let found = medications(&Visit::new(&transcript(lines)), DrugTable::bundled()).medications;
        let way = |action| match action {
            MedicationAction::Increase => 1,
            MedicationAction::Decrease => -1,
            _ => 0,
        };
        found.into_iter().map(|one| (one.name, one.dose.map(|dose| dose.value), way(one.action))).collect()
    }

    const TALK: &str = "D: How's the sleep?\nP: Fine.\nD: And the bowels?\nP: Fine.\nD: Any falls?\nP: No.";

    #[test]
    fn a_move_by_amounts_is_of_the_medicine_that_is_taken_so() {
        for (taken, decided, expected) in [
            (
                "P: I take levothyroxine, a hundred micrograms, and metoprolol, fifty twice a day.",
                "D: For the thyroid, we'll go down from 100 to 88, your old dose.",
                vec![("levothyroxine", 88.0, -1), ("metoprolol", 50.0, 0)],
            ),
            (
                "P: I take losartan, fifty milligrams, and atorvastatin, twenty.",
                "D: I'd like to bring you up from fifty to a hundred.",
                vec![("losartan", 100.0, 1), ("atorvastatin", 20.0, 0)],
            ),
            // Which of two is meant was not said; what is measured, weighed or asked moves nothing.
            (
                "P: I take metoprolol, fifty, and losartan, fifty.",
                "D: We'll go up from 50 to 100.",
                vec![("metoprolol", 50.0, 0), ("losartan", 50.0, 0)],
            ),
            ("P: I take losartan, fifty.", "D: Could we go up from 50 to 100?", vec![("losartan", 50.0, 0)]),
            (
                "P: I take losartan, fifty.",
                "D: Maybe we'll go up from 50 to 100 next time.",
                vec![("losartan", 50.0, 0)],
            ),
            ("P: I take losartan, fifty.", "D: The LDL came down from 150 to 100.", vec![("losartan", 50.0, 0)]),
        ] {
            let found = moved(&format!("{taken}\n{TALK}\n{decided}"));
            let expected: Vec<_> =
                expected.into_iter().map(|(name, dose, way)| (name.to_owned(), Some(dose), way)).collect();
            assert_eq!(found, expected, "{decided}");
        }
    }
}
