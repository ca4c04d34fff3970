//! Sentences that belong in a section as they were said: relatives' illnesses, findings, results, habits. They complete
//! what the model writes, in the speaker's own words.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{context, diagnoses, habits, orders};
use crate::{
    domain::{Evidence, Role, SectionKind},
    language::{numbers, questions::is_question},
    structuring::{
        evidence,
        text::{self, pattern},
        visit::{Line, Visit},
    },
    terminology::DrugTable,
};

/// A sentence for a section.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Where it belongs.
    pub kind: SectionKind,
    /// As the note says it.
    pub text: String,
    /// The habit that it is about.
    pub topic: Option<&'static str>,
    /// Where it was said.
    pub evidence: Vec<Evidence>,
}

static ILLNESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(diabet\w+|cancers?|heart (?:attack|disease|failure|problems?|trouble)|strokes?|blood pressure|hypertension|cholesterol|depress\w+|bipolar|asthma|gout|dementia|alzheimer\w*|parkinson\w*|glaucoma|arthritis|thyroid|suicide|alcoholi\w+|los(?:t|e|ing) (?:a|his|her) (?:leg|foot|toe)|amputat\w+|irregular heart\w*|kidney (?:disease|failure|stones?)|hay fever|eczema|allerg(?:y|ies)|epilepsy|migraines?|blood clots?|osteoporosis|lupus|celiac|crohn\w*|colitis|melanoma|leukemia|aneurysm)\b",
    )
});
static BODY: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"\b(?:{BODY_PARTS})\b")));
/// What is looked at, listened to and felt.
pub const BODY_PARTS: &str = r"lungs?|heart|chest|abdomen|belly|stomach|throat|tonsils?|ears?|ear ?drums?|drum|canal|eyes?|pupils?|nose|neck|thyroid|lymph nodes?|nodes?|glands?|skin|hips?|knees?|shoulders?|elbows?|wrists?|back|spine|ankles?|feet|legs?|hands?|joints?|reflex(?:es)?|strength|sensation|pulses?|gait|breath sounds|murmurs?|veins?|bases|extremities|kidneys|scalp|temples|face|toes?|foot|heels?|knuckles?|fundus|calf|calves|thighs?|arms?|forearms?|fingers?|thumbs?|jaw|gums?|tongue|mouth|lips?|breasts?|groin|ribs?|flanks?|spleen|liver|wound|eyelids?|sinuses|range of motion|leg raise|mcmurray\w*|lachman\w*";
static FOUND: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(clear|normal|regular|irregular\w*|tender\w*|swell\w*|swollen|red(?:ness)?|soft|no (?:murmurs?|swelling|redness|tenderness|wheez\w+|crackles|rash|fluid|mass\w*)|wheez\w+|crackles|rales|murmur|edema|effusion|warm\w*|bulging|dull|inflamed|full|limited|stiff|stable|equal|intact|symmetric\w*|enlarged|weak\w*|strong|bruis\w+|spasm|click\w*|crepitus|distend\w+|pitting|reduced|sore|tight|negative|positive|moves|good|puffy|lost (?:some|a bit of|a little|his|her|your) (?:extension|flexion|motion|range)|nothing|measures?|fissures?|cracked|cool|nodules?)\b",
    )
});
static TEST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(a1c|a one c|labs?|blood (?:work|tests?|count)|cholesterol|ldl|hdl|triglycerides|creatinine|potassium|sodium|hemoglobin|white (?:blood )?(?:cells?|count)|inr|tsh|x-?rays?|mri|ct(?: scan)?|ultrasound|echo(?:cardiogram)?|e[ck]g|urine|urinalysis|culture|biopsy|peak flow|ejection fraction|glucose|swab|strep test|kidney function|liver (?:enzymes|tests?|function)|ferritin|vitamin d|bnp|lactate|bicarb(?:onate)?|score|crp|esr|alt|ast|ck|calcium|magnesium|uric acid|e?gfr|platelets|mammogram|dexa|bone density|colonoscopy|spirometry|psa|(?:free )?t4|albumin|microalbumin|bilirubin|lipids?|troponin|holter|stress test|sleep study|dipstick|urine dip|leukocytes?|nitrites?|ketones|(?:covid|flu|pregnancy|mono) tests?|phq(?:-?\s?(?:9|2|nine|two))?|gad(?:-?\s?(?:7|seven))?|moca|mmse|epds|(?:you|he|she) scored (?:a |an |at )?(?:\d+|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty))\b",
    )
});
static RESULT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(came back|come back at|shows?|showed|looks?|looked|was|were|is|are|positive|negative|normal|elevated|dropped|up to|down to|drifted|scored)\b",
    )
});
static NOT_DONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(i'd|i'll|i would|want|wanna|going to|gonna|gon na|will|let's|let me|need to|should|could|may|might|can|if|order\w*|schedule\w*|check(?:ing)?|repeat\w*|send\w*|recommend\w*|take a look|deep breath|due)\b",
    )
});
static TALK: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(i|i'm|i've|we|we're|me|my|you'd|you've|thank\w*|good (?:for|to)|okay|well done)\b"));
/// "The ECG we just did" is no talk.
static WE_DID: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\bwe (?:just |already )?(?:did|took|got|had|checked|sent)\b"));
/// "I", near the beginning.
pub(super) static SPEAKS_OF_SELF: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\W*(?:\w+\W+){0,2}(?:i|i'm|i've|my)\b"));

/// Words of a sentence that a section holds as it was said, at most …
const LONGEST_FINDING: usize = 36;
/// … and of one that says when to come back, which may have many reasons.
const LONGEST_WARNING: usize = 70;
/// Words of a sentence that names a sign, at most.
const LONGEST_SIGN: usize = 30;
/// Words of a sentence that only completes the one before it, at most.
const LONGEST_ELLIPSIS: usize = 6;
/// Turns of the clinician's after one that examines in which signs are still told, at most.
const LONGEST_STRETCH: usize = 3;

/// The sentences of the visit that sections can hold as they are.
pub fn findings(visit: &Visit) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    let mut stretch = 0;
    for line in &visit.lines {
        let by_clinician = line.utterance.role == Role::Clinician;
        let examines = by_clinician && examines(line);
        if examines {
            stretch = LONGEST_STRETCH;
        } else if by_clinician {
            stretch = if concludes(line) { 0 } else { stretch.saturating_sub(1) };
        }
        let shown = |sign: &str| by_clinician && stretch > 0 && PLAIN.is_match(sign);
        let mut before = None;
        for range in &line.sentences {
            if let Some(last) = found.last_mut().filter(|_| goes_on(line, range, &before)) {
                complete(last, line, range);
                continue;
            }
            let now = finding(visit, line, range)
                // "No rash, and his neck is fine", said by a mother, was not found by anybody.
                .or_else(|| sign(line, range).filter(|sign| examines || shown(&sign.text)))
                .or_else(|| state(line, range).filter(|_| examines));
            before = now.iter().map(|finding| finding.kind).next();
            found.extend(now);
        }
    }
    found
}

