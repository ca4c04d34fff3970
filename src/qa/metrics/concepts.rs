//! Which clinical matters two notes have in common, whatever else their wording.
//!
//! A concept is a drug of the drug table by its ingredient, a symptom of the lexicon by its name, or a medical term of
//! `medical_terms.txt` by its stems; the commonest synonyms among the terms are one. Each counts once a note, however often
//! it is named, and whether it is affirmed or denied: so does MEDCON of ACI-BENCH (W. Yim et al., 2023), which finds
//! concepts of UMLS. UMLS may not be passed on, so the figures of the two are not comparable.

use std::collections::BTreeSet;

use super::{Overlap, normal, porter, terms};
use crate::{structuring::facts::symptoms::LEXICON, terminology::DrugTable};

/// Terms that mean one thing, by their stems; the first is kept.
const SAME: &[(&str, &str)] = &[
    ("hypertens", "high blood pressur"),
    ("heart attack", "myocardi infarct"),
    ("urinari tract infect", "uti"),
    ("kidney", "renal"),
    ("abdomen", "abdomin"),
    ("abdomen", "belli"),
    ("diabet", "type 2 diabet"),
    ("ecg", "ekg"),
    ("echocardiogram", "echo"),
    ("swell", "swollen"),
    ("tender", "sore"),
    ("physic therapi", "physiotherapi"),
    ("surgeri", "oper"),
];

/// The concepts of `text`. A concept stands within a line.
pub fn concepts(text: &str) -> BTreeSet<String> {
    text.lines().flat_map(of_line).collect()
}

/// The concepts of a reference and of a note, compared.
pub fn compare(reference: &str, note: &str) -> Overlap {
    Overlap::of(&concepts(reference), &concepts(note))
}

fn of_line(line: &str) -> Vec<String> {
    let drugs = DrugTable::bundled().mentions(line).into_iter();
    let mut named: Vec<_> = drugs.map(|mention| (format!("drug {}", mention.drug.name), mention.range)).collect();
    for symptom in LEXICON.iter() {
        let found = symptom.pattern.find_iter(line);
        named.extend(found.map(|found| (format!("symptom {}", symptom.name), found.range())));
    }
    // What is a drug or a symptom is not counted as a term again.
    let is_named = |token: &normal::Token| {
        named.iter().any(|(_, range)| token.range.start < range.end && range.start < token.range.end)
    };
    let tokens = normal::tokens(line);
    let left: Vec<&str> = tokens.iter().map(|token| if is_named(token) { "" } else { token.word.as_str() }).collect();
    let found: Vec<String> = terms::mentions(&left).into_iter().map(|range| term(&left[range])).collect();
    named.into_iter().map(|(concept, _)| concept).chain(found).collect()
}

/// A term's one form.
fn term(words: &[&str]) -> String {
    let stems = words.iter().map(|word| porter::stem(word)).collect::<Vec<_>>().join(" ");
    let same = SAME.iter().find(|(_, other)| *other == stems);
    format!("term {}", same.map_or(stems.as_str(), |(kept, _)| kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        concepts(text).into_iter().collect()
    }

    #[test]
    fn a_concept_is_one_however_it_is_named() {
        let expected = ["drug furosemide", "symptom shortness of breath", "term hypertens"];
        assert_eq!(names("Lasix for hypertension; short of breath."), expected);
        assert_eq!(names("Denies dyspnea.\nHigh blood pressure on furosemide and Lasix."), expected);
    }

    #[test]
    fn a_symptom_is_not_a_term_besides() {
        assert_eq!(names("He has chest pain."), ["symptom chest pain"]);
    }

    #[test]
    fn every_synonym_is_found() {
        let said = "high blood pressure, myocardial infarction, uti, renal, abdominal, belly, type two diabetes, ekg, \
            echo, swollen, sore, physiotherapy, operation";
        for term in said.split(", ") {
            let found = names(term);
            let is_kept = |one: &str| SAME.iter().any(|(kept, _)| one.strip_prefix("term ") == Some(kept));
            assert!(found.len() == 1 && is_kept(&found[0]), "{term} is {found:?}");
        }
    }

    #[test]
    fn concepts_do_not_reach_over_lines() {
        assert!(!names("chest\npain").contains(&"symptom chest pain".to_owned()));
    }

    #[test]
    fn what_both_have_what_is_missing_and_what_is_added_is_counted() {
        // Both: cough, diabetes; missing: metformin; added: fever, headache.
        let overlap = compare("Cough. Diabetes on metformin.", "Diabetes. Fever, cough, headaches.");
        assert_eq!(overlap, Overlap { shared: 2, missing: 1, added: 2 });
        // 2·2 / (2·2 + 1 + 2)
        assert_eq!(overlap.f1(), Some(4.0 / 7.0));
    }
}
