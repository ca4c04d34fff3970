//! Secrets that travel: of sessions, of tokens, of the link of the first start.

use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::domain::Entropy;

/// 256 random bits, written as a word that a program for finding leaked secrets can tell by its beginning.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// A new one. `prefix` tells what it is for: `sst` a token, `sss` a session, `ssu` a set-up link, `ssp` a
    /// link for a password, `sso` a single sign-on that has begun.
    pub fn generate(prefix: &str, entropy: &dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy.fill(bytes.as_mut_slice());
        Self(Zeroizing::new(format!("{prefix}_{}", BASE64_URL_SAFE_NO_PAD.encode(bytes.as_slice()))))
    }

    /// What somebody showed.
    pub fn shown(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// The word itself, for the one who is to have it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What the store knows of it.
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([hidden])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SystemEntropy;

    #[test]
    fn a_secret_is_found_again_by_its_hash_and_shows_itself_to_nobody() {
        let secret = Secret::generate("sst", &SystemEntropy);
        assert!(secret.expose().starts_with("sst_") && secret.expose().len() == 4 + 43);
        assert_eq!(Secret::shown(secret.expose()).hash(), secret.hash());
        assert_eq!(format!("{secret:?}"), "Secret([hidden])");
        assert_ne!(Secret::generate("sst", &SystemEntropy), secret);
    }
}
