//! How many channels a recording really has.
//!
//! More than two are mixed. Of two, it matters whether each belongs to a person (two clip-on microphones, the two ends of
//! a call) or both heard the room. What tells them apart is *which channel is louder, window by window*: with a person a
//! channel, the louder one changes with the speaker; with a stereo microphone, a doubled mono signal, a gain that
//! differs, or a channel that is dead, it does not. Correlation would not do: the wearer's neighbour is heard in both
//! microphones, so two clip-ons across a desk correlate as strongly as a stereo microphone does.
//!
//! So two channels are kept if each is at least [`LOUDER_DB`] louder than the other in at least [`SHARE`] of the windows
//! in which somebody is heard. A spaced stereo microphone reaches 3 or 4 dB, crosstalk across a desk leaves 8 to 20. When
//! in doubt channels are mixed: a mix loses nobody, while a room in two channels would be transcribed twice.

/// Samples a window: a quarter of a second, shorter than most turns.
const WINDOW: usize = 4_000;

/// How much louder a channel has to be to be called somebody's own.
const LOUDER_DB: f64 = 6.0;

/// In how many of the windows with sound each channel has to be the louder one; a patient may say little.
const SHARE: f64 = 0.05;

/// Fewer windows with sound than this tell nothing.
const MIN_WINDOWS: usize = 8;

/// A window with less than this, in dB below the loud windows (their 95th percentile), is a pause.
const PAUSE_DB: f64 = 25.0;

/// No window below this level (mean square of 16-bit samples; -60 dBFS) is sound.
const FLOOR: f64 = 1_074.0;

/// A channel this much weaker than the other over the whole recording is left out of the mix, which it would only halve.
const DEAD_DB: f64 = 20.0;

/// Two channels more opposite than this cancel each other out when added: one of them was connected with its poles
/// reversed.
const OPPOSITE: f64 = -0.5;

/// Keeps both channels or mixes them, as the module describes; a single one is left as it is.
pub(super) fn settle(mut channels: Vec<Vec<i16>>) -> Vec<Vec<i16>> {
    if channels.len() == 2 && !has_a_person_a_channel(&channels[0], &channels[1]) {
        let second = channels.pop().expect("there are two");
        mix_into(&mut channels[0], &second);
    }
    channels
}

fn has_a_person_a_channel(first: &[i16], second: &[i16]) -> bool {
    let windows: Vec<(f64, f64)> =
        first.chunks(WINDOW).zip(second.chunks(WINDOW)).map(|(a, b)| (mean_square(a), mean_square(b))).collect();
    let mut levels: Vec<f64> = windows.iter().map(|&(a, b)| a.max(b)).collect();
    levels.sort_by(f64::total_cmp);
    let Some(&loud) = levels.get(levels.len() * 95 / 100) else { return false };
    let pause = (loud * from_db(-PAUSE_DB)).max(FLOOR);

    let with_sound = windows.iter().filter(|(a, b)| a.max(*b) > pause);
    let ratio = from_db(LOUDER_DB);
    let (mut sounding, mut first_louder, mut second_louder) = (0_usize, 0_usize, 0_usize);
    for &(a, b) in with_sound {
        sounding += 1;
        first_louder += usize::from(a > b * ratio);
        second_louder += usize::from(b > a * ratio);
    }
    sounding >= MIN_WINDOWS && first_louder.min(second_louder) as f64 >= sounding as f64 * SHARE
}

/// Mixes `second` into `first`: the mean of both, or the only one that is alive.
fn mix_into(first: &mut [i16], second: &[i16]) {
    let (first_power, second_power) = (mean_square(first), mean_square(second));
    let dead = from_db(-DEAD_DB);
    if second_power < first_power * dead {
        return;
    }
    if first_power < second_power * dead {
        first.copy_from_slice(second);
        return;
    }
    let product: f64 = first.iter().zip(second).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum();
    let correlation = product / first.len().max(1) as f64 / (first_power * second_power).sqrt();
    let sign = if correlation < OPPOSITE { -1 } else { 1 };
    for (a, &b) in first.iter_mut().zip(second) {
        let mean = (i32::from(*a) + sign * i32::from(b)) / 2;
        *a = mean.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16;
    }
}

