//! Measurements said aloud, with LOINC codes and UCUM units. A target ("under 130 over 80") is no measurement.

mod elsewhere;
mod saturations;

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

pub(super) use elsewhere::is_elsewhere;
use saturations::{SATURATION, breathing, further_saturations};

use super::context;
use crate::{
    domain::{Role, VitalSign},
    language::{
        numbers::{self, Number},
        patterns::patterns,
    },
    structuring::{
        evidence,
        text::pattern,
        visit::{Line, Visit},
    },
    terminology::DrugTable,
};

/// A kind of measurement that one number gives.
struct Kind {
    loinc: &'static str,
    name: &'static str,
    /// What announces it, up to a few words before the number.
    cue: Regex,
    /// What may follow the number instead.
    after: Option<Regex>,
    /// What a living adult or child can measure.
    plausible: Range<f64>,
    unit: fn(f64, &str) -> Option<&'static str>,
}

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let kind = |loinc, name, cue, after: Option<&str>, plausible, unit| Kind {
        loinc,
        name,
        cue: pattern(cue),
        after: after.map(|text| pattern(&format!("^{text}"))),
        plausible,
        unit,
    };
    vec![
        kind(
            "8867-4",
            "Heart rate",
            r"\b(pulse|heart rate|heart is (?:going|beating) at)\b",
            Some(r"\s*(?:beats|bpm)\b"),
            25.0..250.0,
            per_minute,
        ),
        kind("8310-5", "Body temperature", r"\b(temperature|temp|fever|temps)\b", None, 33.0..110.0, temperature_unit),
        kind(
            SATURATION,
            "Oxygen saturation",
            r"\b(oxygen|o2|saturations?|sats?|sp ?o2|pulse ox|oximet\w+|satting)\b",
            None,
            50.0..101.0,
            |_, _| Some("%"),
        ),
        kind(
            "9279-1",
            "Respiratory rate",
            r"\b(respiratory rate|respirations?|resp rate|breathing rate|resps|breathing(?: at)?)\b",
            Some(r"\s*breaths\b"),
            5.0..70.0,
            per_minute,
        ),
        kind(
            "29463-7",
            "Body weight",
            r"\b(weight|weigh|weighs|weighed|weighing|scale)\b",
            None,
            1.0..700.0,
            weight_unit,
        ),
        kind("8302-2", "Body height", r"\b(height|tall)\b", None, 30.0..230.0, height_unit),
        kind("39156-5", "Body mass index", r"\b(bmi|b\.m\.i\.?|body mass index)\b", None, 10.0..80.0, |_, _| {
            Some("kg/m2")
        }),
    ]
});

fn per_minute(_: f64, _: &str) -> Option<&'static str> {
    Some("/min")
}

fn temperature_unit(value: f64, _: &str) -> Option<&'static str> {
    match value {
        33.0..43.0 => Some("Cel"),
        93.0..110.0 => Some("[degF]"),
        _ => None,
    }
}

fn weight_unit(_: f64, after: &str) -> Option<&'static str> {
    let word = after.trim_start().to_lowercase();
    if word.starts_with("pound") || word.starts_with("lb") {
        Some("[lb_av]")
    } else if word.starts_with("kilo") || word.starts_with("kg") {
        Some("kg")
    } else {
        None
    }
}

fn height_unit(_: f64, after: &str) -> Option<&'static str> {
    let word = after.trim_start().to_lowercase();
    if word.starts_with("cm") || word.starts_with("centimet") {
        Some("cm")
    } else if word.starts_with("inch") {
        Some("[in_i]")
    } else {
        None
    }
}

/// The measurements of the visit, in order. The same value said again only adds evidence.
pub fn vitals(visit: &Visit) -> Vec<VitalSign> {
    let mut found: Vec<VitalSign> = Vec::new();
    for line in &visit.lines {
        for vital in line_vitals(visit, line).into_iter().filter(|vital| !is_taken_back(line, vital)) {
            // A position that is not said again is the same; two that are said are two measurements.
            let same = |known: &VitalSign| {
                let is_one = known.name.ends_with(&vital.name.to_lowercase())
                    || vital.name.ends_with(&known.name.to_lowercase())
                    || known.name.starts_with(&vital.name)
                    || vital.name.starts_with(&known.name);
                known.loinc == vital.loinc && known.value == vital.value && (known.name == vital.name || is_one)
            };
            match found.iter_mut().find(|known| same(known)) {
                Some(known) => {
                    if vital.name.len() > known.name.len() {
                        known.name = vital.name;
                    }
                    evidence::merge(&mut known.evidence, vital.evidence);
                }
                None => found.push(vital),
            }
        }
    }
    found
}

