//! A recording that goes on whatever becomes of its microphone.
//!
//! [`record`] runs on a thread of its own for as long as the visit is recorded. It takes what the microphone heard from the queue
//! some times a second, brings it to 16 kHz and one or two channels, and gives it away at once. A microphone that ends, gives
//! nothing or cannot be opened is opened again and again; meanwhile the recording goes on with silence, so that its times stay
//! those of the clock. A pause lets go of the microphone, and is no part of the recording.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, TryRecvError},
    },
    thread,
    time::{Duration, Instant},
};

use super::{CaptureError, choosing, monitor::Monitor, stream::Stream, timeline::Timeline};
use crate::{
    audio::ToSpeechRate,
    domain::{Alarm, Clock, Level},
};

/// How often what was heard is taken.
const TURN: Duration = Duration::from_millis(50);

/// A microphone that gives nothing for so long is gone, whatever the system says.
const GIVES_NOTHING: Duration = Duration::from_secs(2);

/// How long after it was opened a microphone may still bring what the sound system had in store.
const FRESH: Duration = Duration::from_secs(1);

/// How often a microphone that is gone is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// Over how long the level is measured.
const LEVEL: Duration = Duration::from_millis(500);

/// How long lost sound is told of.
const OVERRUN_SHOWN: Duration = Duration::from_secs(10);

/// Samples that bring the end of the sound through the resampler's filter.
const FLUSH: Duration = Duration::from_millis(100);

/// Where a recording is looked at and told what to do, from any thread.
#[derive(Default)]
pub struct Console {
    stop: AtomicBool,
    pause: AtomicBool,
    seen: Mutex<Seen>,
}

/// What can be seen of a recording.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seen {
    /// The microphone, as the system calls it, once it was opened.
    pub device: Option<String>,
    /// How loud it is; `None` where nothing is heard.
    pub level: Option<Level>,
    /// What is wrong.
    pub alarms: BTreeSet<Alarm>,
    /// Why the microphone cannot be opened.
    pub fault: Option<String>,
    /// For how long nobody has spoken, in seconds.
    pub seconds_without_voice: u32,
}

impl Console {
    /// Ends the recording; [`record`] gives away what was heard until now, and returns.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Release);
    }

    /// Lets it stand still, or go on.
    pub fn pause(&self, still: bool) {
        self.pause.store(still, Ordering::Release);
    }

    /// What is to be seen.
    pub fn seen(&self) -> Seen {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is recorded, and since when.
pub struct Recording<'a> {
    /// The microphone, by its id or a part of its name; `None` for the system's own choice.
    pub device: Option<&'a str>,
    /// Channels that are given away: one, or two.
    pub channels: usize,
    /// How long it has gone on already, where it was begun before.
    pub elapsed: Duration,
    /// How much of that is kept; the rest is given away as silence.
    pub kept: Duration,
    /// The time.
    pub clock: &'a dyn Clock,
}

/// Channels of the microphone `device` that are worth keeping: two, where it has just two, as they may hear one person each.
pub fn channels_of(device: Option<&str>) -> Result<usize, CaptureError> {
    let (device, name) = choosing::find(device)?;
    let format = choosing::best_format(&device, &name)?;
    Ok(if format.channels() == 2 { 2 } else { 1 })
}

/// Records until `console` says stop. `give` is given samples at 16 kHz, channels alternating, as they come.
pub fn record(recording: &Recording<'_>, console: &Console, give: &mut dyn FnMut(&[i16])) {
    let mut recorder = Recorder::new(recording, console);
    give(&silence(recorder.timeline.fill(recording.elapsed), recording.channels));
    while !console.stop.load(Ordering::Acquire) {
        recorder.turn(give);
        thread::sleep(TURN);
    }
    recorder.finish(give);
}

fn silence(frames: usize, channels: usize) -> Vec<i16> {
    vec![0; frames * channels]
}

struct Recorder<'a> {
    recording: &'a Recording<'a>,
    console: &'a Console,
    /// When the recording would have begun, had it never stood still.
    began: Instant,
    /// Since when it stands still.
    paused: Option<Instant>,
    microphone: Microphone,
    /// The last microphone that was tried is gone, or could not be opened.
    missing: bool,
    timeline: Timeline,
    monitor: Monitor,
    overrun: Option<Instant>,
    level_shown: Instant,
}

