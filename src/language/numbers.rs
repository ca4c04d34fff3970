//! Numbers as people say them: "one forty two over eighty eight", "point five", "a hundred and twelve", "7.8".
//!
//! Two readings are offered. [`numbers`] gives the likeliest value of each stretch, which facts are made of;
//! [`said_values`] gives every value that a listener could have heard in it, which checks compare with.

use std::ops::Range;

use super::tokens::{Token, stem, tokens};

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
        // "five hundred" does not say five, but "two twenty milligram tablets" does say two, and twenty.
        let next = below_hundred(text, &tokens, at).map_or(at + 1, |(_, next)| next);
        if !token.digits && matches!(word_at(text, &tokens, next), Some("hundred" | "thousand")) {
            continue;
        }
        values.extend(simple_value(token));
        values.extend(below_hundred(text, &tokens, at).map(|(value, _)| value));
        values.extend(loose_value(&token.lower));
        if let (Some(unit), Some(decade)) = (unit_value(&token.lower), word_at(text, &tokens, at + 1).and_then(decade))
        {
            values.push(unit * 100.0 + decade);
        }
    }
    values.extend(digit_strings(text, &tokens));
    values
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
    let (value, next) = read_whole(text, tokens, at)?;
    let (value, next) = read_decimals(text, tokens, value, next);
    Some(read_fraction(text, tokens, value, next))
}

fn read_whole(text: &str, tokens: &[Token], at: usize) -> Option<(f64, usize)> {
    let token = &tokens[at];
    if token.digits {
        let ordinal = tokens.get(at + 1).is_some_and(|next| {
            next.range.start == token.range.end && matches!(next.lower.as_str(), "st" | "nd" | "rd" | "th")
        });
        if ordinal {
            return None;
        }
        let value = match is_after_naked_point(text, token) {
            true => format!("0.{}", token.lower).parse().ok()?,
            false => digits_value(&token.lower)?,
        };
        return Some(match word_at(text, tokens, at + 1) {
            Some("thousand") => (value * 1000.0, at + 2),
            Some("hundred") => (value * 100.0, at + 2),
            _ => (value, at + 1),
        });
    }
    match token.lower.as_str() {
        "point" => return point_only(text, tokens, at),
        "a" => return read_a_hundred(text, tokens, at),
        _ => {}
    }
    let (group, next) = read_group(text, tokens, at)?;
    if word_at(text, tokens, next) == Some("thousand") {
        let after = skip_and(text, tokens, next + 1);
        return Some(match read_group(text, tokens, after) {
            Some((rest, end)) => (group * 1000.0 + rest, end),
            None => (group * 1000.0, next + 1),
        });
    }
    Some((group, next))
}

/// Whether a point with no digit before it stands right before `token`: ".5".
fn is_after_naked_point(text: &str, token: &Token) -> bool {
    let before = text[..token.range.start].strip_suffix('.');
    before.is_some_and(|before| before.is_empty() || before.ends_with([' ', '(', '/', '-']))
        && token.lower.chars().all(|c| c.is_ascii_digit())
}

/// "point five": a decimal with no whole part before it.
fn point_only(text: &str, tokens: &[Token], at: usize) -> Option<(f64, usize)> {
    let (value, next) = read_decimals(text, tokens, 0.0, at);
    (next > at).then_some((value, next))
}

/// "a hundred", "a thousand".
fn read_a_hundred(text: &str, tokens: &[Token], at: usize) -> Option<(f64, usize)> {
    match word_at(text, tokens, at + 1)? {
        "hundred" => Some(after_hundred(text, tokens, 100.0, at + 2)),
        "thousand" => Some((1000.0, at + 2)),
        _ => None,
    }
}

/// A number below ten thousand without "thousand": "one hundred and twelve", "one forty two", "twelve fifty", "one oh two".
fn read_group(text: &str, tokens: &[Token], at: usize) -> Option<(f64, usize)> {
    let (first, next) = below_hundred(text, tokens, at)?;
    if word_at(text, tokens, next) == Some("hundred") {
        return Some(after_hundred(text, tokens, first * 100.0, next + 1));
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

fn after_hundred(text: &str, tokens: &[Token], hundreds: f64, next: usize) -> (f64, usize) {
    let after = skip_and(text, tokens, next);
    if !continued(text, tokens, after) {
        return (hundreds, next);
    }
    match below_hundred(text, tokens, after) {
        Some((rest, end)) => (hundreds + rest, end),
        None => (hundreds, next),
    }
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

/// "two and a half".
fn read_fraction(text: &str, tokens: &[Token], value: f64, at: usize) -> (f64, usize) {
    let words = [word_at(text, tokens, at), word_at(text, tokens, at + 1), word_at(text, tokens, at + 2)];
    match words {
        [Some("and"), Some("a"), Some("half")] => (value + 0.5, at + 3),
        [Some("and"), Some("a"), Some("quarter")] => (value + 0.25, at + 3),
        _ => (value, at),
    }
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
            ("1,000", 1000.0),
            ("10 thousand", 10000.0),
            ("two thousand and five hundred", 2500.0),
            ("one hundred twenty five", 125.0),
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
    }

    #[test]
    fn a_decimal_comma_is_no_thousand() {
        let values = |text: &str| numbers(text).into_iter().map(|number| number.value).collect::<Vec<_>>();
        assert_eq!(values("37,5 degrees"), [37.5]);
        assert_eq!(values("1,000 units, 2, 3"), [1000.0, 2.0, 3.0]);
    }
}
