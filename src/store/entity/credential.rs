//! Rows of `credential`: sessions, API tokens and one-time secrets, which differ in where their secret travels.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "credential")]
pub struct Model {
    /// SHA-256 of the secret.
    #[sea_orm(primary_key, auto_increment = false)]
    pub secret_hash: Vec<u8>,
    /// `session`, `token`, `setup`, `password` or `sign_on`.
    pub kind: String,
    /// None for the one-time link of the first start, and for a single sign-on that has only begun.
    pub account: Option<String>,
    /// What a person calls the token.
    pub label: String,
    /// Parted by spaces.
    pub scopes: String,
    pub created_at_ms: i64,
    pub expires_at_ms: i64,
    /// To the minute or so; 0 for never.
    pub last_used_at_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
