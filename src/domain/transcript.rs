//! Who said what, and when: `soapstone.transcript/1`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PatientText;

/// The name and version of the transcript format, as its `schema` field carries it.
pub const TRANSCRIPT_SCHEMA: &str = "soapstone.transcript/1";

/// A visit as text. A transcript that was not made from audio has no times and no words.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Transcript {
    /// Always `soapstone.transcript/1`.
    pub schema: TranscriptSchema,
    /// The recording, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio: Option<AudioInfo>,
    /// BCP 47 tag of the language spoken.
    #[serde(default = "english")]
    pub language: String,
    /// The models that made it.
    #[serde(default)]
    pub models: Vec<ModelRef>,
    /// Whether the labels of clinician and patient came exchanged, in all of the visit or a part, and were put right.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub roles_exchanged: bool,
    /// The stretches whose labels of clinician and patient came exchanged, or seem to be, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchanges: Vec<RoleExchange>,
    /// Whether the clinician's voice is among those of the recording, where it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clinician_voice: Option<ClinicianHeard>,
    /// The ids of the utterances by which somebody beside clinician and patient is in the room, where no utterance is labelled
    /// as theirs: what is labelled the patient's may have been said by them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unheard_companion: Vec<String>,
    /// Milliseconds of sound that is as loud as the speech and was not taken for speech, where they are many: somebody may
    /// be missing from the transcript.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out_ms: Option<u64>,
    /// In order of their start.
    pub utterances: Vec<Utterance>,
}

fn english() -> String {
    "en".to_owned()
}

impl Transcript {
    /// Whom of clinician and patient nobody is labelled as, in a text whose labels tell of somebody: then what the note needs of
    /// them is read as another's words. A recording's roles are told by voice.
    pub fn missing_role(&self) -> Option<Role> {
        let has = |role: Role| self.utterances.iter().any(|said| said.role == role);
        let labelled = self.audio.is_none() && !has(Role::Unknown) && !self.utterances.is_empty();
        [Role::Patient, Role::Clinician].into_iter().find(|role| labelled && !has(*role))
    }
}

/// The one accepted value of a transcript's `schema` field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum TranscriptSchema {
    /// `soapstone.transcript/1`
    #[default]
    #[serde(rename = "soapstone.transcript/1")]
    V1,
}

/// What was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AudioInfo {
    /// Length in milliseconds.
    pub duration_ms: u64,
    /// Samples a second and channel, in the file as it came.
    pub sample_rate_hz: u32,
    /// SHA-256 of the file as it came, in lower-case hex.
    pub sha256: String,
}

/// A model that had a part in a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ModelRef {
    /// What it did: `asr`, `vad`, `text`, …
    pub task: String,
    /// Its name in the model manifest.
    pub name: String,
    /// SHA-256 of its weights, in lower-case hex.
    pub sha256: String,
}

/// A stretch in which what is labelled the clinician's is said by the patient, and the other way round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RoleExchange {
    /// The id of its first utterance.
    pub from: String,
    /// The id of its last utterance.
    pub to: String,
    /// Whether the labels were put right. Where they were not, who said what is in doubt.
    pub put_right: bool,
}

/// What became of a clinician's voice that was given with a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClinicianHeard {
    /// Whether one of the voices is the clinician's. Where none is, roles are told by what was said.
    pub recognised: bool,
    /// How many voices were told apart.
    pub voices: usize,
}

/// One speaker's stretch of speech.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Utterance {
    /// `u1`, `u2`, … in order; what evidence refers to.
    pub id: String,
    /// `S1`, `S2`, …: a voice, whoever it belongs to.
    #[serde(default)]
    pub speaker: String,
    /// Who that voice is in the visit.
    #[serde(default)]
    pub role: Role,
    /// Milliseconds from the start of the recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_ms: Option<u64>,
    /// Milliseconds from the start of the recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_ms: Option<u64>,
    /// What was said.
    pub text: PatientText,
    /// The words with their times; empty without audio.
    #[serde(default)]
    pub words: Vec<Word>,
    /// Words that were probably misheard.
    #[serde(default)]
    pub repairs: Vec<Repair>,
    /// Numbers and units as a clinician writes them; `text` and `words` keep them as they were said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<SpokenNumber>,
}

/// Who a speaker is in the visit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Physician, nurse practitioner, physician assistant: who leads the visit.
    Clinician,
    /// Whom the visit is about.
    Patient,
    /// Anybody else in the room: a relative, a nurse, an interpreter.
    Other,
    /// Not known.
    #[default]
    Unknown,
}

/// One word as it was recognised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Word {
    /// With its punctuation, without surrounding space.
    pub text: PatientText,
    /// Milliseconds from the start of the recording.
    pub start_ms: u64,
    /// Milliseconds from the start of the recording.
    pub end_ms: u64,
    /// The recogniser's probability, from 0 to 1.
    pub probability: f32,
}

/// A number that is written otherwise than it is said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SpokenNumber {
    /// The words as recognised: "138 over 86", "point five milligrams".
    pub spoken: PatientText,
    /// The same as a clinician writes it: "138/86", "0.5 mg".
    pub written: PatientText,
    /// Milliseconds from the start of the recording.
    pub start_ms: u64,
    /// Milliseconds from the start of the recording.
    pub end_ms: u64,
}

/// "Heard X, suggest Y".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Repair {
    /// The words as recognised.
    pub heard: PatientText,
    /// What they probably were.
    pub suggested: PatientText,
    /// Milliseconds from the start of the recording; the utterance's where its words have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_ms: Option<u64>,
    /// Milliseconds from the start of the recording; the utterance's where its words have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_ms: Option<u64>,
    /// Whether the utterance's text already says the suggestion.
    pub applied: bool,
    /// From 0 to 1.
    pub probability: f32,
    /// Why, in a few words for a clinician.
    pub reason: String,
}
