//! How far recognition is behind while visits are recorded: `make bench-live`, or
//! `cargo bench --bench live -- [--rooms N] [--minutes N] [--writing] [RECORDING]`.
//!
//! The recording is played in each of N rooms at the same time, by a clock of its own: what is heard at a time is heard for real,
//! in the service's own order, and the clock goes on by as long as that took. So a visit of ten minutes needs no ten minutes,
//! and a machine that is twice as busy is twice as late. With `--writing` the language model writes notes all the while. A row
//! for each minute tells how long after it was said something was told (the middle and the latest), and the last row how
//! long after the end of both visits their transcripts were whole.

use std::{
    error::Error,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use soapstone::{
    audio::{self, AudioSource, Recording},
    config::Config,
    domain::{SystemClock, Transcript, no_progress},
    model_files::ModelStore,
    pipeline::{Scribe, Unwatched, live},
    transcription::{Memory, Transcriber},
};

const DEFAULT_VISIT: &str = "audio-fixtures/visit-06-heart-failure.flac";

struct Options {
    rooms: usize,
    minutes: usize,
    writes: bool,
    recording: PathBuf,
}

/// A room, by the clock of the bench.
struct Room {
    memory: Memory,
    heard: Duration,
    due: Duration,
    finished: Option<Duration>,
}

/// A stretch of a visit, and when it was told.
struct Told {
    from: Duration,
    at: Duration,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = options()?;
    let config = Config::load(None, None)?;
    let transcriber = Transcriber::load(&config.recognition, &ModelStore::new(&config.paths))?;
    let source = AudioSource::File(&options.recording);
    let mut visit = audio::decode(source, &config.recognition, &no_progress)?;
    visit.channels.iter_mut().for_each(|channel| channel.truncate(options.minutes * 60 * 16_000));
    let length = Duration::from_millis(visit.channels[0].len() as u64 / 16);
    let stop = Arc::new(AtomicBool::new(false));
    let writer = options.writes.then(|| write_notes(&visit, Arc::clone(&stop)));
    let told = play(&config, &transcriber, &visit, length, options.rooms)?;
    stop.store(true, Ordering::Relaxed);
    if let Some(writer) = writer {
        writer.join().expect("the writer ends");
    }
    report(&told.0, told.1 - length, length);
    Ok(())
}

/// Plays the visit in every room; what was told when, and when the last transcript was whole.
fn play(
    config: &Config,
    transcriber: &Transcriber,
    visit: &Recording,
    length: Duration,
    rooms: usize,
) -> Result<(Vec<Told>, Duration), Box<dyn Error>> {
    let new = || Room { memory: Memory::default(), heard: Duration::ZERO, due: Duration::ZERO, finished: None };
    let mut rooms = Vec::from_iter((0..rooms).map(|_| new()));
    let (mut now, mut told) = (Duration::from_secs(1), Vec::new());
    while let Some(room) = rooms.iter_mut().filter(|room| room.finished.is_none()).min_by_key(|room| room.due) {
        now = now.max(room.due);
        let there = now.min(length);
        if there > room.heard {
            let begin = Instant::now();
            hear(config, transcriber, &room.memory, visit, there, there < length)?;
            let cost = begin.elapsed();
            now += cost;
            told.push(Told { from: room.heard, at: now });
            (room.heard, room.due) = (there, now + live::pause_after(cost));
        } else {
            room.due = now + Duration::from_millis(250);
        }
        // At the end nobody waits: the job of the transcript hears the rest at once.
        if now >= length && room.heard < length {
            room.due = now;
        }
        room.finished = (room.heard == length).then_some(now);
    }
    Ok((told, now))
}

fn hear(
    config: &Config,
    transcriber: &Transcriber,
    memory: &Memory,
    visit: &Recording,
    there: Duration,
    goes_on: bool,
) -> Result<Option<Transcript>, Box<dyn Error>> {
    let samples = there.as_millis() as usize * 16;
    let channels = visit.channels.iter().map(|channel| channel[..samples.min(channel.len())].to_vec()).collect();
    let wav = audio::to_wav(&Recording { channels, info: visit.info.clone() });
    let source = AudioSource::Bytes { name: "the visit", bytes: &wav };
    let mut scribe = Scribe::new(config, &SystemClock, &Unwatched);
    if goes_on {
        scribe.hear_beginnings();
    }
    // Before the first word there is no transcript.
    Ok(scribe.transcribe_with(transcriber, memory, source, &[], None).ok().map(|heard| heard.transcript))
}

/// Writes notes of the visit's first three minutes, one after the other.
fn write_notes(visit: &Recording, stop: Arc<AtomicBool>) -> std::thread::JoinHandle<()> {
    let visit = Recording { channels: visit.channels.clone(), info: visit.info.clone() };
    std::thread::spawn(move || {
        let config = Config::load(None, None).expect("the configuration");
        let transcriber = Transcriber::load(&config.recognition, &ModelStore::new(&config.paths)).expect("it loads");
        let beginning = Duration::from_secs(180);
        let heard = hear(&config, &transcriber, &Memory::default(), &visit, beginning, false).expect("it is heard");
        let transcript = heard.expect("there are words");
        let mut notes = 0;
        while !stop.load(Ordering::Relaxed) {
            let mut scribe = Scribe::new(&config, &SystemClock, &Unwatched);
            scribe.write_note(&transcript, None).expect("a note");
            notes += 1;
        }
        println!("{notes} notes were written beside");
    })
}

fn report(told: &[Told], after_end: Duration, length: Duration) {
    println!("minute  middle  latest");
    for minute in 0..length.as_secs().div_ceil(60) {
        let of_minute = told.iter().filter(|one| one.from.as_secs() / 60 == minute);
        let mut delays = Vec::from_iter(of_minute.map(|one| (one.at - one.from).as_secs_f32()));
        delays.sort_by(f32::total_cmp);
        let (middle, latest) = (delays.get(delays.len() / 2), delays.last());
        println!("{:6}  {:5.1} s {:5.1} s", minute + 1, middle.unwrap_or(&0.0), latest.unwrap_or(&0.0));
    }
    println!("all transcripts were whole {:.1} s after the end", after_end.as_secs_f32());
}

fn options() -> Result<Options, Box<dyn Error>> {
    let recording = Path::new(env!("CARGO_MANIFEST_DIR")).join(DEFAULT_VISIT);
    let mut options = Options { rooms: 2, minutes: 10, writes: false, recording };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().and_then(|number| number.parse().ok());
        match argument.as_str() {
            // cargo bench passes --bench.
            "--bench" => {}
            "--rooms" => options.rooms = number().ok_or("--rooms N")?,
            "--minutes" => options.minutes = number().ok_or("--minutes N")?,
            "--writing" => options.writes = true,
            recording => options.recording = recording.into(),
        }
    }
    Ok(options)
}
