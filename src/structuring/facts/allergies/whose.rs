//! Whose an allergy is that is named among the patient's: the patient's own, or that of somebody else who is named beside it.

use std::ops::Range;

use super::{KIN_IS_ALLERGIC, KIN_OF_THE_PATIENT, is_in_exchange, substances};
use crate::{
    domain::Role,
    language::patterns::patterns,
    structuring::{
        facts::{context, medications},
        visit::{Line, Visit},
    },
    terminology::DrugTable,
};

patterns! {
    // "Mine's erythromycin", "for me it's sulfa".
    OWN = r"\b(?:mine(?:'s| is| was)|(?:for|with) me,?(?: (?:it's|it is|that's|that would be))?|i'm the one with|i have the) (?:just |only |actually |really |the |an? )*$";
    // "… that's mom", "… is my sister's", "… was him", behind a name and before another.
    THEIRS = r"^(?:'s| is| was| one| allergy| thing|,? that's|,? that is|,? that was|,? it's|,? it was|,? belongs to|,? is for|,? for)+ (?:(?:all|really|actually|just|probably|my|his|her|your|their|the|our) )*(?:(?:mother|mom|mum|mama|father|dad|brother|sister|son|daughter|wife|husband|partner|grand\w+|aunt|uncle|cousin|niece|nephew|friend|roommate|baby|boy|girl|twin|kid)(?:'s)?\b|(?:(?:him|his|hers|theirs)\W*(?:$|[.,;!?])|(?:not me|not mine|somebody else|someone else)\b))";
    // "The penicillin is me", of somebody who came along.
    THE_SPEAKERS = r"^(?:'s|,? that's|,? that is|,? that was|,? it's| is| was| one| allergy| thing)+ (?:me|mine|my)\b";
    SPEAKERS_OWN = r"\b(?:my (?:\w+ )?(?:face|lips?|tongue|throat|eyes?|mouth|skin|whole|stomach|arms?|chest)|i (?:\w+ )?(?:threw|swelled|swell|itch\w*|vomit\w*|got|get|broke|came|couldn't|passed|had))\b";
    OF_THE_PATIENT = r"\b(?:he|she|him|her|his|hers|you|your|they)\b";
    // "… for you, vomiting and rash": what a clinician takes down.
    FOR_YOU = r"^,? (?:is |that's |it's )?(?:for )?(?:you|him|her|yours|his|hers)\b";
}

/// Whether `before`, the sentence up to a name, sets what comes against somebody else's: "Not penicillin, that's mom. Mine's …"
pub(super) fn is_own(before: &str) -> bool {
    OWN.is_match(before)
}

/// Whether `after`, what a clinician says behind a name, gives it to the patient: "erythromycin for you".
pub(super) fn is_given_to_the_patient(after: &str) -> bool {
    FOR_YOU.is_match(after)
}

/// Whether what stands at `range` in `sentence` of `line` is somebody else's. Who came with a girl speaks of no other child's
/// "son".
pub(super) fn is_anothers(visit: &Visit, line: &Line, sentence: &Range<usize>, range: &Range<usize>) -> bool {
    let text = line.text();
    let (before, after) = (&text[sentence.start..range.start], &text[range.end..sentence.end]);
    let next = substances(after, DrugTable::bundled()).first().map_or(after.len(), |next| next.range.start);
    let own = is_own(before);
    let by_companion = line.utterance.role == Role::Other;
    let of_other_sex = || by_companion && context::relative_of_other_sex(before, visit.is_female());
    let of_kin = || by_companion && KIN_OF_THE_PATIENT.is_match(before) || KIN_IS_ALLERGIC.is_match(after);
    medications::someone_elses(line, before, after) && !own
        || of_other_sex()
        || of_kin()
        || THEIRS.is_match(&after[..next])
        || by_companion && (own || THE_SPEAKERS.is_match(&after[..next]))
}

/// Whether somebody who came along names what stands at `range` and tells a reaction as their own: "Penicillin. My throat swelled
/// up." Where the patient was asked it may be that voices were taken for one another, so nobody's is for sure.
pub(super) fn is_unsure(visit: &Visit, line: &Line, range: &Range<usize>) -> bool {
    let said = super::borne::said_of(line, range);
    line.utterance.role == Role::Other
        && is_in_exchange(visit, line)
        && SPEAKERS_OWN.is_match(said)
        && !OF_THE_PATIENT.is_match(line.text())
}
