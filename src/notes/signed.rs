//! The signed note: a type that only a signature makes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::domain::{Account, AccountId, Note, hex};

/// Who answers for a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The account that signed.
    pub signer: AccountId,
    /// As the document shows it.
    pub name: String,
    /// When.
    pub signed_at: Timestamp,
    /// SHA-256 of the note as it was signed, in hexadecimal.
    pub sha256: String,
    /// The version that this one amends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amends: Option<i64>,
    /// Why it was amended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<crate::domain::PatientText>,
}

/// A note that a named person signed.
#[derive(Debug, Clone, PartialEq)]
pub struct SignedNote {
    note: Note,
    signature: Signature,
}

impl SignedNote {
    /// Signs `note` as `signer`, at `now`.
    pub(super) fn sign(note: Note, signer: &Account, now: Timestamp) -> Self {
        let (signer, name) = (signer.id, signer.display_name.clone());
        let sha256 = hash(&note);
        Self { note, signature: Signature { signer, name, signed_at: now, sha256, amends: None, reason: None } }
    }

    /// The same as an amendment of version `amends`.
    pub(super) fn amending(mut self, amends: i64, reason: crate::domain::PatientText) -> Self {
        (self.signature.amends, self.signature.reason) = (Some(amends), Some(reason));
        self
    }

    /// The note that was kept; `None` if it is not the one that was signed.
    pub(super) fn reload(stored: StoredSignedNote) -> Option<Self> {
        let StoredSignedNote { note, signature } = stored;
        (hash(&note) == signature.sha256).then_some(Self { note, signature })
    }

    /// What was signed.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// Who signed it, and when.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// As it is kept.
    pub(super) fn stored(&self) -> StoredSignedNote {
        StoredSignedNote { note: self.note.clone(), signature: self.signature.clone() }
    }

    /// As soapstone.note/1: `status` is `signed` or `amended`, and `signature` says whose it is.
    pub fn to_json(&self) -> Value {
        let status = if self.signature.amends.is_some() { "amended" } else { "signed" };
        with_signature(&self.note, status, &self.signature)
    }
}

/// A signed note of which its signer said that it should not be there.
#[derive(Debug, Clone, PartialEq)]
pub struct RetractedNote {
    pub(super) signed: SignedNote,
}

impl RetractedNote {
    /// What was signed before it was retracted.
    pub fn signed(&self) -> &SignedNote {
        &self.signed
    }

    /// As soapstone.note/1 with the status `retracted`.
    pub fn to_json(&self) -> Value {
        with_signature(&self.signed.note, "retracted", &self.signed.signature)
    }
}

/// What the store keeps of a signed note.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredSignedNote {
    note: Note,
    signature: Signature,
}

fn hash(note: &Note) -> String {
    let json = serde_json::to_vec(note).expect("a note is plain data");
    hex(&Sha256::digest(&json))
}

fn with_signature(note: &Note, status: &str, signature: &Signature) -> Value {
    let mut json = serde_json::to_value(note).expect("a note is plain data");
    json["status"] = status.into();
    json["signature"] = serde_json::to_value(signature).expect("plain data");
    json
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AccountRole, SystemClock, SystemEntropy};

    fn signed() -> SignedNote {
        let id = AccountId::new(&SystemClock, &SystemEntropy);
        let (login, display_name, role) = ("ada".to_owned(), "Ada Byron, MD".to_owned(), AccountRole::Clinician);
        let signer = Account { id, login, display_name, role, disabled: false, created_at: Timestamp::UNIX_EPOCH };
        SignedNote::sign(Note::empty(), &signer, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_signed_note_is_read_back_only_as_it_was_signed() {
        let signed = signed();
        let json = serde_json::to_string(&signed.stored()).expect("plain data");
        let stored = serde_json::from_str(&json).expect("what was written");
        assert_eq!(SignedNote::reload(stored), Some(signed.clone()));
        let mut changed: StoredSignedNote = serde_json::from_str(&json).expect("what was written");
        changed.note.encounter.id = "another".to_owned();
        assert_eq!(SignedNote::reload(changed), None);
    }

    #[test]
    fn its_json_names_who_answers_for_it() {
        let json = signed().to_json();
        assert_eq!(
            (json["status"].as_str(), json["signature"]["name"].as_str()),
            (Some("signed"), Some("Ada Byron, MD"))
        );
        let amended = signed().amending(1, "the dose was wrong".into()).to_json();
        assert_eq!((amended["status"].as_str(), amended["signature"]["amends"].as_i64()), (Some("amended"), Some(1)));
    }
}
