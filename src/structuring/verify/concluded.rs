//! What the clinician concludes and plans, in the clinician's own words, where no statement tells it. A plan is spoken as it is
//! thought: "And X-rays of the wrist" has its verb two turns before, and why something is done stands in a sentence that orders
//! nothing. What rules and model make no line of is quoted, as the history is (ADR 0009, 0015).

use std::ops::Range;

use super::{
    omissions::Covered,
    overlooked::{IN_PASSING, finds, plans, plans_in_words},
};
use crate::{
    domain::{Evidence, Role},
    language::{patterns::patterns, questions::is_question},
    structuring::{
        evidence,
        facts::context,
        text,
        visit::{Line, Visit},
    },
    terminology::DrugTable,
};

/// The part of a visit in which nobody concludes yet.
const BEGINNING: usize = 4;
/// Turns of the clinician's, after one that concludes, that may go on with it.
const GOES_ON: usize = 2;
/// Content words without which a sentence says nothing by itself.
const LEAST_TELLING: usize = 2;
/// Findings of a turn by which it examines.
const LEAST_FINDINGS: usize = 2;
/// Words between two sentences of one quotation, at most.
const BETWEEN: usize = 4;
/// Sentences that belong to one that takes something back.
const SENTENCES_AFTER: usize = 2;
/// Words of a sentence that was spoken as one, at most: where nobody made a point, half a turn is no conclusion.
const LONGEST_SENTENCE: usize = 45;
/// The longest quotation, in words; a turn that says more is told in several.
const LONGEST: usize = 60;

