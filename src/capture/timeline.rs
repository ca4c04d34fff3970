//! How long a recording is, against the time that passed: what happened at minute 12 is at minute 12 of the recording, whatever
//! the microphone lost, and however long it was unplugged.

use std::time::Duration;

use crate::audio::SAMPLE_RATE_HZ;

/// How far sound may be behind the clock, or before it. Sound is on its way for some tenths of a second, and comes in lumps.
const SLACK: Duration = Duration::from_millis(500);

/// What becomes of sound that came in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fitted {
    /// Frames of silence that come before it.
    pub gap: usize,
    /// Frames of it that are taken, the last ones; what is more than that is more than the time that passed holds.
    pub taken: usize,
}

/// Frames at [`SAMPLE_RATE_HZ`] that are written.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    frames: u64,
}

impl Timeline {
    /// One of which `kept` is written already.
    pub fn after(kept: Duration) -> Self {
        Self { frames: frames_in(kept) }
    }

    /// `arriving` frames came in when the recording had gone on for `elapsed`. A microphone that was just opened (`is_fresh`) may
    /// bring what the sound system had in store, which is none of the time since.
    pub fn fit(&mut self, elapsed: Duration, arriving: usize, is_fresh: bool) -> Fitted {
        let (now, slack) = (frames_in(elapsed), frames_in(SLACK));
        let ahead = if is_fresh { 0 } else { slack };
        let room = (now + ahead).saturating_sub(self.frames);
        let taken = arriving.min(usize::try_from(room).unwrap_or(usize::MAX));
        let behind = now.saturating_sub(self.frames + taken as u64);
        let gap = if taken > 0 && behind > slack { behind } else { 0 };
        self.frames += gap + taken as u64;
        Fitted { gap: gap as usize, taken }
    }

    /// Nothing can come in: frames of silence until `elapsed`.
    pub fn fill(&mut self, elapsed: Duration) -> usize {
        let gap = frames_in(elapsed).saturating_sub(self.frames);
        self.frames += gap;
        gap as usize
    }
}

fn frames_in(time: Duration) -> u64 {
    // Microseconds of days fit into 64 bits with room to multiply by the rate.
    time.as_micros() as u64 * u64::from(SAMPLE_RATE_HZ) / 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn sound_that_comes_as_time_passes_is_taken_as_it_is() {
        let mut timeline = Timeline::default();
        for step in 1..100 {
            // A steady delay, and lumps of a tenth of a second.
            assert_eq!(timeline.fit(ms(300 + step * 100), 1_600, false), Fitted { gap: 0, taken: 1_600 });
        }
    }

    #[test]
    fn what_was_lost_is_silence_of_the_same_length() {
        let mut timeline = Timeline::default();
        timeline.fit(ms(1_000), 16_000, false);
        assert_eq!(timeline.fit(ms(4_100), 1_600, false), Fitted { gap: 48_000, taken: 1_600 });
        assert_eq!(timeline.fit(ms(4_200), 1_600, false), Fitted { gap: 0, taken: 1_600 });
    }

    #[test]
    fn without_a_microphone_the_recording_goes_on_with_the_clock() {
        let mut timeline = Timeline::default();
        timeline.fit(ms(1_000), 14_400, false);
        assert_eq!(timeline.fill(ms(1_500)), 9_600);
        assert_eq!(timeline.fill(ms(1_600)), 1_600);
        assert_eq!(timeline.fit(ms(1_900), 1_600, false), Fitted { gap: 0, taken: 1_600 });
    }

    #[test]
    fn sound_that_comes_faster_than_time_passes_is_cut() {
        let mut timeline = Timeline::default();
        assert_eq!(timeline.fit(ms(1_000), 160_000, false), Fitted { gap: 0, taken: 24_000 });
        assert_eq!(timeline.fit(ms(1_000), 160_000, false), Fitted { gap: 0, taken: 0 });
        assert_eq!(timeline.fit(ms(1_100), 160_000, false), Fitted { gap: 0, taken: 1_600 });
    }

    #[test]
    fn what_was_in_store_before_the_microphone_was_opened_is_no_part_of_it() {
        let mut timeline = Timeline::default();
        timeline.fill(ms(1_000));
        assert_eq!(timeline.fit(ms(1_100), 16_000, true), Fitted { gap: 0, taken: 1_600 });
        assert_eq!(timeline.fit(ms(1_200), 1_600, true), Fitted { gap: 0, taken: 1_600 });
    }
}
