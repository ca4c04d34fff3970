//! What the patient told and no line of the history says, in the patient's own words.
//!
//! A small model that writes the history leaves out half and joins what was said apart. What it may not write is quoted
//! instead, with the question that brought it up: nobody said less, and nobody said more.

use std::{collections::HashSet, ops::Range, sync::LazyLock};

use regex::Regex;

use super::{
    companions, evidence,
    facts::{context, corrected, diagnoses::names_an_illness, symptoms::LEXICON},
    render::Line,
    text::{self, pattern},
    visit::{Line as Said, Visit},
};
use crate::{
    domain::{Evidence, Role},
    language::{numbers, questions::is_question},
    terminology::DrugTable,
};

/// Lines that are added to a history, at most: what a reader takes in beside the rest.
const MOST_LINES: usize = 14;
/// Questions that go on about one complaint and stand in one line with it, at most.
const FURTHER_QUESTIONS: usize = 3;
/// The longest answer that is quoted whole, in bytes; of a longer one its first sentences.
const LONGEST_ANSWER: usize = 260;
/// Content words by which an answer tells of something.
const LEAST_TELLING: usize = 2;

/// Words of complaints and of how they go that no lexicon of symptoms lists: the body, what it feels and does.
static OF_THE_BODY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:pain\w*|hurt\w*|ach(?:e|es|ing|y)|sore\w*|sting\w*|burn\w*|throb\w*|cramp\w*|swell\w*|swollen|bleed\w*|blood\w*|spotting|leak\w*|drain\w*|itch\w*|lump\w*|bump\w*|rash\w*|spots?|redness|numb(?:ness|ing)?|dizz\w*|weak\w*|tired|exhausted|sick|ill|worse|worsen\w*|better|wors\w+|cr(?:y|ies|ying|ied)|worr(?:y|ies|ied|ying)|anxious|nervous|sad|feel\w*|felt|mood|panic\w*|stress\w*|angry|sleep\w*|slept|wak(?:e|es|ing)|nap\w*|appetite|eat(?:ing|en)?|ate|weight|pounds|thirst\w*|pee\w*|urin\w+|bathroom|stools?|bowels?|poop\w*|gas|breath\w*|wind(?:ed)?|stairs|blocks?|walk\w*|stand(?:ing)?|sitting|lift\w*|bend\w*|climb\w*|fell|fall(?:s|en|ing)?|tripp\w+|twist\w*|popp\w+|click\w*|lock\w*|giv(?:es|ing) (?:way|out)|stiff\w*|cold|flu|fever\w*|hot|chills|sweat\w*|shak\w+|head|eyes?|ears?|nose|throat|neck|chest|heart|lungs?|belly|stomach|(?:my|your|the|his|her|lower|upper|mid) back|shoulders?|arms?|elbows?|wrists?|hands?|fingers?|hips?|legs?|knees?|ankles?|f(?:oo|ee)t|toes?|skin|period\w*|pregnan\w+|sugars?|pressures?|readings?|pills?|medicine\w*|dose\w*|inhaler|forg(?:e|o)t\w*|miss(?:ed|ing)?)\b",
    )
});

/// … and what nobody asked for.
const LEAST_UNASKED: usize = 4;
/// Turns in which a side is set right, at most.
const TURNS_TO_A_CORRECTION: usize = 3;
/// The part of an answer's words that statements made from it must have, or it is told.
const COVERED: f64 = 0.6;

/// A statement of the note with what it was made from.
pub type Noted<'s> = (&'s str, &'s [Evidence]);

/// What the rest of the note says.
#[derive(Default)]
pub struct Elsewhere<'s> {
    /// Statements that tell of something and how it is.
    pub told: Vec<Noted<'s>>,
    /// What is only denied: "Denies chest pain." in a review of systems.
    pub denied: Vec<Noted<'s>>,
}

/// Turns in which it is said why the patient has come, at most.
const OPENING: usize = 12;

/// Why somebody has come, said as such.
static REASON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:\b(?:we're|we are|you're|you are|i'm|i am|i|you|she's|he's|i've|you've|i'd)\b(?: \w+)? )?\b(?:follow(?:ing)?[- ]up (?:on|about|for|with|of)|here (?:today )?(?:for|about|because|with|to (?:follow|talk|see|discuss|check))|c[oa]me in (?:today )?(?:for|about|because|with)|seeing you (?:today )?(?:for|about)|check(?:ing)? (?:in |up )?on (?:your|the|his|her)|(?:\w+ )?(?:days|weeks|months|years?) (?:now )?since (?:your|the|his|her)|call(?:ed|ing) (?:us |you )?(?:about|with)|sent (?:me|you|him|her) (?:over |in |here )?(?:for|about|with|because)|(?:need|want|wanted|like) (?:to (?:talk|ask|see|discuss|get|check)|some|a))\b",
    )
});

