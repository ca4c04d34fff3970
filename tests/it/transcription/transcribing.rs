//! Recordings through the whole of `transcription`, with the smallest recogniser.

use std::path::Path;

use soapstone::{
    audio::{AudioSource, Recording, SAMPLE_RATE_HZ, decode},
    config::Config,
    domain::{AudioInfo, Role, Transcript, no_progress},
    model_files::ModelStore,
    transcription::{
        Known, Memory, Transcriber, TranscriptionError,
        memory::Recall,
        vad::{SpeechActivity, SpeechDetector},
    },
};

use super::{config, transcriber, visit};

const SECOND: usize = SAMPLE_RATE_HZ as usize;

fn detector() -> SpeechDetector {
    let store = ModelStore::new(&config().paths);
    let file = store.locate("silero-vad").expect("run `soapstone models pull silero-vad` first");
    SpeechDetector::load(&file.path, file.model_ref).expect("it loads")
}

fn recording(channels: Vec<Vec<i16>>) -> Recording {
    let duration_ms = (channels[0].len() * 1000 / SECOND) as u64;
    Recording { channels, info: AudioInfo { duration_ms, sample_rate_hz: SAMPLE_RATE_HZ, sha256: "0".repeat(64) } }
}

/// The first `seconds` of a recording with one channel.
fn beginning(recording: &Recording, seconds: usize) -> Vec<i16> {
    recording.channels[0][..seconds * SECOND].to_vec()
}

/// Lower-case words without punctuation of the utterances that begin before `end_ms`.
fn words(transcript: &Transcript, end_ms: u64) -> Vec<String> {
    let said = transcript.utterances.iter().filter(|said| said.end_ms.unwrap_or(0) <= end_ms);
    let clean = |word: &str| word.to_lowercase().replace(|c: char| !c.is_alphanumeric() && c != '\'', "");
    said.flat_map(|said| said.text.split_whitespace().map(clean).collect::<Vec<_>>())
        .filter(|w| !w.is_empty())
        .collect()
}

/// The part of `reference` that was not heard as it was said (word error rate).
fn error_rate(reference: &[String], heard: &[String]) -> f64 {
    let mut row: Vec<usize> = (0..=heard.len()).collect();
    for (index, said) in reference.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for (column, word) in heard.iter().enumerate() {
            let substituted = diagonal + usize::from(word != said);
            diagonal = row[column + 1];
            row[column + 1] = substituted.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[heard.len()] as f64 / reference.len() as f64
}

/// Numbers that look random and are always the same.
fn noise() -> impl Iterator<Item = f32> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    })
}

/// Sounds in which nobody speaks, 20 s each.
fn speechless() -> Vec<(&'static str, Vec<i16>)> {
    let scale =
        |samples: Vec<f32>, level: f32| samples.iter().map(|s| (s * level * 32_767.0) as i16).collect::<Vec<_>>();
    let white: Vec<f32> = noise().take(20 * SECOND).collect();
    let mut pink = 0.0;
    let pink: Vec<f32> = noise()
        .take(20 * SECOND)
        .map(|sample| {
            pink = 0.98 * pink + 0.2 * sample;
            pink
        })
        .collect();
    let hum =
        |index: usize| (1..8).map(|k| (index as f32 * 50.0 * k as f32 * 0.000_392_7).sin() / k as f32).sum::<f32>();
    let clicks = |index: usize| if index % 11_003 < 40 { 0.9 } else { 0.0 };
    vec![
        ("silence", vec![0; 20 * SECOND]),
        ("white noise", scale(white.clone(), 0.3)),
        ("faint white noise", scale(white, 0.01)),
        ("pink noise", scale(pink, 0.5)),
        ("mains hum", scale((0..20 * SECOND).map(hum).collect(), 0.3)),
        ("clicks", scale((0..20 * SECOND).map(clicks).collect(), 1.0)),
    ]
}

/// Beside babble, where many chunks are neither surely speech nor surely none, and over several batches of our own.
/// `tests/data/vad/reference.py` made the numbers.
#[test]
fn probabilities_of_speech_are_those_of_silero_s_own_network() {
    let reference: Vec<f32> = include_str!("../../data/vad/visit-03-asthma.txt")
        .lines()
        .map(|line| line.parse().expect("a probability"))
        .collect();
    let (visit, _) = visit("visit-03-asthma");
    let activity = detector().listen(&beginning(&visit, 21), &Recall::default(), &no_progress).expect("it listens");
    let ours = activity.probabilities.iter().step_by(10);
    for (at, (ours, theirs)) in ours.zip(&reference).enumerate() {
        // The reference has four decimals; the rest is the order of sums.
        assert!((ours - theirs).abs() < 0.001, "chunk {}: {ours}, not {theirs}", 10 * at);
    }
    assert!(activity.probabilities.len() >= 10 * reference.len() && reference.len() == 64);
}

