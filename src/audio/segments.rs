//! The audio of visits on disk: numbered segments, each sealed with the key of its visit, each whole or not there at all.
//!
//! A segment counts once [`Segments::keep`] returns: then its bytes, and its name in the folder, are on the disk and would be
//! there after a power cut. It is written beside its place, synced, and linked into it in one step, so that a process that is
//! killed leaves no half segment, and none is ever overwritten. What a kill leaves beside the places is swept away by
//! [`Segments::sweep`] at the next start.

use std::{
    borrow::Cow,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use hound::{SampleFormat, WavSpec, WavWriter};
use mime::Mime;
use zeroize::Zeroizing;

use crate::{
    domain::{EncounterId, Entropy},
    sealing::{DataKey, SealingError},
};

/// Ending of a segment's file.
const ENDING: &str = "seg";

/// Beginning of the name of a file that is still written.
const UNFINISHED: &str = ".unfinished-";

/// Segments that a recording has at most: at one a second, six hours.
pub const MAX_SEGMENTS: u32 = 6 * 60 * 60;

/// Samples a second of `audio/L16` that says nothing of it.
const DEFAULT_RATE_HZ: u32 = 16_000;

/// Why a segment was not kept or could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SegmentError {
    /// The disk is full. What was kept is untouched.
    #[error("the disk is full: free some space and send segment {sequence} again")]
    DiskFull {
        /// Its number.
        sequence: u32,
    },
    /// Another segment has this number.
    #[error("segment {sequence} is there already, with other content")]
    Different {
        /// Its number.
        sequence: u32,
    },
    /// A segment is missing among others, or at the end.
    #[error("segments are missing: {}", ranges(missing))]
    Missing {
        /// Their numbers, ascending.
        missing: Vec<u32>,
    },
    /// Segments of one recording have different formats.
    #[error("segment {sequence} is {found}, and the recording began as {expected}")]
    Format {
        /// The first that differs.
        sequence: u32,
        /// Its media type.
        found: String,
        /// That of the first segment.
        expected: String,
    },
    /// What is on the disk is not what was kept.
    #[error("segment {sequence} is damaged: {source}")]
    Sealed {
        /// Its number.
        sequence: u32,
        /// Why it cannot be opened.
        source: SealingError,
    },
    /// The system refuses.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Whether a segment was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It was.
    New,
    /// The same segment was there already: it was sent twice.
    Already,
}

/// One segment as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct Segment {
    /// Its media type, as in `audio/webm;codecs=opus` or `audio/L16;rate=16000;channels=1` (RFC 3551, big-endian samples).
    pub media_type: String,
    /// Its bytes.
    pub bytes: Zeroizing<Vec<u8>>,
}

impl Segment {
    /// The whole as a file that can be decoded: what came in a container is one, and bare samples (`audio/L16`) become WAV.
    pub fn as_file(&self) -> Cow<'_, [u8]> {
        match self.bare_format() {
            None => Cow::Borrowed(&self.bytes),
            Some((rate_hz, channels)) => Cow::Owned(wav_of(&self.bytes, rate_hz, channels)),
        }
    }

    /// Rate and channels of bare samples; `None` if it is something else.
    fn bare_format(&self) -> Option<(u32, u16)> {
        let media_type: Mime = self.media_type.parse().ok()?;
        let is_bare = media_type.type_() == mime::AUDIO && media_type.subtype().as_str().eq_ignore_ascii_case("L16");
        let number = |name| media_type.get_param(name).map(|value| value.as_str());
        let rate_hz = number("rate").map_or(Some(DEFAULT_RATE_HZ), |rate| rate.parse().ok())?;
        let channels = number("channels").map_or(Some(1), |channels| channels.parse().ok())?;
        (is_bare && channels > 0).then_some((rate_hz, channels))
    }
}

