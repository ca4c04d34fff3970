//! The packets of a recording, whatever the container: WAV through [`super::wav`], everything else through `symphonia`.

use std::{
    io::{self, Read},
    sync::LazyLock,
};

use symphonia::core::{
    audio::Channels,
    codecs::{
        CodecParameters,
        audio::{
            AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions, CODEC_ID_NULL_AUDIO,
            well_known as codec,
        },
        registry::CodecRegistry,
    },
    errors::Error as SymphoniaError,
    formats::{
        FormatOptions, FormatReader, Track, TrackType,
        probe::Hint,
        well_known::{FORMAT_ID_MKV, FORMAT_ID_MP3},
    },
    io::{MediaSourceStream, MediaSourceStreamOptions},
    meta::MetadataOptions,
    packet::Packet,
    units::TimeBase,
};
use symphonia_adapter_libopus::OpusDecoder;

use super::{
    AudioError,
    source::{Input, InputReader},
    wav::{MAX_CHANNELS, WavFault, WavHeader, WavPackets, is_wav},
};

/// `symphonia`'s own decoders and libopus, as it has none for Opus yet.
static CODECS: LazyLock<CodecRegistry> = LazyLock::new(|| {
    let mut codecs = CodecRegistry::new();
    symphonia::default::register_enabled_codecs(&mut codecs);
    codecs.register_audio_decoder::<OpusDecoder>();
    codecs
});

/// The length that a header promises.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Promise {
    pub seconds: f64,
    /// How much less is still whole: nothing where every sample is counted, more where the header is rounded.
    pub tolerance_seconds: f64,
}

/// The packets of the one track of a recording, with what is known about it.
pub(super) struct Packets<'i> {
    input: &'i Input<'i>,
    reader: Reader<'i>,
    parameters: AudioCodecParameters,
    /// `None` where the header does not say, or only guesses.
    pub promise: Option<Promise>,
    /// Whether the samples lie as a header says which nobody checked: plain WAV.
    pub plain: bool,
}

enum Reader<'i> {
    Wav(WavPackets<InputReader<'i>>, u32),
    Container {
        format: Box<dyn FormatReader + 'i>,
        track: u32,
        time_base: Option<TimeBase>,
        /// Whether running out of bytes between packets is the end, and no loss: a Matroska file whose sizes were left
        /// open ends so, and `completeness` has made sure that no element is cut.
        ends_with_file: bool,
    },
}

impl<'i> Packets<'i> {
    pub fn open(input: &'i Input<'i>) -> Result<Self, AudioError> {
        let head = read_head(input)?;
        if is_wav(&head) {
            return Self::open_wav(input);
        }
        if let Some(codec) = known_but_unsupported(&head) {
            return Err(AudioError::UnsupportedCodec { input: input.name.clone(), codec: codec.to_owned() });
        }
        if !is_container(&head) {
            return Err(AudioError::NotAudio { input: input.name.clone() });
        }
        Self::open_container(input)
    }

    fn open_wav(input: &'i Input<'i>) -> Result<Self, AudioError> {
        let fault = |fault| wav_error(input, fault);
        let header = WavHeader::read(&mut input.reader()?, input.len).map_err(fault)?;
        let packets = WavPackets::new(input.reader()?, header).map_err(|source| input.read_error(source))?;
        let seconds = header.frames() as f64 / f64::from(header.rate_hz());
        Ok(Self {
            input,
            reader: Reader::Wav(packets, header.rate_hz()),
            parameters: header.codec_parameters(),
            promise: Some(Promise { seconds, tolerance_seconds: 0.0 }),
            plain: true,
        })
    }

