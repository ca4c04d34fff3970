//! What a sentence decides about a medicine that it names.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::verbs::{DECISIONS, from_to, of_one_time, reports, verb_before, with_what_follows};
use crate::{
    domain::MedicationAction,
    language::patterns::{pattern, patterns},
    structuring::{
        facts::{allergies, context},
        visit::Line,
    },
    terminology::DrugTable,
};

patterns! {
    NOT_MEANT = r"\b(normally (?:i'd|i would|we'd|i|we)|usually (?:i'd|i would|we'd|i|we)|(?:i'd|i would|we'd) (?:normally|usually)|would have|instead of|rather than|considered|consider|discuss|talk about|thought about|think about|thinking about|(?:do n't|don't|not|never) (?:take|use|mix)|interact\w*|similar to|like an?|tests? for|allergic to|commercials?|heard (?:about|of)|read about|what about)\b";
    /// Where the clinician begins to say what to do.
    DECIDES_ANEW = r"[,;] (?:so |but |and )?(?:let's|i'll|we'll|i'd like|i want|i'm going)\b";
    /// "… on the Synthroid, and I want to order some labs": what is ordered is something else.
    NEXT_CLAUSE = r",? and (?:then )?(?:i|i'd|i'll|i'm|we|we'd|we'll|we're|let's)\b";
    /// "Her lisinopril has been increased": done before the visit.
    DONE = r"\b(?:been|was|were) (?:\w+ )?$";
    /// What parts a rejected medicine from the one that is given instead.
    PARTED = r"[,;]|\b(?:but|so|let's|i'll|we'll|i'd like|i want|i'm going)\b";
    NOT_MEANT_AFTER = r"^[^.?!]{0,30}\bbut (?:let's|we'll|i'd|i'll|we should|not) (?:hold off|wait|see|rather (?:not|wait)|not|now|yet|today)\b|^[^.?!,]{0,20}\b(levels?|blood test|panel)\b|^[^.?!]{0,12}\bbut (?:not|no|i\s?wouldn.t|i\s?don.t|i.d rather not|with your)\b";
    /// Advice not to take what is named next.
    AGAINST = r"\b(away from|avoid\w*|clear of|stay(?:ing)? off|(?:do n't|don't|not|never|wouldn't|shouldn't|can't|won't) (?:(?:going |want(?:ing)? |like )?to )?(?:be )?(?:take|taking|use|using|mix|start|starting|prescrib\w+|give|giving|put you on)|(?:i'd|i would|i'll|we'd|i) rather (?:you )?(?:not|n't|didn't)|against)\b";
    /// "… but with your gout I'd rather not": the same, after the name.
    AGAINST_AFTER = r"^[^.?!]{0,70}\b(rather (?:you )?(?:not|didn't)|(?:isn't|is not|not) (?:safe|an? (?:good|great) (?:idea|choice|fit)|good for|great for|the best)|not recommend\w*|at all from now on|(?:doesn't|won't|wouldn't|don't) (?:really )?(?:work|help)|best avoided|off limits|no[- ]go)\b|^(?:'s| is| are) out(?: then| too| for you| of the question)?\W*$|^,? (?:off|out) (?:the (?:table|list)|for (?:you|him|her))\b|^,? no[\s.,!;]*$";
    /// "… but no ibuprofen or naproxen".
    NO_SUCH = r"\bno (?:\w+,? (?:or|and|nor) )?$";
    /// "Okay, forget the atorvastatin."
    FORGET = r"^\W*(?:(?:okay|ok|so|well|right|then|no|yeah|all right|fair enough)\W+)*(?:let's |we'll |we can )?(?:just )?(?:forget|scratch|skip) (?:about )?(?:the |that )?$";
    /// "Avoid alcohol while taking metronidazole": what is avoided is something else.
    WHILE = r"\b(while|when|with|on|taking|if|because|and)\b";
    /// "… with the apixaban they can make you bleed": named beside the matter.
    BESIDE = r"\b(?:with|without|because of|along with|on top of|besides) (?:the |your |that )?$";
    APART = r"\b(?:hours?|minutes) away from$";
    /// A medicine that is put before what is decided about it: "… the metformin we'll leave".
    OWN_VERB = r"^,? (?:(?:we'll|i'll|we|i|i'd|you|you'll|you can|let's|can|should|has to|needs to|we can|'s) )?(?:\w+ )?(?:leave|keep|stop|stays?|hold|drop|continue|goes|go|come|comes|raise|lower|is|are)\b";
    /// "Stop that please, it's not a good mix with the methotrexate": the verb has its object, and the name comes with the reason.
    HAS_ITS_OBJECT = r"^ (?:taking |using )?(?:it|that|this|those|them)\b[^.?!]*(?:,| because| since) (?:it|it's|that's|they|they're|this|that)(?: \S+){3,} $";
    /// "Same, atorvastatin forty at night."
    THE_SAME = r"^\W*(?:(?:okay|yes|yeah|yep|well|right|exactly)\W+)*(?:the )?same(?: as before| dose| again)?[.,;:] (?:the |your |that's |it's )?$";
    /// "… from tablets to the injection, and down to fifteen": less, whatever it was counted in.
    DOWN_TO = r"^[^.?!]*(?:,|,? and) (?:bring it |take it |go )?down to \w";
    MEASURED = r"\b(?:sugars?|glucose|pressure|a1c|weight|pulse|numbers?|cholesterol)\b";
    /// Where a sentence turns from one medicine to another.
    TURNS_TO = r"\b(?:but|because|since|although|though|while)\b";
    /// What stands between two medicines of a swap.
    GIVES_WAY = r"^ (?:over |out )?(?:for|to|with) (?:the |some |plain |a |low dose )*[a-z]";
    /// "… do not take", "don't take it any more", and not "don't take it with coffee".
    ENDS_THERE = r"^(?: (?:it|them|that|this|those|any))?(?: any ?more| at all| again)?\s*(?:[.,;!]|$)";
    /// "Bupropion lowers the threshold", "the ibuprofen may be pushing it up", "that takes topiramate off the table": what a medicine
    /// does, and no decision about its dose.
    WORKS = r"^ (?:(?:\w+ly|also|just|is|are|was|has|have|been|may|might|can|could|will|would|must|be) )*(?:lower(?:s|ing)?|rais(?:es?|ing)|increas(?:es?|ing)|decreas(?:es?|ing)|reduc(?:es?|ing)|doubl(?:es?|ing)|help(?:s|ing)?|work(?:s|ing)?|drop(?:s|ping)?|push(?:es|ing)?|bring(?:s|ing)?|bump(?:s|ing)?|knock(?:s|ing)?|driv(?:es?|ing)|boost(?:s|ing)?|mak(?:es|ing)|giv(?:es|ing)|caus(?:es|ing)) (?:up |down )?(?:the|your|his|her|my|that|this|it|them|blood|you|him|how|a|an)\b";
    /// "… so I don't want you on that", "… so stop it".
    ABOUT_IT = r"\b(?:so|and|but)\b.*\b(?:it|that|this|them)\b";
}
/// Bytes between two medicines of a swap, at most.
const LONGEST_SWAP: usize = 25;
patterns! {
    /// "No change there, same again" negates nothing.
    NO_CHANGE = r"\bno (?:other )?changes?\b";
    ON_TOP = r"\b(?:on top of|alongside|in addition to) (?:the |your |that )?$";
    /// "Keep on with the Zyrtec", where "with" belongs to the verb.
    GOES_ON_WITH = r"\b(?:keep|carry|go|stay|stick|continue|persevere|start|begin|try|done|finished|happy|fine|good|content|pleased|mess|tinker|change|touch)(?:ing|ting)?(?: on| going| you| him| her)* with (?:the |your |that )?$";
}
/// Words between a verb and its medicine, at most: recognisers without punctuation run sentences together.
const FARTHEST_VERB: usize = 14;

