//! Which visits are measured, and what is known of each: a JSON object a line.
//!
//! What was said is a `dialogue` in the line (`[doctor] …` and `[patient] …`) or the name of a `transcript` file. What is
//! known is a reference `note`, perhaps parted by `divisions`, `facts` or the name of a file of them, or both. Other keys are for others. Paths
//! start from the corpus's folder. A recording that a manifest names is not heard: its exact transcript stands for it.

use std::{
    collections::{BTreeMap, HashSet},
    io,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use regex::Regex;
use serde::Deserialize;
use serde_json::Value;

use super::divisions::{self, Divided};
use crate::{
    domain::{PatientText, Transcript},
    language::patterns::pattern,
    pipeline::MIN_WORDS,
    qa::files,
    transcription::reading::{self, ReadingError},
};

/// Why there is nothing to measure. No variant carries text of a visit.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line is no visit.
    #[error("{}, line {line}: {reason}", path.display())]
    Line {
        /// The corpus.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// What was said cannot be read.
    #[error("{}, line {line}: what was said cannot be read: {source}", path.display())]
    Said {
        /// The corpus.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// Why.
        source: ReadingError,
    },
    /// A file of facts has another shape.
    #[error("{} is no file of facts (line {line}, column {column}): it lists problems, medications and allergies", path.display())]
    Facts {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// Nothing is listed.
    #[error("{} names no visit; a line looks like {{\"id\":\"a\",\"dialogue\":\"[doctor] …\\n[patient] …\",\"note\":\"…\"}}", path.display())]
    Empty {
        /// The corpus.
        path: PathBuf,
    },
}

/// A visit to measure with.
pub struct NoteItem {
    /// Its name in reports.
    pub id: String,
    /// What was said.
    pub transcript: Transcript,
    /// The whole reference note.
    pub note: Option<PatientText>,
    /// The reference note by its parts.
    pub divisions: Divided,
    /// What a note of it ought to hold.
    pub facts: Option<GoldFacts>,
}

/// What a note ought to hold; a kind that a file leaves out is not known.
#[derive(Default, Deserialize)]
pub struct GoldFacts {
    /// What was assessed.
    pub problems: Option<Vec<GoldProblem>>,
    /// The patient's medicines.
    pub medications: Option<Vec<GoldMedication>>,
    /// The patient's allergies.
    pub allergies: Option<Vec<GoldAllergy>>,
    /// Whatever else is known, by its kind.
    #[serde(flatten)]
    pub others: BTreeMap<String, Value>,
}

/// Kinds of facts that a clinician wants to find in a note, or to be told of.
const WANTED: [&str; 11] = [
    "vitals",
    "orders",
    "symptoms",
    "past_history",
    "family",
    "social",
    "findings",
    "results",
    "advice",
    "follow_up",
    "safety_net",
];

impl GoldFacts {
    /// A kind that seems to be meant as another, and that one.
    fn misspelt_kind(&self) -> Option<(String, &'static str)> {
        let named = [
            (self.problems.is_some(), "problems"),
            (self.medications.is_some(), "medications"),
            (self.allergies.is_some(), "allergies"),
        ];
        let known: Vec<&'static str> = named.iter().map(|(_, kind)| *kind).chain(WANTED).collect();
        let given = named.iter().filter(|(given, _)| *given).map(|(_, kind)| *kind);
        files::misspelt(&given.chain(self.others.keys().map(String::as_str)).collect::<Vec<_>>(), &known)
    }

    /// A code of a problem that does not look like one.
    fn no_code(&self) -> Option<&str> {
        static CODE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[A-Z][0-9][0-9A-Z](?:\.[0-9A-Z]{1,4})?$"));
        let codes = self.problems.iter().flatten().flat_map(|problem| &problem.icd10cm).map(String::as_str);
        codes.into_iter().find(|code| !CODE.is_match(code))
    }

    /// The words by which each fact was told, of those whose file has them.
    pub fn told(&self) -> Vec<Vec<PatientText>> {
        let medications = self.medications.iter().flatten().map(|one| one.said.clone());
        let allergies = self.allergies.iter().flatten().map(|one| one.said.clone());
        let words = |one: &Value| -> Vec<PatientText> {
            let said = one["said"].as_array().into_iter().flatten();
            said.filter_map(Value::as_str).map(PatientText::from).collect()
        };
        let lists = WANTED.iter().filter_map(|kind| self.others.get(*kind)?.as_array());
        let others = lists.flatten().map(words);
        medications.chain(allergies).chain(others).filter(|said| !said.is_empty()).collect()
    }
}

/// A problem that was assessed.
#[derive(Deserialize)]
pub struct GoldProblem {
    /// In words.
    pub name: PatientText,
    /// Every code that would be right.
    #[serde(default)]
    pub icd10cm: Vec<String>,
}

/// A medicine of the patient's.
#[derive(Deserialize)]
pub struct GoldMedication {
    /// Its ingredients.
    pub name: PatientText,
    /// The words by which it was told.
    #[serde(default)]
    pub said: Vec<PatientText>,
}

/// An allergy of the patient's.
#[derive(Deserialize)]
pub struct GoldAllergy {
    /// To what.
    pub substance: PatientText,
    /// The words by which it was told.
    #[serde(default)]
    pub said: Vec<PatientText>,
}

#[derive(Deserialize)]
struct Line {
    id: String,
    dialogue: Option<PatientText>,
    transcript: Option<PathBuf>,
    note: Option<PatientText>,
    #[serde(default)]
    divisions: Divided,
    facts: Option<Known>,
}

/// Facts in a file of their own, or in the line.
#[derive(Deserialize)]
#[serde(untagged)]
enum Known {
    File(PathBuf),
    Here(GoldFacts),
}

/// Reads the corpus at `path`, with all that it names.
pub fn read_corpus(path: &Path) -> Result<Vec<NoteItem>, CorpusError> {
    let text = String::from_utf8_lossy(&read_bytes(path)?).into_owned();
    let (mut items, mut ids) = (Vec::new(), HashSet::new());
    for (index, text) in text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
        let place = Place { path, line: index + 1 };
        let item = place.read(text)?;
        if !ids.insert(item.id.clone()) {
            return Err(place.wrong(format!("the id {} is taken by an earlier line", item.id)));
        }
        items.push(item);
    }
    if items.is_empty() { Err(CorpusError::Empty { path: path.to_owned() }) } else { Ok(items) }
}

/// A line of a corpus.
struct Place<'a> {
    path: &'a Path,
    line: usize,
}

