//! The clinician's own voice, kept so that who the clinician is need not be guessed: `soapstone.voice/1`.

use serde::{Deserialize, Serialize};

use super::{LONG, VoiceEncoder, VoiceError, clusters, turns, voices::Embedding};
use crate::{audio::SAMPLE_RATE_HZ, domain::ModelRef, transcription::vad::Region};

/// The name and version of the format, as its `schema` field carries it.
pub const VOICE_SCHEMA: &str = "soapstone.voice/1";

/// Less speech than this is too little to know a voice by, in seconds.
const LEAST_SECONDS: u64 = 5;

/// What a clinician sounds like to one voice model. Personal data: `Debug` does not show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClinicianVoice {
    /// Always [`VOICE_SCHEMA`].
    schema: String,
    /// The model that heard it. Voices of two models cannot be compared.
    model: ModelRef,
    /// A vector of length 1.
    embedding: Embedding,
}

/// Why a voice cannot be used. All of them are bad input.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum VoiceFileError {
    /// JSON of another kind, or not JSON.
    #[error("it is not a {VOICE_SCHEMA}: make one with `soapstone voice RECORDING --out FILE`")]
    Shape,
    /// Made with another model.
    #[error("it was made with the voice model {theirs}, and this one is {ours}: make it again with `soapstone voice`")]
    OtherModel {
        /// The model that it was made with.
        theirs: String,
        /// The configured one.
        ours: String,
    },
    /// It is not told whose voice it would be.
    #[error("{people} people speak in it: give a recording of the clinician alone")]
    Several {
        /// How many voices were told apart.
        people: usize,
    },
    /// Hardly anything is said in the recording.
    #[error(
        "only {seconds} seconds of speech were found in it: at least {LEAST_SECONDS} are needed, half a minute is good"
    )]
    TooShort {
        /// What was found.
        seconds: u64,
    },
}

impl ClinicianVoice {
    /// Reads `soapstone.voice/1`. What the file holds is not repeated in the error.
    pub fn from_json(bytes: &[u8]) -> Result<Self, VoiceFileError> {
        let voice: Self = serde_json::from_slice(bytes).map_err(|_| VoiceFileError::Shape)?;
        let is_whole = voice.schema == VOICE_SCHEMA && voice.embedding.is_valid();
        if is_whole { Ok(voice) } else { Err(VoiceFileError::Shape) }
    }

    /// The voice for comparison with what `model` hears.
    pub fn heard_by(&self, model: &ModelRef) -> Result<&Embedding, VoiceFileError> {
        if self.model.sha256 == model.sha256 {
            return Ok(&self.embedding);
        }
        Err(VoiceFileError::OtherModel { theirs: self.model.name.clone(), ours: model.name.clone() })
    }
}

/// The voice of somebody who speaks alone in `samples`, where `regions` are speech.
pub fn enrol(
    samples: &[i16],
    regions: &[Region],
    encoder: &dyn VoiceEncoder,
) -> Result<Result<ClinicianVoice, VoiceFileError>, VoiceError> {
    let speech: usize = regions.iter().map(Region::len).sum();
    let seconds = speech as u64 / u64::from(SAMPLE_RATE_HZ);
    let windows = LONG.over(regions, samples.len());
    let embeddings = encoder.embed(samples, &windows)?;
    let people = clusters::voices(&embeddings, &encoder.thresholds()).len();
    if people > 1 {
        return Ok(Err(VoiceFileError::Several { people }));
    }
    let heard = Embedding::mean(&embeddings);
    let Some(embedding) = heard.filter(|_| seconds >= LEAST_SECONDS) else {
        return Ok(Err(VoiceFileError::TooShort { seconds }));
    };
    Ok(Ok(ClinicianVoice { schema: VOICE_SCHEMA.to_owned(), model: encoder.model_ref().clone(), embedding }))
}

/// Which of `voices` is the clinician's, if one is as like it as `same_person` ([`Thresholds`]). Somebody's
/// voice is always the likest: 57 of 100 strangers were taken for the clinician where 0.65 was enough, 8 where 0.8 is asked
/// (`docs/adr/0006-speakers-by-voice.md`).
///
/// [`Thresholds`]: super::voices::Thresholds
pub fn recognise(clinician: &Embedding, voices: &[Embedding], same_person: f32) -> Option<usize> {
    let likest = turns::nearest(voices, clinician);
    (voices.get(likest)?.cosine(clinician) >= same_person).then_some(likest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(sha256: &str) -> ModelRef {
        ModelRef { task: "speakers".to_owned(), name: format!("voice-{sha256}"), sha256: sha256.to_owned() }
    }

    fn voice() -> ClinicianVoice {
        let embedding = Embedding::new(vec![0.6, 0.8]);
        ClinicianVoice { schema: VOICE_SCHEMA.to_owned(), model: model("a"), embedding }
    }

    #[test]
    fn a_voice_survives_its_file_and_fits_its_model_only() {
        let json = serde_json::to_vec(&voice()).expect("plain data");
        let read = ClinicianVoice::from_json(&json).expect("it is one");
        assert_eq!(read, voice());
        assert_eq!(read.heard_by(&model("a")), Ok(&Embedding::new(vec![0.6, 0.8])));
        let error = read.heard_by(&model("b")).expect_err("refused").to_string();
        assert!(error.contains("voice-a") && error.contains("voice-b"), "{error}");
        assert!(!format!("{read:?}").contains("0.6"), "{read:?}");
    }

    #[test]
    fn what_is_no_voice_is_refused() {
        let zeros =
            br#"{"schema":"soapstone.voice/1","model":{"task":"speakers","name":"x","sha256":"a"},"embedding":[0,0]}"#;
        for bytes in [b"{}".as_slice(), b"RIFF", zeros] {
            assert_eq!(ClinicianVoice::from_json(bytes), Err(VoiceFileError::Shape));
        }
    }

    #[test]
    fn the_clinician_is_the_likest_voice_and_nobody_if_none_is_like() {
        let voices = [Embedding::new(vec![1.0, 0.0, 0.0]), Embedding::new(vec![0.5, 0.8, 0.0])];
        assert_eq!(recognise(&Embedding::new(vec![0.4, 0.9, 0.1]), &voices, 0.65), Some(1));
        assert_eq!(recognise(&Embedding::new(vec![0.0, 0.1, 1.0]), &voices, 0.65), None);
    }
}
