//! FHIR R4: the patient's chart in.

mod chart;

pub use chart::{ChartError, read_chart};
