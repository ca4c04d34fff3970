//! One recognition against its reference: counts, which can be added up over recordings, and the rates that they make.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    manifest::{self, Reference},
    metrics::{
        Found,
        diarisation::{COLLAR_MS, DiarisationErrors, diarisation_errors},
        drugs::{self, DrugConfusion},
        edits::{Edits, align, edits},
        normal,
        speakers::{PersonRoles, right_roles, roles_given, speaker_edits},
        terms,
    },
};
use crate::{
    domain::{Role, Transcript},
    terminology::DrugTable,
};

/// What was counted. `null` where the reference cannot bear it out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Word errors, in recordings where somebody speaks.
    pub words: Option<Edits>,
    /// Character errors, in the same.
    pub characters: Option<Edits>,
    /// Medical terms that were recognised.
    pub medical_terms: Option<Found>,
    /// Drug names that were recognised.
    pub drugs: Option<Found>,
    /// The same before misheard names were repaired; only where some were.
    pub drugs_before_repair: Option<Found>,
    /// Drug names that the transcript suggests to its reader, of those that were said and not written; only where some were not.
    pub missed_drugs_suggested: Option<Found>,
    /// Drugs that were written and not said.
    pub false_drugs: usize,
    /// Time given to nobody or to the wrong person.
    pub diarisation: Option<DiarisationErrors>,
    /// Word errors with the speakers told apart.
    pub speaker_words: Option<Edits>,
    /// Words with the right role, of those recognised.
    pub roles: Option<Found>,
    /// Words written where nobody speaks in the whole recording.
    pub invented_words: usize,
    /// Length of such recordings, in milliseconds.
    pub speechless_ms: u64,
    /// Length of all recordings, in milliseconds.
    pub audio_ms: u64,
    /// Time that decoding and recognising took, in milliseconds.
    pub work_ms: u64,
    /// The most memory of the process, in MB of a million bytes.
    pub peak_rss_mb: Option<f64>,
}

/// The figures of the public contract. Shares are from 0 to 1; `null` where the references cannot bear a figure out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rates {
    /// Word error rate: wrong, missing and added words per word said. Recordings without speech are not in it.
    pub wer: Option<f64>,
    /// Character error rate, likewise.
    pub cer: Option<f64>,
    /// Share of the medical terms said that were recognised whole.
    pub medical_term_recall: Option<f64>,
    /// Share of the drug names said that were recognised.
    pub drug_recall: Option<f64>,
    /// Diarisation error rate: time missed, added or given to the wrong person, per time spoken; overlap counts, 0.25 s
    /// around each boundary do not.
    pub der: Option<f64>,
    /// Word error rate with each speaker's words compared by themselves (cpWER).
    pub cpwer: Option<f64>,
    /// Share of the recognised reference words that were given the right role.
    pub role_accuracy: Option<f64>,
    /// Time taken per time recorded; below 1 is faster than the talk.
    pub real_time_factor: Option<f64>,
    /// The most memory that the process held, in MB of a million bytes.
    pub peak_rss_mb: Option<f64>,
    /// `drug_recall` before misheard names were repaired.
    pub drug_recall_before_repair: Option<f64>,
    /// Share of the drug names said and not written that the transcript at least suggests ("perhaps clonazepam").
    pub missed_drugs_suggested: Option<f64>,
    /// Drugs written and not said, per hour of recording.
    pub false_drugs_per_hour: Option<f64>,
    /// Words written per minute of recordings in which nobody speaks.
    pub invented_words_per_minute: Option<f64>,
}

impl Counts {
    /// Adds the counts of another recording. Memory is the greater of both.
    pub fn add(&mut self, other: &Self) {
        add(&mut self.words, other.words.as_ref(), Edits::add);
        add(&mut self.characters, other.characters.as_ref(), Edits::add);
        add(&mut self.medical_terms, other.medical_terms.as_ref(), Found::add);
        // A recording without repairs has the same recall before and after them.
        let before = other.drugs_before_repair.as_ref().or(other.drugs.as_ref());
        let either = self.drugs_before_repair.is_some() || other.drugs_before_repair.is_some();
        if either {
            let mut so_far = self.drugs_before_repair.or(self.drugs);
            add(&mut so_far, before, Found::add);
            self.drugs_before_repair = so_far;
        }
        add(&mut self.drugs, other.drugs.as_ref(), Found::add);
        add(&mut self.missed_drugs_suggested, other.missed_drugs_suggested.as_ref(), Found::add);
        self.false_drugs += other.false_drugs;
        add(&mut self.diarisation, other.diarisation.as_ref(), DiarisationErrors::add);
        add(&mut self.speaker_words, other.speaker_words.as_ref(), Edits::add);
        add(&mut self.roles, other.roles.as_ref(), Found::add);
        self.invented_words += other.invented_words;
        self.speechless_ms += other.speechless_ms;
        self.audio_ms += other.audio_ms;
        self.work_ms += other.work_ms;
        let peaks = [self.peak_rss_mb, other.peak_rss_mb];
        self.peak_rss_mb = peaks.into_iter().flatten().reduce(f64::max);
    }

