//! Sentences that matter to a clinician and that no statement tells. They are found by words of their own, not by the rules
//! that find facts: what those rules misread or miss is listed here, and only what nobody looked for is lost.

use std::ops::Range;

use regex::Regex;

use super::{answers::Answer, omissions::Covered};
use crate::{
    domain::{Evidence, Omission, PatientText, Role},
    language::{numbers, patterns::patterns, questions::is_question},
    structuring::{
        evidence,
        facts::{context, findings::BODY_PARTS, orders},
        text, told,
        visit::{Line, Visit},
    },
    terminology::DrugTable,
};

/// A kind of sentence that must not be lost, the one that matters most first: a sentence is listed under the first that it is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Allergy,
    Risk,
    Medication,
    RedFlag,
    Result,
    Plan,
    History,
    Finding,
    Prevention,
    Advice,
    Social,
}

/// What else is looked at, in a patient's words too.
const LOOKED_AT: &str = "heartbeat|tummy|incision|scar|balance|nails?|rhythm|breathing|swelling|rash|mole|spot|lump";

patterns! {
    ALLERGY = r"\b(?:allerg(?:y|ies|ic)|hives|anaphyla\w+|epi-?pen|(?:lips?|tongue|face|throat|mouth) (?:\w+ )?(?:swell\w*|swollen|swelled|blew up|puffed)|swelling of (?:the|my|his|her) (?:lips?|tongue|face|throat)|brings? (?:me|him|her) out in|came? (?:up|out) in|broke out)\b";
    pub(super) RISK = r"\b(?:suicid\w+|kill(?:ing)? (?:my|him|her|your)self|hurt(?:ing)? (?:my|him|her|your)self|better off dead|not waking up|end it all|guns?|rifle|resuscitat\w*|intubat\w*|code status|full code|breathing machine|life support|no tubes?|dnr|dni|living will|power of attorney|hospice|(?:speak|decide|make (?:the |your |my )?decisions) for (?:me|you|him|her)|(?:health ?care|medical) proxy|advance directive)\b";
    MEDICATION = r"\b(?:stop\w*|quit|hold|come off|off (?:the|of)|leave (?:off|out)|no more|no longer|skip|start\w*|begin|add|put you on|increase|double|halve|cut (?:the|it|back|down)|raise|lower|go (?:up|down)|instead of|switch\w*|change|avoid|stay away from|don't take|not use|rather not)\b";
    RED_FLAG = r"\b(?:(?:hit|banged|knocked) (?:my|his|her) head|pass(?:ed)? out|black(?:ed)? out|faint\w*|collapsed?|black stools?|blood in|bleeding|cough\w* (?:up )?blood|chest pain|(?:can't|couldn't|hard to|trouble) (?:breathe|breathing|(?:get|catch|take) (?:a|my|his|her|enough) \w*(?: ?breath| air))|worst headache|lost (?:my|his|her) (?:sight|vision|speech)|slurred|weak(?:ness)? (?:on|in) (?:one|the|my)|seizure|fits?|stiff neck|(?:bladder|bowels?) (?:control|accident\w*)|wet (?:my|him|her)self|numb\w* (?:down there|between))\b";
    RESULT = r"\b(?:a1c|h(?:a)?emoglobin|creatinine|potassium|sodium|tsh|ldl|cholesterol|inr|bnp|psa|ferritin|gfr|white count|platelets|dipstick|urine|x-?ray|ct|mri|ultrasound|ecg|ekg|swab|culture)\b.*\b(?:is|was|has|had|came back|shows?|showed|positive|negative|normal|high|low|up|down|\d+|point)\b|\b(?:it|you|that|this|which|weight|pressure)(?:'s| is| was| were|'re)\b.*\b(?:pounds?|kilos?|percent|points?|down from|up from|last (?:time|month|year|visit|spring|summer|fall|autumn|winter)|in (?:the (?:spring|summer|fall|autumn|winter)|january|february|march|april|may|june|july|august|september|october|november|december))\b";
    PLAN = r"\b(?:i'd like you to|i want you to|(?:i|we)(?:'ll| will|'m going to|'re going to|'m gonna|'re gonna| am going to| are going to) (?:also )?(?:order|refer|send|check|arrange|book|see|give|write|repeat|recheck|do|get|call|schedule|have you|set|put (?:you|him|her|in (?:a|an|the|your)))|let's (?:check|get|do|repeat|book|see|try|have)|come back in|see (?:you|me) (?:again )?in|follow(?:ing)? up in|recheck|in (?:\w+ )?(?:weeks?|months?) (?:time|we))\b";
    HISTORY = r"\b(?:i(?:'ve| have) (?:had )?(?:a )?(?:history of|type|high blood pressure|asthma|diabetes|copd|heart|kidney|liver|thyroid|epilepsy|cancer|arthritis|gout|depression|anxiety|migraines?)|i had (?:a |an |my )?(?:heart attack|stroke|cancer|surgery|operation|\w+ (?:removed|taken out|replaced)|clot)|i was diagnosed|pacemaker|stents?|valve|transplant)\b";
    FINDING = &format!(
                r"\bi (?:can(?:'t)? |don't |do |could )?(?:hear|see|feel|notice)\b.*\b(?:{BODY_PARTS}|{LOOKED_AT}|murmurs?|wheez\w*|crackles?|rubs?|lumps?|fluid|swelling|rash|redness|tenderness)\b|\b(?:your|his|her|the|both|that) (?:\w+ ){{0,2}}(?:{BODY_PARTS}|{LOOKED_AT}) (?:\w+ ){{0,2}}(?:is|are|looks?|sounds?|feels?|seems?|moves?|has|have)\b|\b(?:{BODY_PARTS}|{LOOKED_AT}) (?:is|are|looks?|sounds?|feels?) (?:\w+ )?(?:soft|clear|normal|fine|good|red|tender|swollen|warm|regular|strong|weak|equal|dull|intact|sore|stiff|tight|pink|dry)\b|\b(?:tender|swollen|wheez\w+|crackles?|murmurs?|ligaments?|effusion|you(?:'re| are) (?:still )?(?:talking|breathing|moving|walking)|bruis(?:e|ed|ing)|pitting|(?:leaves|left) (?:a|an?) \w+|pulses? (?:is|are)|(?:there(?:'s| is| are|'re)|i (?:see|feel|hear|find)) (?:no|some|an?|any) (?:\w+ )?(?:perforation|rash|swelling|redness|tenderness|fluid|extension|flexion|protein|discharge|pus|deformity|weakness|numbness|rebound|guarding|mass|lumps?|exudate|crepitus|infection|instability|wax|edema|rub|murmur))\b"
            );
    pub(super) PREVENTION = r"\b(?:(?:flu|influenza|covid|pneumonia|shingles|tetanus|hepatitis|hpv|rsv|whooping cough|measles) (?:shots?|jabs?|vaccines?|boosters?|ones?)|(?:shots|jabs) (?:are|were)|vaccin\w+|immuni[sz]\w+|boosters?|mammograms?|colonoscop\w+|pap (?:smears?|tests?)|bone (?:density|scan)|dexa|screening|dentist|eye (?:exam|test|check)\w*|foot exam)\b";
    ADVICE = r"^(?:(?:and|so|but|also|then|just|please|now|okay|for now|until then|meanwhile|in the meantime|otherwise)\b,? ?)*(?:keep|try|use|drink|eat|rest|ice|elevate|rinse|wash|walk|avoid|stay|do(?: not|n't)|never|no (?:driving|lifting|alcohol|smoking|swimming|sports?|running|more|salt|heavy)|wear|sleep|nothing (?:over|more than|heavier|by mouth|to eat|stronger)|put|apply|cut (?:down|back|out)|watch|weigh|count|check your|measure|write|bring|call|repeat|go (?:to|back|easy|slow)|take it easy|finish|make sure|be careful|limit|stretch|get (?:some|plenty|up|moving|out)|remember|carry|leave|hold off|stop (?:smoking|drinking)|give (?:it|yourself|him|her)|cool|warm|gargle|cover|clean|(?:stand|get|rise|sit) (?:up )?slowly)\b|\b(?:you (?:should|shouldn't|need to|don't need to|must|mustn't|ought to|can (?:\w+ )?(?:take|use|have|go|try|eat|drink|drive|return|stop)|(?:may|might|could|can|will) (?:\w+ )?(?:feel|get|notice|have|need))|i(?:'d| would) (?:like|want|rather) (?:you|him|her)|i want (?:you|him|her) to|i(?:'d| would)? (?:advise|suggest|recommend|encourage)|(?:it|that|they|this)(?:'ll| will| can| may| might) (?:\w+ )?(?:make|give|cause|take|upset|raise|lower|settle|pass|go away)|with food|on an empty stomach|side effects?|too (?:much|many|often)|(?:bad|not good|isn't good) for (?:you|him|her|your)|important (?:to|that|you)|make sure|be sure to|try (?:to|not to)|safe to|back to (?:work|school|sport\w*))\b";
    pub(super) SOCIAL = r"\b(?:work(?:s|ed|ing)? (?:as|at|in|for|nights|days|from|part|full|on)|(?:my|his|her) (?:job|boss|shifts?|work)|laid off|lost (?:my|his|her) job|unemployed|retired|on disability|(?:live|lives|living|lived|stay|staying) (?:with|alone|by (?:my|him|her)self|on (?:my|his|her) own|in)|on (?:my|his|her) own|by (?:my|him|her)self|married|divorc\w+|widow\w*|separated|homeless|evict\w*|landlord|rent|mortgage|insurance|afford|pay for|looking after|take care of|smok\w+|cigarettes?|packs?|vap(?:e|es|ed|ing)|tobacco|beers?|wine|drinks?|drinking|drank|alcohol|whiskey|vodka|sober|weed|marijuana|cannabis|edibles?|cocaine|heroin|needles?|exercis\w+|gym|sodas?|salt\w*|sweets|diet|fast food|coffee|caffeine|gave up|dollars|cost\w*|expensive|co-?pay\w*|died|passed away|griev\w*|funeral|school|college|daycare|travel\w*|safe at home)\b";
    /// What a clinician says while examining, to begin or to end: no advice, and nothing found.
    pub(super) IN_PASSING = r"^\W*(?:(?:and|so|but|now|okay|ok|all right|right|good|great|then|just|please|can you|could you|if you could|i'd like you to|i want you to|go ahead and)\b[,.]? ?)*(?:let(?:'s| me)? (?:me|have|take a (?:look|listen)|see|look|listen|examine|start)|(?:take|another|big) (?:a |some |in )?(?:\w+ )?(?:deep )?breaths?|breathe|lie|sit|stand(?: up)?(?: for me| here| straight| there|,|\W*$)|hop|open|say ah|look (?:up|down|at|straight|over)|push|pull|squeeze|follow|bend|lift|raise your|hold (?:still|your|it there|that)|relax|turn|come (?:in|on|and sit)|have a seat|take (?:a seat|your time|care)|tell me|show me|point|hang on|excuse me|i'm (?:going to|just going to|gonna) (?:listen|look|press|check|feel|examine|take a)|nice to|good (?:to see|morning|afternoon|evening)|thank|sorry|don't (?:worry|mention|apologi[sz]e)|see you|have a (?:good|nice|great))\b";
    // "That's normal.", of what was named before it.
    FOUND = r"^\W*(?:(?:and|okay|so)\b,? )?(?:(?:that|it|this|they)(?:'s| is|'re| are| looks?| sounds?| feels?)|looks?|sounds?|feels?) (?:\w+ )?(?:normal|fine|good|great|clear|healthy|okay|red|swollen|inflamed|tender|sore|stiff|weak|dull|dry|soft|loose|stable)\b";
    NAMES_BODY = &format!(r"\b(?:{BODY_PARTS}|{LOOKED_AT})\b");
    // "Actually, no, one and a half."
    pub(super) CORRECTS = r"^\W*(?:(?:oh|or|well|uh|um)\b,? )?(?:actually|no\b,? (?:wait|sorry|make|not|hang on|actually|rather|i mean)|wait|sorry|scratch that|make (?:that|it)|i (?:mean|meant)|rather|correction|hang on)\b";
    SIDE = r"\b(?:left|right|both)\b";
    // How much of a medicine, and in which form, said without its name.
    DOSED = r"\b(?:milligrams?|micrograms?|mg|mcg|puffs?|half (?:a |an )?(?:tablet|pill)|(?:one|two|three|four|\d) (?:tablets?|pills?|capsules?|drops|sprays|units)|last dose|(?:extended|slow|sustained|immediate)[- ]release|long[- ]acting|once a week|(?:once|twice|three times|four times) (?:a day|daily)|every other day|every (?:four|six|eight|twelve|\d+) hours)\b";
    NO_DOSE = r"\b(?:walk\w*|exercis\w*|stretch\w*|brush\w*|ice|drink\w*|eat\w*|check\w*|weigh\w*|measur\w*|per deciliter)\b";
    STILL = r"^\W*(?:and|so|okay|then)\b[^.?!]*\bstill\b";
    // How something goes, in the patient's words: "Maybe a little better?"
    pub(super) COURSE = r"\b(?:better|worse|worsen\w*|improv\w+|no change|not (?:helping|working)|(?:isn't|aren't|doesn't|didn't|don't|hasn't) (?:really )?(?:help|helping|helped|work|working|changed?)|the same|used to be|comes? and goes?|gone away|went away|build(?:s|ing)? up|wearing off)\b";
    GUESSES = r"^\W*(?:(?:uh|um|well|oh)\b,? )?(?:maybe|perhaps|probably|a (?:little|bit)|i (?:think|guess|suppose))\b";
    // "Mostly in the one forties."
    DECADE = r"\b(?:one|two) (?:teens|twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties)\b";
}

