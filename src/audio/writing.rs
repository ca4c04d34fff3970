//! Samples as a file that any player takes.

use std::io::Cursor;

use hound::{SampleFormat, WavSpec, WavWriter};

use super::{Recording, SAMPLE_RATE_HZ};

/// `recording` as a 16-bit WAV file at [`SAMPLE_RATE_HZ`].
pub fn to_wav(recording: &Recording) -> Vec<u8> {
    let spec = WavSpec {
        channels: recording.channels.len() as u16,
        sample_rate: SAMPLE_RATE_HZ,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let mut file = Cursor::new(Vec::new());
    let mut writer = WavWriter::new(&mut file, spec).expect("memory takes a header");
    for frame in 0..recording.len() {
        for channel in &recording.channels {
            writer.write_sample(channel[frame]).expect("memory takes a sample");
        }
    }
    writer.finalize().expect("memory takes the sizes");
    file.into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        audio::{AudioSource, decode},
        config::RecognitionConfig,
        domain::{AudioInfo, no_progress},
    };

    #[test]
    fn what_is_written_is_read_back() {
        let samples: Vec<i16> = (0..16_000).map(|at| ((at * 37) % 4_000 - 2_000) as i16).collect();
        let info = AudioInfo { duration_ms: 1_000, sample_rate_hz: SAMPLE_RATE_HZ, sha256: String::new() };
        let bytes = to_wav(&Recording { channels: vec![samples.clone()], info });
        let source = AudioSource::Bytes { name: "a test", bytes: &bytes };
        let read = decode(source, &RecognitionConfig::default(), &no_progress).expect("it is a recording");
        assert_eq!(read.channels, [samples]);
    }
}
