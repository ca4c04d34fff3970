//! Recordings: from a file in any format a clinic has to 16 kHz samples.
//!
//! [`decode`] reads a file block by block, so that beyond the result itself an hour takes no more memory than a minute:
//!
//! ```text
//! source ─ completeness ─ packets (wav or container) ─ decoder ─ resampling ─ channels ─ Recording
//! ```
//!
//! A visit is recorded once, so what cannot be read whole is refused with a sentence ([`AudioError`]) and never
//! shortened in silence: a file that ends before its header says, a header that contradicts its data, samples that are
//! no numbers, a recording in which nothing at all is heard. Whether what is heard is speech is for the transcription
//! to tell.

mod channels;
mod completeness;
mod decoding;
mod error;
mod packets;
mod resampling;
mod segments;
mod source;
mod wav;
mod writing;

use std::borrow::Cow;

pub use error::AudioError;
pub use resampling::ToSpeechRate;
pub use segments::{Kept, MAX_SEGMENTS, Segment, SegmentError, Segments};
pub use source::{AudioSource, read_piped};
pub use writing::to_wav;

use crate::{
    config::RecognitionConfig,
    domain::{AudioInfo, Progress},
};

/// Samples a second that every stage after decoding works with.
pub const SAMPLE_RATE_HZ: u32 = 16_000;

/// A decoded recording: 16-bit samples at [`SAMPLE_RATE_HZ`], one buffer a channel, all of one length.
///
/// Sixteen bits keep an hour at 115 MB a channel; stages turn the window they work on into floats.
pub struct Recording {
    /// One channel, or two when the file has one person a channel.
    pub channels: Vec<Vec<i16>>,
    /// What the file was.
    pub info: AudioInfo,
}

impl Recording {
    /// Samples a channel.
    pub fn len(&self) -> usize {
        self.channels.first().map_or(0, Vec::len)
    }

    /// Whether there is no sample; never so for what [`decode`] gave.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Length in milliseconds.
    pub fn duration_ms(&self) -> u64 {
        samples_to_ms(self.len())
    }

    /// Everybody in one channel: the only one, or the mean of both.
    pub fn mono(&self) -> Cow<'_, [i16]> {
        match self.channels.as_slice() {
            [] => Cow::Borrowed(&[]),
            [only] => Cow::Borrowed(only),
            [first, second, ..] => {
                let mean = |(&a, &b): (&i16, &i16)| ((i32::from(a) + i32::from(b)) / 2) as i16;
                Cow::Owned(first.iter().zip(second).map(mean).collect())
            }
        }
    }
}

/// Milliseconds that `samples` at [`SAMPLE_RATE_HZ`] last.
pub fn samples_to_ms(samples: usize) -> u64 {
    samples as u64 * 1000 / u64::from(SAMPLE_RATE_HZ)
}

/// Reads a whole recording: WAV, FLAC, MP3, Ogg (Vorbis, Opus), M4A/AAC, WebM/Opus, and what else `symphonia` knows, at
/// any rate and channel count.
///
/// Channels become one, unless there are two with one person each (`channels` says how that is told). `progress` is told
/// how far the file has been read.
pub fn decode(
    source: AudioSource<'_>,
    limits: &RecognitionConfig,
    progress: Progress<'_>,
) -> Result<Recording, AudioError> {
    decoding::decode(source, limits.max_minutes, progress)
}

/// Whether the header of a recording lets it be read at all: what a long run can tell before it begins. Whether the rest is
/// whole, only [`decode`] tells.
pub fn check_header(source: AudioSource<'_>, limits: &RecognitionConfig) -> Result<(), AudioError> {
    decoding::check_header(source, limits.max_minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording(channels: Vec<Vec<i16>>) -> Recording {
        let info = AudioInfo { duration_ms: 0, sample_rate_hz: SAMPLE_RATE_HZ, sha256: String::new() };
        Recording { channels, info }
    }

    #[test]
    fn mono_is_the_mean_of_both_channels_and_does_not_overflow() {
        let recording = recording(vec![vec![i16::MAX, 100, i16::MIN], vec![i16::MAX, 0, i16::MIN]]);
        assert_eq!(recording.mono().as_ref(), [i16::MAX, 50, i16::MIN]);
    }

    #[test]
    fn the_duration_counts_the_samples_of_one_channel() {
        assert_eq!(recording(vec![vec![0; 24_000], vec![0; 24_000]]).duration_ms(), 1500);
    }
}
