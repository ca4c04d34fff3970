//! Where a recording comes from, as something that can be read and sought in.

use std::{
    fs::File,
    io::{self, Cursor, Read, Seek, SeekFrom},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use sha2::{Digest, Sha256};
use symphonia::core::io::MediaSource;

use super::AudioError;
use crate::domain::hex;

/// The most that is taken from a pipe, which has to be held in memory: an hour of uncompressed 48 kHz stereo, and some.
const MAX_PIPED_BYTES: u64 = 1 << 30;

/// A recording that was not read yet.
#[derive(Clone, Copy)]
pub enum AudioSource<'a> {
    /// A file. What is no regular file (a named pipe) is read into memory like standard input.
    File(&'a Path),
    /// What came from standard input or from an upload.
    Bytes {
        /// What to call it in messages.
        name: &'a str,
        /// The whole of it.
        bytes: &'a [u8],
    },
}

/// Reads a pipe to its end, into memory. `name` is what messages call it.
pub fn read_piped(reader: impl Read, name: &str) -> Result<Vec<u8>, AudioError> {
    let mut bytes = Vec::new();
    let read = reader.take(MAX_PIPED_BYTES + 1).read_to_end(&mut bytes);
    let read = read.map_err(|source| AudioError::Read { input: name.to_owned(), source })?;
    if read as u64 > MAX_PIPED_BYTES {
        return Err(AudioError::TooMuchPiped { input: name.to_owned(), limit_mb: MAX_PIPED_BYTES >> 20 });
    }
    Ok(bytes)
}

/// An opened source: it can be read from the beginning any number of times.
pub(super) struct Input<'a> {
    /// What messages call it.
    pub name: String,
    /// Bytes in all.
    pub len: u64,
    content: Content<'a>,
    position: Arc<AtomicU64>,
}

enum Content<'a> {
    File(File),
    Borrowed(&'a [u8]),
    Owned(Vec<u8>),
}

impl<'a> Input<'a> {
    pub fn open(source: AudioSource<'a>) -> Result<Self, AudioError> {
        let (name, content) = match source {
            AudioSource::Bytes { name, bytes } => (name.to_owned(), Content::Borrowed(bytes)),
            AudioSource::File(path) => {
                let name = path.display().to_string();
                let content = Content::open(path, &name)?;
                (name, content)
            }
        };
        let len = content.len().map_err(|source| AudioError::Read { input: name.clone(), source })?;
        match len {
            0 => Err(AudioError::Empty { input: name }),
            _ => Ok(Self { name, len, content, position: Arc::default() }),
        }
    }

    /// A reader from the beginning. Readers of one file share its position: use one after the other.
    pub fn reader(&self) -> Result<InputReader<'_>, AudioError> {
        self.position.store(0, Ordering::Relaxed);
        let inner = match &self.content {
            Content::File(file) => {
                let mut file = file;
                file.rewind().map_err(|source| self.read_error(source))?;
                Inner::File(file)
            }
            Content::Borrowed(bytes) => Inner::Bytes(Cursor::new(bytes)),
            Content::Owned(bytes) => Inner::Bytes(Cursor::new(bytes)),
        };
        Ok(InputReader { inner, len: self.len, position: Arc::clone(&self.position) })
    }

    /// How far the latest reader has come, from 0 to 1.
    pub fn fraction_read(&self) -> f32 {
        (self.position.load(Ordering::Relaxed) as f64 / self.len as f64) as f32
    }

    /// SHA-256 of the whole, in lower-case hex.
    pub fn sha256(&self) -> Result<String, AudioError> {
        let mut reader = self.reader()?;
        let mut hash = Sha256::new();
        let mut block = vec![0; 1 << 16];
        loop {
            match reader.read(&mut block) {
                Ok(0) => break,
                Ok(read) => hash.update(&block[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(self.read_error(source)),
            }
        }
        Ok(hex(&hash.finalize()))
    }

    pub fn read_error(&self, source: io::Error) -> AudioError {
        AudioError::Read { input: self.name.clone(), source }
    }
}

impl Content<'_> {
    fn open(path: &Path, name: &str) -> Result<Self, AudioError> {
        let read_error = |source| AudioError::Read { input: name.to_owned(), source };
        let file = File::open(path).map_err(read_error)?;
        let kind = file.metadata().map_err(read_error)?.file_type();
        if kind.is_dir() {
            return Err(read_error(io::ErrorKind::IsADirectory.into()));
        }
        if kind.is_file() { Ok(Self::File(file)) } else { read_piped(file, name).map(Self::Owned) }
    }

    fn len(&self) -> io::Result<u64> {
        match self {
            Self::File(file) => Ok(file.metadata()?.len()),
            Self::Borrowed(bytes) => Ok(bytes.len() as u64),
            Self::Owned(bytes) => Ok(bytes.len() as u64),
        }
    }
}

/// Reads an [`Input`] and lets it know how far it has come.
pub(super) struct InputReader<'a> {
    inner: Inner<'a>,
    len: u64,
    position: Arc<AtomicU64>,
}

enum Inner<'a> {
    File(&'a File),
    Bytes(Cursor<&'a [u8]>),
}

impl Read for InputReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.inner {
            Inner::File(file) => file.read(buffer)?,
            Inner::Bytes(bytes) => bytes.read(buffer)?,
        };
        self.position.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl Seek for InputReader<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match &mut self.inner {
            Inner::File(file) => file.seek(to)?,
            Inner::Bytes(bytes) => bytes.seek(to)?,
        };
        self.position.store(position, Ordering::Relaxed);
        Ok(position)
    }
}

impl MediaSource for InputReader<'_> {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_of_the_bytes_as_they_came() {
        let input = Input::open(AudioSource::Bytes { name: "x", bytes: b"abc" }).expect("opens");
        // FIPS 180-2, appendix B.1.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(input.sha256().expect("hashes"), expected);
        assert_eq!(input.sha256().expect("hashes again"), expected);
        assert_eq!(input.fraction_read(), 1.0);
    }

    #[test]
    fn nothing_is_refused_as_empty() {
        let opened = Input::open(AudioSource::Bytes { name: "standard input", bytes: b"" });
        assert!(matches!(opened, Err(AudioError::Empty { input }) if input == "standard input"));
    }

    #[test]
    fn a_folder_and_a_missing_file_are_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for path in [folder.path().to_owned(), folder.path().join("missing.wav")] {
            let error = Input::open(AudioSource::File(&path)).err().expect("refused").to_string();
            assert!(error.contains(&path.display().to_string()), "{error}");
        }
    }
}