/// What a sentence decides about a medicine.
pub(super) struct Decision {
    /// What is to become of it.
    pub action: MedicationAction,
    /// Whether it is not taken, or only talked about.
    pub dismissed: bool,
    /// Whether a clinician advises not to take it.
    pub against: bool,
}

/// What the sentence decides about the mention.
pub(super) fn decision(line: &Line, sentence: &Range<usize>, mention: Range<usize>) -> Decision {
    static USE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:(?:just|then|so|and|also|please|now|okay|plus)\W+)*(?:use|apply|rub|put|dab|smear|spray|chew|dissolve|pick up|buy|grab|have) (?:\w+ ){0,4}$",
        )
    });
    let (action, dismissed) = verb_of(line, sentence, &mention);
    let text = line.text();
    let of_one_time = of_one_time(&text[sentence.clone()]).filter(|_| line.by_clinician() && !dismissed);
    let action = of_one_time.unwrap_or(action);
    let before = &text[sentence.start..mention.start];
    // "And Lantus, drop it from 18 to 14."
    let own = &text[mention.end..end_of_own(line, sentence, &mention)];
    let moved = from_to(own).or_else(|| from_to(&text[sentence.start..mention.end + own.len()]));
    let begun = matches!(action, MedicationAction::Start | MedicationAction::Continue);
    let moved = moved.filter(|_| line.by_clinician() && !dismissed && !begun && !reports(&text[sentence.clone()]));
    let action = moved.unwrap_or(action);
    let lowered = action == MedicationAction::Change
        && line.by_clinician()
        && !dismissed
        && DOWN_TO.is_match(own)
        && !MEASURED.is_match(own);
    let action = if lowered { MedicationAction::Decrease } else { action };
    let same = action == MedicationAction::Taken && line.by_clinician() && !dismissed && THE_SAME.is_match(before);
    let action = if same { MedicationAction::Continue } else { action };
    // "Use paracetamol if you need something": said to the patient; of themselves people leave no word out.
    let told = action == MedicationAction::Taken && line.by_clinician() && USE.is_match(before);
    let action = if told { MedicationAction::Start } else { action };
    let warned = AGAINST.find_iter(before).last().is_some_and(|found| {
        let between = &before[found.end()..];
        // "Four hours away from the iron."
        let apart = APART.is_match(&before[..found.end()]);
        between.split_whitespace().count() <= 5 && !WHILE.is_match(between) && !apart
    });
    let warned = warned || line.by_clinician() && (NO_SUCH.is_match(before) || FORGET.is_match(before));
    let advised = warned || AGAINST_AFTER.is_match(&text[mention.end..sentence.end]);
    Decision { action, dismissed: dismissed || advised, against: advised && line.by_clinician() }
}

