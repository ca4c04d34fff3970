//! Listens along: how loud it is, whether the microphone is muted or overdriven, and for how long nobody has spoken.

use std::collections::{BTreeSet, VecDeque};

use crate::{
    audio::SAMPLE_RATE_HZ,
    domain::{Alarm, Level},
};

/// What is judged at a time: a tenth of a second.
const WINDOW_FRAMES: usize = SAMPLE_RATE_HZ as usize / 10;
const WINDOWS_A_SECOND: u32 = 10;

/// Nothing is quieter than this: all samples zero.
const FLOOR_DBFS: f32 = -100.0;

/// A microphone that gives nothing but zeros, or the last bit, is muted. A working one has noise of its own.
const DIGITAL_SILENCE_DBFS: f32 = -88.0;
const DIGITAL_SILENCE_WINDOWS: u32 = 5 * WINDOWS_A_SECOND;

/// Speech across a room is far louder than this; where half a minute has nothing as loud, the microphone is turned down, or away.
const FAR_BELOW_SPEECH_DBFS: f32 = -55.0;
const FAR_BELOW_SPEECH_WINDOWS: u32 = 30 * WINDOWS_A_SECOND;

/// Samples at full scale in a row that are no accident, and how long the alarm stays.
const CLIPPED_RUN: u32 = 3;
const CLIPPED_WINDOWS: u32 = 5 * WINDOWS_A_SECOND;

/// Speech rises and falls. What stays within this of the quietest of the last half minute is a room without a voice, however loud
/// its fan is.
const VOICE_ABOVE_NOISE_DB: f32 = 9.0;
const VOICE_DBFS: f32 = -70.0;
const NOISE_SECONDS: usize = 30;

/// What is heard.
#[derive(Debug)]
pub(super) struct Monitor {
    window: Window,
    /// Since the level was last asked for.
    since: Window,
    /// The quietest window of each of the last seconds.
    quietest: VecDeque<f32>,
    windows: u32,
    without_anything: u32,
    far_below_speech: u32,
    since_clipped: u32,
    without_voice: u32,
    run_at_full_scale: u32,
}

#[derive(Debug, Default, Clone, Copy)]
struct Window {
    frames: usize,
    squares: f64,
    peak: u16,
}

impl Window {
    fn add(&mut self, sample: i16) {
        self.frames += 1;
        self.squares += f64::from(sample).powi(2);
        self.peak = self.peak.max(sample.unsigned_abs());
    }

    fn level(self) -> Level {
        let rms = (self.squares / self.frames.max(1) as f64).sqrt();
        Level { peak_dbfs: dbfs(f64::from(self.peak)), rms_dbfs: dbfs(rms) }
    }
}

fn dbfs(amplitude: f64) -> f32 {
    let level = 20.0 * (amplitude / 32_768.0).log10();
    // The logarithm of nothing is minus infinity, which JSON cannot say.
    (level as f32).max(FLOOR_DBFS)
}

impl Monitor {
    pub fn new() -> Self {
        Self {
            window: Window::default(),
            since: Window::default(),
            quietest: VecDeque::with_capacity(NOISE_SECONDS + 1),
            windows: 0,
            without_anything: 0,
            far_below_speech: 0,
            since_clipped: CLIPPED_WINDOWS,
            without_voice: 0,
            run_at_full_scale: 0,
        }
    }

    /// Hears one channel, or several whose samples alternate.
    pub fn hear(&mut self, samples: &[i16], channels: usize) {
        for frame in samples.chunks_exact(channels) {
            let loudest = frame.iter().copied().max_by_key(|sample| sample.unsigned_abs()).unwrap_or_default();
            self.note_clipping(loudest);
            self.window.add(loudest);
            self.since.add(loudest);
            if self.window.frames == WINDOW_FRAMES {
                let level = std::mem::take(&mut self.window).level();
                self.judge(level);
            }
        }
    }

    /// There was no microphone for `frames`: nobody was heard.
    pub fn miss(&mut self, frames: usize) {
        self.without_voice += (frames / WINDOW_FRAMES) as u32;
    }

    /// How loud it was since this was last asked; `None` if nothing was heard.
    pub fn level(&mut self) -> Option<Level> {
        let since = std::mem::take(&mut self.since);
        (since.frames > 0).then(|| since.level())
    }

    /// What is wrong with what is heard.
    pub fn alarms(&self) -> BTreeSet<Alarm> {
        let silent =
            self.without_anything >= DIGITAL_SILENCE_WINDOWS || self.far_below_speech >= FAR_BELOW_SPEECH_WINDOWS;
        let clipping = self.since_clipped < CLIPPED_WINDOWS;
        let alarms = [(Alarm::Silent, silent), (Alarm::Clipping, clipping)];
        alarms.into_iter().filter_map(|(alarm, is_on)| is_on.then_some(alarm)).collect()
    }