/// A clinician asks why: "What brings you in?", "So, your back. What happened?"
static ASKS_WHY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\bwhat(?:'s| is| has| have)? (?:brought|brings?|happened|going on|the (?:matter|problem|trouble)|bothering|troubling|wrong)\b|\b(?:what|how) (?:can|may) (?:i|we) (?:do|help)\b|\bwhat seems\b|\bwhat (?:are|were) you (?:here|in) for\b|\byou(?:'re| are) here (?:about|for)\?",
    )
});

/// What the patient came with, where the model did not say it rightly: the clinician's reason for the visit, and what the
/// patient answers when asked for theirs, or else their first words of a complaint. Small talk is no complaint.
pub fn complaint(visit: &Visit) -> Vec<Line> {
    let opening = || visit.lines.iter().take(OPENING);
    let reason = opening().filter(|line| line.by_clinician()).find_map(reason);
    let told = |complains: &dyn Fn(&str) -> Option<usize>| {
        opening().filter(|line| line.by_patient_side()).find_map(|line| complained(visit, line, complains))
    };
    // "Hot! But the grandkids were wonderful." tells of nobody's body.
    static OWN: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:i|i'm|i've|my|me|he|she|he's|she's|his|her|it|it's)\b"));
    let of_the_body = |text: &str| OF_THE_BODY.find(text).filter(|_| OWN.is_match(text)).map(|found| found.start());
    let any = |text: &str| complaint_in(text).or_else(|| of_the_body(text));
    let asked = || {
        let asks = opening().filter(|line| line.by_clinician() && ASKS_WHY.is_match(line.text()));
        let mut answers = asks.filter_map(|line| visit.answer_to(line.index)).filter(|line| line.by_patient_side());
        answers.find_map(|line| complained(visit, line, &any))
    };
    // "She had a fall, doctor." "Tell me what happened."
    let before_asked = || {
        let asks = opening().position(|line| line.by_clinician() && ASKS_WHY.is_match(line.text()))?;
        let mut before = visit.lines.iter().take(asks).filter(|line| line.by_patient_side());
        before.find_map(|line| complained(visit, line, &complaint_in))
    };
    let complained = before_asked().or_else(asked).or_else(|| told(&complaint_in)).or_else(|| told(&of_the_body));
    reason.into_iter().chain(complained).collect()
}

/// "So remind me, we're following up on your blood pressure today."
fn reason(line: &Said) -> Option<Line> {
    static RESULT: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:tests?|results?|labs?|blood ?work|scans?|x-?rays?|biops\w+|cultures?)\b"));
    line.sentences.iter().find_map(|range| {
        let sentence = &line.text()[range.clone()];
        let found = REASON.find(sentence)?;
        let rest = &sentence[found.end()..];
        let tested = found.as_str().contains("call") && RESULT.is_match(rest);
        let names = || names_a_complaint(rest) || names_an_illness(rest) || tested;
        let telling = !context::asks_for_more(sentence) && names();
        telling.then(|| quote(line, range.start + found.start()..range.end))
    })
}

/// Where `text` names what people complain of.
fn complaint_in(text: &str) -> Option<usize> {
    static HURTS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:pain\w*|hurt\w*|ach(?:e|es|ing|y)|sore\w*|burn\w*|cramp\w*|swell\w*|swollen|bleed\w*|lumps?|bumps?|sick|ill|fell|(?:had|took|been having) a (?:\w+ )?falls?|fallen|twisted|struggl\w+|trouble|problems?|stress\w*)\b",
        )
    });
    let symptom = LEXICON.iter().filter_map(|entry| entry.pattern.find(text).map(|found| found.start())).min();
    symptom.or_else(|| HURTS.find(text).map(|found| found.start())).or_else(|| names_an_illness(text).then_some(0))
}

