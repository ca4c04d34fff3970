//! The provider: what it publishes, where it lets people in, and what it says of them.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use openidconnect::{
    AsyncHttpClient, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, TokenResponse,
    core::{
        CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken, CoreJwsSigningAlgorithm,
        CoreProviderMetadata,
    },
};
use serde_json::{Map, Value};
use tokio::{sync::Mutex, time::Instant};
use zeroize::Zeroizing;

use super::Checks;
use crate::{
    config::{OidcConfig, address::is_private},
    outbound,
};

/// How long what the provider publishes is taken to be so still.
const FRESH: Duration = Duration::from_secs(60 * 60);

/// Signatures of the provider's own key. Those with a shared secret, and none at all, are not among them.
const SIGNATURES: [CoreJwsSigningAlgorithm; 10] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EcdsaP521Sha512,
    CoreJwsSigningAlgorithm::EdDsa,
];

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// Why nothing is known of who would log in. Nothing of a token is in it.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// It cannot be reached, or what it publishes cannot be read.
    #[error("the single sign-on cannot be reached: {0}; accounts with a password can log in without it")]
    Unreachable(String),
    /// It gives no token for the code.
    #[error("the single sign-on does not know this log-in: {0}")]
    Code(String),
    /// It gives a token that is not to be believed.
    #[error("what the single sign-on says cannot be believed: {0}")]
    Claims(String),
}

/// The provider, as it was when it was last asked.
pub(super) struct Provider {
    issuer: IssuerUrl,
    client_id: ClientId,
    secret: Option<Zeroizing<String>>,
    redirect: RedirectUrl,
    scopes: Vec<String>,
    http: Http,
    published: Mutex<Option<(Instant, Arc<CoreProviderMetadata>)>>,
}

impl Provider {
    pub(super) fn new(
        config: &OidcConfig,
        secret: Option<Zeroizing<String>>,
        redirect: String,
        timeout: Duration,
    ) -> Option<Self> {
        Some(Self {
            issuer: IssuerUrl::new(config.issuer.clone()?).ok()?,
            client_id: ClientId::new(config.client_id.clone()),
            secret,
            redirect: RedirectUrl::new(redirect).ok()?,
            scopes: config.scopes.clone(),
            http: Http(outbound::client(timeout)),
            published: Mutex::new(None),
        })
    }

