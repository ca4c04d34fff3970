//! Accounts, and what they prove themselves with.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(accounts()).await?;
        manager.create_table(credentials()).await
    }
}

fn accounts() -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table(Account::Table)
        .col(text(Account::Id).primary_key())
        .col(text_uniq(Account::Login))
        .col(text(Account::DisplayName))
        .col(text(Account::Role))
        .col(boolean(Account::Disabled))
        .col(big_integer(Account::CreatedAtMs))
        .col(text_null(Account::PasswordHash))
        .col(integer(Account::Failures))
        .col(big_integer(Account::LockedUntilMs));
    table
}

fn credentials() -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table(Credential::Table)
        .col(binary(Credential::SecretHash).primary_key())
        .col(text(Credential::Kind))
        .col(text_null(Credential::Account))
        .col(text(Credential::Label))
        .col(text(Credential::Scopes))
        .col(big_integer(Credential::CreatedAtMs))
        .col(big_integer(Credential::ExpiresAtMs))
        .foreign_key(
            ForeignKey::create()
                .from(Credential::Table, Credential::Account)
                .to(Account::Table, Account::Id)
                .on_delete(ForeignKeyAction::Cascade),
        );
    table
}

#[derive(DeriveIden)]
enum Account {
    Table,
    Id,
    Login,
    DisplayName,
    Role,
    Disabled,
    CreatedAtMs,
    PasswordHash,
    Failures,
    LockedUntilMs,
}

#[derive(DeriveIden)]
enum Credential {
    Table,
    SecretHash,
    Kind,
    Account,
    Label,
    Scopes,
    CreatedAtMs,
    ExpiresAtMs,
}
