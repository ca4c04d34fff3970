//! What was measured before the visit or somewhere else: "it was 38.5 at home last night". That is history, and no vital sign of
//! this visit.

use crate::{
    domain::VitalSign,
    language::{numbers, patterns::patterns},
    structuring::visit::{Line, Visit},
};

patterns! {
    AT_HOME = r"\b(?:at|from) (?:(?:my|your|his|her|their) )?(?:home|house|work|school|day ?care)\b|\b(?:at|in) (?:the|my|your) (?:pharmacy|drug ?store|gym|ambulance|urgent care)\b|\bhome (?:readings?|numbers?|cuff|monitor|machine|meter|scale|blood pressures?|thermometer)\b";
    // When the patient's side tells of it.
    BEFORE = r"\b(?:last night|yesterday|this morning|overnight|the other (?:day|night)|(?:over|at) the weekend|last (?:week|month)|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|before (?:i|we|he|she) (?:left|came)|(?:our|my|his|her) (?:thermometer|cuff|scale|machine|monitor|watch))\b";
    HERE = r"\b(?:here|right now|in the office|the nurse|just now|today it's|you're|now it's)\b";
}

/// Whether `vital` was measured elsewhere in each place where it was said.
pub(in crate::structuring::facts) fn is_elsewhere(visit: &Visit, vital: &VitalSign) -> bool {
    let of_it = |line: &&Line| vital.evidence.iter().any(|one| one.utterance == line.utterance.id);
    let mut lines = visit.lines.iter().filter(of_it).peekable();
    lines.peek().is_some() && lines.all(|line| was_told(visit, line, vital.value))
}

/// Whether `line` tells `value` of another place, in the words beside it or in answer to a question about one.
fn was_told(visit: &Visit, line: &Line, value: f64) -> bool {
    let text = line.text();
    let Some(number) = numbers::numbers(text).into_iter().find(|one| one.value == value) else { return false };
    let sentence = line.sentence_at(number.range.start);
    let clause =
        text[sentence.start..number.range.start].rfind([',', ';']).map_or(sentence.start, |at| sentence.start + at);
    let end = text[number.range.end..sentence.end].find([',', ';']).map_or(sentence.end, |at| number.range.end + at);
    let beside = &text[clause..end];
    if HERE.is_match(beside) {
        return false;
    }
    if line.by_clinician() {
        return AT_HOME.is_match(beside);
    }
    let asked = visit.question_before(line.index).is_some_and(|question| AT_HOME.is_match(question.text()));
    let spoken = &text[sentence];
    asked || AT_HOME.is_match(spoken) || BEFORE.is_match(spoken)
}
