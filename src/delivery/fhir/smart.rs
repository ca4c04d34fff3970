//! The service's own log-in at the EHR: SMART Backend Services (HL7 SMART App Launch 2), which is OAuth's client credentials
//! with a signed assertion (RFC 7523) in the place of a secret.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{
    Algorithm, EncodingKey, Header, encode,
    jwk::{AlgorithmParameters, Jwk, JwkSet, PublicKeyUse, ThumbprintHash},
};
use reqwest::{Client, StatusCode, Url, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use super::client::{DeliveryError, json, unreachable};
use crate::{
    config::{SmartConfig, address::is_private},
    domain::{Clock, Entropy, new_uuid},
};

/// How long an assertion is good for. The specification allows five minutes.
const ASSERTION: SignedDuration = SignedDuration::from_mins(4);

/// A token is not used any more so long before it ends, or for half of its life if that is less.
const MARGIN_S: i64 = 30;

/// How long a token lasts whose end is not told.
const UNTOLD_S: i64 = 60;

/// The base64 of a modulus of 2048 bits has so many characters.
const LEAST_MODULUS_CHARS: usize = 342;

/// Why a key is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "it is no private key as PEM (PKCS #8) on the curve P-384 or RSA of 2048 bits and more; \
    `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384` makes one"
)]
pub struct ServiceKeyError;

/// The key that the service proves itself with. The EHR knows the public half.
pub struct ServiceKey {
    key: EncodingKey,
    algorithm: Algorithm,
    public: Jwk,
}

impl ServiceKey {
    /// The key in `pem`.
    pub fn from_pem(pem: &str) -> Result<Self, ServiceKeyError> {
        let rsa = EncodingKey::from_rsa_pem(pem.as_bytes()).map(|key| (key, Algorithm::RS384));
        let key = rsa.or_else(|_| EncodingKey::from_ec_pem(pem.as_bytes()).map(|key| (key, Algorithm::ES384)));
        let (key, algorithm) = key.map_err(|_| ServiceKeyError)?;
        let mut public = Jwk::from_encoding_key(&key, algorithm).map_err(|_| ServiceKeyError)?;
        if matches!(&public.algorithm, AlgorithmParameters::RSA(rsa) if rsa.n.len() < LEAST_MODULUS_CHARS) {
            return Err(ServiceKeyError);
        }
        public.common.key_id = Some(public.thumbprint(ThumbprintHash::SHA256).map_err(|_| ServiceKeyError)?);
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        let key = Self { key, algorithm, public };
        key.sign(&serde_json::json!({})).map_err(|_| ServiceKeyError)?;
        Ok(key)
    }

    /// The public half as a JSON Web Key Set (RFC 7517), which the EHR is to know the service by.
    pub fn public_keys(&self) -> Value {
        let set = JwkSet { keys: vec![self.public.clone()] };
        serde_json::to_value(set).expect("plain data")
    }

    fn sign(&self, claims: &impl Serialize) -> Result<String, jsonwebtoken::errors::Error> {
        let mut header = Header::new(self.algorithm);
        header.kid.clone_from(&self.public.common.key_id);
        encode(&header, claims, &self.key)
    }
}

/// A log-in with a key. Its token is kept until shortly before it ends.
pub struct SmartLogin {
    config: SmartConfig,
    key: ServiceKey,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    granted: Mutex<Option<Granted>>,
}

struct Granted {
    token: Zeroizing<String>,
    until: Timestamp,
}

/// What is signed.
#[derive(Serialize)]
struct Assertion<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    exp: i64,
    iat: i64,
    jti: String,
}

/// What the token endpoint answers.
#[derive(Deserialize)]
struct Grant {
    access_token: String,
    expires_in: Option<i64>,
}

impl SmartLogin {
    /// A log-in as `config` says, with `key`.
    pub fn new(config: SmartConfig, key: ServiceKey, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { config, key, clock, entropy, granted: Mutex::new(None) }
    }

    /// What the EHR is to know the service by.
    pub fn public_keys(&self) -> Value {
        self.key.public_keys()
    }

    /// A token for the FHIR server at `base`. Of several who need one at once, one asks for it.
    pub(super) async fn token(&self, http: &Client, base: &str) -> Result<Zeroizing<String>, DeliveryError> {
        let mut granted = self.granted.lock().await;
        if let Some(granted) = granted.as_ref().filter(|granted| self.clock.now() < granted.until) {
            return Ok(granted.token.clone());
        }
        let new = self.ask(http, base).await?;
        let token = new.token.clone();
        *granted = Some(new);
        Ok(token)
    }

    /// Forgets `token`, which the server does not take any more.
    pub(super) async fn forget(&self, token: &str) {
        let mut granted = self.granted.lock().await;
        if granted.as_ref().is_some_and(|granted| granted.token.as_str() == token) {
            *granted = None;
        }
    }

