//! Illnesses that stay with the patient, and what is left of earlier ones: known before the visit, named in passing ("for my
//! underactive thyroid"), and coded because they bear on its treatment (ICD-10-CM guidelines, IV.I and IV.J).

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{
    context,
    findings::sentence_case,
    medications::{is_of_another, someone_elses},
};
use crate::{
    domain::{Evidence, PatientText, Role, SectionKind},
    language::{numbers, patterns::patterns, questions::is_question},
    structuring::{
        evidence,
        text::{self, pattern},
        visit::{Line, Visit},
    },
};

/// An illness of the patient's.
#[derive(Debug, Clone, PartialEq)]
pub struct Illness {
    /// As it was called: "Underactive thyroid".
    pub name: PatientText,
    /// Where it stands in a note: what is known before the visit, or what the visit found.
    pub section: SectionKind,
    /// Where it was said.
    pub evidence: Vec<Evidence>,
}

patterns! {
    // An illness by its name, with the words before it that make it a kind of its own.
    NAMED = concat!(
        r"\b(?:(?:mild|moderate|severe|chronic|persistent|intermittent|paroxysmal|permanent|recurrent|primary|essential|generali[sz]ed|major|seasonal|allergic|diabetic|peripheral|obstructive|congestive|systolic|diastolic|ischemic|end[- ]stage|poorly controlled|uncontrolled) )*",
        r"(?:asthma|copd|emphysema|chronic bronchitis|(?:type (?:1|2|one|two|i|ii) )?diabetes(?: mellitus)?(?:,? type (?:1|2|one|two))?|hypertension|high blood pressure|(?:high|elevated|raised) cholesterol|hyperlipid\w+|dyslipid\w+|hypercholesterol\w+|heart failure|atrial fibrillation|a-?fib|coronary (?:artery |heart )?disease|peripheral (?:artery|arterial|vascular) disease|(?:osteo|(?:rheumatoid|psoriatic) )arthritis|osteoporosis|osteopenia|(?:chronic )?kidney disease(?:,? stage (?:\d|one|two|three|four|five)\s?[ab]?\b)?|(?:under|over)-?active thyroid|hyp(?:o|er)thyroidism|hashimoto'?s(?: disease)?|graves'? disease|(?:major )?depression|(?:major )?depressive disorder|anxiety(?: disorder)?|bipolar(?: disorder)?|schizophrenia|ptsd|adhd|ocd|migraines?(?: with(?:out)? aura)?|gout|gerd|(?:acid )?reflux|psoriasis|eczema|epilepsy|parkinson'?s(?: disease)?|dementia|alzheimer'?s(?: disease)?|bph|enlarged prostate|glaucoma|macular degeneration|sleep apn(?:o)?ea|neuropathy|cirrhosis|crohn'?s(?: disease)?|ulcerative colitis|lupus|multiple sclerosis|hiv|sickle cell(?: disease| anemia)?|endometriosis|pcos|polycystic ovar(?:y|ian) syndrome|fibromyalgia|ibs|irritable bowel(?: syndrome)?|hay fever|celiac(?: disease)?|restless legs?(?: syndrome)?)\b",
    );
    // What an operation or an illness left behind.
    LEFT_BEHIND = r"\b(?:(?:mechanical|artificial|prosthetic|metal|tissue|bioprosthetic) (?:(?:aortic|mitral|heart) )?valve|pacemaker|defibrillator|(?:kidney|liver|heart|lung) transplant|(?:colostomy|ileostomy)(?: bag)?|(?:coronary|heart|cardiac) stents?)\b";
    KIDNEY_STAGE = r"\bstage (\d|one|two|three|four|five)\s?(a|b)?\b";
    KIDNEY = r"\bkidneys?\b";
    // The words right before a name that give it to whom the talk is about.
    OWNED = r"(?:\b(?:my|your|his|her|their|this gentleman's|this lady's)|\b(?:i've|you've|he's|she's|i have|you have|he has|she has|who has|i had|has) (?:also )?(?:got|had)?(?: (?:a|an|the|some|this|known|longstanding|a (?:long )?history of|history of))*|\b(?:i'm|i am|you're|he's|she's) (?:an? )?|\b(?:diagnosed (?:\w+ )?with|history of|known|suffers? from|living with|taking (?:\w+ ){1,3}for(?: (?:my|the|his|her))?|treated for(?: the)?|because of (?:my|your|the)))(?: \w+)? $";
    // The clinician's own finding of today, which is an assessment.
    FOUND_NOW = r"\b(?:you've|you have|he has|she has|he's|she's) (?:also )?(?:got )?(?:(?:a|an|the|some) )*(?:\w+ )?$";
    // A name with "the" is known to both.
    KNOWN = r"\b(?:the|for|and the|about the)(?: \w+)? $";
    // A name that is part of another: "the asthma nurse".
    PART_OF_ANOTHER = r"^[- ](?:clinic|nurse|doctor|specialist|medic\w+|pills?|tablets?|drugs?|inhalers?|pumps?|scores?|scale|questionnaires?|plans?|pens?|diets?|screen\w*|tests?|testing|educat\w+|class(?:es)?|groups?|risks?|cent(?:er|re)|numbers?|levels?|drops?|creams?|foundation|team|attacks? (?:in|on)|insipidus)\b";
    // What might be, is looked for, or is told of everybody.
    NOT_HAD = r"\b(?:pre-?|borderline|gestational|risk (?:of|for)|possible|possibly|maybe|might be|may be|could be|might have|may have|could have|probably not|rule out|ruled out|suspect\w*|screen\w* for|test\w* (?:\w+ )?for|check\w* (?:\w+ )?for|looking for|worried (?:about|i have|it's)|scared of|afraid of|like|prevent\w*|avoid|vaccine|lead(?:s|ing)? to|cause[sd]?|develop\w*|people with|patients with|anyone with|get|turn into)\b[^,;.?!]*$";
    OVER = r"\b(?:used to have|grew out of|outgrew|as (?:a|an) (?:child|kid|baby|infant|teen\w*)|when i was (?:little|a kid|a child|young\w*)|years? ago|went away|in remission|cured|no longer)\b";
    ANIMAL = r"\b(?:dogs?|cats?|pupp(?:y|ies)|kittens?|horses?)\b";
    ASKS_ABOUT_KNOWN = r"^\W*(?:(?:and|so|okay|ok|now|well|right|but)\W+)*(?:how(?:'s| is| are| has| have| about)?|what about|(?:is|are) (?:your|the|his|her)|any (?:trouble|problems?|flare\w*|attacks?) (?:with|of)|still|(?:are|do) you (?:still )?(?:tak|us)\w+)\b|^\W*(?:and |so )?(?:the|your|his|her) [^.?!]{1,40}\?";
    NEVER_HAD = r"\b(?:(?:don't|do not|never|haven't|have not|doesn't|hasn't) (?:ever )?(?:have|had|got|has)|haven't got|that's not me|wrong (?:chart|patient))\b";
    OF_PREGNANCY = r"\b(?:pregnan\w+|prenatal|fundus|the baby(?:'s)?|trimester|due date|contractions|labou?r|midwife|first baby|second baby)\b";
    WEEKS_ALONG = r"\b(?:you're|you are|i'm|i am)(?: now| at| about| already)* ([\w-]+(?: [\w-]+)?) weeks\b(?: and [\w-]+ days?)?(?: today| pregnant| along| now|,|\.|$)";
    // "INR" with a value, and the range that was wanted.
    INR = r"\b(?:inr|i n r)\b";
    RANGE = r"\bbetween (\S+) and (\S+)|\b(?:range|target|goal)\b[^.?!]*?\b(\S+) (?:to|and) (\S+)";
}

