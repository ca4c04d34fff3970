//! What can be wrong with a statement although its words were said: a number, a medicine, its dose, a denial, a side.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    asserted, sides,
    support::{Index, Unit},
};
use crate::{
    domain::{Medication, MedicationAction, SectionKind},
    language::{numbers, units},
    structuring::{
        facts::{Facts, context, sig, symptoms::LEXICON},
        text::{self, pattern},
    },
    terminology::DrugTable,
};

/// The first fault of `statement`, as a reason for the clinician. `cited` are the sentences that support it.
pub fn fault(
    statement: &str,
    kind: Option<SectionKind>,
    cited: &[usize],
    index: &Index,
    facts: &Facts,
    age: Option<u32>,
) -> Option<String> {
    number_not_said(statement, index, age)
        .or_else(|| unit_not_said(statement, index))
        .or_else(|| pair_not_said(statement, index))
        .or_else(|| measured_of_something_else(statement, facts))
        .or_else(|| drug_not_said(statement, index))
        .or_else(|| dose_not_said(statement, index))
        .or_else(|| given_for_another_reason(statement, index))
        .or_else(|| dose_taken_back(statement, kind, facts))
        .or_else(|| frequency_of_another(statement, kind, facts))
        .or_else(|| direction_turned(statement))
        .or_else(|| corrected_away(statement, facts))
        .or_else(|| advised_against(statement, kind, facts))
        .or_else(|| only_talked_about(statement, kind, facts))
        .or_else(|| measured_otherwise(statement, facts))
        .or_else(|| never_taken(statement, kind, index))
        .or_else(|| taken_no_longer(statement, kind, facts))
        .or_else(|| never_stopped(statement, kind, facts))
        .or_else(|| denies_the_allergies(statement, facts))
        .or_else(|| not_taken_yet(statement, kind, facts))
        .or_else(|| polarity_turned(statement, kind, index, facts))
        .or_else(|| sides::fault(statement, cited, index))
        .or_else(|| sides::bare_fault(statement, index))
        .or_else(|| sides::corrected(statement, kind, index))
}

fn number_not_said(statement: &str, index: &Index, age: Option<u32>) -> Option<String> {
    let known = |value: f64| {
        index.units.iter().any(|unit| numbers::contains_value(&unit.values, value))
            || age.is_some_and(|age| f64::from(age) == value)
    };
    let part_of_a_name = |start: usize| {
        let before = statement[..start].trim_end_matches('-');
        before.ends_with(char::is_alphabetic) && (before.len() == start || before.ends_with(char::is_uppercase))
    };
    let mut numbers = numbers::numbers(statement).into_iter();
    let missing = numbers.find(|number| !known(number.value) && !part_of_a_name(number.range.start))?;
    Some(format!("number {} was not said", whole_number(statement, &missing.range)))
}

/// Up to this many tablets are taken at a time, and "take two" means tablets; "lansoprazole, thirty" doesn't.
const TAKEN_AT_A_TIME: f64 = 4.0;

/// "Thirty tablets" of what was thirty milligrams, or a bare thirty; milligrams of what was micrograms.
fn unit_not_said(statement: &str, index: &Index) -> Option<String> {
    let counted =
        |number: &numbers::Number, text: &str| units::unit_after(text, number.range.end).map(|(unit, _)| unit);
    numbers::numbers(statement).into_iter().find_map(|number| {
        let claimed = counted(&number, statement)?;
        let said: Vec<Option<&str>> = index
            .units
            .iter()
            .map(|unit| index.sentence(unit))
            .flat_map(|sentence| {
                let same = move |said: &numbers::Number| (said.value - number.value).abs() < 1e-6;
                numbers::numbers(sentence).into_iter().filter(same).map(move |said| counted(&said, sentence))
            })
            .collect();
        let bare_will_do = !units::is_count(claimed) || number.value <= TAKEN_AT_A_TIME;
        let fits = |unit: &Option<&str>| unit.map_or(bare_will_do, |unit| unit == claimed);
        let wrong = !said.is_empty() && !said.iter().any(fits);
        wrong.then(|| format!("{} was not said in {claimed}", &statement[number.range]))
    })
}

