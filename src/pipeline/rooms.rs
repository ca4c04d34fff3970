//! Which rooms have a device that is connected, and what it says of itself, in this process.
//!
//! What a room is to do stands with its visits in the store; here is only who is to be told that it changed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::events::{Events, VisitEvent};
use crate::domain::{Alarm, EncounterId, RoomStatus};

/// A device says how it is every ten seconds at least. One that is silent for so long is not there, whatever its connection seems
/// to be: a cable that was pulled ends none.
const SILENT: SignedDuration = SignedDuration::from_secs(30);

/// Rooms that are remembered, at most: names come from outside.
const MAX_ROOMS: usize = 500;

/// A room with a device.
#[derive(Debug, Clone, PartialEq)]
pub struct RoomState {
    /// Its name.
    pub name: String,
    /// Whether its device is connected.
    pub connected: bool,
    /// When it was heard of last.
    pub last_seen: Timestamp,
    /// What it said last.
    pub status: RoomStatus,
}

/// The rooms.
pub struct Rooms {
    events: Arc<Events>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    rooms: BTreeMap<String, Room>,
    closed: bool,
}

struct Room {
    bell: watch::Sender<()>,
    connections: usize,
    last_seen: Timestamp,
    status: RoomStatus,
}

/// A device that is connected, for as long as this is kept.
pub struct Attendance {
    rooms: Arc<Rooms>,
    room: String,
    bell: watch::Receiver<()>,
}

impl Rooms {
    /// No room yet. What devices say of a visit is told to those who watch it in `events`.
    pub fn new(events: Arc<Events>) -> Self {
        Self { events, known: Mutex::default() }
    }

    /// A device of `room` is connected. `None` if the service stops.
    pub fn attend(self: &Arc<Self>, room: &str, now: Timestamp) -> Option<Attendance> {
        let mut known = self.known();
        if known.closed {
            return None;
        }
        let one = known.room(room, now);
        one.connections += 1;
        let (bell, back) = (one.bell.subscribe(), one.status.encounter.filter(|_| one.connections == 1));
        drop(known);
        if let Some(encounter) = back {
            self.events.tell(encounter, VisitEvent::Alarm { alarm: Alarm::Offline, on: false });
        }
        Some(Attendance { rooms: Arc::clone(self), room: room.to_owned(), bell })
    }

    /// What the room is to do has changed.
    pub fn ring(&self, room: &str) {
        if let Some(room) = self.known().rooms.get(room) {
            room.bell.send_replace(());
        }
    }

    /// A device says how it is. Those who watch the visit that it records are told.
    pub fn tell(&self, room: &str, status: RoomStatus, now: Timestamp) {
        let mut known = self.known();
        let one = known.room(room, now);
        let before = std::mem::replace(&mut one.status, status.clone());
        drop(known);
        let Some(encounter) = status.encounter else { return };
        let raised = |status: &RoomStatus| status.alarms.iter().copied().collect::<BTreeSet<Alarm>>();
        let (old, new) =
            (if before.encounter == Some(encounter) { raised(&before) } else { BTreeSet::new() }, raised(&status));
        for &alarm in old.symmetric_difference(&new) {
            self.events.tell(encounter, VisitEvent::Alarm { alarm, on: new.contains(&alarm) });
        }
        if let Some(level) = status.level {
            let (peak_dbfs, rms_dbfs) = (level.peak_dbfs, level.rms_dbfs);
            self.events.tell(encounter, VisitEvent::Level { peak_dbfs, rms_dbfs, unsent: status.unsent });
        }
    }

    /// Whether the room has a device that can be told to record.
    pub fn has_device(&self, room: &str, now: Timestamp) -> bool {
        self.known().rooms.get(room).is_some_and(|room| room.is_there(now))
    }

    /// What is wrong with the recording of a visit at present.
    pub fn alarms(&self, encounter: EncounterId) -> Vec<Alarm> {
        let known = self.known();
        let Some(room) = known.rooms.values().find(|room| room.status.encounter == Some(encounter)) else {
            return Vec::new();
        };
        let offline = (room.connections == 0).then_some(Alarm::Offline);
        room.status.alarms.iter().copied().chain(offline).collect()
    }

    /// All rooms that are known of, by name.
    pub fn list(&self, now: Timestamp) -> Vec<RoomState> {
        let known = self.known();
        let rooms = known.rooms.iter().map(|(name, room)| {
            let (connected, last_seen) = (room.is_there(now), room.last_seen);
            RoomState { name: name.clone(), connected, last_seen, status: room.status.clone() }
        });
        rooms.collect()
    }

