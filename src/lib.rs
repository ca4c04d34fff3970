//! soapstone hears a visit, writes a draft note, and shows where every sentence came from.
//!
//! Data flows one way, and a module uses only what stands above it here:
//!
//! ```text
//! recording ─ audio ─ transcription ─┐
//! transcript ────────────────────────┴─ structuring ─ safety ─ coding ─ pipeline ─ delivery (Markdown, JSON, FHIR)
//! ```
//!
//! [`app`] runs it as a service: visits are kept in the [`store`], [`pipeline::jobs`] work on them, [`http`] answers people
//! and programs, [`notes`] says what becomes of a draft, and [`delivery`] takes it to the EHR. [`keeping`] copies
//! visits, brings them back, and erases them when their time is over.
//!
//! [`qa`] measures it against recordings whose words are known.
//!
//! `docs/ARCHITECTURE.md` walks a visit through it; `tests/it/architecture.rs` holds the arrows.

pub mod app;
pub mod audio;
pub mod auth;
pub mod capture;
pub mod cli;
pub mod coding;
pub mod config;
pub mod delivery;
pub mod domain;
pub mod embedding;
pub mod http;
pub mod inference;
pub mod keeping;
pub mod language;
pub mod metrics;
pub mod model_files;
pub mod notes;
pub mod outbound;
pub mod pipeline;
pub mod qa;
pub mod room;
pub mod safety;
pub mod sealing;
pub mod store;
pub mod structuring;
pub mod terminology;
pub mod transcription;
