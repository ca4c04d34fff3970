//! What was said of medicines, for those who write and check the note.

use super::{
    fold::is_only_named,
    mention::{Mention, goes_on_about_another, someone_elses},
};
use crate::{
    domain::{Dose, Evidence, Medication, MedicationAction, Role},
    structuring::{
        evidence,
        facts::{context, sig},
        visit::Visit,
    },
    terminology::DrugTable,
};

/// Advice of the clinician's not to take a medicine.
#[derive(Debug, Clone, PartialEq)]
pub struct Avoided {
    /// Its generic name.
    pub name: String,
    /// Its name as it was said.
    pub text: String,
    /// Where it was said.
    pub evidence: Vec<Evidence>,
}

/// A dose that was said of a medicine and then corrected.
#[derive(Debug, Clone, PartialEq)]
pub struct TakenBack {
    /// The medicine's generic name.
    pub name: String,
    /// The dose that does not hold.
    pub dose: Dose,
}

/// Two doses of one medicine, and nobody said plainly which of them holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Disputed {
    /// The medicine as it was said.
    pub text: String,
    /// The dose in the note.
    pub taken: Dose,
    /// The other one.
    pub other: Dose,
    /// Where they were said.
    pub evidence: Vec<Evidence>,
}

/// A medicine of which the entry in the note does not tell all, or not for sure: "160 milligrams today, and then 80 once a
/// day".
#[derive(Debug, Clone, PartialEq)]
pub struct Unsettled {
    /// The medicine as it was said.
    pub text: String,
    /// What is not sure, for a clinician.
    pub reason: &'static str,
    /// Where it was said.
    pub evidence: Vec<Evidence>,
}

/// A medicine that came up, and it was not said that the patient takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// Its generic name.
    pub name: String,
    /// The medicine as it was said.
    pub text: String,
    /// Whether it is to begin later, or only if something else comes first.
    pub put_off: bool,
    /// Where it was said.
    pub evidence: Vec<Evidence>,
}

/// What was said of medicines.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spoken {
    /// The patient's own, in the order in which they came up.
    pub medications: Vec<Medication>,
    /// Those advised against.
    pub avoided: Vec<Avoided>,
    /// Doses that were corrected.
    pub taken_back: Vec<TakenBack>,
    /// Doses that were said against each other.
    pub disputed: Vec<Disputed>,
    /// Medicines whose dose or decision is not sure.
    pub unsettled: Vec<Unsettled>,
    /// Medicines that came up, of which nobody said that they are taken.
    pub named: Vec<Named>,
    /// Generic names that were said of other people's medicines only.
    pub of_others: Vec<String>,
}

/// Names that came up, but never as the patient's own.
pub(super) fn of_others(visit: &Visit, table: &DrugTable, mentions: &[Mention]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in &visit.lines {
        for mention in table.mentions(line.text()) {
            let sentence = line.sentence_at(mention.range.start);
            let name = mention.drug.name;
            let own = mentions.iter().any(|one| one.drug.name == name);
            let other = someone_elses(
                line,
                &line.text()[sentence.start..mention.range.start],
                &line.text()[mention.range.end..sentence.end],
            ) || goes_on_about_another(line, &sentence);
            if other && !own && !found.iter().any(|known| known == name) {
                found.push(name.to_owned());
            }
        }
    }
    found
}

pub(super) fn named(mentions: &[Mention]) -> Vec<Named> {
    let mut found: Vec<Named> = Vec::new();
    for mention in mentions {
        let all: Vec<&Mention> = mentions.iter().filter(|other| other.drug.name == mention.drug.name).collect();
        if !is_only_named(&all) {
            continue;
        }
        match found.iter_mut().find(|known| known.name == mention.drug.name) {
            Some(known) => evidence::merge(&mut known.evidence, mention.evidence.iter().cloned()),
            None => found.push(Named {
                name: mention.drug.name.to_owned(),
                text: mention.surface.clone(),
                put_off: all.iter().any(|one| one.put_off),
                evidence: mention.evidence.clone(),
            }),
        }
    }
    found
}

