//! How a command fails: one sentence for a person, one exit code for a program.
//!
//! Stages have error enums of their own; here, on one page, each is given its exit code.

use std::{fmt, io, path::Path, sync::LazyLock};

use regex::Regex;

use super::input::InputError;
use crate::{
    app::{AppError, SecretError},
    audio::AudioError,
    auth::accounts::AccountError,
    capture::CaptureError,
    config::{ConfigError, TemplateError},
    delivery::fhir::ChartError,
    inference::InferenceError,
    keeping::KeepingError,
    model_files::ModelError,
    pipeline::VisitError,
    room::RoomError,
    store::StoreError,
    terminology::TerminologyError,
    transcription::TranscriptionError,
};

/// The exit codes of the public contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum FailureKind {
    /// A fault of soapstone or of the machine.
    Internal = 1,
    /// Wrong usage or configuration.
    Usage = 2,
    /// Unreadable, unsupported, empty, no speech, too short for a note.
    BadInput = 3,
    /// A model or terminology is missing.
    Missing = 4,
}

/// Why a command did not do its work.
#[derive(Debug)]
pub struct Failure {
    kind: FailureKind,
    message: String,
}

impl Failure {
    /// A failure of `kind`, told in `message`.
    pub fn new(kind: FailureKind, message: impl fmt::Display) -> Self {
        Self { kind, message: without_error_numbers(&message.to_string()) }
    }

    /// A failure for which the file at `path` is to blame: the system does not let it be read.
    pub(super) fn unreadable(path: &Path, error: &io::Error) -> Self {
        Self::new(FailureKind::BadInput, format_args!("cannot read {}: {error}", path.display()))
    }

    /// The same, its commands given `options` ([`with_options`]).
    pub(super) fn with_options(self, options: &str) -> Self {
        Self { message: with_options(&self.message, options), ..self }
    }

    /// This failure and another of the same command; the first has the exit code.
    pub(super) fn and(self, other: Self) -> Self {
        Self { message: format!("{self}\n{other}"), ..self }
    }

    /// A failure for which the input named `input` is to blame.
    pub fn bad_input(input: &str, reason: impl fmt::Display) -> Self {
        Self::new(FailureKind::BadInput, format_args!("{input}: {reason}"))
    }

    pub(super) fn panicked() -> Self {
        Self::new(FailureKind::Internal, "this is a fault of soapstone; please report the place named above")
    }

    /// Its exit code.
    pub fn kind(&self) -> FailureKind {
        self.kind
    }
}

/// `message`, the commands in it given `options` (the folders of this run), so that they work as they stand.
pub(super) fn with_options(message: &str, options: &str) -> String {
    let mut message = message.to_owned();
    for command in ["models", "terminology"] {
        for verb in ["pull", "import"] {
            let plain = format!("soapstone {command} {verb}");
            message = message.replace(&plain, &format!("soapstone{options} {command} {verb}"));
        }
    }
    message
}

/// What the system says ends in "(os error 2)", which says nothing to a person.
fn without_error_numbers(message: &str) -> String {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r" \(os error \d+\)").expect("a fixed pattern"));
    NUMBER.replace_all(message, "").into_owned()
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// A failure of a visit's work, naming `input` where it is to blame and the message does not name it yet.
pub(super) fn about_input(error: VisitError, input: &str) -> Failure {
    let names_its_input = matches!(error, VisitError::Audio(_));
    let kind = visit_kind(&error);
    match kind {
        FailureKind::BadInput if !names_its_input => Failure::bad_input(input, error),
        _ => Failure::new(kind, error),
    }
}

fn visit_kind(error: &VisitError) -> FailureKind {
    match error {
        VisitError::Audio(_) | VisitError::TooShort { .. } => FailureKind::BadInput,
        VisitError::Missing { .. } => FailureKind::Missing,
        VisitError::WrongTask { .. } => FailureKind::Usage,
        VisitError::Transcription(error) => transcription_kind(error),
        VisitError::Model(error) => model_kind(error),
        VisitError::Terminology(error) => terminology_kind(error),
        VisitError::Inference(InferenceError::NoDevice { .. }) => FailureKind::Usage,
        VisitError::Inference(_) => FailureKind::Internal,
    }
}

