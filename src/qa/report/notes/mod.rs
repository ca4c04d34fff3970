//! What a measurement of notes found: `soapstone.bench-notes/1`, and the same as a page and as a table.

mod html;
mod table;

pub use html::page;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
pub use table::table;

use super::{Figure, Unit, figures};
use crate::{
    domain::{ModelRef, PatientText, PromptRef, Role},
    qa::notes::{Division, NoteCounts, NoteRates},
};

/// The one accepted value of a report's `schema` field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum NotesSchema {
    /// `soapstone.bench-notes/1`
    #[default]
    #[serde(rename = "soapstone.bench-notes/1")]
    V1,
}

/// Notes measured on visits whose notes or facts are known.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NotesReport {
    /// Always `soapstone.bench-notes/1`.
    pub schema: NotesSchema,
    /// Version of soapstone.
    pub soapstone: String,
    /// When, RFC 3339.
    pub created_at: String,
    /// The corpora that were measured.
    pub corpora: Vec<String>,
    /// The models that were measured.
    pub models: Vec<ModelRef>,
    /// The prompts that were measured.
    pub prompts: Vec<PromptRef>,
    /// The figures over all visits.
    pub summary: NoteRates,
    /// What the summary was counted from.
    pub counts: NoteCounts,
    /// Each visit, in the order of the corpora.
    pub visits: Vec<NoteResult>,
}

/// One visit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NoteResult {
    /// Its name in the corpus.
    pub id: String,
    /// Its figures.
    #[serde(flatten)]
    pub rates: NoteRates,
    /// What they were counted from.
    pub counts: NoteCounts,
    /// Where the note's lists and codes are not what the facts say.
    pub disagreements: Vec<Disagreement>,
    /// The reference note.
    pub reference: Option<PatientText>,
    /// The note that was written, without its empty sections.
    pub note: Vec<Section>,
    /// What the checks took out of it.
    pub taken_out: Vec<TakenOut>,
    /// What was said and is not in it, as far as the checks know.
    pub omitted: Vec<LeftOut>,
}

/// A fact that the note has not, has otherwise, or has and should not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Disagreement {
    /// `medicine`, `allergy` or `code`; `unlisted` where neither a statement nor a list for review tells of it.
    pub kind: String,
    /// What the facts say; empty where they say nothing.
    pub expected: PatientText,
    /// What the note has; empty where it has nothing.
    pub found: PatientText,
}

/// A section of a note.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// Its statements.
    pub lines: Vec<Line>,
}

/// A statement of a note.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// What it says.
    pub text: PatientText,
    /// Why it fails the checks when it is read by itself, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<PatientText>,
    /// What was said for it.
    pub evidence: Vec<Said>,
}

/// An utterance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Said {
    /// Its id.
    pub utterance: String,
    /// Whose it is.
    pub role: Role,
    /// What was said.
    pub text: PatientText,
}

/// A statement that the checks took out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TakenOut {
    /// What the model wrote.
    pub text: PatientText,
    /// Why it is not in the note.
    pub reason: PatientText,
}

/// A fact that no statement covers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeftOut {
    /// `symptom`, `medication`, …
    pub kind: String,
    /// What was said.
    pub text: PatientText,
    /// Where.
    pub evidence: Vec<Said>,
}

