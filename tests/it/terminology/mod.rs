//! Terminologies.

mod icd10cm;
