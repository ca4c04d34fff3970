//! Numbers as people say them: "one forty two over eighty eight", "point five", "a hundred and twelve", "7.8".
//!
//! A recogniser may write a part of a number in digits, "100 and 82" for 182: that is one number, unless its neighbours say
//! that it is two ("between 100 and 82").
//!
//! Two readings are offered. [`numbers`] gives the likeliest value of each stretch, which facts are made of;
//! [`said_values`] gives every value that a listener could have heard in it, which checks compare with.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{
    patterns::pattern,
    tokens::{Token, fraction, stem, tokens},
};

/// A number said or written, with its place in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    /// Its value.
    pub value: f64,
    /// Bytes of the text.
    pub range: Range<usize>,
}

/// The numbers of `text`, in order. Ordinals ("third", "2nd") and "once" are not numbers here.
pub fn numbers(text: &str) -> Vec<Number> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match read_number(text, &tokens, at) {
            Some((value, next)) => {
                let point = usize::from(tokens[at].digits && is_after_naked_point(text, &tokens[at]));
                found.push(Number { value, range: tokens[at].range.start - point..tokens[next - 1].range.end });
                at = next;
            }
            None => at += 1,
        }
    }
    found
}

/// A number with what it counts: the stem of the word after it, which may be missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    /// How many.
    pub value: f64,
    /// Of what: "week" in "three weeks".
    pub unit: String,
    /// Bytes of the text.
    pub range: Range<usize>,
}

impl Counted {
    /// Whether both are as many of the same.
    pub fn same(&self, other: &Self) -> bool {
        self.value == other.value && self.unit == other.unit
    }
}

/// The numbers of `text` with what each counts.
pub fn counted(text: &str) -> Vec<Counted> {
    let tokens = tokens(text);
    let unit_after = |end: usize| {
        let next = tokens.iter().find(|token| token.range.start >= end)?;
        let joined = text[end..next.range.start].chars().all(|c| c == ' ' || c == '-');
        joined.then(|| stem(&next.lower))
    };
    let count = |number: Number| Counted {
        value: number.value,
        unit: unit_after(number.range.end).unwrap_or_default(),
        range: number.range,
    };
    numbers(text).into_iter().map(count).collect()
}

/// Every value that `text` could be heard to say: the likeliest readings, and the parts that they are made of.
pub fn said_values(text: &str) -> Vec<f64> {
    let mut values: Vec<f64> = numbers(text).into_iter().map(|number| number.value).collect();
    let tokens = tokens(text);
    for (at, token) in tokens.iter().enumerate() {
        // "five hundred and fifty" says neither five nor fifty, but "two twenty milligram tablets" does say two, and twenty.
        let compound = below_hundred(text, &tokens, at);
        let next = compound.map_or(at + 1, |(_, next)| next);
        let counts_hundreds = matches!(word_at(text, &tokens, next), Some("hundred" | "thousand" | "million"));
        if !token.digits && (counts_hundreds || goes_on(text, &tokens, at)) {
            continue;
        }
        values.extend(compound.map(|(value, _)| value).or_else(|| simple_value(token)));
        values.extend(loose_value(&token.lower));
        if let (Some(unit), Some(decade)) = (unit_value(&token.lower), word_at(text, &tokens, at + 1).and_then(decade))
        {
            values.push(unit * 100.0 + decade);
        }
    }
    values.extend(digit_strings(text, &tokens));
    values
}

/// Whether the number word `at` is what a larger number goes on with: "five" of "twenty five", "fifty" of "two hundred and fifty".
fn goes_on(text: &str, tokens: &[Token], at: usize) -> bool {
    let is_large = |word: &str| word == "hundred" || large(word).is_some();
    let word = |at: usize| Some(tokens.get(at)?.lower.as_str());
    let Some(before) = at.checked_sub(1).filter(|_| joined(text, tokens, at)).and_then(word) else { return false };
    let unit = unit_value(&tokens[at].lower).is_some();
    let after_and = || at >= 2 && joined(text, tokens, at - 1) && word(at - 2).is_some_and(is_large);
    is_large(before) || before == "and" && after_and() || unit && tens_value(before).is_some()
}