/// "118/72": two values that belong together.
pub fn pairs(text: &str) -> Vec<(f64, f64)> {
    let numbers = numbers::numbers(text);
    let joined = |pair: &[numbers::Number]| {
        let between = text[pair[0].range.end..pair[1].range.start].trim().to_lowercase();
        matches!(between.as_str(), "/" | "over").then_some((pair[0].value, pair[1].value))
    };
    numbers.windows(2).filter_map(joined).collect()
}

fn pair_not_said(statement: &str, index: &Index) -> Option<String> {
    let claimed = pairs(statement);
    let said = |pair: &(f64, f64)| index.units.iter().any(|unit| unit.pairs.contains(pair));
    let (high, low) = claimed.into_iter().find(|pair| !said(pair))?;
    Some(format!("{high}/{low} was not said"))
}

static PRESSURE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:blood pressure|bp|pressure|hypertens\w+|systolic|diastolic)\b"));

/// The blood pressure given for something else.
fn measured_of_something_else(statement: &str, facts: &Facts) -> Option<String> {
    if PRESSURE.is_match(statement) {
        return None;
    }
    let measured = |loinc: &str, value: f64| facts.vitals.iter().any(|one| one.loinc == loinc && one.value == value);
    let (high, low) =
        pairs(statement).into_iter().find(|(high, low)| measured("8480-6", *high) && measured("8462-4", *low))?;
    Some(format!("{high}/{low} is the blood pressure"))
}

/// A dose that was corrected right after it was said.
fn corrected_away(statement: &str, facts: &Facts) -> Option<String> {
    let doses = sig::doses(statement, &|_| None);
    let mentions = DrugTable::bundled().mentions(statement);
    let wrong = facts.taken_back.iter().find(|wrong| {
        let named = mentions.is_empty() || mentions.iter().any(|mention| mention.drug.name == wrong.name);
        let of_another = facts.medications.iter().any(|one| one.dose.as_ref() == Some(&wrong.dose));
        named && !of_another && doses.iter().any(|dose| dose.dose == wrong.dose)
    })?;
    Some(format!("{} {} of {} was corrected", wrong.dose.value, wrong.dose.unit, wrong.name))
}

/// "140/90" rather than "140".
fn whole_number<'t>(text: &'t str, range: &std::ops::Range<usize>) -> &'t str {
    let joins = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '-');
    let start = text[..range.start].rfind(|c: char| !joins(c)).map_or(0, |at| at + 1);
    let end = text[range.end..].find(|c: char| !joins(c)).map_or(text.len(), |at| range.end + at);
    text.get(start..end).unwrap_or(text).trim_matches(|c: char| !c.is_alphanumeric())
}

fn said_near(index: &Index, drug: &str) -> Vec<usize> {
    index.units.iter().filter(|unit| unit.drugs.contains(&drug)).map(|unit| unit.line).collect()
}

fn drug_not_said(statement: &str, index: &Index) -> Option<String> {
    let mentions = DrugTable::bundled().mentions(statement);
    let missing = mentions.into_iter().find(|mention| said_near(index, mention.drug.name).is_empty())?;
    Some(format!("{} was not said", &statement[missing.range]))
}

/// Turns between a medicine and its dose, at most.
const DOSE_REACH: usize = 2;

/// A dose must have been said of its medicine: in a sentence with it and no other in between, or in one without any, within
/// two turns of it.
fn dose_not_said(statement: &str, index: &Index) -> Option<String> {
    let mentions = DrugTable::bundled().mentions(statement);
    for (at, mention) in mentions.iter().enumerate() {
        let end = mentions.get(at + 1).map_or(statement.len(), |next| next.range.start);
        for dose in sig::doses(&statement[mention.range.end..end], &|_| None) {
            let name = mention.drug.name;
            if !(0..index.units.len()).any(|at| is_dose_of(name, dose.dose.value, at, index)) {
                let name = &statement[mention.range.clone()];
                return Some(format!("{} {} was not said of {name}", dose.dose.value, dose.dose.unit));
            }
        }
    }
    None
}

