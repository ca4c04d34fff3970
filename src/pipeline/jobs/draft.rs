//! Transcript to draft note.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::{JobError, Workshop, away};
use crate::{
    config::Template,
    domain::{
        Actor, AuditAction, AuditEvent, Chart, Encounter, EncounterRef, EncounterState, Job, JobState, Transcript,
    },
    notes::{self, CurrentNote},
    pipeline::{Scribe, events::VisitEvent},
    store::{
        audit,
        documents::{self, DocumentKind},
        encounters, jobs,
    },
    structuring::Style,
};

pub(super) async fn run(workshop: &Arc<Workshop>, job: &Job, stop: &CancellationToken) -> Result<(), JobError> {
    let id = job.encounter;
    let encounter = encounters::get(&workshop.store, id).await?.ok_or(JobError::Moot)?;
    let found = documents::current::<Transcript>(&workshop.store, id, DocumentKind::Transcript).await?;
    let (_, transcript) = found.ok_or(JobError::Moot)?;

    let watcher = workshop.watcher(job, stop);
    let (config, clock, chart) =
        (Arc::clone(&workshop.config), Arc::clone(&workshop.clock), chart(&encounter, workshop));
    let mut note = away(move || {
        let template = Template::load(&config.writing.template).map_err(|error| JobError::Final(error.to_string()))?;
        let mut scribe = Scribe::new(&config, clock.as_ref(), &watcher);
        scribe.write_in(Style { template: &template, examples: None });
        Ok::<_, JobError>(scribe.write_note(&transcript, Some(&chart))?)
    })
    .await??;
    note.encounter = EncounterRef { id: id.to_string(), started_at: encounter.details.started_at };

    let tx = workshop.store.begin().await?;
    let mut encounter = encounters::get(&tx, id).await?.ok_or(JobError::Moot)?;
    if !jobs::end(&tx, job.id, JobState::Done, None).await? {
        return Err(JobError::Moot);
    }
    let kept = notes::keep_machine_draft(&tx, id, &note).await?;
    encounter.advance(EncounterState::Drafted);
    encounters::update(&tx, &mut encounter).await?;
    if kept.status == "draft" {
        workshop.queue_delivery(&tx, id, kept.number, &CurrentNote::Draft(note)).await?;
    }
    let drafted = AuditEvent::done(Actor::Service, AuditAction::Draft).on(id);
    audit::append(&tx, &drafted.object(format!("note/{}", kept.number))).await?;
    tx.commit().await?;
    workshop.tell(id, VisitEvent::Note { version: kept.number });
    workshop.tell(id, VisitEvent::State { state: encounter.state });
    Ok(())
}

/// What is known of the patient without a chart: age and sex, which codes ask for.
fn chart(encounter: &Encounter, workshop: &Workshop) -> Chart {
    let patient = &encounter.details.patient;
    let today = workshop.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let years = patient.birth_date.and_then(|born| born.until((jiff::Unit::Year, today)).ok());
    let age_years = years.and_then(|span| u32::try_from(span.get_years()).ok());
    Chart { age_years, sex: patient.sex, ..Chart::default() }
}
