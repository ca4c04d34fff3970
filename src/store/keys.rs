//! The wrapped key of each encounter, of each enrolled voice, and of the audit.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::{
    Inside, Reader, StoreError, Tx,
    entity::encounter_key::{self, Column},
};
use crate::{
    domain::EncounterId,
    sealing::{DataKey, WrappedKey},
};

const TABLE: &str = "encounter_key";

/// Makes the key of a new encounter.
pub(super) async fn create(tx: &Tx, encounter: EncounterId) -> Result<DataKey, StoreError> {
    create_named(tx, &encounter.to_string()).await
}

/// The key of `encounter`; `None` once it was erased.
pub async fn load(reader: &impl Reader, encounter: EncounterId) -> Result<Option<DataKey>, StoreError> {
    load_named(reader, &encounter.to_string()).await
}

/// The key of `owner`, which is no encounter but something of the whole service's.
pub(super) async fn load_named(reader: &impl Reader, owner: &str) -> Result<Option<DataKey>, StoreError> {
    let Inside { conn, vault } = reader.inside();
    let row = encounter_key::Entity::find_by_id(owner).one(conn).await?;
    row.map(|row| unwrap(vault, row)).transpose()
}

/// The same, made where there is none yet.
pub(super) async fn load_or_create(tx: &Tx, owner: &str) -> Result<DataKey, StoreError> {
    match load_named(tx, owner).await? {
        Some(key) => Ok(key),
        None => create_named(tx, owner).await,
    }
}

/// Forgets the key of `encounter`: whatever was sealed with it can never be read again.
pub(super) async fn erase(tx: &Tx, encounter: EncounterId) -> Result<(), StoreError> {
    erase_named(tx, &encounter.to_string()).await
}

/// The same of `owner`, which is no encounter.
pub(super) async fn erase_named(tx: &Tx, owner: &str) -> Result<(), StoreError> {
    encounter_key::Entity::delete_by_id(owner).exec(&tx.tx).await?;
    Ok(())
}

/// Wraps every key that a master key of before wrapped with the present one. What the keys sealed stays as it is.
pub(super) async fn rewrap(tx: &Tx) -> Result<(), StoreError> {
    let current = tx.vault.keys.current_id();
    let old = encounter_key::Entity::find().filter(Column::MasterKey.ne(current.as_str())).all(&tx.tx).await?;
    for row in old {
        let owner = row.encounter.clone();
        let wrapped = tx.vault.keys.wrap(&owner, &unwrap(&tx.vault, row)?, tx.vault.entropy.as_ref());
        let row = encounter_key::Entity::update_many()
            .col_expr(Column::MasterKey, Expr::value(wrapped.master_key.as_str()))
            .col_expr(Column::Sealed, Expr::value(wrapped.sealed));
        row.filter(Column::Encounter.eq(owner)).exec(&tx.tx).await?;
    }
    Ok(())
}

/// Makes the key of `owner`, which has none.
pub(super) async fn create_named(tx: &Tx, owner: &str) -> Result<DataKey, StoreError> {
    let (keys, entropy) = (&tx.vault.keys, tx.vault.entropy.as_ref());
    let key = DataKey::generate(entropy);
    let wrapped = keys.wrap(owner, &key, entropy);
    let row = encounter_key::ActiveModel {
        encounter: Set(owner.to_owned()),
        master_key: Set(wrapped.master_key.as_str().to_owned()),
        sealed: Set(wrapped.sealed),
    };
    encounter_key::Entity::insert(row).exec_without_returning(&tx.tx).await?;
    Ok(key)
}

fn unwrap(vault: &super::Vault, row: encounter_key::Model) -> Result<DataKey, StoreError> {
    let wrapped = WrappedKey { master_key: row.master_key.into(), sealed: row.sealed };
    let opened = vault.keys.unwrap(&row.encounter, &wrapped);
    opened.map_err(|source| StoreError::Sealed { table: TABLE, row: row.encounter, source })
}