patterns! {
    /// How things stand, as a clinician judges it.
    JUDGES = r"\b(?:i(?:'m| am)? (?:think|thinking|suspect|believe|guess|figure|wonder\w*|not (?:too )?worried|worried|pleased|happy|concerned)|what i'm thinking|my (?:guess|feeling|impression|worry|concern)|i'd (?:say|guess|call)|(?:looks|sounds|seems) (?:more )?like|(?:that's|this is|it's|that is|it is|there's|they're|these are) (?:\w+ ){0,2}?(?:your|the|a|an|not|no|probably|likely|most|just|why|from|because|due|all|under|well|high|low|up|down|worse|better|normal|fine|good|stable|serious|common|still|too|mild|moderate|severe)|most likely|likely|probably|consistent with|(?:no|any) signs? of|(?:isn't|aren't|not|well|better|poorly|under) (?:\w+ )?control\w*|(?:a )?(?:notch|bit|touch|little) (?:worse|better|high|low|up|down)|improv\w+|stable|doing (?:well|better|great|okay)|at goal|(?:don't|do not) (?:see|think|find|hear)|reassur\w+|worri(?:es|ed|some)|concern\w*|good news|because|which (?:means|is why)|so you did|knocked|brought (?:it |this )?on|caused?|causing|goes with|fits with|explains?)\b";
    /// What a clinician names to be done or taken, without a verb.
    NAMED = r"\b(?:x-?rays?|scans?|ct|mri|ultrasound|echo\w*|ecg|ekg|tests?|bloods?|blood (?:count|work|test)|labs?|panel|levels?|urine|swab|culture|biops\w+|thyroid|antibod\w+|lipids|a1c|therap\w+|physio\w*|rehab\w*|counsel\w+|referral|specialist|cardiolog\w+|neurolog\w+|dermatolog\w+|splint|brace|sling|crutches|walker|cane|boots?|stockings|compress\w*|ice|heat|exercis\w+|stretch\w*|diet|salt|fluids?|water|letter|note|form|weeks? off|light duty|work|school|appointment|follow-up|nurse|clinic|vaccin\w+|shots?|booster|density|screening|mammogram|colonoscop\w+|cream|ointment|drops|spray|patch\w*|inhaler|puffs?|spacer|tablets?|pills?|capsules?|milligrams?|grams?|units|refills?|prescription|over the counter|light|rug|slippers|pendant|alarm)\b";
    /// A clinician asks what a touch or a movement does.
    TOUCHES = r"\b(?:when|if|where) i (?:press|push|squeeze|move|bend|lift|roll|touch|tap|turn|raise|rotate|pull)\b|\b(?:does|do|did|is) (?:this|that|it|these|those) (?:hurt|sore|tender|painful)\b|\b(?:tender|sore|hurts?|pain\w*) (?:here|there)\b|\bfeel (?:this|that|me touching)\b";
    /// "It's good for the heart."
    GOOD_FOR = r"\b(?:good|bad|hard|easy|better|worse) (?:for|on|one|idea|thing|mix)\b";
    /// The patient would rather not.
    DECLINES = r"\b(?:i'd rather|i would rather|no thanks?|not (?:now|yet|for me|keen)|don't (?:want|like|think)|i'd prefer|not really|no,? i'm (?:good|fine|okay)|maybe later|let me think)\b";
    /// What the patient told is said back.
    RECALLS = r"^\W*(?:(?:and|so|okay|ok|all right|alright|uh|um|now|well)\b\W*)*(?:it sounds like |i see |i know )?(?:that )?you(?:'ve| have|'d| had)? (?:been|had|said|told|mentioned|fell|did|were|was|came|noticed|tried|took)\b";
    ASKS_WHERE = r"^\W*(?:(?:and|so|okay|uh|um|now)\b\W*)*(?:where|how|what|why)\b";
    /// "Let's talk about your thyroid.": what is said there comes after it.
    LEADS_OVER = r"^\W*(?:(?:okay|ok|all right|alright|right|good|so|now|and|well|then|but|first)\b\W*)*(?:let's|let me|let us|i(?:'d| would)? (?:also )?(?:want(?:ed)?|like) to|we should|we need to|why don't we) (?:also |just |quickly |now |first |next )*(?:(?:talk|chat|speak|hear)(?: a (?:bit|little))? about|go (?:through|over)|move (?:on|over) to|turn to|start with|begin with|(?:come|get) (?:back )?to|touch on|discuss|ask(?: you)? about) (?:your|the|that|this|those|these|his|her|how|what) [\w' -]{1,40}\W*$";
    /// "The nurse wrote down back pain.": what others said or wrote is said back.
    SAID_BY_OTHERS = r"^\W*(?:(?:and|so|okay|ok|all right|now|well|i see(?: here)?(?: that)?)\b\W*)*(?:(?:the|my|your|our) (?:\w+ )?(?:nurse|assistant|receptionist|front desk|chart|form|questionnaire|notes?|records?|referral|letter|computer|screen|list) (?:here )?(?:\w+ )?(?:wrote|writes|said|says|tells?|told|noted|put(?: down)?|mentioned|mentions|has|had|shows?|lists?)|(?:it|this) says(?: here)?)\b";
    /// It goes on with what was said.
    CONTINUES = r"^\W*(?:and|also|plus|then|but|so|not|or)\b";
    /// Said to be kind, or to move on.
    POLITE = r"^\W*(?:(?:okay|ok|all right|alright|right|good|great|well|yes|no|yeah|sure|perfect|exactly|fair|of course)\W*)*(?:that's (?:fair|fine|good|great|okay|right|helpful|alright|all right|(?:a )?(?:good|great|fair) (?:point|question|idea))(?: to know| point)?|good (?:point|question|to know|that you (?:said|told\w*))(?: \w+){0,3}|thanks?\b.*|thank you\b.*|i (?:understand|see|know|hear you|get (?:it|that))(?: that)?|don't (?:worry|mention)\b.*|you're welcome|take care|see you\b.*|have a (?:good|nice|great)\b.*|any(?:thing)? (?:else|questions?)\b.*|(?:i'm )?sorry\b.*|well done\b.*|let me (?:see|look|check|listen|get|pull|write|think|feel|have)\b.*|(?:let's|i'll) (?:have a |take a )?(?:look|listen|see|get you on the|examine|check your)\b.*|nice to\b.*)\W*$";
}

