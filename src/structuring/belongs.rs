//! Lines that are no matter of the section they were written for: an order among the diagnoses, a vital sign among the
//! results. What they say stands elsewhere in the note, so they are left out without a word.

use std::{collections::HashSet, sync::LazyLock};

use regex::Regex;

use super::{
    facts::{Facts, context, diagnoses, findings, habits, orders, symptoms},
    text::{self, pattern},
    told,
    visit::Visit,
};
use crate::{
    domain::{Allergy, MedicationAction, SectionKind},
    language::numbers,
    terminology::DrugTable,
};

static MEASURED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(blood pressures?|bp|pulse|heart rate|rate|weight|weighs|temperatures?|temp|oxygen|saturations?|breathing|respirat\w+|height|bmi|body mass index|vitals?|vital signs?)\b",
    )
});
static INSTRUCTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\W*(?:continue|start|increase|decrease|order|refer|check|monitor|follow|take|stop|schedule|advise|recommend|repeat|call|keep|avoid|return|use|get|wear|rest|add|give|prescribe|review|discuss|ask|examine|see)\b",
    )
});
/// "Taking warfarin.", which is in the list of medicines.
static TAKES: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\W*(?:(?:the )?(?:patient|he|she|they) (?:is|are) )?(?:currently |still )?taking\b"));
static ABOUT_THE_NOTE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\bthis (?:assessment|section|note|list)\b|\b(?:the|a) (?:doctor|clinician|physician|provider|nurse) (?:has |had |also )*(?:not(?:es?|ed)|sa(?:id|ys)|mention(?:s|ed)|observ(?:es|ed)|found|finds|stat(?:es|ed)|report(?:s|ed)|explain(?:s|ed)|ask(?:s|ed)|discuss(?:es|ed)|confirm(?:s|ed)|record(?:s|ed)|think(?:s)?|thought|saw|sees)\b",
    )
});
static ABNORMAL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(elevat\w*|high|low|abnormal\w*|\w*therapeutic|positive|out of range|toxicity|overdose|deficien\w+|dependence|induced|abuse|use|allergy|reaction|side effects?)\b",
    )
});
static ADVICE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?:(?:is|was|are|were) (?:recommended|advised)|come back|follow[- ]up|should be (?:done|repeated))\b")
});
/// What a visit talks about in passing, said as if it were what ails the patient: "Allergies."
static HEADING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\W*(?:(?:known|drug|current|home|patient|daily) )?(?:allerg(?:y|ies)|medications?|medicines?|history|symptoms?|vitals?|vital signs|labs?|tests?|results?|plan|assessment|exam(?:ination)?|check-?up|visit)\W*$",
    )
});
/// What the patient tells is history, not a finding.
static TOLD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?:patient|he|she) (?:also )?(?:reports?|denies|states?|says|complains|describes|mentions|notes)\b")
});
/// What was measured another time.
static EARLIER: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:last (?:time|visit|year|month)|previously)\b"));
static SCORE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\W*(?:phq|gad|audit|moca|mmse|epds)\b"));

/// Whether a line says nothing but what the vital signs say; those have their own section.
pub fn repeats_vitals(line: &str, kind: SectionKind, facts: &Facts) -> bool {
    let values = numbers::numbers(line);
    let measured = |value: f64| facts.vitals.iter().any(|vital| (vital.value - value).abs() < 1e-6);
    let about_vitals =
        !values.is_empty() && values.iter().all(|number| measured(number.value)) && MEASURED.is_match(line);
    let rest = text::content_stems(&MEASURED.replace_all(line, ""));
    let results = || {
        let of_results = || facts.findings.iter().filter(|one| one.kind == SectionKind::Results);
        let held =
            |value: f64| of_results().any(|one| numbers::contains_value(&numbers::said_values(&one.text), value));
        !values.is_empty() && values.iter().all(|number| held(number.value)) && findings::names_a_test(line)
    };
    match kind {
        SectionKind::HistoryOfPresentIllness if results() => true,
        SectionKind::Results | SectionKind::PhysicalExam => about_vitals,
        SectionKind::HistoryOfPresentIllness => about_vitals && rest.len() <= 3,
        _ => false,
    }
}