/// "There's a bit of wheezing": a finding that says so by itself.
static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:there(?:'s| is| are)|no|some|a (?:bit|little)|mild|(?:she|he) has|(?:her|his|the) \w+ (?:is|are|looks?|feels?))\b",
    )
});

/// "She has a little stridor when she's upset. None at rest.": a sentence that only completes the finding before it.
fn goes_on(line: &Line, range: &Range<usize>, before: &Option<SectionKind>) -> bool {
    static ELLIPSIS: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^\W*(?:none|not|nothing|only|just|more|less|worse|mostly|both sides|same)\b[^,]*$"));
    let sentence = &line.text()[range.clone()];
    *before == Some(SectionKind::PhysicalExam)
        && ELLIPSIS.is_match(sentence)
        && !TALK.is_match(sentence)
        && !NOT_DONE.is_match(sentence)
        && !is_question(sentence)
        && sentence.split_whitespace().count() <= LONGEST_ELLIPSIS
}

fn complete(finding: &mut Finding, line: &Line, range: &Range<usize>) {
    finding.text = format!("{} {}", finding.text, sentence_case(&impersonal(&line.text()[range.clone()])));
    evidence::merge(&mut finding.evidence, [evidence::evidence(line.utterance, range.clone())]);
}

/// Whether `line`, the clinician's, leaves the examination: it orders, decides or says what it all means.
fn concludes(line: &Line) -> bool {
    line.sentences.iter().any(|range| {
        let sentence = &line.text()[range.clone()];
        orders::orders_something(sentence)
            || diagnoses::diagnosed(sentence).is_some()
            || diagnoses::suspected(sentence).is_some()
            || context::safety_net(sentence)
            || !DrugTable::bundled().mentions(sentence).is_empty()
    })
}

