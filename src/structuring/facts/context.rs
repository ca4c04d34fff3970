//! Whose, whether, and meant or not: the words around a mention that turn its meaning.

use std::sync::LazyLock;

use regex::Regex;

use crate::language::patterns::{pattern, patterns};

patterns! {
    RELATIVE = r"\b(mother|mom|mum|mama|father|dad|brothers?|sisters?|siblings?|sons?|daughters?|wife|husband|spouse|partner|grand(?:mother|father|ma|pa|parents?)|aunts?|uncles?|cousins?|nieces?|nephews?|parents?|friends?|mates?|buddy|guys?|lady|ladies|colleagues?|boss|someone|somebody|pals?|chaps?|people|neighbou?rs?|co-?workers?|roommates?|family|folks)\b";
    PARENT_OR_KIN = r"\b(mother|mom|mum|father|dad|brothers?|sisters?|siblings?|grand(?:mother|father|ma|pa|parents?)|aunts?|uncles?|cousins?|parents?|family|sons?|daughters?)\b";
    FIRST_PERSON = r"\b(i|i'm|i've|i'd|i'll|me|you|you're|you've)\b";
    OWN_PERSON = r"\b(i|i'm|i've|my|mine|me|myself)\b";
    OWN_STATE = r"\b(?:i (?:\w+ )?(?:have|had|take|took|use|used|get|got|need|suffer|smoke|drink|vape|react|can't (?:take|have))|i've (?:\w+ )?(?:got|had|been|taken|used)|i(?:'m| am| was)(?: also| still| not)? (?:the one (?:with|who|on|taking|allergic)|on|taking|using|allergic|diabetic|asthmatic|diagnosed|getting|an?|(?:so |very |really |always |just |pretty )?(?:tired|exhausted|worn out|sick|ill|dizzy|depressed|stressed|sore|stiff|congested))|i (?:feel|felt)|i break out|i (?:swelled|swell|blew|puffed|broke|came|come) (?:up|out)|(?:makes|made|gives|gave) me|mine|myself|me too)\b|\bmy\b|^\W*am (?:also |still )?(?:on|taking|using|allergic)\b";
    PATIENT_OF_THE_SPEAKER = r"^ (?:\w+ )?(?:son|daughter|boy|girl|baby|kid|child|toddler|little one)\b";
    THIRD_PERSON = r"\b(he|she|him|her|his|hers|they|them|gave|give|giving|put|rub)\b";
    ON_ANOTHER = r"\b(?:him|her|his|them|it)\b";
    NEGATION = r"\b(no|not|never|none|neither|nor|without|denies|denied|hardly|nothing like|n't|cannot|can't|don't|didn't|doesn't|isn't|wasn't|aren't|haven't|hasn't|hadn't|won't|wouldn't|couldn't|shouldn't|free of|negative for|ruled out)\b|n't\b";
    TURN = r"\b(but|except|although|though|however|just|only|other than|apart from|because|and (?:the|your|my|his|her) (?:\w+ ){1,2}(?:is|are|was|were)|and (?:for the|let's|i'll|i'd|i'm|i am|i've|i have|i take|i still|i use|we'll|you can|he takes|she takes))\b|;|, so\b|, (?:it|they|that)(?:'s|'re| is| are| was| were| gave| gives?| made| makes?| caused| causes?| just| hurts?)\b|, (?:i|he|she|we)(?:'m|'ve|'s| have| had| has| get| gets| got| feel| felt)\b|[.?!]\s";
    AFFIRMED_ANSWER = r"^\W*((?:uh|um|oh|well|so|and|you know)\W+)*(yes|yeah|yep|yup|yea|mm-?hmm|mhm|uh-?huh|i do|i am|i have|i did|i was|sometimes|definitely|absolutely|a little|a bit|kind of|sort of|right|correct|sure|it does|it is|they do|every|still am|once in a while|occasionally)\b";
    DENIED_ANSWER = r"^\W*((?:uh|um|oh|well|so|and|you know|actually)\W+)*(no|nope|nah|not|never|i never|none|neither|mm-mm|nothing|i don't|i do n't|i haven't|i have n't|i'm not|i didn't|it doesn't|they don't|(?:i|it|they|he|she) (?:has|have|do|did|does|am|was|is) (?:not|n't))\b";
    GIVES = r"\b(?:gave|give|given|giving) (?:him|her|them)\b";
    URGES = r"\b(?:don't|do not|can't|not) wait\b";
    CORRECTION = r"\bno[,.]|\b(no (?:wait|sorry|make|it's|hang on|actually|keep|that's)|wait|sorry|hang on|scratch that|make (?:that|it|at)|i mean|i meant|actually|rather|correction|or rather|let me (?:correct|recalculate|redo (?:that|it|the math)|do the math|check (?:that|it) again|think again)|math again)\b";
    SAFETY_NET = r"\b(if|unless|when)\b.*\b(call|(?:bring|take|get) (?:me|us|him|her|them|the \w+) (?:back |straight |right )?(?:in|to the)|(?:ring|phone) (?:me|us|the|999|111)|come (?:back|in|to|straight)|go (?:straight |right |back )*to|a (?:and|&) e|a&e|casualty|urgent care|emergency|er|911|999|111|nine one one|let (?:me|us) know|seek|return)\b|\b(call|come (?:back|in)|go (?:straight |right |back )*to|hospital|labou?r (?:ward|and delivery)|emergency|911|nine one one|let (?:me|us) know)\b.*\b(if|unless)\b";
    /// Somebody comes back on what was just decided or said.
    TURNS_BACK = r"\bactually\b(?:,| hang| wait| no)|\b(?:hang|hold) on\b(?: a (?:second|minute|moment))?\W*(?:you|no|that|let|i|the|we|she|he|$)|\bwait\b,|\bnever ?mind\b|\b(?:scratch|strike|forget) that\b|\bon second thoughts?\b|\byou know what\b|\bcome to think\b|\bthen no\b|\b(?:hmm|oh|ah|well|sorry),? no\b|\bno,? (?:wait|actually|let's|sorry|i mean)\b|\bi take that back\b|\bchanged my mind\b|\breplac(?:es|ing)\b|\bin place of\b|\bdon't take both\b|\bnot both\b";
    VACCINE = r"\b(?:shots?|jabs?|vaccin\w+|immuni\w+|boosters?)\b";
    HYPOTHETICAL = r"\b(if|unless|i wish|in case|should you|watch (?:out )?for|come back|return|call (?:me|us|the)|can cause|could cause|may cause|might cause|side effects?|risk of|makes? (?:your|my|the|you|me)|so that (?:you|i|it|we|he|she|they|your|the|his|her|nothing)|to prevent|prevents?|to help|helps? with|when you (?:have|get)|worr(?:y|ied) about|to (?:look for|rule out|check for|exclude)|looking for)\b";
}