fn mean_square(samples: &[i16]) -> f64 {
    let sum: f64 = samples.iter().map(|&sample| f64::from(sample).powi(2)).sum();
    sum / samples.len().max(1) as f64
}

fn from_db(db: f64) -> f64 {
    10_f64.powf(db / 10.0)
}

/// Mixes however many channels into one, in place.
pub(super) fn mix_all(channels: &mut Vec<Vec<f32>>) {
    let share = 1.0 / channels.len() as f32;
    let (mixed, others) = channels.split_at_mut(1);
    for other in others {
        mixed[0].iter_mut().zip(other).for_each(|(sum, sample)| *sum += *sample);
    }
    mixed[0].iter_mut().for_each(|sum| *sum *= share);
    channels.truncate(1);
}

/// Notices a recording of one channel whose header says two.
///
/// Its samples are then dealt out in turn, so that "right" lies halfway between this "left" and the next: it differs as
/// much from the one as from the other, and less than they differ among themselves. Two real channels never do: the same
/// signal in both differs less from its own instant than from the next, and two different signals differ more than either
/// changes from one sample to the next.
#[derive(Default)]
pub(super) struct DealtOutCheck {
    last_left_right: Option<(f32, f32)>,
    within: f64,
    across: f64,
    lefts: f64,
}

impl DealtOutCheck {
    /// Takes the next block of both channels.
    pub fn push(&mut self, left: &[f32], right: &[f32]) {
        for (&left, &right) in left.iter().zip(right) {
            if let Some((last_left, last_right)) = self.last_left_right {
                self.within += f64::from(last_right - last_left).powi(2);
                self.across += f64::from(left - last_right).powi(2);
                self.lefts += f64::from(left - last_left).powi(2);
            }
            self.last_left_right = Some((left, right));
        }
    }

    /// Whether both channels are one, dealt out in turn.
    pub fn is_one_channel(&self) -> bool {
        let halfway = (0.8..1.25).contains(&(self.across / self.within));
        halfway && self.within < 0.6 * self.lefts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noise shaped like speech: bursts of low-passed noise from `from_s` to `to_s` seconds, silence around them.
    fn talk(seconds: usize, turns: &[(usize, usize)], seed: u32) -> Vec<f64> {
        let (mut state, mut low) = (seed, 0.0);
        (0..seconds * 16_000)
            .map(|n| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                low = 0.8 * low + 0.2 * (f64::from(state) / f64::from(u32::MAX) - 0.5);
                let speaking = turns.iter().any(|&(from, to)| (from * 16_000..to * 16_000).contains(&n));
                if speaking { low * 20_000.0 } else { 0.0 }
            })
            .collect()
    }

    fn channel(parts: &[(&[f64], f64)]) -> Vec<i16> {
        (0..parts[0].0.len()).map(|n| parts.iter().map(|(part, gain)| part[n] * gain).sum::<f64>() as i16).collect()
    }

    const DOCTOR: [(usize, usize); 3] = [(0, 4), (6, 9), (11, 14)];
    const PATIENT: [(usize, usize); 3] = [(4, 6), (9, 11), (14, 16)];

    fn voices() -> (Vec<f64>, Vec<f64>) {
        (talk(16, &DOCTOR, 1), talk(16, &PATIENT, 2))
    }

    #[test]
    fn a_person_a_channel_is_kept() {
        let (doctor, patient) = voices();
        assert_eq!(settle(vec![channel(&[(&doctor, 1.0)]), channel(&[(&patient, 1.0)])]).len(), 2);
    }

    #[test]
    fn crosstalk_between_two_clip_on_microphones_is_kept_apart() {
        let (doctor, patient) = voices();
        // 10 dB of crosstalk both ways, and a second microphone with 2 dB less gain.
        let first = channel(&[(&doctor, 1.0), (&patient, 0.316)]);
        let second = channel(&[(&doctor, 0.25), (&patient, 0.79)]);
        assert_eq!(settle(vec![first, second]).len(), 2);
    }

