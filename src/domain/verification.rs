//! What became of the statements of a note: `soapstone.verification/1`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Evidence, Omission, PatientText};

/// Whether each statement of a note was said, and what was said and is in none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Verification {
    /// What this file is.
    pub schema: VerificationSchema,
    /// In the order of the note.
    pub statements: Vec<VerifiedStatement>,
    /// What was said and no statement covers, in the order of the visit.
    pub omitted: Vec<Omission>,
}

/// The schema of a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum VerificationSchema {
    /// This one.
    #[serde(rename = "soapstone.verification/1")]
    V1,
}

/// A statement and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VerifiedStatement {
    /// As the note has it.
    pub text: PatientText,
    /// Whether it was said.
    pub support: Finding,
    /// Why it is not borne out, or not surely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<PatientText>,
    /// What bears it out, or comes nearest to it.
    pub evidence: Vec<Evidence>,
}

/// Whether a statement was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Finding {
    /// Every check passed.
    Supported,
    /// Part of it was said: a person decides.
    Uncertain,
    /// A check failed, or nobody said it.
    Unsupported,
}
