//! What is no allergy after all: borne without harm, denied, outgrown, or taken off the list.

use std::ops::Range;

use super::{CANNOT_TAKE, CUE, NEW_ONES, Substance, allergy_to, whose};
use crate::{
    domain::Allergy,
    language::{patterns::patterns, questions::is_question},
    structuring::{
        facts::{
            allergens::{self, substances},
            context,
            reactions::REACTION,
        },
        visit::{Line, Visit},
    },
    terminology::DrugTable,
};

patterns! {
    // "I've had amoxicillin since without any problem", "the allergist said he's not allergic", "shellfish is fine".
    TOLERATED = r"^[^?!]{0,80}\b(?:without (?:any )?(?:problems?|trouble|reactions?|issues?)|no (?:problems?|trouble|reactions?|issues?) (?:with|to)|(?:not|isn't|never|wasn't) (?:really |actually )?allergic|(?:was|been|is|are|were) (?:always |totally |perfectly |just )?(?:fine|okay|ok|all right)|(?:plenty|lots|loads|tons) of times|(?:many|a hundred|a dozen|several) times|no problem|did (?:just |totally |perfectly )?(?:fine|okay|ok|well|great|all right)|nothing (?:ever |bad )?happened|(?:didn't|did not|never) (?:bother(?:ed)?|do anything to|have (?:any |a )?(?:problem|trouble|reaction|issue)))\b|^'s (?:fine|okay|ok|all right)\b|^(?: \w+){0,4} plenty\W*$";
    // "Keflex, yes, I had that for the toe. Fine.", told in the sentence after.
    FINE_THEN = r"^[^.?!]*[.?!]\W+(?:(?:and|but|that|it|they|i|he|she|which) )?(?:(?:was|were|did) )?(?:(?:totally|perfectly|just|all) )?(?:fine|no (?:problems?|trouble|reactions?|issues?)(?: (?:with|to|from) (?:it|that))?|nothing (?:ever )?happened)\W*(?:[.?!]|$)";
    // "… but Mia eats peanut butter every day".
    EATEN = r"\b(?:eats?|eaten|drinks?|loves?|enjoys?|(?:can|could) (?:have|eat|take|drink)|(?:(?:is|does|do|am|are|was|been|always|totally|perfectly|just)|(?:i|we|they|you|he|she)'(?:s|m|re)) (?:fine|okay|ok|well|all right) with|^\W*(?:fine|okay|ok|all right) with|tolerates?|no (?:problems?|trouble|issues?) with|never (?:had )?(?:an? |any )?(?:problems?|trouble|issues?|reactions?) (?:with|to)) (?:the |any |some |lots of |all )*$";
    ABLE = r"^(?:no|never) ";
    // "Penicillin, no.", "latex, no, I'm fine with latex".
    DENIED_AFTER = r"^,? (?:no|nope|not me)\s*(?:[.,;!]|$)";
    ALLERGIC_NOT = r"\b(?:not|isn't|never|wasn't) (?:really |actually )?allergic\b";
    // "They tested me last year and it was negative", "he outgrew it".
    NO_LONGER = r"\b(?:tested (?:me|him|her|negative|for (?:it|that))|(?:got|was|been|were|had (?:me|him|her)) tested|(?:skin|allergy|patch|prick|scratch|penicillin) test\w*|allergist|(?:food|oral|drug) challenge\w*)\b[^?!]{0,80}(?:\b(?:not|negative|fine|okay|clear\w*|gone|off)\b|n't\b)|\b(?:outgrew|outgrown|grew out of|grown out of|turned out (?:not|i wasn't|it wasn't|he wasn't|she wasn't)|(?:isn't|wasn't|not) (?:true|real)|took (?:it|that) off (?:my|the|his|her))\b";
    // "People think I'm allergic to it, it's on some old chart."
    BELIEVED = r"\b(?:people|they|everybody|everyone|some(?:body|one)|doctors|the (?:\w+ )?(?:chart|record|list|computer)|old (?:charts?|records?)|it) (?:\w+ )?(?:thinks?|thought|says?|said|believed?|assumes?|assumed|told (?:me|us|him|her)|ha(?:s|ve) me (?:down )?as)\b";
    BUT_BORNE = r"\bbut\b[^?]*\b(?:nothing (?:ever |bad )?happened|(?:was|been|were) (?:totally |perfectly |just )?(?:fine|okay|ok|all right)|no (?:problems?|trouble|reactions?|issues?)|without (?:any )?(?:problems?|trouble|reactions?|issues?))\b";
    // "I'll take that off", "let me delete it from the chart".
    TAKES_OFF = r"\b(?:take|taking|cross|strike|get) (?:that|it|this|those|them|the \w+) off\b|\b(?:remov\w+|delet\w+|eras\w+) (?:that|it|this|those|them|the \w+)\b";
    // "That's not right.": an answer to what a clinician read from the list.
    DISPUTES = r"^\W*(?:(?:oh|well|um|uh|hm+|no)\W+)*(?:that's|that is|that isn't|it's|those are|those aren't|they're) (?:not (?:right|true|correct|mine|me|real)|wrong|(?:a|an old) mistake|an error|incorrect|right anymore)\b|^\W*(?:(?:oh|well|um|uh)\W+)*(?:that (?:isn't|wasn't) (?:right|true|me)|i don't (?:remember that|think (?:so|that's (?:right|true|real)))|(?:i have )?no idea (?:where|why)|that(?:'s| was| is) (?:my|his|her) (?:\w+ )?(?:mother|mom|mum|father|dad|brother|sister|son|daughter|wife|husband|cousin|aunt|uncle)(?:'s)?)\b";
    // "Never again": how somebody speaks who did not bear it.
    NOT_BORNE = r"\b(?:never again|terribl\w*|awful\w*|horribl\w*|bad(?:ly)?|worst|hated?|stopped|quit|sick|react\w*|ER|emergency|allerg\w*)\b";
    HAD = r"\b(?:i|he|she|i've|he's|she's|i have|he has|she has) (?:\w+ )?(?:had|taken|took|eaten|used|eat|eats)(?: (?:the|some|a|any|that))*\s*$";
}

