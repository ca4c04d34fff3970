//! Patterns that are written in the program, for letters of any case.

use regex::Regex;

/// A pattern written in the program, for letters of any case.
pub fn pattern(text: &str) -> Regex {
    Regex::new(&format!("(?i){text}")).expect("a pattern written here compiles")
}

/// Named patterns, each compiled when it is first asked: `patterns! { NAME = r"…"; pub(super) OTHER = r"…"; }`.
macro_rules! patterns {
    ($($(#[$about:meta])* $visibility:vis $name:ident = $text:expr;)*) => {
        $(
            $(#[$about])*
            $visibility static $name: std::sync::LazyLock<regex::Regex> =
                std::sync::LazyLock::new(|| $crate::language::patterns::pattern($text));
        )*
    };
}
pub(crate) use patterns;
