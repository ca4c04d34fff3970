//! Writes the note of every visit, scores it and adds up.

use std::{collections::HashMap, sync::Mutex};

use super::{corpus::NoteItem, score};
use crate::{
    config::{Config, Template},
    domain::{Clock, Evidence, Note, Progress, SystemClock, Transcript, Utterance},
    inference::{Engine, GenerateRequest, Generated, InferenceError, Prompt, TextModel, Usage},
    pipeline::{Scribe, Unwatched, VisitError, load_writing},
    qa::report::notes::{LeftOut, Line, NoteResult, NotesReport, NotesSchema, Said, Section, TakenOut},
    structuring::{Examples, Style},
    terminology::Icd10Cm,
    transcription::{swapped, unheard},
};

/// What came of a visit.
pub struct Written {
    /// What was said, with labels and names put right as the note takes them.
    pub transcript: Transcript,
    /// The note.
    pub note: Note,
    /// What the model's answers cost.
    pub usage: Usage,
}

/// The writer that is measured: the pipeline's, as `soapstone note` writes from a transcript, with its model loaded once.
pub struct ScribeWriter<'a> {
    config: &'a Config,
    template: Template,
    examples: Option<Examples>,
    model: Counting<Engine>,
    icd: Icd10Cm,
}

impl<'a> ScribeWriter<'a> {
    /// Loads the model and the terminology of `config`, for notes by `template` after `examples`.
    pub fn load(config: &'a Config, template: Template, examples: Option<Examples>) -> Result<Self, VisitError> {
        let (model, icd) = load_writing(config)?;
        Ok(Self { config, template, examples, model: Counting { model, usage: Mutex::default() }, icd })
    }

    /// Writes the note of one visit. An example with its name is its own note, and not shown.
    pub fn write(&self, item: &NoteItem) -> Result<Written, VisitError> {
        let mut transcript = item.transcript.clone();
        let examples = self.examples.as_ref().map(|examples| examples.without(&item.id));
        let mut scribe = Scribe::new(self.config, &SystemClock, &Unwatched);
        scribe.write_in(Style { template: &self.template, examples: examples.as_ref() });
        swapped::put_right(&mut transcript);
        unheard::mark(&mut transcript);
        scribe.repair(&mut transcript, None);
        self.model.take();
        let note = scribe.write_note_with(&self.model, &self.icd, &transcript, None)?;
        Ok(Written { transcript, note, usage: self.model.take() })
    }
}

/// A model whose answers' cost is added up.
struct Counting<M> {
    model: M,
    usage: Mutex<Usage>,
}

impl<M> Counting<M> {
    /// The cost since this was last asked.
    fn take(&self) -> Usage {
        std::mem::take(&mut *self.usage.lock().expect("nothing panics with it held"))
    }
}

impl<M: TextModel> TextModel for Counting<M> {
    fn model_ref(&self) -> &crate::domain::ModelRef {
        self.model.model_ref()
    }

    fn context_tokens(&self) -> usize {
        self.model.context_tokens()
    }

    fn count_tokens(&self, text: &str) -> Result<usize, InferenceError> {
        self.model.count_tokens(text)
    }

    fn generate(&self, request: &GenerateRequest, progress: Progress<'_>) -> Result<Generated, InferenceError> {
        let answer = self.model.generate(request, progress)?;
        let mut usage = self.usage.lock().expect("nothing panics with it held");
        usage.prompt_tokens += answer.usage.prompt_tokens;
        usage.cached_tokens += answer.usage.cached_tokens;
        usage.generated_tokens += answer.usage.generated_tokens;
        usage.prompt_ms += answer.usage.prompt_ms;
        usage.generate_ms += answer.usage.generate_ms;
        Ok(answer)
    }

    fn choose(&self, prompt: &Prompt, options: &[String]) -> Result<Vec<f32>, InferenceError> {
        self.model.choose(prompt, options)
    }
}

/// A visit that was measured.
pub struct NoteDone<'a> {
    /// Which, counted from 1.
    pub number: usize,
    /// Of how many.
    pub of: usize,
    /// What came of it.
    pub visit: &'a NoteResult,
}

/// A measurement: which visits, by which writer.
pub struct NoteBench<'a> {
    /// The visits.
    pub items: &'a [NoteItem],
    /// What writes.
    pub write: &'a dyn Fn(&NoteItem) -> Result<Written, VisitError>,
    /// Who is told of each visit when it is done.
    pub tell: &'a dyn Fn(&NoteDone<'_>),
}