/// The lasting illnesses of the patient, each once, and an INR above the range that was wanted.
pub fn illnesses(visit: &Visit) -> Vec<Illness> {
    let mut found: Vec<Illness> = Vec::new();
    let mut denied: Vec<String> = Vec::new();
    for line in &visit.lines {
        for range in &line.sentences {
            for mention in named(&line.text()[range.clone()]) {
                let place = range.start + mention.start..range.start + mention.end;
                match assertion(visit, line, range, &place) {
                    Assertion::Had(evidence) => add(&mut found, &line.text()[place], evidence),
                    Assertion::Denied => denied.push(line.text()[place].to_lowercase()),
                    Assertion::Neither => {}
                }
            }
        }
        if let Some(stage) = kidney_stage(line) {
            add(&mut found, &stage, vec![evidence::whole(line.utterance)]);
        }
    }
    // Whoever says "I don't have diabetes" outweighs a "the diabetes" of somebody who took it for granted.
    found.retain(|illness| !denied.iter().any(|name| text::names_no_more(name, &illness.name)));
    found.extend(pregnancy(visit));
    let known: Vec<String> = found.iter().map(|illness| illness.name.to_lowercase()).collect();
    let is_known = |name: &str| {
        let stem = &name[name.len().saturating_sub(LAST_LETTERS)..];
        known.iter().any(|one| one.contains(stem) || one.contains("blood pressure") && name == "Hypertension")
            || known.iter().any(|one| one.contains("thyroid") && name == "Hypothyroidism")
            || denied.iter().any(|one| text::names_no_more(one, name))
    };
    found.extend(treated(visit).into_iter().filter(|illness| !is_known(&illness.name)));
    found.extend(inr_above_range(visit));
    found
}

