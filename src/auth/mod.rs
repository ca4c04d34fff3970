//! Who is there, and what they may do.
//!
//! People log in with a password ([`log_in()`]) or by the clinic's single sign-on and hold a session; programs hold a token.
//! Either way a request has a [`Principal`], and [`policy`] says, on one page, what it may do with which visit.

mod log_in;
mod password;
pub mod policy;
mod secret;

pub use log_in::{LogInError, log_in, make_first_account, offer_setup, resume, use_token};
pub use password::{PasswordError, hash_password};
pub use secret::Secret;

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
}