/// A telephone lacks both ends of what the detector knows voices by, and the first of the two people who talk is breathy.
#[test]
fn a_breathy_voice_on_a_telephone_is_heard() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/vad/breathy-telephone.flac");
    let heard = decode(AudioSource::File(&path), &config().recognition, &no_progress).expect("it is read");
    let activity = detector().listen(&heard.channels[0], &Recall::default(), &no_progress).expect("it listens");
    let spoken: usize = activity.regions().iter().map(|region| region.len()).sum();
    assert!(spoken > 14 * SECOND, "{} of 17 seconds are speech", spoken as f32 / SECOND as f32);
}

#[test]
fn a_visit_is_heard_as_it_was_said() {
    let (visit, reference) = visit("visit-01-hypertension");
    let mono = recording(vec![beginning(&visit, 60)]);
    let transcribed =
        transcriber().transcribe(&mono, Known::default(), &Memory::default(), &no_progress).expect("it is transcribed");
    let (reference, heard) = (words(&reference, 60_000), words(&transcribed.transcript, u64::MAX));
    let rate = error_rate(&reference, &heard);
    println!("word error rate {rate:.3} of {} words", reference.len());
    assert!(rate < 0.3, "{rate}: {heard:?}");
}

#[test]
fn a_visit_that_is_heard_as_it_grows_is_heard_as_one_that_is_over() {
    let (visit, _) = visit("visit-01-hypertension");
    let (transcriber, memory) = (transcriber(), Memory::default());
    let hear = |seconds: usize, memory: &Memory| {
        let mono = recording(vec![beginning(&visit, seconds)]);
        transcriber.transcribe(&mono, Known::default(), memory, &no_progress).expect("it is transcribed")
    };
    let grown = [9, 22, 37, 53, 70].map(|seconds| hear(seconds, &memory));
    let whole = hear(70, &Memory::default());
    assert_eq!(grown[4].transcript.utterances, whole.transcript.utterances);
    assert!(grown[4].settled_ms > 20_000 && grown[4].settled_ms < 70_000);
    for part in &grown[..4] {
        let settled = words(&part.transcript, part.settled_ms);
        assert_eq!(words(&whole.transcript, u64::MAX)[..settled.len()], settled, "what is settled stays");
    }
}

#[test]
fn words_have_times_in_order_and_inside_their_utterances() {
    let (visit, reference) = visit("visit-01-hypertension");
    let mono = recording(vec![beginning(&visit, 60)]);
    let transcript = transcriber()
        .transcribe(&mono, Known::default(), &Memory::default(), &no_progress)
        .expect("it is transcribed")
        .transcript;
    let words: Vec<_> = transcript.utterances.iter().flat_map(|said| &said.words).collect();
    assert!(words.windows(2).all(|pair| pair[0].end_ms <= pair[1].start_ms));
    assert!(words.iter().all(|word| word.start_ms <= word.end_ms && word.end_ms <= 60_000));
    assert!(words.iter().all(|word| word.probability > 0.0 && word.probability <= 1.0));
    for said in &transcript.utterances {
        assert_eq!(said.start_ms, said.words.first().map(|word| word.start_ms));
        assert_eq!(said.end_ms, said.words.last().map(|word| word.end_ms));
    }
    let starts = reference.utterances.iter().filter_map(|said| said.start_ms).filter(|start| *start < 55_000);
    let nearest = |start: u64| words.iter().map(|word| word.start_ms.abs_diff(start)).min().unwrap_or(u64::MAX);
    let mut misses: Vec<u64> = starts.map(nearest).collect();
    misses.sort_unstable();
    println!("ms from a turn's start to the nearest word's: {misses:?}");
    assert!(misses[misses.len() * 3 / 4] <= 150, "{misses:?}");
}

#[test]
fn the_same_recording_gives_the_same_text_on_any_number_of_threads() {
    let (visit, _) = visit("visit-01-hypertension");
    let mono = recording(vec![beginning(&visit, 100)]);
    let texts = [1, 3].map(|threads| {
        let mut config = config();
        config.recognition.threads = threads;
        let transcriber = Transcriber::load(&config.recognition, &ModelStore::new(&config.paths)).expect("it loads");
        transcriber
            .transcribe(&mono, Known::default(), &Memory::default(), &no_progress)
            .expect("it is transcribed")
            .transcript
    });
    assert_eq!(texts[0].utterances, texts[1].utterances);
}

