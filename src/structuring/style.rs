//! How a note is written, beyond what holds for every note.

use super::examples::Examples;
use crate::config::Template;

/// What a clinic and its clinician ask for.
#[derive(Debug, Clone, Copy)]
pub struct Style<'a> {
    /// The layout, and what it adds to the prompts.
    pub template: &'a Template,
    /// Notes that the clinician signed.
    pub examples: Option<&'a Examples>,
}

impl Default for Style<'static> {
    /// A SOAP note, like nobody's in particular.
    fn default() -> Self {
        Self { template: Template::soap(), examples: None }
    }
}
