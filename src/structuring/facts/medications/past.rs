//! Medicines that are no longer taken.

use std::sync::LazyLock;

use regex::Regex;

use super::mention::Mention;
use crate::{
    structuring::{
        facts::context,
        text::pattern,
        visit::{Line, Visit},
    },
    terminology::DrugMention,
};

/// "I finished it on Friday", "I stopped that in the spring": the medicine named before is over.
pub(super) fn ends_later(sentence: &str) -> bool {
    static OVER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:(?:and|but|well|so|then) )*(?:i|we|they|he|she|it|that)(?: \w+)? (?:finished|stopped|ended|quit)(?: (?:it|that|them|taking|in|on|last|a|about)\b|\W*$)|^\W*(?:(?:yeah|yes|no|well|oh|uh|um)\W+)*(?:[^.?!]{0,40}\b)?i took (?:it|that|them) (?:until|till)\b|^\W*(?:(?:yeah|yes|no|well|oh|uh|um)\W+)*(?:i )?took (?:it|them|that) for (?:about |like )?(?:\w+ ){1,2}(?:days?|weeks?|months?)(?: and\b|\W*$)|\bno[,.]? i only kept|\b(?:and then|but|so) (?:i|we|they|he|she)(?: just| had to)? (?:stopped|quit|came off|gave up)\b|\b(?:gave up on|so (?:that|it) (?:got|was) (?:stopped|dropped))\b",
        )
    });
    OVER.is_match(sentence) || came_off(sentence) || not_taken_since(sentence) || ran_out_long_ago(sentence)
}

/// "He told me to hold it before the procedure, so I stopped two days ago, and I start again the day after": it is not over.
pub(super) fn begins_again(text: &str) -> bool {
    static AGAIN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:re-?start|resume|(?:start|go|get|be|take|taking|starting) (?:it |them |that )?(?:back on|back|again))\b|\b(?:told|asked|said|had|want(?:s|ed)) (?:me |him |her )?(?:to )?(?:hold|pause) (?:it|that|them)\b|\bon hold\b",
        )
    });
    AGAIN.find(text).is_some_and(|again| !context::negates(&text[..again.start()]))
}

/// "I came off it two years ago", "I've kind of weaned myself off of it".
fn came_off(sentence: &str) -> bool {
    static OFF: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:i|we|he|she)(?:'ve|'s| have| has)?(?: (?:just|kind of|kinda|sort of|slowly|already|actually))* (?:came|went|got|we[ae]ned|tapered)(?: (?:myself|me|him|her|himself|herself))? off (?:of )?(?:it|that|them|those)\b|(?:'ve|'s| have| has) come off (?:of )?(?:it|that|them|those)\b|\b(?:you|they|he|she|we|doctor \w+|dr\.? \w+|(?:my|the|his|her) \w+)(?:'ve|'s|'d| have| has| had)? (?:took|taken) (?:me|him|her|us) off (?:of )?(?:it|that|this|them|those)\b",
        )
    });
    OFF.is_match(sentence)
}

/// "Are you still taking any of these?" "No": all that was just listed is over.
pub(super) fn ends_all(visit: &Visit, line: &Line) -> bool {
    static STILL_ANY: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\bstill (?:taking|on|using|take|use) (?:any|all|either|both)?(?: ?of)? ?(?:these|those|them)\b")
    });
    let asked = visit.question_before(line.index).filter(|question| question.by_clinician());
    line.by_patient_side()
        && asked.is_some_and(|question| STILL_ANY.is_match(question.text()))
        && context::denies(line.text())
}

/// "I haven't had it in months."
fn not_taken_since(sentence: &str) -> bool {
    static NOT_SINCE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:haven't|have not|hasn't|has not) (?:taken|had|used|refilled) (?:it|any|them|that|those|one)(?: \w+)? (?:since|(?:in|for) (?:(?:a|several|many|a few|two|three|four|five|six|\d+) )?(?:weeks|months|years|ages|while|long time|long while))\b",
        )
    });
    NOT_SINCE.is_match(sentence)
}

