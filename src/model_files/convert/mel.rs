//! The mel filter bank of Whisper, and with 40 bands of the voice model: `librosa.filters.mel(sr=16000, n_fft=400, n_mels=…)`, with Slaney's scale and norm.
//!
//! It is computed as librosa does, in double precision and rounded twice, so that the converted file has the filters that
//! Whisper was trained with to the last bit.

/// Frequency bins of a 400-sample window.
pub const BINS: usize = 201;
const BIN_HZ: f64 = 40.0;
const TOP_HZ: f64 = 8000.0;

/// Below this the scale is linear, above it logarithmic.
const BREAK_HZ: f64 = 1000.0;
const BREAK_MEL: f64 = 15.0;
const HZ_PER_MEL: f64 = 200.0 / 3.0;

/// `mels` rows of [`BINS`] weights.
pub fn filters(mels: usize) -> Vec<f32> {
    let top = mel_of_hz(TOP_HZ);
    let step = top / (mels + 1) as f64;
    let edges: Vec<f64> =
        (0..mels + 2).map(|i| if i == mels + 1 { top } else { i as f64 * step }).map(hz_of_mel).collect();
    edges.windows(3).flat_map(|edge| row(edge[0], edge[1], edge[2])).collect()
}

/// A triangle from `low` over `peak` to `high`, of area 2 / (high - low).
fn row(low: f64, peak: f64, high: f64) -> impl Iterator<Item = f32> {
    let norm = 2.0 / (high - low);
    (0..BINS).map(move |bin| {
        let hz = bin as f64 * BIN_HZ;
        let rising = -(low - hz) / (peak - low);
        let falling = (high - hz) / (high - peak);
        let weight = rising.min(falling).max(0.0) as f32;
        (f64::from(weight) * norm) as f32
    })
}

fn log_step() -> f64 {
    6.4_f64.ln() / 27.0
}

fn mel_of_hz(hz: f64) -> f64 {
    if hz < BREAK_HZ { hz / HZ_PER_MEL } else { BREAK_MEL + (hz / BREAK_HZ).ln() / log_step() }
}

fn hz_of_mel(mel: f64) -> f64 {
    if mel < BREAK_MEL { mel * HZ_PER_MEL } else { BREAK_HZ * (log_step() * (mel - BREAK_MEL)).exp() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_filter_is_whispers_own() {
        // The first row of Whisper's mel_filters.npz has one weight that is not zero: 0.0248626 at 40 Hz.
        let filters = filters(80);
        let row = &filters[..BINS];
        assert!((row[1] - 0.024_862_593).abs() < 1e-8, "{}", row[1]);
        assert!(row.iter().enumerate().all(|(bin, weight)| bin == 1 || *weight == 0.0), "{:?}", &row[..5]);
    }

    #[test]
    fn every_filter_of_both_sizes_hears_something() {
        for mels in [80, 128] {
            let filters = filters(mels);
            assert_eq!(filters.len(), mels * BINS);
            assert!(filters.chunks(BINS).all(|row| row.iter().sum::<f32>() > 0.0));
        }
    }
}