#[test]
fn where_nobody_speaks_there_are_no_words() {
    let transcriber = transcriber();
    for (name, sound) in speechless() {
        let result =
            transcriber.transcribe(&recording(vec![sound]), Known::default(), &Memory::default(), &no_progress);
        let heard = result.map(|transcribed| words(&transcribed.transcript, u64::MAX));
        assert!(matches!(heard, Err(TranscriptionError::NoSpeech)), "{name}: {heard:?}");
    }
}

/// The small model knows English only, and writes English whatever it hears; the one of every visit must not.
#[test]
fn a_visit_in_another_language_is_refused() {
    let config = Config::default();
    let transcriber = Transcriber::load(&config.recognition, &ModelStore::new(&config.paths)).expect("it loads");
    let heard = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("audio-fixtures").join(name);
        let recording = decode(AudioSource::File(&path), &config.recognition, &no_progress).expect("it is read");
        transcriber
            .transcribe(&recording, Known::default(), &Memory::default(), &no_progress)
            .map(|transcribed| transcribed.transcript.utterances.len())
    };
    let spanish = heard("other-language/spanish.flac");
    let named = "spanish";
    assert!(matches!(spanish, Err(TranscriptionError::OtherLanguage { language }) if language == named), "{spanish:?}");
    // On a bad line, and by a speaker of another English.
    assert!(heard("visit-08-warfarin-phone.flac").is_ok_and(|utterances| utterances > 20));
}

#[test]
fn two_microphones_are_two_people_and_are_not_heard_twice() {
    let (visit, reference) = visit("visit-01-hypertension");
    let sound = beginning(&visit, 45);
    let mut channels = vec![vec![0i16; sound.len()], vec![0i16; sound.len()]];
    for said in &reference.utterances {
        let to_sample = |ms: Option<u64>| (ms.unwrap_or(0) as usize * SECOND / 1000).min(sound.len());
        let (own, other) = if said.role == Role::Clinician { (0, 1) } else { (1, 0) };
        for index in to_sample(said.start_ms)..to_sample(said.end_ms) {
            channels[own][index] = sound[index];
            channels[other][index] = sound[index] / 12;
        }
    }
    let both = recording(channels);
    let transcript = transcriber()
        .transcribe(&both, Known::default(), &Memory::default(), &no_progress)
        .expect("it is transcribed")
        .transcript;
    let speaker_of = |role: Role| {
        let said = transcript.utterances.iter().filter(|said| said.role == role);
        said.map(|said| said.speaker.clone()).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(speaker_of(Role::Clinician), ["S1".to_owned()].into());
    assert_eq!(speaker_of(Role::Patient), ["S2".to_owned()].into());
    let rate = error_rate(&words(&reference, 45_000), &words(&transcript, u64::MAX));
    assert!(rate < 0.35, "word error rate {rate}: something is missing or there twice");
}

#[test]
fn a_vocabulary_is_spelt_where_it_fits_and_not_put_where_it_was_not_said() {
    let (visit, _) = visit("visit-01-hypertension");
    let mono = recording(vec![beginning(&visit, 60)]);
    let bias = ["lisinopril", "metformin", "carbamazepine", "sarcoidosis"].map(str::to_owned);
    let transcript = transcriber()
        .transcribe(&mono, Known { names: &bias, ..Known::default() }, &Memory::default(), &no_progress)
        .expect("it is transcribed")
        .transcript;
    let heard = words(&transcript, u64::MAX);
    assert!(heard.iter().any(|word| word == "lisinopril"), "{heard:?}");
    assert!(!heard.iter().any(|word| word == "carbamazepine" || word == "sarcoidosis"), "{heard:?}");
}

#[test]
fn the_detector_hears_what_its_reference_does() {
    let (visit, _) = visit("visit-01-hypertension");
    let SpeechActivity { probabilities, .. } =
        detector().listen(&beginning(&visit, 30), &Recall::default(), &no_progress).expect("it listens");
    let speech = probabilities.iter().filter(|&&probability| probability > 0.5).count();
    println!("{speech} of {} chunks are speech", probabilities.len());
    assert_eq!(probabilities.len(), 938);
    assert!((600..900).contains(&speech), "{speech}");
    assert!(probabilities[..8].iter().all(|&probability| probability < 0.2), "{:?}", &probabilities[..8]);
}

#[test]
fn an_odd_length_is_heard_to_its_end() {
    let detector = detector();
    for length in [1, 511, 512, 513, 70_001] {
        let activity = detector.listen(&vec![0; length], &Recall::default(), &no_progress).expect("it listens");
        assert_eq!((activity.probabilities.len(), activity.samples), (length.div_ceil(512), length));
    }
}
