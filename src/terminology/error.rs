//! What can go wrong with a terminology, and what to do about it.

use std::path::{Path, PathBuf};

use crate::{embedding::EmbeddingError, model_files::ModelError};

/// Why a terminology cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TerminologyError {
    /// It is not on this machine, or was built by another version of soapstone.
    #[error("{name} is not on this machine; get it with: {command}")]
    Missing {
        /// The terminology.
        name: &'static str,
        /// The command line that gets it.
        command: &'static str,
    },
    /// The source file is not what it should be.
    #[error("the ICD-10-CM tabular list cannot be read: {reason} (at byte {position})")]
    Source {
        /// How far it was read.
        position: u64,
        /// What is wrong.
        reason: String,
    },
    /// The source file is another one.
    #[error(
        "{} is not the ICD-10-CM tabular list that this soapstone is made for (`soapstone terminology list` names the release); get it with: soapstone terminology pull",
        path.display()
    )]
    NotTheList {
        /// The file.
        path: PathBuf,
    },
    /// The index cannot be built or opened.
    #[error("the index of ICD-10-CM failed: {0}; build it again with: soapstone terminology pull")]
    Index(String),
    /// The source file cannot be had.
    #[error(transparent)]
    File(#[from] ModelError),
    /// Texts cannot be compared by their meaning.
    #[error(transparent)]
    Meaning(EmbeddingError),
    /// Reading or writing failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl TerminologyError {
    /// Turns an I/O error on `path` into this type; for `map_err`.
    pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

impl From<tantivy::TantivyError> for TerminologyError {
    fn from(error: tantivy::TantivyError) -> Self {
        Self::Index(error.to_string())
    }
}

impl From<EmbeddingError> for TerminologyError {
    fn from(error: EmbeddingError) -> Self {
        match error {
            EmbeddingError::File(error) => Self::File(error),
            error => Self::Meaning(error),
        }
    }
}