/// Whether somebody other than the patient is the subject of what follows `before`, the clause up to a mention.
pub fn of_another_person(before: &str) -> bool {
    let Some(relative) = RELATIVE.find_iter(before).last() else { return false };
    !FIRST_PERSON.is_match(&before[relative.end()..])
}

/// Whether what follows `before`, said by somebody who came with the patient, is about a relative of the patient's: "his
/// sister has asthma, she's on". "My mother" may be the patient.
pub fn of_a_relative_of_the_patient(before: &str) -> bool {
    static THEIRS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:his|her|their) (?:\w+ )?(?:mother|mom|mum|father|dad|brother|sister|twin|cousin|aunt|uncle|grand(?:mother|father|ma|pa)|husband|wife|friend|roommate)(?:'s)?\b([^.?!]*)$",
        )
    });
    static PATIENT_AGAIN: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:gave|gives|give|put|puts|got|told|so|but|and) (?:him|her|he|she)\b"));
    THEIRS.captures(before).is_some_and(|found| !PATIENT_AGAIN.is_match(&found[1]))
}

/// Whether `sentence` says what a spouse or friend has or takes: they are no blood relatives, but nor are they the patient.
pub fn of_a_companion(sentence: &str) -> bool {
    static HAS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\bmy (?:\w+ )?(?:wife|husband|spouse|partner|friend|neighbou?r|boss|colleague|co-?worker|roommate)(?: also)? (?:who|has|had|takes|took|got|gets|suffers|was diagnosed|is on|uses|is taking)\b",
        )
    });
    HAS.find(sentence).is_some_and(|has| !OWN_PERSON.is_match(&sentence[has.end()..]))
}