/// "You're twenty-eight weeks and three days today", said of a pregnancy.
fn pregnancy(visit: &Visit) -> Option<Illness> {
    let speaks = |line: &&Line| OF_PREGNANCY.is_match(line.text());
    if visit.lines.iter().filter(speaks).count() < 2 {
        return None;
    }
    visit.lines.iter().filter(|line| line.utterance.role != Role::Other).find_map(|line| {
        let range = line.sentences.iter().find(|range| {
            let sentence = &line.text()[(*range).clone()];
            WEEKS_ALONG.is_match(sentence) && !is_question(sentence) && !context::hypothetical(sentence)
        })?;
        let along = WEEKS_ALONG.captures(&line.text()[range.clone()])?;
        let weeks = numbers::numbers(&along[1]).first().map(|number| number.value).filter(|weeks| *weeks <= 42.0)?;
        let evidence = vec![evidence::evidence(line.utterance, range.clone())];
        Some(Illness {
            name: format!("Pregnancy at {weeks} weeks").into(),
            section: SectionKind::PastHistory,
            evidence,
        })
    })
}

/// "Lisinopril for my blood pressure", "my thyroid pill, the levothyroxine": an illness by what is taken for it.
fn treated(visit: &Visit) -> Vec<Illness> {
    let mut found: Vec<Illness> = Vec::new();
    let lines = visit.lines.iter().filter(|line| line.utterance.role != Role::Other);
    for (line, range) in lines.flat_map(|line| line.sentences.iter().map(move |range| (line, range))) {
        let sentence = &line.text()[range.clone()];
        let doubtful = context::names_a_relative(sentence)
            || context::of_another_person(sentence)
            || context::of_a_companion(sentence)
            || context::has_negation(sentence)
            || context::hypothetical(sentence)
            || visit.question_before(line.index).is_some_and(|asked| context::names_a_relative(asked.text()));
        if doubtful {
            continue;
        }
        for (_, name) in TREATED.iter().filter(|(words, _)| words.is_match(sentence)) {
            let evidence = vec![evidence::evidence(line.utterance, range.clone())];
            match found.iter_mut().find(|known| known.name.as_str() == *name) {
                Some(known) => evidence::merge(&mut known.evidence, evidence),
                None => found.push(Illness { name: (*name).into(), section: SectionKind::PastHistory, evidence }),
            }
        }
    }
    found
}

