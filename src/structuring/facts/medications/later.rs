//! What later sentences and turns make of a medicine that was named before: a decision about "it", a correction, an answer,
//! a decision taken back.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{
    Mention,
    decisions::{Decision, decision},
    past::{begins_again, ends_later},
    reference::{self, means_several},
    sigs::{doses, frequency_alone, take_back, take_steps},
    strengths,
    verbs::{from_to, instead_of, of_one_time, reports},
};
use crate::{
    domain::{Dose, MedicationAction, Role},
    language::questions::is_question,
    structuring::{
        evidence,
        facts::{
            context,
            sig::{self, DoseMention},
        },
        text::pattern,
        visit::Line,
    },
};

/// A question about what the patient takes already.
static OWN_USE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?:keep|still|continue|stay on|my|stop|refills?|renew|more of|another (?:script|prescription))\b")
});
static GRANTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^\W*(?:of course|no problem|you bet|will do|i'll send|i'll refill|yep|certainly|happy to)\b")
});
static ENDS_IT: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:stop|quit|come off)\b"));
static CONTINUES_IT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\bstay on (?:the|your)\b|\b(?:keep|continue|stay|stay on|leave|carry on|stick|hold)(?: taking| giving| using| going| with| on)* (?:it|that|this|those|them|you|the same|both)\b|\bthe same\b|\b(?:keep|carry|go|stay)(?:ing)? (?:going|on|doing|as)\b|\b(?:give|take|use) (?:it|that|them|those) (?:through|till|until)\b|\bno changes?\b|\bsame again\b|\b(?:it|that) stays\b|\b(?:it|that|this|they|those)(?:'s| is|'re| are)? (?:fine|good|okay|doing (?:its|their|the) job|working)\b(?: as|,? so)|\bstay(?:ing)? (?:at|where|with)\b",
    )
});
/// Taking back what was just decided, without saying what holds instead.
static RETRACTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:never ?mind|forget (?:that|it|about it)|scratch that|on second thoughts?|let's (?:not|hold off|wait)|hold off|(?:not|n't) (?:change|increase|decrease|raise|lower|start|stop|add) (?:it|that|anything|this)\b)",
    )
});
/// "We'll talk about that next time."
static TALKS_LATER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:talk|think|speak|discuss|come back|look|decide)\w* (?:\w+ )?(?:that|it|this) (?:at the |the )?(?:next (?:time|visit|week|month)|later|another (?:day|time)|then)\b|\b(?:that|it|this) can wait\b",
    )
});
/// A correction that says so by itself, whoever the recogniser takes the speaker for.
static PLAIN_CORRECTION: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:make (?:that|it|at)|scratch that|correction|i (?:mean|meant)|sorry)\b"));
/// "Dad, it's a hundred": somebody sets right what another has just said.
static RIGHTS_ANOTHER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\W*(?:dad|daddy|mum|mom|mommy|mother|father|pop|honey|dear|love|darling|sweetheart|grandma|grandpa|nana)\W+(?:no\W+)?(?:it's|it is|that's|you're on|you take|you're taking|he takes|she takes)\b",
    )
});
/// "Let's not do that any more."
static NO_MORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:not|\w+n't|never) (?:do|take|use|have|give) (?:(?:that|it|those|them|this) (?:any ?more|again)|any more(?: of (?:it|that|those|them|this))?)\b|\bno more of (?:it|that|those|them|this)\b|^\W*(?:(?:oh|well|okay|so|no)\W+)*(?:please )?(?:don't|do not|i wouldn't|i'd rather you didn't|i'd rather not)(?: (?:take|use|give (?:him|her)) (?:that|it|those|them|this)(?: one)?)?(?:,? please)?\W*(?:$|,)",
    )
});
/// "It'll go up for a few days" tells what happens, "we could go to a hundred" weighs, "leave it off" keeps nothing.
static NOT_DECIDED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:it'll|it will|it might|it can|that'll|they'll|could|might|maybe|probably|eventually|over time|(?:leave|leaving|stays?|keep) (?:it |that |them )?off|(?:it|that|this|which) (?:push|put|rais|lower|increas|reduc|cut|take|bring|drop|mak|keep|help|doubl)e?s)\b",
    )
});
/// "And then stop it when the IUD is in", "stop it in a week": what begins now ends later.
static ENDS_IN_TIME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:stop|quit|come off)\b[^.?!]{0,30}\b(?:when|once|as soon as|after|in (?:an?|one|two|three|four|five|six|a few|\d+) (?:days?|weeks?|months?))\b|\bthen (?:you )?(?:can )?(?:just )?(?:stop|quit|come off)\b",
    )
});
/// "Hold that while he isn't eating."
static HOLD_IT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\W*(?:(?:so|okay|and|then|please|just|yes|let's|i'd|we'll)\W+)*(?:hold|pause) (?:that|it|those|them|this)\b",
    )
});
/// "Restart it at five hundred", "I'd go back on that".
static AGAIN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:re-?start(?:ing)?|resum(?:e|ing)|start(?:ing)? (?:that|it|this|them|back up|up again)|back on (?:it|that|this|them))\b",
    )
});
/// "I'd like you to stop the": the recogniser lost the rest.
static STOPS_THE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?:stop|quit|come off|get rid of|drop)(?: taking| using)?(?: of)? (?:the|your|those|that)\W*$")
});
static ANAPHOR: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(it|that|this|those|them|both|the dose|the same)\b"));

