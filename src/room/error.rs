//! Why the agent of a room cannot work.

use std::{io, path::PathBuf};

use crate::{audio::SegmentError, capture::CaptureError, domain::EncounterId, sealing::SealingError};

/// Why the agent cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum RoomError {
    /// The microphone.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// The segments on its disk.
    #[error(transparent)]
    Segments(#[from] SegmentError),
    /// Its folder.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file of its own cannot be read.
    #[error("{} is not what this release writes: put it back, or move it away, and with it the visit that it is of", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// Others can read its key.
    #[error("others can read the room's key {}: chmod 600 it", path.display())]
    OpenToOthers {
        /// The file.
        path: PathBuf,
    },
    /// The key of a visit cannot be opened.
    #[error("the key of the visit {encounter} cannot be opened: {source}")]
    Key {
        /// The visit.
        encounter: EncounterId,
        /// Why.
        source: SealingError,
    },
    /// Audio would go over the network as it is.
    #[error(
        "{server} is not encrypted, and what patients say would go over the network as it is: give an address that begins with https://"
    )]
    Plain {
        /// What was given.
        server: String,
    },
    /// Its address is none.
    #[error("{server} is no address of a service: give one like https://scribe.clinic.example")]
    Address {
        /// What was given.
        server: String,
    },
}