/// Where, in the sentence of a mention, the next medicine is named.
fn end_of_own(line: &Line, sentence: &Range<usize>, mention: &Range<usize>) -> usize {
    let rest = &line.text()[mention.end..sentence.end];
    DrugTable::bundled().mentions(rest).first().map_or(sentence.end, |next| mention.end + next.range.start)
}

patterns! {
    /// The end of a clause after which another begins.
    ANEW = r", (?:and|but|so) $";
}

/// The verb that decides about the mention, and whether it is negated or the medicine only talked about.
fn verb_of(line: &Line, sentence: &Range<usize>, mention: &Range<usize>) -> (MedicationAction, bool) {
    let text = line.text();
    let before = &text[sentence.start..mention.start];
    let after = &text[mention.end..sentence.end];
    // "Tylenol's fine."
    let after = &after.strip_prefix("'s ").map_or(after.to_owned(), |rest| format!(" is {rest}"));
    let nearest = verb_before(before);
    let following = || {
        // "Since tamsulosin made you dizzy, let's try alfuzosin": what is tried is the other one.
        let names_another = !DrugTable::bundled().mentions(after).is_empty();
        let clause = DECIDES_ANEW.find(after).filter(|_| names_another).map_or(after.len(), |parted| parted.start());
        let clause = NEXT_CLAUSE.find(after).map_or(clause, |next| clause.min(next.start()));
        let after = &after[..clause];
        let after = match WORKS.find(after) {
            Some(works) if !names_another && ABOUT_IT.is_match(&after[works.end()..]) => &after[works.end()..],
            Some(_) => return None,
            None => after,
        };
        let verbs = DECISIONS.iter().filter_map(|(action, verb)| {
            let found = verb.find(after).filter(|found| !DONE.is_match(&after[..found.start()]))?;
            // "…, don't ever stop that."
            let clause = after[..found.start()].rsplit([',', ';']).next().unwrap_or_default();
            let denied = context::negates(clause);
            Some((
                match action {
                    MedicationAction::Stop if denied => MedicationAction::Continue,
                    // "… in a bag, mark it do not take."
                    MedicationAction::Start if denied && ENDS_THERE.is_match(&after[found.end()..]) => {
                        MedicationAction::Stop
                    }
                    MedicationAction::Start if denied => MedicationAction::Taken,
                    action => *action,
                },
                found.start(),
            ))
        });
        verbs
            .filter(|(action, _)| *action != MedicationAction::Taken)
            .min_by_key(|(_, start)| *start)
            .map(|(action, _)| action)
    };
    let near = |words: &str| words.split_whitespace().count() <= FARTHEST_VERB;
    // "Bump the lisinopril to twenty, and the metformin we'll leave", "add amlodipine, but the ibuprofen has to go": that verb
    // is the other one's.
    let of_another = |between: &str| {
        let turns = between.contains(',') && OWN_VERB.is_match(after) || TURNS_TO.is_match(between);
        turns && !DrugTable::bundled().mentions(between).is_empty()
    };
    let nearest = nearest.filter(|(_, range)| near(&before[range.end..]) && !of_another(&before[range.end..]));
    let nearest = nearest.filter(|(_, range)| !HAS_ITS_OBJECT.is_match(&before[range.end..]));
    let beside = BESIDE.is_match(before) && !GOES_ON_WITH.is_match(before);
    let nearest = nearest.filter(|_| !beside);
    let spoken_of = NOT_MEANT.find_iter(before).last().is_some_and(|found| {
        let between = &before[found.end()..];
        // "I'm allergic to codeine and I take lisinopril."
        let turned = allergies::turns_to_use(between);
        between.split_whitespace().count() <= 5 && !PARTED.is_match(between) && !turned
    }) || NOT_MEANT_AFTER.is_match(after);
    let (action, negated) = match nearest {
        Some((action, range)) => {
            let leading = NO_CHANGE.replace_all(&before[..range.start], "");
            // "No fever, and I take my lisinopril": what was denied ends before the verb.
            let anew = ANEW.is_match(&leading) && before[range.clone()].to_lowercase().starts_with("i ");
            let negated = !anew && (context::negates(&leading) || ends_in_negation(&leading));
            // "We're not going back to theophylline."
            if negated && action == MedicationAction::Change && before[range.clone()].ends_with("back to") {
                return (MedicationAction::Taken, true);
            }
            let action = second_of_a_switch(action, &before[range.end..]);
            (with_what_follows(action, before, after), negated)
        }
        // "We'll add ezetimibe on top of the atorvastatin": that one goes on.
        None if ON_TOP.is_match(before) && verb_before(before).is_some() => (MedicationAction::Continue, false),
        None if beside => (MedicationAction::Taken, false),
        None => {
            let action = following().unwrap_or(MedicationAction::Taken);
            (with_what_follows(action, before, after), context::negates(before))
        }
    };
    // "Swap the omeprazole for pantoprazole."
    let gives_way = action == MedicationAction::Change
        && GIVES_WAY.is_match(after)
        && DrugTable::bundled().mentions(after).first().is_some_and(|other| other.range.start < LONGEST_SWAP);
    let gives_way = gives_way || line.by_clinician() && is_swapped(after);
    let action = if gives_way { MedicationAction::Stop } else { action };
    let negated = negated && !REMINDS.is_match(before);
    let holds_it = line.by_clinician() && (HOLDS_NEXT.is_match(before) || HOLDS_LAST.is_match(after));
    let action = if holds_it { MedicationAction::Stop } else { action };
    let last_before =
        ends_before_an_operation(line, after) && !context::begins_with_a_condition(&text[sentence.clone()]);
    let action = if last_before { MedicationAction::Stop } else { action };
    let held = holds_it || last_before || HELD.is_match(after) && HOLDS.is_match(before) || FOR_A_TIME.is_match(after);
    // "I'll keep you off work and …"
    let of_work = || verb_before(before).is_some_and(|(_, verb)| OFF_WORK.is_match(&before[verb.start..]));
    let action = if action == MedicationAction::Stop && of_work() { MedicationAction::Taken } else { action };
    let action = if action == MedicationAction::Stop && held { MedicationAction::Change } else { action };
    let begins_later = WE_WOULD.is_match(before) && context::begins_with_a_condition(&text[sentence.clone()]);
    // "We'd have to stop the candesartan first": nobody decides that.
    let would = verb_before(before).is_some_and(|(_, verb)| WOULD_HAVE.is_match(&before[..verb.start]));
    if line.by_clinician() && would {
        return (MedicationAction::Taken, true);
    }
    // "You can stop the iron if the count is normal": not yet.
    let swaps = STOPS_FOR.is_match(after);
    if line.by_clinician() && action == MedicationAction::Stop && STOPS_IF.is_match(after) && !swaps {
        return (MedicationAction::Taken, spoken_of);
    }
    // "If you get a fever, skip the methotrexate": a warning decides nothing now.
    let warns = context::begins_with_a_condition(&text[sentence.clone()])
        && !matches!(action, MedicationAction::Start | MedicationAction::Taken);
    if line.by_clinician() && warns {
        return (MedicationAction::Taken, true);
    }
    if !line.by_clinician() {
        let ended = action == MedicationAction::Stop || SWITCHED_FROM.is_match(before);
        let own = if ended && !negated { MedicationAction::Stop } else { MedicationAction::Taken };
        return (own, spoken_of || negated && own == MedicationAction::Taken);
    }
    match action {
        MedicationAction::Stop if negated => (MedicationAction::Continue, false),
        MedicationAction::Continue if negated => (MedicationAction::Stop, false),
        // "I wouldn't change the bisoprolol."
        MedicationAction::Change | MedicationAction::Increase | MedicationAction::Decrease if negated && !spoken_of => {
            (MedicationAction::Continue, false)
        }
        action => (action, negated || spoken_of || begins_later),
    }
}