/// Whether unit `at` says `value`, and may say it of `drug`.
fn is_dose_of(drug: &str, value: f64, at: usize, index: &Index) -> bool {
    // "Twenty milligrams of …"; otherwise a number belongs to the name before it.
    static OF: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:mg|milligrams?|mcg|micrograms?|units?|g|grams?|ml|tablets?|pills?|puffs?)? ?(?:of |more )?(?:the |your |my )?$",
        )
    });
    let unit = &index.units[at];
    if !numbers::contains_value(&unit.values, value) {
        return false;
    }
    if unit.drugs.is_empty() {
        return index.drugs_around(at, DOSE_REACH).contains(&drug);
    }
    let sentence = index.sentence(unit);
    let named = DrugTable::bundled().mentions(sentence);
    let places: Vec<_> = numbers::numbers(sentence)
        .into_iter()
        .filter(|number| (number.value - value).abs() < 1e-6)
        .map(|number| number.range)
        .collect();
    let beside = |place: &std::ops::Range<usize>| {
        let before = named.iter().rev().find(|mention| mention.range.start < place.start);
        let after = named.iter().find(|mention| mention.range.start >= place.end);
        let after = after.filter(|mention| before.is_none() || OF.is_match(&sentence[place.end..mention.range.start]));
        before.into_iter().chain(after).any(|mention| mention.drug.name == drug)
    };
    // A number that is heard another way than it is read has no place of its own.
    if places.is_empty() { unit.drugs.contains(&drug) } else { places.iter().any(beside) }
}

/// "Warfarin for an abscess", where metronidazole was: what a medicine is said to be for was only said with others.
fn given_for_another_reason(statement: &str, index: &Index) -> Option<String> {
    static FOR: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^(?: [\w.,-]+){0,5}? for (?:an? |the |his |her |their |my )?([a-z][a-z -]*)"));
    static NO_REASON: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:now|life|ever|sure|example|long|time|day|days|week|weeks|month|months|year|years|night|nights|while|today)\b",
        )
    });
    let mentions = DrugTable::bundled().mentions(statement);
    mentions.iter().enumerate().find_map(|(at, mention)| {
        let end = mentions.get(at + 1).map_or(statement.len(), |next| next.range.start);
        let reason = FOR.captures(&statement[mention.range.end..end])?.get(1)?.as_str();
        let reason = reason.split(" which").next().and_then(|reason| reason.split(" and ").next())?.trim();
        let stems = text::content_stems(reason);
        if stems.is_empty() || NO_REASON.is_match(reason) {
            return None;
        }
        let said = (0..index.units.len()).filter(|unit| {
            let sentence = text::content_stems(index.sentence(&index.units[*unit]));
            stems.iter().all(|stem| sentence.contains(stem))
        });
        let of_line = |unit: usize| {
            let line = index.units[unit].line;
            let named = index.units.iter().filter(|other| other.line == line).flat_map(|other| &other.drugs);
            named.copied().collect::<Vec<&str>>()
        };
        let mut near = said.map(of_line).peekable();
        near.peek()?;
        let of_others = near.all(|named| !named.is_empty() && !named.contains(&mention.drug.name));
        of_others.then(|| format!("{} was not said to be for {reason}", &statement[mention.range.clone()]))
    })
}

/// A dose that was corrected afterwards, or belongs to the time before a change.
fn dose_taken_back(statement: &str, kind: Option<SectionKind>, facts: &Facts) -> Option<String> {
    if kind != Some(SectionKind::Plan) {
        return None;
    }
    let mentions = DrugTable::bundled().mentions(statement);
    let part = |at: usize| {
        let start = if at == 0 { 0 } else { mentions[at].range.start };
        &statement[start..mentions.get(at + 1).map_or(statement.len(), |next| next.range.start)]
    };
    mentions.iter().enumerate().find_map(|(at, mention)| {
        let fact = facts.medications.iter().find(|fact| fact.name == mention.drug.name && fact.as_said.is_none())?;
        let stands = fact.dose.as_ref()?;
        let doses = sig::doses(part(at), &|_| None);
        let comparable: Vec<_> = doses.iter().filter(|dose| dose.dose.unit == stands.unit).collect();
        let contradicted = !comparable.is_empty() && comparable.iter().all(|dose| dose.dose != *stands);
        contradicted.then(|| {
            format!(
                "the dose of {} that stands is {} {}",
                &statement[mention.range.clone()],
                stands.amount(),
                stands.unit
            )
        })
    })
}

