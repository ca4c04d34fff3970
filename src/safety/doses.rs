//! Doses that no adult takes: `daily_doses.tsv`, and ten times a strength.
//!
//! The table has the highest dose a day (or a week, of what is taken weekly) that the label of any indication allows, by
//! mouth unless it says otherwise. It is for adults; of a child's dose, which goes by weight, nothing is said.

use std::{collections::HashMap, sync::LazyLock};

use super::{groups::rows, medicines::Medicine};
use crate::{
    domain::{Alert, AlertKind, AlertSeverity, Dose, Medication},
    language::units,
    structuring::facts::sig,
    terminology::Drug,
};

const TABLE: &str = include_str!("daily_doses.tsv");

/// The most of a drug that an adult takes.
struct Most {
    route: &'static str,
    dose: Dose,
    days: f64,
    source: &'static str,
}

static MOST: LazyLock<HashMap<&str, Most>> = LazyLock::new(|| {
    let read = |[name, route, most, unit, per, source]: [&'static str; 6]| {
        let dose =
            Dose { value: most.parse().expect("a number, which a test holds"), unit: unit.to_owned(), low: None };
        (name, Most { route, dose, days: if per == "week" { 7.0 } else { 1.0 }, source })
    };
    rows(TABLE).map(read).collect()
});

/// How many times a listed strength is a slip of the decimal point.
const SLIP: f64 = 10.0;
/// Tablets of the highest strength that are taken at a time without being remarkable.
const TABLETS: f64 = 2.0;

/// The alert about the dose of `medicine`, an adult's.
pub(super) fn check(medicine: &Medicine) -> Option<Alert> {
    let said = medicine.said.filter(|_| medicine.is_taken())?;
    let dose = said.dose.as_ref().filter(|_| said.as_said.is_none())?;
    let (text, why, source) = above_most(medicine, said, dose).or_else(|| slip(medicine, dose))?;
    Some(Alert {
        kind: AlertKind::Dose,
        severity: AlertSeverity::High,
        text: text.into(),
        medicines: vec![said.name.clone()],
        allergies: Vec::new(),
        why: why.to_owned(),
        source: source.to_owned(),
        evidence: said.evidence.clone(),
    })
}

fn above_most(medicine: &Medicine, said: &Medication, dose: &Dose) -> Option<(String, &'static str, &'static str)> {
    let most = MOST.get(medicine.drug.name)?;
    let route = said.route.as_deref().or(medicine.drug.routes.first().copied())?;
    let limit = in_mcg(&most.dose)?;
    // "Four grams" of what is taken in milligrams is of a gel.
    let gel = dose.unit == "g" && limit < 1e6;
    let times = said.frequency.as_deref().and_then(sig::times_a_day);
    // What is taken once a week may be more than what is taken a day; of an unknown frequency, one dose counts.
    let amount = in_mcg(dose)? * times.map_or(1.0, |times| times * most.days);
    if route != most.route || gel || amount <= limit * (1.0 + 1e-6) {
        return None;
    }
    let per = if most.days > 1.0 { "week" } else { "day" };
    let text = format!(
        "{} is more than an adult takes: at most {} {} a {per}.",
        said.text.as_str(),
        most.dose.value,
        most.dose.unit
    );
    Some((text, "the dose, its unit or how often it is taken may be wrong", most.source))
}

/// Ten times a strength, and more than anybody takes in tablets.
fn slip(medicine: &Medicine, dose: &Dose) -> Option<(String, &'static str, &'static str)> {
    let given = in_mcg(dose).filter(|_| medicine.is_systemic())?;
    let strengths = strengths(medicine.drug);
    let highest = strengths.iter().filter_map(in_mcg).fold(0.0, f64::max);
    let tenfold = |strength: &&Dose| in_mcg(strength).is_some_and(|one| (one * SLIP - given).abs() < 1e-6 * given);
    if highest == 0.0 || given <= TABLETS * highest {
        return None;
    }
    let usual = strengths.iter().find(tenfold).or_else(|| strengths.last().filter(|_| given >= SLIP * highest))?;
    let (value, unit) = (dose.value, &dose.unit);
    let text = format!(
        "{} {value} {unit} is {} times {} {}, a strength that it comes in.",
        medicine.title(),
        (given / in_mcg(usual)?).round(),
        usual.value,
        usual.unit
    );
    Some((text, "a digit or the unit may be wrong", "drug table, usual strengths"))
}

