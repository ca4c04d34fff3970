//! What is known of a visit's medicines before its words are looked at one by one.

use std::collections::HashSet;

use super::names::Name;
use crate::{
    domain::{Chart, Transcript},
    terminology::{Drug, DrugTable},
};

/// What people complain of, and the classes of medicines that are given for it, each by a part of its name.
const TREATED_BY: [(&[&str], &[&str]); 14] = [
    (
        &["blood pressure", "hypertension", "hypertensive"],
        &[
            "ace inhibitor",
            "angiotensin",
            "beta blocker",
            "calcium channel",
            "diuretic",
            "alpha blocker",
            "alpha agonist",
            "antihypertensive",
        ],
    ),
    (&["cholesterol", "lipid"], &["statin", "lipid", "fibrate"]),
    (
        &["diabetes", "diabetic", "blood sugar", "a1c"],
        &["biguanide", "antidiabetic", "insulin", "sulfonylurea", "sglt2", "glp-1", "dpp-4"],
    ),
    (&["depress", "anxiety", "anxious", "panic"], &["ssri", "snri", "antidepressant", "benzodiazepine"]),
    (
        &["asthma", "copd", "wheez", "inhaler"],
        &["beta agonist", "inhaled", "bronchodilator", "leukotriene", "triple inhaler"],
    ),
    (&["reflux", "heartburn", "stomach acid"], &["proton pump", "h2 blocker", "antacid"]),
    (&["thyroid"], &["thyroid"]),
    (&["gout"], &["antigout", "xanthine"]),
    (&["seizure", "epilep", "nerve pain", "neuropath"], &["anticonvulsant"]),
    (&["migraine"], &["triptan", "antimigraine", "cgrp"]),
    (
        &["infection", "bacteria", "sinusitis", "pneumonia", "urinary"],
        &["antibiotic", "penicillin", "cephalosporin", "fluoroquinolone", "macrolide", "antibacterial", "sulfonamide"],
    ),
    (&["pain", "ache", "arthritis", "sprain"], &["nsaid", "analgesic", "opioid", "muscle relaxant"]),
    (&["sleep", "insomnia"], &["hypnotic", "benzodiazepine"]),
    (&["fibrillation", "blood clot", "clots", "stroke"], &["anticoagulant", "antiplatelet", "antiarrhythmic"]),
];

/// The medicines that a visit is likely to speak of.
pub struct Expected {
    /// Medicines on the chart's list.
    chart: HashSet<String>,
    /// Medicines that are named in the visit and were heard.
    said: HashSet<&'static str>,
    /// Parts of the names of classes that treat what is complained of.
    classes: Vec<&'static str>,
    /// The chart's names that the table does not have.
    pub other_names: Vec<Name>,
}

impl Expected {
    /// Reads the visit and the chart.
    pub fn new(transcript: &Transcript, chart: Option<&Chart>) -> Self {
        let table = DrugTable::bundled();
        let (mut known, mut other_names) = (HashSet::new(), Vec::new());
        for medication in chart.into_iter().flat_map(|chart| &chart.medications) {
            let mentions = table.mentions(&medication.name);
            known.extend(mentions.iter().map(|mention| mention.drug.name.to_owned()));
            if mentions.is_empty() {
                let name = Name::unlisted(plain_name(&medication.name));
                known.extend(name.iter().map(|name| name.medicine().to_owned()));
                other_names.extend(name);
            }
        }
        let mut said = HashSet::new();
        let mut text = String::new();
        for utterance in &transcript.utterances {
            // A name that was only guessed does not speak for the next guess.
            let mentions = table.mentions(&utterance.text).into_iter();
            let right = mentions.filter(|mention| table.find(&utterance.text[mention.range.clone()]).is_some());
            said.extend(right.map(|mention| mention.drug.name));
            text.push_str(&utterance.text.to_lowercase());
            text.push('\n');
        }
        for problem in chart.into_iter().flat_map(|chart| &chart.problems) {
            text.push_str(&problem.name.to_lowercase());
            text.push('\n');
        }
        let complained = TREATED_BY.iter().filter(|(cues, _)| cues.iter().any(|cue| text.contains(cue)));
        let classes = complained.flat_map(|(_, classes)| *classes).copied().collect();
        Self { chart: known, said, classes, other_names }
    }

    /// Whether the chart has it.
    pub fn on_chart(&self, name: &Name) -> bool {
        self.chart.contains(name.medicine())
    }

    /// Whether the visit names it elsewhere.
    pub fn is_said(&self, name: &Name) -> bool {
        self.said.contains(name.medicine())
    }

    /// Whether it is given for something that the visit speaks of.
    pub fn treats(&self, drug: &Drug) -> bool {
        self.classes.iter().any(|class| drug.class.contains(class))
    }
}

/// The name at the beginning of a chart's line: "Entyvio 300 MG Injection" without strength and form.
fn plain_name(line: &str) -> &str {
    let end = line.find(|c: char| c.is_ascii_digit() || matches!(c, '(' | ',')).unwrap_or(line.len());
    line[..end].trim()
}
