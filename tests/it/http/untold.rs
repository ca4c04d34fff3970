//! A whole visit, served by two processes that log as much as anybody can make them, and nothing of it is told: neither in the
//! logs, nor in figures or faults.

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use super::{
    client,
    process::{self, Service},
};

const VISIT: &str = "visit-02-knee";

/// The patient, and what people write about them.
const NAME: &str = "Wilhelmina Oxenbridge";
const MRN: &str = "MRN-730188";
const BIRTH_DATE: &str = "1951-03-27";
const EHR_PATIENT: &str = "pat-771923";
const GIVEN_BY: &str = "niece Philippa Greenhalgh";
const EDIT: &str = "Quadriceps strengthening thrice weekly.";
const REASON: &str = "transposed laterality";

/// Words of the visit that logs, figures and faults use on their own account.
const COMMON: &[&str] = &["again", "given", "inside", "never", "order", "still", "there", "where"];

/// Everything that the service let anybody see outside of the visit itself.
struct Seen {
    client: Client,
    url: String,
    token: String,
    faults: String,
}

impl Seen {
    fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token)
    }

    async fn json(&self, request: RequestBuilder) -> (StatusCode, Value) {
        super::body(request).await
    }

    /// A request that is to fail; what it is told counts as seen.
    async fn fails(&mut self, request: RequestBuilder) {
        let answer = request.send().await.expect("an answer");
        assert!(answer.status().is_client_error(), "{}", answer.status());
        assert!(answer.headers().contains_key("x-request-id"));
        // The other headers are the same of every answer.
        for name in ["location", "www-authenticate", "x-request-id"] {
            self.faults += &format!("{:?}\n", answer.headers().get(name));
        }
        self.faults += &format!("{}\n", answer.text().await.expect("text"));
    }
}

#[tokio::test]
async fn nothing_of_a_visit_stands_in_logs_figures_or_faults() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let models = "[recognition]\nmodel = \"whisper-tiny.en\"\n[writing]\nmodel = \"smollm2-135m\"\n";
    let config = process::config(folder.path(), &format!("{models}[log]\nformat = \"json\"\n"));
    let scopes = ["encounters:read", "encounters:write", "audio:write", "notes:sign"];
    let token = process::token(&config, &scopes);
    let (service, url) = Service::serve(&config, &["--no-jobs", "-vvv"]).await;
    let worker = Service::start(&config, &["worker", "-vvv"], "waiting for jobs").await;
    let mut seen = Seen { client: client(), url, token, faults: String::new() };

    let visit = record(&seen).await;
    provoke(&mut seen, &visit, false).await;
    let transcript = drafted(&seen, &visit).await;
    edit_and_sign(&seen, &visit).await;
    provoke(&mut seen, &visit, true).await;

    let place = seen.url.trim_end_matches("/api/v1");
    let figures = seen.client.get(format!("{place}/metrics")).send().await.expect("an answer");
    let figures = figures.text().await.expect("text");
    assert!(figures.contains("soapstone_jobs{kind=\"draft\",state=\"done\"} 1"), "{figures}");

    let (worked, worker_log) = worker.stop().await;
    let (served, service_log) = service.stop().await;
    assert_eq!((worked, served), (Some(0), Some(0)), "{worker_log}\n{service_log}");
    let lines = service_log.lines().chain(worker_log.lines()).filter(|line| line.starts_with('{'));
    let lines = Vec::from_iter(lines.map(|line| serde_json::from_str::<Value>(line).expect("a line is an object")));
    assert!(lines.iter().any(|line| line["message"] == "answered" && line["request"].as_str().is_some()));
    for line in service_log.lines().chain(worker_log.lines()) {
        assert!(line.starts_with('{') || line.starts_with("soapstone: "), "{line}");
    }

    let told = format!("{service_log}{worker_log}{figures}{}", seen.faults).to_lowercase();
    let words: BTreeSet<&str> = told.split(|letter: char| !letter.is_alphanumeric()).collect();
    let secret = secrets(&transcript);
    assert!(secret.len() > 100, "{} words to look for", secret.len());
    let found = Vec::from_iter(secret.iter().filter(|word| words.contains(word.as_str())));
    assert!(found.is_empty(), "{found:?}");
    for text in [MRN, BIRTH_DATE, EHR_PATIENT] {
        assert!(!told.contains(&text.to_lowercase()), "{text}");
    }
}

/// Enters the visit and sends its recording; its path.
async fn record(seen: &Seen) -> String {
    let patient = json!({ "name": NAME, "birth_date": BIRTH_DATE, "sex": "female", "mrn": MRN });
    let visit = json!({ "patient": patient, "ehr": { "patient": EHR_PATIENT } });
    let (status, made) = seen.json(seen.ask(Method::POST, "/encounters").json(&visit)).await;
    assert_eq!(status, StatusCode::CREATED);
    let visit = format!("/encounters/{}", made["id"].as_str().expect("an id"));
    let consent = json!({ "rule": "all_party", "given_by": GIVEN_BY, "method": "verbal", "wording": "2026-1" });
    let given = seen.ask(Method::PUT, &format!("{visit}/consent")).json(&consent);
    assert_eq!(seen.json(given).await.0, StatusCode::OK);
    let recording = fs::read(fixture("flac")).expect("the recording");
    let sent = seen.ask(Method::POST, &format!("{visit}/audio")).header("content-type", "audio/flac").body(recording);
    assert_eq!(seen.json(sent).await.0, StatusCode::ACCEPTED);
    visit
}

