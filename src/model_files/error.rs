//! What can go wrong with a model file, and what to do about it.

use std::path::{Path, PathBuf};

/// Why a model cannot be had. The message of each says what to do next where there is something to do.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The model is known but not on this machine; `command` gets it.
    #[error("the model {name} is not on this machine; get it with: {command}")]
    Missing {
        /// The model.
        name: String,
        /// The command line that gets it.
        command: String,
    },
    /// No model has this name.
    #[error("no model is called {name:?}; `soapstone models list` shows those that there are: {known}")]
    Unknown {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: String,
    },
    /// The file on disk is not the one that was checked.
    #[error("the model file {} is damaged: its sha256 is {found}, not {expected}; get it again with: {command}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The hash it must have.
        expected: String,
        /// The hash it has.
        found: String,
        /// The command line that gets it again.
        command: String,
    },
    /// Every source failed.
    #[error(
        "cannot get {name}:{}\nOn a machine with no way out, fetch the file elsewhere and bring it in with: {import}",
        tried.iter().map(|(source, reason)| format!("\n  {source}: {reason}")).collect::<String>()
    )]
    NotFetched {
        /// The model.
        name: String,
        /// Each source with the reason it failed, in the order tried.
        tried: Vec<(String, String)>,
        /// The command line that brings in a file.
        import: String,
    },
    /// The disk is too small.
    #[error("not enough disk in {}: {} bytes are needed, {} are free; make room or set paths in the configuration",
        dir.display(), grouped(*needed), grouped(*available))]
    DiskFull {
        /// The folder to be written to.
        dir: PathBuf,
        /// Bytes needed.
        needed: u64,
        /// Bytes free.
        available: u64,
    },
    /// A file to import is not one that soapstone can use.
    #[error("{}: {reason}", path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// What is wrong, or what is known of it.
        reason: String,
    },
    /// A name given to an import is taken or not allowed.
    #[error("the name {name:?} cannot be used: {reason}")]
    Name {
        /// The name.
        name: String,
        /// Why not.
        reason: &'static str,
    },
    /// The list of this machine's own models cannot be read.
    #[error("{} cannot be read: {reason}; correct or delete it", path.display())]
    LocalList {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Reading or writing failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl ModelError {
    /// Turns an I/O error on `path` into this type; for `map_err`.
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

/// A number with its thousands apart: 1,117,320,768.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group));
    groups.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_117_320_768), "1,117,320,768");
    }

    #[test]
    fn what_was_tried_is_told_in_order() {
        let tried = vec![("hub".to_owned(), "no answer".to_owned()), ("pip".to_owned(), "no index".to_owned())];
        let error =
            ModelError::NotFetched { name: "m".to_owned(), tried, import: "soapstone models import FILE".to_owned() };
        let text = error.to_string();
        assert!(text.starts_with("cannot get m:\n  hub: no answer\n  pip: no index\n"), "{text}");
    }
}
