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
}

/// Makes an account; `None` if the log-in name is taken.
pub async fn create(tx: &Tx, new: NewAccount) -> Result<Option<Account>, StoreError> {
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

/// The account that logs in as `login`.
pub async fn log_in(reader: &impl Reader, login: &str) -> Result<Option<LogIn>, StoreError> {
    let row = account::Entity::find().filter(Column::Login.eq(login)).one(reader.inside().conn).await?;
    let Some(row) = row else { return Ok(None) };
    let locked_until = Timestamp::from_millisecond(row.locked_until_ms).map_err(|_| bad(&row, "locked_until_ms"))?;
    let failures = u32::try_from(row.failures).map_err(|_| bad(&row, "failures"))?;
    Ok(Some(LogIn { account: read(&row)?, password_hash: row.password_hash, failures, locked_until }))
}

/// Every account, by log-in name.
pub async fn list(reader: &impl Reader) -> Result<Vec<Account>, StoreError> {
    let rows = account::Entity::find().order_by_asc(Column::Login).all(reader.inside().conn).await?;
    rows.iter().map(read).collect()
}

/// Whether there is any account.
pub async fn is_empty(reader: &impl Reader) -> Result<bool, StoreError> {
    Ok(account::Entity::find().count(reader.inside().conn).await? == 0)
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
