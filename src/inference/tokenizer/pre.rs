//! How text is cut before BPE, by the name in `tokenizer.ggml.pre`.
//!
//! The expressions are those of the models' published `tokenizer.json` files.

use tokenizers::{
    SplitDelimiterBehavior::Isolated,
    normalizers::{NormalizerWrapper, unicode::NFC},
    pre_tokenizers::{
        PreTokenizerWrapper,
        byte_level::ByteLevel,
        digits::Digits,
        sequence::Sequence,
        split::{Split, SplitPattern},
    },
};

const QWEN2: &str =
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const LLAMA3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// What happens to text before BPE.
pub(super) struct PreTokenization {
    pub normalizer: Option<NormalizerWrapper>,
    pub pre_tokenizer: PreTokenizerWrapper,
    /// Whether a word that is in the vocabulary is one token even if merges would not get there.
    pub whole_words_first: bool,
}

/// The cut called `name`.
pub(super) fn by_name(name: &str) -> Result<PreTokenization, String> {
    let plain = |pre_tokenizer| PreTokenization { normalizer: None, pre_tokenizer, whole_words_first: false };
    Ok(match name {
        "qwen2" | "deepseek-r1-qwen" => {
            PreTokenization { normalizer: Some(NFC.into()), ..plain(sequence(vec![split(QWEN2)?, bytes(false)])) }
        }
        "llama-bpe" | "llama3" | "llama-v3" => {
            PreTokenization { whole_words_first: true, ..plain(sequence(vec![split(LLAMA3)?, bytes(false)])) }
        }
        "smaug-bpe" => plain(sequence(vec![split(LLAMA3)?, bytes(false)])),
        "smollm" => plain(sequence(vec![Digits::new(true).into(), bytes(true)])),
        "deepseek-llm" | "deepseek-coder" => plain(deepseek()?),
        "gpt-2" | "gpt2" => plain(bytes(true)),
        other => return Err(format!("its text is cut in the way {other:?}, which is not known")),
    })
}

fn deepseek() -> Result<PreTokenizerWrapper, String> {
    let cuts = [r"[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", r"[一-龥ࠀ-一가-퟿]+"];
    let mut steps = cuts.into_iter().map(split).collect::<Result<Vec<_>, _>>()?;
    steps.extend([Digits::new(true).into(), bytes(false)]);
    Ok(sequence(steps))
}

fn bytes(gpt2_words: bool) -> PreTokenizerWrapper {
    ByteLevel::new(false, true, gpt2_words).into()
}

fn split(expression: &str) -> Result<PreTokenizerWrapper, String> {
    let pattern = SplitPattern::Regex(expression.to_owned());
    Split::new(pattern, Isolated, false).map(Into::into).map_err(|error| error.to_string())
}

fn sequence(steps: Vec<PreTokenizerWrapper>) -> PreTokenizerWrapper {
    Sequence::new(steps).into()
}
