//! The medicines of the visit beside the chart's list.

use super::listed::Listed;
use crate::{
    domain::{Dose, Evidence, Medication, MedicationAction, Reconciled, ReconciliationState, Transcript, Utterance},
    structuring::facts::{Facts, sig},
    terminology::{Drug, DrugTable},
};

/// One entry a medicine of `listed` and of the visit, what is different first. Of medicines that are over and that the chart
/// does not have, nothing is to be reconciled.
pub(super) fn reconcile(listed: &[Listed], facts: &Facts, transcript: &Transcript) -> Vec<Reconciled> {
    let pairs = pairs(listed, &facts.medications);
    let mut entries: Vec<Reconciled> = listed
        .iter()
        .zip(&pairs)
        .map(|(listed, said)| match said {
            Some(at) => together(listed, &facts.medications[*at]),
            None => alone(listed, facts, transcript),
        })
        .collect();
    let unlisted = facts.medications.iter().enumerate().filter(|(at, said)| !pairs.contains(&Some(*at)) && !said.past);
    entries.extend(unlisted.map(|(_, said)| new(said)));
    entries.sort_by_key(|entry| entry.state);
    entries
}

/// For each of `listed` the medicine of the visit that it is: first what is made of the same, then what may be meant by it.
fn pairs(listed: &[Listed], said: &[Medication]) -> Vec<Option<usize>> {
    let mut pairs: Vec<Option<usize>> = vec![None; listed.len()];
    for exactly in [true, false] {
        let fits = |one: &Listed, drug: &Drug| if exactly { one.is_exactly(drug) } else { one.is(drug) };
        for (at, one) in listed.iter().enumerate().filter(|(_, one)| one.drug.is_some()) {
            let fits = |other: &Medication| DrugTable::bundled().find(&other.name).is_some_and(|drug| fits(one, drug));
            if pairs[at].is_none() {
                pairs[at] = (0..said.len()).find(|other| !pairs.contains(&Some(*other)) && fits(&said[*other]));
            }
        }
    }
    pairs
}

fn together(listed: &Listed, said: &Medication) -> Reconciled {
    let difference = difference(listed, said);
    let decided =
        matches!(said.action, MedicationAction::Increase | MedicationAction::Decrease | MedicationAction::Change);
    let state = match said.action {
        // Whoever reads the words beside the chart's dose decides.
        _ if said.as_said.is_some() => ReconciliationState::Unclear,
        MedicationAction::Stop => ReconciliationState::Stopped,
        _ if said.past => ReconciliationState::Stopped,
        _ if difference.is_some() => ReconciliationState::Changed,
        // What it is changed to may stand in the chart already.
        _ if decided && !(listed.dose.is_some() && said.dose.is_some()) => ReconciliationState::Changed,
        _ => ReconciliationState::Same,
    };
    Reconciled {
        name: listed.name().into(),
        state,
        chart: Some(listed.written().into()),
        said: Some(said.text.clone()),
        difference: difference.filter(|_| state == ReconciliationState::Changed).map(Into::into),
        evidence: said.evidence.clone(),
    }
}

/// A medicine of the chart that is not among those that are taken or decided about.
fn alone(listed: &Listed, facts: &Facts, transcript: &Transcript) -> Reconciled {
    let avoided = facts.avoided.iter().find(|one| is_named(listed, &one.name));
    let (state, evidence) = match avoided {
        Some(avoided) => (ReconciliationState::Stopped, avoided.evidence.clone()),
        None => match named_in(listed, facts, transcript) {
            evidence if evidence.is_empty() => (ReconciliationState::NotMentioned, evidence),
            evidence => (ReconciliationState::Unclear, evidence),
        },
    };
    let chart = Some(listed.written().into());
    Reconciled { name: listed.name().into(), state, chart, said: None, difference: None, evidence }
}

