//! A medicine of the chart's list, understood: which drug it is, and how it is taken.

use std::sync::LazyLock;

use regex::Regex;

use super::groups::ingredients;
use crate::{
    domain::{ChartMedication, Dose},
    language::units,
    structuring::facts::sig,
    terminology::{Drug, DrugTable},
};

/// What people take by itself although another medicine of theirs has it, too: Tylenol is not the Norco of the list.
const TAKEN_BESIDE: [&str; 4] = ["acetaminophen", "aspirin", "ibuprofen", "naproxen"];

/// A medicine of the chart's list.
pub(super) struct Listed<'c> {
    pub(super) medication: &'c ChartMedication,
    /// `None` where the drug table does not know it.
    pub(super) drug: Option<&'static Drug>,
    ingredients: Vec<&'static str>,
    /// How much at a time, in weight or units.
    pub(super) dose: Option<Dose>,
    /// In the note's words.
    pub(super) frequency: Option<String>,
    /// One of the drug's, where the chart says which.
    pub(super) route: Option<&'static str>,
}

impl<'c> Listed<'c> {
    pub(super) fn read(medication: &'c ChartMedication) -> Self {
        let (drug, ingredients) = drug_of(medication);
        let sig = spelt_out(medication.sig.as_ref().map_or("", |sig| sig.as_str()));
        let frequency = sig::frequency(&sig).map(|(frequency, _)| frequency);
        // One amount does not tell the dose of several ingredients.
        let dose = if ingredients.len() > 1 { None } else { dose(medication.name.as_str(), &sig) };
        let route = drug.and_then(|drug| route(drug, &format!("{} {sig}", medication.name.as_str())));
        Self { medication, drug, ingredients, dose, frequency, route }
    }

    /// Whether `drug` is this medicine, by a general name ("insulin"), or as a part of the tablet that it is ("lisinopril" of
    /// one with a diuretic in it).
    pub(super) fn is(&self, drug: &Drug) -> bool {
        let Some(own) = self.drug else { return false };
        let swallowed = [own, drug].iter().all(|one| one.routes.first() == Some(&"oral"));
        let part = |one: &&str| self.ingredients.contains(one) && !TAKEN_BESIDE.contains(one);
        self.is_exactly(drug)
            || drug.may_mean(own)
            || own.may_mean(drug)
            || swallowed && ingredients(drug).iter().any(part)
    }

    /// Whether `drug` is made of the same.
    pub(super) fn is_exactly(&self, drug: &Drug) -> bool {
        let other = ingredients(drug);
        other.len() == self.ingredients.len() && other.iter().all(|one| self.ingredients.contains(one))
    }

    /// "Lisinopril 10 mg tablet: 1 tablet daily", as written in the chart.
    pub(super) fn written(&self) -> String {
        let name = self.medication.name.as_str();
        self.medication.sig.as_ref().map_or_else(|| name.to_owned(), |sig| format!("{name}: {}", sig.as_str()))
    }

    /// The name of a medicine of one ingredient; the chart's own words where the drug table does not know it.
    pub(super) fn name(&self) -> String {
        self.drug.map_or_else(|| self.medication.name.as_str().to_owned(), |drug| drug.name.to_owned())
    }
}

/// The drug by its name, or by its code where only that is known. RxNorm writes a combination as "A 10 MG / B 5 MG".
fn drug_of(medication: &ChartMedication) -> (Option<&'static Drug>, Vec<&'static str>) {
    let table = DrugTable::bundled();
    let mut named: Vec<&Drug> = Vec::new();
    for mention in table.mentions(medication.name.as_str()) {
        // "Atorvastatin (Lipitor) 40 mg" names one drug twice.
        if !named.iter().any(|one| ingredients(one) == ingredients(mention.drug)) {
            named.push(mention.drug);
        }
    }
    let parts: Vec<&'static str> = named.iter().flat_map(|drug| ingredients(drug)).collect();
    let whole = |drug: &&Drug| {
        let own = ingredients(drug);
        own.len() == parts.len() && own.iter().all(|one| parts.contains(one))
    };
    let combination = (named.len() > 1).then(|| table.drugs().iter().find(whole)).flatten();
    let coded = || table.drugs().iter().find(|drug| drug.rxcui.is_some() && drug.rxcui == medication.rxcui.as_deref());
    match combination.or(named.first().copied()).or_else(coded) {
        Some(drug) if parts.len() > 1 && combination.is_none() => (Some(drug), parts),
        Some(drug) => (Some(drug), ingredients(drug)),
        None => (None, Vec::new()),
    }
}

/// "Diclofenac 1 % topical gel": the route by its own name, or by what people say.
fn route(drug: &Drug, written: &str) -> Option<&'static str> {
    let written = written.to_lowercase();
    let named = drug.routes.iter().copied().find(|route| written.contains(route));
    named.or_else(|| sig::route(&written)).filter(|route| drug.routes.contains(route))
}

/// The dose of the sig, or as many tablets of the strength that the name has.
fn dose(name: &str, sig: &str) -> Option<Dose> {
    let of_sig = sig::doses(sig, &|_| None);
    let taken = sig::final_dose(sig, &of_sig);
    let strength = || {
        let of_name = sig::doses(name, &|_| None);
        of_name.into_iter().map(|mention| mention.dose).find(|dose| !units::is_count(&dose.unit) && dose.unit != "%")
    };
    match taken {
        Some(taken) if !units::is_count(&taken.dose.unit) => Some(sig::counted(sig, taken, &of_sig)),
        Some(taken) if matches!(taken.dose.unit.as_str(), "tablets" | "capsules") => {
            strength().map(|strength| Dose { unit: strength.unit, ..taken.dose.times(strength.value) })
        }
        Some(taken) => Some(taken.dose),
        None => strength(),
    }
}

