//! What the recogniser is given at a time: speech packed into windows that begin and end in pauses.
//!
//! Whisper encodes whatever length it is told to (`audio_ctx`), at a cost that grows faster than the length; and its
//! decoder pays for every frame at every token. So windows are short, silence is left out, and nothing is padded to
//! 30 s. docs/PERFORMANCE.md has the figures behind the lengths.

use crate::{
    audio::SAMPLE_RATE_HZ,
    transcription::vad::{CHUNK_SAMPLES, Region, SpeechActivity},
};

const SECOND: usize = SAMPLE_RATE_HZ as usize;

/// A window is closed at the first pause after which the next region would make it longer than this.
pub const WINDOW: usize = 26 * SECOND;
/// Windows of the part of a channel that may still grow. Shorter ones cost no less: Whisper is given 10 s at least.
const OPEN_WINDOW: usize = 9 * SECOND;
/// Speech without any pause is cut at its weakest point, at most this far behind the length of a window.
const OVER: usize = 2 * SECOND;
/// A shorter window is filled up with silence: whisper.cpp's alignment needs a few frames.
const SHORTEST: usize = SECOND;

/// Stretches of one channel, read one after the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Window {
    /// In order and apart; their lengths sum to the window's.
    pub pieces: Vec<Region>,
}

impl Window {
    /// Samples of speech in the window.
    pub fn len(&self) -> usize {
        self.pieces.iter().map(Region::len).sum()
    }

    /// Where the window ends in the recording.
    pub fn end(&self) -> usize {
        self.pieces.last().map_or(0, |piece| piece.end)
    }

    /// The window's sound.
    pub fn sound(&self, channel: &[i16]) -> Vec<f32> {
        let samples = self.pieces.iter().flat_map(|piece| &channel[piece.clone()]);
        let mut sound: Vec<f32> = samples.map(|&sample| f32::from(sample) / 32_768.0).collect();
        sound.resize(sound.len().max(SHORTEST), 0.0);
        sound
    }

    /// The stretch of the recording that `from..to` of the window's sound is: where the stretch crosses a cut, the
    /// piece with its larger part.
    pub fn in_recording(&self, from: usize, to: usize) -> Region {
        let mut offset = 0;
        let mut best = self.end()..self.end();
        let mut overlap = None;
        for piece in &self.pieces {
            let (start, end) = (from.max(offset), to.min(offset + piece.len()));
            let common = end.checked_sub(start);
            if common > overlap {
                overlap = common;
                best = piece.start + start - offset..piece.start + end - offset;
            }
            offset += piece.len();
        }
        best
    }

    /// What is left of the window after `sample` of the recording.
    pub fn after(&self, sample: usize) -> Self {
        let rest = self.pieces.iter().filter(|piece| piece.end > sample);
        Self { pieces: rest.map(|piece| piece.start.max(sample)..piece.end).collect() }
    }
}

/// Packs the speech of one channel into windows.
pub fn plan(activity: &SpeechActivity, channel: &[i16]) -> Vec<Window> {
    pack(activity.regions(), WINDOW, activity, channel)
}

/// The last of the windows that were planned for a channel that goes on, which may grow, as shorter ones. They are read less
/// well, and what is new costs less: of the whole window all would be read anew each time.
pub fn open(last: &Window, activity: &SpeechActivity, channel: &[i16]) -> Vec<Window> {
    pack(last.pieces.clone(), OPEN_WINDOW, activity, channel)
}

fn pack(regions: Vec<Region>, most: usize, activity: &SpeechActivity, channel: &[i16]) -> Vec<Window> {
    let mut windows: Vec<Window> = Vec::new();
    for region in regions.into_iter().flat_map(|region| cut(region, most, activity, channel)) {
        match windows.last_mut() {
            Some(window) if window.len() + region.len() <= most => window.pieces.push(region),
            _ => windows.push(Window { pieces: vec![region] }),
        }
    }
    windows
}

/// Cuts a region that is longer than `most`, the length of a window, at its deepest pauses.
fn cut(region: Region, most: usize, activity: &SpeechActivity, channel: &[i16]) -> Vec<Region> {
    let mut rest = region;
    let mut parts = Vec::new();
    while rest.len() > most {
        let at = pause(rest.start + most / 3..rest.end.min(rest.start + most + OVER), activity, channel);
        parts.push(rest.start..at);
        rest.start = at;
    }
    parts.push(rest);
    parts
}

