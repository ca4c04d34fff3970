//! WAV files: the header, read strictly where it matters and leniently where recorders differ, and the packets.
//!
//! No library's reader is used for the container: `symphonia`'s takes a streamed file (sizes 0) for an empty one, passes
//! over contradictions, and trusts the size of a comment, and others know PCM and float only. `symphonia`'s decoders do the
//! samples.
//!
//! Recorders and pipes that cannot go back to write the sizes leave 0, 0xFFFFFFFF (ffmpeg), 0x7FFFF000 (SoX), 0x7FFFFFFF
//! or 0x80000000 (arecord): such a file is whole, and its data goes to its end.

use std::io::{self, Read, Seek, SeekFrom};

use symphonia::core::{
    audio::Channels,
    codecs::audio::{
        AudioCodecId, AudioCodecParameters,
        well_known::{
            CODEC_ID_ADPCM_IMA_WAV, CODEC_ID_ADPCM_MS, CODEC_ID_PCM_ALAW, CODEC_ID_PCM_F32LE, CODEC_ID_PCM_F64LE,
            CODEC_ID_PCM_MULAW, CODEC_ID_PCM_S16LE, CODEC_ID_PCM_S24LE, CODEC_ID_PCM_S32LE, CODEC_ID_PCM_U8,
        },
    },
    packet::Packet,
    units::{Duration, Timestamp},
};

/// Sizes that mean "not known yet".
const STREAMED_SIZES: [u64; 5] = [0, 0x7FFF_F000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF];

/// Frames a packet, roughly.
const PACKET_FRAMES: u64 = 4096;

/// More channels than any recorder of a visit has; a header that says more is taken for damage.
pub(super) const MAX_CHANNELS: u16 = 64;

/// What is wrong with a WAV file.
#[derive(Debug)]
pub(super) enum WavFault {
    Io(io::Error),
    Inconsistent(String),
    Truncated(String),
    Unsupported(String),
    NoSamples,
}

impl From<io::Error> for WavFault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// What the header says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct WavHeader {
    codec: AudioCodecId,
    channels: u16,
    rate_hz: u32,
    block_bytes: u64,
    /// Frames of one block; 1 unless it is ADPCM.
    block_frames: u64,
    data_start: u64,
    data_bytes: u64,
}

/// Whether a file with these first 12 bytes is WAV, or RF64, its form for more than 4 GB.
pub(super) fn is_wav(head: &[u8]) -> bool {
    head.len() >= 12 && matches!(&head[..4], b"RIFF" | b"RF64" | b"BW64") && &head[8..12] == b"WAVE"
}

impl WavHeader {
    /// Reads the header of a file of `file_bytes`. The reader stands at its beginning.
    pub fn read(reader: &mut (impl Read + Seek), file_bytes: u64) -> Result<Self, WavFault> {
        let riff: [u8; 12] = read_array(reader)?;
        let riff_bytes = u64::from(u32_at(&riff, 4));
        let (mut position, mut format, mut large_data_bytes) = (12, None, None);
        while position + 8 <= file_bytes {
            reader.seek(SeekFrom::Start(position))?;
            let chunk: [u8; 8] = read_array(reader)?;
            let (start, bytes) = (position + 8, u64::from(u32_at(&chunk, 4)));
            match &chunk[..4] {
                b"ds64" => large_data_bytes = Some(u64_at(&read_array::<16>(reader)?, 8)),
                b"fmt " => format = Some(Format::read(reader, bytes)?),
                b"data" => {
                    let format = format.ok_or_else(|| inconsistent("its data comes before its format"))?;
                    let declared = large_data_bytes.filter(|_| bytes == 0xFFFF_FFFF).unwrap_or(bytes);
                    let extent = DataExtent { start, declared, file_bytes, riff_bytes };
                    return format.with_data(&extent);
                }
                _ => {}
            }
            position = start + bytes + bytes % 2;
        }
        Err(WavFault::Truncated("it ends before its first sample".to_owned()))
    }

    /// Frames in all, a channel.
    pub fn frames(&self) -> u64 {
        self.data_bytes / self.block_bytes * self.block_frames
    }

    pub fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// As the decoders want it.
    pub fn codec_parameters(&self) -> AudioCodecParameters {
        let mut parameters = AudioCodecParameters::new();
        parameters
            .for_codec(self.codec)
            .with_sample_rate(self.rate_hz)
            .with_channels(Channels::Discrete(self.channels))
            .with_frames_per_block(self.block_frames)
            .with_max_frames_per_packet(self.blocks_a_packet() * self.block_frames);
        parameters
    }

