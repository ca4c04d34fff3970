//! Who said what: voices of a whole visit, and labels that came the wrong way round.

use std::{
    collections::{BTreeSet, HashSet},
    ops::Range,
    path::Path,
};

use serde_json::Value;
use soapstone::{
    audio::Recording,
    config::Config,
    domain::{ClinicianHeard, Role, RoleExchange, Transcript, no_progress},
    model_files::ModelStore,
    transcription::{ClinicianVoice, Known, Memory, Transcriber, enrol, reading, swapped},
};

use super::{config, transcriber, visit};

/// The part of the words of `found` that begin while somebody of their own role speaks in `reference`. Words that begin
/// between turns, where the recogniser is wrong about their time, are left out.
fn share_with_right_role(found: &Transcript, reference: &Transcript) -> f64 {
    let role_at = |ms: u64| {
        let speaks = |start: Option<u64>, end: Option<u64>| start <= Some(ms) && Some(ms) < end;
        reference.utterances.iter().find(|said| speaks(said.start_ms, said.end_ms)).map(|said| said.role)
    };
    let words = found.utterances.iter().flat_map(|said| said.words.iter().map(move |word| (said.role, word)));
    let judged: Vec<bool> =
        words.filter_map(|(role, word)| Some(role == role_at(word.start_ms.midpoint(word.end_ms))?)).collect();
    judged.iter().filter(|right| **right).count() as f64 / judged.len() as f64
}

/// What `recogniser` hears in the recording `id`, of whose words more than `least` have the right role.
fn heard_with_roles(recogniser: Transcriber, id: &str, least: f64) -> Transcript {
    let (sound, said) = visit(id);
    let found =
        recogniser.transcribe(&sound, Known::default(), &Memory::default(), &no_progress).expect("heard").transcript;
    let share = share_with_right_role(&found, &said);
    assert!(share > least, "only {share} of the words of {id} have the right role");
    found
}

#[test]
fn a_mother_and_her_child_and_the_clinician_are_three_people() {
    let found = heard_with_roles(transcriber(), "visit-07-otitis", 0.93);
    let speakers: HashSet<_> = found.utterances.iter().map(|said| (said.speaker.as_str(), said.role)).collect();
    assert_eq!(speakers.len(), 3, "one role a voice: {:?}", speakers.iter().map(|one| one.0).collect::<Vec<_>>());
    let own = found.utterances.iter().find(|said| said.text.contains("migraines"));
    assert_eq!(own.map(|said| said.role), Some(Role::Other), "the mother's migraine is not the child's");
    assert!(found.models.iter().any(|model| model.task == "speakers"));
}

#[test]
fn what_a_wife_tells_of_herself_is_not_the_patient_s() {
    let found = heard_with_roles(transcriber(), "visit-11-companion", 0.93);
    let own = found.utterances.iter().find(|said| said.text.contains("scope"));
    assert_eq!(own.map(|said| said.role), Some(Role::Other), "the wife's black stools are not her husband's");
}

#[test]
fn who_answers_in_a_word_or_two_is_told_apart() {
    // The larger recogniser's: where the smallest makes one sentence of an answer and the next question, nobody can.
    let config = Config::default();
    let recogniser =
        Transcriber::load(&config.recognition, &ModelStore::new(&config.paths)).expect("`make test` got it");
    let found = heard_with_roles(recogniser, "visit-12-short-answers", 0.93);
    let speakers: HashSet<_> = found.utterances.iter().map(|said| said.speaker.as_str()).collect();
    assert_eq!(speakers.len(), 2, "a few questions that sound a little otherwise are no third person's");
}

/// The voice of the clinician of the visit `id`.
fn clinician_of(id: &str) -> ClinicianVoice {
    voice_of(id, Role::Clinician, 0)
}

/// The voice of whom has `role` in the visit `id`, where they are heard in `channel`.
fn voice_of(id: &str, role: Role, channel: usize) -> ClinicianVoice {
    let (sound, said) = visit(id);
    let theirs = said.utterances.iter().filter(|said| said.role == role).take(12);
    let sample = |ms: Option<u64>| ms.unwrap_or_default() as usize * 16;
    let channel =
        theirs.flat_map(|said| sound.channels[channel][sample(said.start_ms)..sample(said.end_ms)].to_vec()).collect();
    let alone = Recording { channels: vec![channel], info: sound.info.clone() };
    let config = config();
    let voice = enrol(&alone, &config.recognition, &ModelStore::new(&config.paths)).expect("a voice is heard");
    assert!(!format!("{voice:?}").contains("0."), "Debug shows the voice");
    voice
}

