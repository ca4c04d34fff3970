//! Statements about visits in plain speech, true ones and false ones: how many of the false the checks catch (a statement that is
//! found in part only is shown to a person, and counts as caught), and how many of the true they reject.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;
use soapstone::{
    domain::{Finding, SectionKind},
    structuring::verify::{NoteStatement, verification},
    transcription::reading,
};

use crate::support::facts::{Score, list, text};

/// Of each split: false statements that are caught at least, and true ones that are rejected at most. What is reached: it may
/// not get worse.
const BOUNDS: [(&str, usize, usize); 2] = [("develop", 107, 2), ("check", 90, 5)];

fn section(statement: &Value) -> SectionKind {
    serde_json::from_value(statement["section"].clone()).expect("a section")
}

#[test]
fn false_statements_about_visits_are_caught_and_true_ones_stand() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("note-fixtures/statements.jsonl");
    let visits = fs::read_to_string(file).expect("the statements");
    let visits: Vec<Value> = visits.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    for (split, least, most) in BOUNDS {
        let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
        for visit in visits.iter().filter(|visit| text(visit, "split") == split) {
            let transcript = reading::from_dialogue(text(visit, "dialogue").as_bytes()).expect("a dialogue");
            let statements = list(visit, "statements");
            let written = |one: &Value| NoteStatement { text: text(one, "text").into(), section: Some(section(one)) };
            let answer = verification(statements.iter().map(written).collect(), &transcript);
            for (one, found) in statements.iter().zip(answer.statements) {
                let kind = text(one, "kind");
                let right = match kind {
                    "true" => found.support != Finding::Unsupported,
                    _ => found.support != Finding::Supported,
                };
                scores.entry(kind).or_default().add(right);
                // Who looks at what is wrong in the other half can measure with it no more.
                if !right && split == "develop" {
                    let reason = found.reason.as_ref().map_or("", |reason| reason.as_str());
                    println!("{} {kind} {}: {} | {reason}", text(visit, "id"), text(one, "section"), text(one, "text"));
                }
            }
        }
        println!("{split}");
        for (kind, score) in &scores {
            println!("  {kind:10} {:3} of {:3}", score.found, score.wanted);
        }
        let caught: usize = scores.iter().filter(|(kind, _)| **kind != "true").map(|(_, score)| score.found).sum();
        let rejected = scores["true"].wanted - scores["true"].found;
        println!("  caught {caught}, true rejected {rejected}");
        assert!(caught >= least, "{split}: {caught} caught");
        assert!(rejected <= most, "{split}: {rejected} true statements rejected");
    }
}
