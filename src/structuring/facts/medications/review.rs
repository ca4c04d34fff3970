//! A clinician who goes through what is taken: "You're on lisinopril? … And atorvastatin, forty, at bedtime."

use std::sync::LazyLock;

use regex::Regex;

use super::mention::Mention;
use crate::{
    domain::{MedicationAction, Role},
    structuring::{
        facts::context,
        text::pattern,
        visit::{Line, Visit},
    },
    terminology::DrugMention,
};

/// Turns between two medicines of one list, at most.
const NEAR: usize = 4;

/// A medicine that the clinician reads out with its dose, in a passage that asks after what is taken, is taken: the mark of
/// the question may have been lost, and only a word that begins something begins a medicine.
pub(super) fn read_out(visit: &Visit, line: &Line, named: &DrugMention, earlier: &[Mention], found: &mut Mention) {
    static JOINED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:(?:and|also|plus|then|so|okay|ok|right|good|um|uh)\b\W*)*(?:(?:the|your|his|her|you have|there's|i have)\b\W*)?$",
        )
    });
    static AND: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:and|also|plus|then)\b"));
    // What is told anew is taken note of, what is asked after is affirmed.
    static TAKES_NOTE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:(?:oh|um|uh|well)\W+)*(?:okay|ok|all ?right|alright|fine|got it|will|what|how|is|do|does|should|why|thank)\b",
        )
    });
    if !found.instructed || found.action != MedicationAction::Taken || found.by != Role::Clinician {
        return;
    }
    let before = &line.text()[line.sentence_at(named.range.start).start..named.range.start];
    let Some(last) = earlier.last().filter(|last| line.index - last.line <= NEAR && JOINED.is_match(before)) else {
        return;
    };
    let listing = last.by == Role::Clinician
        && last.action == MedicationAction::Taken
        && !last.offered
        && (last.asked || last.read_out || last.in_use)
        || last.by != Role::Clinician && last.used && earlier.iter().rev().take(2).any(|one| one.asked);
    let answer = visit.answer_to(line.index).filter(|answer| answer.by_patient_side()).map_or("", Line::text);
    let joined = AND.is_match(before) || last.read_out || context::affirms(answer);
    if listing && joined && !TAKES_NOTE.is_match(answer) {
        found.instructed = false;
        found.read_out = true;
        found.used = !context::denies(answer);
    }
}