patterns! {
    WOULD_HAVE = r"\b(?:we'd|i'd|you'd|he'd|she'd|we would|i would|you would) (?:\w+ )?(?:have|need) to $";
    /// "Stop the aspirin when you start it": the other one takes its place.
    STOPS_FOR = r"^[^.?!]{0,10}\b(?:once|when|as soon as) you(?:'ve)? (?:start|begin|get|got|have|pick up|are on|switch)\w*\b";
    STOPS_IF = r"^[^.?!]{0,20}\b(?:if|once|when|as soon as)\b";
    /// "Don't forget the metformin."
    REMINDS = r"\b(?:don't|do n't|do not|never) (?:ever )?(?:forget|miss)(?: (?:to|taking|about|your|the|a|any|dose|doses|of|take|use))*\s*$";
    /// "Hold the warfarin tonight and tomorrow": it does not end.
    HELD = r"^[^.?!]{0,20}\b(?:tonight|today|tomorrow|this (?:evening|morning|week))\b";
    OFF_WORK = r"\boff (?:work|school|sports?|duty|your feet)\b.*\b(?:and|with)\b";
}
/// Whether the clinician says in `after`, what follows a medicine, until when it is taken before an operation: "Eliquis, the last dose is
/// on the evening of the sixth", "Jardiance, stop four days before".
pub(super) fn ends_before_an_operation(line: &Line, after: &str) -> bool {
    static LAST_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^,? (?:the |your )?(?:last (?:dose|one|tablet|pill) (?:is|will be)|(?:day|night|evening|morning) before (?:is|will be) (?:the |your )?last|stop(?: it)? (?:\w+ ){1,2}(?:days?|weeks?|hours?) before|(?:skip|don't take|do not take|hold|omit)(?: (?:it|that))? (?:on )?the (?:morning|day|night|evening) (?:of|before))\b",
        )
    });
    static OPERATION: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:surgery|operation|procedure|scope|colonoscopy|an(?:a)?esthe\w+|bridging|(?:days?|hours?|weeks?|night|evening) before)\b",
        )
    });
    static COURSE_ENDS: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:you're done|you are done|that's it|finished)\b"));
    line.by_clinician()
        && LAST_BEFORE.is_match(after)
        && OPERATION.is_match(line.text())
        && !COURSE_ENDS.is_match(after)
}