fn new(said: &Medication) -> Reconciled {
    let state = match said.action {
        MedicationAction::Stop => ReconciliationState::Stopped,
        _ => ReconciliationState::New,
    };
    Reconciled {
        name: said.name.as_str().into(),
        state,
        chart: None,
        said: Some(said.text.clone()),
        difference: None,
        evidence: said.evidence.clone(),
    }
}

fn is_named(listed: &Listed, name: &str) -> bool {
    DrugTable::bundled().find(name).is_some_and(|drug| listed.is(drug))
}

/// Where a medicine of the chart came up, but for what was said of other people's.
fn named_in(listed: &Listed, facts: &Facts, transcript: &Transcript) -> Vec<Evidence> {
    let first_word = listed.medication.name.split_whitespace().next().unwrap_or_default().to_lowercase();
    let names = |text: &str| match listed.drug {
        Some(_) => DrugTable::bundled()
            .mentions(text)
            .iter()
            .any(|mention| listed.is(mention.drug) && !facts.of_others.iter().any(|name| name == mention.drug.name)),
        None => text.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|word| word == first_word),
    };
    let place = |said: &Utterance| Evidence {
        utterance: said.id.clone(),
        start_ms: said.start_ms,
        end_ms: said.end_ms,
        quote: None,
    };
    transcript.utterances.iter().filter(|said| names(&said.text)).map(place).collect()
}

