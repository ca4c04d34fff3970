//! Whether words that were said carry what a statement makes of them: a condition that was only asked about, an order
//! taken for a result, a length of time nobody gave, a decision that was taken back.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{
    asserted, concepts,
    support::{Index, Unit},
};
use crate::{
    domain::{Medication, MedicationAction, Role, SectionKind},
    language::{numbers, questions::is_question},
    structuring::{
        facts::{Facts, context, habits, medications, orders},
        text::{self, pattern},
    },
    terminology::{DrugTable, is_lasting},
};

/// The first fault of what `statement` means, as a reason for the clinician.
pub fn fault(statement: &str, kind: Option<SectionKind>, index: &Index, facts: &Facts) -> Option<String> {
    never_affirmed(statement, kind, index)
        .or_else(|| affirmed_after_all(statement, kind, index))
        .or_else(|| found_only_now(statement, kind, index))
        .or_else(|| only_warned_of(statement, kind, index))
        .or_else(|| habit_turned(statement, kind, facts))
        .or_else(|| habit_not_said(statement, index))
        .or_else(|| denied_outright(statement, kind, index))
        .or_else(|| test_not_said(statement, kind, index))
        .or_else(|| ordered_only(statement, kind, index, facts))
        .or_else(|| corrected_number(statement, facts))
        .or_else(|| day_not_said(statement, index))
        .or_else(|| length_not_said(statement, index))
        .or_else(|| decided_otherwise(statement, kind, facts))
        .or_else(|| taken_by_another(statement, kind, facts))
}

/// A symptom or condition as the patient's own, although it only came up in denials, questions answered with no,
/// warnings, and talk of somebody else.
fn never_affirmed(statement: &str, kind: Option<SectionKind>, index: &Index) -> Option<String> {
    let of_the_patient = kind.is_some_and(|kind| {
        use SectionKind::{Assessment, ChiefComplaint, HistoryOfPresentIllness, PastHistory, PhysicalExam};
        matches!(kind, Assessment | ChiefComplaint | HistoryOfPresentIllness | PastHistory | PhysicalExam)
    });
    if !of_the_patient {
        return None;
    }
    if SUPPOSED.is_match(statement) {
        return ruled_out(statement, index);
    }
    let (_, range) = concepts::conditions(statement).into_iter().find(|(key, range)| {
        let before = &statement[..range.start];
        !context::negates(before) && !context::names_a_relative(before) && only_unaffirmed(key, index)
    })?;
    Some(format!("{} was not affirmed of the patient", statement[range].to_lowercase()))
}

/// An illness of the past that the clinician has only found now, or that somebody else had.
fn found_only_now(statement: &str, kind: Option<SectionKind>, index: &Index) -> Option<String> {
    static HISTORY: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:history of|previous\w*|last (?:year|winter|summer|month))\b"));
    static FINDS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:i think|looks? like|sounds? like|this is|consistent with|you(?:'ve| have)? got|most likely|probably)\b",
        )
    });
    use SectionKind::{HistoryOfPresentIllness, PastHistory};
    let past = kind == Some(PastHistory) || kind == Some(HistoryOfPresentIllness) && HISTORY.is_match(statement);
    if !past || context::names_a_relative(statement) {
        return None;
    }
    // What stays with somebody is of the past too, although the clinician says that it is there.
    static HAS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:(?:you|he|she)(?:'s got| has| have)|shows?|showed|acute|so (?:it's|that's))\b")
    });
    static THEN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:had|was|were|last|ago|before|previous\w*|history|in (?:(?:19|20)\d\d|january|february|march|april|may|june|july|august|september|october|november|december|the (?:spring|summer|fall|autumn|winter)))\b",
        )
    });
    let finds = |unit: &Unit, lasting: bool| {
        let line = index.line(unit.line);
        let has = || !lasting && HAS.is_match(line.text()) && !THEN.is_match(index.sentence(unit));
        line.by_clinician() && (FINDS.is_match(line.text()) || has())
    };
    let flares = FLARE.find(statement).filter(|_| kind == Some(PastHistory) && !HISTORY.is_match(statement));
    if let Some(flare) = flares {
        let word = flare.as_str().to_lowercase();
        let mut naming = index.units.iter().filter(|unit| index.sentence(unit).to_lowercase().contains(&word));
        if naming.all(|unit| finds(unit, false)) {
            return Some(format!("{word} was not said of the patient's past"));
        }
    }
    let (_, range) = concepts::illnesses(statement).into_iter().find(|(keys, range)| {
        let mut naming = index.units.iter().enumerate().filter(|(_, unit)| keys.iter().any(|key| unit.names(key)));
        // "Ear infection in September", of one that is there again.
        let lasting = is_lasting(&statement[range.clone()]) || THEN.is_match(statement);
        let only_now = |(at, unit): (usize, &Unit)| {
            finds(unit, lasting) || keys.iter().all(|key| unaffirmed(key, at, unit, index))
        };
        !context::negates(&statement[..range.start]) && naming.clone().next().is_some() && naming.all(only_now)
    })?;
    Some(format!("{} was not said of the patient's past", statement[range].to_lowercase()))
}

