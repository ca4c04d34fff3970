//! The service's log-in at an EHR with its own key, against a server of the test's own that checks what is signed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Form, Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde_json::{Value, json};
use soapstone::{
    config::{Config, SmartConfig},
    delivery::fhir::{DeliveryError, EhrLogin, FhirClient, ServiceKey, SmartLogin},
    domain::{SystemClock, SystemEntropy},
};

const CLIENT: &str = "soapstone-at-the-clinic";

/// A FHIR server, and who gives its tokens.
#[derive(Default)]
struct Ehr {
    base: Mutex<String>,
    keys: Mutex<Option<JwkSet>>,
    /// Assertions that were seen: each is good for once.
    seen: Mutex<BTreeSet<String>>,
    tokens: Mutex<Vec<String>>,
    lasts_s: Mutex<Option<i64>>,
    /// Tokens that are taken are this one and those after it.
    oldest: Mutex<usize>,
    document: Mutex<Option<Value>>,
    publishes: Mutex<Option<String>>,
}

impl Ehr {
    fn given(&self) -> usize {
        self.tokens.lock().expect("whole").len()
    }
}

async fn start(ehr: Arc<Ehr>, pem: &str, endpoint: Option<String>) -> FhirClient {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    ehr.base.lock().expect("whole").clone_from(&base);
    let routes = Router::new()
        .route("/fhir/.well-known/smart-configuration", get(configuration))
        .route("/token", post(token))
        .route("/fhir/DocumentReference", get(search).post(create))
        .route("/fhir/DocumentReference/{id}", put(create).get(read))
        .with_state(Arc::clone(&ehr));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let text = format!("[ehr.smart]\nclient_id = \"{CLIENT}\"\nkey = \"env:NONE\"\n");
    let config: Config = toml::from_str(&text).expect("a configuration");
    let smart = SmartConfig { token_endpoint: endpoint, ..config.ehr.smart.expect("given") };
    let key = ServiceKey::from_pem(pem).expect("a key");
    let keys = serde_json::from_value(key.public_keys()).expect("a key set");
    *ehr.keys.lock().expect("whole") = Some(keys);
    let login = SmartLogin::new(smart, key, Arc::new(SystemClock), Arc::new(SystemEntropy));
    FhirClient::new(&format!("{base}/fhir"), EhrLogin::Smart(Box::new(login)), Duration::from_secs(5))
}

async fn configuration(State(ehr): State<Arc<Ehr>>) -> Json<Value> {
    let own = format!("{}/token", ehr.base.lock().expect("whole"));
    let endpoint = ehr.publishes.lock().expect("whole").clone().unwrap_or(own);
    Json(json!({ "token_endpoint": endpoint, "grant_types_supported": ["client_credentials"] }))
}

