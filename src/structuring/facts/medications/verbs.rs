//! Verbs that decide about a medicine: named ones, and the many ways to move a dose up or down.

use std::{cmp::Ordering, ops::Range, sync::LazyLock};

use regex::Regex;

use crate::{domain::MedicationAction, language::numbers, structuring::text::pattern};

/// What a dose is moved with: "bring it down", "bump that up", "the Lantus goes up". What "pushes up" something is no decision.
const MOVES: &str = r"(?:go(?:es|ing)?|comes?|coming|bring(?:ing)?|tak(?:e|ing)|put(?:ting)?|push(?:ing)?|mov(?:e|ing)|bump(?:ing)?|nudg(?:e|ing)|step(?:ping)?|turn(?:ing)?|eas(?:e|ing)|titrat(?:e|ing)|creep(?:ing)?|inch(?:ing)?|work(?:ing)?|edg(?:e|ing)|dial(?:ing)?)";
/// What stands between such a verb and "up" or "down".
const MOVED: &str = r"(?: (?:it|that|this|them|those|things|both|you|him|her|the dose|your dose|(?:the|your|that) \w+ dose|back|a bit|a little|a touch|a notch|right|slowly|gradually))*";
/// What may follow: "follow that up with the eye doctor" moves nothing.
const TO: &str = r"(?: (?:to|by|on|a|one|another|again|from|now|today|tonight|slowly|gradually|in|and|then|there|your|the|for)\b|\W*$|[,;.])";

