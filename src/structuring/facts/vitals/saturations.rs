//! Oxygen saturations, each with what the patient breathed.

use std::sync::LazyLock;

use regex::Regex;

use super::{is_target, sentence_quote};
use crate::{
    domain::VitalSign,
    language::numbers::{self, Number},
    structuring::{evidence, text::pattern, visit::Line},
};

/// LOINC's code for an oxygen saturation by pulse oximetry.
pub(super) const SATURATION: &str = "59408-5";

/// What the patient breathed when a saturation was measured that ends at byte `end`: "86 percent on room air", "93 now on four
/// liters".
pub(super) fn breathing(text: &str, end: usize) -> Option<String> {
    static ON: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?: ?%| percent)?,?(?: now| today| here| again| still)? (?:(?:on|with) (?P<gas>room air|(?:(?:\d+|one|two|three|four|five|six|eight|ten|fifteen) )?(?:liters?|litres?)|oxygen|bipap|cpap|a (?:non-?rebreather|mask))|breathing (?P<air>room air))\b",
        )
    });
    let found = ON.captures(&text[end..])?;
    let gas = found.name("gas").or_else(|| found.name("air"))?.as_str().to_lowercase();
    let number = numbers::numbers(&gas).first().map(|number| number.value);
    Some(number.map_or(gas, |liters| format!("{liters} L of oxygen")))
}

/// Saturations that are told after the first of `found` in the same sentence, with what was breathed: "86 percent on room air, 93
/// now on four liters".
pub(super) fn further_saturations(line: &Line, numbers: &[Number], found: &[VitalSign]) -> Vec<VitalSign> {
    let text = line.text();
    let Some(first) = found.iter().find(|vital| vital.loinc == SATURATION) else { return Vec::new() };
    let Some(start) = numbers.iter().find(|number| number.value == first.value) else { return Vec::new() };
    let sentence = line.sentence_at(start.range.start);
    let after = numbers.iter().filter(|number| {
        !is_target(line, number.range.start)
            && number.range.start > start.range.start
            && sentence.contains(&number.range.start)
            && (50.0..101.0).contains(&number.value)
    });
    let named = |number: &Number| {
        let name = format!("Oxygen saturation ({})", breathing(text, number.range.end)?);
        let quote = sentence_quote(line, number.range.clone());
        let evidence = vec![evidence::evidence(line.utterance, quote)];
        Some(VitalSign { loinc: SATURATION.to_owned(), name, value: number.value, unit: "%".to_owned(), evidence })
    };
    after.filter_map(named).collect()
}
