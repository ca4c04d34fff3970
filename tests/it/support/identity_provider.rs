//! An OpenID Connect provider of the tests' own: real HTTP, real signatures, and every way to lie that a test asks for.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Form, Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub const CLIENT: &str = "soapstone";
pub const SECRET: &str = "between the two of us";

const KEYS: [(&str, &str); 2] =
    [("one", include_str!("keys/rsa2048.pem")), ("two", include_str!("keys/rsa2048-other.pem"))];

/// What the provider says of who logs in next, and how it lies.
#[derive(Clone)]
pub struct Says {
    /// Claims that stand in the ID token, beside those that must.
    pub claims: Value,
    /// Claims that only the userinfo endpoint gives.
    pub more: Value,
    /// In the place of this service's nonce.
    pub nonce: Option<String>,
    /// In the place of this service's client id.
    pub audience: String,
    /// From now until the token ends, in seconds.
    pub lasts_s: i64,
    /// Which key signs.
    pub key: usize,
    /// Which key is published.
    pub published: usize,
    /// Under which name the signing key's token goes.
    pub kid: Option<&'static str>,
}

impl Default for Says {
    fn default() -> Self {
        Self {
            claims: json!({ "sub": "s-1", "preferred_username": "clinician" }),
            more: json!({}),
            nonce: None,
            audience: CLIENT.to_owned(),
            lasts_s: 300,
            key: 0,
            published: 0,
            kid: None,
        }
    }
}

/// A provider that listens.
#[derive(Clone)]
pub struct Provider {
    pub address: SocketAddr,
    pub says: Arc<Mutex<Says>>,
    /// What was asked for with each code: the nonce and the challenge.
    codes: Arc<Mutex<BTreeMap<String, (String, String)>>>,
}

impl Provider {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let provider = Self { address, says: Arc::default(), codes: Arc::default() };
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/me", get(me))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        provider
    }

    pub fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn say(&self, change: impl FnOnce(&mut Says)) {
        change(&mut self.says.lock().expect("whole"));
    }

    /// What a browser does that was sent to `location`: somebody logs in there, and it comes back with this query.
    pub fn log_in(&self, location: &str) -> String {
        let address: reqwest::Url = location.parse().expect("an address");
        assert_eq!(address.path(), "/authorize");
        let asked: BTreeMap<String, String> = address.query_pairs().into_owned().collect();
        assert_eq!((asked["response_type"].as_str(), asked["client_id"].as_str()), ("code", CLIENT));
        assert_eq!(asked["code_challenge_method"], "S256");
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"), "{}", asked["scope"]);
        assert!(asked["redirect_uri"].ends_with("/api/v1/oidc/callback"), "{}", asked["redirect_uri"]);
        let mut codes = self.codes.lock().expect("whole");
        let code = format!("code-{}", codes.len());
        codes.insert(code.clone(), (asked["nonce"].clone(), asked["code_challenge"].clone()));
        format!("code={code}&state={}", asked["state"])
    }
}

async fn configuration(State(provider): State<Provider>) -> Json<Value> {
    let issuer = provider.issuer();
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/me"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }))
}

async fn keys(State(provider): State<Provider>) -> Json<Value> {
    let (name, pem) = KEYS[provider.says.lock().expect("whole").published];
    let key = EncodingKey::from_rsa_pem(pem.as_bytes()).expect("a key");
    let mut public = Jwk::from_encoding_key(&key, Algorithm::RS256).expect("a key");
    public.common.key_id = Some(name.to_owned());
    Json(json!({ "keys": [public] }))
}

async fn token(
    State(provider): State<Provider>,
    headers: axum::http::HeaderMap,
    Form(asked): Form<BTreeMap<String, String>>,
) -> Response {
    let basic = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let expected = base64::prelude::BASE64_STANDARD.encode(format!("{CLIENT}:{}", SECRET.replace(' ', "+")));
    if basic != format!("Basic {expected}") {
        return (StatusCode::UNAUTHORIZED, Json(json!({ "error": "invalid_client" }))).into_response();
    }
    // A code is good for once, and for who began with its challenge.
    let begun = provider.codes.lock().expect("whole").remove(&asked["code"]);
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&asked["code_verifier"]));
    let Some((nonce, _)) = begun.filter(|(_, of)| *of == challenge) else {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" }))).into_response();
    };
    let says = provider.says.lock().expect("whole").clone();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs() as i64;
    let mut claims = says.claims.clone();
    for (name, value) in [
        ("iss", json!(provider.issuer())),
        ("aud", json!(says.audience)),
        ("iat", json!(now)),
        ("exp", json!(now + says.lasts_s)),
        ("nonce", json!(says.nonce.unwrap_or(nonce))),
    ] {
        claims[name] = value;
    }
    let (name, pem) = KEYS[says.key];
    let mut header = Header::new(Algorithm::RS256);
    header.kid = Some(says.kid.unwrap_or(name).to_owned());
    let key = EncodingKey::from_rsa_pem(pem.as_bytes()).expect("a key");
    let token = jsonwebtoken::encode(&header, &claims, &key).expect("signed");
    Json(json!({ "access_token": "at", "token_type": "Bearer", "expires_in": 60, "id_token": token })).into_response()
}

async fn me(State(provider): State<Provider>) -> Json<Value> {
    let says = provider.says.lock().expect("whole").clone();
    let mut told = says.more;
    if told.get("sub").is_none() {
        told["sub"] = says.claims["sub"].clone();
    }
    Json(told)
}