/// Whether `line` of the assessment names as established what the clinician only supposed: "Gout." of "this could be gout". The
/// clinician's own words stand in its place.
pub fn is_only_supposed(line: &str, facts: &Facts) -> bool {
    let head = |text: &str| diagnoses::illnesses(text).pop();
    let Some(illness) = head(line).filter(|_| !diagnoses::is_supposed(line)) else { return false };
    let of_it =
        |one: &&findings::Finding| one.kind == SectionKind::Assessment && head(&one.text).as_ref() == Some(&illness);
    let mut named = facts.findings.iter().filter(of_it).peekable();
    let known = facts.illnesses.iter().any(|one| head(&one.name).as_ref() == Some(&illness));
    !known && named.peek().is_some() && named.all(|one| diagnoses::is_supposed(&one.text))
}

/// Whether a line of the history says nothing but what stands in another section as it was said. Whether it denies or
/// affirms it makes no difference: the words that were said are the better of the two.
pub fn repeats_findings(line: &str, kind: SectionKind, facts: &Facts) -> bool {
    use SectionKind::{FamilyHistory, HistoryOfPresentIllness, PastHistory, PhysicalExam, Results, SocialHistory};
    let together = |of: SectionKind| -> String {
        facts.findings.iter().filter(|one| one.kind == of).map(|one| format!("{} ", one.text)).collect()
    };
    let allergies = || {
        let one = |one: &Allergy| {
            format!(
                "history allergies allergic {} gave {} ",
                one.substance.as_str(),
                one.reaction.as_deref().unwrap_or_default()
            )
        };
        facts.allergies.known.iter().map(one).collect::<String>()
    };
    kind == HistoryOfPresentIllness
        && ([PhysicalExam, Results, SocialHistory, FamilyHistory]
            .into_iter()
            .any(|of| text::names_no_more(line, &together(of))))
        || matches!(kind, HistoryOfPresentIllness | PastHistory) && text::says_no_more(line, &allergies())
}

/// A chief complaint without what only the examination brought up: "Pain in the foot, no break in the skin."
pub fn as_complained(line: &str, visit: &Visit) -> String {
    let patients: HashSet<String> = visit
        .lines
        .iter()
        .filter(|line| line.by_patient_side())
        .flat_map(|line| text::content_stems(line.text()))
        .collect();
    let complained = |part: &&str| {
        let stems = text::content_stems(part);
        2 * stems.iter().filter(|stem| patients.contains(*stem)).count() > stems.len()
    };
    let mut parts = line.split(", ");
    let first = parts.next().unwrap_or_default();
    let kept: Vec<&str> = std::iter::once(first).chain(parts.take_while(complained)).collect();
    let kept = kept.join(", ");
    if kept.ends_with('.') { kept } else { format!("{kept}.") }
}

/// A diagnosis by the name that stands first: "BPH (Benign Prostatic Hyperplasia)" spells out what nobody said.
pub fn as_named(line: &str) -> String {
    static SPELT_OUT: LazyLock<Regex> = LazyLock::new(|| pattern(r"\s*\([^()]*\)"));
    SPELT_OUT.replace_all(line, "").into_owned()
}

/// The illnesses of an assessment line one by one, but for those that somebody named in one sentence and the line joins
/// with "with".
pub fn one_by_one(line: &str, visit: &Visit) -> Vec<String> {
    let together = |one: &str, other: &str| {
        let wanted = text::content_stems(&format!("{one} {other}"));
        visit.lines.iter().any(|line| {
            line.sentences.iter().any(|range| {
                let said = text::content_stems(&line.text()[range.clone()]);
                wanted.iter().all(|stem| said.contains(stem))
            })
        })
    };
    diagnoses::one_by_one(line, &together)
}

/// Whether a line says nothing but what the patient cannot take: that has its own section, and is no problem of the visit. A
/// reaction is one.
fn known_allergy(line: &str, facts: &Facts) -> bool {
    static ALLERGIC: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"^\W*(?:the )?(?:patient |he |she |is |known |history of |an? )*allerg(?:ic|y|ies) to\b")
    });
    // "Hives with Bactrim."
    static AFTER: LazyLock<Regex> =
        LazyLock::new(|| pattern(r" (?:with|from|to|after|on|when taking|due to) (?:the )?(.+?)\W*$"));
    let reacted = AFTER.captures(line).is_some_and(|found| {
        let names_a_drug = !DrugTable::bundled().mentions(&found[1]).is_empty();
        // Bactrim is a sulfa drug: the reaction tells that it is this one.
        let reaction = |one: &Allergy| {
            let told = one.reaction.as_deref().map(text::content_stems).unwrap_or_default();
            names_a_drug && text::content_stems(line).iter().any(|stem| told.contains(stem))
        };
        facts.allergies.known.iter().any(reaction)
    });
    reacted
        || ALLERGIC.is_match(line)
            && facts.allergies.known.iter().any(|one| {
                text::says_no_more(line, &format!("known history patient allergy allergic {}", one.substance.as_str()))
            })
}

