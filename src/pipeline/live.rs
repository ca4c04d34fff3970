//! Visits while they are recorded: what was said so far, told to those who watch, and kept in mind so that the transcript is
//! there soon after the end.
//!
//! One visit is heard at a time, the one that has waited longest. Each time the whole of it goes through the same stages as
//! when it is over; [`Memory`] has what was computed before, so only what is new costs time. Recognition that cannot keep up
//! hears each visit less often, and nothing is lost: the transcript of a visit is made when it is over.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use serde::Serialize;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::{
    Scribe, Stage, Watcher,
    events::VisitEvent,
    jobs::{JobError, Workshop, away, leave_if},
};
use crate::{
    audio::AudioSource,
    domain::{Encounter, EncounterId, EncounterState, PatientText, Role, Utterance},
    store::{encounters, keys},
    transcription::{Memory, Transcribed},
};

/// A visit is heard again this long after the last time at the earliest …
const PAUSE: Duration = Duration::from_secs(2);
/// … and looked for at least so often.
const LOOK: Duration = Duration::from_millis(250);
/// Visits that are over, and were not forgotten with their transcript, are looked for this often.
const LOOK_THROUGH: Duration = Duration::from_secs(60);

/// Something that was said in a visit that is still recorded.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LiveUtterance {
    /// As the transcript will number it, if nothing before it changes.
    pub id: String,
    /// `S1`, `S2`, …: a voice.
    pub speaker: String,
    /// Who that voice is.
    pub role: Role,
    /// Milliseconds from the start of the recording.
    pub start_ms: u64,
    /// Milliseconds from the start of the recording.
    pub end_ms: u64,
    /// What was said.
    pub text: PatientText,
    /// Whether its words stay as they are, however the visit goes on. Who said it may still turn out otherwise.
    #[serde(rename = "final")]
    pub is_final: bool,
}

/// The visits that are recorded.
#[derive(Default)]
pub struct Live {
    visits: Mutex<HashMap<EncounterId, Arc<LiveVisit>>>,
    bell: Notify,
}

/// One of them.
#[derive(Default)]
pub(super) struct LiveVisit {
    /// Locked while the visit is heard: a second who hears it would compute the same at the same time.
    memory: Mutex<Memory>,
    /// Ends what is heard of it.
    over: CancellationToken,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Audio came since it was last heard.
    has_news: bool,
    /// When it may be heard again.
    due: Option<Instant>,
    /// What those who watch were told; `None` once the visit is over or erased, from when on nothing is told.
    said: Option<Vec<LiveUtterance>>,
}

impl Live {
    /// Audio of the visit came.
    pub fn came(&self, id: EncounterId) {
        let visit = self.visit(id);
        let mut state = visit.state();
        state.has_news = true;
        state.said.get_or_insert_default();
        self.bell.notify_one();
    }

    /// What was said so far in a visit that is recorded.
    pub fn said(&self, id: EncounterId) -> Vec<LiveUtterance> {
        let visit = self.visits().get(&id).cloned();
        visit.and_then(|visit| visit.state().said.clone()).unwrap_or_default()
    }

    /// The visit is over, or erased: nothing is told of it any more.
    pub fn forget(&self, id: EncounterId) {
        if let Some(visit) = self.visits().remove(&id) {
            visit.over.cancel();
            visit.state().said = None;
        }
    }

    /// The visit, with what is remembered of it.
    pub(super) fn visit(&self, id: EncounterId) -> Arc<LiveVisit> {
        Arc::clone(self.visits().entry(id).or_default())
    }

    /// The visit that has waited longest for being heard.
    fn next(&self, now: Instant) -> Option<(EncounterId, Arc<LiveVisit>)> {
        let visits = self.visits();
        let waiting = visits.iter().filter_map(|(id, visit)| {
            let state = visit.state();
            let is_due = state.has_news && state.due.is_none_or(|due| due <= now);
            is_due.then(|| (state.due, *id, Arc::clone(visit)))
        });
        waiting.min_by_key(|(due, ..)| *due).map(|(_, id, visit)| (id, visit))
    }

    fn ids(&self) -> Vec<EncounterId> {
        self.visits().keys().copied().collect()
    }

    fn is_idle(&self) -> bool {
        !self.visits().values().any(|visit| visit.state().has_news)
    }

