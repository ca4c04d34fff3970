//! The note and everything that stands behind its sentences: `soapstone.note/1`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Alert, DecisionItem, ModelRef, PatientText, Reconciled};

/// The name and version of the note format, as its `schema` field carries it.
pub const NOTE_SCHEMA: &str = "soapstone.note/1";

/// A note about one visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    /// Always `soapstone.note/1`.
    pub schema: NoteSchema,
    /// Nothing but a draft leaves the pipeline.
    pub status: NoteStatus,
    /// The template that it was written for; absent in notes from before there were any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// What kind of document it is, by LOINC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_type: Option<Coding>,
    /// The visit.
    pub encounter: EncounterRef,
    /// All thirteen, in the order of [`SectionKind::ALL`]; a section with nothing said has no statements.
    pub sections: Vec<Section>,
    /// What was assessed, with proposed codes.
    pub problems: Vec<Problem>,
    /// Every medicine talked about as the patient's.
    pub medications: Vec<Medication>,
    /// Allergies and intolerances said aloud.
    pub allergies: Vec<Allergy>,
    /// Measurements said aloud.
    pub vitals: Vec<VitalSign>,
    /// What was ordered.
    pub orders: Vec<Order>,
    /// What a clinician must look at before signing.
    pub review: Review,
    /// How the note came about.
    pub provenance: Provenance,
}

#[cfg(test)]
impl Note {
    /// A draft that says nothing, for tests to fill in.
    pub(crate) fn empty() -> Self {
        Self {
            schema: NoteSchema::V1,
            status: NoteStatus::Draft,
            template: None,
            document_type: None,
            encounter: EncounterRef { id: String::new(), started_at: None },
            sections: Vec::new(),
            problems: Vec::new(),
            medications: Vec::new(),
            allergies: Vec::new(),
            vitals: Vec::new(),
            orders: Vec::new(),
            review: Review::default(),
            provenance: Provenance::default(),
        }
    }
}

/// The one accepted value of a note's `schema` field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum NoteSchema {
    /// `soapstone.note/1`
    #[default]
    #[serde(rename = "soapstone.note/1")]
    V1,
}

/// How far a note is on its way into the record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NoteStatus {
    /// Written by a machine, signed by nobody.
    #[default]
    Draft,
}

/// The visit a note is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Encounter")]
pub struct EncounterRef {
    /// Stable: the same recording gives the same id.
    pub id: String,
    /// When the visit began, in UTC, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub started_at: Option<jiff::Timestamp>,
}

/// The four divisions of a SOAP note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Soap {
    /// Subjective.
    S,
    /// Objective.
    O,
    /// Assessment.
    A,
    /// Plan.
    P,
}

/// The sections of a note, in the order in which they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SectionKind {
    /// Why the patient came.
    ChiefComplaint,
    /// The story of the present problem.
    HistoryOfPresentIllness,
    /// Symptoms asked about, system by system.
    ReviewOfSystems,
    /// Past illnesses and operations.
    PastHistory,
    /// What the patient takes.
    Medications,
    /// Allergies and intolerances.
    Allergies,
    /// Work, home, tobacco, alcohol.
    SocialHistory,
    /// Illnesses of relatives.
    FamilyHistory,
    /// Measurements.
    Vitals,
    /// Findings said aloud.
    PhysicalExam,
    /// Laboratory, imaging and other results.
    Results,
    /// What the clinician thinks it is.
    Assessment,
    /// What will be done.
    Plan,
}

impl SectionKind {
    /// Every section, in order.
    pub const ALL: [Self; 13] = [
        Self::ChiefComplaint,
        Self::HistoryOfPresentIllness,
        Self::ReviewOfSystems,
        Self::PastHistory,
        Self::Medications,
        Self::Allergies,
        Self::SocialHistory,
        Self::FamilyHistory,
        Self::Vitals,
        Self::PhysicalExam,
        Self::Results,
        Self::Assessment,
        Self::Plan,
    ];

    /// Whether rules write it from facts, and no language model: what must be exact is not left to one.
    pub fn is_from_facts(self) -> bool {
        matches!(self, Self::ReviewOfSystems | Self::Medications | Self::Allergies | Self::Vitals)
    }

    /// Its division.
    pub fn soap(self) -> Soap {
        match self {
            Self::Vitals | Self::PhysicalExam | Self::Results => Soap::O,
            Self::Assessment => Soap::A,
            Self::Plan => Soap::P,
            _ => Soap::S,
        }
    }

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::ChiefComplaint => "Chief complaint",
            Self::HistoryOfPresentIllness => "History of present illness",
            Self::ReviewOfSystems => "Review of systems",
            Self::PastHistory => "Past history",
            Self::Medications => "Medications",
            Self::Allergies => "Allergies",
            Self::SocialHistory => "Social history",
            Self::FamilyHistory => "Family history",
            Self::Vitals => "Vital signs",
            Self::PhysicalExam => "Physical examination",
            Self::Results => "Results",
            Self::Assessment => "Assessment",
            Self::Plan => "Plan",
        }
    }

    /// Its LOINC document section code, as C-CDA notes use them.
    pub fn loinc(self) -> &'static str {
        match self {
            Self::ChiefComplaint => "10154-3",
            Self::HistoryOfPresentIllness => "10164-2",
            Self::ReviewOfSystems => "10187-3",
            Self::PastHistory => "11348-0",
            Self::Medications => "10160-0",
            Self::Allergies => "48765-2",
            Self::SocialHistory => "29762-2",
            Self::FamilyHistory => "10157-6",
            Self::Vitals => "8716-3",
            Self::PhysicalExam => "29545-1",
            Self::Results => "30954-2",
            Self::Assessment => "51848-0",
            Self::Plan => "18776-5",
        }
    }
}

