//! Accounts, as administrators look after them.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::log_in::AccountJson;
use crate::{
    auth::{
        accounts::{self as administration, Change},
        policy::Right,
    },
    domain::{AccountId, AccountRole, AuditAction},
    http::{
        Problem, Service,
        caller::Caller,
        extract::{Body, Named},
        problem::{EditFaults, ReadFaults},
    },
    store::{
        accounts::{self, LogIn, NewAccount},
        voices,
    },
};

/// An account that is to be made. It has no password: make it a link for one, or let the single sign-on know it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccountJson {
    /// Name to log in with; small letters and capitals are the same.
    pub login: String,
    /// Name as signatures show it.
    pub display_name: String,
    /// `clinician`, `assistant`, `qa`, `admin` or `system`.
    #[schema(value_type = String)]
    pub role: AccountRole,
}

/// What is to become of an account. What is not given stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountChange {
    /// Name as signatures show it.
    pub display_name: Option<String>,
    /// What it may do. Its sessions end.
    #[schema(value_type = Option<String>)]
    pub role: Option<AccountRole>,
    /// `true` shuts it: its sessions end, and its tokens are void.
    pub disabled: Option<bool>,
    /// `false` forgets the wrong passwords that locked it.
    pub locked: Option<bool>,
    /// `false` lets the single sign-on take it up anew, by its name.
    pub single_sign_on: Option<bool>,
}

/// An account, and how it logs in.
#[derive(Serialize, ToSchema)]
pub struct AccountDetail {
    /// Who it is.
    #[serde(flatten)]
    pub account: AccountJson,
    /// Whether it is shut.
    pub disabled: bool,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Whether it has a password.
    pub password: bool,
    /// Whether the single sign-on has let it in.
    pub single_sign_on: bool,
    /// Until when no password is tried, after too many wrong ones.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locked_until: Option<Timestamp>,
}

/// Every account.
#[derive(Serialize, ToSchema)]
pub struct AccountList {
    /// By log-in name.
    pub accounts: Vec<AccountDetail>,
}

/// A link that gives an account a password, once.
#[derive(Serialize, ToSchema)]
pub struct PasswordLink {
    /// For the account's owner and nobody else. It is shown now and never again.
    pub url: String,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

/// Every account.
#[utoipa::path(get, path = "/accounts", tag = "accounts", responses((status = 200, body = AccountList), ReadFaults))]
pub async fn list(State(service): State<Service>, caller: Caller) -> Result<Json<AccountList>, Problem> {
    let workshop = &service.workshop;
    caller.require(&workshop.store, Right::Administer, AuditAction::View).await?;
    let known = accounts::list_log_ins(&workshop.store).await?;
    caller.note_list(&workshop.store, "accounts").await?;
    let now = workshop.clock.now();
    Ok(Json(AccountList { accounts: known.into_iter().map(|known| AccountDetail::of(known, now)).collect() }))
}

/// Make an account.
#[utoipa::path(
    post, path = "/accounts", tag = "accounts", request_body = NewAccountJson,
    responses((status = 201, body = AccountDetail), EditFaults)
)]
pub async fn create(
    State(service): State<Service>,
    caller: Caller,
    Body(new): Body<NewAccountJson>,
) -> Result<impl IntoResponse, Problem> {
    let workshop = &service.workshop;
    caller.require(&workshop.store, Right::Administer, AuditAction::Administer).await?;
    let NewAccountJson { login, display_name, role } = new;
    let tx = workshop.store.begin().await?;
    let new = NewAccount { login, display_name, role, password_hash: None };
    let account = administration::create(&tx, new, caller.actor()).await?;
    let known = accounts::get_log_in(&tx, account.id).await?.ok_or_else(unknown)?;
    tx.commit().await?;
    let place = [(header::LOCATION, format!("/api/v1/accounts/{}", account.id))];
    Ok((StatusCode::CREATED, place, Json(AccountDetail::of(known, workshop.clock.now()))))
}

