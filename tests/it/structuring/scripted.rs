//! A text model that gives prepared answers: the outside world of the stages under test.

use std::sync::Mutex;

use soapstone::{
    domain::{ModelRef, Progress},
    inference::{GenerateRequest, Generated, InferenceError, Prompt, TextModel, Usage},
};

/// Answers a question by the first of its `answers` whose key the question holds; tokens are words.
pub struct ScriptedModel {
    model: ModelRef,
    context_tokens: usize,
    answers: Vec<(&'static str, &'static str)>,
    /// Questions whose answer counts as cut off.
    cut_off: Vec<&'static str>,
    /// The shared beginning and the question of every prompt, in order.
    pub asked: Mutex<Vec<(String, String)>>,
}

impl ScriptedModel {
    pub fn new(context_tokens: usize, answers: Vec<(&'static str, &'static str)>) -> Self {
        let model = ModelRef { task: "text".to_owned(), name: "scripted".to_owned(), sha256: String::new() };
        Self { model, context_tokens, answers, cut_off: Vec::new(), asked: Mutex::default() }
    }

    pub fn cutting_off(mut self, key: &'static str) -> Self {
        self.cut_off.push(key);
        self
    }
}

impl TextModel for ScriptedModel {
    fn model_ref(&self) -> &ModelRef {
        &self.model
    }

    fn context_tokens(&self) -> usize {
        self.context_tokens
    }

    fn count_tokens(&self, text: &str) -> Result<usize, InferenceError> {
        Ok(text.split_whitespace().count())
    }

    fn generate(&self, request: &GenerateRequest, progress: Progress<'_>) -> Result<Generated, InferenceError> {
        let Prompt { system, shared, question } = &request.prompt;
        let tokens: usize = [system, shared, question].iter().map(|text| text.split_whitespace().count()).sum();
        if tokens + request.max_tokens > self.context_tokens {
            return Err(InferenceError::PromptTooLong { tokens, limit: self.context_tokens });
        }
        self.asked.lock().expect("no test panics while it asks").push((shared.clone(), question.clone()));
        let answer =
            self.answers.iter().find(|(key, _)| question.contains(key)).map_or(r#"{"items":[]}"#, |(_, answer)| answer);
        let complete = !self.cut_off.iter().any(|key| question.contains(key));
        progress(0.5);
        Ok(Generated { text: answer.to_owned(), complete, usage: Usage::default() })
    }

    fn choose(&self, prompt: &Prompt, options: &[String]) -> Result<Vec<f32>, InferenceError> {
        self.asked.lock().expect("no test panics while it asks").push((prompt.shared.clone(), prompt.question.clone()));
        let rest = 0.1 / (options.len() - 1) as f32;
        Ok((0..options.len()).map(|at| if at == 0 { 0.9 } else { rest }).collect())
    }
}
