//! FHIR R4: the chart that comes in, the draft that goes out.

mod chart;
mod client;
mod document;
mod draft;
mod smart;

pub use chart::{ChartError, read_chart};
pub use client::{DeliveryError, EhrLogin, FhirClient, Receipt};
pub use document::{doc_status, document};
pub use draft::draft_bundle;
pub use smart::{ServiceKey, ServiceKeyError, SmartLogin};
