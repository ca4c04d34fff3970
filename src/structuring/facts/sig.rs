//! Doses, routes and frequencies as people say them.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::context;
use crate::{
    domain::Dose,
    language::{
        numbers,
        parts::{and_a_part, parts},
        units,
    },
    structuring::text::{Token, pattern, tokens},
};

/// A dose with its place in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct DoseMention {
    /// The amount.
    pub dose: Dose,
    /// Bytes of the text.
    pub range: Range<usize>,
}

/// The doses of `text`, in order. Where `usual_unit` knows the unit of a bare number ("lisinopril twenty"), it counts too.
pub fn doses(text: &str, usual_unit: &dyn Fn(f64) -> Option<String>) -> Vec<DoseMention> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    let said = numbers::numbers(text);
    for (at, number) in said.iter().cloned().map(|number| without_times(text, number)).enumerate() {
        let next = tokens.iter().position(|token| token.range.start >= number.range.end);
        let (unit, end) = match unit_after(text, number.range.end) {
            Some(found) => found,
            None if is_concentration(text, number.range.end) => continue,
            None if counts_something_else(text, &tokens, next, &number.range) => continue,
            None => match usual_unit(number.value).or_else(|| unit_corrected(text, &number, &found)) {
                Some(unit) => (unit, number.range.end),
                None => continue,
            },
        };
        let least = at.checked_sub(1).map(|before| &said[before]).filter(|least| is_least(text, least, &number, &unit));
        if let Some(least) = least {
            found.retain(|mention: &DoseMention| mention.range.start < least.range.start);
            let dose = Dose { value: number.value, low: Some(least.value), unit };
            found.push(DoseMention { dose, range: least.range.start..end });
            continue;
        }
        let (more, end) = and_a_part(text, end).unwrap_or((0.0, end));
        // "Two of the five hundreds" is a thousand.
        let (times, start) = times_before(text, number.range.start).filter(|_| !units::is_count(&unit)).unzip();
        let value = (number.value + more) * times.unwrap_or(1.0);
        found.push(DoseMention {
            dose: Dose { value, low: None, unit },
            range: start.unwrap_or(number.range.start)..end,
        });
    }
    // "Go up by four units, so twenty-four": an amount of change is no dose.
    found.retain(|mention| !text[..mention.range.start].trim_end().to_lowercase().ends_with(" by"));
    found.extend(parts(text).into_iter().map(|part| DoseMention {
        dose: Dose { value: part.value, low: None, unit: part.unit.to_owned() },
        range: part.range,
    }));
    found.retain(|mention| !limits(text).any(|limit| limit.contains(&mention.range.start)));
    found.sort_by_key(|mention| mention.range.start);
    found
}

/// A range is not wider than this: what is five times as much is another dose.
const WIDEST: f64 = 5.0;

/// Whether `least` begins a range that ends with `most`: "four to six units", "one or two tablets". A dose that is moved is
/// none: "go up from five to ten milligrams".
fn is_least(text: &str, least: &numbers::Number, most: &numbers::Number, unit: &str) -> bool {
    static MOVED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:from|up|down|back|increas\w*|rais\w*|reduc\w*|lower\w*|decreas\w*|cut\w*|drop\w*|bump\w*|mov\w*|chang\w*|switch\w*|titrat\w*|taper\w*|doubl\w*|halv\w*|went|go(?:es|ing)?)\b[^.?!;]*$",
        )
    });
    let joined = match text[least.range.end..most.range.start].trim().to_lowercase().as_str() {
        "to" | "-" | "–" | "up to" => true,
        "or" => units::is_count(unit),
        _ => false,
    };
    let is_wide = most.value > least.value * WIDEST;
    joined && least.value > 0.0 && least.value < most.value && !is_wide && !MOVED.is_match(&text[..least.range.start])
}

/// "Forty milligrams. No, make that thirty": the unit of a bare number that takes the place of the dose before it.
fn unit_corrected(text: &str, number: &numbers::Number, before: &[DoseMention]) -> Option<String> {
    let last = before.last()?;
    let between = text.get(last.range.end..number.range.start)?;
    context::takes_back(between).then(|| last.dose.unit.clone())
}

