//! The codes that a problem could mean, for this patient.

use std::sync::LazyLock;

use regex::Regex;

use crate::{
    domain::{Chart, Evidence, Sex, Transcript},
    terminology::Icd10Cm,
};

fn pattern(text: &str) -> Regex {
    Regex::new(&format!("(?i){text}")).expect("a pattern written here compiles")
}

static PREGNANCY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(pregnan\w+|trimester|prenatal|postpartum|obstetric\w*|due date|breastfeeding)\b"));
static NEWBORN: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(newborn|neonat\w+|days old|weeks old)\b"));
static SIDED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(left|right) (knee|arm|leg|foot|hand|wrist|ankle|shoulder|elbow|hip|ear|eye|breast|thigh|calf|heel|toe|finger|thumb)\b",
    )
});

/// A code that a problem could mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// With its dot.
    pub code: String,
    /// Its full title.
    pub title: String,
    /// How well its words fit, from 0 to 1.
    pub score: f32,
}

/// What decides which codes a patient can have.
pub struct Patient {
    sex: Option<Sex>,
    pregnancy: bool,
    newborn: bool,
}

impl Patient {
    /// From what was said and what the chart knows.
    pub fn new(transcript: &Transcript, chart: Option<&Chart>) -> Self {
        let said = |cue: &Regex| transcript.utterances.iter().any(|utterance| cue.is_match(&utterance.text));
        Self {
            sex: chart.and_then(|chart| chart.sex),
            pregnancy: said(&PREGNANCY),
            newborn: said(&NEWBORN) || chart.and_then(|chart| chart.age_years) == Some(0),
        }
    }

    /// Whether this patient can have `code`: not a birth without a pregnancy, not the illness of the other sex.
    fn can_have(&self, code: &str, sex_of_code: Option<Sex>) -> bool {
        let chapter = code.chars().next().unwrap_or_default();
        let fits_chapter = match chapter {
            'O' => self.pregnancy,
            'P' => self.newborn,
            // Causes of accidents are never a diagnosis by themselves.
            'V' | 'W' | 'X' | 'Y' => false,
            _ => true,
        };
        let other_sex = matches!((self.sex, sex_of_code), (Some(own), Some(of_code)) if own != of_code);
        fits_chapter && !other_sex
    }
}

/// The best `limit` codes for `text` that `patient` can have.
pub fn candidates(icd: &Icd10Cm, text: &str, patient: &Patient, limit: usize) -> Vec<Candidate> {
    let sex_of = |code: &str| icd.get(code).and_then(|code| code.sex());
    icd.search(text, 3 * limit)
        .into_iter()
        .filter(|found| patient.can_have(&found.code, sex_of(&found.code)))
        .take(limit)
        .map(|found| Candidate { code: found.code, title: found.title, score: found.score })
        .collect()
}

/// What to search for: the problem's name, with the side that its evidence gives to a body part that it names.
pub fn query(name: &str, evidence: &[Evidence]) -> String {
    if name
        .to_lowercase()
        .split(|c: char| !c.is_alphabetic())
        .any(|word| matches!(word, "left" | "right" | "bilateral"))
    {
        return name.to_owned();
    }
    let quotes = evidence.iter().filter_map(|one| one.quote.as_ref());
    let mut sides: Vec<String> = quotes
        .flat_map(|quote| {
            SIDED
                .captures_iter(quote.as_str())
                .map(|found| (found[1].to_lowercase(), found[2].to_lowercase()))
                .collect::<Vec<_>>()
        })
        .filter(|(_, part)| name.to_lowercase().contains(part.as_str()))
        .map(|(side, _)| side)
        .collect();
    sides.sort();
    sides.dedup();
    match sides.as_slice() {
        [side] => format!("{side} {name}"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_side_comes_from_the_evidence() {
        let said = |quote: &str| vec![Evidence { quote: Some(quote.into()), ..Evidence::default() }];
        assert_eq!(query("Knee pain", &said("my right knee hurts")), "right Knee pain");
        assert_eq!(query("Knee pain", &said("that's right, the knee")), "Knee pain");
        assert_eq!(query("Left knee pain", &said("my right knee")), "Left knee pain");
        assert_eq!(query("Hypertension", &said("my right knee")), "Hypertension");
    }

    #[test]
    fn impossible_codes_are_left_out() {
        let patient = Patient { sex: Some(Sex::Male), pregnancy: false, newborn: false };
        assert!(patient.can_have("I10", None));
        assert!(!patient.can_have("N80.0", Some(Sex::Female)));
        assert!(!patient.can_have("O10.0", Some(Sex::Female)) && !patient.can_have("W01.0", None));
    }
}