/// "Lungs clear.", "Heart rate.": a part of the body or a measurement with nothing wrong about it is no problem.
fn only_looked_at(line: &str) -> bool {
    static NORMAL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:clear|normal|regular|fine|good|intact|stable|soft|healthy|okay|ok|unremarkable|present|equal|symmetric\w*|negative|within|limits|range|findings?|exam\w*|sounds?|function|level|baby|fetal|measur\w+|show\w*|both|left|right|bilateral\w*|upper|lower)\b",
        )
    });
    let rest = NORMAL.replace_all(line, "");
    let rest = MEASURED.replace_all(&rest, "");
    !ABNORMAL.is_match(line) && text::content_stems(&findings::without_body_parts(&rest)).is_empty()
}

/// Whether a line of the chief complaint names what somebody comes with.
fn complains(line: &str) -> bool {
    static REASON: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:follow\w*|check\w*|visit|refills?|medic\w+|exam\w*|physical|tests?|results?|pregnan\w+|prenatal|vaccin\w*|shots?|forms?|letter|referral|surg\w+|operation|wound|sugars?|cholesterol|thinner|review\w*|concern\w*|questions?|problems?|trouble|management|screening|counsel\w*|birth control|contracepti\w*)\b",
        )
    });
    REASON.is_match(line) || told::names_a_complaint(line) || diagnoses::names_an_illness(line)
}

/// "Examine the patient's back and leg": an examination of today, which a small model puts under the plan. One that is still
/// to come says when, or who does it.
fn examines_now(line: &str) -> bool {
    static EXAMINES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:also )?(?:examine|inspect|palpate|auscultate|listen to|look at|(?:re-?)?check|assess|measure|take|evaluate) (?:(?:the|his|her|their|mrs?\.?|ms\.?|\w+'s) )*",
        )
    });
    static TO_COME: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:every|each|daily|weekly|monthly|twice|once|times|regularly|often|in (?:\w+ ){1,3}(?:days?|weeks?|months?|years?)|next|at home|before|after|self|yourself|follow[- ]up|return|recheck|tomorrow|later|until|if|when|for (?:\w+ ){1,3}(?:days?|weeks?|months?)|morning|evening|night)\b",
        )
    });
    static OF_ADVICE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\W*(?:check|take|look at|measure) the\b"));
    let Some(lead) = EXAMINES.find(line) else { return false };
    let rest = &line[lead.end()..];
    // "Check the feet for sores" may be advice; "check the patient's feet" is not.
    let of_patient = !OF_ADVICE.is_match(line) || lead.as_str().contains("patient's");
    let examined = MEASURED.is_match(rest) || findings::names_a_body_part(rest);
    of_patient && examined && !TO_COME.is_match(line) && !findings::names_a_test(line) && orders::tests(line).is_empty()
}

/// "No fever.": an answer of the visit, which a small model puts under the plan. "No lifting" is an instruction.
fn denies_a_symptom(line: &str) -> bool {
    static NO: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\W*(?:no|denies)\b"));
    let denied = NO.find(line).map(|no| &line[no.end()..]);
    denied.is_some_and(|rest| symptoms::LEXICON.iter().any(|entry| entry.pattern.is_match(rest)))
}

/// Whether a line of the plan says what is to be done: half a sentence ("Minutes, or black stools.") does not.
fn says_what_to_do(line: &str) -> bool {
    static DOES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:will|should|must|to be|need(?:s|ed)? to|advised?|recommend\w*|plan\w*|prescri\w+|refer\w*|follow(?:[- ]?up|ing up)?|order\w*|schedul\w*|continu\w+|start\w*|stop\w*|increas\w+|decreas\w+|repeat\w*|re-?check\w*|monitor\w*|avoid\w*|return|counsel\w*|educat\w*|discuss\w*|therapy|rest|ice|diet|exercises?|surgery|vaccin\w+|injections?|clinic|appointment|diary|log|call|if)\b",
        )
    });
    // The imperative begins a line: "Take it with food."
    static IMPERATIVE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:then |please |also |and )?(?:apply|put|drink|eat|try|do|don't|do not|no|go|come|have|switch|change|cut|reduce|hold|skip|finish|complete|measure|weigh|elevate|soak|wash|clean|stay|sleep|walk|stretch|lose|quit|book|bring|send|obtain|draw|perform|consider|begin|resume|swap|double|halve|taper|limit|watch|look|let|make|remove|wean|record|track|test|screen|contact|leave|carry|stick)\b",
        )
    });
    DOES.is_match(line)
        || IMPERATIVE.is_match(line)
        || INSTRUCTION.is_match(line)
        || !orders::tests(line).is_empty()
        || !DrugTable::bundled().mentions(line).is_empty()
}