/// Change an account: shut it or open it, give it another role or name, unlock it. Nobody shuts their own, or takes its role
/// away.
#[utoipa::path(
    patch, path = "/accounts/{id}", tag = "accounts", params(("id" = String, Path, format = Uuid)),
    request_body = AccountChange,
    responses((status = 200, body = AccountDetail), EditFaults)
)]
pub async fn change(
    State(service): State<Service>,
    caller: Caller,
    Named(id): Named<AccountId>,
    Body(change): Body<AccountChange>,
) -> Result<Json<AccountDetail>, Problem> {
    let workshop = &service.workshop;
    caller.require(&workshop.store, Right::Administer, AuditAction::Administer).await?;
    if change.locked == Some(true) || change.single_sign_on == Some(true) {
        return Err(Problem::bad_request("`locked` and `single_sign_on` can be set to false alone"));
    }
    let AccountChange { display_name, role, disabled, locked, single_sign_on } = change;
    let (unlock, unlink) = (locked.is_some(), single_sign_on.is_some());
    let tx = workshop.store.begin().await?;
    let known = accounts::get_log_in(&tx, id).await?.ok_or_else(unknown)?;
    let change = Change { display_name, role, disabled, unlock, unlink };
    administration::change(&tx, &known, change, caller.actor()).await?;
    let known = accounts::get_log_in(&tx, id).await?.ok_or_else(unknown)?;
    tx.commit().await?;
    Ok(Json(AccountDetail::of(known, workshop.clock.now())))
}

/// Make a link with which the owner of the account gives it a password, once, within a day; the links before it end. Only
/// somebody who is logged in makes one, and no token: it opens the account.
#[utoipa::path(
    post, path = "/accounts/{id}/password-link", tag = "accounts", params(("id" = String, Path, format = Uuid)),
    responses((status = 201, body = PasswordLink), EditFaults)
)]
pub async fn offer_password(
    State(service): State<Service>,
    caller: Caller,
    Named(id): Named<AccountId>,
) -> Result<impl IntoResponse, Problem> {
    let workshop = &service.workshop;
    caller.require(&workshop.store, Right::Administer, AuditAction::Administer).await?;
    caller.require_session()?;
    let (clock, entropy) = (workshop.clock.as_ref(), workshop.entropy.as_ref());
    let tx = workshop.store.begin().await?;
    let account = accounts::get(&tx, id).await?.ok_or_else(unknown)?;
    let (secret, expires_at) = administration::offer_password(&tx, clock, entropy, &account, caller.actor()).await?;
    tx.commit().await?;
    let url = format!("{}/password#{}", workshop.config.server.url(), secret.expose());
    Ok((StatusCode::CREATED, Json(PasswordLink { url, expires_at })))
}

/// Forget the voice of the account's owner, as when they have left.
#[utoipa::path(
    delete, path = "/accounts/{id}/voice", tag = "voices", params(("id" = String, Path, format = Uuid)),
    responses((status = 204), ReadFaults)
)]
pub async fn erase_voice(
    State(service): State<Service>,
    caller: Caller,
    Named(id): Named<AccountId>,
) -> Result<StatusCode, Problem> {
    let store = &service.workshop.store;
    caller.require(store, Right::Administer, AuditAction::Withdraw).await?;
    let tx = store.begin().await?;
    if voices::enrolment(&tx, id).await?.is_none() {
        return Err(Problem::not_found("voice of this account"));
    }
    administration::erase_voice(&tx, id, caller.actor()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn unknown() -> Problem {
    Problem::not_found("account")
}

impl AccountDetail {
    fn of(known: LogIn, now: Timestamp) -> Self {
        let LogIn { account, password_hash, locked_until, subject, .. } = known;
        let (disabled, created_at) = (account.disabled, account.created_at);
        let (password, single_sign_on) = (password_hash.is_some(), subject.is_some());
        let locked_until = Some(locked_until).filter(|&until| until > now);
        Self { account: account.into(), disabled, created_at, password, single_sign_on, locked_until }
    }
}
