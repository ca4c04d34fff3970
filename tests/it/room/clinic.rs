//! The real service and the real agent of a room, each a process of its own, and a sound system between a fixture and them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use assert_cmd::{Command, cargo::cargo_bin};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use soapstone::{
    app,
    audio::{self, AudioSource, Segments},
    config::{Config, RecognitionConfig},
    domain::{EncounterId, no_progress},
    store::keys,
};
use tempfile::TempDir;
use tokio::process::{Child, Command as Process};

use super::sound::Sound;

/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// A clinic with one room.
pub struct Clinic {
    folder: TempDir,
    pub sound: Sound,
    service: Option<Child>,
    agent: Option<Child>,
    url: String,
    tokens: (String, String),
    client: Client,
}

impl Clinic {
    /// The service and the agent of room 3 run, and know of each other.
    pub async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let url = format!("http://127.0.0.1:{port}");
        write_config(folder.path(), port);
        let tokens = tokens(folder.path());
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (sound, client) = (Sound::new(), Client::new());
        let mut clinic = Self { folder, sound, service: None, agent: None, url, tokens, client };
        clinic.start_service().await;
        clinic.start_agent().await;
        clinic
    }

    pub async fn start_service(&mut self) {
        let mut command = Process::new(cargo_bin("soapstone"));
        command.arg("--config").arg(self.path("soapstone.toml")).arg("serve");
        self.service = Some(command.stderr(self.log("service.log")).kill_on_drop(true).spawn().expect("started"));
        let client = self.client.clone();
        let health = format!("{}/healthz", self.url);
        until("the service answers", async || client.get(&health).send().await.is_ok()).await;
    }

    /// Ends the service without a word: to its clients, the network is gone.
    pub async fn stop_service(&mut self) {
        self.service.take().expect("it runs").kill().await.expect("killed");
    }

    pub async fn start_agent(&mut self) {
        let mut command = Process::new(cargo_bin("soapstone"));
        command.arg("--config").arg(self.path("room.toml")).args(["room", "--server", &self.url, "--room", "3"]);
        command.env("ALSA_CONFIG_PATH", self.sound.alsa_config()).env("SOAPSTONE_TOKEN", &self.tokens.1);
        self.agent = Some(command.stderr(self.log("agent.log")).kill_on_drop(true).spawn().expect("started"));
        until("the agent is connected", async || self.room().await["connected"] == true).await;
    }

    pub async fn kill_agent(&mut self) {
        self.agent.take().expect("it runs").kill().await.expect("killed");
    }

    /// A visit in room 3 that its people agreed to have recorded.
    pub async fn visit(&self) -> String {
        let (status, visit) = self.ask(Method::POST, "/encounters", json!({ "room": "3" })).await;
        assert_eq!(status, StatusCode::CREATED);
        let visit = format!("/encounters/{}", visit["id"].as_str().expect("an id"));
        let consent = json!({ "rule": "all_party", "given_by": "patient", "method": "verbal", "wording": "1" });
        assert_eq!(self.ask(Method::PUT, &format!("{visit}/consent"), consent).await.0, StatusCode::OK);
        visit
    }

    pub async fn order(&self, visit: &str, action: &str) -> Value {
        let (status, answer) = self.ask(Method::POST, &format!("{visit}/recording"), json!({ "action": action })).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer
    }

    /// Waits until the service has this many segments of a visit that is recorded.
    pub async fn has_segments(&self, visit: &str, least: u64) {
        let there = async || self.order(visit, "start").await["segments"].as_u64() >= Some(least);
        until(&format!("{least} segments are there"), there).await;
    }

    /// Ends the recording, and waits until all of it is with the service.
    pub async fn finish(&self, visit: &str) {
        assert_eq!(self.order(visit, "stop").await["state"], "stopping");
        self.is_whole(visit).await;
    }

    pub async fn is_whole(&self, visit: &str) {
        until("the recording is whole", async || {
            let state = self.ask(Method::GET, visit, Value::Null).await.1["state"].clone();
            !["recording", "paused", "stopping"].contains(&state.as_str().expect("a state"))
        })
        .await;
        self.is_erased().await;
    }

    pub async fn is_erased(&self) {
        until("nothing is left in the room", async || self.spooled() == 0).await;
    }

    /// What the service knows of the room.
    pub async fn room(&self) -> Value {
        let (_, rooms) = self.ask(Method::GET, "/rooms", Value::Null).await;
        rooms["rooms"][0].clone()
    }

    pub async fn has_alarm(&self, alarm: &str, on: bool) {
        until(&format!("{alarm} is {on}"), async || {
            let alarms = self.room().await["alarms"].clone();
            alarms.as_array().is_some_and(|alarms| alarms.iter().any(|one| one == alarm) == on)
        })
        .await;
    }

    pub async fn ask(&self, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
        let request = self.client.request(method, format!("{}/api/v1{path}", self.url)).bearer_auth(&self.tokens.0);
        let request = if body.is_null() { request } else { request.json(&body) };
        let answer = request.send().await.expect("an answer");
        (answer.status(), answer.json().await.unwrap_or(Value::Null))
    }

    /// Visits on the disk of the room.
    pub fn spooled(&self) -> usize {
        let files = |folder: &str| fs::read_dir(self.path(folder)).map_or(0, |files| files.count());
        files("room/state/room/visits") + files("room/state/room/audio")
    }

    /// Everything that the service has of the visit, at 16 kHz in one channel. The service must be stopped.
    pub async fn recording(&self, visit: &str) -> Vec<i16> {
        let id: EncounterId = visit.rsplit('/').next().expect("an id").parse().expect("an id");
        let config = Config::load(Some(&self.path("soapstone.toml")), None).expect("the configuration loads");
        let store = app::open_store(&config).await.expect("the store opens");
        let segments = Segments::new(config.paths.state().expect("a folder").join("audio"));
        let key = keys::load_audio(&store, id).await.expect("readable").expect("a key");
        let count = segments.list(id).expect("listed").len() as u32;
        let whole = segments.recording(id, count, &key).expect("whole");
        let bytes = whole.as_file();
        let source = AudioSource::Bytes { name: "the recording", bytes: &bytes };
        audio::decode(source, &RecognitionConfig::default(), &no_progress).expect("it decodes").mono().into_owned()
    }

    /// What service and agent said.
    pub fn logs(&self) -> String {
        ["service.log", "agent.log"].map(|log| fs::read_to_string(self.path(log)).unwrap_or_default()).concat()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn log(&self, name: &str) -> Stdio {
        let mut options = fs::OpenOptions::new();
        options.create(true).append(true).open(self.path(name)).expect("a file").into()
    }
}