/// "Let's increase it to 75. No, keep it as it is": a decision taken back in a sentence that names no medicine.
pub(super) fn retract(line: &Line, range: &Range<usize>, mention: &mut Mention) {
    use MedicationAction::{Change, Continue, Decrease, Increase, Start, Stop};
    let sentence = &line.text()[range.clone()];
    let decided = matches!(mention.action, Change | Decrease | Increase | Start | Stop) && !mention.dismissed;
    if !line.by_clinician() || !decided || is_question(sentence) {
        return;
    }
    if mention.action == Start && TALKS_LATER.is_match(sentence) {
        put_off(mention);
        return;
    }
    let keeps = CONTINUES_IT.is_match(sentence);
    let dose = sig::final_dose(sentence, &doses(sentence, mention.drug));
    let taken_back = RETRACTS.is_match(sentence) && dose.is_none();
    let before = line.sentences.iter().take_while(|earlier| earlier.end <= range.start).last();
    let corrects =
        context::corrects(sentence) || before.is_some_and(|before| context::corrects(&line.text()[before.clone()]));
    if !(taken_back || keeps && corrects) {
        return;
    }
    if mention.action == Start && !keeps {
        mention.dismissed = true;
    } else {
        mention.action = Continue;
    }
    mention.taken_back.extend(mention.dose.take().filter(|before| dose.as_ref().is_none_or(|now| now.dose != *before)));
    mention.dose = dose.map(|mention| mention.dose);
    evidence::merge(&mut mention.evidence, [evidence::evidence(line.utterance, range.clone())]);
}

/// "Should I keep the lisinopril?" "Yes.": what the clinician's answer makes of a medicine that the patient asks about.
pub(super) fn take_reply(question: &str, reply: &Line, found: &mut Mention) {
    let Some(first) = reply.sentences.first() else { return };
    let answer = &reply.text()[first.clone()];
    let own = OWN_USE.is_match(question);
    let ends =
        ENDS_IT.is_match(answer) && !context::negates(&answer[..ENDS_IT.find(answer).map_or(0, |at| at.start())]);
    let goes_on = context::affirms(answer)
        || GRANTS.is_match(answer)
        || CONTINUES_IT.is_match(answer) && !context::denies(answer);
    match (ends, goes_on && own) {
        (true, _) if own => found.action = MedicationAction::Stop,
        (false, true) => found.action = MedicationAction::Continue,
        _ => return,
    }
    found.dismissed = false;
    evidence::merge(&mut found.evidence, [evidence::evidence(reply.utterance, first.clone())]);
}

/// "Keep both of those", "stay on all of them": what is said of the last one is decided for those named with it, too.
pub(super) fn follow_up_all(line: &Line, end: usize, mentions: &mut [Mention]) {
    let several = |range: &&Range<usize>| range.end <= end && means_several(&line.text()[(*range).clone()]);
    let range = line.sentences.iter().find(several).filter(|_| line.by_clinician());
    if let (Some(range), Some((last, earlier))) = (range, mentions.split_last_mut()) {
        let near = |other: &Mention| other.line == last.line || line.index - other.last_line <= 2;
        let named = |other: &&mut Mention| other.drug.name != last.drug.name && !other.dismissed && near(other);
        for other in earlier.iter_mut().rev().filter(named) {
            let no_dose = doses(&line.text()[range.clone()], other.drug).is_empty();
            if no_dose && decide_by_anaphor(line, range, other) {
                evidence::merge(&mut other.evidence, [evidence::evidence(line.utterance, range.clone())]);
            }
        }
    }
    decide_by_dose(line, end, mentions);
    follow_up(line, end, mentions);
}