/// What is said of a medicine that is taken for an illness, and the illness.
static TREATED: LazyLock<[(Regex, &str); 4]> = LazyLock::new(|| {
    const PILL: &str = r"(?:pills?|tablets?|medicines?|medications?|meds)";
    const OF: &str = r"(?:(?:my|your|the|his|her) )?";
    [
        (
            format!(
                r"\b(?:my|your|the|his|her) (?:blood )?pressure {PILL}\b|\b(?:mg|milligrams?|daily|a day|tak(?:e|es|ing)|\w+(?:pril|sartan|dipine|olol|thiazide|thalidone)|on)\b[^.?!]{{0,40}}\bfor {OF}(?:high )?(?:blood pressure|bp)\b"
            ),
            "Hypertension",
        ),
        (
            format!(
                r"\b(?:my|your|the|his|her) cholesterol {PILL}\b|\b(?:mg|milligrams?|daily|a day|tak(?:e|es|ing)|\w+statin|on)\b[^.?!]{{0,40}}\bfor {OF}(?:high )?cholesterol\b"
            ),
            "High cholesterol",
        ),
        (
            format!(
                r"\b(?:my|your) thyroid {PILL},? (?:the )?(?:levothyroxine|synthroid)\b|\b(?:levothyroxine|synthroid)\b[^.?!]{{0,25}}\bfor {OF}thyroid\b"
            ),
            "Hypothyroidism",
        ),
        (
            format!(
                r"\b(?:my|your|the|his|her) diabetes {PILL}\b|\b(?:metformin|insulin|glipizide|jardiance|ozempic)\b[^.?!]{{0,25}}\bfor {OF}(?:sugars?|diabetes)\b"
            ),
            "Diabetes",
        ),
    ]
    .map(|(words, name)| (pattern(&words), name))
});

fn named(sentence: &str) -> Vec<Range<usize>> {
    NAMED.find_iter(sentence).chain(LEFT_BEHIND.find_iter(sentence)).map(|found| found.range()).collect()
}

/// One illness by two names is the one that says more.
fn add(found: &mut Vec<Illness>, name: &str, evidence: Vec<Evidence>) {
    let name = sentence_case(name).trim_end_matches('.').to_owned();
    let known = found
        .iter_mut()
        .find(|known| text::names_no_more(&name, &known.name) || text::names_no_more(&known.name, &name));
    match known {
        Some(known) => {
            if text::content_stems(&name).len() > text::content_stems(&known.name).len() {
                known.name = name.into();
            }
            evidence::merge(&mut known.evidence, evidence);
        }
        None => found.push(Illness { name: name.into(), section: SectionKind::PastHistory, evidence }),
    }
}

/// Letters at the end of a name by which an illness is known under another: "hypertension", "diabetes", "cholesterol".
const LAST_LETTERS: usize = 7;

enum Assertion {
    Had(Vec<Evidence>),
    Denied,
    Neither,
}

/// Whether the illness at `place` in the sentence at `range` is the patient's.
fn assertion(visit: &Visit, line: &Line, range: &Range<usize>, place: &Range<usize>) -> Assertion {
    let text = line.text();
    let (sentence, before, after) =
        (&text[range.clone()], &text[range.start..place.start], &text[place.end..range.end]);
    if is_of_another(line, range, place) || of_a_relative(visit, line, sentence) || PART_OF_ANOTHER.is_match(after) {
        return Assertion::Neither;
    }
    let own = || evidence::evidence(line.utterance, range.clone());
    if is_question(sentence) {
        return asked(visit, line, sentence, own());
    }
    if NOT_HAD.is_match(before) || OVER.is_match(sentence) || context::hypothetical(before) {
        return Assertion::Neither;
    }
    if context::negates(before) {
        return if line.by_patient_side() { Assertion::Denied } else { Assertion::Neither };
    }
    if line.utterance.role == Role::Clinician && FOUND_NOW.is_match(before) {
        return Assertion::Neither;
    }
    match OWNED.is_match(before) || KNOWN.is_match(before) {
        true => Assertion::Had(vec![own()]),
        false => Assertion::Neither,
    }
}

