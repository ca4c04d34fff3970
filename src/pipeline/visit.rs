//! One visit from recording to draft note: which stage comes after which, and how long each took.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use sha2::{Digest, Sha256};

use super::{
    Stage, Watcher,
    requirements::{self, Work},
};
use crate::{
    audio::{self, AudioError, AudioSource},
    coding::{self, Coder, Patient},
    config::{Config, DocumentType, Template},
    domain::{
        Chart, Clock, Coding, EncounterRef, Evidence, ModelRef, Note, NoteSchema, NoteStatus, Progress, Provenance,
        Transcript, hex,
    },
    inference::{Engine, InferenceError, TextModel},
    model_files::{ModelError, ModelStore},
    safety::{self, Safety},
    structuring::{self, Draft, Style, sections::Questions},
    terminology::{DrugTable, Icd10Cm, TerminologyError},
    transcription::{
        self, ClinicianVoice, Known, Memory, Transcribed, Transcriber, TranscriptionError, TranscriptionTimings, repair,
    },
};

/// Fewer words than this are no visit: a model asked to write a note of them makes one up.
pub const MIN_WORDS: usize = 30;

/// The part of the work on a recording that is done when its words are known; hearing names again is the rest.
const RECOGNISING: f32 = 0.85;

/// Why a visit did not become a note.
#[derive(Debug, thiserror::Error)]
pub enum VisitError {
    /// The recording cannot be read.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// Models or ICD-10-CM are not on this machine.
    #[error("{} not on this machine: {}; get {} with: {command}", if names.len() == 1 { "this is" } else { "these are" },
        names.join(", "), if names.len() == 1 { "it" } else { "them" })]
    Missing {
        /// What is missing.
        names: Vec<String>,
        /// The command line that gets all of it.
        command: String,
    },
    /// The configuration gives a task to a model that is made for another.
    #[error(
        "the configuration's {key} is {name}, which is a model for another task ({task}); `soapstone models list` shows the tasks"
    )]
    WrongTask {
        /// The key, with its section.
        key: &'static str,
        /// The model it names.
        name: String,
        /// What that model is for.
        task: String,
    },
    /// A model is damaged, or its name is unknown.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// ICD-10-CM is missing or damaged.
    #[error(transparent)]
    Terminology(#[from] TerminologyError),
    /// Nothing was said, or it could not be recognised.
    #[error(transparent)]
    Transcription(#[from] TranscriptionError),
    /// The language model failed.
    #[error(transparent)]
    Inference(#[from] InferenceError),
    /// The transcript is too short for a note.
    #[error("only {words} words were said, too few for a note: at least {MIN_WORDS} are needed")]
    TooShort {
        /// How many there are.
        words: usize,
    },
}

/// Takes one visit through its stages.
pub struct Scribe<'a> {
    config: &'a Config,
    clock: &'a dyn Clock,
    watcher: &'a dyn Watcher,
    started: Instant,
    timings_ms: BTreeMap<String, u64>,
    clinician: Option<ClinicianVoice>,
    goes_on: bool,
    style: Style<'a>,
}

impl<'a> Scribe<'a> {
    /// A scribe for one visit. `timings_ms.total` of its note counts from here.
    pub fn new(config: &'a Config, clock: &'a dyn Clock, watcher: &'a dyn Watcher) -> Self {
        let (started, timings_ms) = (clock.instant(), BTreeMap::new());
        Self { config, clock, watcher, started, timings_ms, clinician: None, goes_on: false, style: Style::default() }
    }

    /// Errs if a model or terminology that `work` needs is missing, naming all that is, so that it is said at once and
    /// before any work.
    pub fn require(&self, work: Work) -> Result<(), VisitError> {
        requirements::check(self.config, work)
    }

    /// Recording of the clinician alone to their voice.
    pub fn enrol(&mut self, source: AudioSource<'_>) -> Result<ClinicianVoice, VisitError> {
        let Config { recognition: config, paths, .. } = self.config;
        let recording = self.timed(Stage::Decode, |progress| Ok(audio::decode(source, config, progress)?))?;
        Ok(transcription::enrol(&recording, config, &ModelStore::new(paths))?)
    }

    /// Transcripts from now on have the voice that is most like `voice`, where it is given, as the clinician's.
    pub fn know_clinician(&mut self, voice: impl Into<Option<ClinicianVoice>>) {
        self.clinician = voice.into();
    }

    /// Recordings from now on are beginnings of visits that go on: their last words are heard quickly rather than well.
    pub fn hear_beginnings(&mut self) {
        self.goes_on = true;
    }

    /// Notes from now on are written in `style`; a SOAP note is what they are otherwise.
    pub fn write_in(&mut self, style: Style<'a>) {
        self.style = style;
    }

    /// Recording to transcript, with misheard names of medicines put right. `vocabulary` are names that the recogniser
    /// should expect, the most important first; the medicines of `chart` are preferred where names are put right.
    pub fn transcribe(
        &mut self,
        source: AudioSource<'_>,
        vocabulary: &[String],
        chart: Option<&Chart>,
    ) -> Result<Transcript, VisitError> {
        let Config { recognition: config, paths, .. } = self.config;
        // Loaded first: a missing model is said before a long recording is read.
        let transcriber = Transcriber::load(config, &ModelStore::new(paths))?;
        Ok(self.transcribe_with(&transcriber, &Memory::default(), source, vocabulary, chart)?.transcript)
    }

    /// The same with a transcriber that is loaded, and with what was heard of the recording's beginning.
    pub fn transcribe_with(
        &mut self,
        transcriber: &Transcriber,
        memory: &Memory,
        source: AudioSource<'_>,
        vocabulary: &[String],
        chart: Option<&Chart>,
    ) -> Result<Transcribed, VisitError> {
        let config = &self.config.recognition;
        let recording = self.timed(Stage::Decode, |progress| Ok(audio::decode(source, config, progress)?))?;
        let (clock, clinician, goes_on) = (self.clock, self.clinician.clone(), self.goes_on);
        let (transcribed, repaired) = self.timed(Stage::Transcribe, |progress| {
            let read = |done: f32| progress(RECOGNISING * done);
            let known = Known { names: vocabulary, clinician: clinician.as_ref(), goes_on };
            let mut transcribed = transcriber.transcribe(&recording, known, memory, &read)?;
            let started = clock.instant();
            let until_ms = if goes_on { transcribed.settled_ms } else { u64::MAX };
            let mut hearing = transcriber.hearing(&recording, memory).until(until_ms);
            let repaired = |done: f32| progress(RECOGNISING + (1.0 - RECOGNISING) * done);
            repair::repair_recorded(&mut transcribed.transcript, chart, &mut hearing, &repaired)
                .map_err(TranscriptionError::from)?;
            Ok((transcribed, clock.instant().duration_since(started)))
        })?;
        self.record_steps(transcribed.timings);
        self.timings_ms.insert("repair".to_owned(), whole_milliseconds(repaired));
        Ok(transcribed)
    }

    /// Puts misheard names of medicines right in a transcript that came from elsewhere; [`Self::transcribe`] has done so.
    pub fn repair(&mut self, transcript: &mut Transcript, chart: Option<&Chart>) {
        let started = self.clock.instant();
        repair::repair(transcript, chart);
        self.timings_ms.insert("repair".to_owned(), self.milliseconds_since(started));
    }

    /// Transcript to draft note.
    pub fn write_note(&mut self, transcript: &Transcript, chart: Option<&Chart>) -> Result<Note, VisitError> {
        require_length(transcript)?;
        let config = self.config;
        let (model, icd) = self.timed(Stage::Load, |_| load_writing(config))?;
        self.write_note_with(&model, &icd, transcript, chart)
    }

    /// The same with what [`load_writing`] gave, for who has many notes to write, each of at least [`MIN_WORDS`].
    pub fn write_note_with(
        &mut self,
        model: &dyn TextModel,
        icd: &Icd10Cm,
        transcript: &Transcript,
        chart: Option<&Chart>,
    ) -> Result<Note, VisitError> {
        let facts = self.timed(Stage::Facts, |_| Ok(structuring::facts::facts(transcript, DrugTable::bundled())))?;
        let style = self.style;
        let sections = self.timed(Stage::Sections, |progress| {
            Ok(structuring::sections::write(transcript, &facts, &style, model, progress)?)
        })?;
        let mut draft = self.timed(Stage::Verify, |_| Ok(structuring::draft(transcript, chart, &facts, &sections)))?;
        let Safety { alerts, reconciliation } = safety::review(transcript, &facts, chart);
        (draft.review.alerts, draft.review.reconciliation) = (alerts, reconciliation);
        let questions = Questions::about(transcript, model)?;
        let ask = |evidence: &[Evidence], question: &str| questions.prompt(evidence, question, coding::ANSWER_TOKENS);
        let coder = Coder { model, icd, ask: &ask };
        let patient = Patient::new(transcript, chart);
        self.timed(Stage::Code, |progress| {
            Ok(coder.code(&mut draft.problems, &draft.sections, &patient, progress)?)
        })?;
        let models = transcript.models.iter().chain([model.model_ref(), icd.model_ref()]).cloned().collect();
        let mut note = self.note(transcript, draft, models);
        note.review.decision_making = coding::decision_making::elements(&note, transcript);
        Ok(note)
    }

    fn note(&mut self, transcript: &Transcript, draft: Draft, models: Vec<ModelRef>) -> Note {
        self.timings_ms.insert("total".to_owned(), self.milliseconds_since(self.started));
        let template = self.style.template;
        let prompts = structuring::sections::prompt_refs(&self.style).into_iter().chain([coding::prompt_ref()]);
        Note {
            schema: NoteSchema::V1,
            status: NoteStatus::Draft,
            template: Some(template.id.clone()),
            document_type: Some(document_type(template)),
            encounter: EncounterRef { id: encounter_id(transcript), started_at: None },
            sections: draft.sections,
            problems: draft.problems,
            medications: draft.medications,
            allergies: draft.allergies,
            vitals: draft.vitals,
            orders: draft.orders,
            review: draft.review,
            provenance: Provenance {
                soapstone: env!("CARGO_PKG_VERSION").to_owned(),
                models,
                prompts: prompts.collect(),
                timings_ms: std::mem::take(&mut self.timings_ms),
            },
        }
    }

    /// Runs `work` as `stage`: watched and timed. A stage that fails never ends.
    fn timed<T>(
        &mut self,
        stage: Stage,
        work: impl FnOnce(Progress<'_>) -> Result<T, VisitError>,
    ) -> Result<T, VisitError> {
        let watcher = self.watcher;
        let started = self.clock.instant();
        watcher.begin(stage);
        let result = work(&|fraction| watcher.advance(fraction))?;
        let elapsed_ms = self.milliseconds_since(started);
        watcher.end(stage, elapsed_ms);
        self.timings_ms.insert(stage.key().to_owned(), elapsed_ms);
        Ok(result)
    }

    /// The steps of a transcription are timed by themselves in a note's provenance.
    fn record_steps(&mut self, steps: TranscriptionTimings) {
        self.timings_ms.remove(Stage::Transcribe.key());
        for (key, elapsed_ms) in [("vad", steps.vad_ms), ("asr", steps.asr_ms), ("speakers", steps.speakers_ms)] {
            self.timings_ms.insert(key.to_owned(), elapsed_ms);
        }
    }

    fn milliseconds_since(&self, started: Instant) -> u64 {
        whole_milliseconds(self.clock.instant().duration_since(started))
    }
}

fn document_type(template: &Template) -> Coding {
    let DocumentType { code, display } = template.document_type.clone();
    Coding { system: Coding::LOINC.to_owned(), code, display, probability: None, evidence: Vec::new() }
}

fn whole_milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Loads what notes are written with: the language model and ICD-10-CM.
pub fn load_writing(config: &Config) -> Result<(Engine, Icd10Cm), VisitError> {
    let icd = Icd10Cm::open(&config.paths)?;
    let file = ModelStore::new(&config.paths).locate(&config.writing.model)?;
    Ok((Engine::load(&file.path, file.model_ref, &config.writing)?, icd))
}

fn require_length(transcript: &Transcript) -> Result<(), VisitError> {
    let words = transcript.utterances.iter().map(|utterance| utterance.text.split_whitespace().count()).sum();
    if words < MIN_WORDS { Err(VisitError::TooShort { words }) } else { Ok(()) }
}

/// The same recording, or the same transcript, gives the same id: a note that is made again is not another visit.
fn encounter_id(transcript: &Transcript) -> String {
    let mut digest = Sha256::new();
    match &transcript.audio {
        Some(audio) => digest.update(&audio.sha256),
        None => transcript.utterances.iter().for_each(|utterance| {
            digest.update(&utterance.speaker);
            digest.update([0]);
            digest.update(utterance.text.as_bytes());
            digest.update([0]);
        }),
    }
    format!("enc-{}", hex(&digest.finalize()[..8]))
}
