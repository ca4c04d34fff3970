//! Whether what names no medicine is still said of the last one. A question about something else parts them: "I'm down to five a
//! day" answers "are you smoking?", whatever was named before.

use crate::{
    language::{patterns::patterns, questions::is_question},
    structuring::visit::{Line, Visit},
    terminology::DrugTable,
};

patterns! {
    // What people count or time, and is no medicine.
    HABIT = r"\b(?:smok\w*|cigarettes?|cigars?|packs?|vap(?:e|es|ing)|tobacco|alcohol\w*|drink(?:s|ing)?|drank|beers?|wines?|liquor|coffees?|caffeine|teas?|sodas?|cokes?|cups?|pads?|tampons?|periods?|diapers?|nappies|pee\w*|urinat\w*|bathroom|bowel\w*|stools?|bottles?|feeds?|feedings?|exercis\w*|walk\w*|steps|gym|swim\w*|weed|marijuana|cannabis)\b";
    // A question that stays with a medicine: how much of it, how it is taken, what it does.
    OF_A_MEDICINE = r"\b(?:it|that|them|those|these|this|doses?|dosage|strength|milligrams?|mgs?|mcg|micrograms?|units?|tablets?|pills?|capsules?|puffs?|sprays?|drops?|inhalers?|insulin|shots?|injections?|patch(?:es)?|creams?|takes?|taking|took|use[sd]?|using|prescri\w*|refills?|med(?:s|ication\w*|icine\w*)?|side effects?|pharmacy|still on|helps?|helping)\b";
    MEDICINE = r"\b(?:doses?|milligrams?|mgs?|mcg|micrograms?|tablets?|pills?|capsules?|puffs?|inhalers?|insulin|med(?:s|ication\w*|icine\w*)?)\b";
}

/// Words of a question that needs what was said before: "How often?", "Every day, or when it's bad?"
const LONGEST_ELLIPSIS: usize = 4;
/// Turns for which a habit that was asked after is what a clinician's "cut that down to two" is about.
const HABIT_REACH: usize = 3;

/// Whether `line`, whose opening names no medicine, is about something other than the medicine named last: it answers a question
/// about something else, or goes on about a habit that was asked after.
pub(super) fn is_about_something_else(visit: &Visit, line: &Line) -> bool {
    match line.by_patient_side() {
        true => answers_something_else(visit, line),
        false => visit.lines[..line.index]
            .iter()
            .rev()
            .take(HABIT_REACH)
            .take_while(|earlier| earlier.by_patient_side() || !names_one_last(earlier))
            .any(|earlier| earlier.by_clinician() && earlier.asks() && is_of_a_habit(last_sentence(earlier))),
    }
}

fn answers_something_else(visit: &Visit, line: &Line) -> bool {
    let asker = visit.lines[..line.index].iter().rev().take(2).find(|earlier| !earlier.by_patient_side());
    asker.is_some_and(|asker| {
        let question = last_sentence(asker);
        let short = question.split_whitespace().count() <= LONGEST_ELLIPSIS;
        let stays = !is_of_a_habit(question) && (OF_A_MEDICINE.is_match(question) || short);
        is_question(question) && DrugTable::bundled().mentions(question).is_empty() && !stays
    })
}

/// Whether `sentence` is about a habit, or what else is counted, and not about a medicine.
fn is_of_a_habit(sentence: &str) -> bool {
    HABIT.is_match(sentence) && !MEDICINE.is_match(sentence) && DrugTable::bundled().mentions(sentence).is_empty()
}

/// Whether the last sentence of `line` names a medicine.
fn names_one_last(line: &Line) -> bool {
    !DrugTable::bundled().mentions(last_sentence(line)).is_empty()
}

fn last_sentence<'l>(line: &'l Line) -> &'l str {
    line.sentences.last().map_or("", |range| &line.text()[range.clone()])
}