/// "What's your weight, fifty-eight kilos? … No wait, I've got fifty-eight here from May."
fn is_taken_back(line: &Line, vital: &VitalSign) -> bool {
    let value = |range: &Range<usize>| {
        numbers::numbers(&line.text()[range.clone()]).iter().any(|number| number.value == vital.value)
    };
    let turns = |range: &Range<usize>| context::turns_back(&line.text()[range.clone()]);
    let first = line.sentences.iter().position(value);
    first.is_some_and(|first| line.sentences[first + 1..].iter().any(|range| turns(range) && value(range)))
}

/// What announces each kind of measurement, by its name.
pub(super) fn cues() -> impl Iterator<Item = (&'static str, &'static Regex)> {
    static PRESSURE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:blood pressure|bp|b\.p\.)\b"));
    KINDS.iter().map(|kind| (kind.name, &kind.cue)).chain([("Blood pressure", &*PRESSURE)])
}

/// The measurements of one turn.
pub(super) fn line_vitals(visit: &Visit, line: &Line) -> Vec<VitalSign> {
    let text = line.text();
    let numbers = numbers::numbers(text);
    let mut found = blood_pressures(line, &numbers);
    let taken: Vec<Range<usize>> =
        pressure_pairs(text, &numbers).map(|(one, other)| one.range.start..other.range.end).collect();
    let is_taken = |number: &Number| taken.iter().any(|range| range.contains(&number.range.start));
    for kind in KINDS.iter() {
        found.extend(single_values(visit, line, &numbers, &is_taken, kind));
    }
    found.extend(pulses_beside_pressures(visit, line, &numbers));
    found.extend(further_saturations(line, &numbers, &found));
    let numbers: Vec<Number> = numbers.iter().filter(|number| !is_taken(number)).cloned().collect();
    found.extend(feet_and_inches(line, &numbers));
    found
}

/// Pairs like "152 over 94" and "142/88" that can be a blood pressure.
fn pressure_pairs<'n>(text: &'n str, numbers: &'n [Number]) -> impl Iterator<Item = (&'n Number, &'n Number)> {
    numbers.windows(2).filter_map(move |pair| {
        let between = text[pair[0].range.end..pair[1].range.start].trim().to_lowercase();
        let shape = matches!(between.as_str(), "over" | "/" | "on" | "over about");
        let plausible = (60.0..280.0).contains(&pair[0].value)
            && (30.0..160.0).contains(&pair[1].value)
            && pair[0].value > pair[1].value + 9.0;
        // Asked last: it reads all that was said before.
        let strength = || is_strength(text, pair[0].range.start..pair[1].range.end);
        (shape && plausible && !strength()).then_some((&pair[0], &pair[1]))
    })
}

/// Whether the ratio at `range` of `text` is the strength of a medicine: "Advair 100 over 50", "you're on the 250 over 50, one
/// puff", "70/30 insulin".
fn is_strength(text: &str, range: Range<usize>) -> bool {
    static PRESSURE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:pressures?|bp|readings?|cuff|top number)\b"));
    static RIGHT_AFTER_NAME: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"^[\s,.?]*(?:(?:the|same|strength|inhaler|dis[ck](?:us)?|a|at|of|that's|dose)\b[\s,]*)*$")
    });
    static ON_THE: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:on|takes?|taking|us(?:e|es|ing)|strength|dose)(?: is)?,? (?:the |a )?$"));
    static DOSED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^[\s,]*(?:\w+[\s,]+){0,3}(?:puffs?|inhal\w+|inhalers?|mcg|micrograms?|milligrams?|mg|tablets?|capsules?|insulin|units|mix|strength)\b",
        )
    });
    let (before, after) = (&text[..range.start], &text[range.end..]);
    let drug = DrugTable::bundled().mentions(before).last().map(|mention| &before[mention.range.end..]);
    let Some(between) = drug.filter(|between| !PRESSURE.is_match(between)) else {
        return DOSED.is_match(after) && !PRESSURE.is_match(before);
    };
    RIGHT_AFTER_NAME.is_match(between) || ON_THE.is_match(between) || DOSED.is_match(after)
}

