//! Bad input: exit code 3, one plain sentence that names it, and nothing half-written.

use std::{f64::consts::TAU, fs, sync::LazyLock};

use soapstone::{
    audio::{AudioSource, SAMPLE_RATE_HZ, decode},
    config::RecognitionConfig,
    domain::no_progress,
};

use super::{Ended, Place, fixture};
use crate::audio::Wav;

/// Words that are said in the failing inputs and nowhere else.
const SAID: &str = "zebrafish";

const DIALOGUE: &str = "doctor: What brings you in?\npatient: My zebrafish ate my shoes and now my knee hurts a lot.\n";

/// The recording of a visit, in 16-bit samples.
static VISIT: LazyLock<Vec<i16>> = LazyLock::new(|| {
    let path = fixture("visit-01-hypertension.flac");
    let recording = decode(AudioSource::File(&path), &RecognitionConfig::default(), &no_progress).expect("it is read");
    recording.channels[0].clone()
});

fn wav(samples: &[i16]) -> Vec<u8> {
    Wav::pcm16(1, SAMPLE_RATE_HZ, samples).bytes()
}

fn seconds(count: usize) -> usize {
    count * SAMPLE_RATE_HZ as usize
}

/// Noise between -1 and 1, the same each time.
fn white(samples: usize) -> Vec<f64> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1 << 23) - 1.0
    };
    (0..samples).map(|_| next()).collect()
}

fn pink(samples: usize) -> Vec<f64> {
    let mut level = 0.0;
    let step = |noise: f64| {
        level = 0.98 * level + 0.1 * noise;
        level
    };
    white(samples).into_iter().map(step).collect()
}

fn sine(frequency_hz: f64, at: usize) -> f64 {
    (TAU * frequency_hz * at as f64 / f64::from(SAMPLE_RATE_HZ)).sin()
}

fn loud(samples: impl IntoIterator<Item = f64>) -> Vec<u8> {
    wav(&samples.into_iter().map(|sample| (sample * 8_000.0) as i16).collect::<Vec<_>>())
}

fn assert_refused(ended: &Ended, named: &str, context: &str) {
    let Ended { code, stdout, stderr } = ended;
    assert_eq!(*code, 3, "{context}: {stderr}");
    assert_eq!(stdout, "", "{context}");
    assert!(ended.last_line().starts_with("soapstone: "), "the last line is not the failure, {context}: {stderr}");
    assert_eq!(stderr.matches("soapstone: ").count(), 1, "not one sentence, {context}: {stderr}");
    assert!(ended.last_line().contains(named), "{named} is not named, {context}: {stderr}");
    assert!(!stderr.contains("os error") && !stderr.contains(".soapstone-"), "{context}: {stderr}");
    assert!(!stderr.contains(SAID), "what was said is shown, {context}: {stderr}");
}

/// `bytes` as a file and, where it cannot be told by its name, as standard input; `says` is part of the sentence.
fn refuse(name: &str, bytes: &[u8], says: &str) {
    let place = Place::new();
    place.write(name, bytes);
    let ended = place.run(&["note", name, "--out", "out/note.md"]);
    assert_refused(&ended, name, name);
    assert!(ended.last_line().contains(says), "{name}: {}", ended.stderr);
    assert_eq!(place.results(), [""; 0], "{name} left something");

    let piped = place.run_with(&["note", "-", "-vv", "--out", "out/note.md"], bytes);
    assert_refused(&piped, "standard input", name);
    assert_eq!(place.results(), [""; 0], "{name} left something");
}

