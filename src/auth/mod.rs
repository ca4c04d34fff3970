//! Who is there, and what they may do.
//!
//! People log in with a password ([`log_in()`]) or by the clinic's single sign-on ([`oidc`]) and hold a session; programs hold
//! a token. Either way a request has a [`Principal`], and [`policy`] says, on one page, what it may do with which visit.
//! [`accounts`] and [`tokens`] are what administrators do.

pub mod accounts;
mod log_in;
pub mod oidc;
mod password;
pub mod policy;
mod secret;
mod sessions;
mod setup;
pub mod tokens;

pub use log_in::{LogInError, change_password, log_in, set_password};
pub use password::{PasswordError, hash_password};
pub use secret::Secret;
pub use sessions::{Proof, is_still, recognise};
pub use setup::{make_first_account, offer_setup};

use crate::domain::{Account, Scope};

/// Somebody who asks for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Who.
    pub account: Account,
    /// What their token is limited to; `None` for a session, which may do all that the account may.
    pub scopes: Option<Vec<Scope>>,
}

impl Principal {
    /// Whether what they prove themselves with is good for `scope`.
    pub fn has_scope(&self, scope: Scope) -> bool {
        self.scopes.as_ref().is_none_or(|scopes| scopes.contains(&scope))
    }

    /// Whether it is a person at a browser, and no program.
    pub fn is_session(&self) -> bool {
        self.scopes.is_none()
    }
}
