//! How a note is laid out and what a clinic asks for in it: one TOML file a template (`docs/TEMPLATES.md`).
//!
//! A template gives headings and their order, and adds a sentence to a section's prompt. It changes nothing about what may
//! stand in a note: every line goes through the same checks.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::domain::{SectionKind, hex};

/// The version in use of the program's own templates. A shipped version is never edited: a new one is added.
const VERSION: &str = "1";

/// The program's own templates, the default first.
const BUNDLED: [&str; 6] = [
    include_str!("../../prompts/templates/1/soap.toml"),
    include_str!("../../prompts/templates/1/hp.toml"),
    include_str!("../../prompts/templates/1/consultation.toml"),
    include_str!("../../prompts/templates/1/follow-up.toml"),
    include_str!("../../prompts/templates/1/telehealth.toml"),
    include_str!("../../prompts/templates/1/behavioural-health.toml"),
];

/// Characters of a name or heading, at most: one line of a page.
const LONGEST_NAME: usize = 80;

/// Characters of what a template adds to a section's prompt, at most. The prompts themselves are no longer.
const LONGEST_INSTRUCTION: usize = 300;

/// A layout of the note.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// What it is called on the command line and in notes.
    pub id: String,
    /// What the note is called.
    pub title: String,
    /// What kind of document it becomes in the record.
    pub document_type: DocumentType,
    /// From top to bottom. Each section of a note has its place in one of them, so that no layout leaves out what was said.
    #[serde(rename = "section")]
    pub places: Vec<Place>,
    /// What is added to the prompts of sections.
    #[serde(default)]
    pub instructions: BTreeMap<SectionKind, String>,
    /// Of the program's own templates their version, of a clinic's the hash of its file.
    #[serde(skip)]
    pub version: String,
}

/// A kind of document, by LOINC.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentType {
    /// The code.
    pub code: String,
    /// Its name in LOINC.
    pub display: String,
}

/// One heading, and what stands under it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// As the clinic writes it.
    pub heading: String,
    /// The larger heading that this and its neighbours stand under, if any.
    pub under: Option<String>,
    /// The sections of a note that fill it, in this order.
    pub from: Vec<SectionKind>,
    /// Whether assessment and plan stand together, problem by problem.
    #[serde(default)]
    pub by_problem: bool,
    /// Whether the heading stands there with nothing under it, for the clinician to fill in. Otherwise it is left out.
    #[serde(default)]
    pub keep_empty: bool,
}

/// Why a template cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// Neither a template of the program nor a file.
    #[error("there is no template {name}: choose {}, or give a file that ends in .toml", names().join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// The file cannot be read.
    #[error("cannot read the template {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not valid TOML, or a key is unknown, missing or of the wrong type.
    #[error("the template {} is not valid: {reason}", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Where and why.
        reason: String,
    },
    /// A value that no template can have.
    #[error("the template {}: {}", path.display(), fault)]
    Value {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        fault: Fault,
    },
}

/// A value that no template can have.
#[derive(Debug, thiserror::Error)]
#[error("{key} is {value}: {rule}")]
pub struct Fault {
    key: String,
    value: String,
    rule: String,
}

fn names() -> Vec<&'static str> {
    Template::bundled().iter().map(|template| template.id.as_str()).collect()
}

impl Template {
    /// The template called `name`: one of the program's own, or a clinic's file.
    pub fn load(name: &str) -> Result<Self, TemplateError> {
        if let Some(own) = Self::bundled().iter().find(|template| template.id == name) {
            return Ok(own.clone());
        }
        let path = Path::new(name);
        if path.extension().is_none_or(|extension| extension != "toml") {
            return Err(TemplateError::Unknown { name: name.to_owned() });
        }
        Self::read(path)
    }

