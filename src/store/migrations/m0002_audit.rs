//! The audit, which outlives the encounters that it tells of.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(entries()).await?;
        let by_encounter = Index::create()
            .name("audit_entry_encounter")
            .table(AuditEntry::Table)
            .col(AuditEntry::Encounter)
            .to_owned();
        manager.create_index(by_encounter).await?;
        manager.create_table(head()).await?;
        let empty = Query::insert()
            .into_table(AuditHead::Table)
            .columns([AuditHead::Id, AuditHead::Sequence, AuditHead::Hash])
            .values_panic([1.into(), 0_i64.into(), Vec::<u8>::new().into()])
            .to_owned();
        manager.execute(empty).await
    }
}

fn entries() -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table(AuditEntry::Table)
        .col(big_integer(AuditEntry::Sequence).primary_key())
        .col(big_integer(AuditEntry::AtMs))
        .col(text(AuditEntry::Actor))
        .col(text(AuditEntry::Action))
        .col(text_null(AuditEntry::Encounter))
        .col(text_null(AuditEntry::Object))
        .col(text(AuditEntry::Outcome))
        .col(blob_null(AuditEntry::Reason))
        .col(blob(AuditEntry::Hash));
    table
}

fn head() -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table(AuditHead::Table)
        .col(integer(AuditHead::Id).primary_key())
        .col(big_integer(AuditHead::Sequence))
        .col(blob(AuditHead::Hash));
    table
}

#[derive(DeriveIden)]
enum AuditEntry {
    Table,
    Sequence,
    AtMs,
    Actor,
    Action,
    Encounter,
    Object,
    Outcome,
    Reason,
    Hash,
}

#[derive(DeriveIden)]
enum AuditHead {
    Table,
    Id,
    Sequence,
    Hash,
}
