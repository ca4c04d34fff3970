//! Sentences as points: what means nearly the same lies near, in whatever words it is said.

mod encoder;
mod error;
mod vectors;

pub use encoder::SentenceEncoder;
pub use error::EmbeddingError;
pub use vectors::Vectors;

/// The weights, by their name in the manifest.
pub const MODEL: &str = "all-minilm-l6-v2";
/// How texts are cut into its tokens, by its name in the manifest.
pub const TOKENIZER: &str = "all-minilm-l6-v2-tokenizer";
