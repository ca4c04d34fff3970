//! The key of one encounter, and what it seals.

use std::fmt;

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use zeroize::Zeroizing;

use crate::domain::Entropy;

/// First byte of all that is sealed, so that another cipher can come one day.
const FORMAT: u8 = 1;

const NONCE_BYTES: usize = 24;

/// What a sealed text is longer than the plain one: format, nonce, and tag of 16 bytes.
const OVERHEAD_BYTES: usize = 1 + NONCE_BYTES + 16;

/// Why something sealed could not be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealingError {
    /// Too short to hold anything, or written by a release that this one does not know.
    #[error("it is no sealed text of this release")]
    Format,
    /// Changed, put in another's place, or sealed with another key.
    #[error("it was changed, belongs elsewhere, or was sealed with another key")]
    NotAuthentic,
    /// Its key is wrapped with a master key that the configuration does not name.
    #[error("it was sealed under the master key {0}, which the configuration does not name: add it to `keys.previous`")]
    UnknownMasterKey(super::MasterKeyId),
}

/// A key of 256 bits. It is wiped when it is dropped, and its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct DataKey(Zeroizing<[u8; DataKey::BYTES]>);

impl DataKey {
    /// Its length.
    pub const BYTES: usize = 32;

    /// A new key.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0; Self::BYTES]);
        entropy.fill(bytes.as_mut_slice());
        Self(bytes)
    }

    /// The key that `bytes` are; `None` unless there are 32 of them.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// The key itself, for what is not sealing.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// `plain`, sealed under `name`. Names tell what is sealed and where it belongs, as in `note/<encounter>/3`.
    pub fn seal(&self, name: &str, plain: &[u8], entropy: &dyn Entropy) -> Vec<u8> {
        let mut nonce = [0; NONCE_BYTES];
        entropy.fill(&mut nonce);
        let payload = Payload { msg: plain, aad: name.as_bytes() };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.expect("only a text of more than 256 GiB cannot be sealed");
        [&[FORMAT], nonce.as_slice(), &sealed].concat()
    }

    /// What was sealed under `name`.
    pub fn open(&self, name: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealingError> {
        let Some((&FORMAT, rest)) = sealed.split_first() else { return Err(SealingError::Format) };
        let Some((nonce, text)) = rest.split_first_chunk::<NONCE_BYTES>() else { return Err(SealingError::Format) };
        let payload = Payload { msg: text, aad: name.as_bytes() };
        let plain = self.cipher().decrypt(&XNonce::from(*nonce), payload);
        plain.map(Zeroizing::new).map_err(|_| SealingError::NotAuthentic)
    }

    /// How long `plain_bytes` are when sealed.
    pub const fn sealed_len(plain_bytes: usize) -> usize {
        plain_bytes + OVERHEAD_BYTES
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey([hidden])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SystemEntropy;

    fn key() -> DataKey {
        DataKey::generate(&SystemEntropy)
    }

    #[test]
    fn what_was_sealed_is_opened_under_its_name_alone() {
        let key = key();
        let sealed = key.seal("note/a/1", b"chest pain", &SystemEntropy);
        assert_eq!(sealed.len(), DataKey::sealed_len(10));
        assert_eq!(key.open("note/a/1", &sealed).expect("opens").as_slice(), b"chest pain");
        assert_eq!(key.open("note/b/1", &sealed), Err(SealingError::NotAuthentic));
        assert_eq!(self::key().open("note/a/1", &sealed), Err(SealingError::NotAuthentic));
    }

    #[test]
    fn a_changed_byte_anywhere_is_found_out() {
        let key = key();
        let sealed = key.seal("x", b"lisinopril 10 mg", &SystemEntropy);
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(key.open("x", &changed).is_err(), "byte {place}");
        }
        for length in 0..sealed.len() {
            assert!(key.open("x", &sealed[..length]).is_err(), "cut to {length}");
        }
    }

    #[test]
    fn the_same_text_is_never_sealed_alike() {
        let key = key();
        assert_ne!(key.seal("x", b"same", &SystemEntropy), key.seal("x", b"same", &SystemEntropy));
    }

    #[test]
    fn debug_shows_no_key() {
        assert_eq!(format!("{:?}", key()), "DataKey([hidden])");
    }
}
