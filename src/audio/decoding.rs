//! From packets to a [`Recording`]: decode, check, resample, settle the channels.

use std::panic::{AssertUnwindSafe, catch_unwind};

use symphonia::core::{
    audio::GenericAudioBufferRef, codecs::audio::AudioDecoder, errors::Error as SymphoniaError, packet::Packet,
};

use super::{
    AudioError, AudioSource, Recording,
    channels::{DealtOutCheck, mix_all, settle},
    completeness,
    packets::{Packets, Promise},
    resampling::ToSpeechRate,
    samples_to_ms,
    source::Input,
};
use crate::domain::{AudioInfo, Progress};

/// Rates that a recording of speech can have.
const RATES_HZ: std::ops::RangeInclusive<u32> = 4_000..=192_000;

/// A recording that is nowhere louder than -80 dBFS holds nothing: that is below the noise of any microphone.
const SILENCE_PEAK: f32 = 1e-4;

/// Undecodable packets that are made up for with silence: a few at the start of a cut MP3, and one in a hundred.
const BAD_PACKETS: u64 = 2;

/// The longest silence that stands in for an undecodable packet. Opus has the longest packets, of 120 ms.
const MAX_PACKET_SECONDS: f64 = 0.5;

pub(super) fn decode(
    source: AudioSource<'_>,
    max_minutes: u32,
    progress: Progress<'_>,
) -> Result<Recording, AudioError> {
    let input = Input::open(source)?;
    completeness::check(&input)?;
    let decoded = guarded(&input, || read_all(&input, max_minutes, progress))?;
    let rate_hz = decoded.rate_hz;
    let channels = settle(decoded.resampler.finish());
    let duration_ms = samples_to_ms(channels[0].len());
    let info = AudioInfo { duration_ms, sample_rate_hz: rate_hz, sha256: input.sha256()? };
    progress(1.0);
    Ok(Recording { channels, info })
}

/// Reads the header alone: what it tells to be unreadable is said at once.
pub(super) fn check_header(source: AudioSource<'_>, max_minutes: u32) -> Result<(), AudioError> {
    let input = Input::open(source)?;
    completeness::check(&input)?;
    guarded(&input, || open_packets(&input, max_minutes)?.decoder().map(drop))
}

/// Decoders are other people's code, and this is where strangers' bytes meet it: a bug there must cost this file and not
/// the process. Nothing is shared with the closure that a panic could leave half changed.
fn guarded<T>(input: &Input<'_>, read: impl FnOnce() -> Result<T, AudioError>) -> Result<T, AudioError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        Err(AudioError::Damaged { input: input.name.clone(), detail: "its decoder gave up".to_owned() })
    })
}

fn open_packets<'i>(input: &'i Input<'i>, max_minutes: u32) -> Result<Packets<'i>, AudioError> {
    let packets = Packets::open(input)?;
    let max_seconds = f64::from(max_minutes) * 60.0;
    if packets.promise.is_some_and(|promise| promise.seconds > max_seconds) {
        return Err(AudioError::TooLong { input: input.name.clone(), max_minutes });
    }
    Ok(packets)
}

fn read_all<'i>(input: &'i Input<'i>, max_minutes: u32, progress: Progress<'_>) -> Result<Decoded<'i>, AudioError> {
    let mut packets = open_packets(input, max_minutes)?;
    let max_seconds = f64::from(max_minutes) * 60.0;
    let mut decoder = packets.decoder()?;
    let mut decoding: Option<Decoded<'i>> = None;
    let (mut total, mut bad, mut reported) = (0_u64, 0_u64, 0.0);
    while let Some(packet) = packets.next()? {
        total += 1;
        match decode_packet(decoder.as_mut(), &packet, input)? {
            Some(buffer) if buffer.frames() == 0 => {}
            Some(buffer) => {
                let decoding = match &mut decoding {
                    Some(decoding) => decoding,
                    none => none.insert(Decoded::new(input, &buffer, packets.plain)?),
                };
                decoding.take(&buffer)?;
            }
            None => {
                bad += 1;
                let seconds = packets.packet_seconds(&packet).min(MAX_PACKET_SECONDS);
                decoding.iter_mut().for_each(|decoding| decoding.take_silence(seconds));
            }
        }
        if decoding.as_ref().is_some_and(|decoding| decoding.seconds() > max_seconds) {
            return Err(AudioError::TooLong { input: input.name.clone(), max_minutes });
        }
        let fraction = input.fraction_read();
        if fraction >= reported + 0.01 {
            reported = fraction;
            progress(fraction.min(1.0));
        }
    }
    check_losses(input, bad, total)?;
    let decoding = decoding.ok_or_else(|| AudioError::Empty { input: input.name.clone() })?;
    decoding.check_end(packets.promise)?;
    Ok(decoding)
}

