//! Text models on the clinic's own machine: GGUF weights run by candle, on a thread of their own.
//!
//! This module knows no medicine. A stage asks for [`TextModel`]: text in a JSON shape ([`TextModel::generate`]), or the
//! likeliest of some options ([`TextModel::choose`]). The engine keeps the attention cache of the last prompt and
//! reuses the longest common prefix, so prompts that differ only in their question share the work of all that
//! stands before it: write what is shared first, and ask questions one after another.

mod chat;
mod engine;
mod gguf;
mod grammar;
#[cfg(target_arch = "x86_64")]
mod kernels;
mod models;
mod session;
mod tokenizer;

pub use engine::Engine;
use serde_json::Value;

use crate::domain::{ModelRef, Progress};

/// How many tokens of a prompt are read in the time that one token is written, to tell how far an answer has come. Measured
/// on two cores (`docs/PERFORMANCE.md`); more only makes a bar less even.
pub const READ_PER_WRITTEN: usize = 10;

/// A model that continues text.
pub trait TextModel: Send + Sync {
    /// Its name and the hash of its weights.
    fn model_ref(&self) -> &ModelRef;

    /// How many tokens prompt and answer may have together.
    fn context_tokens(&self) -> usize;

    /// How many tokens `text` is.
    fn count_tokens(&self, text: &str) -> Result<usize, InferenceError>;

    /// Writes an answer that is valid against `request.schema`, greedily: the same request gives the same answer.
    /// `progress` goes up with every batch of the prompt and every token written, as if the answer took all its tokens; one
    /// that ends before is told of by its return alone.
    fn generate(&self, request: &GenerateRequest, progress: Progress<'_>) -> Result<Generated, InferenceError>;

    /// The probability of each option as the answer to `prompt`; they sum to 1. Options are told apart by their first
    /// token, so they must begin differently ("A", "B", … do).
    fn choose(&self, prompt: &Prompt, options: &[String]) -> Result<Vec<f32>, InferenceError>;
}

/// A conversation of one question, as the chat template of the model will write it.
#[derive(Clone, Default)]
pub struct Prompt {
    /// Who the model is and what rules hold: the system message.
    pub system: String,
    /// What all questions are about (the transcript): the beginning of the user's message.
    pub shared: String,
    /// The question itself: the end of the user's message.
    pub question: String,
}

/// A question with the shape of its answer.
#[derive(Clone)]
pub struct GenerateRequest {
    /// The question.
    pub prompt: Prompt,
    /// JSON Schema that constrains the answer; `None` for free text.
    pub schema: Option<Value>,
    /// The answer ends here at the latest.
    pub max_tokens: usize,
}

/// An answer.
#[derive(Clone)]
pub struct Generated {
    /// What the model wrote.
    pub text: String,
    /// Whether it came to its own end; `false` when `max_tokens` or the context cut it off.
    pub complete: bool,
    /// What it cost.
    pub usage: Usage,
}

/// The cost of one answer.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Usage {
    /// Tokens of the prompt.
    pub prompt_tokens: usize,
    /// Of these, how many were still in the cache.
    pub cached_tokens: usize,
    /// Tokens written.
    pub generated_tokens: usize,
    /// Milliseconds spent on the prompt.
    pub prompt_ms: u64,
    /// Milliseconds spent on the answer.
    pub generate_ms: u64,
}

/// Why a model could not answer. No variant carries prompt or answer text.
#[derive(Debug, thiserror::Error)]
pub enum InferenceError {
    /// The prompt does not fit; split it.
    #[error("the prompt has {tokens} tokens, but the model takes {limit}")]
    PromptTooLong {
        /// Tokens of the prompt.
        tokens: usize,
        /// The most it may have.
        limit: usize,
    },
    /// The file is not a model that soapstone can run.
    #[error("cannot load the model {name}: {reason}")]
    Load {
        /// The model.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The configuration asks for a device that this build has not.
    #[error(
        "writing.device is {feature}, but this soapstone was built without it: build it with `--features {feature}`, or \
         set writing.device to cpu"
    )]
    NoDevice {
        /// The device, which is also the feature's name.
        feature: &'static str,
    },
    /// The schema given cannot constrain an answer.
    #[error("the answer's schema cannot be used: {0}")]
    Schema(String),
    /// The computation failed.
    #[error("the model failed: {0}")]
    Failed(String),
    /// The model's thread has ended.
    #[error("the model is no longer running")]
    Gone,
}