    /// All `counts` together.
    pub(super) fn sum<'c>(counts: impl Iterator<Item = &'c Self>) -> Self {
        let mut sum = Self::default();
        counts.for_each(|one| sum.add(one));
        sum
    }

    /// The rates that these counts make.
    pub fn rates(&self) -> Rates {
        let share = |found: Option<Found>| found.and_then(|found| found.share());
        let rate = |edits: Option<Edits>| edits.and_then(|edits| edits.rate());
        let per = |count: usize, ms: u64, unit_ms: f64| (ms > 0).then(|| count as f64 * unit_ms / ms as f64);
        Rates {
            wer: rate(self.words),
            cer: rate(self.characters),
            medical_term_recall: share(self.medical_terms),
            drug_recall: share(self.drugs),
            der: self.diarisation.and_then(|errors| errors.rate()),
            cpwer: rate(self.speaker_words),
            role_accuracy: share(self.roles),
            real_time_factor: (self.audio_ms > 0).then(|| self.work_ms as f64 / self.audio_ms as f64),
            peak_rss_mb: self.peak_rss_mb,
            drug_recall_before_repair: share(self.drugs_before_repair),
            missed_drugs_suggested: share(self.missed_drugs_suggested),
            false_drugs_per_hour: per(self.false_drugs, self.audio_ms, 3_600_000.0),
            invented_words_per_minute: per(self.invented_words, self.speechless_ms, 60_000.0),
        }
    }
}

fn add<T: Copy>(sum: &mut Option<T>, other: Option<&T>, plus: fn(&mut T, &T)) {
    match (sum.as_mut(), other) {
        (Some(sum), Some(other)) => plus(sum, other),
        (None, Some(other)) => *sum = Some(*other),
        (_, None) => {}
    }
}

/// Words of a transcript, each with who says it.
struct Words<'t> {
    words: Vec<String>,
    people: Vec<(&'t str, Role)>,
}

fn words(transcript: &Transcript) -> Words<'_> {
    let mut all = Words { words: Vec::new(), people: Vec::new() };
    for said in &transcript.utterances {
        let words = normal::words(&said.text);
        all.people.extend(words.iter().map(|_| (said.speaker.as_str(), said.role)));
        all.words.extend(words);
    }
    all
}

impl Words<'_> {
    /// The same, with compounds parted as `other` parts them.
    fn parted_like(&self, other: &Self) -> Self {
        let parted = normal::parted_like(&self.words, &other.words);
        let people = parted.iter().map(|(_, index)| self.people[*index]).collect();
        Self { words: parted.into_iter().map(|(word, _)| word).collect(), people }
    }
}

/// What came of a recording beside its reference.
pub(super) struct Scored {
    pub counts: Counts,
    pub drug_confusions: Vec<DrugConfusion>,
    /// Whose words were given which role, where the reference says it.
    pub roles_given: Vec<PersonRoles>,
}