/// The strengths of what is swallowed by weight; not of liquids and combinations.
fn strengths(drug: &Drug) -> Vec<Dose> {
    let read = |strength: &&str| {
        let (value, unit) = strength.split_once(' ')?;
        Some(Dose { value: value.parse().ok()?, unit: unit.to_owned(), low: None })
            .filter(|dose| in_mcg(dose).is_some())
    };
    drug.strengths.iter().filter_map(read).collect()
}

/// An amount by weight in micrograms.
pub(super) fn in_mcg(dose: &Dose) -> Option<f64> {
    Some(dose.value * units::micrograms(&dose.unit)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        safety::{groups::tests::columns, testing},
        terminology::DrugTable,
    };

    #[test]
    fn every_line_is_of_a_drug_and_allows_its_strengths() {
        let mut count = 0;
        for [name, route, most, unit, per, source] in columns(TABLE, ["name", "route", "most", "unit", "per", "source"])
        {
            let drug = DrugTable::bundled().find(name).unwrap_or_else(|| panic!("{name} is no drug"));
            assert_eq!(drug.name, name, "written as the table does");
            assert_eq!(drug.routes[0], route, "{name}: a route that is not said is the most usual");
            assert!(matches!(unit, "mg" | "mcg") && matches!(per, "day" | "week") && !source.is_empty(), "{name}");
            let most = in_mcg(&Dose { value: most.parse().expect("a number"), unit: unit.to_owned(), low: None });
            for strength in strengths(drug) {
                assert!(in_mcg(&strength) <= most, "{name}: {} {}", strength.value, strength.unit);
            }
            count += 1;
        }
        assert!(count >= 150, "{count}");
    }

    fn alerts(line: &str) -> Vec<String> {
        testing::alerts(line, None).into_iter().filter(|text| text.starts_with("Dose")).collect()
    }

    #[test]
    fn more_than_any_adult_takes_is_pointed_out() {
        for (line, text) in [
            (
                "D: I'll start lisinopril, two hundred milligrams once a day.",
                "Dose High: Lisinopril 200 mg once daily is more than an adult takes: at most 80 mg a day.",
            ),
            (
                "P: I take ibuprofen, eight hundred milligrams six times a day.",
                "Dose High: Ibuprofen 800 mg six times daily is more than an adult takes: at most 3200 mg a day.",
            ),
            (
                "D: We'll start methotrexate, fifteen milligrams every day.",
                "Dose High: Methotrexate 15 mg once daily is more than an adult takes: at most 30 mg a week.",
            ),
            (
                "P: I take levothyroxine, fifty milligrams every morning.",
                "Dose High: Levothyroxine 50 mg once daily is more than an adult takes: at most 300 mcg a day.",
            ),
            (
                "P: I take warfarin, fifty milligrams every evening.",
                "Dose High: Warfarin 50 mg is 10 times 5 mg, a strength that it comes in.",
            ),
        ] {
            assert_eq!(alerts(line), [text], "{line}");
        }
    }

    #[test]
    fn what_adults_take_is_not_pointed_out() {
        for line in [
            "P: I take ibuprofen, eight hundred milligrams three times a day.",
            "P: I take acetaminophen, a thousand milligrams every four to six hours as needed.",
            "D: We'll start methotrexate, fifteen milligrams once a week.",
            "P: I take alendronate, seventy milligrams once a week.",
            "P: I take gabapentin, twelve hundred milligrams three times a day.",
            "P: I take prednisone, sixty milligrams every morning.",
            "P: I put Voltaren gel on it, four grams four times a day.",
            "P: I inject Lantus, forty units at night.",
            "P: I took lisinopril, two hundred milligrams a day, but I stopped that last year.",
        ] {
            assert_eq!(alerts(line), [""; 0], "{line}");
        }
    }

    #[test]
    fn of_children_nothing_is_said() {
        let lines =
            "O: He's eight years old.\nD: I'll start cetirizine, and ibuprofen, five thousand milligrams a day.";
        assert_eq!(alerts(lines), [""; 0]);
        assert_eq!(alerts("P: I'm eighty years old. I take ibuprofen, five thousand milligrams a day.").len(), 1);
    }
}