/// The dose that stands at the end: a correction takes back what came before it, an amount in weight beats a count of
/// tablets, and "from twenty to forty" means forty.
pub fn final_dose(text: &str, mentions: &[DoseMention]) -> Option<DoseMention> {
    let by_weight = |mention: &DoseMention| !units::is_count(&mention.dose.unit);
    let mut chosen: Option<&DoseMention> = None;
    for mention in mentions {
        let replaces = chosen.is_none_or(|earlier| {
            let between = &text[earlier.range.end.min(mention.range.start)..mention.range.start];
            replaces(between) || moves_to(between) || (by_weight(mention) && !by_weight(earlier))
        });
        if replaces {
            chosen = Some(mention);
        }
    }
    chosen.cloned()
}

/// Whether `between`, the words between two doses, puts the second in the place of the first.
pub fn replaces(between: &str) -> bool {
    let to = between.trim() == "to" || between.trim_start().starts_with("to ");
    to || context::takes_back(between) || context::changes(between)
}

/// Whether `between`, the words between two doses of one sentence, moves to the second: "you're on ten, we'll go to twenty".
fn moves_to(between: &str) -> bool {
    static MOVES_TO: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:we'll|i'll|let's|we're going to|i'd like to|i want to|we can) (?:(?:go|move|bring|take|get|raise|increase|drop|lower|cut|bump)(?: (?:it|that|you|up|down|back))* to(?: the)?|make (?:it|that))\W*$",
        )
    });
    static TIME: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:morning|noon|lunch|evening|night|bedtime|supper|dinner|breakfast)\b"));
    MOVES_TO.is_match(between) && !TIME.is_match(between)
}

/// Whether more than one dose stands: "160 milligrams today, and then 80 once a day", "ten. Twenty, once a day".
pub fn several(text: &str, mentions: &[DoseMention]) -> bool {
    mentions.windows(2).any(|pair| {
        let between = &text[pair[0].range.end.min(pair[1].range.start)..pair[1].range.start];
        are_two(&pair[0].dose, &pair[1].dose)
            && !replaces(between)
            && !moves_to(between)
            && !context::looks_back(between)
    })
}

/// Whether two doses cannot both be the one that is taken at a time: different amounts in one unit.
pub fn are_two(one: &Dose, other: &Dose) -> bool {
    one.unit == other.unit && one.value != other.value && !units::is_count(&one.unit)
}

/// "Two hundred milligrams, two of them three times a day".
static OF_THEM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^[,.]? (?:and )?(?:i |he |she |you )?(?:takes? |taking |use |using )?(two|three|four|[2-4]) of (?:them|those|these)\b",
    )
});

/// Bytes between the strength of a tablet and how many of them are taken, at most.
const LONGEST_COUNT: usize = 25;

/// What is taken at a time: "five hundred milligrams, two tablets" is a thousand.
pub fn counted(text: &str, strength: DoseMention, mentions: &[DoseMention]) -> Dose {
    let count = mentions.iter().find(|count| {
        let after = count.range.start.checked_sub(strength.range.end);
        let near = after.is_some_and(|between| {
            between <= LONGEST_COUNT && !text[strength.range.end..count.range.start].contains(['.', '?', '!'])
        });
        near && matches!(count.dose.unit.as_str(), "tablets" | "capsules") && (1.5..=4.0).contains(&count.dose.value)
    });
    let of_them = || {
        let found = OF_THEM.captures(&text[strength.range.end..])?;
        numbers::numbers(&found[1]).first().map(|count| count.value)
    };
    let times = count.map(|count| count.dose.value).or_else(of_them).unwrap_or(1.0).max(1.0);
    if units::is_count(&strength.dose.unit) { strength.dose } else { strength.dose.times(times) }
}

