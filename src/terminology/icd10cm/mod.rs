//! ICD-10-CM: every code with its words and notes, and a search that finds the code for what a clinician would say.
//!
//! `soapstone terminology pull` reads the tabular list once ([`tabular`]) and builds an index; opening it maps it into
//! memory and takes milliseconds. Beside it lie the vectors of what the list says ([`meaning`]), by which a code is found for
//! what is said in other words than the list's.

mod index;
mod meaning;
mod rank;
mod synonyms;
pub mod tabular;

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::TerminologyError;
use crate::config::PathsConfig;
use crate::domain::{ModelRef, Progress, Sex};
use crate::embedding::{self, EmbeddingError, SentenceEncoder};
use crate::model_files::{Manifest, ModelError, ModelStore, files};

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

/// How nearly codes mean what was said, as cosines; what is far is not in it.
pub type Nearness = BTreeMap<String, f32>;

/// Texts of the list that are looked at for their meaning, for each wording of what was said.
const NEAREST: usize = 24;

/// The list, opened.
pub struct Icd10Cm {
    index: index::OpenIndex,
    synonyms: synonyms::Synonyms,
    meanings: meaning::Meanings,
    encoder: SentenceEncoder,
}

impl Icd10Cm {
    /// Opens the index in `paths.terminology`, and the model that compares meanings.
    pub fn open(paths: &PathsConfig) -> Result<Self, TerminologyError> {
        let index = index::OpenIndex::open(&paths.terminology)?;
        // Whoever lacks the model gets it in the same way as the list.
        let encoder = SentenceEncoder::load(&ModelStore::new(paths)).map_err(|error| match error {
            EmbeddingError::File(ModelError::Missing { .. }) => missing(),
            error => error.into(),
        })?;
        let meanings = meaning::Meanings::open(&paths.terminology, &source_of(&encoder))?.ok_or_else(missing)?;
        Ok(Self { index, synonyms: synonyms::Synonyms::built_in(), meanings, encoder })
    }

    /// The billable codes that fit `text` best, best first: a problem in a clinician's or a patient's words.
    pub fn search(&self, text: &str, limit: usize) -> Vec<IcdCandidate> {
        self.search_near(text, &self.nearness(text), limit)
    }

    /// The same where it is known what lies near in meaning: to the same text, or to a fuller one.
    pub fn search_near(&self, text: &str, nearness: &Nearness, limit: usize) -> Vec<IcdCandidate> {
        rank::search(&self.index, &self.synonyms.variants(text), nearness, limit)
    }

    /// How nearly codes mean what `text` says as a whole, in its own words or in those of the list. A single word is near to
    /// every kind of what it names, and tells none.
    pub fn nearness(&self, text: &str) -> Nearness {
        let mut nearness = Nearness::new();
        let variants = self.synonyms.variants(text);
        for variant in variants.iter().filter(|variant| variant.weight == 1.0 && variant.text.contains(' ')) {
            for (cosine, codes) in self.nearest(&variant.text) {
                for code in codes {
                    let best = nearness.entry(code).or_insert(cosine);
                    *best = best.max(cosine);
                }
            }
        }
        nearness
    }

    /// A model that was loaded can fail later only for want of memory; that is told in the log, as for the index.
    fn nearest(&self, text: &str) -> Vec<(f32, Vec<String>)> {
        let vector = self.encoder.encode(&meaning::plain(text)).map_err(TerminologyError::from);
        let nearest = vector.and_then(|vector| self.meanings.nearest(&vector, NEAREST));
        nearest.inspect_err(|error| tracing::error!(%error, "meanings cannot be compared")).unwrap_or_default()
    }

    /// The model that compares meanings, for the provenance of results.
    pub fn model_ref(&self) -> &ModelRef {
        self.encoder.model_ref()
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

/// The category of `code`, its first three characters: the illness, not its exact kind.
pub fn category(code: &str) -> &str {
    const CATEGORY: usize = 3;
    code.get(..CATEGORY).unwrap_or(code)
}

fn missing() -> TerminologyError {
    TerminologyError::Missing { name: "ICD-10-CM", command: "soapstone terminology pull" }
}

/// What the vectors are made of: the list of this build, and `encoder`.
fn source_of(encoder: &SentenceEncoder) -> meaning::Source {
    let list = Manifest::embedded().get(NAME).and_then(|list| list.sha256.clone());
    meaning::Source { list: list.unwrap_or_default(), model: encoder.model_ref().sha256.clone() }
}

/// Brings the tabular list and the model that compares meanings here and builds the index, unless all is done. Returns whether
/// there was anything to do.
pub fn pull(paths: &PathsConfig, progress: Progress<'_>) -> Result<bool, TerminologyError> {
    if Icd10Cm::open(paths).is_ok() {
        return Ok(false);
    }
    let store = ModelStore::new(paths);
    let source = store.pull(NAME, &|fraction| progress(fraction * 0.1))?;
    store.pull(embedding::TOKENIZER, &crate::domain::no_progress)?;
    store.pull(embedding::MODEL, &|fraction| progress(0.1 + fraction * 0.2))?;
    build(&source.path, paths, &|fraction| progress(0.3 + fraction * 0.7))?;
    Ok(true)
}

/// Takes the tabular list from a file that is already on the machine; it must be the release that the manifest names. The model
/// that compares meanings must be here.
pub fn import(paths: &PathsConfig, file: &Path, progress: Progress<'_>) -> Result<(), TerminologyError> {
    let other = || TerminologyError::NotTheList { path: file.to_owned() };
    let imported = ModelStore::new(paths).import(file, None, &|fraction| progress(fraction * 0.1));
    let source = imported.map_err(|error| match error {
        ModelError::Unsupported { .. } => other(),
        error => error.into(),
    })?;
    if source.model_ref.name != NAME {
        return Err(other());
    }
    build(&source.path, paths, &|fraction| progress(0.1 + fraction * 0.9))
}

fn build(xml: &Path, paths: &PathsConfig, progress: Progress<'_>) -> Result<(), TerminologyError> {
    let encoder = SentenceEncoder::load(&ModelStore::new(paths))?;
    let dir = &paths.terminology;
    let bytes = std::fs::read(xml).map_err(TerminologyError::io(xml))?;
    let codes = tabular::parse(&bytes)?;
    progress(0.05);
    files::require_space(dir, index::SPACE_BYTES)?;
    // The index does not say of which list it is; the vectors do.
    index::build(&codes, dir, &|fraction| progress(0.05 + fraction * 0.15))?;
    let source = source_of(&encoder);
    if meaning::Meanings::open(dir, &source)?.is_none() {
        meaning::build(&codes, &source, &encoder, dir, &|fraction| progress(0.2 + fraction * 0.8))?;
    }
    progress(1.0);
    Ok(())
}
