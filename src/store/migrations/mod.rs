//! Steps from an empty database to this release's, in order. A step that was shipped is never edited.

mod m0001_encounters;
mod m0002_audit;
mod m0003_accounts;
mod m0004_jobs;
mod m0005_idempotency;
mod m0006_deliveries;
mod m0010_identity;

use sea_orm_migration::prelude::*;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_encounters::Migration),
            Box::new(m0002_audit::Migration),
            Box::new(m0003_accounts::Migration),
            Box::new(m0004_jobs::Migration),
            Box::new(m0005_idempotency::Migration),
            Box::new(m0006_deliveries::Migration),
            Box::new(m0010_identity::Migration),
        ]
    }
}

/// The encounters, for what belongs to them.
#[derive(DeriveIden)]
enum Encounter {
    Table,
    Id,
}

/// Rows of `table` belong to the encounter that their `column` names, and go with it.
fn of_encounter(table: impl IntoIden, column: impl IntoIden) -> ForeignKeyCreateStatement {
    let mut key = ForeignKey::create();
    key.from(table.into_iden(), column.into_iden())
        .to(Encounter::Table, Encounter::Id)
        .on_delete(ForeignKeyAction::Cascade);
    key
}