/// An illness that is worse just now.
static FLARE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:flare|exacerbation)\b"));

/// "Possible appendicitis" where it was only said not to be one.
fn ruled_out(statement: &str, index: &Index) -> Option<String> {
    let only_denied = |key: &str| {
        let mut naming = index.units.iter().filter(|unit| unit.names(key)).map(|unit| index.sentence(unit)).peekable();
        naming.peek().is_some() && naming.all(|sentence| !is_question(sentence) && context::has_negation(sentence))
    };
    let (_, range) = concepts::illnesses(statement).into_iter().find(|(keys, range)| {
        !context::negates(&statement[..range.start]) && keys.iter().any(|key| only_denied(key))
    })?;
    Some(format!("{} was said not to be there", statement[range].to_lowercase()))
}

/// Words by which a statement itself leaves open whether something is there.
static SUPPOSED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:possibl[ey]|probabl[ey]|suspect\w*|rule[- ]out|concern\w*|worr\w+|risk|if|likely|versus|vs|screening|prevent\w*)\b",
    )
});

/// Whether the concept was said, and never affirmed of the patient.
fn only_unaffirmed(concept: &str, index: &Index) -> bool {
    let mut naming = index.units.iter().enumerate().filter(|(_, unit)| unit.names(concept)).peekable();
    naming.peek().is_some() && naming.all(|(at, unit)| unaffirmed(concept, at, unit, index))
}

fn unaffirmed(concept: &str, at: usize, unit: &Unit, index: &Index) -> bool {
    let sentence = index.sentence(unit);
    let warned_of = index.line(unit.line).by_clinician() && context::hypothetical(sentence);
    if unit.of_another || warned_of || asserted::is_asked_of_another(unit, index) {
        return true;
    }
    // "Should I have the pneumonia shot?" "Yes.": nobody has it.
    if context::names_a_vaccine(sentence) && !concepts::conditions(sentence).iter().any(|(key, _)| key == concept) {
        return true;
    }
    if is_question(sentence) && index.whole_answer(at).is_some_and(|answer| is_denied_in(concept, answer)) {
        return true;
    }
    if is_question(sentence) {
        let asked_of_the_clinician = matches!(index.line(unit.line).utterance.role, Role::Patient | Role::Other);
        return index.answer(at).is_none_or(|answer| {
            // "Is that the one that makes your ankles swell?" "It can."
            if asked_of_the_clinician {
                return !context::affirms(answer) || context::hypothetical(sentence);
            }
            let of_another = context::of_another_person(answer) && !context::affirms(answer);
            context::denies(answer) || of_another || context::answers_of_another(answer)
        });
    }
    let named = concepts::conditions(sentence);
    let mut own = named.iter().filter(|(key, _)| key == concept);
    own.all(|(_, range)| {
        let (before, after) = (&sentence[..range.start], &sentence[range.end..]);
        context::negates(before) || context::of_another_person(before) && !context::includes_oneself(after)
    })
}

/// "I had an ulcer that bled. Never a stroke."
fn is_denied_in(concept: &str, answer: &str) -> bool {
    text::sentences(answer).into_iter().map(|range| &answer[range]).any(|sentence| {
        let named = concepts::conditions(sentence);
        let mut own = named.iter().filter(|(key, _)| key == concept).peekable();
        own.peek().is_some() && own.all(|(_, range)| context::negates(&sentence[..range.start]))
    })
}