/// Whether a line is of the kind that section `kind` holds.
pub fn belongs(line: &str, kind: SectionKind, facts: &Facts) -> bool {
    let drugs = DrugTable::bundled().mentions(line);
    let begins_with_a_drug = drugs.first().is_some_and(|first| first.range.start == 0) && !ABNORMAL.is_match(line);
    match kind {
        // A medicine is neither a finding nor a result; it has its own section.
        // What the patient smokes and drinks is the social history's, in the patient's words.
        SectionKind::HistoryOfPresentIllness => habits::habits(line).is_empty(),
        SectionKind::PhysicalExam => {
            !EARLIER.is_match(line) && drugs.is_empty() && !INSTRUCTION.is_match(line) && !TOLD.is_match(line)
        }
        SectionKind::Results => {
            let measured =
                findings::names_a_test(line) || !orders::tests(line).is_empty() || !numbers::numbers(line).is_empty();
            measured && drugs.is_empty() && !INSTRUCTION.is_match(line) && !ADVICE.is_match(line)
        }
        SectionKind::PastHistory => {
            let begun = |name: &str| {
                facts.medications.iter().any(|one| one.name == name && one.action == MedicationAction::Start)
            };
            // What the patient smokes and drinks is the social history's.
            habits::habits(line).is_empty()
                && !ORGAN.is_match(line)
                && !orders::begins_with_a_test(without_article(line))
                && !begins_with_a_drug
                && !SCORE.is_match(line)
                && !drugs.iter().any(|mention| begun(mention.drug.name))
        }
        SectionKind::Assessment => {
            let valued = names_its_value(line) && !ABNORMAL.is_match(line);
            let order = orders::begins_with_a_test(line) && !ABNORMAL.is_match(line) || valued;
            let talk = INSTRUCTION.is_match(line)
                || TAKES.is_match(line)
                || ABOUT_THE_NOTE.is_match(line)
                || SCORE.is_match(line);
            !begins_with_a_drug
                && !order
                && !talk
                && !only_looked_at(line)
                && !HEADING.is_match(line)
                && !known_allergy(line, facts)
        }
        SectionKind::ChiefComplaint => complains(line) && !is_found(line, facts),
        SectionKind::FamilyHistory => context::names_a_relative(line),
        // When to come back stands there as it was said.
        SectionKind::Plan => {
            let is_advised = facts.findings.iter().any(|finding| finding.kind == SectionKind::Plan);
            // "Take kidneys, potassium and a BNP."
            let takes_tests = TAKE.is_match(line) && drugs.is_empty() && !orders::tests(line).is_empty();
            // What to look out for stands in the clinician's words.
            !(is_advised && (context::safety_net(line) || CONDITION.is_match(line)))
                && !takes_tests
                && !examines_now(line)
                && !denies_a_symptom(line)
                && says_what_to_do(line)
        }
        _ => true,
    }
}

static TAKE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\W*take\b"));
static CONDITION: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:if|unless)\b"));
/// "The liver.": what was examined or tested is no illness.
static ORGAN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\W*(?:(?:the|her|his|your|both) )?(?:liver|heart|lungs?|kidneys?|thyroid|stomach|blood|bones?|back|knees?|hips?|eyes|feet|legs|hands?|wrists?|skin|chest|belly)\W*$",
    )
});
/// "The TSH is four point six.": a value, and no diagnosis.
static IS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:is|was|of|at|came back|measures?)\b"));

/// Whether `line` begins with a test and goes on with its value.
fn names_its_value(line: &str) -> bool {
    let line = without_article(line);
    let Some(is) = IS.find(line).or_else(|| S.find(line)) else { return false };
    let head = line[..is.start()].trim();
    let names_a_test = orders::begins_with_a_test(head) || findings::names_a_test(head);
    head.split_whitespace().count() <= WORDS_OF_A_TEST
        && !head.contains(',')
        && names_a_test
        && !numbers::numbers(&line[is.end()..]).is_empty()
}

