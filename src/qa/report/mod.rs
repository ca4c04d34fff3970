//! What a measurement found: `soapstone.bench-asr/1`, and the same as a page and as a table; [`notes`] has that of notes.

mod figures;
mod html;
pub mod notes;
mod table;

use std::collections::BTreeMap;

use figures::figures;
pub use figures::{Figure, Unit};
pub use html::page;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
pub use table::table;

use super::{
    metrics::{diarisation::Turn, drugs::DrugConfusion, speakers::PersonRoles},
    noise::Mix,
    score::{Counts, Rates},
};
use crate::domain::{ModelRef, PatientText, Role};

/// The one accepted value of a report's `schema` field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum AsrSchema {
    /// `soapstone.bench-asr/1`
    #[default]
    #[serde(rename = "soapstone.bench-asr/1")]
    V1,
}

/// Recognition measured on recordings whose words are known.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AsrReport {
    /// Always `soapstone.bench-asr/1`.
    pub schema: AsrSchema,
    /// Version of soapstone.
    pub soapstone: String,
    /// When, RFC 3339.
    pub created_at: String,
    /// The manifests or folders that were measured.
    pub manifests: Vec<String>,
    /// The models that were measured.
    pub models: Vec<ModelRef>,
    /// The figures over all recordings, as they came, without added noise.
    pub summary: Rates,
    /// What the summary was counted from.
    pub counts: Counts,
    /// The figures of the recordings with each tag.
    pub tags: BTreeMap<String, TagResult>,
    /// Each recording, in the order of the manifests.
    pub files: Vec<FileResult>,
    /// The same recordings under added noise.
    #[serde(default)]
    pub noise: Vec<NoiseResult>,
}

/// Recordings with one tag.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TagResult {
    /// How many.
    pub files: usize,
    /// Their figures together.
    #[serde(flatten)]
    pub rates: Rates,
}

/// One recording.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FileResult {
    /// Its name in the manifest.
    pub id: String,
    /// Its tags in the manifest.
    pub tags: Vec<String>,
    /// Its figures.
    #[serde(flatten)]
    pub rates: Rates,
    /// What they were counted from.
    pub counts: Counts,
    /// Drug names that went wrong.
    pub drug_confusions: Vec<DrugConfusion>,
    /// What was written although nobody spoke.
    #[serde(default)]
    pub invented: PatientText,
    /// Who each speaker of the reference is.
    #[serde(default)]
    pub people: BTreeMap<String, Role>,
    /// The roles that the words of each of these people were given, in the order in which they first speak.
    #[serde(default)]
    pub roles_given: Vec<PersonRoles>,
    /// Who spoke when, as the reference has it.
    pub reference_turns: Vec<Turn>,
    /// Who spoke when, as it was recognised.
    pub hypothesis_turns: Vec<Turn>,
}

/// The recordings under one noise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NoiseResult {
    /// Which noise, and how loud.
    #[serde(flatten)]
    pub mix: Mix,
    /// The figures over all recordings in which somebody speaks.
    pub summary: Rates,
    /// Each recording.
    pub files: Vec<FileResult>,
}

/// Every figure, in the order in which they are shown.
pub const FIGURES: &[Figure<Rates>] = figures! {
    "wer": "Word error rate", Percent, true, |rates| rates.wer,
        "Of 100 words that were said, how many were written wrongly, left out, or added.";
    "cer": "Character error rate", Percent, true, |rates| rates.cer,
        "The same by letters: near misses such as \"pain\" for \"pains\" weigh less.";
    "medical_term_recall": "Medical terms heard", Percent, false, |rates| rates.medical_term_recall,
        "Of 100 medical terms that were said, how many were written exactly.";
    "drug_recall": "Drug names heard", Percent, false, |rates| rates.drug_recall,
        "Of 100 drug names that were said, how many were written, by the name that was said.";
    "drug_recall_before_repair": "Drug names before repair", Percent, false, |rates| rates.drug_recall_before_repair,
        "The same before names that were probably misheard were put right.";
    "missed_drugs_suggested": "Missed names suggested", Percent, false, |rates| rates.missed_drugs_suggested,
        "Of 100 drug names that were said and not written, how many the transcript suggests to its reader beside what it has.";
    "false_drugs_per_hour": "False drugs per hour", Plain, true, |rates| rates.false_drugs_per_hour,
        "Drug names that were written and nobody said, in an hour of recording.";
    "der": "Speaker time errors", Percent, true, |rates| rates.der,
        "Of 100 seconds of speech, how many were given to nobody, to the wrong person, or made up.";
    "cpwer": "Word errors per speaker", Percent, true, |rates| rates.cpwer,
        "Word errors when each person's words are compared by themselves: a sentence given to the wrong person counts twice.";
    "role_accuracy": "Words with the right role", Percent, false, |rates| rates.role_accuracy,
        "Of 100 words that were recognised, how many were given to the right person: clinician, patient or other.";
    "invented_words_per_minute": "Invented words per minute", Plain, true, |rates| rates.invented_words_per_minute,
        "Words that were written, in a minute of recordings in which nobody speaks.";
    "real_time_factor": "Time per time recorded", Plain, true, |rates| rates.real_time_factor,
        "How long the work took for each second of recording; below 1 it keeps up with the talk. It depends on the machine.";
    "peak_rss_mb": "Memory", Megabytes, true, |rates| rates.peak_rss_mb,
        "The most memory that the whole process held.";
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rate_is_a_figure_under_its_own_key() {
        let rates = serde_json::to_value(Rates::default()).expect("plain data");
        let mut keys: Vec<&str> = rates.as_object().expect("an object").keys().map(String::as_str).collect();
        let mut figures: Vec<&str> = FIGURES.iter().map(|figure| figure.key).collect();
        keys.sort_unstable();
        figures.sort_unstable();
        assert_eq!(keys, figures);
    }
}
