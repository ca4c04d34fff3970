//! What a substance did to the patient: where it is told, and whether that is an allergy or an intolerance.

use std::{ops::Range, sync::LazyLock};

use regex::{Match, Regex};

use super::{allergens::substances, context};
use crate::{
    domain::{AllergyKind, Evidence, PatientText, Role},
    language::questions::is_question,
    structuring::{
        evidence,
        text::pattern,
        visit::{Line, Visit},
    },
    terminology::DrugTable,
};

pub(super) static REACTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b((?:a )?(?:(?:bad|terrible|awful|horrible|severe|violent|nasty|dry|itchy|red|huge|big) )*rash(?:es)?(?: all over)?|(?:(?:bad|terrible|awful|horrible|severe|violent|nasty|dry|itchy|red|huge|big) )*(?:anaphyla(?:xis|ctic(?: shock| reaction)?)|hives|welts|angio-?edema|(?:my |the |his |her )?(?:face|lips?|tongue|throat|eyes?|mouth)(?: and (?:face|lips?|tongue|throat|eyes))? (?:all )?(?:swell(?:ed|ing|s)?(?: up)?|swollen|clos(?:es?|ed|ing)(?: up)?|got (?:swollen|itchy)|(?:gets?|goes|went) (?:all )?(?:itchy|tight|numb)|itch(?:ed|es|y)|puffed up|blew up)|swollen (?:\w+ )?(?:face|lips?|tongue|throat|eyes?|mouth|legs?|ankles?|feet|hands?)|(?:my |the |his |her )?(?:legs?|ankles?|feet) (?:swell(?:ed|ing|s)?(?: up)?|(?:was|were|got) swollen)|(?:my |his |her |the )?(?:sodium|potassium|platelets|white (?:blood )?(?:cell )?count|blood count|blood pressure|heart rate|pulse|kidneys|liver (?:tests|enzymes)) (?:dropped|crashed|tanked|bottomed out|shut down|shot up|went (?:way |too |really )?(?:down|low|up|high))|swelling (?:of|in) (?:the|my|his|her) \w+|(?:swelled|puffed|blew|blows|swells?|puffs?) up|swell(?:ed|ing|s)? (?:my|his|her) (?:face|lips?|tongue|throat|eyes?|mouth)(?: up)?|(?:my |his |her |the )?(?:achilles(?: tendon)?|tendons?)[.,]? (?:it |just )?(?:got inflamed|swelled|swollen|hurt|ruptured|tore|snapped|popped)(?: up)?|(?:tore|ruptured|hurt|snapped) (?:my|his|her|the|an?) (?:achilles(?: tendon)?|tendon)|tendon (?:problems?|trouble|pain|ruptures?|tears?|damage|inflammation)|tend(?:i|o)nitis|(?:saw|sees|seeing|heard|hears|hearing) (?:things|people|voices|bugs|spiders|insects|snakes|mice|rats|cats|dogs|animals|stuff|shadows)|(?:turned|turns|went|gets|got) (?:(?:me|him|her|all|bright|beet) )*red(?: all over)?|flush(?:ed|ing)|crawl(?:ing)? out of (?:my|his|her) skin|(?:makes?|made|got) (?:me|him|her) (?:feel |all |so |really |a little )*(?:silly|funny|weird|crazy)|loopy|goofy|groggy|a zombie|upsets? (?:my|his|her) stomach|loose (?:stools?|bowels|motions)|(?:my |his |her )?jaw (?:locked|locks)(?: up)?|lock(?:ed|s) (?:up )?(?:my|his|her) jaw|heart rhythm (?:\w+ )?(?:thing|problems?|trouble|changes?)|long qt|irregular heart\w*|arrhythmias?|bloody stools?|swell(?:ed|ing|s)?|itch(?:ing|y|ed|es|iness)?(?: all over)?|(?:trouble|difficulty) breathing|(?:couldn't|can't|could not|hard to) breathe|short(?:ness)? of breath|wheez(?:ing|ed|es|y|e)|thr(?:ow(?:s|ing)?|ew) up|vomit(?:ing|ed|s)?|nausea|nauseous|nauseated|queasy|sick(?: to my stomach)?|upset stomach|stomach (?:upset|pain|cramps|ache)|diarrh(?:o)?ea|the runs|constipat(?:ed|ion)|passed out|faint(?:ed|ing)?|blister(?:s|ing|ed)?|burns?|cough(?:ing)?|muscle (?:aches?|pains?|cramps)|dizz(?:y|iness)|light-?headed|headaches?|migraines?|palpitations|restless\w*|jittery|seizures?|fits?|hallucinat\w+|confus(?:ed|ion)|drows(?:y|iness)|sleepy|hungover|hyper))\b",
    )
});

