//! One entry a medicine, from all its mentions.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    Mention,
    course::Course,
    rxnorm,
    spoken::Unsettled,
    wording::{self, Wording},
};
use crate::{
    domain::{Dose, Medication, MedicationAction, Role},
    language::units,
    structuring::{evidence, text::pattern, visit::Visit},
    terminology::{Drug, DrugTable},
};

/// A medicine with what a clinician must look at in it.
pub(super) struct Folded {
    surface: String,
    /// As it was read.
    pub(super) medication: Medication,
    wording: Option<Wording>,
    pub(super) unsettled: Option<Unsettled>,
}

impl Folded {
    /// As the note has it: where the words can be read in more than one way, with the words.
    pub(super) fn shown(self) -> Medication {
        let mut medication = self.medication;
        let Some(wording) = self.wording else { return medication };
        let name = written(&self.surface, None, None, None);
        medication.text = format!("{name}{}\"{}\"", Medication::AS_SAID, wording.text).into();
        medication.as_said = Some(wording.text.into());
        evidence::merge(&mut medication.evidence, wording.evidence);
        // What a clinician says against it is for the plan.
        if wording.turned && medication.action == MedicationAction::Taken {
            medication.action = MedicationAction::Change;
        }
        medication
    }
}

/// One entry a medicine: the last decision stands, with the sig that belongs to it.
pub(super) fn fold(visit: &Visit, table: &DrugTable, mentions: &[Mention]) -> Vec<Folded> {
    let mut names: Vec<&'static str> = Vec::new();
    for mention in mentions {
        if !names.contains(&mention.drug.name) {
            names.push(mention.drug.name);
        }
    }
    names
        .into_iter()
        .filter_map(|name| {
            let of_it = mentions.iter().filter(|mention| mention.drug.name == name).collect();
            fold_one(visit, table, of_it)
        })
        .collect()
}

/// "Iron" is the ferrous sulfate that was named, too: a name that the table gives no concept of its own is that of the one
/// medicine of the visit that is called so with another word.
pub(super) fn under_one_name<'t>(mentions: &mut [Mention<'t>], table: &'t DrugTable) {
    let named: Vec<(&str, String)> =
        mentions.iter().map(|mention| (mention.drug.name, mention.surface.clone())).collect();
    for mention in mentions.iter_mut().filter(|mention| mention.drug.is_general_name()) {
        let own = mention.drug;
        let kind = |name: &str| table.find(name).filter(|drug| own.may_mean(drug));
        let mut kinds = named.iter().filter_map(|(name, surface)| Some((kind(name)?, surface)));
        let Some((first, surface)) = kinds.next() else { continue };
        if kinds.all(|(other, _)| other.name == first.name) {
            (mention.drug, mention.surface) = (first, surface.clone());
        }
    }
}

fn fold_one(visit: &Visit, table: &DrugTable, mentions: Vec<&Mention>) -> Option<Folded> {
    let counted: Vec<&Mention> = mentions.iter().filter(|mention| !mention.dismissed).copied().collect();
    let first = counted.first()?;
    if is_only_named(&mentions) || never_began(&counted) {
        return None;
    }
    let course = Course::of(&mentions, &counted)?;
    let (chosen, action) = (course.chosen, course.action);
    // The patient's last word counts: a question before it names the medicine too.
    // A name alone says nothing of it: "the lisinopril, if you count the cough".
    let tells = |mention: &&&Mention| mention.used || mention.past || mention.dose.is_some();
    let last_told = counted.iter().rev().filter(tells).find(|mention| mention.by != Role::Clinician);
    let ended_after = |told: &Mention| counted.iter().any(|mention| mention.past && mention.line > told.line);
    let all_past = || {
        let mut telling = counted.iter().filter(tells).peekable();
        telling.peek().is_some() && telling.all(|mention| mention.past)
    };
    let past = last_told.map_or_else(all_past, |mention| mention.past || ended_after(mention));
    // What begins or goes on is not over.
    let past = past && action == MedicationAction::Taken;
    let latest = |with: &dyn Fn(&Mention) -> bool| counted.iter().rev().find(|mention| with(mention));
    let with_dose = course.with_dose;
    let dose = with_dose.and_then(|mention| mention.dose.clone());
    let strength = with_dose.and_then(|mention| mention.strength.clone()).or_else(|| {
        let counts = dose.as_ref().is_none_or(|dose| units::is_count(&dose.unit));
        let counts = counts && !course.without_dose;
        latest(&|mention| mention.strength.is_some() && counts).and_then(|mention| mention.strength.clone())
    });
    // How often it was taken says nothing about what takes its place.
    let replaced = matches!(action, MedicationAction::Change | MedicationAction::Start);
    let of_that_dose =
        |mention: &Mention| !replaced || mention.dose.is_none() || mention.dose == dose || mention.line == chosen.line;
    let frequency = chosen.frequency.clone().filter(|_| !chosen.parts).or_else(|| {
        latest(&|mention| mention.frequency.is_some() && of_that_dose(mention)).and_then(|one| one.frequency.clone())
    });
    // "Ten with supper" is one dose of several a day.
    let by_meals = by_meals(counted.iter().copied(), first.drug.name);
    let of_one_dose = |frequency: &String| chosen.parts && by_meals && frequency == "once daily";
    let frequency = frequency.filter(|frequency| !of_one_dose(frequency));
    let said_route = counted.iter().find_map(|mention| mention.route);
    let route = route(first.drug, said_route);
    let mut evidence = Vec::new();
    for mention in &counted {
        evidence::merge(&mut evidence, mention.evidence.iter().cloned());
    }
    let name = first.drug.name.to_owned();
    let mut text = written(&first.surface, strength.as_deref(), dose.as_ref(), frequency.as_deref());
    if let Some(steps) = latest(&|mention| mention.steps.is_some()).and_then(|mention| mention.steps.as_ref()) {
        text.push_str(&format!(", in steps: \"{steps}\""));
    }
    let held = action == MedicationAction::Change && chosen.held;
    // "The last dose is on the evening of the sixth": it is taken until then.
    if let Some(held_as) = chosen.held_as.as_ref().filter(|_| held) {
        text.push_str(&format!("{}\"{held_as}\"", Medication::AS_SAID));
    }
    let reading = wording::Reading { course: &course, mentions: &mentions, past };
    let wording = wording::of(visit, table, &reading);
    let unsettled =
        course.unsettled.map(|reason| Unsettled { text: first.surface.clone(), reason, evidence: evidence.clone() });
    let codes = rxnorm(first.drug);
    let medication = Medication {
        text: text.into(),
        name,
        action,
        held,
        past,
        as_said: None,
        codes,
        dose,
        route,
        frequency,
        evidence,
    };
    Some(Folded { surface: first.surface.clone(), medication, wording, unsettled })
}

