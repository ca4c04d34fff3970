//! Rows of `delivery`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub encounter: String,
    /// Of the note.
    pub version: i64,
    /// As the EHR is told it.
    pub doc_status: String,
    pub state: String,
    pub queued_at_ms: i64,
    pub ended_at_ms: Option<i64>,
    /// What the EHR calls the document.
    pub ehr_id: Option<String>,
    pub fault: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