/// Words without which a sentence says nothing by itself.
const LEAST_WORDS: usize = 3;
/// Content words of an answer that says something without its question, …
pub(super) const LEAST_TELLING: usize = 2;
/// … and of a complaint that nobody asked for.
const LEAST_COMPLAINING: usize = 4;

/// What `visit` says that matters and that `note` does not tell, the most important first.
pub(super) fn overlooked(visit: &Visit, note: &Covered) -> Vec<Omission> {
    let mut found: Vec<Overlooked> = visit.lines.iter().flat_map(|line| of_line(visit, line, note)).collect();
    found.sort_by_key(|one| one.kind);
    let omission =
        |one: Overlooked| Omission { kind: one.kind.name().to_owned(), text: one.text, evidence: one.evidence };
    found.into_iter().map(omission).collect()
}

/// What no statement tells.
pub(super) struct Overlooked {
    pub(super) kind: Kind,
    pub(super) text: PatientText,
    pub(super) evidence: Vec<Evidence>,
}

fn of_line(visit: &Visit, line: &Line, note: &Covered) -> Vec<Overlooked> {
    let listed = |at: usize| Some((line.sentences[at].clone(), of_sentence(line, at, note)?));
    let listed: Vec<(Range<usize>, Overlooked)> = (0..line.sentences.len()).filter_map(listed).collect();
    // What else the patient tells goes on with the answer.
    let ends = listed.iter().find(|(_, one)| !matches!(one.kind, Kind::History | Kind::Risk));
    let end = ends.map_or(line.text().len(), |(range, _)| range.start);
    let answer = Answer::new(visit, line, end).and_then(|answer| answer.overlooked(visit, note));
    let is_within = |range: &Range<usize>, kind: Kind| {
        answer
            .as_ref()
            .is_some_and(|(end, answer)| range.start < *end && (kind == Kind::History || answer.kind <= kind))
    };
    let others = listed.into_iter().filter(|(range, one)| !is_within(range, one.kind)).map(|(_, one)| one);
    let others: Vec<Overlooked> = others.collect();
    answer.map(|(_, one)| one).into_iter().chain(others).collect()
}

