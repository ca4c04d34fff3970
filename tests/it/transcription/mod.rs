//! Transcripts and what makes them.

mod reading;
mod repair;
mod speakers;
mod transcribing;

use soapstone::{
    audio::{self, AudioSource, Recording},
    config::Config,
    domain::{Transcript, no_progress},
    model_files::ModelStore,
    transcription::{Transcriber, reading as transcripts},
};

use crate::support::facts::fixtures;

/// The smallest recogniser.
fn config() -> Config {
    let mut config = Config::default();
    config.recognition.model = "whisper-tiny.en".to_owned();
    config
}

fn transcriber() -> Transcriber {
    let config = config();
    Transcriber::load(&config.recognition, &ModelStore::new(&config.paths))
        .expect("run `make test`, which gets the models")
}

/// A visit's sound and what was said in it.
fn visit(name: &str) -> (Recording, Transcript) {
    let sound = fixtures().join(format!("{name}.flac"));
    let recording = audio::decode(AudioSource::File(&sound), &config().recognition, &no_progress).expect("it decodes");
    let text = std::fs::read(fixtures().join(format!("{name}.transcript.json"))).expect("it has a transcript");
    (recording, transcripts::from_json(&text).expect("it is a transcript"))
}
