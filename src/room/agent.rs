//! What the agent does with its orders.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc, time::Duration};

use tokio::{
    sync::{Notify, mpsc, watch},
    task::JoinHandle,
    time::MissedTickBehavior,
};
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use super::{
    RoomError,
    service::{Answer, Service},
    spool::{Spool, Visit},
    upload::{Sent, Uploader},
    writer::{Running, segment_time},
};
use crate::{
    capture,
    domain::{Alarm, Clock, EncounterId, Entropy, RoomAction, RoomOrder, RoomOrders, RoomStatus},
};

/// How often a recording is looked after and told of; a room that does not record is told of less often.
const TURN: Duration = Duration::from_secs(1);
const IDLE_TURNS: u32 = 10;

/// Pauses between tries to reach the service, doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Which room this is, and where it gets its orders.
pub struct RoomSettings {
    /// Where the service is.
    pub server: String,
    /// What the service shows itself.
    pub token: Zeroizing<String>,
    /// The room, as visits name it.
    pub name: String,
    /// The microphone, by its id or a part of its name; `None` for the system's own choice.
    pub device: Option<String>,
    /// After how long without a voice a recording ends.
    pub silence: Duration,
    /// Where it keeps what the service does not have yet.
    pub folder: PathBuf,
}

/// Records the visits of a room as the service orders, until `stop`. What is not sent by then is sent the next time.
pub async fn run(
    settings: RoomSettings,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    stop: CancellationToken,
) -> Result<(), RoomError> {
    let service = Arc::new(Service::new(&settings.server, settings.token.clone())?);
    let spool = Arc::new(Spool::open(&settings.folder, entropy)?);
    let (touch, in_touch) = watch::channel(false);
    let bell = Arc::new(Notify::new());
    let (spooled, sent_to, time) = (Arc::clone(&spool), Arc::clone(&service), Arc::clone(&clock));
    let sent = Arc::new(Sent::default());
    let (rung, noted) = (Arc::clone(&bell), Arc::clone(&sent));
    let uploader = Uploader { spool: spooled, service: sent_to, clock: time, bell: rung, in_touch, sent: noted };
    let uploads = tokio::spawn(uploader.run());
    let (heard, mut orders) = mpsc::channel(8);
    let listening = tokio::spawn(listen(Arc::clone(&service), settings.name.clone(), heard));

    let (running, orders_left) = (Vec::new(), None);
    let (ended, telling, turns) = (None, None, 0);
    let mut agent = Agent {
        settings,
        service,
        spool,
        clock,
        bell,
        touch,
        sent,
        running,
        orders: orders_left,
        ended,
        telling,
        turns,
    };
    agent.take_up()?;
    let mut turns = tokio::time::interval(TURN);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            Some(heard) = orders.recv() => agent.hear(heard).await,
            _ = turns.tick() => agent.turn().await,
        }
    }
    listening.abort();
    uploads.abort();
    agent.leave().await;
    Ok(())
}