/// Whether `sentence` says what a relative has or had: "my aunt had a stroke, that's what scares me".
pub fn of_kin(sentence: &str) -> bool {
    static HAS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:my|his|her|your) (?:\w+ )?(?:mother|mom|mum|father|dad|brother|sister|grand(?:mother|father|ma|pa)|aunt|uncle|cousin|niece|nephew)(?: also| just| always)? (?:has|had|was|is|takes|took|gets|got|died|passed|suffers|suffered)\b",
        )
    });
    static ONESELF: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:i|i'm|i've|i'd|so do i|me too|same)\b"));
    HAS.find(sentence).is_some_and(|has| !ONESELF.is_match(&sentence[has.end()..]))
}

/// Whether the last relative that `before` names cannot be the patient, who `is_female` or not: the mother of a girl who
/// speaks of "my son".
pub fn relative_of_other_sex(before: &str, is_female: Option<bool>) -> bool {
    static FEMALE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:my|her|his|our) (?:\w+ )?(?:mother|mom|mum|sister|daughter|wife|girl|grandmother|grandma|aunt|niece)\b",
        )
    });
    static MALE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:my|her|his|our) (?:\w+ )?(?:father|dad|brother|son|husband|boy|grandfather|grandpa|uncle|nephew)\b",
        )
    });
    let last = |names: &LazyLock<Regex>| names.find_iter(before).last().map(|found| found.start());
    match (last(&FEMALE), last(&MALE), is_female) {
        (female, Some(male), Some(true)) => female.is_none_or(|female| female < male),
        (Some(female), male, Some(false)) => male.is_none_or(|male| male < female),
        _ => false,
    }
}

/// Where a sentence about somebody else turns to the speaker: "My brother has diabetes, but I don't."
pub fn turns_to_oneself(sentence: &str) -> Option<usize> {
    static TO_ONESELF: LazyLock<Regex> =
        LazyLock::new(|| pattern(r",? (?:but|though|and|so) (?:i|i'm|i've|i'd|not me|me,)\b"));
    TO_ONESELF.find(sentence).map(|turn| turn.start())
}

/// Whether `after`, the words behind what somebody else has, say it of the speaker too: "my wife has it, and mine is worse". "So
/// I worry" and "but I got checked" do not.
pub fn includes_oneself(after: &str) -> bool {
    static SHARES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:mine|(?:me|i) (?:too|as well|also)|so (?:do|did|have|am|was) i|same (?:as|with|for) (?:me|mine|i)|like (?:me|mine|i do)|(?:and|then|now) (?:so |also )?(?:me|i do|i did|i am|i have|i'm)(?:\W*$|[,.;])|i(?:'ve| have| had| get| got|'m| am)(?: \w+){0,2} (?:it|too|also|as well|one|that|them|myself)|(?:both|all) of us|we (?:both|all)|the same (?:thing|as))\b",
        )
    });
    SHARES.is_match(after) && !NEGATION.is_match(after)
}

/// "No alcohol, I don't drink at all", and not "no more than two".
pub fn negates_a_habit(told: &str) -> bool {
    static SOME: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:no more than|not (?:much|every|often|a lot|any ?more)|but|just|only|except|since|until|used to)\b|\d",
        )
    });
    NEGATION.is_match(told) && !SOME.is_match(told)
}

/// Whether `answer`, to what the patient was asked of themselves, begins with somebody else: "my son's the one with asthma, not
/// me".
pub fn answers_of_another(answer: &str) -> bool {
    static LEAD: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"^\W*(?:(?:no|nope|well|oh|uh|um|it's|that's|that'd be|just|only)\W+)*(?:my|his|her|our) (?:\w+ )?\w+")
    });
    let subject = LEAD.find(answer).is_some_and(|lead| RELATIVE.is_match(lead.as_str()));
    let clause = answer.split([',', ';']).next().unwrap_or_default();
    subject && !FIRST_PERSON.is_match(clause) && !includes_oneself(&answer[clause.len()..])
}

/// Whether the clinician's `question` goes on about what somebody else has, who was told of in the sentence `before`, and `answer` is
/// about them: "My sister has a skin thing." "Is it psoriasis?" "Yes." "Do you have it?" goes on about nobody else.
pub fn asks_on_of_another(before: &str, question: &str, answer: &str) -> bool {
    static OF_IT: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:it|that|she|he|they|her|his|their|this)\b"));
    of_another_person(before) && OF_IT.is_match(question) && !addresses(question) && !OWN_PERSON.is_match(answer)
}