    fn read(path: &Path) -> Result<Self, TemplateError> {
        let path = path.to_owned();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(source) => return Err(TemplateError::Read { path, source }),
        };
        let mut template = match Self::parse(&text) {
            Ok(template) => template,
            Err(error) => return Err(TemplateError::Parse { path, reason: error.to_string() }),
        };
        if let Err(fault) = template.validate().and_then(|()| template.has_its_own_id()) {
            return Err(TemplateError::Value { path, fault });
        }
        let hash = Sha256::digest(text.as_bytes());
        template.version = format!("sha256:{}", hex(&hash));
        Ok(template)
    }

    fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// The program's own templates, the default first.
    pub fn bundled() -> &'static [Self] {
        static BUNDLED_TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(|| {
            let template = |text: &&str| {
                let template = Template::parse(text).expect("a shipped template is valid");
                Template { version: VERSION.to_owned(), ..template }
            };
            BUNDLED.iter().map(template).collect()
        });
        &BUNDLED_TEMPLATES
    }

    /// The layout of a note for which none was chosen: SOAP.
    pub fn soap() -> &'static Self {
        &Self::bundled()[0]
    }

    fn validate(&self) -> Result<(), Fault> {
        let is_id = |id: &str| {
            let letters = id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
            letters && (1..=40).contains(&id.len())
        };
        require(is_id(&self.id), "id", &self.id, "it must be of 1 to 40 small letters, digits and hyphens")?;
        require_name("title", &self.title)?;
        let DocumentType { code, display } = &self.document_type;
        let rule = "it must be a LOINC code, like 11506-3 for a progress note, 34117-2 for a history and physical, \
                    11488-4 for a consultation note";
        require(is_loinc(code), "document_type.code", code, rule)?;
        require_name("document_type.display", display)?;
        self.validate_places()?;
        self.instructions.iter().try_for_each(|(kind, text)| validate_instruction(*kind, text))
    }

    fn validate_places(&self) -> Result<(), Fault> {
        let mut headings: Vec<&str> = Vec::new();
        let mut placed: Vec<SectionKind> = Vec::new();
        for place in &self.places {
            require_name("section.heading", &place.heading)?;
            place.under.as_ref().map_or(Ok(()), |under| require_name("section.under", under))?;
            let twice = headings.contains(&place.heading.as_str());
            require(!twice, "section.heading", &place.heading, "another section has the same heading")?;
            headings.push(&place.heading);
            let named = ids(&place.from);
            require(
                !place.from.is_empty(),
                "section.from",
                &named,
                &format!("it must name some of {}", ids(&SectionKind::ALL)),
            )?;
            let both = place.from == [SectionKind::Assessment, SectionKind::Plan];
            let rule = "only a section from assessment and plan can be ordered by problem";
            require(both || !place.by_problem, "section.from", &named, rule)?;
            for kind in &place.from {
                require(
                    !placed.contains(kind),
                    "section.from",
                    &named,
                    &format!("{} already has its place", id(*kind)),
                )?;
                placed.push(*kind);
            }
        }
        let missing: Vec<SectionKind> = SectionKind::ALL.into_iter().filter(|kind| !placed.contains(kind)).collect();
        let rule =
            "every section needs its place, or what was said would be missing; one with nothing in it is not shown";
        require(missing.is_empty(), "section.from", &format!("without {}", ids(&missing)), rule)
    }

    fn has_its_own_id(&self) -> Result<(), Fault> {
        require(
            !names().contains(&self.id.as_str()),
            "id",
            &self.id,
            "this is a template of soapstone; choose another id",
        )
    }
}

fn validate_instruction(kind: SectionKind, text: &str) -> Result<(), Fault> {
    let key = format!("instructions.{}", id(kind));
    let rule = "this section is not written by the language model but from facts, so that there is nobody to instruct";
    require(!kind.is_from_facts(), &key, "set", rule)?;
    let length = text.chars().count();
    let rule = format!("it must have 1 to {LONGEST_INSTRUCTION}");
    require(!text.trim().is_empty() && length <= LONGEST_INSTRUCTION, &key, &format!("{length} characters long"), &rule)
}

/// A name that takes one line of a page, and is no Markdown of its own.
fn require_name(key: &str, text: &str) -> Result<(), Fault> {
    let plain = text.starts_with(char::is_alphanumeric) && !text.contains(char::is_control);
    let fits = text.chars().count() <= LONGEST_NAME;
    let rule = format!("it must be one line of at most {LONGEST_NAME} characters that begins with a letter or digit");
    require(plain && fits, key, text, &rule)
}

fn require(holds: bool, key: &str, value: &str, rule: &str) -> Result<(), Fault> {
    let value = if value.is_empty() { "empty" } else { value };
    if holds { Ok(()) } else { Err(Fault { key: key.to_owned(), value: value.to_owned(), rule: rule.to_owned() }) }
}

fn ids(kinds: &[SectionKind]) -> String {
    kinds.iter().map(|kind| id(*kind)).collect::<Vec<_>>().join(", ")
}

/// A section's name in files.
fn id(kind: SectionKind) -> String {
    let name = serde_json::to_value(kind).expect("a section has a name");
    name.as_str().unwrap_or_default().to_owned()
}

