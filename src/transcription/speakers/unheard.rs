//! Somebody in the room of whom no utterance is: a companion whose voice is so like the patient's that both were taken for
//! one, or whose lines a transcript from elsewhere heads "Patient". Their words tell: who they are is said ("Is this your
//! daughter?", "I'm her husband"), or the patient is spoken of as somebody else ("She says …") before anybody was named who
//! that could be.
//!
//! In MTS-Dialog's and ACI-BENCH's train parts and PriMock57 (1,120 dialogues of two people) 1 is marked; of 75 with a third
//! person whose lines were given to the patient, 18 are, most of the others being fragments of a few turns in which the third
//! says nothing that tells.

use std::sync::LazyLock;

use regex::Regex;

use super::patient::COMPANIONS;
use crate::{
    domain::{Role, Transcript, Utterance},
    language::patterns::pattern,
};

/// How often the patient is spoken of as somebody else before that tells.
const SPOKEN_OF: usize = 2;
/// Utterances before in which a person may have been named whom "she" means.
const NAMED_WITHIN: usize = 5;

/// "I'm his daughter", "husband here", "is this your wife?", "and who is with you?".
static INTRODUCED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"\b(?:i'm|i am)(?: \w+,)? (?:his|her|the|one of (?:the|your|our)|your|their) (?:\w+ )?{COMPANIONS}\b|\b{COMPANIONS} here\b|\b(?:is this|this is|this must be|is that|you must be|are you|you are|you're) (?:your|the|his|her|their) {COMPANIONS}\b(?:[^,?]*\?|.? with you)|\bwho(?:'s| is) (?:this|that|with you)\b|\b(?:brought|came) (?:your|my) {COMPANIONS} (?:with|along)\b"
    ))
});

/// Of somebody who is neither speaking nor spoken to.
static OF_ANOTHER: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:s?he(?:'s|'ll)?|her|hers|him|his)\b"));

/// Anybody whom "she" or "he" may mean.
static PERSON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"\b(?:{COMPANIONS}|doctor|doc|dr|nurse|dentist|surgeon|specialist|therapist|boss|kids?|child|children|baby|boy|girl|dog|cat|man|woman|lady|guy|someone|somebody|physician|parents?|teacher|\w+ologist|roommate|person|one|twin|who|people|family|provider|practitioner|trainer|coach|pharmacist|driver|officer|paramedics?|pediatrician|president|counselor|s?he|her|his|him)\b"
    ))
});

/// Notes in `transcript` the utterances that tell of somebody beside clinician and patient, if none is labelled as theirs.
pub fn mark(transcript: &mut Transcript) {
    let has = |role: Role| transcript.utterances.iter().any(|said| said.role == role);
    transcript.unheard_companion =
        if has(Role::Patient) && !has(Role::Other) { telling(&transcript.utterances) } else { Vec::new() };
}

fn telling(utterances: &[Utterance]) -> Vec<String> {
    let introduces = |said: &Utterance| INTRODUCED.is_match(&said.text);
    let before = |at: usize| &utterances[at.saturating_sub(NAMED_WITHIN)..at];
    let tells = |(at, said): &(usize, &Utterance)| introduces(said) || speaks_of_patient(said, before(*at));
    let telling: Vec<&Utterance> = utterances.iter().enumerate().filter(tells).map(|(_, said)| said).collect();
    if telling.len() < SPOKEN_OF && !telling.iter().any(|said| introduces(said)) {
        return Vec::new();
    }
    telling.into_iter().map(|said| said.id.clone()).collect()
}

/// Whether `said` speaks of somebody whom nobody named in it or in the utterances `before`. What a clinician states rather
/// than asks is spoken to whoever listens: a record, a colleague.
fn speaks_of_patient(said: &Utterance, before: &[Utterance]) -> bool {
    if said.role == Role::Clinician && !said.text.contains('?') {
        return false;
    }
    let Some(another) = OF_ANOTHER.find(&said.text) else { return false };
    !PERSON.is_match(&said.text[..another.start()]) && !before.iter().any(|one| PERSON.is_match(&one.text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcription::reading;

    fn marked(dialogue: &str) -> Vec<String> {
        let mut transcript = reading::from_dialogue(dialogue.as_bytes()).unwrap();
        mark(&mut transcript);
        transcript.unheard_companion
    }

    #[test]
    fn a_companion_without_utterances_is_noticed() {
        let introduced = "Doctor: Is this your daughter?\nPatient: Yes, I'll help with the English.";
        assert_eq!(marked(introduced), ["u1"]);
        assert_eq!(marked("Doctor: Hello.\nPatient: I'm his wife."), ["u2"]);
        let spoken_of = "Doctor: How is the pain?\nPatient: She says it is worse at night.\nDoctor: And the sleep?\n\
                         Patient: Poor.\nDoctor: Any fever?\nPatient: No.\nDoctor: Appetite?\nPatient: Good.\n\
                         Doctor: The tablets?\nPatient: She takes them at noon.";
        assert_eq!(marked(spoken_of), ["u2", "u10"]);
    }

    #[test]
    fn nobody_else_is_looked_for_where_the_patient_tells_of_relatives_or_a_companion_has_utterances() {
        for dialogue in [
            "Doctor: Any illness in the family?\nPatient: My mother had diabetes. She took insulin.\nDoctor: Is she well?",
            "Doctor: So you and your husband live together?\nPatient: Yes, he is retired.",
            "Doctor: Is this your daughter?\nPatient: Yes.\nGuest_family: I'm his daughter.",
        ] {
            assert!(marked(dialogue).is_empty(), "{dialogue}");
        }
    }
}