/// A question that takes the illness as known tells of it; another counts by its answer.
fn asked(visit: &Visit, line: &Line, sentence: &str, own: Evidence) -> Assertion {
    let Some(answer) = visit.answer_to(line.index).filter(|answer| answer.by_patient_side()) else {
        return Assertion::Neither;
    };
    let first = answer.sentences.first().cloned().unwrap_or_default();
    let said = &answer.text()[first.clone()];
    let before = line.index.checked_sub(1).map(|before| &visit.lines[before]);
    let before = before.and_then(|before| Some(&before.text()[before.sentences.last()?.clone()])).unwrap_or_default();
    if line.utterance.role == Role::Clinician && context::asks_on_of_another(before, sentence, answer.text()) {
        return Assertion::Neither;
    }
    let is_known = ASKS_ABOUT_KNOWN.is_match(sentence);
    let alone = named(sentence).len() == 1;
    if is_known {
        return if NEVER_HAD.is_match(said) { Assertion::Denied } else { Assertion::Had(vec![own]) };
    }
    match (context::affirms(said), context::denies(said)) {
        (true, false) if alone && !OVER.is_match(answer.text()) => {
            Assertion::Had(vec![own, evidence::evidence(answer.utterance, first.clone())])
        }
        (_, true) if line.by_clinician() => Assertion::Denied,
        _ => Assertion::Neither,
    }
}

/// Whether the sentence, or the question that it answers, is about the family, or about an animal.
fn of_a_relative(visit: &Visit, line: &Line, sentence: &str) -> bool {
    static OF_THE_SPEAKER: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:i|i've|i'm|my own)\b"));
    if ANIMAL.is_match(sentence) {
        return true;
    }
    // Who came along speaks of the patient as a relative.
    if line.utterance.role == Role::Other {
        return someone_elses(line, sentence, "") || context::names_a_relative(sentence) && sentence.contains("side");
    }
    let asked = visit.question_before(line.index);
    let about_family = asked.is_some_and(|asked| context::names_a_relative(asked.text()));
    context::names_a_relative(sentence) || about_family && !OF_THE_SPEAKER.is_match(sentence)
}

/// "The kidneys are holding up. They're at stage three A" as "Chronic kidney disease stage 3a".
fn kidney_stage(line: &Line) -> Option<String> {
    let text = line.text();
    if !KIDNEY.is_match(text) || context::names_a_relative(text) || context::hypothetical(text) {
        return None;
    }
    let stage = KIDNEY_STAGE.captures(text)?;
    let number = numbers::numbers(&stage[1]).first().map(|number| number.value).filter(|value| *value <= 5.0)?;
    let part = stage.get(2).map_or(String::new(), |part| part.as_str().to_lowercase());
    Some(format!("Chronic kidney disease stage {number}{part}"))
}

