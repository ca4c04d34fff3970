//! Transcripts whose labels are exchanged, in all of the visit or in a part: what the clinician says is headed "patient",
//! and the other way round.
//!
//! Two states are told apart at each utterance, labels right and labels exchanged, by how much its words are those of who
//! it is headed with ([`roles`]) and by a high cost of changing between the two. Stretches that are plainly exchanged are
//! put right; stretches that may be are marked and stay as they came.
//!
//! The costs and bounds were chosen on ACI-BENCH's train (67 visits) and MTS-Dialog's (1,201 fragments); valid was only
//! measured. In ACI-BENCH six visits are exchanged as a whole, and are put right; of no other, and of none of PriMock57's 35
//! and MTS-Dialog's 1,301, is a label turned round. Of visits of train with the labels of one half or third exchanged, 298 of
//! 335 are put right and the others marked; of valid 87 of 100 are, and 11 are marked. Of first twelve turns alone, all
//! exchanged, 66 of 67 and 17 of 20 are put right, 1 and 2 marked. `docs/QUALITY.md` has the words that are labelled wrong
//! afterwards, and `tests/it/transcription/speakers.rs` counts all of these.

use std::{collections::BTreeSet, ops::Range};

use super::{
    roles::{self, Evidence},
    sentences,
};
use crate::domain::{Role, RoleExchange, Transcript, Utterance};

/// What it costs, in log-odds, to take the labels for exchanged from the first word on, and to take them for changed between
/// two utterances. Where both of these have the same label, as where one turn follows another and the labels change between
/// them, it costs less.
const FROM_THE_START: f32 = 5.0;
const CHANGE: f32 = 15.0;
const CHANGE_AT_A_REPEATED_LABEL: f32 = 10.0;

/// Exchanges the roles of clinician and patient in the stretches of `transcript` in which they are plainly the wrong way
/// round, and tells whether it did: `roles_exchanged` says so, too. Those stretches and the ones that it is less sure of are
/// its `exchanges`.
///
/// Only labels that came with a text are judged: a transcript with audio has roles that were told by voice or put right
/// by a person.
pub fn put_right(transcript: &mut Transcript) -> bool {
    if transcript.audio.is_some() || transcript.roles_exchanged {
        return false;
    }
    let label_tells_speaker = label_tells_speaker(&transcript.utterances);
    let mut exchanges = Vec::new();
    for stretch in exchanged_stretches(&transcript.utterances) {
        let Stretch { utterances, is_plain } = stretch;
        let is_whole = utterances.len() == transcript.utterances.len();
        let said = &mut transcript.utterances[utterances];
        let id = |said: Option<&Utterance>| said.map(|said| said.id.clone()).unwrap_or_default();
        exchanges.push(RoleExchange { from: id(said.first()), to: id(said.last()), put_right: is_plain });
        if is_plain {
            let speakers = label_tells_speaker.as_ref().filter(|_| !is_whole);
            said.iter_mut().for_each(|said| exchange(said, speakers));
        }
    }
    transcript.roles_exchanged = exchanges.iter().any(|exchange| exchange.put_right);
    transcript.exchanges = exchanges;
    transcript.roles_exchanged
}

/// The speakers of the clinician's and the patient's utterances, where each is one and the other's is another: then they
/// were named by the labels, and are as wrong as these where a part of them is.
fn label_tells_speaker(utterances: &[Utterance]) -> Option<[String; 2]> {
    let speaker = |role: Role| {
        let said = utterances.iter().filter(|said| said.role == role);
        let speakers: BTreeSet<&str> = said.map(|said| said.speaker.as_str()).collect();
        if speakers.len() == 1 { speakers.first().map(|speaker| (*speaker).to_owned()) } else { None }
    };
    let speakers = [speaker(Role::Clinician)?, speaker(Role::Patient)?];
    (speakers[0] != speakers[1]).then_some(speakers)
}

/// Gives `said` to the other of clinician and patient, and to their speaker where `speakers` has both.
fn exchange(said: &mut Utterance, speakers: Option<&[String; 2]>) {
    let (role, index) = match said.role {
        Role::Clinician => (Role::Patient, 1),
        Role::Patient => (Role::Clinician, 0),
        _ => return,
    };
    said.role = role;
    if let Some(speakers) = speakers {
        said.speaker.clone_from(&speakers[index]);
    }
}

/// Utterances whose labels of clinician and patient seem exchanged.
struct Stretch {
    utterances: Range<usize>,
    is_plain: bool,
}

fn exchanged_stretches(utterances: &[Utterance]) -> Vec<Stretch> {
    let has = |role: Role| utterances.iter().any(|said| said.role == role);
    if !has(Role::Clinician) || !has(Role::Patient) {
        return Vec::new();
    }
    let evidence = evidence(utterances);
    let states = decode(utterances, &evidence);
    let mut stretches = Vec::new();
    let mut start = 0;
    for run in states.chunk_by(|a, b| a == b) {
        let range = start..start + run.len();
        start = range.end;
        let [clinician, patient] =
            [Role::Clinician, Role::Patient].map(|role| joined(role, &range, utterances, &evidence));
        if run[0] == 1 && roles::are_perhaps_exchanged(&clinician, &patient) {
            let is_whole = range.len() == utterances.len();
            let is_plain = roles::are_exchanged(&clinician, &patient, is_whole);
            stretches.push(Stretch { utterances: range, is_plain });
        }
    }
    stretches
}

/// What each utterance tells of who says it.
fn evidence(utterances: &[Utterance]) -> Vec<Evidence> {
    let mut before = String::new();
    let of_one = |said: &Utterance| {
        let mut evidence = Evidence::default();
        for sentence in sentences::of_text(&said.text) {
            evidence.add(&sentence, &before);
            before = sentence;
        }
        evidence
    };
    utterances.iter().map(of_one).collect()
}

