//! Answers that are valid against a JSON schema: at every step, which tokens may follow, and which must.
//!
//! A layer over sampling that knows nothing about what the text means. The grammar allows no white space between the
//! parts of the JSON: a small model that may write white space sometimes writes nothing else, and it costs time.

use std::sync::Arc;

use llguidance::{Matcher, ParserFactory, api::TopLevelGrammar};
use serde_json::{Value, json};
use toktrie::{InferenceCapabilities, SimpleVob, TokEnv, TokRxInfo, TokTrie, TokenizerEnv};

use super::{
    InferenceError,
    tokenizer::{TokenText, Tokenizer},
};

/// What constraints share: the vocabulary as a trie.
pub(super) struct Grammars {
    factory: ParserFactory,
}

struct Environment {
    trie: TokTrie,
    tokenizer: Arc<Tokenizer>,
}

impl TokenizerEnv for Environment {
    fn tok_trie(&self) -> &TokTrie {
        &self.trie
    }

    fn tokenize_bytes(&self, bytes: &[u8]) -> Vec<u32> {
        self.trie.tokenize_with_greedy_fallback(bytes, |text| self.tokenizer.encode(text).unwrap_or_default())
    }

    fn tokenize_is_canonical(&self) -> bool {
        self.tokenizer.is_canonical()
    }
}

impl Grammars {
    /// Prepares the vocabulary; the error says what is wrong with it.
    pub fn new(tokenizer: &Arc<Tokenizer>) -> Result<Self, String> {
        let end = *tokenizer.ends().first().ok_or("its vocabulary has no token that ends an answer")?;
        let words: Vec<Vec<u8>> = tokenizer.tokens().iter().map(word).collect();
        let trie = TokTrie::from(&TokRxInfo::new(words.len() as u32, end), &words).with_eos_tokens(tokenizer.ends());
        let environment: TokEnv = Arc::new(Environment { trie, tokenizer: Arc::clone(tokenizer) });
        let can = InferenceCapabilities { ff_tokens: true, ..InferenceCapabilities::default() };
        let slices = llguidance::earley::SlicedBiasComputer::general_slices();
        let mut factory =
            ParserFactory::new(&environment, can, &slices).map_err(|error| format!("its vocabulary: {error}"))?;
        factory.quiet();
        Ok(Self { factory })
    }

    /// The constraint that `schema` puts on an answer.
    pub fn constraint(&self, schema: &Value) -> Result<Constraint, InferenceError> {
        let mut schema = schema.clone();
        let Some(object) = schema.as_object_mut() else {
            return Err(InferenceError::Schema("it is not a JSON object".to_owned()));
        };
        object.insert("x-guidance".to_owned(), json!({"whitespace_flexible": false}));
        let parser = self.factory.create_parser(TopLevelGrammar::from_json_schema(schema));
        let parser = parser.map_err(|error| InferenceError::Schema(error.to_string()))?;
        Ok(Constraint { matcher: Matcher::new(Ok(parser)) })
    }
}

/// The trie marks control tokens with a byte that no text has.
fn word(token: &TokenText) -> Vec<u8> {
    match token {
        TokenText::Bytes(bytes) => bytes.clone(),
        TokenText::Control(name) => [&[TokTrie::SPECIAL_TOKEN_MARKER], name.as_bytes()].concat(),
        TokenText::Unused => Vec::new(),
    }
}

/// How far one answer has come in its grammar.
pub(super) struct Constraint {
    matcher: Matcher,
}

impl Constraint {
    /// The tokens that must follow now, taken as written.
    pub fn forced(&mut self) -> Vec<u32> {
        self.matcher.consume_ff_tokens()
    }

    /// Which tokens may follow.
    pub fn allowed(&mut self) -> Result<SimpleVob, InferenceError> {
        self.matcher.compute_mask_or_eos().map_err(|_| failed())
    }

    /// Takes `token` as written.
    pub fn accept(&mut self, token: u32) -> Result<(), InferenceError> {
        self.matcher.consume_token(token).map_err(|_| failed())
    }

    /// Whether the answer is whole.
    pub fn is_done(&self) -> bool {
        self.matcher.is_stopped() && !self.matcher.is_error()
    }
}

/// The library's messages quote the answer.
fn failed() -> InferenceError {
    InferenceError::Failed("the answer left its schema".to_owned())
}
