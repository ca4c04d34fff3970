use soapstone::{domain::Transcript, structuring::facts, terminology::DrugTable};

use crate::support::facts::{Found, Scores, json, manifest, score, text};

/// What the rules reach on exact transcripts; a change that loses any of it must say so here.
const LEAST: [(&str, f64); 8] = [
    ("medications", 1.0),
    ("doses", 1.0),
    ("frequencies", 0.8),
    ("actions", 0.9),
    ("allergies", 1.0),
    ("vitals", 1.0),
    ("orders", 0.75),
    ("denied symptoms", 0.48),
];

#[test]
fn facts_of_the_spoken_visits_are_found() {
    let mut scores = Scores::default();
    for entry in manifest() {
        let transcript: Transcript = serde_json::from_value(json(text(&entry, "transcript"))).expect("a transcript");
        let got = facts::facts(&transcript, DrugTable::bundled());
        let found = Found {
            medications: &got.medications,
            allergies: &got.allergies.known,
            vitals: &got.vitals,
            orders: &got.orders,
            denies: &|symptom| got.symptoms.iter().any(|one| !one.present && one.name == symptom),
        };
        score(&json(text(&entry, "facts")), &found, &mut scores);
    }
    scores.print("rules, on exact transcripts");
    for ((kind, score), (_, least)) in scores.rows().into_iter().zip(LEAST) {
        assert!(score.share() >= least, "{kind}: {} of {} found, fewer than {least}", score.found, score.wanted);
    }
    assert!(scores.wrong_vitals == 0 && scores.wrong_medications == 0);
}
