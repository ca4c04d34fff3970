//! Recording to transcript.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use super::{JobError, Workshop, away};
use crate::{
    audio::AudioSource,
    domain::{Actor, AuditAction, AuditEvent, EncounterState, Job, JobKind, JobState},
    pipeline::{Scribe, events::VisitEvent},
    store::{
        audit,
        documents::{self, DocumentKind},
        encounters, jobs, keys,
    },
};

pub(super) async fn run(workshop: &Arc<Workshop>, job: &Job, stop: &CancellationToken) -> Result<(), JobError> {
    let id = job.encounter;
    let encounter = encounters::get(&workshop.store, id).await?.ok_or(JobError::Moot)?;
    let key = keys::load_audio(&workshop.store, id).await?.ok_or(JobError::Moot)?;
    let count = encounter.details.segments.ok_or_else(|| JobError::Final("the recording has no end".to_owned()))?;

    let voice = workshop.voice(encounter.clinician).await?;
    let watcher = workshop.watcher(job, stop);
    // What was heard while the visit was recorded.
    let (visit, shop) = (workshop.live.visit(id), Arc::clone(workshop));
    let began = workshop.clock.instant();
    let transcribed = away(move || {
        let recording = shop.segments.recording(id, count, &key)?;
        let bytes = recording.as_file();
        let source = AudioSource::Bytes { name: "the recording", bytes: &bytes };
        let mut scribe = Scribe::new(&shop.config, shop.clock.as_ref(), &watcher);
        scribe.know_clinician(voice);
        Ok::<_, JobError>(scribe.transcribe_with(&*shop.transcriber()?, &visit.memory(), source, &[], None)?)
    })
    .await;
    let transcript = transcribed??.transcript;
    let length = transcript.audio.as_ref().map_or(0, |audio| audio.duration_ms);
    let took = workshop.clock.instant().duration_since(began);
    workshop.metrics.transcribed(Duration::from_millis(length), took);

    let tx = workshop.store.begin().await?;
    let mut encounter = encounters::get(&tx, id).await?.ok_or(JobError::Moot)?;
    if !jobs::end(&tx, job.id, JobState::Done, None).await? {
        return Err(JobError::Moot);
    }
    let before = documents::current_number(&tx, id, DocumentKind::Transcript).await?;
    let kept = documents::append(&tx, id, DocumentKind::Transcript, before, None, "current", &transcript).await?;
    encounter.advance(EncounterState::Drafting);
    encounters::update(&tx, &mut encounter).await?;
    jobs::enqueue(&tx, JobKind::Draft, id).await?;
    let drafted = AuditEvent::done(Actor::Service, AuditAction::Draft).on(id);
    audit::append(&tx, &drafted.object(format!("transcript/{}", kept.number))).await?;
    tx.commit().await?;
    workshop.tell(id, VisitEvent::Transcript { version: kept.number });
    workshop.tell(id, VisitEvent::State { state: encounter.state });
    Ok(())
}