fn transcription_kind(error: &TranscriptionError) -> FailureKind {
    match error {
        TranscriptionError::NoSpeech
        | TranscriptionError::OtherLanguage { .. }
        | TranscriptionError::ClinicianVoice(_) => FailureKind::BadInput,
        TranscriptionError::Model(error) => model_kind(error),
        TranscriptionError::Vad(_) | TranscriptionError::Asr(_) | TranscriptionError::Voice(_) => FailureKind::Internal,
    }
}

/// What a model lacks is told by its command; what was given wrongly (a name, a folder on a disk that is too small, a file
/// to import) is usage, configuration or input.
fn model_kind(error: &ModelError) -> FailureKind {
    match error {
        ModelError::Missing { .. } | ModelError::Damaged { .. } | ModelError::NotFetched { .. } => FailureKind::Missing,
        ModelError::Unknown { .. } | ModelError::Name { .. } | ModelError::DiskFull { .. } => FailureKind::Usage,
        ModelError::Unsupported { .. } => FailureKind::BadInput,
        ModelError::LocalList { .. } | ModelError::Io { .. } => FailureKind::Internal,
    }
}

fn terminology_kind(error: &TerminologyError) -> FailureKind {
    match error {
        TerminologyError::Missing { .. } => FailureKind::Missing,
        TerminologyError::Source { .. } | TerminologyError::NotTheList { .. } => FailureKind::BadInput,
        TerminologyError::File(error) => model_kind(error),
        _ => FailureKind::Internal,
    }
}

fn store_kind(error: &StoreError) -> FailureKind {
    match error {
        StoreError::Config(_) | StoreError::Folder { .. } => FailureKind::Usage,
        _ => FailureKind::Internal,
    }
}

fn room_kind(error: &RoomError) -> FailureKind {
    match error {
        RoomError::Capture(_)
        | RoomError::Address { .. }
        | RoomError::Plain { .. }
        | RoomError::OpenToOthers { .. }
        | RoomError::Io { .. } => FailureKind::Usage,
        RoomError::Segments(_) | RoomError::Damaged { .. } | RoomError::Key { .. } => FailureKind::Internal,
    }
}

fn keeping_kind(error: &KeepingError) -> FailureKind {
    match error {
        KeepingError::Store(error) => store_kind(error),
        KeepingError::Damaged { .. } | KeepingError::NotAnAudit { .. } | KeepingError::Audit(_) => {
            FailureKind::BadInput
        }
        KeepingError::Io { .. } | KeepingError::Segments(_) => FailureKind::Internal,
        KeepingError::Config(_)
        | KeepingError::Postgres { .. }
        | KeepingError::NoDatabase { .. }
        | KeepingError::Busy { .. }
        | KeepingError::OtherDatabase { .. }
        | KeepingError::NoBackup { .. }
        | KeepingError::Occupied { .. }
        | KeepingError::NoMasterKey { .. } => FailureKind::Usage,
    }
}

fn app_kind(error: &AppError) -> FailureKind {
    match error {
        AppError::Store(error) => store_kind(error),
        AppError::Segments(_) => FailureKind::Internal,
        AppError::Config(_) | AppError::Secret(_) | AppError::Listen { .. } | AppError::Certificate { .. } => {
            FailureKind::Usage
        }
    }
}

fn account_kind(error: &AccountError) -> FailureKind {
    match error {
        AccountError::Store(error) => store_kind(error),
        _ => FailureKind::Usage,
    }
}

/// Gives each error type its exit code.
macro_rules! failure_from {
    ($($error:ty => $kind:expr),+ $(,)?) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                let kind: fn(&$error) -> FailureKind = $kind;
                Self::new(kind(&error), error)
            }
        })+
    };
}

failure_from! {
    ConfigError => |_| FailureKind::Usage,
    TemplateError => |_| FailureKind::Usage,
    InputError => |_| FailureKind::BadInput,
    AudioError => |_| FailureKind::BadInput,
    ChartError => |_| FailureKind::BadInput,
    ModelError => model_kind,
    TerminologyError => terminology_kind,
    VisitError => visit_kind,
    CaptureError => |_| FailureKind::Usage,
    RoomError => room_kind,
    StoreError => store_kind,
    AppError => app_kind,
    KeepingError => keeping_kind,
    SecretError => |_| FailureKind::Usage,
    AccountError => account_kind,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_is_too_small_is_no_fault_of_soapstone() {
        let failure = Failure::from(ModelError::DiskFull { dir: "models".into(), needed: 2, available: 1 });
        assert_eq!(failure.kind(), FailureKind::Usage);
    }
}
