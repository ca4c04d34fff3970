//! `local.toml` beside the weights: what this machine knows and the manifest does not. Models that someone imported under
//! a name of their own, and the hashes that the hub gave for files whose hash the manifest does not know.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{ModelError, Task, files};

/// The list.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocalList {
    #[serde(rename = "model", default)]
    models: Vec<LocalModel>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocalModel {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub task: Task,
    /// Name of the file on disk.
    pub file: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-256 in lower-case hex.
    pub sha256: String,
    /// Where it came from.
    pub origin: String,
}

fn path_in(dir: &Path) -> PathBuf {
    dir.join("local.toml")
}

impl LocalList {
    /// Reads the list of `dir`; there is none before the first entry.
    pub fn read(dir: &Path) -> Result<Self, ModelError> {
        let path = path_in(dir);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(ModelError::Io { path, source }),
        };
        toml::from_str(&text).map_err(|error| ModelError::LocalList { path, reason: error.message().to_owned() })
    }

    /// The entry called `name`.
    pub fn get(&self, name: &str) -> Option<&LocalModel> {
        self.models.iter().find(|model| model.name == name)
    }

    /// Every entry.
    pub fn models(&self) -> &[LocalModel] {
        &self.models
    }

    /// Adds an entry to the list of `dir`, in place of one of the same name.
    pub fn record(dir: &Path, model: LocalModel) -> Result<(), ModelError> {
        let mut list = Self::read(dir)?;
        list.models.retain(|other| other.name != model.name);
        list.models.push(model);
        let text = toml::to_string(&list).expect("texts and numbers can be written as TOML");
        files::write_atomically(&path_in(dir), &text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_replaces_one_of_the_same_name() {
        let dir = tempfile::tempdir().expect("a folder");
        let model = |sha256: &str| LocalModel {
            name: "mine".to_owned(),
            task: Task::Text,
            file: "mine.gguf".to_owned(),
            bytes: 3,
            sha256: sha256.to_owned(),
            origin: "import".to_owned(),
        };
        LocalList::record(dir.path(), model("a")).expect("records");
        LocalList::record(dir.path(), model("b")).expect("records");
        assert_eq!(LocalList::read(dir.path()).expect("reads").models(), [model("b")]);
    }

    #[test]
    fn a_broken_list_is_named() {
        let dir = tempfile::tempdir().expect("a folder");
        fs::write(path_in(dir.path()), "model = 3").expect("written");
        let error = LocalList::read(dir.path()).expect_err("refused").to_string();
        assert!(error.contains("local.toml"), "{error}");
    }
}
