//! Whisper from the form that faster-whisper uses (CTranslate2) to the form that whisper.cpp uses (ggml), so that a clinic
//! that has the one can use it as the other.

mod ct2;
mod ggml;
mod mel;
mod vocabulary;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

pub use ct2::{Ct2Error, Ct2Model, is_ct2_whisper};
pub(crate) use mel::filters as mel_filters;

use super::ModelError;
use crate::domain::Progress;

/// Converts `model_bin`, with the vocabulary that lies in `folder`, to the ggml file `to`.
pub(super) fn ct2_to_ggml(
    model_bin: &Path,
    folder: &Path,
    to: &Path,
    progress: Progress<'_>,
) -> Result<(), ModelError> {
    let refused = |reason: String| ModelError::Unsupported { path: model_bin.to_owned(), reason };
    let vocabulary = vocabulary::read(folder).map_err(refused)?;
    let file = File::open(model_bin).map_err(ModelError::io(model_bin))?;
    // SAFETY: the file lies in our own folder or was named by the user for import; if someone shortens it meanwhile the
    // process ends by signal, which no reading of a 3 GB file into memory would be worth avoiding.
    let bytes = unsafe { memmap2::Mmap::map(&file) }.map_err(ModelError::io(model_bin))?;
    let model = Ct2Model::parse(&bytes).map_err(|error| refused(error.to_string()))?;
    let mut out = BufWriter::new(File::create(to).map_err(ModelError::io(to))?);
    match ggml::write(&model, &vocabulary, &mut out, progress) {
        Ok(()) => out.flush().map_err(ModelError::io(to)),
        Err(ggml::ConvertError::Source(error)) => Err(refused(error.to_string())),
        Err(ggml::ConvertError::Write(source)) => Err(ModelError::Io { path: to.to_owned(), source }),
    }
}

#[cfg(test)]
pub(super) mod tests;
