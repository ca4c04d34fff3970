//! Answers that matter and that no statement tells: an answer says little without its question.

use std::ops::Range;

use super::{
    omissions::{Covered, stems_beside},
    overlooked::{
        self, CORRECTS, COURSE, Kind, LEAST_TELLING, Overlooked, PREVENTION, RISK, SOCIAL, counts, of_a_companion,
    },
};
use crate::{
    language::{numbers, patterns::patterns, questions::is_question},
    structuring::{
        evidence,
        facts::context,
        text, told,
        visit::{Line, Visit},
    },
    terminology::DrugTable,
};

patterns! {
    /// What a patient asks of what to do, and of what will come.
    ASKS_ADVICE = r"\b(?:(?:can|could|should|do|must|may|shall) (?:i|we|he|she)|(?:will|is|does|would) (?:it|this|that|they)|how (?:long|often|much|many|soon)|what (?:if|about|should|do i|can i)|when (?:can|should|do|will)|(?:with|before|after|at) (?:food|meals?|water|breakfast|lunch|dinner|supper|bed|bedtime)|is (?:it|that) (?:okay|ok|safe|all right|fine|bad))\b";
    CONTRADICTS = r"^\W*(?:no|nope|not true|that's not|actually|sorry)\b";
}

/// Words from which on a "no" with so many says more than no: "No, they build up over an hour."
const LEAST_WORDS_OF_MORE: usize = 7;
/// The longest answer that is quoted, in bytes; of a longer one its first sentences.
const LONGEST_ANSWER: usize = 200;

/// What one side answers to the other's question.
pub(super) struct Answer<'v> {
    question: &'v Line<'v>,
    /// Bytes of the question that are asked.
    asked: Range<usize>,
    line: &'v Line<'v>,
    /// Those of its sentences that answer.
    sentences: Vec<Range<usize>>,
}

impl<'v> Answer<'v> {
    /// What `line` answers before byte `end`, if it answers something.
    pub(super) fn new(visit: &'v Visit, line: &'v Line, end: usize) -> Option<Self> {
        let question = &visit.lines[line.index.checked_sub(1)?];
        if question.by_clinician() == line.by_clinician() {
            return None;
        }
        let is_answer = |range: &&Range<usize>| !overlooked::asks(line, &line.text()[(*range).clone()]);
        let short = line.sentences.iter().take_while(|range| range.end <= end.min(LONGEST_ANSWER));
        let sentences: Vec<Range<usize>> = short.filter(is_answer).cloned().collect();
        let asked = asked(question)?;
        (!sentences.is_empty()).then_some(Self { question, asked, line, sentences })
    }

    /// Where its sentence `at` ends, what corrects that included: "No, wait, you raised it." is nothing by itself.
    fn end(&self, at: usize) -> usize {
        let next = self.sentences.get(at + 1).filter(|_| CORRECTS.is_match(self.said(at)));
        next.unwrap_or(&self.sentences[at]).end
    }

    fn said(&self, at: usize) -> &str {
        &self.line.text()[self.sentences[at].clone()]
    }

    fn question(&self) -> &str {
        &self.question.text()[self.asked.clone()]
    }

    /// The answer up to the last sentence that `note` does not tell, with its question, and where it ends: "Can I still swim?
    /// "You can, gently.""
    pub(super) fn overlooked(&self, visit: &Visit, note: &Covered) -> Option<(usize, Overlooked)> {
        let kind = self.kind(self.line.text().get(..self.sentences.last()?.end)?)?;
        let last = (0..self.sentences.len()).rfind(|at| !self.tells(note, kind, *at))?;
        let end = self.end(last);
        let answer = &self.line.text()[..end];
        let kind = self.kind(answer)?;
        let says_enough = self.line.by_patient_side() && text::content_stems(answer).len() >= LEAST_TELLING;
        if says_enough && kind.is_told(answer, note) {
            return None;
        }
        let mut text = format!("{} \"{answer}\"", self.question());
        let asked = evidence::evidence(self.question.utterance, self.asked.clone());
        let mut evidence = vec![asked, evidence::evidence(self.line.utterance, 0..end)];
        if let Some((other, range)) = self.contradicted(visit) {
            text.push_str(&format!(" \"{}\"", &other.text()[range.clone()]));
            evidence.push(evidence::evidence(other.utterance, range));
        }
        Some((end, Overlooked { kind, text: text.into(), evidence }))
    }

