//! The 40 mel bands that the voice model hears: energies, not their logarithms, of 25 ms every 10 ms.

use std::ops::Range;

use candle_core::{Device, Result, Tensor};

use crate::model_files::mel_filters;

/// Samples from one frame to the next: 10 ms.
pub const HOP: usize = 160;
/// Bands of a frame.
pub const BANDS: usize = 40;
/// Samples of a frame, around its middle.
const WINDOW: usize = 400;
/// Frequencies of a frame.
const BINS: usize = WINDOW / 2 + 1;

/// Turns samples into frames.
pub struct MelSpectrum {
    /// `[400, 402]`: real and imaginary parts of the Fourier transform of a frame under a Hann window.
    transform: Tensor,
    /// `[201, 40]`
    filters: Tensor,
}

impl MelSpectrum {
    /// As librosa computes them: Slaney's scale, zeros before the beginning and after the end.
    pub fn new() -> Result<Self> {
        Ok(Self {
            transform: Tensor::from_vec(transform(), (WINDOW, 2 * BINS), &Device::Cpu)?,
            filters: Tensor::from_vec(mel_filters(BANDS), (BANDS, BINS), &Device::Cpu)?.t()?.contiguous()?,
        })
    }

    /// `[frames × 40]`: the frames whose numbers, counted from the first sample on, are `frames`.
    pub fn frames(&self, samples: &[i16], frames: Range<usize>) -> Result<Vec<f32>> {
        let count = frames.len();
        let mut windows = vec![0f32; count * WINDOW];
        for (frame, window) in frames.zip(windows.chunks_exact_mut(WINDOW)) {
            fill(window, samples, frame * HOP);
        }
        let spectrum = Tensor::from_vec(windows, (count, WINDOW), &Device::Cpu)?.matmul(&self.transform)?;
        let (real, imaginary) = (spectrum.narrow(1, 0, BINS)?, spectrum.narrow(1, BINS, BINS)?);
        let power = (real.sqr()? + imaginary.sqr()?)?;
        power.matmul(&self.filters)?.flatten_all()?.to_vec1()
    }
}

/// The samples around `middle`, with zeros where there are none.
fn fill(window: &mut [f32], samples: &[i16], middle: usize) {
    let first = (WINDOW / 2).saturating_sub(middle);
    let from = middle.saturating_sub(WINDOW / 2).min(samples.len());
    for (value, sample) in window[first..].iter_mut().zip(&samples[from..]) {
        *value = f32::from(*sample) / 32_768.0;
    }
}

fn transform() -> Vec<f32> {
    let mut rows = Vec::with_capacity(WINDOW * 2 * BINS);
    let turn = std::f64::consts::TAU / WINDOW as f64;
    for sample in 0..WINDOW {
        let hann = 0.5 - 0.5 * (turn * sample as f64).cos();
        let angle = |bin: usize| turn * ((sample * bin) % WINDOW) as f64;
        rows.extend((0..BINS).map(|bin| (hann * angle(bin).cos()) as f32));
        rows.extend((0..BINS).map(|bin| (-hann * angle(bin).sin()) as f32));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_loudest_in_its_band_and_silence_is_silent() {
        let tone: Vec<i16> = (0..16_000)
            .map(|n| (8000.0 * (std::f32::consts::TAU * 1000.0 * n as f32 / 16_000.0).sin()) as i16)
            .collect();
        let frames = MelSpectrum::new().expect("constants").frames(&tone, 10..12).expect("computes");
        let loudest = (0..BANDS).max_by(|a, b| frames[*a].total_cmp(&frames[*b])).expect("there are bands");
        // Slaney's scale is linear to 1000 Hz, which is mel 15 of 45.2: the 14th band of 40.
        assert_eq!((frames.len(), loudest), (2 * BANDS, 13));
        let silence = MelSpectrum::new().expect("constants").frames(&[0; 4000], 0..5).expect("computes");
        assert!(silence.iter().all(|value| *value == 0.0));
    }
}
