//! What becomes of a draft: edits, signatures, amendments, and that it was retracted.
//!
//! Draft and signed note are different types. A [`SignedNote`] has no public field: it is made by signing, or read back from
//! the store after its seal was checked, so that nothing unsigned can be taken for it. Every version stays. What the machine
//! writes never takes the place of what a person wrote: it is kept beside it, as a proposal.

mod edit;
mod signed;
mod versions;

pub use edit::mark_edits;
pub use signed::{RetractedNote, Signature, SignedNote};
pub use versions::{CurrentNote, NoteError, amend, current, keep_edit, keep_machine_draft, retract, sign, version};