patterns! {
    /// "Hold the metformin": in a clinic's language never for good.
    HOLDS_NEXT = r"\b(?:hold|holding|pause|pausing) (?:(?:the|your|that|his|her|both|all|both the|taking) )*$";
    /// "Losartan, hold."
    HOLDS_LAST = r"^,? (?:(?:we'll|let's|i'd|i'll|please|you) )*(?:hold|pause)(?:\W*$|,| (?:it|that|for now|until|till|for the|for a))";
}

/// Whether `sentence` holds a medicine for a time.
pub(super) fn holds(sentence: &str) -> bool {
    static HOLD: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:hold|holding|pause|pausing|skip)\b"));
    HOLD.is_match(sentence)
}

patterns! {
    HOLDS = r"\b(?:hold|pause|skip) (?:\w+ )?$";
    FOR_A_TIME = r"^[^.?!]{0,20}\b(?:(?:for|the next|for the next) (?:an?|one|two|three|four|five|a few|\d+) (?:days?|doses?|nights?|weeks?)|until|(?:\w+ )?days? before)\b";
    /// "They changed me from diltiazem to verapamil."
    SWITCHED_FROM = r"\b(?:changed|switched|swapped|moved|took) (?:me |him |her )?(?:over )?(?:from|off) (?:of )?(?:the |my )?$";
    /// "If the LDL is still high in six weeks, we'll add …": not yet.
    WE_WOULD = r"\b(?:we'll|we will|we'd|we would|i'd|i would|i'll|we can|we could|we might|i might)\b";
}