    fn blocks_a_packet(&self) -> u64 {
        (PACKET_FRAMES / self.block_frames).max(1)
    }
}

/// Where the samples are, and what says so.
struct DataExtent {
    start: u64,
    declared: u64,
    file_bytes: u64,
    riff_bytes: u64,
}

impl DataExtent {
    fn available(&self) -> u64 {
        self.file_bytes - self.start
    }

    /// A declared 0 is an honest 0 where the outer size agrees with the file.
    fn is_streamed(&self) -> bool {
        STREAMED_SIZES.contains(&self.declared)
            && self.declared != self.available()
            && (self.declared != 0 || self.riff_bytes + 8 != self.file_bytes)
    }
}

/// The `fmt ` chunk.
struct Format {
    tag: u16,
    channels: u16,
    rate_hz: u32,
    bytes_a_second: u32,
    block_bytes: u16,
    bits: u16,
}

impl Format {
    fn read(reader: &mut impl Read, chunk_bytes: u64) -> Result<Self, WavFault> {
        if chunk_bytes < 16 {
            return Err(inconsistent("its format chunk is too short"));
        }
        let raw: [u8; 16] = read_array(reader)?;
        let tag = match u16_at(&raw, 0) {
            // WAVE_FORMAT_EXTENSIBLE: the real tag begins the sub-format, 8 bytes further on.
            0xFFFE if chunk_bytes >= 40 => u16_at(&read_array::<24>(reader)?, 8),
            tag => tag,
        };
        let (channels, rate_hz, bytes_a_second) = (u16_at(&raw, 2), u32_at(&raw, 4), u32_at(&raw, 8));
        let (block_bytes, bits) = (u16_at(&raw, 12), u16_at(&raw, 14));
        if !(1..=MAX_CHANNELS).contains(&channels) {
            return Err(inconsistent(&format!("it says {channels} channels")));
        }
        if rate_hz == 0 {
            return Err(inconsistent("it says 0 samples a second"));
        }
        Ok(Self { tag, channels, rate_hz, bytes_a_second, block_bytes, bits })
    }

    fn with_data(&self, extent: &DataExtent) -> Result<WavHeader, WavFault> {
        let (codec, block_bytes, block_frames) = self.coding()?;
        let streamed = extent.is_streamed();
        let data_bytes = if streamed { extent.available() } else { extent.declared };
        if data_bytes > extent.available() {
            let (found, declared) = (extent.available(), extent.declared);
            return Err(WavFault::Truncated(format!("{found} of {declared} bytes of sound are there")));
        }
        if self.channels > 1 && block_frames == 1 && !streamed && data_bytes % block_bytes != 0 {
            let frame = format!("{} channels in frames of {block_bytes} bytes", self.channels);
            return Err(inconsistent(&format!("it says {frame}, but {data_bytes} bytes are no whole number of them")));
        }
        if data_bytes < block_bytes {
            return Err(WavFault::NoSamples);
        }
        let (channels, rate_hz, data_start) = (self.channels, self.rate_hz, extent.start);
        Ok(WavHeader { codec, channels, rate_hz, block_bytes, block_frames, data_start, data_bytes })
    }

    /// The codec, and the bytes and frames of a block.
    fn coding(&self) -> Result<(AudioCodecId, u64, u64), WavFault> {
        let codec = match (self.tag, self.bits.div_ceil(8)) {
            (1, 1) => CODEC_ID_PCM_U8,
            (1, 2) => CODEC_ID_PCM_S16LE,
            (1, 3) => CODEC_ID_PCM_S24LE,
            (1, 4) => CODEC_ID_PCM_S32LE,
            (3, 4) => CODEC_ID_PCM_F32LE,
            (3, 8) => CODEC_ID_PCM_F64LE,
            (6, 1) => CODEC_ID_PCM_ALAW,
            (7, 1) => CODEC_ID_PCM_MULAW,
            (2, _) => return self.adpcm(CODEC_ID_ADPCM_MS),
            (0x11, _) => return self.adpcm(CODEC_ID_ADPCM_IMA_WAV),
            (1 | 3 | 6 | 7, _) => return Err(inconsistent(&format!("it says {} bits a sample", self.bits))),
            (tag, _) => return Err(WavFault::Unsupported(tag_name(tag))),
        };
        let sample_bytes = u64::from(self.bits.div_ceil(8));
        self.check_channel_count(sample_bytes)?;
        Ok((codec, sample_bytes * u64::from(self.channels), 1))
    }

