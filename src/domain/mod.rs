//! The clinic's own words as types: what a visit, a transcript and a note are made of.
//!
//! Everything here is plain data that any stage may read, and the two things of the machine that are passed in so that a test
//! can hold them still: its clock and its randomness. Beside those nothing does I/O.

mod account;
mod audit;
mod chart;
mod clock;
mod decision_making;
mod delivery;
mod encounter;
mod entropy;
mod hex;
mod ids;
mod job;
mod note;
mod patient_text;
mod room;
mod safety;
mod transcript;
mod verification;

pub use account::{Account, AccountRole, Scope};
pub use audit::{Actor, AuditAction, AuditEntry, AuditEvent, AuditOutcome};
pub use chart::{Chart, ChartAllergy, ChartMedication, ChartProblem, Sex};
pub use clock::{Clock, SystemClock};
pub use decision_making::{DecisionElement, DecisionItem, DecisionKind};
pub use delivery::{Delivery, DeliveryState};
pub use encounter::{
    Consent, ConsentMethod, ConsentRule, EhrIds, Encounter, EncounterDetails, EncounterState, Patient,
};
pub use entropy::{Entropy, SystemEntropy};
pub use hex::hex;
pub use ids::{AccountId, DeliveryId, EncounterId, JobId, new_uuid};
pub use job::{Job, JobKind, JobState};
pub use note::{
    Allergy, AllergyKind, Coding, Dose, EncounterRef, Evidence, Medication, MedicationAction, NOTE_SCHEMA, Note,
    NoteSchema, NoteStatus, Omission, Order, OrderKind, Problem, PromptRef, Provenance, Review, Section, SectionKind,
    Soap, Statement, Support, UncertainText, UnsupportedText, VitalSign, evidence_of,
};
pub use patient_text::PatientText;
pub use room::{Alarm, Level, RoomAction, RoomOrder, RoomOrders, RoomStatus};
pub use safety::{Alert, AlertKind, AlertSeverity, Reconciled, ReconciliationState};
pub use transcript::{
    AudioInfo, ClinicianHeard, ModelRef, Repair, Role, RoleExchange, SpokenNumber, TRANSCRIPT_SCHEMA, Transcript,
    TranscriptSchema, Utterance, Word,
};

pub use verification::{Finding, Verification, VerificationSchema, VerifiedStatement};

/// Tells how far a stage has come, as a fraction from 0 to 1. Called from whichever thread does the work.
pub type Progress<'a> = &'a (dyn Fn(f32) + Sync);

/// The progress of work that nobody watches.
pub fn no_progress(_fraction: f32) {}