impl NoteBench<'_> {
    /// Measures. `corpora` name what was measured, in the report. The first note that cannot be written ends it: a summary
    /// that left one out in silence would be wrong.
    pub fn run(&self, corpora: Vec<String>, clock: &dyn Clock) -> Result<NotesReport, VisitError> {
        let (mut visits, mut provenance) = (Vec::with_capacity(self.items.len()), None);
        for (index, item) in self.items.iter().enumerate() {
            let written = (self.write)(item)?;
            let visit = result(item, &written);
            (self.tell)(&NoteDone { number: index + 1, of: self.items.len(), visit: &visit });
            visits.push(visit);
            provenance.get_or_insert(written.note.provenance);
        }
        let (counts, summary) = score::summary(visits.iter());
        let provenance = provenance.unwrap_or_default();
        Ok(NotesReport {
            schema: NotesSchema::V1,
            soapstone: env!("CARGO_PKG_VERSION").to_owned(),
            created_at: clock.now().to_string(),
            corpora,
            models: provenance.models,
            prompts: provenance.prompts,
            summary,
            counts,
            visits,
        })
    }
}

fn result(item: &NoteItem, written: &Written) -> NoteResult {
    let Written { transcript, note, usage } = written;
    let scored = score::score(item, transcript, note, *usage);
    let said = Utterances::of(transcript);
    let line = |statement: &crate::domain::Statement| Line {
        text: statement.text.clone(),
        fault: scored.faults.get(&statement.id).cloned(),
        evidence: said.behind(&statement.evidence),
    };
    let sections = note.sections.iter().filter(|section| !section.statements.is_empty());
    let section = |section: &crate::domain::Section| Section {
        title: section.title.clone(),
        lines: section.statements.iter().map(line).collect(),
    };
    let taken_out =
        |one: &crate::domain::UnsupportedText| TakenOut { text: one.text.clone(), reason: one.reason.clone() };
    let omitted = |one: &crate::domain::Omission| LeftOut {
        kind: one.kind.clone(),
        text: one.text.clone(),
        evidence: said.behind(&one.evidence),
    };
    NoteResult {
        id: item.id.clone(),
        rates: scored.rates,
        counts: scored.counts,
        disagreements: scored.disagreements,
        reference: item.note.clone(),
        note: sections.map(section).collect(),
        taken_out: note.review.unsupported.iter().map(taken_out).collect(),
        omitted: note.review.omitted.iter().map(omitted).collect(),
    }
}

/// What was said, by the utterance's id.
struct Utterances<'a>(HashMap<&'a str, &'a Utterance>);

impl<'a> Utterances<'a> {
    fn of(transcript: &'a Transcript) -> Self {
        Self(transcript.utterances.iter().map(|said| (said.id.as_str(), said)).collect())
    }

    /// The utterances that `evidence` names, each once.
    fn behind(&self, evidence: &[Evidence]) -> Vec<Said> {
        let mut found: Vec<Said> = Vec::new();
        for said in evidence.iter().filter_map(|one| self.0.get(one.utterance.as_str())) {
            if !found.iter().any(|known| known.utterance == said.id) {
                let Utterance { id, role, text, .. } = said;
                found.push(Said { utterance: id.clone(), role: *role, text: text.clone() });
            }
        }
        found
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        domain::{
            Allergy, AllergyKind, Coding, EncounterRef, Medication, MedicationAction, ModelRef, Omission, PatientText,
            Problem, Provenance, Review, Role, Section as NoteSection, SectionKind, Statement, Support,
            UnsupportedText,
        },
        qa::notes::corpus::{GoldAllergy, GoldFacts, GoldMedication, GoldProblem},
        transcription::reading,
    };

    const SAID: &str = "doctor: What brings you in? Any allergies?\npatient: My knee has been hurting for two weeks. \
        I am allergic to penicillin.\ndoctor: I will give you ibuprofen four hundred milligrams twice a day.";

    fn statement(id: &str, text: &str, utterance: &str) -> Statement {
        let evidence = vec![Evidence { utterance: utterance.to_owned(), ..Evidence::default() }];
        Statement { id: id.to_owned(), text: text.into(), evidence, support: Support::Supported }
    }

    fn code(code: &str) -> Coding {
        let (system, display) = (Coding::ICD_10_CM.to_owned(), "a title".to_owned());
        Coding { system, code: code.to_owned(), display, probability: None, evidence: Vec::new() }
    }

