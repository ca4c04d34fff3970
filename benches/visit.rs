//! What each stage of a visit costs: `make bench-visit`, or
//! `cargo bench --bench visit -- RECORDING…` for other recordings (default: the three-minute fixture).
//!
//! Prints a row a stage with its seconds and its share, then the total, the length of the visit and the peak memory of the
//! process. The machine should be otherwise idle: ggml's threads wait for each other.

use std::{error::Error, fs, path::Path};

use soapstone::{
    audio::AudioSource,
    config::Config,
    domain::SystemClock,
    pipeline::{Scribe, Unwatched},
};

const DEFAULT_VISIT: &str = "audio-fixtures/visit-01-hypertension.flac";

fn main() -> Result<(), Box<dyn Error>> {
    // cargo bench passes --bench.
    let mut visits: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    if visits.is_empty() {
        visits.push(Path::new(env!("CARGO_MANIFEST_DIR")).join(DEFAULT_VISIT).display().to_string());
    }
    visits.iter().try_for_each(|visit| time_visit(Path::new(visit)))
}

fn time_visit(path: &Path) -> Result<(), Box<dyn Error>> {
    let config = Config::load(None, None)?;
    let mut scribe = Scribe::new(&config, &SystemClock, &Unwatched);
    let transcript = scribe.transcribe(AudioSource::File(path), &[], None)?;
    let note = scribe.write_note(&transcript, None)?;
    let timings = &note.provenance.timings_ms;
    let total = timings["total"] as f64;
    let length = transcript.audio.map_or(0, |audio| audio.duration_ms);
    println!("{} ({:.0} s)", path.display(), length as f64 / 1000.0);
    for (stage, milliseconds) in timings {
        let milliseconds = *milliseconds as f64;
        println!("  {stage:12} {:8.2} s {:5.1} %", milliseconds / 1000.0, milliseconds / total * 100.0);
    }
    println!("  peak memory  {:8} MB", peak_memory_mb()?);
    Ok(())
}

/// The most memory this process has held, from the kernel's own count (`VmHWM`, proc(5)).
fn peak_memory_mb() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("the kernel does not tell")?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kilobytes / 1000)
}
