//! Who said it: by voice where everybody is in one channel, by channel where each has their own; and who each is in the
//! visit, by what they say.
//!
//! ```text
//! samples ─ windows ─ voices (embeddings) ─ clusters (how many people) ─ turns (whose word) ─ roles (who they are)
//! ```

mod answers;
mod clusters;
mod enrolment;
mod patient;
mod remembering;
mod roles;
mod sentences;
pub mod swapped;
mod turns;
pub mod unheard;
mod voices;
mod windows;

pub use enrolment::{ClinicianVoice, VOICE_SCHEMA, VoiceFileError, enrol};
pub use remembering::Remembering;
use sentences::Sentence;
use turns::Heard;
pub use voices::{Embedding, VoiceEncoder, VoiceError, load as load_voices};
use windows::Grid;

use super::vad::Region;
use crate::domain::{ClinicianHeard, Role, Utterance, Word};

/// The windows that people are told apart by: as long as those that the voice model learnt from, and speech all through,
/// so that few hold the end of one turn and the beginning of the next.
const LONG: Grid = Grid { length_ms: 1600, step_ms: 400, speech: 1.0 };
/// The windows that words are given by: narrow enough for an answer of one word.
const SHORT: Grid = Grid { length_ms: 800, step_ms: 200, speech: 0.5 };

/// A channel of the recording.
pub struct Channel<'a> {
    /// At 16 kHz.
    pub samples: &'a [i16],
    /// Where somebody speaks.
    pub regions: &'a [Region],
    /// What is said, in order.
    pub words: Vec<Word>,
}

/// Who said what.
pub struct Told {
    /// In order of their start.
    pub utterances: Vec<Utterance>,
    /// Whether the clinician's voice is one of those that were heard, if it is known.
    pub clinician: Option<ClinicianHeard>,
}

/// Makes utterances of a channel with everybody in it: one to five people. `clinician`, if their voice is known, says
/// who the clinician is.
pub fn of_one_channel(
    channel: Channel<'_>,
    encoder: &dyn VoiceEncoder,
    clinician: Option<&Embedding>,
) -> Result<Told, VoiceError> {
    let Channel { samples, regions, words } = channel;
    let thresholds = encoder.thresholds();
    let recognise =
        |voices: &[Embedding]| clinician.and_then(|known| enrolment::recognise(known, voices, thresholds.same_person));
    let told = |utterances: Vec<Utterance>, recognised: Option<usize>, voices: usize| {
        let heard = ClinicianHeard { recognised: recognised.is_some(), voices: voices.max(1) };
        Told { utterances, clinician: clinician.map(|_| heard) }
    };
    let long = listen(samples, regions, LONG, encoder)?;
    let mut voices = clusters::voices(&long.embeddings, &thresholds);
    if voices.len() < 2 {
        match answers::two_voices(&sentences::split(0, words.clone()), samples, encoder)? {
            Some(both) => voices = both,
            None => return Ok(told(of_one_voice(words), recognise(&voices), voices.len())),
        }
    }
    let short = listen(samples, regions, SHORT, encoder)?;
    let speakers = turns::assign(&words, &mut voices, &long, &short, &thresholds);
    let sentences = sentences::split_by_speaker(words, &speakers);
    let heard = sentences.iter().map(|sentence| sentence.speaker).collect::<std::collections::BTreeSet<_>>();
    if heard.len() < 2 {
        let words = sentences.into_iter().flat_map(|sentence| sentence.words).collect();
        return Ok(told(of_one_voice(words), recognise(&voices), heard.len()));
    }
    let known = recognise(&voices);
    let roles = roles::by_voice(&sentences, voices.len(), known);
    Ok(told(numbered(sentences, |sentence, _| (sentence.speaker, roles[sentence.speaker])), known, heard.len()))
}

fn listen(samples: &[i16], regions: &[Region], grid: Grid, encoder: &dyn VoiceEncoder) -> Result<Heard, VoiceError> {
    let windows = grid.over(regions, samples.len());
    let embeddings = encoder.embed(samples, &windows)?;
    Ok(Heard { windows, embeddings })
}

/// Without a second voice a role is as much of a speaker as can be told.
fn of_one_voice(words: Vec<Word>) -> Vec<Utterance> {
    let is_long = words.len() >= roles::TELLING_WORDS_OF_ONE_VOICE;
    let sentences = sentences::split(0, words);
    let roles = if is_long { roles::by_sentence(&sentences) } else { vec![Role::Unknown; sentences.len()] };
    numbered(sentences, |_, index| (roles[index], roles[index]))
}

/// Utterances of sentences, whose speakers are numbered as they come.
fn numbered<S: PartialEq>(sentences: Vec<Sentence>, who: impl Fn(&Sentence, usize) -> (S, Role)) -> Vec<Utterance> {
    let mut met: Vec<S> = Vec::new();
    let mut speakers = Vec::with_capacity(sentences.len());
    for (index, sentence) in sentences.iter().enumerate() {
        let (speaker, role) = who(sentence, index);
        let number = met.iter().position(|known| *known == speaker).unwrap_or_else(|| {
            met.push(speaker);
            met.len() - 1
        });
        speakers.push((format!("S{}", number + 1), role));
    }
    sentences::join(sentences, &speakers)
}

/// Makes utterances of two channels with one person each. `clinician`, if their voice is known, says who the clinician is.
pub fn of_two_channels(
    channels: [Channel<'_>; 2],
    encoder: &dyn VoiceEncoder,
    clinician: Option<&Embedding>,
) -> Result<Told, VoiceError> {
    let recognised = match clinician {
        Some(known) => enrolment::recognise(known, &voices_of(&channels, encoder)?, encoder.thresholds().same_person),
        None => None,
    };
    let words = channels.map(|channel| channel.words).into_iter().enumerate();
    let mut sentences: Vec<Sentence> = words.flat_map(|(channel, words)| sentences::split(channel, words)).collect();
    sentences.sort_by_key(Sentence::start_ms);
    let roles = roles::by_channel(&sentences, recognised);
    let speakers: Vec<_> =
        sentences.iter().map(|sentence| (format!("S{}", sentence.speaker + 1), roles[sentence.speaker])).collect();
    let heard = clinician.map(|_| ClinicianHeard { recognised: recognised.is_some(), voices: 2 });
    Ok(Told { utterances: sentences::join(sentences, &speakers), clinician: heard })
}

/// The voice of each channel; that of one in which hardly anything is said is like nobody's.
fn voices_of(channels: &[Channel<'_>; 2], encoder: &dyn VoiceEncoder) -> Result<Vec<Embedding>, VoiceError> {
    let voice = |channel: &Channel<'_>| {
        let heard = listen(channel.samples, channel.regions, LONG, encoder)?;
        Ok(Embedding::mean(&heard.embeddings).unwrap_or_else(|| Embedding::new(Vec::new())))
    };
    channels.iter().map(voice).collect()
}