    fn visits(&self) -> MutexGuard<'_, HashMap<EncounterId, Arc<LiveVisit>>> {
        self.visits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LiveVisit {
    /// What was computed of it, for one at a time who hears it.
    pub(super) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Workshop {
    /// Hears the visits that are recorded until `stop`.
    pub async fn listen(self: Arc<Self>, stop: CancellationToken) {
        let mut looked_through = self.clock.instant();
        while !stop.is_cancelled() {
            if self.clock.instant().duration_since(looked_through) >= LOOK_THROUGH {
                self.forget_what_is_over().await;
                looked_through = self.clock.instant();
            }
            if let Some((id, visit)) = self.live.next(self.clock.instant()) {
                if let Err(error) = self.hear(id, &visit, &stop).await {
                    // The transcript at the end will say so if it stays; no event of a visit depends on this.
                    tracing::debug!(encounter = %id, %error, "the visit cannot be heard yet");
                }
                continue;
            }
            let idle = self.live.is_idle();
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.live.bell.notified() => {}
                () = tokio::time::sleep(if idle { LOOK_THROUGH } else { LOOK }) => {}
            }
        }
    }

    /// Forgets visits whose transcript somebody else made, or that came to an end without one.
    async fn forget_what_is_over(&self) {
        for id in self.live.ids() {
            let goes_on =
                |encounter: Encounter| encounter.state.takes_audio() || encounter.state == EncounterState::Transcribing;
            if encounters::get(&self.store, id).await.is_ok_and(|encounter| !encounter.is_some_and(goes_on)) {
                self.live.forget(id);
            }
        }
    }

    /// Hears what is there of one visit, and tells what is new.
    async fn hear(
        self: &Arc<Self>,
        id: EncounterId,
        visit: &Arc<LiveVisit>,
        stop: &CancellationToken,
    ) -> Result<(), JobError> {
        visit.state().has_news = false;
        let begin = self.clock.instant();
        let heard = self.transcribe_beginning(id, visit, stop).await;
        let end = self.clock.instant();
        visit.state().due = Some(end + pause_after(end.duration_since(begin)));
        let Some(transcribed) = heard? else { return Ok(()) };
        let heard_ms = transcribed.transcript.audio.as_ref().map_or(0, |audio| audio.duration_ms);
        let utterances = transcribed.transcript.utterances.into_iter();
        let now = Vec::from_iter(utterances.filter_map(|said| live(said, transcribed.settled_ms)));
        let mut state = visit.state();
        let Some(before) = state.said.as_mut() else { return Ok(()) };
        let from = before.iter().zip(&now).take_while(|(before, now)| before == now).count();
        if from < Ord::max(before.len(), now.len()) {
            *before = now;
            let utterances = before[from..].to_vec();
            self.events.tell(id, VisitEvent::Utterances { from, heard_ms, utterances });
        }
        Ok(())
    }

    /// The transcript of what is there; `None` while that is nothing.
    async fn transcribe_beginning(
        self: &Arc<Self>,
        id: EncounterId,
        visit: &Arc<LiveVisit>,
        stop: &CancellationToken,
    ) -> Result<Option<Transcribed>, JobError> {
        let Some(key) = keys::load_audio(&self.store, id).await? else { return Ok(None) };
        let Some(encounter) = encounters::get(&self.store, id).await? else { return Ok(None) };
        if !encounter.state.takes_audio() {
            return Ok(None);
        }
        let voice = self.voice(encounter.clinician).await?;
        let (workshop, visit, stop) = (Arc::clone(self), Arc::clone(visit), stop.clone());
        away(move || {
            let there = workshop.segments.list(id)?;
            let count = (0..).zip(&there).take_while(|(expected, found)| expected == *found).count() as u32;
            if count == 0 {
                return Ok(None);
            }
            let recording = workshop.segments.recording(id, count, &key)?;
            let bytes = recording.as_file();
            let source = AudioSource::Bytes { name: "the recording", bytes: &bytes };
            let leaver = Leaver([&visit.over, &stop]);
            let mut scribe = Scribe::new(&workshop.config, workshop.clock.as_ref(), &leaver);
            scribe.know_clinician(voice);
            scribe.hear_beginnings();
            Ok(Some(scribe.transcribe_with(&*workshop.transcriber()?, &visit.memory(), source, &[], None)?))
        })
        .await?
    }
}

/// How long a visit is left alone after it was heard, which took `cost`: what takes long is done less often, so that half of the
/// time is left for other visits.
pub fn pause_after(cost: Duration) -> Duration {
    PAUSE.max(cost)
}

/// Watches nothing but whether the work is still wanted.
struct Leaver<'s>([&'s CancellationToken; 2]);

impl Watcher for Leaver<'_> {
    fn begin(&self, _stage: Stage) {
        self.advance(0.0);
    }

    fn advance(&self, _fraction: f32) {
        self.0.iter().for_each(|stop| leave_if(stop));
    }

    fn end(&self, _stage: Stage, _elapsed_ms: u64) {}
}

fn live(said: Utterance, settled_ms: u64) -> Option<LiveUtterance> {
    let (start_ms, end_ms) = said.start_ms.zip(said.end_ms)?;
    let Utterance { id, speaker, role, text, .. } = said;
    Some(LiveUtterance { id, speaker, role, start_ms, end_ms, text, is_final: end_ms <= settled_ms })
}
