//! The windows in which voices are heard: a grid over the speech of a channel.

use std::ops::Range;

use crate::{audio::SAMPLE_RATE_HZ, transcription::vad::Region};

/// Samples of a millisecond.
pub const MILLISECOND: usize = SAMPLE_RATE_HZ as usize / 1000;

/// How windows lie over speech.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    /// Length of each, in milliseconds.
    pub length_ms: usize,
    /// From the start of one to the start of the next, in milliseconds.
    pub step_ms: usize,
    /// The part of a window that is speech at least.
    pub speech: f32,
}

impl Grid {
    /// The windows of `regions`, which are in order and apart; none reaches beyond `samples`.
    pub fn over(self, regions: &[Region], samples: usize) -> Vec<Range<usize>> {
        let (length, step) = (self.length_ms * MILLISECOND, self.step_ms * MILLISECOND);
        let least = (self.speech * length as f32) as usize;
        let mut first = 0;
        let starts = (0..(samples + 1).saturating_sub(length)).step_by(step);
        let windows = starts.map(|start| start..start + length).filter(|window| {
            first += regions[first..].iter().take_while(|region| region.end <= window.start).count();
            let touched = regions[first..].iter().take_while(|region| region.start < window.end);
            touched.map(|region| overlap(region, window)).sum::<usize>() >= least
        });
        windows.collect()
    }
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> usize {
    a.end.min(b.end).saturating_sub(a.start.max(b.start))
}

/// The middle of a window, in milliseconds.
pub fn middle_ms(window: &Range<usize>) -> u64 {
    ((window.start + window.end) / 2 / MILLISECOND) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_lie_on_speech_only() {
        let grid = Grid { length_ms: 1000, step_ms: 500, speech: 1.0 };
        let second = 1000 * MILLISECOND;
        let found = grid.over(&[0..2 * second, 5 * second..6 * second], 7 * second);
        let starts: Vec<usize> = found.iter().map(|window| window.start / MILLISECOND).collect();
        assert_eq!(starts, [0, 500, 1000, 5000]);
        let half = Grid { speech: 0.5, ..grid }.over(&[0..2 * second, 5 * second..6 * second], 7 * second);
        let starts: Vec<usize> = half.iter().map(|window| window.start / MILLISECOND).collect();
        assert_eq!(starts, [0, 500, 1000, 1500, 4500, 5000, 5500]);
        assert_eq!(middle_ms(&half[0]), 500);
        let whole = 0..second;
        assert!(grid.over(std::slice::from_ref(&whole), second / 2).is_empty());
    }
}