/// Bytes between the first value that a meter shows and the one on which it settles, at most.
const LONGEST_SETTLING: usize = 50;

/// Whether what stands at `next` corrects what ends at `end`: "98, sorry, 88".
fn is_corrected(text: &str, end: usize, next: usize) -> bool {
    static SETTLES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:give it a (?:second|sec|minute|moment)|(?:it's|still) (?:settling|coming up|climbing)|there (?:it is|we go))\b",
        )
    });
    text.get(end..next).is_some_and(|between| {
        context::takes_back(between) || between.len() <= LONGEST_SETTLING && SETTLES.is_match(between)
    })
}

fn blood_pressures(line: &Line, numbers: &[Number]) -> Vec<VitalSign> {
    let text = line.text();
    let pairs: Vec<_> = pressure_pairs(text, numbers).collect();
    let stands =
        |at: usize| pairs.get(at + 1).is_none_or(|next| !is_corrected(text, pairs[at].1.range.end, next.0.range.start));
    let measured = (0..pairs.len()).filter(|at| stands(*at)).map(|at| pairs[at]);
    let measured = measured.filter(|(systolic, _)| !is_target(line, systolic.range.start));
    measured
        .flat_map(|(systolic, diastolic)| {
            let quote = sentence_quote(line, systolic.range.start..diastolic.range.end);
            let position = position(line, &pairs, systolic);
            let vital = |loinc: &str, name: &str, value| VitalSign {
                loinc: loinc.to_owned(),
                name: position.map_or(name.to_owned(), |position| format!("{position} {}", name.to_lowercase())),
                value,
                unit: "mm[Hg]".to_owned(),
                evidence: vec![evidence::evidence(line.utterance, quote.clone())],
            };
            [
                vital("8480-6", "Systolic blood pressure", systolic.value),
                vital("8462-4", "Diastolic blood pressure", diastolic.value),
            ]
        })
        .collect()
}

/// How the patient was when `systolic`, of one of `pairs`, was measured: "sitting it's 118 over 64, standing 96 over 58", or
/// each after its value.
fn position(line: &Line, pairs: &[(&Number, &Number)], systolic: &Number) -> Option<&'static str> {
    static POSITION: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:(sit(?:s|ting)?|seated)|(stand(?:s|ing)?|stood|upright)|(lie|lies|lying|lay|laying|supine|flat))\b",
        )
    });
    let text = line.text();
    let sentence = line.sentence_at(systolic.range.start);
    let own: Vec<_> = pairs.iter().filter(|(high, _)| sentence.contains(&high.range.start)).collect();
    let at = own.iter().position(|(high, _)| high.range.start == systolic.range.start)?;
    let start = |at: usize| if at == 0 { sentence.start } else { own[at - 1].1.range.end };
    let end = |at: usize| own.get(at + 1).map_or(sentence.end, |next| next.0.range.start);
    // Whoever says it before the first value says it before the others too.
    let leads = POSITION.is_match(&text[start(0)..own[0].0.range.start]);
    let words = if leads { &text[start(at)..systolic.range.start] } else { &text[own[at].1.range.end..end(at)] };
    let mut found = POSITION.captures_iter(words);
    let named = if leads { found.last() } else { found.next() }?;
    let positions = ["Sitting", "Standing", "Lying"];
    positions.into_iter().enumerate().find(|(at, _)| named.get(at + 1).is_some()).map(|(_, position)| position)
}