    /// Where a browser is sent to log in.
    pub(super) async fn address(&self, checks: &Checks) -> Result<String, ProviderError> {
        let client = self.client(&*self.published().await?);
        let (state, nonce) = (CsrfToken::new(checks.state.clone()), Nonce::new(checks.nonce.clone()));
        let request = client.authorize_url(CoreAuthenticationFlow::AuthorizationCode, || state, || nonce);
        let scopes = self.scopes.iter().cloned().map(Scope::new);
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier(checks));
        let (address, _, _) = request.add_scopes(scopes).set_pkce_challenge(challenge).url();
        Ok(address.into())
    }

    /// What the provider says, by a token that it signed for this service and this log-in, of who brought `code`.
    pub(super) async fn claims(&self, code: String, checks: &Checks) -> Result<Map<String, Value>, ProviderError> {
        let published = self.published().await?;
        let client = self.client(&published);
        let request = client.exchange_code(AuthorizationCode::new(code));
        let request = request.map_err(|_| ProviderError::Unreachable("it publishes no token endpoint".to_owned()))?;
        let answer = request.set_pkce_verifier(verifier(checks)).request_async(&self.http).await;
        let answer = answer.map_err(|error| match error {
            RequestTokenError::ServerResponse(refusal) => ProviderError::Code(refusal.error().to_string()),
            RequestTokenError::Request(error) => ProviderError::Unreachable(error.to_string()),
            _ => ProviderError::Code("its answer is none".to_owned()),
        })?;
        let token = answer.id_token().ok_or_else(|| ProviderError::Claims("it gives no ID token".to_owned()))?;
        let nonce = Nonce::new(checks.nonce.clone());
        let believed = match verify(&client, token, &nonce) {
            // The provider may have taken another key since it was last asked. Nobody comes here without a code that it gave.
            Err(ClaimsVerificationError::SignatureVerification(_)) => {
                verify(&self.client(&*self.discover().await?), token, &nonce)
            }
            verdict => verdict,
        };
        believed.map_err(|error| ProviderError::Claims(reason(&error).to_owned()))?;
        let signed = payload(token).ok_or_else(|| ProviderError::Claims("its claims cannot be read".to_owned()))?;
        self.with_more(&published, answer.access_token().secret(), signed).await
    }

    /// The signed claims, and those that the provider gives only when it is asked for them (OpenID Connect Core 1.0, 5.3).
    async fn with_more(
        &self,
        published: &CoreProviderMetadata,
        access_token: &str,
        signed: Map<String, Value>,
    ) -> Result<Map<String, Value>, ProviderError> {
        let Some(endpoint) = published.userinfo_endpoint() else { return Ok(signed) };
        if !is_private(endpoint.as_str()) {
            return Ok(signed);
        }
        let unreachable = |error: reqwest::Error| ProviderError::Unreachable(error.without_url().to_string());
        let answer = self.http.0.get(endpoint.as_str()).bearer_auth(access_token).send().await.map_err(unreachable)?;
        let told: Map<String, Value> = match answer.status().is_success() {
            true => answer.json().await.map_err(unreachable)?,
            false => Map::new(),
        };
        // What it says of somebody else is nothing, and what is signed stands above what is not.
        let is_same = told.get("sub") == signed.get("sub");
        let more = told.into_iter().filter(|(name, _)| is_same && !signed.contains_key(name));
        Ok(more.collect::<Vec<_>>().into_iter().chain(signed).collect())
    }

    /// What the provider publishes, asked for anew when it is an hour old. Where it cannot be reached, what it said last holds.
    async fn published(&self) -> Result<Arc<CoreProviderMetadata>, ProviderError> {
        let before = self.published.lock().await.clone();
        match before {
            Some((asked, published)) if asked.elapsed() < FRESH => Ok(published),
            Some((_, published)) => Ok(self.discover().await.unwrap_or(published)),
            None => self.discover().await,
        }
    }

    async fn discover(&self) -> Result<Arc<CoreProviderMetadata>, ProviderError> {
        let found = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.http).await;
        let found = found.map_err(|error| {
            tracing::warn!(%error, "the single sign-on does not say how it works");
            ProviderError::Unreachable("it does not say how it works".to_owned())
        })?;
        let found = Arc::new(found);
        *self.published.lock().await = Some((Instant::now(), Arc::clone(&found)));
        Ok(found)
    }

    fn client(&self, published: &CoreProviderMetadata) -> Client {
        let secret = self.secret.as_ref().map(|secret| ClientSecret::new(secret.as_str().to_owned()));
        let client = CoreClient::from_provider_metadata(published.clone(), self.client_id.clone(), secret);
        let client = client.set_redirect_uri(self.redirect.clone());
        // Where a provider does not say how a client proves itself, it is by HTTP Basic (OpenID Connect Discovery 1.0, 3).
        let basic = published
            .token_endpoint_auth_methods_supported()
            .is_none_or(|known| known.contains(&CoreClientAuthMethod::ClientSecretBasic));
        client.set_auth_type(if basic { AuthType::BasicAuth } else { AuthType::RequestBody })
    }
}

fn verifier(checks: &Checks) -> PkceCodeVerifier {
    PkceCodeVerifier::new(checks.verifier.as_str().to_owned())
}

/// Whether the token was signed by the provider, for this service, for this log-in, and is not over.
fn verify(client: &Client, token: &CoreIdToken, nonce: &Nonce) -> Result<(), ClaimsVerificationError> {
    let verifier = client.id_token_verifier().set_allowed_algs(SIGNATURES);
    token.claims(&verifier, nonce).map(drop)
}

/// The kind of fault alone: the library's own words quote the token.
fn reason(error: &ClaimsVerificationError) -> &'static str {
    match error {
        ClaimsVerificationError::Expired(_) => "its token is over; look at the clocks of both machines",
        ClaimsVerificationError::InvalidAudience(_) => "its token is for another service",
        ClaimsVerificationError::InvalidIssuer(_) => "its token is from somebody else",
        ClaimsVerificationError::InvalidNonce(_) => "its token is of another log-in",
        ClaimsVerificationError::SignatureVerification(_) => "its token is not signed with its key",
        _ => "its token is not one",
    }
}

/// The claims of a token that was verified, as they are: which of them matter says the configuration.
fn payload(token: &CoreIdToken) -> Option<Map<String, Value>> {
    let text = token.to_string();
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Our client, as the library asks for one. It sends nothing where others could read it, whatever the provider publishes.
struct Http(reqwest::Client);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
enum HttpError {
    #[error("it publishes an address without TLS")]
    Open,
    #[error("{}", if .0.is_timeout() { "it does not answer in time" } else { "the connection failed" })]
    Connection(#[from] reqwest::Error),
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            if !is_private(&request.uri().to_string()) {
                return Err(HttpError::Open);
            }
            let answer = self.0.execute(request.try_into()?).await?;
            let (status, headers) = (answer.status(), answer.headers().clone());
            let mut response = HttpResponse::new(answer.bytes().await?.to_vec());
            (*response.status_mut(), *response.headers_mut()) = (status, headers);
            Ok(response)
        })
    }
}