/// Every figure, in the order in which they are shown; of ROUGE, that of the whole note.
pub const NOTE_FIGURES: &[Figure<NoteRates>] = figures! {
    "rouge1": "ROUGE-1", Plain, false, |rates| rates.rouge1.whole,
        "Words that note and reference share, from 0 to 100: two clinicians' notes of one visit would not reach 100 either.";
    "rouge2": "ROUGE-2", Plain, false, |rates| rates.rouge2.whole,
        "The same for pairs of words: phrases count, too.";
    "rougeL": "ROUGE-Lsum", Plain, false, |rates| rates.rouge_l.whole,
        "The same for words in the same order within a line.";
    "concept_f1": "Concepts in common", Percent, false, |rates| rates.concept_f1,
        "Drugs, symptoms and medical terms that note and reference both name, whatever the wording (F1).";
    "medication_f1": "Medicines right", Percent, false, |rates| rates.medication_f1,
        "How well the note's list of medicines is the one it should be: none missing, none too many (F1).";
    "allergy_f1": "Allergies right", Percent, false, |rates| rates.allergy_f1,
        "The same for allergies.";
    "icd10cm_recall": "Codes right", Percent, false, |rates| rates.icd10cm_recall,
        "Of 100 problems, for how many a right ICD-10-CM code is proposed first.";
    "icd10cm_category_recall": "Codes of the right category", Percent, false, |rates| rates.icd10cm_category_recall,
        "The same, where the first three characters are enough: the illness, not its exact kind.";
    "unsupported_rate": "Statements that fail checks", Percent, true, |rates| rates.unsupported_rate,
        "Of 100 statements in the finished notes, how many fail soapstone's own checks when read by themselves. True ones that a rule put in other words are among them; errors that the checks cannot see are not.";
    "taken_out_rate": "Statements taken out", Percent, true, |rates| rates.taken_out_rate,
        "Of 100 statements that were written, how many the checks took out before the note was finished.";
    "omission_rate": "Facts left out", Percent, true, |rates| rates.omission_rate,
        "Of 100 facts that soapstone's rules heard, how many are in no statement; the note lists them for review.";
    "unlisted_rate": "Facts lost", Percent, true, |rates| rates.unlisted_rate,
        "Of 100 facts that are known of the visits, how many no statement rests on and no list for review has: nobody is told of them.";
    "seconds_per_note": "Seconds per note", Plain, true, |rates| rates.seconds_per_note,
        "From transcript to note, without loading the model. It depends on the machine.";
    "tokens_per_second": "Tokens per second", Plain, false, |rates| rates.tokens_per_second,
        "How fast the model writes, without reading the visit. It depends on the machine.";
};

/// The parts of a note by which ROUGE is told, with their names.
const PARTS: [(Option<Division>, &str); 5] = [
    (None, "whole note"),
    (Some(Division::Subjective), "subjective"),
    (Some(Division::ObjectiveExam), "exam"),
    (Some(Division::ObjectiveResults), "results"),
    (Some(Division::AssessmentAndPlan), "assessment and plan"),
];

/// ROUGE-1, -2 and -Lsum of each part of a note, with its name, as they are shown.
fn rouge_rows(rates: &NoteRates) -> Vec<(&'static str, [String; 3])> {
    let scores = [&rates.rouge1, &rates.rouge2, &rates.rouge_l];
    PARTS.map(|(division, name)| (name, scores.map(|score| Unit::Plain.show(score.of(division))))).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::qa::notes::tests::report;

    #[test]
    fn every_rate_is_a_figure_under_its_own_key() {
        let rates = serde_json::to_value(NoteRates::default()).expect("plain data");
        let mut keys: Vec<&str> = rates.as_object().expect("an object").keys().map(String::as_str).collect();
        let mut figures: Vec<&str> = NOTE_FIGURES.iter().map(|figure| figure.key).collect();
        keys.sort_unstable();
        figures.sort_unstable();
        assert_eq!(keys, figures);
    }

    #[test]
    fn a_report_is_read_as_it_was_written() {
        let report = report();
        let json = serde_json::to_string(&report).expect("plain data");
        assert_eq!(serde_json::from_str::<NotesReport>(&json).expect("it is a report"), report);
    }

    #[test]
    fn debug_shows_nothing_of_a_visit() {
        let debug = format!("{:?}", report());
        for word in ["knee", "Knee", "penicillin", "fever", "Morphine", "x-ray"] {
            assert!(!debug.contains(word), "{word}");
        }
    }
}