impl Place<'_> {
    fn read(&self, text: &str) -> Result<NoteItem, CorpusError> {
        // The library's message may quote a value, which may be a patient's words.
        let line: Line = serde_json::from_str(text).map_err(|error| {
            let column = error.column();
            self.wrong(format!(
                "it is no JSON object with an id and texts as in `soapstone bench notes --help` (column {column})"
            ))
        })?;
        let transcript = self.said(&line)?;
        let words = transcript.utterances.iter().map(|said| said.text.split_whitespace().count()).sum::<usize>();
        if words < MIN_WORDS {
            return Err(self.wrong(format!("only {words} words are said, and a note needs {MIN_WORDS}")));
        }
        let mut divided = line.note.as_ref().map(|note| divisions::by_headings(note)).unwrap_or_default();
        divided.extend(line.divisions);
        let facts = match line.facts {
            Some(Known::File(file)) => Some(read_facts(&self.named(&file)?, &self.beside(&file))?),
            Some(Known::Here(facts)) => Some(facts),
            None => None,
        };
        if let Some((written, meant)) = facts.as_ref().and_then(GoldFacts::misspelt_kind) {
            return Err(self.wrong(format!("its facts have no {meant}, but {written}: is {meant} meant?")));
        }
        if let Some(code) = facts.as_ref().and_then(GoldFacts::no_code) {
            return Err(self.wrong(format!("{code} is not written as an ICD-10-CM code is: E11.9, I10, S83.241A")));
        }
        Ok(NoteItem { id: line.id, transcript, note: line.note, divisions: divided, facts })
    }

    fn said(&self, line: &Line) -> Result<Transcript, CorpusError> {
        let read = match (&line.dialogue, &line.transcript) {
            (Some(dialogue), None) => reading::from_dialogue(dialogue.as_bytes()),
            (None, Some(file)) => from_file(&self.named(file)?),
            _ => return Err(self.wrong("it needs a \"dialogue\" or a \"transcript\", and one only".to_owned())),
        };
        read.map_err(|source| CorpusError::Said { path: self.path.to_owned(), line: self.line, source })
    }

    /// What is in a file that the line names.
    fn named(&self, file: &Path) -> Result<Vec<u8>, CorpusError> {
        let path = self.beside(file);
        files::read_bytes(&path).map_err(|source| self.wrong(format!("it names {}: {source}", path.display())))
    }

    fn beside(&self, file: &Path) -> PathBuf {
        self.path.parent().unwrap_or_else(|| Path::new("")).join(file)
    }

    fn wrong(&self, reason: String) -> CorpusError {
        CorpusError::Line { path: self.path.to_owned(), line: self.line, reason }
    }
}