/// An illness denied in the note that was affirmed of the patient: "no heart trouble" after a heart attack.
fn affirmed_after_all(statement: &str, kind: Option<SectionKind>, index: &Index) -> Option<String> {
    use SectionKind::{Assessment, FamilyHistory, HistoryOfPresentIllness, PastHistory};
    if !matches!(kind, Some(Assessment | FamilyHistory | HistoryOfPresentIllness | PastHistory)) {
        return None;
    }
    let denied = |range: &Range<usize>| {
        let before = &statement[..range.start];
        context::negates(before) && !context::names_a_relative(before)
    };
    let illnesses = concepts::illnesses(statement).into_iter().filter(|(_, range)| denied(range));
    let of_family = context::names_a_relative(statement);
    let held = |key: &String| if of_family { affirmed_of_another(key, index) } else { affirmed(key, index) };
    let (_, range) = illnesses.into_iter().find(|(keys, _)| keys.iter().any(held))?;
    Some(format!("{} was affirmed", statement[range].to_lowercase()))
}

fn affirmed_of_another(concept: &str, index: &Index) -> bool {
    index.units.iter().any(|unit| {
        let sentence = index.sentence(unit);
        unit.of_another && unit.names(concept) && !is_question(sentence) && !context::has_negation(sentence)
    })
}

/// Whether somebody said plainly that the patient has, or had, what `concept` names.
fn affirmed(concept: &str, index: &Index) -> bool {
    index.units.iter().enumerate().any(|(at, unit)| {
        let sentence = index.sentence(unit);
        unit.names(concept)
            && !is_question(sentence)
            && !context::hypothetical(sentence)
            && !context::has_negation(sentence)
            && !SUPPOSED.is_match(sentence)
            && !unaffirmed(concept, at, unit, index)
    })
}

/// "A history of smoking" where nobody spoke of smoking.
fn habit_not_said(statement: &str, index: &Index) -> Option<String> {
    let said = |topic: &str| {
        index.units.iter().any(|unit| habits::habits(index.sentence(unit)).iter().any(|(named, _)| *named == topic))
    };
    let (topic, _) = habits::habits(statement).into_iter().find(|(topic, _)| !said(topic))?;
    Some(format!("{} was not spoken of", topic.to_lowercase()))
}

/// "Does not drink" where the patient told what they drink.
fn habit_turned(statement: &str, kind: Option<SectionKind>, facts: &Facts) -> Option<String> {
    use SectionKind::{HistoryOfPresentIllness, SocialHistory};
    if !matches!(kind, Some(HistoryOfPresentIllness | SocialHistory)) {
        return None;
    }
    static OVER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:former\w*|ex|quit|stopped|gave (?:it|them|that|up)|given (?:it |them )?up|used to|previous\w*|past|no longer|ago|until|since|cut down)\b",
        )
    });
    let told = |topic: &str, so: &dyn Fn(&str) -> bool| {
        let mut of_topic = facts.findings.iter().filter(|one| one.topic == Some(topic)).peekable();
        of_topic.peek().is_some() && of_topic.all(|one| so(&one.text))
    };
    let of_others = context::names_a_relative(statement) || context::of_another_person(statement);
    habits::habits(statement).into_iter().find_map(|(topic, start)| {
        let denied = context::negates(&statement[..start]);
        let over = OVER.is_match(statement);
        let turned = if denied {
            told(topic, &|text| !context::has_negation(text)).then_some("was affirmed")
        } else if of_others || over {
            None
        } else if told(topic, &|text| context::negates_a_habit(text)) {
            Some("was denied")
        } else {
            told(topic, &|text| OVER.is_match(text)).then_some("was given up")
        };
        turned.map(|turned| format!("{} {turned}", topic.to_lowercase()))
    })
}

/// What the clinician only warned of, among what is there: "low sugars, and a yeast infection or burning".
fn only_warned_of(statement: &str, kind: Option<SectionKind>, index: &Index) -> Option<String> {
    use SectionKind::{ChiefComplaint, HistoryOfPresentIllness, PastHistory};
    let told = matches!(kind, Some(ChiefComplaint | HistoryOfPresentIllness | PastHistory));
    if !told || context::hypothetical(statement) {
        return None;
    }
    let warned = |stem: &String| {
        let mut naming = index.units.iter().filter(|unit| unit.names(stem)).peekable();
        naming.peek().is_some()
            && naming.all(|unit| index.line(unit.line).by_clinician() && context::hypothetical(index.sentence(unit)))
    };
    let mut stems = text::content_stems(statement);
    stems.retain(warned);
    (stems.len() >= WARNED_WORDS).then(|| "this was said of what may happen".to_owned())
}

/// Words of a statement that are in nothing but warnings, from which on it tells what was only warned of.
const WARNED_WORDS: usize = 2;

