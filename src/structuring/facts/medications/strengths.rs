//! Strengths that are no dose by themselves: "the forty nine fifty one", "the 44, two puffs".

use std::ops::Range;

use crate::{
    domain::Dose,
    language::numbers::{Number, numbers},
    structuring::facts::sig::DoseMention,
    terminology::Drug,
};

/// What may stand between the two parts of a strength as it is said.
const JOINS: [&str; 10] = ["/", "-", "", "over", "slash", "and", ",", "by", "milligrams", "mg"];
/// Bytes between a strength and how many puffs of it are taken, at most.
const LONGEST_COUNT: usize = 25;

/// The strength of a fixed combination in `text`, as the table lists it, and where it stands: "49/51 mg".
pub(super) fn of_combination(text: &str, drug: &Drug) -> Option<(String, Range<usize>)> {
    let listed: Vec<_> = drug.strengths.iter().filter_map(|strength| two_parts(strength)).collect();
    if !drug.is_combination() || listed.is_empty() {
        return None;
    }
    let numbers = numbers(text);
    let joined = |pair: &[Number]| {
        let between = text[pair[0].range.end..pair[1].range.start].trim().to_lowercase();
        JOINS.contains(&between.as_str())
    };
    let same = |a: f64, b: f64| (a - b).abs() < 1e-9;
    numbers.windows(2).filter(|pair| joined(pair)).find_map(|pair| {
        // Some are said the other way round than they are listed: "five three twenty five" of Percocet.
        let is_said = |one: f64, other: f64| same(one, pair[0].value) && same(other, pair[1].value);
        let (.., unit) =
            listed.iter().find(|(first, second, _)| is_said(*first, *second) || is_said(*second, *first))?;
        Some((format!("{}/{} {unit}", pair[0].value, pair[1].value), pair[0].range.start..pair[1].range.end))
    })
}

/// "49 mg/51 mg": both amounts in one unit. "400 mg/5 mL" says how strong a liquid is.
fn two_parts(strength: &str) -> Option<(f64, f64, &str)> {
    let (first, second) = strength.split_once('/')?;
    let ((first, unit), (second, other)) = (first.trim().split_once(' ')?, second.trim().split_once(' ')?);
    (unit == other).then_some(())?;
    Some((first.parse().ok()?, second.parse().ok()?, unit))
}

/// How many puffs, sprays or drops of a `strength` are taken at a time: they cannot be multiplied as tablets are, since the
/// strength of an inhaler is its name.
pub(super) fn count_of<'d>(strength: &DoseMention, doses: &'d [DoseMention]) -> Option<&'d DoseMention> {
    doses.iter().find(|count| {
        let gap = match count.range.start.checked_sub(strength.range.end) {
            Some(gap) => gap,
            None => strength.range.start.saturating_sub(count.range.end),
        };
        matches!(count.dose.unit.as_str(), "puffs" | "sprays" | "drops") && gap <= LONGEST_COUNT
    })
}

/// "44 mcg".
pub(super) fn shown(strength: &Dose) -> String {
    let space = if strength.unit == "%" { "" } else { " " };
    format!("{}{space}{}", strength.value, strength.unit)
}
