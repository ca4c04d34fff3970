//! Medicines: every mention in the visit with its sig and what is done about it, then one entry a medicine.

use std::ops::Range;

mod decisions;
mod fold;
mod later;
mod mention;
mod past;
mod sigs;
mod spoken;
#[cfg(test)]
mod tests;

use decisions::decides_on;
pub(crate) use decisions::verb_before;
use later::{decide_by_anaphor, end_before, follow_up, retract};
pub(super) use mention::someone_elses;
use mention::{Mention, understand};
pub use spoken::{Avoided, Disputed, Named, SeveralDoses, Spoken, TakenBack};

use crate::{
    domain::{Coding, MedicationAction},
    structuring::visit::{Line, Visit},
    terminology::{Drug, DrugMention, DrugTable},
};

/// What `visit` says of the medicines of `table`.
pub fn medications(visit: &Visit, table: &DrugTable) -> Spoken {
    let mut mentions: Vec<Mention> = Vec::new();
    for line in &visit.lines {
        let in_line = table.mentions(line.text());
        if in_line.is_empty() {
            follow_up(line, &mut mentions);
        }
        if let (Some(first), Some(last)) = (in_line.first(), mentions.last_mut()) {
            end_before(line, first.range.start, last);
        }
        for at in 0..in_line.len() {
            let Some(mut mention) = understand(visit, line, &in_line, at) else {
                mentions.iter_mut().last().into_iter().for_each(|last| last.overtaken = true);
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
            if let Some(previous) = mentions.last_mut().filter(|previous| past::replaces(line, &in_line[at], previous))
            {
                (previous.past, previous.action) = (true, MedicationAction::Taken);
            }
            mentions.push(mention);
        }
    }
    fold::under_one_name(&mut mentions, table);
    let (avoided, taken_back, disputed) =
        (spoken::avoided(&mentions), spoken::taken_back(&mentions), spoken::disputed(&mentions));
    let of_others = spoken::of_others(visit, table, &mentions);
    let (several, named) = (spoken::several_doses(&mentions), spoken::named(&mentions));
    Spoken { medications: fold::fold(mentions), avoided, several, taken_back, disputed, named, of_others }
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
