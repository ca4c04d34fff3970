//! Where results go: standard output, or a file that is either complete or not there.

use std::{
    fmt::Display,
    fs,
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use super::{Failure, FailureKind};

/// A place for one result. With a file, the temporary file beside it is made at once, so that an unwritable place is
/// noticed before minutes of work and not after them.
pub enum Output {
    /// Standard output.
    Stdout,
    /// A file that appears under its name when it is whole.
    File {
        /// Its final name.
        path: PathBuf,
        /// Where it is written until then.
        temporary: NamedTempFile,
    },
    /// A device or a pipe (`--out /dev/null`), which must not be replaced by a file.
    Device {
        /// Its name.
        path: PathBuf,
    },
}

impl Output {
    /// Opens `path`, or standard output.
    pub fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(Self::Stdout) };
        if path.is_dir() {
            return Err(cannot_write(path, "it is a folder"));
        }
        if path.exists() && !path.is_file() {
            return Ok(Self::Device { path: path.to_owned() });
        }
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let temporary = tempfile::Builder::new()
            .prefix(".soapstone-")
            .tempfile_in(folder)
            .map_err(|error| cannot_write(path, no_temporary(folder, &error)))?;
        Ok(Self::File { path: path.to_owned(), temporary })
    }

    /// Writes the whole result.
    pub fn finish(self, content: &str) -> Result<(), Failure> {
        match self {
            Self::Stdout => match write_line(io::stdout().lock(), content) {
                // The reader has seen enough (`soapstone note … | head`).
                Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
                written => written.map_err(|error| cannot_write(Path::new("standard output"), error)),
            },
            Self::Device { path } => fs::OpenOptions::new()
                .write(true)
                .open(&path)
                .and_then(|device| write_line(device, content))
                .map_err(|error| cannot_write(&path, error)),
            Self::File { path, mut temporary } => write_line(temporary.as_file_mut(), content)
                .and_then(|()| temporary.as_file().sync_all())
                .and_then(|()| temporary.persist(&path).map(drop).map_err(|error| error.error))
                .map_err(|error| cannot_write(&path, error)),
        }
    }
}

/// Writes `line` to standard output; where its reader has gone, that is no failure (`soapstone models list | head`).
pub fn print_line(line: impl Display) -> Result<(), Failure> {
    Output::Stdout.finish(&line.to_string())
}

fn write_line(mut sink: impl Write, content: &str) -> io::Result<()> {
    sink.write_all(content.trim_end().as_bytes())?;
    sink.write_all(b"\n")?;
    sink.flush()
}

/// Why `folder` takes no file, without the temporary file's name, which nobody chose.
fn no_temporary(folder: &Path, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => format!("there is no folder {}; make it first", folder.display()),
        ErrorKind::NotADirectory => format!("{} is no folder", folder.display()),
        ErrorKind::PermissionDenied => format!("nothing may be written in the folder {}", folder.display()),
        kind => kind.to_string(),
    }
}

fn cannot_write(path: &Path, reason: impl Display) -> Failure {
    Failure::new(FailureKind::BadInput, format_args!("cannot write {}: {reason}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("note.md");
        fs::write(&path, "old").expect("it can be written");
        let output = Output::open(Some(&path)).expect("it can be opened");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "old");
        output.finish("new").expect("it is written");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "new\n");
        assert_eq!(fs::read_dir(folder.path()).expect("the folder is there").count(), 1);
    }

    #[test]
    fn work_that_fails_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        drop(Output::open(Some(&folder.path().join("note.md"))).expect("it can be opened"));
        assert_eq!(fs::read_dir(folder.path()).expect("the folder is there").count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_or_device_is_written_to_and_stays_what_it_is() {
        let (mut receiver, sender) = io::pipe().expect("a pipe");
        let path = PathBuf::from(format!("/dev/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&sender)));
        Output::open(Some(&path)).expect("it can be opened").finish("new").expect("it is written");
        drop(sender);
        let mut written = String::new();
        io::Read::read_to_string(&mut receiver, &mut written).expect("it can be read");
        assert_eq!(written, "new\n");
    }

    #[test]
    fn what_cannot_be_written_is_named_before_any_work() {
        for path in [Path::new("/no-such-folder/note.md"), Path::new("/")] {
            let failure = Output::open(Some(path)).err().expect("it is refused");
            assert_eq!(failure.kind(), FailureKind::BadInput);
            assert!(failure.to_string().contains(&path.display().to_string()), "{failure}");
        }
    }
}
