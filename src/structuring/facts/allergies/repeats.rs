//! What the patient says after a clinician who ends or forbids a medicine: "Okay, no more ibuprofen" repeats an order, and
//! tells of no allergy.

use std::ops::Range;

use super::{allergy_to, asks, borne, substances};
use crate::{
    language::patterns::patterns,
    structuring::{
        facts::allergens,
        visit::{Line, Visit},
    },
    terminology::DrugTable,
};

patterns! {
    // A clinician ends or forbids something.
    FORBIDS = r"\b(?:stop\w*|quit\w*|avoid\w*|(?:stay|keep|steer|come|coming|get|take|taking) (?:you |him |her )?(?:off|away|clear)|off (?:the|of|your)|no more|lay off|drop\w*|hold\w*|skip\w*|switch\w*|instead|rather (?:not|you didn't|you don't)|bleed\w*|(?:not|never) (?:to |be |supposed |allowed |good |safe |ideal |have |take |use )|without)\b|(?:n't|cannot|can not)\b";
    // "So I can't take Advil?", "okay, no more of those".
    ACCEPTS = r"^\W*(?:(?:okay|ok|oh|so|right|all right|alright|got it|sure|fine|yes|yeah|well|understood|will do)\b\W*)+(?:no|not|never|i|he|she|we|then|that|it's|none)\b";
    // Words by which the patient tells of a reaction and not of an order.
    REACTS = r"\b(?:allerg\w*|react\w*|anaphyla\w*|sensitive|intoleran\w*|sick|break out|broke out)\b";
    NO_MORE = r"\b(?:no|not any) more (?:of )?(?:the |that |those )?$";
}

/// Turns between the clinician's order and the patient's repeating it, at most.
const REACH: usize = 2;

/// Whether the mention at `range` only repeats what a clinician has just ended or forbidden, or is ended with "no more" where
/// nobody speaks of allergies.
pub(super) fn is_an_order(visit: &Visit, line: &Line, range: &Range<usize>) -> bool {
    let text = line.text();
    let sentence = line.sentence_at(range.start);
    let spoken = &text[sentence.clone()];
    if !line.by_patient_side() || REACTS.is_match(spoken) || borne::tells_a_reaction(borne::said_of(line, range)) {
        return false;
    }
    let ends = NO_MORE.is_match(&text[sentence.start..range.start]) && !super::is_in_exchange(visit, line);
    ends || visit.lines[..line.index].iter().rev().take(REACH).any(|earlier| forbids(earlier, line, spoken, range))
}

/// Whether `earlier` is a clinician's turn that ends or forbids what stands at `range` of `line`, whose sentence `spoken` takes
/// it up, and asks for no allergies.
fn forbids(earlier: &Line, line: &Line, spoken: &str, range: &Range<usize>) -> bool {
    let sentences = || earlier.sentences.iter().map(|range| &earlier.text()[range.clone()]);
    if !earlier.by_clinician() || sentences().any(asks) || !sentences().any(|one| FORBIDS.is_match(one)) {
        return false;
    }
    let table = DrugTable::bundled();
    let named = substances(earlier.text(), table);
    let this = substances(line.text(), table).into_iter().find(|one| one.range == *range);
    let same = this.is_some_and(|this| {
        let this = allergy_to(line, &this);
        named.iter().any(|one| allergens::is_same(&this, &allergy_to(earlier, one)))
    });
    same || !named.is_empty() && ACCEPTS.is_match(spoken)
}