/// What was said otherwise than the chart has it, where both say it.
fn difference(listed: &Listed, said: &Medication) -> Option<String> {
    let drug = DrugTable::bundled().find(&said.name).filter(|drug| !listed.is_exactly(drug));
    let general = drug.is_some_and(|drug| drug.is_general_name()) || listed.drug.is_some_and(Drug::is_general_name);
    if let Some(drug) = drug.filter(|_| !general) {
        return Some(format!("{} instead of {}", drug.name, listed.name()));
    }
    let dose = listed.dose.as_ref().zip(said.dose.as_ref()).filter(|(chart, said)| differs(chart, said));
    let dose = dose.map(|(chart, said)| format!("{} instead of {}", shown(said), shown(chart)));
    let often =
        listed.frequency.as_deref().zip(said.frequency.as_deref()).filter(|(chart, said)| is_other(chart, said));
    let often = often.map(|(chart, said)| format!("{said} instead of {chart}"));
    let route = listed.route.zip(said.route.as_deref()).filter(|(chart, said)| chart != said);
    let route = route.map(|(chart, said)| format!("{said} instead of {chart}"));
    let all: Vec<String> = [route, dose, often].into_iter().flatten().collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// Whether two amounts that can be compared are not the same.
fn differs(chart: &Dose, said: &Dose) -> bool {
    match (super::doses::in_mcg(chart), super::doses::in_mcg(said)) {
        (Some(chart), Some(said)) => (chart - said).abs() > 1e-6 * chart,
        _ => chart.unit == said.unit && chart.value != said.value,
    }
}

fn is_other(chart: &str, said: &str) -> bool {
    match (sig::times_a_day(chart), sig::times_a_day(said)) {
        (Some(chart), Some(said)) => (chart - said).abs() > 1e-6,
        // "As needed" beside a number of times that is not.
        (None, None) => false,
        _ => chart.ends_with("as needed") != said.ends_with("as needed"),
    }
}

fn shown(dose: &Dose) -> String {
    format!("{} {}", dose.amount(), dose.unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::ChartMedication,
        structuring::{facts, testing::transcript},
    };

    /// Each entry as "state name: difference".
    fn states(lines: &str, chart: &[(&str, &str)]) -> Vec<String> {
        let transcript = transcript(lines);
        let facts = facts::facts(&transcript, DrugTable::bundled());
        let medications: Vec<ChartMedication> = chart
            .iter()
            .map(|(name, sig)| ChartMedication { name: (*name).into(), rxcui: None, sig: Some((*sig).into()) })
            .collect();
        let listed: Vec<Listed> = medications.iter().map(Listed::read).collect();
        let entry = |entry: Reconciled| {
            let difference = entry.difference.map(|text| format!(": {}", text.as_str())).unwrap_or_default();
            format!("{:?} {}{difference}", entry.state, entry.name.as_str())
        };
        reconcile(&listed, &facts, &transcript).into_iter().map(entry).collect()
    }

    #[test]
    fn each_medicine_has_one_state() {
        let said = states(
            "P: I take lisinopril, ten milligrams once a day, and metformin five hundred milligrams twice a day.\n\
             D: Let's increase the lisinopril to twenty milligrams a day. Stop the ibuprofen.\n\
             D: I'll start amlodipine, five milligrams once a day.",
            &[
                ("lisinopril", "10 mg once daily"),
                ("Glucophage 500 mg tablet", "1 tablet BID"),
                ("ibuprofen", "400 mg as needed"),
                ("atorvastatin", "40 mg at bedtime"),
            ],
        );
        assert_eq!(
            said,
            [
                "Changed lisinopril: 20 mg instead of 10 mg",
                "Stopped ibuprofen",
                "New amlodipine",
                "NotMentioned atorvastatin",
                "Same metformin",
            ]
        );
    }

    #[test]
    fn what_is_taken_otherwise_than_charted_is_changed() {
        let chart = [("metoprolol tartrate", "50 mg twice daily")];
        for (line, state) in [
            ("P: I take metoprolol fifty milligrams twice a day.", "Same metoprolol"),
            (
                "P: I take metoprolol fifty milligrams once a day.",
                "Changed metoprolol: once daily instead of twice daily",
            ),
            ("P: I take metoprolol a hundred milligrams twice a day.", "Changed metoprolol: 100 mg instead of 50 mg"),
            ("P: I'm on metoprolol, one tablet.", "Same metoprolol"),
            ("P: I'm on metoprolol.", "Same metoprolol"),
            ("P: I take my Lopressor every day.", "Changed metoprolol: once daily instead of twice daily"),
            ("P: I used to take metoprolol, but I stopped it last year.", "Stopped metoprolol"),
        ] {
            assert_eq!(states(line, &chart), [state], "{line}");
        }
    }

    #[test]
    fn the_same_dose_in_another_unit_or_wording_is_the_same() {
        assert_eq!(
            states(
                "P: I take levothyroxine, a hundred micrograms every morning, and atorvastatin forty at night.",
                &[("levothyroxine", "0.1 mg daily"), ("atorvastatin 20 mg", "2 tablets once daily")]
            ),
            ["Same levothyroxine", "Same atorvastatin"]
        );
    }

    #[test]
    fn another_route_is_a_change() {
        let chart = [("diclofenac 50 mg tablet", "1 tablet twice daily")];
        assert_eq!(
            states("P: I rub Voltaren gel on my knee twice a day.", &chart),
            ["Changed diclofenac: topical instead of oral"]
        );
    }

    #[test]
    fn what_came_up_without_being_taken_is_unclear() {
        let chart = [("aspirin", "81 mg once daily")];
        assert_eq!(states("D: Are you taking the aspirin?\nP: No, I'm not.", &chart), ["Unclear aspirin"]);
        assert_eq!(states("P: My husband takes aspirin.", &chart), ["NotMentioned aspirin"]);
        assert_eq!(states("P: I still take the vezorol.", &[("Vezorol 5", "daily")]), ["Unclear Vezorol 5"]);
        assert_eq!(states("P: I feel fine.", &[("Vezorol 5", "daily")]), ["NotMentioned Vezorol 5"]);
    }

    #[test]
    fn a_combination_and_its_part_are_told_apart() {
        assert_eq!(
            states("P: I take lisinopril every day.", &[("Zestoretic 20-12.5", "1 tablet daily")]),
            ["Changed lisinopril/hydrochlorothiazide: lisinopril instead of lisinopril/hydrochlorothiazide"]
        );
        assert_eq!(
            states("P: I take ten units of insulin at night.", &[("Lantus", "10 units at bedtime")]),
            ["Same insulin glargine"]
        );
    }
}
