//! Names of medicines that were misheard: what was put right in the transcript, what is only suggested, and what could
//! not be recognised at all. A clinician must see all three.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use crate::{
    domain::{Evidence, PatientText, Repair, Utterance},
    structuring::{evidence, visit::Visit},
    terminology::DrugTable,
};

/// A name that was misheard, or a dose.
#[derive(Debug, Clone, PartialEq)]
pub struct Misheard {
    /// What it is or may be; what was heard, where nothing is known.
    pub text: PatientText,
    /// What was heard and what was made of it, for a clinician.
    pub reason: PatientText,
    /// Where it was said.
    pub evidence: Vec<Evidence>,
}

/// What was misheard in the visit, each once.
pub fn in_visit(visit: &Visit) -> Vec<Misheard> {
    let mut found: Vec<Misheard> = Vec::new();
    for line in &visit.lines {
        let repaired = line.utterance.repairs.iter().map(|repair| of_repair(line.utterance, repair));
        let unnamed = line.sentences.iter().flat_map(|sentence| unnamed(line.utterance, sentence));
        for one in repaired.chain(unnamed) {
            match found.iter_mut().find(|known| known.text == one.text && known.reason == one.reason) {
                Some(known) => evidence::merge(&mut known.evidence, one.evidence),
                None => found.push(one),
            }
        }
    }
    found
}

fn of_repair(said: &Utterance, repair: &Repair) -> Misheard {
    let (heard, suggested) = (repair.heard.as_str(), repair.suggested.as_str());
    let made = if repair.applied { "taken as" } else { "perhaps" };
    let at = said.text.find(if repair.applied { suggested } else { heard });
    let evidence = match at {
        Some(at) => evidence::evidence(said, sentence_around(&said.text, at)),
        None => evidence::whole(said),
    };
    Misheard {
        text: suggested.into(),
        reason: format!("heard \"{heard}\", {made} {suggested}: {}", repair.reason).into(),
        evidence: vec![evidence],
    }
}

/// The sentence that holds byte `at`.
fn sentence_around(text: &str, at: usize) -> Range<usize> {
    let ends = |c: char| matches!(c, '.' | '?' | '!');
    let start = text[..at].rfind(ends).map_or(0, |end| end + 1);
    let end = text[at..].find(ends).map_or(text.len(), |end| at + end + 1);
    start..end
}

/// Words that stand between a verb of taking and a dose and name no medicine.
const NO_NAME: [&str; 46] = [
    "a",
    "about",
    "an",
    "and",
    "another",
    "around",
    "at",
    "back",
    "by",
    "down",
    "dose",
    "doses",
    "extra",
    "for",
    "from",
    "her",
    "him",
    "his",
    "i",
    "in",
    "it",
    "just",
    "like",
    "maybe",
    "me",
    "medication",
    "medicine",
    "more",
    "of",
    "off",
    "on",
    "one",
    "only",
    "or",
    "out",
    "pills",
    "taking",
    "that",
    "the",
    "them",
    "this",
    "to",
    "two",
    "up",
    "with",
    "you",
];

/// "Start brimblax 50 milligrams": a dose of something that no name is known for.
fn unnamed(said: &Utterance, sentence: &Range<usize>) -> Vec<Misheard> {
    static DOSED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?ix)\b(?:start|starting|started|take|takes|taking|prescribe|continue|add|increase|refill)\s+
            (?:you\s+|him\s+|her\s+|the\s+|your\s+|on\s+)*
            ([a-z][a-z'-]+(?:\s[a-z][a-z'-]+){0,2}?),?\s+
            (?:\d[\d.,]*|(?:(?:one|two|three|five|ten|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred)[\s-])+)
            \s?(?:mg|milligrams?|mcg|micrograms?)\b",
        )
        .expect("a pattern written here compiles")
    });
    let text = &said.text[sentence.clone()];
    let unnamed =
        DOSED.captures_iter(text).filter_map(|found| found.get(1)).filter(|heard| is_unnamed(said, heard.as_str()));
    unnamed
        .map(|heard| Misheard {
            text: heard.as_str().into(),
            reason: "a dose is said of it, and no medicine of this name is known".into(),
            evidence: vec![evidence::evidence(said, sentence.clone())],
        })
        .collect()
}

/// Whether `heard` names something that is no medicine's name and of which no repair says what it is.
fn is_unnamed(said: &Utterance, heard: &str) -> bool {
    let named = heard.split(' ').any(|word| !NO_NAME.contains(&word.to_lowercase().as_str()));
    let overlaps = |text: &str| heard.contains(text) || text.contains(heard);
    let explained = said.repairs.iter().any(|repair| overlaps(&repair.heard) || overlaps(&repair.suggested));
    named && !explained && DrugTable::bundled().mentions(heard).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structuring::testing::transcript;

    fn shown(lines: &str, repairs: Vec<Repair>) -> Vec<(String, String)> {
        let mut transcript = transcript(lines);
        transcript.utterances[0].repairs = repairs;
        let plain = |one: Misheard| (one.text.into_string(), one.reason.into_string());
        in_visit(&Visit::new(&transcript)).into_iter().map(plain).collect()
    }

    fn repair(heard: &str, suggested: &str, applied: bool) -> Repair {
        Repair {
            heard: heard.into(),
            suggested: suggested.into(),
            start_ms: None,
            end_ms: None,
            applied,
            probability: 0.9,
            reason: "sounds alike".to_owned(),
        }
    }

    #[test]
    fn repairs_and_suggestions_are_shown() {
        assert_eq!(
            shown("D: Start losartan 50 milligrams.", vec![repair("loss artin", "losartan", true)]),
            [("losartan".to_owned(), "heard \"loss artin\", taken as losartan: sounds alike".to_owned())]
        );
        assert_eq!(
            shown("D: Start listen up 10 milligrams.", vec![repair("listen up", "lisinopril", false)]),
            [("lisinopril".to_owned(), "heard \"listen up\", perhaps lisinopril: sounds alike".to_owned())]
        );
    }

    #[test]
    fn a_dose_of_something_unknown_is_shown() {
        let found = shown("D: I will start you on brimblax, 50 milligrams a day.", Vec::new());
        assert_eq!(found.into_iter().map(|(text, _)| text).collect::<Vec<_>>(), ["brimblax"]);
        for line in
            ["D: Start losartan 50 milligrams.", "D: Take it at 50 milligrams.", "D: Take two 50 milligram tablets."]
        {
            assert!(shown(line, Vec::new()).is_empty(), "{line}");
        }
    }
}
