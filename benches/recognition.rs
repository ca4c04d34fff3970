//! How long recognition takes, alone or beside faster-whisper int8 on the same files in the same run.
//!
//! ```text
//! cargo bench --bench recognition -- [FILE.flac …] [--model NAME] [--threads N]
//!     [--peer PYTHON --peer-model FOLDER [--beam N]]
//! ```
//!
//! Without files it takes the first three visits of `audio-fixtures/`. `PYTHON` is an interpreter with faster-whisper and
//! soundfile, `FOLDER` the same weights in CTranslate2's form. The two take turns file by file, so that a busy machine
//! slows both; the ratio is ours to theirs, so below 1 ours is faster. Times of both are without decoding the file, with
//! word times, and of ours without telling speakers apart.

use std::{
    error::Error,
    path::{Path, PathBuf},
};

use soapstone::{
    audio::{self, AudioSource},
    config::Config,
    domain::no_progress,
    model_files::ModelStore,
    transcription::{Known, Memory, Transcriber},
};

#[path = "peers/mod.rs"]
mod peers;

use peers::FasterWhisper;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

struct Options {
    files: Vec<PathBuf>,
    config: Config,
    peer: Option<(String, String, String)>,
}

fn options() -> Result<Options> {
    let mut options = Options { files: Vec::new(), config: Config::default(), peer: None };
    options.config.recognition.threads = 2;
    let (mut python, mut folder, mut beam) = (None, None, "5".to_owned());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} takes a value"));
        match argument.as_str() {
            "--bench" => {}
            "--model" => options.config.recognition.model = value()?,
            "--threads" => options.config.recognition.threads = value()?.parse()?,
            "--peer" => python = Some(value()?),
            "--peer-model" => folder = Some(value()?),
            "--beam" => beam = value()?,
            file => options.files.push(file.into()),
        }
    }
    options.peer =
        python.map(|python| Ok::<_, String>((python, folder.ok_or("--peer-model is missing")?, beam))).transpose()?;
    if options.files.is_empty() {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("audio-fixtures");
        let visits = ["visit-01-hypertension.flac", "visit-02-knee.flac", "visit-03-asthma.flac"];
        options.files = visits.map(|visit| fixtures.join(visit)).to_vec();
    }
    Ok(options)
}

fn main() -> Result<()> {
    let options = options()?;
    let recognition = &options.config.recognition;
    let transcriber = Transcriber::load(recognition, &ModelStore::new(&options.config.paths))?;
    let mut peer = match &options.peer {
        Some((python, folder, beam)) => Some(FasterWhisper::start(python, folder, beam, recognition.thread_count())?),
        None => None,
    };
    println!("{}, {} threads", recognition.model, recognition.thread_count());
    println!(
        "{:32} {:>7} {:>7} {:>7} {:>9} {:>7} {:>7}",
        "file", "audio s", "vad s", "asr s", "x real", "peer s", "ratio"
    );
    let (mut ours_in_all, mut theirs_in_all) = (0.0, 0.0);
    for (index, file) in options.files.iter().enumerate() {
        let recording = audio::decode(AudioSource::File(file), recognition, &no_progress)?;
        if let Some(peer) = peer.as_mut().filter(|_| index == 0) {
            peer.hear(&recording)?;
        }
        let timings = transcriber.transcribe(&recording, Known::default(), &Memory::default(), &no_progress)?.timings;
        // Who spoke and names heard again are ours alone: the peer finds speech and writes words.
        let ours = (timings.vad_ms + timings.asr_ms) as f64 / 1000.0;
        let theirs = peer.as_mut().map(|peer| peer.hear(&recording)).transpose()?.map(|(seconds, _)| seconds);
        ours_in_all += ours;
        theirs_in_all += theirs.unwrap_or_default();
        let audio_seconds = recording.duration_ms() as f64 / 1000.0;
        let seconds = |ms: u64| ms as f64 / 1000.0;
        let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        print!("{name:32} {audio_seconds:7.1} {:7.2} {:7.2} ", seconds(timings.vad_ms), seconds(timings.asr_ms));
        print!("{:9.1}", audio_seconds / ours);
        println!("{}", theirs.map(|theirs| format!(" {theirs:7.2} {:7.2}", ours / theirs)).unwrap_or_default());
    }
    if peer.is_some() {
        println!("in all: {ours_in_all:.1} s, peer {theirs_in_all:.1} s, ratio {:.2}", ours_in_all / theirs_in_all);
    }
    Ok(())
}
