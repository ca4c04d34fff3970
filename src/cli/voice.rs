//! `soapstone voice`: the clinician's own voice, kept for later visits.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

use clap::Args;

use super::{
    Failure,
    failure::about_input,
    input::{self, VisitInput},
    output::Output,
    progress::StageDisplay,
};
use crate::{
    audio::AudioSource,
    config::Config,
    domain::{SystemClock, Transcript},
    pipeline::{Scribe, Work},
    transcription::ClinicianVoice,
};

/// Keep a clinician's voice, for `--clinician-voice` of other commands.
///
/// The recording holds the clinician alone, for half a minute or so. What is kept is no sound but 256 numbers that the
/// voice can be told by: personal data of the clinician, to be kept as such.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    soapstone voice dr-adams.wav --out dr-adams.voice.json\n  \
    soapstone note visit.flac --clinician-voice dr-adams.voice.json")]
pub struct VoiceArgs {
    /// A recording of the clinician alone, in any form that `soapstone note` takes; `-` is standard input.
    input: String,
    /// Write to this file, which is replaced only when the voice is complete. Default: standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs the command; the voice goes to standard output or a file, progress to standard error.
pub fn run(args: &VoiceArgs, config: &Config) -> Result<(), Failure> {
    let output = Output::open(args.out.as_deref())?.not_over(args.input.as_ref())?;
    let VisitInput::Audio(recording) = input::read(&args.input)? else {
        return Err(Failure::bad_input(input::name(&args.input), "it is a transcript: give a recording"));
    };
    let display = StageDisplay::new();
    let mut scribe = Scribe::new(config, &SystemClock, &display);
    scribe.require(Work::Voice)?;
    let voice = scribe.enrol(recording.source()).map_err(|error| about_input(error, input::name(&args.input)))?;
    output.finish(&(serde_json::to_string(&voice).expect("a voice is plain data") + "\n"))
}

/// Lets `scribe` know the clinician by the voice in `file`, a recording or what [`run`] made of one. No file, no change.
pub(super) fn know_clinician(scribe: &mut Scribe<'_>, file: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = file else { return Ok(()) };
    let name = path.display().to_string();
    let voice = if is_json(path)? {
        read(path, &name)?
    } else {
        scribe.enrol(AudioSource::File(path)).map_err(|error| about_input(error, &name))?
    };
    scribe.know_clinician(voice);
    Ok(())
}

/// Says so if the voice in `file` is none of those of `transcript`: whoever gave it takes the roles for certain otherwise.
pub(super) fn tell_if_unknown(transcript: &Transcript, file: Option<&Path>) {
    let unknown = file.zip(transcript.clinician_voice).filter(|(_, heard)| !heard.recognised);
    if let Some((path, heard)) = unknown {
        eprintln!("soapstone: {}", not_recognised(path, heard.voices));
    }
}

fn not_recognised(path: &Path, voices: usize) -> String {
    let among = if voices == 1 { "as the one voice".to_owned() } else { format!("among the {voices} voices") };
    let name = path.display();
    format!("the voice of {name} was not recognised {among} of the recording; roles are told by what was said")
}

/// No recording begins with a brace.
fn is_json(path: &Path) -> Result<bool, Failure> {
    let mut head = [0; 64];
    let read = File::open(path).and_then(|mut file| file.read(&mut head));
    let read = read.map_err(|error| Failure::unreadable(path, &error))?;
    Ok(head[..read].trim_ascii_start().starts_with(b"{"))
}

fn read(path: &Path, name: &str) -> Result<ClinicianVoice, Failure> {
    let bytes = fs::read(path).map_err(|error| Failure::unreadable(path, &error))?;
    ClinicianVoice::from_json(&bytes).map_err(|error| Failure::bad_input(name, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voice_that_was_not_recognised_is_named_with_how_many_there_were() {
        let told = |voices| not_recognised(Path::new("dr-adams.wav"), voices);
        assert!(told(3).contains("dr-adams.wav was not recognised among the 3 voices"), "{}", told(3));
        assert!(told(1).contains("not recognised as the one voice of"), "{}", told(1));
    }
}
