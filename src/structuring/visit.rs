//! A transcript as rules read it: utterances with their sentences and the place of each in the visit.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::text;
use crate::domain::{Role, Transcript, Utterance};

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

/// Whether `sentence` is a question.
pub fn is_question(sentence: &str) -> bool {
    const OPENINGS: [&str; 58] = [
        "do you",
        "did you",
        "are you",
        "were you",
        "have you",
        "has it",
        "had you",
        "is it",
        "is there",
        "any ",
        "does it",
        "does that",
        "how ",
        "what ",
        "when ",
        "where ",
        "who ",
        "which ",
        "why ",
        "and any",
        "or any",
        "can you tell",
        "are there",
        "have there",
        "do they",
        "is your",
        "is the",
        "any other",
        "have your",
        "do your",
        "does your",
        "did it",
        "was it",
        "was there",
        "and how",
        "and what",
        "and do you",
        "and have you",
        "and are you",
        "and is",
        "is she",
        "is he",
        "are they",
        "was she",
        "was he",
        "has she",
        "has he",
        "have they",
        "does she",
        "does he",
        "did she",
        "did he",
        "did they",
        "does any",
        "do any",
        "anyone",
        "anybody",
        "anything else",
    ];
    // "I'm going to prescribe some meloxicam, okay?" asks nothing.
    const TAGS: [&str; 6] = [" okay?", " ok?", " all right?", " alright?", " sound good?", " sounds good?"];
    let sentence = sentence.trim().to_lowercase();
    let told = TAGS.iter().find_map(|tag| sentence.strip_suffix(tag)).filter(|told| told.ends_with(','));
    let sentence = told.unwrap_or(&sentence);
    let opening = sentence.trim_start_matches(|c: char| !c.is_alphabetic());
    let opening = ["okay", "all right", "alright", "right", "good", "so", "um", "uh", "well"]
        .iter()
        .find_map(|filler| opening.strip_prefix(filler))
        .map_or(opening, |rest| rest.trim_start_matches(|c: char| !c.is_alphabetic()));
    sentence.ends_with('?')
        || OPENINGS.iter().any(|start| opening.starts_with(start)) && opening.split(' ').count() < 25
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_seen_with_and_without_their_mark() {
        assert!(is_question("And the metformin?"));
        assert!(is_question("okay any fever or chills"));
        assert!(!is_question("I have a headache."));
        assert!(!is_question("I'm going to prescribe some meloxicam, okay?"));
        assert!(is_question("Any fever, okay?") && is_question("You take it, right?"));
    }
}