/// Whether `values` holds `value`, up to rounding of decimals.
pub fn contains_value(values: &[f64], value: f64) -> bool {
    values.iter().any(|said| (said - value).abs() < 1e-6)
}

/// "nine one one" as 911.
fn digit_strings(text: &str, tokens: &[Token]) -> Vec<f64> {
    let mut values = Vec::new();
    for start in 0..tokens.len() {
        let mut value = 0.0;
        for (count, token) in tokens[start..].iter().enumerate().take(5) {
            let Some(digit) = unit_value(&token.lower).or((token.lower == "oh").then_some(0.0)) else { break };
            if count > 0 && !joined(text, tokens, start + count) {
                break;
            }
            value = value * 10.0 + digit;
            if count > 0 {
                values.push(value);
            }
        }
    }
    values
}

/// Words that stand for a number without being one.
fn loose_value(word: &str) -> Option<f64> {
    Some(match word {
        "once" | "a" | "an" | "first" | "single" | "daily" | "1st" => 1.0,
        "twice" | "couple" | "double" | "both" | "pair" | "second" | "bid" => 2.0,
        "third" | "thrice" | "triple" => 3.0,
        "fourth" => 4.0,
        "fifth" => 5.0,
        "sixth" => 6.0,
        "dozen" => 12.0,
        "half" => 0.5,
        "quarter" => 0.25,
        _ => return decade(word),
    })
}

/// "forties" as 40.
fn decade(word: &str) -> Option<f64> {
    let singular = word.strip_suffix("ies").map(|base| format!("{base}y"));
    singular.and_then(|word| tens_value(&word)).or_else(|| {
        let digits = word.strip_suffix('s')?;
        digits.parse().ok()
    })
}

/// Reads the number that begins at token `at`, and gives its value and the token after it.
fn read_number(text: &str, tokens: &[Token], at: usize) -> Option<(f64, usize)> {
    if let Some(part) = part_only(text, tokens, at) {
        return Some(part);
    }
    let (value, next) = read_whole(text, tokens, at)?;
    let (value, next) = read_decimals(text, tokens, value, next);
    let (value, next) = read_fraction(text, tokens, value, next);
    match word_at(text, tokens, next).and_then(large).filter(|_| value.fract() > 0.0) {
        // "two and a half thousand"
        Some(size) => Some(((value * size).round(), next + 1)),
        None => Some((value, next)),
    }
}

fn read_whole(text: &str, tokens: &[Token], at: usize) -> Option<(f64, usize)> {
    let token = &tokens[at];
    if token.lower == "point" {
        return point_only(text, tokens, at);
    }
    let (value, next) = if token.digits { read_digits(text, tokens, at)? } else { read_group(text, tokens, at)? };
    Some(match word_at(text, tokens, next).and_then(large) {
        Some(size) => after_large(text, tokens, at..next + 1, value, size),
        None => (value, next),
    })
}

/// "100", "2 hundred and 50", and what a recogniser makes of "one hundred and eighty two": "100 and 82".
fn read_digits(text: &str, tokens: &[Token], at: usize) -> Option<(f64, usize)> {
    let token = &tokens[at];
    if is_ordinal(tokens, at) {
        return None;
    }
    if is_after_naked_point(text, token) {
        return Some((format!("0.{}", token.lower).parse().ok()?, at + 1));
    }
    let value = digits_value(&token.lower)?;
    if word_at(text, tokens, at + 1) == Some("hundred") {
        return Some(after_hundred(text, tokens, at..at + 2, value * 100.0));
    }
    let is_round = value > 0.0 && value % if value < 1000.0 { 100.0 } else { 1000.0 } == 0.0;
    let rest = if is_round { rest_after_and(text, tokens, at..at + 1) } else { None };
    Some(rest.map_or((value, at + 1), |(rest, end)| (value + rest, end)))
}

