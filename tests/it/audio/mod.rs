//! Recordings of every kind, whole and broken.

mod allocation;
mod formats;
mod refusals;
mod robustness;

use soapstone::{
    audio::{AudioError, AudioSource, Recording, decode},
    config::RecognitionConfig,
    domain::no_progress,
};

/// Decodes `bytes` as if they came from standard input.
fn decode_bytes(bytes: &[u8]) -> Result<Recording, AudioError> {
    let source = AudioSource::Bytes { name: "standard input", bytes };
    decode(source, &RecognitionConfig::default(), &no_progress)
}

/// A committed sample (`tests/data/audio/make.sh` says how it was made).
fn sample(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/data/audio/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every committed sample, by name.
fn sample_names() -> Vec<String> {
    let folder = format!("{}/tests/data/audio", env!("CARGO_MANIFEST_DIR"));
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a plain name"));
    let mut names: Vec<String> = names.filter(|name| !name.ends_with(".sh")).collect();
    names.sort();
    names
}

/// A WAV file, header field by header field, so that each can lie.
#[derive(Clone)]
pub(crate) struct Wav {
    pub(crate) tag: u16,
    pub(crate) channels: u16,
    pub(crate) rate_hz: u32,
    pub(crate) bits: u16,
    pub(crate) block_bytes: u16,
    pub(crate) bytes_a_second: u32,
    pub(crate) riff_bytes: Option<u32>,
    pub(crate) data_bytes: Option<u32>,
    pub(crate) data: Vec<u8>,
}

impl Wav {
    /// 16-bit PCM with a truthful header.
    pub(crate) fn pcm16(channels: u16, rate_hz: u32, samples: &[i16]) -> Self {
        Self {
            tag: 1,
            channels,
            rate_hz,
            bits: 16,
            block_bytes: 2 * channels,
            bytes_a_second: rate_hz * 2 * u32::from(channels),
            riff_bytes: None,
            data_bytes: None,
            data: samples.iter().flat_map(|sample| sample.to_le_bytes()).collect(),
        }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let data_bytes = self.data_bytes.unwrap_or(self.data.len() as u32);
        let riff_bytes = self.riff_bytes.unwrap_or(36 + self.data.len() as u32);
        let mut bytes = b"RIFF".to_vec();
        bytes.extend(riff_bytes.to_le_bytes());
        bytes.extend(b"WAVEfmt \x10\0\0\0");
        bytes.extend([self.tag, self.channels].iter().flat_map(|field| field.to_le_bytes()));
        bytes.extend([self.rate_hz, self.bytes_a_second].iter().flat_map(|field| field.to_le_bytes()));
        bytes.extend([self.block_bytes, self.bits].iter().flat_map(|field| field.to_le_bytes()));
        bytes.extend(b"data");
        bytes.extend(data_bytes.to_le_bytes());
        bytes.extend(&self.data);
        bytes
    }
}

/// A tone at a quarter of full scale.
fn tone(frequency_hz: f64, rate_hz: u32, seconds: f64) -> Vec<i16> {
    let step = std::f64::consts::TAU * frequency_hz / f64::from(rate_hz);
    (0..(seconds * f64::from(rate_hz)) as usize).map(|n| ((step * n as f64).sin() * 8_192.0) as i16).collect()
}

/// The strength of one frequency among all, from 0 to 1 (Goertzel).
fn share_of(frequency_hz: f64, samples: &[f32]) -> f64 {
    let step = std::f64::consts::TAU * frequency_hz / 16_000.0;
    let (mut re, mut im, mut power) = (0.0, 0.0, 0.0);
    for (n, &sample) in samples.iter().enumerate() {
        re += f64::from(sample) * (step * n as f64).cos();
        im += f64::from(sample) * (step * n as f64).sin();
        power += f64::from(sample).powi(2);
    }
    2.0 * (re * re + im * im) / (power * samples.len() as f64)
}
