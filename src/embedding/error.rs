//! What can go wrong with sentence embeddings.

use std::path::PathBuf;

use crate::model_files::ModelError;

/// Why sentences cannot be compared by their meaning.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddingError {
    /// The model cannot be had.
    #[error(transparent)]
    File(#[from] ModelError),
    /// The model's files are not what they should be.
    #[error("the sentence encoder {} cannot be loaded: {reason}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A computation failed.
    #[error("the sentence encoder failed: {0}")]
    Computation(#[from] candle_core::Error),
}
