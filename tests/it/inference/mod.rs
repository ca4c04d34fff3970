//! The smallest real model, asked as a stage asks. What it says is nonsense often enough; that it is said in the shape asked
//! for, twice the same, and within its limits, is what counts.

mod answers;
mod limits;

use soapstone::{
    config::{Config, WritingConfig},
    inference::{Engine, Prompt},
    model_files::ModelStore,
};

/// SmolLM2-135M with a context of `tokens`.
fn engine(tokens: usize) -> Engine {
    let store = ModelStore::new(&Config::default().paths);
    let file = store.locate("smollm2-135m").unwrap_or_else(|error| panic!("{error}"));
    let config = WritingConfig { context_tokens: tokens, threads: 2, ..WritingConfig::default() };
    Engine::load(&file.path, file.model_ref, &config).expect("the model loads")
}

fn prompt(question: &str) -> Prompt {
    let shared = "doctor: What brings you in?\npatient: A cough for two weeks, and fever. I take lisinopril 20 mg.";
    Prompt { system: "You write medical notes.".to_owned(), shared: shared.to_owned(), question: question.to_owned() }
}