fn complained(visit: &Visit, line: &Said, complains: &dyn Fn(&str) -> Option<usize>) -> Option<Line> {
    // What a medicine does is no reason to come, and how it is taken none either.
    static SIDE_EFFECTS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bside[- ]effects?\b"));
    static AMOUNT: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:milligrams?|micrograms?|mg|mcg|units)\b"));
    if visit.question_before(line.index).is_some_and(|asked| SIDE_EFFECTS.is_match(asked.text())) {
        return None;
    }
    // "She ate a sock on Tuesday": the patient's dog.
    static OF_OTHERS: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\W*(?:he|she|they|(?:he|she)'s|they're)\b"));
    let of_others = |sentence: &str| line.utterance.role == Role::Patient && OF_OTHERS.is_match(sentence);
    let companions = companions::own_words(visit, line);
    // "I had to go round twice, so it's my stomach again": recognisers leave out the point between the two.
    static COMES_TO_IT: LazyLock<Regex> = LazyLock::new(|| pattern(r", (?:so|anyway|well|but anyway),? "));
    let told = |range: &&Range<usize>| {
        let sentence = &line.text()[(*range).clone()];
        let own = complains(sentence).is_some_and(|at| {
            let before = &sentence[..at];
            let of_another = match line.utterance.role {
                Role::Other => context::of_the_speaker(before, &sentence[at..]),
                _ => context::of_another_person(before),
            };
            !context::negates(before) && !of_another
        });
        let telling = !is_question(sentence) && !context::denies(sentence) && !AMOUNT.is_match(sentence);
        telling && !of_others(sentence) && !companions.contains(range) && (own || REASON.is_match(sentence))
    };
    let range = line.sentences.iter().find(told)?;
    let sentence = &line.text()[range.clone()];
    let small_talk = &sentence[..complains(sentence).unwrap_or(0)];
    let from = COMES_TO_IT.find_iter(small_talk).last().map_or(0, |found| found.end());
    Some(quote(line, range.start + from..range.end))
}

fn quote(line: &Said, range: Range<usize>) -> Line {
    let text = format!("\"{}\"", corrected::without_corrected(&line.text()[range.clone()]));
    Line { text, evidence: vec![evidence::evidence(line.utterance, range)] }
}

/// The lines that complete a history, beside what is `noted` elsewhere.
pub fn complete(noted: &Elsewhere, visit: &Visit) -> Vec<Line> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < visit.lines.len() && found.len() < MOST_LINES {
        let (line, last) = tell(visit, at, noted);
        found.extend(line);
        at = last + 1;
    }
    found
}

/// What is told in line `at`, and the last line that belongs to it.
fn tell(visit: &Visit, at: usize, noted: &Elsewhere) -> (Option<Line>, usize) {
    let line = &visit.lines[at];
    let question = visit.question_before(at).filter(|asked| asked.by_clinician());
    if !line.by_patient_side() || is_noted(visit, line, noted) || !tells(visit, line, question) {
        return (None, at);
    }
    let mut exchange = Exchange { line: Line { text: String::new(), evidence: Vec::new() } };
    if let Some(question) = question {
        exchange.asked(question);
    }
    exchange.answered(visit, line);
    let mut last = at;
    last = exchange.set_right(visit, last);
    for _ in 0..FURTHER_QUESTIONS {
        let Some((question, answer)) = goes_on(visit, last + 1).filter(|(_, answer)| !is_noted(visit, answer, noted))
        else {
            break;
        };
        exchange.asked(question);
        exchange.answered(visit, answer);
        last = exchange.set_right(visit, answer.index);
    }
    (Some(exchange.line), last)
}

/// Whether the statements made from `line` say most of it, or, with what is only denied, all: "no chest pain at rest" is more
/// than "Denies chest pain".
fn is_noted(visit: &Visit, line: &Said, noted: &Elsewhere) -> bool {
    let own: HashSet<String> =
        statements(visit, line).flat_map(|range| text::content_stems(&line.text()[range])).collect();
    let cites = |evidence: &[Evidence]| evidence.iter().any(|one| one.utterance == line.utterance.id);
    let stems = |statements: &[Noted]| -> HashSet<String> {
        let from_it = statements.iter().filter(|(_, evidence)| cites(evidence));
        from_it.flat_map(|(text, _)| text::content_stems(text)).collect()
    };
    let mut said = stems(&noted.told);
    if !own.is_empty() && own.intersection(&said).count() as f64 >= COVERED * own.len() as f64 {
        return true;
    }
    said.extend(stems(&noted.denied));
    !own.is_empty() && context::denies(line.text()) && numbers::numbers(line.text()).is_empty() && own.is_subset(&said)
}