/// Digits, a hyphen and the check digit (mod 10, as LOINC's users' guide gives it).
fn is_loinc(code: &str) -> bool {
    let Some((number, check)) = code.split_once('-') else { return false };
    let digits: Vec<u32> = number.chars().filter_map(|c| c.to_digit(10)).collect();
    let doubled = |digit: u32| 2 * digit / 10 + 2 * digit % 10;
    let weighed = digits.iter().rev().enumerate().map(|(at, digit)| if at % 2 == 0 { doubled(*digit) } else { *digit });
    let wanted = (10 - weighed.sum::<u32>() % 10) % 10;
    digits.len() == number.len() && (1..=7).contains(&digits.len()) && check == wanted.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_of_the_program_is_valid_and_called_by_its_id() {
        for template in Template::bundled() {
            assert!(template.validate().is_ok(), "{}: {:?}", template.id, template.validate());
            assert_eq!(&Template::load(&template.id).expect("it is there"), template);
        }
        assert_eq!(names(), ["soap", "hp", "consultation", "follow-up", "telehealth", "behavioural-health"]);
    }

    #[test]
    fn a_document_type_is_checked_by_its_last_digit() {
        for code in ["11506-3", "34117-2", "11488-4", "18842-5", "28570-0", "10164-2", "8716-3"] {
            assert!(is_loinc(code), "{code}");
        }
        for code in ["11506-4", "11506", "", "-", "1150x-3", "11506-33", "115063"] {
            assert!(!is_loinc(code), "{code}");
        }
    }

    /// What is said of the default template with `from` replaced by `to` everywhere.
    fn fault(from: &str, to: &str) -> String {
        let text = BUNDLED[0].replace("\"soap\"", "\"ours\"").replace(from, to);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("ours.toml");
        fs::write(&path, text).expect("it can be written");
        let name = path.to_str().expect("a plain path");
        let told = Template::load(name).map_or_else(|error| error.to_string(), |template| template.version);
        told.replace(name, "FILE")
    }

    #[test]
    fn a_clinics_own_file_is_known_by_its_hash() {
        assert!(fault("Chief complaint", "Reason").starts_with("sha256:"));
        assert_ne!(fault("Chief complaint", "Reason"), fault("Chief complaint", "Why"));
    }

    #[test]
    fn a_fault_names_the_file_the_key_and_what_is_allowed() {
        let last = "by_problem = true";
        for (from, to, told) in [
            ("\"ours\"", "\"soap\"", "the template FILE: id is soap: this is a template of soapstone"),
            ("\"ours\"", "\"Our Clinic\"", "id is Our Clinic: it must be of 1 to 40 small letters"),
            ("Progress note\"\ndoc", "\"\ndoc", "title is empty: it must be one line of at most 80"),
            ("11506-3", "11506-4", "document_type.code is 11506-4: it must be a LOINC code, like 11506-3"),
            ("\"Results\"", "\"# Results\"", "section.heading is # Results: it must be one line"),
            ("\"Results\"", "\"Allergies\"", "section.heading is Allergies: another section has the same heading"),
            ("[\"results\"]", "[]", "section.from is empty: it must name some of chief_complaint, "),
            ("[\"results\"]", "[\"vitals\"]", "section.from is vitals: vitals already has its place"),
            ("\"results\"", "\"resluts\"", "unknown variant `resluts`"),
            ("under", "udner", "unknown field `udner`"),
            ("[\"results\"]", "[\"results\"]\nby_problem = true", "only a section from assessment and plan"),
            ("\"assessment\", \"plan\"", "\"plan\", \"assessment\"", "only a section from assessment and plan"),
            (last, "[instructions]\nvitals = \"x\"", "instructions.vitals is set: this section is not written by the"),
            (last, "[instructions]\nplan = \"\"", "instructions.plan is 0 characters long: it must have 1 to 300"),
            ("title =", "titel =", "the template FILE is not valid: TOML parse error at line 2"),
        ] {
            let fault = fault(from, to);
            assert!(fault.contains(told), "{to}: {fault}");
        }
        let without =
            BUNDLED[0].replace("[[section]]\nheading = \"Results\"\nunder = \"Objective\"\nfrom = [\"results\"]\n", "");
        let fault = fault(BUNDLED[0].split_once('\n').expect("lines").1, without.split_once('\n').expect("lines").1);
        assert!(fault.contains("section.from is without results: every section needs its place"), "{fault}");
        assert!(long_instruction().contains("instructions.plan is 301 characters long"));
    }

    fn long_instruction() -> String {
        fault("by_problem = true", &format!("[instructions]\nplan = \"{}\"", "x".repeat(301)))
    }

    #[test]
    fn what_is_no_template_is_told_which_there_are() {
        let unknown = Template::load("sopa").expect_err("refused").to_string();
        assert!(unknown.contains("no template sopa: choose soap, hp, ") && unknown.contains(".toml"), "{unknown}");
        assert!(
            Template::load("none.toml")
                .expect_err("refused")
                .to_string()
                .contains("cannot read the template none.toml")
        );
    }
}