/// Verbs that decide about a medicine. The nearest one before the name counts, or else the nearest after it.
pub(super) static DECISIONS: LazyLock<Vec<(MedicationAction, Regex)>> = LazyLock::new(|| {
    use MedicationAction::{Change, Continue, Decrease, Increase, Start, Stop, Taken};
    let increase = format!(
        r"\b(increas\w+|take (?:the|your|that) \w+ up|go(?:es)? up|going up|up your|bump\w*(?: up)?|rais(?:e|es|ed|ing)|doubl(?:e|es|ing)|tripl(?:e|ing)|higher dose|(?:a )?bigger dose|{MOVES}{MOVED} up{TO})"
    );
    let decrease = format!(
        r"\b(decreas\w+|lower(?:ing)?|reduc\w+|go(?:es)? down|going down|cut(?:ting)?(?: (?:it|that|this|them))? (?:back|down|in half|your|the)|back off|scal(?:e|ing)(?: \w+)? back|eas(?:e|ing) (?:off|back)|taper\w*|halv(?:e|es|ing)|half (?:the|that|your) dose|drop(?:ping|s)? (?:(?:you|it|that) )?(?:down|back|to)|smaller dose|lower dose|{MOVES}{MOVED} (?:back )?down{TO})"
    );
    [
        (Stop, r"\b(stop(?:ping|ped)?|(?:that|it|this|those)(?: one)? stops?(?: (?:today|now|here|tonight|right (?:away|now)))|discontinu\w+|come off|coming off|came off|take (?:you|him|her|them|it|that|this|those) off|taking (?:you|him|her|them) off|took (?:me|you) off|(?:want|get|have|keep|need|like|see|prefer) (?:you|him|her|them) (?:(?:to )?(?:be|come|get|stay|go) )?off|(?:don't|do not|didn't|not|never) want (?:you|him|her|them) (?:on|taking|using|to (?:be on|take|use|have))|(?:shouldn't|should not|can't|cannot|mustn't|must not) be (?:on|taking|using)|get (?:off|rid of)|(?:leave|lay|stay|keep) (?:it |that |them )?off|go off|quit|hold (?:off on|the|your|that)|cut out|paus(?:e|ing)|no more(?: (?:of|the|your|that|those|any|for)| ?$)|no longer (?:take|taking|need)|(?:do not|don't|didn't) (?:take|use|need) (?:any more|any longer)|wean\w*|phas(?:e|ing) out|drop(?:ping)? (?:the|your|that|it)|(?:has|have|needs?) to go(?: away)?(?:\W*$|[,.;]| now| too| as)|(?:that|it|this)(?: one)? (?:goes|can go)\W*$|tak(?:e|ing) (?:it|that|them|this|those|that one) away|(?:like|want|see|have) (?:it|that|this|them) gone|(?:is|are|'s) (?:finished|over and done|history)|(?:be|get|come) off (?:it|that|them)|wind(?:ing)? (?:down|up)|(?:stay|keep|steer) (?:away|clear) (?:of|from) (?:it|that|them|those)|(?:break|holiday|rest) from|(?:ditch|bin|chuck|toss|scrap|lose|dump|kick|throw (?:out|away)) (?:the|that|your|it|this|those|them)|(?:be|you're|we're|all) (?:done|finished|through) with|say goodbye to|cross(?:ing)? (?:off|out)|get rid of|(?:don't|won't|wouldn't|do not|no longer) need (?:the|your|that|those)|no need for (?:the|your|that)|skip (?:the|that))(?:\b|$)".to_owned()),
        (Increase, increase),
        (Decrease, decrease),
        (Change, r"\b((?:go|going|come|coming|get|getting) back to|switch(?:ing)?|chang(?:e|ing)|replac(?:e|ing)|trad(?:e|ing)|exchang(?:e|ing)|substitut\w+|swap(?:ping)?)\b".to_owned()),
        (Continue, r"\b(continu\w+|keep(?:ing)?(?: going)?(?: on)?(?: with)?|stay(?:s|ing)? (?:on|the same|where|put|with|as|in|at)|(?:can|should|will|to|may) stay|stays|(?:happy|fine|good|content|pleased) with|(?:not|n't|never|no need to|no reason to|rather not) (?:touch|mess with|tinker with|alter|adjust)|(?:you're|you are|do) (?:fine|good|doing well|right|happy|okay) on|(?:is|are|'s) working (?:well|nicely|fine|great|for you)|so do(?:es)?|carr(?:y|ies|ying) (?:on|the|your|that)|same $|hold(?:ing)?(?: it| you| that)? (?:at|steady)|(?:give|take|use) (?:it|that|them|those) (?:through|till|until)|more (?:days|weeks|months|doses) (?:of|on)|stick(?:ing)? with|go(?:ing)? on with|hang on to|hold steady|refill(?:s|ing)?|renew\w*|leave|same dose|same again|same as (?:now|before)|no changes?|unchanged|as (?:before|always|usual)|like (?:always|before|now|usual)|(?:need|want|got|have) (?:you )?to keep|remain on|maintain|doing (?:fine|well|great|nicely|its job|the job|the trick)|(?:is|are|be) (?:fine|good|okay|ok) (?:as|where|at))".to_owned()),
        (Taken, r"\b((?:were|was|been|got) started|(?:when|since|after|until|before|that) (?:we|i|they|he|she|you|doctor \w+|dr\.? \w+) (?:\w+ )?(?:started|stopped|added|began|put)|(?:we|i|they|he|she|you) started|(?:we|i|they|he|she|doctor)(?:'ve| have| had)? (?:\w+ )?(?:have|had|started|placed|put) (?:you|him|her|me) on)\b".to_owned()),
        (Start, r"\b((?:re-?)?start(?:ing|ed)?|resum(?:e|ing)|(?:go|get|put (?:you|him|her|them)) back on|begin(?:ning)?|add(?:ing)?|put(?:ting)? (?:you|him|her|them) on|put(?:ting)? (?:the|your|his|her)|go(?:ing)? (?:for|with)|i'd (?:use|choose|pick)|prescrib\w+|script for|prescription for|try(?:ing)?|trial of|give (?:you|him|her|them)|giving (?:you|him|her|them)|send(?:ing)? (?:in|over|you|him|her|them)|call(?:ing)? in|writ(?:e|ing) (?:you|him|her|a |for )|throw in|(?:let's|we'll|i'll|i'd|we'd|i'm going to|we can) (?:\w+ )?(?:do|use|give|offer|inject|apply)|initiat\w+|go ahead with|get (?:you|him|her|them) (?:on|some|started on|going on)|order(?:ing)?|have (?:you|him|her|them) (?:take|use|on)|want (?:you|him|her|them) (?:to (?:take|use)|on)|want (?:you|him|her|them) (?:taking|using)|like (?:you|him|her|them) (?:to (?:take|use)|on)|(?:you|he|she|they) (?:can|could) (?:take|use|have|give)|should (?:take|use)|you'll (?:take|use|have|need|get)|(?:and|then|just|instead|to|we'll|i'll) use|treat(?:ing)? (?:\w+ )?with|use (?:the|a|some|plain)|recommend\w*|suggest\w*|(?:is|are|be|that's) (?:fine|okay|ok|safer?|better)|take)\b".to_owned()),
        (Taken, r"\b(i take|i'm taking|i am taking|i'm on|i was on|i use|i've been taking|i've been on|you're taking|you are taking|you're on|you take|you're still|still taking|currently|i took|i've tried|taking|been on)\b".to_owned()),
    ]
    .map(|(action, text)| (action, pattern(&text)))
    .into()
});

