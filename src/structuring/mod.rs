//! From a transcript to the parts of a note.

pub mod evidence;
pub mod facts;
#[cfg(test)]
pub(crate) mod testing;
pub mod text;
pub mod visit;
