//! Who said which words: word errors with the speakers told apart, and the roles of the words.

use std::collections::BTreeMap;

use super::{
    Found,
    assignment::best_pairing,
    edits::{Edits, Step, edits},
    normal,
};
use crate::domain::{Role, Transcript};

/// Word errors with each person's words put together and each voice taken for the person that makes the errors fewest:
/// cpWER, the concatenated minimum-permutation word error rate of CHiME-6 (S. Watanabe et al., 2020). Words given to the
/// wrong person count as missing here and too many there.
///
/// `None` where the reference does not say who speaks, or has more people than [`super::assignment::MOST_SPEAKERS`].
pub fn speaker_edits(reference: &Transcript, hypothesis: &Transcript) -> Option<Edits> {
    let unnamed = |said: &crate::domain::Utterance| said.speaker.is_empty() && !said.text.trim().is_empty();
    if reference.utterances.iter().any(unnamed) {
        return None;
    }
    let (people, voices) = (words_by_speaker(reference), words_by_speaker(hypothesis));
    let pairs = best_pairing(voices.len(), people.len(), |voice, person| {
        let (said, heard) = (&people[person], &voices[voice]);
        // What is gained over taking the voice for nobody and the person for silent.
        (said.len() + heard.len()) as i64 - edits(said, heard).errors() as i64
    })?;
    let mut total = Edits::default();
    for (voice, pair) in pairs.iter().enumerate() {
        let said = pair.map_or(&[][..], |person| &people[person]);
        total.add(&edits(said, &voices[voice]));
    }
    let silent = people.iter().enumerate().filter(|(person, _)| !pairs.contains(&Some(*person)));
    silent.for_each(|(_, said)| total.add(&edits(said, &[])));
    Some(total)
}

fn words_by_speaker(transcript: &Transcript) -> Vec<Vec<String>> {
    let mut speakers: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for said in &transcript.utterances {
        speakers.entry(&said.speaker).or_default().extend(normal::words(&said.text));
    }
    speakers.into_values().filter(|words| !words.is_empty()).collect()
}

/// Reference words whose counterpart has their role, of all that have a counterpart; `steps` aligns `reference` with
/// `hypothesis`, each a role a word. Words that were not recognised at all are the word error rate's, not counted here;
/// words whose role the reference does not know are left out.
pub fn right_roles(reference: &[Role], hypothesis: &[Role], steps: &[Step]) -> Found {
    let mut right = Found::default();
    for step in steps {
        let (Step::Match(said, heard) | Step::Substitution(said, heard)) = *step else { continue };
        if reference[said] != Role::Unknown {
            right.count(reference[said] == hypothesis[heard]);
        }
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::Utterance, qa::metrics::edits::align};

    fn transcript(turns: &[(&str, &str)]) -> Transcript {
        let utterance = |&(speaker, text): &(&str, &str)| Utterance {
            speaker: speaker.to_owned(),
            text: text.into(),
            ..Utterance::default()
        };
        Transcript { utterances: turns.iter().map(utterance).collect(), ..Transcript::default() }
    }

    fn errors(reference: &[(&str, &str)], hypothesis: &[(&str, &str)]) -> Option<usize> {
        speaker_edits(&transcript(reference), &transcript(hypothesis)).map(|edits| edits.errors())
    }

    const SAID: [(&str, &str); 2] =
        [("d", "how are you today any chest pain"), ("p", "fine thanks no chest pain at all")];

    #[test]
    fn names_of_voices_do_not_matter() {
        assert_eq!(errors(&SAID, &[("2", SAID[0].1), ("1", SAID[1].1)]), Some(0));
        assert_eq!(errors(&SAID, &[]), Some(14));
        assert_eq!(errors(&SAID, &[("1", SAID[0].1)]), Some(7));
    }

    /// Totals of meeteval 0.4 (`cp_word_error_rate`), see `tools/check_metrics.py`.
    #[test]
    fn totals_are_those_of_meeteval() {
        let begun = "how are you today any chest pain fine thanks";
        let cases: [(&[(&str, &str)], usize); 3] = [
            (&[("1", begun), ("2", "no chest pains at all")], 5),
            (&[("1", "how are you today"), ("2", "any chest pain fine thanks"), ("3", "no chest pain at all")], 10),
            (&[("1", "how are you today any chest pain fine thanks no chest pain at all")], 14),
        ];
        for (heard, expected) in cases {
            assert_eq!(errors(&SAID, heard), Some(expected), "{heard:?}");
        }
    }

    #[test]
    fn without_speakers_there_is_no_rate() {
        assert_eq!(errors(&[("", "hello")], &[("1", "hello")]), None);
    }

    #[test]
    fn roles_are_compared_where_words_face_each_other() {
        let (c, p, u) = (Role::Clinician, Role::Patient, Role::Unknown);
        let (said, heard) = (["any", "pain", "no", "none", "ok"], ["any", "pains", "no", "ok"]);
        let steps = align(&said, &heard);
        let right = right_roles(&[c, c, p, p, u], &[c, c, c, c], &steps);
        assert_eq!(right, Found { found: 2, of: 3 });
    }
}