    /// The header says three times how wide a frame is. A file of one channel whose header was made to say two gives
    /// itself away here: its frames, or its bytes a second, are still those of one.
    fn check_channel_count(&self, sample_bytes: u64) -> Result<(), WavFault> {
        let channels = u64::from(self.channels);
        let frame_bytes = u64::from(self.block_bytes);
        if frame_bytes != sample_bytes * channels {
            let said = format!("{channels} channels of {} bits", self.bits);
            return Err(inconsistent(&format!("it says {said}, but {frame_bytes} bytes a frame")));
        }
        let (rate, by_rate) = (u64::from(self.rate_hz), u64::from(self.bytes_a_second));
        let channel_rate = rate * sample_bytes;
        // Only a figure that fits another number of channels speaks against this one: some recorders write no or any.
        if by_rate % channel_rate == 0 && (1..=8).contains(&(by_rate / channel_rate)) && by_rate != rate * frame_bytes {
            let fitting = by_rate / channel_rate;
            return Err(inconsistent(&format!("it says {channels} channels, but the bytes a second of {fitting}")));
        }
        Ok(())
    }

    /// ADPCM has two samples a byte after a preamble a channel: 7 bytes with two samples (Microsoft), 4 with one (IMA).
    fn adpcm(&self, codec: AudioCodecId) -> Result<(AudioCodecId, u64, u64), WavFault> {
        let channels = u64::from(self.channels);
        let (preamble_bytes, preamble_frames) = if codec == CODEC_ID_ADPCM_MS { (7, 2) } else { (4, 1) };
        let bytes = u64::from(self.block_bytes);
        if channels > 2 {
            return Err(WavFault::Unsupported(format!("ADPCM with {channels} channels")));
        }
        let coded = (bytes / channels).saturating_sub(preamble_bytes);
        if bytes % channels != 0 || coded == 0 || (codec == CODEC_ID_ADPCM_IMA_WAV && coded % 4 != 0) {
            return Err(inconsistent(&format!("it says {channels} channels of ADPCM, but {bytes} bytes a block")));
        }
        Ok((codec, bytes, preamble_frames + coded * 2))
    }
}

/// The packets of a WAV file.
pub(super) struct WavPackets<R> {
    reader: R,
    header: WavHeader,
    bytes_read: u64,
}

impl<R: Read + Seek> WavPackets<R> {
    pub fn new(mut reader: R, header: WavHeader) -> io::Result<Self> {
        reader.seek(SeekFrom::Start(header.data_start))?;
        Ok(Self { reader, header, bytes_read: 0 })
    }

    /// The next packet of whole blocks; `None` at the end.
    pub fn next(&mut self) -> io::Result<Option<Packet>> {
        let header = &self.header;
        let blocks_left = (header.data_bytes - self.bytes_read) / header.block_bytes;
        let blocks = header.blocks_a_packet().min(blocks_left);
        if blocks == 0 {
            return Ok(None);
        }
        let mut data = vec![0; (blocks * header.block_bytes) as usize];
        self.reader.read_exact(&mut data)?;
        let at = self.bytes_read / header.block_bytes * header.block_frames;
        self.bytes_read += data.len() as u64;
        let frames = Duration::from(blocks * header.block_frames);
        Ok(Some(Packet::new(0, Timestamp::from(at as i64), frames, data)))
    }
}

fn inconsistent(detail: &str) -> WavFault {
    WavFault::Inconsistent(detail.to_owned())
}

/// Codings of dictation and telephone systems that are met in WAV files (RFC 2361).
fn tag_name(tag: u16) -> String {
    let name = match tag {
        0x0014 | 0x0042 => "G.723",
        0x0022 => "DSP Group TrueSpeech",
        0x0031 => "GSM 6.10",
        0x0040 | 0x0045 | 0x0064 => "G.726",
        0x0050 => "MPEG audio in WAV",
        0x0055 => "MP3 in WAV",
        0x0083 => "G.729",
        0x00FF => "AAC in WAV",
        0x0161..=0x0163 => "Windows Media Audio",
        _ => return format!("WAV format {tag:#06x}"),
    };
    name.to_owned()
}

fn read_array<const N: usize>(reader: &mut impl Read) -> Result<[u8; N], WavFault> {
    let mut bytes = [0; N];
    match reader.read_exact(&mut bytes) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Err(WavFault::Truncated("it ends within its header".to_owned()))
        }
        read => Ok(read.map(|()| bytes)?),
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
