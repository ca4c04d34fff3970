//! Note to the EHR.

use super::{JobError, MAX_ATTEMPTS, Workshop};
use crate::{
    config::Template,
    delivery::fhir::{self, DeliveryError, Receipt},
    domain::{Actor, AuditAction, AuditEvent, AuditOutcome, DeliveryState, Encounter, EncounterId, Job, JobState},
    notes::{self, CurrentNote},
    store::{Tx, audit, deliveries, documents::Version, encounters, jobs},
};

impl From<DeliveryError> for JobError {
    fn from(error: DeliveryError) -> Self {
        match error {
            DeliveryError::Passing(_) => Self::Passing(error.to_string()),
            DeliveryError::Refused(_) | DeliveryError::NotAsSent { .. } => Self::Final(error.to_string()),
        }
    }
}

pub(super) async fn run(workshop: &Workshop, job: &Job) -> Result<(), JobError> {
    let id = job.encounter;
    let encounter = encounters::get(&workshop.store, id).await?.ok_or(JobError::Moot)?;
    let (version, note) = notes::current(&workshop.store, id).await?.ok_or(JobError::Moot)?;
    match send(workshop, &encounter, &version, &note).await {
        Ok(receipt) => keep(workshop, job, &version, &note, &receipt).await,
        Err(JobError::Passing(fault)) if job.attempts < MAX_ATTEMPTS => Err(JobError::Passing(fault)),
        Err(error) => {
            fail(workshop, id, version.number, &error.to_string()).await?;
            Err(error)
        }
    }
}

async fn send(
    workshop: &Workshop,
    encounter: &Encounter,
    version: &Version,
    note: &CurrentNote,
) -> Result<Receipt, JobError> {
    let client = workshop.ehr.as_ref().ok_or_else(|| JobError::Final("no EHR is configured".to_owned()))?;
    let template = note.note().template.as_ref().unwrap_or(&workshop.config.writing.template);
    let template = Template::load(template).map_err(|error| JobError::Final(error.to_string()))?;
    // Dated by the version, so that the same version is the same document however often it is sent.
    let document = fhir::document(note, &template, &encounter.details.ehr, version.created_at);
    Ok(client.file(&document).await?)
}

async fn keep(
    workshop: &Workshop,
    job: &Job,
    version: &Version,
    note: &CurrentNote,
    receipt: &Receipt,
) -> Result<(), JobError> {
    let id = job.encounter;
    let tx = workshop.store.begin().await?;
    jobs::end(&tx, job.id, JobState::Done, None).await?;
    deliveries::end(&tx, id, version.number, DeliveryState::Delivered, Some(&receipt.id), None).await?;
    let delivered = AuditEvent::done(Actor::Service, AuditAction::Deliver).on(id);
    audit::append(&tx, &delivered.object(format!("note/{} as {}", version.number, fhir::doc_status(note)))).await?;
    Ok(tx.commit().await?)
}

/// Notes that version `version` did not come to the EHR. A later one has a job of its own.
pub(super) async fn fail(workshop: &Workshop, id: EncounterId, version: i64, fault: &str) -> Result<(), JobError> {
    let tx = workshop.store.begin().await?;
    deliveries::end(&tx, id, version, DeliveryState::Failed, None, Some(fault)).await?;
    let failed = AuditEvent::done(Actor::Service, AuditAction::Deliver).on(id).with_outcome(AuditOutcome::Failed);
    audit::append(&tx, &failed.object(format!("note/{version}"))).await?;
    Ok(tx.commit().await?)
}

impl Workshop {
    /// Queues the note as it is now for the EHR, where one is configured and takes notes in this state.
    pub async fn queue_delivery(
        &self,
        tx: &Tx,
        encounter: EncounterId,
        version: i64,
        note: &CurrentNote,
    ) -> Result<(), crate::store::StoreError> {
        let wanted = self.ehr.is_some() && (self.config.ehr.file_drafts || !matches!(note, CurrentNote::Draft(_)));
        if wanted {
            deliveries::enqueue(tx, encounter, version, fhir::doc_status(note)).await?;
        }
        Ok(())
    }
}
