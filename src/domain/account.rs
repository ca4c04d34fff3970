//! People and systems that may use the service.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::AccountId;

/// Somebody, or some system, that the service knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name everywhere.
    pub id: AccountId,
    /// What is typed in to log in. Unique.
    pub login: String,
    /// As a signature shows it.
    pub display_name: String,
    /// What it may do.
    pub role: AccountRole,
    /// Cannot log in, and its tokens are void.
    pub disabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What an account is for. Who may do what stands in `auth/policy.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountRole {
    /// Sees patients, and signs their notes.
    Clinician,
    /// Prepares visits and records them for a clinician.
    Assistant,
    /// Reads visits to judge the quality of their notes.
    Qa,
    /// Looks after accounts, retention and the audit.
    Admin,
    /// Another system: a room's device, the EHR.
    System,
}

impl AccountRole {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Clinician, Self::Assistant, Self::Qa, Self::Admin, Self::System];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Clinician => "clinician",
            Self::Assistant => "assistant",
            Self::Qa => "qa",
            Self::Admin => "admin",
            Self::System => "system",
        }
    }

    /// The role that is written `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// What the bearer of a token may do; never more than its account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// Read encounters, transcripts, notes and audio.
    #[serde(rename = "encounters:read")]
    EncountersRead,
    /// Enter encounters, record consent, correct transcripts and notes.
    #[serde(rename = "encounters:write")]
    EncountersWrite,
    /// Send audio: all that a room's device needs.
    #[serde(rename = "audio:write")]
    AudioWrite,
    /// Sign, amend and retract notes.
    #[serde(rename = "notes:sign")]
    NotesSign,
    /// Read the audit.
    #[serde(rename = "audit:read")]
    AuditRead,
    /// Look after accounts and tokens.
    #[serde(rename = "accounts:write")]
    AccountsWrite,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 6] = [
        Self::EncountersRead,
        Self::EncountersWrite,
        Self::AudioWrite,
        Self::NotesSign,
        Self::AuditRead,
        Self::AccountsWrite,
    ];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EncountersRead => "encounters:read",
            Self::EncountersWrite => "encounters:write",
            Self::AudioWrite => "audio:write",
            Self::NotesSign => "notes:sign",
            Self::AuditRead => "audit:read",
            Self::AccountsWrite => "accounts:write",
        }
    }

    /// The scope that is written `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_and_scopes_are_read_as_they_are_written() {
        for role in AccountRole::ALL {
            assert_eq!(AccountRole::parse(role.as_str()), Some(role));
            assert_eq!(serde_json::to_value(role).expect("plain data"), role.as_str());
        }
        for scope in Scope::ALL {
            assert_eq!(Scope::parse(scope.as_str()), Some(scope));
            assert_eq!(serde_json::to_value(scope).expect("plain data"), scope.as_str());
        }
    }
}
