//! Allergies and intolerances said aloud, with what happened.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{context, intolerances};
use crate::{
    domain::{Allergy, Coding, Evidence},
    structuring::{
        evidence,
        text::pattern,
        visit::{Line, Visit},
    },
    terminology::DrugTable,
};

static CUE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(allerg(?:y|ies|ic)|anaphyla\w+|intoleran(?:t|ce)|(?:bad |severe |had (?:\w+ ){1,3})reactions? to|can't (?:take|have)|cannot (?:take|have)|react(?:ed)? (?:badly )?to|break out|broke out)\b",
    )
});
static CANNOT_TAKE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:can't|cannot|can not) (?:take|have|tolerate|use) (?:any )?$"));
/// "Lisinopril made me cough, that's why we changed to losartan": what came instead did no harm.
pub(super) static REPLACED_BY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:chang|switch|mov|swapp)\w* (?:me |him |her |it )?(?:over )?to (?:the |\w+ )?$|\b(?:so|now) (?:i|we|he|she) (?:now )?(?:takes?|uses?|got|have|has|started) (?:the )?$",
    )
});
/// "I've had amoxicillin since without any problem", "the allergist said he's not allergic".
static TOLERATED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^[^?!]{0,80}\b(?:without (?:any )?(?:problems?|trouble|reactions?|issues?)|(?:not|isn't|never|wasn't) (?:really |actually )?allergic|(?:was|been) (?:fine|okay|ok)\b)",
    )
});
/// "You are allergic to", "an allergy to sulfa and", right before the name.
static NAMED_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:allergic|allerg(?:y|ies)|reactions?|intolerant|intolerance|anaphyla\w+)\W*(?:to|are|is|of|with|from)?\W*(?:(?:the|any|your|still|just|only|to|is it|it's) |\w+(?:,| and| or) )*$",
    )
});
/// "Because of the amoxicillin rash".
static REACTED: LazyLock<Regex> = LazyLock::new(|| pattern(r"^,? (?:rash|hives|allergy|allergies|reaction)\b"));
/// "… and I'm taking Lipitor", in an answer about allergies.
static TAKEN: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:i'm (?:on|taking)|i take|i use|taking)\b"));
/// "Itching with the methylprednisolone", "hives from sulfa".
static REACTION_TO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:itching|itched|itchy|hives|rash|wheezing|wheezed|anaphyla\w+|(?:swelling of|swollen|swelled) (?:(?:the|my|your|his|her) )?(?:lips?|face|tongue|throat|mouth|eyes)|(?:lips?|face|tongue|throat|mouth|eyes) (?:swell|swelled|swelling|swollen|closing|closed|puffed)(?: up)?) (?:with|from|to|after|on) (?:the |any |taking |some |that )*$",
    )
});
/// "Lisinopril can give you a cough": what may happen has not.
pub(super) static MAY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:if|may|might|can|could|will|would|should|sometimes)\b|\w'(?:ll|d)\b"));
pub(super) static NOT_ONE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bnot (?:really |actually )?an allergy\b"));
/// Words of a sentence that only names another substance: "And she says shellfish."
const LONGEST_NAMING: usize = 5;
static NAMED_CUE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(allerg(?:y|ies|ic)|reactions? to|(?:bad|any|had a|other|drug|allergic) reactions?|react(?:s|ed)?(?: badly)? to)\b",
    )
});
/// "Sulfa gives me hives": a reaction of the allergic kind, told of a substance.
static BRINGS_ON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:gives?|giving|gave|brings?|brought|makes?|made) (?:me|you|him|her)\b.*\b(?:cough\w*|hives|rash|swell\w*|swollen|itch\w*|wheez\w*|anaphyla\w+|breathe|breathing)\b|\b(?:makes?|made|gives?|gave) (?:my|your|his|her) (?:lips?|face|throat|tongue|skin|eyes)\b|\bgot (?:\w+ ){1,5}(?:with|from|after|on) (?:it|that|them)\b",
    )
});
static NONE_KNOWN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(no (?:known )?(?:drug |medication |medicine )?allergies|not allergic to (?:anything|any)|nkda|don't have any (?:\w+ )?allergies|no allergies)\b",
    )
});
static OTHER_SUBSTANCES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(sulfa(?: drugs| antibiotics)?|sulpha|penicillins?|cephalosporins?|latex|pea ?nuts?|pee ?nuts?|tree nuts?|nuts|shellfish|shrimp|seafood|fish|eggs?|milk|dairy|soy|wheat|gluten|bee stings?|wasp stings?|pollen|ragweed|grass|dust(?: mites)?|mold|cats?|dogs?|pet dander|contrast(?: dye| medium)?|iodine|adhesive|medical tape|strawberr(?:y|ies)|nsaids|opioids|statins)\b",
    )
});
/// Groups of medicines, which the drug table does not list.
static DRUG_GROUPS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"sul(?:f|ph)a|penicillin|cephalosporin|contrast|iodine|nsaids|opioids|statins"));
static REACTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(anaphyla(?:xis|ctic(?: shock| reaction)?)|(?:a )?(?:bad |itchy |red )?rash(?: all over)?|hives|(?:my |the )?(?:face|lips?|tongue|throat)(?: and (?:face|lips?|tongue|throat))? (?:swell(?:ed|ing|s)?(?: up)?|swollen|clos(?:ed|es|ing)(?: up)?|got swollen)|swelling of (?:the|my) \w+|swell(?:ed|ing)?(?: up)?|itch(?:ing|y|ed)?|(?:trouble|difficulty) breathing|couldn't breathe|short(?:ness)? of breath|wheez(?:es?|ing|ed)|throw(?:s|ing)? up|threw up|vomit(?:ing|ed)?|nausea|nauseous|sick to my stomach|upset stomach|stomach (?:upset|pain|cramps)|diarrh(?:o)?ea|passed out|blister(?:s|ing|ed)?|cough|muscle (?:aches?|pains?)|dizz(?:y|iness)|headaches?|restless\w*)\b",
    )
});