    /// Whether `note` tells sentence `at` of an answer of this `kind`. What says little says it with its question.
    fn tells(&self, note: &Covered, kind: Kind, at: usize) -> bool {
        let said = self.said(at);
        let with_question = || kind.is_told(&format!("{} {said}", self.question()), note);
        let counts = counts(said) || COURSE.is_match(said);
        match stems_beside(said, &numbers::numbers(said)).len() {
            // A yes or no of the clinician's is told by nothing that only names what was asked.
            0 if at == 0 && self.line.by_clinician() => {
                !context::denies(said) && note.decides_about_medicines(self.question())
            }
            0 if at == 0 || counts => with_question(),
            0 => true,
            1 if counts => with_question(),
            1 if at == 0 => kind.is_told(said, note) || with_question(),
            _ => kind.is_told(said, note),
        }
    }

    /// What this is, as far as `answer`, if it tells anything.
    fn kind(&self, answer: &str) -> Option<Kind> {
        match self.line.by_clinician() {
            true => self.advised(),
            // "You told me that your daughter would speak for you. Is that still so?"
            false if RISK.is_match(self.question.text()) => Some(Kind::Risk),
            // "Are you all right?" "I take sumatriptan for mine.", of a mother.
            false if of_a_companion(self.line, answer) => None,
            false => self.told_of(answer),
        }
    }

    /// What a clinician's answer is.
    fn advised(&self) -> Option<Kind> {
        let asks = self.question();
        (ASKS_ADVICE.is_match(asks) || !DrugTable::bundled().mentions(asks).is_empty()).then_some(Kind::Advice)
    }

    /// What a patient's `answer` is.
    fn told_of(&self, answer: &str) -> Option<Kind> {
        let asks = self.question();
        let own = text::content_stems(answer).len();
        let is_short = answer.split_whitespace().count() < LEAST_WORDS_OF_MORE;
        let says_little = own < LEAST_TELLING || own == LEAST_TELLING && self.line.sentences.len() == 1 && is_short;
        let only_denies = context::denies(answer) && says_little && !counts(answer);
        // A bare yes to a symptom is a fact, and heard as one.
        let complains =
            own > 0 && told::names_a_complaint(asks) || own >= LEAST_TELLING && told::names_a_complaint(answer);
        match () {
            () if PREVENTION.is_match(asks) => Some(Kind::Prevention),
            () if COURSE.is_match(answer) => Some(Kind::History),
            () if only_denies => None,
            () if SOCIAL.is_match(asks) => Some(Kind::Social),
            () if counts(answer) || complains => Some(Kind::History),
            () => None,
        }
    }

    /// What somebody else says at once against a patient's answer: "Which ear is it?" "The left." "No, the right."
    fn contradicted<'a>(&self, visit: &'a Visit) -> Option<(&'a Line<'a>, Range<usize>)> {
        let is_open = self.line.by_patient_side() && !self.line.asks();
        let next = visit.lines.get(self.line.index + 1).filter(|next| is_open && next.by_patient_side())?;
        let first = next.sentences.first().filter(|first| CONTRADICTS.is_match(&next.text()[(*first).clone()]))?;
        let last = next.sentences.iter().take_while(|range| range.end <= LONGEST_ANSWER).last().unwrap_or(first);
        (next.utterance.speaker != self.line.utterance.speaker).then_some((next, 0..last.end))
    }
}

/// The questions that end a turn or, where something else follows, the last of them: "How are you at night? How many
/// pillows?"
fn asked(question: &Line) -> Option<Range<usize>> {
    let asks = |range: &&Range<usize>| is_question(&question.text()[(*range).clone()]);
    let mut last_ones = question.sentences.iter().rev().skip_while(|range| !asks(range)).take_while(asks);
    let last = last_ones.next()?;
    Some(last_ones.last().map_or(last.start, |first| first.start)..last.end)
}