/// The doses of `text` that the next one corrects ("fifty, no, sorry, forty milligrams").
pub fn corrected_doses(text: &str, mentions: &[DoseMention]) -> Vec<Dose> {
    let corrected = |pair: &[DoseMention]| {
        let between = &text[pair[0].range.end.min(pair[1].range.start)..pair[1].range.start];
        let takes_back = (context::takes_back(between) || context::changes(between)) && pair[0].dose != pair[1].dose;
        takes_back.then(|| pair[0].dose.clone())
    };
    mentions.windows(2).filter_map(corrected).collect()
}

/// How many of a strength that stands at byte `strength` are taken: "two of the …", "a quarter of a …", "two 500 milligram
/// tablets", and where that begins.
fn times_before(text: &str, strength: usize) -> Option<(f64, usize)> {
    static TIMES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?:(?P<sign>\d? ?[½¼¾⅓⅔])(?: (?:tablets?|pills?|capsules?))?(?: of)? (?:an?|the|my|those|these|your) |\b(?:(?P<part>half|a quarter|quarter|(?:one|two|[12]) and a half|a tablet and a half|a pill and a half|one|two|three|four|[1-4](?:\.5)?)(?: (?:tablets?|pills?|capsules?))? of (?:an?|the|my|those|these|your) |(?P<half>half) an? |(?P<count>two|three|four|[2-4]) ))$",
        )
    });
    static OF_TABLETS: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^\d[\d.]*[ -]?(?:mg|mcg|milligrams?|micrograms?)[ -](?:tablets|pills|capsules)\b"));
    let found = TIMES.captures(&text[..strength])?;
    let said = ["sign", "part", "half", "count"].iter().find_map(|name| found.name(name))?;
    if found.name("count").is_some() && !OF_TABLETS.is_match(&text[strength..]) {
        return None;
    }
    let value = match said.as_str().to_lowercase().trim_start_matches("a ") {
        "half" => 0.5,
        "quarter" => 0.25,
        "tablet and a half" | "pill and a half" => 1.5,
        words => numbers::numbers(words).first()?.value,
    };
    Some((value, said.start()))
}

/// The unit of a dose, and where it ends. An amount in a volume of blood is a result, and one in a volume of a liquid
/// medicine its strength.
fn unit_after(text: &str, number_end: usize) -> Option<(String, usize)> {
    let (unit, range) = units::unit_after(text, number_end)?;
    (!is_concentration(text, number_end)).then(|| (unit.to_owned(), range.end))
}

/// Whether the amount that ends at byte `number_end`, with its unit or without, is one in something else: "250 milligrams per
/// five", "10 per kilo".
fn is_concentration(text: &str, number_end: usize) -> bool {
    static PER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\s*(?:/|(?:per|in|to the) (?:every )?(?:\d|(?:one|two|five|ten|a) (?:m|cc)|five\b|ten\b|deciliter|liter|m(?:l|ils?|illi\w+)\b|cc|teaspoon|kilo\w*|kg|pound))",
        )
    });
    let end = units::unit_after(text, number_end).map_or(number_end, |(_, range)| range.end);
    PER.is_match(&text[end..])
}

/// Where `text` says how much may be taken in a day: "no more than three grams a day" is no dose, nor does it say how often.
fn limits(text: &str) -> impl Iterator<Item = Range<usize>> {
    static LIMIT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?:\b(?:no|not|never) more than|\bat (?:the )?most|\bmax(?:imum)?(?: of| is)?|[,;] ?up to)(?: [\w.,-]+){1,4}? (?:milligrams?|mgs?|grams?|g|tablets?|pills?|units) (?:(?:a|per|each|every|in a|in one) day|daily|in (?:total|twenty[- ]four|24)[\w ]*)|\b\d[\d,.]* (?:in )?total\b|\b(?:up to|no more than|not over|under) \d[\d,]* (?:a|per|in a) day\b",
        )
    });
    LIMIT.find_iter(text).map(|found| found.range())
}