/// One section of the note.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Section {
    /// Which.
    pub id: SectionKind,
    /// Its division.
    pub soap: Soap,
    /// Its heading.
    pub title: String,
    /// Its LOINC code.
    pub loinc: String,
    /// In reading order.
    pub statements: Vec<Statement>,
}

impl Section {
    /// A section of `kind` that says `statements`.
    pub fn new(kind: SectionKind, statements: Vec<Statement>) -> Self {
        Self { id: kind, soap: kind.soap(), title: kind.title().to_owned(), loinc: kind.loinc().to_owned(), statements }
    }
}

/// The evidence of the statements of `sections` with these `ids`, each once.
pub fn evidence_of(sections: &[Section], ids: &[String]) -> Vec<Evidence> {
    let statements = sections.iter().flat_map(|section| &section.statements);
    let mut found: Vec<Evidence> = Vec::new();
    for evidence in statements.filter(|statement| ids.contains(&statement.id)).flat_map(|one| &one.evidence) {
        if !found.contains(evidence) {
            found.push(evidence.clone());
        }
    }
    found
}

/// One sentence or list line of a note.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Statement {
    /// `s1`, `s2`, … through the whole note.
    pub id: String,
    /// What the note says.
    pub text: PatientText,
    /// Where it came from; never empty in a draft.
    pub evidence: Vec<Evidence>,
    /// Whether the evidence bears it out.
    pub support: Support,
}

/// The utterance behind a statement, and where to hear it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// The id of an utterance of the transcript.
    pub utterance: String,
    /// Milliseconds from the start of the recording; absent without audio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_ms: Option<u64>,
    /// Milliseconds from the start of the recording; absent without audio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_ms: Option<u64>,
    /// The words relied on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<PatientText>,
}

/// Whether what a statement says was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Support {
    /// Every check passed.
    Supported,
    /// A person wrote it.
    Edited,
    /// A check failed; only ever under `review`.
    Unsupported,
}

/// A problem that was assessed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// `p1`, `p2`, …
    pub id: String,
    /// As the note names it.
    pub name: PatientText,
    /// The ids of the statements about it.
    pub statements: Vec<String>,
    /// Proposed ICD-10-CM codes, the likeliest first; empty when none of the candidates fits.
    pub codes: Vec<Coding>,
}

/// A proposed code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Coding {
    /// The URI of the code system.
    pub system: String,
    /// The code.
    pub code: String,
    /// The code's own title.
    pub display: String,
    /// How sure the choice was, from 0 to 1; absent where it was a plain look-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f32>,
    /// Where the thing coded was said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

impl Coding {
    /// The URI of LOINC.
    pub const LOINC: &str = "http://loinc.org";
    /// The URI of ICD-10-CM.
    pub const ICD_10_CM: &str = "http://hl7.org/fhir/sid/icd-10-cm";
    /// The URI of RxNorm.
    pub const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";
}

/// A medicine, what it is taken like, and what was decided about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Medication {
    /// As a clinician would write it: "Lasix 80 mg once a day".
    pub text: PatientText,
    /// The generic name.
    pub name: String,
    /// What happens with it.
    pub action: MedicationAction,
    /// Whether it is not to be taken for now: the change that `action` tells of.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
    /// Whether it was taken earlier and no longer is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub past: bool,
    /// The words that decide, where they can be read in more than one way. What `action`, `dose` and `frequency` say is one
    /// reading then, for programs that compare; whoever reads the note is shown the words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_said: Option<PatientText>,
    /// RxNorm.
    pub codes: Vec<Coding>,
    /// How much at a time.
    pub dose: Option<Dose>,
    /// `oral`, `inhaled`, `topical`, …
    pub route: Option<String>,
    /// `once daily`, `twice daily`, `as needed`, …
    pub frequency: Option<String>,
    /// Where it was said.
    pub evidence: Vec<Evidence>,
}

impl Medication {
    /// Its name as it was said, where `text` has the words after it; `text` itself where it has none.
    pub fn title(&self) -> &str {
        let text = self.text.as_str();
        let Some(words) = &self.as_said else { return text };
        let end = text.len().saturating_sub(words.len());
        text.get(..end).and_then(|before| before.split_once(Self::AS_SAID)).map_or(text, |(name, _)| name)
    }

