//! Programs of the same kind, run beside soapstone.

use std::{
    error::Error,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use soapstone::audio::{Recording, SAMPLE_RATE_HZ};

/// faster-whisper in a process of its own, with the model loaded.
pub struct FasterWhisper {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    folder: tempfile::TempDir,
}

impl FasterWhisper {
    /// Starts `python` on the model in `folder`.
    pub fn start(python: &str, folder: &str, beam: &str, threads: usize) -> Result<Self, Box<dyn Error>> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/faster_whisper.py");
        let mut command = Command::new(python);
        command.arg(script).args([folder, &threads.to_string(), beam]);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = process.stdin.take().ok_or("the peer has no input")?;
        let output = BufReader::new(process.stdout.take().ok_or("the peer has no output")?);
        Ok(Self { process, input, output, folder: tempfile::tempdir()? })
    }

    /// Lets it hear `recording`, whose channels become one: the seconds that it took, and the text.
    pub fn hear(&mut self, recording: &Recording) -> Result<(f64, String), Box<dyn Error>> {
        let path = self.folder.path().join("recording.wav");
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: SAMPLE_RATE_HZ,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(&path, spec)?;
        recording.mono().iter().try_for_each(|&sample| writer.write_sample(sample))?;
        writer.finalize()?;
        writeln!(self.input, "{}", path.display())?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        let answer: serde_json::Value = serde_json::from_str(&line)?;
        let seconds = answer["seconds"].as_f64().ok_or("the peer gave no time")?;
        Ok((seconds, answer["text"].as_str().ok_or("the peer gave no text")?.to_owned()))
    }
}

impl Drop for FasterWhisper {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