/// Whether `line` is said while examining.
fn examines(line: &Line) -> bool {
    static EXAMINES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:let me|let's|i'll|i'm (?:just )?(?:going to|gonna)|can i|i want to|i'd like to) (?:just |quickly )?(?:have|take|get)? ?(?:a )?(?:(?:quick |good |little )?(?:look|listen|feel|check|examine|press|see)|hear|push|tap)\b|\bdeep breaths?\b|\bon exam\w*\b|\bdoes (?:this|that|it) hurt\b|\bcan you feel\b|\bopen (?:wide|your mouth)\b|\blie (?:down|back)\b",
        )
    });
    EXAMINES.is_match(line.text())
        || line.sentences.iter().any(|range| {
            clinical(&line.text()[range.clone()]).is_some_and(|(kind, _)| kind == SectionKind::PhysicalExam)
        })
}

/// What was found, said in a turn that examines, where no part of the body is named: "Wheezing on both sides, no crackles."
fn sign(line: &Line, range: &Range<usize>) -> Option<Finding> {
    static SIGN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:wheez\w+|crackles|rhonchi|rales|rubs?|murmurs?|tender\w*|swell\w*|swollen|redness|bruis\w+|sores?|ulcers?|rash|edema|effusion|crepitus|guarding|rebound|mass(?:es)?|lumps?|nodules?|nodes|healed|healing|discharge|decreased|diminished|painful|monofilament|reflexes|numb|spasm|pulses|weakness|deformity|range of motion|stridor|scars?|jaundice\w*|pale|pallor|lesions?|blisters?|hernia|grunting|retractions)\b",
        )
    });
    static GOT: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:you've got|you have|i've got|he's got|she's got)\b"));
    static SENSED: LazyLock<Regex> = LazyLock::new(|| pattern(r" (?:that )?i can (?:hear|see|feel)\b"));
    static NOT_SENSED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\bi (?:can't|cannot|can not|don't|couldn't|didn't) (?:feel|see|hear|find|appreciate|notice) (?:any|an?|much)\b",
        )
    });
    let sentence = &line.text()[range.clone()];
    let text = NOT_SENSED.replace_all(sentence, "no");
    let text = SENSED.replace_all(&GOT.replace_all(&text, "there is"), "").into_owned();
    let told = !is_question(sentence)
        && SIGN.is_match(&text)
        && !NOT_DONE.is_match(&text)
        && !TALK.is_match(without_lead(&text));
    if !told || context::hypothetical(&text) || sentence.split_whitespace().count() > LONGEST_SIGN {
        return None;
    }
    let evidence = vec![evidence::evidence(line.utterance, range.clone())];
    let text = sentence_case(without_lead(&impersonal(&text)));
    Some(Finding { kind: SectionKind::PhysicalExam, text, topic: None, evidence })
}

/// "Your skin is dry.", said in a turn that examines: a part of the body and how it is.
fn state(line: &Line, range: &Range<usize>) -> Option<Finding> {
    static IS: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^\W*(?:is|are|'s|looks?|feels?|sounds?|seems?|moves?|bends?)\b"));
    static THERE_IS: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?:there(?:'s| is| are)|no)\b"));
    let sentence = &line.text()[range.clone()];
    // "The right one is red", after the left ear.
    static OTHER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\W*(?:and )?the (?:right|left|other) one\b"));
    let body = BODY.find_iter(sentence).last().or_else(|| OTHER.find(sentence))?;
    let told = (IS.is_match(&sentence[body.end()..]) || THERE_IS.is_match(without_lead(sentence)))
        && !is_question(sentence)
        && !NOT_DONE.is_match(sentence)
        && !TALK.is_match(without_lead(sentence))
        && !context::hypothetical(sentence)
        && DrugTable::bundled().mentions(sentence).is_empty()
        && sentence.split_whitespace().count() <= LONGEST_SIGN;
    let evidence = vec![evidence::evidence(line.utterance, range.clone())];
    let text = sentence_case(without_lead(&impersonal(sentence)));
    told.then_some(Finding { kind: SectionKind::PhysicalExam, text, topic: None, evidence })
}

static OWN_RELATIVE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\W*(?:(?:and|but|well|yes|no)\W+)*my (?:own )?(?:\w+ )?(?:mother|father|mom|mum|dad|brother|sister|aunt|uncle|grand\w+|parents?|cousin)\b",
    )
});

