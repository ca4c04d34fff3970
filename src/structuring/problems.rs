//! The problems that an assessment names: one an illness, however often and by whatever name it was said.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    facts::{Facts, diagnoses, symptoms::LEXICON},
    sections::says_the_same,
    text::{self, pattern},
};
use crate::{
    domain::{Medication, MedicationAction, Problem, Section, SectionKind},
    language::numbers::graded,
    terminology::DrugTable,
};

/// Names of one illness each, the one that says most first.
static NAMES: LazyLock<Vec<Vec<Regex>>> = LazyLock::new(|| {
    const NAMES: &[&[&str]] = &[
        &[r"(?:bladder|water) infections?|cystitis", r"urinary (?:tract )?infections?|uti"],
        &[r"sciatica|lumbar radiculopathy", r"(?:pinched|trapped) nerve|radiculopathy"],
        &[r"hypertension|high blood pressure"],
        &[r"hypothyroid\w*|under-?active thyroid|thyroid (?:is )?under-?active"],
        &[r"hyperthyroid\w*|over-?active thyroid|thyroid (?:is )?over-?active"],
        &[r"hypercholesterol\w+|high cholesterol|hyperlipid\w+|dyslipid\w+"],
        &[r"bph|benign prostatic hyperplasia|enlarged prostate|prostate enlargement"],
        &[r"heart attack|myocardial infarction"],
        &[r"atrial fibrillation|a-?fib"],
        &[r"gerd|(?:acid|gastro-?esophageal) reflux(?: disease)?"],
        &[r"strep throat|strep(?:tococcal)? (?:pharyngitis|tonsillitis)"],
        &[r"pink ?eye|conjunctivitis"],
        &[r"shingles|zoster"],
        &[r"osteoarthritis|wear[- ]and[- ]tear arthritis|degenerative arthritis"],
        &[r"copd|chronic obstructive pulmonary disease"],
    ];
    let one = |names: &&[&str]| names.iter().map(|name| pattern(&format!(r"\b(?:{name})\b"))).collect();
    NAMES.iter().map(one).collect()
});

/// One problem for each illness of the assessment, or, where there is none, for the symptoms of the chief complaint; then
/// for each lasting illness of the patient's that a line names, and for the lasting treatments that are coded.
pub fn problems(sections: &[Section], facts: &Facts) -> Vec<Problem> {
    let statements =
        |kind: SectionKind| sections.iter().filter(move |section| section.id == kind).flat_map(|one| &one.statements);
    let mut found: Vec<Problem> = Vec::new();
    for statement in statements(SectionKind::Assessment) {
        add_problem(&mut found, problem_name(&statement.text), &statement.id);
    }
    // What is only supposed is not coded, but what it was thought of for (ICD-10-CM guidelines, IV.H).
    if found.iter().all(|problem| diagnoses::is_supposed(&problem.name)) {
        for statement in statements(SectionKind::ChiefComplaint) {
            for entry in LEXICON.iter().filter(|entry| entry.pattern.is_match(&statement.text)).take(3) {
                add_problem(&mut found, entry.name.to_owned(), &statement.id);
            }
        }
    }
    for illness in &facts.illnesses {
        let lines = [SectionKind::PastHistory, SectionKind::Assessment].into_iter().flat_map(statements);
        let line = lines.into_iter().find(|line| text::names_no_more(&illness.name, &line.text));
        if let Some(line) = line {
            add_problem(&mut found, illness.name.as_str().to_owned(), &line.id);
        }
    }
    for (medication, status) in facts.medications.iter().filter_map(|one| Some((one, lasting_treatment(one)?))) {
        let line = statements(SectionKind::Medications).find(|line| line.text.starts_with(medication.text.as_str()));
        if let Some(line) = line {
            add_problem(&mut found, status.to_owned(), &line.id);
        }
    }
    found
}

/// What a treatment that goes on is coded as by itself (ICD-10-CM guidelines, I.C.21.c.3).
fn lasting_treatment(medication: &Medication) -> Option<&'static str> {
    use MedicationAction::{Change, Continue, Decrease, Increase, Taken};
    let goes_on = !medication.past && matches!(medication.action, Continue | Taken | Increase | Decrease | Change);
    let drug = DrugTable::bundled().find(&medication.name).filter(|_| goes_on)?;
    match drug.class {
        "anticoagulant" => Some("Long-term use of anticoagulants"),
        "insulin" => Some("Long-term use of insulin"),
        _ => None,
    }
}

