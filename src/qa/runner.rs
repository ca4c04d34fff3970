//! Recognises every recording, scores it and adds up.

use std::{
    collections::BTreeMap,
    sync::Mutex,
    time::{Duration, Instant},
};

use super::{
    manifest::{self, Item},
    memory,
    metrics::normal,
    noise::{self, Mix, NoiseKind},
    report::{AsrReport, AsrSchema, FileResult, NoiseResult, TagResult},
    score::{self, Counts, Scored},
};
use crate::{
    audio::{self, AudioError, AudioSource, Recording, SAMPLE_RATE_HZ},
    config::Config,
    domain::{AudioInfo, Clock, ModelRef, PatientText, Role, SystemClock, Transcript, no_progress},
    pipeline::{Scribe, Stage, VisitError, Watcher},
    transcription::TranscriptionError,
};

/// How many other recordings speak in a babble.
const BABBLE_VOICES: usize = 4;

/// What came of a recording.
pub struct Heard {
    /// The words; no utterance where no speech was found.
    pub transcript: Transcript,
    /// Time that decoding and recognising took, without loading the models.
    pub work: Duration,
}

/// The recogniser that is measured: the pipeline's, as a note is made with it.
pub struct ScribeRecogniser<'a> {
    config: &'a Config,
}

impl<'a> ScribeRecogniser<'a> {
    /// The recogniser of `config`.
    pub fn new(config: &'a Config) -> Self {
        Self { config }
    }

    /// Recognises one recording. That there is no speech in it, or none in English, or no sound at all, is an answer here,
    /// and no error.
    pub fn hear(&self, source: AudioSource<'_>) -> Result<Heard, VisitError> {
        let began = Began::default();
        let transcribed = Scribe::new(self.config, &SystemClock, &began).transcribe(source, &[], None);
        answer(transcribed, began.elapsed())
    }
}

/// What came of a recording, with what the pipeline refuses and a measurement counts.
fn answer(transcribed: Result<Transcript, VisitError>, work: Duration) -> Result<Heard, VisitError> {
    match transcribed {
        Err(
            VisitError::Transcription(TranscriptionError::NoSpeech | TranscriptionError::OtherLanguage { .. })
            | VisitError::Audio(AudioError::Silent { .. }),
        ) => Ok(Heard { transcript: Transcript::default(), work }),
        transcribed => Ok(Heard { transcript: transcribed?, work }),
    }
}

/// Notes when the first stage begins: models are loaded before it.
#[derive(Default)]
struct Began(Mutex<Option<Instant>>);

impl Began {
    fn elapsed(&self) -> Duration {
        let began = self.0.lock().expect("nothing panics with it held");
        began.map_or(Duration::ZERO, |began| SystemClock.instant().duration_since(began))
    }
}

impl Watcher for Began {
    fn begin(&self, _stage: Stage) {
        let mut began = self.0.lock().expect("nothing panics with it held");
        began.get_or_insert_with(|| SystemClock.instant());
    }

    fn advance(&self, _fraction: f32) {}

    fn end(&self, _stage: Stage, _elapsed_ms: u64) {}
}

/// A recording that was measured.
pub struct Done<'a> {
    /// Which, counted from 1.
    pub number: usize,
    /// Of how many.
    pub of: usize,
    /// The noise that was laid over it.
    pub mix: Option<Mix>,
    /// What came of it.
    pub file: &'a FileResult,
}

/// A measurement: which recordings, under which noises, by which recogniser.
pub struct Bench<'a> {
    /// The recordings.
    pub items: &'a [Item],
    /// Noises to lay over each, one after another, besides the clean run.
    pub mixes: &'a [Mix],
    /// The configuration, for how long a recording may be.
    pub config: &'a Config,
    /// What recognises.
    pub hear: &'a dyn Fn(AudioSource<'_>) -> Result<Heard, VisitError>,
    /// Who is told of each recording when it is done.
    pub tell: &'a dyn Fn(&Done<'_>),
}