/// "Three hundred three times a day": the last word of the number belongs to the times.
fn without_times(text: &str, number: numbers::Number) -> numbers::Number {
    let times = text[number.range.end..].trim_start().to_lowercase().starts_with("times");
    let last_word = text[number.range.clone()].rfind(' ').filter(|_| times);
    let shorter = last_word.and_then(|end| {
        let before = &text[..number.range.start + end];
        numbers::numbers(before).pop().filter(|shorter| shorter.range.start == number.range.start)
    });
    shorter.unwrap_or(number)
}

/// From here on nobody takes so many tablets a day.
const TOO_MANY: f64 = 15.0;
/// From here on "ten of the prednisone" is no number of tablets.
const TOO_MANY_OF: f64 = 5.0;

/// Whether a bare number counts days, times, years or anything else that no dose is counted in.
fn counts_something_else(text: &str, tokens: &[Token], next: Option<usize>, range: &Range<usize>) -> bool {
    const COUNTED: [&str; 41] = [
        "dollars",
        "pump",
        "pumps",
        "drip",
        "application",
        "shot",
        "spoon",
        "day",
        "days",
        "week",
        "weeks",
        "month",
        "months",
        "year",
        "years",
        "hour",
        "hours",
        "minute",
        "minutes",
        "times",
        "time",
        "over",
        "out",
        "or",
        "percent",
        "pounds",
        "kilos",
        "point",
        "more",
        "am",
        "pm",
        "o'clock",
        "a",
        "per",
        "refills",
        "doses",
        "of",
        "to",
        "days'",
        "degrees",
        "beats",
    ];
    let before = text[..range.start].trim_end().to_lowercase();
    let after_counter =
        ["every", "for", "about", "over", "age", "last", "past", "in", "at", "was", "is", "than", "per"]
            .iter()
            .any(|word| before.split_whitespace().next_back() == Some(word));
    let counted = next.is_some_and(|at| {
        let gap = &text[range.end..tokens[at].range.start];
        let lower = tokens[at].lower.as_str();
        // "Two a day" counts tablets, "a hundred a day" and "twelve and a half a day" don't.
        let values = numbers::numbers(&text[range.clone()]);
        let least = |least: f64| values.iter().all(|number| number.value >= least);
        let in_part = values.iter().all(|number| number.value.fract() != 0.0) && least(TOO_MANY_OF);
        let weighed =
            matches!(lower, "a" | "per") && (least(TOO_MANY) || in_part) || lower == "of" && least(TOO_MANY_OF);
        gap.trim().is_empty() && COUNTED.contains(&lower) && !weighed || gap.contains(['/', '%'])
    });
    let points_at_one =
        before.split_whitespace().next_back().is_some_and(|word| ["the", "this", "that", "which"].contains(&word))
            && text[range.clone()].eq_ignore_ascii_case("one");
    // "I have you down for a thousand", "leave it at fifty", "it is a thousand".
    static AS_DOSE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:(?:have|has|had|got|put|keep|kept|leave|left|stay)(?: you| him| her| it| that| me)?(?: down)? (?:for|at)|(?:it|that|dose) is|(?:where|as|the way) (?:it|that) (?:is|was),? at)$",
        )
    });
    let after_counter = after_counter && !AS_DOSE.is_match(&before);
    let follows_slash = before.ends_with(['/', '$', '£', '€']) || points_at_one;
    after_counter || counted || follows_slash
}

/// The frequency said in `text`, in the note's words, and where.
pub fn frequency(text: &str) -> Option<(String, Range<usize>)> {
    let text = &without_limits(text);
    let regular = several_times(text)
        .or_else(|| of_a_week(text))
        .or_else(|| every_interval(text))
        .or_else(|| so_many(text))
        .or_else(|| regular(text))
        .map(|found| at_most(text, found));
    let needed = AS_NEEDED.find(text);
    match (regular, needed) {
        (Some((name, range)), Some(needed)) => {
            Some((format!("{name} as needed"), range.start.min(needed.start())..range.end.max(needed.end())))
        }
        (None, Some(needed)) => Some(("as needed".to_owned(), needed.range())),
        (regular, None) => regular,
    }
}

