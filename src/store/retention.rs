//! Which visits hold what was to be kept until some day, and which of them nothing may be erased of.

use jiff::Timestamp;
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect, QueryTrait, Select,
    sea_query::{BinOper, Expr, SelectStatement},
};

use super::{
    Reader, StoreError,
    documents::DocumentKind,
    encounters::ids_of,
    entity::{document, encounter, encounter_key},
    keys,
};
use crate::domain::{EncounterId, EncounterState};

/// Statuses of a note that somebody signed. The last of them counts: an amendment is a signature, too.
const SIGNED: [&str; 3] = ["signed", "amended", "retracted"];

/// Visits that were signed before `day` for the last time, and whose audio is still there.
pub async fn audio_signed_before(reader: &impl Reader, day: Timestamp) -> Result<Vec<EncounterId>, StoreError> {
    let owner = Expr::col(encounter::Column::Id).binary(BinOper::Custom("||"), Expr::val(keys::AUDIO));
    let owners = encounter_key::Entity::find().select_only().column(encounter_key::Column::Encounter).into_query();
    ids_of(signed_before(day).filter(owner.in_subquery(owners)), reader.inside().conn).await
}

/// Visits that were signed before `day` for the last time, and whose transcript is still there.
pub async fn transcripts_signed_before(reader: &impl Reader, day: Timestamp) -> Result<Vec<EncounterId>, StoreError> {
    let transcripts = documents_of(DocumentKind::Transcript).into_query();
    let found = signed_before(day).filter(encounter::Column::Id.in_subquery(transcripts));
    ids_of(found, reader.inside().conn).await
}

/// Visits that were signed before `day` for the last time.
pub async fn visits_signed_before(reader: &impl Reader, day: Timestamp) -> Result<Vec<EncounterId>, StoreError> {
    ids_of(signed_before(day), reader.inside().conn).await
}

/// Visits that were entered before `day`, never signed, and are neither recorded nor worked on.
pub async fn unsigned_entered_before(reader: &impl Reader, day: Timestamp) -> Result<Vec<EncounterId>, StoreError> {
    let at_rest =
        [EncounterState::Planned, EncounterState::Drafted, EncounterState::Failed].map(EncounterState::as_str);
    let unsigned = not_held().filter(encounter::Column::State.is_in(at_rest));
    let unsigned = unsigned.filter(encounter::Column::Id.not_in_subquery(signed().into_query()));
    let unsigned = unsigned.filter(encounter::Column::CreatedAtMs.lt(day.as_millisecond()));
    ids_of(unsigned, reader.inside().conn).await
}

/// Visits under legal hold.
pub async fn held(reader: &impl Reader) -> Result<Vec<EncounterId>, StoreError> {
    ids_of(encounter::Entity::find().filter(encounter::Column::LegalHold.eq(true)), reader.inside().conn).await
}

fn not_held() -> Select<encounter::Entity> {
    encounter::Entity::find().filter(encounter::Column::LegalHold.eq(false))
}

fn signed_before(day: Timestamp) -> Select<encounter::Entity> {
    let last = document::Column::CreatedAtMs.max().lt(day.as_millisecond());
    let signed: SelectStatement = signed().group_by(document::Column::Encounter).having(last).into_query();
    not_held().filter(encounter::Column::Id.in_subquery(signed))
}

fn signed() -> Select<document::Entity> {
    documents_of(DocumentKind::Note).filter(document::Column::Status.is_in(SIGNED))
}

/// The encounters of documents of `kind`.
fn documents_of(kind: DocumentKind) -> Select<document::Entity> {
    let of_kind = document::Entity::find().filter(document::Column::Kind.eq(kind.as_str()));
    of_kind.select_only().column(document::Column::Encounter)
}
