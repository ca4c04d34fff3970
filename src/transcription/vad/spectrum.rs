//! How loud each frequency is, chunk by chunk.

use std::{f32::consts::TAU, ops::Range, sync::Arc};

use realfft::{RealFftPlanner, RealToComplex, num_complex::Complex};

use super::silero::CHUNK;
use crate::audio::SAMPLE_RATE_HZ;

/// Makes spectra of chunks, with room for one at a time.
pub struct Spectra {
    transform: Arc<dyn RealToComplex<f32>>,
    hann: Vec<f32>,
    frame: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
}

impl Spectra {
    pub fn new() -> Self {
        let transform = RealFftPlanner::<f32>::new().plan_fft_forward(CHUNK);
        let hann = (0..CHUNK).map(|n| 0.5 - 0.5 * (TAU * n as f32 / CHUNK as f32).cos()).collect();
        let (frame, spectrum) = (transform.make_input_vec(), transform.make_output_vec());
        Self { transform, hann, frame, spectrum }
    }

    /// The power in each of `bands`, in Hz, of the chunk `chunk` of `samples`, which may be short.
    pub fn powers<const N: usize>(&mut self, samples: &[i16], chunk: usize, bands: [Range<usize>; N]) -> [f32; N] {
        let sound = &samples[chunk * CHUNK..samples.len().min((chunk + 1) * CHUNK)];
        self.frame.fill(0.0);
        for ((value, &sample), weight) in self.frame.iter_mut().zip(sound).zip(&self.hann) {
            *value = f32::from(sample) * weight;
        }
        self.transform.process(&mut self.frame, &mut self.spectrum).expect("the lengths are the plan's own");
        bands.map(|band| self.spectrum[bin(band.start)..bin(band.end)].iter().map(|value| value.norm_sqr()).sum())
    }
}

/// The place of `hz` in a spectrum.
pub fn bin(hz: usize) -> usize {
    hz * CHUNK / SAMPLE_RATE_HZ as usize
}
