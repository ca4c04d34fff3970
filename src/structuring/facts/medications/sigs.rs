//! Dose, route and frequency of a medicine, from the words around its name.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{Mention, later::begins_later, steps, strengths};
use crate::{
    domain::{Dose, MedicationAction, Role},
    language::{numbers, units},
    structuring::{
        evidence,
        facts::{
            context,
            sig::{self, DoseMention},
            vitals,
        },
        text::{self, pattern},
        visit::{Line, Visit},
    },
    terminology::{Drug, DrugMention, DrugTable},
};

/// Looks for dose, route and frequency after the name, right before it, and in the answer to a bare question.
pub(super) fn read_sig(visit: &Visit, line: &Line, in_line: &[DrugMention], at: usize, found: &mut Mention) {
    let text = line.text();
    // "Voltaren gel"
    found.route = sig::route(&found.surface);
    let mut scope = sig_scope(line, in_line, at);
    if found.action == MedicationAction::Stop {
        scope.end = another_begins(&text[scope.clone()]).map_or(scope.end, |begins| scope.start + begins);
    }
    let (mention, sentence) = (&in_line[at].range, line.sentence_at(in_line[at].range.start));
    if MEDICINE_NOT_MOVED.is_match(&text[sentence.start..mention.start]) {
        scope.start = scope.end.min(sentence.end);
    }
    let after = &text[scope.clone()];
    take_sig(after, line.utterance.role, found);
    if line.by_clinician() {
        take_steps(after, found);
    }
    let before = dose_before(line, in_line, at, found.drug);
    // "Two puffs of the Flovent 110."
    let puffs = before.as_ref().is_some_and(|dose| matches!(dose.unit.as_str(), "puffs" | "sprays" | "drops"));
    if let Some(strength) = found.dose.take_if(|dose| puffs && !units::is_count(&dose.unit)) {
        found.strength = Some(strengths::shown(&strength));
    }
    if found.dose.is_none() {
        found.dose = before;
    }
    let asks = line.asks() && in_line.len() == at + 1;
    if found.dose.is_some() || !asks {
        return;
    }
    let Some(answer) = visit.answer_to(line.index) else { return };
    if answer.by_clinician() && begins_later(answer.text()) {
        return;
    }
    let end =
        DrugTable::bundled().mentions(answer.text()).first().map_or(answer.text().len(), |other| other.range.start);
    let reach = answer.sentences.iter().take(5).map(|range| range.end).next_back().unwrap_or(0).min(end);
    let had = (found.dose.clone(), found.frequency.clone());
    take_sig(&answer.text()[..reach], answer.utterance.role, found);
    if (found.dose.clone(), found.frequency.clone()) != had {
        evidence::merge(&mut found.evidence, [evidence::evidence(answer.utterance, 0..reach)]);
    }
}

/// Takes a dose that changes by plan from `text`; what stands in it is neither one dose nor one frequency.
pub(super) fn take_steps(text: &str, found: &mut Mention) {
    let Some(steps) = steps::told(text) else { return };
    if steps::tells_strength(text)
        && let Some(strength) = found.dose.take_if(|dose| !units::is_count(&dose.unit))
    {
        found.strength = Some(strengths::shown(&strength));
    }
    if steps::count_tablets(&steps) {
        found.frequency = None;
    }
    found.steps = Some(steps);
}

/// Where, behind a medicine that ends, another one begins: the dose there is the other one's, also where its name was
/// not understood ("stop it and start loss artin, fifty milligrams").
fn another_begins(after: &str) -> Option<usize> {
    static BEGINS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:start\w*|begin\w*|add\w*|try|trying|take|use|instead|replac\w+|put(?:ting)? you on|give you|(?:switch|chang|swap)\w* (?:you )?(?:over )?(?:to|for)|to)\b",
        )
    });
    // "We take it off slowly": the one that ends.
    static THE_SAME: LazyLock<Regex> = LazyLock::new(|| pattern(r"^ (?:it|that|this|them|those)\b"));
    let mut begins = BEGINS.find_iter(after).filter(|begins| !THE_SAME.is_match(&after[begins.end()..]));
    begins.next().map(|begins| begins.start())
}

