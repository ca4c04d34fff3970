//! What the agent keeps on its own disk until the service has it: sealed segments, with a key of its own for each visit.
//!
//! ```text
//! room.key                      wraps the keys of visits; its owner's alone
//! visits/<encounter>.json       the visit's wrapped key, since when it is recorded, and whether that is over
//! audio/<encounter>/…seg        the segments that the service has not answered for, and the newest
//! ```
//!
//! The newest segment stays until the visit is done with: its number says where a process that comes after a crash goes on.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::RoomError;
use crate::{
    audio::{SAMPLE_RATE_HZ, Segment, SegmentError, Segments},
    domain::{EncounterId, Entropy},
    sealing::{DataKey, MasterKey, MasterKeys, WrappedKey},
};

/// Frames of a segment, at most: with what the sound system and the queue hold, a process that is killed loses less than a second.
pub(super) const SEGMENT_FRAMES: usize = SAMPLE_RATE_HZ as usize * 3 / 4;

/// The agent's folder.
pub(super) struct Spool {
    root: PathBuf,
    segments: Segments,
    keys: MasterKeys,
    entropy: Arc<dyn Entropy>,
}

/// A visit on this disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Visit {
    /// Which.
    pub encounter: EncounterId,
    /// The service that it belongs to: another one knows nothing of it, and must not have it erased.
    pub server: String,
    /// Channels of its segments.
    pub channels: usize,
    /// When recording began.
    pub began: Timestamp,
    /// How long it has stood still.
    pub paused_ms: u64,
    /// Since when it stands still.
    pub paused_since: Option<Timestamp>,
    /// Of how many segments it consists, once nothing more is recorded.
    pub segments: Option<u32>,
    /// When the service refused what is here, as the recording was over for it.
    pub refused: Option<Timestamp>,
    /// Which key of the room wrapped its own.
    pub master_key: String,
    /// Its own, wrapped.
    pub sealed_key: String,
}

impl Visit {
    /// How long the recording has to be by now, were nothing lost.
    pub fn elapsed(&self, now: Timestamp) -> Duration {
        let until = self.paused_since.unwrap_or(now);
        let since = until.duration_since(self.began).as_millis();
        let elapsed_ms = u64::try_from(since).unwrap_or_default().saturating_sub(self.paused_ms);
        Duration::from_millis(elapsed_ms)
    }

    /// What its segments are.
    pub fn media_type(&self) -> String {
        format!("audio/L16;rate={SAMPLE_RATE_HZ};channels={}", self.channels)
    }
}

impl Spool {
    /// The folder `root`, which is made where it is not there, without what a killed process left unfinished.
    pub fn open(root: &Path, entropy: Arc<dyn Entropy>) -> Result<Self, RoomError> {
        let visits = root.join("visits");
        fs::create_dir_all(&visits).map_err(failed("make", &visits))?;
        let keys = MasterKeys::new(room_key(&root.join("room.key"), entropy.as_ref())?, Vec::new());
        let segments = Segments::new(root.join("audio"));
        segments.sweep()?;
        Ok(Self { root: root.to_owned(), segments, keys, entropy })
    }

    /// Begins a visit.
    pub fn begin(
        &self,
        encounter: EncounterId,
        server: &str,
        channels: usize,
        now: Timestamp,
    ) -> Result<Visit, RoomError> {
        let key = DataKey::generate(self.entropy.as_ref());
        let wrapped = self.keys.wrap(&encounter.to_string(), &key, self.entropy.as_ref());
        let visit = Visit {
            encounter,
            server: server.to_owned(),
            channels,
            began: now,
            paused_ms: 0,
            paused_since: None,
            segments: None,
            refused: None,
            master_key: wrapped.master_key.as_str().to_owned(),
            sealed_key: BASE64_STANDARD.encode(wrapped.sealed),
        };
        self.keep(&visit)?;
        Ok(visit)
    }

    /// Keeps `visit` as it is now, on the disk when this returns.
    pub fn keep(&self, visit: &Visit) -> Result<(), RoomError> {
        let place = self.place(visit.encounter);
        let beside = place.with_extension("unfinished");
        let written = fs::File::create(&beside).and_then(|mut file| {
            file.write_all(&serde_json::to_vec(visit).expect("plain data"))?;
            file.sync_all()
        });
        let folder = self.root.join("visits");
        let placed =
            written.and_then(|()| fs::rename(&beside, &place)).and_then(|()| fs::File::open(folder)?.sync_all());
        placed.map_err(failed("write", &place))
    }

    /// The visits that are here, the oldest first.
    pub fn visits(&self) -> Result<Vec<Visit>, RoomError> {
        let folder = self.root.join("visits");
        let entries = fs::read_dir(&folder).map_err(failed("read", &folder))?.flatten().map(|entry| entry.path());
        let files = entries.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
        let mut visits = files.map(|path| read(&path)).collect::<Result<Vec<Visit>, _>>()?;
        visits.sort_by_key(|visit| visit.encounter);
        Ok(visits)
    }

    /// One visit; `None` if it is not here.
    pub fn visit(&self, encounter: EncounterId) -> Result<Option<Visit>, RoomError> {
        let place = self.place(encounter);
        if place.exists() { read(&place).map(Some) } else { Ok(None) }
    }

