//! The shipped prompts of `prompts/sections/1/`. A shipped version is never edited: a new one is added.

use serde_json::Value;

use crate::{
    domain::{PromptRef, SectionKind},
    inference::{GenerateRequest, Prompt},
};

/// The version in use.
const VERSION: &str = "1";

const SYSTEM: &str = include_str!("../../../prompts/sections/1/system.txt");

/// A section that the model writes.
pub struct SectionPrompt {
    /// Which.
    pub kind: SectionKind,
    question: &'static str,
    schema: &'static str,
    /// Where its answer ends at the latest, in tokens: enough for as many items of ordinary length as its schema allows.
    pub max_tokens: usize,
}

macro_rules! section_prompt {
    ($kind:ident, $name:literal, $max_tokens:literal) => {
        SectionPrompt {
            kind: SectionKind::$kind,
            question: include_str!(concat!("../../../prompts/sections/1/", $name, ".txt")),
            schema: include_str!(concat!("../../../prompts/sections/1/", $name, ".schema.json")),
            max_tokens: $max_tokens,
        }
    };
}

/// The sections that the model writes, in the order of the note.
pub const PROMPTS: [SectionPrompt; 9] = [
    section_prompt!(ChiefComplaint, "chief_complaint", 48),
    section_prompt!(HistoryOfPresentIllness, "history_of_present_illness", 260),
    section_prompt!(PastHistory, "past_history", 120),
    section_prompt!(SocialHistory, "social_history", 120),
    section_prompt!(FamilyHistory, "family_history", 120),
    section_prompt!(PhysicalExam, "physical_exam", 200),
    section_prompt!(Results, "results", 160),
    section_prompt!(Assessment, "assessment", 110),
    section_prompt!(Plan, "plan", 280),
];

impl SectionPrompt {
    /// The request for this section about `shared`, the transcript as lines.
    pub fn request(&self, shared: &str) -> GenerateRequest {
        let schema: Value = serde_json::from_str(self.schema).expect("a shipped schema is JSON");
        GenerateRequest { prompt: self.prompt(shared), schema: Some(schema), max_tokens: self.max_tokens }
    }

    /// The words around the transcript: what a part of it must leave room for.
    pub fn frame(&self) -> String {
        format!("{}{INTRODUCTION}{}", system(), self.question)
    }

    fn prompt(&self, shared: &str) -> Prompt {
        prompt(shared, self.question.trim())
    }
}

const INTRODUCTION: &str = "Visit transcript:\n";

/// A question about the transcript; all of them begin alike, so that the model reads the transcript once.
pub fn prompt(shared: &str, question: &str) -> Prompt {
    Prompt { system: system().to_owned(), shared: format!("{INTRODUCTION}{shared}\n\n"), question: question.to_owned() }
}

fn system() -> &'static str {
    SYSTEM.trim()
}

/// What the provenance of a note says about these prompts.
pub fn prompt_ref() -> PromptRef {
    PromptRef { task: "sections".to_owned(), version: VERSION.to_owned() }
}
