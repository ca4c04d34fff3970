//! ICD-10-CM: every code with its words and notes, and a search that finds the code for what a clinician would say.
//!
//! `soapstone terminology pull` reads the tabular list once ([`tabular`]) and builds an index; opening it maps it into
//! memory and takes milliseconds.

mod index;
mod rank;
mod synonyms;
pub mod tabular;

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::TerminologyError;
use crate::config::PathsConfig;
use crate::domain::{Progress, Sex};
use crate::model_files::{ModelError, ModelStore, files};

/// The name in the manifest.
pub const NAME: &str = "icd-10-cm";
/// The FHIR system of the codes.
pub const SYSTEM: &str = "http://hl7.org/fhir/sid/icd-10-cm";

/// One category or code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IcdCode {
    /// With its dot: `E11.9`.
    pub code: String,
    /// Its full title.
    pub title: String,
    /// The category it stands under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Whether it may be sent as a diagnosis; a category may not.
    pub billable: bool,
    /// Number of its chapter, 1 to 22.
    pub chapter: u8,
    /// Other words for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inclusion_terms: Vec<String>,
    /// What is never coded together with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excludes1: Vec<String>,
    /// What is coded elsewhere, possibly besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excludes2: Vec<String>,
    /// What is coded before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub code_first: Vec<String>,
    /// What is coded besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub use_additional: Vec<String>,
    /// What is coded besides, in either order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub code_also: Vec<String>,
}

impl IcdCode {
    /// The sex that the code presumes, where its category says so plainly: pregnancy and the organs of one sex.
    pub fn sex(&self) -> Option<Sex> {
        let category = self.code.get(..3)?;
        let within = |first: &str, last: &str| (first..=last).contains(&category);
        if within("C60", "C63") || within("N40", "N53") || matches!(category, "D29" | "D40") {
            return Some(Sex::Male);
        }
        let of_women = within("C51", "C58") || within("D25", "D28") || within("N70", "N98") || within("O00", "O9A");
        (of_women || category == "D39").then_some(Sex::Female)
    }
}

/// A code that may be meant.
#[derive(Debug, Clone, PartialEq)]
pub struct IcdCandidate {
    /// With its dot.
    pub code: String,
    /// Its full title.
    pub title: String,
    /// Always true for what [`Icd10Cm::search`] gives.
    pub billable: bool,
    /// How well it fits, from 0 to 1; comparable within one search.
    pub score: f32,
    /// The part of what the matched term says that was said, by rarity, from 0 to 1: "virus" bears out little of "Zika
    /// virus disease".
    pub borne_out: f32,
    /// The words of the list that matched: its title, an inclusion term, or one of a category above it.
    pub matched_term: String,
}

/// The list, opened.
pub struct Icd10Cm {
    index: index::OpenIndex,
    synonyms: synonyms::Synonyms,
}

impl Icd10Cm {
    /// Opens the index in `dir` (`paths.terminology`).
    pub fn open(dir: &Path) -> Result<Self, TerminologyError> {
        Ok(Self { index: index::OpenIndex::open(dir)?, synonyms: synonyms::Synonyms::built_in() })
    }

    /// The billable codes that fit `text` best, best first: a problem in a clinician's or a patient's words.
    pub fn search(&self, text: &str, limit: usize) -> Vec<IcdCandidate> {
        rank::search(&self.index, &self.synonyms.variants(text), limit)
    }

    /// The category or code called `code`, with its dot.
    pub fn get(&self, code: &str) -> Option<IcdCode> {
        self.index.get(code)
    }

    /// How many categories and codes there are, and how many of them are billable.
    pub fn counts(&self) -> (u64, u64) {
        self.index.counts()
    }
}

/// Brings the tabular list here and builds the index, unless both are done. Returns whether there was anything to do.
pub fn pull(paths: &PathsConfig, progress: Progress<'_>) -> Result<bool, TerminologyError> {
    if Icd10Cm::open(&paths.terminology).is_ok() {
        return Ok(false);
    }
    let source = ModelStore::new(paths).pull(NAME, &|fraction| progress(fraction * 0.5))?;
    build(&source.path, &paths.terminology, &|fraction| progress(0.5 + fraction * 0.5))?;
    Ok(true)
}

/// Takes the tabular list from a file that is already on the machine; it must be the release that the manifest names.
pub fn import(paths: &PathsConfig, file: &Path, progress: Progress<'_>) -> Result<(), TerminologyError> {
    let other = || TerminologyError::NotTheList { path: file.to_owned() };
    let imported = ModelStore::new(paths).import(file, None, &|fraction| progress(fraction * 0.3));
    let source = imported.map_err(|error| match error {
        ModelError::Unsupported { .. } => other(),
        error => error.into(),
    })?;
    if source.model_ref.name != NAME {
        return Err(other());
    }
    build(&source.path, &paths.terminology, &|fraction| progress(0.3 + fraction * 0.7))
}

fn build(xml: &Path, dir: &Path, progress: Progress<'_>) -> Result<(), TerminologyError> {
    let bytes = std::fs::read(xml).map_err(TerminologyError::io(xml))?;
    let codes = tabular::parse(&bytes)?;
    progress(0.2);
    files::require_space(dir, index::SPACE_BYTES)?;
    index::build(&codes, dir, &|fraction| progress(0.2 + fraction * 0.8))
}
