//! Band-limited resampling of a stream to 16 kHz.
//!
//! `rubato`'s FFT resampler suits a ratio that never changes: linear phase, and everything above the new Nyquist
//! frequency is taken away, so that nothing above 8 kHz folds down into speech. It delays by half a block, which is taken
//! off the beginning and fed back at the end: the result begins with the file and is as long.

use rubato::{Fft, FixedSync, Resampler, WindowFunction, audioadapter_buffers::direct::SequentialSliceOfVecs};

use super::SAMPLE_RATE_HZ;

/// Input frames a block, at least. A longer block makes a steeper filter.
const BLOCK_FRAMES: usize = 2048;

/// Turns blocks of floats at any rate into 16-bit samples at [`SAMPLE_RATE_HZ`].
pub struct ToSpeechRate {
    rate_hz: u32,
    /// `None` where the rate is right already.
    resampler: Option<Fft<f32>>,
    /// Frames that do not fill a block yet, one buffer a channel.
    waiting: Vec<Vec<f32>>,
    block: Vec<Vec<f32>>,
    frames_in: u64,
    /// Frames at the beginning that are the filter's delay.
    to_skip: usize,
    output: Vec<Vec<i16>>,
}

impl ToSpeechRate {
    /// `channels` must be at least 1; `rate_hz` at least 1.
    pub fn new(rate_hz: u32, channels: usize) -> Result<Self, rubato::ResamplerConstructionError> {
        let (from, to) = (rate_hz as usize, SAMPLE_RATE_HZ as usize);
        let window = WindowFunction::BlackmanHarris2;
        let make = || Fft::new_custom(from, to, block_frames(from, to), 1, channels, window, FixedSync::Both);
        let resampler = if from == to { None } else { Some(make()?) };
        let block_frames = resampler.as_ref().map_or(0, |resampler| resampler.output_frames_max());
        Ok(Self {
            rate_hz,
            to_skip: resampler.as_ref().map_or(0, |resampler| resampler.output_delay()),
            resampler,
            waiting: vec![Vec::new(); channels],
            block: vec![vec![0.0; block_frames]; channels],
            frames_in: 0,
            output: vec![Vec::new(); channels],
        })
    }

    /// Takes a block: one slice a channel, all of one length.
    pub fn push(&mut self, channels: &[Vec<f32>]) {
        self.frames_in += channels[0].len() as u64;
        if self.resampler.is_none() {
            for (output, samples) in self.output.iter_mut().zip(channels) {
                output.extend(samples.iter().copied().map(to_i16));
            }
            return;
        }
        for (waiting, samples) in self.waiting.iter_mut().zip(channels) {
            waiting.extend_from_slice(samples);
        }
        self.drain_whole_blocks();
    }

    /// What is ready by now, one buffer a channel, taken out: for a stream, which is never finished. It is as long as the
    /// input but for the block that is not full yet.
    pub fn take(&mut self) -> Vec<Vec<i16>> {
        self.output.iter_mut().map(std::mem::take).collect()
    }

    /// What all blocks came to, as long as the input to a sample. For a recording of which nothing was taken out.
    pub fn finish(mut self) -> Vec<Vec<i16>> {
        let exact = self.frames_in * u64::from(SAMPLE_RATE_HZ);
        let frames_out = exact.div_ceil(u64::from(self.rate_hz)) as usize;
        while self.output[0].len() < frames_out {
            let Some(needed) = self.resampler.as_ref().map(|resampler| resampler.input_frames_next()) else { break };
            for waiting in &mut self.waiting {
                waiting.resize(needed, 0.0);
            }
            self.drain_whole_blocks();
        }
        for output in &mut self.output {
            output.truncate(frames_out);
        }
        self.output
    }

    fn drain_whole_blocks(&mut self) {
        let Some(resampler) = &mut self.resampler else { return };
        let needed = resampler.input_frames_next();
        let (available, block_frames) = (self.waiting[0].len(), self.block[0].len());
        let channels = self.waiting.len();
        let mut taken = 0;
        while available - taken >= needed {
            let input = SequentialSliceOfVecs::new(self.waiting.as_slice(), channels, available)
                .expect("every channel has as many frames");
            let mut output = SequentialSliceOfVecs::new_mut(self.block.as_mut_slice(), channels, block_frames)
                .expect("every channel has as many frames");
            let from = rubato::Indexing { input_offset: taken, ..Default::default() };
            let (read, written) = resampler
                .process_into_buffer(&input, &mut output, Some(&from))
                .expect("the buffers are as large as the resampler asked for");
            taken += read;
            let skipped = self.to_skip.min(written);
            self.to_skip -= skipped;
            for (output, block) in self.output.iter_mut().zip(&self.block) {
                output.extend(block[skipped..written].iter().copied().map(to_i16));
            }
        }
        for waiting in &mut self.waiting {
            waiting.drain(..taken);
        }
    }
}