/// Hears the service's orders, for ever; `None` each time the connection is lost.
async fn listen(service: Arc<Service>, room: String, heard: mpsc::Sender<Option<RoomOrders>>) {
    let (mut pause, mut told) = (FIRST_PAUSE, None);
    loop {
        match service.orders(&room).await {
            Ok(mut orders) => {
                tracing::info!("connected to the service");
                (pause, told) = (FIRST_PAUSE, None);
                while let Some(orders) = orders.next().await {
                    if heard.send(Some(orders)).await.is_err() {
                        return;
                    }
                }
                tracing::warn!("the connection to the service is lost; recording goes on");
            }
            Err(answer) => {
                if told.as_ref() != Some(&answer) {
                    tracing::warn!(reason = reason(&answer), "the service cannot be reached; it is tried again");
                }
                told = Some(answer);
            }
        }
        if heard.send(None).await.is_err() {
            return;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn reason(answer: &Answer) -> &str {
    match answer {
        Answer::Refused(reason) | Answer::Later(reason) => reason,
        Answer::Unknown => "it knows no rooms: is it soapstone, and of this release?",
        Answer::Taken => "it gave no orders",
    }
}

struct Agent {
    settings: RoomSettings,
    service: Arc<Service>,
    spool: Arc<Spool>,
    clock: Arc<dyn Clock>,
    bell: Arc<Notify>,
    touch: watch::Sender<bool>,
    sent: Arc<Sent>,
    /// What is recorded, or stands still. One at a time hears the microphone.
    running: Vec<Running>,
    /// Orders that could not be carried out yet.
    orders: Option<RoomOrders>,
    /// A recording that ended by itself, and is not told of yet.
    ended: Option<EncounterId>,
    telling: Option<JoinHandle<Answer>>,
    turns: u32,
}

impl Agent {
    /// Goes on with what a process before this one recorded. Whether the service still wants it is told with its first orders.
    fn take_up(&mut self) -> Result<(), RoomError> {
        for visit in self.spool.visits()?.into_iter().filter(|visit| visit.segments.is_none()) {
            if visit.server != self.service.address() {
                tracing::warn!(visit = %visit.encounter, server = visit.server, "belongs to another service, and is left as it is");
                continue;
            }
            let kept = self.spool.list(visit.encounter)?.last().map_or(0, |last| last + 1);
            let missing = visit.elapsed(self.clock.now()).saturating_sub(segment_time(kept));
            if missing >= self.settings.silence {
                tracing::warn!(visit = %visit.encounter, "was not recorded for too long to go on with it");
                self.spool.keep(&Visit { segments: Some(kept), ..visit })?;
            } else {
                tracing::info!(visit = %visit.encounter, missing_ms = missing.as_millis() as u64, "recording goes on");
                self.start(&visit)?;
            }
        }
        Ok(())
    }

    async fn hear(&mut self, heard: Option<RoomOrders>) {
        self.touch.send_replace(false);
        self.orders = heard;
        self.obey_or_try_again().await;
        self.tell();
    }

    /// What a full disk holds up is tried again each turn.
    async fn obey_or_try_again(&mut self) {
        let Some(orders) = self.orders.take() else { return };
        match self.obey(&orders).await {
            Ok(()) => {
                self.touch.send_replace(true);
                self.bell.notify_one();
            }
            Err(error) => {
                tracing::error!(%error, "an order cannot be carried out; it is tried again");
                self.orders = Some(orders);
            }
        }
    }

    async fn obey(&mut self, RoomOrders { orders }: &RoomOrders) -> Result<(), RoomError> {
        for visit in self.recorded()? {
            match orders.iter().find(|order| order.encounter == visit.encounter) {
                Some(RoomOrder { action: RoomAction::Start, .. }) => self.go_on(visit)?,
                Some(RoomOrder { action: RoomAction::Pause, .. }) => self.stand_still(visit)?,
                Some(RoomOrder { action: RoomAction::Stop, ordered_ms_ago, .. }) => {
                    self.end(visit, Duration::from_millis(*ordered_ms_ago)).await?;
                }
                None => self.end(visit, Duration::ZERO).await?,
            }
        }
        for order in orders {
            if !self.sent.has_whole(order.encounter) && self.spool.visit(order.encounter)?.is_none() {
                self.begin(order).await?;
            }
        }
        Ok(())
    }

    /// The visits of this service that are not over.
    fn recorded(&self) -> Result<Vec<Visit>, RoomError> {
        let mut visits = self.spool.visits()?;
        visits.retain(|visit| visit.segments.is_none() && visit.server == self.service.address());
        Ok(visits)
    }

    /// Obeys the order for a visit of which nothing is here.
    async fn begin(&mut self, order: &RoomOrder) -> Result<(), RoomError> {
        match order.action {
            RoomAction::Start => {
                let device = self.settings.device.clone();
                let channels = tokio::task::spawn_blocking(move || capture::channels_of(device.as_deref())).await;
                // Without a microphone the recording begins all the same, and the alarm says so.
                let channels = channels.ok().and_then(Result::ok).unwrap_or(1);
                let visit = self.spool.begin(order.encounter, self.service.address(), channels, self.clock.now())?;
                tracing::info!(visit = %visit.encounter, channels, "recording");
                self.start(&visit)
            }
            RoomAction::Pause => Ok(()),
            RoomAction::Stop => {
                let (service, encounter) = (Arc::clone(&self.service), order.encounter);
                tokio::spawn(async move { service.has_nothing(encounter).await });
                Ok(())
            }
        }
    }

    fn start(&mut self, visit: &Visit) -> Result<(), RoomError> {
        let (device, clock, bell) = (self.settings.device.clone(), Arc::clone(&self.clock), Arc::clone(&self.bell));
        self.running.push(Running::start(&self.spool, visit, device, clock, bell)?);
        Ok(())
    }

    fn go_on(&mut self, mut visit: Visit) -> Result<(), RoomError> {
        let Some(since) = visit.paused_since.take() else { return Ok(()) };
        let still = self.clock.now().duration_since(since).as_millis();
        visit.paused_ms += u64::try_from(still).unwrap_or_default();
        self.spool.keep(&visit)?;
        self.set_still(visit.encounter, false);
        Ok(())
    }

    fn stand_still(&mut self, mut visit: Visit) -> Result<(), RoomError> {
        if visit.paused_since.is_none() {
            // The microphone first: nobody waits for the disk.
            self.set_still(visit.encounter, true);
            visit.paused_since = Some(self.clock.now());
            self.spool.keep(&visit)?;
        }
        Ok(())
    }

    fn set_still(&self, encounter: EncounterId, still: bool) {
        if let Some(running) = self.running.iter().find(|running| running.encounter == encounter) {
            running.pause(still);
        }
    }

    /// Ends a visit, without what was recorded in the last `since`.
    async fn end(&mut self, visit: Visit, since: Duration) -> Result<(), RoomError> {
        let at = self.running.iter().position(|running| running.encounter == visit.encounter);
        let all = match at {
            Some(at) => self.running.swap_remove(at).end().await,
            None => self.spool.list(visit.encounter)?.last().map_or(0, |last| last + 1),
        };
        let after = if visit.paused_since.is_some() { Duration::ZERO } else { since };
        let beyond = (after.as_millis() / segment_time(1).as_millis()) as u32;
        let segments = all.saturating_sub(beyond);
        tracing::info!(visit = %visit.encounter, segments, beyond, "the recording is over");
        self.spool.keep(&Visit { segments: Some(segments), ..visit.clone() })?;
        for sequence in self.spool.list(visit.encounter)?.into_iter().filter(|sequence| *sequence >= segments) {
            self.spool.remove_segment(visit.encounter, sequence)?;
        }
        self.bell.notify_one();
        Ok(())
    }

    async fn turn(&mut self) {
        self.turns = self.turns.wrapping_add(1);
        self.obey_or_try_again().await;
        if let Err(error) = self.end_what_is_silent().await {
            tracing::error!(%error, "a recording that nobody speaks in cannot be ended; it is tried again");
        }
        if !self.running.is_empty() || self.ended.is_some() || self.turns % IDLE_TURNS == 1 {
            self.tell();
        }
    }

    async fn end_what_is_silent(&mut self) -> Result<(), RoomError> {
        let limit = self.settings.silence.as_secs();
        let silent = |running: &Running| u64::from(running.seen().seconds_without_voice) >= limit;
        let ending = self.running.iter().find(|running| running.has_ended() || silent(running));
        let Some(encounter) = ending.map(|running| running.encounter) else { return Ok(()) };
        tracing::warn!(visit = %encounter, "nobody has spoken for too long, or it cannot grow longer: the recording is ended");
        if let Some(visit) = self.spool.visit(encounter)? {
            self.end(visit, Duration::ZERO).await?;
            self.ended = Some(encounter);
        }
        Ok(())
    }

    /// Tells the service how the room is, unless it is still being told.
    fn tell(&mut self) {
        if self.telling.as_ref().is_some_and(|telling| !telling.is_finished()) || !*self.touch.borrow() {
            return;
        }
        let (service, name, status) = (Arc::clone(&self.service), self.settings.name.clone(), self.status());
        self.ended = None;
        self.telling = Some(tokio::spawn(async move { service.tell(&name, &status).await }));
    }

    fn status(&self) -> RoomStatus {
        let visits = self.spool.visits().unwrap_or_default();
        let unsent_of = |id| {
            let there = self.spool.list(id).unwrap_or_default();
            there.into_iter().filter(|&sequence| !self.sent.has(id, sequence)).count() as u32
        };
        let unsent = visits.iter().map(|visit| unsent_of(visit.encounter)).sum();
        let mut alarms = BTreeSet::new();
        if self.ended.is_some() {
            alarms.insert(Alarm::LongSilence);
        }
        if visits.iter().any(|visit| visit.refused.is_some()) {
            alarms.insert(Alarm::Refused);
        }
        let is_still =
            |id: EncounterId| visits.iter().any(|visit| visit.encounter == id && visit.paused_since.is_some());
        let heard = self.running.iter().find(|running| !is_still(running.encounter)).or(self.running.first());
        let seen = heard.map(Running::seen).unwrap_or_default();
        alarms.extend(seen.alarms);
        let encounter = self.ended.or(heard.map(|running| running.encounter));
        let device = seen.device.or_else(|| self.settings.device.clone());
        RoomStatus { device, encounter, level: seen.level, alarms: alarms.into_iter().collect(), unsent }
    }

    /// Ends the process and not the visits: what was heard is on the disk, and the next process goes on.
    async fn leave(self) {
        for running in self.running {
            running.end().await;
        }
    }
}
