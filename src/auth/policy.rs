//! Who may do what, on one page.
//!
//! A right needs three things: the account's role has it, the token (if it is one) has its scope, and the visit is one that
//! the account has a share in. Without a share a clinician, or an administrator, may still read after giving a reason
//! ("breaking the glass"), which stands in the audit.

use super::Principal;
use crate::domain::{AccountId, AccountRole, Scope};

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Right {
    /// Enter a visit.
    CreateEncounter,
    /// See that a visit is there, whose it is and how far it has come.
    ReadEncounter,
    /// Record consent, or its withdrawal, which erases the visit.
    Consent,
    /// Start and stop recording, and send audio.
    Record,
    /// Be the device of a room: hear its orders, and tell how it is.
    Attend,
    /// Read transcript and note, and hear audio.
    ReadContent,
    /// Correct transcript and note, and have the note written anew.
    EditContent,
    /// Sign, amend and retract.
    Sign,
    /// Send again what did not come to the EHR.
    Deliver,
    /// Put a visit under legal hold.
    Manage,
    /// Read the audit.
    ReadAudit,
    /// Make and shut accounts and tokens.
    Administer,
    /// Have one's own voice kept, and erased.
    EnrolVoice,
}

impl Right {
    /// Every right.
    pub const ALL: [Self; 13] = [
        Self::CreateEncounter,
        Self::ReadEncounter,
        Self::Consent,
        Self::Record,
        Self::Attend,
        Self::ReadContent,
        Self::EditContent,
        Self::Sign,
        Self::Deliver,
        Self::Manage,
        Self::ReadAudit,
        Self::Administer,
        Self::EnrolVoice,
    ];

    /// What a token needs for it.
    pub fn scope(self) -> Scope {
        match self {
            Self::ReadEncounter | Self::ReadContent => Scope::EncountersRead,
            Self::CreateEncounter
            | Self::Consent
            | Self::EditContent
            | Self::Deliver
            | Self::Manage
            | Self::EnrolVoice => Scope::EncountersWrite,
            Self::Record | Self::Attend => Scope::AudioWrite,
            Self::Sign => Scope::NotesSign,
            Self::ReadAudit => Scope::AuditRead,
            Self::Administer => Scope::AccountsWrite,
        }
    }

    fn only_reads(self) -> bool {
        matches!(self, Self::ReadEncounter | Self::ReadContent)
    }
}

/// What comes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It may be done.
    Allowed,
    /// It may be done by who gives a reason.
    WithReason,
    /// It may not be done.
    Refused,
}

/// Whether `principal` may do `right`: to the visit of the clinician `owner`, or to nothing in particular.
pub fn decide(principal: &Principal, right: Right, owner: Option<AccountId>) -> Decision {
    if !principal.has_scope(right.scope()) {
        return Decision::Refused;
    }
    let is_own = owner.is_none_or(|owner| owner == principal.account.id);
    match (reach(principal.account.role, right), is_own) {
        (Reach::All, _) | (Reach::Own, true) => Decision::Allowed,
        (Reach::Own, false) | (Reach::WithReason, _) if right.only_reads() => Decision::WithReason,
        _ => Decision::Refused,
    }
}

/// Whether lists show `principal` their own visits only.
pub fn lists_own_only(principal: &Principal) -> bool {
    reach(principal.account.role, Right::ReadEncounter) == Reach::Own
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// To every visit.
    All,
    /// To one's own; to read those of others a reason must be given.
    Own,
    /// To none without a reason.
    WithReason,
    /// To none.
    None,
}

fn reach(role: AccountRole, right: Right) -> Reach {
    use Right::{
        Administer, Attend, Consent, CreateEncounter, Deliver, EditContent, EnrolVoice, Manage, ReadAudit, ReadContent,
        ReadEncounter, Record, Sign,
    };
    match (role, right) {
        (AccountRole::Clinician, Attend | ReadAudit | Administer | Manage) => Reach::None,
        (AccountRole::Clinician, _) => Reach::Own,
        (AccountRole::Assistant, CreateEncounter | ReadEncounter | Consent | Record) => Reach::All,
        (AccountRole::Assistant, _) => Reach::None,
        (AccountRole::Qa, ReadEncounter | ReadContent) => Reach::All,
        (AccountRole::Qa, _) => Reach::None,
        (AccountRole::Admin, ReadEncounter | Deliver | Manage | ReadAudit | Administer) => Reach::All,
        (AccountRole::Admin, ReadContent) => Reach::WithReason,
        (AccountRole::Admin, CreateEncounter | Consent | Record | Attend | EditContent | Sign | EnrolVoice) => {
            Reach::None
        }
        // A system's tokens are narrowed by scopes. It signs nothing: only a named person does.
        (AccountRole::System, CreateEncounter | ReadEncounter | Consent | Record | Attend | ReadContent) => Reach::All,
        (AccountRole::System, _) => Reach::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Account, SystemClock, SystemEntropy};

    fn principal(role: AccountRole, scopes: Option<Vec<Scope>>) -> Principal {
        let id = AccountId::new(&SystemClock, &SystemEntropy);
        let created_at = jiff::Timestamp::UNIX_EPOCH;
        let (login, display_name) = ("ada".to_owned(), "Ada".to_owned());
        Principal { account: Account { id, login, display_name, role, disabled: false, created_at }, scopes }
    }

    fn another() -> Option<AccountId> {
        Some(AccountId::new(&SystemClock, &SystemEntropy))
    }

    #[test]
    fn only_a_clinician_signs_and_only_their_own() {
        for role in AccountRole::ALL {
            let who = principal(role, None);
            let own = decide(&who, Right::Sign, Some(who.account.id));
            let expected = if role == AccountRole::Clinician { Decision::Allowed } else { Decision::Refused };
            assert_eq!(own, expected, "{role:?}");
            assert_eq!(decide(&who, Right::Sign, another()), Decision::Refused, "{role:?}");
        }
    }

    #[test]
    fn a_clinician_reads_anothers_visit_with_a_reason_and_changes_nothing_in_it() {
        let who = principal(AccountRole::Clinician, None);
        assert_eq!(decide(&who, Right::ReadContent, another()), Decision::WithReason);
        for right in [Right::EditContent, Right::Consent, Right::Record, Right::Sign] {
            assert_eq!(decide(&who, right, another()), Decision::Refused, "{right:?}");
        }
    }

    #[test]
    fn a_token_may_do_no_more_than_its_scopes_and_its_account() {
        for right in Right::ALL {
            let everything = principal(AccountRole::Clinician, Some(Scope::ALL.to_vec()));
            let session = Principal { scopes: None, ..everything.clone() };
            let own = Some(everything.account.id);
            assert_eq!(decide(&everything, right, own), decide(&session, right, own), "{right:?}");
            let nothing = Principal { scopes: Some(Vec::new()), ..everything };
            assert_eq!(decide(&nothing, right, own), Decision::Refused, "{right:?}");
        }
    }

    #[test]
    fn who_looks_after_accounts_reads_no_visit_without_a_reason() {
        let who = principal(AccountRole::Admin, None);
        assert_eq!(decide(&who, Right::ReadContent, another()), Decision::WithReason);
        assert_eq!(decide(&who, Right::Administer, None), Decision::Allowed);
    }
}
