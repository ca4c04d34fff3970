//! When credentials were last used, whom the single sign-on knows an account by, and enrolled voices.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut used = Table::alter();
        used.table(Credential::Table).add_column(big_integer(Credential::LastUsedAtMs).default(0));
        manager.alter_table(used).await?;
        let mut subject = Table::alter();
        subject.table(Account::Table).add_column(text_null(Account::Subject));
        manager.alter_table(subject).await?;
        let mut once = Index::create();
        once.name("account_subject").table(Account::Table).col(Account::Subject).unique();
        manager.create_index(once).await?;
        manager.create_table(voices()).await
    }
}

fn voices() -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table(Voice::Table)
        .col(text(Voice::Account).primary_key())
        .col(big_integer(Voice::EnrolledAtMs))
        .col(text(Voice::Wording))
        .col(blob(Voice::Body))
        .foreign_key(
            ForeignKey::create()
                .from(Voice::Table, Voice::Account)
                .to(Account::Table, Account::Id)
                .on_delete(ForeignKeyAction::Cascade),
        );
    table
}

#[derive(DeriveIden)]
enum Credential {
    Table,
    LastUsedAtMs,
}

#[derive(DeriveIden)]
enum Account {
    Table,
    Id,
    Subject,
}

#[derive(DeriveIden)]
enum Voice {
    Table,
    Account,
    EnrolledAtMs,
    Wording,
    Body,
}