    /// For how many seconds nobody has spoken.
    pub fn seconds_without_voice(&self) -> u32 {
        self.without_voice / WINDOWS_A_SECOND
    }

    fn note_clipping(&mut self, sample: i16) {
        let at_full_scale = sample.unsigned_abs() >= i16::MAX.unsigned_abs();
        self.run_at_full_scale = if at_full_scale { self.run_at_full_scale + 1 } else { 0 };
        if self.run_at_full_scale >= CLIPPED_RUN {
            self.since_clipped = 0;
        }
    }

    fn judge(&mut self, level: Level) {
        let count = |so_far: u32, is_so: bool| if is_so { so_far.saturating_add(1) } else { 0 };
        self.without_anything = count(self.without_anything, level.peak_dbfs <= DIGITAL_SILENCE_DBFS);
        self.far_below_speech = count(self.far_below_speech, level.rms_dbfs <= FAR_BELOW_SPEECH_DBFS);
        self.since_clipped = self.since_clipped.saturating_add(1);
        let noise = self.note_noise(level.rms_dbfs);
        let is_voice = level.rms_dbfs > (noise + VOICE_ABOVE_NOISE_DB).max(VOICE_DBFS);
        self.without_voice = count(self.without_voice, !is_voice);
    }

    /// The quietest of the last half minute.
    fn note_noise(&mut self, rms_dbfs: f32) -> f32 {
        if self.windows.is_multiple_of(WINDOWS_A_SECOND) {
            self.quietest.push_back(rms_dbfs);
            if self.quietest.len() > NOISE_SECONDS {
                self.quietest.pop_front();
            }
        }
        self.windows = self.windows.wrapping_add(1);
        let last = self.quietest.back_mut().expect("the first window brings a second");
        *last = last.min(rms_dbfs);
        self.quietest.iter().copied().fold(f32::INFINITY, f32::min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: usize = SAMPLE_RATE_HZ as usize;

    /// A tone of this amplitude.
    fn tone(amplitude: f32, seconds: usize) -> Vec<i16> {
        (0..seconds * SECOND).map(|at| (amplitude * 32_767.0 * (at as f32 * 0.3).sin()) as i16).collect()
    }

    fn heard(samples: &[i16]) -> Monitor {
        let mut monitor = Monitor::new();
        monitor.hear(samples, 1);
        monitor
    }

    #[test]
    fn levels_are_in_decibels_below_full_scale_and_of_what_came_since() {
        let mut monitor = heard(&tone(0.1, 1));
        let level = monitor.level().expect("it heard something");
        assert!((level.peak_dbfs + 20.0).abs() < 0.1 && (level.rms_dbfs + 23.0).abs() < 0.1, "{level:?}");
        assert_eq!(monitor.level(), None);
        monitor.hear(&[0; 100], 1);
        assert_eq!(monitor.level(), Some(Level { peak_dbfs: FLOOR_DBFS, rms_dbfs: FLOOR_DBFS }));
    }

    #[test]
    fn a_muted_microphone_is_noticed_and_a_pause_of_speech_is_not() {
        assert_eq!(heard(&vec![0; 4 * SECOND]).alarms(), BTreeSet::new());
        assert_eq!(heard(&vec![0; 6 * SECOND]).alarms(), BTreeSet::from([Alarm::Silent]));
        let pause = [tone(0.1, 2), tone(0.001, 20), tone(0.1, 1), tone(0.001, 20)].concat();
        assert_eq!(heard(&pause).alarms(), BTreeSet::new());
        assert_eq!(heard(&tone(0.001, 31)).alarms(), BTreeSet::from([Alarm::Silent]));
        let again = [vec![0; 6 * SECOND], tone(0.1, 1)].concat();
        assert_eq!(heard(&again).alarms(), BTreeSet::new());
    }

    #[test]
    fn too_loud_is_noticed_and_forgotten_after_a_while() {
        assert_eq!(heard(&tone(0.9, 1)).alarms(), BTreeSet::new());
        let mut monitor = heard(&tone(4.0, 1));
        assert_eq!(monitor.alarms(), BTreeSet::from([Alarm::Clipping]));
        monitor.hear(&tone(0.1, 6), 1);
        assert_eq!(monitor.alarms(), BTreeSet::new());
    }

    #[test]
    fn a_fan_is_no_voice_however_loud_and_a_voice_is_one_however_soft() {
        assert!(heard(&tone(0.3, 60)).seconds_without_voice() >= 59);
        let soft = [tone(0.0003, 10), tone(0.002, 1), tone(0.0003, 10)].concat();
        let without = heard(&soft).seconds_without_voice();
        assert!((9..=10).contains(&without), "{without}");
    }

    #[test]
    fn time_without_a_microphone_is_time_without_a_voice() {
        let mut monitor = heard(&tone(0.1, 2));
        monitor.miss(60 * SECOND);
        assert!(monitor.seconds_without_voice() >= 60);
    }
}
