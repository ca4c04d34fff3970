//! From the disk to the service: each segment until it is answered for, and at the end that it is all.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::SignedDuration;
use tokio::sync::{Notify, watch};

use super::{
    RoomError,
    service::{Answer, Service},
    spool::{Spool, Visit},
};
use crate::domain::{Clock, EncounterId};

/// Pauses between tries, doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Without a new segment the disk is looked through this often.
const LOOK_ROUND: Duration = Duration::from_secs(5);

/// How long what the service refused is kept, in hours: somebody may want it yet.
const KEEP_REFUSED_H: i64 = 7 * 24;

/// What uploads need.
pub(super) struct Uploader {
    /// The agent's disk.
    pub spool: Arc<Spool>,
    /// Where it goes.
    pub service: Arc<Service>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Rung for each segment that is written, and each visit that is over.
    pub bell: Arc<Notify>,
    /// Whether the present orders are known. What was recorded after a stop that did not get here is not sent, so nothing is
    /// sent before.
    pub in_touch: watch::Receiver<bool>,
    /// What the service has.
    pub sent: Arc<Sent>,
}

/// What the service has of what is here, or was.
#[derive(Default)]
pub(super) struct Sent(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// The newest segment of each visit, which stays on the disk, once it was sent.
    newest: HashSet<(EncounterId, u32)>,
    /// Visits that are with the service, whole.
    whole: HashSet<EncounterId>,
}

impl Sent {
    /// Whether the service has segment `sequence`, though it is on this disk.
    pub fn has(&self, id: EncounterId, sequence: u32) -> bool {
        self.known().newest.contains(&(id, sequence))
    }

    /// Whether the service has the whole visit: an order of before, that was still on its way, does not begin it anew.
    pub fn has_whole(&self, id: EncounterId) -> bool {
        self.known().whole.contains(&id)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a round ended early.
enum Held {
    /// The service cannot take it now.
    Later(String),
    /// Something is wrong on this side.
    Fault(RoomError),
}

impl From<RoomError> for Held {
    fn from(error: RoomError) -> Self {
        Self::Fault(error)
    }
}

impl Uploader {
    /// Sends what is here and what will be, for ever.
    pub async fn run(mut self) {
        let mut pause = FIRST_PAUSE;
        let mut told = false;
        loop {
            if self.in_touch.wait_for(|is| *is).await.is_err() {
                return;
            }
            match self.round().await {
                Ok(()) => {
                    (pause, told) = (FIRST_PAUSE, false);
                    let _ = tokio::time::timeout(LOOK_ROUND, self.bell.notified()).await;
                }
                Err(held) => {
                    if !told {
                        held.tell();
                    }
                    told = true;
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    async fn round(&mut self) -> Result<(), Held> {
        for visit in self.spool.visits()? {
            match visit.refused {
                _ if visit.server != self.service.address() => {}
                Some(since) => self.forget_refused(&visit, since)?,
                None => self.send(visit).await?,
            }
        }
        Ok(())
    }

    async fn send(&mut self, visit: Visit) -> Result<(), Held> {
        let (id, key) = (visit.encounter, self.spool.key(&visit)?);
        let here = self.spool.list(id)?;
        for &sequence in &here {
            // Orders that came in the meantime may have cut something off.
            if !*self.in_touch.borrow() {
                return Ok(());
            }
            if !self.sent.has(id, sequence) {
                let segment = self.spool.read_segment(&visit, sequence, &key)?;
                let answer = self.service.send_segment(id, sequence, &segment).await;
                let answer = self.perhaps_whole(&visit, answer).await;
                if !self.is_taken(&visit, answer)? {
                    return Ok(());
                }
            }
            if Some(&sequence) == here.last() {
                self.sent.known().newest.insert((id, sequence));
            } else {
                self.sent.known().newest.remove(&(id, sequence));
                self.spool.remove_segment(id, sequence)?;
            }
        }
        self.finish(id).await
    }

    /// A segment of a recording that is over is refused, too, where all of it is there: a process before this one had that
    /// answer, and ended before it could erase what was here.
    async fn perhaps_whole(&self, visit: &Visit, answer: Answer) -> Answer {
        match (&answer, visit.segments) {
            (Answer::Refused(_), Some(segments)) if segments > 0 => {
                match self.service.complete(visit.encounter, segments).await {
                    Answer::Refused(_) => answer,
                    other => other,
                }
            }
            _ => answer,
        }
    }

    /// Says that a visit that is over is all there, and erases it here.
    async fn finish(&mut self, id: EncounterId) -> Result<(), Held> {
        let Some(visit) = self.spool.visit(id)? else { return Ok(()) };
        let Some(segments) = visit.segments else { return Ok(()) };
        let left = self.spool.list(id)?.into_iter().any(|sequence| !self.sent.has(id, sequence));
        if left {
            self.bell.notify_one();
            return Ok(());
        }
        let answer = match segments {
            0 => self.service.has_nothing(id).await,
            _ => self.service.complete(id, segments).await,
        };
        if self.is_taken(&visit, answer)? {
            tracing::info!(visit = %id, segments, "the recording is with the service, whole");
            if segments > 0 {
                self.sent.known().whole.insert(id);
            }
            self.erase(id)?;
        }
        Ok(())
    }

    /// What an answer means for the visit.
    fn is_taken(&mut self, visit: &Visit, answer: Answer) -> Result<bool, Held> {
        let id = visit.encounter;
        match answer {
            Answer::Taken => Ok(true),
            Answer::Later(reason) => Err(Held::Later(reason)),
            // While it is still recorded, the room's orders end that first.
            _ if visit.segments.is_none() => Err(Held::Later("the recording ends".to_owned())),
            Answer::Unknown => {
                tracing::info!(visit = %id, "the service has erased the visit, and so is what was here of it");
                self.erase(id)?;
                Ok(false)
            }
            Answer::Refused(_) if visit.segments == Some(0) => {
                self.erase(id)?;
                Ok(false)
            }
            Answer::Refused(reason) => {
                tracing::error!(visit = %id, reason, "the service refuses what is here of the visit; it is kept for a week");
                self.spool.keep(&Visit { refused: Some(self.clock.now()), ..visit.clone() })?;
                Ok(false)
            }
        }
    }

    fn forget_refused(&mut self, visit: &Visit, since: jiff::Timestamp) -> Result<(), RoomError> {
        if self.clock.now().duration_since(since) < SignedDuration::from_hours(KEEP_REFUSED_H) {
            return Ok(());
        }
        tracing::warn!(visit = %visit.encounter, "what the service refused a week ago is erased");
        self.erase(visit.encounter)
    }

    fn erase(&mut self, id: EncounterId) -> Result<(), RoomError> {
        self.sent.known().newest.retain(|(visit, _)| *visit != id);
        self.spool.erase(id)
    }
}

impl Held {
    fn tell(&self) {
        match self {
            Self::Later(reason) => tracing::warn!(reason, "the service cannot take audio now; it is tried again"),
            Self::Fault(error) => tracing::error!(%error, "audio cannot be sent; it is tried again"),
        }
    }
}