/// `sound` as it is heard by who knows the voice `clinician`.
fn heard_knowing(sound: &Recording, clinician: Option<&ClinicianVoice>) -> Transcript {
    let known = Known { clinician, ..Known::default() };
    let heard = transcriber().transcribe(sound, known, &Memory::default(), &no_progress);
    heard.expect("the same model made the voice").transcript
}

#[test]
fn a_known_voice_is_the_clinicians() {
    let (sound, said) = visit("visit-01-hypertension");
    let found = heard_knowing(&sound, Some(&clinician_of("visit-01-hypertension")));
    let share = share_with_right_role(&found, &said);
    assert!(share > 0.97, "only {share} of the words have the right role");
    assert_eq!(found.clinician_voice, Some(ClinicianHeard { recognised: true, voices: 2 }));
}

#[test]
fn the_voice_of_somebody_else_is_nobodys_and_changes_no_role() {
    let (mut sound, _) = visit("visit-01-hypertension");
    sound.channels[0].truncate(60 * 16_000);
    let without = heard_knowing(&sound, None);
    // Both clinicians are women, and their voices as alike as 0.74.
    let found = heard_knowing(&sound, Some(&clinician_of("visit-04-depression")));
    assert_eq!(found.clinician_voice, Some(ClinicianHeard { recognised: false, voices: 2 }));
    assert_eq!((without.clinician_voice, without.utterances), (None, found.utterances));
}

#[test]
fn a_known_voice_tells_whose_channel_is_whose() {
    let (mut sound, _) = visit("visit-05-urinary");
    sound.channels.iter_mut().for_each(|channel| channel.truncate(60 * 16_000));
    let by_words = heard_knowing(&sound, None);
    // The patient's own voice, so that what was said speaks against it.
    let by_voice = heard_knowing(&sound, Some(&voice_of("visit-05-urinary", Role::Patient, 1)));
    assert_eq!(by_voice.clinician_voice, Some(ClinicianHeard { recognised: true, voices: 2 }));
    assert!(by_voice.models.iter().any(|model| model.task == "speakers"));
    let other = |role| if role == Role::Clinician { Role::Patient } else { Role::Clinician };
    let exchanged: Vec<Role> = by_words.utterances.iter().map(|said| other(said.role)).collect();
    let roles: Vec<Role> = by_voice.utterances.iter().map(|said| said.role).collect();
    assert!(roles.len() > 5 && roles == exchanged, "{roles:?}");
    let unknown = heard_knowing(&sound, Some(&clinician_of("visit-01-hypertension")));
    assert_eq!(unknown.clinician_voice, Some(ClinicianHeard { recognised: false, voices: 2 }));
    assert_eq!(unknown.utterances, by_words.utterances);
}

#[test]
fn a_recording_of_several_people_is_nobodys_voice() {
    let (sound, _) = visit("visit-01-hypertension");
    let config = config();
    let error = enrol(&sound, &config.recognition, &ModelStore::new(&config.paths)).expect_err("two people speak");
    assert!(error.to_string().contains("2 people speak in it"), "{error}");
}

/// Dialogues of `corpus` with their ids; `None` where the corpus is not on this machine.
fn corpus(path: &str) -> Option<Vec<(String, Transcript)>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(path);
    let text = std::fs::read_to_string(&path).ok()?;
    let visit = |line: &str| {
        let visit: Value = serde_json::from_str(line).expect("JSON");
        let dialogue = visit["dialogue"].as_str().expect("a dialogue").to_owned();
        Some((visit["id"].as_str()?.to_owned(), reading::from_dialogue(dialogue.as_bytes()).ok()?))
    };
    Some(text.lines().filter_map(visit).collect())
}

/// The corpora are optional.
fn corpora(paths: &[&str]) -> Option<Vec<(String, Transcript)>> {
    let visits = paths.iter().map(|path| corpus(path)).collect::<Option<Vec<_>>>();
    if visits.is_none() {
        println!("skipped: the corpora are not beside the repository");
    }
    Some(visits?.into_iter().flatten().collect())
}

