//! The loaded models, and the way through them.

use std::time::Instant;

use super::{
    asr::{AsrError, Languages, WhisperRecognizer},
    crosstalk,
    memory::{Memory, Recall},
    numbers,
    repair::hearing::Hearing,
    speakers::{
        self, Channel, ClinicianVoice, Embedding, Remembering, Told, VoiceEncoder, VoiceError, VoiceFileError, unheard,
    },
    vad::{self, Region, SpeechActivity, SpeechDetector, VadError},
};
use crate::{
    audio::{Recording, SAMPLE_RATE_HZ},
    config::RecognitionConfig,
    domain::{Clock, ModelRef, Progress, SystemClock, Transcript, TranscriptSchema, Utterance, Word, no_progress},
    model_files::{ModelError, ModelStore},
};

/// The part of the progress that listening for speech is.
const LISTENING: f32 = 0.05;

/// Words that a recogniser writes into a noise, at most …
const MOST_WORDS_OF_NOISE: usize = 2;
/// … and how long a recording is in which so few are nobody's.
const LEAST_MS_OF_NOISE: u64 = 10_000;

/// Sound that may be speech and was not taken for it is worth a word from this long on …
const LEAST_MS_LEFT_OUT: u64 = 5000;
/// … and from this part of the speech on.
const LEAST_SHARE_LEFT_OUT: f64 = 0.1;

/// Turns recordings into transcripts.
pub struct Transcriber {
    detector: SpeechDetector,
    recognizer: WhisperRecognizer,
    voices: Box<dyn VoiceEncoder>,
}

/// What is known of a visit before it is heard.
#[derive(Clone, Copy, Default)]
pub struct Known<'a> {
    /// Names to expect (the chart's medicines and problems, a vocabulary), the most important first. They are preferred where
    /// they fit and not put where they were not said.
    pub names: &'a [String],
    /// The clinician's voice: the voice that is most like it is taken for theirs.
    pub clinician: Option<&'a ClinicianVoice>,
    /// Whether the recording goes on: then its last words are heard quickly, and will be heard better.
    pub goes_on: bool,
}

/// A transcript and what it took.
#[derive(Debug)]
pub struct Transcribed {
    /// Who said what, and when. At least one utterance.
    pub transcript: Transcript,
    /// Where the time went.
    pub timings: TranscriptionTimings,
    /// Up to here, in milliseconds, no word changes if the recording goes on.
    pub settled_ms: u64,
}

/// Milliseconds spent on each step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TranscriptionTimings {
    /// Looking for speech.
    pub vad_ms: u64,
    /// Recognising it.
    pub asr_ms: u64,
    /// Telling who spoke.
    pub speakers_ms: u64,
}