enum Microphone {
    /// It is being opened, on a thread of its own: some drivers take their time.
    Opening(Receiver<Result<Stream, CaptureError>>),
    Open(Box<Opened>),
    /// It could not be opened, or is gone.
    Gone {
        since: Instant,
    },
    /// Nobody wants it.
    Closed,
}

struct Opened {
    since: Instant,
    stream: Stream,
    resampler: ToSpeechRate,
    heard_last: Instant,
}

impl Opened {
    fn is_gone(&self, now: Instant) -> bool {
        self.stream.has_ended() || now.duration_since(self.heard_last) > GIVES_NOTHING
    }
}

impl<'a> Recorder<'a> {
    fn new(recording: &'a Recording<'a>, console: &'a Console) -> Self {
        let now = recording.clock.instant();
        let began = now.checked_sub(recording.elapsed).unwrap_or(now);
        let (timeline, monitor) = (Timeline::after(recording.kept), Monitor::new());
        let microphone = Microphone::Closed;
        let (paused, missing, overrun, level_shown) = (None, false, None, now);
        Self { recording, console, began, paused, microphone, missing, timeline, monitor, overrun, level_shown }
    }

    fn turn(&mut self, give: &mut dyn FnMut(&[i16])) {
        let now = self.recording.clock.instant();
        match (self.console.pause.load(Ordering::Acquire), self.paused) {
            (true, None) => self.stand_still(now, give),
            (false, Some(since)) => self.go_on(now, since),
            _ => {}
        }
        if self.paused.is_none() {
            self.look_after_microphone(now);
            self.take(now, give);
        }
        self.show(now);
    }

    fn stand_still(&mut self, now: Instant, give: &mut dyn FnMut(&[i16])) {
        self.take(now, give);
        self.paused = Some(now);
        self.microphone = Microphone::Closed;
    }

    fn go_on(&mut self, now: Instant, since: Instant) {
        self.began += now.duration_since(since);
        self.paused = None;
    }

    /// Opens the microphone, or tries again, or gives it up.
    fn look_after_microphone(&mut self, now: Instant) {
        let next = match &mut self.microphone {
            Microphone::Closed => self.open(),
            Microphone::Gone { since } if now.duration_since(*since) >= RETRY => self.open(),
            Microphone::Opening(answer) => match answer.try_recv() {
                Ok(opened) => self.opened(opened, now),
                Err(TryRecvError::Empty) => return,
                Err(TryRecvError::Disconnected) => Microphone::Gone { since: now },
            },
            Microphone::Open(opened) if opened.is_gone(now) => {
                tracing::warn!(device = opened.stream.name, "the microphone is gone");
                self.console.lock().fault = Some("it gives no sound any more".to_owned());
                Microphone::Gone { since: now }
            }
            Microphone::Gone { .. } | Microphone::Open(_) => return,
        };
        self.missing = match next {
            Microphone::Open(_) | Microphone::Closed => false,
            Microphone::Gone { .. } => true,
            Microphone::Opening(_) => self.missing,
        };
        self.microphone = next;
    }

    fn open(&self) -> Microphone {
        let (answer, opened) = mpsc::channel();
        let wanted = self.recording.device.map(str::to_owned);
        // Where nobody waits for it any more, what was opened is closed again.
        thread::spawn(move || answer.send(Stream::open(wanted.as_deref())).ok());
        Microphone::Opening(opened)
    }

    fn opened(&self, opened: Result<Stream, CaptureError>, now: Instant) -> Microphone {
        let resampled = opened.and_then(|stream| {
            let failed = |reason: String| CaptureError::Device { name: stream.name.clone(), reason };
            let resampler = ToSpeechRate::new(stream.rate_hz, self.recording.channels);
            let resampler = resampler.map_err(|error| failed(error.to_string()))?;
            Ok(Opened { since: now, stream, resampler, heard_last: now })
        });
        let mut seen = self.console.lock();
        match resampled {
            Ok(opened) => {
                tracing::info!(device = opened.stream.name, rate_hz = opened.stream.rate_hz, "the microphone is open");
                seen.device = Some(opened.stream.name.clone());
                seen.fault = None;
                Microphone::Open(Box::new(opened))
            }
            Err(error) => {
                let fault = error.to_string();
                if seen.fault.as_ref() != Some(&fault) {
                    tracing::warn!(fault, "there is no microphone");
                }
                seen.fault = Some(fault);
                Microphone::Gone { since: now }
            }
        }
    }