/// "3rd"
fn is_ordinal(tokens: &[Token], at: usize) -> bool {
    tokens.get(at + 1).is_some_and(|next| {
        next.range.start == tokens[at].range.end && matches!(next.lower.as_str(), "st" | "nd" | "rd" | "th")
    })
}

fn large(word: &str) -> Option<f64> {
    match word {
        "thousand" => Some(1e3),
        "million" => Some(1e6),
        _ => None,
    }
}

/// What follows "thousand": "a thousand and fifty", "two thousand five hundred", "1 thousand 500". `read` are the tokens of
/// what was read so far, of which `value` times `size` was.
fn after_large(text: &str, tokens: &[Token], read: Range<usize>, value: f64, size: f64) -> (f64, usize) {
    let value = value * size;
    let after = skip_and(text, tokens, read.end);
    let rest = match tokens.get(after).filter(|_| size == 1e3 && continued(text, tokens, after)) {
        Some(token) if token.digits => rest_in_digits(text, tokens, read.start, after, 1000.0),
        Some(_) => read_group(text, tokens, after).filter(|(rest, _)| *rest < 1000.0),
        None => None,
    };
    match rest.filter(|(_, end)| after == read.end || !is_range(text, tokens, read.start, *end)) {
        Some((rest, end)) => (value + rest, end),
        None => (value, read.end),
    }
}

/// "82" in "100 and 82", also in words, where it is below a hundred and "and" does not part two numbers. `read` are the
/// tokens of the number before it.
fn rest_after_and(text: &str, tokens: &[Token], read: Range<usize>) -> Option<(f64, usize)> {
    let after = skip_and(text, tokens, read.end);
    let token = tokens.get(after).filter(|_| after > read.end && continued(text, tokens, after))?;
    if token.digits {
        return rest_in_digits(text, tokens, read.start, after, 100.0);
    }
    below_hundred(text, tokens, after).filter(|(_, end)| !are_two(text, tokens, read.start, *end))
}

/// The number in digits at token `at`, below `below`, that ends one that begins at token `start`.
fn rest_in_digits(text: &str, tokens: &[Token], start: usize, at: usize, below: f64) -> Option<(f64, usize)> {
    let value = digits_value(&tokens[at].lower).filter(|value| (1.0..below).contains(value))?;
    let is_number = !is_ordinal(tokens, at) && !is_after_naked_point(text, &tokens[at]);
    (is_number && !are_two(text, tokens, start, at + 1)).then_some((value, at + 1))
}

