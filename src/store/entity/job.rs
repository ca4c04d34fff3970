//! Rows of `job`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub encounter: String,
    pub kind: String,
    pub state: String,
    pub attempts: i32,
    pub queued_at_ms: i64,
    pub fault: Option<String>,
    /// Whether the queue has it.
    pub handed: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
