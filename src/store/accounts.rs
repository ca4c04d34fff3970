//! Accounts: who may use the service. Nothing in them is a patient's, so nothing is sealed.

use jiff::Timestamp;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, SqlErr, sea_query::Expr,
};

use super::{
    Reader, StoreError, Tx,
    entity::account::{self, Column, Model},
};
use crate::domain::{Account, AccountId, AccountRole};

const TABLE: &str = "account";

/// An account that is to be made.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// What is typed in to log in.
    pub login: String,
    /// As a signature shows it.
    pub display_name: String,
    /// What it may do.
    pub role: AccountRole,
    /// A PHC string; none for who has tokens alone.
    pub password_hash: Option<String>,
}

/// What a log-in has to know of an account.
#[derive(Clone)]
pub struct LogIn {
    /// The account.
    pub account: Account,
    /// A PHC string.
    pub password_hash: Option<String>,
    /// Wrong passwords since the last right one.
    pub failures: u32,
    /// No password is tried before this.
    pub locked_until: Timestamp,
    /// Issuer and subject of the single sign-on, where it has let this account in.
    pub subject: Option<String>,
}

/// Makes an account; `None` if the log-in name is taken.
pub async fn create(tx: &Tx, new: NewAccount) -> Result<Option<Account>, StoreError> {
    let new = NewAccount { login: canonical(&new.login), ..new };
    let (clock, entropy) = (tx.vault.clock.as_ref(), tx.vault.entropy.as_ref());
    let id = AccountId::new(clock, entropy);
    let now_ms = clock.now().as_millisecond();
    let row = account::ActiveModel {
        id: Set(id.to_string()),
        login: Set(new.login.clone()),
        display_name: Set(new.display_name.clone()),
        role: Set(new.role.as_str().to_owned()),
        disabled: Set(false),
        created_at_ms: Set(now_ms),
        password_hash: Set(new.password_hash),
        failures: Set(0),
        locked_until_ms: Set(0),
        subject: Set(None),
    };
    match account::Entity::insert(row).exec_without_returning(&tx.tx).await {
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => return Ok(None),
        inserted => inserted?,
    };
    let created_at = Timestamp::from_millisecond(now_ms).expect("the clock is within range");
    let NewAccount { login, display_name, role, .. } = new;
    Ok(Some(Account { id, login, display_name, role, disabled: false, created_at }))
}

/// The account `id`.
pub async fn get(reader: &impl Reader, id: AccountId) -> Result<Option<Account>, StoreError> {
    let row = account::Entity::find_by_id(id.to_string()).one(reader.inside().conn).await?;
    row.map(|row| read(&row)).transpose()
}

/// The account that logs in as `login`, in whatever capitals that is written.
pub async fn log_in(reader: &impl Reader, login: &str) -> Result<Option<LogIn>, StoreError> {
    let row = account::Entity::find().filter(Column::Login.eq(canonical(login))).one(reader.inside().conn).await?;
    row.map(|row| read_log_in(&row)).transpose()
}

/// The account that the single sign-on calls `subject`.
pub async fn by_subject(reader: &impl Reader, subject: &str) -> Result<Option<LogIn>, StoreError> {
    let row = account::Entity::find().filter(Column::Subject.eq(subject)).one(reader.inside().conn).await?;
    row.map(|row| read_log_in(&row)).transpose()
}

/// The account `id`, with what a log-in has to know of it.
pub async fn get_log_in(reader: &impl Reader, id: AccountId) -> Result<Option<LogIn>, StoreError> {
    let row = account::Entity::find_by_id(id.to_string()).one(reader.inside().conn).await?;
    row.map(|row| read_log_in(&row)).transpose()
}

/// The same of every account, by log-in name.
pub async fn list_log_ins(reader: &impl Reader) -> Result<Vec<LogIn>, StoreError> {
    let rows = account::Entity::find().order_by_asc(Column::Login).all(reader.inside().conn).await?;
    rows.iter().map(read_log_in).collect()
}

/// Every account, by log-in name.
pub async fn list(reader: &impl Reader) -> Result<Vec<Account>, StoreError> {
    let rows = account::Entity::find().order_by_asc(Column::Login).all(reader.inside().conn).await?;
    rows.iter().map(read).collect()
}