    /// What stands between the name and the words.
    pub(crate) const AS_SAID: &str = ", as was said: ";
}

/// What was decided about a medicine in this visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MedicationAction {
    /// Goes on as it is.
    Continue,
    /// Begins.
    Start,
    /// Ends.
    Stop,
    /// More of it.
    Increase,
    /// Less of it.
    Decrease,
    /// Changed in another way.
    Change,
    /// Past or present use with no decision.
    Taken,
}

/// An amount with its unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Dose {
    /// The number; of a range, the most.
    pub value: f64,
    /// The least of a range: "four to six units".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// `mg`, `mcg`, `units`, `mL`, `puffs`, `tablets`, …
    pub unit: String,
}

impl Dose {
    /// As much as `times` of it.
    pub fn times(&self, times: f64) -> Self {
        Self { value: self.value * times, low: self.low.map(|low| low * times), unit: self.unit.clone() }
    }

    /// Its number as it is written: "6", or "4 to 6".
    pub fn amount(&self) -> String {
        self.low.map_or_else(|| format!("{}", self.value), |low| format!("{low} to {}", self.value))
    }
}

/// Whether a substance must not be given at all, or was not borne.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AllergyKind {
    /// Hives, swelling, trouble breathing, or a reaction that nobody described.
    #[default]
    Allergy,
    /// Any other harm: vomiting, diarrhea, a cough.
    Intolerance,
}

/// An allergy or intolerance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Allergy {
    /// To what, as it was said. The ingredient of a brand is the display of its code.
    pub substance: PatientText,
    /// Which of the two.
    #[serde(default)]
    pub kind: AllergyKind,
    /// What happened.
    pub reaction: Option<PatientText>,
    /// RxNorm, where it is a drug of the table.
    pub codes: Vec<Coding>,
    /// Where it was said.
    pub evidence: Vec<Evidence>,
}

/// A measurement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VitalSign {
    /// LOINC code of the measurement.
    pub loinc: String,
    /// Its name.
    pub name: String,
    /// The number said.
    pub value: f64,
    /// UCUM.
    pub unit: String,
    /// Where it was said.
    pub evidence: Vec<Evidence>,
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Order {
    /// What kind.
    pub kind: OrderKind,
    /// As a clinician would write it.
    pub text: PatientText,
    /// Where it was said.
    pub evidence: Vec<Evidence>,
}

/// Kinds of order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderKind {
    /// Blood, urine, cultures.
    #[serde(rename = "lab")]
    Laboratory,
    /// X-ray, ultrasound, CT, MRI, echocardiogram.
    Imaging,
    /// To another clinician or therapist.
    Referral,
    /// Done in the clinic or elsewhere.
    Procedure,
    /// When to come back.
    FollowUp,
    /// Anything else.
    Other,
}

/// What a clinician must look at before signing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Review {
    /// Taken out of the note: what the model wrote and nobody said.
    pub unsupported: Vec<UnsupportedText>,
    /// Said, but not in the note.
    pub omitted: Vec<Omission>,
    /// In the note, but worth a second look.
    pub uncertain: Vec<UncertainText>,
    /// What could do harm, by the medicines and allergies of the visit and the chart; never part of the note.
    #[serde(default)]
    pub alerts: Vec<Alert>,
    /// The medicines of the visit beside the chart's list; empty without a chart.
    #[serde(default)]
    pub reconciliation: Vec<Reconciled>,
    /// What bears on the level of medical decision making: support for billing, never a claim and never part of the note.
    #[serde(default)]
    pub decision_making: Vec<DecisionItem>,
    /// Whether any part of the visit was left out of the note's making.
    pub truncated: bool,
}

/// A statement that was taken out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UnsupportedText {
    /// What the model wrote.
    pub text: PatientText,
    /// Why it is not in the note.
    pub reason: PatientText,
    /// The section it was written for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<SectionKind>,
    /// The utterances the model named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

/// A fact that no statement covers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Omission {
    /// `symptom`, `medication`, `allergy`, `vital`, `order`, …
    pub kind: String,
    /// What was said.
    pub text: PatientText,
    /// Where.
    pub evidence: Vec<Evidence>,
}

/// Something that may have been misheard or misunderstood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UncertainText {
    /// The statement or words.
    pub text: PatientText,
    /// Why it is uncertain.
    pub reason: PatientText,
    /// Where.
    pub evidence: Vec<Evidence>,
}

/// How a note came about.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Provenance {
    /// The version of soapstone.
    pub soapstone: String,
    /// The models that had a part in it.
    pub models: Vec<ModelRef>,
    /// The prompts that had a part in it.
    pub prompts: Vec<PromptRef>,
    /// Milliseconds by stage, and `total`.
    pub timings_ms: BTreeMap<String, u64>,
}

/// A versioned prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PromptRef {
    /// The folder under `prompts/`.
    pub task: String,
    /// The folder under that; of a clinic's own template the hash of its file.
    pub version: String,
}
