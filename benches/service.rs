//! How many requests the service answers, and how fast: `make bench-service`, or
//! `cargo bench --bench service -- [--rate N] [--seconds N] [--connections N] [--while-transcribing RECORDING]`.
//!
//! Starts the real service on a folder of its own with 500 visits, each with a transcript and a note, and reads over real
//! HTTP: visits, notes, transcripts, and lists of fifty. First as fast as the connections get answers; then at a steady rate
//! (default 1,000 a second), where a request's time counts from when it was due, so that a service that falls behind cannot
//! hide it. With `--while-transcribing`, the steady rate again, while the service transcribes that recording and drafts its
//! note. This program's own work is on the same cores.

use std::{
    error::Error,
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use soapstone::{
    app,
    auth::Secret,
    config::Config,
    domain::{
        AccountId, AccountRole, Clock, EncounterDetails, Note, Patient, Scope, SystemClock, SystemEntropy, Transcript,
    },
    notes,
    store::{
        Store,
        accounts::{self, NewAccount},
        credentials::{self, Credential, CredentialKind},
        documents::{self, DocumentKind},
        encounters,
    },
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const VISITS: usize = 500;
const TRANSCRIPT: &str = "audio-fixtures/visit-01-hypertension.transcript.json";

struct Options {
    rate: u64,
    seconds: u64,
    connections: usize,
    recording: Option<String>,
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let options = options()?;
    let folder = tempfile::tempdir()?;
    let config = configured(folder.path())?;
    let (token, visits) = fill(&config).await?;
    let service = Service::start(&config)?;
    let address = service.address.clone();
    let requests = Arc::new(requests(&token, &visits));

    println!("{VISITS} visits, {} connections, {} s each", options.connections, options.seconds);
    println!("{:<34} {:>10} {:>9} {:>9} {:>9} {:>7}", "", "requests/s", "p50 ms", "p99 ms", "max ms", "faults");
    let steady = Some(options.rate);
    drive(&address, &requests, &options, None, Duration::from_secs(2)).await?;
    let spell = Duration::from_secs(options.seconds);
    drive(&address, &requests, &options, None, spell).await?.print("as fast as it answers");
    drive(&address, &requests, &options, steady, spell).await?.print("at a steady rate");
    if let Some(recording) = &options.recording {
        let visit = upload(&address, &token, recording).await?;
        drive(&address, &requests, &options, steady, spell).await?.print("at a steady rate, transcribing");
        let state = state(&address, &token, &visit).await?;
        println!("(the visit was {state} when the last figure was taken)");
    }
    println!("memory of the service {} MB", service.memory_mb()?);
    Ok(())
}

fn options() -> Outcome<Options> {
    let mut options = Options { rate: 1000, seconds: 15, connections: 32, recording: None };
    // cargo bench passes --bench.
    let mut given = std::env::args().skip(1).filter(|argument| argument != "--bench");
    while let Some(name) = given.next() {
        let value = given.next().ok_or("each option has a value")?;
        match name.as_str() {
            "--rate" => options.rate = value.parse()?,
            "--seconds" => options.seconds = value.parse()?,
            "--connections" => options.connections = value.parse()?,
            "--while-transcribing" => options.recording = Some(value),
            _ => return Err(format!("there is no option {name}").into()),
        }
    }
    Ok(options)
}

/// A configuration whose limits let this one caller through.
fn configured(folder: &Path) -> Outcome<std::path::PathBuf> {
    let file = folder.join("soapstone.toml");
    let state = folder.join("state");
    let limits = "[limits]\naddress_per_s = 1000000\ncaller_per_s = 1000000\n";
    fs::write(&file, format!("[paths]\nstate = {state:?}\n[server]\nlisten = \"127.0.0.1:0\"\n{limits}"))?;
    Ok(file)
}

/// Enters a clinician and their visits, and gives a token and the ids.
async fn fill(config: &Path) -> Outcome<(String, Vec<String>)> {
    let store = app::open_store(&Config::load(Some(config), None)?).await?;
    let transcript = Path::new(env!("CARGO_MANIFEST_DIR")).join(TRANSCRIPT);
    let transcript: Transcript = serde_json::from_slice(&fs::read(transcript)?)?;
    let clinician = clinician(&store).await?;
    let token = token(&store, clinician).await?;
    let note = note(&transcript)?;
    let mut visits = Vec::with_capacity(VISITS);
    for number in 0..VISITS {
        let name = format!("Patient {number}");
        let patient = Patient { name: Some(name.into()), ..Patient::default() };
        let details = EncounterDetails { patient, room: Some("3".to_owned()), ..EncounterDetails::default() };
        let tx = store.begin().await?;
        let id = encounters::create(&tx, clinician, details).await?.id;
        documents::append(&tx, id, DocumentKind::Transcript, 0, None, "current", &transcript).await?;
        notes::keep_machine_draft(&tx, id, &note).await?;
        tx.commit().await?;
        visits.push(id.to_string());
    }
    Ok((token, visits))
}

async fn clinician(store: &Store) -> Outcome<AccountId> {
    let (login, display_name) = ("ada".to_owned(), "Ada Byron, MD".to_owned());
    let new = NewAccount { login, display_name, role: AccountRole::Clinician, password_hash: None };
    let tx = store.begin().await?;
    let account = accounts::create(&tx, new).await?.ok_or("the store is not empty")?;
    tx.commit().await?;
    Ok(account.id)
}

async fn token(store: &Store, account: AccountId) -> Outcome<String> {
    let (secret, now) = (Secret::generate("sst", &SystemEntropy), SystemClock.now());
    let token = Credential {
        secret_hash: secret.hash(),
        account: Some(account),
        label: "bench".to_owned(),
        scopes: Scope::ALL.to_vec(),
        created_at: now,
        last_used_at: now,
        expires_at: now + jiff::SignedDuration::from_hours(24),
    };
    let tx = store.begin().await?;
    credentials::create(&tx, CredentialKind::Token, &token).await?;
    tx.commit().await?;
    Ok(secret.expose().to_owned())
}

/// A note of ordinary length: each line of the transcript a statement.
fn note(transcript: &Transcript) -> Outcome<Note> {
    let statements = transcript.utterances.iter().take(40).enumerate().map(|(number, utterance)| {
        json!({
            "id": format!("s{number}"), "text": utterance.text, "support": "supported",
            "evidence": [{ "utterance": utterance.id }],
        })
    });
    let statements: Vec<Value> = statements.collect();
    Ok(serde_json::from_value(json!({
        "schema": "soapstone.note/1", "status": "draft", "encounter": { "id": "e" },
        "sections": [{ "id": "plan", "soap": "P", "title": "Plan", "loinc": "18776-5", "statements": statements }],
        "problems": [], "medications": [], "allergies": [], "vitals": [], "orders": [],
        "review": { "unsupported": [], "omitted": [], "uncertain": [], "truncated": false },
        "provenance": { "soapstone": "0", "models": [], "prompts": [], "timings_ms": {} },
    }))?)
}

/// The reads of somebody at work, as they go over the wire: a list, then three visits, the notes of two, a transcript.
fn requests(token: &str, visits: &[String]) -> Vec<String> {
    let paths = visits.chunks(3).flat_map(|few| {
        let list = "/encounters".to_owned();
        let looked_up = few.iter().map(|id| format!("/encounters/{id}"));
        let read = few.iter().take(2).map(|id| format!("/encounters/{id}/note"));
        let transcript = format!("/encounters/{}/transcript", few[0]);
        [list].into_iter().chain(looked_up).chain(read).chain([transcript])
    });
    paths.map(|path| get(token, &path)).collect()
}

fn get(token: &str, path: &str) -> String {
    format!("GET /api/v1{path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\r\n")
}

/// What came of a spell of requests.
#[derive(Default)]
struct Figures {
    milliseconds: Vec<f64>,
    faults: usize,
    took: Duration,
}

impl Figures {
    fn print(mut self, what: &str) {
        self.milliseconds.sort_by(f64::total_cmp);
        let count = self.milliseconds.len();
        let at = |part: f64| self.milliseconds[((count as f64 * part) as usize).min(count - 1)];
        let rate = count as f64 / self.took.as_secs_f64();
        println!("{what:<34} {rate:>10.0} {:>9.1} {:>9.1} {:>9.1} {:>7}", at(0.5), at(0.99), at(1.0), self.faults);
    }
}

/// Sends `requests`, over and over, for a `spell`: each connection one after another, at `rate` a second all together where it
/// is given.
async fn drive(
    address: &str,
    requests: &Arc<Vec<String>>,
    options: &Options,
    rate: Option<u64>,
    spell: Duration,
) -> Outcome<Figures> {
    let (next, began) = (Arc::new(AtomicUsize::new(0)), Instant::now());
    let mut connections = tokio::task::JoinSet::new();
    for _ in 0..options.connections {
        let (requests, next) = (Arc::clone(requests), Arc::clone(&next));
        let mut connection = Connection::open(address).await?;
        connections.spawn(async move {
            let mut figures = Figures::default();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let due = rate.map(|rate| began + Duration::from_nanos(number as u64 * 1_000_000_000 / rate));
                if due.unwrap_or_else(Instant::now).duration_since(began) >= spell {
                    return Ok::<_, Box<dyn Error + Send + Sync>>(figures);
                }
                if let Some(due) = due {
                    tokio::time::sleep_until(due.into()).await;
                }
                let from = due.unwrap_or_else(Instant::now);
                let (status, _) = connection.ask(requests[number % requests.len()].as_bytes(), &[]).await?;
                figures.milliseconds.push(from.elapsed().as_secs_f64() * 1000.0);
                figures.faults += usize::from(status != 200);
            }
        });
    }
    let mut all = Figures::default();
    while let Some(figures) = connections.join_next().await {
        let figures = figures??;
        all.milliseconds.extend(figures.milliseconds);
        all.faults += figures.faults;
    }
    all.took = began.elapsed();
    Ok(all)
}

/// A connection that asks, waits for the answer, and asks again: little enough work to leave the cores to the service.
struct Connection(BufReader<TcpStream>);

impl Connection {
    async fn open(address: &str) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Status and body of the answer.
    async fn ask(&mut self, head: &[u8], body: &[u8]) -> Outcome<(u16, Vec<u8>)> {
        self.0.get_mut().write_all(head).await?;
        self.0.get_mut().write_all(body).await?;
        let mut line = String::new();
        self.0.read_line(&mut line).await?;
        let status = line.split(' ').nth(1).ok_or("the service hung up")?.parse()?;
        let mut length = 0;
        loop {
            line.clear();
            self.0.read_line(&mut line).await?;
            let header = line.trim_end().to_ascii_lowercase();
            match header.split_once(':') {
                Some(("content-length", value)) => length = value.trim().parse()?,
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await?;
        Ok((status, body))
    }
}

/// Uploads `recording` as a visit of its own, whose path it gives.
async fn upload(address: &str, token: &str, recording: &str) -> Outcome<String> {
    let mut connection = Connection::open(address).await?;
    let mut send = async |verb: &str, path: &str, kind: &str, body: &[u8]| {
        let head = format!(
            "{verb} /api/v1{path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
             content-type: {kind}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let (status, answer) = connection.ask(head.as_bytes(), body).await?;
        if status >= 300 {
            return Err(format!("{verb} {path}: {status} {}", String::from_utf8_lossy(&answer)).into());
        }
        Ok::<_, Box<dyn Error + Send + Sync>>(serde_json::from_slice(&answer).unwrap_or(Value::Null))
    };
    let made = send("POST", "/encounters", "application/json", b"{}").await?;
    let path = format!("/encounters/{}", made["id"].as_str().ok_or("a visit has an id")?);
    let consent = json!({ "rule": "all_party", "given_by": "patient", "method": "verbal", "wording": "2026-1" });
    send("PUT", &format!("{path}/consent"), "application/json", consent.to_string().as_bytes()).await?;
    send("POST", &format!("{path}/audio"), "audio/flac", &fs::read(recording)?).await?;
    Ok(path)
}

async fn state(address: &str, token: &str, visit: &str) -> Outcome<String> {
    let (_, body) = Connection::open(address).await?.ask(get(token, visit).as_bytes(), &[]).await?;
    let visit: Value = serde_json::from_slice(&body)?;
    Ok(visit["state"].as_str().unwrap_or("gone").to_owned())
}

/// The service as people run it, and where it listens. It ends with this.
struct Service {
    process: Child,
    address: String,
}

impl Service {
    fn start(config: &Path) -> Outcome<Self> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_soapstone"));
        let mut process = command.arg("--config").arg(config).arg("serve").stderr(Stdio::piped()).spawn()?;
        let said = process.stderr.take().ok_or("no standard error")?;
        let mut lines = std::io::BufRead::lines(std::io::BufReader::new(said));
        let address = lines.find_map(|line| {
            let (_, rest) = line.ok()?.split_once("listening at ").map(|(a, b)| (a.to_owned(), b.to_owned()))?;
            Some(rest.split(',').next()?.to_owned())
        });
        // Whatever else it says is shown, and never fills the pipe.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| eprintln!("{line}")));
        Ok(Self { process, address: address.ok_or("the service did not start")? })
    }

    fn memory_mb(&self) -> Outcome<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("the kernel does not tell")?;
        Ok(u64::from_str(line.trim().trim_end_matches("kB").trim())? / 1000)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