/// Whether the two numbers of the tokens from `start` to before `end`, of which one or both came in digits, are rather two
/// than one: "both 100 and 50 milligrams", "160 over 100 and 5 minutes later", "my sugars were 100 and 90".
fn are_two(text: &str, tokens: &[Token], start: usize, end: usize) -> bool {
    let before = |back: usize| start.checked_sub(back).map_or("", |at| tokens[at].lower.as_str());
    let after_number = start > 1 && (tokens[start - 2].digits || simple_value(&tokens[start - 2]).is_some());
    let in_list = match before(1) {
        "both" | "either" => true,
        "were" | "are" => before(2) != "you",
        "over" | "to" | "by" | "on" | "through" => after_number,
        "of" => after_number || before(2) == "out",
        _ => text[..tokens[start].range.start].ends_with(['/', '-', ':', '$']),
    };
    let rest = &text[tokens[end - 1].range.end..];
    let in_figure = rest.starts_with(['/', ':', '%']) || rest.strip_prefix('-').is_some_and(starts_with_digit);
    let goes_on = word_at(text, tokens, end).is_some_and(|word| starts_with_digit(word) || PARTS_TWO.contains(&word));
    in_list || in_figure || goes_on || is_range(text, tokens, start, end)
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// Words after "100 and 2" with which these are rarely one number: "tablets", "minutes later", "of the other".
const PARTS_TWO: [&str; 43] = [
    "tablet", "tablets", "pill", "pills", "capsule", "capsules", "puff", "puffs", "drop", "drops", "spray", "sprays",
    "dose", "doses", "second", "seconds", "minute", "minutes", "hour", "hours", "day", "days", "week", "weeks",
    "month", "months", "year", "years", "times", "more", "other", "others", "to", "of", "percent", "hundred",
    "thousand", "million", "half", "quarter", "quarters", "was", "is",
];

/// Whether "and" parts the two ends of a range in the tokens from `start` to before `end`: "between 100 and 82", but not
/// "between a hundred and fifty and two hundred".
fn is_range(text: &str, tokens: &[Token], start: usize, end: usize) -> bool {
    let between = start > 0 && tokens[start - 1].lower == "between";
    let (_, end) = read_fraction(text, tokens, 0.0, end);
    between && word_at(text, tokens, end) != Some("and")
}

/// A point right after a shorter word is one of an abbreviation: "No.5".
const LEAST_LETTERS: usize = 4;

/// Whether a point with no digit before it stands right before `token`: ".5", and what a recogniser makes of "clonidine, point
/// one": "clonidine.1".
fn is_after_naked_point(text: &str, token: &Token) -> bool {
    let before = text[..token.range.start].strip_suffix('.');
    let follows = |before: &str| {
        let letters = before.chars().rev().take_while(|c| c.is_alphabetic()).count();
        before.is_empty() || before.ends_with([' ', '(', '/', '-']) || letters >= LEAST_LETTERS
    };
    before.is_some_and(follows) && token.lower.chars().all(|c| c.is_ascii_digit())
}

/// "point five": a decimal with no whole part before it.
fn point_only(text: &str, tokens: &[Token], at: usize) -> Option<(f64, usize)> {
    let (value, next) = read_decimals(text, tokens, 0.0, at);
    (next > at).then_some((value, next))
}

/// A number below ten thousand without "thousand": "one hundred and twelve", "one forty two", "twelve fifty", "one oh two",
/// "a hundred"; the one of "a thousand", too.
fn read_group(text: &str, tokens: &[Token], at: usize) -> Option<(f64, usize)> {
    if begins_with_hundred(text, tokens, at) {
        return Some(after_hundred(text, tokens, at..at + 1, 100.0));
    }
    let next_word = word_at(text, tokens, at + 1);
    let is_a = tokens.get(at)?.lower == "a" && next_word.is_some_and(|word| word == "hundred" || large(word).is_some());
    let (first, next) = if is_a { (1.0, at + 1) } else { below_hundred(text, tokens, at)? };
    if word_at(text, tokens, next) == Some("hundred") {
        return Some(after_hundred(text, tokens, at..next + 1, first * 100.0));
    }
    if first < 1.0 {
        return Some((first, next));
    }
    if word_at(text, tokens, next) == Some("oh")
        && let Some(unit) = word_at(text, tokens, next + 1).and_then(unit_value)
    {
        return Some((first * 100.0 + unit, next + 2));
    }
    if let Some((second, end)) = continued(text, tokens, next).then(|| below_hundred(text, tokens, next)).flatten()
        && first <= 20.0
        && second >= 10.0
    {
        return Some((first * 100.0 + second, end));
    }
    Some((first, next))
}

/// "hundred and twenty", whose "a" was not heard, but not "a few hundred and twenty".
fn begins_with_hundred(text: &str, tokens: &[Token], at: usize) -> bool {
    let is_counted = at > 0
        && joined(text, tokens, at)
        && matches!(tokens[at - 1].lower.as_str(), "few" | "several" | "couple" | "many" | "of" | "some");
    tokens.get(at).is_some_and(|token| token.lower == "hundred")
        && !is_counted
        && word_at(text, tokens, at + 1) == Some("and")
        && after_hundred(text, tokens, at..at + 1, 100.0).0 > 100.0
}

/// What follows "hundred", whose tokens and those before it are `read`.
fn after_hundred(text: &str, tokens: &[Token], read: Range<usize>, hundreds: f64) -> (f64, usize) {
    let after = skip_and(text, tokens, read.end);
    if !continued(text, tokens, after) {
        return (hundreds, read.end);
    }
    let rest = match below_hundred(text, tokens, after) {
        Some(_) if part_only(text, tokens, after).is_some() => None,
        Some((_, end)) if after > read.end && is_range(text, tokens, read.start, end) => None,
        Some(rest) => Some(rest),
        None => rest_after_and(text, tokens, read.clone()),
    };
    rest.map_or((hundreds, read.end), |(rest, end)| (hundreds + rest, end))
}

fn skip_and(text: &str, tokens: &[Token], at: usize) -> usize {
    if word_at(text, tokens, at) == Some("and") { at + 1 } else { at }
}

/// "eighty eight", "nineteen", "seven".
fn below_hundred(text: &str, tokens: &[Token], at: usize) -> Option<(f64, usize)> {
    let word = tokens.get(at)?.lower.as_str();
    if let Some(tens) = tens_value(word) {
        return Some(match word_at(text, tokens, at + 1).and_then(unit_value).filter(|unit| *unit > 0.0) {
            Some(unit) => (tens + unit, at + 2),
            None => (tens, at + 1),
        });
    }
    unit_value(word).or_else(|| teen_value(word)).map(|value| (value, at + 1))
}

/// "… point seven five", "… point twenty five", "7 point 8".
fn read_decimals(text: &str, tokens: &[Token], whole: f64, at: usize) -> (f64, usize) {
    if tokens.get(at).is_none_or(|token| token.lower != "point") || (at > 0 && whole > 0.0 && !joined(text, tokens, at))
    {
        return (whole, at);
    }
    let mut decimals = String::new();
    let mut next = at + 1;
    while let Some(token) = tokens.get(next).filter(|_| joined(text, tokens, next)) {
        let digits = if token.digits {
            token.lower.clone()
        } else if token.lower == "oh" {
            "0".to_owned()
        } else if let Some((value, _)) =
            below_hundred(text, tokens, next).filter(|_| tens_value(&token.lower).is_none())
        {
            format!("{value}")
        } else if let Some((value, end)) = below_hundred(text, tokens, next) {
            next = end - 1;
            format!("{value}")
        } else {
            break;
        };
        decimals.push_str(&digits);
        next += 1;
    }
    match format!("{whole}.{decimals}").parse() {
        Ok(value) if !decimals.is_empty() => (value, next),
        _ => (whole, at),
    }
}

/// "two and a half", "seven and three quarters", "1½".
fn read_fraction(text: &str, tokens: &[Token], value: f64, at: usize) -> (f64, usize) {
    // "1½"
    if let Some(part) = word_at(text, tokens, at).and_then(fraction).filter(|_| value.fract() == 0.0) {
        return (value + part, at + 1);
    }
    if value.fract() > 0.0 || word_at(text, tokens, at) != Some("and") || !continued(text, tokens, at + 1) {
        return (value, at);
    }
    let is_a = tokens[at + 1].lower == "a";
    let part = word_at(text, tokens, at + 2).filter(|_| is_a).and_then(part).map(|part| (part, at + 3));
    part.or_else(|| part_only(text, tokens, at + 1)).map_or((value, at), |(part, end)| (value + part, end))
}

fn part(word: &str) -> Option<f64> {
    match word {
        "half" => Some(0.5),
        "quarter" => Some(0.25),
        _ => None,
    }
}

/// "one half", "three quarters", "½".
fn part_only(text: &str, tokens: &[Token], at: usize) -> Option<(f64, usize)> {
    if let Some(part) = fraction(&tokens.get(at)?.lower) {
        return Some((part, at + 1));
    }
    let value = match (tokens.get(at)?.lower.as_str(), word_at(text, tokens, at + 1)?) {
        ("one" | "1", word) => part(word)?,
        ("three" | "3", "quarters") => 0.75,
        _ => return None,
    };
    Some((value, at + 2))
}

/// The word at `at`, if nothing but a space or hyphen parts it from the word before.
fn word_at<'a>(text: &str, tokens: &'a [Token], at: usize) -> Option<&'a str> {
    let token = tokens.get(at)?;
    joined(text, tokens, at).then_some(token.lower.as_str())
}

