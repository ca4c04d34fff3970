//! Encounters, their keys, and the documents written about them.

use sea_orm_migration::{prelude::*, schema::*};

use super::of_encounter;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(encounters()).await?;
        let by_clinician =
            Index::create().name("encounter_clinician").table(Encounter::Table).col(Encounter::Clinician).to_owned();
        manager.create_index(by_clinician).await?;
        manager.create_table(encounter_keys()).await?;
        manager.create_table(documents()).await
    }
}

fn encounters() -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table(Encounter::Table)
        .col(text(Encounter::Id).primary_key())
        .col(big_integer(Encounter::CreatedAtMs))
        .col(text(Encounter::Clinician))
        .col(text(Encounter::State))
        .col(boolean(Encounter::LegalHold))
        .col(big_integer(Encounter::Revision))
        .col(blob(Encounter::Details))
        .col(blob_null(Encounter::Consent));
    table
}

/// Apart from the encounters, so that a backup can leave the keys out.
fn encounter_keys() -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table(EncounterKey::Table)
        .col(text(EncounterKey::Encounter).primary_key())
        .col(text(EncounterKey::MasterKey))
        .col(blob(EncounterKey::Sealed));
    table
}

fn documents() -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table(Document::Table)
        .col(text(Document::Encounter))
        .col(text(Document::Kind))
        .col(big_integer(Document::Version))
        .col(big_integer(Document::CreatedAtMs))
        .col(text_null(Document::Author))
        .col(text(Document::Status))
        .col(blob(Document::Body))
        .primary_key(Index::create().col(Document::Encounter).col(Document::Kind).col(Document::Version))
        .foreign_key(&mut of_encounter(Document::Table, Document::Encounter));
    table
}

#[derive(DeriveIden)]
enum Encounter {
    Table,
    Id,
    CreatedAtMs,
    Clinician,
    State,
    LegalHold,
    Revision,
    Details,
    Consent,
}

#[derive(DeriveIden)]
enum EncounterKey {
    Table,
    Encounter,
    MasterKey,
    Sealed,
}

#[derive(DeriveIden)]
enum Document {
    Table,
    Encounter,
    Kind,
    Version,
    CreatedAtMs,
    Author,
    Status,
    Body,
}
