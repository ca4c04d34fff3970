//! Rows of `audit_entry`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub sequence: i64,
    pub at_ms: i64,
    /// [`crate::domain::Actor`] as JSON.
    pub actor: String,
    pub action: String,
    pub encounter: Option<String>,
    pub object: Option<String>,
    pub outcome: String,
    /// Sealed with the key of the audit.
    pub reason: Option<Vec<u8>>,
    pub hash: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
