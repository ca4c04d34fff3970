//! Who said which words: word errors with the speakers told apart, and the roles of the words.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

/// A person of the reference, and the roles that the recognised words of that person were given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PersonRoles {
    /// Who, as the reference names the speaker; may be empty.
    pub speaker: String,
    /// The role that is right.
    pub role: Role,
    /// Words given the role of the clinician.
    pub clinician: usize,
    /// Words given the role of the patient.
    pub patient: usize,
    /// Words given to another person.
    pub other: usize,
    /// Words given no role.
    pub unknown: usize,
}

impl PersonRoles {
    fn count(&mut self, given: Role) {
        *match given {
            Role::Clinician => &mut self.clinician,
            Role::Patient => &mut self.patient,
            Role::Other => &mut self.other,
            Role::Unknown => &mut self.unknown,
        } += 1;
    }

    /// Words given the role `role`.
    pub fn given(&self, role: Role) -> usize {
        match role {
            Role::Clinician => self.clinician,
            Role::Patient => self.patient,
            Role::Other => self.other,
            Role::Unknown => self.unknown,
        }
    }

    /// The role that most of the words were given, the right one before others where they are as many; `None` where none
    /// was recognised.
    pub fn mostly(&self) -> Option<Role> {
        let roles = [Role::Unknown, Role::Other, Role::Patient, Role::Clinician, self.role];
        roles.into_iter().max_by_key(|role| self.given(*role)).filter(|role| self.given(*role) > 0)
    }

    /// Words with the right role, of those recognised.
    pub fn right(&self) -> Found {
        Found { found: self.given(self.role), of: self.clinician + self.patient + self.other + self.unknown }
    }
}

/// Whose words were given which role, in the order in which people first speak. `reference` has the speaker and the role of
/// each word, `hypothesis` the role, and `steps` aligns them. Words that were not recognised at all are the word error
/// rate's, not counted here; words whose role the reference does not know are left out.
pub fn roles_given(reference: &[(&str, Role)], hypothesis: &[Role], steps: &[Step]) -> Vec<PersonRoles> {
    let mut people: Vec<PersonRoles> = Vec::new();
    let place = |people: &[PersonRoles], (speaker, role): (&str, Role)| {
        people.iter().position(|person| person.speaker == speaker && person.role == role)
    };
    for &(speaker, role) in reference.iter().filter(|(_, role)| *role != Role::Unknown) {
        if place(&people, (speaker, role)).is_none() {
            people.push(PersonRoles { speaker: speaker.to_owned(), role, ..PersonRoles::default() });
        }
    }
    for step in steps {
        let (Step::Match(said, heard) | Step::Substitution(said, heard)) = *step else { continue };
        if let Some(index) = place(&people, reference[said]) {
            people[index].count(hypothesis[heard]);
        }
    }
    people
}

/// Words with the right role, of those recognised, of all `people`.
pub fn right_roles(people: &[PersonRoles]) -> Found {
    let mut right = Found::default();
    people.iter().for_each(|person| right.add(&person.right()));
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
        let people = roles_given(&[("d", c), ("d", c), ("p", p), ("p", p), ("", u)], &[c, c, c, c], &steps);
        assert_eq!(right_roles(&people), Found { found: 2, of: 3 });
        let person = |speaker: &str, role| PersonRoles { speaker: speaker.to_owned(), role, ..PersonRoles::default() };
        assert_eq!(
            people,
            [PersonRoles { clinician: 2, ..person("d", c) }, PersonRoles { clinician: 1, ..person("p", p) }]
        );
        assert_eq!(
            (people[0].mostly(), people[1].mostly(), person("o", Role::Other).mostly()),
            (Some(c), Some(c), None)
        );
        let half = PersonRoles { clinician: 3, patient: 3, other: 1, ..person("p", p) };
        assert_eq!((half.mostly(), half.right()), (Some(p), Found { found: 3, of: 7 }));
    }
}
