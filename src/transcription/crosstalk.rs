//! Two microphones in one room: each hears its own person well and the other one faintly.

use super::vad::{CHUNK_SAMPLES, SpeechActivity};

/// Speech this much weaker than at the other microphone, each measured against its own person's usual level, is the other
/// person's: 9 dB.
const MARGIN_DB: f32 = 9.0;
/// Chunks on each side that a level is averaged over: about a syllable in all.
const AROUND: usize = 3;
/// Of a channel's speech, the loudest tenth begins here: its own person, not what leaks in.
const USUAL: f32 = 0.9;

/// Takes from each channel's speech what is the other person's.
pub fn remove(channels: [&[i16]; 2], activities: &mut [SpeechActivity; 2]) {
    let levels = channels.map(levels_db);
    let usual = [0, 1].map(|channel| usual_db(&levels[channel], &activities[channel].probabilities));
    for (chunk, (left, right)) in levels[0].iter().zip(&levels[1]).enumerate() {
        let relative = [left - usual[0], right - usual[1]];
        for channel in 0..2 {
            let leaked = relative[channel] + MARGIN_DB < relative[1 - channel];
            if let Some(probability) = activities[channel].probabilities.get_mut(chunk).filter(|_| leaked) {
                *probability = 0.0;
            }
        }
    }
}

/// The level of each chunk with its neighbours, in decibels.
fn levels_db(channel: &[i16]) -> Vec<f32> {
    let energies: Vec<f32> = channel
        .chunks(CHUNK_SAMPLES)
        .map(|chunk| chunk.iter().map(|&sample| f32::from(sample).powi(2)).sum::<f32>() / chunk.len() as f32)
        .collect();
    let mean = |chunk: usize| {
        let around = &energies[chunk.saturating_sub(AROUND)..energies.len().min(chunk + AROUND + 1)];
        around.iter().sum::<f32>() / around.len() as f32
    };
    (0..energies.len()).map(|chunk| 10.0 * mean(chunk).max(1.0).log10()).collect()
}

/// How loud the channel's own person is.
fn usual_db(levels: &[f32], probabilities: &[f32]) -> f32 {
    let speech = levels.iter().zip(probabilities).filter(|(_, probability)| **probability > 0.5);
    let mut speech: Vec<f32> = speech.map(|(level, _)| *level).collect();
    speech.sort_by(f32::total_cmp);
    speech.get((speech.len() as f32 * USUAL) as usize).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Chunks of a loudness each, all of them taken for speech.
    fn channel(loudness: &[i16]) -> (Vec<i16>, SpeechActivity) {
        let samples: Vec<i16> = loudness.iter().flat_map(|&level| [level; CHUNK_SAMPLES]).collect();
        let activity = SpeechActivity { probabilities: vec![0.9; loudness.len()], samples: samples.len() };
        (samples, activity)
    }

    fn kept(left: &[i16], right: &[i16]) -> [usize; 2] {
        let ((left, heard_left), (right, heard_right)) = (channel(left), channel(right));
        let mut activities = [heard_left, heard_right];
        remove([&left, &right], &mut activities);
        activities.map(|activity| activity.probabilities.iter().filter(|&&p| p > 0.0).count())
    }

    #[test]
    fn what_leaks_into_the_other_microphone_is_not_heard_twice() {
        let (left, right) = ([[3000; 30], [150; 30]].concat(), [[200; 30], [4000; 30]].concat());
        let [left, right] = kept(&left, &right);
        assert!((28..=33).contains(&left) && (28..=33).contains(&right), "{left} and {right} of 30 each");
    }

    #[test]
    fn a_quiet_microphone_keeps_its_person() {
        assert_eq!(kept(&[8000; 40], &[300; 40]), [40, 40]);
    }
}