/// Of the immune system, or like it: what matters at the next dose however small.
static ALLERGIC: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:anaphyla\w+|rash\w*|hives|welts|angio\w+|swell\w*|swollen|blew|blows|puff\w*|clos(?:es?|ed|ing)|itch\w*|breath\w*|bronchospasm|wheez\w*|blister\w*|urticaria|throat|tongue|lips?|face|broke out|passed out|stevens\w*|dress|allerg\w*)\b",
    )
});

/// Swelling of what no allergy makes swell: a tendon after a quinolone, the ankles of amlodipine.
static OF_THE_LIMBS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:tendons?|achilles|tend[io]nitis|ankles?|feet|foot|legs?|calf|calves)\b"));

/// "Codeine cough syrup", "nausea pills": named for what it helps against.
static REMEDY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^ (?:syrup|medicines?|meds|medications?|drops|pills?|tablets?|suppressants?|cream|ointment|remed(?:y|ies))\b",
    )
});

/// Turns after a substance's own in which its reaction is told when asked for, at most.
const REACH: usize = 2;

/// Whether `reaction` is of the immune system, or looks like it.
pub fn is_allergic(reaction: &str) -> bool {
    ALLERGIC.is_match(reaction) && !OF_THE_LIMBS.is_match(reaction)
}

/// What kind of harm `reaction` is; without one it is taken for an allergy, which is the safer of the two.
pub(super) fn kind_of(reaction: Option<&str>) -> AllergyKind {
    match reaction {
        Some(reaction) if !is_allergic(reaction) => AllergyKind::Intolerance,
        _ => AllergyKind::Allergy,
    }
}

/// The reaction to the substance at `range`: in its own clause, in the sentences that follow without naming another, or in
/// the answer to the question what happened.
pub(super) fn reaction(visit: &Visit, line: &Line, range: &Range<usize>) -> (Option<PatientText>, Vec<Evidence>) {
    let text = line.text();
    let sentence = line.sentence_at(range.start);
    let others = substances(text, DrugTable::bundled());
    let named = |range: &Range<usize>| text[range.clone()].to_lowercase();
    let mut later = others.iter().filter(|one| one.range.start >= range.end && named(&one.range) != named(range));
    let next = later.next().map(|one| one.range.start);
    let previous = others.iter().map(|one| one.range.end).rfind(|end| *end <= range.start);
    // "Shellfish, it's throat closing, and peanuts": before a comma it is told of the other.
    let comma = |end: usize| text[end..range.start].rfind([',', ';']).map_or(end, |at| end + at);
    let from = previous.filter(|end| *end > sentence.start).map_or(sentence.start, comma);
    let to = next.unwrap_or(text.len());
    let told =
        told_in(line, range.end..to.min(sentence.end)).or_else(|| told_in(line, from..range.start)).or_else(|| {
            told_in(line, sentence.end..next.map_or(text.len(), |next| line.sentence_at(next).start).max(sentence.end))
        });
    static PRONOUN: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^\W*(?:(?:and|well)\W+)?(?:i|he|she|it|that|they|just|got|a|my|his|her)\b"));
    // "Amoxicillin. He had a rash, but he's had Augmentin since.": told of the first, unless it is "a rash from" the other.
    let of_this = |next: usize| {
        let rest = text.get(sentence.end..next)?;
        let reaction = REACTION.find_iter(rest).last()?;
        let goes_on = PRONOUN.is_match(rest) && rest[reaction.end()..].contains([',', ';', '.']);
        goes_on.then(|| told_in(line, sentence.end..next))?
    };
    if let Some((reaction, evidence)) = told.or_else(|| of_this(next?)) {
        return (Some(reaction), vec![evidence]);
    }
    if next.is_some() {
        return (None, Vec::new());
    }
    let told = told_later(visit, line, &text[range.clone()]);
    (told.as_ref().map(|(reaction, _)| reaction.clone()), told.into_iter().map(|(_, evidence)| evidence).collect())
}

