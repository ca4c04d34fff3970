//! Kaldi's log mel filter bank as WeSpeaker uses it (Wang et al. 2023, <https://arxiv.org/abs/2210.17016>): 80 bands of
//! 25 ms every 10 ms, under a Hamming window.

use std::{f64::consts::TAU, sync::Arc};

use candle_core::{Error, Result};
use realfft::{RealFftPlanner, RealToComplex};

/// Bands of a frame.
pub const BANDS: usize = 80;
/// Samples from one frame to the next: 10 ms.
const HOP: usize = 160;
/// Samples of a frame: 25 ms.
const FRAME: usize = 400;
/// A frame is filled up with zeros to this length.
const PADDED: usize = 512;
/// Where the lowest band begins and the highest ends, in Hz.
const RANGE_HZ: [f64; 2] = [20.0, 8000.0];
const RATE_HZ: f64 = 16_000.0;
/// How much of each sample the next one loses, so that high sounds weigh as much as low ones.
const PREEMPHASIS: f32 = 0.97;

/// Turns samples into bands.
pub struct FilterBank {
    transform: Arc<dyn RealToComplex<f32>>,
    /// A Hamming window, both ends included.
    window: Vec<f32>,
    filters: Vec<Filter>,
}

/// A triangle over some frequencies of the spectrum.
struct Filter {
    /// The lowest of them.
    first: usize,
    weights: Vec<f32>,
}

impl FilterBank {
    pub fn new() -> Self {
        let hamming = |sample: usize| 0.54 - 0.46 * (TAU * sample as f64 / (FRAME - 1) as f64).cos();
        Self {
            transform: RealFftPlanner::new().plan_fft_forward(PADDED),
            window: (0..FRAME).map(|sample| hamming(sample) as f32).collect(),
            filters: (0..BANDS).map(filter).collect(),
        }
    }

    /// `[frames × 80]`: the logarithms of the energies, less the mean of each band over all frames. Frames lie within
    /// `samples`; too few for one are filled up with zeros.
    pub fn frames(&self, samples: &[i16]) -> Result<Vec<f32>> {
        let count = 1 + samples.len().saturating_sub(FRAME) / HOP;
        let mut bands = Vec::with_capacity(count * BANDS);
        let mut padded = self.transform.make_input_vec();
        let mut spectrum = self.transform.make_output_vec();
        for frame in 0..count {
            let within = &samples[frame * HOP..samples.len().min(frame * HOP + FRAME)];
            self.fill(&mut padded, within);
            let done = self.transform.process(&mut padded, &mut spectrum);
            done.map_err(|error| Error::Msg(error.to_string()))?;
            let power: Vec<f32> = spectrum.iter().map(|bin| bin.norm_sqr()).collect();
            bands.extend(self.filters.iter().map(|filter| filter.energy(&power).max(f32::EPSILON).ln()));
        }
        subtract_mean(&mut bands);
        Ok(bands)
    }

    /// A frame without its mean, with high sounds raised, under the window.
    fn fill(&self, padded: &mut [f32], samples: &[i16]) {
        padded.fill(0.0);
        padded.iter_mut().zip(samples).for_each(|(value, sample)| *value = f32::from(*sample));
        let frame = &mut padded[..FRAME];
        let mean = frame.iter().sum::<f32>() / FRAME as f32;
        let mut before = frame[0] - mean;
        for (value, weight) in frame.iter_mut().zip(&self.window) {
            let centred = *value - mean;
            *value = (centred - PREEMPHASIS * before) * weight;
            before = centred;
        }
    }
}

impl Filter {
    fn energy(&self, power: &[f32]) -> f32 {
        self.weights.iter().zip(&power[self.first..]).map(|(weight, power)| weight * power).sum()
    }
}

/// The triangles are as wide as one another in mel; the highest frequency is in none.
fn filter(band: usize) -> Filter {
    let mel = |hz: f64| 1127.0 * (1.0 + hz / 700.0).ln();
    let [low, high] = RANGE_HZ.map(mel);
    let step = (high - low) / (BANDS + 1) as f64;
    let weight = |bin: usize| {
        let place = (mel(bin as f64 * RATE_HZ / PADDED as f64) - low) / step - band as f64;
        place.min(2.0 - place) as f32
    };
    let within = |bin: &usize| weight(*bin) > 0.0;
    let first = (0..PADDED / 2).find(within).unwrap_or_default();
    Filter { first, weights: (first..PADDED / 2).take_while(within).map(weight).collect() }
}

/// What is the same in all frames is the microphone's and the room's.
fn subtract_mean(bands: &mut [f32]) {
    let mut means = [0f64; BANDS];
    let count = (bands.len() / BANDS) as f64;
    for frame in bands.chunks_exact(BANDS) {
        means.iter_mut().zip(frame).for_each(|(mean, value)| *mean += f64::from(*value) / count);
    }
    for frame in bands.chunks_exact_mut(BANDS) {
        frame.iter_mut().zip(&means).for_each(|(value, mean)| *value -= *mean as f32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_that_begins_is_loudest_in_its_band_and_silence_is_even() {
        let tone = |n: usize| (8000.0 * (std::f32::consts::TAU * 1000.0 * n as f32 / 16_000.0).sin()) as i16;
        let samples: Vec<i16> = (0..16_000).map(|n| if n < 8000 { 0 } else { tone(n) }).collect();
        let bands = FilterBank::new().frames(&samples).expect("computes");
        assert_eq!(bands.len(), 98 * BANDS);
        let last = &bands[97 * BANDS..];
        let loudest = (0..BANDS).max_by(|a, b| last[*a].total_cmp(&last[*b])).expect("there are bands");
        // 1000 Hz are mel 1000; bands are 34.7 apart, the first one's middle at 66.4.
        assert_eq!(loudest, 27);
        let silence = FilterBank::new().frames(&[0; 100]).expect("computes");
        assert_eq!(silence, [0.0; BANDS]);
    }
}