/// What was said about allergies.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Allergies {
    /// Those affirmed.
    pub known: Vec<Allergy>,
    /// Where it was said that there are none.
    pub none_known: Option<Vec<Evidence>>,
}

/// Whether the mention at `range` of `line` speaks of an allergy and not of use.
pub fn is_allergy_context(visit: &Visit, line: &Line, range: &Range<usize>) -> bool {
    let sentence = line.sentence_at(range.start);
    let text = line.text();
    let asked = asked_about(visit, line);
    let first_sentences =
        line.sentences.get(1).or(line.sentences.first()).is_some_and(|second| range.start < second.end);
    let headed =
        line.sentences.iter().take_while(|earlier| earlier.end <= sentence.start).last().is_some_and(|heading| {
            let heading = &text[heading.clone()];
            NAMED_CUE.is_match(heading) && heading.split_whitespace().count() <= 4
        });
    let (before, after) = (&text[sentence.start..range.start], &text[range.end..sentence.end]);
    if line.by_clinician() && CANNOT_TAKE.is_match(before) || REPLACED_BY.is_match(before) {
        return false;
    }
    if TOLERATED.is_match(after) || NOT_ONE.is_match(&text[sentence.start..]) {
        return false;
    }
    let spoken = &text[sentence];
    // What a clinician chooses because of an allergy stands in the same sentence as the allergy.
    if line.by_clinician() && CUE.is_match(spoken) && !headed {
        return REACTED.is_match(after) || NAMED_BEFORE.is_match(before);
    }
    REACTED.is_match(after)
        || REACTION_TO.is_match(before)
        || CUE.is_match(spoken)
        || BRINGS_ON.is_match(spoken) && !(line.by_clinician() && MAY.is_match(spoken))
        || headed
        || reacts_to_it(visit, line, range)
        || (asked && first_sentences && !TAKEN.is_match(before))
}

