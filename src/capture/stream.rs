//! One opened microphone: what it hears lies in a queue until it is taken.
//!
//! The callback runs on a thread that the sound system waits for. It converts samples, writes them to a queue whose memory was
//! there before it began, and counts what did not fit: it never waits and never allocates.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use cpal::{
    ErrorKind, FromSample, SampleFormat, SizedSample, StreamConfig,
    traits::{DeviceTrait, StreamTrait},
};
use rtrb::{Consumer, Producer, RingBuffer};

use super::{CaptureError, choosing};

/// Sound that the queue holds. Whoever takes it out may be held up by a busy disk for as long.
const QUEUE: Duration = Duration::from_secs(10);

/// A microphone that records.
pub(super) struct Stream {
    /// Ends the recording when it is dropped.
    inner: Option<cpal::Stream>,
    samples: Consumer<f32>,
    fate: Arc<Fate>,
    /// What `--device` takes.
    pub name: String,
    /// Samples a second of each channel.
    pub rate_hz: u32,
    /// Channels, whose samples alternate.
    pub channels: usize,
}

/// What the callbacks tell. Written by the sound system's thread, read by the one that takes samples out.
#[derive(Default)]
struct Fate {
    /// Frames that did not fit.
    lost: AtomicU64,
    /// No more will come.
    ended: AtomicBool,
}

impl Stream {
    /// Opens the microphone called `wanted`, or the system's own choice. May take as long as the system does.
    pub fn open(wanted: Option<&str>) -> Result<Self, CaptureError> {
        let (device, name) = choosing::find(wanted)?;
        let format = choosing::best_format(&device, &name)?;
        let (rate_hz, channels) = (format.sample_rate(), usize::from(format.channels()));
        let (producer, samples) = RingBuffer::new(rate_hz as usize * channels * QUEUE.as_secs() as usize);
        let fate = Arc::new(Fate::default());
        let failed = |error: cpal::Error| CaptureError::Device { name: name.clone(), reason: error.to_string() };
        let feed = Feed { producer, channels, fate: Arc::clone(&fate) };
        let config = StreamConfig { buffer_size: choosing::lumps(&format), ..format.config() };
        let stream = build(&device, config, format.sample_format(), feed).map_err(failed)?;
        stream.play().map_err(failed)?;
        Ok(Self { inner: Some(stream), samples, fate, name, rate_hz, channels })
    }

    /// Everything that was heard since the last time: whole frames, channels alternating.
    pub fn take(&mut self) -> Vec<f32> {
        let ready = self.samples.slots() / self.channels * self.channels;
        let chunk = self.samples.read_chunk(ready).expect("as many are there");
        chunk.into_iter().collect()
    }

    /// Frames that did not fit into the queue since the last time.
    pub fn lost(&self) -> u64 {
        self.fate.lost.swap(0, Ordering::Relaxed)
    }

    /// Whether the microphone is gone.
    pub fn has_ended(&self) -> bool {
        self.fate.ended.load(Ordering::Acquire)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // The sound system waits for its own thread here, which a device that is gone may never let go.
        if let Some(stream) = self.inner.take() {
            std::thread::spawn(move || drop(stream));
        }
    }
}

/// The callback's end.
struct Feed {
    producer: Producer<f32>,
    channels: usize,
    fate: Arc<Fate>,
}

impl Feed {
    fn hear<T: Copy>(&mut self, samples: &[T])
    where
        f32: FromSample<T>,
    {
        let room = self.producer.slots() / self.channels * self.channels;
        let taken = samples.len().min(room);
        if let Ok(chunk) = self.producer.write_chunk_uninit(taken) {
            chunk.fill_from_iter(samples[..taken].iter().map(|&sample| f32::from_sample_(sample)));
        }
        let lost = (samples.len() - taken) / self.channels;
        if lost > 0 {
            self.fate.lost.fetch_add(lost as u64, Ordering::Relaxed);
        }
    }
}

fn build(
    device: &cpal::Device,
    config: StreamConfig,
    format: SampleFormat,
    feed: Feed,
) -> Result<cpal::Stream, cpal::Error> {
    match format {
        SampleFormat::F32 => build_of::<f32>(device, config, feed),
        SampleFormat::F64 => build_of::<f64>(device, config, feed),
        SampleFormat::I32 => build_of::<i32>(device, config, feed),
        SampleFormat::I24 => build_of::<cpal::I24>(device, config, feed),
        SampleFormat::I16 => build_of::<i16>(device, config, feed),
        SampleFormat::U16 => build_of::<u16>(device, config, feed),
        SampleFormat::I8 => build_of::<i8>(device, config, feed),
        SampleFormat::U8 => build_of::<u8>(device, config, feed),
        _ => Err(ErrorKind::UnsupportedConfig.into()),
    }
}

fn build_of<T>(device: &cpal::Device, config: StreamConfig, mut feed: Feed) -> Result<cpal::Stream, cpal::Error>
where
    T: SizedSample + Copy + 'static,
    f32: FromSample<T>,
{
    let fate = Arc::clone(&feed.fate);
    let hear = move |samples: &[T], _: &cpal::InputCallbackInfo| feed.hear(samples);
    let tell = move |error: cpal::Error| {
        // What was lost inside the sound system is seen by the clock, and everything else that ends nothing is no news.
        let goes_on = [ErrorKind::Xrun, ErrorKind::DeviceChanged, ErrorKind::RealtimeDenied];
        if !goes_on.contains(&error.kind()) {
            fate.ended.store(true, Ordering::Release);
        }
    };
    device.build_input_stream::<T, _, _>(config, hear, tell, Some(Duration::from_millis(500)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(capacity: usize, channels: usize) -> (Feed, Consumer<f32>) {
        let (producer, consumer) = RingBuffer::new(capacity);
        (Feed { producer, channels, fate: Arc::default() }, consumer)
    }

    #[test]
    fn samples_of_any_kind_become_floats_around_zero() {
        let (mut feed, mut heard) = feed(16, 1);
        feed.hear(&[i16::MIN, 0, i16::MAX]);
        feed.hear(&[0_u8, 128, 255]);
        let heard = Vec::from_iter(heard.read_chunk(6).expect("six"));
        let expected = [-1.0, 0.0, 1.0, -1.0, 0.0, 1.0];
        assert!(heard.iter().zip(expected).all(|(heard, expected)| (heard - expected).abs() < 0.01), "{heard:?}");
    }

    #[test]
    fn what_does_not_fit_is_counted_in_whole_frames_and_never_parts_the_channels() {
        let (mut feed, mut heard) = feed(5, 2);
        feed.hear(&[0.1_f32, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]);
        assert_eq!(feed.fate.lost.load(Ordering::Relaxed), 2);
        assert_eq!(Vec::from_iter(heard.read_chunk(4).expect("four")), [0.1, 0.2, 0.3, 0.4]);
        feed.hear(&[0.9_f32, 1.0]);
        assert_eq!(Vec::from_iter(heard.read_chunk(2).expect("two")), [0.9, 1.0]);
    }
}
