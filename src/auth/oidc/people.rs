//! Whose account the provider's claims mean.
//!
//! The provider knows people by a subject that it never gives to another (OpenID Connect Core 1.0, 8). The first log-in finds
//! the account by its name, and from then on it is the subject's: who is given a name that another had does not get
//! into that one's visits.

use serde_json::{Map, Value};

use super::OidcError;
use crate::{
    auth::accounts::{self as administration, AccountError, Change},
    config::OidcConfig,
    domain::{Account, AccountRole, Actor},
    store::{
        Tx,
        accounts::{self, LogIn, NewAccount},
    },
};

/// The account that `claims` mean, in the role that they give it.
pub(super) async fn account(tx: &Tx, config: &OidcConfig, claims: &Map<String, Value>) -> Result<Account, OidcError> {
    let subject = subject(claims).ok_or(OidcError::NoAccount)?;
    let role = role(config, claims)?;
    let known = match accounts::by_subject(tx, &subject).await? {
        Some(known) => known,
        None => by_name(tx, config, claims, &subject, role).await?,
    };
    let id = known.account.id;
    if known.account.disabled || known.account.role == AccountRole::System {
        return Err(OidcError::NotYours { account: id });
    }
    if known.subject.as_deref() != Some(subject.as_str()) {
        accounts::set_subject(tx, id, Some(&subject)).await?;
    }
    let change = Change { role, ..Change::default() };
    administration::change(tx, &known, change, Actor::Service).await.map_err(stored)?;
    Ok(Account { role: role.unwrap_or(known.account.role), ..known.account })
}

/// Somebody whom the provider has not sent before.
async fn by_name(
    tx: &Tx,
    config: &OidcConfig,
    claims: &Map<String, Value>,
    subject: &str,
    role: Option<AccountRole>,
) -> Result<LogIn, OidcError> {
    let login = text(claims, &config.login_claim).ok_or(OidcError::NoAccount)?;
    if let Some(known) = accounts::log_in(tx, login).await? {
        let issuer = |subject: &str| subject.split(' ').next().map(str::to_owned);
        let is_anothers = known.subject.as_deref().is_some_and(|of| issuer(of) == issuer(subject));
        return if is_anothers { Err(OidcError::NotYours { account: known.account.id }) } else { Ok(known) };
    }
    let Some(role) = role.filter(|_| config.make_accounts) else { return Err(OidcError::NoAccount) };
    let display_name = text(claims, &config.name_claim).unwrap_or(login).to_owned();
    let new = NewAccount { login: login.to_owned(), display_name, role, password_hash: None };
    let account = administration::create(tx, new, Actor::Service).await.map_err(stored)?;
    accounts::get_log_in(tx, account.id).await?.ok_or(OidcError::NoAccount)
}

/// The role that the claims give; none where the configuration leaves it to the account.
fn role(config: &OidcConfig, claims: &Map<String, Value>) -> Result<Option<AccountRole>, OidcError> {
    let Some(claim) = &config.role_claim else { return Ok(None) };
    let has = |value: &str| match claims.get(claim) {
        Some(Value::Array(words)) => words.iter().any(|word| word == value),
        Some(word) => word == value,
        None => false,
    };
    let known = config.roles.iter().find(|known| has(&known.value));
    known.map(|known| Some(known.role)).ok_or(OidcError::NoRole)
}

/// Issuer and subject as one word, which is nobody else's.
fn subject(claims: &Map<String, Value>) -> Option<String> {
    Some(format!("{} {}", text(claims, "iss")?, text(claims, "sub")?))
}

fn text<'c>(claims: &'c Map<String, Value>, name: &str) -> Option<&'c str> {
    claims.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

fn stored(error: AccountError) -> OidcError {
    match error {
        AccountError::Store(error) => error.into(),
        _ => OidcError::NoAccount,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::OidcRole;

    #[test]
    fn the_first_known_word_gives_the_role_and_none_lets_nobody_in() {
        let known = |value: &str, role| OidcRole { value: value.to_owned(), role };
        let config = OidcConfig {
            role_claim: Some("groups".to_owned()),
            roles: vec![known("it", AccountRole::Admin), known("doctors", AccountRole::Clinician)],
            ..OidcConfig::default()
        };
        let of = |groups: Value| {
            let claims = json!({ "groups": groups });
            role(&config, claims.as_object().expect("an object")).ok().flatten()
        };
        assert_eq!(of(json!(["staff", "doctors", "it"])), Some(AccountRole::Admin));
        assert_eq!(of(json!("doctors")), Some(AccountRole::Clinician));
        assert_eq!((of(json!(["staff"])), of(Value::Null)), (None, None));
    }
}