/// "Peanuts. He gets hives.", "The contrast, I came up in hives": hardly more than a name, and then what it brings on.
fn reacts_to_it(visit: &Visit, line: &Line, range: &Range<usize>) -> bool {
    static ONLY_NAMED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:(?:yes|yeah|yep|oh|well|just|only|and|also|to|the|a|an|any|some|so|uh|um|there's|there is|maybe|mainly)\b\W*)*$",
        )
    });
    static REACTS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^[\s.,;:]*(?:(?:and|because|that|yes|well|oh)\b\W*)*(?:(?:i|he|she|we|you|it|they|that) (?:\w+ )?(?:gets?|got|had|has|have|broke|breaks?|br(?:ings?|ought)|c[oa]mes?|goes|went|gives?|gave|makes?|made|swells?|swelled|itch\w*)|(?:my|his|her|your) (?:whole )?(?:face|lips?|throat|tongue|eyes|mouth|skin))\b[^.?!]{0,30}?\b(?:hives|rash|swell\w*|swollen|itch\w*|anaphyla\w+|wheez\w*|clos(?:ed|es|ing))\b",
        )
    });
    // "What are you putting on it?" "Hydrocortisone. He gets a rash."
    static OF_USE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:tak(?:e|es|ing)|us(?:e|es|ed|ing)|put(?:ting)?|tried|try|giv(?:e|en|ing)|help\w*)\b")
    });
    let sentence = line.sentence_at(range.start);
    let asked_of_use =
        visit.question_before(line.index).is_some_and(|question| OF_USE.is_match(last_sentence(question)));
    line.by_patient_side()
        && !asked_of_use
        && ONLY_NAMED.is_match(&line.text()[sentence.start..range.start])
        && REACTS.is_match(&line.text()[range.end..])
}

/// The allergies of the visit.
pub fn allergies(visit: &Visit, table: &DrugTable) -> Allergies {
    let mut found = Allergies::default();
    for line in &visit.lines {
        for allergy in line_allergies(visit, line, table) {
            add(&mut found.known, allergy);
        }
        for intolerance in intolerances::of_line(visit, line, table) {
            add(&mut found.known, intolerance);
        }
        if found.none_known.is_none() {
            found.none_known = denial(visit, line);
        }
    }
    if !found.known.is_empty() {
        found.none_known = None;
    }
    found
}

fn add(known: &mut Vec<Allergy>, allergy: Allergy) {
    let same = |one: &Allergy| one.substance.to_lowercase() == allergy.substance.to_lowercase();
    match known.iter_mut().find(|one| same(one)) {
        Some(one) => {
            one.reaction = one.reaction.take().or(allergy.reaction);
            evidence::merge(&mut one.evidence, allergy.evidence);
        }
        None => known.push(allergy),
    }
}

fn line_allergies(visit: &Visit, line: &Line, table: &DrugTable) -> Vec<Allergy> {
    let text = line.text();
    let mut found = Vec::new();
    for (range, codes) in substances(text, table) {
        let sentence = line.sentence_at(range.start);
        let before = &text[sentence.start..range.start];
        let denied = context::negates(before) && !CANNOT_TAKE.is_match(before)
            || super::medications::someone_elses(line, before, &text[range.end..sentence.end]);
        let stray = codes.is_empty()
            && !CUE.is_match(&text[sentence.clone()])
            && !BRINGS_ON.is_match(&text[sentence.clone()])
            && !REACTION.is_match(&text[sentence.clone()])
            && text[sentence.clone()].split_whitespace().count() > LONGEST_NAMING
            && sentence.start > line.sentences[0].start
            && OTHER_SUBSTANCES.find_iter(&text[range.clone()]).all(|one| !DRUG_GROUPS.is_match(one.as_str()));
        if denied || stray || !is_allergy_context(visit, line, &range) {
            continue;
        }
        let answer = visit.answer_to(line.index);
        if line.asks() && text[sentence.clone()].ends_with('?') {
            let confirmed = answer.is_some_and(|answer| context::affirms(answer.text()));
            if !confirmed {
                continue;
            }
        }
        let (reaction, more) = reaction(visit, line, range.end);
        let mut evidence = vec![evidence::evidence(line.utterance, sentence)];
        evidence::merge(&mut evidence, more);
        found.push(Allergy { substance: named(&text[range]).into(), reaction, codes, evidence });
    }
    found.extend(unlisted(visit, line, table));
    found
}

/// A substance as it is written; recognisers make two words of some.
fn named(heard: &str) -> String {
    let lower = heard.to_lowercase();
    match lower.as_str() {
        "pea nut" | "pee nut" | "peenut" => "peanut".to_owned(),
        "pea nuts" | "pee nuts" | "peenuts" => "peanuts".to_owned(),
        _ => lower,
    }
}