/// "Let's come down to a hundred and twelve": the medicine of which that is a dose, where it isn't one of the last.
fn decide_by_dose(line: &Line, end: usize, mentions: &mut [Mention]) {
    let Some((last, earlier)) = mentions.split_last_mut().filter(|_| line.by_clinician()) else { return };
    for range in line.sentences.iter().filter(|range| range.end <= end) {
        let sentence = &line.text()[range.clone()];
        let is_known = |one: &Mention| {
            one.dose
                .as_ref()
                .is_some_and(|dose| doses(sentence, one.drug).iter().any(|new| sig::are_two(dose, &new.dose)))
        };
        let near =
            |one: &&mut Mention| line.index - one.last_line <= 3 && !one.dismissed && one.drug.name != last.drug.name;
        let mut meant: Vec<&mut Mention> = earlier.iter_mut().filter(near).filter(|one| is_known(one)).collect();
        if doses(sentence, last.drug).is_empty()
            && let [one] = meant.as_mut_slice()
            && decide_by_anaphor(line, range, one)
        {
            evidence::merge(&mut one.evidence, [evidence::evidence(line.utterance, range.clone())]);
        }
    }
}

/// "And what about Ozempic?" "Then I'd start it.": what the patient only asked about is begun after all.
fn grant(line: &Line, end: usize, last: &mut Mention) {
    static BEGINS_IT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:i'd|i'll|we'll|let's|i would|i want to|i'd like to|we can|i'm going to) (?:\w+ )?(?:start|begin|try|add|prescribe|put you on|go ahead with|get you (?:started )?on) (?:you on )?(?:(?:it|that one)\b|that(?:[.,!;]|$))",
        )
    });
    static TO_A_LIST: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\bto (?:the|your|my) (?:list|chart|notes?|record)\b"));
    let asked = last.dismissed && !last.against && last.by != Role::Clinician && !last.overtaken;
    let near = line.by_clinician() && line.index > last.line && line.index - last.last_line <= 3;
    let begins = |range: &&Range<usize>| {
        let sentence = &line.text()[(*range).clone()];
        let found = BEGINS_IT.find(sentence);
        found.is_some_and(|found| !context::negates(&sentence[..found.start()]))
            && !is_question(sentence)
            && !context::hypothetical(sentence)
            && !TO_A_LIST.is_match(sentence)
            && !begins_later(sentence)
    };
    if asked && near && line.sentences.iter().filter(|range| range.end <= end).any(|range| begins(&range)) {
        (last.dismissed, last.action, last.told, last.granted) = (false, MedicationAction::Start, true, true);
    }
}