/// Compares what was `heard` in a recording of `audio_ms` with its reference. What it took is left for the caller to fill in.
pub(super) fn score(reference: &Reference, heard: &Transcript, audio_ms: u64) -> Scored {
    let (said, written) = (words(&reference.transcript), words(heard));
    let drug_score = drugs::drug_score(&reference.transcript, heard, DrugTable::bundled());
    let mut counts = Counts { audio_ms, false_drugs: drug_score.false_drugs, ..Counts::default() };
    counts.drugs = Some(drug_score.heard).filter(|found| found.of > 0);
    counts.missed_drugs_suggested = Some(drug_score.suggested).filter(|found| found.of > 0);
    if said.words.is_empty() {
        counts.invented_words = written.words.len();
        counts.speechless_ms = audio_ms;
        return Scored { counts, drug_confusions: drug_score.confusions, roles_given: Vec::new() };
    }
    let before = drugs::before_repair(heard);
    let before = before.map(|before| drugs::drug_score(&reference.transcript, &before, DrugTable::bundled()).heard);
    counts.drugs_before_repair = before.filter(|found| found.of > 0);
    let (said, written) = (said.parted_like(&written), written.parted_like(&said));
    let steps = align(&said.words, &written.words);
    counts.words = Some(edits(&said.words, &written.words));
    counts.characters = Some(edits(&characters(&said.words), &characters(&written.words)));
    let terms = terms::recalled(&terms::mentions(&said.words), &steps);
    counts.medical_terms = Some(terms).filter(|found| found.of > 0);
    let turns = reference.turns.as_deref();
    counts.diarisation = turns.and_then(|turns| {
        let heard = manifest::turns(heard).unwrap_or_default();
        diarisation_errors(turns, &heard, COLLAR_MS)
    });
    counts.speaker_words = speaker_edits(&reference.transcript, heard);
    let given: Vec<Role> = written.people.iter().map(|(_, role)| *role).collect();
    let roles_given = roles_given(&said.people, &given, &steps);
    counts.roles = Some(right_roles(&roles_given)).filter(|found| found.of > 0);
    Scored { counts, drug_confusions: drug_score.confusions, roles_given }
}

