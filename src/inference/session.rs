//! One model answering questions, on the thread that owns it: the prompt, the cache of what it has read, the answer.

use std::{sync::Arc, time::Instant};

use super::{
    GenerateRequest, Generated, InferenceError, Prompt, READ_PER_WRITTEN, Usage,
    chat::ChatTemplate,
    grammar::{Constraint, Grammars},
    models::{LanguageModel, Part},
    tokenizer::Tokenizer,
};

/// Tokens of a prompt that are read at once: enough to use each weight often while it is at hand, few enough that what they
/// become between two layers stays small.
const BATCH: usize = 256;

/// A model with what is needed to talk to it.
pub(super) struct Session {
    pub model: Box<dyn LanguageModel>,
    pub tokenizer: Arc<Tokenizer>,
    pub template: ChatTemplate,
    pub grammars: Grammars,
    /// The most tokens that prompt and answer may have together.
    pub context: usize,
    /// The tokens in the model's cache, in order.
    pub read: Vec<u32>,
    /// How many of them were read as a prompt: the others may be rounded differently, and are read again if they come up in a
    /// later prompt, so that an answer does not depend on what was asked before.
    pub as_prompt: usize,
}

impl Session {
    /// Answers `request`; `progress` is told the fraction done, from 0 to 1.
    pub fn generate(&mut self, request: &GenerateRequest, progress: &dyn Fn(f32)) -> Result<Generated, InferenceError> {
        let begin = Instant::now();
        let mut constraint = request.schema.as_ref().map(|schema| self.grammars.constraint(schema)).transpose()?;
        let prompt = self.prompt(&request.prompt)?;
        let mut answer = Answer::new(request.max_tokens.min(self.context - prompt.len()));
        // What the schema begins with is read together with the prompt.
        answer.force(&mut constraint);
        let cached = self.rewind(&prompt);
        let unread = [&prompt[cached..], &answer.tokens].concat();
        let most = (unread.len() + READ_PER_WRITTEN * (answer.limit - answer.tokens.len())) as f32;
        let mut logits = self.read_prompt(&unread, &|read| progress(read as f32 / most))?;
        let forced = answer.tokens.len();
        let prompt_ms = elapsed_ms(begin);
        let begin = Instant::now();
        while !answer.ended {
            let next = answer.step(&logits, &mut constraint, self.tokenizer.ends())?;
            if !answer.ended {
                logits = self.read_on(&next, Part::Answer, &|_| {})?;
            }
            let written = answer.tokens.len() - forced;
            progress((unread.len() + READ_PER_WRITTEN * written) as f32 / most);
        }
        let usage = Usage {
            prompt_tokens: prompt.len(),
            cached_tokens: cached,
            generated_tokens: answer.tokens.len(),
            prompt_ms,
            generate_ms: elapsed_ms(begin),
        };
        Ok(Generated { text: self.tokenizer.decode(&answer.tokens), complete: answer.complete, usage })
    }

    /// The probabilities of `options`.
    pub fn choose(&mut self, prompt: &Prompt, options: &[String]) -> Result<Vec<f32>, InferenceError> {
        let first = |option: &String| -> Result<u32, InferenceError> {
            let tokens = self.tokenizer.encode(option)?;
            tokens.first().copied().ok_or_else(|| InferenceError::Failed("an option is empty".to_owned()))
        };
        let firsts = options.iter().map(first).collect::<Result<Vec<u32>, _>>()?;
        let mut distinct = firsts.clone();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() < firsts.len() || firsts.is_empty() {
            return Err(InferenceError::Failed("the options do not begin with different tokens".to_owned()));
        }
        let prompt = self.prompt(prompt)?;
        let cached = self.rewind(&prompt);
        let logits = self.read_prompt(&prompt[cached..], &|_| {})?;
        let scores: Vec<f32> = firsts.iter().map(|token| logits[*token as usize]).collect();
        softmax(&scores)
    }

    /// The tokens of `prompt`, or an error when they leave no room for an answer.
    fn prompt(&self, prompt: &Prompt) -> Result<Vec<u32>, InferenceError> {
        let defuse = |text: &str| self.tokenizer.defuse(text);
        let safe = Prompt {
            system: defuse(&prompt.system),
            shared: defuse(&prompt.shared),
            question: defuse(&prompt.question),
        };
        let tokens = self.tokenizer.encode_prompt(&self.template.prompt(&safe)?)?;
        if tokens.len() >= self.context {
            return Err(InferenceError::PromptTooLong { tokens: tokens.len(), limit: self.context - 1 });
        }
        Ok(tokens)
    }