    fn open_container(input: &'i Input<'i>) -> Result<Self, AudioError> {
        let stream = MediaSourceStream::new(Box::new(input.reader()?), MediaSourceStreamOptions::default());
        let (format, metadata) = (FormatOptions::default(), MetadataOptions::default());
        let probed = symphonia::default::get_probe().probe(&Hint::new(), stream, format, metadata);
        let format = probed.map_err(|error| open_error(input, error))?;
        let not_audio = || AudioError::NotAudio { input: input.name.clone() };
        let track = format.default_track(TrackType::Audio).or_else(|| format.first_track(TrackType::Audio));
        let track = track.ok_or_else(not_audio)?;
        let Some(CodecParameters::Audio(mut parameters)) = track.codec_params.clone() else { return Err(not_audio()) };
        if parameters.codec == codec::CODEC_ID_OPUS {
            // Opus always decodes to 48 kHz; what a WebM header says is the rate before coding (RFC 7845, section 5.1).
            parameters.with_sample_rate(48_000);
        }
        // A decoder holds a block for each channel that is said, whatever the file's size.
        let channels = parameters.channels.as_ref().map_or(0, Channels::count);
        if channels > usize::from(MAX_CHANNELS) {
            let detail = format!("it says {channels} channels");
            return Err(AudioError::Inconsistent { input: input.name.clone(), detail });
        }
        let container = format.format_info().format;
        let is_mp3 = container == FORMAT_ID_MP3;
        let promise = promise(track, parameters.sample_rate, parameters.codec, is_mp3);
        let ends_with_file = container == FORMAT_ID_MKV;
        let reader = Reader::Container { track: track.id, time_base: track.time_base, format, ends_with_file };
        Ok(Self { input, reader, parameters, promise, plain: false })
    }

    /// A decoder for the track.
    pub fn decoder(&self) -> Result<Box<dyn AudioDecoder>, AudioError> {
        let options = AudioDecoderOptions::default();
        CODECS.make_audio_decoder(&self.parameters, &options).map_err(|_| AudioError::UnsupportedCodec {
            input: self.input.name.clone(),
            codec: codec_name(&self.parameters),
        })
    }

    /// The next packet; `None` at the end.
    pub fn next(&mut self) -> Result<Option<Packet>, AudioError> {
        match &mut self.reader {
            Reader::Wav(packets, _) => packets.next().map_err(|source| self.input.read_error(source)),
            Reader::Container { format, track, ends_with_file, .. } => loop {
                match format.next_packet() {
                    Ok(Some(packet)) if packet.track_id != *track => {}
                    Ok(packet) => return Ok(packet),
                    Err(SymphoniaError::IoError(end))
                        if *ends_with_file && end.kind() == io::ErrorKind::UnexpectedEof =>
                    {
                        return Ok(None);
                    }
                    Err(error) => return Err(packet_error(self.input, error)),
                }
            },
        }
    }

    /// How long a packet is said to be, in seconds.
    pub fn packet_seconds(&self, packet: &Packet) -> f64 {
        match &self.reader {
            Reader::Wav(_, rate_hz) => packet.dur.get() as f64 / f64::from(*rate_hz),
            Reader::Container { time_base: Some(base), .. } => packet.dur.get() as f64 * f64::from(*base),
            Reader::Container { time_base: None, .. } => 0.0,
        }
    }
}

/// What a track's header promises. MP3 and ADTS without a count of their own are only guessed at from the first frames.
fn promise(track: &Track, rate_hz: Option<u32>, codec: AudioCodecId, is_mp3: bool) -> Option<Promise> {
    let is_guess = if is_mp3 { track.delay.is_none() } else { codec == codec::CODEC_ID_AAC && track.delay.is_none() };
    let is_lossless = matches!(codec, codec::CODEC_ID_FLAC | codec::CODEC_ID_ALAC);
    let by_frames = track.num_frames.zip(rate_hz).map(|(frames, rate)| frames as f64 / f64::from(rate));
    let by_time = track.duration.zip(track.time_base).map(|(ticks, base)| ticks.get() as f64 * f64::from(base));
    let seconds = by_frames.or(by_time).filter(|&seconds| seconds > 0.0 && !is_guess)?;
    // Lossy coders count padding now and then, and containers round: a tenth of a second, or half a percent, is no loss.
    let tolerance_seconds = if is_lossless { 0.0 } else { (seconds * 0.005).max(0.1) };
    Some(Promise { seconds, tolerance_seconds })
}

fn read_head(input: &Input<'_>) -> Result<Vec<u8>, AudioError> {
    let mut head = Vec::with_capacity(64);
    let read = input.reader()?.take(64).read_to_end(&mut head);
    read.map_err(|source| input.read_error(source)).map(|_| head)
}