impl Bench<'_> {
    /// Measures. `manifests` name what was measured, in the report. The first recording that cannot be read ends it: a
    /// summary that left one out in silence would be wrong. What the headers tell ends it before the first is heard.
    pub fn run(&self, manifests: Vec<String>, clock: &dyn Clock) -> Result<AsrReport, VisitError> {
        for item in self.items {
            audio::check_header(AudioSource::File(&item.audio), &self.config.recognition)?;
        }
        let mut models = Vec::new();
        let files = self.run_all(None, &mut models)?;
        let mut noise = Vec::new();
        for &mix in self.mixes {
            let files = self.run_all(Some(mix), &mut models)?;
            noise.push(NoiseResult { mix, summary: sum(&files).rates(), files });
        }
        let counts = sum(&files);
        Ok(AsrReport {
            schema: AsrSchema::V1,
            soapstone: env!("CARGO_PKG_VERSION").to_owned(),
            created_at: clock.now().to_string(),
            manifests,
            models,
            summary: counts.rates(),
            counts,
            tags: by_tag(&files),
            files,
            noise,
        })
    }

    fn run_all(&self, mix: Option<Mix>, models: &mut Vec<ModelRef>) -> Result<Vec<FileResult>, VisitError> {
        // Noise over a recording without speech is another such recording; it says nothing about how speech fares.
        let wanted = |item: &&Item| mix.is_none() || !item.reference.transcript.utterances.is_empty();
        let items: Vec<&Item> = self.items.iter().filter(wanted).collect();
        let mut files = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let file = self.run_one(item, mix, models)?;
            (self.tell)(&Done { number: index + 1, of: items.len(), mix, file: &file });
            files.push(file);
        }
        Ok(files)
    }

    fn run_one(&self, item: &Item, mix: Option<Mix>, models: &mut Vec<ModelRef>) -> Result<FileResult, VisitError> {
        let mixed = mix.map(|mix| self.mixed(item, mix)).transpose()?;
        let name = item.audio.display().to_string();
        let source = match &mixed {
            Some(bytes) => AudioSource::Bytes { name: &name, bytes },
            None => AudioSource::File(&item.audio),
        };
        memory::forget_peak();
        let Heard { transcript, work } = (self.hear)(source)?;
        let peak_rss_mb = memory::peak_mb();
        if models.is_empty() {
            models.clone_from(&transcript.models);
        }
        let audio_ms = match &transcript.audio {
            Some(audio) => audio.duration_ms,
            None => self.decode(item)?.duration_ms(),
        };
        let Scored { mut counts, drug_confusions, roles_given } = score::score(&item.reference, &transcript, audio_ms);
        counts.work_ms = u64::try_from(work.as_millis()).unwrap_or(u64::MAX);
        counts.peak_rss_mb = peak_rss_mb;
        let invented = if counts.invented_words > 0 { all_text(&transcript) } else { PatientText::default() };
        Ok(FileResult {
            id: item.id.clone(),
            tags: item.tags.clone(),
            rates: counts.rates(),
            counts,
            drug_confusions,
            invented,
            people: people(&item.reference.transcript),
            roles_given,
            reference_turns: item.reference.turns.clone().unwrap_or_default(),
            hypothesis_turns: manifest::turns(&transcript).unwrap_or_default(),
        })
    }

    /// The samples of a recording; zeros where it is silent, which the pipeline refuses and a measurement counts.
    fn decode(&self, item: &Item) -> Result<Recording, VisitError> {
        match audio::decode(AudioSource::File(&item.audio), &self.config.recognition, &no_progress) {
            Err(AudioError::Silent { duration_ms, .. }) => Ok(silence(duration_ms)),
            decoded => Ok(decoded?),
        }
    }

    /// The recording under noise, as a file.
    fn mixed(&self, item: &Item, mix: Mix) -> Result<Vec<u8>, VisitError> {
        let mut recording = self.decode(item)?;
        let others = if mix.kind == NoiseKind::Babble { self.others(item)? } else { Vec::new() };
        noise::add(&mut recording, mix, &others, &item.id);
        Ok(audio::to_wav(&recording))
    }

    /// The recordings that follow `item` and have speech, for a babble.
    fn others(&self, item: &Item) -> Result<Vec<Vec<i16>>, VisitError> {
        let at = self.items.iter().position(|other| other.id == item.id).unwrap_or(0);
        let after = self.items[at + 1..].iter().chain(&self.items[..at]);
        let speaking = after.filter(|other| !other.reference.transcript.utterances.is_empty());
        speaking.take(BABBLE_VOICES).map(|other| Ok(self.decode(other)?.mono().into_owned())).collect()
    }
}

