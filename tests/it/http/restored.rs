//! The whole way of a disaster: a visit is kept, a backup taken while the service works, the disk lost, and everything read back.

use std::{fs, path::Path};

use assert_cmd::Command;
use reqwest::StatusCode;
use serde_json::{Value, json};
use soapstone::{app, config::Config, domain::EncounterId, notes, store::keys};

use super::{
    client, consent,
    killed::{bytes, config, start, token},
    notes::note,
};

/// The API, as one clinician's token reaches it.
struct Api {
    url: String,
    token: String,
}

impl Api {
    async fn post(&self, path: &str, sent: &Value) -> Value {
        let request = client().post(format!("{}{path}", self.url)).bearer_auth(&self.token).header("if-match", "\"1\"");
        let answer = request.json(sent).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.expect("JSON")
    }

    async fn get(&self, path: &str) -> Value {
        let answer = client().get(format!("{}{path}", self.url)).bearer_auth(&self.token).send().await;
        answer.expect("an answer").json().await.expect("JSON")
    }

    /// A visit with consent.
    async fn visit(&self) -> EncounterId {
        let visit = self.post("/encounters", &json!({ "patient": { "name": "Jane Roe" } })).await;
        let id = visit["id"].as_str().expect("an id");
        let given = client().put(format!("{}/encounters/{id}/consent", self.url)).bearer_auth(&self.token);
        assert_eq!(given.json(&consent()).send().await.expect("an answer").status(), StatusCode::OK);
        id.parse().expect("an id")
    }

    async fn send(&self, id: EncounterId, sequence: u32) {
        let place = format!("{}/encounters/{id}/audio/{sequence}", self.url);
        let segment = client().put(place).bearer_auth(&self.token).header("content-type", "audio/L16;rate=16000");
        let sent = segment.body(bytes(sequence)).send().await.expect("an answer");
        assert_eq!(sent.status(), StatusCode::CREATED);
    }
}

/// Runs a command on the machine; its exit code, and what it wrote.
async fn soapstone(config: &Path, args: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("soapstone").expect("the binary");
    command.arg("--config").arg(config).args(args);
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("no panic").expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text").trim().to_owned();
    (output.status.code().expect("an exit code"), text(output.stdout), text(output.stderr))
}

#[tokio::test]
async fn a_backup_taken_while_the_service_works_brings_everything_back() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = config(folder.path());
    let (state, backups) = (folder.path().join("state"), folder.path().join("backups"));
    let token = token(&config);
    let (mut service, url) = start(&config).await;
    let api = Api { url, token };

    let id = api.visit().await;
    for sequence in 0..3 {
        api.send(id, sequence).await;
    }
    keep_draft(&config, id).await;
    assert_eq!(api.post(&format!("/encounters/{id}/note/sign"), &Value::Null).await["status"], "signed");

    let to = backups.to_str().expect("text");
    let backup = ["backup", "--to", to];
    let taking = soapstone(&config, &backup);
    let busy = async {
        let other = api.visit().await;
        for sequence in 0..20 {
            api.send(other, sequence).await;
        }
    };
    let ((code, taken, told), ()) = tokio::join!(taking, busy);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("the master key is not in it"), "{told}");
    let anchor = taken.split_once('\t').expect("a folder and a head").1.to_owned();

    service.kill().await.expect("killed");
    let key = fs::read(state.join("master.key")).expect("the key");
    fs::remove_dir_all(&state).expect("the disk is lost");
    let (code, _, told) = soapstone(&config, &["restore", to]).await;
    assert!(code == 2 && told.contains("master.key"), "{told}");
    write_key(&state, &key);
    let (code, _, told) = soapstone(&config, &["restore", to]).await;
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("erase it again") && told.contains("look through accounts"), "{told}");
    let (code, _, told) = soapstone(&config, &["audit", "verify", "--anchor", &anchor]).await;
    assert_eq!(code, 0, "{told}");
    let (code, _, told) = soapstone(&config, &["restore", to]).await;
    assert!(code == 2 && told.contains("is there already"), "{told}");

    let (_service, url) = start(&config).await;
    let api = Api { url, ..api };
    let signed = api.get(&format!("/encounters/{id}/note")).await;
    assert_eq!(
        (signed["status"].as_str(), &signed["sections"][0]["statements"][0]["text"]),
        (Some("signed"), &json!("Start lisinopril 10 mg."))
    );
    assert_eq!(api.get(&format!("/encounters/{id}")).await["patient"]["name"], "Jane Roe");
    hears(&config, id).await;
}

/// A draft, as the machine would write it; no model is needed for what is tried here.
async fn keep_draft(config: &Path, id: EncounterId) {
    let store = app::open_store(&Config::load(Some(config), None).expect("loads")).await.expect("the store opens");
    let tx = store.begin().await.expect("a transaction");
    notes::keep_machine_draft(&tx, id, &note("Start lisinopril 10 mg.")).await.expect("kept");
    tx.commit().await.expect("committed");
}

async fn hears(config: &Path, id: EncounterId) {
    let config = Config::load(Some(config), None).expect("loads");
    let (store, segments) =
        (app::open_store(&config).await.expect("opens"), app::open_segments(&config).expect("a folder"));
    let key = keys::load_audio(&store, id).await.expect("read").expect("a key");
    let recording = segments.recording(id, 3, &key).expect("whole");
    assert_eq!(recording.bytes.as_slice(), (0..3).flat_map(bytes).collect::<Vec<_>>());
}

fn write_key(state: &Path, key: &[u8]) {
    use std::os::unix::fs::PermissionsExt;
    fs::create_dir_all(state).expect("a folder");
    fs::write(state.join("master.key"), key).expect("writable");
    fs::set_permissions(state.join("master.key"), fs::Permissions::from_mode(0o600)).expect("ours");
}
