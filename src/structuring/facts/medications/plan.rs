//! What a clinician orders without a verb: "And for the itch, hydrocortisone cream, twice a day", "keep the aspirin, and the
//! ramipril too".

use std::sync::LazyLock;

use regex::Regex;

use super::Mention;
use crate::{
    domain::{Dose, MedicationAction, Role},
    language::numbers::numbers,
    structuring::{
        evidence,
        facts::sig,
        text::pattern,
        visit::{Line, Visit},
    },
    terminology::DrugMention,
};

/// Reads what `found`, named at `named`, takes from the plan that it stands in.
pub(super) fn instruct(visit: &Visit, line: &Line, named: &DrugMention, earlier: &[Mention], found: &mut Mention) {
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
    let known: Vec<&Mention> =
        earlier.iter().filter(|one| one.drug.name == found.drug.name && !one.dismissed).collect();
    found.instructed |= match known.as_slice() {
        // Salt water is no medicine, unless somebody says that it is one.
        [] => {
            tells_how(found)
                && found.drug.name != "sodium chloride"
                && (is_planned(line, sentence.start, before, earlier) || !goes_through(visit, line))
        }
        known => takes_anew(known, found) || tells_how(found) && is_planned(line, sentence.start, before, earlier),
    };
    let with_last = earlier.last().is_some_and(|last| {
        let begun = last.action == MedicationAction::Start || last.instructed;
        last.line == line.index && begun && !last.dismissed && last.evidence == found.evidence
    });
    // "Prednisone, forty a day, and a Z-Pak."
    if known.is_empty() && with_last && AND_A.is_match(before) {
        found.action = MedicationAction::Start;
    }
}

static AND_A: LazyLock<Regex> = LazyLock::new(|| pattern(r"\band (?:an? |some )?$"));

/// "Lantus, go to twenty four": a bare number is in the unit of the dose until now.
pub(super) fn take_bare_dose(line: &Line, named: &DrugMention, earlier: &[Mention], found: &mut Mention) {
    static TO: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bto $"));
    let moves =
        matches!(found.action, MedicationAction::Change | MedicationAction::Increase | MedicationAction::Decrease);
    if !moves || found.dose.is_some() || found.parts || !line.by_clinician() {
        return;
    }
    let after = &line.text()[named.range.end..line.sentence_at(named.range.start).end];
    let known = earlier.iter().rfind(|one| one.drug.name == found.drug.name && one.dose.is_some());
    let Some(known) = known.and_then(|known| known.dose.as_ref()) else { return };
    let mut targets = numbers(after).into_iter().filter(|number| TO.is_match(&after[..number.range.start]));
    if let (Some(target), None) = (targets.next(), targets.next()) {
        found.dose = Some(Dose { value: target.value, unit: known.unit.clone(), low: None });
    }
}

/// Whether the clinician goes through what is taken.
fn goes_through(visit: &Visit, line: &Line) -> bool {
    static LIST: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:taking|you take|you on|medicines?|medications?|meds|pills|tablets|list|using|anything else|what else|the rest)\b",
        )
    });
    let start = line.index.saturating_sub(3);
    visit.lines[start..line.index].iter().any(|one| one.by_clinician() && LIST.is_match(one.text()))
}

fn tells_how(found: &Mention) -> bool {
    found.dose.is_some() || found.strength.is_some() || found.frequency.is_some()
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

/// Whether the clinician says another dose of `found` than was said before.
fn takes_anew(known: &[&Mention], found: &Mention) -> bool {
    let now = found.dose.as_ref();
    let another = |one: &&Mention| now.zip(one.dose.as_ref()).is_some_and(|(now, dose)| sig::are_two(dose, now));
    let last = known.iter().rfind(|one| one.dose.is_some());
    last.is_some_and(|last| another(last) && found.line - last.line > SOON)
}

/// Turns after a dose was said in which another one corrects it and does not change it.
const SOON: usize = 3;
