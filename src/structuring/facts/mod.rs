//! Facts by rules: what must be exact is read from the words themselves and never written by a model.

mod allergens;
pub mod allergies;
pub mod context;
pub mod corrected;
pub mod diagnoses;
pub mod findings;
pub mod habits;
pub mod heard;
pub mod illnesses;
mod intolerances;
pub mod medications;
pub mod orders;
pub mod reactions;
pub mod relatives;
pub mod sig;
pub mod symptoms;
pub mod unread;
pub mod vitals;

use super::{companions, visit::Visit};
use crate::{
    domain::{Evidence, Medication, MedicationAction, Order, SectionKind, Transcript, VitalSign},
    language::numbers,
    terminology::DrugTable,
};

/// What the rules found in a visit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// The patient's medicines, each once.
    pub medications: Vec<Medication>,
    /// Medicines that the clinician advised against.
    pub avoided: Vec<medications::Avoided>,
    /// Doses that were said and corrected.
    pub taken_back: Vec<medications::TakenBack>,
    /// Doses that were said against each other.
    pub disputed: Vec<medications::Disputed>,
    /// Medicines whose dose or decision is not sure.
    pub unsettled: Vec<medications::Unsettled>,
    /// Medicines that came up, of which nobody said that they are taken.
    pub named: Vec<medications::Named>,
    /// Generic names of medicines that only other people take.
    pub of_others: Vec<String>,
    /// Where the dose of something is changed whose name was not understood.
    pub unnamed: Vec<Evidence>,
    /// Measurements that were named, with a value that could not be read.
    pub unread: Vec<unread::Unread>,
    /// Numbers that were said and corrected right afterwards, and hold nowhere else.
    pub corrected_numbers: Vec<numbers::Counted>,
    /// Names and doses that were misheard.
    pub misheard: Vec<heard::Misheard>,
    /// Allergies, or that there are none.
    pub allergies: allergies::Allergies,
    /// Measurements of the visit.
    pub vitals: Vec<VitalSign>,
    /// Measurements that were told of another place or time: at home, last night.
    pub measured_elsewhere: Vec<VitalSign>,
    /// Tests, referrals, procedures, the next visit.
    pub orders: Vec<Order>,
    /// Illnesses that stay with the patient.
    pub illnesses: Vec<illnesses::Illness>,
    /// Symptoms affirmed and denied.
    pub symptoms: Vec<symptoms::Symptom>,
    /// Sentences that a section can hold as they were said.
    pub findings: Vec<findings::Finding>,
}

/// Reads the facts of `transcript`: of what companions say of themselves, only what others take.
pub fn facts(transcript: &Transcript, table: &DrugTable) -> Facts {
    let everybody = Visit::new(transcript);
    let left = companions::without_own_words(transcript);
    let visit = left.as_ref().map_or_else(|| Visit::new(transcript), Visit::new);
    let mut spoken = medications::medications(&visit, table);
    if left.is_some() {
        spoken.of_others = medications::medications(&everybody, table).of_others;
    }
    let allergies = allergies::allergies(&everybody, table);
    // An allergen that is only named again is no medicine in use.
    // Nor is one begun or kept by a sentence that writes the allergy down ("I'll add the codeine as an intolerance").
    let only_named = |one: &Medication| one.action != MedicationAction::Stop && one.dose.is_none();
    let allergen = |one: &Medication| {
        allergies.known.iter().any(|allergy| {
            let same_drug =
                || one.codes.first().is_some_and(|code| allergy.codes.first().is_some_and(|of| of.code == code.code));
            *allergy.substance.as_str() == *one.name
                || one.text.to_lowercase().starts_with(allergy.substance.as_str())
                || same_drug()
        })
    };
    // What was taken until it did harm is told of the past.
    spoken.medications.retain(|one| one.past || !(only_named(one) && allergen(one)));
    spoken.named.retain(|one| {
        !allergies.known.iter().any(|allergy| {
            *allergy.substance.as_str() == *one.name.as_str() || allergy.substance.as_str() == one.text.to_lowercase()
        })
    });
    let symptoms = symptoms::symptoms(&visit, &allergies);
    let (measured_elsewhere, vitals) =
        vitals::vitals(&visit).into_iter().partition(|vital| vitals::is_elsewhere(&visit, vital));
    // A companion's illness may be one of the patient's family.
    let of_family = |finding: &findings::Finding| finding.kind == SectionKind::FamilyHistory;
    let patients = findings::findings(&visit).into_iter().filter(|finding| !of_family(finding));
    let families = findings::findings(&everybody).into_iter().filter(of_family);
    Facts {
        medications: spoken.medications,
        avoided: spoken.avoided,
        taken_back: spoken.taken_back,
        disputed: spoken.disputed,
        unsettled: spoken.unsettled,
        named: spoken.named,
        of_others: spoken.of_others,
        unnamed: medications::unnamed(&visit, table),
        unread: unread::unread(&visit),
        corrected_numbers: corrected_numbers(&everybody),
        misheard: heard::in_visit(&everybody),
        allergies,
        vitals,
        measured_elsewhere,
        orders: orders::orders(&everybody),
        illnesses: illnesses::illnesses(&visit),
        symptoms,
        findings: patients.chain(families).collect(),
    }
}

