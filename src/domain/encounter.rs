//! One visit as the service keeps it: whose it is, where it stands, and whether its people agreed to be recorded.

use std::fmt;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{AccountId, EncounterId, PatientText, Sex};

/// A visit.
#[derive(Debug, Clone, PartialEq)]
pub struct Encounter {
    /// Its name everywhere.
    pub id: EncounterId,
    /// When it was entered.
    pub created_at: Timestamp,
    /// The clinician whose visit it is, and who signs its note.
    pub clinician: AccountId,
    /// How far it has come.
    pub state: EncounterState,
    /// What is known of the patient and in the EHR. Kept sealed.
    pub details: EncounterDetails,
    /// That its people agreed to be recorded; without it nothing is.
    pub consent: Option<Consent>,
    /// Nothing of it may be erased by retention.
    pub legal_hold: bool,
    /// Grows by one with each change; what an `ETag` shows.
    pub revision: i64,
}

impl Encounter {
    /// Comes to `state` by work on it. A visit whose note is signed stays signed, whatever becomes of work that goes on.
    pub fn advance(&mut self, state: EncounterState) {
        if self.state != EncounterState::Signed {
            self.state = state;
        }
    }
}

/// What of a visit is the patient's, or leads to them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EncounterDetails {
    /// Whose visit it is.
    pub patient: Patient,
    /// The examination room.
    pub room: Option<String>,
    /// What the EHR calls patient and encounter.
    pub ehr: EhrIds,
    /// When recording began.
    pub started_at: Option<Timestamp>,
    /// Of how many segments the recording consists, once it is whole.
    pub segments: Option<u32>,
    /// The room whose own device records the visit; without one, whoever sends audio has the microphone.
    pub device_room: Option<String>,
    /// When the device was told to stop.
    pub stopping_since: Option<Timestamp>,
}

/// A patient, as far as a note needs to know them. `Debug` shows nothing of it.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Patient {
    /// Name, as shown to the clinician.
    pub name: Option<PatientText>,
    /// Date of birth.
    pub birth_date: Option<Date>,
    /// Administrative sex.
    pub sex: Option<Sex>,
    /// Medical record number.
    pub mrn: Option<PatientText>,
}

impl fmt::Debug for Patient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Patient([hidden])")
    }
}

/// The EHR's own ids: logical ids of its FHIR server.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EhrIds {
    /// `Patient/<id>`, without the type.
    pub patient: Option<PatientText>,
    /// `Encounter/<id>`, without the type.
    pub encounter: Option<PatientText>,
}

/// How far a visit has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EncounterState {
    /// Entered; nothing is recorded.
    Planned,
    /// Audio comes in.
    Recording,
    /// Recording stands still and can go on.
    Paused,
    /// The recording is over, and the room's device has not sent all of it yet.
    Stopping,
    /// All audio is here and becomes text.
    Transcribing,
    /// The text becomes a note.
    Drafting,
    /// A draft waits for the clinician.
    Drafted,
    /// The note is signed.
    Signed,
    /// The work on it ended in a fault that trying again did not mend; its audio is kept.
    Failed,
}

impl EncounterState {
    /// Every state, in the order of a visit.
    pub const ALL: [Self; 9] = [
        Self::Planned,
        Self::Recording,
        Self::Paused,
        Self::Stopping,
        Self::Transcribing,
        Self::Drafting,
        Self::Drafted,
        Self::Signed,
        Self::Failed,
    ];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Recording => "recording",
            Self::Paused => "paused",
            Self::Stopping => "stopping",
            Self::Transcribing => "transcribing",
            Self::Drafting => "drafting",
            Self::Drafted => "drafted",
            Self::Signed => "signed",
            Self::Failed => "failed",
        }
    }

    /// The state that is written `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether audio may still come.
    pub fn takes_audio(self) -> bool {
        matches!(self, Self::Planned | Self::Recording | Self::Paused | Self::Stopping)
    }
}

/// That the people in the room agreed to be recorded, before a byte was. The only source of what a note may say of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Consent {
    /// Whose agreement the law of the place asks for.
    pub rule: ConsentRule,
    /// Who agreed, as the clinic writes it: "patient", "patient and daughter".
    pub given_by: PatientText,
    /// How it was given.
    pub method: ConsentMethod,
    /// Which version of the wording was read or shown.
    pub wording: String,
    /// Who asked and recorded it.
    pub recorded_by: AccountId,
    /// When.
    pub recorded_at: Timestamp,
}

/// Whose agreement the jurisdiction asks for before a conversation is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentRule {
    /// One of those who speak.
    OneParty,
    /// All who speak.
    AllParty,
}

/// How consent was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentMethod {
    /// Aloud.
    Verbal,
    /// On paper.
    Written,
    /// On a device.
    Electronic,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{SystemClock, SystemEntropy};

    #[test]
    fn every_state_is_read_as_it_is_written() {
        for state in EncounterState::ALL {
            assert_eq!(EncounterState::parse(state.as_str()), Some(state));
            assert_eq!(serde_json::to_value(state).expect("plain data"), state.as_str());
        }
    }

    #[test]
    fn a_signed_visit_stays_signed_whatever_becomes_of_later_work() {
        let mut visit = Encounter {
            id: EncounterId::new(&SystemClock, &SystemEntropy),
            created_at: Timestamp::UNIX_EPOCH,
            clinician: AccountId::new(&SystemClock, &SystemEntropy),
            state: EncounterState::Drafting,
            details: EncounterDetails::default(),
            consent: None,
            legal_hold: false,
            revision: 0,
        };
        visit.advance(EncounterState::Drafted);
        assert_eq!(visit.state, EncounterState::Drafted);
        visit.state = EncounterState::Signed;
        for state in EncounterState::ALL {
            visit.advance(state);
            assert_eq!(visit.state, EncounterState::Signed);
        }
    }

    #[test]
    fn debug_shows_nothing_of_the_patient() {
        let birth_date = Some(jiff::civil::date(1960, 5, 17));
        let patient = Patient { name: Some("Jane Roe".into()), birth_date, ..Patient::default() };
        let shown = format!("{:?}", EncounterDetails { patient, ..EncounterDetails::default() });
        assert!(!shown.contains("Jane") && !shown.contains("1960"), "{shown}");
    }
}
