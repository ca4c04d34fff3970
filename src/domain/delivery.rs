//! A note on its way to the EHR.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{DeliveryId, EncounterId};

/// One version of a note that is to be in the EHR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its name.
    pub id: DeliveryId,
    /// Of which visit.
    pub encounter: EncounterId,
    /// Which version of the note.
    pub version: i64,
    /// As the EHR is told it: `preliminary`, `final`, `amended` or `entered-in-error`.
    pub doc_status: String,
    /// How far it is.
    pub state: DeliveryState,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// When it came to its end.
    pub ended_at: Option<Timestamp>,
    /// What the EHR calls the document.
    pub ehr_id: Option<String>,
    /// Why it failed. No patient's word is in it.
    pub fault: Option<String>,
}

/// How far a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It waits, or is on its way.
    Queued,
    /// The EHR has it, and showed it as it was sent.
    Delivered,
    /// A later version went in its stead.
    Superseded,
    /// The EHR refused it, or could not be reached for too long. It can be queued again.
    Failed,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Queued, Self::Delivered, Self::Superseded, Self::Failed];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Delivered => "delivered",
            Self::Superseded => "superseded",
            Self::Failed => "failed",
        }
    }

    /// The state that is written `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}