fn continued(text: &str, tokens: &[Token], at: usize) -> bool {
    at < tokens.len() && joined(text, tokens, at)
}

fn joined(text: &str, tokens: &[Token], at: usize) -> bool {
    at > 0 && text[tokens[at - 1].range.end..tokens[at].range.start].chars().all(|c| c == ' ' || c == '-')
}

fn simple_value(token: &Token) -> Option<f64> {
    if token.digits {
        return digits_value(&token.lower);
    }
    let word = token.lower.as_str();
    unit_value(word).or_else(|| teen_value(word)).or_else(|| tens_value(word))
}

/// "1,000" as 1000 and "37,5" as 37.5.
fn digits_value(digits: &str) -> Option<f64> {
    let decimal = digits.rsplit_once(',').filter(|(_, last)| last.len() < 3);
    match decimal {
        Some((whole, decimals)) => format!("{}.{decimals}", whole.replace(',', "")).parse().ok(),
        None => digits.replace(',', "").parse().ok(),
    }
}

fn unit_value(word: &str) -> Option<f64> {
    let words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    let word = if matches!(word, "nought" | "naught") { "zero" } else { word };
    position(&words, word).map(|at| at as f64)
}

fn teen_value(word: &str) -> Option<f64> {
    let words =
        ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"];
    position(&words, word).map(|at| at as f64 + 10.0)
}