/// "I ran out in the summer": not the same as one that is to be refilled today.
fn ran_out_long_ago(sentence: &str) -> bool {
    static RAN_OUT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:r[ua]n|running) out\b[^.?!]{0,40}\b(?:in (?:the )?(?:spring|summer|fall|autumn|winter|january|february|march|april|may|june|july|august|september|october|november|december|(?:19|20)\d\d)|(?:weeks?|months?|years?) ago|last (?:month|year|spring|summer|fall|autumn|winter)|a (?:long )?(?:while|time) (?:ago|back)|(?:never|didn't|did not|haven't|have not|hasn't) (?:\w+ )?(?:refill\w*|renew\w*|get|got|gotten|go|went|gone|take|taken|had|have|pick\w*|fill\w*|order\w*|bother\w*))\b",
        )
    });
    RAN_OUT.is_match(sentence)
}

/// Who stops a medicine: not "the pain".
const WHO: &str = r"(?:they|he|she|you|we|i|somebody|someone|dr\.? \w+|doctor \w+|(?:the|my|that|your|our|another) (?:\w+ ){0,2}?(?:doctor|doc|fellow|guy|nurse|\w+ist|clinic|hospital|surgeon|physician|practitioner|team|people|lady|man|woman))";

/// "The Advair? No, they changed that": named by mistake.
pub(super) fn changed_since(sentence: &str) -> bool {
    static CHANGED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(&format!(
            r"^\W*(?:(?:no|wait|sorry|oh|well)\W+)*(?:{WHO}|it's been) (?:changed|switched|stopped|replaced|took me off) (?:that|it|me)\b"
        ))
    });
    CHANGED.is_match(sentence)
}

/// "No, they stopped that, I got thrush": an answer by which a medicine was taken, and is no more.
pub(super) fn ended_since(answer: &str) -> bool {
    static ENDED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(&format!(
            r"\b(?:{WHO} (?:\w+ )?(?:stopped|changed|switched|quit|finished|took me off)|not any ?more|no longer|came off|ran out|finished (?:it|that|them)|it was stopped|until)\b"
        ))
    });
    ENDED.is_match(answer) || not_taken_since(answer)
}

/// "They changed that to ticagrelor": what was named shortly before is over, and this one has its place.
pub(super) fn replaces(line: &Line, new: &DrugMention, previous: &Mention) -> bool {
    static CHANGED_TO: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:changed|switched|swapped|moved) (?:it|that|this|them|me|him|her)(?: over)? to (?:the |\w+ )?$")
    });
    let before = &line.text()[line.sentence_at(new.range.start).start..new.range.start];
    line.by_patient_side()
        && line.index - previous.line <= 2
        && previous.drug.name != new.drug.name
        && CHANGED_TO.is_match(before)
}

/// "You were on lisinopril years ago": whether what is named after `before` was taken once.
pub(super) fn was_on(before: &str) -> bool {
    static WAS_ON: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\byou were (?:once )?(?:on|taking) (?:the )?$|\byou(?:'ve| have| had)? (?:stopped|quit|finished|came off|come off)(?: taking| using)? (?:the |your )?$",
        )
    });
    WAS_ON.is_match(before)
}

/// "The clopidogrel we stopped after a year."
pub(super) fn ended_before(after: &str) -> bool {
    static ENDED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^,? (?:was stopped|(?:that )?(?:we|you|they|i|he|she|dr\.? \w+|doctor \w+|(?:your|my|the) \w+(?: \w+)?)(?:'d|'ve| had| have)? (?:\w+ )?(?:stopped|finished|took you off|took me off|came off|quit))\b",
        )
    });
    ENDED.is_match(after)
}