fn silence(duration_ms: u64) -> Recording {
    let samples = duration_ms as usize * SAMPLE_RATE_HZ as usize / 1000;
    let info = AudioInfo { duration_ms, sample_rate_hz: SAMPLE_RATE_HZ, sha256: String::new() };
    Recording { channels: vec![vec![0; samples]], info }
}

fn sum(files: &[FileResult]) -> Counts {
    Counts::sum(files.iter().map(|file| &file.counts))
}

fn by_tag(files: &[FileResult]) -> BTreeMap<String, TagResult> {
    let mut tags: BTreeMap<String, (usize, Counts)> = BTreeMap::new();
    for file in files {
        for tag in &file.tags {
            let (count, counts) = tags.entry(tag.clone()).or_default();
            *count += 1;
            counts.add(&file.counts);
        }
    }
    let result = |(tag, (files, counts)): (String, (usize, Counts))| (tag, TagResult { files, rates: counts.rates() });
    tags.into_iter().map(result).collect()
}

/// Who each speaker is, where the reference says it.
fn people(transcript: &Transcript) -> BTreeMap<String, Role> {
    let known = transcript.utterances.iter().filter(|said| said.role != Role::Unknown && !said.speaker.is_empty());
    known.map(|said| (said.speaker.clone(), said.role)).collect()
}

