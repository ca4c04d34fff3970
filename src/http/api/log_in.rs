//! Sessions, passwords, and the first account.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    auth::{self, Secret},
    domain::{Account, AccountId, AccountRole, AuditAction, AuditEvent},
    http::{
        Problem, Service,
        caller::{Caller, SESSION_COOKIE, session},
        extract::Body,
    },
    store::{audit, credentials},
};

/// A name and its password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogIn {
    /// Name.
    pub login: String,
    /// Password.
    #[schema(format = Password)]
    pub password: String,
}

/// The first account, an administrator's.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstAccount {
    /// The secret of the set-up link that the first start printed.
    pub secret: String,
    /// Name to log in with.
    pub login: String,
    /// Name as others see it.
    pub display_name: String,
    /// Password of fifteen characters at least.
    #[schema(format = Password)]
    pub password: String,
}

/// Another password for one's own account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OtherPassword {
    /// The present one.
    #[schema(format = Password)]
    pub current: String,
    /// The one from now on, of fifteen characters at least.
    #[schema(format = Password)]
    pub new: String,
}

/// A password for the account that a link is for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkedPassword {
    /// The secret of the link.
    pub secret: String,
    /// Password of fifteen characters at least.
    #[schema(format = Password)]
    pub password: String,
}

/// An account.
#[derive(Serialize, ToSchema)]
pub struct AccountJson {
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    pub id: AccountId,
    /// Name to log in with.
    pub login: String,
    /// Name as others see it.
    pub display_name: String,
    /// `clinician`, `assistant`, `qa`, `admin` or `system`.
    #[schema(value_type = String)]
    pub role: AccountRole,
}

/// Log in with a password. The answer sets a cookie, which carries the session.
#[utoipa::path(
    post, path = "/session", tag = "session", request_body = LogIn,
    responses(
        (status = 200, body = AccountJson), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem), (status = 429, body = Problem),
    )
)]
pub async fn log_in(
    State(service): State<Service>,
    jar: CookieJar,
    Body(LogIn { login, password }): Body<LogIn>,
) -> Result<impl IntoResponse, Problem> {
    let workshop = &service.workshop;
    let (clock, entropy) = (workshop.clock.as_ref(), workshop.entropy.as_ref());
    let limits = &workshop.config.sessions;
    let let_in = auth::log_in(&workshop.store, clock, entropy, limits, &login, &password).await;
    let (account, secret) = let_in.inspect_err(|_| workshop.metrics.log_in_failed())?;
    Ok((jar.add(session_cookie(secret.expose().to_owned())), Json(AccountJson::from(account))))
}

/// Log out.
#[utoipa::path(delete, path = "/session", tag = "session", responses((status = 204), (status = 401, body = Problem)))]
pub async fn log_out(
    State(service): State<Service>,
    caller: Caller,
    headers: HeaderMap,
    jar: CookieJar,
) -> Result<impl IntoResponse, Problem> {
    if let Some(session) = session(&headers) {
        let tx = service.workshop.store.begin().await?;
        credentials::revoke(&tx, &session.hash()).await?;
        audit::append(&tx, &AuditEvent::done(caller.actor(), AuditAction::LogOut)).await?;
        tx.commit().await?;
    }
    Ok((StatusCode::NO_CONTENT, jar.remove(session_cookie(String::new()))))
}

/// Who is logged in.
#[utoipa::path(
    get, path = "/session", tag = "session", responses((status = 200, body = AccountJson), (status = 401, body = Problem))
)]
pub async fn who(caller: Caller) -> Json<AccountJson> {
    Json(caller.principal.account.into())
}

/// Make the first account with the secret of the link that the first start printed. It can be done once.
#[utoipa::path(
    post, path = "/setup", tag = "session", request_body = FirstAccount,
    responses(
        (status = 201, body = AccountJson), (status = 400, body = Problem), (status = 403, body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem), (status = 429, body = Problem),
    )
)]
pub async fn set_up(
    State(service): State<Service>,
    Body(first): Body<FirstAccount>,
) -> Result<impl IntoResponse, Problem> {
    let FirstAccount { secret, login, display_name, password } = first;
    let (store, secret) = (&service.workshop.store, Secret::shown(&secret));
    let account = auth::make_first_account(store, &secret, &login, &display_name, &password).await?;
    Ok((StatusCode::CREATED, Json(AccountJson::from(account))))
}

/// Give your account another password. All of its sessions end, and the answer sets the cookie of a new one. Only somebody
/// who is logged in does this, and no token.
#[utoipa::path(
    put, path = "/session/password", tag = "session", request_body = OtherPassword,
    responses(
        (status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem), (status = 429, body = Problem),
    )
)]
pub async fn change_password(
    State(service): State<Service>,
    caller: Caller,
    jar: CookieJar,
    Body(OtherPassword { current, new }): Body<OtherPassword>,
) -> Result<impl IntoResponse, Problem> {
    caller.require_session()?;
    let workshop = &service.workshop;
    let (clock, entropy, limits) = (workshop.clock.as_ref(), workshop.entropy.as_ref(), &workshop.config.sessions);
    let account = &caller.principal.account;
    let passwords = (current.as_str(), new.as_str());
    let secret = auth::change_password(&workshop.store, clock, entropy, limits, account, passwords).await?;
    Ok((StatusCode::NO_CONTENT, jar.add(session_cookie(secret.expose().to_owned()))))
}

/// Give an account a password with the secret of its link. It can be done once, and all sessions of the account end.
#[utoipa::path(
    post, path = "/password", tag = "session", request_body = LinkedPassword,
    responses(
        (status = 200, body = AccountJson), (status = 400, body = Problem), (status = 403, body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem), (status = 429, body = Problem),
    )
)]
pub async fn take_password(
    State(service): State<Service>,
    Body(LinkedPassword { secret, password }): Body<LinkedPassword>,
) -> Result<Json<AccountJson>, Problem> {
    let account = auth::accounts::take_password(&service.workshop.store, &Secret::shown(&secret), &password).await?;
    Ok(Json(account.into()))
}

/// The cookie of a session: for this host, over TLS, never from another site, and out of reach of scripts.
pub(super) fn session_cookie(value: String) -> Cookie<'static> {
    Cookie::build((SESSION_COOKIE, value)).path("/").http_only(true).secure(true).same_site(SameSite::Strict).build()
}

impl From<Account> for AccountJson {
    fn from(account: Account) -> Self {
        let Account { id, login, display_name, role, .. } = account;
        Self { id, login, display_name, role }
    }
}