    fn medication(name: &str) -> Medication {
        Medication {
            text: name.into(),
            name: name.to_owned(),
            action: MedicationAction::Start,
            held: false,
            past: false,
            as_said: None,
            codes: Vec::new(),
            dose: None,
            route: None,
            frequency: None,
            evidence: Vec::new(),
        }
    }

    fn note() -> Note {
        let allergy = Allergy {
            substance: "penicillins".into(),
            kind: AllergyKind::Allergy,
            reaction: None,
            codes: Vec::new(),
            evidence: Vec::new(),
        };
        let taken_out = UnsupportedText {
            text: "Has a fever.".into(),
            reason: "nobody said this".into(),
            section: None,
            evidence: Vec::new(),
        };
        let omission = Omission { kind: "symptom".to_owned(), text: "<left> out".into(), evidence: Vec::new() };
        let review = Review { unsupported: vec![taken_out], omitted: vec![omission], ..Review::default() };
        let (name, statements) = ("Knee pain".into(), Vec::new());
        let model = ModelRef { task: "text".to_owned(), name: "a model".to_owned(), sha256: String::new() };
        Note {
            encounter: EncounterRef { id: "e".to_owned(), started_at: None },
            sections: vec![
                NoteSection::new(
                    SectionKind::HistoryOfPresentIllness,
                    vec![statement("s1", "Knee hurting for two weeks.", "u2")],
                ),
                NoteSection::new(SectionKind::Results, Vec::new()),
                NoteSection::new(SectionKind::Plan, vec![statement("s2", "Morphine 900 mg daily.", "u3")]),
            ],
            problems: vec![Problem { id: "p1".to_owned(), name, statements, codes: vec![code("M25.561")] }],
            medications: vec![medication("ibuprofen"), medication("amoxicillin/clavulanate")],
            allergies: vec![allergy],
            review,
            provenance: Provenance {
                models: vec![model],
                timings_ms: [("total".to_owned(), 30_000)].into(),
                ..Provenance::default()
            },
            ..Note::empty()
        }
    }

    fn told_by(said: &str) -> Vec<PatientText> {
        if said.is_empty() { Vec::new() } else { vec![said.into()] }
    }

    fn facts() -> GoldFacts {
        let problem = |codes: &[&str]| GoldProblem {
            name: "Knee pain".into(),
            icd10cm: codes.iter().map(|code| (*code).to_owned()).collect(),
        };
        GoldFacts {
            problems: Some(vec![problem(&["M25.561"]), problem(&["M25.50"]), problem(&["I10"]), problem(&[])]),
            medications: Some(
                [("Ibuprofen", "ibuprofen, four hundred"), ("lisinopril", ""), ("clavulanate-amoxicillin", "")]
                    .map(|(name, said)| GoldMedication { name: name.into(), said: told_by(said) })
                    .into(),
            ),
            allergies: Some(vec![GoldAllergy {
                substance: "Penicillin".into(),
                said: told_by("I am allergic to penicillin"),
            }]),
            others: [
                (
                    "symptoms".to_owned(),
                    json!([{"text": "knee pain", "said": ["elsewhere", "My knee has been hurting"]}]),
                ),
                (
                    "advice".to_owned(),
                    json!([{"text": "to come in", "said": ["What brings you in?"]}, {"text": "rest"}]),
                ),
                ("small_talk".to_owned(), json!([{"said": ["nice weather"]}])),
            ]
            .into(),
        }
    }

    fn item(id: &str, note: Option<&str>, facts: Option<GoldFacts>) -> NoteItem {
        let transcript = reading::from_dialogue(SAID.as_bytes()).expect("it is a dialogue");
        let divisions = note.map(super::super::divisions::by_headings).unwrap_or_default();
        NoteItem { id: id.to_owned(), transcript, note: note.map(Into::into), divisions, facts }
    }

    /// A report of a visit with a reference note and one with facts.
    pub fn report() -> NotesReport {
        let reference = "HISTORY OF PRESENT ILLNESS\nThe knee hurts for two weeks.\nRESULTS\nNo <x-ray>.";
        let items = [item("with <note>", Some(reference), None), item("with facts", None, Some(facts()))];
        let usage = Usage { generated_tokens: 300, generate_ms: 10_000, ..Usage::default() };
        let write = |item: &NoteItem| Ok(Written { transcript: item.transcript.clone(), note: note(), usage });
        let bench = NoteBench { items: &items, write: &write, tell: &|_| {} };
        bench.run(vec!["visits.jsonl".to_owned()], &SystemClock).expect("it runs")
    }