/// Whether two names are of one illness.
pub fn is_same(one: &str, other: &str) -> bool {
    better(one, other).is_some()
}

fn add_problem(found: &mut Vec<Problem>, name: String, statement: &str) {
    if name.is_empty() || OF_A_PERSON.is_match(&name) {
        return;
    }
    let known = found.iter_mut().find_map(|problem| Some((better(&problem.name, &name)?, problem)));
    match known {
        Some((better, problem)) => {
            problem.name = better.into();
            problem.statements.push(statement.to_owned());
        }
        None => found.push(Problem {
            id: format!("p{}", found.len() + 1),
            name: name.into(),
            statements: vec![statement.to_owned()],
            codes: Vec::new(),
        }),
    }
}

/// "The doctor noted", the beginning of a sentence: nobody has that.
static OF_A_PERSON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\W*(?:the |a |an )?(?:doctor|clinician|physician|provider|nurse|patient|he|she|they|we|i|you|it|this|that|there)\b(?: \w+)?\W*$|^\W*(?:the )?(?:doctor|clinician|physician|provider) \w+(?:s|ed|nd|id)\b",
    )
});

/// Which of two names of one illness says more; `None` where they name two.
fn better(known: &str, name: &str) -> Option<String> {
    if says_the_same(known, name) {
        return Some(known.to_owned());
    }
    let (one, other) = (sides(known), sides(name));
    if one != other && !one.is_empty() && !other.is_empty() || ANOTHER.is_match(known) != ANOTHER.is_match(name) {
        return None;
    }
    let rank = |group: &[Regex], name: &str| group.iter().position(|pattern| pattern.is_match(name));
    let in_group = NAMES.iter().find_map(|group| Some((rank(group, known)?, rank(group, name)?)));
    let first = match in_group {
        Some((known, name)) => known <= name,
        None if is_kind_of(known, name) => true,
        None if is_kind_of(name, known) => false,
        None => return None,
    };
    // The side that only the other name has is the illness's too.
    let (kept, left, sides) = if first { (known, name, one) } else { (name, known, other) };
    let side = if sides.is_empty() { side_phrase(left).unwrap_or_default() } else { "" };
    Some(if side.is_empty() { kept.to_owned() } else { format!("{kept} {side}") })
}

/// Words that make another illness of one: pulmonary hypertension is no hypertension.
static ANOTHER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:pulmonary|portal|ocular|intracranial|gestational|insipidus|rheumatoid|psoriatic|septic|white[- ]coat|pre-?(?:diabet|hypertens)\w+|family|risk|possible|probable|suspected|likely|history)\b",
    )
});

/// Whether `special` is `general`, said in more words: a diabetic neuropathy is a neuropathy.
fn is_kind_of(special: &str, general: &str) -> bool {
    let (special, general) = (&graded(special), &graded(general));
    let (own, other) = (text::content_stems(special), text::content_stems(general));
    let head = |name: &str| {
        let passing = |stem: &String| ["flare", "exacerb", "infect"].iter().any(|word| stem.starts_with(word));
        diagnoses::illnesses(name).into_iter().rfind(|stem| !passing(stem))
    };
    let same_head = head(special).is_some_and(|one| head(general) == Some(one));
    same_head && other.iter().all(|stem| own.contains(stem))
}

/// Whether `sentence` names the problem called `name`, by whatever name of its illness.
pub fn is_named(name: &str, sentence: &str) -> bool {
    /// Illnesses that are many: which one is told by the words before.
    const GENERAL: [&str; 9] =
        ["diseas", "infect", "disord", "failur", "syndrom", "defici", "pain", "problem", "injuri"];
    let in_group = |group: &Vec<Regex>| [name, sentence].iter().all(|text| group.iter().any(|one| one.is_match(text)));
    let (own, said) = (text::content_stems(name), text::content_stems(sentence));
    let head = diagnoses::illnesses(name).pop().filter(|head| !GENERAL.contains(&head.as_str()));
    let named = match head {
        Some(head) => said.contains(&head),
        None => !own.is_empty() && own.iter().all(|stem| said.contains(stem)),
    };
    named || NAMES.iter().any(in_group)
}