/// What the utterances of `range` that are labelled `role` tell of who says them.
fn joined(role: Role, range: &Range<usize>, utterances: &[Utterance], evidence: &[Evidence]) -> Evidence {
    let mut all = Evidence::default();
    let said = utterances[range.clone()].iter().zip(&evidence[range.clone()]);
    said.filter(|(said, _)| said.role == role).for_each(|(_, one)| all.join(one));
    all
}

/// For each utterance 0 where its label is more likely right, and 1 where it is more likely exchanged.
fn decode(utterances: &[Utterance], evidence: &[Evidence]) -> Vec<usize> {
    let for_exchange = utterances.iter().zip(evidence).map(|(said, evidence)| match said.role {
        Role::Clinician => -evidence.odds(),
        Role::Patient => evidence.odds(),
        _ => 0.0,
    });
    let mut emissions: Vec<[f32; 2]> = for_exchange.map(|odds| [0.0, odds]).collect();
    if let Some(first) = emissions.first_mut() {
        first[1] -= FROM_THE_START;
    }
    let moves: Vec<[[f32; 2]; 2]> = utterances.windows(2).map(|pair| costs(&pair[0], &pair[1])).collect();
    roles::viterbi(&emissions, &moves)
}

fn costs(one: &Utterance, next: &Utterance) -> [[f32; 2]; 2] {
    let cost = if one.role == next.role { CHANGE_AT_A_REPEATED_LABEL } else { CHANGE };
    [[0.0, -cost], [-cost, 0.0]]
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

    /// The visit three times over with the labels of the turns of `part` exchanged.
    fn exchanged_in(part: Range<usize>) -> Vec<(&'static str, &'static str)> {
        let other = |role| if role == "doctor" { "patient" } else { "doctor" };
        let turns = VISIT.iter().cycle().take(3 * VISIT.len()).enumerate();
        turns.map(|(at, &(role, said))| (if part.contains(&at) { other(role) } else { role }, said)).collect()
    }

    fn who(transcript: &Transcript) -> Vec<(Role, &str)> {
        transcript.utterances.iter().map(|said| (said.role, said.speaker.as_str())).collect()
    }

    #[test]
    fn a_part_with_exchanged_labels_is_put_right_and_the_rest_left_alone() {
        for part in [0..18, 18..36, 12..28] {
            let mut transcript = read(["doctor", "patient"], &exchanged_in(part.clone()));
            assert!(put_right(&mut transcript) && transcript.roles_exchanged, "{part:?}");
            // The labels, and with them the speakers, are numbered as they come.
            let [first, second] = if part.start == 0 { ["S2", "S1"] } else { ["S1", "S2"] };
            assert_eq!(who(&transcript), [(Role::Clinician, first), (Role::Patient, second)].repeat(18), "{part:?}");
            let [from, to] = [part.start + 1, part.end].map(|number| format!("u{number}"));
            assert_eq!(transcript.exchanges, [RoleExchange { from, to, put_right: true }]);
        }
    }

    #[test]
    fn voices_stay_whose_they_are_where_only_their_roles_were_exchanged() {
        let mut transcript = read(["doctor", "patient"], &exchanged_in(18..36));
        let voices = ["S1", "S2"].into_iter().cycle();
        transcript.utterances.iter_mut().zip(voices).for_each(|(said, voice)| said.speaker = voice.to_owned());
        assert!(put_right(&mut transcript));
        assert_eq!(who(&transcript)[34..], [(Role::Clinician, "S1"), (Role::Patient, "S2")]);
    }

    #[test]
    fn what_is_less_sure_is_marked_and_left_as_it_is() {
        let mut transcript = read(["doctor", "patient"], &exchanged_in(0..6)[..12]);
        let before = transcript.utterances.clone();
        assert!(!put_right(&mut transcript) && !transcript.roles_exchanged);
        assert_eq!(transcript.utterances, before);
        let marked = RoleExchange { from: "u1".to_owned(), to: "u6".to_owned(), put_right: false };
        assert_eq!(transcript.exchanges, std::slice::from_ref(&marked));
        assert!(!put_right(&mut transcript));
        assert_eq!(transcript.exchanges, [marked]);
    }

    #[test]
    fn a_patient_who_asks_and_a_clinician_who_tells_of_themselves_keep_their_labels() {
        let small_talk = [
            ("patient", "Hello doctor. How were your holidays? Did you get some rest?"),
            ("doctor", "Yes, thank you, I went to see my sister, and I slept a lot."),
            ("patient", "Are you feeling better, then? How is your back?"),
            ("doctor", "It's good, I have no pain now, but my youngest has been sick."),
        ];
        let mut transcript = read(["doctor", "patient"], &[&small_talk, &VISIT[..]].concat());
        let before = transcript.utterances.clone();
        assert!(!put_right(&mut transcript));
        assert_eq!(transcript.utterances, before);
    }

    #[test]
    fn one_turn_that_sounds_like_the_other_is_none_of_theirs() {
        let mut turns = VISIT.to_vec();
        turns[5].1 = "Yes. Any chest pain, the nurse asks me, and do you smoke?";
        let mut transcript = read(["doctor", "patient"], &turns);
        assert!(!put_right(&mut transcript) && transcript.exchanges.is_empty());
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
        let mut transcript = read(["doctor", "patient"], &[("doctor", "Okay, I see."), ("patient", "Right.")]);
        assert!(!put_right(&mut transcript) && transcript.exchanges.is_empty());
    }
}