fn from_file(bytes: &[u8]) -> Result<Transcript, ReadingError> {
    let is_json = bytes.trim_ascii_start().starts_with(b"{");
    if is_json { reading::from_json(bytes) } else { reading::from_dialogue(bytes) }
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, CorpusError> {
    files::read_bytes(path).map_err(|source| CorpusError::Read { path: path.to_owned(), source })
}

fn read_facts(bytes: &[u8], path: &Path) -> Result<GoldFacts, CorpusError> {
    let wrong = |error: serde_json::Error| CorpusError::Facts {
        path: path.to_owned(),
        line: error.line(),
        column: error.column(),
    };
    serde_json::from_slice(bytes).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{domain::Role, qa::notes::Division};

    const SAID: &str = "[doctor] good morning , what brings you in to see me today ?\\n[patient] my left knee has been \
        hurting for two weeks now , mostly when i go down the stairs , and i take ibuprofen for it .";

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in files {
            fs::write(folder.path().join(name), text).expect("it can be written");
        }
        folder
    }

    fn read(files: &[(&str, &str)]) -> Result<Vec<NoteItem>, CorpusError> {
        read_corpus(&folder(files).path().join("c"))
    }

    #[test]
    fn a_misspelt_kind_of_fact_is_told() {
        let line = format!(r#"{{"id":"a","dialogue":"{SAID}","facts":{{"problems":[],"medicatons":[]}}}}"#);
        let fault = read(&[("c", &line)]).err().expect("it is refused").to_string();
        assert!(fault.contains("line 1") && fault.contains("is medications meant?"), "{fault}");
    }

    #[test]
    fn a_dialogue_with_its_note_is_a_visit() {
        let divided = r#""divisions":{"subjective":"Knee pain by hand."}"#;
        let line =
            format!(r#"{{"id":"a","kind":"x","dialogue":"{SAID}","note":"CC:\nKnee pain.\nPLAN\nRest.",{divided}}}"#);
        let items = read(&[("c", &line)]).expect("it is a corpus");
        let item = &items[0];
        assert_eq!((item.id.as_str(), item.transcript.utterances[1].role), ("a", Role::Patient));
        assert!(item.note.as_ref().is_some_and(|note| note.starts_with("CC:")) && item.facts.is_none());
        // What the corpus divides by hand comes before headings, which give the rest.
        assert_eq!(item.divisions[&Division::Subjective].as_str(), "Knee pain by hand.");
        assert_eq!(item.divisions[&Division::AssessmentAndPlan].as_str(), "PLAN\nRest.\n");
        assert_eq!(item.divisions.len(), 2);
    }

    #[test]
    fn a_manifest_names_transcript_and_facts() {
        let line = r#"{"id":"b","audio":"not-heard.flac","transcript":"b.txt","facts":"b.json","tags":["x"]}"#;
        let facts = r#"{"schema":"soapstone.facts/1","medications":[{"name":"ibuprofen","dose":null}],
            "problems":[{"name":"Knee pain","icd10cm":["M25.562"]}]}"#;
        let said = SAID.replace("\\n", "\n");
        let items = read(&[("c", line), ("b.txt", &said), ("b.json", facts)]).expect("it is a manifest");
        let facts = items[0].facts.as_ref().expect("it has facts");
        assert_eq!(facts.medications.as_ref().map(Vec::len), Some(1));
        assert_eq!(facts.problems.as_ref().expect("there are")[0].icd10cm, ["M25.562"]);
        assert!(facts.allergies.is_none() && items[0].note.is_none() && items[0].divisions.is_empty());
        let line = format!(
            r#"{{"id":"c","dialogue":"{SAID}","facts":{facts_here}}}"#,
            facts_here = r#"{"allergies":[{"substance":"latex"}]}"#
        );
        let items = read(&[("c", &line)]).expect("facts stand in the line");
        assert_eq!(items[0].facts.as_ref().and_then(|facts| Some(facts.allergies.as_ref()?.len())), Some(1));
    }

    #[test]
    fn a_byte_order_mark_does_no_harm() {
        let marked = |text: &str| format!("\u{feff}{text}");
        let line = marked(r#"{"id":"b","transcript":"b.json","facts":"b.facts.json"}"#);
        let said = SAID.split("\\n").map(|turn| format!(r#"{{"role":"patient","text":"{turn}"}}"#));
        let said = said.collect::<Vec<_>>().join(",");
        let transcript = marked(&format!(r#"{{"schema":"soapstone.transcript/1","utterances":[{said}]}}"#));
        let facts = marked(r#"{"allergies":[]}"#);
        let items = read(&[("c", &line), ("b.json", &transcript), ("b.facts.json", &facts)]).expect("it is a corpus");
        assert_eq!(items[0].transcript.utterances.len(), 2);
        assert!(items[0].facts.as_ref().is_some_and(|facts| facts.allergies.is_some()));
    }

    #[test]
    fn each_fault_names_its_place_and_quotes_nothing() {
        let fault = |files: &[(&str, &str)]| read(files).err().expect("it is refused").to_string();
        let line = |rest: &str| format!(r#"{{"id":"a",{rest}}}"#);
        let dialogue = line(&format!(r#""dialogue":"{SAID}""#));
        assert!(fault(&[("c", "\n")]).contains("names no visit"));
        assert!(fault(&[("x", "")]).contains("cannot read"));
        let wrong = fault(&[("c", r#"{"id":"a","dialogue":["secret"]}"#)]);
        assert!(wrong.contains("line 1: it is no JSON object") && !wrong.contains("secret"), "{wrong}");
        assert!(fault(&[("c", &line(r#""note":"x""#))]).contains("line 1: it needs a \"dialogue\""));
        assert!(fault(&[("c", &line(r#""dialogue":"nobody""#))]).contains("line 1: what was said cannot be read"));
        assert!(fault(&[("c", &line(r#""dialogue":"[doctor] hello""#))]).contains("only 1 words are said"));
        assert!(fault(&[("c", &format!("{dialogue}\n\n{dialogue}"))]).contains("line 3: the id a is taken"));
        let missing = fault(&[("c", &line(r#""transcript":"none.json""#))]);
        assert!(missing.contains("line 1: it names") && missing.contains("none.json"), "{missing}");
        let with_facts = dialogue.replace('}', r#","facts":"f"}"#);
        let facts = fault(&[("c", &with_facts), ("f", r#"{"allergies":["secret"]}"#)]);
        assert!(facts.contains("is no file of facts (line 1") && !facts.contains("secret"), "{facts}");
        let coded = [("c", &*with_facts), ("f", r#"{"problems":[{"name":"x","icd10cm":["I99999"]}]}"#)];
        assert!(fault(&coded).contains("line 1: I99999 is not written as an ICD-10-CM code"));
    }
}
