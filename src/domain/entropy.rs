//! Randomness, passed in so that a test can foresee it.

/// Where keys, nonces, ids and tokens come from.
pub trait Entropy: Send + Sync {
    /// Fills `bytes` with random ones, fit for keys.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        // Without it no key could be made, and a guessable key is worse than a process that ends.
        getrandom::fill(bytes).expect("the operating system gives random bytes");
    }
}
