//! Whether the visit affirms something of the patient that decides about codes.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::{
    domain::{Role, Transcript, Utterance},
    language::patterns::pattern,
};

static DENIES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?:no|not|never|without|neither|nor|\w+n't|cannot|negative|denies)\b[^,;]*$|^\W*no\b")
});
static NO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^\W*(?:(?:oh|well|uh|um)\W+)*(?:no|nope|nah|not|never|none|i don't|i'm not|i haven't)\b")
});
static YES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\W*(?:(?:oh|well|uh|um)\W+)*(?:yes|yeah|yep|yup|mm-?hmm|uh-?huh|i am|i do|i have|i did|she is|he is|right|correct|some|sometimes|a (?:little|bit|few))\b",
    )
});
static ASKS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^\W*(?:(?:and|so|okay|ok|or)\W+)*(?:any|are|is|was|were|do|does|did|have|has|could|can|might|when|how)\b")
});
/// What may be, or was.
static NOT_NOW: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:if|unless|could|might|may|want(?:s|ed)? to|try(?:ing)? to|plan\w*|get|become|when (?:i|you|she) (?:was|were)|last|previous|first|second|third|ago|used to|history|rule out)\b[^.?!]*$",
    )
});
static OF_ANOTHER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:mother|mom|mum|sister(?:-in-law)?|brother|daughter(?:-in-law)?|son(?:-in-law)?|husband|father|dad|wife|niece|nephew|cousin|aunt|uncle|friend|neighbou?r|colleague|co-?worker|boss|teacher|grand\w+)\b",
    )
});

/// Whether somebody says what `cue` finds of the patient: a question counts by its answer.
pub fn affirms(transcript: &Transcript, cue: &Regex) -> bool {
    affirmed(transcript, cue).next().is_some()
}

/// What `cue` finds and somebody says of the patient, likewise, the first in each sentence.
pub fn affirmed<'t>(transcript: &'t Transcript, cue: &'t Regex) -> impl Iterator<Item = Captures<'t>> {
    let utterances = &transcript.utterances;
    utterances.iter().enumerate().flat_map(move |(at, said)| {
        let answer = utterances.get(at + 1).filter(|next| next.speaker != said.speaker || next.role != said.role);
        let found = sentences(&said.text).filter_map(|sentence| Some((sentence, cue.captures(sentence)?)));
        found.filter(move |(sentence, found)| is_affirmed(sentence, found, said, answer)).map(|(_, found)| found)
    })
}

fn is_affirmed(sentence: &str, found: &Captures, said: &Utterance, answer: Option<&Utterance>) -> bool {
    let Some(found) = found.get(0) else { return false };
    // The last word of a cue is what it is about: "your urine is positive for nitrites, no blood".
    let last_word = found.as_str().trim_end().rfind(char::is_whitespace).map_or(0, |space| space + 1);
    let before = &sentence[..found.start() + last_word];
    // The patient is somebody's daughter to whoever came along.
    let of_another = OF_ANOTHER.is_match(sentence) && said.role != Role::Other || of_an_animal(sentence);
    if of_another || DENIES.is_match(before) {
        return false;
    }
    if sentence.trim_end().ends_with('?') || said.role == Role::Clinician && ASKS.is_match(sentence) {
        return answer.is_some_and(|answer| YES.is_match(&answer.text) && !NO.is_match(&answer.text));
    }
    !NOT_NOW.is_match(before) && !sentence[found.end()..].to_lowercase().contains("negative")
}

fn of_an_animal(sentence: &str) -> bool {
    static ANIMAL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:pupp(?:y|ies)|dogs?|kittens?|cats?|calf|calves|lambs?|foals?|horses?|mare|cows?|pigs?|chicks?)\b",
        )
    });
    ANIMAL.is_match(sentence)
}

fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['.', '?', '!']).filter(|sentence| !sentence.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(lines: &[(Role, &str)]) -> Transcript {
        let utterance =
            |(role, text): &(Role, &str)| Utterance { role: *role, text: (*text).into(), ..Utterance::default() };
        Transcript { utterances: lines.iter().map(utterance).collect(), ..Transcript::default() }
    }

    #[test]
    fn a_question_counts_by_its_answer_and_others_do_not_count() {
        use Role::{Clinician, Other, Patient};
        let pregnant = pattern(r"\bpregnan\w+\b");
        for (lines, affirmed) in [
            (&[(Clinician, "Could you be pregnant?"), (Patient, "No, I have a coil.")][..], false),
            (&[(Clinician, "Are you pregnant?"), (Patient, "Yes, twelve weeks.")], true),
            (&[(Clinician, "any chance you are pregnant"), (Patient, "no")], false),
            (&[(Patient, "I'm ten weeks pregnant.")], true),
            (&[(Patient, "My sister is pregnant.")], false),
            (&[(Patient, "I'm not pregnant.")], false),
            (&[(Clinician, "The pregnancy test is negative.")], false),
            (&[(Clinician, "If you get pregnant, stop it.")], false),
            (&[(Patient, "We're trying to get pregnant.")], false),
            (&[(Patient, "I had it in my last pregnancy.")], false),
            (&[(Clinician, "Since you're pregnant, we avoid ibuprofen.")], true),
            (&[(Other, "My daughter is pregnant.")], true),
        ] {
            assert_eq!(affirms(&said(lines), &pregnant), affirmed, "{lines:?}");
        }
    }
}