/// "Increase prednisone from forty to ten": one of the three words is not what was said.
fn direction_turned(statement: &str) -> Option<String> {
    static MOVES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:(?P<up>increas\w*|rais\w*)|(?P<down>decreas\w*|reduc\w*|lower\w*))\b[^.;]*? from (?P<from>[^.;]*?) to (?P<to>[^.;]+)",
        )
    });
    let moves = MOVES.captures(statement)?;
    let amount = |name: &str| numbers::numbers(&moves[name]).first().map(|number| number.value);
    let (from, to) = amount("from").zip(amount("to"))?;
    let turned = if moves.name("up").is_some() { from > to } else { from < to };
    turned.then(|| format!("from {from} to {to} is the other way"))
}

/// How often a planned medicine is taken, where it was said otherwise or of another medicine only.
fn frequency_of_another(statement: &str, kind: Option<SectionKind>, facts: &Facts) -> Option<String> {
    if kind != Some(SectionKind::Plan) {
        return None;
    }
    let mentions = DrugTable::bundled().mentions(statement);
    let [mention] = mentions.as_slice() else { return None };
    let (claimed, _) = sig::frequency(statement)?;
    let fact = facts.medications.iter().find(|fact| fact.name == mention.drug.name && fact.as_said.is_none())?;
    let same = |said: &str| said.trim_end_matches(" as needed") == claimed.trim_end_matches(" as needed");
    let said = |fact: &Medication| fact.frequency.as_deref().is_some_and(same);
    let in_steps = || fact.text.to_lowercase().contains(&claimed) || fact.text.contains("in steps");
    let of_another = || facts.medications.iter().any(said);
    let name = &statement[mention.range.clone()];
    match fact.frequency.as_deref() {
        _ if said(fact) || in_steps() => None,
        Some(stands) => Some(format!("{name} is taken {stands}")),
        None => of_another().then(|| format!("{claimed} was not said of {name}")),
    }
}

/// Words before a medicine that do not give it.
static NOT_GIVING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:avoid\w*|against|away from|stop\w*|discontinu\w*|hold|instead of|rather than|allerg\w+|interact\w*|consider\w*|off|without|declin\w+|asked|asks|whether|if)\b",
    )
});

/// A medicine given or taken in the note that the clinician advised against.
fn advised_against(statement: &str, kind: Option<SectionKind>, facts: &Facts) -> Option<String> {
    // "Codeine: itching." says why.
    if kind == Some(SectionKind::Allergies) {
        return None;
    }
    let planned = kind == Some(SectionKind::Plan);
    let given = |name: &str| {
        let ends = |action: MedicationAction| planned && action == MedicationAction::Stop;
        facts.medications.iter().any(|fact| fact.name == name && !ends(fact.action))
    };
    let wrong = DrugTable::bundled().mentions(statement).into_iter().find(|mention| {
        let before = &statement[..mention.range.start];
        let advised = facts.avoided.iter().any(|avoided| avoided.name == mention.drug.name);
        advised && !given(mention.drug.name) && !context::negates(before) && !NOT_GIVING.is_match(before)
    })?;
    Some(format!("{} was advised against", &statement[wrong.range]))
}

static GIVING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\W*(?:(?:the )?doctor (?:will |would )?)?(?:(?:re)?start\w*|resum\w*|begin\w*|add\w*|prescrib\w+|initiat\w+|tak(?:e|ing)|giv(?:e|ing)|continu\w+|keep|order\w*)\b",
    )
});

static TAKING: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:taking|takes|took|taken|using|uses|been on|is on|was on|continues?|started on)\b"));