impl Drop for Clinic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.logs());
        }
    }
}

/// A fixture's samples, and its file.
pub fn fixture() -> (PathBuf, Vec<i16>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("audio-fixtures/visit-02-knee.flac");
    let decoded = audio::decode(AudioSource::File(&path), &RecognitionConfig::default(), &no_progress);
    (path, decoded.expect("the fixture decodes").mono().into_owned())
}

async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < PATIENCE, "it never came to this: {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn write_config(folder: &Path, port: u16) {
    let of = |state: &str, more: &str| {
        // Without models no work is done on the recordings, which only takes time from the other tests.
        format!("[paths]\nstate = {:?}\nmodels = {:?}\n{more}", folder.join(state), folder.join("no-models"))
    };
    let service = of("service/state", &format!("[server]\nlisten = \"127.0.0.1:{port}\"\nstop_timeout_s = 5\n"));
    fs::write(folder.join("soapstone.toml"), service).expect("it can be written");
    fs::write(folder.join("room.toml"), of("room/state", "")).expect("it can be written");
}

/// A clinician's token and the room's.
fn tokens(folder: &Path) -> (String, String) {
    let run = |args: &[&str]| {
        let mut command = Command::new(cargo_bin("soapstone"));
        let output = command.arg("--config").arg(folder.join("soapstone.toml")).args(args).assert().success();
        String::from_utf8(output.get_output().stdout.clone()).expect("text").trim().to_owned()
    };
    run(&["user", "add", "ada", "--name", "Ada Byron, MD", "--role", "clinician", "--no-password"]);
    run(&["user", "add", "room-3", "--name", "Room 3", "--role", "system", "--no-password"]);
    let scopes = ["--scope", "encounters:write", "--scope", "encounters:read", "--scope", "audio:write"];
    let clinician = run(&[&["token", "create", "ada", "--label", "test"], scopes.as_slice()].concat());
    let room = run(&["token", "create", "room-3", "--label", "room 3", "--scope", "audio:write"]);
    (clinician, room)
}