/// Words of a line that is compared as a whole with a denial, at most.
const SHORT_LINE: usize = 3;

/// "Murmur." where only "no murmur" was said.
fn denied_outright(statement: &str, kind: Option<SectionKind>, index: &Index) -> Option<String> {
    let stems = text::content_stems(statement);
    let short = (1..=SHORT_LINE).contains(&stems.len());
    if !short || kind == Some(SectionKind::Plan) || context::has_negation(statement) {
        return None;
    }
    let mut saying = index.units.iter().filter(|unit| stems.iter().all(|stem| unit.names(stem))).peekable();
    let denied = |unit: &Unit| {
        let sentence = index.sentence(unit);
        let words = text::tokens(sentence);
        let mut named = words.iter().filter(|word| stems.contains(&text::stem(&word.lower)));
        named.all(|word| context::negates(&sentence[..word.range.start]))
    };
    (saying.peek().is_some() && saying.all(denied)).then(|| "it was said not to be there".to_owned())
}

/// Whether a line of section `kind` about a test tells what it showed; the plan and the assessment say what is to be done.
fn tells_results(kind: Option<SectionKind>) -> bool {
    use SectionKind::{ChiefComplaint, HistoryOfPresentIllness, PastHistory, PhysicalExam, Results};
    matches!(kind, Some(ChiefComplaint | HistoryOfPresentIllness | PastHistory | PhysicalExam | Results))
}

/// A test with a finding, although nobody spoke of that test.
fn test_not_said(statement: &str, kind: Option<SectionKind>, index: &Index) -> Option<String> {
    if !tells_results(kind) {
        return None;
    }
    let said = |test: &String| {
        let stems = text::content_stems(test);
        let keys = || concepts::concepts(test).into_iter().map(|concept| concept.key).chain(stems.iter().cloned());
        stems.is_empty() || index.units.iter().any(|unit| keys().any(|key| unit.names(&key)))
    };
    let test = orders::tests(statement).into_iter().find(|test| !said(test))?;
    Some(format!("{} was not said", test.to_lowercase()))
}

/// A test as done and found although it was only ordered.
fn ordered_only(statement: &str, kind: Option<SectionKind>, index: &Index, facts: &Facts) -> Option<String> {
    if !tells_results(kind) {
        return None;
    }
    let ordered = |stems: &[String]| {
        facts.orders.iter().any(|order| shares_all(&text::content_stems(orders::matter(order)), stems))
    };
    let reported = |stems: &[String]| {
        index.units.iter().map(|unit| index.sentence(unit)).any(|sentence| {
            let named = orders::tests(sentence).iter().any(|test| shares_all(&text::content_stems(test), stems));
            named && !orders::orders_something(sentence) && !is_question(sentence) && !context::hypothetical(sentence)
        })
    };
    let test = orders::tests(statement).into_iter().find(|test| {
        let stems = text::content_stems(test);
        ordered(&stems) && !reported(&stems)
    })?;
    Some(format!("{} was ordered; no result was said", test.to_lowercase()))
}

/// Whether one of the two names holds all words of the other: "x-ray" and "chest x-ray".
fn shares_all(one: &[String], other: &[String]) -> bool {
    let within = |few: &[String], many: &[String]| !few.is_empty() && few.iter().all(|word| many.contains(word));
    within(one, other) || within(other, one)
}

static LENGTH: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^[\s-]*(?:(?:to|or) [\w-]+ )?(second|minute|hour|day|week|month|year)s?\b([- ]old)?"));

static LOOSE_LENGTH: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(an?|couple(?: of)?|half an?) (second|minute|hour|day|week|month|year)s?\b"));

/// The lengths of time of `text`: how many, of what, and where.
pub fn lengths(text: &str) -> Vec<(f64, String, Range<usize>)> {
    let counted = numbers::numbers(text).into_iter().filter_map(|number| {
        let unit = LENGTH.captures(&text[number.range.end..]).filter(|unit| unit.get(2).is_none())?;
        let place = number.range.start..number.range.end + unit[0].len();
        Some((number.value, unit[1].to_lowercase(), place))
    });
    let loose = LOOSE_LENGTH.captures_iter(text).map(|found| {
        let value = match found[1].to_lowercase().as_bytes() {
            [b'c', ..] => 2.0,
            [b'h', ..] => 0.5,
            _ => 1.0,
        };
        (value, found[2].to_lowercase(), found.get(0).map_or(0..0, |whole| whole.range()))
    });
    counted.chain(loose).collect()
}

