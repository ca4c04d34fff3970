//! Medicines and safety: what the clinician is shown about the medicines of a visit, beside the note and never in it.
//!
//! [`review`] compares the medicines that were spoken of with the chart's list, and looks for what could do harm: an allergy
//! (`allergies`), a pair (`interactions`, `duplicates`), a dose (`doses`), a dose that was said twice and differently. Every
//! alert comes from a table of this folder, each line of which names its source, so that a clinician can judge it; ADR 0011
//! says why there are so few.
//!
//! An alert needs something that was said: what the chart's list has by itself is the EHR's to check. Nothing is said about
//! medicines that are over or end in this visit.

mod age;
mod allergies;
mod doses;
mod duplicates;
mod groups;
mod interactions;
mod listed;
mod medicines;
mod reconciliation;

use listed::Listed;
use medicines::Medicine;

use crate::{
    domain::{Alert, AlertKind, AlertSeverity, Chart, Reconciled, ReconciliationState, Transcript},
    structuring::facts::{Facts, medications::Disputed},
    terminology::DrugTable,
};

/// What the clinician is shown about the medicines.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Safety {
    /// What could do harm, the worst first.
    pub alerts: Vec<Alert>,
    /// The medicines beside the chart's list; empty without a chart.
    pub reconciliation: Vec<Reconciled>,
}

/// Looks at the medicines and allergies of `facts`, which were read from `transcript`, and of `chart`.
pub fn review(transcript: &Transcript, facts: &Facts, chart: Option<&Chart>) -> Safety {
    let listed: Vec<Listed> = chart.into_iter().flat_map(|chart| &chart.medications).map(Listed::read).collect();
    let reconciliation = chart.map(|_| reconciliation::reconcile(&listed, facts, transcript)).unwrap_or_default();
    let mut medicines: Vec<Medicine> =
        facts.medications.iter().filter_map(|said| Medicine::said(said, &listed)).collect();
    medicines.extend(not_mentioned(&listed, &reconciliation));

    let known = allergies::known(&facts.allergies.known, chart);
    let mut alerts: Vec<Alert> = medicines.iter().filter_map(|medicine| allergies::check(medicine, &known)).collect();
    alerts.extend(pairs(&medicines));
    if !age::is_child(transcript, chart) {
        alerts.extend(medicines.iter().filter_map(doses::check));
    }
    alerts.extend(facts.disputed.iter().map(conflict));
    alerts.sort_by_key(|alert| (alert.severity, alert.kind));
    Safety { alerts, reconciliation }
}

/// What the chart has and nobody named is taken on, as far as is known.
fn not_mentioned<'l>(
    listed: &'l [Listed],
    reconciliation: &'l [Reconciled],
) -> impl Iterator<Item = Medicine<'l>> + 'l {
    let left = |one: &&Listed| {
        let written = one.written();
        let is = |entry: &Reconciled| entry.chart.as_deref() == Some(written.as_str());
        reconciliation.iter().any(|entry| entry.state == ReconciliationState::NotMentioned && is(entry))
    };
    listed.iter().filter(left).filter_map(Medicine::of_chart)
}

/// The alerts about two medicines together. A pair that only the chart tells of is old.
fn pairs(medicines: &[Medicine]) -> Vec<Alert> {
    let mut alerts = Vec::new();
    for (at, one) in medicines.iter().enumerate() {
        for other in &medicines[at + 1..] {
            let charted = one.said.is_none() && other.is_old() || other.said.is_none() && one.is_old();
            let found = interactions::check(one, other).or_else(|| duplicates::check(one, other));
            alerts.extend(found.filter(|_| !charted));
        }
    }
    alerts
}