/// The block length for two rates: a whole number of the shortest stretch that is whole at both, and an even one, so that
/// the filter's middle falls on a sample at both and the delay is whole.
fn block_frames(from: usize, to: usize) -> usize {
    let shortest = from / greatest_common_divisor(from, to);
    let wanted = BLOCK_FRAMES.div_ceil(shortest);
    // Two rates with nothing in common make a long block even so; half a sample of delay is nothing against its cost.
    if wanted == 1 { shortest } else { wanted.next_multiple_of(2) * shortest }
}

fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

fn to_i16(sample: f32) -> i16 {
    // The cast saturates, so what is louder than full scale is clipped and not wrapped around.
    (sample * 32_768.0).round() as i16
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    fn tone(frequency_hz: f64, rate_hz: u32, seconds: f64) -> Vec<f32> {
        let step = TAU * frequency_hz / f64::from(rate_hz);
        let frames = (f64::from(rate_hz) * seconds) as usize;
        (0..frames).map(|n| (0.5 * (step * n as f64).sin()) as f32).collect()
    }

    fn resample(samples: &[f32], rate_hz: u32, block: usize) -> Vec<i16> {
        let mut resampler = ToSpeechRate::new(rate_hz, 1).expect("a resampler");
        for block in samples.chunks(block) {
            resampler.push(&[block.to_vec()]);
        }
        resampler.finish().remove(0)
    }

    fn rms(samples: &[i16]) -> f32 {
        let sum: f32 = samples.iter().map(|&sample| (f32::from(sample) / 32_768.0).powi(2)).sum();
        (sum / samples.len() as f32).sqrt()
    }

    #[test]
    fn a_tone_above_the_new_nyquist_frequency_vanishes() {
        for rate_hz in [22_050, 44_100, 48_000, 96_000] {
            let output = resample(&tone(10_000.0, rate_hz, 1.0), rate_hz, 1000);
            // The first and last 100 ms hold the tone's sudden beginning and end, which is heard at all frequencies.
            let level = rms(&output[1_600..output.len() - 1_600]);
            assert!(level < 3e-5, "{rate_hz}: {level}");
        }
    }

    #[test]
    fn a_tone_below_keeps_level_phase_and_length() {
        for rate_hz in [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000] {
            let output = resample(&tone(1_000.0, rate_hz, 1.0), rate_hz, 777);
            assert_eq!(output.len(), 16_000, "{rate_hz}");
            let expected = tone(1_000.0, 16_000, 1.0);
            for (n, (&sample, expected)) in output.iter().zip(expected).enumerate().skip(1_600).take(12_800) {
                let error = (f32::from(sample) / 32_768.0 - expected).abs();
                assert!(error < 0.002, "{rate_hz}: sample {n} is off by {error}");
            }
        }
    }

    #[test]
    fn the_size_of_the_blocks_makes_no_difference() {
        let samples = tone(440.0, 44_100, 0.7);
        assert_eq!(resample(&samples, 44_100, 1), resample(&samples, 44_100, 30_000));
    }

    #[test]
    fn what_is_taken_out_on_the_way_is_what_the_whole_would_be() {
        let samples = tone(440.0, 48_000, 0.7);
        let mut resampler = ToSpeechRate::new(48_000, 1).expect("a resampler");
        let mut taken = Vec::new();
        for block in samples.chunks(1_000) {
            resampler.push(&[block.to_vec()]);
            taken.append(&mut resampler.take()[0]);
        }
        let whole = resample(&samples, 48_000, 1_000);
        assert!(taken.len() + 2_048 > whole.len(), "{} of {}", taken.len(), whole.len());
        assert_eq!(taken, whole[..taken.len()]);
    }

    #[test]
    fn even_one_frame_gives_its_share() {
        assert_eq!(resample(&[0.1], 48_000, 1).len(), 1);
        assert_eq!(resample(&[0.1], 8_000, 1).len(), 2);
        assert_eq!(resample(&tone(300.0, 44_099, 0.5), 44_099, 4096).len(), 8_000);
    }

    #[test]
    fn what_is_louder_than_full_scale_is_clipped() {
        assert_eq!(resample(&[1.5, -1.5, 1.0, -1.0], 16_000, 4), [i16::MAX, i16::MIN, i16::MAX, i16::MIN]);
    }
}
