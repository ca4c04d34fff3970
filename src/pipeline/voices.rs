//! The voices of clinicians: heard once, kept sealed, and known again in recordings of their own visits.

use std::{sync::Arc, time::Duration};

use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::{VisitError, jobs::Workshop};
use crate::{
    audio::{self, AudioSource},
    config::Config,
    domain::{AccountId, Actor, AuditAction, AuditEvent, no_progress},
    model_files::ModelStore,
    store::{
        StoreError, audit,
        voices::{self, Enrolment},
    },
    transcription::{self, ClinicianVoice},
};

/// A recording of one voice is at least as long, in seconds.
const LEAST_SECONDS: u64 = 20;

/// Voices that are heard at once: a few seconds' work of one core each, beside which visits go on.
static HEARINGS: Semaphore = Semaphore::const_new(1);

/// How long one waits for its turn.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why a voice is not kept.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// It is too short.
    #[error("the recording has {seconds} s: speak for {LEAST_SECONDS} s at least, half a minute is good")]
    TooShort {
        /// How long it is.
        seconds: u64,
    },
    /// No voice can be made of it.
    #[error(transparent)]
    Recording(VisitError),
    /// Other voices are being heard.
    #[error("other voices are being enrolled: try again in a moment")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Workshop {
    /// Hears who speaks alone in `recording`, and keeps that as the voice of `account`.
    pub async fn enrol(
        &self,
        account: AccountId,
        wording: &str,
        recording: impl AsRef<[u8]> + Send + 'static,
    ) -> Result<Enrolment, EnrolError> {
        let turn = tokio::time::timeout(PATIENCE, HEARINGS.acquire()).await;
        let Ok(Ok(_turn)) = turn else { return Err(EnrolError::Busy) };
        let config = Arc::clone(&self.config);
        let heard = tokio::task::spawn_blocking(move || hear(&config, recording.as_ref())).await;
        let voice = heard.map_err(|_| EnrolError::Busy)??;
        let body = Zeroizing::new(serde_json::to_vec(&voice).expect("a voice is plain data"));
        let tx = self.store.begin().await?;
        let kept = voices::keep(&tx, account, wording, &body).await?;
        let agreed = AuditEvent::done(Actor::Account(account), AuditAction::Consent);
        audit::append(&tx, &agreed.object(format!("voice/{account}"))).await?;
        tx.commit().await?;
        Ok(kept)
    }

    /// The voice of `account`, where it is kept and the present model can know it; another model's is as good as none.
    pub(super) async fn voice(&self, account: AccountId) -> Result<Option<ClinicianVoice>, StoreError> {
        let Some(body) = voices::load(&self.store, account).await? else { return Ok(None) };
        let voice = ClinicianVoice::from_json(&body).ok();
        let models = ModelStore::new(&self.config.paths);
        let Ok(model) = models.locate(&self.config.recognition.voice_model) else { return Ok(None) };
        let known = voice.filter(|voice| voice.heard_by(&model.model_ref).is_ok());
        if known.is_none() {
            tracing::warn!(%account, "the voice was enrolled for another voice model and is not used: enrol it again");
        }
        Ok(known)
    }
}

fn hear(config: &Config, recording: &[u8]) -> Result<ClinicianVoice, EnrolError> {
    let source = AudioSource::Bytes { name: "the recording", bytes: recording };
    let recording = audio::decode(source, &config.recognition, &no_progress);
    let recording = recording.map_err(|error| EnrolError::Recording(error.into()))?;
    let seconds = recording.duration_ms() / 1000;
    if seconds < LEAST_SECONDS {
        return Err(EnrolError::TooShort { seconds });
    }
    let heard = transcription::enrol(&recording, &config.recognition, &ModelStore::new(&config.paths));
    heard.map_err(|error| EnrolError::Recording(error.into()))
}