/// "They started me on it, but I never picked it up", said in the sentence that names it.
pub(super) fn never_begun(after: &str) -> bool {
    static NEVER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:never|didn't|did not|haven't|couldn't) (?:even |actually |ever )?(?:start|started|fill|filled|pick|picked|begin|began|begun)(?: up)? (?:it|that|them|one|any|taking)\b",
        )
    });
    NEVER.is_match(after)
}

/// "That was before", "she took it for five years": an answer to the bare name by which it is over, though nothing is denied.
pub(super) fn over_by_answer(answer: &str) -> bool {
    static LONG_AGO: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:(?:oh|well|yeah|yes|um|uh|hmm)\W+)*(?:that was|that's from|those were|used to)\b[^.?!]{0,20}\b(?:before|(?:years?|months?|ages|a (?:long )?while|a long time) (?:ago|back)|back then|last (?:year|spring|summer|fall|autumn|winter)|in (?:19|20)\d\d)\b",
        )
    });
    static GOES_ON: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:now|still|i take|i'm (?:on|taking)|he takes|she takes|every|twice|once a|daily|increased|raised|lowered|changed|refill\w*)\b",
        )
    });
    // "You took me off that in July."
    static TAKEN_OFF: LazyLock<Regex> = LazyLock::new(|| {
        pattern(&format!(
            r"^\W*(?:(?:oh|well|yeah|yes|no|um|uh|hmm|but)\W+)*{WHO}(?:'ve|'s|'d| have| has| had)? (?:took|taken) (?:me|him|her|us) off (?:of )?(?:it|that|this|them|those)\b"
        ))
    });
    LONG_AGO.is_match(answer) && !GOES_ON.is_match(answer) || TAKEN_OFF.is_match(answer)
}

/// "I never started it", "they wouldn't pay, so I didn't pick it up": it was never taken.
pub(super) fn never_taken(answer: &str) -> bool {
    static NEVER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:never|didn't|did not|haven't|couldn't) (?:even |actually |ever )?(?:start|started|take|took|fill|filled|pick|picked|got|get|use|used|try|tried|begin|began|begun)(?: up| taking| around to)? (?:it|that|them|one|any)(?: up)?\b",
        )
    });
    NEVER.is_match(answer) && !not_taken_since(answer)
}

/// Whether `sentence`, with which the patient answers what was taken before, tells of a time that is over: "have you had
/// antibiotics?" "Augmentin, in November".
pub(super) fn asked_of_the_past(visit: &Visit, line: &Line, sentence: &str) -> bool {
    static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:(?:did|have|had) you (?:ever )?(?:try|tried|take|taken|had|have|used?|been)|what (?:have|did|were) (?:you|they|he|she)|how many|were you|before (?:that|this)|this year|last (?:time|year)|in the past|ever)\b",
        )
    });
    static WHEN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:in (?:the )?(?:january|february|march|april|may|june|july|august|september|october|november|december|spring|summer|fall|autumn|winter|(?:19|20)\d\d|my (?:teens|twenties|thirties|forties))|back in|last (?:year|month|spring|summer|fall|autumn|winter|time)|\w+ (?:years?|months?) ago|years? (?:ago|back)|after (?:my|the|i|[A-Z]\w+)|when i was|as a (?:kid|child|teenager)|in (?:college|school))\b",
        )
    });
    static STILL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:still|since|now|every (?:day|night|morning)|i'm (?:on|taking)|i take|daily|these days)\b")
    });
    let asked = visit.question_before(line.index).is_some_and(|question| BEFORE.is_match(question.text()));
    asked && WHEN.is_match(sentence) && !STILL.is_match(sentence)
}