fn finding(visit: &Visit, line: &Line, range: &Range<usize>) -> Option<Finding> {
    let sentence = &line.text()[range.clone()];
    let words = sentence.split_whitespace().count();
    let longest = if context::safety_net(sentence) { LONGEST_WARNING } else { LONGEST_FINDING };
    if words > longest || is_question(sentence) && !habits::tells_an_amount(line, sentence) {
        return None;
    }
    let (kind, text) = match line.utterance.role {
        // A companion's "my mother" is theirs, and whose relative she is to the patient is not said.
        Role::Other if OWN_RELATIVE.is_match(sentence) => return None,
        Role::Patient | Role::Other => match relative_illness(sentence) {
            Some(text) => (SectionKind::FamilyHistory, text),
            None => return habits::told(visit, line, range),
        },
        Role::Clinician if words > 1 => clinical(sentence)?,
        _ => return None,
    };
    let evidence = vec![evidence::evidence(line.utterance, range.clone())];
    Some(Finding { kind, text, topic: None, evidence })
}

/// "My dad had a heart attack at fifty eight." as "Father had a heart attack at fifty eight."
fn relative_illness(sentence: &str) -> Option<String> {
    static MINE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bmy (?:own )?"));
    let subject = context::names_a_relative(sentence) && ILLNESS.is_match(sentence);
    let before = &sentence[..ILLNESS.find(sentence)?.start()];
    if !subject || !context::of_another_person(before) || context::hypothetical(sentence) {
        return None;
    }
    let end = context::turns_to_oneself(sentence).unwrap_or(sentence.len());
    // "I looked, because my brother …": what it is about begins with the relative.
    let start =
        MINE.find_iter(before).last().filter(|_| SPEAKS_OF_SELF.is_match(sentence)).map_or(0, |own| own.start());
    let text = MINE.replace_all(&sentence[start..end], "");
    let text = text.replace("dad", "father").replace("mom", "mother").replace("mum", "mother");
    Some(sentence_case(without_lead(&text)))
}

/// A finding or a result as the clinician said it.
fn clinical(sentence: &str) -> Option<(SectionKind, String)> {
    if let Some(diagnosis) = diagnoses::suspected(sentence).or_else(|| diagnoses::diagnosed(sentence)) {
        return Some((SectionKind::Assessment, diagnosis));
    }
    if CODE_STATUS.is_match(sentence) && !is_question(sentence) && !context::hypothetical(sentence) {
        return Some((SectionKind::Plan, format!("Code status: \"{}\"", sentence_case(without_lead(sentence)))));
    }
    // "It can, so let me know if it does" tells nothing by itself.
    static OFFERS: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\bif (?:you|he|she)(?:'d| would)? (?:want|like|prefer|rather)\b"));
    if context::safety_net(sentence) && !text::content_stems(sentence).is_empty() && !OFFERS.is_match(sentence) {
        return Some((SectionKind::Plan, format!("Advised: \"{}\"", sentence_case(without_lead(sentence)))));
    }
    let perceived = perceived(without_lead(sentence));
    let sentence = perceived.as_deref().unwrap_or(sentence);
    let talks = TALK.is_match(&WE_DID.replace_all(sentence, ""));
    if NOT_DONE.is_match(sentence) || talks || context::hypothetical(sentence) {
        return None;
    }
    let text = sentence_case(without_lead(&impersonal(sentence)));
    if perceived.is_some() && FOUND.is_match(sentence) {
        return Some((SectionKind::PhysicalExam, text));
    }
    let told = RESULT.is_match(sentence) || has_a_value(sentence);
    // "Metformin stays as it is, your A1c is up."
    let of_medicines = !DrugTable::bundled().mentions(sentence).is_empty();
    if TEST.is_match(sentence) && told && !DIRECTS.is_match(&text) && (!of_medicines || has_a_value(sentence)) {
        return Some((SectionKind::Results, text));
    }
    (BODY.is_match(sentence) && FOUND.is_match(sentence) && !of_medicines).then_some((SectionKind::PhysicalExam, text))
}

/// What is to be done if the heart or the breath stops.
static CODE_STATUS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:do not (?:resuscitate|intubate)|dnr|dni|full code|comfort (?:care|measures) only|no (?:cpr|intubation|resuscitation))\b",
    )
});