/// A line of the examination or of the plan in the clinician's words.
pub struct Concluded {
    /// The words between quotation marks, after the question where there was one.
    pub text: String,
    /// Where it was said.
    pub evidence: Vec<Evidence>,
}

/// What the clinician concludes and plans in `visit` that none of `statements` tells, in order.
pub fn concluded(statements: &[&str], visit: &Visit) -> Vec<Concluded> {
    let note = Covered::new(statements);
    let begins = visit.lines.len() / BEGINNING;
    let mut goes_on = 0_usize;
    let mut found = Vec::new();
    let clinicians = visit.lines.iter().filter(|line| line.utterance.role == Role::Clinician && line.index >= begins);
    for line in clinicians {
        let told: Vec<Range<usize>> = concludes(line, goes_on > 0);
        goes_on = if told.is_empty() { goes_on.saturating_sub(1) } else { GOES_ON };
        let measured =
            |said: &str| !plans_in_words(said) && !JUDGES.is_match(said) && note.has_numbers(said) == Some(true);
        let untold = told.into_iter().filter(|range| {
            let said = &line.text()[range.clone()];
            !note.says_nearly(said) && !measured(said)
        });
        let mut quotes: Vec<Concluded> = together(line, untold).into_iter().map(|range| quoted(line, range)).collect();
        quotes.last_mut().into_iter().for_each(|last| declined(visit, line, last));
        found.extend(quotes);
    }
    found
}

/// Adds to what was offered at the end of `line` that the patient would rather not.
fn declined(visit: &Visit, line: &Line, last: &mut Concluded) {
    let Some(reply) = visit.answer_to(line.index).filter(|reply| reply.by_patient_side()) else { return };
    let declines = |range: &&Range<usize>| DECLINES.is_match(&reply.text()[(*range).clone()]);
    let Some(range) = reply.sentences.iter().take(SENTENCES_AFTER).find(declines) else { return };
    last.text.push_str(&format!(" \"{}\"", reply.text()[range.clone()].trim()));
    last.evidence.push(evidence::evidence(reply.utterance, range.clone()));
}

/// What the clinician finds on examination in `visit` that none of `statements` tells, and what the patient answers to being
/// touched, in order.
pub fn examined(statements: &[&str], visit: &Visit) -> Vec<Concluded> {
    let note = Covered::new(statements);
    let clinicians = visit.lines.iter().filter(|line| line.utterance.role == Role::Clinician);
    let of_line = |line: &Line| {
        let text = |range: &Range<usize>| &line.text()[range.clone()];
        let is_finding = |said: &str| finds(line, said) && !is_question(said) && !GOOD_FOR.is_match(said);
        // A turn that tells what is found goes on to tell it.
        let examines = line.sentences.iter().filter(|range| is_finding(text(range))).count() >= LEAST_FINDINGS;
        let goes_on = |said: &str| {
            let talk = is_question(said) || plans(said) || IN_PASSING.is_match(said) || POLITE.is_match(said);
            examines
                && !talk
                && !JUDGES.is_match(said)
                && !GOOD_FOR.is_match(said)
                && !text::content_stems(said).is_empty()
        };
        let found = |range: &&Range<usize>| is_finding(text(range)) || goes_on(text(range));
        let untold =
            |range: &&Range<usize>| !note.says_nearly(text(range)) && note.has_numbers(text(range)) != Some(true);
        let sentences = line.sentences.iter().filter(found).filter(untold).cloned();
        let mut lines: Vec<Concluded> =
            together(line, sentences).into_iter().map(|range| quoted(line, range)).collect();
        lines.extend(touched(visit, line).filter(|one| !note.says_nearly(&one.text)));
        lines
    };
    clinicians.flat_map(of_line).collect()
}

