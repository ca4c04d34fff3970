//! Versions of a note in the store: which is the present one, and which may follow which.

use serde_json::Value;

use super::{RetractedNote, SignedNote, mark_edits, signed::StoredSignedNote};
use crate::{
    domain::{Account, AccountId, Clock, EncounterId, Note, PatientText},
    store::{
        Reader, StoreError, Tx,
        documents::{self, DocumentKind, Version},
    },
};

const KIND: DocumentKind = DocumentKind::Note;

/// The note as it stands.
#[derive(Debug, Clone, PartialEq)]
pub enum CurrentNote {
    /// Not signed: nobody answers for it yet.
    Draft(Note),
    /// Signed, perhaps as an amendment.
    Signed(SignedNote),
    /// Signed once, and retracted.
    Retracted(RetractedNote),
}

impl CurrentNote {
    /// As soapstone.note/1.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Draft(note) => serde_json::to_value(note).expect("a note is plain data"),
            Self::Signed(note) => note.to_json(),
            Self::Retracted(note) => note.to_json(),
        }
    }

    /// What it says, whatever its state.
    pub fn note(&self) -> &Note {
        match self {
            Self::Draft(note) => note,
            Self::Signed(signed) | Self::Retracted(RetractedNote { signed }) => signed.note(),
        }
    }
}

/// Why a note does not become what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum NoteError {
    /// There is none.
    #[error("there is no note yet")]
    None,
    /// It is signed: only an amendment changes it.
    #[error("the note is signed: amend it, with a reason")]
    Signed,
    /// It is not signed, so there is nothing to amend or retract.
    #[error("the note is not signed: edit it, or sign it first")]
    NotSigned,
    /// It was retracted, and stays so.
    #[error("the note was retracted")]
    Retracted,
    /// What is kept is not what was signed.
    #[error("version {version} of the note is not what was signed")]
    Forged {
        /// Its number.
        version: i64,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The present note and its version; `None` if there is none yet.
pub async fn current(
    reader: &impl Reader,
    encounter: EncounterId,
) -> Result<Option<(Version, CurrentNote)>, NoteError> {
    let found = documents::current::<Value>(reader, encounter, KIND).await?;
    found.map(|(version, body)| read(version, body)).transpose()
}

/// Version `number` of the note.
pub async fn version(
    reader: &impl Reader,
    encounter: EncounterId,
    number: i64,
) -> Result<Option<(Version, CurrentNote)>, NoteError> {
    let found = documents::version::<Value>(reader, encounter, KIND, number).await?;
    found.map(|(version, body)| read(version, body)).transpose()
}

/// Keeps a draft that the machine wrote. Where a person has edited or signed the note it becomes a proposal beside it.
pub async fn keep_machine_draft(tx: &Tx, encounter: EncounterId, note: &Note) -> Result<Version, NoteError> {
    let present = documents::current::<Value>(tx, encounter, KIND).await?.map(|(version, _)| version);
    let is_machines = present.as_ref().is_none_or(|version| version.author.is_none() && version.status == "draft");
    let status = if is_machines { "draft" } else { documents::PROPOSED };
    let expected = present.map_or(0, |version| version.number);
    Ok(documents::append(tx, encounter, KIND, expected, None, status, note).await?)
}

/// Keeps what `author` made of the draft of version `expected`, with what they changed marked as theirs.
pub async fn keep_edit(
    tx: &Tx,
    encounter: EncounterId,
    expected: i64,
    author: AccountId,
    mut edited: Note,
) -> Result<(Version, Note), NoteError> {
    let before = match present(tx, encounter).await?.1 {
        CurrentNote::Draft(note) => note,
        CurrentNote::Signed(_) => return Err(NoteError::Signed),
        CurrentNote::Retracted(_) => return Err(NoteError::Retracted),
    };
    mark_edits(&before, &mut edited);
    let version = documents::append(tx, encounter, KIND, expected, Some(author), "draft", &edited).await?;
    Ok((version, edited))
}

/// Signs the draft of version `expected` as `signer`.
pub async fn sign(
    tx: &Tx,
    clock: &dyn Clock,
    encounter: EncounterId,
    expected: i64,
    signer: &Account,
) -> Result<(Version, SignedNote), NoteError> {
    let draft = match present(tx, encounter).await?.1 {
        CurrentNote::Draft(note) => note,
        CurrentNote::Signed(_) => return Err(NoteError::Signed),
        CurrentNote::Retracted(_) => return Err(NoteError::Retracted),
    };
    let signed = SignedNote::sign(draft, signer, clock.now());
    keep_signed(tx, encounter, expected, "signed", signed).await
}

/// Signs `note` as an amendment of the signed version `expected`.
pub async fn amend(
    tx: &Tx,
    clock: &dyn Clock,
    encounter: EncounterId,
    expected: i64,
    signer: &Account,
    mut note: Note,
    reason: PatientText,
) -> Result<(Version, SignedNote), NoteError> {
    let before = signed(tx, encounter).await?;
    mark_edits(before.note(), &mut note);
    let amended = SignedNote::sign(note, signer, clock.now()).amending(expected, reason);
    keep_signed(tx, encounter, expected, "amended", amended).await
}

/// Retracts the signed version `expected`: it stays readable, as what should not have been there.
pub async fn retract(
    tx: &Tx,
    clock: &dyn Clock,
    encounter: EncounterId,
    expected: i64,
    signer: &Account,
    reason: PatientText,
) -> Result<(Version, RetractedNote), NoteError> {
    let before = signed(tx, encounter).await?;
    let retracted = SignedNote::sign(before.note().clone(), signer, clock.now()).amending(expected, reason);
    let (version, signed) = keep_signed(tx, encounter, expected, "retracted", retracted).await?;
    Ok((version, RetractedNote { signed }))
}

async fn keep_signed(
    tx: &Tx,
    encounter: EncounterId,
    expected: i64,
    status: &str,
    signed: SignedNote,
) -> Result<(Version, SignedNote), NoteError> {
    let author = Some(signed.signature().signer);
    let version = documents::append(tx, encounter, KIND, expected, author, status, &signed.stored()).await?;
    Ok((version, signed))
}

async fn present(tx: &Tx, encounter: EncounterId) -> Result<(Version, CurrentNote), NoteError> {
    current(tx, encounter).await?.ok_or(NoteError::None)
}

async fn signed(tx: &Tx, encounter: EncounterId) -> Result<SignedNote, NoteError> {
    match present(tx, encounter).await?.1 {
        CurrentNote::Draft(_) => Err(NoteError::NotSigned),
        CurrentNote::Signed(signed) => Ok(signed),
        CurrentNote::Retracted(_) => Err(NoteError::Retracted),
    }
}

fn read(version: Version, body: Value) -> Result<(Version, CurrentNote), NoteError> {
    let number = version.number;
    let forged = NoteError::Forged { version: number };
    let is_signed = matches!(version.status.as_str(), "signed" | "amended" | "retracted");
    if !is_signed {
        let note = serde_json::from_value(body).map_err(|_| documents::unreadable(number))?;
        return Ok((version, CurrentNote::Draft(note)));
    }
    let stored: StoredSignedNote = serde_json::from_value(body).map_err(|_| documents::unreadable(number))?;
    let signed = SignedNote::reload(stored).ok_or(forged)?;
    let current = match version.status.as_str() {
        "retracted" => CurrentNote::Retracted(RetractedNote { signed }),
        _ => CurrentNote::Signed(signed),
    };
    Ok((version, current))
}