/// A medicine that the plan gives or the patient is said to take, but that was only considered, refused, or somebody
/// else's.
fn only_talked_about(statement: &str, kind: Option<SectionKind>, facts: &Facts) -> Option<String> {
    let claimed = match kind {
        Some(SectionKind::Plan) => GIVING.is_match(statement),
        _ => TAKING.find(statement).is_some_and(|taking| !context::negates(&statement[..taking.start()])),
    };
    if !claimed {
        return None;
    }
    let mentions = DrugTable::bundled().mentions(statement);
    let planned = kind == Some(SectionKind::Plan);
    let fits = |fact: &Medication| !planned || fact.action != MedicationAction::Stop && !fact.past;
    let given = |name: &str| facts.medications.iter().any(|fact| fact.name == name && fits(fact));
    let wrong = mentions.into_iter().find(|mention| !given(mention.drug.name))?;
    Some(format!("{} was talked about, but is not given or taken", &statement[wrong.range]))
}

/// A medicine that a line of the model's plan tells to take, in whatever words, and that is not given: one that came up in a
/// question, or that the patient was told not to need.
pub fn not_given(statement: &str, facts: &Facts) -> Option<String> {
    // What begins later, or what others are asked to give, is told as that.
    static LATER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:if|unless|once|when|until|consider\w*|later|next|may|might|could|would|ask\w*|should|then|after|in (?:a|an|one|two|three|four|\d+) (?:days?|weeks?|months?)|future|possibl\w+|options?|or)\b",
        )
    });
    static IF_NEEDED: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bif needed\b|\bwhen needed\b"));
    static BESIDE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:level|allergy|intolerance|because of|due to|caused by|from|on|while|with)\W+(?:the |your |his |her )?$",
        )
    });
    let given = |name: &str| {
        let listed = facts.medications.iter().any(|fact| fact.name == name);
        let put_off = LATER.is_match(&IF_NEEDED.replace_all(statement, ""));
        listed || put_off && facts.named.iter().any(|named| named.name == name && named.put_off)
    };
    let wrong = DrugTable::bundled().mentions(statement).into_iter().find(|mention| {
        let before = &statement[..mention.range.start];
        !given(mention.drug.name)
            && !context::negates(before)
            && !NOT_GIVING.is_match(before)
            && !BESIDE.is_match(before)
    })?;
    Some(format!("{} was talked about, but is not given or taken", &statement[wrong.range]))
}

/// "Febrile" at a temperature that is none: what a measurement is called, by its value.
fn measured_otherwise(statement: &str, facts: &Facts) -> Option<String> {
    const TEMPERATURE: &str = "8310-5";
    const PULSE: &str = "8867-4";
    const SATURATION: &str = "59408-5";
    type Fails = fn(f64) -> bool;
    static CALLED: LazyLock<[(Regex, &str, Fails); 5]> = LazyLock::new(|| {
        let called: [(&str, &str, Fails); 5] = [
            (r"\b(?:is |was )?febrile\b", TEMPERATURE, |value| value < if value > 50.0 { 99.5 } else { 37.5 }),
            (r"\bafebrile\b", TEMPERATURE, |value| value >= if value > 50.0 { 100.4 } else { 38.0 }),
            (r"\btachycardi[ac]\b", PULSE, |value| value < 100.0),
            (r"\bbradycardi[ac]\b", PULSE, |value| value > 60.0),
            (r"\bhypox(?:ic|emic|ia|emia)\b", SATURATION, |value| value >= 95.0),
        ];
        called.map(|(words, loinc, fails)| (pattern(words), loinc, fails))
    });
    CALLED.iter().find_map(|(words, loinc, fails)| {
        let named = words.find(statement).filter(|named| !context::negates(&statement[..named.start()]))?;
        let measured: Vec<f64> = facts.vitals.iter().filter(|one| one.loinc == *loinc).map(|one| one.value).collect();
        let all = !measured.is_empty() && measured.iter().all(|value| fails(*value));
        all.then(|| format!("{} does not go with {}", named.as_str().trim().to_lowercase(), measured[0]))
    })
}