/// Whether there is nobody who could make other accounts.
pub async fn is_without_admin(reader: &impl Reader) -> Result<bool, StoreError> {
    let admins = account::Entity::find().filter(Column::Role.eq(AccountRole::Admin.as_str()));
    Ok(admins.count(reader.inside().conn).await? == 0)
}

/// Notes how log-ins went: `failures` in a row, and no password tried before `locked_until`.
pub async fn set_failures(tx: &Tx, id: AccountId, failures: u32, locked_until: Timestamp) -> Result<(), StoreError> {
    let failures = i32::try_from(failures).unwrap_or(i32::MAX);
    let changed = account::Entity::update_many()
        .col_expr(Column::Failures, Expr::value(failures))
        .col_expr(Column::LockedUntilMs, Expr::value(locked_until.as_millisecond()));
    changed.filter(Column::Id.eq(id.to_string())).exec(&tx.tx).await?;
    Ok(())
}

/// Gives the account another password.
pub async fn set_password(tx: &Tx, id: AccountId, password_hash: &str) -> Result<(), StoreError> {
    let changed = account::Entity::update_many().col_expr(Column::PasswordHash, Expr::value(password_hash));
    changed.filter(Column::Id.eq(id.to_string())).exec(&tx.tx).await?;
    Ok(())
}

/// Shuts the account, or opens it again.
pub async fn set_disabled(tx: &Tx, id: AccountId, disabled: bool) -> Result<(), StoreError> {
    let changed = account::Entity::update_many().col_expr(Column::Disabled, Expr::value(disabled));
    changed.filter(Column::Id.eq(id.to_string())).exec(&tx.tx).await?;
    Ok(())
}

/// Gives the account another role.
pub async fn set_role(tx: &Tx, id: AccountId, role: AccountRole) -> Result<(), StoreError> {
    let changed = account::Entity::update_many().col_expr(Column::Role, Expr::value(role.as_str()));
    changed.filter(Column::Id.eq(id.to_string())).exec(&tx.tx).await?;
    Ok(())
}

/// Gives the account another name for signatures.
pub async fn set_display_name(tx: &Tx, id: AccountId, name: &str) -> Result<(), StoreError> {
    let changed = account::Entity::update_many().col_expr(Column::DisplayName, Expr::value(name));
    changed.filter(Column::Id.eq(id.to_string())).exec(&tx.tx).await?;
    Ok(())
}

/// Notes whom the single sign-on knows the account by, or that it knows it by nobody.
pub async fn set_subject(tx: &Tx, id: AccountId, subject: Option<&str>) -> Result<(), StoreError> {
    let subject = subject.map(str::to_owned);
    let changed = account::Entity::update_many().col_expr(Column::Subject, Expr::value(subject));
    changed.filter(Column::Id.eq(id.to_string())).exec(&tx.tx).await?;
    Ok(())
}

/// A log-in name as it is kept: two that differ in capitals alone are nobody's idea of two people.
fn canonical(login: &str) -> String {
    login.trim().to_lowercase()
}

fn read_log_in(row: &Model) -> Result<LogIn, StoreError> {
    let locked_until = Timestamp::from_millisecond(row.locked_until_ms).map_err(|_| bad(row, "locked_until_ms"))?;
    let failures = u32::try_from(row.failures).map_err(|_| bad(row, "failures"))?;
    let (password_hash, subject) = (row.password_hash.clone(), row.subject.clone());
    Ok(LogIn { account: read(row)?, password_hash, failures, locked_until, subject })
}

fn read(row: &Model) -> Result<Account, StoreError> {
    Ok(Account {
        id: row.id.parse().map_err(|_| bad(row, "id"))?,
        login: row.login.clone(),
        display_name: row.display_name.clone(),
        role: AccountRole::parse(&row.role).ok_or_else(|| bad(row, "role"))?,
        disabled: row.disabled,
        created_at: Timestamp::from_millisecond(row.created_at_ms).map_err(|_| bad(row, "created_at_ms"))?,
    })
}

fn bad(row: &Model, column: &'static str) -> StoreError {
    StoreError::Row { table: TABLE, row: row.id.clone(), column }
}