/// "Elastoplast brings me out in a rash", said when asked: what no list has, by the words before the verb.
fn unlisted(visit: &Visit, line: &Line, table: &DrugTable) -> Option<Allergy> {
    static SUBJECT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:(?:yes|yeah|just|only|and|well|oh|but|no)\b\W*)*((?:[\w-]+ ){0,2}[\w-]+) (?:brings?|brought|makes?|made|gives?|gave) (?:me|him|her|my)\b",
        )
    });
    static PRONOUN: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:it|that|this|they|them|those|which|i|you|he|she|we|anything|nothing|what)\b"));
    let asked = asked_about(visit, line);
    let sentence = line.sentences.first().filter(|_| asked && line.by_patient_side())?;
    let text = &line.text()[sentence.clone()];
    let substance = SUBJECT.captures(text)?.get(1)?;
    let told = !PRONOUN.is_match(substance.as_str()) && substances(text, table).is_empty();
    let reaction = REACTION.find(&text[substance.end()..]).filter(|_| told)?;
    Some(Allergy {
        substance: substance.as_str().to_lowercase().into(),
        reaction: Some(reaction.as_str().into()),
        codes: Vec::new(),
        evidence: vec![evidence::evidence(line.utterance, sentence.clone())],
    })
}

/// Drugs of the table and the other substances that people react to.
fn substances(text: &str, table: &DrugTable) -> Vec<(Range<usize>, Vec<Coding>)> {
    let mut found: Vec<(Range<usize>, Vec<Coding>)> = table
        .mentions(text)
        .into_iter()
        .map(|mention| (mention.range.clone(), super::medications::rxnorm(mention.drug)))
        .collect();
    for other in OTHER_SUBSTANCES.find_iter(text) {
        if !found.iter().any(|(range, _)| range.start < other.end() && other.start() < range.end) {
            found.push((other.range(), Vec::new()));
        }
    }
    found.sort_by_key(|(range, _)| range.start);
    found
}

/// The reaction told after the substance, in the same turn or, when asked for, in the next of the patient's.
fn reaction(visit: &Visit, line: &Line, from: usize) -> (Option<crate::domain::PatientText>, Vec<Evidence>) {
    // Up to the next substance: each has its own reaction.
    let next = substances(&line.text()[from..], DrugTable::bundled()).first().map(|(range, _)| from + range.start);
    let reach = next.map_or(line.text().len(), |next| line.sentence_at(next).start.max(from));
    if let Some(found) = REACTION.find(&line.text()[from..reach]) {
        let range = from + found.start()..from + found.end();
        return (Some(found.as_str().into()), vec![evidence::evidence(line.utterance, line.sentence_at(range.start))]);
    }
    let sentence = line.sentence_at(from.saturating_sub(1));
    if let Some(found) = REACTION.find(&line.text()[sentence]) {
        return (Some(found.as_str().into()), Vec::new());
    }
    // The reaction told in the next turn is that of what was named last.
    let named_after = substances(&line.text()[from..], DrugTable::bundled());
    for next in visit.lines.iter().skip(line.index + 1).take(if named_after.is_empty() { 2 } else { 0 }) {
        if next.by_patient_side()
            && let Some(found) = REACTION.find(next.text())
            && !context::negates(&next.text()[..found.start()])
        {
            let sentence = next.sentence_at(found.start());
            return (Some(found.as_str().into()), vec![evidence::evidence(next.utterance, sentence)]);
        }
    }
    (None, Vec::new())
}

/// "No known drug allergies", or "no" to the question about them.
fn denial(visit: &Visit, line: &Line) -> Option<Vec<Evidence>> {
    let text = line.text();
    let stated = NONE_KNOWN.find(text).filter(|found| !text[line.sentence_at(found.start())].ends_with('?'));
    if let Some(found) = stated {
        return Some(vec![evidence::evidence(line.utterance, line.sentence_at(found.start()))]);
    }
    let question = line.sentences.last().filter(|_| line.asks() && NAMED_CUE.is_match(last_sentence(line)))?;
    let answer = visit.answer_to(line.index)?;
    (context::denies(answer.text()) && line.by_clinician()).then(|| {
        vec![
            evidence::evidence(line.utterance, question.clone()),
            evidence::evidence(answer.utterance, answer.sentences[0].clone()),
        ]
    })
}

