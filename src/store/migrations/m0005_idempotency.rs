//! Which request entered which encounter, so that one that is sent twice enters one.

use sea_orm_migration::{prelude::*, schema::*};

use super::of_encounter;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table(Idempotency::Table)
            .col(text(Idempotency::Account))
            .col(binary(Idempotency::KeyHash))
            .col(binary(Idempotency::RequestHash))
            .col(text(Idempotency::Encounter))
            .col(big_integer(Idempotency::CreatedAtMs))
            .primary_key(Index::create().col(Idempotency::Account).col(Idempotency::KeyHash))
            .foreign_key(&mut of_encounter(Idempotency::Table, Idempotency::Encounter));
        manager.create_table(table).await
    }
}

#[derive(DeriveIden)]
enum Idempotency {
    Table,
    Account,
    KeyHash,
    RequestHash,
    Encounter,
    CreatedAtMs,
}
