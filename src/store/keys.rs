//! The wrapped keys of each encounter, of each enrolled voice, and of the audit.
//!
//! A visit has two: one of what is written of it, and one of its audio, which is erased earlier. What is sealed with a key that
//! was erased can be read in no backup either, as those hold keys apart from what they seal.

use std::collections::HashMap;

use base64::{Engine, prelude::BASE64_STANDARD};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};
use serde::{Deserialize, Serialize};

use super::{
    Inside, Reader, StoreError, Tx,
    entity::encounter_key::{self, Column},
};
use crate::{
    domain::EncounterId,
    sealing::{DataKey, MasterKeys, WrappedKey},
};

const TABLE: &str = "encounter_key";

/// How the owner of a key of audio is called after its encounter.
pub(super) const AUDIO: &str = "/audio";

/// A key as a backup holds it: wrapped, and worth nothing without the master key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptKey {
    /// Whose it is.
    pub owner: String,
    /// Which master key wrapped it.
    pub master_key: String,
    /// The wrapped key in base64.
    pub sealed: String,
}

/// Makes the keys of a new encounter, and gives that of what is written of it.
pub(super) async fn create(tx: &Tx, encounter: EncounterId) -> Result<DataKey, StoreError> {
    create_named(tx, &audio(encounter)).await?;
    create_named(tx, &encounter.to_string()).await
}

/// The key of what is written of `encounter`; `None` once it was erased.
pub(super) async fn load(reader: &impl Reader, encounter: EncounterId) -> Result<Option<DataKey>, StoreError> {
    load_named(reader, &encounter.to_string()).await
}

/// The keys of `encounters`, by their ids as text, in one query.
pub(super) async fn load_all(
    reader: &impl Reader,
    encounters: impl Iterator<Item = String>,
) -> Result<HashMap<String, DataKey>, StoreError> {
    let Inside { conn, vault, .. } = reader.inside();
    let rows = encounter_key::Entity::find().filter(Column::Encounter.is_in(encounters)).all(conn).await?;
    rows.into_iter().map(|row| Ok((row.encounter.clone(), unwrap(&vault.keys, row)?))).collect()
}

/// The key of the audio of `encounter`; `None` once it was erased.
pub async fn load_audio(reader: &impl Reader, encounter: EncounterId) -> Result<Option<DataKey>, StoreError> {
    load_named(reader, &audio(encounter)).await
}

/// Every key, wrapped, by owner.
pub async fn export(reader: &impl Reader) -> Result<Vec<KeptKey>, StoreError> {
    let rows = encounter_key::Entity::find().order_by_asc(Column::Encounter).all(reader.inside().conn).await?;
    let kept = rows.into_iter().map(|row| KeptKey {
        owner: row.encounter,
        master_key: row.master_key,
        sealed: BASE64_STANDARD.encode(&row.sealed),
    });
    Ok(kept.collect())
}

/// Puts wrapped keys into a database that has none.
pub(super) async fn import(conn: &impl ConnectionTrait, keys: &[KeptKey]) -> Result<(), StoreError> {
    for key in keys {
        let row = encounter_key::ActiveModel {
            encounter: Set(key.owner.clone()),
            master_key: Set(key.master_key.clone()),
            sealed: Set(key.wrapped().map(|wrapped| wrapped.sealed).unwrap_or_default()),
        };
        encounter_key::Entity::insert(row).exec_without_returning(conn).await?;
    }
    Ok(())
}

impl KeptKey {
    /// What a master key unwraps; `None` if it is no key.
    pub fn wrapped(&self) -> Option<WrappedKey> {
        let sealed = BASE64_STANDARD.decode(&self.sealed).ok()?;
        Some(WrappedKey { master_key: self.master_key.clone().into(), sealed })
    }

    /// Of which visit's audio it is the key; `None` if it is another key.
    pub fn audio_of(&self) -> Option<EncounterId> {
        self.owner.strip_suffix(AUDIO)?.parse().ok()
    }
}

/// The key of `owner`, which is no encounter but something of the whole service's.
pub(super) async fn load_named(reader: &impl Reader, owner: &str) -> Result<Option<DataKey>, StoreError> {
    let Inside { conn, vault, .. } = reader.inside();
    let row = encounter_key::Entity::find_by_id(owner).one(conn).await?;
    row.map(|row| unwrap(&vault.keys, row)).transpose()
}

/// The same, made where there is none yet.
pub(super) async fn load_or_create(tx: &Tx, owner: &str) -> Result<DataKey, StoreError> {
    match load_named(tx, owner).await? {
        Some(key) => Ok(key),
        None => create_named(tx, owner).await,
    }
}

/// Forgets the keys of `encounter`: whatever was sealed with them can never be read again.
pub(super) async fn erase(tx: &Tx, encounter: EncounterId) -> Result<(), StoreError> {
    erase_audio(tx, encounter).await?;
    erase_named(tx, &encounter.to_string()).await
}

/// The same of `owner`, which is no encounter.
pub(super) async fn erase_named(tx: &Tx, owner: &str) -> Result<(), StoreError> {
    encounter_key::Entity::delete_by_id(owner).exec(&tx.tx).await?;
    Ok(())
}

/// Forgets the key of its audio.
pub(super) async fn erase_audio(tx: &Tx, encounter: EncounterId) -> Result<(), StoreError> {
    encounter_key::Entity::delete_by_id(audio(encounter)).exec(&tx.tx).await?;
    Ok(())
}

fn audio(encounter: EncounterId) -> String {
    format!("{encounter}{AUDIO}")
}

/// Wraps every key that a master key of before wrapped with the present one. What the keys sealed stays as it is.
pub(super) async fn rewrap(tx: &Tx) -> Result<(), StoreError> {
    let current = tx.vault.keys.current_id();
    let old = encounter_key::Entity::find().filter(Column::MasterKey.ne(current.as_str())).all(&tx.tx).await?;
    for row in old {
        let owner = row.encounter.clone();
        let wrapped = tx.vault.keys.wrap(&owner, &unwrap(&tx.vault.keys, row)?, tx.vault.entropy.as_ref());
        let row = encounter_key::Entity::update_many()
            .col_expr(Column::MasterKey, Expr::value(wrapped.master_key.as_str()))
            .col_expr(Column::Sealed, Expr::value(wrapped.sealed));
        row.filter(Column::Encounter.eq(owner)).exec(&tx.tx).await?;
    }
    Ok(())
}

/// Errs unless `keys` open every key that is kept.
pub(super) async fn open_all(db: &impl ConnectionTrait, keys: &MasterKeys) -> Result<(), StoreError> {
    let rows = encounter_key::Entity::find().all(db).await?;
    rows.into_iter().try_for_each(|row| unwrap(keys, row).map(drop))
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

fn unwrap(keys: &MasterKeys, row: encounter_key::Model) -> Result<DataKey, StoreError> {
    let wrapped = WrappedKey { master_key: row.master_key.into(), sealed: row.sealed };
    let opened = keys.unwrap(&row.encounter, &wrapped);
    opened.map_err(|source| StoreError::Sealed { table: TABLE, row: row.encounter, source })
}