/// "Fifteen milligrams a week": in how many doses was not said.
fn of_a_week(text: &str) -> Option<(String, Range<usize>)> {
    static A_WEEK: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:milligrams?|mg|micrograms?|mcg) ((?:a|per|each) week)\b"));
    static MOVES: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:up|down|by) (?:by )?(\w+) (?:and \w+ )?$"));
    let found = A_WEEK.captures(text)?;
    let range = found.get(0)?.range();
    let moves = MOVES.captures(&text[..range.start]).is_some_and(|found| !found[1].eq_ignore_ascii_case("to"));
    (!moves).then(|| ("a week".to_owned(), range))
}

/// "Four or five a day": so many of them, and not how often.
fn so_many(text: &str) -> Option<(String, Range<usize>)> {
    static SO_MANY: LazyLock<Regex> =
        LazyLock::new(|| pattern(&format!(r"\b((?:{MANY}) (?:or|to) (?:{MANY})) (?:a|per) day\b")));
    static HABIT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:smok\w+|cigarettes?|drink\w*|beers?|cups?|glasses|coffees?|times|meals?|miles?)\b")
    });
    let found = SO_MANY.captures(text)?;
    let range = found.get(0)?.range();
    (!HABIT.is_match(&text[..range.start])).then(|| (format!("{} a day", found[1].to_lowercase()), range))
}

/// "Ordinarily that's twice a day, but …": how others take it.
static ORDINARY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:ordinarily|normally|usually|typically),? (?:that's|that is|it's|it is|it'd be|i'd|we'd|you'd|people)\b[^.;?!]*?\bbut\b",
    )
});

/// `text` with every limit of a day, and what is usual for others, blanked.
fn without_limits(text: &str) -> String {
    let mut blanked = text.to_owned();
    for limit in limits(text).chain(ORDINARY.find_iter(text).map(|found| found.range())) {
        blanked.replace_range(limit.clone(), &" ".repeat(limit.len()));
    }
    blanked
}

fn regular(text: &str) -> Option<(String, Range<usize>)> {
    let mut found = REGULAR.iter().filter_map(|(pattern, name)| Some((*name, pattern.find(text)?.range())));
    let (mut name, mut range) = found.next()?;
    // "Twenty a day, and down by five each week" is taken daily.
    if name.ends_with("weekly") || name.ends_with("monthly") {
        let earlier = found.find(|(name, earlier)| name.ends_with("daily") && earlier.end <= range.start);
        (name, range) = earlier.unwrap_or((name, range));
    }
    Some((name.to_owned(), range))
}

/// How often a day a frequency in the note's words is, at least: "every 4 to 6 hours" is four times. `None` for "as needed"
/// and whatever says no number.
pub fn times_a_day(frequency: &str) -> Option<f64> {
    const DAYS: [(&str, f64); 4] = [("hour", 1.0 / 24.0), ("day", 1.0), ("week", 7.0), ("month", 30.0)];
    let plain = frequency.trim_start_matches("up to ").trim_end_matches("as needed").trim();
    let often = match plain {
        "once daily" | "at bedtime" => 1.0,
        "twice daily" => 2.0,
        "with meals" => 3.0,
        "every other day" => 0.5,
        "once weekly" => 1.0 / 7.0,
        "twice weekly" => 2.0 / 7.0,
        "once monthly" => 1.0 / 30.0,
        _ => {
            let said = numbers::numbers(plain);
            match plain.strip_prefix("every ") {
                Some(interval) => {
                    let (_, days) = DAYS.iter().find(|(unit, _)| interval.contains(unit))?;
                    1.0 / (said.last()?.value * days)
                }
                None if plain.ends_with("weekly") => said.first()?.value / 7.0,
                None => said.first()?.value,
            }
        }
    };
    Some(often)
}

/// How many times, or of how many, people say.
const MANY: &str = "two|three|four|five|six|seven|eight|nine|ten|[2-9]|10";