/// Whether `sentence` has somebody called `name` as a subject: "that's Max again, Max has asthma".
pub fn is_subject(name: &str, sentence: &str) -> bool {
    const VERBS: [&str; 14] =
        ["has", "had", "is", "was", "takes", "took", "gets", "got", "needs", "uses", "used", "did", "does", "also"];
    let after = |at: usize| sentence[at + name.len()..].trim_start();
    let mut places = sentence.match_indices(name).map(|(at, _)| at);
    places.any(|at| {
        let next = after(at).split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
        VERBS.contains(&next)
    })
}

/// Whether somebody who speaks for the patient speaks of themselves where `before` and `after` stand around a mention: "I
/// have asthma myself". What they notice, fear, or use on the patient is the patient's.
pub fn of_the_speaker(before: &str, after: &str) -> bool {
    let Some(own) = OWN_STATE.find_iter(before).last() else { return false };
    let of_the_patient = PATIENT_OF_THE_SPEAKER.is_match(&before[own.end()..]);
    let clause = after.split([',', ';']).next().unwrap_or_default();
    let on_the_patient = own.as_str().to_lowercase().contains("use") && ON_ANOTHER.is_match(clause);
    !of_the_patient && !on_the_patient && !GIVES.is_match(before) && !THIRD_PERSON.is_match(&before[own.end()..])
}

/// Whether `sentence` begins with an if.
pub fn begins_with_a_condition(sentence: &str) -> bool {
    static CONDITION: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^\W*(?:and |but |so )?(?:if|unless|in case|should)\b"));
    CONDITION.is_match(sentence)
}

/// The two halves of a sentence in which one thing brings on the other.
pub fn cause_and_effect(sentence: &str) -> Option<(&str, &str)> {
    static BRINGS_ON: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:caus(?:es|ed|ing)|due to|because of|leading to|led to|resulting in|result of|brought on by|triggered by)\b",
        )
    });
    let found = BRINGS_ON.find(sentence)?;
    Some((&sentence[..found.start()], &sentence[found.end()..]))
}

/// Whether `sentence` speaks to the patient or of what is theirs.
pub fn addresses(sentence: &str) -> bool {
    static YOU: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:you|your|you're|you've|yours)\b"));
    YOU.is_match(sentence)
}

/// Whether `text` names a blood relative.
pub fn names_a_relative(text: &str) -> bool {
    PARENT_OR_KIN.is_match(text)
}

/// Whether `before`, the sentence up to a mention, denies it: a negation with no turn between.
pub fn negates(before: &str) -> bool {
    let Some(negation) = NEGATION.find_iter(before).last() else { return false };
    let between = &before[negation.end()..];
    // "Couldn't breathe, hands tingling": what one is not able to do ends with its clause.
    let of_ability = negation.as_str().to_lowercase().starts_with('c');
    if of_ability && between.contains(',') {
        return false;
    }
    !TURN.is_match(between) && between.split_whitespace().count() <= 12 && !between.trim_start().starts_with(',')
        || (negation.as_str().eq_ignore_ascii_case("no") && leads_a_list(between))
}

/// "No, no fever" negates by its second "no"; "No, I have a cough" by none: only a comma right after "no" parts them.
fn leads_a_list(between: &str) -> bool {
    !between.trim_start().starts_with(',') && !TURN.is_match(between)
}

/// Whether an answer begins by affirming.
pub fn affirms(answer: &str) -> bool {
    AFFIRMED_ANSWER.is_match(answer)
}

/// Whether an answer begins by denying.
pub fn denies(answer: &str) -> bool {
    DENIED_ANSWER.is_match(answer)
}

/// Whether `sentence` takes something back that was said before.
pub fn corrects(sentence: &str) -> bool {
    CORRECTION.is_match(sentence)
}

/// Whether `sentence` takes back what was just decided or said: "Actually, hang on.", "Then no."
pub fn turns_back(sentence: &str) -> bool {
    TURNS_BACK.is_match(sentence)
}

/// Whether `sentence` names a vaccination.
pub fn names_a_vaccine(sentence: &str) -> bool {
    VACCINE.is_match(sentence)
}

/// Whether `after`, what follows the name of an illness, makes it a vaccine: "pneumonia shot", "the pneumonia one, I've got you
/// down for that".
pub fn is_prevented(after: &str) -> bool {
    static THE_ONE: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^ ones?(?:[,.;?]| (?:i|we|you|he|she|is|was|in|for)\b|$)"));
    VACCINE.find(after).is_some_and(|found| after[..found.start()].trim().is_empty()) || THE_ONE.is_match(after)
}