/// Waits for the draft; what the transcript says.
async fn drafted(seen: &Seen, visit: &str) -> String {
    for _ in 0..2400 {
        let (_, encounter) = seen.json(seen.ask(Method::GET, visit)).await;
        match encounter["state"].as_str() {
            Some("drafted") => {
                let (_, transcript) = seen.json(seen.ask(Method::GET, &format!("{visit}/transcript"))).await;
                let utterances = transcript["utterances"].as_array().expect("utterances");
                return utterances.iter().filter_map(|one| one["text"].as_str()).collect::<Vec<_>>().join(" ");
            }
            Some("failed") => panic!("{}", encounter["jobs"]),
            _ => tokio::time::sleep(Duration::from_millis(250)).await,
        }
    }
    panic!("the visit never came to a draft");
}

async fn edit_and_sign(seen: &Seen, visit: &str) {
    let note = format!("{visit}/note");
    let (_, mut edited) = seen.json(seen.ask(Method::GET, &note)).await;
    let section = edited["sections"].as_array_mut().expect("sections").first_mut().expect("a section");
    section["statements"] = json!([{ "id": "s1", "text": EDIT, "evidence": [], "support": "edited" }]);
    let sent = seen.ask(Method::PUT, &note).header("if-match", etag(seen, &note).await).json(&edited);
    assert_eq!(seen.json(sent).await.0, StatusCode::OK);
    let sign = seen.ask(Method::POST, &format!("{note}/sign")).header("if-match", etag(seen, &note).await);
    assert_eq!(seen.json(sign).await.0, StatusCode::OK);
    let amended = json!({ "note": edited, "reason": REASON });
    let amend = seen.ask(Method::POST, &format!("{note}/amend")).header("if-match", etag(seen, &note).await);
    assert_eq!(seen.json(amend.json(&amended)).await.0, StatusCode::OK);
}

async fn etag(seen: &Seen, note: &str) -> String {
    let answer = seen.ask(Method::GET, note).send().await.expect("an answer");
    answer.headers()["etag"].to_str().expect("text").to_owned()
}

/// Asks for what cannot be, with the patient's words in every part of a request that can carry some.
async fn provoke(seen: &mut Seen, visit: &str, is_signed: bool) {
    let words = format!("{NAME} {MRN} {EDIT} {REASON} {GIVEN_BY}");
    let quoted = format!("{:?}", words);
    let note = format!("{visit}/note");
    let mut requests = vec![
        seen.ask(Method::GET, &format!("/encounters/{MRN}")),
        seen.ask(Method::GET, &format!("/{NAME}")),
        seen.ask(Method::GET, &format!("/encounters?state={words}")),
        seen.ask(Method::GET, &format!("/encounters?{words}=1")),
        seen.ask(Method::GET, &format!("{visit}/audio?from_ms={words}")),
        seen.ask(Method::GET, &format!("{note}/versions/{MRN}")),
        seen.ask(Method::POST, "/encounters").json(&json!({ (NAME): words })),
        seen.ask(Method::POST, "/encounters").json(&json!({ "patient": { "sex": words } })),
        seen.ask(Method::POST, "/encounters").json(&json!({ "patient": { "birth_date": words } })),
        seen.ask(Method::POST, "/encounters").json(&json!({ "clinician": words })),
        seen.ask(Method::POST, "/encounters").header("content-type", "application/json").body(quoted),
        seen.ask(Method::POST, "/encounters").header("content-type", words.clone()).body(words.clone()),
        seen.ask(Method::PUT, &format!("{visit}/consent")).json(&json!({ "rule": words })),
        seen.ask(Method::POST, &format!("{visit}/recording")).json(&json!({ "action": words })),
        seen.ask(Method::PUT, &note).header("if-match", words.clone()).json(&json!({ "sections": words })),
        seen.ask(Method::POST, &format!("{note}/sign")).header("if-match", words.clone()),
        seen.ask(Method::PATCH, &format!("{visit}/transcript"))
            .header("if-match", "\"1\"")
            .json(&json!({ "utterances": words })),
        seen.client.post(format!("{}/session", seen.url)).json(&json!({ "login": NAME, "password": words })),
        seen.client.post(format!("{}/setup", seen.url)).json(&json!({ "secret": words, "login": NAME,
            "display_name": NAME, "password": words })),
        seen.client.get(format!("{}/encounters", seen.url)).bearer_auth(MRN),
        seen.ask(Method::from_bytes(b"WILHELMINA").expect("a method"), "/encounters"),
    ];
    if is_signed {
        requests.push(seen.ask(Method::POST, &format!("{note}/sign")).header("if-match", "\"1\""));
        requests.push(seen.ask(Method::POST, &format!("{visit}/audio")).body(words.clone()));
    }
    for request in requests {
        seen.fails(request).await;
    }
}

/// Every word of the visit and of the patient that nobody needs who speaks of the service.
fn secrets(transcript: &str) -> BTreeSet<String> {
    let reference: Value =
        serde_json::from_slice(&fs::read(fixture("transcript.json")).expect("the reference")).expect("JSON");
    let utterances = reference["utterances"].as_array().expect("utterances");
    let spoken = utterances.iter().filter_map(|one| one["text"].as_str()).collect::<Vec<_>>().join(" ");
    let all = [&spoken, transcript, NAME, GIVEN_BY, EDIT, REASON].join(" ").to_lowercase();
    let words = all.split(|letter: char| !letter.is_alphanumeric()).filter(|word| word.chars().count() >= 5);
    words.filter(|word| !COMMON.contains(word)).map(str::to_owned).collect()
}

fn fixture(ending: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("audio-fixtures/{VISIT}.{ending}"))
}
