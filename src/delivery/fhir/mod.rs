//! FHIR R4: the chart that comes in, the draft that goes out.

mod chart;
mod client;
mod document;
mod draft;

pub use chart::{ChartError, read_chart};
pub use client::{DeliveryError, FhirClient, Receipt};
pub use document::{doc_status, document};
pub use draft::draft_bundle;