/// Whether a file begins like one of the containers that are read. `symphonia` would look for MPEG frames anywhere in the
/// first megabyte, and find them in a photograph.
fn is_container(head: &[u8]) -> bool {
    let starts = |magic: &[u8]| head.starts_with(magic);
    let mpeg_frame = head.len() > 2 && head[0] == 0xFF && head[1] & 0xE0 == 0xE0;
    let mp4 = head.get(4..8).is_some_and(|kind| matches!(kind, b"ftyp" | b"moov" | b"mdat" | b"wide" | b"free"));
    let aiff = starts(b"FORM") && head.get(8..12).is_some_and(|kind| matches!(kind, b"AIFF" | b"AIFC"));
    starts(b"fLaC")
        || starts(b"OggS")
        || starts(b"\x1A\x45\xDF\xA3")
        || starts(b"ID3")
        || starts(b"caff")
        || mp4
        || aiff
        || mpeg_frame
}

/// Recordings that clinics have and that are not read: their names, so that people know what to convert.
fn known_but_unsupported(head: &[u8]) -> Option<&'static str> {
    let table: [(&[u8], &str); 8] = [
        (b"#!AMR", "AMR"),
        (b"\x30\x26\xB2\x75\x8E\x66\xCF\x11", "Windows Media (WMA)"),
        (b"\x02dss", "DSS dictation"),
        (b"\x03dss", "DSS dictation"),
        (b"\x03ds2", "DS2 dictation (DSS Pro)"),
        (b"wvpk", "WavPack"),
        (b"MAC ", "Monkey's Audio"),
        (b"RIFX", "big-endian WAV (RIFX)"),
    ];
    table.iter().find(|(magic, _)| head.starts_with(magic)).map(|&(_, name)| name)
}

fn codec_name(parameters: &AudioCodecParameters) -> String {
    let name = match parameters.codec {
        codec::CODEC_ID_AAC => "AAC in a profile other than AAC-LC (HE-AAC)",
        codec::CODEC_ID_AC3 => "Dolby Digital (AC-3)",
        codec::CODEC_ID_EAC3 => "Dolby Digital Plus (E-AC-3)",
        codec::CODEC_ID_DCA => "DTS",
        codec::CODEC_ID_SPEEX => "Speex",
        codec::CODEC_ID_WMA => "Windows Media Audio",
        codec::CODEC_ID_OPUS => "Opus with more than two channels",
        codec::CODEC_ID_ADPCM_G722 => "G.722",
        codec::CODEC_ID_ADPCM_G726 | codec::CODEC_ID_ADPCM_G726LE => "G.726",
        CODEC_ID_NULL_AUDIO => "a codec that the file does not name",
        other => match CODECS.get_audio_decoder(other) {
            Some(known) => return format!("{} in a form that is not supported", known.codec.info.long_name),
            None => return format!("audio codec {other}"),
        },
    };
    name.to_owned()
}

fn wav_error(input: &Input<'_>, fault: WavFault) -> AudioError {
    let name = input.name.clone();
    match fault {
        WavFault::Io(source) => input.read_error(source),
        WavFault::Inconsistent(detail) => AudioError::Inconsistent { input: name, detail },
        WavFault::Truncated(detail) => AudioError::Truncated { input: name, detail },
        WavFault::Unsupported(codec) => AudioError::UnsupportedCodec { input: name, codec },
        WavFault::NoSamples => AudioError::Empty { input: name },
    }
}

/// An error before the first packet: the beginning is that of a container, so what fails is its header.
fn open_error(input: &Input<'_>, error: SymphoniaError) -> AudioError {
    let name = input.name.clone();
    match error {
        SymphoniaError::IoError(source) => io_error(input, source, "it ends within its header"),
        SymphoniaError::Unsupported(_) => AudioError::NotAudio { input: name },
        other => AudioError::Damaged { input: name, detail: format!("its header cannot be read ({other})") },
    }
}

fn packet_error(input: &Input<'_>, error: SymphoniaError) -> AudioError {
    let name = input.name.clone();
    match error {
        SymphoniaError::IoError(source) => io_error(input, source, "it ends in the middle of a packet"),
        SymphoniaError::ResetRequired => AudioError::Damaged {
            input: name,
            detail: "it holds several recordings one after another; give them as files of their own".to_owned(),
        },
        other => AudioError::Damaged { input: name, detail: format!("its packets cannot be told apart ({other})") },
    }
}

fn io_error(input: &Input<'_>, source: io::Error, at_the_end: &str) -> AudioError {
    match source.kind() {
        io::ErrorKind::UnexpectedEof => {
            AudioError::Truncated { input: input.name.clone(), detail: at_the_end.to_owned() }
        }
        _ => input.read_error(source),
    }
}
