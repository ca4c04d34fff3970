//! Sentences that belong in a section as they were said: relatives' illnesses, findings, results, habits. They complete
//! what the model writes, in the speaker's own words.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::context;
use crate::{
    domain::{Evidence, Role, SectionKind},
    structuring::{
        evidence,
        text::pattern,
        visit::{Line, Visit, is_question},
    },
};

/// A sentence for a section.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Where it belongs.
    pub kind: SectionKind,
    /// As the note says it.
    pub text: String,
    /// Where it was said.
    pub evidence: Vec<Evidence>,
}

static ILLNESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(diabet\w+|cancers?|heart (?:attack|disease|failure|problems?|trouble)|strokes?|blood pressure|hypertension|cholesterol|depress\w+|bipolar|asthma|gout|dementia|alzheimer\w*|parkinson\w*|glaucoma|arthritis|thyroid|suicide|alcoholi\w+|kidney (?:disease|failure|stones?)|epilepsy|migraines?|blood clots?|osteoporosis|lupus|celiac|crohn\w*|colitis|melanoma|leukemia|aneurysm)\b",
    )
});
static BODY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(lungs?|heart|chest|abdomen|belly|stomach|throat|tonsils|ears?|ear ?drums?|drum|canal|eyes?|pupils|nose|neck|thyroid|lymph nodes?|nodes|glands|skin|knee|hip|shoulder|back|spine|ankles?|feet|legs?|hands?|wrist|elbow|joints?|reflexes|strength|sensation|pulses?|gait|breath sounds|murmurs?|veins?|bases|extremities|kidneys|scalp|temples|face|range of motion|leg raise|mcmurray\w*|lachman\w*)\b",
    )
});
static FOUND: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(clear|normal|regular|irregular\w*|tender\w*|swell\w*|swollen|red(?:ness)?|soft|no (?:murmurs?|swelling|redness|tenderness|wheez\w+|crackles|rash|fluid|mass\w*)|wheez\w+|crackles|rales|murmur|edema|effusion|warm\w*|bulging|dull|inflamed|full|limited|stiff|stable|equal|intact|symmetric\w*|enlarged|weak\w*|strong|bruis\w+|spasm|click\w*|crepitus|distend\w+|pitting|reduced|sore|tight|negative|positive|moves|good)\b",
    )
});
static TEST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(a1c|a one c|labs?|blood (?:work|tests?|count)|cholesterol|ldl|hdl|triglycerides|creatinine|potassium|sodium|hemoglobin|white (?:blood )?(?:cells?|count)|inr|tsh|x-?rays?|mri|ct(?: scan)?|ultrasound|echo(?:cardiogram)?|e[ck]g|urine|urinalysis|culture|biopsy|peak flow|ejection fraction|glucose|swab|strep test|kidney function|liver (?:enzymes|tests?|function)|ferritin|vitamin d|bnp|score)\b",
    )
});
static RESULT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(came back|come back at|shows?|showed|was|were|is|are|positive|negative|normal|elevated|dropped|up to|down to|drifted)\b",
    )
});
static NOT_DONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(i'd|i'll|i would|want|wanna|going to|gonna|gon na|will|let's|let me|need to|should|could|may|might|can|if|order\w*|schedule\w*|check(?:ing)?|repeat\w*|send\w*|recommend\w*|take a look|deep breath|due)\b",
    )
});
static TALK: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(i|i'm|i've|we|we're|me|my|you'd|you've|thank\w*|good (?:for|to)|okay|well done)\b"));
static HABIT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(smok\w+|cigarettes?|vap(?:e|ing)|packs? (?:a|per) day|tobacco|alcohol|drink(?:s|ing)?|beers?|wine|whisky|whiskey|vodka|marijuana|weed|cannabis|recreational)\b",
    )
});

/// The sentences of the visit that sections can hold as they are.
pub fn findings(visit: &Visit) -> Vec<Finding> {
    let mut found = Vec::new();
    for line in &visit.lines {
        for range in &line.sentences {
            found.extend(finding(visit, line, range));
        }
    }
    found
}

fn finding(visit: &Visit, line: &Line, range: &Range<usize>) -> Option<Finding> {
    let sentence = &line.text()[range.clone()];
    let words = sentence.split_whitespace().count();
    if is_question(sentence) || !(2..=36).contains(&words) {
        return None;
    }
    let mut evidence = vec![evidence::evidence(line.utterance, range.clone())];
    let (kind, text) = match line.utterance.role {
        Role::Patient | Role::Other => {
            if let Some(text) = relative_illness(sentence) {
                (SectionKind::FamilyHistory, text)
            } else {
                let question = visit.question_before(line.index);
                if let Some(question) = question.filter(|_| range.start == 0 || HABIT.is_match(sentence)) {
                    evidence.insert(0, evidence::whole(question.utterance));
                }
                (SectionKind::SocialHistory, habit(sentence, question.map(Line::text))?)
            }
        }
        Role::Clinician => clinical(sentence)?,
        Role::Unknown => return None,
    };
    Some(Finding { kind, text, evidence })
}

