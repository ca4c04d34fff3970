//! Tokens of programs, as administrators look after them.

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    auth::{
        policy::Right,
        tokens::{self, MAX_DAYS, NewToken},
    },
    domain::{AccountId, AuditAction, Scope},
    http::{
        Problem, Service,
        caller::Caller,
        extract::{Body, Named},
        problem::{EditFaults, ReadFaults},
    },
    store::{
        accounts,
        credentials::{self, Credential, CredentialKind},
    },
};

/// Characters that a label has at most.
const MAX_LABEL_CHARS: usize = 128;

/// A token that is to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTokenJson {
    /// Whose it is: its bearer may never do more than this account.
    #[schema(value_type = String, format = Uuid)]
    pub account: AccountId,
    /// What it is for.
    pub label: String,
    /// What its bearer may do. `notes:sign` is given on the machine alone, with `soapstone token create`.
    #[schema(value_type = Vec<String>)]
    pub scopes: Vec<Scope>,
    /// After how many days it ends.
    #[schema(minimum = 1, maximum = 3650)]
    pub days: u32,
}

/// A token without its secret.
#[derive(Serialize, ToSchema)]
pub struct TokenJson {
    /// What it is called.
    pub name: String,
    /// Whose it is.
    #[schema(value_type = Option<String>, format = Uuid)]
    pub account: Option<AccountId>,
    /// What it is for.
    pub label: String,
    /// What its bearer may do.
    #[schema(value_type = Vec<String>)]
    pub scopes: Vec<Scope>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// When it was last used, to the minute or so; absent if it never was.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
}

/// A token that was made.
#[derive(Serialize, ToSchema)]
pub struct MadeToken {
    /// What is known of it from now on.
    #[serde(flatten)]
    pub token: TokenJson,
    /// What its bearer sends. It is shown now and never again.
    pub secret: String,
}

/// Every token that has not ended.
#[derive(Serialize, ToSchema)]
pub struct TokenList {
    /// The oldest first.
    pub tokens: Vec<TokenJson>,
}

/// Every token that has not ended, without its secret.
#[utoipa::path(get, path = "/tokens", tag = "tokens", responses((status = 200, body = TokenList), ReadFaults))]
pub async fn list(State(service): State<Service>, caller: Caller) -> Result<Json<TokenList>, Problem> {
    let workshop = &service.workshop;
    caller.require(&workshop.store, Right::Administer, AuditAction::View).await?;
    let known = credentials::list(&workshop.store, CredentialKind::Token).await?;
    caller.note_list(&workshop.store, "tokens").await?;
    let now = workshop.clock.now();
    let living = known.into_iter().filter(|token| token.expires_at > now);
    Ok(Json(TokenList { tokens: living.map(TokenJson::from).collect() }))
}

/// Make a token. A token makes none that may do more than itself.
#[utoipa::path(
    post, path = "/tokens", tag = "tokens", request_body = NewTokenJson,
    responses((status = 201, body = MadeToken), EditFaults)
)]
pub async fn create(
    State(service): State<Service>,
    caller: Caller,
    Body(new): Body<NewTokenJson>,
) -> Result<impl IntoResponse, Problem> {
    let workshop = &service.workshop;
    caller.require(&workshop.store, Right::Administer, AuditAction::Administer).await?;
    let NewTokenJson { account, label, scopes, days } = new;
    let label_chars = label.trim().chars().count();
    if !(1..=MAX_LABEL_CHARS).contains(&label_chars) || scopes.is_empty() || !(1..=MAX_DAYS).contains(&days) {
        let needed = format!("a token has a `label`, at least one of `scopes`, and 1 to {MAX_DAYS} `days`");
        return Err(Problem::bad_request(needed));
    }
    if !tokens::may_make(&caller.principal, &scopes) {
        return Err(Problem::forbidden("a token that signs, or may do more than yours, is not made over the API"));
    }
    let (clock, entropy) = (workshop.clock.as_ref(), workshop.entropy.as_ref());
    let tx = workshop.store.begin().await?;
    accounts::get(&tx, account).await?.ok_or_else(|| Problem::not_found("account"))?;
    let new = NewToken { account, label: label.trim().to_owned(), scopes, days };
    let (token, secret) = tokens::create(&tx, clock, entropy, new, caller.actor()).await?;
    tx.commit().await?;
    let made = MadeToken { token: token.into(), secret: secret.expose().to_owned() };
    Ok((StatusCode::CREATED, Json(made)))
}

/// End a token.
#[utoipa::path(
    delete, path = "/tokens/{name}", tag = "tokens", params(("name" = String, Path)),
    responses((status = 204), ReadFaults)
)]
pub async fn revoke(
    State(service): State<Service>,
    caller: Caller,
    Named(name): Named<String>,
) -> Result<StatusCode, Problem> {
    let store = &service.workshop.store;
    caller.require(store, Right::Administer, AuditAction::Administer).await?;
    if tokens::revoke(store, &name, caller.actor()).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Problem::not_found("token"))
}

impl From<Credential> for TokenJson {
    fn from(token: Credential) -> Self {
        let name = tokens::name(&token);
        let Credential { account, label, scopes, created_at, expires_at, last_used_at, .. } = token;
        let last_used_at = Some(last_used_at).filter(|&at| at > Timestamp::UNIX_EPOCH);
        Self { name, account, label, scopes, created_at, expires_at, last_used_at }
    }
}