#[test]
fn exchanged_labels_are_found_and_right_ones_left_alone() {
    let paths = ["aci-bench/train.jsonl", "aci-bench/valid.jsonl", "primock57/consultations.jsonl"];
    let Some(visits) = corpora(&paths) else { return };
    let mut found = BTreeSet::new();
    for (id, mut visit) in visits {
        swapped::put_right(&mut visit);
        let whole = RoleExchange { from: "u1".to_owned(), to: format!("u{}", visit.utterances.len()), put_right: true };
        assert!(visit.exchanges.is_empty() || visit.exchanges == [whole], "{id}: {:?}", visit.exchanges);
        if visit.roles_exchanged {
            found.insert(id);
        }
    }
    let wanted = ["D2N034", "D2N038", "D2N056", "D2N057", "D2N059", "D2N082"];
    assert_eq!(found, wanted.map(str::to_owned).into());
}

/// Each is some turns of a visit.
#[test]
fn right_labels_of_fragments_are_left_alone() {
    for path in ["mts-dialog/train.jsonl", "mts-dialog/valid.jsonl"] {
        let Some(mut visits) = corpora(&[path]) else { return };
        let turned = visits.iter_mut().filter_map(|(id, visit)| swapped::put_right(visit).then_some(id)).count();
        let marked = visits.iter().filter(|(_, visit)| !visit.exchanges.is_empty()).count();
        println!("{path}: {} fragments, {turned} turned, {marked} marked", visits.len());
        assert!(turned == 0 && marked == 0, "{path}: {turned} turned, {marked} marked");
    }
}

/// What became of visits whose labels were exchanged in a part.
#[derive(Debug, Default)]
struct PartsFound {
    parts: usize,
    put_right: usize,
    marked: usize,
    /// Words of those put right, and how many of them have a wrong label afterwards.
    words: usize,
    wrong: usize,
}

impl PartsFound {
    fn add(&mut self, right: &Transcript, part: Range<usize>) {
        let mut visit = right.clone();
        for said in &mut visit.utterances[part] {
            said.role = match said.role {
                Role::Clinician => Role::Patient,
                Role::Patient => Role::Clinician,
                role => role,
            };
        }
        self.parts += 1;
        if !swapped::put_right(&mut visit) {
            self.marked += usize::from(!visit.exchanges.is_empty());
            return;
        }
        self.put_right += 1;
        for (found, said) in visit.utterances.iter().zip(&right.utterances) {
            let words = said.text.split_whitespace().count();
            self.words += words;
            self.wrong += if found.role == said.role { 0 } else { words };
        }
    }
}

/// Halves, thirds, and the first twelve turns alone, of visits whose labels are right or were put right.
fn parts_found(visits: Vec<(String, Transcript)>) -> [PartsFound; 3] {
    let mut found: [PartsFound; 3] = Default::default();
    for (_, mut visit) in visits {
        swapped::put_right(&mut visit);
        (visit.roles_exchanged, visit.exchanges) = (false, Vec::new());
        let turns = visit.utterances.len();
        for (found, count) in found.iter_mut().zip([2, 3]) {
            (0..count).for_each(|at| found.add(&visit, at * turns / count..(at + 1) * turns / count));
        }
        visit.utterances.truncate(12);
        let short = visit.utterances.len();
        found[2].add(&visit, 0..short);
    }
    found
}

#[test]
fn labels_that_are_exchanged_in_a_part_are_found() {
    for (path, least) in [("aci-bench/train.jsonl", 1.0), ("aci-bench/valid.jsonl", 0.94)] {
        let Some(visits) = corpora(&[path]) else { return };
        for (part, found) in ["halves", "thirds", "first twelve turns"].iter().zip(parts_found(visits)) {
            println!("{path}, {part}: {found:?}");
            let noticed = (found.put_right + found.marked) as f64 / found.parts as f64;
            assert!(noticed >= least, "{path}, {part}: {noticed} were noticed");
            assert!(found.wrong * 100 <= found.words, "{path}, {part}: {} words have a wrong label", found.wrong);
        }
    }
}