/// What a turn says without a medicine's name, up to byte `end`, may decide about the last one: "let's stop that", "no,
/// make that forty".
fn follow_up(line: &Line, end: usize, mentions: &mut [Mention]) {
    let Some((last, earlier)) = mentions.split_last_mut() else { return };
    // An offer that was declined leaves what was taken before.
    let declined =
        last.dismissed && last.offered && earlier.iter().any(|one| one.drug.name == last.drug.name && one.used);
    grant(line, end, last);
    if line.index - last.last_line > 3 || last.dismissed && !declined || last.overtaken || last.line == line.index {
        return;
    }
    let sentences = || line.sentences.iter().filter(|range| range.end <= end);
    if line.by_patient_side() && sentences().any(|range| ends_later(&line.text()[range.clone()])) {
        match begins_again(line.text()) {
            true => (last.held, last.action) = (true, MedicationAction::Change),
            false => (last.past, last.action) = (true, MedicationAction::Taken),
        }
        evidence::merge(&mut last.evidence, [evidence::whole(line.utterance)]);
    }
    let mut since = 0;
    for range in sentences() {
        let sentence = &line.text()[range.clone()];
        // "I thought my sister took a hundred."
        let of_another =
            line.by_patient_side() && context::of_another_person(sentence) && !RIGHTS_ANOTHER.is_match(sentence);
        if is_question(sentence) || of_another || reference::means_another_kind(sentence, last.drug) {
            continue;
        }
        retract(line, range, last);
        let mut doses = doses(sentence, last.drug);
        let strength = strengths::of_combination(sentence, last.drug).filter(|_| last.strength.is_none());
        doses.retain(|dose| strength.as_ref().is_none_or(|(_, range)| !range.contains(&dose.range.start)));
        let mut used = take_dose(line, range, since, &doses, last);
        since = doses.last().map_or(since, |dose| range.start + dose.range.end);
        if let Some((strength, _)) = strength {
            last.strength = Some(strength);
            used = true;
        }
        let has_sig = used || last.dose.is_some() || last.strength.is_some();
        if used || (has_sig && last.frequency.is_none() && line.index - last.line <= 2) {
            let frequency = match used {
                true => sig::frequency(sentence).map(|(name, _)| name),
                false => frequency_alone(sentence),
            };
            used |= frequency.is_some();
            last.frequency = frequency.or(last.frequency.take());
        }
        used |= decide_by_anaphor(line, range, last);
        if line.by_clinician() && used {
            take_steps(sentence, last);
        }
        if used {
            last.last_line = line.index;
            // "Carvedilol." "Twelve and a half, twice a day."
            last.used |= line.by_patient_side() && has_sig && !last.offered && !last.borrowed && !last.put_off;
            evidence::merge(&mut last.evidence, [evidence::evidence(line.utterance, range.clone())]);
        }
    }
}

/// Takes the dose that a sentence of a later turn has, where it is the first that was said of the medicine or corrects the
/// one before, which may stand earlier in that turn, up to byte `since`: "Ten. No, wait, you raised it. Twenty." Whether it
/// was taken.
fn take_dose(line: &Line, range: &Range<usize>, since: usize, doses: &[DoseMention], last: &mut Mention) -> bool {
    let sentence = &line.text()[range.clone()];
    let Some(first) = doses.first() else {
        // "You're right, my mistake": the other one's dose stands.
        let other = last.disputed.take_if(|_| line.by_patient_side() && GIVES_IN.is_match(sentence));
        let conceded = other.is_some();
        if let Some(other) = other {
            last.taken_back.extend(last.dose.replace(other));
        }
        return conceded;
    };
    if line.by_clinician() && begins_later(sentence) {
        return false;
    }
    let told = last.said.iter().any(|(by, _)| *by == line.utterance.role);
    let near = line.index - last.last_line <= 2;
    // "We'll make it seven fifty" is a new dose of what the patient told of.
    let decides = line.by_clinician() && !told && last.by != Role::Clinician && PLANS.is_match(sentence);
    let rights = RIGHTS_ANOTHER.is_match(sentence);
    let corrects = (rights || context::corrects(sentence)) && !decides
        || sig::replaces(&line.text()[since..range.start + first.range.start]);
    let same_speaker = last.speaker == line.utterance.speaker && last.by == line.utterance.role;
    let corrected = near && corrects && (same_speaker || told || rights || PLAIN_CORRECTION.is_match(sentence));
    let settled = near && settle(line, range, doses, corrects && !same_speaker && !told, corrected, last);
    let against = |dose: &Dose| doses.iter().any(|one| sig::are_two(dose, &one.dose));
    last.several |= told && !corrects && !settled && line.by_patient_side() && last.dose.as_ref().is_some_and(against);
    last.several |= line.by_patient_side() && sig::several(sentence, doses);
    last.said.extend(doses.iter().map(|one| (line.utterance.role, one.dose.clone())));
    // The dose after the end of one medicine is another's.
    let ends = last.action == MedicationAction::Stop;
    let agreed = sig::final_dose(sentence, doses)
        .filter(|_| corrected || (last.dose.is_none() && !ends && (line.index - last.line <= 1 || last.granted)));
    let Some(dose) = agreed else { return false };
    take_back(sentence, doses, last);
    let earlier = last.dose.replace(dose.dose).filter(|earlier| Some(earlier) != last.dose.as_ref());
    last.taken_back.extend(earlier.filter(|_| corrected));
    true
}