/// "The hemoglobin's ten point one."
static S: LazyLock<Regex> = LazyLock::new(|| pattern(r"'s\b"));
/// Words of the name of a test, at most.
const WORDS_OF_A_TEST: usize = 2;

fn without_article(line: &str) -> &str {
    let lower = line.to_lowercase();
    ["the ", "your ", "her ", "his "]
        .iter()
        .find(|article| lower.starts_with(**article))
        .map_or(line, |article| &line[article.len()..])
}

/// Whether `line` says what the clinician found on examining.
fn is_found(line: &str, facts: &Facts) -> bool {
    let wanted = text::content_stems(line);
    facts.findings.iter().filter(|finding| finding.kind == SectionKind::PhysicalExam).any(|finding| {
        let stems = text::content_stems(&finding.text);
        !wanted.is_empty() && wanted.iter().all(|stem| stems.contains(stem))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structuring::{facts, testing::transcript};

    #[test]
    fn orders_and_medicines_are_no_diagnoses() {
        for line in
            ["Taking warfarin.", "Synthroid for thyroid function.", "Urine culture.", "Continue metformin.", "PHQ 9."]
        {
            assert!(!belongs(line, SectionKind::Assessment, &Facts::default()), "{line}");
        }
        for line in [
            "Hypertension.",
            "Supratherapeutic INR.",
            "Gout, on allopurinol.",
            "Warfarin toxicity.",
            "Seasonal allergies.",
        ] {
            assert!(belongs(line, SectionKind::Assessment, &Facts::default()), "{line}");
        }
        for line in ["Allergies.", "Current medications."] {
            assert!(!belongs(line, SectionKind::Assessment, &Facts::default()), "{line}");
        }
        assert!(!belongs("Sertraline.", SectionKind::PastHistory, &Facts::default()));
        assert!(!belongs("Asked about allergies at the front desk.", SectionKind::FamilyHistory, &Facts::default()));
    }

    #[test]
    fn an_organ_is_no_problem_and_small_talk_no_complaint() {
        for line in ["Lungs clear.", "Heart rate.", "The lungs are clear.", "The right eardrum.", "Blood pressure."] {
            assert!(!belongs(line, SectionKind::Assessment, &Facts::default()), "{line}");
        }
        for line in
            ["High blood pressure.", "Knee pain.", "Elevated heart rate.", "Cough.", "Lung nodule.", "Weight gain."]
        {
            assert!(belongs(line, SectionKind::Assessment, &Facts::default()), "{line}");
        }
        assert!(!belongs("Named the puppy already.", SectionKind::ChiefComplaint, &Facts::default()));
        assert!(belongs("Follow-up of diabetes.", SectionKind::ChiefComplaint, &Facts::default()));
    }

    #[test]
    fn a_complaint_is_the_patients() {
        let said = transcript("P: I have this pain in my left foot, it's red.\nD: There's no break in the skin.");
        let visit = Visit::new(&said);
        assert_eq!(as_complained("Pain in left foot, red, no break in skin.", &visit), "Pain in left foot, red.");
        assert_eq!(as_complained("Left foot pain.", &visit), "Left foot pain.");
    }

    #[test]
    fn an_examination_of_today_is_no_plan() {
        let planned = |line: &str| belongs(line, SectionKind::Plan, &Facts::default());
        for line in [
            "Examine the patient's shoulder and arm for signs of a frozen shoulder.",
            "Check the patient's feet for any sores.",
            "Examine Mrs. Lopez's pulse and breathing again.",
            "Listen to the lungs.",
            "Check the patient's blood pressure and pulse.",
        ] {
            assert!(!planned(line), "{line}");
        }
        for line in [
            "Check the feet for sores every evening.",
            "Check the feet for sores.",
            "Check blood pressure at home.",
            "Recheck the patient's blood pressure in two weeks.",
            "Examine the wound again in three days.",
            "Check the patient's potassium.",
            "Take the inhaler before exercise.",
            "X-ray of the foot.",
        ] {
            assert!(planned(line), "{line}");
        }
    }

    #[test]
    fn a_plan_says_what_to_do() {
        let planned = |line: &str| belongs(line, SectionKind::Plan, &Facts::default());
        for line in [
            "Minutes, or black stools.",
            "Doctor on Friday with the result.",
            "Three times a day, for an abscess.",
            "No fever.",
            "No chest pain, it's just tight.",
        ] {
            assert!(!planned(line), "{line}");
        }
        for line in [
            "Take it with food.",
            "CBC and a metabolic panel.",
            "Physical therapy twice a week.",
            "Amoxicillin for ten days.",
            "The patient will keep a headache diary.",
            "Elevate the leg.",
            "No lifting for two weeks.",
        ] {
            assert!(planned(line), "{line}");
        }
    }

    #[test]
    fn an_allergy_is_no_history() {
        let said = transcript("D: Any allergies?\nP: Yes, penicillin. It gave me a rash.");
        let facts = facts::facts(&said, DrugTable::bundled());
        assert!(repeats_findings(
            "The patient has a rash from penicillin.",
            SectionKind::HistoryOfPresentIllness,
            &facts
        ));
        assert!(!repeats_findings("The patient has a rash on the arm.", SectionKind::HistoryOfPresentIllness, &facts));
    }

    #[test]
    fn an_allergy_is_no_problem_of_the_visit() {
        let said = transcript("D: Any allergies?\nP: I'm allergic to amoxicillin, it gave me hives.");
        let facts = facts::facts(&said, DrugTable::bundled());
        let stands = |line: &str| belongs(line, SectionKind::Assessment, &facts);
        assert!(!stands("Allergic to amoxicillin.") && !stands("Allergy to amoxicillin."));
        assert!(stands("Allergic reaction to amoxicillin.") && stands("Allergic rhinitis."));
        let said = transcript("P: And sulfa, I got hives from Bactrim in college.\nD: Okay. Hives with Bactrim.");
        let facts = facts::facts(&said, DrugTable::bundled());
        assert!(!belongs("Hives with Bactrim.", SectionKind::Assessment, &facts));
        assert!(belongs("Hives with fever.", SectionKind::Assessment, &facts));
    }

    #[test]
    fn findings_are_no_history() {
        let said = transcript("P: My lungs feel tight.\nD: Lungs are clear. Heart is regular.");
        let facts = facts::facts(&said, DrugTable::bundled());
        assert!(repeats_findings("Lungs are clear.", SectionKind::HistoryOfPresentIllness, &facts));
        let said =
            transcript("D: There's no break in the skin and the ankle is normal.\nP: I have two beers most evenings.");
        let other = facts::facts(&said, DrugTable::bundled());
        for line in ["The ankle is normal.", "The patient has two beers most evenings."] {
            assert!(repeats_findings(line, SectionKind::HistoryOfPresentIllness, &other), "{line}");
        }
        assert!(!repeats_findings("Lungs feel tight.", SectionKind::HistoryOfPresentIllness, &facts));
        assert!(!repeats_findings("Lungs are clear.", SectionKind::PhysicalExam, &facts));
    }

    #[test]
    fn vital_signs_stand_once() {
        let said = transcript("D: Your blood pressure is 152 over 94 and your pulse is 76. Your A1c came back at 7.8.");
        let facts = facts::facts(&said, DrugTable::bundled());
        assert!(repeats_vitals("Pulse: 76.", SectionKind::Results, &facts));
        assert!(repeats_vitals("Blood pressure: 152/94.", SectionKind::PhysicalExam, &facts));
        assert!(!repeats_vitals("A1c 7.8.", SectionKind::Results, &facts));
        assert!(!repeats_vitals("Blood pressure 152/94.", SectionKind::Vitals, &facts));
    }

    #[test]
    fn what_was_examined_or_tested_is_no_illness() {
        let facts = facts::facts(
            &transcript("P: My wrist hurts.\nD: The right wrist is swollen and tender."),
            crate::terminology::DrugTable::bundled(),
        );
        for (line, kind) in [
            ("The liver.", SectionKind::PastHistory),
            ("TSH is slow.", SectionKind::PastHistory),
            ("The TSH is four point six.", SectionKind::Assessment),
            ("The right wrist is swollen and tender.", SectionKind::ChiefComplaint),
        ] {
            assert!(!belongs(line, kind, &facts), "{line}");
        }
        assert!(belongs("Liver disease.", SectionKind::PastHistory, &facts));
        for line in ["High TSH.", "Type 2 diabetes, A1c of 9.1.", "Anemia, hemoglobin is 8.2."] {
            assert!(belongs(line, SectionKind::Assessment, &facts), "{line}");
        }
    }
}