/// Words of an answer that gives a number and leaves its unit to the question, at most.
const SHORT_ANSWER: usize = 5;

/// "Two weeks" where weeks were never counted as two.
fn length_not_said(statement: &str, index: &Index) -> Option<String> {
    let said = |(value, unit, _): &(f64, String, Range<usize>)| {
        index.units.iter().enumerate().any(|(at, one)| {
            let sentence = index.sentence(one);
            let own = lengths(sentence);
            // "Six months? No, more like eight."
            let short = || sentence.split_whitespace().count() <= SHORT_ANSWER || context::corrects(sentence);
            let bare = || !own.iter().any(|(said, ..)| said == value) && numbers::contains_value(&one.values, *value);
            let asked = || index.neighbours(at).any(|near| near.counts(unit));
            own.iter().any(|(said, of, _)| said == value && of == unit) || bare() && short() && asked()
        })
    };
    let (value, unit, _) = lengths(statement).into_iter().find(|length| !said(length))?;
    Some(format!("{value} {unit}s was not said"))
}

/// "Tomorrow" where nobody spoke of it.
fn day_not_said(statement: &str, index: &Index) -> Option<String> {
    static DAY: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:tomorrow|yesterday|tonight|(?:next|last) (?:day|night|week|weekend|month|year|spring|summer|fall|autumn|winter)|(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|april|june|july|august|september|october|november|december)\b",
        )
    });
    let said = |day: &str| index.units.iter().any(|unit| index.sentence(unit).to_lowercase().contains(day));
    let day = DAY.find_iter(statement).map(|day| day.as_str().to_lowercase()).find(|day| !said(day))?;
    Some(format!("{day} was not said"))
}

fn corrected_number(statement: &str, facts: &Facts) -> Option<String> {
    let wrong = |one: &numbers::Counted| facts.corrected_numbers.iter().any(|corrected| corrected.same(one));
    let found = numbers::counted(statement).into_iter().find(wrong)?;
    Some(format!("{} was corrected", found.value))
}

/// A line of the plan that changes a medicine otherwise than was decided.
fn decided_otherwise(statement: &str, kind: Option<SectionKind>, facts: &Facts) -> Option<String> {
    use MedicationAction::{Continue, Decrease, Increase, Start, Stop};
    if kind != Some(SectionKind::Plan) {
        return None;
    }
    let contradicts = |claimed: MedicationAction, decided: MedicationAction| match claimed {
        Increase => matches!(decided, Continue | Decrease | Stop),
        Decrease => matches!(decided, Continue | Increase | Stop),
        Stop => matches!(decided, Continue | Increase | Decrease | Start),
        Start | Continue => decided == Stop,
        _ => false,
    };
    let mentions = DrugTable::bundled().mentions(statement);
    let wrong = mentions.iter().enumerate().find(|(at, mention)| {
        // "Stop the ibuprofen and use paracetamol": a verb decides about the medicine named next.
        let from = at.checked_sub(1).map_or(0, |previous| mentions[previous].range.end);
        let claimed = medications::verb_before(&statement[from..mention.range.start]);
        let of_it = |fact: &&Medication| fact.name == mention.drug.name && fact.as_said.is_none();
        let fact = facts.medications.iter().find(of_it);
        let held =
            |claimed: MedicationAction, fact: &Medication| fact.held && matches!(claimed, Start | Continue | Increase);
        claimed.zip(fact).is_some_and(|((claimed, _), fact)| contradicts(claimed, fact.action) || held(claimed, fact))
    })?;
    Some(format!("the visit decided otherwise about {}", &statement[wrong.1.range.clone()]))
}

/// A medicine of the patient's in the note that only somebody else takes.
fn taken_by_another(statement: &str, kind: Option<SectionKind>, facts: &Facts) -> Option<String> {
    if kind == Some(SectionKind::FamilyHistory) || context::names_a_relative(statement) {
        return None;
    }
    let mentions = DrugTable::bundled().mentions(statement);
    let wrong = mentions.into_iter().find(|mention| facts.of_others.iter().any(|name| name == mention.drug.name))?;
    Some(format!("{} was said of somebody else", &statement[wrong.range]))
}

#[cfg(test)]
mod tests {
    use SectionKind::{
        Assessment, ChiefComplaint, FamilyHistory, HistoryOfPresentIllness as Hpi, PastHistory, PhysicalExam, Plan,
        Results, SocialHistory,
    };

