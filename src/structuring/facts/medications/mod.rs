//! Medicines: every mention in the visit with its sig and what is done about it, then one entry a medicine.

use std::ops::Range;

mod considered;
mod course;
mod decisions;
mod fold;
mod given;
mod later;
mod mention;
mod moves;
mod offers;
mod past;
mod plan;
mod reference;
mod review;
mod sigs;
mod spoken;
mod steps;
mod strengths;
#[cfg(test)]
mod tests;
mod topics;
mod unnamed;
mod verbs;
mod wording;

use decisions::decides_on;
use fold::Folded;
use later::{decide_by_anaphor, end_before, follow_up_all, retract};
use mention::{Mention, understand};
pub(super) use mention::{is_of_another, someone_elses};
pub use spoken::{Avoided, Disputed, Named, Spoken, TakenBack, Unsettled};
pub(super) use unnamed::unnamed;
pub(crate) use verbs::verb_before;

use crate::{
    domain::{Coding, MedicationAction},
    structuring::visit::{Line, Visit},
    terminology::{Drug, DrugMention, DrugTable},
};

/// What `visit` says of the medicines of `table`.
pub fn medications(visit: &Visit, table: &DrugTable) -> Spoken {
    let mentions = mentions(visit, table);
    let mut folded = fold::fold(visit, table, &mentions);
    let unsettled = folded.iter_mut().filter_map(|one| one.unsettled.take()).collect();
    let medications = folded.into_iter().map(Folded::shown).collect();
    Spoken {
        medications,
        avoided: spoken::avoided(&mentions),
        unsettled,
        taken_back: spoken::taken_back(&mentions),
        disputed: spoken::disputed(&mentions),
        named: spoken::named(&mentions),
        of_others: spoken::of_others(visit, table, &mentions),
    }
}

/// Every mention of a medicine, in order, understood in its place.
fn mentions<'t>(visit: &Visit, table: &'t DrugTable) -> Vec<Mention<'t>> {
    let mut mentions: Vec<Mention> = Vec::new();
    for line in &visit.lines {
        let in_line = reference::in_line(line, table, &mentions);
        // What a turn says before it names a medicine is said of the one before.
        let opening = in_line.first().map_or(line.text().len(), |first| line.sentence_at(first.range.start).start);
        if !topics::is_about_something_else(visit, line) {
            follow_up_all(line, opening, &mut mentions);
        }
        moves::by_amounts(line, &mut mentions);
        if let (Some(first), Some(last)) = (in_line.first(), mentions.last_mut()) {
            end_before(line, first.range.start, last);
        }
        given::end_of_a_givers(visit, line, &mut mentions);
        if past::ends_all(visit, line) {
            let listed = mentions.last().map_or(0, |last| last.line);
            for mention in mentions.iter_mut().filter(|mention| mention.line == listed) {
                (mention.past, mention.action) = (true, MedicationAction::Taken);
            }
        }
        for at in 0..in_line.len() {
            let Some(mut mention) = understand(visit, line, &in_line, at) else {
                // "Have you ever had thyroid cancer?" names no other medicine.
                let named = &in_line[at];
                let is_test = mention::MEASURED_TOO.is_match(&line.text()[named.range.clone()]);
                let overtakes = !is_test || mentions.iter().any(|known| known.drug.name == named.drug.name);
                mentions.iter_mut().last().into_iter().for_each(|last| last.overtaken |= overtakes);
                continue;
            };
            for range in sentences_after(line, &in_line, at) {
                if decides_on(line, &line.text()[range.clone()]) {
                    decide_by_anaphor(line, &range, &mut mention);
                }
                retract(line, &range, &mut mention);
                if line.by_patient_side() && past::ends_later(&line.text()[range]) {
                    (mention.past, mention.action) = (true, MedicationAction::Taken);
                }
            }
            // "The supper Humalog", of one that is taken at several meals.
            mention.parts |= mention.of_a_meal && fold::by_meals(mentions.iter(), mention.drug.name);
            if let Some(previous) = mentions.last_mut().filter(|previous| past::replaces(line, &in_line[at], previous))
            {
                (previous.past, previous.action) = (true, MedicationAction::Taken);
            }
            plan::take_bare_dose(line, &in_line[at], &mentions, &mut mention);
            plan::instruct(visit, line, &in_line[at], &mentions, &mut mention);
            reference::ends_by_a_swap(line, &mention, &mut mentions);
            review::read_out(visit, line, &in_line[at], &mentions, &mut mention);
            mentions.push(mention);
        }
    }
    reference::keep_the_rest(visit, &mut mentions);
    fold::under_one_name(&mut mentions, table);
    mentions
}

/// The sentences of `line` after that of the mention, up to the next medicine's.
fn sentences_after(line: &Line, in_line: &[DrugMention], at: usize) -> Vec<Range<usize>> {
    let own = line.sentence_at(in_line[at].range.start);
    let end = in_line.get(at + 1).map_or(line.text().len(), |next| line.sentence_at(next.range.start).start);
    line.sentences.iter().filter(|range| range.start >= own.end && range.end <= end).cloned().collect()
}

/// The RxNorm code of a drug of the table.
pub(crate) fn rxnorm(drug: &Drug) -> Vec<Coding> {
    let coding = |code: &str| Coding {
        system: Coding::RXNORM.to_owned(),
        code: code.to_owned(),
        display: drug.rxnorm_name.unwrap_or(drug.name).to_owned(),
        probability: None,
        evidence: Vec::new(),
    };
    drug.rxcui.map(coding).into_iter().collect()
}