/// "Six or seven times a day", and more than six times.
fn several_times(text: &str) -> Option<(String, Range<usize>)> {
    static SEVERAL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(&format!(
            r"\b((?:{MANY}) (?:or|to) (?:{MANY})|seven|eight|nine|ten|[7-9]|10) times (?:(?:a|per|each|every) day|daily)\b"
        ))
    });
    let found = SEVERAL.captures(text)?;
    Some((format!("{} times daily", found[1].to_lowercase()), found.get(0)?.range()))
}

/// "up to four times a day" is a limit, not a number of times.
fn at_most(text: &str, (name, range): (String, Range<usize>)) -> (String, Range<usize>) {
    let before = text[..range.start].to_lowercase();
    match ["up to ", "no more than ", "at most "].iter().find(|limit| before.ends_with(**limit)) {
        Some(limit) => (format!("up to {name}"), range.start - limit.len()..range.end),
        None => (name, range),
    }
}

static AS_NEEDED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(as needed|as you need(?: it)?|when(?:ever)? (?:you|i) need(?: it| them)?|when needed|if (?:you|i) need(?: it| something| to)?|if needed|prn|as required|at the (?:very )?(?:start|beginning|first sign|onset) of (?:the|a|an|each|your)|only when|whenever (?:you|he|she|it|they|i)|when (?:it|they|he|she|you|i)(?:'s|'re| is| are| get| gets)? (?:really |very |so )?(?:bad|worse|flar\w+|sore|itchy|in pain|wheez\w+|tight|crav\w+|hurts?))\b",
    )
});

/// Longer phrases first: "twice a week" must not be read as "a week".
static REGULAR: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let compile = |(text, name): &(&str, &'static str)| (pattern(&format!(r"\b(?:{text})\b")), *name);
    FREQUENCIES.iter().map(compile).collect()
});

const FREQUENCIES: &[(&str, &str)] = &[
    (r"every other (?:day|morning|night|evening)|every second day|on alternate days", "every other day"),
    (r"(?:three|3) times (?:a|per|each) week|(?:three|3) times weekly", "three times weekly"),
    (r"(?:twice|two times|2 times) (?:a|per|each) week|twice weekly", "twice weekly"),
    (r"once (?:a|per|every) week|once weekly|weekly|every week|one time a week|each week", "once weekly"),
    (r"once (?:a|per|every) month|once monthly|monthly|every month", "once monthly"),
    (r"(?:six|6) times (?:a|per|each|every) day|(?:six|6) times daily", "six times daily"),
    (r"(?:five|5) times (?:a|per|each|every) day|(?:five|5) times daily", "five times daily"),
    (r"(?:four|4) times (?:a|per|each|every) day|(?:four|4) times daily|qid", "four times daily"),
    (
        r"(?:three|3) times (?:a|per|each|every) day|(?:three|3) times daily|(?:three|3) (?:a|per) day|tid|thrice (?:a day|daily)|mornings?,? (?:at )?(?:noon|midday|lunch\w*),? and (?:(?:at|in|the) )*(?:night|bedtime|dinner|evening)",
        "three times daily",
    ),
    (
        r"(?:twice|two times|2 times) (?:a|per|each|every) day|twice daily|(?:two|2) times daily|(?:two|2) (?:a|per) day|bid|b\.i\.d|in the mornings?,? and (?:\w+ )?(?:at night|at bedtime|in the evenings?)|mornings? and (?:(?:every|each|at|in|the) )*(?:nights?|evenings?|bedtime)|breakfast,? and (?:(?:\w+|with my|with your|at my) )?(?:with |at )?(?:dinner|supper)|(?:morning|breakfast) and (?:at )?(?:night|evening|dinner|supper)|every twelve hours|every 12 hours",
        "twice daily",
    ),
    (r"at bedtime|before bed|every night|each night|nightly|at night|in the evenings?|every evening", "at bedtime"),
    (
        r"once (?:a|per|each|every) day|once daily|one time a day|daily|every day|each day|every morning|each morning|in the mornings?|a day|per day|every twenty[- ]four hours|qd|(?:with|before|after|at) (?:your |my |the )?(?:breakfast|lunch|dinner|supper)",
        "once daily",
    ),
    (r"with (?:each |every )?meals?|before (?:each |every )?meals?|at meals", "with meals"),
    (
        r"one time only|just (?:the )?once|(?:one|a) (?:tablet|pill|capsule|dose|shot),? (?:just )?once|(?:as )?a single dose",
        "once",
    ),
];

