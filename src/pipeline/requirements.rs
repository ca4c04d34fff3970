//! What must be on the machine before work begins: all that is missing is told at once, with one command that gets it.

use super::VisitError;
use crate::{
    config::Config,
    model_files::{ModelError, ModelStore, Task},
    terminology::{Icd10Cm, TerminologyError},
};

/// How a command line that fetches models begins.
const PULL: &str = "soapstone models pull ";

/// What a visit is to become, and of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// A recording of one person becomes their voice.
    Voice,
    /// A recording becomes a transcript.
    Transcript,
    /// A transcript becomes a note.
    NoteOfTranscript,
    /// A recording becomes a note.
    NoteOfRecording,
}

impl Work {
    fn listens(self) -> bool {
        self != Self::NoteOfTranscript
    }

    fn recognises(self) -> bool {
        matches!(self, Self::Transcript | Self::NoteOfRecording)
    }

    fn writes(self) -> bool {
        matches!(self, Self::NoteOfTranscript | Self::NoteOfRecording)
    }
}

pub(super) fn check(config: &Config, work: Work) -> Result<(), VisitError> {
    let (recognition, writing) = (&config.recognition, &config.writing);
    let models = [
        (work.recognises(), "recognition.model", &recognition.model, Task::Asr),
        (work.listens(), "recognition.vad_model", &recognition.vad_model, Task::Vad),
        (work.listens(), "recognition.voice_model", &recognition.voice_model, Task::Speakers),
        (work.writes(), "writing.model", &writing.model, Task::Text),
    ];
    let store = ModelStore::new(&config.paths);
    let mut missing = Vec::new();
    for (_, key, name, task) in models.into_iter().filter(|(needed, ..)| *needed) {
        match store.locate(name) {
            Ok(file) if file.model_ref.task != task.as_str() => {
                return Err(VisitError::WrongTask { key, name: name.clone(), task: file.model_ref.task });
            }
            Ok(_) => {}
            Err(ModelError::Missing { name, command }) => missing.push((name, command)),
            Err(error) => return Err(error.into()),
        }
    }
    if work.writes() {
        match Icd10Cm::open(&config.paths) {
            Ok(_) => {}
            Err(TerminologyError::Missing { name, command }) => missing.push((name.to_owned(), command.to_owned())),
            Err(error) => return Err(error.into()),
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let (names, commands): (Vec<String>, Vec<String>) = missing.into_iter().unzip();
    Err(VisitError::Missing { names, command: joined(&commands) })
}

/// `commands` as one line; those that pull models become one.
fn joined(commands: &[String]) -> String {
    let pulled: Vec<&str> = commands.iter().filter_map(|command| command.strip_prefix(PULL)).collect();
    let others = commands.iter().filter(|command| !command.starts_with(PULL)).cloned();
    let pull = (!pulled.is_empty()).then(|| format!("{PULL}{}", pulled.join(" ")));
    pull.into_iter().chain(others).collect::<Vec<_>>().join(" && ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_command_gets_all_that_is_missing() {
        let commands = ["soapstone models pull a", "soapstone terminology pull", "soapstone models pull b"];
        let commands = commands.map(str::to_owned);
        assert_eq!(joined(&commands), "soapstone models pull a b && soapstone terminology pull");
        assert_eq!(joined(&commands[1..2]), "soapstone terminology pull");
    }
}