/// "And when I press here, by the thumb?" "Oh! Yes."
fn touched(visit: &Visit, line: &Line) -> Option<Concluded> {
    let asked = line.sentences.last().filter(|range| TOUCHES.is_match(&line.text()[(*range).clone()]))?;
    let question = line.text()[asked.clone()].trim();
    let touches = is_question(question) && !ASKS_WHERE.is_match(question);
    let answer = visit.answer_to(line.index).filter(|answer| touches && answer.by_patient_side())?;
    let end = answer.sentences.iter().take(SENTENCES_AFTER).next_back()?.end;
    let evidence =
        vec![evidence::evidence(line.utterance, asked.clone()), evidence::evidence(answer.utterance, 0..end)];
    Some(Concluded { text: format!("{question} \"{}\"", answer.text()[..end].trim()), evidence })
}

/// The sentences of `line` that conclude or plan; where the turns before did, also those that only name what else is to be done.
fn concludes(line: &Line, mut goes_on: bool) -> Vec<Range<usize>> {
    let mut told = Vec::new();
    for range in &line.sentences {
        let sentence = &line.text()[range.clone()];
        if sentence.split_whitespace().count() > LONGEST_SENTENCE
            || is_question(sentence)
            || IN_PASSING.is_match(sentence)
            || POLITE.is_match(sentence)
        {
            continue;
        }
        let said_back = RECALLS.is_match(sentence) || SAID_BY_OTHERS.is_match(sentence);
        let leads_over = LEADS_OVER.is_match(sentence) && DrugTable::bundled().mentions(sentence).is_empty();
        if said_back && !plans_in_words(sentence) || leads_over {
            continue;
        }
        let judges = JUDGES.is_match(sentence);
        let least = if judges { 1 } else { LEAST_TELLING };
        if text::content_stems(sentence).len() < least {
            continue;
        }
        let decides = judges || plans(sentence);
        let named = || NAMED.is_match(sentence) || !DrugTable::bundled().mentions(sentence).is_empty();
        if decides || goes_on && (named() || CONTINUES.is_match(sentence)) {
            told.push(range.clone());
            goes_on = true;
        }
    }
    told
}

/// Sentences that follow one another, as one stretch, with the few words between them; one that grows too long ends. What
/// takes back a sentence stays with it.
fn together(line: &Line, sentences: impl Iterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let mut stretches: Vec<Range<usize>> = Vec::new();
    let words = |range: Range<usize>| line.text()[range].split_whitespace().count();
    for range in sentences {
        match stretches.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            Some(last) if words(last.end..range.start) <= BETWEEN && words(last.start..range.end) <= LONGEST => {
                last.end = range.end;
            }
            _ => stretches.push(range),
        }
        let last = stretches.last_mut().expect("one was put there");
        last.end = turned_back(line, last.end).unwrap_or(last.end);
    }
    stretches
}

/// Where that ends which takes back what ends at `end`: "Actually, hang on. … Let's leave it at five."
fn turned_back(line: &Line, end: usize) -> Option<usize> {
    let mut after = line.sentences.iter().filter(|range| range.start >= end);
    let turns = after.next().filter(|range| context::turns_back(&line.text()[(*range).clone()]))?;
    Some(after.take(SENTENCES_AFTER).last().unwrap_or(turns).end)
}

