//! What a clinician had in mind and does not do: "I was going to go up to 25, but with your pressure I won't".

use std::ops::Range;

use super::offers;
use crate::{
    language::{patterns::patterns, questions::is_question},
    structuring::visit::{Line, Visit},
    terminology::DrugTable,
};

patterns! {
    /// A plan that is told in the past.
    HAD_IN_MIND = r"\b(?:i|we)(?:'d been| had been| was| were) (?:just |also |really |originally )?(?:planning|hoping|going|gonna|tempted|meaning|about|thinking|considering)\b|\b(?:i|we)(?:'d| had)? (?:also |briefly |originally )?(?:thought (?:about|of)|considered|wanted to|hoped to|planned (?:to|on)|meant to)\b|\bmy (?:first|initial|original) (?:thought|plan|idea|instinct) was\b";
    /// A plan for a case that has not come.
    IN_A_CASE = r"\bif (?:it|we|things) (?:ever )?(?:comes?|came|gets?|got) to (?:that|it)\b|\b(?:if|once|when) (?:we|i|you) (?:ever |do )?(?:decide|end up|choose)\b";
    /// What turns a plan into none.
    TURNS_AWAY = r"\b(?:but|however)\b(?: [^.?!]*)?\b(?:you're on|you are on|you have|you've got|your|you get|too|high|low|can't|won't|not|rather|hold|instead|leave|wait|stay|against|no)\b|\b(?:but|however)\b[^.?!]*n't\b|\binstead\b|\bso no\b|\bi'd (?:rather|hold)\b|\bdecided (?:against|not)\b";
    /// What comes after a plan that stands: "… but call me if you cough".
    GOES_WITH_IT = r"\bbut (?:please )?(?:call|tell|let|watch|only|start|take|come|stop it|we'll|you (?:can|may|might|should)|it (?:can|may|might))\b";
    /// The same at the beginning of the next sentence.
    TURNED_AWAY = r"^\W*(?:but|however|well|honestly|actually)\b[^.?!]*(?:\b(?:not|no|instead|hold|wait|rather)\b|n't\b)|^\W*(?:so )?(?:let's not|not (?:now|today|yet|this time)|i (?:won't|don't (?:want|think))|we won't|i'd (?:rather|hold)|instead)\b";
    /// A turn between the plan and a name: what is named after it is another matter.
    PARTED = r"\b(?:but|so|because|since)\b";
}

/// Words between the plan and the name, at most.
const FARTHEST: usize = 12;
/// Words between a name that comes first and the plan: "carvedilol, 25, I was planning …".
const FARTHEST_BEFORE: usize = 5;

/// Whether the clinician names the medicine at `name` only as one that was thought of and is dropped.
pub(super) fn is_dropped(visit: &Visit, line: &Line, sentence: &Range<usize>, name: &Range<usize>) -> bool {
    let spoken = &line.text()[sentence.clone()];
    if !line.by_clinician() || is_question(spoken) {
        return false;
    }
    let (start, end) = (name.start - sentence.start, name.end - sentence.start);
    if IN_A_CASE.find(spoken).is_some_and(|case| case.end() <= start) {
        return true;
    }
    let Some(plan) = HAD_IN_MIND.find_iter(spoken).find(|plan| reaches(spoken, plan.range(), start..end)) else {
        return false;
    };
    // A medicine that is named after the turn is what is done.
    let after = &spoken[end.max(plan.end())..];
    let next = line.sentences.iter().find(|range| range.start >= sentence.end).map(|range| &line.text()[range.clone()]);
    let answer = visit.answer_to(line.index);
    if offers::agrees(answer) || GOES_WITH_IT.is_match(after) {
        return false;
    }
    TURNS_AWAY.is_match(after) || next.is_some_and(|next| TURNED_AWAY.is_match(next)) || offers::declines(answer)
}

/// Whether the plan at `plan` is about what is named at `name`.
fn reaches(sentence: &str, plan: Range<usize>, name: Range<usize>) -> bool {
    let words = |between: &str| between.split_whitespace().count();
    if plan.end <= name.start {
        let between = &sentence[plan.end..name.start];
        words(between) <= FARTHEST && !PARTED.is_match(between)
    } else {
        let between = &sentence[name.end..plan.start.max(name.end)];
        words(between) <= FARTHEST_BEFORE && DrugTable::bundled().mentions(between).is_empty()
    }
}