/// `None` is a packet that cannot be decoded; the next one may.
fn decode_packet<'d>(
    decoder: &'d mut dyn AudioDecoder,
    packet: &Packet,
    input: &Input<'_>,
) -> Result<Option<GenericAudioBufferRef<'d>>, AudioError> {
    match decoder.decode(packet) {
        Ok(buffer) => Ok(Some(buffer)),
        Err(SymphoniaError::DecodeError(_) | SymphoniaError::IoError(_)) => Ok(None),
        Err(error) => {
            Err(AudioError::Damaged { input: input.name.clone(), detail: format!("its decoder stopped ({error})") })
        }
    }
}

fn check_losses(input: &Input<'_>, bad: u64, total: u64) -> Result<(), AudioError> {
    if bad > BAD_PACKETS + total / 100 {
        let detail = format!("{bad} of {total} packets cannot be decoded");
        return Err(AudioError::Damaged { input: input.name.clone(), detail });
    }
    if bad > 0 {
        tracing::warn!(bad, total, "packets of the recording could not be decoded; silence stands for them");
    }
    Ok(())
}

/// What was decoded so far.
struct Decoded<'i> {
    input: &'i Input<'i>,
    rate_hz: u32,
    /// Channels of the file.
    channels: usize,
    frames: u64,
    peak: f32,
    block: Vec<Vec<f32>>,
    dealt_out: Option<DealtOutCheck>,
    resampler: ToSpeechRate,
}

impl<'i> Decoded<'i> {
    /// The first block says what the file really is: containers are wrong about rate and channels now and then.
    fn new(input: &'i Input<'i>, first: &GenericAudioBufferRef<'_>, plain: bool) -> Result<Self, AudioError> {
        let (rate_hz, channels) = (first.spec().rate(), first.num_planes());
        let inconsistent = |detail| AudioError::Inconsistent { input: input.name.clone(), detail };
        if !RATES_HZ.contains(&rate_hz) || channels == 0 {
            return Err(inconsistent(format!("it says {channels} channels at {rate_hz} Hz")));
        }
        let kept = if channels == 2 { 2 } else { 1 };
        let resampler = ToSpeechRate::new(rate_hz, kept).map_err(|error| inconsistent(error.to_string()))?;
        Ok(Self {
            input,
            rate_hz,
            channels,
            frames: 0,
            peak: 0.0,
            block: Vec::new(),
            dealt_out: (plain && channels == 2).then(DealtOutCheck::default),
            resampler,
        })
    }

    fn seconds(&self) -> f64 {
        self.frames as f64 / f64::from(self.rate_hz)
    }

    fn ms(&self) -> u64 {
        self.frames * 1000 / u64::from(self.rate_hz)
    }

    fn take(&mut self, buffer: &GenericAudioBufferRef<'_>) -> Result<(), AudioError> {
        if (buffer.spec().rate(), buffer.num_planes()) != (self.rate_hz, self.channels) {
            return Err(AudioError::FormatChange { input: self.input.name.clone(), at_ms: self.ms() });
        }
        buffer.copy_to_vecs_planar(&mut self.block);
        if self.block.iter().flatten().any(|sample| !sample.is_finite()) {
            return Err(AudioError::NotANumber { input: self.input.name.clone(), at_ms: self.ms() });
        }
        self.peak = self.block.iter().flatten().fold(self.peak, |peak, sample| peak.max(sample.abs()));
        if let (Some(check), [left, right]) = (&mut self.dealt_out, self.block.as_slice()) {
            check.push(left, right);
        }
        if self.channels > 2 {
            mix_all(&mut self.block);
        }
        self.frames += self.block[0].len() as u64;
        self.resampler.push(&self.block);
        Ok(())
    }

    fn take_silence(&mut self, seconds: f64) {
        let frames = (seconds * f64::from(self.rate_hz)) as usize;
        let kept = if self.channels == 2 { 2 } else { 1 };
        self.frames += frames as u64;
        self.resampler.push(&vec![vec![0.0; frames]; kept]);
    }

    /// What can only be told when everything was read.
    fn check_end(&self, promise: Option<Promise>) -> Result<(), AudioError> {
        let name = || self.input.name.clone();
        if let Some(Promise { seconds, tolerance_seconds }) = promise {
            // Half a frame, for the rounding of the division alone.
            let least = seconds - tolerance_seconds - 0.5 / f64::from(self.rate_hz);
            if self.seconds() < least {
                let detail = format!("{:.1} of {seconds:.1} seconds are there", self.seconds());
                return Err(AudioError::Truncated { input: name(), detail });
            }
        }
        if self.dealt_out.as_ref().is_some_and(DealtOutCheck::is_one_channel) {
            let detail = "it says 2 channels, but the samples are those of one".to_owned();
            return Err(AudioError::Inconsistent { input: name(), detail });
        }
        if self.peak < SILENCE_PEAK {
            return Err(AudioError::Silent { input: name(), duration_ms: self.ms() });
        }
        Ok(())
    }
}