static MEANS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:guns?|firearms?|weapons?|rifles?|pistols?|any plans?|a plan|stockpil\w*)\b"));

/// Whether `line` tells of a complaint or of how it goes. What nobody asked for must tell more.
fn tells(visit: &Visit, line: &Said, question: Option<&Said>) -> bool {
    let answer: String = statements(visit, line).map(|range| format!("{} ", &line.text()[range])).collect();
    let own = text::content_stems(&answer).len();
    let asked = question.and_then(|question| question.sentences.last().map(|range| &question.text()[range.clone()]));
    let least = if asked.is_some() { LEAST_TELLING } else { LEAST_UNASKED };
    // Whether there are means to do oneself harm is told also where there are none.
    if asked.is_some_and(|asked| MEANS.is_match(asked)) {
        return true;
    }
    if question.is_none() && takes_leave(line) {
        return false;
    }
    let only_denied = context::denies(line.text()) && own <= LEAST_TELLING;
    let of_medicines = !DrugTable::bundled().mentions(&answer).is_empty();
    own >= least && !only_denied && (of_medicines || names_a_complaint(&answer) || asked.is_some_and(names_a_complaint))
}

/// "Thank you. I feel better for having said it.": thanks or a goodbye, and nothing of a complaint beside how that feels.
fn takes_leave(line: &Said) -> bool {
    static LEAVE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:(?:okay|ok|all right|alright|great|good|well|oh|yes|yeah|perfect|so|and|no|i will|will do|got it|sounds good)\b\W*)*(?:thanks?\b|thank you|bye\b|goodbye|see you|take care|have a (?:good|nice|great)|(?:i|we) (?:really |do )?appreciate|cheers\b|you've been)",
        )
    });
    static HOW_IT_FEELS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:feel(?:s|ing)?|felt|better|good|great|relie(?:f|ved)|happy|glad|less (?:worried|scared|nervous)|not (?:so )?(?:worried|scared|nervous))\b",
        )
    });
    LEAVE.is_match(line.text())
        && !names_a_complaint(&HOW_IT_FEELS.replace_all(line.text(), ""))
        && DrugTable::bundled().mentions(line.text()).is_empty()
        && numbers::numbers(line.text()).is_empty()
}

/// Whether `text` names what people complain of.
pub fn names_a_complaint(text: &str) -> bool {
    OF_THE_BODY.is_match(text) || LEXICON.iter().any(|entry| entry.pattern.is_match(text))
}

/// The sentences of `line` that ask nothing and are about the patient.
fn statements(visit: &Visit, line: &Said) -> impl Iterator<Item = Range<usize>> {
    let mut of_another = false;
    let own = of_the_patient(visit, line).into_iter().filter(move |range| {
        let sentence = &line.text()[range.clone()];
        of_another = line.utterance.role != Role::Other
            && (context::of_another_person(sentence) || of_another && context::begins_with_third_person(sentence));
        !of_another && !is_question(sentence)
    });
    own.collect::<Vec<_>>().into_iter()
}

/// The sentences of `line` but for those in which somebody with the patient speaks of themselves: quoted in a history, an
/// "I" is the patient.
fn of_the_patient(visit: &Visit, line: &Said) -> Vec<Range<usize>> {
    let own = companions::own_words(visit, line);
    line.sentences.iter().filter(|range| !own.contains(range)).cloned().collect()
}

/// Where a side named in line `at` is set right by the patient's side in one of the next turns: "the left one", "no, this
/// one", "sorry, the right".
fn set_right(visit: &Visit, at: usize) -> Option<usize> {
    let side = only_side(visit.lines[at].text())?;
    let later = visit.lines.iter().skip(at + 1).take(TURNS_TO_A_CORRECTION);
    let mut doubted = false;
    for line in later.filter(|line| line.by_patient_side()) {
        doubted |= context::denies(line.text()) || context::corrects(line.text());
        if doubted && only_side(line.text()).is_some_and(|other| other != side) {
            return Some(line.index);
        }
    }
    None
}