/// Big-endian samples of 16 bits, as RFC 3551 (4.5.11) has them, as a WAV file.
fn wav_of(bytes: &[u8], rate_hz: u32, channels: u16) -> Vec<u8> {
    let spec = WavSpec { channels, sample_rate: rate_hz, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let mut file = io::Cursor::new(Vec::with_capacity(bytes.len() + 44));
    let mut writer = WavWriter::new(&mut file, spec).expect("memory takes a header");
    let frame_bytes = usize::from(channels) * 2;
    let whole_frames = bytes.len() / frame_bytes * frame_bytes;
    for sample in bytes[..whole_frames].chunks_exact(2) {
        writer.write_sample(i16::from_be_bytes([sample[0], sample[1]])).expect("memory takes a sample");
    }
    writer.finalize().expect("memory takes the sizes");
    file.into_inner()
}

/// The folder of all audio, one folder a visit.
#[derive(Debug, Clone)]
pub struct Segments {
    root: PathBuf,
}

impl Segments {
    /// The audio under `root`.
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// Keeps segment `sequence`: when this returns it is on the disk. The same segment may come again; another of the same
    /// number is refused.
    pub fn keep(
        &self,
        encounter: EncounterId,
        sequence: u32,
        segment: &Segment,
        key: &DataKey,
        entropy: &dyn Entropy,
    ) -> Result<Kept, SegmentError> {
        let folder = self.folder(encounter);
        self.make_folder(&folder)?;
        let place = folder.join(file_name(sequence));
        if place.exists() {
            return self.compare(encounter, sequence, segment, key);
        }
        let sealed = key.seal(&sealed_name(encounter, sequence), &packed(segment), entropy);
        let mut suffix = [0; 8];
        entropy.fill(&mut suffix);
        let beside = folder.join(format!("{UNFINISHED}{sequence}-{:016x}", u64::from_be_bytes(suffix)));
        let linked = write_synced(&beside, &sealed).and_then(|()| fs::hard_link(&beside, &place));
        let removed = fs::remove_file(&beside);
        match linked {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return self.compare(encounter, sequence, segment, key);
            }
            Err(error) if error.kind() == io::ErrorKind::StorageFull => {
                return Err(SegmentError::DiskFull { sequence });
            }
            linked => linked.and(removed).map_err(io_error("write", &place))?,
        }
        sync_folder(&folder)?;
        Ok(Kept::New)
    }

    /// The numbers of the segments that are there, ascending.
    pub fn list(&self, encounter: EncounterId) -> Result<Vec<u32>, SegmentError> {
        let folder = self.folder(encounter);
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(io_error("read", &folder))?,
        };
        let names = entries.map(|entry| entry.map(|entry| entry.file_name()));
        let names = names.collect::<Result<Vec<_>, _>>().map_err(io_error("read", &folder))?;
        let mut sequences = Vec::from_iter(names.iter().filter_map(|name| sequence_of(name.to_str()?)));
        sequences.sort_unstable();
        Ok(sequences)
    }

    /// The files of the segments that are there, in order. They are sealed, and never change.
    pub fn files(&self, encounter: EncounterId) -> Result<Vec<PathBuf>, SegmentError> {
        let folder = self.folder(encounter);
        Ok(self.list(encounter)?.into_iter().map(|sequence| folder.join(file_name(sequence))).collect())
    }

    /// Whether a segment's file may be called `name`.
    pub fn is_file_name(name: &str) -> bool {
        sequence_of(name).is_some_and(|sequence| file_name(sequence) == name)
    }

    /// Segment `sequence`; errs with [`SegmentError::Missing`] if it is not there.
    pub fn read(&self, encounter: EncounterId, sequence: u32, key: &DataKey) -> Result<Segment, SegmentError> {
        let place = self.folder(encounter).join(file_name(sequence));
        let sealed = match fs::read(&place) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(SegmentError::Missing { missing: vec![sequence] });
            }
            sealed => sealed.map_err(io_error("read", &place))?,
        };
        let opened = key.open(&sealed_name(encounter, sequence), &sealed).and_then(|packed| unpacked(&packed));
        opened.map_err(|source| SegmentError::Sealed { sequence, source })
    }

    /// The whole recording of the segments 0 to `count` - 1, in order.
    pub fn recording(&self, encounter: EncounterId, count: u32, key: &DataKey) -> Result<Segment, SegmentError> {
        let missing = self.missing(encounter, count)?;
        if !missing.is_empty() {
            return Err(SegmentError::Missing { missing });
        }
        let mut recording = Segment { media_type: String::new(), bytes: Zeroizing::default() };
        for sequence in 0..count {
            let segment = self.read(encounter, sequence, key)?;
            if sequence == 0 {
                recording.media_type = segment.media_type;
            } else if segment.media_type != recording.media_type {
                let (found, expected) = (segment.media_type, recording.media_type);
                return Err(SegmentError::Format { sequence, found, expected });
            }
            recording.bytes.extend_from_slice(&segment.bytes);
        }
        Ok(recording)
    }

    /// Which of the segments 0 to `count` - 1 are not there.
    pub fn missing(&self, encounter: EncounterId, count: u32) -> Result<Vec<u32>, SegmentError> {
        let there = self.list(encounter)?;
        Ok(Vec::from_iter((0..count).filter(|sequence| there.binary_search(sequence).is_err())))
    }

    /// Removes segment `sequence`, which somebody else keeps now.
    pub fn remove(&self, encounter: EncounterId, sequence: u32) -> Result<(), SegmentError> {
        let place = self.folder(encounter).join(file_name(sequence));
        match fs::remove_file(&place) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error("remove", &place)(error)),
            _ => Ok(()),
        }
    }

    /// Erases all audio of the visit.
    pub fn erase(&self, encounter: EncounterId) -> Result<(), SegmentError> {
        let folder = self.folder(encounter);
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error("erase", &folder)(error)),
            _ => Ok(()),
        }
    }

    /// Removes what a killed process left unfinished. To be called before anything is kept.
    pub fn sweep(&self) -> Result<(), SegmentError> {
        fs::create_dir_all(&self.root).map_err(io_error("make", &self.root))?;
        let folders = fs::read_dir(&self.root).map_err(io_error("read", &self.root))?;
        for folder in folders.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()) {
            let files = fs::read_dir(&folder).map_err(io_error("read", &folder))?.flatten();
            for file in files.filter(|file| file.file_name().to_string_lossy().starts_with(UNFINISHED)) {
                fs::remove_file(file.path()).map_err(io_error("remove", &file.path()))?;
            }
        }
        Ok(())
    }

    fn compare(
        &self,
        encounter: EncounterId,
        sequence: u32,
        segment: &Segment,
        key: &DataKey,
    ) -> Result<Kept, SegmentError> {
        let same = self.read(encounter, sequence, key)? == *segment;
        if same { Ok(Kept::Already) } else { Err(SegmentError::Different { sequence }) }
    }

    fn make_folder(&self, folder: &Path) -> Result<(), SegmentError> {
        if folder.is_dir() {
            return Ok(());
        }
        fs::create_dir_all(folder).map_err(io_error("make", folder))?;
        // The folder's own name has to outlive a power cut, too.
        sync_folder(&self.root)
    }

    fn folder(&self, encounter: EncounterId) -> PathBuf {
        self.root.join(encounter.to_string())
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn sync_folder(folder: &Path) -> Result<(), SegmentError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(io_error("sync", folder))
}

fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> SegmentError {
    let path = path.to_owned();
    move |source| SegmentError::Io { action, path, source }
}

fn file_name(sequence: u32) -> String {
    format!("{sequence:010}.{ENDING}")
}

fn sequence_of(name: &str) -> Option<u32> {
    name.strip_suffix(ENDING)?.strip_suffix('.')?.parse().ok()
}

fn sealed_name(encounter: EncounterId, sequence: u32) -> String {
    format!("audio/{encounter}/{sequence}")
}

/// A line with the media type, then the bytes.
fn packed(segment: &Segment) -> Zeroizing<Vec<u8>> {
    Zeroizing::new([segment.media_type.as_bytes(), b"\n", &segment.bytes].concat())
}

fn unpacked(packed: &[u8]) -> Result<Segment, SealingError> {
    let end = packed.iter().position(|&byte| byte == b'\n').ok_or(SealingError::Format)?;
    let media_type = str::from_utf8(&packed[..end]).map_err(|_| SealingError::Format)?.to_owned();
    Ok(Segment { media_type, bytes: Zeroizing::new(packed[end + 1..].to_vec()) })
}

/// "3, 5-9, 12".
fn ranges(numbers: &[u32]) -> String {
    let runs = numbers.chunk_by(|one, next| one + 1 == *next);
    let written = runs.map(|run| match run {
        [one] => one.to_string(),
        _ => format!("{}-{}", run[0], run[run.len() - 1]),
    });
    Vec::from_iter(written).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{SystemClock, SystemEntropy};

    struct Fixture {
        _folder: tempfile::TempDir,
        segments: Segments,
        encounter: EncounterId,
        key: DataKey,
    }

    fn fixture() -> Fixture {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let segments = Segments::new(folder.path().join("audio"));
        segments.sweep().expect("the folder is made");
        let encounter = EncounterId::new(&SystemClock, &SystemEntropy);
        Fixture { _folder: folder, segments, encounter, key: DataKey::generate(&SystemEntropy) }
    }

    fn segment(bytes: &[u8]) -> Segment {
        Segment { media_type: "audio/webm".to_owned(), bytes: Zeroizing::new(bytes.to_vec()) }
    }

    impl Fixture {
        fn keep(&self, sequence: u32, bytes: &[u8]) -> Result<Kept, SegmentError> {
            self.segments.keep(self.encounter, sequence, &segment(bytes), &self.key, &SystemEntropy)
        }

        fn files(&self) -> Vec<PathBuf> {
            let files = fs::read_dir(self.segments.folder(self.encounter)).expect("the folder is there");
            files.map(|file| file.expect("an entry").path()).collect()
        }
    }

    #[test]
    fn segments_come_in_any_order_and_twice_and_make_one_recording() {
        let fixture = fixture();
        assert_eq!(fixture.keep(1, b"two").expect("kept"), Kept::New);
        assert_eq!(fixture.keep(0, b"one ").expect("kept"), Kept::New);
        assert_eq!(fixture.keep(1, b"two").expect("kept"), Kept::Already);
        let recording = fixture.segments.recording(fixture.encounter, 2, &fixture.key).expect("whole");
        assert_eq!((recording.media_type.as_str(), recording.bytes.as_slice()), ("audio/webm", b"one two".as_slice()));
    }

    #[test]
    fn another_segment_of_the_same_number_is_refused_and_the_first_stays() {
        let fixture = fixture();
        fixture.keep(0, b"first").expect("kept");
        assert!(matches!(fixture.keep(0, b"other"), Err(SegmentError::Different { sequence: 0 })));
        let kept = fixture.segments.read(fixture.encounter, 0, &fixture.key).expect("there");
        assert_eq!(kept.bytes.as_slice(), b"first");
    }

    #[test]
    fn what_is_missing_is_named() {
        let fixture = fixture();
        for sequence in [0, 4, 6] {
            fixture.keep(sequence, b"x").expect("kept");
        }
        let error = fixture.segments.recording(fixture.encounter, 8, &fixture.key).err().expect("refused");
        assert_eq!(error.to_string(), "segments are missing: 1-3, 5, 7");
    }

    #[test]
    fn nothing_readable_is_on_the_disk_and_damage_is_found_out() {
        let fixture = fixture();
        fixture.keep(0, b"chest pain, chest pain").expect("kept");
        let [file] = &fixture.files()[..] else { panic!("one file") };
        let mut bytes = fs::read(file).expect("readable");
        assert!(!bytes.windows(5).any(|window| window == b"chest"));
        *bytes.last_mut().expect("not empty") ^= 1;
        fs::write(file, bytes).expect("writable");
        let error = fixture.segments.read(fixture.encounter, 0, &fixture.key).err().expect("refused");
        assert!(matches!(error, SegmentError::Sealed { sequence: 0, .. }), "{error}");
    }

    #[test]
    fn a_segment_of_another_place_is_no_segment_of_this() {
        let fixture = fixture();
        fixture.keep(0, b"a").expect("kept");
        fixture.keep(1, b"b").expect("kept");
        let folder = fixture.segments.folder(fixture.encounter);
        fs::rename(folder.join(file_name(1)), folder.join(file_name(0))).expect("moved");
        assert!(matches!(
            fixture.segments.read(fixture.encounter, 0, &fixture.key),
            Err(SegmentError::Sealed { sequence: 0, source: SealingError::NotAuthentic })
        ));
    }

    #[test]
    fn a_killed_writer_leaves_nothing_that_counts() {
        let fixture = fixture();
        fixture.keep(0, b"a").expect("kept");
        let half = fixture.segments.folder(fixture.encounter).join(format!("{UNFINISHED}1-00"));
        fs::write(&half, b"half").expect("writable");
        assert_eq!(fixture.segments.list(fixture.encounter).expect("listed"), [0]);
        fixture.segments.sweep().expect("swept");
        assert!(!half.exists() && fixture.files().len() == 1);
    }

    #[test]
    fn bare_samples_become_a_file_and_a_container_stays_one() {
        let bare = Segment {
            media_type: "audio/L16; rate=8000; channels=2".to_owned(),
            bytes: Zeroizing::new([1_i16, -2, 3, -4].iter().flat_map(|sample| sample.to_be_bytes()).collect()),
        };
        let mut reader = hound::WavReader::new(io::Cursor::new(bare.as_file().into_owned())).expect("a WAV file");
        assert_eq!((reader.spec().sample_rate, reader.spec().channels), (8000, 2));
        assert_eq!(reader.samples::<i16>().map(|sample| sample.expect("a sample")).collect::<Vec<_>>(), [1, -2, 3, -4]);
        assert_eq!(segment(b"as it came").as_file().as_ref(), b"as it came");
    }

    #[test]
    fn erased_audio_is_gone() {
        let fixture = fixture();
        fixture.keep(0, b"a").expect("kept");
        fixture.segments.erase(fixture.encounter).expect("erased");
        assert_eq!(fixture.segments.list(fixture.encounter).expect("listed"), [0; 0]);
        fixture.segments.erase(fixture.encounter).expect("twice does no harm");
    }
}