/// The last verb of `before` that decides about a medicine named next, and where it stands.
pub(crate) fn verb_before(before: &str) -> Option<(MedicationAction, Range<usize>)> {
    DECISIONS
        .iter()
        .filter_map(|(action, verb)| verb.find_iter(before).last().map(|found| (*action, found.range())))
        .max_by_key(|(_, range)| (range.end, range.len()))
}

/// What becomes of a medicine that is named between a verb and its particle, or before an amount: "take the sertraline up to
/// one hundred", "drop the metoprolol to twenty five", "losartan down to fifty".
pub(super) fn with_what_follows(action: MedicationAction, before: &str, after: &str) -> MedicationAction {
    use MedicationAction::{Change, Continue, Decrease, Increase, Start, Stop, Taken};
    static MOVED_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:bring|tak(?:e|ing)|put|mov(?:e|ing)|push|bump|nudge|get|step|ease|cut|drop|turn|dial|wind|scale)(?:ing|ting)? (?:the |your |his |her |that |this )?$",
        )
    });
    static UP: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"^\W*(?:dose )?(?:(?:back|a bit|a little|a notch|right|goes|go|going) )*up(?: to| by| a | one|\W*$|,)")
    });
    static DOWN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:dose )?(?:(?:back|a bit|a little|a notch|right|goes|go|going) )*(?:down(?: to| by| a | one|\W*$|,)|in half|by half)",
        )
    });
    static AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(&format!(
            r"^\W*(?:dose )?(?:(?:needs to|should|can|has to|will|is going to|'ll|goes|go|going|comes|come|is going|back|up|down) )*to {NUMBER}"
        ))
    });
    // "That one pushes the warfarin up": another medicine does.
    static DRIVEN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:(?:push|rais|increas|lower|bring|bump|drop|knock|driv|boost)e?s|(?:it|that|this|which|they|those|these)(?: one)? (?:can|could|might|may|will|would|does) (?:push|raise|increase|lower|bring|bump|drop|knock|drive|boost)) (?:up |down )?(?:the |your |his |her )?$",
        )
    });
    let moved = MOVED_BEFORE.is_match(before);
    static AWAY: LazyLock<Regex> = LazyLock::new(|| pattern(r"^ (?:off|away|out)\b"));
    static ONLY: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?:,? and that's it| only| instead)\W*$"));
    match action {
        Increase | Decrease | Taken if DRIVEN.is_match(before) => Taken,
        Taken if ONLY.is_match(after) => Start,
        Start | Increase | Taken | Change if UP.is_match(after) && (moved || action == Taken) => Increase,
        Start | Stop | Decrease | Taken | Change if DOWN.is_match(after) && (moved || action != Stop) => Decrease,
        // "I'll take propranolol off your list."
        Start | Taken if moved && AWAY.is_match(after) => Stop,
        Stop if AMOUNT.is_match(after) => Decrease,
        // "Levothyroxine to eighty eight": which way it goes is told by what was taken until now.
        Taken | Continue if AMOUNT.is_match(after) => Change,
        action => action,
    }
}

/// How an amount begins.
pub(super) const NUMBER: &str = r"(?:\d|half|a |an |one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fifteen|sixteen|eighteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|point|zero)";