/// A dose that was said twice and differently.
fn conflict(disputed: &Disputed) -> Alert {
    let Disputed { text, taken, other, evidence } = disputed;
    let name = DrugTable::bundled().find(text).map_or(text.as_str(), |drug| drug.name);
    Alert {
        kind: AlertKind::Conflict,
        severity: AlertSeverity::Moderate,
        text: format!(
            "{text}: {} {} was said, and {} {}; the note has {} {}.",
            taken.value, taken.unit, other.value, other.unit, taken.value, taken.unit
        )
        .into(),
        medicines: vec![name.to_owned()],
        allergies: Vec::new(),
        why: "nobody said which of the two holds".to_owned(),
        source: "said in the visit".to_owned(),
        evidence: evidence.clone(),
    }
}

/// A severity as the tables write it.
fn severity(level: &str) -> AlertSeverity {
    match level {
        "high" => AlertSeverity::High,
        "moderate" => AlertSeverity::Moderate,
        _ => AlertSeverity::Low,
    }
}

/// What the tests of this folder share.
#[cfg(test)]
mod testing {
    use super::*;
    use crate::structuring::{facts, testing::transcript};

    /// The alerts of a visit as "Kind Severity: text".
    pub(super) fn alerts(lines: &str, chart: Option<&Chart>) -> Vec<String> {
        let transcript = transcript(lines);
        let facts = facts::facts(&transcript, DrugTable::bundled());
        let written = |alert: Alert| format!("{:?} {:?}: {}", alert.kind, alert.severity, alert.text.as_str());
        review(&transcript, &facts, chart).alerts.into_iter().map(written).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ChartMedication;

    fn chart(medications: &[(&str, &str)]) -> Chart {
        let listed = |(name, sig): &(&str, &str)| ChartMedication {
            name: (*name).into(),
            rxcui: None,
            sig: Some((*sig).into()),
        };
        Chart { medications: medications.iter().map(listed).collect(), ..Chart::default() }
    }

    #[test]
    fn what_begins_is_held_against_the_charts_list() {
        let chart = chart(&[("Coumadin 5 mg", "1 tablet daily"), ("ibuprofen 400 mg", "as needed")]);
        let begun = "D: I'll start naproxen, five hundred milligrams twice a day.";
        assert_eq!(
            testing::alerts(begun, Some(&chart)),
            [
                "Interaction High: Naproxen with warfarin (warfarin is on the chart's list and was not named).",
                "Duplicate Moderate: Naproxen and ibuprofen are of one class: NSAIDs (ibuprofen is on the chart's list and was not named).",
            ]
        );
        let old = "P: I take the ibuprofen now and then.";
        assert_eq!(testing::alerts(old, Some(&chart)), [""; 0], "the EHR knows of this pair");
        assert_eq!(testing::alerts("P: I feel fine.", Some(&chart)), [""; 0]);
        let gel = self::chart(&[("diclofenac 1 % topical gel", "apply 4 times a day")]);
        assert_eq!(testing::alerts(begun, Some(&gel)), [""; 0], "what is put on the skin stays there");
        let not_taken = "D: Are you taking the warfarin?\nP: No, I'm not.\nD: I'll start naproxen, five hundred milligrams twice a day. Stop the ibuprofen.";
        assert_eq!(testing::alerts(not_taken, Some(&chart)), [""; 0]);
    }

    #[test]
    fn a_dose_said_twice_and_differently_is_pointed_out_once() {
        let first = "P: I take ibuprofen, 200 milligrams.\n";
        assert_eq!(
            testing::alerts(&format!("{first}D: No, it says 400 milligrams here."), None),
            ["Conflict Moderate: ibuprofen: 200 mg was said, and 400 mg; the note has 200 mg."]
        );
        assert_eq!(testing::alerts(&format!("{first}P: No, make that 400 milligrams."), None), [""; 0], "a correction");
    }

    #[test]
    fn a_quiet_visit_has_no_alerts() {
        let lines = "P: I take lisinopril ten milligrams and metformin five hundred milligrams twice a day.\n\
                     D: Let's increase the lisinopril to twenty milligrams a day. Any allergies?\nP: Penicillin.";
        assert_eq!(testing::alerts(lines, None), [""; 0]);
    }
}