/// A sig as it would be said: "q6h", "qHS", "2 (two) times a day".
fn spelt_out(sig: &str) -> String {
    static ABBREVIATIONS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        [
            (r"\((?:[a-z]+[ -]?)+\) ", ""),
            (r"\bq\.? ?(\d+) ?- ?(\d+) ?h(?:rs?|ours?)?\b", "every $1 to $2 hours"),
            (r"\bq\.? ?(\d+) ?h(?:rs?|ours?)?\b", "every $1 hours"),
            (r"\b(?:qhs|q\.h\.s\.|hs)", "at bedtime"),
            (r"\bqam\b", "every morning"),
            (r"\bqpm\b", "every evening"),
            (r"\bqod\b", "every other day"),
            (r"\b(?:q ?day|q\.d\.)", "daily"),
            (r"\bb\.i\.d\.", "bid"),
            (r"\bt\.i\.d\.", "tid"),
            (r"\bq\.i\.d\.", "qid"),
        ]
        .map(|(text, spelt)| (Regex::new(&format!("(?i){text}")).expect("a pattern written here compiles"), spelt))
        .into()
    });
    ABBREVIATIONS.iter().fold(sig.to_owned(), |text, (short, spelt)| short.replace_all(&text, *spelt).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn medication(name: &str, sig: Option<&str>) -> ChartMedication {
        ChartMedication { name: name.into(), rxcui: None, sig: sig.map(Into::into) }
    }

    #[test]
    fn a_sig_of_the_chart_is_read_as_one_that_was_said() {
        for (name, sig, dose, frequency) in [
            ("lisinopril", Some("20 mg once daily"), Some((20.0, "mg")), Some("once daily")),
            (
                "Lisinopril 20 MG Oral Tablet",
                Some("Take 1 tablet by mouth daily."),
                Some((20.0, "mg")),
                Some("once daily"),
            ),
            ("metFORMIN 500 mg tablet", Some("2 tablets PO BID"), Some((1000.0, "mg")), Some("twice daily")),
            (
                "metformin",
                Some("Take 2 tablets (1,000 mg total) by mouth 2 (two) times a day"),
                Some((1000.0, "mg")),
                Some("twice daily"),
            ),
            ("ibuprofen", Some("400 mg q6-8h prn"), Some((400.0, "mg")), Some("every 6 to 8 hours as needed")),
            ("atorvastatin 40 mg", Some("1 tab qHS"), Some((40.0, "mg")), Some("at bedtime")),
            ("levothyroxine 75 mcg", Some("half a tablet every morning"), Some((37.5, "mcg")), Some("once daily")),
            (
                "albuterol HFA 90 mcg",
                Some("2 puffs every 4 hours as needed"),
                Some((2.0, "puffs")),
                Some("every 4 hours as needed"),
            ),
            ("insulin glargine", Some("20 units at bedtime"), Some((20.0, "units")), Some("at bedtime")),
            ("amoxicillin 400 mg/5 mL", Some("5 mL twice daily"), Some((5.0, "mL")), Some("twice daily")),
            (
                "hydrochlorothiazide 12.5 MG / lisinopril 20 MG Oral Tablet",
                Some("1 tablet daily"),
                None,
                Some("once daily"),
            ),
            ("warfarin", None, None, None),
        ] {
            let medication = medication(name, sig);
            let listed = Listed::read(&medication);
            let read = listed.dose.as_ref().map(|dose| (dose.value, dose.unit.as_str()));
            assert_eq!((read, listed.frequency.as_deref()), (dose, frequency), "{name}: {sig:?}");
        }
    }

    #[test]
    fn the_drug_is_known_by_brand_combination_and_code() {
        let name = |medication: ChartMedication| Listed::read(&medication).drug.map(|drug| drug.name);
        assert_eq!(name(medication("Lipitor 40 mg tablet", None)), Some("atorvastatin"));
        assert_eq!(name(medication("atorvastatin (Lipitor)", None)), Some("atorvastatin"));
        assert_eq!(
            name(medication("hydrochlorothiazide 12.5 MG / lisinopril 20 MG Oral Tablet", None)),
            Some("lisinopril/hydrochlorothiazide")
        );
        let coded = ChartMedication { rxcui: Some("29046".to_owned()), ..medication("HTN pill", None) };
        assert_eq!(name(coded), Some("lisinopril"));
        assert_eq!(name(medication("Study drug A", None)), None);
    }

    #[test]
    fn a_part_of_a_combination_and_a_general_name_are_the_same_medicine() {
        let table = DrugTable::bundled();
        let is = |chart: &str, said: &str| Listed::read(&medication(chart, None)).is(table.find(said).expect("a drug"));
        assert!(is("Zestoretic", "lisinopril") && is("lisinopril", "Zestril"));
        assert!(is("insulin glargine 100 units/mL", "insulin") && is("ferrous sulfate 325 mg", "iron"));
        assert!(!is("Norco", "Tylenol") && !is("Advair", "Flonase"));
        assert!(!is("lisinopril", "losartan") && !is("insulin glargine", "insulin lispro"));
    }
}