/// Bytes after a medicine's name in which a condition is its own, at most.
const LONGEST_CONDITION: usize = 90;

/// Whether `after`, the words behind a medicine, let it begin only when something else has come first: "five milligrams at
/// night, but not before the thyroid is right".
pub(super) fn begins_later(after: &str) -> bool {
    static LATER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:but|though|although|just) (?:not|only) (?:until|till|before|yet|now|today|if|when|once|after)\b|\bnot (?:until|before) (?:the|your|we|we've|you|you've|that|it|it's|after|next|he|she|his|her)\b|\bonly (?:if|once|after)\b|\b(?:once|as soon as) (?:the|your|we|we've|we have|that|this|his|her)\b|\b(?:at (?:the|your) next visit|next time|down the (?:road|line))\b",
        )
    });
    static OF_MEALS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:not|only) (?:\w+ )?(?:\w+ )?(?:\w+ )?(?:bed\w*|meals?|food|eat\w*|breakfast|dinner|lunch|milk|need\w*|pain\w*|hurts?)\b",
        )
    });
    // Recognisers without punctuation run sentences together.
    static OF_COMPLAINTS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\bonly (?:if|when|once) (?:you|it|he|she|they)(?:'re|'s| are| is| feel| feels| get| gets| can't| hurts?| vomits?| really)\b",
        )
    });
    static NO_BETTER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:better|worse|improv\w+|still|by (?:mon|tues|wednes|thurs|fri|satur|sun)day|after)\b")
    });
    let near = &after[..after.floor_char_boundary(LONGEST_CONDITION)];
    // "Only if you can't sleep" is as needed.
    let as_needed = OF_COMPLAINTS.is_match(near) && !NO_BETTER.is_match(near);
    LATER.is_match(near) && !as_needed && !OF_MEALS.is_match(near)
}

/// "We'll talk about that next time": what was just named does not begin now.
pub(super) fn put_off(mention: &mut Mention) {
    use MedicationAction::{Start, Taken};
    if matches!(mention.action, Start | Taken) {
        mention.action = Taken;
        (mention.put_off, mention.instructed, mention.in_use, mention.used) = (true, false, false, false);
        (mention.dose, mention.frequency) = (None, None);
    }
}

/// "So stop that, and use plain Claritin": what is said of the medicine named before, in a turn that names the next one.
pub(super) fn end_before(line: &Line, next: usize, last: &mut Mention) {
    static ENDS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:(?:so|okay|and|then|well|yeah)\W+)*(?:(?:i'd|i would|let's|we'll|i'll|please|(?:i'd like|i would like|i want|i need) you to|you (?:should|need to|have to|must)) )?(?:(?:stop|quit|drop|skip) (?:taking |using )?(?:that|it|those|this)|take (?:that|it|those|this) off)\b|\b(?:we'll|i'd|i'd like to|let's|i'll|i want to|we can|you can|we should) (?:stop|take|drop|swap|switch|replace|change) (?:it|that|this|them|that one|this one)(?: (?:off|away|out|over))?,? (?:and|for|with|to)\b",
        )
    });
    let opening = line.sentences.first().map(|range| &line.text()[range.start..range.end.min(next)]);
    if line.by_clinician()
        && !last.overtaken
        && line.index - last.last_line <= LINES_TO_AN_END
        && line.index > last.line
        && opening.is_some_and(|said| ENDS.is_match(said))
    {
        last.action = MedicationAction::Stop;
    }
}

/// Turns after which "stop that" may still mean a medicine.
const LINES_TO_AN_END: usize = 3;

/// "Let's stop that", "I'd increase it": a decision about the medicine named last. Whether there was one.
pub(super) fn decide_by_anaphor(line: &Line, range: &Range<usize>, mention: &mut Mention) -> bool {
    let sentence = &line.text()[range.clone()];
    // "Your level is low, so we'll go to fifty": why it is done may be long, what is done is said shortly.
    // "If you get a rash, stop it" stays whole: its condition holds for what is done.
    static DEPENDS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:if|unless|when|once|should you|in case)\b"));
    let decides = CLAUSE.find_iter(sentence).last().filter(|clause| {
        !is_question(sentence) && line.by_clinician() && !DEPENDS.is_match(&sentence[..clause.start()])
    });
    let clause = decides.map_or(range.clone(), |clause| range.start + clause.start()..range.end);
    decide_in_clause(line, &clause, mention) || clause != *range && decide_in_clause(line, range, mention)
}