    use super::*;
    use crate::structuring::{
        testing::{check, transcript},
        verify::Verdict,
    };

    fn reason(visit: &str, statement: &str, kind: SectionKind) -> Option<String> {
        match check(&transcript(visit), statement, kind) {
            Verdict::Unsupported(_, reason) => Some(reason),
            _ => None,
        }
    }

    fn wrong(visit: &str, statement: &str, kind: SectionKind, expected: &str) {
        assert_eq!(reason(visit, statement, kind).as_deref(), Some(expected), "{statement} of {visit}");
    }

    fn right(visit: &str, statement: &str, kind: SectionKind) {
        assert_eq!(reason(visit, statement, kind), None, "{statement} of {visit}");
    }

    #[test]
    fn what_a_relative_has_is_not_the_patients() {
        let visit = "D: Any history of asthma?\nP: No. My daughter has asthma, though.";
        wrong(visit, "Asthma.", PastHistory, "asthma was not affirmed of the patient");
        wrong(visit, "Asthma.", Assessment, "asthma was not affirmed of the patient");
        right(
            "D: Any history of asthma?\nP: Yes, since I was a child. My daughter has it too.",
            "Asthma.",
            PastHistory,
        );
        right("D: Any history of asthma?\nP: Just as a child.", "Asthma as a child.", PastHistory);
        right("D: Your asthma is well controlled.\nP: My daughter has asthma.", "Asthma, well controlled.", Assessment);
    }

    #[test]
    fn a_brothers_illness_is_not_the_patients_who_says_so() {
        let visit = "P: They told me it was gout. My brother has diabetes, but I don't.";
        wrong(visit, "Diabetes.", PastHistory, "diabetes was not affirmed of the patient");
        right(visit, "Gout.", PastHistory);
    }

    #[test]
    fn an_illness_that_was_affirmed_is_not_denied() {
        let visit = "P: I had a heart attack in 2015.\nD: And diabetes?\nP: No.";
        wrong(visit, "No history of heart trouble.", PastHistory, "heart trouble was affirmed");
        wrong(visit, "Denies a heart attack.", Hpi, "heart attack was affirmed");
        right(visit, "No diabetes.", PastHistory);
        right("P: No heart trouble that I know of.", "No heart trouble.", PastHistory);
    }

    #[test]
    fn a_relatives_illness_is_not_denied_of_the_family() {
        let visit =
            "D: Any heart problems? You or the family?\nP: My father died of a heart attack at sixty. Not me, no.";
        wrong(visit, "No history of heart problems in their family.", Hpi, "heart problems was affirmed");
        right(visit, "No heart problems.", PastHistory);
    }

    #[test]
    fn an_answer_about_a_brother_affirms_nothing_of_the_patient() {
        let visit = "D: Does he have asthma?\nO: His brother has asthma. Leo's never wheezed.";
        wrong(visit, "Asthma.", PastHistory, "asthma was not affirmed of the patient");
    }

    #[test]
    fn what_nobody_found_is_no_finding() {
        let visit = "D: Hello.\nP: Hi.\nD: So?\nP: My feet are tingling at night, the left one is numb.\nD: Skin's intact, pulses are good.\nP: My sugars are high.\nD: So you've got some early neuropathy.";
        wrong(visit, "The feet are tingling at night.", PhysicalExam, "the clinician did not say this");
        right(visit, "Skin intact, pulses good.", PhysicalExam);
        wrong(visit, "Sugars are high.", Assessment, "the clinician did not say this");
        wrong(visit, "Neuropathy.", ChiefComplaint, "the patient did not say this");
    }

    #[test]
    fn a_clinicians_own_mother_is_no_family_history() {
        let visit = "D: My mom had diabetes too, so I know how hard the bread is.\nP: I see.";
        wrong(visit, "Mother had diabetes.", FamilyHistory, "the patient did not say this");
        right("D: So your mother had diabetes.\nP: Yes.", "Mother had diabetes.", FamilyHistory);
    }

    #[test]
    fn what_is_found_today_is_no_past_history() {
        let visit =
            "O: I had pneumonia myself last winter. Leo has a cough.\nD: So I think Leo has pneumonia on the right.";
        wrong(visit, "Pneumonia.", PastHistory, "pneumonia was not said of the patient's past");
        wrong(visit, "He has a history of pneumonia.", Hpi, "pneumonia was not said of the patient's past");
        right(visit, "Pneumonia on the right.", Assessment);
        right("P: I had pneumonia last winter.\nD: I think this is pneumonia again.", "Pneumonia.", PastHistory);
    }

