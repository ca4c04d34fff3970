use std::{net::TcpListener, process::Command};

use serde_json::Value;

use super::Place;

/// What the doctor finds with `settings`, by check, and the exit code.
fn examine(place: &Place, settings: &str) -> (i32, Value) {
    let state = place.path("state");
    let file = place.write("soapstone.toml", format!("[paths]\nstate = {state:?}\n{settings}"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_soapstone"));
    let output = command.arg("--config").arg(file).args(["doctor", "--format", "json"]).output().expect("it runs");
    let findings: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(findings["schema"], "soapstone.doctor/1");
    (output.status.code().expect("an exit code"), findings["findings"].clone())
}

fn of<'a>(findings: &'a Value, check: &str) -> &'a Value {
    let mut all = findings.as_array().expect("findings").iter();
    all.find(|finding| finding["check"] == check).unwrap_or_else(|| panic!("{check} is not in {findings}"))
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port()
}

#[test]
fn a_machine_that_is_set_up_has_no_fault_and_nothing_is_changed() {
    let place = Place::new();
    let settings = format!("[server]\nlisten = \"127.0.0.1:{}\"\n{}", free_port(), super::SMALL_MODELS);
    let (code, findings) = examine(&place, &settings);
    assert_eq!(code, 0, "{findings}");
    for check in ["configuration", "models", "folder", "port", "EHR", "certificate"] {
        assert_eq!(of(&findings, check)["state"], "ok", "{findings}");
    }
    assert!(!place.path("state").exists(), "nothing is made");
}

#[test]
fn each_fault_is_told_with_what_to_do_about_it() {
    let place = Place::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let closed = free_port();
    let nothing = place.path("nothing");
    std::fs::create_dir(place.path("state")).expect("a folder");
    place.write("state/soapstone.db", "");
    let settings = format!(
        "models = {nothing:?}\n[server]\nlisten = \"127.0.0.1:{port}\"\ntls_certificate = {nothing:?}\ntls_key = {nothing:?}\n\
         [ehr]\nfhir = \"http://127.0.0.1:{closed}/fhir\"\n"
    );
    // Whoever connects is hung up on.
    std::thread::spawn(move || taken.incoming().for_each(drop));
    let (code, findings) = examine(&place, &settings);
    assert_eq!(code, 1);
    for (check, advice) in [
        ("models", "soapstone models pull"),
        ("master key", "put it back"),
        ("EHR", "ehr.fhir"),
        ("certificate", "PEM"),
    ] {
        let finding = of(&findings, check);
        assert_eq!(finding["state"], "fault", "{finding}");
        assert!(finding["advice"].as_str().expect("advice").contains(advice), "{finding}");
    }
    assert_eq!(of(&findings, "port")["state"], "warning", "behind TLS nobody can tell who answers");
}

#[test]
fn a_database_is_looked_at_and_a_key_that_does_not_open_it_is_a_fault() {
    let place = Place::new();
    let settings = format!("[server]\nlisten = \"127.0.0.1:{}\"\n{}", free_port(), super::SMALL_MODELS);
    examine(&place, &settings);
    let made = Command::new(env!("CARGO_BIN_EXE_soapstone"))
        .arg("--config")
        .arg(place.path("soapstone.toml"))
        .args(["user", "add", "ada", "--name", "Ada", "--role", "admin", "--no-password"])
        .output()
        .expect("it runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let (code, findings) = examine(&place, &settings);
    assert_eq!((code, &of(&findings, "database")["state"]), (0, &"ok".into()), "{findings}");
    assert_eq!(of(&findings, "master key")["state"], "warning", "it lies beside the database");
    place.write("state/master.key", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\n");
    let (code, findings) = examine(&place, &settings);
    assert_eq!((code, &of(&findings, "database")["state"]), (1, &"fault".into()), "{findings}");
}