/// "every four to six hours", "every 3 months".
fn every_interval(text: &str) -> Option<(String, Range<usize>)> {
    static EVERY: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\bevery (twenty[- ]four|\w+(?:(?: to | or |-)\w+)?) (hours?|days?|weeks?|months?)\b")
    });
    let captures = EVERY.captures(text)?;
    let values: Vec<String> = numbers::numbers(&captures[1]).iter().map(|number| format!("{}", number.value)).collect();
    let interval = match values.as_slice() {
        [one] => one.clone(),
        [low, high] => format!("{low} to {high}"),
        _ => return None,
    };
    let unit = captures[2].to_lowercase();
    let name = match (interval.as_str(), unit.as_str()) {
        ("12", "hours") => "twice daily".to_owned(),
        ("24", "hours") => "once daily".to_owned(),
        _ => format!("every {interval} {unit}"),
    };
    Some((name, captures.get(0)?.range()))
}

/// The route said in `text`, in the note's words.
pub fn route(text: &str) -> Option<&'static str> {
    ROUTES.iter().find(|(pattern, _)| pattern.is_match(text)).map(|(_, name)| *name)
}

static ROUTES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    [
        (r"by mouth|orally|oral|tablets?|pills?|capsules?|swallow", "oral"),
        (r"puffs?|inhalers?|inhaled?|nebuli[sz]ers?|inhalations?", "inhaled"),
        (r"nasal|nose|nostrils?|sprays?", "nasal"),
        (r"creams?|ointments?|gel|lotion|rub (?:it )?on|topical(?:ly)?|to the skin|apply", "topical"),
        (r"eye ?drops?|in (?:the|your|each) eyes?", "ophthalmic"),
        (r"ear ?drops?|in (?:the|your) ears?", "otic"),
        (r"patch(?:es)?", "transdermal"),
        (r"inject(?:ions?|ed|s)?|shots?|under the skin|subcutaneous(?:ly)?|pens?", "subcutaneous"),
        (r"under (?:the|your) tongue|sublingual(?:ly)?", "sublingual"),
        (r"suppositor(?:y|ies)|rectal(?:ly)?", "rectal"),
    ]
    .map(|(text, name)| (pattern(&format!(r"\b(?:{text})\b")), name))
    .into()
});

#[cfg(test)]
mod tests {
    use super::*;

    fn dose(text: &str) -> Option<(f64, String)> {
        let strengths = |value: f64| [5.0, 10.0, 20.0, 40.0, 500.0].contains(&value).then(|| "mg".to_owned());
        final_dose(text, &doses(text, &strengths)).map(|mention| (mention.dose.value, mention.dose.unit))
    }

    #[test]
    fn doses_are_read_with_their_units() {
        for (text, value, unit) in [
            ("eighty milligrams once a day", 80.0, "mg"),
            ("one hundred and twelve micrograms", 112.0, "mcg"),
            ("point five milligrams", 0.5, "mg"),
            ("20mg", 20.0, "mg"),
            ("two puffs", 2.0, "puffs"),
            ("ten units at night", 10.0, "units"),
            ("half a tablet", 0.5, "tablets"),
            ("one 81 milligram tablet", 81.0, "mg"),
            ("five hundred, twice a day", 500.0, "mg"),
        ] {
            assert_eq!(dose(text), Some((value, unit.to_owned())), "{text}");
        }
    }

    #[test]
    fn what_is_no_dose_stays_out() {
        for text in ["for ten days", "every 5 hours", "20 pounds", "126 milligrams per deciliter", "five times a week"]
        {
            assert_eq!(dose(text), None, "{text}");
        }
    }