/// "Don't take any more, with your kidney function it's no good": what to do is no result.
static DIRECTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:don't|do not|never|take|stop|start|keep|use|call|come|bring|get|have|watch)\b|^(?:a|an|another|some) [^,.]{0,30}\bin (?:a|one|two|three|four|six|eight|\d+) (?:days?|weeks?|months?)\b|\b(?:once|twice|\w+ times) a (?:day|week)\b|\b(?:units|milligrams|micrograms|mg|mcg) (?:a|per|every|each) ",
    )
});

/// "Potassium 5.2": a test with its value right after it.
fn has_a_value(sentence: &str) -> bool {
    let values = numbers::numbers(sentence);
    TEST.find_iter(sentence).any(|test| {
        values.iter().any(|value| {
            let between = sentence.get(test.end()..value.range.start);
            between.is_some_and(|between| between.split_whitespace().count() <= 1)
        })
    })
}

/// "I hear crackles" as "Crackles", "I don't feel any lumps" as "No lumps".
fn perceived(sentence: &str) -> Option<String> {
    static SENSED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?:i|i'm)(?: can| do| also| still)?( don't| do not| can't| cannot)? (?:hear|see|feel|notice|hearing|seeing|feeling|appreciate)(?: (?:a|an|any|some|your|the))? ",
        )
    });
    let found = SENSED.captures(sentence)?;
    let rest = &sentence[found.get(0)?.end()..];
    Some(if found.get(1).is_some() { format!("No {rest}") } else { rest.to_owned() })
}

/// Whether `line` names a part of the body.
pub fn names_a_body_part(line: &str) -> bool {
    BODY.is_match(line)
}

/// `line` without the parts of the body that it names.
pub fn without_body_parts(line: &str) -> String {
    BODY.replace_all(line, "").into_owned()
}

/// Whether `line` names a test or a measurement.
pub fn names_a_test(line: &str) -> bool {
    TEST.is_match(line)
}

/// "Your lungs are clear" without the address.
fn impersonal(sentence: &str) -> String {
    static YOUR: LazyLock<Regex> = LazyLock::new(|| pattern(r"\byour\b"));
    static FILLER: LazyLock<Regex> = LazyLock::new(|| pattern(r",? ?\byou know\b,?"));
    let sentence = FILLER.replace_all(sentence, "");
    text::of_the_patient(&YOUR.replace_all(&sentence, "the"))
}

/// Without the words that only lead on to what is said. "No, the lungs are clear" has such a word and "No murmur" has none,
/// nor has "Right knee is swollen".
fn without_lead(text: &str) -> &str {
    static LEAD: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:(?:and|so|but|now|okay|ok|all right|alright|yeah|yes|um|uh|then|hmm|mm|yep|oh|again)\b\W*|(?:no|right|well|good|perfect|fine)\b\s*[,.!;:-]\W*)+",
        )
    });
    LEAD.find(text).map_or(text, |lead| &text[lead.end()..])
}

