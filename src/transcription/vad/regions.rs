//! From probabilities to stretches of speech.

use std::ops::Range;

use super::silero::CHUNK;

/// A stretch of speech, in samples.
pub type Region = Range<usize>;

/// A stretch begins where the probability reaches this …
const ONSET: f32 = 0.5;
/// … and ends where it stays below this; between the two it goes on as it was.
const OFFSET: f32 = 0.35;
/// Chunks below [`OFFSET`] that end a stretch: 192 ms, so that a stop consonant does not.
const MIN_SILENCE: usize = 6;
/// A stretch with fewer chunks is a click or a knock: 96 ms is shorter than a hurried "no".
const MIN_SPEECH: usize = 3;
/// Added on both sides, for quiet first and last sounds: 160 ms.
const PADDING: usize = 5 * CHUNK;

/// The stretches of speech in a recording of `samples` samples, in order and apart.
pub fn regions(probabilities: &[f32], samples: usize) -> Vec<Region> {
    let mut found: Vec<Region> = Vec::new();
    for stretch in stretches(probabilities) {
        let start = (stretch.start * CHUNK).saturating_sub(PADDING);
        let end = (stretch.end * CHUNK + PADDING).min(samples);
        match found.last_mut() {
            Some(last) if last.end >= start => last.end = end,
            _ => found.push(start..end),
        }
    }
    found
}

/// Runs of chunks that are speech, before padding.
fn stretches(probabilities: &[f32]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open: Option<Range<usize>> = None;
    for (chunk, &probability) in probabilities.iter().enumerate() {
        open = match open {
            None if probability >= ONSET => Some(chunk..chunk + 1),
            Some(stretch) if probability >= OFFSET => Some(stretch.start..chunk + 1),
            Some(stretch) if chunk - stretch.end + 1 >= MIN_SILENCE => {
                found.push(stretch);
                None
            }
            unchanged => unchanged,
        };
    }
    found.extend(open);
    found.retain(|stretch| stretch.len() >= MIN_SPEECH);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(runs: &[(f32, usize)]) -> Vec<Region> {
        let probabilities: Vec<f32> = runs.iter().flat_map(|&(p, count)| std::iter::repeat_n(p, count)).collect();
        regions(&probabilities, probabilities.len() * CHUNK)
    }

    fn only(runs: &[(f32, usize)]) -> Region {
        let found = of(runs);
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].clone()
    }

    #[test]
    fn a_stretch_is_padded_on_both_sides() {
        assert_eq!(only(&[(0.0, 20), (0.9, 10), (0.0, 20)]), 15 * CHUNK..35 * CHUNK);
    }

    #[test]
    fn padding_stops_at_the_ends_of_the_recording() {
        assert_eq!(only(&[(0.9, 10)]), 0..10 * CHUNK);
    }

    #[test]
    fn between_the_thresholds_a_stretch_goes_on_but_does_not_begin() {
        assert_eq!(only(&[(0.4, 20), (0.9, 5), (0.4, 20), (0.0, 20)]), 15 * CHUNK..50 * CHUNK);
    }

    #[test]
    fn a_short_dip_does_not_split_and_a_pause_does() {
        assert_eq!(of(&[(0.9, 10), (0.1, 5), (0.9, 10)]).len(), 1);
        assert_eq!(of(&[(0.9, 10), (0.1, 12), (0.9, 10)]).len(), 2);
    }

    #[test]
    fn a_click_is_not_speech() {
        assert!(of(&[(0.0, 20), (1.0, 2), (0.0, 20)]).is_empty());
    }

    #[test]
    fn neighbours_whose_padding_touches_become_one() {
        assert_eq!(only(&[(0.9, 10), (0.1, 8), (0.9, 10)]), 0..28 * CHUNK);
    }
}