/// "What are your pressure and pulse at home?" "128 over 80 and 61.": a pulse is said after the pressure, once somebody spoke
/// of pulses.
fn pulses_beside_pressures(visit: &Visit, line: &Line, numbers: &[Number]) -> Vec<VitalSign> {
    static PULSE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:pulse|heart rate)\b"));
    static ENDS: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*(?:[.,;]|$)"));
    let text = line.text();
    let asked = visit.question_before(line.index).is_some_and(|question| PULSE.is_match(question.text()));
    let beside = pressure_pairs(text, numbers).filter_map(|(high, low)| {
        let pulse = numbers.iter().find(|number| number.range.start >= low.range.end)?;
        let between = text[low.range.end..pulse.range.start].trim_matches([' ', ',']);
        let named = asked || PULSE.is_match(&text[..high.range.start]);
        let ends = ENDS.is_match(&text[pulse.range.end..]);
        let holds = named && between == "and" && ends && (25.0..250.0).contains(&pulse.value);
        (holds && !is_target(line, high.range.start)).then_some(pulse)
    });
    let vital = |pulse: &Number| VitalSign {
        loinc: "8867-4".to_owned(),
        name: "Heart rate".to_owned(),
        value: pulse.value,
        unit: "/min".to_owned(),
        evidence: vec![evidence::evidence(line.utterance, sentence_quote(line, pulse.range.clone()))],
    };
    beside.map(vital).collect()
}

/// The unit in which weights are told in this visit: a scale that shows pounds is not said to with each weight. None where both
/// units, or neither, are spoken of.
fn usual_weight_unit(visit: &Visit) -> Option<&'static str> {
    static POUNDS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:pounds?|lbs?)\b"));
    static KILOS: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?:^|[^/\w] ?)(?:(?:\d+|\w+) )?\b(?:kilo(?:gram)?s?|kgs?)\b"));
    let said = |unit: &Regex| visit.lines.iter().any(|line| unit.is_match(line.text()));
    match (said(&POUNDS), said(&KILOS)) {
        (true, false) => Some("[lb_av]"),
        (false, true) => Some("kg"),
        _ => None,
    }
}

/// Whether nothing but "is" stands between "weight" and a number, and nothing behind it: "pulse 72, weight 163".
fn is_bare_weight(line: &Line, between: &str, after: &str) -> bool {
    static IS: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^[\s:,]*(?:(?:is|was|today|now|here|at|this|morning|it's|you're)\b[\s:,]*)*$"));
    static ENDS: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^\s*(?:(?:today|now|here|this morning)\s*)?(?:[.,;!]|$)"));
    line.utterance.role != Role::Patient && IS.is_match(between) && ENDS.is_match(after)
}

fn single_values(
    visit: &Visit,
    line: &Line,
    numbers: &[Number],
    taken: &dyn Fn(&Number) -> bool,
    kind: &Kind,
) -> Vec<VitalSign> {
    let text = line.text();
    let mut found = Vec::new();
    for (at, number) in numbers.iter().enumerate().filter(|(_, number)| !taken(number)) {
        let sentence = line.sentence_at(number.range.start);
        if numbers.get(at + 1).is_some_and(|next| is_corrected(text, number.range.end, next.range.start)) {
            continue;
        }
        let corrects =
            at.checked_sub(1).is_some_and(|before| is_corrected(text, numbers[before].range.end, number.range.start));
        let before = at.checked_sub(if corrects { 2 } else { 1 });
        // What is corrected may have been named a sentence before: "your oxygen is 89, hang on. 91."
        let start = if corrects { line.sentence_at(numbers[at - 1].range.start).start } else { sentence.start };
        let previous = before.map_or(start, |before| numbers[before].range.end.max(start));
        let before = &text[previous.min(number.range.start)..number.range.start];
        let after = &text[number.range.end..];
        let sentence_text = &text[sentence.clone()];
        // "In the seventies" is no value.
        if text[..number.range.end].ends_with('s')
            && text[number.range.clone()].starts_with(|c: char| c.is_ascii_digit())
            || after.starts_with('s')
        {
            continue;
        }
        if kind.loinc == "8867-4" && OF_THE_UNBORN.is_match(sentence_text) {
            continue;
        }
        let between = kind.cue.find_iter(before).last().map(|cue| &before[cue.end()..]);
        let announced = between.is_some_and(|between| {
            let reach = if corrects { 14 } else { 7 };
            between.split_whitespace().count() <= reach && !is_change(between) && !is_threshold(between)
        });
        let followed = kind.after.as_ref().is_some_and(|pattern| pattern.is_match(after))
            || (kind.loinc == "8302-2" && is_tall(after))
            || (kind.loinc == "29463-7" && (is_subject(before) || stands_alone(line, &sentence, &number.range)));
        if !(announced || followed) || !kind.plausible.contains(&number.value) || counts_time(after) {
            continue;
        }
        let value = if kind.loinc == "8310-5" { with_tenths(text, number, numbers.get(at + 1)) } else { number.value };
        let bare = || kind.loinc == "29463-7" && between.is_some_and(|between| is_bare_weight(line, between, after));
        let unit = (kind.unit)(value, after).or_else(|| usual_weight_unit(visit).filter(|_| bare()));
        let Some(unit) = unit else { continue };
        if is_target(line, number.range.start) {
            continue;
        }
        let quote = evidence::evidence(line.utterance, sentence_quote(line, number.range.clone()));
        let breathed = breathing(text, number.range.end).filter(|_| kind.loinc == SATURATION);
        let name = breathed.map_or(kind.name.to_owned(), |gas| format!("{} ({gas})", kind.name));
        let loinc = kind.loinc.to_owned();
        found.push(VitalSign { loinc, name, value, unit: unit.to_owned(), evidence: vec![quote] });
    }
    found
}