    #[test]
    fn each_visit_has_the_figures_that_its_line_bears_out() {
        let report = report();
        let [noted, with_facts] = [&report.visits[0].rates, &report.visits[1].rates];
        // History: "HISTORY OF PRESENT ILLNESS" and 6 words against 5, of which knee, hurt, for, two, week are common.
        let subjective = noted.rouge1.subjective.expect("both have it");
        assert!((subjective - 100.0 * 2.0 * 9.0 / 19.0).abs() < 1e-9, "{subjective}");
        // The reference has results and ours has not; no reference has an exam.
        assert_eq!((noted.rouge1.objective_results, noted.rouge1.objective_exam), (Some(0.0), None));
        assert_eq!((noted.medication_f1, noted.icd10cm_recall, noted.allergy_f1), (None, None, None));
        assert!(noted.concept_f1.is_some_and(|f1| f1 > 0.0 && f1 < 1.0), "{:?}", noted.concept_f1);
        assert_eq!((with_facts.rouge1.whole, with_facts.concept_f1), (None, None));
        // Ibuprofen and the combination in both, lisinopril only in the facts.
        assert_eq!(with_facts.medication_f1, Some(0.8));
        assert_eq!(with_facts.allergy_f1, Some(1.0));
        assert_eq!(with_facts.icd10cm_recall, Some(1.0 / 3.0));
        assert_eq!(with_facts.icd10cm_category_recall, Some(2.0 / 3.0));
    }

    #[test]
    fn what_the_checks_say_is_counted() {
        let report = report();
        // Of two statements, the morphine was never said; a third was taken out.
        assert_eq!(report.summary.unsupported_rate, Some(0.5));
        assert_eq!(report.summary.taken_out_rate, Some(1.0 / 3.0));
        let looked_for = report.visits[0].counts.looked_for;
        assert!(looked_for >= 2, "ibuprofen and penicillin, at least: {looked_for}");
        // Neither of them is in a statement.
        assert_eq!(report.summary.omission_rate, Some(1.0));
        assert_eq!((report.summary.seconds_per_note, report.summary.tokens_per_second), (Some(30.0), Some(30.0)));
    }

    #[test]
    fn a_fact_is_lost_where_neither_a_statement_nor_a_list_tells_of_it() {
        // Ibuprofen, penicillin and the knee are in what the two statements rest on; what the clinician asked first is not,
        // and of lisinopril, the combination and the rest it is not known how they were told.
        let report = report();
        assert_eq!((report.summary.unlisted_rate, report.visits[0].rates.unlisted_rate), (Some(0.25), None));
        let lost = report.visits[1].disagreements.iter().filter(|one| one.kind == "unlisted");
        assert_eq!(lost.map(|one| one.expected.as_str()).collect::<Vec<_>>(), ["What brings you in?"]);
    }

    #[test]
    fn a_summary_is_the_mean_of_the_notes_that_have_a_figure() {
        let report = report();
        assert_eq!(report.summary.rouge1, report.visits[0].rates.rouge1);
        assert_eq!(report.summary.medication_f1, Some(0.8));
        assert_eq!((report.counts.notes, report.models[0].name.as_str()), (2, "a model"));
    }

    #[test]
    fn each_line_has_what_was_said_for_it() {
        let report = report();
        let visit = &report.visits[0];
        let titles: Vec<&str> = visit.note.iter().map(|section| section.title.as_str()).collect();
        assert_eq!(titles, ["History of present illness", "Plan"]);
        let said = &visit.note[0].lines[0].evidence[0];
        assert_eq!((said.utterance.as_str(), said.role), ("u2", Role::Patient));
        assert!(said.text.starts_with("My knee"));
        let faults = [&visit.note[0].lines[0].fault, &visit.note[1].lines[0].fault];
        assert!(faults[0].is_none() && faults[1].is_some(), "the morphine was never said: {faults:?}");
        let told: Vec<(&str, &str)> = report.visits[1]
            .disagreements
            .iter()
            .map(|one| (if one.found.is_empty() { "missing" } else { "other" }, one.kind.as_str()))
            .collect();
        assert_eq!(told, [("missing", "medicine"), ("other", "code"), ("missing", "code"), ("missing", "unlisted")]);
    }
}