    #[test]
    fn a_result_that_may_come_was_not_reported() {
        let visit = "D: We'll get a chest x-ray to rule out pneumonia. If the x-ray shows pneumonia, we'll call you.";
        wrong(visit, "Chest x-ray: no pneumonia.", Results, "chest x-ray was ordered; no result was said");
    }

    #[test]
    fn a_wifes_pressure_is_not_the_patients() {
        let visit = "P: My wife has high blood pressure.\nD: Your blood pressure is one eighteen over seventy. The prednisone made your sugar go up.";
        wrong(visit, "High blood pressure.", PastHistory, "high blood pressure was not affirmed of the patient");
        right("D: Your blood pressure is still up, one fifty two over ninety four.", "Hypertension.", Assessment);
        right("P: I take lisinopril for my blood pressure.", "Hypertension.", PastHistory);
    }

    #[test]
    fn what_was_ruled_out_is_not_possible() {
        let visit = "D: The belly is soft. I don't think it's appendicitis.";
        wrong(visit, "Possible appendicitis.", Assessment, "appendicitis was said not to be there");
        right("D: It could be appendicitis.", "Possible appendicitis.", Assessment);
    }

    #[test]
    fn what_was_only_warned_of_is_no_history() {
        let visit = "P: I had a low sugar once, I was shaky.\nD: If you get a yeast infection or burning, call us.";
        wrong(visit, "Low sugars, shaky, and a yeast infection or burning.", Hpi, "this was said of what may happen");
        right(visit, "Low sugar once, shaky.", Hpi);
    }

    #[test]
    fn a_medicine_of_the_past_was_stopped() {
        let visit = "P: I used to take simvastatin, but I stopped that last year.";
        right(visit, "The patient has stopped taking simvastatin.", Hpi);
    }

    #[test]
    fn a_day_that_nobody_named_is_not_planned() {
        let visit = "D: If he's not better in two days, we'd get a chest x-ray. I'd like to see him on Friday.";
        wrong(visit, "Chest x-ray next day if not better.", Plan, "next day was not said");
        right(visit, "See him on Friday.", Plan);
    }

    #[test]
    fn a_habit_that_was_told_is_not_denied() {
        let visit = "D: Do you smoke or drink?\nP: I've never smoked. I have a glass of wine with dinner.";
        wrong(visit, "They do not smoke or drink.", SocialHistory, "alcohol was affirmed");
        right(visit, "Never smoked.", SocialHistory);
    }

    #[test]
    fn a_habit_that_nobody_named_is_not_told() {
        let visit = "P: I live with my daughter and I walk every day.\nD: Good.";
        wrong(visit, "Lives with a daughter, has a history of smoking.", SocialHistory, "tobacco was not spoken of");
        right(visit, "Lives with a daughter.", SocialHistory);
    }

    #[test]
    fn one_medicine_may_end_and_another_begin_in_one_line() {
        let visit = "P: I take ibuprofen.\nD: Stop the ibuprofen. Start paracetamol, one gram three times a day.";
        right(visit, "Stop the ibuprofen and use paracetamol.", Plan);
        wrong(
            visit,
            "Continue ibuprofen and start paracetamol.",
            Plan,
            "ibuprofen was talked about, but is not given or taken",
        );
    }

    #[test]
    fn low_sugars_that_were_denied_are_no_complaint() {
        let visit = "D: Your diabetes is well controlled. Any lows?\nP: No, no low sugars. I'm tired.";
        wrong(visit, "Low sugars.", ChiefComplaint, "low sugars was not affirmed of the patient");
    }

    #[test]
    fn a_denied_symptom_is_no_finding() {
        let visit = "D: Any chest pain?\nP: No.\nD: Your heart sounds regular, no murmur.";
        wrong(visit, "Chest pain is mild.", PhysicalExam, "chest pain was not affirmed of the patient");
        right(visit, "No chest pain.", Hpi);
        right("P: I have had chest pain, but no fever.", "Chest pain.", ChiefComplaint);
        right("P: If I climb stairs I get chest pain.", "Chest pain when climbing stairs.", Hpi);
    }

    #[test]
    fn a_warning_is_not_a_diagnosis() {
        let visit = "D: You have bronchitis. If you get a fever, it could be pneumonia.";
        wrong(visit, "Pneumonia.", Assessment, "pneumonia was not affirmed of the patient");
        wrong(visit, "Pneumonia, family to call.", Hpi, "pneumonia was not affirmed of the patient");
        right(visit, "Bronchitis.", Assessment);
    }