    #[test]
    fn a_patient_who_says_little_keeps_the_channel() {
        let (doctor, patient) = (talk(16, &[(0, 15)], 1), talk(16, &[(15, 16)], 2));
        assert_eq!(settle(vec![channel(&[(&doctor, 1.0)]), channel(&[(&patient, 1.0)])]).len(), 2);
    }

    #[test]
    fn a_stereo_microphone_in_the_room_is_mixed() {
        let (doctor, patient) = voices();
        // Each person is 4 dB louder on their own side.
        let left = channel(&[(&doctor, 1.0), (&patient, 0.63)]);
        let right = channel(&[(&doctor, 0.63), (&patient, 1.0)]);
        assert_eq!(settle(vec![left, right]).len(), 1);
    }

    #[test]
    fn the_same_signal_twice_is_mixed_at_its_level_whatever_the_gain_or_polarity() {
        let (doctor, patient) = voices();
        let both = channel(&[(&doctor, 1.0), (&patient, 1.0)]);
        let level = mean_square(&both);
        for (gain, expected) in [(1.0, 1.0), (0.5, 0.5625), (-1.0, 1.0), (0.0, 1.0)] {
            let other: Vec<i16> = both.iter().map(|&sample| (f64::from(sample) * gain) as i16).collect();
            for channels in [vec![both.clone(), other.clone()], vec![other, both.clone()]] {
                let mixed = settle(channels);
                assert_eq!(mixed.len(), 1);
                let ratio = mean_square(&mixed[0]) / level;
                assert!((ratio - expected).abs() < 0.01, "gain {gain}: {ratio}");
            }
        }
    }

    #[test]
    fn a_channel_of_noise_beside_one_of_speech_is_mixed() {
        let (doctor, patient) = voices();
        let speech = channel(&[(&doctor, 1.0), (&patient, 0.8)]);
        let hiss = channel(&[(&talk(16, &[(0, 16)], 3), 0.03)]);
        assert_eq!(settle(vec![speech, hiss]).len(), 1);
    }

    #[test]
    fn many_channels_are_mixed_to_their_mean() {
        let mut channels = vec![vec![0.9, 0.0], vec![0.0, 0.3], vec![0.0, 0.0]];
        mix_all(&mut channels);
        assert_eq!(channels.len(), 1);
        assert!((channels[0][0] - 0.3).abs() < 1e-6 && (channels[0][1] - 0.1).abs() < 1e-6);
    }

    fn dealt_out(left: &[f32], right: &[f32]) -> bool {
        let mut check = DealtOutCheck::default();
        for (left, right) in left.chunks(1000).zip(right.chunks(1000)) {
            check.push(left, right);
        }
        check.is_one_channel()
    }

    #[test]
    fn one_channel_dealt_out_as_two_is_noticed_and_real_channels_are_not() {
        let (doctor, patient) = voices();
        let doctor: Vec<f32> = doctor.iter().map(|&sample| sample as f32 / 32_768.0).collect();
        let patient: Vec<f32> = patient.iter().map(|&sample| sample as f32 / 32_768.0).collect();
        let every_other = |from: usize| -> Vec<f32> { doctor.iter().skip(from).step_by(2).copied().collect() };
        assert!(dealt_out(&every_other(0), &every_other(1)));

        let quieter: Vec<f32> = doctor.iter().map(|sample| sample * 0.7).collect();
        let mixed: Vec<f32> = doctor.iter().zip(&patient).map(|(a, b)| a * 0.5 + b).collect();
        let later: Vec<f32> = [0.0; 3].iter().chain(&doctor).copied().collect();
        for other in [&doctor, &quieter, &patient, &mixed, &later, &vec![0.0; doctor.len()]] {
            assert!(!dealt_out(&doctor, other));
            assert!(!dealt_out(other, &doctor));
        }
    }
}
