//! Noise over a recording, at a chosen level and the same in every run: how soon does the recognition give way?

use std::f64::consts::TAU;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::audio::{Recording, SAMPLE_RATE_HZ};

/// A kind of noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NoiseKind {
    /// The same power at every frequency, like a hiss.
    White,
    /// Less power towards higher frequencies, like a fan or traffic.
    Pink,
    /// Other recordings of the manifest, spoken over one another.
    Babble,
}

/// A noise at a level.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Mix {
    /// What is heard.
    pub kind: NoiseKind,
    /// How much stronger the speech is, in decibels; below 0 the noise is stronger.
    pub snr_db: f64,
}

/// Random numbers that are the same in every release: SplitMix64 (G. Steele et al., 2014).
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    /// A sequence of its own for each `seed`.
    pub fn new(seed: &str) -> Self {
        // FNV-1a: the standard hasher may change from release to release.
        Self(
            seed.bytes()
                .fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)),
        )
    }

    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0, inclusive, to 1, exclusive.
    pub fn next_unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From 0 to below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next_unit() * end as f64) as usize
    }

    /// Gaussian, of variance 1 (Box and Muller).
    fn next_normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.next_unit()).ln()).sqrt();
        radius * (TAU * self.next_unit()).cos()
    }
}

/// Lays noise over every channel of `recording`, so that its speech is `mix.snr_db` stronger. `others` are what babble is
/// made of; `seed` makes the noise this recording's own.
pub fn add(recording: &mut Recording, mix: Mix, others: &[Vec<i16>], seed: &str) {
    let mut random = Random::new(&format!("{seed} {} {:?}", mix.snr_db, mix.kind));
    let noise = match mix.kind {
        NoiseKind::White => (0..recording.len()).map(|_| random.next_normal()).collect(),
        NoiseKind::Pink => pink(recording.len(), &mut random),
        NoiseKind::Babble => babble(recording.len(), others, &mut random),
    };
    let noise_power = noise.iter().map(|sample| sample * sample).sum::<f64>() / noise.len().max(1) as f64;
    let speech_power = speech_power(&recording.mono());
    if noise_power <= 0.0 || speech_power <= 0.0 {
        return;
    }
    let gain = (speech_power / noise_power / 10_f64.powf(mix.snr_db / 10.0)).sqrt();
    for channel in &mut recording.channels {
        for (sample, noise) in channel.iter_mut().zip(&noise) {
            let mixed = (f64::from(*sample) + gain * noise).round();
            *sample = mixed.clamp(f64::from(i16::MIN), f64::from(i16::MAX)) as i16;
        }
    }
}

/// Pink noise by P. Kellet's three one-pole filters over white noise, within half a decibel of -3 dB an octave.
fn pink(length: usize, random: &mut Random) -> Vec<f64> {
    let mut poles = [0.0; 3];
    let step = |_| {
        let white = random.next_normal();
        poles[0] = 0.997_65 * poles[0] + white * 0.099_046_0;
        poles[1] = 0.963_00 * poles[1] + white * 0.296_516_4;
        poles[2] = 0.570_00 * poles[2] + white * 1.052_691_3;
        poles.iter().sum::<f64>() + white * 0.184_8
    };
    (0..length).map(step).collect()
}

/// The other recordings over one another at one strength, each from a place of its own, and round again.
fn babble(length: usize, others: &[Vec<i16>], random: &mut Random) -> Vec<f64> {
    let mut noise = vec![0.0; length];
    for other in others.iter().filter(|other| !other.is_empty()) {
        let level = speech_power(other).sqrt();
        let start = random.below(other.len());
        for (at, sample) in noise.iter_mut().enumerate().filter(|_| level > 0.0) {
            *sample += f64::from(other[(start + at) % other.len()]) / level;
        }
    }
    noise
}

/// The mean power while somebody speaks: of those frames of 20 ms that are within 25 dB of the loud ones, so that pauses do
/// not count.
fn speech_power(samples: &[i16]) -> f64 {
    let frame = SAMPLE_RATE_HZ as usize / 50;
    let power = |frame: &[i16]| frame.iter().map(|&sample| f64::from(sample).powi(2)).sum::<f64>() / frame.len() as f64;
    let mut powers: Vec<f64> = samples.chunks(frame).map(power).collect();
    powers.sort_by(f64::total_cmp);
    let Some(loud) = powers.get(powers.len().saturating_sub(1) * 95 / 100) else { return 0.0 };
    let speech: Vec<f64> = powers.iter().copied().filter(|power| power * 10_f64.powf(2.5) >= *loud).collect();
    speech.iter().sum::<f64>() / speech.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::AudioInfo;

    fn talk() -> Recording {
        let second = SAMPLE_RATE_HZ as usize;
        let tone = |at: usize| {
            if (at / second).is_multiple_of(2) {
                4_000.0 * (TAU * 200.0 * at as f64 / second as f64).sin()
            } else {
                0.0
            }
        };
        let info = AudioInfo { duration_ms: 4_000, sample_rate_hz: SAMPLE_RATE_HZ, sha256: String::new() };
        Recording { channels: vec![(0..4 * second).map(|at| tone(at) as i16).collect()], info }
    }

    fn noisy(mix: Mix) -> Vec<i16> {
        let mut recording = talk();
        let others = [talk().channels.remove(0).into_iter().rev().collect()];
        add(&mut recording, mix, &others, "visit");
        recording.channels.remove(0)
    }

    #[test]
    fn the_noise_has_the_level_asked_for() {
        for kind in [NoiseKind::White, NoiseKind::Pink] {
            let clean = talk().channels.remove(0);
            let noise: Vec<i16> =
                noisy(Mix { kind, snr_db: 10.0 }).iter().zip(&clean).map(|(mixed, clean)| mixed - clean).collect();
            let power = noise.iter().map(|&sample| f64::from(sample).powi(2)).sum::<f64>() / noise.len() as f64;
            // Speech of amplitude 4000 has the power 8e6 while it lasts; the pauses do not count.
            let snr_db = 10.0 * (8e6 / power).log10();
            assert!((snr_db - 10.0).abs() < 0.2, "{kind:?}: {snr_db}");
        }
    }

    #[test]
    fn the_same_noise_comes_every_time_and_another_for_another_recording() {
        let mix = Mix { kind: NoiseKind::Babble, snr_db: 5.0 };
        assert_eq!(noisy(mix), noisy(mix));
        assert_ne!(noisy(mix), talk().channels[0]);
        assert_ne!(Random::new("a").next_u64(), Random::new("b").next_u64());
    }

    #[test]
    fn pink_noise_falls_towards_high_frequencies() {
        let noise = pink(64_000, &mut Random::new("pink"));
        let white: Vec<f64> = {
            let mut random = Random::new("w");
            (0..64_000).map(|_| random.next_normal()).collect()
        };
        // The difference of neighbours is loud where high frequencies are.
        let roughness = |noise: &[f64]| {
            let steps = noise.windows(2).map(|pair| (pair[1] - pair[0]).powi(2)).sum::<f64>();
            steps / noise.iter().map(|sample| sample * sample).sum::<f64>()
        };
        assert!(roughness(&noise) < roughness(&white) / 3.0);
    }
}