    #[test]
    fn what_may_happen_is_not_told_as_history() {
        let visit = "D: If you gain more than three pounds in a day, call 911.\nP: Okay. My ankles are swollen.";
        wrong(visit, "They have gained more than three pounds in a day.", Hpi, "this was said of what may happen");
        right(visit, "Swollen ankles.", Hpi);
    }

    #[test]
    fn an_ordered_test_has_no_result() {
        let visit = "D: I'm going to order a chest x-ray to look for pneumonia.\nP: Okay.";
        wrong(visit, "Chest x-ray: pneumonia.", Results, "chest x-ray was ordered; no result was said");
        wrong(
            "D: I'd like to check a uric acid level and your kidney function.",
            "The uric acid level is high, and the kidney function is normal.",
            Hpi,
            "uric acid level was ordered; no result was said",
        );
        right(
            "D: Your chest x-ray shows pneumonia. We'll repeat the x-ray in a month.",
            "X-ray shows pneumonia.",
            Results,
        );
    }

    #[test]
    fn a_test_that_nobody_named_has_no_result() {
        let visit = "D: There are crackles at both bases, and pitting edema. No murmur.";
        wrong(visit, "X-ray shows crackles at both bases and pitting edema.", Results, "x-ray was not said");
        wrong(visit, "Murmur.", PhysicalExam, "it was said not to be there");
        right(visit, "No murmur.", PhysicalExam);
        right(visit, "Pitting edema.", PhysicalExam);
    }

    #[test]
    fn what_a_patient_asks_about_is_not_there() {
        let visit = "D: And there's no swelling in your ankles. I'd like to add amlodipine.\n\
                     P: Is that the one that makes your ankles swell?\nD: It can, so let me know if it does.";
        wrong(visit, "Ankle swelling.", Assessment, "ankle swelling was not affirmed of the patient");
        right("P: Is it gout?\nD: Yes, it is.", "Gout.", Assessment);
    }

    #[test]
    fn a_companions_illness_is_not_the_patients() {
        let visit = "P: I had a heart attack in 2015. My husband has atrial fibrillation.";
        wrong(visit, "Atrial fibrillation.", Assessment, "atrial fibrillation was not affirmed of the patient");
        wrong(
            "O: I'm taking sertraline for my depression. He has a rash.",
            "Depression.",
            Assessment,
            "depression was not affirmed of the patient",
        );
    }

    #[test]
    fn a_length_of_time_is_said_with_its_unit() {
        let visit = "P: I've had two episodes, and the cough for three weeks.\nD: I'll see you in one month.";
        wrong(visit, "Cough for two weeks.", Hpi, "2 weeks was not said");
        right(visit, "Cough for 3 weeks.", Hpi);
        right("D: How many weeks?\nP: Three.", "For 3 weeks.", Hpi);
        right("P: A couple of weeks now, this cough.", "Cough for 2 weeks.", Hpi);
    }

    #[test]
    fn a_corrected_number_does_not_stand() {
        let visit = "P: My back has hurt for three, no, wait, four weeks. Three times a day it wakes me.";
        wrong(visit, "Back pain for 3 weeks.", Hpi, "3 was corrected");
        right(visit, "Back pain for 4 weeks.", Hpi);
    }

    #[test]
    fn a_decision_taken_back_is_no_plan() {
        let visit = "D: You take metoprolol, fifty milligrams, right?\nP: Yes.\n\
                     D: I thought about the metoprolol. Let's increase it to seventy five. No, keep it as it is, fifty.";
        wrong(visit, "Increase metoprolol.", Plan, "the visit decided otherwise about metoprolol");
        assert!(reason(visit, "Increase metoprolol to 75 mg.", Plan).is_some());
        right(visit, "Continue metoprolol 50 mg.", Plan);
    }

    #[test]
    fn what_is_held_does_not_go_on() {
        let visit = "P: I take glipizide, ten milligrams in the morning.\nD: We hold the glipizide for now.";
        wrong(visit, "Continue glipizide.", Plan, "the visit decided otherwise about glipizide");
    }

    #[test]
    fn a_husbands_medicine_is_not_the_patients() {
        let visit = "P: My husband takes lisinopril for his blood pressure, mine is high too.";
        wrong(visit, "High blood pressure, lisinopril.", Hpi, "lisinopril was said of somebody else");
    }
}
