//!

pub mod fhir;