/// Why there is no transcript.
#[derive(Debug, thiserror::Error)]
pub enum TranscriptionError {
    /// Silence, noise or music: bad input.
    #[error("no speech was found in the recording; check the microphone, and that the right file was given")]
    NoSpeech,
    /// Somebody speaks, but not English: bad input.
    #[error("the recording seems to be in another language ({language}); soapstone writes down English only")]
    OtherLanguage {
        /// Its English name.
        language: &'static str,
    },
    /// A model is missing or damaged; the message says how to get it.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The speech detector could not be loaded or failed.
    #[error(transparent)]
    Vad(#[from] VadError),
    /// The recogniser could not be loaded or failed.
    #[error(transparent)]
    Asr(#[from] AsrError),
    /// The voice model could not be loaded or failed.
    #[error(transparent)]
    Voice(#[from] VoiceError),
    /// The clinician's voice cannot be used: bad input.
    #[error("the clinician's voice: {0}")]
    ClinicianVoice(#[from] VoiceFileError),
}

impl Transcriber {
    /// Loads the models that the configuration names.
    pub fn load(config: &RecognitionConfig, store: &ModelStore) -> Result<Self, TranscriptionError> {
        let (vad, asr) = (store.locate(&config.vad_model)?, store.locate(&config.model)?);
        let voice = store.locate(&config.voice_model)?;
        Ok(Self {
            detector: SpeechDetector::load(&vad.path, vad.model_ref)?,
            recognizer: WhisperRecognizer::load(&asr.path, asr.model_ref, config.thread_count())?,
            voices: speakers::load_voices(&voice.path, voice.model_ref)?,
        })
    }

    /// `recording`, for its places to be heard again.
    pub fn hearing<'r>(&'r self, recording: &'r Recording, memory: &'r Memory) -> Hearing<'r> {
        Hearing::new(self.recognizer.listener(memory), recording)
    }

    /// Transcribes `recording`, of which `memory` may have heard a beginning. Errs also if the voice that is known was
    /// made by another model.
    pub fn transcribe(
        &self,
        recording: &Recording,
        known: Known<'_>,
        memory: &Memory,
        progress: Progress,
    ) -> Result<Transcribed, TranscriptionError> {
        let clinician = known.clinician.map(|voice| voice.heard_by(self.voices.model_ref())).transpose()?;
        let mut timings = TranscriptionTimings::default();
        let started = SystemClock.instant();
        let mut activities = self.listen(recording, &memory.speech, &|done| progress(LISTENING * done))?;
        let left_out_ms = left_out_ms(recording, &activities);
        remove_crosstalk(recording, &mut activities);
        timings.vad_ms = milliseconds_since(started);
        if spoken_ms(&activities) == 0 {
            return Err(TranscriptionError::NoSpeech);
        }
        let started = SystemClock.instant();
        let read = |done: f32| progress(LISTENING + (1.0 - LISTENING) * done);
        let (words, settled) = self.recognize(recording, &activities, known, memory, &read)?;
        timings.asr_ms = milliseconds_since(started);
        let started = SystemClock.instant();
        let voices = Remembering { encoder: self.voices.as_ref(), memory: &memory.voices };
        let mut told = tell_apart(words, recording, &activities, &voices, clinician)?;
        numbers::write(&mut told.utterances);
        timings.speakers_ms = milliseconds_since(started);
        if is_noise(&told.utterances, recording.duration_ms()) {
            return Err(TranscriptionError::NoSpeech);
        }
        let mut transcript = Transcript { left_out_ms, ..self.transcript(recording, told, clinician.is_some()) };
        unheard::mark(&mut transcript);
        Ok(Transcribed { transcript, timings, settled_ms: milliseconds(settled) })
    }

    /// Where somebody speaks in each channel.
    fn listen(
        &self,
        recording: &Recording,
        memory: &Recall<vad::Heard>,
        progress: Progress,
    ) -> Result<Vec<SpeechActivity>, VadError> {
        let count = recording.channels.len();
        let channels = recording.channels.iter().enumerate();
        let listened = channels.map(|(index, channel)| {
            self.detector.listen(channel, memory, &|done| progress((index as f32 + done) / count as f32))
        });
        listened.collect()
    }

    /// The words of each channel, and up to which sample those of all are settled. What was said in another language is refused: written as English it is made up.
    fn recognize(
        &self,
        recording: &Recording,
        activities: &[SpeechActivity],
        known: Known<'_>,
        memory: &Memory,
        progress: Progress,
    ) -> Result<(Vec<Vec<Word>>, usize), TranscriptionError> {
        let spoken: Vec<f32> = activities.iter().map(|activity| regions_len(&activity.regions()) as f32).collect();
        let total: f32 = spoken.iter().sum();
        let mut before = 0.0;
        let (mut words, mut languages) = (Vec::with_capacity(activities.len()), Languages::default());
        let mut settled = usize::MAX;
        for ((channel, activity), spoken) in recording.channels.iter().zip(activities).zip(&spoken) {
            let of_all = |done: f32| progress((before + done * spoken) / total);
            let read = self.recognizer.recognize(channel, activity, known.names, known.goes_on, memory, &of_all)?;
            words.push(read.words);
            languages.add(&read.languages);
            settled = settled.min(read.settled);
            before += spoken;
        }
        languages.other().map_or(Ok((words, settled)), |language| Err(TranscriptionError::OtherLanguage { language }))
    }

    /// The models that had a part in a transcript: voices are listened to where a channel is shared or one of them is known.
    fn models(&self, recording: &Recording, knows_clinician: bool) -> Vec<ModelRef> {
        let listens = recording.channels.len() < 2 || knows_clinician;
        let voices = listens.then(|| self.voices.model_ref());
        [self.detector.model_ref(), self.recognizer.model_ref()].into_iter().chain(voices).cloned().collect()
    }

    fn transcript(&self, recording: &Recording, told: Told, knows_clinician: bool) -> Transcript {
        Transcript {
            schema: TranscriptSchema::V1,
            audio: Some(recording.info.clone()),
            language: "en".to_owned(),
            models: self.models(recording, knows_clinician),
            roles_exchanged: false,
            exchanges: Vec::new(),
            clinician_voice: told.clinician,
            unheard_companion: Vec::new(),
            left_out_ms: None,
            utterances: told.utterances,
        }
    }
}

/// The voice of a clinician who speaks alone in `recording`, by the models that `config` names.
pub fn enrol(
    recording: &Recording,
    config: &RecognitionConfig,
    store: &ModelStore,
) -> Result<ClinicianVoice, TranscriptionError> {
    let (vad, voice) = (store.locate(&config.vad_model)?, store.locate(&config.voice_model)?);
    let detector = SpeechDetector::load(&vad.path, vad.model_ref)?;
    let encoder = speakers::load_voices(&voice.path, voice.model_ref)?;
    let samples = recording.channels.first().map(Vec::as_slice).unwrap_or_default();
    let regions = detector.listen(samples, &Recall::default(), &no_progress)?.regions();
    Ok(speakers::enrol(samples, &regions, encoder.as_ref())??)
}

/// Who said the words.
fn tell_apart(
    words: Vec<Vec<Word>>,
    recording: &Recording,
    activities: &[SpeechActivity],
    voices: &dyn VoiceEncoder,
    clinician: Option<&Embedding>,
) -> Result<Told, VoiceError> {
    let regions: Vec<Vec<Region>> = activities.iter().map(SpeechActivity::regions).collect();
    let sound = recording.channels.iter().zip(&regions);
    let channels = sound.zip(words).map(|((samples, regions), words)| Channel { samples, regions, words });
    match <[Channel<'_>; 2]>::try_from(channels.collect::<Vec<_>>()) {
        Ok(both) => speakers::of_two_channels(both, voices, clinician),
        Err(one) => {
            speakers::of_one_channel(one.into_iter().next().expect("a recording has a channel"), voices, clinician)
        }
    }
}

/// A word or two in ten seconds and more are what a recogniser makes of a noise: who records a room says more.
fn is_noise(utterances: &[Utterance], duration_ms: u64) -> bool {
    let words: usize = utterances.iter().map(|utterance| utterance.words.len()).sum();
    words == 0 || words <= MOST_WORDS_OF_NOISE && duration_ms >= LEAST_MS_OF_NOISE
}

/// Takes from each of two channels what the other's person says.
fn remove_crosstalk(recording: &Recording, activities: &mut [SpeechActivity]) {
    if let ([left, right], Ok(activities)) =
        (recording.channels.as_slice(), <&mut [SpeechActivity; 2]>::try_from(activities))
    {
        crosstalk::remove([left, right], activities);
    }
}

/// How much sound that may be speech was not taken for it, if it is worth a word.
fn left_out_ms(recording: &Recording, activities: &[SpeechActivity]) -> Option<u64> {
    let channels = recording.channels.iter().zip(activities);
    let left_out = milliseconds(channels.map(|(channel, activity)| vad::left_out(channel, activity)).sum());
    is_much(left_out, spoken_ms(activities)).then_some(left_out)
}

fn is_much(left_out_ms: u64, spoken_ms: u64) -> bool {
    left_out_ms >= LEAST_MS_LEFT_OUT && left_out_ms as f64 >= LEAST_SHARE_LEFT_OUT * spoken_ms as f64
}

fn spoken_ms(activities: &[SpeechActivity]) -> u64 {
    milliseconds(activities.iter().map(|activity| regions_len(&activity.regions())).sum())
}

fn milliseconds(samples: usize) -> u64 {
    samples as u64 * 1000 / u64::from(SAMPLE_RATE_HZ)
}

fn regions_len(regions: &[Region]) -> usize {
    regions.iter().map(Region::len).sum()
}

fn milliseconds_since(started: Instant) -> u64 {
    SystemClock.instant().duration_since(started).as_millis() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_seconds_and_a_tenth_of_the_speech_are_much_to_leave_out() {
        assert!(is_much(9_200, 43_000) && is_much(5_000, 10_000));
        assert!(!is_much(3_200, 20_000) && !is_much(9_200, 140_000));
    }

    #[test]
    fn a_word_in_many_seconds_is_noise_and_a_short_recording_may_have_one() {
        let said = |words: usize| {
            let word = Word { text: "okay".into(), start_ms: 0, end_ms: 100, probability: 0.9 };
            vec![Utterance { words: vec![word; words], ..Utterance::default() }]
        };
        assert!(is_noise(&said(1), 12_000) && is_noise(&said(2), 600_000));
        assert!(is_noise(&[], 3_000));
        assert!(!is_noise(&said(1), 3_000) && !is_noise(&said(3), 12_000));
    }
}