fn tens_value(word: &str) -> Option<f64> {
    let words = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    position(&words, word).map(|at| at as f64 * 10.0 + 20.0)
}

fn position(words: &[&str], word: &str) -> Option<usize> {
    words.iter().position(|candidate| *candidate == word)
}

/// `text` with the words of a stage or a kind in figures, as codes name them: "stage three" is "stage 3".
pub fn graded(text: &str) -> String {
    static GRADE: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(stage|grade|type|class) (one|two|three|four|five|six)\b"));
    let figures = |found: &regex::Captures<'_>| {
        let number = numbers(&found[2]).first().map_or(0.0, |number| number.value);
        format!("{} {number}", &found[1])
    };
    GRADE.replace_all(text, figures).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<f64> {
        numbers(text).into_iter().map(|number| number.value).collect()
    }

    #[test]
    fn spoken_numbers_become_values() {
        for (text, value) in [
            ("eighty milligrams", 80.0),
            ("one hundred and twelve micrograms", 112.0),
            ("point five", 0.5),
            ("zero point five", 0.5),
            ("zero point one two five", 0.125),
            ("ninety eight point six", 98.6),
            ("two and a half", 2.5),
            ("a hundred", 100.0),
            ("a hundred and one", 101.0),
            ("one forty two", 142.0),
            ("one twelve", 112.0),
            ("one oh two", 102.0),
            ("two hundred and eleven pounds", 211.0),
            ("one thousand milligrams", 1000.0),
            ("twelve fifty", 1250.0),
            ("seventy-five", 75.0),
            ("nineteen ninety five", 1995.0),
            ("seven point two", 7.2),
            ("7 point 8", 7.8),
            (".5 mg", 0.5),
            ("take .125 daily", 0.125),
            ("clonidine.1 twice a day", 0.1),
            ("room No.5", 5.0),
            ("nought point nine two", 0.92),
            ("1,000", 1000.0),
            ("10 thousand", 10000.0),
            ("two thousand and five hundred", 2500.0),
            ("one hundred twenty five", 125.0),
            ("100 and 82 and a half", 182.5),
            ("100 and 5 pounds", 105.0),
            ("200 and 50", 250.0),
            ("100 and eighty two", 182.0),
            ("one hundred and 82", 182.0),
            ("100 and 1 point 5", 101.5),
            ("1,000 and 50", 1050.0),
            ("2 hundred and 50", 250.0),
            ("hundred and twenty", 120.0),
            ("two thousand and six", 2006.0),
            ("a thousand and fifty", 1050.0),
            ("a thousand five hundred", 1500.0),
            ("1 thousand 500", 1500.0),
            ("a hundred thousand", 100_000.0),
            ("two and a half thousand", 2500.0),
            ("two million", 2_000_000.0),
            ("a hundred and one point five", 101.5),
            ("98 point 6", 98.6),
            ("two fifty", 250.0),
            ("one oh one", 101.0),
            ("one and a half tablets", 1.5),
            ("seven and three quarters", 7.75),
            ("one hundred and one half", 100.5),
            ("one half", 0.5),
            ("three quarters of a tablet", 0.75),
            ("½ a tablet", 0.5),
            ("1½ tablets", 1.5),
            ("2 ¼ tablets", 2.25),
            ("one and ¾ milligrams", 1.75),
        ] {
            assert_eq!(values(text), [value], "{text}");
        }
    }

    #[test]
    fn commas_and_words_part_numbers() {
        assert_eq!(values("two, three days"), [2.0, 3.0]);
        assert_eq!(values("one fifty two over ninety four, and seventy six"), [152.0, 94.0, 76.0]);
        assert_eq!(values("142/88 then 20mg"), [142.0, 88.0, 20.0]);
        assert_eq!(values("Five hundred, twice a day"), [500.0]);
    }

    #[test]
    fn two_numbers_with_and_between_stay_two() {
        for (text, expected) in [
            ("between 100 and 82", vec![100.0, 82.0]),
            ("between one hundred and eighty", vec![100.0, 80.0]),
            ("between a hundred and fifty and two hundred", vec![150.0, 200.0]),
            ("between one thousand and fifteen hundred", vec![1000.0, 1500.0]),
            ("both 100 and 50 milligrams", vec![100.0, 50.0]),
            ("160 over 100 and 5 minutes later", vec![160.0, 100.0, 5.0]),
            ("100 and 2 tablets", vec![100.0, 2.0]),
            ("my sugars were 100 and 90", vec![100.0, 90.0]),
            ("100 and 82 was the pulse", vec![100.0, 82.0]),
            ("500 and 25 of the other", vec![500.0, 25.0]),
            ("100 and 5%", vec![100.0, 5.0]),
            ("1000 and 500", vec![1000.0, 500.0]),
            ("20 and 5, 102 and 3, 300 and 400", vec![20.0, 5.0, 102.0, 3.0, 300.0, 400.0]),
            ("one thousand. Five days", vec![1000.0, 5.0]),
            ("five to ten", vec![5.0, 10.0]),
            ("one hundred twenty over eighty", vec![120.0, 80.0]),
        ] {
            assert_eq!(values(text), expected, "{text}");
        }
    }

    #[test]
    fn ordinals_and_plain_words_are_no_numbers() {
        assert!(values("the 3rd time, at that point he was a little tired, oh well").is_empty());
    }

    #[test]
    fn every_reading_counts_as_said() {
        let said = said_values("call nine one one if it goes in the one forties, twice");
        for value in [911.0, 140.0, 40.0, 2.0, 9.0] {
            assert!(contains_value(&said, value), "{value}");
        }
        assert!(!contains_value(&said, 150.0));
        let said = |text: &str| said_values(text);
        for (text, value) in [
            ("two hundred and fifty milligrams", 50.0),
            ("one hundred fifty", 50.0),
            ("two hundred and twenty five", 5.0),
            ("twenty five milligrams", 5.0),
            ("twenty-five milligrams", 20.0),
            ("one thousand and five", 5.0),
        ] {
            assert!(!contains_value(&said(text), value), "{text} does not say {value}");
        }
        for (text, value) in
            [("a hundred, fifty of them", 50.0), ("twenty, five times", 5.0), ("four and fifty milligrams", 50.0)]
        {
            assert!(contains_value(&said(text), value), "{text} says {value}");
        }
    }

    #[test]
    fn a_decimal_comma_is_no_thousand() {
        let values = |text: &str| numbers(text).into_iter().map(|number| number.value).collect::<Vec<_>>();
        assert_eq!(values("37,5 degrees"), [37.5]);
        assert_eq!(values("1,000 units, 2, 3"), [1000.0, 2.0, 3.0]);
    }
}