fn ends_in_negation(before: &str) -> bool {
    let last = before.split_whitespace().rev().take(3).map(str::to_lowercase);
    last.into_iter().any(|word| matches!(word.as_str(), "not" | "don't" | "n't" | "never" | "won't" | "no"))
}

/// A proposal that a recogniser has given a question mark: "I want to add amlodipine?"
pub(super) fn proposes(line: &Line, sentence: &str) -> bool {
    static PROPOSAL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:want to|i'd like to|would like to|let's|i'll|we'll|i'm going to|we're going to|gonna|go ahead and) (?:\w+ )?(?:add|start|increase|decrease|stop|continue|switch|put|give|try|prescribe|go (?:up|down|back)|keep|take|lower|raise|change)\b",
        )
    });
    static ASKED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:do|did|would|will|should|can|could|are|have) (?:you|we|i|they)\b|\byou want\b")
    });
    line.by_clinician() && PROPOSAL.is_match(sentence) && !ASKED.is_match(sentence)
}

/// A sentence that decides about the medicine named before it: "I want to raise it", "Keep that too".
pub(super) fn decides_on(line: &Line, sentence: &str) -> bool {
    static KEEP: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:(?:and|so|okay|please|just|let's|for now) )*(?:(?:keep|continue|stay on)(?: taking| on| with)? (?:that|it|those|them)|(?:stay|remain|leave (?:it|that)|hold (?:it|that)|keep (?:it|that)) (?:on|at))\b",
        )
    });
    static END: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:(?:and|so|okay|please|just|but|then|yeah|yes|well|now)\W+)*(?:(?:i'd|i would|i'll|we'll|we'd|let's|you (?:can|should|need to|have to)|go ahead and) )?(?:just )?(?:(?:stop|quit|drop|skip|ditch) (?:that|it|those|them|this|taking)\b|take (?:that|it) off|(?:that|it|this|those)(?: one)? stops?(?: (?:today|now|here|tonight|right (?:away|now))))",
        )
    });
    static OF_IT: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:it|that one|this one|that dose)\b"));
    // "It pushes up your pressure."
    static TELLS: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^\W*(?:and |but |so |because )?(?:it|that|this|they|those|if|when)\b"));
    let moves = || {
        use MedicationAction::{Decrease, Increase, Stop};
        let verb = verb_before(sentence).map(|(action, _)| action);
        OF_IT.is_match(sentence) && !TELLS.is_match(sentence) && matches!(verb, Some(Stop | Increase | Decrease))
    };
    proposes(line, sentence) || line.by_clinician() && (KEEP.is_match(sentence) || END.is_match(sentence) || moves())
}

/// "The thiazide can bring this on, so let's switch that to losartan": whether `after`, what follows a medicine in its sentence, puts
/// another in its place.
fn is_swapped(after: &str) -> bool {
    static FOR_ANOTHER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:let's|i'll|we'll|i'd (?:like to|rather)|i(?:'m going to| want to)|we(?:'re going to| should)) (?:\w+ )?(?:switch|change|swap|replace) (?:that|it|this|you)(?: over| out)? (?:to|for|with|by) (?:the |some |a )?$",
        )
    });
    let within = after.split(['.', '?', '!']).next().unwrap_or_default();
    let other = DrugTable::bundled().mentions(within).into_iter().next();
    other.is_some_and(|other| FOR_ANOTHER.is_match(&within[..other.range.start]))
}

/// "switch from A to B": A ends and B begins.
fn second_of_a_switch(action: MedicationAction, between: &str) -> MedicationAction {
    if action != MedicationAction::Change {
        return action;
    }
    let words: Vec<String> = between.split_whitespace().map(str::to_lowercase).collect();
    match words.iter().rposition(|word| matches!(word.as_str(), "to" | "with" | "for" | "from")) {
        Some(at) if words[at] == "from" => MedicationAction::Stop,
        Some(at) if words.len() - at <= 3 => MedicationAction::Start,
        _ => MedicationAction::Change,
    }
}