    /// Gives away what was heard, or silence where there is nothing to hear with.
    fn take(&mut self, now: Instant, give: &mut dyn FnMut(&[i16])) {
        let channels = self.recording.channels;
        let elapsed = now.saturating_duration_since(self.began);
        let Microphone::Open(opened) = &mut self.microphone else {
            // One that is opened for the first time has its moment to begin.
            if self.missing {
                let gap = self.timeline.fill(elapsed);
                self.monitor.miss(gap);
                give(&silence(gap, channels));
            }
            return;
        };
        if opened.stream.lost() > 0 {
            self.overrun = Some(now);
        }
        let heard = opened.stream.take();
        if heard.is_empty() {
            return;
        }
        opened.heard_last = now;
        opened.resampler.push(&channels_apart(&heard, opened.stream.channels, channels));
        let samples = together(&opened.resampler.take());
        let is_fresh = now.duration_since(opened.since) < FRESH;
        self.place(elapsed, &samples, is_fresh, give);
    }

    fn place(&mut self, elapsed: Duration, samples: &[i16], is_fresh: bool, give: &mut dyn FnMut(&[i16])) {
        let channels = self.recording.channels;
        let fitted = self.timeline.fit(elapsed, samples.len() / channels, is_fresh);
        if fitted.gap > 0 {
            self.monitor.miss(fitted.gap);
            give(&silence(fitted.gap, channels));
        }
        let taken = &samples[samples.len() - fitted.taken * channels..];
        self.monitor.hear(taken, channels);
        if !taken.is_empty() {
            give(taken);
        }
    }

    fn show(&mut self, now: Instant) {
        let mut alarms = self.monitor.alarms();
        if self.missing {
            alarms.insert(Alarm::DeviceMissing);
        }
        if self.overrun.is_some_and(|at| now.duration_since(at) < OVERRUN_SHOWN) {
            alarms.insert(Alarm::Overrun);
        }
        let mut seen = self.console.lock();
        seen.alarms = alarms;
        if now.duration_since(self.level_shown) >= LEVEL {
            seen.level = self.monitor.level();
            self.level_shown = now;
        }
        seen.seconds_without_voice = self.monitor.seconds_without_voice();
    }

    /// The end of what was heard, which is still in the queue and in the filter.
    fn finish(&mut self, give: &mut dyn FnMut(&[i16])) {
        if self.paused.is_some() {
            return;
        }
        let now = self.recording.clock.instant();
        self.take(now, give);
        let (elapsed, channels) = (now.saturating_duration_since(self.began), self.recording.channels);
        if let Microphone::Open(opened) = &mut self.microphone {
            let frames = opened.stream.rate_hz as usize * FLUSH.as_millis() as usize / 1_000;
            opened.resampler.push(&vec![vec![0.0; frames]; channels]);
            let samples = together(&opened.resampler.take());
            self.place(elapsed, &samples, false, give);
        }
    }
}

/// Alternating samples of `from` channels as `to` channels: as they are, or everybody's mean in each.
fn channels_apart(samples: &[f32], from: usize, to: usize) -> Vec<Vec<f32>> {
    if from == to {
        return (0..to).map(|channel| samples.iter().skip(channel).step_by(from).copied().collect()).collect();
    }
    let mean = Vec::from_iter(samples.chunks_exact(from).map(|frame| frame.iter().sum::<f32>() / from as f32));
    vec![mean; to]
}

fn together(channels: &[Vec<i16>]) -> Vec<i16> {
    match channels {
        [only] => only.clone(),
        _ => (0..channels[0].len()).flat_map(|at| channels.iter().map(move |channel| channel[at])).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_channels_stay_apart_and_many_become_one() {
        let apart = channels_apart(&[0.1, 0.5, 0.2, 0.6], 2, 2);
        assert_eq!(apart, [[0.1, 0.2], [0.5, 0.6]]);
        assert_eq!(channels_apart(&[0.0, 0.2, 0.1, 0.5], 4, 1), [[0.2]]);
        assert_eq!(channels_apart(&[0.3, 0.4], 1, 2), [[0.3, 0.4], [0.3, 0.4]]);
        assert_eq!(together(&[vec![1, 2], vec![5, 6]]), [1, 5, 2, 6]);
    }
}