fn of_sentence(line: &Line, at: usize, note: &Covered) -> Option<Overlooked> {
    let sentence = &line.text()[line.sentences[at].clone()];
    if asks(line, sentence) || sentence.split_whitespace().count() < LEAST_WORDS && !FOUND.is_match(sentence) {
        return None;
    }
    let range = whole(line, at);
    let said = &line.text()[range.clone()];
    let kind = Kind::of(line, said).or_else(|| complains(line, said).then_some(Kind::History))?;
    // "Here today it's one fifty over ninety, and your pulse is seventy": the vital signs have it.
    let measured = kind == Kind::Finding && note.has_numbers(said) == Some(true);
    let evidence = vec![evidence::evidence(line.utterance, range)];
    (!measured && !kind.is_told(said, note)).then(|| Overlooked { kind, text: said.into(), evidence })
}

/// Whether `sentence` of `line` is a question: "Maybe a little better?" of a patient's is none.
pub(super) fn asks(line: &Line, sentence: &str) -> bool {
    // "And the lisinopril still 20 milligrams.", of which a recogniser lost the mark.
    let of_use = line.by_clinician() && STILL.is_match(sentence) && !DrugTable::bundled().mentions(sentence).is_empty();
    of_use || is_question(sentence) && !(line.by_patient_side() && GUESSES.is_match(sentence))
}

