//! Codes and their words, from published lists that are on the machine: nothing here asks a model or a network.

mod drugs;
mod error;
pub mod icd10cm;
mod lasting;

pub use drugs::{Drug, DrugMention, DrugTable, GUARDED};
pub use error::TerminologyError;
pub use icd10cm::{Icd10Cm, IcdCandidate, IcdCode};
pub use lasting::is_lasting;