/// "Took his amoxicillin" of what was offered and not taken.
fn never_taken(statement: &str, kind: Option<SectionKind>, index: &Index) -> Option<String> {
    static TOOK: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:took|takes?|taken|taking|tried|used|uses|using)\b"));
    static NOT_TAKEN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:didn't|did not|haven't|have not|hasn't|never) (?:\w+ )?(?:tak(?:e|en)|took|us(?:e|ed)|tr(?:y|ied)|start(?:ed)?|fill(?:ed)?)\b",
        )
    });
    let taken = TOOK.find(statement).filter(|taken| !context::negates(&statement[..taken.start()]))?;
    if matches!(kind, Some(SectionKind::Plan | SectionKind::Allergies)) || context::has_negation(statement) {
        return None;
    }
    let after = &statement[taken.end()..];
    let never = |name: &str| {
        let of_patient = |unit: &&Unit| index.line(unit.line).by_patient_side() && unit.drugs.contains(&name);
        let mut naming = index.units.iter().filter(of_patient).peekable();
        let not_taken = |unit: &Unit| {
            let text = index.line(unit.line).text();
            let sentence = index.sentence(unit);
            let next = &text[unit.range.end..];
            let next = text::sentences(next).first().map_or("", |range| &next[range.clone()]);
            NOT_TAKEN.is_match(sentence) || NOT_TAKEN.is_match(next) && DrugTable::bundled().mentions(next).is_empty()
        };
        naming.peek().is_some() && naming.all(not_taken)
    };
    let wrong = DrugTable::bundled().mentions(after).into_iter().find(|mention| never(mention.drug.name))?;
    Some(format!("{} was not taken", &after[wrong.range]))
}

/// A medicine in the list of those that are taken, that was over before this visit.
pub fn listed_and_over(statement: &str, kind: Option<SectionKind>, facts: &Facts) -> Option<String> {
    (kind == Some(SectionKind::Medications)).then(|| over(statement, facts, &|_| true)).flatten()
}

/// A medicine that `statement` gives as taken now, where `claims` says so of the words before it, and that was over before this
/// visit.
fn over(statement: &str, facts: &Facts, claims: &dyn Fn(&str) -> bool) -> Option<String> {
    static OVER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:stopp?\w*|former\w*|previous\w*|past|used to|until|discontinu\w+|no longer|off|quit|ended|before|had|was|were|did|tried|ago|last|for (?:a|an|one|two|three|\d+) (?:day|week|month|year)s?|not)\b",
        )
    });
    if OVER.is_match(statement) {
        return None;
    }
    let over = |name: &str| {
        let mut of_it = facts.medications.iter().filter(|fact| fact.name == name).peekable();
        of_it.peek().is_some() && of_it.all(|fact| fact.past && fact.as_said.is_none())
    };
    let mut mentions = DrugTable::bundled().mentions(statement).into_iter();
    let wrong = mentions.find(|mention| over(mention.drug.name) && claims(&statement[..mention.range.start]))?;
    Some(format!("{} is no longer taken", &statement[wrong.range]))
}

/// A medicine as taken now, with a word of taking it, that was over before this visit.
fn taken_no_longer(statement: &str, kind: Option<SectionKind>, facts: &Facts) -> Option<String> {
    static NOW: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:current(?:ly)?|still|takes|taking|uses|using|is on|on|continues)\b(?: \w+){0,3}? $")
    });
    let told = kind == Some(SectionKind::HistoryOfPresentIllness);
    told.then(|| over(statement, facts, &|before| NOW.is_match(before))).flatten()
}

/// A medicine of the history that only begins with this visit.
fn not_taken_yet(statement: &str, kind: Option<SectionKind>, facts: &Facts) -> Option<String> {
    if kind != Some(SectionKind::HistoryOfPresentIllness) || !TAKING.is_match(statement) {
        return None;
    }
    let begins =
        |name: &str| facts.medications.iter().any(|fact| fact.name == name && fact.action == MedicationAction::Start);
    let mentions = DrugTable::bundled().mentions(statement);
    let wrong = mentions.into_iter().find(|mention| begins(mention.drug.name))?;
    Some(format!("{} begins with this visit", &statement[wrong.range]))
}

