//! Looking after the service from the machine: accounts, tokens, the audit, the master key.

use std::{fs, path::Path};

use assert_cmd::Command;
use soapstone::{
    app,
    config::Config,
    domain::{AccountId, DeliveryState, EncounterDetails, Patient, SystemClock, SystemEntropy},
    store::{deliveries, encounters},
};

use super::{Ended, Place};

const PASSWORD: &str = "a sentence to log in with\n";

fn run(place: &Place, args: &[&str], input: &str) -> Ended {
    let mut command = Command::cargo_bin("soapstone").expect("the binary");
    let output =
        command.arg("--data-dir").arg(place.path("data")).args(args).write_stdin(input).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    let code = output.status.code().expect("an exit code");
    Ended { code, stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn add(place: &Place, login: &str) -> Ended {
    run(place, &["user", "add", login, "--name", "Ada Byron, MD", "--role", "clinician"], PASSWORD)
}

fn holds(folder: &Path, text: &str) -> bool {
    let files =
        fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()).filter(|path| path.is_file());
    files.flat_map(fs::read).any(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
}

#[test]
fn an_account_is_made_once_listed_and_shut() {
    let place = Place::new();
    let made = add(&place, "ada");
    assert_eq!((made.code, made.stdout.trim().len()), (0, 36), "{}", made.stderr);
    let again = add(&place, "ada");
    assert_eq!((again.code, again.last_line()), (2, "soapstone: there is an account ada already"));
    assert!(run(&place, &["user", "list"], "").stdout.contains("\tada\tclinician\tAda Byron, MD\t"));
    assert_eq!(run(&place, &["user", "disable", "ada"], "").code, 0);
    assert!(run(&place, &["user", "list"], "").stdout.trim_end().ends_with("disabled"));
    let unknown = run(&place, &["user", "disable", "eve"], "");
    assert!(unknown.code == 2 && unknown.stderr.contains("soapstone user list"), "{}", unknown.stderr);
}

#[test]
fn a_weak_password_is_refused_and_a_good_one_is_kept_as_a_hash() {
    let place = Place::new();
    let weak = run(&place, &["user", "add", "ada", "--name", "Ada", "--role", "admin"], "short\n");
    assert!(weak.code == 2 && weak.stderr.contains("15 to 256 characters"), "{}", weak.stderr);
    assert_eq!(add(&place, "ada").code, 0);
    assert!(holds(&place.path("data/state"), "$argon2id$") && !holds(&place.path("data/state"), PASSWORD.trim()));
}

#[test]
fn a_token_is_shown_once_and_ends_when_it_is_revoked() {
    let place = Place::new();
    add(&place, "ada");
    let made = run(&place, &["token", "create", "ada", "--label", "shell", "--scope", "encounters:read"], "");
    assert!(made.stdout.starts_with("sst_"), "{}", made.stderr);
    assert!(!holds(&place.path("data/state"), made.stdout.trim()), "only a hash of it is kept");
    let list = run(&place, &["token", "list"], "").stdout;
    let name = list.split('\t').next().expect("a name").to_owned();
    assert!(list.contains("ada\tshell\tencounters:read\tuntil "), "{list}");
    assert_eq!(run(&place, &["token", "revoke", &name], "").code, 0);
    assert_eq!(run(&place, &["token", "list"], "").stdout, "");
    let scope = run(&place, &["token", "create", "ada", "--label", "x", "--scope", "everything"], "");
    assert!(scope.code == 2 && scope.stderr.contains("encounters:read, encounters:write"), "{}", scope.stderr);
}

#[test]
fn the_audit_tells_what_was_done_and_whether_it_is_whole() {
    let place = Place::new();
    add(&place, "ada");
    let verified = run(&place, &["audit", "verify"], "");
    assert!(verified.code == 0 && verified.stdout.starts_with("1 "), "{}", verified.stderr);
    let exported = run(&place, &["audit", "export"], "").stdout;
    let entry: serde_json::Value = serde_json::from_str(exported.trim()).expect("a line of JSON");
    assert_eq!((entry["actor"]["kind"].as_str(), entry["action"].as_str()), (Some("operator"), Some("administer")));
    let anchored = run(&place, &["audit", "verify", "--anchor", "7 00ff"], "");
    assert!(anchored.code == 1 && anchored.stderr.contains("7 were written"), "{}", anchored.stderr);
}

#[test]
#[cfg(unix)]
fn the_master_key_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    add(&place, "ada");
    let key = place.path("data/state/master.key");
    assert_eq!(fs::metadata(&key).expect("it was made").permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("it is ours");
    let refused = run(&place, &["user", "list"], "");
    assert!(refused.code == 2 && refused.stderr.contains("chmod 600"), "{}", refused.stderr);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("it is ours");
    fs::write(&key, "bm90IGEga2V5\n").expect("it is ours");
    let broken = run(&place, &["user", "list"], "");
    assert!(broken.code == 2 && broken.stderr.contains("32 bytes in base64"), "{}", broken.stderr);
    fs::remove_file(&key).expect("it is ours");
    let lost = run(&place, &["user", "list"], "");
    assert!(lost.code == 2 && lost.stderr.contains("put the key back"), "{}", lost.stderr);
    assert!(!key.exists(), "no new key hides that the old one is lost");
}

#[test]
fn deliveries_are_listed_and_queued_again_and_tell_nothing_of_a_patient() {
    let place = Place::new();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let id = runtime.block_on(failed_delivery(&place));
    let failed = run(&place, &["deliver", "list", "--failed"], "").stdout;
    assert!(failed.starts_with(&id) && failed.contains("\tfailed\t") && failed.contains("the EHR is away"), "{failed}");
    assert!(!failed.contains("Roe"), "{failed}");
    let retried = run(&place, &["deliver", "retry", &id], "");
    assert_eq!((retried.code, retried.stdout.trim()), (0, id.as_str()), "{}", retried.stderr);
    assert_eq!(run(&place, &["deliver", "list", "--failed"], "").stdout, "");
    assert!(run(&place, &["deliver", "list"], "").stdout.contains("\tqueued\t"));
    let again = run(&place, &["deliver", "retry", &id], "");
    assert!(again.code == 2 && again.stderr.contains("is queued"), "{}", again.stderr);
    assert_eq!(run(&place, &["deliver", "retry", "--failed"], "").stdout, "");
    assert_eq!(run(&place, &["deliver", "retry"], "").code, 2);
    assert!(run(&place, &["audit", "export"], "").stdout.contains(&format!("delivery/{id}")));
}

/// A delivery that failed, of a visit of Jane Roe's; its id.
async fn failed_delivery(place: &Place) -> String {
    let config = Config::load(None, Some(&place.path("data"))).expect("loads");
    let store = app::open_store(&config).await.expect("the store opens");
    let patient = Patient { name: Some("Jane Roe".into()), ..Patient::default() };
    let details = EncounterDetails { patient, ..EncounterDetails::default() };
    let tx = store.begin().await.expect("a transaction");
    let visit = encounters::create(&tx, AccountId::new(&SystemClock, &SystemEntropy), details).await.expect("created");
    deliveries::enqueue(&tx, visit.id, 1, "preliminary").await.expect("queued");
    deliveries::end(&tx, visit.id, 1, DeliveryState::Failed, None, Some("the EHR is away")).await.expect("ended");
    tx.commit().await.expect("committed");
    deliveries::list(&store, visit.id).await.expect("listed")[0].id.to_string()
}

#[test]
fn retention_shows_its_rules_and_what_is_due() {
    let place = Place::new();
    let shown = run(&place, &["retention", "list"], "");
    assert_eq!(
        shown.stdout,
        "audio_days\t30\t0 due\ntranscript_days\talways\t0 due\nvisit_days\talways\t0 due\nunsigned_days\talways\t0 due\n",
        "{}",
        shown.stderr
    );
    let dry = run(&place, &["retention", "run", "--dry-run"], "");
    assert_eq!((dry.code, dry.stdout.as_str()), (0, ""));
}

#[test]
fn postgresql_is_copied_with_its_own_tools_and_nothing_is_copied_where_nothing_is() {
    let place = Place::new();
    let config = place.write("pg.toml", "[store]\ndatabase = \"postgres://soapstone:secret@nowhere/soapstone\"\n");
    for args in [["backup", "--to", "backups"].as_slice(), &["restore", "backups"]] {
        let refused = run(&place, &[&["--config", config.to_str().expect("text")], args].concat(), "");
        assert!(refused.code == 2 && refused.stderr.contains("pg_dump"), "{}", refused.stderr);
        assert!(!refused.stderr.contains("secret"), "{}", refused.stderr);
    }
    let nothing = run(&place, &["backup", "--to", "backups"], "");
    assert!(nothing.code == 2 && nothing.stderr.contains("there is no database"), "{}", nothing.stderr);
    assert!(!place.path("data/state").exists(), "and none is made by asking");
}
