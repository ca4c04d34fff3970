//! What a visit holds that bears on the level of medical decision making: support for who bills it, never a claim.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Evidence, PatientText};

/// One thing that was said or done and that counts among the elements of medical decision making.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DecisionItem {
    /// Which of the three elements it belongs to.
    pub element: DecisionElement,
    /// What it is.
    pub kind: DecisionKind,
    /// The problem, test, medicine or words themselves.
    pub text: PatientText,
    /// Where it was said.
    pub evidence: Vec<Evidence>,
}

impl DecisionItem {
    /// An element of `kind`.
    pub fn new(kind: DecisionKind, text: impl Into<PatientText>, evidence: Vec<Evidence>) -> Self {
        Self { element: kind.element(), kind, text: text.into(), evidence }
    }
}

/// The three elements of medical decision making (CPT, Evaluation and Management guidelines since 2021).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DecisionElement {
    /// Number and complexity of the problems addressed.
    Problems,
    /// Amount and complexity of data reviewed and analysed.
    Data,
    /// Risk of complications, morbidity or mortality of what was decided.
    Risk,
}

/// What counts among the elements, in the guidelines' own distinctions as far as words can tell them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecisionKind {
    /// A chronic illness that was said to be worse, not controlled, or in a flare.
    ChronicWorse,
    /// A chronic illness that was said to be stable or controlled.
    ChronicStable,
    /// A chronic illness of which neither was said.
    Chronic,
    /// Any other problem.
    NewOrAcute,
    /// A test that was ordered.
    TestOrdered,
    /// A result that was gone through.
    ResultReviewed,
    /// Notes from outside that were read.
    RecordsReviewed,
    /// Somebody other than the patient told the history.
    Historian,
    /// The clinician looked at the image or tracing themselves.
    OwnInterpretation,
    /// It was talked over with another clinician.
    Discussed,
    /// A medicine that was decided about.
    MedicineManaged,
    /// An operation or procedure was decided about.
    Surgery,
    /// Going to hospital was decided about.
    Hospital,
    /// Money, housing, transport or the like stood in the way of treatment.
    Circumstances,
}

impl DecisionKind {
    /// The element that it belongs to.
    pub fn element(self) -> DecisionElement {
        match self {
            Self::ChronicWorse | Self::ChronicStable | Self::Chronic | Self::NewOrAcute => DecisionElement::Problems,
            Self::TestOrdered
            | Self::ResultReviewed
            | Self::RecordsReviewed
            | Self::Historian
            | Self::OwnInterpretation
            | Self::Discussed => DecisionElement::Data,
            Self::MedicineManaged | Self::Surgery | Self::Hospital | Self::Circumstances => DecisionElement::Risk,
        }
    }
}
