//! Files as any program saved them.

use std::{fs, io, path::Path};

/// What some programs of Windows put before a text in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads the file at `path`, less a byte order mark, which no reader of JSON takes.
pub fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = fs::read(path)?;
    if bytes.starts_with(BYTE_ORDER_MARK) {
        bytes.drain(..BYTE_ORDER_MARK.len());
    }
    Ok(bytes)
}
/// Of so many letters of a key one may be wrong, if it is meant to be another: "page" is not meant to be "tags".
const ONE_WRONG_OF: usize = 4;

/// The one of `keys` that seems to be meant as one of `known` which is missing, and that one.
pub fn misspelt(keys: &[&str], known: &[&'static str]) -> Option<(String, &'static str)> {
    let missing = || known.iter().filter(|known| !keys.contains(known));
    let others = keys.iter().filter(|key| !known.contains(key));
    others.into_iter().find_map(|written| {
        let near = |known: &&&str| strsim::osa_distance(&written.to_lowercase(), known) <= known.len() / ONE_WRONG_OF;
        Some(((*written).to_owned(), *missing().find(near)?))
    })
}