async fn token(State(ehr): State<Arc<Ehr>>, Form(asked): Form<BTreeMap<String, String>>) -> Response {
    let refuse = |word: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": word }))).into_response();
    if asked["grant_type"] != "client_credentials" || asked["scope"] != "system/DocumentReference.crus" {
        return refuse("invalid_scope");
    }
    assert_eq!(asked["client_assertion_type"], "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    let assertion = &asked["client_assertion"];
    let header = decode_header(assertion).expect("a header");
    assert!(matches!(header.alg, Algorithm::RS384 | Algorithm::ES384), "{:?}", header.alg);
    let keys = ehr.keys.lock().expect("whole").clone().expect("registered");
    let Some(key) = keys.find(header.kid.as_deref().expect("a key id")) else { return refuse("invalid_client") };
    let mut validation = Validation::new(header.alg);
    validation.set_audience(&[format!("{}/token", ehr.base.lock().expect("whole"))]);
    validation.set_issuer(&[CLIENT]);
    validation.set_required_spec_claims(&["exp", "iss", "sub", "aud"]);
    let key = DecodingKey::from_jwk(key).expect("a key");
    let Ok(claims) = decode::<Value>(assertion, &key, &validation) else { return refuse("invalid_client") };
    let claims = claims.claims;
    assert_eq!(claims["sub"], CLIENT);
    assert!(claims["exp"].as_i64().expect("a time") - claims["iat"].as_i64().expect("a time") <= 300);
    if !ehr.seen.lock().expect("whole").insert(claims["jti"].as_str().expect("an id").to_owned()) {
        return refuse("invalid_client");
    }
    let mut tokens = ehr.tokens.lock().expect("whole");
    let token = format!("token-{}", tokens.len());
    tokens.push(token.clone());
    let lasts_s = ehr.lasts_s.lock().expect("whole").unwrap_or(300);
    Json(json!({ "access_token": token, "token_type": "bearer", "expires_in": lasts_s })).into_response()
}

fn refuse(ehr: &Ehr, headers: &HeaderMap) -> Option<Response> {
    let shown = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let oldest = *ehr.oldest.lock().expect("whole");
    let tokens = ehr.tokens.lock().expect("whole");
    let is_good = tokens.iter().skip(oldest).any(|token| shown == format!("Bearer {token}"));
    (!is_good).then(|| StatusCode::UNAUTHORIZED.into_response())
}

async fn search(State(ehr): State<Arc<Ehr>>, headers: HeaderMap) -> Response {
    if let Some(refusal) = refuse(&ehr, &headers) {
        return refusal;
    }
    let found = ehr.document.lock().expect("whole").clone();
    let entries = Vec::from_iter(found.map(|document| json!({ "resource": document })));
    Json(json!({ "resourceType": "Bundle", "entry": entries })).into_response()
}

async fn create(State(ehr): State<Arc<Ehr>>, headers: HeaderMap, body: String) -> Response {
    if let Some(refusal) = refuse(&ehr, &headers) {
        return refusal;
    }
    let mut document: Value = serde_json::from_str(&body).expect("JSON");
    document["id"] = "d1".into();
    *ehr.document.lock().expect("whole") = Some(document.clone());
    (StatusCode::CREATED, Json(document)).into_response()
}

async fn read(State(ehr): State<Arc<Ehr>>, headers: HeaderMap) -> Response {
    refuse(&ehr, &headers).unwrap_or_else(|| Json(ehr.document.lock().expect("whole").clone()).into_response())
}

fn document() -> Value {
    json!({ "resourceType": "DocumentReference", "status": "current", "identifier": [{ "value": "e1" }] })
}

const EC: &str = include_str!("../support/keys/p384.pem");
const RSA: &str = include_str!("../support/keys/rsa2048.pem");

#[tokio::test]
async fn a_key_opens_the_ehr_and_one_token_serves_until_it_is_old() {
    for pem in [EC, RSA] {
        let ehr = Arc::new(Ehr::default());
        let client = start(Arc::clone(&ehr), pem, None).await;
        for _ in 0..3 {
            assert_eq!(client.file(&document()).await.expect("filed").id, "d1");
        }
        assert_eq!(ehr.given(), 1, "nine requests and one token");
        *ehr.oldest.lock().expect("whole") = 1;
        client.file(&document()).await.expect("a token that is not taken any more is renewed");
        assert_eq!(ehr.given(), 2);
    }
}

#[tokio::test]
async fn a_token_that_ends_at_once_is_not_used_again() {
    let ehr = Arc::new(Ehr { lasts_s: Mutex::new(Some(0)), ..Ehr::default() });
    let client = start(Arc::clone(&ehr), EC, None).await;
    client.file(&document()).await.expect("filed");
    assert_eq!(ehr.given(), 3, "each of the three requests needs its own");
}

#[tokio::test]
async fn an_ehr_that_refuses_the_key_is_asked_once_and_says_why() {
    let ehr = Arc::new(Ehr::default());
    let client = start(Arc::clone(&ehr), EC, None).await;
    let other = ServiceKey::from_pem(RSA).expect("a key").public_keys();
    *ehr.keys.lock().expect("whole") = Some(serde_json::from_value(other).expect("a key set"));
    let error = client.file(&document()).await.expect_err("refused");
    assert!(matches!(error, DeliveryError::Refused(_)) && error.to_string().contains("invalid_client"), "{error}");
}

#[tokio::test]
async fn an_ehr_that_takes_no_token_at_all_is_not_asked_for_ever() {
    let ehr = Arc::new(Ehr { oldest: Mutex::new(100), ..Ehr::default() });
    let client = start(Arc::clone(&ehr), EC, None).await;
    let error = client.file(&document()).await.expect_err("refused");
    assert!(matches!(error, DeliveryError::Refused(_)) && error.to_string().contains("401"), "{error}");
    assert_eq!(ehr.given(), 2, "renewed once");
}

#[tokio::test]
async fn what_is_signed_goes_nowhere_where_others_could_read_it() {
    let ehr = Arc::new(Ehr { publishes: Mutex::new(Some("http://ehr.example/token".to_owned())), ..Ehr::default() });
    let client = start(Arc::clone(&ehr), EC, None).await;
    let error = client.file(&document()).await.expect_err("refused").to_string();
    assert!(error.contains("https://"), "{error}");
}