fn all_text(transcript: &Transcript) -> PatientText {
    let texts = transcript.utterances.iter().filter(|said| !normal::words(&said.text).is_empty());
    texts.map(|said| said.text.as_str()).collect::<Vec<_>>().join(" ").into()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::domain::Utterance;

    const LINES: &str = r#"{"id":"a","audio":"a.wav","transcript":"a.txt","tags":["clean","all"]}
        {"id":"b","audio":"b.wav","transcript":"b.txt","tags":["all"]}
        {"id":"n","audio":"n.wav","transcript":"n.txt","tags":["no-speech"]}"#;

    fn items() -> (tempfile::TempDir, Vec<Item>) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let texts = [("a", "doctor: any chest pain\npatient: no"), ("b", "doctor: take ibuprofen daily"), ("n", "")];
        for (name, text) in texts {
            let samples = (0..32_000).map(|at| ((at * at) % 3_001 - 1_500) as i16).collect();
            let info = AudioInfo { duration_ms: 2_000, sample_rate_hz: SAMPLE_RATE_HZ, sha256: String::new() };
            let wav = audio::to_wav(&Recording { channels: vec![samples], info });
            fs::write(folder.path().join(format!("{name}.wav")), wav).expect("it can be written");
            fs::write(folder.path().join(format!("{name}.txt")), text).expect("it can be written");
        }
        fs::write(folder.path().join("m.jsonl"), LINES).expect("it can be written");
        let items = manifest::read(&folder.path().join("m.jsonl")).expect("it is a manifest");
        (folder, items)
    }

    /// Hears "take ibuprofen" in whatever it is given.
    fn deaf(source: AudioSource<'_>) -> Result<Heard, VisitError> {
        let recording = audio::decode(source, &Config::default().recognition, &no_progress)?;
        let utterance = Utterance { speaker: "S1".to_owned(), text: "take ibuprofen".into(), ..Utterance::default() };
        let transcript =
            Transcript { audio: Some(recording.info), utterances: vec![utterance], ..Transcript::default() };
        Ok(Heard { transcript, work: Duration::from_millis(500) })
    }

    fn run(mixes: &[Mix]) -> AsrReport {
        let (_folder, items) = items();
        let config = Config::default();
        let bench = Bench { items: &items, mixes, config: &config, hear: &deaf, tell: &|_| {} };
        bench.run(vec!["m.jsonl".to_owned()], &SystemClock).expect("it runs")
    }

    #[test]
    fn a_report_has_the_whole_each_file_and_each_tag() {
        let report = run(&[]);
        // a: 4 words, 2 wrong and 2 missing; b: 3 words, 1 missing; n is not in it.
        assert_eq!(report.summary.wer, Some(5.0 / 7.0));
        assert_eq!(report.summary.drug_recall, Some(1.0));
        assert_eq!(report.summary.real_time_factor, Some(0.25));
        assert_eq!(report.summary.invented_words_per_minute, Some(60.0));
        assert_eq!(report.counts.false_drugs, 2);
        let of_tag = |tag: &str| (report.tags[tag].files, report.tags[tag].rates.wer);
        assert_eq!(of_tag("clean"), (1, Some(1.0)));
        assert_eq!(of_tag("all"), (2, report.summary.wer));
        assert_eq!(of_tag("no-speech"), (1, None));
        assert_eq!(report.files[2].invented.as_str(), "take ibuprofen");
    }

    #[test]
    fn noise_is_laid_over_speech_only() {
        let report = run(&[Mix { kind: NoiseKind::Babble, snr_db: 10.0 }]);
        let ids: Vec<&str> = report.noise[0].files.iter().map(|file| file.id.as_str()).collect();
        assert_eq!(ids, ["a", "b"]);
        assert_eq!(report.noise[0].summary.wer, report.summary.wer);
    }

    #[test]
    fn no_speech_is_an_answer_and_a_bad_file_is_not() {
        let (folder, items) = items();
        fs::write(folder.path().join("b.wav"), b"RIFF").expect("it can be written");
        let config = Config::default();
        let hear =
            |_: AudioSource<'_>| -> Result<Heard, VisitError> { panic!("nothing is heard before all is looked at") };
        let bench = Bench { items: &items, mixes: &[], config: &config, hear: &hear, tell: &|_| {} };
        let error = bench.run(Vec::new(), &SystemClock).expect_err("it ends").to_string();
        assert!(error.contains("b.wav"), "{error}");
    }

    #[test]
    fn silence_is_counted_with_and_without_noise() {
        let (folder, items) = items();
        for name in ["b", "n"] {
            let wav = audio::to_wav(&silence(2_000));
            fs::write(folder.path().join(format!("{name}.wav")), wav).expect("it can be written");
        }
        let config = Config::default();
        let hear = |source: AudioSource<'_>| deaf(source).or_else(|error| answer(Err(error), Duration::ZERO));
        let mixes = [NoiseKind::Pink, NoiseKind::Babble].map(|kind| Mix { kind, snr_db: 10.0 });
        let bench = Bench { items: &items, mixes: &mixes, config: &config, hear: &hear, tell: &|_| {} };
        let report = bench.run(Vec::new(), &SystemClock).expect("it runs");
        let words = report.files[1].counts.words.expect("words were said");
        assert_eq!((words.reference, words.deletions, report.files[1].rates.wer), (3, 3, Some(1.0)));
        assert_eq!(report.files[2].rates.invented_words_per_minute, Some(0.0));
        assert_eq!((report.files[1].counts.audio_ms, report.files[2].counts.speechless_ms), (2_000, 2_000));
        for noise in &report.noise {
            assert_eq!(noise.files[1].rates.wer, Some(1.0), "{:?}", noise.mix);
        }
    }
}