    /// The key of a visit.
    pub fn key(&self, visit: &Visit) -> Result<DataKey, RoomError> {
        let sealed = BASE64_STANDARD.decode(&visit.sealed_key).unwrap_or_default();
        let wrapped = WrappedKey { master_key: visit.master_key.clone().into(), sealed };
        let opened = self.keys.unwrap(&visit.encounter.to_string(), &wrapped);
        opened.map_err(|source| RoomError::Key { encounter: visit.encounter, source })
    }

    /// Keeps a segment, sealed and synced when this returns.
    pub fn keep_segment(
        &self,
        visit: &Visit,
        sequence: u32,
        segment: &Segment,
        key: &DataKey,
    ) -> Result<(), SegmentError> {
        self.segments.keep(visit.encounter, sequence, segment, key, self.entropy.as_ref()).map(|_| ())
    }

    /// The numbers of the segments that are here, ascending.
    pub fn list(&self, encounter: EncounterId) -> Result<Vec<u32>, RoomError> {
        Ok(self.segments.list(encounter)?)
    }

    /// One segment.
    pub fn read_segment(&self, visit: &Visit, sequence: u32, key: &DataKey) -> Result<Segment, RoomError> {
        Ok(self.segments.read(visit.encounter, sequence, key)?)
    }

    /// Removes a segment that the service has.
    pub fn remove_segment(&self, encounter: EncounterId, sequence: u32) -> Result<(), RoomError> {
        Ok(self.segments.remove(encounter, sequence)?)
    }

    /// Erases a visit: its key first, so that what a crash leaves of its segments cannot be read.
    pub fn erase(&self, encounter: EncounterId) -> Result<(), RoomError> {
        let place = self.place(encounter);
        match fs::remove_file(&place) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed("erase", &place)(error)),
            _ => {}
        }
        Ok(self.segments.erase(encounter)?)
    }

    fn place(&self, encounter: EncounterId) -> PathBuf {
        self.root.join("visits").join(format!("{encounter}.json"))
    }
}

fn read(path: &Path) -> Result<Visit, RoomError> {
    let bytes = fs::read(path).map_err(failed("read", path))?;
    serde_json::from_slice(&bytes).map_err(|_| RoomError::Damaged { path: path.to_owned() })
}

/// The key of the room, which is made where there is none.
fn room_key(path: &Path, entropy: &dyn Entropy) -> Result<MasterKey, RoomError> {
    if !path.exists() {
        make_key(path, &MasterKey::generate(entropy)).map_err(failed("make", path))?;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path).map_err(failed("read", path))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(RoomError::OpenToOthers { path: path.to_owned() });
        }
    }
    let text = zeroize::Zeroizing::new(fs::read_to_string(path).map_err(failed("read", path))?);
    text.parse().map_err(|_| RoomError::Damaged { path: path.to_owned() })
}

fn make_key(path: &Path, key: &MasterKey) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(format!("{}\n", key.to_base64().as_str()).as_bytes())?;
    file.sync_all()
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> RoomError {
    let path = path.to_owned();
    move |source| RoomError::Io { action, path, source }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;
    use crate::domain::{SystemClock, SystemEntropy};

    fn spool(root: &Path) -> Spool {
        Spool::open(root, Arc::new(SystemEntropy)).expect("the folder is made")
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).expect("in range")
    }

    #[test]
    fn a_visit_and_its_segments_are_there_after_a_restart_and_gone_when_erased() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let id = EncounterId::new(&SystemClock, &SystemEntropy);
        let segment = Segment { media_type: "audio/L16".to_owned(), bytes: Zeroizing::new(b"chest pain".to_vec()) };
        {
            let spool = spool(folder.path());
            let visit = spool.begin(id, "http://here", 1, at(0)).expect("begun");
            let key = spool.key(&visit).expect("its key");
            spool.keep_segment(&visit, 0, &segment, &key).expect("kept");
        }
        let spool = spool(folder.path());
        let visits = spool.visits().expect("listed");
        let key = spool.key(&visits[0]).expect("its key");
        assert!(spool.read_segment(&visits[0], 0, &key).expect("readable") == segment);
        assert_eq!((visits[0].encounter, spool.list(id).expect("listed")), (id, vec![0]));
        spool.erase(id).expect("erased");
        assert_eq!((spool.visits().expect("listed"), spool.list(id).expect("listed")), (vec![], vec![]));
    }

    #[test]
    fn how_long_a_recording_is_leaves_out_what_it_stood_still() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let id = EncounterId::new(&SystemClock, &SystemEntropy);
        let visit = spool(folder.path()).begin(id, "http://here", 1, at(0)).expect("begun");
        assert_eq!(visit.elapsed(at(60)), Duration::from_secs(60));
        let still = Visit { paused_ms: 10_000, paused_since: Some(at(40)), ..visit.clone() };
        assert_eq!(still.elapsed(at(60)), Duration::from_secs(30));
        assert_eq!(visit.elapsed(at(-5)), Duration::ZERO, "a clock that was put back");
    }

    #[test]
    #[cfg(unix)]
    fn the_key_of_the_room_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a temporary folder");
        spool(folder.path());
        let key = folder.path().join("room.key");
        assert_eq!(fs::metadata(&key).expect("made").permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("it is ours");
        let refused = Spool::open(folder.path(), Arc::new(SystemEntropy)).err().expect("refused");
        assert!(refused.to_string().contains("chmod 600"), "{refused}");
    }
}
