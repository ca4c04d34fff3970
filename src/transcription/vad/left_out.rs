//! Sound that may be speech and was not taken for it.
//!
//! Whoever the detector does not know as a voice is missing from the transcript, and nobody would notice. What it leaves out
//! beside people who talk is fainter than they are: of 42 recordings (visits by synthetic voices, some with noise or babble or on
//! a telephone; AMI, LibriSpeech) 3.2 seconds in 139 at most are within [`FAINTER_DB`] of the speech, in AMI's meetings 0.6 in
//! 30. Of the breathy voice in noise (`telephone`) 9.2 seconds in 53 are.

use super::{CHUNK_SAMPLES, Region, SpeechActivity, spectrum::Spectra};

/// Decibels below the median of the speech from which on sound is as loud as speech.
const FAINTER_DB: f32 = 10.0;
/// The band in which loudness counts, in Hz: a telephone's.
const BAND: std::ops::Range<usize> = 300..3400;

/// How many samples of a channel are as loud as the speech in it, and were not taken for speech. 0 where there is none.
pub fn left_out(samples: &[i16], activity: &SpeechActivity) -> usize {
    let mut spectra = Spectra::new();
    let chunks = samples.len() / CHUNK_SAMPLES;
    let powers: Vec<f32> = (0..chunks).map(|chunk| spectra.powers(samples, chunk, [BAND])[0]).collect();
    let regions = activity.regions();
    let is_speech = |chunk: usize| is_in(&regions, chunk * CHUNK_SAMPLES + CHUNK_SAMPLES / 2);
    let (mut speech, others): (Vec<usize>, Vec<usize>) = (0..chunks).partition(|&chunk| is_speech(chunk));
    speech.sort_by(|&a, &b| powers[a].total_cmp(&powers[b]));
    let Some(&median) = speech.get(speech.len() / 2) else { return 0 };
    let least = powers[median] * 10f32.powf(-FAINTER_DB / 10.0);
    others.iter().filter(|&&chunk| powers[chunk] >= least).count() * CHUNK_SAMPLES
}

/// Whether `sample` is in one of `regions`, which are in order and apart.
fn is_in(regions: &[Region], sample: usize) -> bool {
    regions.get(regions.partition_point(|region| region.end <= sample)).is_some_and(|region| region.start <= sample)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tone of 1 kHz as loud as each of `levels` for 30 chunks, of which those that are `spoken` were taken for speech.
    fn left(levels: &[(f32, bool)]) -> usize {
        let sample = |level: f32, n: usize| ((n as f32 * std::f32::consts::FRAC_PI_8).sin() * level) as i16;
        let samples: Vec<i16> =
            levels.iter().flat_map(|&(level, _)| (0..30 * CHUNK_SAMPLES).map(move |n| sample(level, n))).collect();
        let probabilities =
            levels.iter().flat_map(|&(_, spoken)| [if spoken { 0.9 } else { 0.0 }; 30]).collect::<Vec<f32>>();
        left_out(&samples, &SpeechActivity { probabilities, samples: samples.len() }) / CHUNK_SAMPLES
    }

    #[test]
    fn what_is_as_loud_as_speech_and_was_not_taken_for_it_is_counted() {
        let loud = left(&[(5000.0, true), (4000.0, false)]);
        assert!((20..=30).contains(&loud), "{loud}");
        assert_eq!(left(&[(5000.0, true), (500.0, false), (5000.0, true)]), 0);
    }

    #[test]
    fn without_speech_nothing_is_as_loud_as_it() {
        assert_eq!(left(&[(5000.0, false)]), 0);
        assert_eq!(left(&[]), 0);
    }
}
