//! What the EHR already knows about the patient, as far as a scribe can use it.

use serde::{Deserialize, Serialize};

use super::PatientText;

/// An excerpt of the patient's chart.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chart {
    /// Years at the time of the visit.
    pub age_years: Option<u32>,
    /// As recorded.
    pub sex: Option<Sex>,
    /// What the patient is recorded as taking.
    pub medications: Vec<ChartMedication>,
    /// The problem list.
    pub problems: Vec<ChartProblem>,
    /// Allergies and intolerances.
    pub allergies: Vec<ChartAllergy>,
}

impl Chart {
    /// The names that a recogniser should expect: medicines first, then problems.
    pub fn vocabulary(&self) -> impl Iterator<Item = &str> {
        let medications = self.medications.iter().map(|medication| medication.name.as_str());
        medications.chain(self.problems.iter().map(|problem| problem.name.as_str()))
    }
}

/// Administrative sex, which ICD-10-CM asks for with some codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
}

/// A medicine on the chart's list.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartMedication {
    /// As written there.
    pub name: PatientText,
    /// RxNorm concept, if coded.
    pub rxcui: Option<String>,
    /// "20 mg once daily", as written there.
    pub sig: Option<PatientText>,
}

/// A problem on the chart's list.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartProblem {
    /// As written there.
    pub name: PatientText,
    /// ICD-10-CM, if coded.
    pub icd10cm: Option<String>,
}

/// An allergy on the chart's list.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartAllergy {
    /// The substance, as written there.
    pub substance: PatientText,
    /// What happened, if written there.
    pub reaction: Option<PatientText>,
}
