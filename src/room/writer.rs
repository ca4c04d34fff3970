//! From the microphone to the disk: sound is cut into segments, sealed and synced as it comes.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use tokio::sync::Notify;
use zeroize::Zeroizing;

use super::{
    RoomError,
    spool::{SEGMENT_FRAMES, Spool, Visit},
};
use crate::{
    audio::{MAX_SEGMENTS, SAMPLE_RATE_HZ, Segment},
    capture::{self, Console, Recording, Seen},
    domain::{Alarm, Clock, EncounterId},
    sealing::DataKey,
};

/// Segments that are held in memory while the disk is full: five minutes.
const MAX_WAITING: usize = 400;

/// How long the disk is waited for at the end of a recording.
const LAST_TRIES: u32 = 60;

/// A visit that is recorded.
pub(super) struct Running {
    /// Which.
    pub encounter: EncounterId,
    console: Arc<Console>,
    disk_full: Arc<AtomicBool>,
    thread: thread::JoinHandle<u32>,
}

impl Running {
    /// Begins, or goes on after what is on the disk already; what was missed in between is silence.
    pub fn start(
        spool: &Arc<Spool>,
        visit: &Visit,
        device: Option<String>,
        clock: Arc<dyn Clock>,
        kept: Arc<Notify>,
    ) -> Result<Self, RoomError> {
        let next = spool.list(visit.encounter)?.last().map_or(0, |last| last + 1);
        let key = spool.key(visit)?;
        let (console, disk_full) = (Arc::new(Console::default()), Arc::new(AtomicBool::new(false)));
        console.pause(visit.paused_since.is_some());
        let mut writer = Writer {
            spool: Arc::clone(spool),
            visit: visit.clone(),
            key,
            next,
            buffer: Vec::new(),
            waiting: VecDeque::new(),
            disk_full: Arc::clone(&disk_full),
            kept,
        };
        let (shown, elapsed) = (Arc::clone(&console), visit.elapsed(clock.now()));
        let thread = thread::spawn(move || {
            let channels = writer.visit.channels;
            let (kept, clock) = (segment_time(next), clock.as_ref());
            let recording = Recording { device: device.as_deref(), channels, elapsed, kept, clock };
            let ends = Arc::clone(&shown);
            capture::record(&recording, &shown, &mut |samples| {
                writer.take(samples);
                if writer.next >= MAX_SEGMENTS {
                    ends.stop();
                }
            });
            writer.finish()
        });
        Ok(Self { encounter: visit.encounter, console, disk_full, thread })
    }

    /// Stands still, or goes on.
    pub fn pause(&self, still: bool) {
        self.console.pause(still);
    }

    /// What is to be seen of it.
    pub fn seen(&self) -> Seen {
        let mut seen = self.console.seen();
        if self.disk_full.load(Ordering::Relaxed) {
            seen.alarms.insert(Alarm::DiskFull);
        }
        seen
    }

    /// Whether it ended by itself, as it can grow no longer.
    pub fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }

    /// Ends it, and waits until all of it is on the disk: of how many segments it consists.
    pub async fn end(self) -> u32 {
        self.console.stop();
        let joined = tokio::task::spawn_blocking(move || self.thread.join()).await;
        joined.ok().and_then(Result::ok).unwrap_or_default()
    }
}

/// How long `segments` whole segments are.
pub(super) fn segment_time(segments: u32) -> Duration {
    Duration::from_micros(u64::from(segments) * SEGMENT_FRAMES as u64 * 1_000_000 / u64::from(SAMPLE_RATE_HZ))
}

struct Writer {
    spool: Arc<Spool>,
    visit: Visit,
    key: DataKey,
    /// The number of the next segment.
    next: u32,
    /// Samples that do not fill a segment yet.
    buffer: Vec<i16>,
    /// Segments that the disk did not take yet.
    waiting: VecDeque<(u32, Segment)>,
    disk_full: Arc<AtomicBool>,
    /// Rung for each segment on the disk.
    kept: Arc<Notify>,
}

impl Writer {
    fn take(&mut self, samples: &[i16]) {
        self.buffer.extend_from_slice(samples);
        let whole = SEGMENT_FRAMES * self.visit.channels;
        while self.buffer.len() >= whole {
            let samples = Zeroizing::new(self.buffer.drain(..whole).collect::<Vec<i16>>());
            self.cut(&samples);
        }
    }

    fn cut(&mut self, samples: &[i16]) {
        let bytes = Zeroizing::new(samples.iter().flat_map(|sample| sample.to_be_bytes()).collect());
        if self.waiting.len() < MAX_WAITING {
            self.waiting.push_back((self.next, Segment { media_type: self.visit.media_type(), bytes }));
            self.next += 1;
        }
        self.write();
    }

    /// Writes what waits, as far as the disk takes it.
    fn write(&mut self) {
        while let Some((sequence, segment)) = self.waiting.front() {
            if let Err(error) = self.spool.keep_segment(&self.visit, *sequence, segment, &self.key) {
                if !self.disk_full.swap(true, Ordering::Relaxed) {
                    tracing::error!(%error, "a segment cannot be written; it is held in memory and tried again");
                }
                return;
            }
            self.waiting.pop_front();
            self.disk_full.store(false, Ordering::Relaxed);
            self.kept.notify_one();
        }
    }

    /// The last segment is filled up with silence: each is as long as its number says.
    fn finish(mut self) -> u32 {
        if !self.buffer.is_empty() {
            let missing = SEGMENT_FRAMES * self.visit.channels - self.buffer.len();
            self.take(&vec![0; missing]);
        }
        for _ in 0..LAST_TRIES {
            if self.waiting.is_empty() {
                break;
            }
            thread::sleep(Duration::from_secs(1));
            self.write();
        }
        self.next - self.waiting.len() as u32
    }
}
