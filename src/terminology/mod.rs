//! Terminologies the project carries or pulls: the drug table.

mod drugs;

pub use drugs::{Drug, DrugMention, DrugTable};