#[test]
fn what_is_no_recording() {
    refuse("photo.wav", &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01".repeat(200), "give WAV, FLAC");
    refuse("empty.flac", b"", "is empty");
    refuse("empty.wav", &wav(&[]), "is empty");
}

#[test]
fn a_recording_cut_off() {
    let flac = fs::read(fixture("visit-01-hypertension.flac")).expect("it is there");
    refuse("cut.flac", &flac[..flac.len() / 3], "cut off");
    let bytes = wav(&VISIT[..seconds(5)]);
    refuse("cut.wav", &bytes[..bytes.len() / 2], "cut off");
}

#[test]
fn recordings_without_words() {
    let count = seconds(20);
    refuse("silence.wav", &wav(&vec![0; count]), "microphone");
    refuse("white.wav", &loud(white(count)), "no speech");
    refuse("pink.wav", &loud(pink(count)), "no speech");
    refuse("hum.wav", &loud((0..count).map(|at| 0.4 * sine(60.0, at) + 0.1 * sine(180.0, at))), "no speech");
    let fan =
        pink(count).into_iter().enumerate().map(|(at, air)| (1.0 + 0.4 * sine(7.0, at)) * air + 0.1 * sine(95.0, at));
    refuse("fan.wav", &loud(fan), "no speech");
}

#[test]
fn three_seconds_of_speech() {
    refuse("three.wav", &wav(&VISIT[..seconds(3)]), "too few for a note");
}

#[test]
fn one_channel_that_says_two() {
    let lie = Wav { channels: 2, block_bytes: 4, ..Wav::pcm16(1, SAMPLE_RATE_HZ, &VISIT[..seconds(20)]) };
    refuse("lie.wav", &lie.bytes(), "header");
}

#[test]
fn samples_that_are_no_numbers() {
    let mut samples: Vec<f32> = VISIT[..seconds(5)].iter().map(|&sample| f32::from(sample) / 32_768.0).collect();
    samples[30_000] = f32::NAN;
    let data = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let bytes_a_second = 4 * SAMPLE_RATE_HZ;
    let float = Wav { tag: 3, bits: 32, block_bytes: 4, bytes_a_second, data, ..Wav::pcm16(1, SAMPLE_RATE_HZ, &[]) };
    refuse("nan.wav", &float.bytes(), "not numbers");
}

#[test]
fn ten_hours() {
    let place = Place::new();
    let bytes = 36_000 * 8_000;
    let header = Wav { bits: 8, block_bytes: 1, bytes_a_second: 8_000, ..Wav::pcm16(1, 8_000, &[]) };
    let header = Wav { data_bytes: Some(bytes), riff_bytes: Some(36 + bytes), ..header };
    let path = place.write("night.wav", header.bytes());
    let file = fs::OpenOptions::new().write(true).open(path).expect("it is there");
    file.set_len(44 + u64::from(bytes)).expect("it can be made longer");
    let ended = place.run(&["note", "night.wav", "--out", "out/note.md"]);
    assert_refused(&ended, "night.wav", "ten hours");
    assert!(ended.stderr.contains("recognition.max_minutes"), "{}", ended.stderr);
    assert_eq!(place.results(), [""; 0]);
}

#[test]
fn transcripts_that_cannot_be_read() {
    refuse("labels.txt", b"aunt: hello zebrafish\nuncle: hi\n", "no label in it is a clinician or a patient");
    refuse("plain.txt", b"hello there, zebrafish\n", "says who speaks");
    refuse("latin.txt", b"doctor: zebrafish caf\xE9\n", "save it as UTF-8");
    refuse("broken.json", br#"{"schema":"soapstone.transcript/1","utterances":[{"text":"zebrafish"#, "not valid JSON");
    refuse("list.json", b"[1, 2]", "no object");
    refuse("other.json", br#"{"schema":"zebrafish","utterances":[]}"#, "soapstone.transcript/1");
    let role = br#"{"schema":"soapstone.transcript/1","utterances":[{"text":"hi","role":"zebrafish"}]}"#;
    refuse("role.json", role, "clinician, patient, other, unknown");
    refuse("short.txt", DIALOGUE.as_bytes(), "too few for a note");
}

#[test]
fn a_voice_beside_a_transcript() {
    let place = Place::new();
    place.write("visit.txt", DIALOGUE.as_bytes());
    place.write("voice.json", b"{}");
    let ended = place.run(&["note", "visit.txt", "--clinician-voice", "voice.json", "--out", "out/note.json"]);
    assert_refused(&ended, "voice.json", "a voice beside a transcript");
    assert!(ended.last_line().contains("the input is a transcript: leave it out"), "{}", ended.stderr);
    assert_eq!(place.results(), [""; 0]);
}

#[test]
fn charts_that_are_none() {
    let place = Place::new();
    place.write("visit.txt", DIALOGUE);
    place.write("patient.json", br#"{"resourceType":"Patient","name":[{"family":"zebrafish"}]}"#);
    place.write("broken.json", b"{\"resourceType\": zebrafish");
    place.write("latin.json", b"{\"resourceType\": \"zebrafish\xE9\"}");
    place.write("entry.json", br#"{"resourceType":"Bundle","type":"searchset","entry":"zebrafish"}"#);
    for (chart, says) in [
        ("patient.json", "Bundle"),
        ("broken.json", "JSON"),
        ("latin.json", "JSON"),
        ("entry.json", "\"entry\" must be a list"),
        ("none.json", "cannot read none.json"),
        ("out", "cannot read out"),
    ] {
        let ended = place.run(&["note", "visit.txt", "--chart", chart, "--out", "out/note.md"]);
        assert_refused(&ended, chart, chart);
        assert!(ended.last_line().contains(says), "{}", ended.stderr);
        assert_eq!(place.results(), [""; 0]);
    }
}

#[test]
fn models_that_are_none() {
    let place = Place::new();
    place.write("garbage.gguf", b"GGUF garbage");
    place.write("garbage.bin", b"lmgg garbage");
    for file in ["garbage.gguf", "garbage.bin"] {
        let ended = place.run_plain(&["--data-dir", "here", "models", "import", file, "--name", "mine"], b"");
        assert_refused(&ended, file, file);
        assert!(ended.last_line().contains("cut off"), "{}", ended.stderr);
    }
    let ended = place.run_plain(&["--data-dir", "here", "models", "verify"], b"");
    assert!(ended.stdout.starts_with("no model is here"), "{}", ended.stdout);
}

#[test]
fn files_that_are_not_there() {
    let place = Place::new();
    place.write("visit.txt", DIALOGUE);
    for args in [
        &["note", "none.wav"][..],
        &["transcribe", "none.wav"],
        &["note", "visit.txt", "--vocabulary", "none.wav"],
        &["models", "import", "none.wav"],
        &["terminology", "import", "none.wav"],
    ] {
        assert_refused(&place.run(args), "none.wav", &args.join(" "));
    }
    assert_refused(&place.run(&["note", "out"]), "out", "a folder");
    assert_refused(&place.run(&["transcribe", "visit.txt"]), "soapstone note", "a transcript is not transcribed");
}

#[test]
fn places_that_cannot_be_written() {
    let place = Place::new();
    place.write("visit.txt", DIALOGUE);
    for (out, says) in
        [("none/note.md", "no folder none"), ("out", "folder"), ("visit.txt/note.md", "visit.txt is no folder")]
    {
        let ended = place.run(&["note", "visit.txt", "--out", out]);
        assert_refused(&ended, out, out);
        assert!(ended.last_line().contains(says), "{}", ended.stderr);
    }
    assert_eq!(place.results(), [""; 0]);
}

#[test]
fn an_older_result_outlives_a_failure() {
    let place = Place::new();
    place.write("out/note.md", "older");
    place.write("empty.flac", b"");
    assert_refused(&place.run(&["note", "empty.flac", "--out", "out/note.md"]), "empty.flac", "empty");
    assert_eq!(fs::read_to_string(place.path("out/note.md")).expect("it is there"), "older");
    assert_eq!(place.results(), ["note.md"]);
}
