//! Rows of `account`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    #[sea_orm(unique)]
    pub login: String,
    pub display_name: String,
    pub role: String,
    pub disabled: bool,
    pub created_at_ms: i64,
    /// A PHC string; none for accounts that only have tokens or single sign-on.
    pub password_hash: Option<String>,
    /// Wrong passwords since the last right one.
    pub failures: i32,
    /// No password is tried before this.
    pub locked_until_ms: i64,
    /// Issuer and subject of the single sign-on, where it has let this account in. Unique.
    pub subject: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