    /// Forgets what the cache holds beyond its common beginning with `prompt`, and returns that beginning's length. The
    /// last token is always read again: its logits are wanted.
    fn rewind(&mut self, prompt: &[u32]) -> usize {
        let common = self.read.iter().zip(prompt).take_while(|(old, new)| old == new).count();
        let kept = common.min(self.as_prompt).min(prompt.len() - 1);
        self.read.truncate(kept);
        kept
    }

    fn read_prompt(&mut self, tokens: &[u32], read: &dyn Fn(usize)) -> Result<Vec<f32>, InferenceError> {
        let logits = self.read_on(tokens, Part::Prompt, read);
        self.as_prompt = self.read.len();
        logits
    }

    /// Reads `tokens`, and returns the logits after the last. `read` is told how many of them are read.
    fn read_on(&mut self, tokens: &[u32], part: Part, read: &dyn Fn(usize)) -> Result<Vec<f32>, InferenceError> {
        let mut logits = Vec::new();
        for (batches, batch) in (1..).zip(tokens.chunks(BATCH)) {
            let forward = self.model.forward(batch, self.read.len(), part);
            logits = forward.map_err(|error| InferenceError::Failed(error.to_string()))?;
            self.read.extend_from_slice(batch);
            read(tokens.len().min(batches * BATCH));
        }
        Ok(logits)
    }
}

/// An answer being written.
struct Answer {
    tokens: Vec<u32>,
    limit: usize,
    /// Nothing more will be written.
    ended: bool,
    /// It ended by itself.
    complete: bool,
}

impl Answer {
    fn new(limit: usize) -> Self {
        Self { tokens: Vec::new(), limit, ended: limit == 0, complete: false }
    }

    /// Takes what the constraint forces, as far as there is room.
    fn force(&mut self, constraint: &mut Option<Constraint>) {
        let Some(constraint) = constraint else { return };
        let forced = constraint.forced();
        let room = self.limit - self.tokens.len();
        self.tokens.extend(forced.iter().take(room));
        self.complete = constraint.is_done() && forced.len() <= room;
        self.ended = self.complete || self.tokens.len() == self.limit;
    }

    /// Writes the likeliest token and what is forced after it; returns what the model has not read yet.
    fn step(
        &mut self,
        logits: &[f32],
        constraint: &mut Option<Constraint>,
        ends: &[u32],
    ) -> Result<Vec<u32>, InferenceError> {
        let written = self.tokens.len();
        let token = match constraint {
            Some(constraint) => {
                let allowed = constraint.allowed()?;
                likeliest(logits, |token| allowed.is_allowed(token))?
            }
            None => likeliest(logits, |_| true)?,
        };
        if ends.contains(&token) {
            (self.ended, self.complete) = (true, true);
            return Ok(Vec::new());
        }
        self.tokens.push(token);
        self.ended = self.tokens.len() == self.limit;
        if let Some(constraint) = constraint {
            constraint.accept(token)?;
        }
        self.force(constraint);
        Ok(self.tokens[written..].to_vec())
    }
}

/// The token with the highest logit among those allowed; the lowest id among equals.
fn likeliest(logits: &[f32], allowed: impl Fn(u32) -> bool) -> Result<u32, InferenceError> {
    let mut best: Option<(u32, f32)> = None;
    for (token, &logit) in (0u32..).zip(logits) {
        if best.is_none_or(|(_, highest)| logit > highest) && allowed(token) && !logit.is_nan() {
            best = Some((token, logit));
        }
    }
    best.map(|(token, _)| token).ok_or_else(|| InferenceError::Failed("no token may follow".to_owned()))
}

fn softmax(scores: &[f32]) -> Result<Vec<f32>, InferenceError> {
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let weights: Vec<f32> = scores.iter().map(|score| (score - highest).exp()).collect();
    let sum: f32 = weights.iter().sum();
    if !sum.is_finite() {
        return Err(InferenceError::Failed("the probabilities are not numbers".to_owned()));
    }
    Ok(weights.iter().map(|weight| weight / sum).collect())
}

fn elapsed_ms(begin: Instant) -> u64 {
    begin.elapsed().as_millis() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_id_wins_among_equals() {
        assert_eq!(likeliest(&[1., 3., 3., f32::NAN], |_| true).expect("a token"), 1);
        assert_eq!(likeliest(&[1., 3., 3.], |token| token != 1).expect("a token"), 2);
        assert!(likeliest(&[f32::NAN], |_| true).is_err());
    }

    #[test]
    fn probabilities_sum_to_one() {
        let probabilities = softmax(&[100., 101., 99.]).expect("numbers");
        assert!((probabilities.iter().sum::<f32>() - 1.).abs() < 1e-6);
        assert!(softmax(&[f32::NAN]).is_err());
    }
}
