//! The models: what distinguishes the architectures, and two ways to run them.
//!
//! All of them are the same decoder with a few choices ([`Hyper`] names them). [`plain`] runs it in candle's tensors, on any
//! device;
//! [`fast`] runs it on our own kernels, on processors that have the instructions.

#[cfg(target_arch = "x86_64")]
mod fast;
mod hyper;
mod plain;

use candle_core::{Device, Result};
pub(super) use hyper::Hyper;
use plain::PlainModel;

use super::gguf::GgufFile;

/// A decoder with the attention cache of what it has read.
pub(super) trait LanguageModel: Send {
    /// Reads `tokens` at the positions from `start` on, and forgets whatever stood there and after. Returns the logits of
    /// what follows the last of them, one for each token of the vocabulary.
    fn forward(&mut self, tokens: &[u32], start: usize, part: Part) -> Result<Vec<f32>>;
}

/// What is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// A prompt: what becomes of a token must not depend, to the last bit, on how many others are read with it, because
    /// they may have been read before.
    Prompt,
    /// An answer: a single token may go the fastest way.
    Answer,
}

/// Loads the model in `file` with a cache for `context` tokens, to run on `threads` threads or on a GPU.
pub(super) fn load(
    file: &GgufFile,
    hyper: Hyper,
    context: usize,
    threads: usize,
    device: &Device,
) -> Result<Box<dyn LanguageModel>> {
    #[cfg(target_arch = "x86_64")]
    if device.is_cpu()
        && let Some(model) = fast::FastModel::load(file, &hyper, context, threads)?
    {
        return Ok(Box::new(model));
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = threads;
    Ok(Box::new(PlainModel::load(file, hyper, context, device)?))
}

#[cfg(test)]
mod tests;