/// The words after the mention at `range` that can be said of it: up to the end of its turn, or to another substance.
pub(super) fn said_of<'l>(line: &'l Line, range: &Range<usize>) -> &'l str {
    let text = line.text();
    let name = text[range.clone()].to_lowercase();
    let others = substances(text, DrugTable::bundled()).into_iter().filter(|one| one.range.start >= range.end);
    let mut others = others.filter(|one| text[one.range.clone()].to_lowercase() != name);
    &text[range.end..others.next().map_or(text.len(), |one| one.range.start)]
}

/// Whether a reaction is told in `text` and not denied.
pub(super) fn tells_a_reaction(text: &str) -> bool {
    REACTION.find_iter(text).any(|found| {
        let sentence = text[..found.start()].rfind(['.', '?', '!']).map_or(0, |end| end + 1);
        !context::negates(&text[sentence..found.start()])
    })
}

/// Whether the mention at `range` is of what does the patient no harm: "I've had Keflex, no problem", "fine with latex". Who
/// tells of a rash and bore something since is still asked about the rash.
pub(super) fn is_borne(line: &Line, range: &Range<usize>) -> bool {
    let text = line.text();
    let sentence = line.sentence_at(range.start);
    let (before, said) = (&text[sentence.start..range.start], said_of(line, range));
    let own = &said[..said.len().min(sentence.end.saturating_sub(range.end))];
    let tolerated = TOLERATED
        .find(own)
        .is_some_and(|found| ALLERGIC_NOT.is_match(found.as_str()) || !tells_a_reaction(found.as_str()));
    let fine_then =
        line.by_patient_side() && FINE_THEN.find(said).is_some_and(|found| !tells_a_reaction(found.as_str()));
    let denied = DENIED_AFTER.is_match(own) && !tells_a_reaction(said) && !CUE.is_match(own);
    // "The iodine, I'm fine with iodine."
    let name = &text[range.clone()];
    let again = own.to_lowercase().find(&name.to_lowercase());
    let borne_again = again.is_some_and(|at| own.get(..at).is_some_and(eats));
    tolerated || fine_then || denied || borne_again || eats(before)
}

/// Whether `before`, the sentence up to a substance, says that it is eaten or borne. "I can't eat" and "don't do well with" do not.
fn eats(before: &str) -> bool {
    EATEN.find(before).is_some_and(|found| {
        found.start() == 0 || !context::negates(&before[..found.start()]) || ABLE.is_match(found.as_str())
    })
}

/// Whether the mention at `range` tells that something was taken before and did no harm.
pub(super) fn was_borne(line: &Line, range: &Range<usize>) -> bool {
    let sentence = line.sentence_at(range.start);
    HAD.is_match(&line.text()[sentence.start..range.start]) && is_borne(line, range)
}

/// Whether the mention at `range` only tells that it was taken: "no, I had amoxicillin last fall".
pub(super) fn is_only_taken(line: &Line, range: &Range<usize>) -> bool {
    let sentence = line.sentence_at(range.start);
    let said = said_of(line, range);
    HAD.is_match(&line.text()[sentence.start..range.start]) && !tells_a_reaction(said) && !NOT_BORNE.is_match(said)
}

/// Whether `answer` says that what a clinician read from the list is wrong. Where it names one of several, only that one is.
pub(super) fn is_disputed(line: &Line, answer: &str, range: &Range<usize>, table: &DrugTable) -> bool {
    let text = line.text();
    let named = |text: &str| -> Vec<String> {
        substances(text, table).into_iter().map(|one| text[one.range].to_lowercase()).collect()
    };
    let (listed, answered) = (named(text), named(answer));
    let this = text[range.clone()].to_lowercase();
    let of_the_list = answered.iter().any(|one| listed.contains(one));
    DISPUTES.is_match(answer) && (!of_the_list || answered.contains(&this) || NEW_ONES.is_match(answer))
}

