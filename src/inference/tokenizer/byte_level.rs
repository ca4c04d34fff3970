//! Byte-level BPE, as GPT-2 introduced it: every byte is written as a printable character, and merges are listed.

use std::{collections::HashMap, sync::LazyLock};

use tokenizers::{
    decoders::byte_level::ByteLevel,
    models::bpe::{BPE, Vocab},
};

use super::{Vocabulary, pre, strings};
use crate::inference::gguf::GgufFile;

/// The tokenizer of a file whose `tokenizer.ggml.model` is `gpt2`.
pub(super) fn build(file: &GgufFile, vocabulary: &Vocabulary) -> Result<tokenizers::Tokenizer, String> {
    let merges: Option<Vec<(String, String)>> = strings(file.list("tokenizer.ggml.merges"))
        .iter()
        .map(|merge| merge.split_once(' ').map(|(left, right)| (left.to_owned(), right.to_owned())))
        .collect();
    let merges = merges.ok_or("its merges are not pairs")?;
    let ids: Vocab = vocabulary.texts.iter().enumerate().map(|(id, text)| (text.clone(), id as u32)).collect();
    let split = pre::by_name(file.text("tokenizer.ggml.pre").unwrap_or("gpt-2"))?;
    let model = BPE::builder().vocab_and_merges(ids, merges).ignore_merges(split.whole_words_first).build();
    let mut tokenizer = tokenizers::Tokenizer::new(model.map_err(|error| error.to_string())?);
    if let Some(normalizer) = split.normalizer {
        tokenizer.with_normalizer(Some(normalizer));
    }
    tokenizer.with_pre_tokenizer(Some(split.pre_tokenizer));
    tokenizer.with_decoder(Some(ByteLevel::default()));
    Ok(tokenizer)
}

/// The bytes that the characters of `token` stand for; a character that stands for none is taken as it is.
pub(super) fn bytes(token: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(token.len());
    for character in token.chars() {
        match BYTES.get(&character) {
            Some(byte) => bytes.push(*byte),
            None => bytes.extend(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
}

/// GPT-2's table: printable Latin-1 stands for itself, and the other bytes for the characters from U+0100 on, in order.
static BYTES: LazyLock<HashMap<char, u8>> = LazyLock::new(|| {
    let printable = |byte: &u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    let moved = (0..=255u8).filter(|byte| !printable(byte)).zip('\u{100}'..).map(|(byte, stand_in)| (stand_in, byte));
    (0..=255u8).filter(printable).map(|byte| (char::from(byte), byte)).chain(moved).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_one_character() {
        let mut bytes: Vec<u8> = BYTES.values().copied().collect();
        bytes.sort_unstable();
        assert_eq!(bytes, (0..=255).collect::<Vec<u8>>());
    }

    #[test]
    fn a_token_becomes_the_bytes_it_stands_for() {
        assert_eq!(bytes("ĠcafÃ©Ċ"), " café\n".as_bytes());
    }
}
