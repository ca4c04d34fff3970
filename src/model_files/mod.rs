//! The weights: what there is ([`Manifest`]), what is on this machine ([`ModelStore`]), and how it comes here.
//!
//! Weights are never in the repository or the binary. Every file is checked against its SHA-256 before use, written under
//! a temporary name first, and an interrupted pull goes on where it stopped. A stage asks [`ModelStore::locate`] for a
//! file by its name and gets its path with the [`ModelRef`] that goes into results.

mod convert;
mod error;
mod fetch;
pub(crate) mod files;
mod import;
mod local;
mod manifest;
mod weights;

use std::path::{Path, PathBuf};

pub(crate) use convert::mel_filters;
pub use convert::{Ct2Error, Ct2Model, is_ct2_whisper};
pub use error::ModelError;
pub use local::{LocalList, LocalModel};
pub use manifest::{Convert, ConvertFormat, HubFile, Manifest, Model, Part, Source, Task, Wheels};

use crate::config::PathsConfig;
use crate::domain::{ModelRef, Progress};

/// The models on this machine.
#[derive(Debug, Clone)]
pub struct ModelStore {
    models: PathBuf,
    terminology: PathBuf,
}

/// A model that can be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFile {
    /// The file.
    pub path: PathBuf,
    /// Task, name and hash, as results record them.
    pub model_ref: ModelRef,
}

/// What reading a file through has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is the file of the manifest, or of the import.
    Intact,
    /// It is another.
    Changed {
        /// The hash it has.
        found: String,
        /// The command line that gets it again.
        command: String,
    },
}

/// What the store knows of one name: from the manifest, or from this machine's own list.
struct Known {
    name: String,
    task: Task,
    path: PathBuf,
    /// `None`: only a pull from the hub can tell.
    sha256: Option<String>,
    command: String,
}

impl ModelStore {
    /// The store in the folders of the configuration, which need not exist yet.
    pub fn new(paths: &PathsConfig) -> Self {
        Self { models: paths.models.clone(), terminology: paths.terminology.clone() }
    }

    /// The folder of the weights.
    pub fn dir(&self) -> &Path {
        &self.models
    }

    /// The file called `name`, checked. A file that is as it was when it was last hashed is not hashed again.
    pub fn locate(&self, name: &str) -> Result<ModelFile, ModelError> {
        let known = self.known(name)?;
        let Some(expected) = known.sha256.filter(|_| known.path.is_file()) else {
            return Err(ModelError::Missing { name: known.name, command: known.command });
        };
        let found = files::known_sha256(&known.path)?;
        if found != expected {
            return Err(ModelError::Damaged { path: known.path, expected, found, command: known.command });
        }
        let model_ref = ModelRef { task: known.task.as_str().to_owned(), name: known.name, sha256: found };
        Ok(ModelFile { path: known.path, model_ref })
    }

    /// Brings the file called `name` here, unless it is here already. `progress` goes from 0 to 1.
    pub fn pull(&self, name: &str, progress: Progress<'_>) -> Result<ModelFile, ModelError> {
        match self.locate(name) {
            Err(ModelError::Missing { .. } | ModelError::Damaged { .. }) => {}
            located => return located,
        }
        let model = Manifest::embedded().get(name).ok_or_else(|| self.unknown(name))?;
        fetch::fetch(model, self.folder(model.task), progress)?;
        self.locate(name)
    }

    /// Brings a file from elsewhere on this machine into the store: one that the manifest knows by its hash, a Whisper
    /// model in CTranslate2's form (the folder or its `model.bin`), or, with a `name`, any other whole GGUF or ggml
    /// file.
    pub fn import(&self, file: &Path, name: Option<&str>, progress: Progress<'_>) -> Result<ModelFile, ModelError> {
        import::import(self, file, name, progress)
    }

    /// Reads the file called `name` through, whatever was remembered of it. `None` when it is not on this machine.
    pub fn verify(&self, name: &str, progress: Progress<'_>) -> Result<Option<Verdict>, ModelError> {
        let known = self.known(name)?;
        if !known.path.is_file() {
            return Ok(None);
        }
        let found = files::sha256(&known.path, progress)?;
        files::remember(&known.path, &found)?;
        if known.sha256.as_ref() == Some(&found) {
            return Ok(Some(Verdict::Intact));
        }
        Ok(Some(Verdict::Changed { found, command: known.command }))
    }

    /// The models that someone imported here under names of their own.
    pub fn local_models(&self) -> Result<Vec<LocalModel>, ModelError> {
        let list = LocalList::read(&self.models)?;
        let own = |model: &&LocalModel| Manifest::embedded().get(&model.name).is_none();
        Ok(list.models().iter().filter(own).cloned().collect())
    }

    fn folder(&self, task: Task) -> &Path {
        match task {
            Task::Terminology => &self.terminology,
            Task::Asr | Task::Vad | Task::Speakers | Task::Text | Task::Embedding => &self.models,
        }
    }

    fn known(&self, name: &str) -> Result<Known, ModelError> {
        let list = LocalList::read(&self.models)?;
        let local = list.get(name);
        if let Some(model) = Manifest::embedded().get(name) {
            let path = self.folder(model.task).join(&model.file);
            let sha256 = model.sha256.clone().or_else(|| local.map(|local| local.sha256.clone()));
            return Ok(Known { name: name.to_owned(), task: model.task, path, sha256, command: model.pull_command() });
        }
        let local = local.ok_or_else(|| self.unknown(name))?;
        let command = format!("soapstone models import FILE --name {name}");
        let path = self.models.join(&local.file);
        let sha256 = Some(local.sha256.clone());
        Ok(Known { name: local.name.clone(), task: local.task, path, sha256, command })
    }

    fn unknown(&self, name: &str) -> ModelError {
        let models = Manifest::embedded().models().filter(|model| model.task != Task::Terminology);
        let known: Vec<&str> = models.map(|model| model.name.as_str()).collect();
        ModelError::Unknown { name: name.to_owned(), known: known.join(", ") }
    }
}