pub(super) fn sentence_case(text: &str) -> String {
    let mut characters = text.trim().chars();
    let first: String = characters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let text = format!("{first}{}", characters.as_str());
    if text.ends_with(['.', '!', '?', '"']) { text } else { format!("{text}.") }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::structuring::testing::transcript;

    pub(in super::super) fn said(lines: &str) -> Vec<(SectionKind, String)> {
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
                "D: So do not resuscitate, do not intubate, BiPAP is fine.",
                Plan,
                "Code status: \"Do not resuscitate, do not intubate, BiPAP is fine.\"",
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
    fn a_no_that_denies_and_a_side_are_kept() {
        use SectionKind::{PhysicalExam, Results};
        for (lines, kind, text) in [
            ("D: No swelling in the legs.", PhysicalExam, "No swelling in the legs."),
            ("D: Right knee is swollen.", PhysicalExam, "Right knee is swollen."),
            ("D: No, lungs are clear.", PhysicalExam, "Lungs are clear."),
            ("D: I hear crackles on the right side.", PhysicalExam, "Crackles on the right side."),
            ("D: I don't hear a murmur.", PhysicalExam, "No murmur."),
            (
                "D: Nitrites and leukocytes positive, some blood.",
                Results,
                "Nitrites and leukocytes positive, some blood.",
            ),
            ("D: The dipstick shows ketones.", Results, "The dipstick shows ketones."),
            ("D: The ECG we just did looks normal.", Results, "The ECG we just did looks normal."),
            ("D: Potassium 5.2.", Results, "Potassium 5.2."),
            (
                "D: Let me look at the shoulder. So it's painful from about 60 degrees.",
                PhysicalExam,
                "It's painful from about 60 degrees.",
            ),
        ] {
            let found = said(lines);
            assert_eq!(found.first().map(|(_, found)| found.as_str()), Some(text), "{lines}");
            assert_eq!(found[0].0, kind, "{lines}");
        }
    }

    #[test]
    fn a_companions_mother_is_not_the_patients() {
        assert!(said("O: My mother had a stroke, she started like this.").is_empty());
        assert_eq!(said("P: My mother had a stroke.").len(), 1);
        assert_eq!(said("O: His sister has asthma.").len(), 1);
    }

    #[test]
    fn the_other_one_is_found_on_examination() {
        let said =
            said("D: Let's look in the ears. Left drum is pearly, a bit of fluid. The right one is red and bulging.");
        assert!(said.iter().any(|(_, text)| text == "The right one is red and bulging."), "{said:?}");
    }

    #[test]
    fn what_follows_a_relatives_illness_is_not_the_relatives() {
        assert_eq!(
            said("P: My brother has diabetes, but I don't."),
            [(SectionKind::FamilyHistory, "Brother has diabetes.".to_owned())]
        );
        assert_eq!(
            said("P: I had it looked at, because my brother died of a melanoma.")[0].1,
            "Brother died of a melanoma."
        );
    }

    #[test]
    fn plans_and_talk_are_no_findings() {
        for lines in [
            "D: I'd like to check your lungs.",
            "D: Let's get an x-ray.",
            "D: Don't take any more, with your kidney function it's not a good choice.",
            "D: Can you drink?\nP: Not as much as I should.",
            "P: My wife writes it all down.",
            "D: Take a deep breath for me.",
        ] {
            assert!(said(lines).is_empty(), "{lines}: {:?}", said(lines));
        }
    }

    #[test]
    fn what_is_seen_while_examining_is_a_finding() {
        let exam = |lines: &str| -> Vec<String> {
            said(lines)
                .into_iter()
                .filter(|(kind, _)| *kind == SectionKind::PhysicalExam)
                .map(|(_, text)| text)
                .collect()
        };
        assert_eq!(
            exam(
                "D: Let me examine you. Your skin is dry. There's a well healed scar on your neck, and I can't feel any lump."
            ),
            ["The skin is dry.", "There's a well healed scar on the neck, and no lump."]
        );
        assert_eq!(
            exam("D: Let me listen. Big breath. She has a little stridor when she's upset. None at rest."),
            ["She has a little stridor when she's upset. None at rest."]
        );
        assert_eq!(
            exam(
                "D: Let me have a listen.\nP: Sure.\nD: There's a bit of wheezing.\nP: Oh.\nD: I'd start prednisone for the wheezing."
            ),
            ["There's a bit of wheezing."]
        );
        assert_eq!(
            exam("D: Let me have a look. There's a bit of wasting at the base of the thumb."),
            ["There's a bit of wasting at the base of the thumb."]
        );
        assert_eq!(exam("D: Let me look at it. No break in the skin."), ["No break in the skin."]);
        assert!(exam("D: Your skin is your own business.").is_empty());
    }

    #[test]
    fn what_a_parent_tells_is_no_finding() {
        let found =
            said("D: Let me have a look. There's a bit of swelling.\nO: No rash on him, and his neck moves fine.");
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn signs_need_no_part_of_the_body_while_examining() {
        let found = said(
            "D: Deep breath for me. Okay. You've got wheezing on both sides, no crackles that I can hear. Heart sounds regular.",
        );
        let texts: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
        assert!(texts.contains(&"There is wheezing on both sides, no crackles."), "{texts:?}");
        assert!(said("D: You said there was some wheezing last week.").is_empty());
        assert!(said("D: Let me have a look. We'll treat the swelling with ice.").is_empty());
    }
}