/// Whether a medicine came up and nobody said that it is or was taken, or what to do about it.
pub(super) fn is_only_named(mentions: &[&Mention]) -> bool {
    let counted = || mentions.iter().filter(|mention| !mention.dismissed);
    let meant = |mention: &&&Mention| {
        mention.used
            || mention.past && !mention.borrowed
            || mention.instructed
            || mention.action != MedicationAction::Taken
    };
    counted().count() > 0 && !counted().any(|mention| meant(&mention))
}

/// "Finasteride, five milligrams. No, let's hold off on the finasteride": begun in the visit and ended in it.
fn never_began(counted: &[&Mention]) -> bool {
    let decided: Vec<&&Mention> =
        counted.iter().filter(|mention| mention.action != MedicationAction::Taken || mention.instructed).collect();
    let begins = decided.first().is_some_and(|first| first.action == MedicationAction::Start || first.instructed);
    // Held "until …" is no end of what was taken, but what was never taken does not begin.
    let ends = decided.last().is_some_and(|last| {
        last.action == MedicationAction::Stop || last.action == MedicationAction::Change && last.dose.is_none()
    });
    let taken = counted.iter().any(|mention| {
        mention.action == MedicationAction::Taken && !mention.instructed && (mention.used || mention.past)
    });
    // "Twice a day for a week, and then stop" is begun with its end.
    decided.len() > 1 && begins && ends && !taken
}

/// The route said, if the drug has it; else its only usual one. One of several is not guessed.
fn route(drug: &Drug, said: Option<&'static str>) -> Option<String> {
    let usual = |route: &&str| drug.routes.contains(route);
    let only = match drug.routes.as_slice() {
        [one] => Some(*one),
        _ => None,
    };
    said.filter(usual).or(only).map(str::to_owned)
}

/// Whether `mentions` tell that the medicine `name` is taken at several times of the day.
pub(super) fn by_meals<'m, 't: 'm>(mut mentions: impl Iterator<Item = &'m Mention<'t>>, name: &str) -> bool {
    mentions.any(|one| {
        one.drug.name == name && one.evidence.iter().filter_map(|said| said.quote.as_deref()).any(several_meals)
    })
}

/// Whether `said` names several times of a day: "eight at breakfast and lunch, and ten with supper".
fn several_meals(said: &str) -> bool {
    static MEAL: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(breakfast|lunch|dinner|supper|morning|noon|evening|bedtime)"));
    let mut named: Vec<String> = MEAL.captures_iter(said).map(|found| found[1].to_lowercase()).collect();
    named.sort();
    named.dedup();
    named.len() > 1
}

/// "Lasix 80 mg once daily".
fn written(name: &str, strength: Option<&str>, dose: Option<&Dose>, frequency: Option<&str>) -> String {
    let mut characters = name.chars();
    let capital = characters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    let mut text = format!("{capital}{}", characters.as_str());
    if let Some(strength) = strength {
        text.push_str(&format!(" {strength}"));
        // "Flovent 44 mcg, 2 puffs"
        text.push_str(if dose.is_some() { "," } else { "" });
    }
    if let Some(dose) = dose {
        let space = if dose.unit == "%" { "" } else { " " };
        let unit = if dose.value <= 1.0 { singular(&dose.unit) } else { &dose.unit };
        text.push_str(&format!(" {}{space}{unit}", dose.amount()));
    }
    if let Some(frequency) = frequency {
        text.push(' ');
        text.push_str(frequency);
    }
    text
}

fn singular(unit: &str) -> &str {
    match unit {
        "patches" => "patch",
        "tablets" | "capsules" | "puffs" | "sprays" | "drops" | "units" | "teaspoons" => &unit[..unit.len() - 1],
        _ => unit,
    }
}
