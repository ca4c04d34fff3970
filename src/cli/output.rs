//! Where results go: standard output, or a file that is either complete or not there.

use std::{
    fmt::Display,
    fs,
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use super::{Failure, FailureKind};

/// A place for one result.
pub enum Output {
    /// Standard output.
    Stdout,
    /// A file that appears under its name when it is whole.
    File {
        /// As it was given.
        name: PathBuf,
        /// Where its name leads, which is another place where it is a link.
        path: PathBuf,
    },
    /// A device or a pipe (`--out /dev/null`), which must not be replaced by a file.
    Device {
        /// Its name.
        path: PathBuf,
    },
}

impl Output {
    /// Opens `path`, or standard output. That a file can be written is tried out here, so that it is known before minutes of
    /// work and not after them; what is tried out is gone again, so that work that is ended from outside leaves nothing.
    pub fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(name) = path else { return Ok(Self::Stdout) };
        if name.is_dir() {
            return Err(cannot_write(name, "it is a folder"));
        }
        if name.exists() && !name.is_file() {
            return Ok(Self::Device { path: name.to_owned() });
        }
        let path = behind_links(name);
        if path.is_symlink() {
            return Err(cannot_write(name, "it is a link that leads nowhere"));
        }
        temporary(&path).map_err(|error| cannot_write(name, no_temporary(folder_of(&path), &error)))?;
        Ok(Self::File { name: name.to_owned(), path })
    }

    /// Refuses to put the result over `input`, which it is made from.
    pub fn not_over(self, input: &Path) -> Result<Self, Failure> {
        let same =
            |path: &Path| matches!((path.canonicalize(), input.canonicalize()), (Ok(one), Ok(other)) if one == other);
        match &self {
            Self::File { name, path } if same(path) => {
                Err(cannot_write(name, "it is the input, which would be lost: give another name"))
            }
            _ => Ok(self),
        }
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
            Self::File { name, path } => replace(&path, content).map_err(|error| cannot_write(&name, error)),
        }
    }
}

/// Puts a file with `content` at `path` in one step: at no moment is there half of it.
fn replace(path: &Path, content: &str) -> io::Result<()> {
    let mut temporary = temporary(path)?;
    write_line(temporary.as_file_mut(), content)?;
    if let Ok(older) = fs::metadata(path) {
        temporary.as_file().set_permissions(older.permissions())?;
    }
    temporary.as_file().sync_all()?;
    temporary.persist(path).map(drop).map_err(|error| error.error)
}

/// A file beside `path`, with the permissions that any new file gets; it goes away when it is dropped.
fn temporary(path: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".soapstone-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder_of(path))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Where `path` leads, also where nothing is there yet.
fn behind_links(path: &Path) -> PathBuf {
    /// As many as Linux follows (path_resolution(7)).
    const MOST_LINKS: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(target) = fs::read_link(&path) else { break };
        path = folder_of(&path).join(target);
    }
    path
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
        // As in /proc, where files appear only by the system's hand.
        ErrorKind::NotFound if folder.is_dir() => format!("no file can be made in the folder {}", folder.display()),
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
        assert_eq!(fs::read_dir(folder.path()).expect("the folder is there").count(), 1, "nothing beside it meanwhile");
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
    fn a_new_file_has_the_permissions_of_any_and_an_older_one_keeps_its_own() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().expect("a temporary folder");
        let mode = |name: &str| {
            let metadata = fs::metadata(folder.path().join(name)).expect("it is there");
            metadata.permissions().mode() & 0o777
        };
        let write = |name: &str| {
            Output::open(Some(&folder.path().join(name)))
                .expect("it can be opened")
                .finish("new")
                .expect("it is written");
        };
        fs::write(folder.path().join("any"), "").expect("it can be written");
        write("new");
        assert_eq!(mode("new"), mode("any"));
        fs::set_permissions(folder.path().join("any"), PermissionsExt::from_mode(0o640)).expect("it is ours");
        write("any");
        assert_eq!(mode("any"), 0o640);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_written_through_and_stays_a_link() {
        use std::os::unix::fs::symlink;

        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("notes")).expect("a folder can be made");
        symlink("notes/today.md", path("link.md")).expect("it can be linked");
        symlink(path("link.md"), path("link-to-link.md")).expect("it can be linked");
        symlink("circle.md", path("circle.md")).expect("it can be linked");
        for (link, content) in [("link.md", "new"), ("link-to-link.md", "newer")] {
            Output::open(Some(&path(link))).expect("it can be opened").finish(content).expect("it is written");
            assert!(path(link).is_symlink());
            assert_eq!(fs::read_to_string(path("notes/today.md")).expect("it is there"), format!("{content}\n"));
        }
        let failure = Output::open(Some(&path("circle.md"))).err().expect("it is refused").to_string();
        assert!(failure.contains("circle.md"), "{failure}");
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

    #[test]
    fn the_input_is_not_written_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("visit.txt");
        fs::write(&path, "doctor: hello").expect("it is written");
        let refused = Output::open(Some(&path)).and_then(|output| output.not_over(&path));
        assert!(refused.err().expect("it is refused").to_string().contains("it is the input"));
        assert!(Output::open(Some(&folder.path().join("note.md"))).and_then(|output| output.not_over(&path)).is_ok());
    }
}