/// "It started three, no, four weeks ago": three weeks.
fn corrected_numbers(visit: &Visit) -> Vec<numbers::Counted> {
    let mut corrected = Vec::new();
    let mut standing = Vec::new();
    for line in &visit.lines {
        let text = line.text();
        let counted = numbers::counted(text);
        for (at, one) in counted.iter().enumerate() {
            let correction = counted.get(at + 1).filter(|next| {
                let between = &text[one.range.end..next.range.start];
                context::takes_back(between) && next.value != one.value
            });
            match correction {
                Some(next) => corrected.push(numbers::Counted { unit: next.unit.clone(), ..one.clone() }),
                None => standing.push(one.clone()),
            }
        }
    }
    corrected.retain(|wrong| !standing.iter().any(|right| right.same(wrong)));
    corrected
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structuring::testing::transcript;

    #[test]
    fn what_a_companion_has_and_takes_is_not_the_patients() {
        let of = |lines: &str| {
            let facts = facts(&transcript(lines), DrugTable::bundled());
            let symptoms = facts.symptoms.iter().filter(|one| one.present).map(|one| one.name.to_owned());
            facts.medications.iter().map(|one| one.name.clone()).chain(symptoms).collect::<Vec<String>>()
        };
        for lines in [
            "D: Any numbness in your feet?\nO: I do, I get it every night.\nP: I don't.",
            "D: Are you taking aspirin?\nO: Yes, I take seventy five milligrams every day.\nP: I'm not.",
            "D: Any cough?\nO: Yes, I have a terrible cough.\nP: No.",
            "D: Did anything help?\nO: I have asthma myself, I use a Symbicort inhaler twice a day, so I gave her two puffs.",
            "P: A pal of mine takes fish oil.",
        ] {
            assert!(of(lines).is_empty(), "{lines}: {:?}", of(lines));
        }
        // A recogniser leaves out the "I".
        let allergic = facts(
            &transcript("D: Any allergies?\nP: Sulfa. It gave me hives.\nO: Am allergic to penicillin."),
            DrugTable::bundled(),
        );
        let substances: Vec<&str> = allergic.allergies.known.iter().map(|one| one.substance.as_str()).collect();
        assert_eq!(substances, ["sulfa"]);
        assert_eq!(of("D: What does she take?\nO: I give her montelukast, ten milligrams at night."), ["montelukast"]);
    }

    #[test]
    fn a_medicine_beside_an_allergy_is_taken_and_an_allergen_is_not() {
        for (lines, taken, allergens) in [
            (
                "P: I take aspirin 81 milligrams a day and I'm allergic to morphine, it makes me itch.",
                vec!["aspirin"],
                vec!["morphine"],
            ),
            (
                "P: I'm allergic to codeine and I take lisinopril, ten milligrams a day.",
                vec!["lisinopril"],
                vec!["codeine"],
            ),
            (
                "D: Any allergies? It says sulfa.\nP: Not sulfa, that's dad. Mine's clindamycin. I got a rash with it.\n\
                 O: The sulfa is me.\nD: So clindamycin for you, a rash, and no sulfa allergy.",
                vec![],
                vec!["clindamycin"],
            ),
            ("P: I'm on warfarin, so I can't have aspirin.", vec!["warfarin"], vec![]),
            (
                "D: Any allergies?\nP: Penicillin. I had amoxicillin back in school and my eyes and lips swelled shut.\n\
                 D: Okay, we'll leave that on there.",
                vec![],
                vec!["penicillin", "amoxicillin"],
            ),
        ] {
            let facts = facts(&transcript(lines), DrugTable::bundled());
            let names: Vec<&str> = facts.medications.iter().map(|one| one.name.as_str()).collect();
            let known: Vec<&str> = facts.allergies.known.iter().map(|one| one.substance.as_str()).collect();
            assert_eq!((names, known), (taken, allergens), "{lines}");
        }
    }

    #[test]
    fn what_was_measured_at_home_is_no_vital_sign_of_the_visit() {
        for (lines, here, elsewhere) in [
            ("P: My temperature was 101.3 at home last night.\nD: Temperature is 99.1.", vec![99.1], vec![101.3]),
            ("D: What's your pulse at home?\nP: My pulse is 58.\nD: Pulse is 72 here.", vec![72.0], vec![58.0]),
            ("P: This morning my temp was 38.5, on our thermometer.\nD: Temp's 37.9.", vec![37.9], vec![38.5]),
            ("D: Your pulse is 88 today, and oxygen is 97 percent.", vec![88.0, 97.0], vec![]),
            ("D: Temperature 98.4. So what's been going on at home?\nP: I get tired.", vec![98.4], vec![]),
            ("D: Have you lost weight?\nP: I weigh 180 pounds.", vec![180.0], vec![]),
        ] {
            let facts = facts(&transcript(lines), DrugTable::bundled());
            let values = |vitals: &[VitalSign]| vitals.iter().map(|one| one.value).collect::<Vec<f64>>();
            assert_eq!((values(&facts.vitals), values(&facts.measured_elsewhere)), (here, elsewhere), "{lines}");
        }
    }

    #[test]
    fn a_corrected_number_no_longer_holds() {
        let said = |lines: &str| {
            let found = corrected_numbers(&Visit::new(&transcript(lines)));
            found.into_iter().map(|one| (one.value, one.unit)).collect::<Vec<_>>()
        };
        assert_eq!(
            said("P: It started three, no, wait, four weeks ago. It comes three times a day."),
            [(3.0, "week".to_owned())]
        );
        assert!(said("P: It started three, no, four weeks ago. Well, three weeks.").is_empty());
        assert!(said("P: Three weeks ago, and four times since.").is_empty());
    }
}
