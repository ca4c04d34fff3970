//! FHIR R4: the chart that comes in, the draft that goes out.

mod chart;
mod draft;

pub use chart::{ChartError, read_chart};
pub use draft::draft_bundle;