/// The side that `text` names, if it names one and not the other. "That's right" is none.
fn only_side(text: &str) -> Option<&'static str> {
    static LEFT: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bleft\b"));
    static RIGHT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:the|my|his|her|your|their|on|in) (?:\w+ )?right\b|\bright (?:one|side|ear|eye|arm|leg|hand|foot|knee|hip|shoulder|wrist|ankle|elbow)\b|^\W*right\W*$",
        )
    });
    match (LEFT.is_match(text), RIGHT.is_match(text)) {
        (true, false) => Some("left"),
        (false, true) => Some("right"),
        _ => None,
    }
}

/// The question in line `at` that only goes on about what was named before, and its answer.
fn goes_on<'v, 'a>(visit: &'v Visit<'a>, at: usize) -> Option<(&'v Said<'a>, &'v Said<'a>)> {
    let question = visit.lines.get(at).filter(|line| line.by_clinician())?;
    let answer = visit.answer_to(at).filter(|answer| answer.by_patient_side() && !answer.sentences.is_empty())?;
    // "How long has that been going on? The puffing."
    let asks = |sentence: &str| is_question(sentence) && context::asks_for_more(sentence);
    let asked =
        question.sentences.iter().map(|range| &question.text()[range.clone()]).rfind(|sentence| asks(sentence))?;
    let names_another = LEXICON.iter().any(|entry| entry.pattern.is_match(asked));
    (!names_another).then_some((question, answer))
}

/// Questions and answers, word for word.
struct Exchange {
    line: Line,
}

impl Exchange {
    /// Adds the turns in which a side named in line `last` is set right; the last line that belongs to the exchange then.
    fn set_right(&mut self, visit: &Visit, mut last: usize) -> usize {
        while let Some(end) = set_right(visit, last) {
            for later in &visit.lines[last + 1..=end] {
                match later.by_patient_side() {
                    true => self.answered(visit, later),
                    false => self.asked(later),
                }
            }
            last = end;
        }
        last
    }

    /// Adds the last question, and those right before it: "Blood in the urine? Vomiting?" is answered by "No blood."
    fn asked(&mut self, question: &Said) {
        let Some(last) = question.sentences.last() else { return };
        let before = question.sentences.iter().rev().skip(1).take(FURTHER_QUESTIONS);
        let run = before.take_while(|range| is_question(&question.text()[(*range).clone()]));
        let start = run.last().map_or(last.start, |first| first.start);
        self.push(question, start..last.end, "");
    }

    fn answered(&mut self, visit: &Visit, answer: &Said) {
        let own = of_the_patient(visit, answer);
        let fits = |range: &&Range<usize>| range.end <= LONGEST_ANSWER;
        let shown = own.iter().take_while(fits).count().max(1);
        // What was left out parts one quote from the next.
        let mut quotes: Vec<Range<usize>> = Vec::new();
        for range in own.iter().take(shown) {
            let between = quotes.last().map(|quote| answer.text()[quote.end..range.start].trim());
            match quotes.last_mut().filter(|_| between == Some("")) {
                Some(quote) => quote.end = range.end,
                None => quotes.push(range.clone()),
            }
        }
        for quote in quotes {
            self.push(answer, quote, "\"");
        }
    }

