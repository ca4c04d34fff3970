//! What the recording says for a name: its place is heard again with the name in it.

use std::ops::Range;

use super::{candidates::Candidate, model};
use crate::{
    audio::{Recording, SAMPLE_RATE_HZ},
    domain::{Utterance, Word},
    transcription::asr::{AsrError, Listener, Place},
};

/// Words before a place that are heard with it, …
const BEFORE: usize = 8;
/// … and after it.
const AFTER: usize = 3;
/// Sound before the first and after the last of these words, in milliseconds: their times are not exact.
const MARGIN_MS: u64 = 200;
/// Less probable names are not listened for.
const LEAST_PROBABLE: f32 = 0.01;
/// Names that are listened for at one place, at most.
const MOST_READINGS: usize = 8;

/// A recording whose places can be heard again.
pub struct Hearing<'r> {
    listener: Listener<'r>,
    recording: &'r Recording,
    until_ms: u64,
}

impl<'r> Hearing<'r> {
    /// For places of `recording`.
    pub fn new(listener: Listener<'r>, recording: &'r Recording) -> Self {
        Self { listener, recording, until_ms: u64::MAX }
    }

    /// Only what ends before `until_ms` is heard again: what may still be read otherwise is not worth it.
    pub fn until(self, until_ms: u64) -> Self {
        Self { until_ms, ..self }
    }

    /// Tells each of `candidates`, which are names for places of `said`, what the recording says for it, and leaves out
    /// those that are not worth listening for.
    pub fn hear(&mut self, said: &Utterance, candidates: &mut Vec<Candidate>) -> Result<(), AsrError> {
        let is_settled = said.end_ms.is_some_and(|end_ms| end_ms <= self.until_ms);
        if !is_settled || said.words.len() != said.text.split_whitespace().count() {
            return Ok(());
        }
        candidates.retain(|one| model::probability(one) >= LEAST_PROBABLE);
        candidates.sort_by_key(|one| one.span.start);
        let mut heard = Vec::with_capacity(candidates.len());
        while let Some(first) = candidates.first() {
            let mut place = first.span.clone();
            let overlapping = candidates.iter().take_while(|one| {
                let overlaps = one.span.start < place.end;
                place.end = place.end.max(if overlaps { one.span.end } else { 0 });
                overlaps
            });
            let count = overlapping.count();
            let mut names: Vec<Candidate> = candidates.drain(..count).collect();
            names.sort_by(|a, b| model::probability(b).total_cmp(&model::probability(a)));
            names.truncate(MOST_READINGS);
            self.hear_place(said, &place, &mut names)?;
            heard.extend(names);
        }
        *candidates = heard;
        Ok(())
    }

    /// Hears the words `place` of `said` with each of `names` in it.
    fn hear_place(&mut self, said: &Utterance, place: &Range<usize>, names: &mut [Candidate]) -> Result<(), AsrError> {
        let (first, last) = (place.start.saturating_sub(BEFORE), said.words.len().min(place.end + AFTER));
        let Some(sound) = self.sound(said, &said.words[first..last]) else { return Ok(()) };
        let (before, after) = (text(&said.words[first..place.start]), text(&said.words[place.end..last]));
        let mut surfaces: Vec<&str> = names.iter().map(|one| one.name.surface.as_str()).collect();
        surfaces.sort_unstable();
        surfaces.dedup();
        let around = Place { sound: &sound, before: &before, after: &after, names: &surfaces };
        let readings: Vec<String> = names.iter().map(|name| reading(&said.words, place, name)).collect();
        let gains = self.listener.gains(&around, &text(&said.words[place.clone()]), &readings)?;
        names.iter_mut().zip(gains).for_each(|(name, gain)| name.gain = Some(gain));
        Ok(())
    }

    /// The sound of `words`, in the channel of who says them.
    fn sound(&self, said: &Utterance, words: &[Word]) -> Option<Vec<f32>> {
        let channel = match self.recording.channels.as_slice() {
            [only] => only,
            // One person a channel, numbered as the channels are.
            channels => channels.get(said.speaker.strip_prefix('S')?.parse::<usize>().ok()?.checked_sub(1)?)?,
        };
        let sample = |ms: u64| ms as usize * SAMPLE_RATE_HZ as usize / 1000;
        let start = sample(words.first()?.start_ms.saturating_sub(MARGIN_MS));
        let end = sample(words.last()?.end_ms + MARGIN_MS).min(channel.len());
        let mut sound: Vec<f32> = channel.get(start..end)?.iter().map(|&value| f32::from(value) / 32_768.0).collect();
        sound.resize(sound.len().max(SAMPLE_RATE_HZ as usize), 0.0);
        Some(sound)
    }
}

/// The words `place` with the name instead of the candidate's own, as Whisper would write it.
fn reading(words: &[Word], place: &Range<usize>, candidate: &Candidate) -> String {
    let own = &words[candidate.span.clone()];
    let is_mark = |c: char| !c.is_alphanumeric();
    let (first, last) = (own[0].text.as_str(), own[own.len() - 1].text.as_str());
    let is_capital = first.starts_with(char::is_uppercase);
    let name = if is_capital { candidate.name.capitalised() } else { candidate.name.surface.clone() };
    let marks = &last[last.trim_end_matches(is_mark).len()..];
    let before = text(&words[place.start..candidate.span.start]);
    let after = text(&words[candidate.span.end..place.end]);
    let parts = [before, format!("{name}{marks}"), after];
    parts.iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" ")
}

fn text(words: &[Word]) -> String {
    words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}
