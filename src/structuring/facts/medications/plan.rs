//! What a clinician orders without a verb: "And for the itch, hydrocortisone cream, twice a day", "keep the aspirin, and the
//! ramipril too".

use std::sync::LazyLock;

use regex::Regex;

use super::Mention;
use crate::{
    domain::{MedicationAction, Role},
    structuring::{evidence, facts::sig, text::pattern, visit::Line},
    terminology::DrugMention,
};

/// Reads what `found`, named at `named`, takes from the plan that it stands in.
pub(super) fn instruct(line: &Line, named: &DrugMention, earlier: &[Mention], found: &mut Mention) {
    if !found.told || found.action != MedicationAction::Taken || found.dismissed || found.past {
        return;
    }
    let sentence = line.sentence_at(named.range.start);
    let (before, after) =
        (&line.text()[sentence.start..named.range.start], &line.text()[named.range.end..sentence.end]);
    if let Some(last) = earlier.last().filter(|last| last.line == line.index && !last.dismissed) {
        let same = matches!(last.action, MedicationAction::Continue | MedicationAction::Stop);
        if same && last.by == Role::Clinician && joins(before, after) {
            found.action = last.action;
            evidence::merge(&mut found.evidence, last.evidence.iter().cloned());
            return;
        }
    }
    found.instructed |= is_planned(line, sentence.start, before, earlier) && takes_anew(earlier, found);
}

/// Whether a sentence is nothing but one more name for the decision before: "And the ramipril too."
fn joins(before: &str, after: &str) -> bool {
    static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"^\W*(?:(?:and|also|plus|same (?:with|for|goes for)|likewise|ditto)\b\W*)+(?:the |your |his |her )?$")
    });
    static AFTER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\W*(?:(?:too|as well|also|the same|likewise)\W*)?$"));
    BEFORE.is_match(before) && AFTER.is_match(after)
}

/// Whether the clinician says by now what to do.
fn is_planned(line: &Line, start: usize, before: &str, earlier: &[Mention]) -> bool {
    static PLANS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:let's|i'd like|i want|we'll|i'll|i'm (?:going|giving|starting|sending|adding|prescribing)|the plan|here's what|what i'd|start|take|use)\b",
        )
    });
    static FOR: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"^\W*(?:(?:and|so|then|now|okay)\W+)*(?:for|against) (?:the|your|his|her|that|this) [\w ]{2,40}[,:] ")
    });
    let decided = |one: &Mention| {
        one.line == line.index
            && one.by == Role::Clinician
            && !one.dismissed
            && (one.instructed || matches!(one.action, MedicationAction::Start | MedicationAction::Stop))
    };
    PLANS.is_match(&line.text()[..start]) || FOR.is_match(before) || earlier.iter().any(decided)
}

/// Whether it is told how to take `found`, and that is new: what the patient takes so already is only named again.
fn takes_anew(earlier: &[Mention], found: &Mention) -> bool {
    let mut known = earlier.iter().filter(|one| one.drug.name == found.drug.name && !one.dismissed).peekable();
    if known.peek().is_none() {
        return found.dose.is_some() || found.strength.is_some() || found.frequency.is_some();
    }
    let now = found.dose.as_ref();
    now.is_some_and(|now| known.any(|one| one.dose.as_ref().is_some_and(|dose| sig::are_two(dose, now))))
}