/// Whether somebody with the patient speaks of themselves: what they have is no part of the visit, though they speak for the patient.
pub(super) fn of_a_companion(line: &Line, said: &str) -> bool {
    line.utterance.role == Role::Other && context::of_the_speaker(said, "")
}

/// Sentence `at` of `line`, with what corrects it, and with the one before where only that says of what it tells: "Left ear
/// first. That's normal."
fn whole(line: &Line, at: usize) -> Range<usize> {
    let text = |range: &Range<usize>| &line.text()[range.clone()];
    let own = &line.sentences[at];
    let names = |before: &&Range<usize>| NAMES_BODY.is_match(text(before)) && !is_question(text(before));
    let found = line.by_clinician() && FOUND.is_match(text(own)) && !NAMES_BODY.is_match(text(own));
    let before = at.checked_sub(1).filter(|_| found).and_then(|before| line.sentences.get(before)).filter(names);
    before.unwrap_or(own).start..correction(line, at + 1).unwrap_or(own.end)
}

/// Where what sentence `at` of `line` corrects of the one before it ends: "Actually, no, one and a half.", "No, hang on. Five
/// on Monday."
fn correction(line: &Line, at: usize) -> Option<usize> {
    let text = |at: usize| line.sentences.get(at).map(|range| &line.text()[range.clone()]);
    let tells = |said: &str| counts(said) || SIDE.is_match(said) || !DrugTable::bundled().mentions(said).is_empty();
    let first = text(at).filter(|first| CORRECTS.is_match(first))?;
    let last = if tells(first) { at } else { at + 1 };
    text(last).filter(|said| tells(said)).map(|_| line.sentences[last].end)
}