/// Two doses of one medicine that were said against each other, or that the patient's side told at two times.
pub(super) fn disputed(mentions: &[Mention]) -> Vec<Disputed> {
    let mut found = said_against(mentions);
    found.extend(
        told_twice(mentions).filter(|one| !found.iter().any(|known| known.text == one.text)).collect::<Vec<_>>(),
    );
    found
}

/// "I take lisinopril, twenty milligrams", and later "the lisinopril, that's ten milligrams", with nothing decided between.
fn told_twice(mentions: &[Mention]) -> impl Iterator<Item = Disputed> {
    let tells = |mention: &Mention| {
        mention.by != Role::Clinician
            && mention.action == MedicationAction::Taken
            && !(mention.past || mention.dismissed || mention.offered || mention.borrowed || mention.put_off)
            && !(mention.several || mention.strength.is_some())
    };
    let corrects = |mention: &Mention| {
        mention.evidence.iter().filter_map(|one| one.quote.as_ref()).any(|quote| context::corrects(quote))
    };
    mentions.iter().enumerate().filter_map(move |(at, later)| {
        let of_it = || mentions[..at].iter().rev().filter(|one| one.drug.name == later.drug.name);
        let earlier = of_it().take_while(|one| tells(one) || one.by == Role::Clinician && one.dose.is_none());
        let earlier = earlier.into_iter().find(|one| one.dose.is_some() && one.line < later.line)?;
        let (taken, other) = (later.dose.clone()?, earlier.dose.clone()?);
        let conflict = tells(later) && sig::are_two(&taken, &other) && !corrects(later);
        let mut evidence = earlier.evidence.clone();
        evidence::merge(&mut evidence, later.evidence.iter().cloned());
        conflict.then(|| Disputed { text: later.surface.clone(), taken, other, evidence })
    })
}

fn said_against(mentions: &[Mention]) -> Vec<Disputed> {
    let pair = |mention: &Mention| {
        Some(Disputed {
            text: mention.surface.clone(),
            taken: mention.dose.clone()?,
            other: mention.disputed.clone()?,
            evidence: mention.evidence.clone(),
        })
    };
    mentions.iter().filter_map(pair).collect()
}

/// Those whose last word is the advice against them.
pub(super) fn avoided(mentions: &[Mention]) -> Vec<Avoided> {
    let mut found: Vec<Avoided> = Vec::new();
    for mention in mentions.iter().filter(|mention| mention.against) {
        let decided_later = mentions.iter().any(|other| {
            other.drug.name == mention.drug.name
                && other.line > mention.line
                && !other.dismissed
                && other.action != MedicationAction::Taken
        });
        if decided_later {
            continue;
        }
        match found.iter_mut().find(|known| known.name == mention.drug.name) {
            Some(known) => evidence::merge(&mut known.evidence, mention.evidence.iter().cloned()),
            None => found.push(Avoided {
                name: mention.drug.name.to_owned(),
                text: mention.surface.clone(),
                evidence: mention.evidence.clone(),
            }),
        }
    }
    found
}

/// Without those that hold elsewhere: "ten" may be corrected in one sentence and right in another.
pub(super) fn taken_back(mentions: &[Mention]) -> Vec<TakenBack> {
    let holds = |name: &str, dose: &Dose| {
        mentions.iter().any(|mention| mention.drug.name == name && mention.dose.as_ref() == Some(dose))
    };
    let all = mentions.iter().flat_map(|mention| mention.taken_back.iter().map(|dose| (mention.drug.name, dose)));
    all.filter(|(name, dose)| !holds(name, dose))
        .map(|(name, dose)| TakenBack { name: name.to_owned(), dose: dose.clone() })
        .collect()
}