fn sides(name: &str) -> Vec<&str> {
    let words = name.split(|c: char| !c.is_alphabetic());
    words.filter(|word| ["left", "right", "bilateral"].iter().any(|side| word.eq_ignore_ascii_case(side))).collect()
}

/// "On the right side", of a name that has it.
fn side_phrase(name: &str) -> Option<&str> {
    static PHRASE: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:on|of|in) (?:the|his|her|their) (?:left|right)(?: side| \w+)?\b"));
    PHRASE.find(name).map(|found| found.as_str())
}

/// The name of the problem that an assessment line begins with, with its side: "Sciatica, right side."
fn problem_name(line: &str) -> String {
    static SIDE: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^[,;:(] ?((?:(?:on|of) the )?(?:left|right)(?:[- ]?(?:side|sided))?)\b\W*$"));
    // "Major depression, recurrent, moderate now": what kind it is belongs to its name.
    static KIND: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^, (?:recurrent|single episode|first episode|mild|moderate|severe|in (?:partial |full )?remission|(?:un|well |poorly )controlled|acute|chronic|stage \w+|type \w+)\b",
        )
    });
    let mut end = line.find([',', ';', ':', '(', '.']).unwrap_or(line.len());
    while let Some(kind) = KIND.find(&line[end..]) {
        end += kind.end();
    }
    let name = line[..end].trim();
    let side = SIDE.captures(&line[end..]).map(|found| found[1].to_lowercase());
    let name = [" is ", " are ", " which ", " that ", " with good ", " due to her ", " due to his "]
        .iter()
        .filter_map(|stop| name.find(stop))
        .min()
        .map_or(name, |at| &name[..at]);
    side.map_or(name.trim().to_owned(), |side| format!("{} {side}", name.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(lines: &[&str]) -> Vec<String> {
        let mut found = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            add_problem(&mut found, problem_name(line), &format!("s{at}"));
        }
        found.into_iter().map(|problem| problem.name.as_str().to_owned()).collect()
    }

    #[test]
    fn an_illness_is_one_problem_by_whatever_name() {
        for (lines, problems) in [
            (&["Bladder infection.", "Simple urinary tract infection."][..], &["Bladder infection"][..]),
            (&["UTI.", "Acute cystitis."], &["Acute cystitis"]),
            (&["Stage three kidney disease.", "Chronic kidney disease stage 3."], &["Chronic kidney disease stage 3"]),
            (&["Neuropathy.", "Mild diabetic neuropathy."], &["Mild diabetic neuropathy"]),
            (&["Iron deficiency anemia.", "Anemia."], &["Iron deficiency anemia"]),
            (&["Trapped nerve on the left side.", "Sciatica."], &["Sciatica on the left side"]),
            (&["Major depression, recurrent, moderate now."], &["Major depression, recurrent, moderate"]),
            (&["High blood pressure.", "Hypertension, not at goal."], &["High blood pressure"]),
        ] {
            assert_eq!(names(lines), problems);
        }
    }

    #[test]
    fn two_illnesses_stay_two() {
        for lines in [
            ["Diabetes.", "Diabetic neuropathy."],
            ["Hypertension.", "Pulmonary hypertension."],
            ["Arthritis.", "Rheumatoid arthritis."],
            ["Sciatica on the left.", "Sciatica on the right."],
            ["Ear infection.", "Bladder infection."],
            ["Knee pain.", "Hip pain."],
        ] {
            assert_eq!(names(&lines).len(), 2, "{lines:?}");
        }
    }

    #[test]
    fn what_is_only_supposed_is_no_established_illness() {
        assert_eq!(names(&["Gout.", "Possible gout."]).len(), 2);
    }

    #[test]
    fn a_side_belongs_to_the_name() {
        assert_eq!(names(&["Sciatica, right side."]), ["Sciatica right side"]);
        assert_eq!(names(&["Ankle sprain (left)."]), ["Ankle sprain left"]);
        assert_eq!(names(&["Hypertension, not well controlled."]), ["Hypertension"]);
    }

    #[test]
    fn the_beginning_of_a_sentence_is_no_problem() {
        for line in
            ["The doctor noted, on examination, a red ear.", "The patient: better.", "The physician found (left) that."]
        {
            assert!(names(&[line]).is_empty(), "{line} {:?}", names(&[line]));
        }
        assert_eq!(names(&["Nursemaid's elbow.", "Patient-reported falls.", "Doctor's visit anxiety."]).len(), 3);
    }
}