/// Whether `sentence` is the patient's side telling of the body and how it is, at some length, or a number.
fn complains(line: &Line, sentence: &str) -> bool {
    let stems = text::content_stems(sentence).len();
    let complains = || stems >= LEAST_COMPLAINING && told::names_a_complaint(sentence);
    let counts = || stems >= LEAST_TELLING && counts(sentence);
    let of_the_patient = !context::of_another_person(sentence) && !of_a_companion(line, sentence);
    line.by_patient_side() && of_the_patient && (complains() || counts())
}

/// Whether a number is in `text`; "the one" is none.
pub(super) fn counts(text: &str) -> bool {
    numbers::numbers(text).iter().any(|number| number.value > 1.0) || DECADE.is_match(text)
}

/// Whether `sentence` changes a medicine that it names, or says how much of what is taken.
fn of_medicines(sentence: &str) -> bool {
    let named = !DrugTable::bundled().mentions(sentence).is_empty();
    DOSED.is_match(sentence) && !NO_DOSE.is_match(sentence)
        || named && (MEDICATION.is_match(sentence) || counts(sentence))
}

/// A wish or a supposition tells nothing that is.
fn small(sentence: &str) -> bool {
    context::hypothetical(sentence) && !context::safety_net(sentence)
}

/// Whether `sentence` of `line` is what the clinician finds on examination.
pub(super) fn finds(line: &Line, sentence: &str) -> bool {
    Kind::Finding.is(line, sentence)
}

/// Whether `sentence` plans or advises something, orders it, or gives a medicine with how much of it: what a line of the
/// plan may be made from. What is said while examining and what was measured plan nothing.
pub(super) fn plans(sentence: &str) -> bool {
    let gives = || !DrugTable::bundled().mentions(sentence).is_empty() && !numbers::numbers(sentence).is_empty();
    plans_in_words(sentence) || !IN_PASSING.is_match(sentence) && gives()
}