/// Whether `sentence` asks. "When they gave it to me I got itchy." begins like a question and tells.
fn is_asked(line: &Line, sentence: &str) -> bool {
    let told = line.utterance.role != Role::Clinician && sentence.trim_end().ends_with('.');
    is_question(sentence) && !told
}

/// The first reaction within `range` of `line` that is told and not denied.
fn told_in(line: &Line, range: Range<usize>) -> Option<(PatientText, Evidence)> {
    let text = &line.text()[range.clone()];
    let mut told = REACTION.find_iter(text).filter(|found| {
        let at = range.start + found.start();
        let sentence = line.sentence_at(at);
        let (before, after) = (&line.text()[sentence.start..at], &line.text()[range.start + found.end()..]);
        !context::negates(before) && !REMEDY.is_match(after) && !is_asked(line, &line.text()[sentence])
    });
    let first = told.next()?;
    let sentence = line.sentence_at(range.start + first.start());
    // "He threw up and got hives": what matters most at the next dose.
    let within = |found: &Match| range.start + found.end() <= sentence.end;
    let all: Vec<Match> = Some(first).into_iter().chain(told).take_while(within).collect();
    let at = all.iter().position(|found| is_allergic(found.as_str())).unwrap_or(0);
    // "A rash all over, with his lips swollen": both.
    static JOINED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"^(?:,|,? and|,? with|,? then)(?: (?:and|with|then|my|his|her|the|a|an|got|had|some|also))* ?$")
    });
    let joined = |pair: &&[Match]| JOINED.is_match(&text[pair[0].end()..pair[1].start()]);
    let further = all[at..].windows(2).take_while(joined).count();
    let (start, end) = (all[at].start(), all[at + further].end());
    Some((text[start..end].into(), evidence::evidence(line.utterance, sentence)))
}

/// The reaction that the patient's side tells in the next turns: right after the substance was named to it, or when asked.
fn told_later(visit: &Visit, line: &Line, substance: &str) -> Option<(PatientText, Evidence)> {
    static WHAT_HAPPENED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:what (?:happens|happened|(?:did|does|do|would) (?:it|that|they|those|he|she|you) (?:do|get)|(?:kind|sort) of (?:a )?(?:reaction|trouble|problem)|was (?:it|that|the reaction))|react\w*|how (?:bad|severe)|allerg\w+|remember|hives|rash|swell\w*|breath\w*|an intolerance)\b",
        )
    });
    static OF_TODAY: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:now|today|lately|recently|currently|at the moment|any)\b"));
    let mut asked = true;
    for next in visit.lines.iter().skip(line.index + 1).take(REACH) {
        if !next.by_patient_side() {
            let question = next.sentences.last().map(|range| &next.text()[range.clone()]).unwrap_or_default();
            asked = WHAT_HAPPENED.is_match(question) && !OF_TODAY.is_match(question)
                || next.text().to_lowercase().contains(&substance.to_lowercase());
        } else if !asked {
            return None;
        } else {
            let same = |at: &usize| next.text()[*at..].to_lowercase().starts_with(&substance.to_lowercase());
            let other = substances(next.text(), DrugTable::bundled()).into_iter().map(|one| one.range.start);
            let end = other.filter(|at| !same(at)).min().unwrap_or(next.text().len());
            return told_in(next, 0..end);
        }
    }
    None
}
