//! A transcript as rules read it: utterances with their sentences and the place of each in the visit.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::text;
use crate::domain::{Role, Transcript, Utterance};
use crate::language::questions::is_question;

/// One utterance with its sentences.
pub struct Line<'a> {
    /// The utterance.
    pub utterance: &'a Utterance,
    /// Its place in the transcript.
    pub index: usize,
    /// Byte ranges of its sentences.
    pub sentences: Vec<Range<usize>>,
}

impl<'a> Line<'a> {
    /// What was said.
    pub fn text(&self) -> &'a str {
        self.utterance.text.as_str()
    }

    /// Whether the clinician speaks. An unknown speaker is read as either side, so that nothing is lost.
    pub fn by_clinician(&self) -> bool {
        matches!(self.utterance.role, Role::Clinician | Role::Unknown)
    }

    /// Whether the patient, or somebody who speaks for the patient, speaks.
    pub fn by_patient_side(&self) -> bool {
        self.utterance.role != Role::Clinician
    }

    /// The sentence that holds byte `at`.
    pub fn sentence_at(&self, at: usize) -> Range<usize> {
        let holding = self.sentences.iter().find(|range| range.start <= at && at < range.end);
        holding.cloned().unwrap_or(0..self.text().len())
    }

    /// Whether the utterance asks something in its last sentence. Recognisers may leave the question mark out, so an
    /// auxiliary verb or "any" at the sentence's start counts too.
    pub fn asks(&self) -> bool {
        let Some(last) = self.sentences.last() else { return false };
        is_question(&self.text()[last.clone()])
    }
}

/// The visit line by line.
pub struct Visit<'a> {
    /// In order.
    pub lines: Vec<Line<'a>>,
}

impl<'a> Visit<'a> {
    /// Reads `transcript`.
    pub fn new(transcript: &'a Transcript) -> Self {
        let line = |(index, utterance): (usize, &'a Utterance)| Line {
            utterance,
            index,
            sentences: text::sentences(&utterance.text),
        };
        Self { lines: transcript.utterances.iter().enumerate().map(line).collect() }
    }

    /// The place of the utterance `id`.
    pub fn line_of(&self, id: &str) -> Option<usize> {
        self.lines.iter().position(|line| line.utterance.id == id)
    }

    /// The utterance after `index`, if somebody else speaks there: the answer to a question.
    pub fn answer_to(&self, index: usize) -> Option<&Line<'a>> {
        let asker = &self.lines[index].utterance;
        let next = self.lines.get(index + 1)?;
        (next.utterance.speaker != asker.speaker || next.utterance.role != asker.role).then_some(next)
    }

    /// Whether the patient is a woman or a girl, by what the others call them most; none where that says nothing.
    pub fn is_female(&self) -> Option<bool> {
        static SHE: LazyLock<Regex> = LazyLock::new(|| text::pattern(r"\b(?:she|her|hers|she's)\b"));
        static HE: LazyLock<Regex> = LazyLock::new(|| text::pattern(r"\b(?:he|him|his|he's)\b"));
        let others = || {
            let of_others = self.lines.iter().filter(|line| line.utterance.role != Role::Patient);
            of_others.flat_map(|line| line.sentences.iter().map(|range| &line.text()[range.clone()]))
        };
        let count = |named: &LazyLock<Regex>| others().map(|sentence| named.find_iter(sentence).count()).sum::<usize>();
        let (she, he) = (count(&SHE), count(&HE));
        (she.max(he) > 2 * she.min(he)).then_some(she > he)
    }

    /// The utterance before `index`, if it is another's question.
    pub fn question_before(&self, index: usize) -> Option<&Line<'a>> {
        let line = &self.lines[index.checked_sub(1)?];
        let other = line.utterance.role != self.lines[index].utterance.role;
        (other && line.asks()).then_some(line)
    }
}
