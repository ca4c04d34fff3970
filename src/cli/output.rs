//! Results: to standard output, or whole to a file.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Why a result could not be written. Nothing half-written is left.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The file or its folder does not let itself be written.
    #[error("cannot write {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Standard output does not.
    #[error("cannot write to standard output: {0}")]
    Stdout(io::Error),
}

/// Writes `text` to `out`, under a temporary name until it is complete, or to standard output.
pub fn write(out: Option<&Path>, text: &str) -> Result<(), OutputError> {
    match out {
        Some(path) => to_file(path, text).map_err(|source| OutputError::File { path: path.to_owned(), source }),
        None => io::stdout().lock().write_all(text.as_bytes()).map_err(OutputError::Stdout),
    }
}

fn to_file(path: &Path, text: &str) -> io::Result<()> {
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("note.md");
        fs::write(&path, "old").expect("it can be written");
        write(Some(&path), "new").expect("it is written");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "new");
        assert_eq!(fs::read_dir(folder.path()).expect("the folder is there").count(), 1);
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        for path in [Path::new("/no-such-folder/note.md"), Path::new("/")] {
            let error = write(Some(path), "text").expect_err("it is refused").to_string();
            assert!(error.contains(&path.display().to_string()), "{error}");
        }
    }
}
