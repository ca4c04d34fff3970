//! Jobs: what is to be done, written in the transaction that it follows from.

use sea_orm_migration::{prelude::*, schema::*};

use super::of_encounter;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table(Job::Table)
            .col(text(Job::Id).primary_key())
            .col(text(Job::Encounter))
            .col(text(Job::Kind))
            .col(text(Job::State))
            .col(integer(Job::Attempts))
            .col(big_integer(Job::QueuedAtMs))
            .col(text_null(Job::Fault))
            .col(boolean(Job::Handed))
            .foreign_key(&mut of_encounter(Job::Table, Job::Encounter));
        manager.create_table(table).await?;
        let by_encounter = Index::create().name("job_encounter").table(Job::Table).col(Job::Encounter).to_owned();
        manager.create_index(by_encounter).await?;
        let waiting = Index::create().name("job_handed").table(Job::Table).col(Job::Handed).to_owned();
        manager.create_index(waiting).await
    }
}

#[derive(DeriveIden)]
enum Job {
    Table,
    Id,
    Encounter,
    Kind,
    State,
    Attempts,
    QueuedAtMs,
    Fault,
    Handed,
}
