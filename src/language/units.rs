//! Units in which medicines are counted.

use std::ops::Range;

use super::tokens::tokens;

/// The short form of a unit of doses, from any of the words for it in lower case. The drug table writes these too.
pub fn dose_unit(word: &str) -> Option<&'static str> {
    Some(match word {
        "mg" | "mgs" | "milligram" | "milligrams" | "milligramme" | "milligrammes" | "migs" => "mg",
        "mcg" | "mcgs" | "microgram" | "micrograms" | "mics" | "ug" | "µg" => "mcg",
        "g" | "gram" | "grams" => "g",
        "unit" | "units" => "units",
        "ml" | "mls" | "mil" | "mils" | "milliliter" | "milliliters" | "millilitre" | "millilitres" | "cc" | "ccs" => {
            "mL"
        }
        "puff" | "puffs" => "puffs",
        "tablet" | "tablets" | "tab" | "tabs" | "pill" | "pills" => "tablets",
        "capsule" | "capsules" => "capsules",
        "drop" | "drops" => "drops",
        "spray" | "sprays" | "squirt" | "squirts" => "sprays",
        "patch" | "patches" => "patches",
        "meq" | "milliequivalent" | "milliequivalents" | "milli equivalent" | "milli equivalents" => "mEq",
        "percent" => "%",
        "teaspoon" | "teaspoons" => "teaspoons",
        _ => return None,
    })
}

/// How many micrograms one of `unit` is; `None` of what is no weight.
pub fn micrograms(unit: &str) -> Option<f64> {
    match unit {
        "mcg" => Some(1.0),
        "mg" => Some(1e3),
        "g" => Some(1e6),
        _ => None,
    }
}

/// Whether a unit counts what is taken, and does not weigh it.
pub fn is_count(unit: &str) -> bool {
    matches!(unit, "tablets" | "capsules" | "puffs" | "sprays" | "drops" | "patches")
}

/// The unit of doses of the number that ends at byte `number_end`, with its bytes.
pub fn unit_after(text: &str, number_end: usize) -> Option<(&'static str, Range<usize>)> {
    let rest = &text[number_end..];
    if rest.starts_with('%') {
        return Some(("%", number_end..number_end + 1));
    }
    let words = tokens(rest.split(['.', '?', '!', ',']).next()?);
    let first = words.first()?;
    let joined = rest[..first.range.start].chars().all(|between| between == ' ' || between == '-');
    let two = words.get(1).and_then(|second| Some((dose_unit(&format!("{} {}", first.lower, second.lower))?, second)));
    let (unit, last) = two.or_else(|| Some((dose_unit(&first.lower)?, first))).filter(|_| joined)?;
    Some((unit, number_end + first.range.start..number_end + last.range.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_of_a_number_is_read() {
        for (text, number_end, expected) in [
            ("50 milligrams", 2, Some(("mg", 3..13))),
            ("20 milli equivalents", 2, Some(("mEq", 3..20))),
            ("50mg", 2, Some(("mg", 2..4))),
            ("a fifty-microgram tablet", 7, Some(("mcg", 8..17))),
            ("2.5%", 3, Some(("%", 3..4))),
            ("50, milligrams", 2, None),
            ("50 days", 2, None),
            ("50", 2, None),
        ] {
            assert_eq!(unit_after(text, number_end), expected, "{text}");
        }
    }
}
