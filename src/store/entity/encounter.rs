//! Rows of `encounter`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "encounter")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub created_at_ms: i64,
    pub clinician: String,
    pub state: String,
    pub legal_hold: bool,
    pub revision: i64,
    /// [`crate::domain::EncounterDetails`] as JSON, sealed.
    pub details: Vec<u8>,
    /// [`crate::domain::Consent`] as JSON, sealed.
    pub consent: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
