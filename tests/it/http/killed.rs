//! The service killed at any moment: what it had answered for is there afterwards.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use assert_cmd::Command;
use reqwest::StatusCode;
use serde_json::{Value, json};
use soapstone::{
    app,
    audio::Segments,
    config::Config,
    domain::EncounterId,
    store::{audit, encounters, keys},
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command as Process},
};

use super::{PASSWORD, client, consent};

/// How often it is killed.
const KILLS: u64 = 200;

/// Bytes of a segment: a second of bare samples.
const SEGMENT_BYTES: usize = 32_000;

/// What one life of the service answered for.
struct Answered {
    encounter: EncounterId,
    segments: u32,
}

#[tokio::test]
async fn killed_two_hundred_times_it_loses_nothing_that_it_answered_for() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = config(folder.path());
    let token = token(&config);
    let mut lives = Vec::new();
    for kill in 0..KILLS {
        let (mut service, url) = start(&config).await;
        // From a moment after the start to a few segments later, spread evenly and never in step with the work.
        let patience = Duration::from_micros(kill * 7919 % 60_000);
        if let Some(life) = live(&url, &token, patience, &mut service).await {
            lives.push(life);
        }
        service.kill().await.expect("killed");
    }
    assert!(
        lives.iter().filter(|life| life.segments > 0).count() as u64 > KILLS / 4,
        "the kills came too early to count"
    );

    let config = Config::load(Some(&config), None).expect("the configuration loads");
    let store = app::open_store(&config).await.expect("the store opens after every kill");
    let segments = Segments::new(config.paths.state().expect("a folder").join("audio"));
    segments.sweep().expect("swept");
    for Answered { encounter, segments: answered } in lives {
        assert!(encounters::get(&store, encounter).await.expect("readable").is_some(), "a visit was lost");
        let Some(key) = keys::load_audio(&store, encounter).await.expect("readable") else { panic!("a key was lost") };
        let there = segments.list(encounter).expect("listed");
        assert!(there.len() as u32 >= answered, "{} of {answered} segments", there.len());
        for sequence in there {
            let segment = segments.read(encounter, sequence, &key).expect("whole");
            assert_eq!(segment.bytes.as_slice(), bytes(sequence), "segment {sequence}");
        }
    }
    audit::verify(&store, None).await.expect("readable").expect("the audit is whole");
}

/// Enters a visit and sends segments until the service is killed, `patience` after its first answer.
async fn live(url: &str, token: &str, patience: Duration, service: &mut Child) -> Option<Answered> {
    let client = client();
    let made =
        client.post(format!("{url}/encounters")).bearer_auth(token).json(&json!({})).send().await.expect("an answer");
    let visit: Value = made.json().await.expect("JSON");
    let encounter: EncounterId = visit["id"].as_str()?.parse().expect("an id");
    let place = format!("{url}/encounters/{encounter}");
    let given =
        client.put(format!("{place}/consent")).bearer_auth(token).json(&consent()).send().await.expect("an answer");
    assert_eq!(given.status(), StatusCode::OK);
    let mut segments = 0;
    let sending = async {
        loop {
            let segment = client.put(format!("{place}/audio/{segments}")).bearer_auth(token);
            let segment = segment.header("content-type", "audio/L16;rate=16000").body(bytes(segments));
            match segment.send().await {
                Ok(answer) if answer.status() == StatusCode::CREATED => segments += 1,
                _ => break,
            }
        }
    };
    let killing = async {
        tokio::time::sleep(patience).await;
        service.start_kill().expect("killed");
    };
    tokio::join!(sending, killing);
    Some(Answered { encounter, segments })
}

pub(super) fn bytes(sequence: u32) -> Vec<u8> {
    sequence.to_be_bytes().into_iter().cycle().take(SEGMENT_BYTES).collect()
}

pub(super) fn config(folder: &Path) -> PathBuf {
    let file = folder.join("soapstone.toml");
    let state = folder.join("state");
    let text = format!("[paths]\nstate = {state:?}\n[server]\nlisten = \"127.0.0.1:0\"\n");
    fs::write(&file, text).expect("the file can be written");
    file
}

pub(super) fn token(config: &Path) -> String {
    let run = |args: &[&str], input: &str| {
        let mut command = Command::cargo_bin("soapstone").expect("the binary");
        let output = command.arg("--config").arg(config).args(args).write_stdin(input.to_owned()).assert().success();
        String::from_utf8(output.get_output().stdout.clone()).expect("text").trim().to_owned()
    };
    run(&["user", "add", "ada", "--name", "Ada Byron, MD", "--role", "clinician"], &format!("{PASSWORD}\n"));
    let scopes = ["encounters:write", "encounters:read", "audio:write", "notes:sign"].map(|scope| ["--scope", scope]);
    run(&[&["token", "create", "ada", "--label", "test"], scopes.concat().as_slice()].concat(), "")
}

/// The service, and where its API is.
pub(super) async fn start(config: &Path) -> (Child, String) {
    let mut service = Process::new(assert_cmd::cargo::cargo_bin("soapstone"))
        .arg("--config")
        .arg(config)
        .arg("serve")
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("started");
    let mut lines = BufReader::new(service.stderr.take().expect("piped")).lines();
    loop {
        let line = lines.next_line().await.expect("readable").expect("it says where it listens");
        if let Some((_, rest)) = line.split_once("listening at ") {
            let address = rest.split(',').next().expect("an address");
            return (service, format!("http://{address}/api/v1"));
        }
    }
}
