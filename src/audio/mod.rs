//! Recordings: from a file in any format a clinic has to 16 kHz samples.

/// Samples a second that every stage after decoding works with.
pub const SAMPLE_RATE_HZ: u32 = 16_000;

/// A decoded recording: 16-bit samples at [`SAMPLE_RATE_HZ`], one buffer a channel, all of one length.
///
/// Sixteen bits keep an hour at 115 MB a channel; stages turn the window they work on into floats.
pub struct Recording {
    /// One channel, or two when the file has one person a channel.
    pub channels: Vec<Vec<i16>>,
    /// What the file was.
    pub info: crate::domain::AudioInfo,
}
