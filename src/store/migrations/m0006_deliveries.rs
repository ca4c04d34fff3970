//! What is to go to the EHR, and what it answered.

use sea_orm_migration::{prelude::*, schema::*};

use super::of_encounter;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table(Delivery::Table)
            .col(text(Delivery::Id).primary_key())
            .col(text(Delivery::Encounter))
            .col(big_integer(Delivery::Version))
            .col(text(Delivery::DocStatus))
            .col(text(Delivery::State))
            .col(big_integer(Delivery::QueuedAtMs))
            .col(big_integer_null(Delivery::EndedAtMs))
            .col(text_null(Delivery::EhrId))
            .col(text_null(Delivery::Fault))
            .foreign_key(&mut of_encounter(Delivery::Table, Delivery::Encounter));
        manager.create_table(table).await?;
        let by_encounter =
            Index::create().name("delivery_encounter").table(Delivery::Table).col(Delivery::Encounter).to_owned();
        manager.create_index(by_encounter).await
    }
}

#[derive(DeriveIden)]
enum Delivery {
    Table,
    Id,
    Encounter,
    Version,
    DocStatus,
    State,
    QueuedAtMs,
    EndedAtMs,
    EhrId,
    Fault,
}