fn quoted(line: &Line, range: Range<usize>) -> Concluded {
    let said = line.text()[range.clone()].trim();
    Concluded { text: format!("\"{said}\""), evidence: vec![evidence::evidence(line.utterance, range)] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structuring::testing::transcript;

    /// What is said before somebody concludes.
    const BEFORE: &str = "D: Hello.\nP: Hi.\n";

    fn planned(lines: &str, note: &[&str]) -> Vec<String> {
        let said = transcript(&format!("{BEFORE}{lines}"));
        concluded(note, &Visit::new(&said)).into_iter().map(|one| one.text).collect()
    }

    fn found(lines: &str, note: &[&str]) -> Vec<String> {
        let said = transcript(lines);
        examined(note, &Visit::new(&said)).into_iter().map(|one| one.text).collect()
    }

    #[test]
    fn how_things_stand_and_why_is_quoted() {
        let lines = "D: So here's the thing. The COPD's a notch worse, I think the cold knocked you back. It's not a flare today.\n\
                     P: Okay.";
        let quote = "\"The COPD's a notch worse, I think the cold knocked you back. It's not a flare today.\"";
        assert_eq!(planned(lines, &[]), [quote]);
        assert!(planned(lines, &["COPD a notch worse, the cold knocked him back, not a flare today."]).is_empty());
    }

    #[test]
    fn what_has_its_verb_in_a_turn_before_is_planned_too() {
        let lines = "D: I want a CT of the head today.\nP: Today?\n\
                     D: Today. And X-rays of the left wrist, with scaphoid views.\nP: I see.\nD: And a night light.";
        let note = ["CT of the head today."];
        assert_eq!(
            planned(lines, &note),
            ["\"And X-rays of the left wrist, with scaphoid views.\"", "\"And a night light.\""]
        );
    }

    #[test]
    fn what_takes_a_plan_back_stays_with_it() {
        let lines = "D: I'll order an MRI of the back. Actually, no. Let's wait six weeks first.\nP: Fine.";
        assert_eq!(
            planned(lines, &[]),
            ["\"I'll order an MRI of the back. Actually, no. Let's wait six weeks first.\""]
        );
    }

    #[test]
    fn courtesies_questions_and_the_beginning_are_no_plan() {
        let lines = "D: That's a good question. Any other questions?\nP: No.\nD: Thank you for coming. Take care.";
        assert!(planned(lines, &[]).is_empty());
        let early =
            "D: I'll have to order you a new chair, haha.\nP: Ha.\nD: So.\nP: Yes.\nD: Well.\nP: Yes.\nD: Hm.\nP: Yes.";
        let said = transcript(early);
        assert!(concluded(&[], &Visit::new(&said)).is_empty());
    }

    #[test]
    fn what_only_leads_over_or_says_back_is_no_plan() {
        for talk in [
            "Okay, so let's talk about your hip.",
            "Now I want to go over the blood results.",
            "All right, let's move on to your sleep.",
            "My nurse put down dizziness.",
            "It says here knee pain.",
        ] {
            assert!(planned(&format!("D: {talk}\nP: Okay."), &[]).is_empty(), "{talk}");
        }
        for plan in [
            "Let's talk about your mood again in two weeks, and get a scan.",
            "It says here it's high, so I'd like to see you in two weeks.",
            "We need to do the exercises for your back, and get an X-ray.",
        ] {
            assert!(!planned(&format!("D: {plan}\nP: Okay."), &[]).is_empty(), "{plan}");
        }
    }

    #[test]
    fn what_the_patient_declines_stands_with_what_was_offered() {
        let lines = "D: I'd suggest talking therapy. If you want a tablet we can go back to the Lexapro at five.\n\
                     P: I'd rather try the therapy first. I don't want to go on tablets again.";
        let told = planned(lines, &[]);
        assert!(told[0].ends_with("\"I'd rather try the therapy first.\""), "{told:?}");
    }

    #[test]
    fn a_turn_that_examines_is_told_whole() {
        let lines = "D: The wound is red. There's some swelling round it. It's shallow, I don't probe to bone. No pus that I can express.\nP: Ow.";
        let told = found(lines, &["The wound is red.", "Some swelling round it."]);
        assert_eq!(told, ["\"It's shallow, I don't probe to bone. No pus that I can express.\""]);
    }

    #[test]
    fn what_a_touch_does_is_found_with_its_answer() {
        let lines =
            "D: Now the wrist. Big bruise on the outside. And when I press here, by the thumb?\nP: Oh! Yes. That's it.";
        let press = "And when I press here, by the thumb? \"Oh! Yes.\"";
        assert_eq!(found(lines, &[]), ["\"Big bruise on the outside.\"", press]);
        assert_eq!(found(lines, &["Big bruise on the outside."]), [press]);
    }
}
