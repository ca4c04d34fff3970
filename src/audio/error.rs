//! Why a recording cannot be used. Each is one plain sentence for the person who gave the file: what happened, to which
//! input, and what to do. All of them are bad input (exit code 3).

/// The formats that a refusal offers instead.
const FORMATS: &str = "WAV, FLAC, MP3, Ogg (Vorbis, Opus), M4A/AAC or WebM/Opus";

/// Why a recording cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AudioError {
    /// The file could not be opened or read.
    #[error("cannot read {input}: {source}")]
    Read {
        /// The file.
        input: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// More was piped in than is held in memory.
    #[error("{input} brings more than {limit_mb} MB: save it to a file and give the file's path")]
    TooMuchPiped {
        /// The pipe.
        input: String,
        /// The most that is taken from a pipe.
        limit_mb: u64,
    },
    /// Nothing is in it.
    #[error("{input} is empty: nothing was recorded; check the recorder and the copy")]
    Empty {
        /// The file.
        input: String,
    },
    /// It is no recording.
    #[error("{input} is not a recording that can be read: give {FORMATS}")]
    NotAudio {
        /// The file.
        input: String,
    },
    /// It is a recording, in a coding that is not read.
    #[error("{input} is coded as {codec}, which cannot be read: convert it to {FORMATS}")]
    UnsupportedCodec {
        /// The file.
        input: String,
        /// The coding's name.
        codec: String,
    },
    /// It changes its rate or its channels on the way.
    #[error("{input} changes its sample rate or channels after {at_ms} ms: give the parts as files of their own")]
    FormatChange {
        /// The file.
        input: String,
        /// Where.
        at_ms: u64,
    },
    /// It ends before its own header says.
    #[error(
        "{input} is damaged or cut off ({detail}): copy it again from the recorder, or save what is whole of it as a new file"
    )]
    Truncated {
        /// The file.
        input: String,
        /// What is missing.
        detail: String,
    },
    /// Too much of it cannot be decoded.
    #[error("{input} is damaged: {detail}; copy it again from the recorder")]
    Damaged {
        /// The file.
        input: String,
        /// What cannot be decoded.
        detail: String,
    },
    /// Its header contradicts itself or its data.
    #[error("the header of {input} is wrong: {detail}; export the recording again")]
    Inconsistent {
        /// The file.
        input: String,
        /// What contradicts what.
        detail: String,
    },
    /// It is longer than a visit can be.
    #[error(
        "{input} is longer than {max_minutes} minutes, which recognition.max_minutes allows: cut the visit out of it, \
         or raise the setting"
    )]
    TooLong {
        /// The file.
        input: String,
        /// The most that is accepted.
        max_minutes: u32,
    },
    /// It has samples that are no numbers.
    #[error("{input} has samples that are not numbers (NaN or infinite) at {at_ms} ms: export the recording again")]
    NotANumber {
        /// The file.
        input: String,
        /// Where the first is.
        at_ms: u64,
    },
    /// Nothing is heard in it.
    #[error("{input} is silent from beginning to end: check that the microphone was on and the right one chosen")]
    Silent {
        /// The file.
        input: String,
        /// How long it is.
        duration_ms: u64,
    },
}
