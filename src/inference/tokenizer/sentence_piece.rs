//! SentencePiece BPE (Llama 2, Gemma): spaces are written `▁`, unknown bytes `<0xNN>`, and merges follow from the scores.

use std::collections::HashMap;

use candle_core::quantized::gguf_file::Value;
use tokenizers::{
    models::bpe::{BPE, Vocab},
    normalizers::{NormalizerWrapper, Prepend, Replace, Sequence},
};

use super::Vocabulary;
use crate::inference::gguf::GgufFile;

const SPACE: &str = "▁";

/// The tokenizer of a file whose `tokenizer.ggml.model` is `llama`.
pub(super) fn build(file: &GgufFile, vocabulary: &Vocabulary) -> Result<tokenizers::Tokenizer, String> {
    let scores: Vec<f32> = file.list("tokenizer.ggml.scores").iter().filter_map(score).collect();
    if scores.len() != vocabulary.texts.len() {
        return Err("its vocabulary has no scores".to_owned());
    }
    let ids: Vocab = vocabulary.texts.iter().enumerate().map(|(id, text)| (text.clone(), id as u32)).collect();
    let unknown = file.number("tokenizer.ggml.unknown_token_id").and_then(|id| vocabulary.texts.get(id));
    let mut model =
        BPE::builder().vocab_and_merges(ids, merges(vocabulary, &scores)).byte_fallback(true).fuse_unk(true);
    if let Some(unknown) = unknown {
        model = model.unk_token(unknown.clone());
    }
    let mut tokenizer = tokenizers::Tokenizer::new(model.build().map_err(|error| error.to_string())?);
    let mut steps: Vec<NormalizerWrapper> = Vec::new();
    if adds_space(file) {
        steps.push(Prepend::new(SPACE.to_owned()).into());
    }
    steps.push(Replace::new(" ", SPACE).map_err(|error| error.to_string())?.into());
    tokenizer.with_normalizer(Some(Sequence::new(steps)));
    Ok(tokenizer)
}

/// Whether a text is encoded as if a space stood before it.
pub(super) fn adds_space(file: &GgufFile) -> bool {
    file.flag("tokenizer.ggml.add_space_prefix").unwrap_or(true)
}

/// The bytes that `token` stands for.
pub(super) fn bytes(token: &str) -> Vec<u8> {
    let byte = token.strip_prefix("<0x").and_then(|rest| rest.strip_suffix('>'));
    match byte.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
        Some(byte) => vec![byte],
        None => token.replace(SPACE, " ").into_bytes(),
    }
}

/// Every way to put a token together from two others, best score first: what SentencePiece does by scores, BPE does by
/// the order of its merges. As in the converter of Hugging Face's transformers, longer left parts go first among equals.
fn merges(vocabulary: &Vocabulary, scores: &[f32]) -> Vec<(String, String)> {
    let ids: HashMap<&str, usize> = vocabulary.texts.iter().enumerate().map(|(id, text)| (text.as_str(), id)).collect();
    let mut merges = Vec::new();
    for (text, score) in vocabulary.texts.iter().zip(scores) {
        for (cut, _) in text.char_indices().skip(1) {
            let (left, right) = text.split_at(cut);
            if let (Some(first), Some(second)) = (ids.get(left), ids.get(right)) {
                merges.push((*score, left, right, *first, *second));
            }
        }
    }
    merges.sort_by(|a, b| {
        let by_length = || (b.1.chars().count(), b.2.chars().count()).cmp(&(a.1.chars().count(), a.2.chars().count()));
        b.0.total_cmp(&a.0).then_with(by_length).then_with(|| (a.3, a.4).cmp(&(b.3, b.4)))
    });
    merges.into_iter().map(|(_, left, right, ..)| (left.to_owned(), right.to_owned())).collect()
}

fn score(value: &Value) -> Option<f32> {
    value.to_f32().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary(texts: &[&str]) -> Vocabulary {
        Vocabulary { texts: texts.iter().map(|text| (*text).to_owned()).collect(), kinds: vec![1; texts.len()] }
    }

    #[test]
    fn merges_come_in_the_order_of_the_scores() {
        let vocabulary = vocabulary(&["a", "b", "c", "ab", "bc", "abc"]);
        let merges = merges(&vocabulary, &[-1., -2., -3., -5., -4., -6.]);
        let pairs: Vec<_> = merges.iter().map(|(left, right)| (left.as_str(), right.as_str())).collect();
        assert_eq!(pairs, [("b", "c"), ("a", "b"), ("ab", "c"), ("a", "bc")]);
    }

    #[test]
    fn tokens_become_bytes() {
        assert_eq!(bytes("<0x0A>"), b"\n");
        assert_eq!(bytes("▁the"), b" the");
        assert_eq!(bytes("<0xZZ>"), b"<0xZZ>");
    }
}
