//! The service over real HTTP, on a real database, with real models.

mod access;
mod audio;
mod consent;
mod delivery;
mod killed;
mod live;
mod log_in;
mod notes;
mod operations;
mod rooms;
mod visit;

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use soapstone::{
    audio::Segments,
    auth::{Secret, hash_password},
    config::Config,
    delivery::fhir::FhirClient,
    domain::{AccountId, AccountRole, Clock, Scope, SystemClock, SystemEntropy},
    http::{Service, router},
    pipeline::jobs::Workshop,
    sealing::{MasterKey, MasterKeys},
    store::{
        Store,
        accounts::{self, NewAccount},
        credentials::{self, Credential, CredentialKind},
    },
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// The password of every account of a test.
const PASSWORD: &str = "correct horse battery staple";

/// A service of its own for a test, listening on a port of its own.
struct Fixture {
    folder: TempDir,
    address: SocketAddr,
    workshop: Arc<Workshop>,
    client: Client,
    accounts: BTreeMap<&'static str, (AccountId, Secret)>,
    stop: CancellationToken,
}

/// Who has an account, besides the roles' own: a second clinician.
const PEOPLE: [(&str, AccountRole); 6] = [
    ("clinician", AccountRole::Clinician),
    ("colleague", AccountRole::Clinician),
    ("assistant", AccountRole::Assistant),
    ("qa", AccountRole::Qa),
    ("admin", AccountRole::Admin),
    ("system", AccountRole::System),
];

async fn fixture() -> Fixture {
    fixture_with_ehr(None).await
}

async fn fixture_with_ehr(ehr: Option<FhirClient>) -> Fixture {
    fixture_of(config(), ehr).await
}

/// The defaults, with small models.
fn config() -> Config {
    let mut config = Config::default();
    config.recognition.model = "whisper-tiny.en".to_owned();
    config.writing.model = "smollm2-135m".to_owned();
    config
}

async fn fixture_of(mut config: Config, ehr: Option<FhirClient>) -> Fixture {
    let folder = tempfile::tempdir().expect("a temporary folder");
    config.paths.state = folder.path().to_owned();
    let keys = MasterKeys::new(MasterKey::generate(&SystemEntropy), Vec::new());
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let store = Store::open(&config, keys, clock.clone(), entropy.clone()).await.expect("the store opens");
    let segments = Segments::new(folder.path().join("audio"));
    segments.sweep().expect("the folder is made");
    let workshop = Arc::new(Workshop::new(Arc::new(config), store, segments, clock, entropy, ehr));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let routes = router(Service { workshop: Arc::clone(&workshop) });
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let stop = CancellationToken::new();
    let (client, accounts) = (client(), BTreeMap::new());
    let mut fixture = Fixture { folder, address, workshop, client, accounts, stop };
    for (login, role) in PEOPLE {
        let account = fixture.account(login, role).await;
        let token = fixture.token(account, &Scope::ALL).await;
        fixture.accounts.insert(login, (account, token));
    }
    fixture
}

impl Drop for Fixture {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Fixture {
    /// Lets jobs be worked off.
    fn start_workers(&self) {
        tokio::spawn(Arc::clone(&self.workshop).run(self.stop.clone()));
    }

    async fn account(&self, login: &str, role: AccountRole) -> AccountId {
        let password_hash = Some(hash_password(PASSWORD, login).expect("a good password"));
        let (login, display_name) = (login.to_owned(), format!("{login}, in full"));
        let tx = self.workshop.store.begin().await.expect("a transaction");
        let new = NewAccount { login, display_name, role, password_hash };
        let account = accounts::create(&tx, new).await.expect("created").expect("a new name");
        tx.commit().await.expect("committed");
        account.id
    }

    async fn token(&self, account: AccountId, scopes: &[Scope]) -> Secret {
        let (secret, now) = (Secret::generate("sst", &SystemEntropy), SystemClock.now());
        let token = Credential {
            secret_hash: secret.hash(),
            account: Some(account),
            label: "test".to_owned(),
            scopes: scopes.to_vec(),
            created_at: now,
            expires_at: now + jiff::SignedDuration::from_hours(1),
        };
        let tx = self.workshop.store.begin().await.expect("a transaction");
        credentials::create(&tx, CredentialKind::Token, &token).await.expect("created");
        tx.commit().await.expect("committed");
        secret
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A request that nobody in particular makes.
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path))
    }

    /// A request of `who`.
    fn ask(&self, who: &str, method: Method, path: &str) -> RequestBuilder {
        let (_, token) = &self.accounts[who];
        self.request(method, path).bearer_auth(token.expose())
    }

    fn get(&self, who: &str, path: &str) -> RequestBuilder {
        self.ask(who, Method::GET, path)
    }

    fn post(&self, who: &str, path: &str, body: &Value) -> RequestBuilder {
        self.ask(who, Method::POST, path).json(body)
    }

    fn put(&self, who: &str, path: &str, body: &Value) -> RequestBuilder {
        self.ask(who, Method::PUT, path).json(body)
    }

    /// A visit of the clinician's; its path.
    async fn encounter(&self) -> String {
        let body = json!({ "patient": { "name": "Jane Roe", "birth_date": "1960-05-17", "sex": "female" }, "room": "3", "ehr": { "patient": "p7" } });
        let answer = self.post("clinician", "/api/v1/encounters", &body).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::CREATED);
        answer.headers()["location"].to_str().expect("text").to_owned()
    }

    /// The same, with consent.
    async fn consented(&self) -> String {
        let path = self.encounter().await;
        let answer = self.put("clinician", &format!("{path}/consent"), &consent()).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        path
    }

    async fn send_segment(&self, path: &str, sequence: u32, bytes: Vec<u8>) -> StatusCode {
        let segment = self.ask("clinician", Method::PUT, &format!("{path}/audio/{sequence}"));
        let segment = segment.header("content-type", "audio/flac").body(bytes);
        segment.send().await.expect("an answer").status()
    }

    /// Waits until the visit is in this state.
    async fn reaches(&self, path: &str, state: &str) -> Value {
        for _ in 0..1200 {
            let encounter = body(self.get("clinician", path)).await.1;
            assert!(encounter["state"] != "failed" || state == "failed", "{}", encounter["jobs"]);
            if encounter["state"] == state {
                return encounter;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        panic!("the visit never came to {state}");
    }

    /// Every byte under the folder of the service.
    fn bytes(&self) -> Vec<u8> {
        fn under(folder: &std::path::Path, into: &mut Vec<u8>) {
            for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
                match entry.path() {
                    path if path.is_dir() => under(&path, into),
                    path => into.extend(std::fs::read(path).unwrap_or_default()),
                }
            }
        }
        let mut bytes = Vec::new();
        under(self.folder.path(), &mut bytes);
        bytes
    }

    fn holds(&self, text: &str) -> bool {
        self.bytes().windows(text.len()).any(|window| window == text.as_bytes())
    }
}

/// A client, which asks for a provider of TLS even where it is given none to do.
fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::new()
}

fn consent() -> Value {
    json!({ "rule": "all_party", "given_by": "patient", "method": "verbal", "wording": "2026-1" })
}

/// Status and JSON of the answer; `null` where there is none.
async fn body(request: RequestBuilder) -> (StatusCode, Value) {
    let answer = request.send().await.expect("an answer");
    let status = answer.status();
    let bytes = answer.bytes().await.expect("a body");
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

/// The word of a problem.
fn problem(body: &Value) -> &str {
    let kind = body["type"].as_str().unwrap_or_default();
    kind.strip_prefix("urn:soapstone:problem:").unwrap_or(kind)
}