/// "Take two instead of one": more or less than until now, in tablets.
pub(super) fn instead_of(sentence: &str) -> Option<MedicationAction> {
    static INSTEAD: LazyLock<Regex> = LazyLock::new(|| {
        const COUNT: &str = "(?:half|one|two|three|four|once|twice|[1-4])";
        pattern(&format!(
            r"\b({COUNT})(?: (?:a|an|of|the|them|those|tablets?|pills?|puffs?|times|day|a day))* (?:instead of|rather than|not) (?:the )?({COUNT})\b"
        ))
    });
    let count = |word: &str| match word.to_lowercase().as_str() {
        "half" => Some(0.5),
        "once" => Some(1.0),
        "twice" => Some(2.0),
        word => numbers::numbers(word).first().map(|number| number.value),
    };
    let found = INSTEAD.captures(sentence)?;
    match count(&found[1])?.partial_cmp(&count(&found[2])?)? {
        Ordering::Greater => Some(MedicationAction::Increase),
        Ordering::Less => Some(MedicationAction::Decrease),
        Ordering::Equal => None,
    }
}

/// "Drop it from 18 to 14": which way a dose goes, by its two amounts.
pub(super) fn from_to(text: &str) -> Option<MedicationAction> {
    static FROM: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:drop|cut|lower|reduc|decreas|bring|tak|go|com|mov|chang|increas|rais|bump|step|push|nudg|dial|titrat)\w*(?: (?:it|that|this|you|him|her|down|up|back|the dose|your dose|the (?:morning|evening|night|bedtime) (?:one|dose)))*,? from (?:the |about )?(\S+(?: \S+){0,2}?) (?:down |up |back )?to (?:the |about )?(\S+(?: \S+)?)",
        )
    });
    let found = FROM.captures(text)?;
    let value = |words: &str| numbers::numbers(words).first().map(|number| number.value);
    match value(&found[2])?.partial_cmp(&value(&found[1])?)? {
        Ordering::Greater => Some(MedicationAction::Increase),
        Ordering::Less => Some(MedicationAction::Decrease),
        Ordering::Equal => None,
    }
}

/// "Bring lunch down to six": more or less of one of several doses of a day.
pub(super) fn of_one_time(sentence: &str) -> Option<MedicationAction> {
    const TIME: &str = r"(?:the |your )?(?:breakfast|lunch\w*|dinner|supper|morning|noon|midday|evening|night|nighttime|bedtime)(?:'s)?(?: one| dose| tablet| pill)?";
    static UP: LazyLock<Regex> = LazyLock::new(|| {
        pattern(&format!(r"\b(?:{MOVES} {TIME} up|(?:raise|increase|bump|double)(?: up)? {TIME}|{TIME} goes up)\b"))
    });
    static DOWN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(&format!(
            r"\b(?:(?:{MOVES}|cut|drop) {TIME} (?:back |down|to)|(?:lower|decrease|reduce|cut|halve) {TIME}|{TIME} (?:goes|comes) down)\b"
        ))
    });
    match sentence {
        raised if UP.is_match(raised) => Some(MedicationAction::Increase),
        lowered if DOWN.is_match(lowered) => Some(MedicationAction::Decrease),
        _ => None,
    }
}

/// Whether `sentence` tells what somebody did before the visit: "the heart doctor put it up to forty".
pub(super) fn reports(sentence: &str) -> bool {
    static REPORTED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:they|he|she|doctor|doctors|dr\.? \w+|clinic|hospital|nurse|\w+ologist)(?:'d|'ve|'s| had| have| has)? (?:already |then |just |only )?(?:put|took|brought|moved|bumped|raised|increased|doubled|lowered|reduced|cut|halved|went|stopped|started|switched|changed|dropped)\b|\b(?:we|i|you)(?:'d|'ve| had| have)? (?:already |then |just |only )?(?:took|brought|moved|bumped|raised|increased|doubled|lowered|reduced|halved|went|stopped|started|switched|changed|dropped)\b",
        )
    });
    REPORTED.is_match(sentence)
}