/// Where a sentence begins to say what to do.
static CLAUSE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:[,;] (?:so|and|but|then)?|\bso|\band|\bbut) ?\b(?:let's|we'll|i'll|i'd|we'd|i want|i'm (?:going|gonna)|we're (?:going|gonna)|we (?:can|should|need|want)|you (?:can|should|need)|(?:stop|keep|skip|stay|carry|leave)) ",
    )
});

fn decide_in_clause(line: &Line, range: &Range<usize>, mention: &mut Mention) -> bool {
    // "That's what I was going to bring up": to speak of it, and not to raise it.
    static SPEAKS_OF: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:was|were) (?:just )?(?:going to|about to|gonna) bring (?:it |that )?up\b|\byou brought (?:it|that) up\b|\bbring (?:it|that) up (?:with|to) (?:him|her|them|the|my|your)\b",
        )
    });
    let sentence = &line.text()[range.clone()];
    if SPEAKS_OF.is_match(sentence) {
        return false;
    }
    let dose = sig::final_dose(sentence, &doses(sentence, mention.drug)).map(|one| one.dose);
    // "Let's go up to twenty": a dose of it means it, too.
    let of_its_kind = |dose: &Dose| mention.dose.as_ref().is_none_or(|known| known.unit == dose.unit);
    let cut_off = STOPS_THE.is_match(sentence) && range.end == line.text().trim_end().len();
    let meant = line.utterance.role == Role::Clinician
        && (ANAPHOR.is_match(sentence)
            || cut_off
            || AGAIN.is_match(sentence)
            || stays_as_it_was(sentence) && sentence.split_whitespace().count() <= LONGEST_SAME
            || dose.as_ref().is_some_and(of_its_kind))
        && !is_question(sentence)
        && !context::hypothetical(sentence)
        && !NOT_DECIDED.is_match(sentence)
        && !reports(sentence)
        && !begins_later(sentence)
        && sentence.split_whitespace().count() <= LONGEST_ANAPHOR;
    if !meant {
        return false;
    }
    if HOLD_IT.is_match(sentence) {
        (mention.action, mention.held, mention.dismissed) = (MedicationAction::Change, true, false);
        return true;
    }
    if NO_MORE.is_match(sentence) {
        mention.action = MedicationAction::Stop;
        return true;
    }
    let Decision { action, dismissed, .. } = decision(line, range, range.end..range.end);
    let moved = of_one_time(sentence).or_else(|| instead_of(sentence)).or_else(|| from_to(sentence));
    let action = moved.unwrap_or(action);
    let is_new = |dose: &Dose| mention.dose.as_ref().is_some_and(|known| sig::are_two(known, dose));
    let moves = matches!(action, MedicationAction::Taken | MedicationAction::Start | MedicationAction::Change);
    // "We'll go to fifty", "let's try seventy five": which way it goes is told by what was taken until now.
    let to_another = moves && dose.as_ref().is_some_and(is_new) && GOES_TO.is_match(sentence);
    let action = if to_another { towards(mention, dose.as_ref()) } else { action };
    let decides = match action {
        MedicationAction::Increase | MedicationAction::Decrease => true,
        MedicationAction::Stop => (!mention.dismissed || mention.against) && !ENDS_IN_TIME.is_match(sentence),
        MedicationAction::Continue => {
            let stays = dose.is_some() && STAYS_AT.is_match(sentence);
            (!mention.dismissed || mention.offered)
                && (CONTINUES_IT.is_match(sentence) || stays)
                && (!context::denies(sentence) || stays_as_it_was(sentence))
        }
        // What was taken once begins anew.
        MedicationAction::Start => mention.past && AGAIN.is_match(sentence),
        _ => false,
    };
    if !decides || dismissed && instead_of(sentence).is_none() {
        return false;
    }
    mention.action = action;
    mention.dismissed = false;
    if action == MedicationAction::Start {
        (mention.past, mention.dose) = (false, None);
        mention.frequency = sig::frequency(sentence).map(|(name, _)| name);
    }
    mention.as_before = action == MedicationAction::Continue && stays_as_it_was(sentence);
    let of_the_day = of_one_time(sentence).is_none() && instead_of(sentence).is_none();
    if dose.is_some() && action != MedicationAction::Stop && of_the_day {
        (mention.dose, mention.several, mention.parts) = (dose, false, false);
    } else if matches!(action, MedicationAction::Increase | MedicationAction::Decrease) {
        mention.parts = true;
    }
    true
}

