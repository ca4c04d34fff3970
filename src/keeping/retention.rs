//! Erasing what was kept long enough: audio, transcripts and visits, each after its days, unless the visit is under legal hold.
//!
//! The key goes, and with it all that it sealed, in every backup; the files go before that is committed, so that an erasing that is
//! broken off is done again whole at the next turn.

use jiff::{SignedDuration, Timestamp};

use super::KeepingError;
use crate::{
    audio::Segments,
    config::{Keep, RetentionConfig},
    domain::{Actor, AuditAction, AuditEvent, EncounterId},
    store::{
        Store, StoreError, audit,
        documents::{self, DocumentKind},
        encounters, retention,
    },
};

/// What of a visit can be erased by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Erasable {
    /// What was heard.
    Audio,
    /// What was said.
    Transcript,
    /// All of it.
    Visit,
}

impl Erasable {
    /// Everything that can be.
    pub const ALL: [Self; 3] = [Self::Audio, Self::Transcript, Self::Visit];

    /// As the audit has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Transcript => "transcript",
            Self::Visit => "visit",
        }
    }

    /// What the audit calls `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.as_str() == text)
    }
}

/// Something whose time is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Of which visit.
    pub encounter: EncounterId,
    /// What of it.
    pub what: Erasable,
    /// By which rule, as in `retention.audio_days = 30`.
    pub rule: String,
}

/// What is due by `rules` at `now`. A visit that goes as a whole is not listed for its parts.
pub async fn due(store: &Store, rules: &RetentionConfig, now: Timestamp) -> Result<Vec<Due>, KeepingError> {
    let mut found: Vec<Due> = Vec::new();
    if let Some((day, rule)) = rule("visit_days", rules.visit_days, now) {
        extend(&mut found, Erasable::Visit, &rule, retention::visits_signed_before(store, day).await?);
    }
    if let Some((day, rule)) = rule("unsigned_days", rules.unsigned_days, now) {
        extend(&mut found, Erasable::Visit, &rule, retention::unsigned_entered_before(store, day).await?);
    }
    if let Some((day, rule)) = rule("audio_days", rules.audio_days, now) {
        extend(&mut found, Erasable::Audio, &rule, retention::audio_signed_before(store, day).await?);
    }
    if let Some((day, rule)) = rule("transcript_days", rules.transcript_days, now) {
        extend(&mut found, Erasable::Transcript, &rule, retention::transcripts_signed_before(store, day).await?);
    }
    Ok(found)
}

/// Before which day something had to happen to be due, and the rule as people read it.
fn rule(key: &str, keep: Keep, now: Timestamp) -> Option<(Timestamp, String)> {
    let Keep::Days(days) = keep else { return None };
    let day = now.checked_sub(SignedDuration::from_hours(24 * i64::from(days))).ok()?;
    Some((day, format!("retention.{key} = {days}")))
}

fn extend(found: &mut Vec<Due>, what: Erasable, rule: &str, visits: Vec<EncounterId>) {
    let gone = std::collections::HashSet::<EncounterId>::from_iter(
        found.iter().filter(|due| due.what == Erasable::Visit).map(|due| due.encounter),
    );
    let new = visits.into_iter().filter(|encounter| !gone.contains(encounter));
    found.extend(new.map(|encounter| Due { encounter, what, rule: rule.to_owned() }));
}

/// Erases what is due at `now`, and tells of each. What cannot be erased is logged, and tried again the next time; the last reason
/// is the error, once everything else is done.
pub async fn run(
    store: &Store,
    segments: &Segments,
    rules: &RetentionConfig,
    now: Timestamp,
    actor: &Actor,
    mut told: impl FnMut(&Due),
) -> Result<(), KeepingError> {
    let mut last = Ok(());
    for due in due(store, rules, now).await? {
        match erase(store, segments, &due, actor).await {
            Ok(()) => told(&due),
            // Erased, changed or put under legal hold in the meantime: it is looked at again.
            Err(KeepingError::Store(StoreError::Changed)) => {}
            Err(error) => {
                tracing::error!(encounter = %due.encounter, what = due.what.as_str(), %error, "cannot be erased");
                last = Err(error);
            }
        }
    }
    last
}

async fn erase(store: &Store, segments: &Segments, due: &Due, actor: &Actor) -> Result<(), KeepingError> {
    let id = due.encounter;
    let tx = store.begin().await?;
    let mut encounter =
        encounters::get(&tx, id).await?.filter(|encounter| !encounter.legal_hold).ok_or(StoreError::Changed)?;
    match due.what {
        Erasable::Visit => encounters::erase(&tx, id).await?,
        Erasable::Audio => encounters::erase_audio(&tx, &mut encounter).await?,
        Erasable::Transcript => {
            encounters::update(&tx, &mut encounter).await?;
            documents::erase(&tx, id, DocumentKind::Transcript).await?;
        }
    }
    let erased = AuditEvent::done(actor.clone(), AuditAction::Erase).on(id).object(due.what.as_str());
    audit::append(&tx, &erased.because(due.rule.as_str().into())).await?;
    if due.what != Erasable::Transcript {
        segments.erase(id)?;
    }
    Ok(tx.commit().await?)
}

/// Erases from a store that was brought back what had been erased before. Its audio is not there.
pub(super) async fn erase_again(store: &Store, id: EncounterId, what: Erasable) -> Result<(), KeepingError> {
    let tx = store.begin().await?;
    match what {
        Erasable::Visit => encounters::erase_again(&tx, id).await?,
        Erasable::Audio => encounters::erase_audio_again(&tx, id).await?,
        Erasable::Transcript => documents::erase(&tx, id, DocumentKind::Transcript).await?,
    }
    let erased = AuditEvent::done(Actor::Operator, AuditAction::Erase).on(id).object(what.as_str());
    audit::append(&tx, &erased.because("it was erased after the backup was taken".into())).await?;
    Ok(tx.commit().await?)
}