/// The doses of `text` that `drug` can have: only what has a strength in percent is taken in percent, and what was measured
/// of the patient is no dose.
pub(super) fn doses(text: &str, drug: &Drug) -> Vec<DoseMention> {
    let in_percent = drug.strengths.iter().any(|strength| strength.contains('%'));
    let mut found = sig::doses(text, &|value| usual_unit(drug, value));
    found.retain(|one| (one.dose.unit != "%" || in_percent) && !vitals::is_measured(text, &one.range));
    found.retain(|one| {
        let before = &text[..one.range.start];
        !DENIED_AMOUNT.is_match(before) && !NOT_MOVED_TO.is_match(before)
    });
    found.retain(|one| !drug.class.contains("insulin") || is_of_insulin(text, &one.range));
    found
}

/// Whether the number at `range` is units of insulin: said so, or all that its sentence says beside a few words. Blood sugars
/// are told in the same breath.
fn is_of_insulin(text: &str, range: &Range<usize>) -> bool {
    static SUGAR: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:sugars?|glucose|readings?|numbers?|lows?|highs?|fasting|a1c|meter|over|under|above|below)\b")
    });
    static LEADS: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:to|at|on|take|takes|taking|from|use|inject|give)\W+$"));
    if text[range.clone()].to_lowercase().contains("unit") {
        return true;
    }
    let sentence = text::sentences(text).into_iter().find(|sentence| sentence.contains(&range.start));
    let sentence = sentence.unwrap_or(range.clone());
    let short = text[sentence.clone()].split_whitespace().count() <= MOST_WORDS_OF_A_SIG;
    (short || LEADS.is_match(&text[sentence.start..range.start])) && !SUGAR.is_match(&text[sentence])
}

/// "Not the five", "don't use up the tens": an amount that is not to be taken.
static DENIED_AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:not|(?:don't|do not|never) (?:take|use|mix|finish|go back to)(?: (?:it|up|with|any|more|of))*) (?:(?:the|a|one|two|your|those|old) )*$$",
    )
});

/// "Let's not go up from …", "don't increase the …": a move that is not made.
const NOT_MOVED: &str = r"\b(?:not|\w+n't|never|no need to) (?:\w+ )?(?:(?:go|going|mov\w+|bring\w*|tak\w+|put\w*)(?: [\w']+){0,3}? (?:up|down)|increas\w+|rais\w+|lower\w*|reduc\w+|decreas\w+|drop\w*|bump\w*|push\w*|cut\w*)\b[^.?!;,]*";
/// The amount of such a move, which is none that is taken.
static NOT_MOVED_TO: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"{NOT_MOVED}\b(?:to|from) $")));
/// A medicine that is not moved.
static MEDICINE_NOT_MOVED: LazyLock<Regex> = LazyLock::new(|| pattern(&format!("{NOT_MOVED}$")));

/// Words of a sentence that says nothing but how much.
const MOST_WORDS_OF_A_SIG: usize = 6;

fn take_sig(text: &str, by: Role, found: &mut Mention) {
    let mut doses = doses(text, found.drug);
    if let Some((strength, range)) = strengths::of_combination(text, found.drug) {
        found.strength = Some(strength);
        doses.retain(|dose| !range.contains(&dose.range.start));
    }
    found.said.extend(doses.iter().map(|one| (by, one.dose.clone())));
    if let Some(dose) = sig::final_dose(text, &doses) {
        found.several |= sig::several(text, &doses);
        let count = strengths::count_of(&dose, &doses).filter(|_| !units::is_count(&dose.dose.unit));
        found.dose = Some(match count {
            Some(count) => {
                found.strength = Some(strengths::shown(&dose.dose));
                count.dose.clone()
            }
            None => sig::counted(text, dose, &doses),
        });
    }
    take_back(text, &doses, found);
    if found.frequency.is_none() {
        // "Ten milligrams in the morning and five at night": how often the first is taken.
        let second = doses.get(1).filter(|_| sig::several(text, &doses));
        found.frequency = frequency(&text[..second.map_or(text.len(), |second| second.range.start)]);
    }
    if found.route.is_none() {
        found.route = sig::route(text);
    }
}

/// Remembers the doses of `text` that were corrected in it.
pub(super) fn take_back(text: &str, doses: &[DoseMention], found: &mut Mention) {
    found.taken_back.extend(sig::corrected_doses(text, doses));
}

