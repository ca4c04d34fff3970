//! The shipped prompts of `prompts/sections/1/`. A shipped version is never edited: a new one is added.

use serde_json::Value;

use crate::{
    config::Template,
    domain::{PromptRef, SectionKind},
    inference::{GenerateRequest, Prompt},
    structuring::Style,
};

/// The version in use.
const VERSION: &str = "1";

/// The same of `prompts/examples/`.
const EXAMPLES_VERSION: &str = "1";

const SYSTEM: &str = include_str!("../../../prompts/sections/1/system.txt");

/// Shows the form of a history that the clinician wrote before a question.
const WITH_FORM: &str = include_str!("../../../prompts/examples/1/history.txt");

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
    section_prompt!(HistoryOfPresentIllness, "history_of_present_illness", 220),
    section_prompt!(PastHistory, "past_history", 120),
    section_prompt!(SocialHistory, "social_history", 120),
    section_prompt!(FamilyHistory, "family_history", 120),
    section_prompt!(PhysicalExam, "physical_exam", 200),
    section_prompt!(Results, "results", 160),
    section_prompt!(Assessment, "assessment", 110),
    section_prompt!(Plan, "plan", 280),
];

impl SectionPrompt {
    /// The question, with what `template` adds to it; that for the history with the `form` of another.
    pub fn question(&self, template: &Template, form: Option<&str>) -> String {
        let added = template.instructions.get(&self.kind).map(|text| format!(" {}", text.trim()));
        let question = format!("{}{}", self.question.trim(), added.unwrap_or_default());
        match form.filter(|_| self.kind == SectionKind::HistoryOfPresentIllness) {
            None => question,
            Some(form) => WITH_FORM.trim().replace("{question}", &question).replace("{form}", form),
        }
    }

    /// Characters of an item, or of the paragraph, at most: there its schema ends it, wherever that is in a sentence.
    pub fn longest(&self) -> usize {
        let schema: Value = serde_json::from_str(self.schema).expect("a shipped schema is JSON");
        let longest = |place: &str| schema.pointer(place).and_then(Value::as_u64);
        let found = longest("/properties/items/items/maxLength").or_else(|| longest("/properties/text/maxLength"));
        found.map_or(usize::MAX, |longest| longest as usize)
    }

    /// The request that puts `question` about `shared`, the transcript as lines.
    pub fn request(&self, shared: &str, question: &str) -> GenerateRequest {
        let schema: Value = serde_json::from_str(self.schema).expect("a shipped schema is JSON");
        GenerateRequest { prompt: prompt(shared, question), schema: Some(schema), max_tokens: self.max_tokens }
    }
}

/// The words around the transcript where `question` is put: what a part of it must leave room for.
pub fn frame(question: &str) -> String {
    format!("{}{INTRODUCTION}{question}", system())
}

const INTRODUCTION: &str = "Visit transcript:\n";

/// A question about the transcript; all of them begin alike, so that the model reads the transcript once.
pub fn prompt(shared: &str, question: &str) -> Prompt {
    Prompt { system: system().to_owned(), shared: format!("{INTRODUCTION}{shared}\n\n"), question: question.to_owned() }
}

fn system() -> &'static str {
    SYSTEM.trim()
}

/// What the provenance of a note in `style` says about these prompts.
pub fn prompt_refs(style: &Style<'_>) -> Vec<PromptRef> {
    let shipped = |task: &str, version: &str| PromptRef { task: task.to_owned(), version: version.to_owned() };
    let always = [shipped("sections", VERSION), shipped("templates", &style.template.version)];
    always.into_iter().chain(style.examples.map(|_| shipped("examples", EXAMPLES_VERSION))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_is_asked_for_what_is_not_written_from_facts() {
        let asked: Vec<SectionKind> = PROMPTS.iter().map(|prompt| prompt.kind).collect();
        let left: Vec<SectionKind> = SectionKind::ALL.into_iter().filter(|kind| !kind.is_from_facts()).collect();
        assert_eq!(asked, left);
    }

    #[test]
    fn a_template_adds_a_sentence_to_its_sections_and_an_example_a_form_to_the_history() {
        let template = Template::load("telehealth").expect("it is shipped");
        let question = |kind| {
            let prompt = PROMPTS.iter().find(|prompt| prompt.kind == kind).expect("it is asked for");
            prompt.question(&template, Some("___ is a ___."))
        };
        let exam = question(SectionKind::PhysicalExam);
        assert!(
            exam.starts_with("Write the PHYSICAL EXAMINATION section") && exam.ends_with("over the line."),
            "{exam}"
        );
        assert!(question(SectionKind::Plan).ends_with("advises."), "{}", question(SectionKind::Plan));
        let history = question(SectionKind::HistoryOfPresentIllness);
        assert!(history.contains("___ is a ___.") && history.contains("Write the HISTORY OF"), "{history}");
        assert!(!exam.contains("___"), "{exam}");
    }
}