/// Whether the bare number, or percentage, at `range` of `text` is what was measured of the patient: "her oxygen is 98%",
/// "your pulse is 100".
pub(super) fn is_measured(text: &str, range: &Range<usize>) -> bool {
    static IS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?: (?:today|this|morning|here|right|now|is|was|at|of|about|around|a|going|running|only|still))*\s*$",
        )
    });
    static WHAT_FOR: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bfor (?:\w+ )?$"));
    let number_end = numbers::numbers(text).into_iter().find(|one| one.range.start == range.start);
    let bare = number_end.is_some_and(|one| one.range.end == range.end) || text[range.clone()].ends_with('%');
    let before = &text[..range.start];
    let announced = |cue: &Regex| {
        cue.find_iter(before)
            .last()
            .is_some_and(|cue| IS.is_match(&before[cue.end()..]) && !WHAT_FOR.is_match(&before[..cue.start()]))
    };
    bare && cues().any(|(_, cue)| announced(cue))
}

/// "You're two hundred pounds today."
fn is_subject(before: &str) -> bool {
    let before = before.trim_end().to_lowercase();
    ["you're", "you are", "i'm", "i am", "he's", "she's"].iter().any(|subject| before.ends_with(subject))
}

/// "Wait 91 kilos.", said for "weight": a sentence of the clinician's that has nothing but a mass.
fn stands_alone(line: &Line, sentence: &Range<usize>, number: &Range<usize>) -> bool {
    static BESIDE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"^\W*(?:(?:and|you're|wait|way|weights?|weighed|weighing|at|today|in|now|here|okay)\b\W*)*$")
    });
    static UNIT: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^\W*(?:kilo(?:gram)?s?|kgs?|pounds?|lbs?)\b(?:\W*(?:today|now|here)\b)?\W*$"));
    let text = line.text();
    line.by_clinician()
        && BESIDE.is_match(&text[sentence.start..number.start])
        && UNIT.is_match(&text[number.end..sentence.end])
}

fn is_tall(after: &str) -> bool {
    let words: Vec<&str> = after.split_whitespace().take(2).collect();
    words.get(1).is_some_and(|word| word.starts_with("tall"))
}

static OF_THE_UNBORN: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:baby's|babies'|fetal|foetal|fetus)\b"));

/// "Thirty-seven nine" of a temperature is 37.9.
fn with_tenths(text: &str, whole: &Number, next: Option<&Number>) -> f64 {
    let tenths = next.filter(|next| {
        let between = text[whole.range.end..next.range.start].trim();
        let after = text[next.range.end..].trim_start();
        (0.0..10.0).contains(&next.value)
            && next.value.fract() == 0.0
            && matches!(between, "" | "-")
            && !counts_time(after)
    });
    let body = (34.0..43.0).contains(&whole.value) || (94.0..110.0).contains(&whole.value);
    match tenths {
        Some(tenths) if body && whole.value.fract() == 0.0 => ((whole.value * 10.0) + tenths.value) / 10.0,
        _ => whole.value,
    }
}

pub(super) fn counts_time(after: &str) -> bool {
    // "Breathing twenty times a minute" is a rate.
    static RATE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*times (?:a|per|every|each) minute\b"));
    if RATE.is_match(after) {
        return false;
    }
    let word = after.split_whitespace().next().unwrap_or_default().to_lowercase();
    ["day", "week", "month", "year", "hour", "minute", "time"].iter().any(|unit| word.starts_with(unit))
}