    fn push(&mut self, line: &Said, range: Range<usize>, mark: &str) {
        let words = line.text()[range.clone()].trim();
        let space = if self.line.text.is_empty() { "" } else { " " };
        self.line.text.push_str(&format!("{space}{mark}{words}{mark}"));
        self.line.evidence.push(evidence::evidence(line.utterance, range));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structuring::testing::transcript;

    fn told(lines: &str) -> Vec<String> {
        let transcript = transcript(lines);
        complete(&Elsewhere::default(), &Visit::new(&transcript)).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn an_answer_stands_with_its_question_and_those_that_follow() {
        assert_eq!(
            told(
                "D: Any numbness in your feet?\nP: A little tingling in the toes. Mostly at night.\nD: How long has that been going on?\nP: Maybe two months.\nD: Any chest pain?\nP: No."
            ),
            [
                "Any numbness in your feet? \"A little tingling in the toes. Mostly at night.\" How long has that been going on? \"Maybe two months.\""
            ]
        );
    }

    #[test]
    fn thanks_and_goodbyes_are_not_told() {
        for leave in [
            "Thanks, doctor. I feel so much better for having talked to you about it.",
            "Okay, thank you so much. I'm glad we talked it over, really glad.",
            "See you then. I feel good about that plan, honestly I do.",
        ] {
            assert!(told(&format!("D: Come back in a week.\nP: {leave}")).is_empty(), "{leave}");
        }
        for complaint in [
            "Thanks. But my ear still hurts a lot when I lie on that side at night.",
            "Thank you. The tablets make me dizzy every morning when I get up, though.",
        ] {
            assert_eq!(told(&format!("D: Come back in a week.\nP: {complaint}")).len(), 1, "{complaint}");
        }
        assert_eq!(told("D: And how do you feel now?\nP: Thank you, I feel better, I sleep through again.").len(), 1);
    }

    #[test]
    fn questions_in_a_row_stand_together() {
        assert_eq!(
            told("D: All right. Blood in the urine? Vomiting?\nP: No blood. I'm not throwing up or anything."),
            ["Blood in the urine? Vomiting? \"No blood. I'm not throwing up or anything.\""]
        );
    }

    #[test]
    fn a_complaint_begins_after_the_small_talk() {
        let said = transcript(
            "D: Did you find somewhere to park?\n\
             P: I had to go round twice, so it's my stomach again, and I've been a bit dizzy.",
        );
        let texts: Vec<String> = complaint(&Visit::new(&said)).into_iter().map(|line| line.text).collect();
        assert_eq!(texts, ["\"it's my stomach again, and I've been a bit dizzy.\""]);
    }

    #[test]
    fn what_a_companion_says_first_and_what_the_visit_follows_is_the_complaint() {
        for (lines, wanted) in [
            (
                "D: How are we?\nP: I'm a nuisance.\nO: She had a fall, doctor.\nD: Tell me what happened.\nP: I got up to go to the bathroom.",
                "\"She had a fall, doctor.\"",
            ),
            (
                "D: So it's been, what, six weeks now since the heart attack?\nP: Six weeks on Thursday.",
                "\"six weeks now since the heart attack?\"",
            ),
        ] {
            let said = transcript(lines);
            let first = complaint(&Visit::new(&said)).into_iter().map(|line| line.text).next();
            assert_eq!(first.as_deref(), Some(wanted));
        }
    }

    #[test]
    fn small_talk_and_denials_are_left_out() {
        for lines in [
            "D: How was the drive?\nP: Oh, terrible, they closed the whole bridge. But I made it.",
            "D: Any chest pain?\nP: No, no pain.",
            "P: Thank you, doctor.",
            "P: Is that from the sugar?",
        ] {
            assert!(told(lines).is_empty(), "{lines}: {:?}", told(lines));
        }
    }

    #[test]
    fn that_there_are_no_means_of_harm_is_told() {
        assert_eq!(
            told("D: Any plan, any guns at home?\nP: No. No guns."),
            ["Any plan, any guns at home? \"No. No guns.\""]
        );
    }

    #[test]
    fn a_chief_complaint_is_no_small_talk() {
        let complaint = |lines: &str| -> Vec<String> {
            complaint(&Visit::new(&transcript(lines))).into_iter().map(|line| line.text).collect()
        };
        assert_eq!(
            complaint(
                "D: How was the drive?\nP: Oh, not bad. They're digging up Main Street again, so I left early.\n\
                 D: So remind me, we're following up on your blood pressure and your sugars today.\n\
                 P: Right. I've had some headaches in the mornings."
            ),
            [
                "\"we're following up on your blood pressure and your sugars today.\"",
                "\"I've had some headaches in the mornings.\""
            ]
        );
        assert_eq!(
            complaint("D: What can I do for you?\nP: I'd like to talk about my pills."),
            ["\"I'd like to talk about my pills.\""]
        );
        assert_eq!(
            complaint(
                "D: Hey, Marcus, careful, that chair's low.\nP: Oof. I think I'll stand, if that's okay.\n\
                 D: Of course. So, your back. What happened?\n\
                 P: I was moving a washing machine, and I felt something pull. That was ten days ago."
            ),
            ["\"I was moving a washing machine, and I felt something pull.\""]
        );
        assert_eq!(
            complaint(
                "D: And what's brought you both in today, mum?\nO: It's his ear. He was up half the night.\n\
                 D: Which ear is it?\nO: The right. I had one of my migraines on top of it all."
            ),
            ["\"It's his ear.\""]
        );
        assert_eq!(
            complaint(
                "D: I'm calling about your blood test from this morning. Have you got new medicines?\n\
                 P: Metronidazole. Five hundred milligrams, three times a day, for an abscess."
            ),
            ["\"I'm calling about your blood test from this morning.\""]
        );
        assert!(
            complaint("D: How about you?\nP: I don't know.\nD: Any side effects?\nP: I was queasy at first.")
                .is_empty()
        );
        assert_eq!(
            complaint("D: How's Biscuit?\nP: She ate a sock.\nD: And you?\nP: I still wake up at three."),
            ["\"I still wake up at three.\""]
        );
        assert!(complaint("D: How was Spain?\nP: Hot! But the children were wonderful.").is_empty());
        assert!(complaint("D: Hello, nice weather.\nP: Yes, lovely. We went to the lake.").is_empty());
    }

    #[test]
    fn what_somebody_with_the_patient_says_of_themselves_is_not_told() {
        assert!(told("D: Any asthma in the house?\nO: I have asthma myself. I get a cough every winter.").is_empty());
    }

    #[test]
    fn what_a_companion_says_of_themselves_is_cut_out_of_the_quote() {
        assert_eq!(
            told(
                "D: How are the headaches?\nO: They start behind her eyes every Friday. I take rizatriptan for mine. It helps me. She throws up with them."
            ),
            ["How are the headaches? \"They start behind her eyes every Friday.\" \"She throws up with them.\""]
        );
        assert_eq!(
            told("D: Does she sleep well?\nO: I had a bad back for years. It woke me. She wakes up coughing at two."),
            ["Does she sleep well? \"She wakes up coughing at two.\""]
        );
        for kept in [
            "I have to carry him up the stairs because his knee hurts.",
            "I gave her some paracetamol and the fever went down.",
            "My son has had a sore throat since Monday.",
        ] {
            assert_eq!(told(&format!("D: What happened?\nO: {kept}")), [format!("What happened? \"{kept}\"")]);
        }
    }

    #[test]
    fn a_side_is_not_quoted_without_what_sets_it_right() {
        assert_eq!(
            told("D: Which knee hurts?\nO: The left knee.\nP: No! This one here.\nO: Oh, sorry, it's the right."),
            ["Which knee hurts? \"The left knee.\" \"No! This one here.\" \"Oh, sorry, it's the right.\""]
        );
        assert_eq!(
            told(
                "D: Where is the swelling?\nP: My right ankle is swollen.\nD: Your right ankle?\nP: No, wait, the left one."
            ),
            ["Where is the swelling? \"My right ankle is swollen.\" Your right ankle? \"No, wait, the left one.\""]
        );
        assert_eq!(
            told(
                "D: What brings you in?\nO: It's his eye, it's red.\nD: Which eye is it?\nO: The right one.\nP: No, this one.\nO: Sorry, the left, the left eye."
            ),
            [
                "What brings you in? \"It's his eye, it's red.\" Which eye is it? \"The right one.\" \"No, this one.\" \"Sorry, the left, the left eye.\""
            ]
        );
        // Two sides that both hold are no correction.
        assert_eq!(
            told(
                "D: Which wrist is swollen?\nP: The left wrist hurts most.\nD: And the other?\nP: The right wrist is stiff."
            )
            .len(),
            2
        );
    }

    #[test]
    fn what_a_line_says_is_not_told_again() {
        let transcript = transcript("D: How is your mood?\nP: I cry a lot, over nothing.");
        let visit = Visit::new(&transcript);
        let cited = [evidence::whole(visit.lines[1].utterance)];
        let told = |text| complete(&Elsewhere { told: vec![(text, &cited)], ..Elsewhere::default() }, &visit);
        assert_eq!(told("Anxiety.").len(), 1);
        assert!(told("Cries a lot over nothing.").is_empty());
    }

    #[test]
    fn a_denial_that_says_no_more_than_the_review_of_systems_is_not_told_again() {
        let lines = |answer: &str| {
            let transcript = transcript(&format!("D: Any chest pain or shortness of breath?\nP: {answer}"));
            let visit = Visit::new(&transcript);
            let cited = [evidence::whole(visit.lines[1].utterance)];
            let denied = vec![("chest pain or shortness of breath.", &cited[..])];
            complete(&Elsewhere { denied, ..Elsewhere::default() }, &visit).len()
        };
        assert_eq!(lines("No, no chest pain, no shortness of breath either."), 0);
        for more in ["No, no chest pain at rest.", "No chest pain for 3 days.", "No, but chest pain on the stairs."] {
            assert_eq!(lines(more), 1, "{more}");
        }
    }
}
