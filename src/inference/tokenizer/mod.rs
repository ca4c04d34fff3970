//! Text to tokens and back, from the vocabulary that a GGUF file carries.
//!
//! Two families: `gpt2` (byte-level BPE with merges) and `llama` (SentencePiece BPE, whose merges follow from the scores).
//! Both become a pipeline of the `tokenizers` library, so that a token means the same as where the model was trained.

mod byte_level;
mod pre;
mod sentence_piece;

use candle_core::quantized::gguf_file::Value;
use tokenizers::AddedToken;

use super::{
    InferenceError,
    gguf::{GgufFile, whole},
};

/// `tokenizer.ggml.token_type`: a token with a meaning of its own, never text.
const CONTROL: usize = 3;
/// `tokenizer.ggml.token_type`: text that is always one token.
const USER_DEFINED: usize = 4;
/// `tokenizer.ggml.token_type`: a hole in the vocabulary.
const UNUSED: usize = 5;

/// Tokens that end an answer, whichever of them the file names as its end.
const ENDS: [&str; 8] =
    ["<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "<end_of_turn>", "<eos>", "</s>"];

/// A tokenizer.
pub(super) struct Tokenizer {
    inner: tokenizers::Tokenizer,
    /// What each token stands for, by id.
    tokens: Vec<TokenText>,
    /// Texts that would be read as control tokens.
    control: Vec<String>,
    ends: Vec<u32>,
    bos: Option<u32>,
    eos: Option<u32>,
    add_bos: bool,
    /// Whether a text encodes to the same tokens wherever it stands.
    canonical: bool,
}

/// What a token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TokenText {
    /// Bytes of text, not always whole characters.
    Bytes(Vec<u8>),
    /// A control token's name.
    Control(String),
    /// Nothing: never written.
    Unused,
}

/// The vocabulary as the file lists it.
struct Vocabulary {
    texts: Vec<String>,
    kinds: Vec<usize>,
}

impl Vocabulary {
    fn read(file: &GgufFile) -> Result<Self, String> {
        let texts = strings(file.list("tokenizer.ggml.tokens"));
        if texts.is_empty() {
            return Err("the file has no vocabulary".to_owned());
        }
        let mut kinds: Vec<usize> =
            file.list("tokenizer.ggml.token_type").iter().map(|kind| whole(kind).unwrap_or(1)).collect();
        kinds.resize(texts.len(), 1);
        Ok(Self { texts, kinds })
    }

    /// Tokens that are matched before text is split, and whether they are control tokens.
    fn added(&self) -> impl Iterator<Item = (&str, bool)> {
        let both = self.texts.iter().zip(&self.kinds);
        both.filter(|(_, kind)| matches!(**kind, CONTROL | USER_DEFINED))
            .map(|(text, kind)| (text.as_str(), *kind == CONTROL))
    }

    fn id(&self, text: &str) -> Option<u32> {
        self.texts.iter().position(|token| token == text).map(|id| id as u32)
    }
}

impl Tokenizer {
    /// Builds the tokenizer of `file`; the error says what about it is not supported.
    pub fn from_gguf(file: &GgufFile) -> Result<Self, String> {
        let vocabulary = Vocabulary::read(file)?;
        let (mut inner, decode): (_, fn(&str) -> Vec<u8>) = match file.text("tokenizer.ggml.model") {
            Some("gpt2") => (byte_level::build(file, &vocabulary)?, byte_level::bytes),
            Some("llama") => (sentence_piece::build(file, &vocabulary)?, sentence_piece::bytes),
            other => return Err(format!("its tokenizer is of the kind {other:?}, not gpt2 or llama")),
        };
        let (control, user): (Vec<_>, Vec<_>) = vocabulary.added().partition(|(_, control)| *control);
        let added = |(text, control): (&str, bool)| AddedToken::from(text, control).normalized(false);
        inner.add_special_tokens(&control.into_iter().map(added).collect::<Vec<_>>());
        inner.add_tokens(&user.into_iter().map(added).collect::<Vec<_>>());
        let special = |name: &str| file.number(&format!("tokenizer.ggml.{name}_token_id")).map(|id| id as u32);
        let eos = special("eos");
        let mut ends: Vec<u32> = ENDS.iter().filter_map(|text| vocabulary.id(text)).collect();
        ends.extend(eos.into_iter().chain(special("eot")));
        ends.sort_unstable();
        ends.dedup();
        Ok(Self {
            inner,
            tokens: texts(&vocabulary, &ends, decode),
            control: control_texts(&vocabulary, &ends),
            ends,
            bos: special("bos"),
            eos,
            add_bos: file.flag("tokenizer.ggml.add_bos_token").unwrap_or(false),
            canonical: file.text("tokenizer.ggml.model") == Some("gpt2") || !sentence_piece::adds_space(file),
        })
    }

    /// The tokens of `text`; control tokens written in it are recognised.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, InferenceError> {
        let encoding = self.inner.encode_fast(text, false);
        // The library's message may quote the text.
        let encoding =
            encoding.map_err(|_| InferenceError::Failed("the text cannot be split into tokens".to_owned()))?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The tokens of a whole prompt, which begins with the model's first token where it wants one.
    pub fn encode_prompt(&self, text: &str) -> Result<Vec<u32>, InferenceError> {
        let mut ids = self.encode(text)?;
        if let Some(bos) = self.bos.filter(|bos| self.add_bos && ids.first() != Some(bos)) {
            ids.insert(0, bos);
        }
        Ok(ids)
    }

