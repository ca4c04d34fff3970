//! What somebody who came with the patient says of themselves. It is theirs: no fact of the patient's is read from it.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{
    evidence,
    facts::context,
    text::pattern,
    visit::{Line, Visit},
};
use crate::domain::{Role, Transcript};

/// The sentences of `line` in which a companion speaks of themselves: "I have migraines", and what goes on about it; "I do" to
/// what the patient was asked.
pub fn own_words(visit: &Visit, line: &Line) -> Vec<Range<usize>> {
    static GOES_ON: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^\W*(?:and |but |so )?(?:it|that|those|these|they)\b"));
    static MYSELF: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\bi(?:'m|'ve| am| have| take| had| got| use)\b[^,.;]*\bmyself\b"));
    static SOMEBODY: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:he|she|him|her|his|hers)\b"));
    if line.utterance.role != Role::Other {
        return Vec::new();
    }
    let answers_for_themselves = answers_for_themselves(visit, line);
    let mut of_the_speaker = false;
    let own = |range: &&Range<usize>| {
        let sentence = &line.text()[(*range).clone()];
        of_the_speaker = context::of_the_speaker(sentence, "")
            || MYSELF.is_match(sentence)
            || answers_for_themselves && !SOMEBODY.is_match(sentence)
            || of_the_speaker && GOES_ON.is_match(sentence) && !SOMEBODY.is_match(sentence);
        of_the_speaker
    };
    line.sentences.iter().filter(own).cloned().collect()
}

/// Whether a companion takes what the patient was asked for asked of themselves: they say "I do". Without an "I" a companion
/// speaks for the patient, also where the patient answers, too.
fn answers_for_themselves(visit: &Visit, line: &Line) -> bool {
    static OF_PATIENT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:he|she|him|her|his|hers|they|them|their|giv(?:e|es|ing)|gave|child|baby|son|daughter|boy|girl|kids?|mother|mom|mum|father|dad|wife|husband)\b",
        )
    });
    static ELLIPTICAL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:(?:yes|yeah|no|oh|well)\W+)*i (?:do|am|have|did|was|don't|haven't|didn't)(?: too)?\W*(?:[,.!]|$)",
        )
    });
    let Some(question) = visit.question_before(line.index).filter(|question| question.by_clinician()) else {
        return false;
    };
    let of_patient = OF_PATIENT.is_match(question.text()) || OF_PATIENT.is_match(line.text());
    !of_patient && ELLIPTICAL.is_match(line.text())
}

/// `transcript` without what companions say of themselves, if they do.
pub fn without_own_words(transcript: &Transcript) -> Option<Transcript> {
    let visit = Visit::new(transcript);
    let own: Vec<Vec<Range<usize>>> = visit.lines.iter().map(|line| own_words(&visit, line)).collect();
    if own.iter().all(Vec::is_empty) {
        return None;
    }
    let mut left = transcript.clone();
    for (utterance, own) in left.utterances.iter_mut().zip(&own).filter(|(_, own)| !own.is_empty()) {
        let places = evidence::word_places(utterance);
        let mut text = utterance.text.as_str().to_owned();
        // Spaces keep the place of what stays.
        own.iter().for_each(|range| text.replace_range(range.clone(), &" ".repeat(range.len())));
        utterance.text = text.into();
        let mut places = places.iter();
        utterance.words.retain(|_| {
            let place = places.next().and_then(Option::as_ref);
            place.is_some_and(|place| !own.iter().any(|own| own.contains(&place.start)))
        });
    }
    left.utterances.retain(|utterance| !utterance.text.trim().is_empty());
    Some(left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structuring::testing::transcript;

    /// What is left of what companions say.
    fn left(lines: &str) -> Vec<String> {
        let transcript = transcript(lines);
        let left = without_own_words(&transcript).unwrap_or(transcript);
        let others = left.utterances.iter().filter(|said| said.role == Role::Other);
        others.map(|said| said.text.trim().to_owned()).collect()
    }

    #[test]
    fn what_a_companion_answers_of_themselves_is_theirs() {
        for own in [
            "D: Any numbness in your feet?\nO: I do, I get it every night.\nP: I don't.",
            "D: Are you taking aspirin?\nO: Yes, I take seventy five milligrams every day.\nP: I'm not.",
            "D: Are you on warfarin?\nO: I am, five milligrams at night.\nP: Not me.",
            "D: Any cough?\nO: Yes, I have a terrible cough.\nP: No.",
        ] {
            assert!(left(own).is_empty(), "{own}: {:?}", left(own));
        }
    }

    #[test]
    fn what_a_companion_tells_of_the_patient_stays() {
        for of_patient in [
            "D: Do you give him the inhaler?\nO: I do.\nP: Yeah.",
            "D: Does she take the aspirin?\nO: Yes, every day.\nP: Yes.",
            "D: Are you taking the aspirin?\nO: She forgets it.\nP: I don't.",
            "D: What brings you in?\nO: Fever since Monday, and a sore throat.\nP: Yes, it hurts.",
            "D: What brings you in?\nO: Fever since Monday.\nP: No, Sunday. My throat hurts.",
            "D: Do you sleep?\nO: Not much.\nD: And your appetite?",
            "D: What brings you in?\nO: I gave her some paracetamol for the fever.\nP: Yes.",
        ] {
            assert_eq!(left(of_patient).len(), 1, "{of_patient}");
        }
        assert_eq!(left("D: Any asthma?\nO: I have asthma myself. She coughs at night."), ["She coughs at night."]);
    }
}
