//! Amounts that are said without a number: "half a milligram", "a gram and a half", "a quarter of a tablet".

use std::ops::Range;

use super::{patterns::patterns, tokens::fraction, units::dose_unit};

/// An amount with the unit it is said in.
#[derive(Debug, Clone, PartialEq)]
pub struct Amount {
    /// Its value.
    pub value: f64,
    /// As the drug table writes it.
    pub unit: &'static str,
    /// Bytes of the text.
    pub range: Range<usize>,
}

patterns! {
    AMOUNT = r"(?:(?:\b(?P<half>half)|(?P<sign>[½¼¾⅓⅔]))(?: of)? an? |\b(?:(?P<half_a>a half) |(?:a |one )?(?P<quarter>quarter)(?: of)? an? |(?P<three>three)[ -]quarters of an? |an? ))(?P<unit>tablet|pill|capsule|puff|spray|patch|teaspoon|gram|milligram|microgram)\b";
    AND_A_PART = r"^ and an? (half|quarter)\b";
}

/// The amounts of `text` that are said so, in order. "A tablet" is one, too.
pub fn parts(text: &str) -> Vec<Amount> {
    let amount = |found: regex::Captures<'_>| {
        let has = |name: &str| found.name(name).is_some();
        let whole = match () {
            () if has("half") || has("half_a") => 0.5,
            () if has("sign") => fraction(&found["sign"])?,
            () if has("quarter") => 0.25,
            () if has("three") => 0.75,
            () => 1.0,
        };
        let range = found.get(0)?.range();
        // "Two and a half milligram tablets" have no half a milligram.
        if has("half_a") && text[..range.start].to_lowercase().trim_end().ends_with(" and") {
            return None;
        }
        let (more, end) = and_a_part(text, range.end).unwrap_or((0.0, range.end));
        let unit = dose_unit(&found["unit"].to_lowercase())?;
        Some(Amount { value: whole + more, unit, range: range.start..end })
    };
    AMOUNT.captures_iter(text).filter_map(amount).collect()
}

/// What is added to an amount that ends at byte `end`, and where that ends: "two grams and a half".
pub fn and_a_part(text: &str, end: usize) -> Option<(f64, usize)> {
    let found = AND_A_PART.captures(&text[end..])?;
    let value = if found[1].eq_ignore_ascii_case("half") { 0.5 } else { 0.25 };
    Some((value, end + found[0].len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_without_a_number_are_read() {
        for (text, value, unit) in [
            ("half a milligram at night", 0.5, "mg"),
            ("half of a tablet", 0.5, "tablets"),
            ("a gram and a half", 1.5, "g"),
            ("a quarter of a milligram", 0.25, "mg"),
            ("quarter of a gram", 0.25, "g"),
            ("three quarters of a tablet", 0.75, "tablets"),
            ("then a half milligram weekly", 0.5, "mg"),
            ("a puff", 1.0, "puffs"),
            ("½ a tablet", 0.5, "tablets"),
            ("¼ of a milligram", 0.25, "mg"),
            ("a gram twice a day", 1.0, "g"),
        ] {
            let found: Vec<(f64, &str)> = parts(text).iter().map(|one| (one.value, one.unit)).collect();
            assert_eq!(found, [(value, unit)], "{text}");
        }
        assert_eq!(parts("two and a half milligram tablets"), []);
        assert_eq!(parts("half an hour, a quarter to nine, half the tablets"), []);
    }
}
