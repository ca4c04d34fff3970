//! The byte-level vocabulary that a ggml Whisper file carries, from whichever file lies beside a CTranslate2 model.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;

/// Entries of the vocabulary: GPT-2's 50,256 and one more. Special tokens follow it; whisper.cpp numbers them itself.
const ENTRIES: usize = 50_257;

/// The part of a `tokenizer.json` that is needed.
#[derive(Deserialize)]
struct Tokenizer {
    model: TokenizerModel,
}

#[derive(Deserialize)]
struct TokenizerModel {
    vocab: HashMap<String, usize>,
}

/// Reads the vocabulary from `tokenizer.json`, `vocabulary.json` or `vocabulary.txt` in `folder`, in this order.
/// Each entry is the bytes that the token stands for; the index is its number. The error says what is wrong.
pub fn read(folder: &Path) -> Result<Vec<Vec<u8>>, String> {
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
    let tokens = if let Some(json) = text("tokenizer.json") {
        from_tokenizer(&json)?
    } else if let Some(json) = text("vocabulary.json") {
        serde_json::from_str(&json).map_err(|error| format!("vocabulary.json is not a list of tokens: {error}"))?
    } else if let Some(lines) = text("vocabulary.txt") {
        lines.lines().map(str::to_owned).collect()
    } else {
        return Err("no tokenizer.json, vocabulary.json or vocabulary.txt lies beside it".to_owned());
    };
    decode(&tokens)
}

fn from_tokenizer(json: &str) -> Result<Vec<String>, String> {
    let tokenizer: Tokenizer =
        serde_json::from_str(json).map_err(|error| format!("tokenizer.json cannot be read: {error}"))?;
    let mut tokens = vec![None; ENTRIES];
    for (token, number) in tokenizer.model.vocab {
        if let Some(place) = tokens.get_mut(number) {
            *place = Some(token);
        }
    }
    let missing = |number| format!("tokenizer.json has no token {number}");
    tokens.into_iter().enumerate().map(|(number, token)| token.ok_or_else(|| missing(number))).collect()
}

fn decode(tokens: &[String]) -> Result<Vec<Vec<u8>>, String> {
    let tokens = tokens.get(..ENTRIES).ok_or_else(|| format!("the vocabulary has only {} tokens", tokens.len()))?;
    let bytes = byte_of_char();
    let decode_one = |token: &String| token.chars().map(|c| bytes.get(&c).copied()).collect::<Option<Vec<u8>>>();
    let unknown = |token: &String| format!("the token {token:?} is not byte-level text");
    tokens.iter().map(|token| decode_one(token).ok_or_else(|| unknown(token))).collect()
}

/// GPT-2's table: printable Latin-1 bytes stand for themselves, the rest for characters from U+0100 on.
fn byte_of_char() -> HashMap<char, u8> {
    let printable = |byte: &u8| matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    let themselves = (0..=u8::MAX).filter(printable).map(|byte| (char::from(byte), byte));
    let shifted = ('\u{100}'..).zip((0..=u8::MAX).filter(|byte| !printable(byte)));
    themselves.chain(shifted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_its_character() {
        let table = byte_of_char();
        assert_eq!(table.len(), 256);
        assert_eq!(table[&'Ġ'], b' ');
        assert_eq!(table[&'Ċ'], b'\n');
        assert_eq!(table[&'ł'], 0xA0);
    }

    #[test]
    fn a_vocabulary_that_is_too_short_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("vocabulary.txt"), "a\nb\n").expect("written");
        assert_eq!(read(folder.path()), Err("the vocabulary has only 2 tokens".to_owned()));
    }

    #[test]
    fn a_folder_without_a_vocabulary_says_what_is_missing() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(read(folder.path()).expect_err("refused").contains("tokenizer.json"));
    }
}
