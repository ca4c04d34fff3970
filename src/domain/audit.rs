//! Who did what to which visit, and how it went.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AccountId, EncounterId};

/// Something that somebody did or tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// Who.
    pub actor: Actor,
    /// What.
    pub action: AuditAction,
    /// To which visit.
    pub encounter: Option<EncounterId>,
    /// What of it: `note/3`, an account, a device. Never a word of a patient's.
    pub object: Option<String>,
    /// How it went.
    pub outcome: AuditOutcome,
    /// Why, in the words of who did it. Kept sealed, as it may tell of a patient.
    pub reason: Option<super::PatientText>,
}

impl AuditEvent {
    /// Something that was done.
    pub fn done(actor: Actor, action: AuditAction) -> Self {
        Self { actor, action, encounter: None, object: None, outcome: AuditOutcome::Done, reason: None }
    }

    /// The same, to `encounter`.
    pub fn on(self, encounter: EncounterId) -> Self {
        Self { encounter: Some(encounter), ..self }
    }

    /// The same, to `object` of it.
    pub fn object(self, object: impl Into<String>) -> Self {
        Self { object: Some(object.into()), ..self }
    }

    /// The same, for `reason`.
    pub fn because(self, reason: super::PatientText) -> Self {
        Self { reason: Some(reason), ..self }
    }

    /// The same, which went otherwise.
    pub fn with_outcome(self, outcome: AuditOutcome) -> Self {
        Self { outcome, ..self }
    }
}

/// An event as it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Counted from 1 without a gap.
    pub sequence: i64,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub event: AuditEvent,
    /// The hash that ties it to all entries before it, in hexadecimal.
    pub hash: String,
}

/// Who does something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Actor {
    /// A person or system with an account.
    Account(AccountId),
    /// soapstone itself: a job, retention, the start of the service.
    Service,
    /// Somebody on the machine, with a command.
    Operator,
    /// Nobody who is known: a failed log-in.
    Unknown,
}

/// What is done. Written as here in the audit, for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditAction {
    /// An encounter was entered.
    Create,
    /// Encounter, transcript or note was shown.
    View,
    /// Audio was played.
    Play,
    /// Encounter, transcript or note was changed by a person.
    Edit,
    /// Consent was recorded.
    Consent,
    /// Consent was withdrawn, and all of the visit erased.
    Withdraw,
    /// Recording began, paused, went on or stopped.
    Record,
    /// Audio came in.
    Upload,
    /// soapstone wrote a transcript or a draft.
    Draft,
    /// A note was signed.
    Sign,
    /// A signed note was amended.
    Amend,
    /// A signed note was retracted.
    Retract,
    /// Something went to the EHR.
    Deliver,
    /// Data left as a file.
    Export,
    /// Data was erased by retention or by hand.
    Erase,
    /// Retention was suspended or taken up again.
    Hold,
    /// Somebody without a share in the visit opened it, giving a reason.
    BreakGlass,
    /// Log-in.
    LogIn,
    /// Log-out.
    LogOut,
    /// An account, token or role was made, changed or taken away.
    Administer,
    /// The service started.
    Start,
    /// The service stopped.
    Stop,
}

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditOutcome {
    /// It was done.
    Done,
    /// It was not allowed.
    Refused,
    /// It was tried, and failed.
    Failed,
}
