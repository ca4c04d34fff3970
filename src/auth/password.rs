//! Passwords: Argon2id with the parameters that OWASP's password storage cheat sheet asks for (19 MiB, two passes, one lane).

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};

/// The shortest that is taken (NIST SP 800-63B-4, 3.1.1.2: fifteen, where a password is all there is).
pub const MIN_CHARS: usize = 15;

/// The longest; more is no password but a way to keep the machine busy.
pub const MAX_CHARS: usize = 256;

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short, or too long.
    #[error("a password has {MIN_CHARS} to {MAX_CHARS} characters; a sentence is easy to remember")]
    Length,
    /// The same character, or the log-in name, again and again.
    #[error("this password is too easy to guess: take another")]
    Guessable,
}

/// The PHC string of `password` for the account that logs in as `login`. Takes tens of milliseconds, on purpose.
pub fn hash_password(password: &str, login: &str) -> Result<String, PasswordError> {
    if !(MIN_CHARS..=MAX_CHARS).contains(&password.chars().count()) {
        return Err(PasswordError::Length);
    }
    let different = std::collections::BTreeSet::from_iter(password.chars()).len();
    let rest = password.to_lowercase().replace(&login.to_lowercase(), "");
    if different < 5 || rest.chars().count() < 8 {
        return Err(PasswordError::Guessable);
    }
    let hash = Argon2::default().hash_password(password.as_bytes());
    Ok(hash.expect("the parameters are fixed, and the system gives random bytes").to_string())
}

/// Whether `password` is the one whose PHC string is `hash`. Without a hash it takes as long and is false, so that the time
/// does not tell who has an account.
pub(super) fn verify(password: &str, hash: Option<&str>) -> bool {
    const NOBODYS: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c29hcHN0b25lLW5vYm9keQ$0mcQ5GGmvVBzAu2PCNkn4BMnUFo8rEwJdGvBKJrFqeE";
    let parsed = PasswordHash::new(hash.unwrap_or(NOBODYS));
    let right = parsed.is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok());
    right && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_again_and_another_is_not() {
        let hash = hash_password("correct horse battery", "ada").expect("taken");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify("correct horse battery", Some(&hash)));
        assert!(!verify("correct horse batterz", Some(&hash)));
        assert!(!verify("correct horse battery", None));
        assert_ne!(hash_password("correct horse battery", "ada").expect("taken"), hash, "each has its own salt");
    }

    #[test]
    fn a_password_that_is_short_or_plain_is_refused() {
        assert_eq!(hash_password("short", "ada"), Err(PasswordError::Length));
        assert_eq!(hash_password(&"long ".repeat(60), "ada"), Err(PasswordError::Length));
        assert_eq!(hash_password("aaaaaaaaaaaaaaaaaaaa", "ada"), Err(PasswordError::Guessable));
        assert_eq!(hash_password("ada.lovelaceada.lovelace", "ada.lovelace"), Err(PasswordError::Guessable));
    }

    #[test]
    fn nobodys_hash_is_one_that_takes_as_long() {
        let start = std::time::Instant::now();
        verify("whatever it may be", None);
        let nobodys = start.elapsed();
        let hash = hash_password("correct horse battery", "ada").expect("taken");
        let start = std::time::Instant::now();
        verify("whatever it may be", Some(&hash));
        assert!(nobodys * 20 > start.elapsed(), "nobody's hash is not tried at all");
    }
}