    async fn ask(&self, http: &Client, base: &str) -> Result<Granted, DeliveryError> {
        let endpoint = match &self.config.token_endpoint {
            Some(endpoint) => endpoint.clone(),
            None => discover(http, base).await?,
        };
        let now = self.clock.now();
        let client = self.config.client_id.as_str();
        let jti = new_uuid(self.clock.as_ref(), self.entropy.as_ref()).to_string();
        let (iat, exp) = (now.as_second(), (now + ASSERTION).as_second());
        let assertion = self.key.sign(&Assertion { iss: client, sub: client, aud: &endpoint, exp, iat, jti });
        let assertion = assertion.map_err(|_| refused("the service's key signs nothing"))?;
        let form = form(&[
            ("grant_type", "client_credentials"),
            ("scope", &self.config.scope),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &assertion),
        ]);
        let request = http.post(&endpoint).header(header::ACCEPT, "application/json");
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form);
        let answer = request.send().await.map_err(|error| DeliveryError::Passing(unreachable(&error)))?;
        let status = answer.status();
        if !status.is_success() {
            return Err(refusal(status, &json(answer).await.unwrap_or_default()));
        }
        let grant = serde_json::from_value::<Grant>(json(answer).await?);
        let grant = grant.map_err(|_| refused("its log-in answers with no token"))?;
        let lasts_s = grant.expires_in.unwrap_or(UNTOLD_S).clamp(0, 24 * 60 * 60);
        let used_s = lasts_s - MARGIN_S.min(lasts_s / 2);
        Ok(Granted { token: Zeroizing::new(grant.access_token), until: now + SignedDuration::from_secs(used_s) })
    }
}

/// Where the EHR gives tokens, as it publishes it.
async fn discover(http: &Client, base: &str) -> Result<String, DeliveryError> {
    let published = http.get(format!("{base}/.well-known/smart-configuration"));
    let published = published.header(header::ACCEPT, "application/json").send().await;
    let published = published.map_err(|error| DeliveryError::Passing(unreachable(&error)))?;
    match published.status() {
        status if status.is_server_error() => return Err(DeliveryError::Passing(format!("it answers {status}"))),
        status if !status.is_success() => {
            return Err(refused("it publishes no .well-known/smart-configuration: set `ehr.smart.token_endpoint`"));
        }
        _ => {}
    }
    let published = json(published).await?;
    let endpoint = published["token_endpoint"].as_str().filter(|endpoint| is_private(endpoint));
    endpoint.map(str::to_owned).ok_or_else(|| refused("it publishes no token endpoint with https://"))
}

fn refused(why: &str) -> DeliveryError {
    DeliveryError::Refused(why.to_owned())
}

/// Why there is no token, by the one word that OAuth has for it.
fn refusal(status: StatusCode, answer: &Value) -> DeliveryError {
    let is_word = |word: &&str| word.len() <= 40 && word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let word = answer["error"].as_str().filter(is_word).unwrap_or("no reason given");
    let told = format!("its log-in answers {status} ({word})");
    let passes = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
    if passes { DeliveryError::Passing(told) } else { DeliveryError::Refused(told) }
}

/// `fields` as a form is written.
fn form(fields: &[(&str, &str)]) -> String {
    let written = Url::parse_with_params("https://form.invalid/", fields).expect("a valid address");
    written.query().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const P384: &str = include_str!("../../../tests/it/support/keys/p384.pem");
    const P256: &str = include_str!("../../../tests/it/support/keys/p256.pem");
    const RSA: &str = include_str!("../../../tests/it/support/keys/rsa2048.pem");
    const SHORT: &str = include_str!("../../../tests/it/support/keys/rsa1024.pem");

    #[test]
    fn the_public_half_is_told_by_its_thumbprint_and_holds_nothing_private() {
        for (pem, kind, algorithm) in [(P384, "EC", "ES384"), (RSA, "RSA", "RS384")] {
            let keys = ServiceKey::from_pem(pem).expect("a key").public_keys();
            let key = &keys["keys"][0];
            assert_eq!(
                (key["kty"].as_str(), key["alg"].as_str(), key["use"].as_str()),
                (Some(kind), Some(algorithm), Some("sig"))
            );
            assert_eq!(key["kid"].as_str().map(str::len), Some(43), "SHA-256 in base64");
            assert!(key.get("d").is_none() && key.get("p").is_none(), "{key}");
        }
    }

    #[test]
    fn a_key_that_the_specification_does_not_know_is_refused_at_the_start() {
        for pem in [P256, SHORT, "", "-----BEGIN PRIVATE KEY-----\nbm8=\n-----END PRIVATE KEY-----\n"] {
            assert!(ServiceKey::from_pem(pem).is_err(), "{pem}");
        }
    }

    #[test]
    fn a_form_is_written_as_browsers_write_it() {
        assert_eq!(
            form(&[("scope", "system/A.rs system/B.c"), ("x", "a&b=ü")]),
            "scope=system%2FA.rs+system%2FB.c&x=a%26b%3D%C3%BC"
        );
    }

    #[test]
    fn a_refusal_repeats_one_word_of_oauth_and_nothing_else() {
        let told = refusal(StatusCode::BAD_REQUEST, &serde_json::json!({ "error": "invalid_client" })).to_string();
        assert!(told.contains("400") && told.contains("invalid_client"), "{told}");
        let told = refusal(StatusCode::BAD_REQUEST, &serde_json::json!({ "error": "Jane Roe (1960)" })).to_string();
        assert!(!told.contains("Jane"), "{told}");
    }
}