/// Whether `sentence` says that nothing changes, and not only that a medicine goes on.
pub(super) fn stays_as_it_was(sentence: &str) -> bool {
    static AS_IT_WAS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:where (?:it|you|they)(?:'s|'re| is| are)|as (?:it|you|they)(?:'s|'re| is| are)|as is|as before|the same|same dose|unchanged|same again|same as now|no changes?|don't change|won't change)\b",
        )
    });
    AS_IT_WAS.is_match(sentence)
}

/// A dose that takes the place of the one until now.
static GOES_TO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:let's|we'll|i'll|i'd|we'd|i want|i'm (?:going|gonna)|we're (?:going|gonna)|you (?:can|should)|need|try|going|go(?: up| down| back)? to|we want|new (?:prescription|script|dose|bottle)|room|up to|down to|switch|move|make (?:it|that)|instead|from (?:now(?: on)?|today|tomorrow|tonight|monday|next week|here))\b",
    )
});

fn towards(mention: &Mention, dose: Option<&Dose>) -> MedicationAction {
    let values = mention.dose.as_ref().zip(dose).map(|(known, new)| (known.value, new.value));
    match values {
        Some((known, new)) if new > known => MedicationAction::Increase,
        Some(_) => MedicationAction::Decrease,
        None => MedicationAction::Change,
    }
}

/// "Stay on ten", "leave it at fifty".
static STAYS_AT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:stay(?:ing)?|keep(?:ing)?|hold(?:ing)?|leave|leaving|stick(?:ing)?|continue|remain)(?: you| him| her| it| that)? (?:on|at|with)(?: the)? (?:\d|half|a |one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)",
    )
});

/// Words of a sentence that says nothing but that nothing changes, at most.
const LONGEST_SAME: usize = 6;
/// Words of a sentence that decides about "it", at most: in a longer one "it" is likely to be something else.
const LONGEST_ANAPHOR: usize = 14;

/// Another speaker names a dose. One that the first has said, too, holds; any other may be the same person's
/// under the wrong name, who corrects themselves (`plain`), so whichever of the two is taken, the clinician is told of both.
/// Whether it made a difference.
fn settle(
    line: &Line,
    range: &Range<usize>,
    doses: &[DoseMention],
    against: bool,
    plain: bool,
    last: &mut Mention,
) -> bool {
    let sentence = &line.text()[range.clone()];
    let (Some(other), Some(taken)) = (sig::final_dose(sentence, doses).map(|one| one.dose), last.dose.clone()) else {
        return false;
    };
    let by_another = |(by, dose): &(Role, Dose)| *by != line.utterance.role && *dose == other;
    let repeats = last.said.iter().any(by_another) && !PLANS.is_match(sentence);
    if repeats && (other == taken || sig::are_two(&other, &taken)) {
        (last.several, last.disputed) = (false, None);
        last.taken_back.extend(last.dose.replace(other).filter(|earlier| Some(earlier) != last.dose.as_ref()));
    } else if sig::are_two(&other, &taken) && (against || line.by_clinician() && IS_WRITTEN.is_match(sentence)) {
        last.disputed = Some(if plain { taken } else { other });
    } else {
        return false;
    }
    last.last_line = line.index;
    evidence::merge(&mut last.evidence, [evidence::evidence(line.utterance, range.clone())]);
    true
}

/// "You're right": what the other one said holds.
static GIVES_IN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:(?:you're|you are|that's|that is) (?:right|correct|true)|my mistake|i (?:forgot|was wrong|misspoke|got (?:that|it) (?:wrong|mixed up)))\b",
    )
});
static PLANS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:let's|i'd|i'll|we'll|want|going to|gonna|go|try|start|raise|increase|then)\b"));
/// "That's what I have": what the clinician reads.
static IS_WRITTEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:that's what|i have|i've got|says?|(?:my|your|the) (?:list|chart|records?|notes|screen|bottle)|should be|supposed to|prescribed)\b",
    )
});
