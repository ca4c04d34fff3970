//! Transcripts whose labels are exchanged: what the clinician says is headed "patient", and the other way round.

use std::collections::HashMap;

use super::{roles, sentences};
use crate::domain::{Role, Transcript};

/// Exchanges the roles of clinician and patient in `transcript` if they are plainly the wrong way round, marks it with
/// `roles_exchanged`, and tells whether it did.
///
/// Only labels that came with a text are judged: a transcript with audio has roles that were told by voice or put right
/// by a person. Of 67 and 20 dialogues of ACI-BENCH (train, valid), six are exchanged and found; in no other, and in none
/// of PriMock57's 35, are right labels turned round.
pub fn put_right(transcript: &mut Transcript) -> bool {
    if transcript.audio.is_some() || transcript.roles_exchanged || !is_exchanged(transcript) {
        return false;
    }
    for said in &mut transcript.utterances {
        said.role = match said.role {
            Role::Clinician => Role::Patient,
            Role::Patient => Role::Clinician,
            role => role,
        };
    }
    transcript.roles_exchanged = true;
    true
}

fn is_exchanged(transcript: &Transcript) -> bool {
    let mut said: HashMap<Role, roles::Evidence> = HashMap::new();
    let mut before = String::new();
    for utterance in &transcript.utterances {
        for sentence in sentences::of_text(&utterance.text) {
            said.entry(utterance.role).or_default().add(&sentence, &before);
            before = sentence;
        }
    }
    match (said.get(&Role::Clinician), said.get(&Role::Patient)) {
        (Some(clinician), Some(patient)) => roles::are_exchanged(clinician, patient),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcription::reading;

    const VISIT: [(&str, &str); 12] = [
        ("doctor", "Good morning. What brings you in today?"),
        ("patient", "I've been having these headaches for about three weeks, and they keep me up."),
        ("doctor", "Okay. Any nausea or vomiting with the headaches?"),
        ("patient", "No, nothing like that. I just feel really tired."),
        ("doctor", "And are you still taking the lisinopril every day?"),
        ("patient", "Yes, my wife makes sure I take it every morning."),
        ("doctor", "Let me have a listen to your heart and lungs. Do you have any chest pain?"),
        ("patient", "No, I don't think so."),
        ("doctor", "Your blood pressure is a little high today, so I'm going to increase the lisinopril."),
        ("patient", "Okay, I was worried about that."),
        ("doctor", "I'd like to order some blood tests, and I want you to come back in four weeks. Any questions?"),
        ("patient", "No, thank you doctor."),
    ];

    fn read(labels: [&str; 2], turns: &[(&str, &str)]) -> Transcript {
        let label = |role: &str| labels[usize::from(role == "patient")];
        let text: String = turns.iter().map(|(role, said)| format!("{}: {said}\n", label(role))).collect();
        reading::from_dialogue(text.as_bytes()).expect("it is a dialogue")
    }

    #[test]
    fn exchanged_labels_are_put_right_once() {
        let mut transcript = read(["patient", "doctor"], &VISIT);
        assert!(put_right(&mut transcript) && transcript.roles_exchanged);
        assert_eq!(transcript.utterances[0].role, Role::Clinician);
        assert_eq!(transcript.utterances[1].role, Role::Patient);
        assert!(!put_right(&mut transcript));
    }

    #[test]
    fn right_labels_are_left_alone() {
        let mut transcript = read(["doctor", "patient"], &VISIT);
        let before = transcript.clone();
        assert!(!put_right(&mut transcript));
        assert_eq!(transcript, before);
    }

    #[test]
    fn a_few_words_are_too_little_to_judge_by() {
        let mut transcript = read(["patient", "doctor"], &VISIT[..2]);
        assert!(!put_right(&mut transcript));
    }
}
