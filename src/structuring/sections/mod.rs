//! The sections that the language model writes, each asked for by itself and only where the transcript touches on it.
//!
//! The model is not asked where a line comes from: naming utterances first made a small model copy them, and numbers
//! that it names afterwards are guesses. `verify` finds what supports each line, or takes it out.

mod answers;
mod gates;
mod parts;
mod prompts;

use parts::Part;
pub use prompts::prompt_ref;
use prompts::{PROMPTS, SectionPrompt};

use super::{facts::Facts, text};
use crate::{
    domain::{Evidence, Progress, SectionKind, Transcript},
    inference::{InferenceError, Prompt, TextModel},
};

/// Tokens for what the chat template adds around a prompt.
const TEMPLATE_TOKENS: usize = 64;

/// A line that the model wrote, not yet checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The section it was written for.
    pub kind: SectionKind,
    /// One sentence or list line.
    pub text: crate::domain::PatientText,
}

/// All that the model wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sections {
    /// In the order of the note.
    pub written: Vec<Written>,
    /// Whether an answer was cut off, so that something may be missing.
    pub truncated: bool,
}

/// Asks `model` for each section of the note about `transcript` that `facts` leave anything to say in.
pub fn write(
    transcript: &Transcript,
    facts: &Facts,
    model: &dyn TextModel,
    progress: Progress<'_>,
) -> Result<Sections, InferenceError> {
    let prompts: Vec<&SectionPrompt> =
        PROMPTS.iter().filter(|prompt| gates::worth_asking(prompt.kind, transcript, facts)).collect();
    let parts = parts::parts(transcript, model, budget(model)?)?;
    let total = (prompts.len() * parts.len()) as f32;
    let mut sections = Sections::default();
    let mut by_kind: Vec<Vec<String>> = vec![Vec::new(); prompts.len()];
    // Part by part, so that the model reads each part once for all its questions.
    for (at_part, part) in parts.iter().enumerate() {
        for (at, prompt) in prompts.iter().enumerate() {
            // Why the patient came is said at the beginning.
            if prompt.kind == SectionKind::ChiefComplaint && !by_kind[at].is_empty() {
                continue;
            }
            let (items, complete) = ask(prompt, part, model)?;
            sections.truncated |= !complete;
            merge(&mut by_kind[at], items);
            progress((at_part * prompts.len() + at + 1) as f32 / total);
        }
    }
    for (prompt, items) in prompts.iter().zip(by_kind) {
        let written = |item: String| Written { kind: prompt.kind, text: item.into() };
        sections.written.extend(items.into_iter().map(written));
    }
    Ok(sections)
}

/// Another question about `transcript`, with the same beginning as those of the sections. Where the transcript does not
/// fit beside the question and `answer_tokens`, the quotes of `evidence` stand for it.
pub fn question_about(
    transcript: &Transcript,
    evidence: &[Evidence],
    question: &str,
    answer_tokens: usize,
    model: &dyn TextModel,
) -> Result<Prompt, InferenceError> {
    let whole = parts::parts(transcript, model, budget(model)?)?;
    if let [part] = whole.as_slice() {
        let prompt = prompts::prompt(&part.text(), question);
        let tokens = model.count_tokens(&format!("{}{}{}", prompt.system, prompt.shared, prompt.question))?;
        if tokens + answer_tokens + TEMPLATE_TOKENS <= model.context_tokens() {
            return Ok(prompt);
        }
    }
    let quotes: Vec<&str> =
        evidence.iter().filter_map(|one| one.quote.as_ref()).map(|quote| quote.as_str()).take(12).collect();
    Ok(prompts::prompt(&quotes.join("\n"), question))
}

/// Tokens that a part of the transcript may have: what the longest question and its answer leave of the context.
fn budget(model: &dyn TextModel) -> Result<usize, InferenceError> {
    let mut frame = 0;
    for prompt in &PROMPTS {
        frame = frame.max(model.count_tokens(&prompt.frame())? + prompt.max_tokens);
    }
    Ok(model.context_tokens().saturating_sub(frame + TEMPLATE_TOKENS).max(1))
}

/// The clean items of one answer, and whether it was whole. One that was cut off is asked for again in two halves of the
/// part, once.
fn ask(prompt: &SectionPrompt, part: &Part, model: &dyn TextModel) -> Result<(Vec<String>, bool), InferenceError> {
    let (items, complete) = ask_once(prompt, part, model)?;
    if complete {
        return Ok((items, true));
    }
    let Some(halves) = part.halves() else { return Ok((items, false)) };
    let mut merged = items;
    let mut whole = true;
    for half in &halves {
        let (items, complete) = ask_once(prompt, half, model)?;
        merge(&mut merged, items);
        whole &= complete;
    }
    Ok((merged, whole))
}

fn ask_once(prompt: &SectionPrompt, part: &Part, model: &dyn TextModel) -> Result<(Vec<String>, bool), InferenceError> {
    let answer = model.generate(&prompt.request(&part.text()))?;
    let raw = answers::one_by_one(answers::items(&answer.text), prompt.kind);
    let mut items = Vec::new();
    merge(&mut items, raw.iter().filter_map(|item| answers::tidy(item, prompt.kind)).collect());
    // An answer that ran on because it repeats itself had nothing more to say.
    let looped = items.len() < raw.len();
    Ok((items, answer.complete || looped))
}

/// Adds the items that say something new.
fn merge(known: &mut Vec<String>, items: Vec<String>) {
    for item in items {
        if !known.iter().any(|one| says_the_same(one, &item)) {
            known.push(item);
        }
    }
}

/// Whether two lines have the same content words and the same numbers.
pub(crate) fn says_the_same(one: &str, other: &str) -> bool {
    let key = |line: &str| {
        let mut words = text::content_stems(line);
        words.extend(super::facts::numbers::numbers(line).iter().map(|number| format!("{}", number.value)));
        words.extend(super::facts::context::has_negation(line).then(|| "not".to_owned()));
        words.sort();
        words.dedup();
        words
    };
    key(one) == key(other)
}
