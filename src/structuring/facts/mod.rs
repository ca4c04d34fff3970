//! Facts by rules: what must be exact is read from the words themselves and never written by a model.

pub mod allergies;
pub mod context;
pub mod findings;
pub mod heard;
pub mod medications;
pub mod numbers;
pub mod orders;
pub mod sig;
pub mod symptoms;
pub mod vitals;

use super::visit::Visit;
use crate::{
    domain::{Medication, Order, Transcript, VitalSign},
    terminology::DrugTable,
};

/// What the rules found in a visit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// The patient's medicines, each once.
    pub medications: Vec<Medication>,
    /// Medicines that the clinician advised against.
    pub avoided: Vec<medications::Avoided>,
    /// Doses that were said and corrected.
    pub taken_back: Vec<medications::TakenBack>,
    /// Names of medicines that the recogniser misspelt.
    pub misheard: Vec<heard::Misheard>,
    /// Allergies, or that there are none.
    pub allergies: allergies::Allergies,
    /// Measurements.
    pub vitals: Vec<VitalSign>,
    /// Tests, referrals, procedures, the next visit.
    pub orders: Vec<Order>,
    /// Symptoms affirmed and denied.
    pub symptoms: Vec<symptoms::Symptom>,
    /// Sentences that a section can hold as they were said.
    pub findings: Vec<findings::Finding>,
}

/// Reads the facts of `transcript`.
pub fn facts(transcript: &Transcript, table: &DrugTable) -> Facts {
    let visit = Visit::new(transcript);
    let spoken = medications::medications(&visit, table);
    Facts {
        medications: spoken.medications,
        avoided: spoken.avoided,
        taken_back: spoken.taken_back,
        misheard: heard::in_visit(&visit),
        allergies: allergies::allergies(&visit, table),
        vitals: vitals::vitals(&visit),
        orders: orders::orders(&visit),
        symptoms: symptoms::symptoms(&visit),
        findings: findings::findings(&visit),
    }
}