/// Whether `answer` takes up another of the substances that a clinician read out, and not the one at `range`.
pub(super) fn is_about_another(line: &Line, answer: &str, range: &Range<usize>) -> bool {
    let text = line.text();
    let table = DrugTable::bundled();
    let named = |text: &str| -> Vec<String> {
        substances(text, table).into_iter().map(|one| text[one.range].to_lowercase()).collect()
    };
    let (listed, answered) = (named(text), named(answer));
    let this = text[range.clone()].to_lowercase();
    !answered.contains(&this) && answered.iter().any(|one| listed.contains(one))
}

/// Whether it is said that an allergy is over, was only believed, or comes off the list, or that one of which only the
/// clinician spoke is none: "No, I'm not allergic to latex."
pub(super) fn is_withdrawn(visit: &Visit, allergy: &Allergy, table: &DrugTable) -> bool {
    let told = |line: &Line| allergy.evidence.iter().any(|one| one.utterance == line.utterance.id);
    let by_patient = visit.lines.iter().filter(|line| line.by_patient_side());
    let is_over = |line: &Line| {
        let said = said_of_it(line, allergy, table);
        let next = visit.lines.iter().skip(line.index + 1).take(2).filter(|next| next.by_patient_side());
        // Only where nothing else was named is what comes next still said of it.
        let open = said.len() == line.text().len() || line.text().ends_with(said);
        NO_LONGER.is_match(said)
            || is_only_believed(allergy, line, table)
            || is_taken_off(visit, line, said)
            || open && next.into_iter().any(|next| NO_LONGER.is_match(said_of_it(next, allergy, table)))
    };
    let of_it = by_patient.clone().filter(|line| told(line));
    let read_out = visit.lines.iter().filter(|line| line.by_clinician() && told(line));
    let removed = |line: &Line| {
        let answer = visit.answer_to(line.index);
        answer.is_some_and(|answer| DISPUTES.is_match(answer.text()) && is_taken_off(visit, answer, ""))
    };
    of_it.clone().next().is_some() && of_it.clone().all(is_over)
        || of_it.clone().next().is_none() && read_out.clone().any(removed)
        || of_it.clone().next().is_none() && by_patient.clone().any(|line| denies_it(visit, line, allergy, table))
}

/// The part of `line` that is said of `allergy`: from the sentence of its name to that of another substance.
fn said_of_it<'l>(line: &'l Line, allergy: &Allergy, table: &DrugTable) -> &'l str {
    let text = line.text();
    let named = substances(text, table);
    let is_it = |one: &Substance| allergens::is_same(allergy, &allergy_to(line, one));
    let first = named.iter().position(is_it);
    let start = first.map_or(0, |at| line.sentence_at(named[at].range.start).start);
    let mut others = named.iter().skip(first.map_or(0, |at| at + 1)).filter(|one| !is_it(one));
    &text[start..others.next().map_or(text.len(), |one| line.sentence_at(one.range.start).start.max(start))]
}

/// "People think I'm allergic to penicillin, but I had amoxicillin and nothing happened": no reaction, and one like it was
/// borne.
fn is_only_believed(allergy: &Allergy, line: &Line, table: &DrugTable) -> bool {
    let text = line.text();
    let named = substances(text, table);
    let Some(at) = named.iter().position(|one| allergens::is_same(allergy, &allergy_to(line, one))) else {
        return false;
    };
    let sentence = line.sentence_at(named[at].range.start);
    let rest = &text[named[at].range.end..];
    let name = text[named[at].range.clone()].to_lowercase();
    let group = |one: &Substance| {
        let found = table.find(&text[one.range.clone()]).map(|drug| drug.class);
        found.is_some_and(|class| name.starts_with(class) || table.find(&name).is_some_and(|drug| drug.class == class))
    };
    let alike = named[at + 1..].iter().all(|one| allergens::is_same(allergy, &allergy_to(line, one)) || group(one));
    allergy.reaction.is_none()
        && BELIEVED.is_match(&text[sentence.start..named[at].range.start])
        && BUT_BORNE.is_match(rest)
        && alike
}

/// Whether the clinician takes off the list what the patient's side tells in `line` to be none, in the words `said` of it.
fn is_taken_off(visit: &Visit, line: &Line, said: &str) -> bool {
    let reply = visit.lines.iter().skip(line.index + 1).take(2).find(|next| next.by_clinician());
    reply.is_some_and(|reply| TAKES_OFF.is_match(reply.text()) && !is_question(reply.text()))
        && (BUT_BORNE.is_match(said) || DISPUTES.is_match(line.text()))
}

fn denies_it(visit: &Visit, line: &Line, allergy: &Allergy, table: &DrugTable) -> bool {
    let text = line.text();
    substances(text, table).into_iter().any(|one| {
        let sentence = line.sentence_at(one.range.start);
        // "Wasn't there something about the contrast?" asks.
        if text[sentence.clone()].trim_end().ends_with('?') {
            return false;
        }
        let before = &text[sentence.start..one.range.start];
        let denied = context::negates(before) && !CANNOT_TAKE.is_match(before);
        let is_it = allergens::is_same(allergy, &allergy_to(line, &one));
        is_it && (denied || is_borne(line, &one.range) || whose::is_anothers(visit, line, &sentence, &one.range))
    })
}
