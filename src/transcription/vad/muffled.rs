//! Talk behind a wall: a radio next door, people in the corridor.
//!
//! The detector takes it for speech, and it is; but three quarters of what vowels and consonants are told by lies above
//! 700 Hz (the band importance of ANSI S3.5), and a wall keeps that back. A recogniser that is given the rest makes words
//! up, and is sure of them (`docs/adr/0008`). Two things tell such talk from a person in the room, whose voice
//! may be quiet, dark or buried in noise: nothing in the upper bands moves as syllables do, and these bands are so much
//! fainter than the lower one that no noise can be hiding the movement.

use super::{
    SpeechActivity,
    spectrum::{self, Spectra},
};

/// Chunks of speech that are judged together: 4 s, in which every voice has a syllable with a clear vowel and pauses.
const BLOCK: usize = 125;
/// Fewer chunks of speech than this are never judged: half a second may be one "mm".
const LEAST: usize = 16;
/// The probability from which a chunk is speech.
const SPEECH: f32 = 0.5;

/// Where voices have their strength, and the bands above in which words are told apart, in Hz.
const BANDS: [[usize; 2]; 5] = [[100, 700], [700, 1100], [1100, 1700], [1700, 2600], [2600, 4000]];

/// From its quiet to its loud tenth, the level of a band moves by more than this where speech is in it. Steady noise
/// moves by 3 to 5 dB, a person in a quiet room by 20 to 60.
const MOVES_DB: f32 = 7.0;
/// The bands from this one on are empty if none of them moves and it lies so far below the lowest band, in decibels.
/// People's lie at most 14, 23 and 26 dB below, and higher with the noise that would be needed to hide them.
const EMPTY: [(usize, f32); 3] = [(1, -16.0), (2, -23.0), (3, -31.0)];

/// Takes from the speech what is muffled beyond understanding.
pub fn remove(samples: &[i16], activity: &mut SpeechActivity) {
    let spoken: Vec<usize> =
        (0..activity.probabilities.len()).filter(|&chunk| activity.probabilities[chunk] >= SPEECH).collect();
    let levels = levels_db(samples, &spoken);
    for block in blocks(spoken.len()) {
        if is_muffled(&levels[block.clone()]) {
            // To the next block's beginning, or nearly: what trails off after a word belongs to it.
            let end = spoken.get(block.end).copied().unwrap_or(activity.probabilities.len());
            activity.probabilities[spoken[block.start]..end].fill(0.0);
        }
    }
}

/// Groups of about [`BLOCK`]; none is less than half of it but where there is no more.
fn blocks(count: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let number = ((count + BLOCK / 2) / BLOCK).max(1);
    (0..number).map(move |block| block * count / number..(block + 1) * count / number)
}

/// Whether there is nothing in `levels` that words could be told by.
fn is_muffled(levels: &[[f32; BANDS.len()]]) -> bool {
    if levels.len() < LEAST {
        return false;
    }
    let lowest = mean_db(levels, 0);
    EMPTY.iter().any(|&(first, below)| {
        mean_db(levels, first) - lowest < below && (first..BANDS.len()).all(|band| movement_db(levels, band) < MOVES_DB)
    })
}

/// From the quiet tenth of a band to its loud tenth.
fn movement_db(levels: &[[f32; BANDS.len()]], band: usize) -> f32 {
    let mut sorted: Vec<f32> = levels.iter().map(|level| level[band]).collect();
    sorted.sort_by(f32::total_cmp);
    sorted[sorted.len() * 9 / 10] - sorted[sorted.len() / 10]
}

/// The level of a band's mean power.
fn mean_db(levels: &[[f32; BANDS.len()]], band: usize) -> f32 {
    let power: f32 = levels.iter().map(|level| 10f32.powf(level[band] / 10.0)).sum();
    10.0 * (power / levels.len() as f32).log10()
}

/// The level of each band in each of `chunks`, per hertz, in decibels above one step of the samples or nearly.
fn levels_db(samples: &[i16], chunks: &[usize]) -> Vec<[f32; BANDS.len()]> {
    let mut spectra = Spectra::new();
    let mut level = |chunk: usize| {
        let powers = spectra.powers(samples, chunk, BANDS.map(|[from, to]| from..to));
        std::array::from_fn(|band| {
            let [from, to] = BANDS[band].map(spectrum::bin);
            10.0 * (powers[band] / (to - from) as f32).max(1.0).log10()
        })
    };
    chunks.iter().map(|&chunk| level(chunk)).collect()
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;
    use crate::{audio::SAMPLE_RATE_HZ, transcription::vad::CHUNK_SAMPLES as CHUNK};

    /// Chunks of two seconds' worth of "syllables": a tone at each of `pitches` that comes and goes, over steady noise of
    /// `noise` steps.
    fn talk(pitches: &[f32], noise: i32, chunks: usize) -> Vec<i16> {
        let mut state = 1u32;
        let mut hiss = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as f32 / 32_768.0 - 1.0
        };
        let sample = |n: usize| {
            let seconds = n as f32 / SAMPLE_RATE_HZ as f32;
            let syllable = (TAU * 4.0 * seconds).sin().max(0.02);
            let tones: f32 = pitches.iter().map(|hz| (TAU * hz * seconds).sin() * 200_000.0 / hz).sum();
            (tones * syllable + hiss() * noise as f32) as i16
        };
        (0..chunks * CHUNK).map(sample).collect()
    }

    /// How many of the chunks, all taken for speech, are left.
    fn left(samples: &[i16]) -> usize {
        let probabilities = vec![0.9; samples.len() / CHUNK];
        let mut activity = SpeechActivity { probabilities, samples: samples.len() };
        remove(samples, &mut activity);
        activity.probabilities.iter().filter(|&&p| p > 0.0).count()
    }

    const VOICE: [f32; 5] = [150.0, 300.0, 900.0, 1400.0, 2300.0];
    const BEHIND_A_WALL: [f32; 2] = [150.0, 300.0];

    #[test]
    fn a_voice_in_the_room_stays_and_one_behind_a_wall_goes() {
        assert_eq!(left(&talk(&VOICE, 5, 300)), 300);
        assert_eq!(left(&talk(&BEHIND_A_WALL, 5, 300)), 0);
    }

    #[test]
    fn a_voice_that_noise_covers_stays() {
        assert_eq!(left(&talk(&VOICE, 1000, 300)), 300);
        assert_eq!(left(&talk(&VOICE, 6000, 300)), 300);
    }

    #[test]
    fn only_the_wall_s_part_of_a_recording_goes() {
        let both = [talk(&VOICE, 5, 250), talk(&BEHIND_A_WALL, 5, 250)].concat();
        assert_eq!(left(&both), 250);
    }

    #[test]
    fn a_short_sound_is_not_judged() {
        assert_eq!(left(&talk(&BEHIND_A_WALL, 5, LEAST - 1)), LEAST - 1);
        assert_eq!(left(&[]), 0);
    }
}