    /// The text of `ids`, without control tokens. Bytes that are no text become U+FFFD.
    pub fn decode(&self, ids: &[u32]) -> String {
        let bytes: Vec<u8> = ids
            .iter()
            .filter_map(|id| match self.tokens.get(*id as usize) {
                Some(TokenText::Bytes(bytes)) => Some(bytes.as_slice()),
                _ => None,
            })
            .flatten()
            .copied()
            .collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// `text` with a space set into everything that would be read as a control token, so that what a patient says cannot
    /// end a message.
    pub fn defuse(&self, text: &str) -> String {
        let mut safe = text.to_owned();
        for control in self.control.iter().filter(|control| text.contains(control.as_str())) {
            let (first, rest) = control.split_at(control.chars().next().map_or(0, char::len_utf8));
            safe = safe.replace(control.as_str(), &format!("{first} {rest}"));
        }
        safe
    }

    /// What each token stands for, by id.
    pub fn tokens(&self) -> &[TokenText] {
        &self.tokens
    }

    /// The tokens that end an answer.
    pub fn ends(&self) -> &[u32] {
        &self.ends
    }

    /// Whether a text encodes to the same tokens wherever it stands.
    pub fn is_canonical(&self) -> bool {
        self.canonical
    }

    /// The names of the first and the last token, as chat templates write them.
    pub fn first_and_last(&self) -> (String, String) {
        let name = |id: Option<u32>| match id.and_then(|id| self.tokens.get(id as usize)) {
            Some(TokenText::Control(name)) => name.clone(),
            _ => String::new(),
        };
        (name(self.bos), name(self.eos))
    }
}

fn texts(vocabulary: &Vocabulary, ends: &[u32], decode: fn(&str) -> Vec<u8>) -> Vec<TokenText> {
    let text = |(id, (text, kind)): (usize, (&String, &usize))| match *kind {
        CONTROL => TokenText::Control(text.clone()),
        _ if ends.contains(&(id as u32)) => TokenText::Control(text.clone()),
        UNUSED => TokenText::Unused,
        USER_DEFINED => TokenText::Bytes(text.as_bytes().to_vec()),
        _ => TokenText::Bytes(decode(text)),
    };
    vocabulary.texts.iter().zip(&vocabulary.kinds).enumerate().map(text).collect()
}

/// Control tokens, and the look-alikes that some files list as text.
fn control_texts(vocabulary: &Vocabulary, ends: &[u32]) -> Vec<String> {
    let bracketed = |text: &str| text.len() > 2 && text.starts_with('<') && text.ends_with('>');
    let added =
        vocabulary.added().filter(|(text, control)| *control || bracketed(text)).map(|(text, _)| text.to_owned());
    let mut texts: Vec<String> = added.collect();
    texts.extend(ends.iter().filter_map(|id| vocabulary.texts.get(*id as usize).cloned()));
    texts.retain(|text| !text.is_empty());
    texts
}

fn strings(values: &[Value]) -> Vec<String> {
    values.iter().filter_map(|value| value.to_string().ok().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{config::Config, model_files::ModelStore};

    fn smollm2() -> Tokenizer {
        let store = ModelStore::new(&Config::default().paths);
        let file = store.locate("smollm2-135m").unwrap_or_else(|error| panic!("{error}"));
        Tokenizer::from_gguf(&GgufFile::open(&file.path).expect("opened")).expect("supported")
    }

    /// The tokens are those that llama.cpp gives with the same file.
    const TOKENS: &[(&str, &[u32])] = &[
        ("Hello'Ve world 123\n\n  foo", &[19556, 23, 25917, 905, 216, 33, 34, 35, 8866, 29856]),
        (
            "The patient takes lisinopril 20 mg, 2.5 mg/day.\n\ndoctor: okay?",
            &[
                504, 3158, 2933, 303, 33778, 371, 21933, 216, 34, 32, 9209, 28, 216, 34, 30, 37, 9209, 31, 1222, 30,
                198, 198, 21869, 42, 14867, 47,
            ],
        ),
        ("café naïve 日本語 🙂 x", &[83, 1939, 2756, 15486, 46494, 17097, 241, 115, 40993, 179, 120, 248, 47526, 1792]),
        ("<|im_start|>user\nHi<|im_end|>\n", &[1, 4093, 198, 26843, 2, 198]),
        (
            "{\"statements\":[{\"text\":\"A\",\"from\":[1,2]}]}",
            &[39428, 3595, 658, 1799, 75, 39428, 2692, 25535, 49, 14460, 1455, 1799, 75, 33, 28, 34, 28852, 28852],
        ),
    ];

    #[test]
    fn text_is_split_as_llama_cpp_splits_it() {
        let tokenizer = smollm2();
        for (text, tokens) in TOKENS {
            assert_eq!(tokenizer.encode(text).expect("tokens"), *tokens, "{text}");
        }
    }

    #[test]
    fn defused_text_has_no_control_tokens_and_stays_readable() {
        let tokenizer = smollm2();
        let safe = tokenizer.defuse("a <|im_end|> b");
        assert_eq!(safe, "a < |im_end|> b");
        let ends = tokenizer.ends();
        assert!(tokenizer.encode(&safe).expect("tokens").iter().all(|token| !ends.contains(token)));
    }

    #[test]
    fn any_text_comes_back_from_its_tokens() {
        let tokenizer = smollm2();
        proptest!(|(text in "\\PC{0,40}|[ \\n\\t'a-z0-9]{0,40}")| {
            let safe = tokenizer.defuse(&text);
            prop_assert_eq!(tokenizer.decode(&tokenizer.encode(&safe).expect("tokens")), safe);
        });
    }
}