static STOPPING: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:stopp?(?:ed|ing)?|quit|discontinued|no longer)\b"));

/// A medicine said to have ended that goes on, or an allergen said to be taken.
fn never_stopped(statement: &str, kind: Option<SectionKind>, facts: &Facts) -> Option<String> {
    if kind == Some(SectionKind::Plan) {
        return None;
    }
    let lower = statement.to_lowercase();
    let allergen = facts.allergies.known.iter().find(|allergy| lower.contains(allergy.substance.as_str()));
    if let Some(allergen) = allergen.filter(|_| TAKING.is_match(statement)) {
        return Some(format!("{} is an allergy, not a medicine taken", allergen.substance.as_str()));
    }
    let after = &statement[STOPPING.find(statement)?.end()..];
    let mentions = DrugTable::bundled().mentions(after);
    let going_on = mentions.into_iter().find(|mention| {
        facts
            .medications
            .iter()
            .any(|fact| fact.name == mention.drug.name && fact.action != MedicationAction::Stop && !fact.past)
    })?;
    Some(format!("{} was not stopped", &after[going_on.range]))
}

/// All allergies of everything denied, and not only those of one kind or those that are not named.
static NO_ALLERGIES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:no|denies|without)(?: any)?(?: known)?(?: drugs?| medications?| medicines?)? allerg(?:y|ies)\b|\b(?:not|n't)(?: known to be)? allergic to any(?:thing| medications?| medicines?| drugs?)\b|\b(?:not|n't|never)(?: \w+){0,2} any(?: known)?(?: drugs?| medications?| medicines?)? allerg(?:y|ies)\b|\bnkd?a\b",
    )
});

/// What a denial of everything may be said of: "to medicines", and not "to latex".
static TO_ANYTHING: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\W*to (?:any )?(?:anything|any|drugs?|medications?|medicines?)\b"));

/// "She is not allergic to anything", asked and answered with an allergy.
fn denies_the_allergies(statement: &str, facts: &Facts) -> Option<String> {
    let known = facts.allergies.known.first()?;
    let denied = NO_ALLERGIES.find(statement)?;
    let after = &statement[denied.end()..];
    let of_something = after.trim_start().starts_with("to ") && !TO_ANYTHING.is_match(after);
    (!of_something).then(|| format!("an allergy was told: {}", known.substance.as_str()))
}

static OF_A_PLAN: LazyLock<Regex> = LazyLock::new(|| pattern(r"^ (?:\w+ )?(?:plans?|intent\w*|attempts?|means)\b"));

/// A symptom said to be there that was denied, or the reverse.
fn polarity_turned(statement: &str, kind: Option<SectionKind>, index: &Index, facts: &Facts) -> Option<String> {
    let subjective = kind.is_none_or(|kind| {
        matches!(
            kind,
            SectionKind::ChiefComplaint | SectionKind::HistoryOfPresentIllness | SectionKind::ReviewOfSystems
        )
    });
    if !subjective || context::hypothetical(statement) {
        return None;
    }
    LEXICON.iter().find_map(|entry| {
        let mention = entry.pattern.find(statement)?;
        let fact = facts.symptoms.iter().find(|fact| fact.name == entry.name)?;
        // Thoughts there may be without a plan: the claim is about what follows.
        if entry.name == "thoughts of self-harm" && OF_A_PLAN.is_match(&statement[mention.end()..]) {
            return None;
        }
        let denied = context::negates(&statement[..mention.start()]);
        // "Chest tightness" is a kind of chest pain, and may be there where the pain is not.
        if asserted::was_said_so(statement, mention.start(), denied, index) {
            return None;
        }
        match (denied, fact.present) {
            (false, false) => Some(format!("{} was denied", entry.name)),
            (true, true) if !fact.mixed => Some(format!("{} was affirmed", entry.name)),
            _ => None,
        }
    })
}
