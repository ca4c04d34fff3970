//! The medicines of a visit as the checks see them: what they are made of, where they act, and whether they are taken.

use std::sync::LazyLock;

use regex::Regex;

use super::{groups::ingredients, listed::Listed};
use crate::{
    domain::{Evidence, Medication, MedicationAction},
    terminology::{Drug, DrugTable},
};

/// Where a medicine acts at the place it is put, and hardly anywhere else.
const LOCAL: [&str; 7] = ["topical", "ophthalmic", "otic", "vaginal", "inhaled", "intravitreal", "nasal"];
/// What is also taken in one of these ways is taken through the nose for the whole body: sumatriptan.
const SYSTEMIC: [&str; 4] = ["oral", "subcutaneous", "intravenous", "intramuscular"];

/// A medicine that the patient takes, begins or ends, by what was said or, where it was not named, by the chart.
pub(super) struct Medicine<'a> {
    pub(super) drug: &'static Drug,
    pub(super) ingredients: Vec<&'static str>,
    /// What was said of it; `None` if only the chart has it.
    pub(super) said: Option<&'a Medication>,
    /// As it was said or stands in the chart, or else the most usual.
    route: Option<&'a str>,
    /// Whether the chart's list has it, too.
    pub(super) charted: bool,
}

impl<'a> Medicine<'a> {
    /// One that was said; `None` where the drug table does not know it.
    pub(super) fn said(medication: &'a Medication, listed: &[Listed]) -> Option<Self> {
        let drug = DrugTable::bundled().find(&medication.name)?;
        let charted = listed.iter().any(|one| one.is(drug));
        let route = medication.route.as_deref().or(drug.routes.first().copied());
        Some(Self { drug, ingredients: ingredients(drug), said: Some(medication), route, charted })
    }

    /// One that only the chart's list has.
    pub(super) fn of_chart(listed: &Listed) -> Option<Self> {
        let drug = listed.drug?;
        let route = listed.route.or(drug.routes.first().copied());
        Some(Self { drug, ingredients: ingredients(drug), said: None, route, charted: true })
    }

    /// "Ibuprofen", as a sentence begins.
    pub(super) fn title(&self) -> String {
        let (first, rest) = self.drug.name.split_at(1);
        first.to_uppercase() + rest
    }

    pub(super) fn action(&self) -> Option<MedicationAction> {
        self.said.map(|said| said.action)
    }

    /// Whether it goes on, or begins.
    pub(super) fn is_taken(&self) -> bool {
        self.said.is_none_or(|said| !said.past && said.action != MedicationAction::Stop)
    }

    pub(super) fn ends(&self) -> bool {
        self.action() == Some(MedicationAction::Stop)
    }

    /// Whether this visit brings it, or more of it.
    pub(super) fn is_begun(&self) -> bool {
        matches!(self.action(), Some(MedicationAction::Start | MedicationAction::Increase))
    }

    /// Whether the chart has it and the visit leaves it as it was.
    pub(super) fn is_old(&self) -> bool {
        self.charted && !self.is_begun()
    }

    pub(super) fn contains(&self, ingredients: &[&str]) -> bool {
        self.ingredients.iter().any(|one| ingredients.contains(one))
    }

    /// Whether it acts on the whole body.
    pub(super) fn is_systemic(&self) -> bool {
        let through_the_nose = self.route == Some("nasal") && self.drug.routes.iter().any(|one| SYSTEMIC.contains(one));
        // The ointment of a nitrate is put on the skin for the heart.
        let through_the_skin = self.drug.class == "nitrate";
        !self.route.is_some_and(|route| LOCAL.contains(&route)) || through_the_nose || through_the_skin
    }

    /// Whether it is certainly inhaled: Flonase is fluticasone, too.
    pub(super) fn is_inhaled(&self) -> bool {
        self.drug.routes == ["inhaled"] || self.said.is_some_and(|said| said.route.as_deref() == Some("inhaled"))
    }

    /// Whether it is an opioid that lasts all day, beside which another is taken when it is not enough: OxyContin.
    pub(super) fn is_long_acting_opioid(&self) -> bool {
        static LASTS: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"(?i)contin\b|\b(?:er|xr|sr|la)\b|extended|long[- ]acting|patch").expect("a valid pattern")
        });
        self.drug.class == "opioid" && self.said.is_some_and(|said| LASTS.is_match(&said.text))
    }

    pub(super) fn evidence(&self) -> &[Evidence] {
        self.said.map_or(&[], |said| &said.evidence)
    }
}

/// The evidence of `medicines`, each place once.
pub(super) fn evidence_of(medicines: &[&Medicine]) -> Vec<Evidence> {
    let mut found: Vec<Evidence> = Vec::new();
    for evidence in medicines.iter().flat_map(|medicine| medicine.evidence()) {
        if !found.contains(evidence) {
            found.push(evidence.clone());
        }
    }
    found
}

/// " (warfarin is on the chart's list and was not named)": what the clinician cannot find in the visit.
pub(super) fn only_charted(medicines: &[&Medicine]) -> String {
    let only = medicines.iter().filter(|medicine| medicine.said.is_none());
    only.map(|medicine| format!(" ({} is on the chart's list and was not named)", medicine.drug.name)).collect()
}
