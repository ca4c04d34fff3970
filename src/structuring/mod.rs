//! From a transcript to the parts of a note, in three steps that `pipeline` runs and times one by one:
//!
//! 1. [`facts::facts`]: medicines, allergies, vitals, orders and symptoms, by rules;
//! 2. [`sections::write`]: the other sections, by the language model;
//! 3. [`draft()`]: every line checked against what was said, completed with the facts, and the rest put under review.

mod belongs;
mod companions;
mod draft;
pub(crate) mod evidence;
mod examples;
pub mod facts;
pub mod headings;
mod planned;
mod problems;
mod render;
pub mod sections;
mod style;
#[cfg(test)]
pub(crate) mod testing;
mod text;
mod told;
pub mod verify;
pub(crate) mod visit;

pub use draft::{Draft, draft};
pub use examples::{Example, Examples};
pub use style::Style;
pub(crate) use text::sentences;
pub use visit::Visit;
