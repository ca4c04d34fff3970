//! What is shown to the clinician about the medicines of a visit, and never stands in the note itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Evidence, PatientText};

/// Something about a medicine that could do harm, for the clinician to weigh.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Alert {
    /// What kind.
    pub kind: AlertKind,
    /// How much it matters; the first of a list matter most.
    pub severity: AlertSeverity,
    /// What it is about, in a sentence.
    pub text: PatientText,
    /// Generic names of the medicines concerned.
    pub medicines: Vec<String>,
    /// The allergies concerned, as they were said or stand in the chart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allergies: Vec<PatientText>,
    /// Why it matters.
    pub why: String,
    /// Who says so.
    pub source: String,
    /// Where it was said; empty for what only the chart has.
    pub evidence: Vec<Evidence>,
}

/// Kinds of alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AlertKind {
    /// A medicine that the patient, or the chart, has an allergy or intolerance to.
    Allergy,
    /// Two medicines that should not be taken together.
    Interaction,
    /// Two medicines of one ingredient or class.
    Duplicate,
    /// More than is ever taken.
    Dose,
    /// A dose that was said twice and differently.
    Conflict,
}

/// How much an alert matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AlertSeverity {
    /// Can do serious harm, or is contraindicated.
    High,
    /// Asks for another choice or for a check.
    Moderate,
    /// Good to know.
    Low,
}

/// One medicine of the chart's list or of the visit, the two beside each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reconciled {
    /// Its generic name; as the chart writes it where it is not in the drug table.
    pub name: PatientText,
    /// What became of it.
    pub state: ReconciliationState,
    /// As the chart's list has it.
    pub chart: Option<PatientText>,
    /// As it was said: "Lisinopril 20 mg once daily".
    pub said: Option<PatientText>,
    /// What is different: "20 mg instead of 10 mg".
    pub difference: Option<PatientText>,
    /// Where it was said.
    pub evidence: Vec<Evidence>,
}

/// What became of a medicine between the chart's list and the visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReconciliationState {
    /// Taken otherwise than the chart has it.
    Changed,
    /// Ended in this visit, or no longer taken.
    Stopped,
    /// Not on the chart's list.
    New,
    /// On the chart's list and named in the visit, and nobody said whether it is taken, or how in a way that can be read in
    /// more than one way.
    Unclear,
    /// On the chart's list and never named.
    NotMentioned,
    /// As the chart has it, by all that was said.
    Same,
}
