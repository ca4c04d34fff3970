//! Measurements that were named, with a value that could not be read: "blood pressure is one forty ish over something".

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{context, vitals};
use crate::{
    domain::{Evidence, VitalSign},
    language::{
        numbers::{self, Number},
        questions::is_question,
    },
    structuring::{
        evidence,
        text::pattern,
        visit::{Line, Visit},
    },
};

/// A measurement that is in no vital sign.
#[derive(Debug, Clone, PartialEq)]
pub struct Unread {
    /// What was measured.
    pub name: &'static str,
    /// Where it was said.
    pub evidence: Evidence,
}

/// The measurements of the visit whose values are not sure: a clinician must look at them.
pub fn unread(visit: &Visit) -> Vec<Unread> {
    visit.lines.iter().filter(|line| line.by_clinician()).flat_map(|line| of_line(visit, line)).collect()
}

fn of_line(visit: &Visit, line: &Line) -> Vec<Unread> {
    let read = vitals::line_vitals(visit, line);
    line.sentences.iter().flat_map(|range| of_sentence(line, range, &read)).collect()
}

fn of_sentence(line: &Line, range: &Range<usize>, read: &[VitalSign]) -> Vec<Unread> {
    let sentence = &line.text()[range.clone()];
    let numbers = numbers::numbers(sentence);
    if is_question(sentence) || context::hypothetical(sentence) {
        return Vec::new();
    }
    let measured = |name: &str, cue: &Regex| {
        let Some(cue) = cue.find(sentence) else { return false };
        let value = numbers.iter().find(|number| number.range.start >= cue.end());
        value.is_some_and(|value| {
            gives(sentence, cue.end(), value)
                && !vitals::is_target(line, range.start + value.range.start)
                && !read.iter().any(|vital| is(vital, name))
        })
    };
    vitals::cues()
        .filter(|(name, cue)| measured(name, cue))
        .map(|(name, _)| Unread { name, evidence: evidence::evidence(line.utterance, range.clone()) })
        .collect()
}

fn is(vital: &VitalSign, name: &str) -> bool {
    let (full, name) = (vital.name.to_lowercase(), name.to_lowercase());
    full.ends_with(&name) || full.starts_with(&name)
}

/// "Blood pressure is", "pulse was about": what follows right away is meant as the value.
fn gives(sentence: &str, cue_end: usize, value: &Number) -> bool {
    static IS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^[\s,:]*(?:(?:today|this|morning|here|right|now|is|was|at|of|reads?|came|in|looks?|about|around|like|a|reading|back|down|up)\b[\s,:]*)*$",
        )
    });
    IS.is_match(&sentence[cue_end..value.range.start]) && !vitals::counts_time(&sentence[value.range.end..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structuring::testing::transcript;

    fn said(lines: &str) -> Vec<&'static str> {
        unread(&Visit::new(&transcript(lines))).into_iter().map(|one| one.name).collect()
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        assert_eq!(said("D: Your blood pressure is one forty two, over I think eighty eight."), ["Blood pressure"]);
        assert_eq!(said("D: Blood pressure today is 1 of 42 over 88."), ["Blood pressure"]);
        assert_eq!(said("D: Your oxygen is 9."), ["Oxygen saturation"]);
        assert!(said("D: And your oxygen is 93% on room air.").is_empty());
    }

    #[test]
    fn what_was_read_or_only_wished_for_is_not() {
        for line in [
            "D: Your blood pressure is one forty two over eighty eight.",
            "D: I want your blood pressure to be under 130.",
            "D: Your pulse is 76.",
            "D: Is your blood pressure 140 at home?",
            "D: Check your weight for two weeks.",
            "P: My blood pressure was one fifty.",
        ] {
            assert!(said(line).is_empty(), "{line}");
        }
    }
}