fn characters(words: &[String]) -> Vec<char> {
    words.join(" ").chars().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Repair, Utterance};

    fn said(role: Role, speaker: &str, start_ms: u64, end_ms: u64, text: &str) -> Utterance {
        let (start_ms, end_ms) = (Some(start_ms), Some(end_ms));
        Utterance { role, speaker: speaker.to_owned(), start_ms, end_ms, text: text.into(), ..Utterance::default() }
    }

    fn transcript(utterances: Vec<Utterance>) -> Transcript {
        Transcript { utterances, ..Transcript::default() }
    }

    fn reference(utterances: Vec<Utterance>) -> Reference {
        let transcript = transcript(utterances);
        Reference { turns: manifest::turns(&transcript), transcript }
    }

    fn visit() -> Vec<Utterance> {
        vec![
            said(Role::Clinician, "S1", 0, 4_000, "Any chest pain? Still on lisinopril, twenty milligrams?"),
            said(Role::Patient, "S2", 5_000, 8_000, "No, um, no pain. Yes, lisinopril."),
        ]
    }

    #[test]
    fn what_was_heard_right_has_no_error_in_any_figure() {
        let Scored { counts, drug_confusions: confusions, .. } =
            score(&reference(visit()), &transcript(visit()), 8_000);
        let rates = Counts { work_ms: 800, ..counts }.rates();
        for rate in [rates.wer, rates.cer, rates.der, rates.cpwer, rates.false_drugs_per_hour] {
            assert_eq!(rate, Some(0.0));
        }
        for share in [rates.medical_term_recall, rates.drug_recall, rates.role_accuracy] {
            assert_eq!(share, Some(1.0));
        }
        assert_eq!((rates.real_time_factor, rates.invented_words_per_minute), (Some(0.1), None));
        assert!(confusions.is_empty());
    }

    #[test]
    fn each_error_shows_in_its_own_figure() {
        // Everything to one voice, a drug misheard, another made up.
        let text = "Any chest pain? Still on listen a pill, 20 mg? No, no pain. Yes, lisinopril and warfarin.";
        let heard = transcript(vec![said(Role::Clinician, "S1", 0, 8_000, text)]);
        let Scored { counts, drug_confusions: confusions, roles_given } = score(&reference(visit()), &heard, 8_000);
        // Said: any chest pain still on lisinopril 20 mg no no pain yes lisinopril.
        let words = counts.words.expect("words were said");
        assert_eq!((words.reference, words.substitutions, words.deletions, words.insertions), (13, 1, 0, 4));
        assert_eq!(counts.drugs, Some(Found { found: 1, of: 2 }));
        assert_eq!(counts.false_drugs, 1);
        assert_eq!(counts.roles, Some(Found { found: 8, of: 13 }));
        let people: Vec<_> = roles_given.iter().map(|one| (one.speaker.as_str(), one.mostly(), one.right())).collect();
        let taken_for = Some(Role::Clinician);
        let expected = [("S1", taken_for, Found { found: 8, of: 8 }), ("S2", taken_for, Found { found: 0, of: 5 })];
        assert_eq!(people, expected);
        assert_eq!(counts.medical_terms, Some(Found { found: 2, of: 2 }));
        assert_eq!(confusions.len(), 2);
        let rates = counts.rates();
        assert_eq!(rates.false_drugs_per_hour, Some(450.0));
        // Scored are 0.25-3.75 s and 5.25-7.75 s of speech, and the pause from 4.25 to 4.75 s.
        let expected = DiarisationErrors { reference_ms: 6_000, missed_ms: 0, false_alarm_ms: 500, confused_ms: 2_500 };
        assert_eq!(counts.diarisation, Some(expected));
    }

    #[test]
    fn where_nobody_speaks_every_word_is_invented() {
        let heard = transcript(vec![said(Role::Unknown, "S1", 0, 900, "Thank you for watching!")]);
        let Scored { counts, .. } = score(&reference(Vec::new()), &heard, 30_000);
        let rates = counts.rates();
        assert_eq!((rates.invented_words_per_minute, rates.wer, rates.der), (Some(8.0), None, None));
        let Scored { counts, .. } = score(&reference(Vec::new()), &transcript(Vec::new()), 30_000);
        assert_eq!(counts.rates().invented_words_per_minute, Some(0.0));
    }

    #[test]
    fn a_reference_of_words_alone_bears_out_words_alone() {
        let plain = Utterance { text: "any chest pain".into(), ..Utterance::default() };
        let heard = transcript(vec![said(Role::Patient, "S1", 0, 900, "any chest pain")]);
        let rates = score(&reference(vec![plain]), &heard, 1_000).counts.rates();
        assert_eq!((rates.wer, rates.medical_term_recall), (Some(0.0), Some(1.0)));
        assert_eq!((rates.der, rates.cpwer, rates.role_accuracy, rates.drug_recall), (None, None, None, None));
    }

    #[test]
    fn sums_are_those_of_all_words() {
        let of = |errors: usize, reference: usize| Counts {
            words: Some(Edits { reference, substitutions: errors, ..Edits::default() }),
            peak_rss_mb: Some(reference as f64),
            ..Counts::default()
        };
        let mut sum = Counts::default();
        [of(1, 10), of(9, 90), Counts::default()].iter().for_each(|one| sum.add(one));
        assert_eq!((sum.rates().wer, sum.rates().peak_rss_mb), (Some(0.1), Some(90.0)));
    }

    #[test]
    fn names_that_are_missed_are_counted_where_they_are_suggested() {
        let mut misheard = visit();
        misheard[1].text = "No, um, no pain. Yes, listen a pill.".into();
        let missed = score(&reference(visit()), &transcript(misheard.clone()), 8_000).counts;
        misheard[1].repairs.push(Repair {
            heard: "listen a pill".into(),
            suggested: "lisinopril".into(),
            start_ms: Some(5_000),
            end_ms: Some(8_000),
            applied: false,
            probability: 0.5,
            reason: String::new(),
        });
        let suggested = score(&reference(visit()), &transcript(misheard), 8_000).counts;
        let right = score(&reference(visit()), &transcript(visit()), 8_000).counts;
        let shares = [&missed, &suggested, &right].map(|counts| counts.rates().missed_drugs_suggested);
        assert_eq!(shares, [Some(0.0), Some(1.0), None]);
        let sum = Counts::sum([missed, suggested, right].iter());
        assert_eq!(
            (sum.missed_drugs_suggested, sum.rates().drug_recall),
            (Some(Found { found: 1, of: 2 }), Some(4.0 / 6.0))
        );
    }

    #[test]
    fn recall_before_repair_counts_recordings_without_repairs_as_they_are() {
        let mut repaired = visit();
        repaired[1].repairs.push(Repair {
            heard: "listen a pill".into(),
            suggested: "lisinopril".into(),
            start_ms: Some(0),
            end_ms: Some(0),
            applied: true,
            probability: 1.0,
            reason: String::new(),
        });
        let with = score(&reference(visit()), &transcript(repaired), 8_000).counts;
        let without = score(&reference(visit()), &transcript(visit()), 8_000).counts;
        assert_eq!(with.rates().drug_recall_before_repair, Some(0.5));
        assert_eq!(without.rates().drug_recall_before_repair, None);
        let mut sum = without.clone();
        sum.add(&with);
        sum.add(&without);
        assert_eq!(sum.drugs_before_repair, Some(Found { found: 5, of: 6 }));
        assert_eq!(sum.rates().drug_recall, Some(1.0));
    }
}