/// Whether `line` answers a question about allergies: "I have two allergies written down. The dye for scans?"
fn asked_about(visit: &Visit, line: &Line) -> bool {
    visit.question_before(line.index).is_some_and(|question| {
        let last = question.sentences.iter().rev().take(2);
        last.into_iter().any(|range| NAMED_CUE.is_match(&question.text()[range.clone()]))
    })
}

fn last_sentence<'a>(line: &Line<'a>) -> &'a str {
    line.sentences.last().map(|range| &line.text()[range.clone()]).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structuring::testing::transcript;

    fn said(lines: &str) -> (Vec<(String, Option<String>)>, bool) {
        let transcript = transcript(lines);
        let found = allergies(&Visit::new(&transcript), DrugTable::bundled());
        let pair =
            |allergy: Allergy| (allergy.substance.into_string(), allergy.reaction.map(|text| text.into_string()));
        (found.known.into_iter().map(pair).collect(), found.none_known.is_some())
    }

    #[test]
    fn an_answer_names_substance_and_reaction() {
        let (known, none) =
            said("D: Any allergies to medicines?\nP: Just penicillin. I got a rash all over, when I was a kid.");
        assert_eq!(known, [("penicillin".to_owned(), Some("a rash all over".to_owned()))]);
        assert!(!none);
    }

    #[test]
    fn a_statement_is_enough() {
        assert_eq!(said("P: I'm allergic to sulfa, I get hives.").0, [("sulfa".to_owned(), Some("hives".to_owned()))]);
        assert_eq!(
            said("D: Allergies?\nP: Codeine makes me throw up.").0,
            [("codeine".to_owned(), Some("throw up".to_owned()))]
        );
        assert_eq!(
            said("P: I can't take penicillin, it's giving me hives.").0,
            [("penicillin".to_owned(), Some("hives".to_owned()))]
        );
        assert_eq!(said("P: And sulfa gives me hives.").0, [("sulfa".to_owned(), Some("hives".to_owned()))]);
        assert_eq!(
            said("D: Now, allergies. I've got penicillin here.\nP: Yes. My throat swelled up.").0,
            [("penicillin".to_owned(), Some("My throat swelled up".to_owned()))]
        );
        assert_eq!(said("D: And you have a latex allergy.").0, [("latex".to_owned(), None)]);
    }

    #[test]
    fn a_later_allergy_withdraws_a_denial() {
        for (told, substance) in [
            (
                "O: Dad, you had that swelling of the lips with enalapril.\nP: Oh yes, that's right. Enalapril.",
                "enalapril",
            ),
            ("O: Remember, your face swelled up from the enalapril.", "enalapril"),
            ("D: The chart says you had a bad reaction to enalapril.\nP: Oh, yes.", "enalapril"),
            ("P: Oh, wait. Enalapril made my tongue swell.", "enalapril"),
            ("P: Well, I got hives after codeine once.", "codeine"),
        ] {
            let (known, none) = said(&format!("D: Are you allergic to anything?\nP: Not that I know of.\n{told}"));
            assert_eq!(known.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), [substance], "{told}");
            assert!(!none, "{told}");
        }
        assert!(said("P: I have some swelling of my ankles with the amlodipine.").0.is_empty());
    }

    #[test]
    fn a_name_and_then_what_it_brings_on_is_enough() {
        for (lines, substance) in [
            ("D: Does he react to any foods?\nO: Peanuts. He gets hives.", "peanuts"),
            ("D: Anything he can't eat?\nO: Pee nuts, he gets hives.", "peanuts"),
            ("D: I have one written down. The dye for scans?\nP: Yes, the contrast. I came up in hives.", "contrast"),
            ("D: Any bad reactions to anything?\nP: Shrimp. My lips swell.", "shrimp"),
            ("D: What about latex?\nP: Yes, latex. I break out in a rash.", "latex"),
        ] {
            let (known, _) = said(lines);
            assert_eq!(known.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), [substance], "{lines}");
        }
        for lines in [
            "D: What do you put on it?\nO: Hydrocortisone. He gets a rash on his elbows.",
            "D: What did you eat?\nP: Fish. I had a long day.",
        ] {
            assert!(said(lines).0.is_empty(), "{lines}");
        }
    }

    #[test]
    fn a_substance_that_no_list_has_is_named_in_the_answer() {
        assert_eq!(
            said("D: Are you allergic to anything?\nP: Elastoplast brings me out in a rash.").0,
            [("elastoplast".to_owned(), Some("a rash".to_owned()))]
        );
        assert!(said("D: Any allergies?\nP: It makes me itch all over.").0.is_empty());
    }

    #[test]
    fn what_came_instead_is_no_allergy() {
        assert_eq!(
            said("P: Yes, hives. And lisinopril made me cough, that's why we changed to losartan.").0,
            [("lisinopril".to_owned(), Some("cough".to_owned()))]
        );
    }

    #[test]
    fn what_is_chosen_for_an_allergy_is_none() {
        assert_eq!(
            said("D: I was thinking amoxicillin, but with the penicillin allergy we'll do doxycycline.").0,
            [("penicillin".to_owned(), None)]
        );
        assert!(
            said("P: He had a rash after amoxicillin once, but the allergist said he's not allergic.").0.is_empty()
        );
        assert_eq!(said("P: I can't have contrast dye, I had swelling in the face with it.").0[0].0, "contrast dye");
        assert_eq!(
            said("D: Allergies?\nP: Nitrofurantoin, and I got short of breath with it.").0,
            [("nitrofurantoin".to_owned(), Some("short of breath".to_owned()))]
        );
    }

    #[test]
    fn what_a_clinician_warns_of_has_not_happened() {
        for line in [
            "D: I'll start ramipril. Ramipril can give you a cough.",
            "D: If the ramipril makes you cough, call us.",
            "D: Amoxicillin sometimes gives you a rash.",
        ] {
            assert!(said(line).0.is_empty(), "{line}: {:?}", said(line).0);
        }
        assert_eq!(said("D: So ramipril made you cough.").0, [("ramipril".to_owned(), Some("cough".to_owned()))]);
    }

    #[test]
    fn what_a_clinician_forbids_is_no_allergy() {
        assert!(said("P: I take Viagra sometimes.\nD: You can't take Viagra with nitroglycerin.").0.is_empty());
    }

    #[test]
    fn none_known_is_a_fact_too() {
        assert_eq!(said("D: Any drug allergies?\nP: No, none that I know of."), (vec![], true));
        assert_eq!(said("P: No known drug allergies."), (vec![], true));
    }

    #[test]
    fn a_denied_or_foreign_allergy_is_none() {
        assert!(said("P: I'm not allergic to penicillin.").0.is_empty());
        assert!(said("P: My sister is allergic to codeine.").0.is_empty());
    }

    #[test]
    fn each_substance_has_its_own_reaction() {
        let (known, _) = said("D: Any allergies?\nP: Codeine makes me throw up. And latex, I get a rash.");
        assert_eq!(known.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["codeine", "latex"]);
        let (known, _) = said("D: Any allergies?\nP: Morphine. And she says shellfish.\nP: My lips swell up.");
        assert_eq!(known.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["morphine", "shellfish"]);
        assert_eq!(known[0].1, None);
        let (known, _) = said("D: Allergies, still just bupropion?\nP: Yeah, the hives.");
        assert_eq!(known.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["bupropion"]);
        let (known, _) = said(
            "D: You're allergic to penicillin, aren't you?\nP: Yes, I get hives. And I'm taking atorvastatin twenty at night.",
        );
        assert_eq!(known.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["penicillin"]);
        assert!(
            said("P: Amiodarone hurt my thyroid.\nD: Amiodarone, not an allergy, but we won't use that.").0.is_empty()
        );
        let (known, _) =
            said("D: Any allergies?\nP: Ciprofloxacin. My tendon got inflamed. And shellfish makes my lips swell.");
        let names: Vec<_> = known.iter().map(|(name, reaction)| (name.as_str(), reaction.is_some())).collect();
        assert_eq!(names, [("ciprofloxacin", false), ("shellfish", true)]);
    }
}
