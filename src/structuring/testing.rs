//! Transcripts for tests, from lines like `D: …` and `P: …`.

use super::{
    Visit, facts,
    verify::{Checker, Verdict},
};
use crate::{
    domain::{Role, SectionKind, Transcript, Utterance},
    terminology::DrugTable,
};

/// `D:` is the clinician, `P:` the patient, `O:` another person.
pub(crate) fn transcript(lines: &str) -> Transcript {
    let utterance = |(index, line): (usize, &str)| {
        let (label, text) = line.split_once(": ").expect("a line has a label");
        let (speaker, role) = match label.trim() {
            "D" => ("S1", Role::Clinician),
            "P" => ("S2", Role::Patient),
            "O" => ("S3", Role::Other),
            _ => ("S4", Role::Unknown),
        };
        Utterance {
            id: format!("u{}", index + 1),
            speaker: speaker.to_owned(),
            role,
            text: text.into(),
            ..Utterance::default()
        }
    };
    let utterances = lines.lines().filter(|line| !line.trim().is_empty()).enumerate().map(utterance).collect();
    Transcript { utterances, ..Transcript::default() }
}

/// What becomes of one statement of any note about `visit`.
pub(crate) fn check(visit: &Transcript, statement: &str, kind: SectionKind) -> Verdict {
    let facts = facts::facts(visit, DrugTable::bundled());
    Checker::new(&Visit::new(visit), &facts, None).check(statement, Some(kind))
}

/// A model whose tokens are words, and which must not be asked anything.
pub(crate) struct CountingModel;

impl crate::inference::TextModel for CountingModel {
    fn model_ref(&self) -> &crate::domain::ModelRef {
        unreachable!("this model only counts")
    }

    fn context_tokens(&self) -> usize {
        unreachable!("this model only counts")
    }

    fn count_tokens(&self, text: &str) -> Result<usize, crate::inference::InferenceError> {
        Ok(text.split_whitespace().count())
    }

    fn generate(
        &self,
        _: &crate::inference::GenerateRequest,
        _: crate::domain::Progress<'_>,
    ) -> Result<crate::inference::Generated, crate::inference::InferenceError> {
        unreachable!("this model only counts")
    }

    fn choose(&self, _: &crate::inference::Prompt, _: &[String]) -> Result<Vec<f32>, crate::inference::InferenceError> {
        unreachable!("this model only counts")
    }
}
