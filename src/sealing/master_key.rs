//! The clinic's own key, which wraps the keys of encounters, and those it had before.

use std::{fmt, str::FromStr};

use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{DataKey, SealingError};
use crate::domain::{Entropy, hex};

/// Which master key wrapped something: the start of a hash of it, which tells nothing of the key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MasterKeyId(String);

impl MasterKeyId {
    /// As it is written in the store.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for MasterKeyId {
    fn from(id: String) -> Self {
        Self(id)
    }
}

impl fmt::Display for MasterKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A key of the clinic's, written as 32 bytes in base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterKey(DataKey);

impl MasterKey {
    /// A new key.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self(DataKey::generate(entropy))
    }

    /// Its name.
    pub fn id(&self) -> MasterKeyId {
        let hash = Sha256::new().chain_update(b"soapstone master key").chain_update(self.0.as_bytes()).finalize();
        MasterKeyId(hex(&hash[..8]))
    }

    /// As it is written into a file.
    pub fn to_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64_STANDARD.encode(self.0.as_bytes()))
    }
}

impl FromStr for MasterKey {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = BASE64_STANDARD.decode(text.trim()).map(Zeroizing::new).ok();
        let key = bytes.and_then(|bytes| DataKey::from_bytes(&bytes));
        key.map(Self).ok_or("a master key is 32 bytes in base64, as `head -c 32 /dev/urandom | base64` makes one")
    }
}

/// The key of an encounter, as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// Which master key wrapped it.
    pub master_key: MasterKeyId,
    /// The sealed key.
    pub sealed: Vec<u8>,
}

/// The master key that wraps, and those before it, which only unwrap.
#[derive(Debug, Clone)]
pub struct MasterKeys {
    current: MasterKey,
    previous: Vec<MasterKey>,
}

impl MasterKeys {
    /// `current` wraps; `previous` are still read.
    pub fn new(current: MasterKey, previous: Vec<MasterKey>) -> Self {
        Self { current, previous }
    }

    /// The name of the key that wraps.
    pub fn current_id(&self) -> MasterKeyId {
        self.current.id()
    }

    /// `key`, wrapped for the encounter (or whatever else) called `owner`.
    pub fn wrap(&self, owner: &str, key: &DataKey, entropy: &dyn Entropy) -> WrappedKey {
        let sealed = self.current.0.seal(&name(owner), key.as_bytes(), entropy);
        WrappedKey { master_key: self.current.id(), sealed }
    }

    /// The key that was wrapped for `owner`.
    pub fn unwrap(&self, owner: &str, wrapped: &WrappedKey) -> Result<DataKey, SealingError> {
        let keys = std::iter::once(&self.current).chain(&self.previous);
        let master = keys.into_iter().find(|key| key.id() == wrapped.master_key);
        let master = master.ok_or_else(|| SealingError::UnknownMasterKey(wrapped.master_key.clone()))?;
        let bytes = master.0.open(&name(owner), &wrapped.sealed)?;
        DataKey::from_bytes(&bytes).ok_or(SealingError::Format)
    }
}

fn name(owner: &str) -> String {
    format!("key/{owner}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SystemEntropy;

    fn master() -> MasterKey {
        MasterKey::generate(&SystemEntropy)
    }

    #[test]
    fn a_key_is_unwrapped_for_its_owner_alone() {
        let keys = MasterKeys::new(master(), Vec::new());
        let key = DataKey::generate(&SystemEntropy);
        let wrapped = keys.wrap("a", &key, &SystemEntropy);
        assert_eq!(keys.unwrap("a", &wrapped), Ok(key));
        assert_eq!(keys.unwrap("b", &wrapped), Err(SealingError::NotAuthentic));
    }

    #[test]
    fn a_key_of_before_still_unwraps_and_one_that_is_not_named_is_told() {
        let (old, new) = (master(), master());
        let key = DataKey::generate(&SystemEntropy);
        let wrapped = MasterKeys::new(old.clone(), Vec::new()).wrap("a", &key, &SystemEntropy);
        assert_eq!(MasterKeys::new(new.clone(), vec![old.clone()]).unwrap("a", &wrapped), Ok(key));
        let unknown = MasterKeys::new(new, Vec::new()).unwrap("a", &wrapped);
        assert_eq!(unknown, Err(SealingError::UnknownMasterKey(old.id())));
    }

    #[test]
    fn a_key_is_read_as_it_was_written() {
        let key = master();
        assert_eq!(format!("{}\n", key.to_base64().as_str()).parse(), Ok(key));
        assert!("c2hvcnQ=".parse::<MasterKey>().is_err());
    }
}