/// What is done every so often and is no medicine: "keep checking at home, twice a week".
static ACTIVITY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(check\w*|weigh\w*|measur\w*|walk\w*|exercis\w*|ice|icing|logs?|record\w*|test(?:s|ing)?|see you|come back|call|happen\w*|hurts?|wak\w+|monitor\w*|stretch\w*|elevat\w*|drink\w*|beers?|smok\w*|therapy|visits?|miss\w*)\b",
    )
});

/// "Every two weeks for the finger stick."
static OF_A_TEST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^ (?:for|to (?:get|have|check)) (?:the |a |my |your )?(?:finger ?stick|blood|inr|lab\w*|checks?|tests?|readings?)\b",
    )
});

/// Words that a sentence about taking something may have.
static OF_TAKING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(take|taking|took|use|using|food|meals?|mouth|water|milligrams?|micrograms?|mg|mcg|tablets?|pills?|puffs?|days?|weeks?|hours?|times?|mornings?|nights?|evenings?|bed\w*|breakfast|dinner|lunch|daily|needed|need|once|twice|every|same|dose|start|half|whole|spray\w*|drops?|units?|inject\w*)$",
    )
});

/// Other words that a sentence may have and still be nothing but how to take the medicine of the sentence before.
const OTHER_WORDS: usize = 2;

/// The frequency in the rest of the medicine's own sentence, or in a later one that only says how to take it.
fn frequency(text: &str) -> Option<String> {
    let corrected = text::sentences(text).into_iter().skip(1).map(|range| &text[range]);
    let corrected = corrected.filter(|sentence| context::corrects(sentence)).find_map(sig::frequency);
    if let (Some((name, _)), true) = (corrected, sig::frequency(text).is_some()) {
        return Some(name);
    }
    text::sentences(text).into_iter().enumerate().find_map(|(at, range)| {
        let sentence = &text[range];
        let (name, place) = sig::frequency(sentence)?;
        let only_sig = || {
            let tokens = text::tokens(sentence).into_iter().filter(|token| !token.digits);
            let others = tokens
                .filter(|token| !OF_TAKING.is_match(&token.lower) && !text::content_stems(&token.lower).is_empty());
            others.count() <= OTHER_WORDS + numbers::numbers(sentence).len()
        };
        let what_for = &sentence[place.end..];
        let said_of_it = !ACTIVITY.is_match(&sentence[..place.start]) && !happens(&sentence[..place.start]);
        (said_of_it && !OF_A_TEST.is_match(what_for) && (at == 0 || only_sig())).then_some(name)
    })
}

/// How often a medicine is taken, in a later turn that does not name it: a sentence that is about nothing else.
pub(super) fn frequency_alone(sentence: &str) -> Option<String> {
    // The first sentence of a text may say anything else; a later one only how to take it.
    frequency(&format!("It. {sentence}"))
}

/// "I have panic attacks once a month": something else that happens so often.
fn happens(before: &str) -> bool {
    static HAPPENS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:have|having|had|has|get|gets|getting|got|feel|feels) (?:(?:to|a|an|these|those|my|still|really|some|the) )*(\w+)|\b(?:attacks?|episodes?|spells?|migraines?|headaches?|seizures?) (?:(?:about|maybe|only|just|like) )*$|\b(?:comes?|happens?|occurs?) (?:(?:on|about|maybe|only|just|like) )*$",
        )
    });
    const TAKEN: [&str; 33] = [
        "you",
        "him",
        "her",
        "me",
        "been",
        "also",
        "not",
        "already",
        "always",
        "your",
        "his",
        "it",
        "them",
        "that",
        "this",
        "one",
        "two",
        "half",
        "mine",
        "dose",
        "doses",
        "shot",
        "shots",
        "injection",
        "injections",
        "infusion",
        "infusions",
        "patch",
        "tablet",
        "tablets",
        "pill",
        "pills",
        "take",
    ];
    HAPPENS.captures_iter(before).any(|found| {
        found.get(1).is_none_or(|word| {
            let word = word.as_str().to_lowercase();
            !TAKEN.contains(&word.as_str()) && numbers::numbers(&word).is_empty()
        })
    })
}

static WEIGHS: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\W*(?:or|but|and)?\W*(?:we|you|i) (?:could|might)\b"));