/// "My dad had a heart attack at fifty eight." as "Father had a heart attack at fifty eight."
fn relative_illness(sentence: &str) -> Option<String> {
    static MINE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bmy (?:own )?"));
    let subject = context::names_a_relative(sentence) && ILLNESS.is_match(sentence);
    let before = &sentence[..ILLNESS.find(sentence)?.start()];
    if !subject || !context::of_another_person(before) || context::hypothetical(sentence) {
        return None;
    }
    let text = MINE.replace_all(sentence, "");
    let text = text.replace("dad", "father").replace("mom", "mother").replace("mum", "mother");
    Some(sentence_case(without_lead(&text)))
}

/// A habit in the patient's own words; answers to a question about it count too.
fn habit(sentence: &str, question: Option<&str>) -> Option<String> {
    let named = HABIT.find(sentence).map(|found| found.as_str());
    let asked = question
        .filter(|question| is_question(question))
        .and_then(|question| HABIT.find_iter(question).last())
        .map(|found| found.as_str());
    let about = named.or(asked.filter(|_| context::denies(sentence) || context::affirms(sentence)))?;
    if context::of_another_person(sentence) {
        return None;
    }
    let lower = about.to_lowercase();
    let topic = if ["smok", "cig", "vap", "pack", "tob"].iter().any(|start| lower.starts_with(start)) {
        "Tobacco"
    } else if ["mari", "weed", "cann", "recr"].iter().any(|start| lower.starts_with(start)) {
        "Drugs"
    } else {
        "Alcohol"
    };
    Some(format!("{topic}: \"{}\"", sentence.trim()))
}

/// A finding or a result as the clinician said it.
fn clinical(sentence: &str) -> Option<(SectionKind, String)> {
    if context::safety_net(sentence) {
        return Some((SectionKind::Plan, format!("Advised: \"{}\"", sentence_case(without_lead(sentence)))));
    }
    if NOT_DONE.is_match(sentence) || TALK.is_match(sentence) || context::hypothetical(sentence) {
        return None;
    }
    let text = sentence_case(without_lead(&impersonal(sentence)));
    if TEST.is_match(sentence) && RESULT.is_match(sentence) {
        return Some((SectionKind::Results, text));
    }
    (BODY.is_match(sentence) && FOUND.is_match(sentence)).then_some((SectionKind::PhysicalExam, text))
}

/// "Your lungs are clear" without the address.
fn impersonal(sentence: &str) -> String {
    static YOUR: LazyLock<Regex> = LazyLock::new(|| pattern(r"\byour\b"));
    static YOU_ARE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\byou're\b|\byou are\b"));
    static YOU_HAVE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\byou have\b"));
    static YOU: LazyLock<Regex> = LazyLock::new(|| pattern(r"\byou\b"));
    let text = YOUR.replace_all(sentence, "the");
    let text = YOU_ARE.replace_all(&text, "the patient is");
    let text = YOU_HAVE.replace_all(&text, "the patient has");
    YOU.replace_all(&text, "the patient").into_owned()
}

fn without_lead(text: &str) -> &str {
    static LEAD: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:(?:and|so|but|now|okay|ok|all right|alright|right|well|yeah|yes|no|um|uh|good|perfect|then|hmm|mm|yep|oh)\b\W*)+",
        )
    });
    LEAD.find(text).map_or(text, |lead| &text[lead.end()..])
}

fn sentence_case(text: &str) -> String {
    let mut characters = text.trim().chars();
    let first: String = characters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let text = format!("{first}{}", characters.as_str());
    if text.ends_with(['.', '!', '?', '"']) { text } else { format!("{text}.") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structuring::testing::transcript;

    fn said(lines: &str) -> Vec<(SectionKind, String)> {
        let transcript = transcript(lines);
        findings(&Visit::new(&transcript)).into_iter().map(|finding| (finding.kind, finding.text)).collect()
    }

    #[test]
    fn sentences_find_their_section() {
        use SectionKind::{FamilyHistory, PhysicalExam, Plan, Results, SocialHistory};
        for (lines, kind, text) in [
            (
                "P: My dad had a heart attack at fifty eight.",
                FamilyHistory,
                "Father had a heart attack at fifty eight.",
            ),
            ("D: Lungs are clear.", PhysicalExam, "Lungs are clear."),
            ("D: And there's no swelling in your ankles.", PhysicalExam, "There's no swelling in the ankles."),
            (
                "D: So, your A1c from last week came back at seven point eight.",
                Results,
                "The A1c from last week came back at seven point eight.",
            ),
            (
                "D: If you get chest pain, call nine one one.",
                Plan,
                "Advised: \"If you get chest pain, call nine one one.\"",
            ),
            (
                "P: I have a beer on the weekend, maybe two.",
                SocialHistory,
                "Alcohol: \"I have a beer on the weekend, maybe two.\"",
            ),
        ] {
            assert_eq!(said(lines), [(kind, text.to_owned())]);
        }
    }

    #[test]
    fn an_answer_about_a_habit_keeps_its_question() {
        let transcript = transcript("D: Are you smoking at all?\nP: No, I quit, what, eleven years ago.");
        let found = findings(&Visit::new(&transcript));
        assert_eq!(found[0].text, "Tobacco: \"No, I quit, what, eleven years ago.\"");
        assert_eq!(found[0].evidence.len(), 2);
    }

    #[test]
    fn plans_and_talk_are_no_findings() {
        for lines in [
            "D: I'd like to check your lungs.",
            "D: Let's get an x-ray.",
            "P: My wife writes it all down.",
            "D: Take a deep breath for me.",
        ] {
            assert!(said(lines).is_empty(), "{lines}: {:?}", said(lines));
        }
    }
}
