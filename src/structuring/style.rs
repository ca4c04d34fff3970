//! How a note is written, beyond what holds for every note.

use crate::config::Template;

/// What a clinic asks for.
#[derive(Debug, Clone, Copy)]
pub struct Style<'a> {
    /// Its layout, and what it adds to the prompts.
    pub template: &'a Template,
}

impl Default for Style<'static> {
    /// A SOAP note.
    fn default() -> Self {
        Self { template: Template::soap() }
    }
}