/// Bytes between two values of which the second takes the place of the first, at most; further apart, both hold.
const LONGEST_CORRECTION: usize = 60;

/// Whether `between`, the words between two values, takes the first one back: "fifty, no, sorry, forty".
pub fn takes_back(between: &str) -> bool {
    let only_no = between.trim().trim_matches(|c: char| !c.is_alphanumeric()).eq_ignore_ascii_case("no");
    let urges = URGES.is_match(between);
    between.len() <= LONGEST_CORRECTION && !urges && (corrects(between) || only_no)
}

/// Whether `between`, the words between two values, tells that the second came after the first: "ten, but you raised it,
/// twenty".
pub fn changes(between: &str) -> bool {
    static CHANGED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:you|they|he|she|we|i|doctor|it was|it's been|it has been|that was|got) (?:\w+ )?(?:raised|upped|increased|bumped|doubled|lowered|reduced|decreased|halved|cut|dropped|changed|switched|put (?:it|that|me) (?:up|down)|(?:took|moved|brought) (?:it|that|me) (?:up|down))\b|\b(?:went|gone|goes|came) (?:up|down)\b|\b(?:it's|that's|i'm on|i take|i'm taking|i'm at)(?: \w+)? now\b|\bnow(?: \w+)? (?:it's|that's|i'm|i take|at|on)\b",
        )
    });
    between.len() <= LONGEST_CORRECTION && CHANGED.is_match(between)
}

/// Whether `between`, the words between two values, tells that the second holds no longer: "twenty, up from ten".
pub fn looks_back(between: &str) -> bool {
    static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:used to|was|were|from|before that|previously|instead of|rather than|not|than|after|since)\b")
    });
    between.len() <= LONGEST_CORRECTION && BEFORE.is_match(between)
}

/// Whether the question `sentence` asks for more about what was named before: how long, how bad, what helps.
pub fn asks_for_more(sentence: &str) -> bool {
    static MORE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:(?:and|so|okay|ok|but|right|all right|now)\W+)*(?:how (?:long|bad|often|much|far|many|is it|has it|does it|did it)|when|since when|where|what (?:does|did|makes|made|colou?r|kind|brings|time|happens|helps|is it|were you)|which|(?:does|did|is|was|has) (?:it|that|anything|there anything)|have you tried|anything (?:make|makes|that|help|helps)|constant|worse|better|more than usual)\b",
        )
    });
    MORE.is_match(sentence)
}

/// Whether `sentence` tells when to come back or call for help.
pub fn safety_net(sentence: &str) -> bool {
    SAFETY_NET.is_match(sentence)
}

/// Whether `sentence` speaks of what may happen, not of what is.
pub fn hypothetical(sentence: &str) -> bool {
    HYPOTHETICAL.is_match(sentence)
}

/// Whether `sentence` goes on about somebody named before: "She was in her seventies."
pub fn begins_with_third_person(sentence: &str) -> bool {
    static THIRD: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\W*(?:and |but |so )?(?:he|she|they)\b"));
    THIRD.is_match(sentence)
}

/// A count of negations, for comparing a statement with what was said.
pub fn has_negation(text: &str) -> bool {
    NEGATION.is_match(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_decides_whose_it_is() {
        assert!(of_another_person("my mother takes "));
        assert!(!of_another_person("my wife says I should take "));
        assert!(!of_another_person("my knee doctor gave me "));
    }

    #[test]
    fn a_negation_reaches_to_the_next_turn() {
        assert!(negates("I don't have any "));
        assert!(negates("no fever, no chills or "));
        assert!(!negates("no fever, but I have a "));
        assert!(!negates("No, I have a "));
        assert!(!negates("Couldn't breathe, hands "));
        for clause in [
            "I don't take the iron anymore, it gave me ",
            "I haven't slept, I've got this ",
            "I'm not sick, I'm just ",
            "I don't finish the tablets, they make me feel ",
            "He won't eat, he has a ",
        ] {
            assert!(!negates(clause), "{clause}");
        }
        assert!(negates("no pain, weakness, "));
        assert!(!negates("there's no break in the skin and the ankle is "));
    }

    #[test]
    fn answers_begin_with_their_polarity() {
        assert!(affirms("Uh, yes, I am.") && !denies("Uh, yes, I am."));
        assert!(denies("No, nothing like that.") && !affirms("No, nothing like that."));
        assert!(!denies("Nobody told me.") && !affirms("Yesterday."));
    }
}