    #[test]
    fn a_range_has_both_its_ends_and_a_change_its_last() {
        let strengths = |value: f64| [5.0, 10.0, 20.0, 40.0].contains(&value).then(|| "mg".to_owned());
        let amounts = |text: &str| {
            let mentions = doses(text, &strengths);
            let shown = |mention: DoseMention| format!("{} {}", mention.dose.amount(), mention.dose.unit);
            final_dose(text, &mentions).map(shown).expect("a dose")
        };
        for (text, expected) in [
            ("four to six units with meals", "4 to 6 units"),
            ("5 to 10 milligrams every four to six hours", "5 to 10 mg"),
            ("5-10 mg as needed", "5 to 10 mg"),
            ("two hundred to four hundred milligrams", "200 to 400 mg"),
            ("one or two tablets", "1 to 2 tablets"),
            ("half a tablet", "0.5 tablets"),
            ("go up from five to ten milligrams", "10 mg"),
            ("increase it to ten milligrams", "10 mg"),
            ("twenty to ten milligrams", "10 mg"),
            ("a gram and a half", "1.5 g"),
            ("a quarter of a 100 milligram tablet", "25 mg"),
            ("half of a 50 milligram tablet", "25 mg"),
            ("½ of a 50 milligram tablet", "25 mg"),
            ("1½ of the 50 milligrams", "75 mg"),
            ("½ a tablet", "0.5 tablets"),
            ("½ tablet", "0.5 tablets"),
            ("1½ tablets", "1.5 tablets"),
            ("half a 40 milligram tablet at night", "20 mg"),
            ("one and a half tablets of the 6.25 milligrams", "9.375 mg"),
            ("two 500 milligram tablets", "1000 mg"),
            ("two of the five hundred milligrams", "1000 mg"),
            ("two grams and a half at night", "2.5 g"),
        ] {
            assert_eq!(amounts(text), expected, "{text}");
        }
    }

    #[test]
    fn a_correction_takes_the_first_dose_back() {
        assert_eq!(dose("twenty milligrams, no, make that forty milligrams"), Some((40.0, "mg".to_owned())));
        assert_eq!(dose("Ten milligrams. No, wait, you raised it. Twenty milligrams"), Some((20.0, "mg".to_owned())));
        assert_eq!(dose("from 20 milligrams to 40 milligrams"), Some((40.0, "mg".to_owned())));
    }

    #[test]
    fn frequencies_come_out_in_the_words_of_the_note() {
        for (text, name) in [
            ("once a day in the morning", "once daily"),
            ("twice a day, with food", "twice daily"),
            ("every four to six hours as needed", "every 4 to 6 hours as needed"),
            ("two times a day", "twice daily"),
            ("one at bedtime", "at bedtime"),
            ("Two in the morning and two at night", "twice daily"),
            ("two a day", "twice daily"),
            ("twice a week", "twice weekly"),
            ("when I need it", "as needed"),
            ("every 12 hours", "twice daily"),
            ("every other day", "every other day"),
            ("every day for five days", "once daily"),
            ("every night for two weeks", "at bedtime"),
            ("five times a day", "five times daily"),
            ("every morning and every night", "twice daily"),
            ("one with breakfast and one with dinner", "twice daily"),
            ("in the morning, at noon and at bedtime", "three times daily"),
            ("every other morning", "every other day"),
            ("up to four times a day, as needed", "up to four times daily as needed"),
        ] {
            assert_eq!(frequency(text).map(|(name, _)| name).as_deref(), Some(name), "{text}");
        }
        assert_eq!(frequency("with a glass of water"), None);
    }

    #[test]
    fn a_frequency_counts_times_a_day() {
        for (name, times) in [
            ("once daily", Some(1.0)),
            ("at bedtime as needed", Some(1.0)),
            ("up to four times daily as needed", Some(4.0)),
            ("six or seven times daily", Some(6.0)),
            ("every 4 to 6 hours as needed", Some(4.0)),
            ("every other day", Some(0.5)),
            ("every 2 weeks", Some(1.0 / 14.0)),
            ("three times weekly", Some(3.0 / 7.0)),
            ("as needed", None),
        ] {
            assert_eq!(times_a_day(name), times, "{name}");
        }
    }
}
