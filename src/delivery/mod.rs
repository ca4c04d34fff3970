//! The note on its way out: for a person to read (Markdown), and for an EHR (FHIR).

pub mod fhir;
pub mod markdown;
