//! Notes from transcripts: facts scored on the spoken visits, and the model's lines checked.

mod coded;
mod coding;
pub mod examples;
mod facts;
mod notes;
mod planted;
mod scripted;
mod statements;

use soapstone::domain::{Role, Transcript, Utterance};

/// A transcript from lines like `D: …` and `P: …`.
fn transcript(lines: &str) -> Transcript {
    let utterance = |(index, line): (usize, &str)| {
        let (label, text) = line.split_once(": ").expect("a line has a label");
        let role = if label.trim() == "D" { Role::Clinician } else { Role::Patient };
        Utterance {
            id: format!("u{}", index + 1),
            speaker: label.trim().to_owned(),
            role,
            text: text.into(),
            ..Utterance::default()
        }
    };
    Transcript { utterances: lines.lines().enumerate().map(utterance).collect(), ..Transcript::default() }
}