/// "Your INR is 4.1. We want you between two and three": too thin, by the numbers that were said.
fn inr_above_range(visit: &Visit) -> Option<Illness> {
    let line = visit.lines.iter().find(|line| line.by_clinician() && INR.is_match(line.text()))?;
    let after = &line.text()[INR.find(line.text())?.end()..];
    let value = numbers::numbers(after).first().map(|number| number.value).filter(|value| *value < 20.0)?;
    let wanted = visit.lines.iter().filter(|line| line.by_clinician()).find_map(|line| {
        let range = RANGE.captures(line.text())?;
        let bound = |one: usize, other: usize| -> Option<f64> {
            let said = range.get(one).or(range.get(other))?.as_str();
            numbers::numbers(said).first().map(|number| number.value)
        };
        let (low, high) = (bound(1, 3)?, bound(2, 4)?);
        (1.0..5.0).contains(&low).then_some((line, low, high)).filter(|_| low < high && high <= 5.0)
    })?;
    let (target, _, high) = wanted;
    (value > high).then(|| Illness {
        name: "INR above the target range".into(),
        section: SectionKind::Assessment,
        evidence: vec![evidence::whole(line.utterance), evidence::whole(target.utterance)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structuring::testing::transcript;

    fn names(lines: &str) -> Vec<String> {
        illnesses(&Visit::new(&transcript(lines))).into_iter().map(|one| one.name.as_str().to_owned()).collect()
    }

    #[test]
    fn what_is_known_before_the_visit_is_the_patients() {
        for (lines, found) in [
            ("P: I take levothyroxine for my underactive thyroid.", "Underactive thyroid"),
            ("P: I've got type two diabetes and that's about it.", "Type two diabetes"),
            ("D: How's the asthma?\nP: Not too bad.", "Asthma"),
            ("D: And your reflux?\nP: Fine with the pill.", "Reflux"),
            ("D: Do you have high blood pressure?\nP: Yes, for years.", "High blood pressure"),
            ("P: The warfarin is for my mechanical aortic valve.", "Mechanical aortic valve"),
            ("P: I know I've got the atrial fibrillation, you've told me.", "Atrial fibrillation"),
            ("P: Allopurinol for the gout.", "Gout"),
            (
                "D: So the kidneys are holding up. They're at stage three A, as before.",
                "Chronic kidney disease stage 3a",
            ),
            ("O: Her dementia is about the same.", "Dementia"),
            ("P: They diagnosed me with moderate persistent asthma. My asthma is fine.", "Moderate persistent asthma"),
        ] {
            assert_eq!(names(lines), [found], "{lines}");
        }
    }

    #[test]
    fn what_others_have_or_nobody_has_is_not() {
        for lines in [
            "P: My mother has diabetes.",
            "P: My husband's asthma is bad.",
            "D: Any family history of heart failure?\nP: Diabetes, on my dad's side.",
            "D: Does anything run in the family?\nP: My sister had the gout.",
            "D: Do you have diabetes?\nP: No.",
            "D: Any asthma or COPD?\nP: No, never.",
            "P: I don't have high blood pressure.",
            "D: We'll check you for diabetes.",
            "D: If you get gout, call me.",
            "D: This could be the gout.",
            "D: I'll send you to the diabetes clinic.",
            "P: I had asthma as a child.",
            "P: I'm worried about diabetes.",
            "D: You're borderline diabetes.",
            "P: My cat has asthma.",
            "O: I have asthma myself.",
            "D: So you've got some early neuropathy.",
            "D: People with diabetes should see the eye doctor.",
        ] {
            assert!(names(lines).is_empty(), "{lines}: {:?}", names(lines));
        }
    }

    #[test]
    fn a_pregnancy_is_known_by_its_weeks() {
        assert_eq!(
            names("D: You're thirty weeks and two days today. How's the baby?\nP: The baby kicks."),
            ["Pregnancy at 30 weeks"]
        );
        assert!(names("P: I'm six weeks out from the surgery.\nD: Good.").is_empty());
    }

    #[test]
    fn what_is_taken_for_an_illness_tells_of_it() {
        for (lines, illness) in [
            ("P: I take my thyroid pill, the levothyroxine.", "Hypothyroidism"),
            ("P: Amlodipine ten, for blood pressure.", "Hypertension"),
            ("P: I'm on rosuvastatin for my cholesterol.", "High cholesterol"),
        ] {
            assert_eq!(names(lines), [illness], "{lines}");
        }
        for lines in [
            "P: My wife takes a pill for blood pressure.",
            "D: I don't want that for your blood pressure.",
            "D: Let's check your blood pressure.",
        ] {
            assert!(names(lines).is_empty(), "{lines}: {:?}", names(lines));
        }
    }

    #[test]
    fn who_says_that_there_is_none_is_believed() {
        assert!(names("D: How's your diabetes?\nP: Fine.\nP: Well, I don't have diabetes.").is_empty());
    }

    #[test]
    fn an_inr_is_compared_with_the_range_that_was_said() {
        let above = "INR above the target range";
        assert_eq!(names("D: Your INR is four point one.\nD: We want you between two and three."), [above]);
        assert!(names("D: Your INR is two point five.\nD: We want you between two and three.").is_empty());
        assert!(names("D: Your INR is four point one.\nD: Sleep between seven and nine hours.").is_empty());
    }
}