/// "He had amoxicillin in September."
pub(super) fn had_once(before: &str, after: &str) -> bool {
    static HAD: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:had|got|took|gave (?:me|him|her)) (?:some |the |a course of )?$"));
    // "I had, in the ER, the Reglan."
    static HAD_THERE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:had|got|took|gave (?:me|him|her))\W+(?:(?:back|once) )?(?:in|at) (?:the )?(?:er|emergency room|hospital|urgent care|college|school|ambulance|army|navy)\b[^.?!]{0,15}$",
        )
    });
    static WHEN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^ (?:back )?(?:for (?:\w+ ){1,2}(?:days?|weeks?|months?)|(?:from|in|at) (?:the )?(?:urgent care|dentist|er|emergency room|hospital)|in (?:january|february|march|april|may|june|july|august|september|october|november|december|(?:19|20)\d\d)|last (?:year|month|spring|summer|fall|autumn|winter|time)|\w+ (?:years?|months?|weeks?) ago|for the last one|once|before)\b",
        )
    });
    static FINISHED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:finished|completed|came off|got off) (?:taking |the |my |his |her |a |course |of |that )*$")
    });
    HAD.is_match(before) && WHEN.is_match(after) || HAD_THERE.is_match(before) || FINISHED.is_match(before)
}

/// Whether `sentence`, the patient's, speaks of a medicine that is no longer taken.
pub(super) fn is_over(sentence: &str) -> bool {
    static USED_TO: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\bused to (?:take|be (?:on|taking)|use|have)\b|\b(?:used|tried|had)\b[^.?!]*\b(?:did nothing|(?:didn't|did not|never) (?:do|help|work|touch)\w*|waste of (?:money|time)|useless|no (?:good|use|help)\b)",
        )
    });
    static WAS_ON: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:was|were|been) (?:put )?on\b|\bhad (?:me|him|her) on\b|\b(?:we|i|they|he|she)(?:'ve|'d)? tried\b",
        )
    });
    static FOR_A_TIME: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:in my (?:teens|twenties|thirties|forties|fifties)|for (?:(?:about|like|maybe) )?(?:an?|one|two|three|four|five|six|a few|a couple(?: of)?) (?:days?|weeks?|months?|years?|while)|(?:back )?in (?:january|february|march|april|may|june|july|august|september|october|november|december|the (?:spring|summer|fall|autumn|winter))|at first|before (?:that|the|my|i)|when i was|back when|in (?:college|school|the hospital))\b",
        )
    });
    static OFF: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:i'm|he's|she's|i've been|i am|he's been|she's been) off (?:of )?(?:the|my|that|his|her|those)\b")
    });
    static TOOK: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:took|was (?:on|taking|given|prescribed)|were (?:on|taking)|had been (?:on|taking)|(?:i've |have )?tried)\b",
        )
    });
    static ENDED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:stopped|quit|finished|ended|no longer|any ?more|came off|years? ago|months? ago|last year|in (?:19|20)\d\d|as a (?:child|kid|teenager|baby)|years? back|back then|at the time|until|till|could stop|told me to stop|ran its course)\b",
        )
    });
    static LEFT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:made|had|told|asked|advised|wanted) (?:me|him|her) (?:to )?(?:quit|stop|drop (?:it|that|them)|come off|get off)\b|\b(?:quit|stopped) after (?:an?|one|two|three|four|five|a few|a couple(?: of)?|\d+) (?:days?|weeks?|months?|doses?)\b|\b(?:gave up on|so (?:that|it) (?:got|was) (?:stopped|dropped))\b|\bso (?:i|we|he|she) (?:left|stopped|quit|dropped) (?:it|that|them|taking|giving)\b",
        )
    });
    static STILL: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:still|since|ever since|now)\b"));
    static LAST_TIME: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:last time|the time before)\b.*\b(?:gave|got|had|put|took)\b|\b(?:gave|got|had|put|took)\b.*\blast time\b",
        )
    });
    (USED_TO.is_match(sentence)
        || LAST_TIME.is_match(sentence)
        || LEFT.is_match(sentence)
        || TOOK.is_match(sentence) && ENDED.is_match(sentence))
        && !STILL.is_match(sentence)
        || OFF.is_match(sentence)
        || WAS_ON.is_match(sentence) && FOR_A_TIME.is_match(sentence) && !STILL.is_match(sentence)
        || ran_out_long_ago(sentence)
}
