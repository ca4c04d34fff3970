//! Envelope encryption: everything that is kept of a visit is sealed with a key of its own, and that key is wrapped with
//! the master key of the clinic.
//!
//! - A sealed text can be read only with the key of its encounter and under the name that it was sealed under, so that a row
//!   or a file that was put in another's place is found out.
//! - Forgetting the wrapped key of an encounter forgets the encounter, in every backup too that does not hold the key.
//! - Changing the master key wraps the keys of encounters anew and leaves the sealed data as they are.
//!
//! XChaCha20-Poly1305: its nonces of 24 bytes can be drawn at random without counting them (draft-irtf-cfrg-xchacha-03).

mod data_key;
mod master_key;

pub use data_key::{DataKey, SealingError};
pub use master_key::{MasterKey, MasterKeyId, MasterKeys, WrappedKey};