/// The middle of the chunk that is least speech; among equals the quietest.
fn pause(search: Region, activity: &SpeechActivity, channel: &[i16]) -> usize {
    let chunks = search.start.div_ceil(CHUNK_SAMPLES)..search.end / CHUNK_SAMPLES;
    let weight = |chunk: usize| {
        let around = chunk.saturating_sub(1) * CHUNK_SAMPLES..(chunk + 2) * CHUNK_SAMPLES;
        let samples = &channel[around.start.min(channel.len())..around.end.min(channel.len())];
        activity.peak(&around) + loudness(samples)
    };
    let best = chunks.min_by(|&left, &right| weight(left).total_cmp(&weight(right)));
    best.map_or(search.end, |chunk| chunk * CHUNK_SAMPLES + CHUNK_SAMPLES / 2)
}

/// Root mean square, full scale being 1.
fn loudness(samples: &[i16]) -> f32 {
    let energy: f32 = samples.iter().map(|&sample| f32::from(sample).powi(2)).sum();
    (energy / samples.len().max(1) as f32).sqrt() / 32_768.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Speech (true) and silence (false), in chunks.
    fn heard(runs: &[(bool, usize)]) -> (SpeechActivity, Vec<i16>) {
        let spoken = runs.iter().flat_map(|&(speech, count)| std::iter::repeat_n(speech, count));
        let probabilities: Vec<f32> = spoken.map(|speech| if speech { 0.95 } else { 0.02 }).collect();
        let samples = probabilities.len() * CHUNK_SAMPLES;
        let channel = probabilities.iter().flat_map(|&p| [(p * 1000.0) as i16; CHUNK_SAMPLES]).collect();
        (SpeechActivity { probabilities, samples }, channel)
    }

    #[test]
    fn silence_has_no_windows() {
        let (activity, channel) = heard(&[(false, 500)]);
        assert_eq!(plan(&activity, &channel), []);
    }

    #[test]
    fn regions_are_packed_until_the_window_is_full() {
        let (activity, channel) = heard(&[(true, 240), (false, 60)].repeat(9));
        let windows = plan(&activity, &channel);
        assert_eq!(windows.iter().map(|window| window.pieces.len()).collect::<Vec<_>>(), [3, 3, 3]);
        assert!(windows.iter().all(|window| window.len() <= WINDOW));
    }

    #[test]
    fn long_speech_is_cut_at_its_pause() {
        let (activity, channel) = heard(&[(true, 600), (false, 4), (true, 600)]);
        let windows = plan(&activity, &channel);
        let boundary = windows[0].end();
        assert_eq!(boundary, windows[1].pieces[0].start);
        assert!((600..604).contains(&(boundary / CHUNK_SAMPLES)), "cut at chunk {}", boundary / CHUNK_SAMPLES);
    }

    #[test]
    fn speech_without_a_pause_still_ends() {
        let (activity, channel) = heard(&[(true, 4000)]);
        let windows = plan(&activity, &channel);
        assert!(windows.iter().all(|window| window.len() <= WINDOW + OVER));
        assert_eq!(windows.iter().map(Window::len).sum::<usize>(), channel.len());
    }

    #[test]
    fn what_may_grow_is_read_in_short_windows_that_stay_as_they_are() {
        let spoken = [(true, 240), (false, 60)].repeat(3);
        let (activity, channel) = heard(&spoken[..4]);
        let (grown, longer) = heard(&spoken);
        let first = open(&plan(&activity, &channel)[0], &activity, &channel);
        let second = open(&plan(&grown, &longer)[0], &grown, &longer);
        assert_eq!((first.len(), second.len()), (2, 3));
        assert_eq!(first[0], second[0]);
    }

    #[test]
    fn times_go_back_to_the_recording() {
        let window = Window { pieces: vec![1000..2000, 5000..6000] };
        assert_eq!(window.in_recording(100, 300), 1100..1300);
        assert_eq!(window.in_recording(1100, 1200), 5100..5200);
        assert_eq!(window.in_recording(900, 1500), 5000..5500, "the larger part is in the second piece");
        assert_eq!(window.in_recording(7000, 8000), 6000..6000, "beyond the end");
    }

    #[test]
    fn the_rest_begins_where_it_is_told() {
        let window = Window { pieces: vec![1000..2000, 5000..6000] };
        assert_eq!(window.after(1500).pieces, [1500..2000, 5000..6000]);
        assert_eq!(window.after(5500), Window { pieces: std::iter::once(5500..6000).collect() });
        assert!(window.after(6000).pieces.is_empty());
    }
}