/// From the name to the next medicine, at most to the end of the sixth sentence after it.
fn sig_scope(line: &Line, in_line: &[DrugMention], at: usize) -> Range<usize> {
    let start = in_line[at].range.end;
    let text = line.text();
    let mut end = line
        .sentences
        .iter()
        .filter(|range| range.end > start)
        .take(7)
        .map(|range| range.end)
        .last()
        .unwrap_or(text.len());
    // "Leave it at fifty. Or we could go to a hundred."
    let weighs = |range: &&Range<usize>| range.start >= start && WEIGHS.is_match(&text[(*range).clone()]);
    end = line.sentences.iter().find(weighs).map_or(end, |range| end.min(range.start));
    if let Some(next) = in_line.get(at + 1) {
        let next_sentence = line.sentence_at(next.range.start);
        let own = line.sentence_at(in_line[at].range.start);
        let begins_with_sig = || begins_with_a_sig(&text[next_sentence.start..next.range.start]);
        // A sentence about another medicine is that one's from its first word, unless a sig stands there; inside one
        // sentence, the dose right before "of" the next medicine is the next one's.
        end = end.min(if next_sentence == own || begins_with_sig() {
            before_dose(text, start, next.range.start)
        } else {
            next_sentence.start
        });
    }
    start..end.max(start)
}

/// "Seven and a half milliliters every eight hours, if the Tylenol isn't enough": how the medicine of the sentence before is
/// taken, beside another one.
fn begins_with_a_sig(before: &str) -> bool {
    static BESIDE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:if|when|with|after|before|between|instead of|on top of|unless|along with)(?: \w+)? $")
    });
    let first = sig::doses(before, &|_| None).into_iter().next();
    let leads = |dose: DoseMention| before[..dose.range.start].split_whitespace().count() <= 2;
    first.is_some_and(leads) && BESIDE.is_match(before)
}

/// Where "… and 20 mg of" begins, if a dose stands right before the next name.
fn before_dose(text: &str, start: usize, next: usize) -> usize {
    let between = &text[start..next];
    let last = sig::doses(between, &|_| None).pop();
    match last {
        Some(dose) if attaches(&between[dose.range.end..]) => start + dose.range.start,
        _ => next,
    }
}

/// Whether nothing but "of the" parts a dose from the name after it.
fn attaches(between: &str) -> bool {
    between.split_whitespace().all(|word| {
        matches!(word.to_lowercase().as_str(), "of" | "on" | "the" | "your" | "my" | "tablet" | "tablets" | "dose")
    })
}

fn dose_before(line: &Line, in_line: &[DrugMention], at: usize, drug: &Drug) -> Option<Dose> {
    let text = line.text();
    let start = at.checked_sub(1).map_or(0, |previous| in_line[previous].range.end);
    let start = start.max(line.sentence_at(in_line[at].range.start).start);
    let before = &text[start..in_line[at].range.start];
    let last = doses(before, drug).into_iter().next_back()?;
    // "Up to two puffs twice a day on the Symbicort."
    let between = &before[last.range.end..];
    let bare = sig::frequency(between).map_or(between.to_owned(), |(_, often)| between.replace(&between[often], ""));
    attaches(&bare).then_some(last.dose)
}

/// Up to here a bare whole number counts.
const MOST_COUNTED: f64 = 2.0;

/// More units of insulin nobody takes at a time.
const MOST_UNITS: f64 = 200.0;

/// The unit of a bare number, when the table lists that very strength.
pub(super) fn usual_unit(drug: &Drug, value: f64) -> Option<String> {
    let strengths = drug.strengths.iter().flat_map(|strength| strength.split('/'));
    // "The other two", "take one": tablets, or anything else; so little is weighed only with its unit.
    if value <= MOST_COUNTED && value.fract() == 0.0 {
        return None;
    }
    // Insulin is given in nothing else.
    if drug.class.contains("insulin") && value <= MOST_UNITS {
        return Some("units".to_owned());
    }
    let parse = |strength: &str| {
        let (number, unit) = strength.trim().split_once(' ')?;
        let weighed = matches!(unit, "mg" | "mcg" | "g" | "units" | "mEq");
        weighed.then_some((number.parse::<f64>().ok()?, unit.to_owned()))
    };
    let known: Vec<(f64, String)> = strengths.filter_map(parse).collect();
    let listed = known.iter().find(|(strength, _)| (strength - value).abs() < 1e-9);
    // Twice or half a usual strength is as usual: two tablets, or half of one.
    let derived =
        || known.iter().find(|(strength, _)| [0.5, 2.0].iter().any(|by| (strength * by - value).abs() < 1e-9));
    listed.or_else(derived).map(|(_, unit)| unit.clone())
}
