//! Whether the patient is a child, by the chart or by what was said.

use std::sync::LazyLock;

use regex::Regex;

use crate::{
    domain::{Chart, Transcript},
    language::{numbers, patterns::pattern},
};

/// Years from which a dose is an adult's.
const GROWN_UP: u32 = 18;

/// Whether the patient is a child. Where nobody says how old the patient is, an adult.
pub(super) fn is_child(transcript: &Transcript, chart: Option<&Chart>) -> bool {
    match chart.and_then(|chart| chart.age_years) {
        Some(age) => age < GROWN_UP,
        None => transcript.utterances.iter().any(|said| says_child(&said.text)),
    }
}

/// "She's four years old", "Tom is an eight-month-old": of a person, and neither of the past nor of a grandchild.
fn says_child(text: &str) -> bool {
    static AGE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[ -](?:and a half )?(year|month|week|day)s?[ -]old\b"));
    static WHO: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(\w+)(?: is| am|'s|'m| just turned| turned) (?:(?:a|an|about|just|only|now|almost|nearly) )*$")
    });
    const NOT_THE_PATIENT: [&str; 12] = [
        "it",
        "that",
        "this",
        "which",
        "one",
        "grandson",
        "granddaughter",
        "niece",
        "nephew",
        "brother",
        "sister",
        "dog",
    ];
    numbers::numbers(text).iter().any(|number| {
        let Some(age) = AGE.captures(&text[number.range.end..]) else { return false };
        let young = !age[1].eq_ignore_ascii_case("year") || number.value < f64::from(GROWN_UP);
        let who = WHO.captures(&text[..number.range.start]);
        young && who.is_some_and(|who| !NOT_THE_PATIENT.contains(&who[1].to_lowercase().as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structuring::testing::transcript;

    #[test]
    fn a_child_is_known_by_chart_or_words() {
        for (line, child) in [
            ("O: He's four years old.", true),
            ("D: Tom is an eight-month-old here with his mother.", true),
            ("D: Martha is a 50-year-old female.", false),
            ("P: I'm sixty years old.", false),
            ("P: My granddaughter is four years old.", false),
            ("P: When I was six years old I broke it. The scar itself, it's ten years old.", false),
            ("P: I feel fine.", false),
        ] {
            let said = transcript(line);
            assert_eq!(is_child(&said, None), child, "{line}");
            let grown_up = Chart { age_years: Some(40), ..Chart::default() };
            assert!(!is_child(&said, Some(&grown_up)), "{line}");
            assert!(is_child(&said, Some(&Chart { age_years: Some(7), ..Chart::default() })), "{line}");
        }
    }
}