/// "five foot nine", "5 feet 10 inches tall".
fn feet_and_inches(line: &Line, numbers: &[Number]) -> Option<VitalSign> {
    let text = line.text();
    let pair = numbers.windows(2).find(|pair| {
        let between = text[pair[0].range.end..pair[1].range.start].trim().to_lowercase();
        matches!(between.as_str(), "foot" | "feet" | "ft" | "'")
            && (2.0..8.0).contains(&pair[0].value)
            && pair[1].value < 12.0
    })?;
    let quote = sentence_quote(line, pair[0].range.start..pair[1].range.end);
    Some(VitalSign {
        loinc: "8302-2".to_owned(),
        name: "Body height".to_owned(),
        value: pair[0].value * 12.0 + pair[1].value,
        unit: "[in_i]".to_owned(),
        evidence: vec![evidence::evidence(line.utterance, quote)],
    })
}

/// "A fever over a hundred and two" is one that may come.
fn is_threshold(between: &str) -> bool {
    let between = between.trim().to_lowercase();
    ["over", "above", "of over", "of more than", "goes over", "goes above", "higher than", "gets to"]
        .contains(&between.as_str())
}

/// "down four pounds", "lost ten": a change, not a weight.
fn is_change(between: &str) -> bool {
    static CHANGE: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(down|up|lost|gained|gain|lose|losing|gaining|by|dropped|loss)\b"));
    CHANGE.is_match(between)
}

/// Whether the words before `at` set a target or a threshold.
pub(super) fn is_target(line: &Line, at: usize) -> bool {
    static TARGET: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(last (?:time|visit)|previously|goal|target|aim\w*|under|below|less than|above|more than|greater than|higher than|if|want (?:it|you|that)|like (?:it|you|that) (?:to be )?|should be|supposed to|normal is|ideally|at least|keep)\b[^.?!]*$",
        )
    });
    let sentence = line.sentence_at(at);
    let (before, after) = (&line.text()[sentence.start..at], &line.text()[at..sentence.end]);
    // Who measures today tells of another day only to compare.
    let of_another_day = PAST_BEFORE.is_match(before) || PAST_AFTER.is_match(after);
    TARGET.is_match(before) || ABOUT.is_match(after) || line.by_clinician() && of_another_day
}

patterns! {
    // "Forty-something" is no measurement.
    ABOUT = r"^[\w.]+[- ](?:something|ish|odd)\b";
    PAST_BEFORE = r"^\W*(?:(?:and|but|so|well|okay)\W+)*(?:at|in) the (?:er|emergency room|hospital|urgent care|ambulance|pharmacy)\b[^.?!;]*\b(?:was|were)\b[^.?!;]*$|^\W*(?:(?:and|but|so|well|okay)\W+)*(?:(?:at )?(?:your |the |our )?last (?:appointment|month|week|year|spring|summer|fall|autumn|winter)|(?:back )?in (?:january|february|march|april|may|june|july|august|september|october|november|december|the (?:spring|summer|fall|winter|hospital))|(?:\w+ )?(?:days?|weeks?|months?|years?) ago)\b[^.?!;]*$";
    PAST_AFTER = r"^\W*[\w.]+(?: (?:over|on) (?:\w+ ?){1,3}|/\d+)? (?:at (?:your |the |our )?last|last (?:appointment|time|visit|month|week|year|spring|summer|fall|autumn|winter)|(?:back )?in (?:january|february|march|april|may|june|july|august|september|october|november|december)|(?:\w+ )?(?:days?|weeks?|months?|years?) ago)\b";
}

/// From the start of the clause to the end of the value and its unit.
fn sentence_quote(line: &Line, value: Range<usize>) -> Range<usize> {
    let sentence = line.sentence_at(value.start);
    let text = line.text();
    let start =
        text[sentence.start..value.start].rfind([',', ';']).map_or(sentence.start, |at| sentence.start + at + 1);
    let end = text[value.end..sentence.end].find([',', ';', '.', '?', '!']).map_or(sentence.end, |at| value.end + at);
    start..end.max(value.end)
}

#[cfg(test)]
mod tests;