/// The same by its words alone: a medicine with a number may have been measured, or be what is taken.
pub(super) fn plans_in_words(sentence: &str) -> bool {
    let in_words = || [Kind::Plan, Kind::Advice, Kind::Medication].iter().any(|kind| kind.words().is_match(sentence));
    let plans = || in_words() || orders::orders_something(sentence) || context::safety_net(sentence);
    !IN_PASSING.is_match(sentence) && plans()
}

impl Kind {
    const ALL: [Self; 11] = [
        Self::Allergy,
        Self::Risk,
        Self::Medication,
        Self::RedFlag,
        Self::Result,
        Self::Plan,
        Self::History,
        Self::Finding,
        Self::Prevention,
        Self::Advice,
        Self::Social,
    ];

    /// The first kind that `sentence` of `line` is of.
    fn of(line: &Line, sentence: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.is(line, sentence))
    }

    /// As `review.omitted` names it.
    fn name(self) -> &'static str {
        match self {
            Self::Allergy => "allergy",
            Self::Risk => "risk",
            Self::Medication => "medication",
            Self::RedFlag => "red_flag",
            Self::Result => "result",
            Self::Plan => "plan",
            Self::History => "history",
            Self::Finding => "finding",
            Self::Prevention => "prevention",
            Self::Advice => "advice",
            Self::Social => "social",
        }
    }

    /// The words that it is known by.
    pub(super) fn words(self) -> &'static Regex {
        match self {
            Self::Allergy => &ALLERGY,
            Self::Risk => &RISK,
            Self::Medication => &MEDICATION,
            Self::RedFlag => &RED_FLAG,
            Self::Result => &RESULT,
            Self::Plan => &PLAN,
            Self::History => &HISTORY,
            Self::Finding => &FINDING,
            Self::Prevention => &PREVENTION,
            Self::Advice => &ADVICE,
            Self::Social => &SOCIAL,
        }
    }

    /// Whether it is the clinician who says it; `None` where anybody may.
    fn by_clinician(self) -> Option<bool> {
        match self {
            Self::Medication | Self::Result | Self::Plan | Self::Finding | Self::Advice => Some(true),
            Self::Allergy | Self::RedFlag | Self::History | Self::Social => Some(false),
            Self::Risk | Self::Prevention => None,
        }
    }

    fn is(self, line: &Line, sentence: &str) -> bool {
        if of_a_companion(line, sentence) {
            return false;
        }
        let speaks = self.by_clinician().is_none_or(|clinician| line.by_clinician() == clinician);
        let in_two = || {
            self == Self::Finding
                && NAMES_BODY.is_match(sentence)
                && text::sentences(sentence).last().is_some_and(|last| FOUND.is_match(&sentence[last.clone()]))
        };
        let is_meant = match self {
            Self::Finding if in_two() => true,
            Self::Finding | Self::Advice => !IN_PASSING.is_match(sentence),
            Self::Plan => true,
            _ => !small(sentence),
        };
        let in_words = match self {
            // A change needs the medicine that it changes, and what is said of one may be a dose; how much is taken needs none.
            Self::Medication => of_medicines(sentence),
            Self::History => HISTORY.is_match(sentence) || COURSE.is_match(sentence),
            _ => self.words().is_match(sentence) || in_two(),
        };
        speaks && is_meant && in_words
    }

    /// Whether `note` tells what `said` of this kind says.
    pub(super) fn is_told(self, said: &str, note: &Covered) -> bool {
        match self.by_clinician() {
            Some(true) if self == Self::Medication => note.plans(said) || note.doses(said),
            Some(true) if self != Self::Result => note.plans(said),
            _ => note.tells(said),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        structuring::{Visit, facts, testing::transcript, verify::omissions},
        terminology::DrugTable,
    };

    fn omitted(lines: &str, note: &[&str]) -> Vec<String> {
        let said = transcript(lines);
        let facts = facts::facts(&said, DrugTable::bundled());
        let found = omissions(note, &facts, &Visit::new(&said));
        found.into_iter().map(|one| format!("{}: {}", one.kind, one.text.as_str())).collect()
    }

    #[test]
    fn what_matters_and_is_told_nowhere_is_listed_by_its_weight() {
        let visit = "D: How did it happen?\nP: I couldn't speak, my words were slurred and the lips crooked.\nD: And the itching?\n\
            P: Shellfish brings me out in a rash, if that's what you mean.\n\
            D: I'd rather not use tramadol with that. We'll repeat the walking test in a month.";
        let listed = omitted(visit, &["Fall in the bath."]);
        let starts = ["allergy: shellfish", "medication: I'd rather not", "red_flag: I couldn't", "plan: We'll repeat"];
        let places: Vec<Option<usize>> =
            starts.iter().map(|start| listed.iter().position(|one| one.starts_with(start))).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{listed:?}");
    }

    #[test]
    fn what_the_note_tells_is_not_listed() {
        let visit = "P: I passed out in the kitchen on Sunday.\nD: Let's check an ECG.\nD: Do you faint often?";
        let note = ["Passed out in the kitchen on Sunday.", "Check an ECG."];
        assert!(omitted(visit, &note).iter().all(|one| !one.starts_with("red_flag") && !one.starts_with("plan")));
    }

    #[test]
    fn advice_findings_and_how_somebody_lives_are_listed() {
        let visit = "D: Let me feel your belly. Your belly is soft.\nP: I got laid off in March.\n\
            D: Keep walking every day. Take a deep breath.\nP: Thanks.\nD: Nice to see you.";
        let listed = omitted(visit, &["Cough."]);
        assert_eq!(
            listed,
            ["finding: Your belly is soft.", "advice: Keep walking every day.", "social: I got laid off in March."]
        );
        assert_eq!(omitted("D: Stand up slowly.", &["Cough."]), ["advice: Stand up slowly."]);
        assert_eq!(omitted("D: Count the kicks, ten in two hours.", &["Cough."]).len(), 1);
        assert_eq!(omitted("D: Urine has no protein.", &["Cough."]), ["result: Urine has no protein."]);
        assert!(
            omitted("D: And the lisinopril still 20 milligrams.", &["Cough."])
                .iter()
                .all(|one| !one.starts_with("medication: And"))
        );
        assert!(
            omitted("D: Are you all right?\nO: I take pills for mine, I have migraines myself.", &["Cough."])
                .is_empty()
        );
        assert!(omitted("O: Yeah, I swelled up like a balloon with amoxicillin as a kid.", &["Cough."]).is_empty());
        let note = ["The belly is soft.", "Laid off in March.", "Keep walking every day."];
        assert!(omitted(visit, &note).is_empty());
    }

    #[test]
    fn an_answer_is_listed_with_its_question() {
        for (visit, expected) in [
            (
                "P: Can I still swim? The pool opens Monday.\nD: You can, gently.",
                "advice: Can I still swim? \"You can, gently.\"",
            ),
            ("D: Have you had your flu shot?\nP: Not yet.", "prevention: Have you had your flu shot? \"Not yet.\""),
            (
                "D: How are you at night? How many pillows?\nP: Three.",
                "history: How are you at night? How many pillows? \"Three.\"",
            ),
            ("D: Do you smoke?\nP: Never. My roommate does.", "social: Do you smoke? \"Never. My roommate does.\""),
        ] {
            assert_eq!(omitted(visit, &["Cough."]), [expected]);
        }
        let note = ["Sister has eczema, you always ask.", "Woke up at night gasping.", "Call if up nine pounds."];
        for (visit, expected) in [
            (
                "D: Do you smoke?\nP: Never. My roommate does, inside. Oh, and my sister has eczema.",
                "social: Do you smoke? \"Never. My roommate does, inside.\"",
            ),
            (
                "D: How many pillows?\nP: Three. It used to be two. And I woke up at night, gasping.",
                "history: How many pillows? \"Three. It used to be two.\"",
            ),
            (
                "D: And how is it on the tablets?\nP: I don't know. Maybe a little better?",
                "history: And how is it on the tablets? \"I don't know. Maybe a little better?\"",
            ),
            (
                "D: Did it come on like a thunderclap?\nP: No, they build up over an hour or so.",
                "history: Did it come on like a thunderclap? \"No, they build up over an hour or so.\"",
            ),
            (
                "D: Which ear is it?\nP: The left one hurts.\nO: No! The right.",
                "history: Which ear is it? \"The left one hurts.\" \"No! The right.\"",
            ),
            (
                "D: Are there guns in the house?\nP: A rifle. My brother's keeping it at his place.",
                "risk: Are there guns in the house? \"A rifle. My brother's keeping it at his place.\"",
            ),
            (
                "D: Your daughter would speak for you. Is that still so?\nP: Yes. She's got the papers.",
                "risk: Is that still so? \"Yes. She's got the papers.\"",
            ),
            ("D: So that's nine pounds in a month.", "result: So that's nine pounds in a month."),
        ] {
            let listed = omitted(visit, &note);
            assert!(listed.contains(&expected.to_owned()), "{listed:?}");
        }
        for visit in ["D: Any rash?\nP: No.", "D: How was the drive?\nP: Long, the bridge was closed."] {
            assert!(omitted(visit, &["Cough. Denies rash."]).is_empty(), "{visit}");
        }
    }

    #[test]
    fn a_sentence_is_listed_with_what_it_is_nothing_without() {
        for (visit, expected) in [
            (
                "D: I'd like you to keep it to two liters a day. Actually, no, one and a half liters.",
                "plan: I'd like you to keep it to two liters a day. Actually, no, one and a half liters.",
            ),
            ("D: Left ear first. That's normal.", "finding: Left ear first. That's normal."),
            ("D: There's no perforation.", "finding: There's no perforation."),
            ("D: I'll write the note. Nothing over fifteen pounds.", "advice: Nothing over fifteen pounds."),
            ("P: Not with the ibuprofen?\nD: Never both.", "advice: Not with the ibuprofen? \"Never both.\""),
            ("D: And no more tinned soup.", "advice: And no more tinned soup."),
        ] {
            let note = ["Ibuprofen (stopped).", "What do you eat? \"Soup. Out of a tin.\""];
            let listed = omitted(visit, &note);
            assert!(listed.contains(&expected.to_owned()), "{listed:?}");
        }
        let note = ["Increase Metformin to 1000 mg twice daily."];
        let visit = "D: And for the diabetes, let's go up on the metformin, to one thousand milligrams twice a day.";
        assert!(omitted(visit, &note).is_empty());
    }

    #[test]
    fn what_the_patient_wants_at_the_end_is_listed_before_the_rest() {
        let visit = "D: Keep walking every day. So do not resuscitate, do not intubate.\nP: Yes.\n\
            D: If the ear swells or the neck is stiff, you bring him in.";
        let listed = omitted(visit, &["Cough."]);
        let kinds: Vec<&str> = listed.iter().filter_map(|one| one.split(':').next()).collect();
        assert_eq!(kinds, ["safety_net", "risk", "advice"], "{listed:?}");
    }

    #[test]
    fn a_number_that_no_statement_has_is_not_told() {
        let visit =
            "D: Did you bring your numbers from home?\nP: I did. My pressure has been running in the 140s, mostly.";
        let listed = omitted(visit, &["Blood pressure has been running, mostly, at home."]);
        assert_eq!(listed.len(), 1, "{listed:?}");
        assert!(listed[0].starts_with("history:") && listed[0].contains("140s"), "{listed:?}");
        let listed = omitted("P: I did. It's been running in the one forties, mostly.", &["Cough."]);
        assert_eq!(listed, ["history: It's been running in the one forties, mostly."]);
    }

    #[test]
    fn what_is_said_of_how_much_is_taken_is_listed_without_a_name() {
        let visit = "D: Eliquis, the last dose is on the evening of the sixth.\nP: Okay.\n\
            D: A quarter of a milligram once a week, then a half milligram.\nP: Fine.\n\
            D: We could switch you to the extended release, same dose.";
        let listed = omitted(visit, &["Eliquis 5 mg twice daily."]);
        let of_medicine = listed.iter().filter(|one| one.starts_with("medication: "));
        assert!(of_medicine.count() >= 3, "{listed:?}");
        let note = ["Start ferrous sulfate, one tablet every other day."];
        assert!(omitted("D: One tablet every other day.", &note).is_empty());
    }
}