    /// Ends what devices wait for: the service stops.
    pub fn close(&self) {
        let mut known = self.known();
        known.closed = true;
        known.rooms.clear();
    }

    fn leave(&self, room: &str) {
        let mut known = self.known();
        let Some(one) = known.rooms.get_mut(room) else { return };
        one.connections = one.connections.saturating_sub(1);
        let offline = one.status.encounter.filter(|_| one.connections == 0);
        drop(known);
        if let Some(encounter) = offline {
            self.events.tell(encounter, VisitEvent::Alarm { alarm: Alarm::Offline, on: true });
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Room {
    fn is_there(&self, now: Timestamp) -> bool {
        self.connections > 0 && now.duration_since(self.last_seen) < SILENT
    }
}

impl Known {
    /// The room of this name, heard of `now`.
    fn room(&mut self, name: &str, now: Timestamp) -> &mut Room {
        if self.rooms.len() >= MAX_ROOMS && !self.rooms.contains_key(name) {
            self.rooms.retain(|_, room| room.connections > 0);
        }
        let new = || Room { bell: watch::channel(()).0, connections: 0, last_seen: now, status: RoomStatus::default() };
        let room = self.rooms.entry(name.to_owned()).or_insert_with(new);
        room.last_seen = now;
        room
    }
}

impl Attendance {
    /// Whether the device still says how it is.
    pub fn is_heard_of(&self, now: Timestamp) -> bool {
        self.rooms.has_device(&self.room, now)
    }

    /// Waits until what the room is to do may have changed, or `patience` is over; `false` once the service stops.
    pub async fn changed(&mut self, patience: Duration) -> bool {
        match tokio::time::timeout(patience, self.bell.changed()).await {
            Ok(changed) => changed.is_ok(),
            Err(_) => true,
        }
    }
}

impl Drop for Attendance {
    fn drop(&mut self) {
        self.rooms.leave(&self.room);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Clock, Level, SystemClock, SystemEntropy};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).expect("in range")
    }

    fn status(encounter: EncounterId, alarms: &[Alarm]) -> RoomStatus {
        let level = Some(Level { peak_dbfs: -12.0, rms_dbfs: -30.0 });
        RoomStatus { encounter: Some(encounter), level, alarms: alarms.to_vec(), ..RoomStatus::default() }
    }

    #[tokio::test]
    async fn who_watches_the_visit_hears_levels_and_each_alarm_when_it_begins_and_ends() {
        let events = Arc::new(Events::default());
        let rooms = Arc::new(Rooms::new(Arc::clone(&events)));
        let id = EncounterId::new(&SystemClock, &SystemEntropy);
        let mut watched = events.watch(id);
        let device = rooms.attend("3", at(0)).expect("the service runs");
        rooms.tell("3", status(id, &[]), at(1));
        rooms.tell("3", status(id, &[Alarm::Silent]), at(2));
        rooms.tell("3", status(id, &[Alarm::Silent]), at(3));
        assert_eq!(rooms.alarms(id), [Alarm::Silent]);
        rooms.tell("3", status(id, &[]), at(4));
        drop(device);
        assert_eq!(rooms.alarms(id), [Alarm::Offline]);
        let level = || VisitEvent::Level { peak_dbfs: -12.0, rms_dbfs: -30.0, unsent: 0 };
        let alarm = |alarm, on| VisitEvent::Alarm { alarm, on };
        let expected = [
            level(),
            alarm(Alarm::Silent, true),
            level(),
            level(),
            alarm(Alarm::Silent, false),
            level(),
            alarm(Alarm::Offline, true),
        ];
        for expected in expected {
            assert_eq!(watched.try_recv().expect("told"), expected);
        }
    }

    #[tokio::test]
    async fn a_device_is_there_while_it_is_connected_and_says_how_it_is() {
        let rooms = Arc::new(Rooms::new(Arc::default()));
        assert!(!rooms.has_device("3", at(0)));
        let device = rooms.attend("3", at(0)).expect("the service runs");
        assert!(rooms.has_device("3", at(29)) && !rooms.has_device("3", at(31)));
        rooms.tell("3", RoomStatus::default(), at(40));
        assert!(rooms.has_device("3", at(50)));
        drop(device);
        assert!(!rooms.has_device("3", at(50)));
        let now = SystemClock.now();
        let mut device = rooms.attend("3", now).expect("the service runs");
        rooms.close();
        assert!(!device.changed(Duration::from_secs(60)).await);
        assert!(rooms.attend("3", now).is_none());
    }
}
