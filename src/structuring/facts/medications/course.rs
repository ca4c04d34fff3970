//! The course of one medicine through the visit: what was taken, and what the clinician decided about it, in order.

use std::cmp::Ordering;

use super::Mention;
use crate::{
    domain::{MedicationAction, Role},
    language::patterns::patterns,
    structuring::facts::sig,
};

patterns! {
    /// How people speak of two bottles of one medicine.
    TWO = r"\b(?:two|both|one's|one is|(?:this|that|other|old|new)(?: one)?(?:'s| is)? (?:one|the)|(?:this|that) one's|the (?:old|new|other|first|second) (?:one|bottle)|toss the|bag the)\b";
}

/// What becomes of a medicine.
pub(super) struct Course<'m, 't> {
    /// The mention that decides.
    pub(super) chosen: &'m Mention<'t>,
    pub(super) action: MedicationAction,
    /// The mention that has the dose that holds from now on.
    pub(super) with_dose: Option<&'m Mention<'t>>,
    /// Whether no dose that was said holds any more.
    pub(super) without_dose: bool,
    /// What cannot be told for sure.
    pub(super) unsettled: Option<&'static str>,
}

const SEVERAL: &str = "more than one dose was said, one after the other";
const NO_NEW_DOSE: &str = "the dose was changed, and the new dose was not understood";
const TWO_STRENGTHS: &str =
    "it is taken in more than one strength, and one of them was stopped; please check which goes on";
const TURNED: &str = "a change was decided, and later that it stays as it is; please check which of them holds";
const STOPPED_TOO: &str = "it was stopped and also begun or kept in this visit; please check which of them holds";
const OTHER_DOSE: &str = "the clinician said another dose after the one in the note; please check which of them holds";

impl<'m, 't> Course<'m, 't> {
    /// From `counted`, the mentions of one medicine that say something of it, and `all` of them.
    pub(super) fn of(all: &[&'m Mention<'t>], counted: &[&'m Mention<'t>]) -> Option<Self> {
        use MedicationAction::{Continue, Decrease, Increase, Stop, Taken};
        let chosen = chosen(counted)?;
        let action = action(counted, chosen);
        if let Some(course) = Self::of_two_strengths(counted, chosen, action) {
            return Some(course);
        }
        // What was taken until the clinician advised against it ends.
        let ended = all.iter().any(|mention| mention.against && mention.line >= chosen.line) && action == Taken;
        let action = if ended { Stop } else { action };
        let latest = || counted.iter().rev().find(|mention| mention.dose.is_some()).copied();
        let with_dose = if chosen.dose.is_some() { Some(chosen) } else { latest() };
        // The dose until now is not the one from now on.
        let moved = matches!(action, Increase | Decrease) && chosen.action == action;
        let is_old = |mention: &&Mention| mention.line < chosen.line || mention.by != Role::Clinician || mention.parts;
        let unchanged = || {
            let before = dose_before(counted, chosen);
            chosen.dose.as_ref().is_some_and(|dose| before.is_some_and(|before| before.dose.as_ref() == Some(dose)))
                && dose_change(counted, chosen).is_none()
        };
        let without_dose =
            moved && (chosen.parts || chosen.dose.is_none() && with_dose.is_none_or(|one| is_old(&one)) || unchanged());
        let with_dose = with_dose.filter(|_| !without_dose);
        let unsettled = unsettled(counted, chosen, action, with_dose).filter(|_| action != Stop || !ended);
        let unsettled = if without_dose { Some(NO_NEW_DOSE) } else { unsettled };
        // What was stopped and then perhaps kept is no plan: a clinician decides which.
        let action = if unsettled == Some(STOPPED_TOO) && action == Continue { Taken } else { action };
        Some(Self { chosen, action, with_dose, without_dose, unsettled })
    }
}

impl<'m, 't> Course<'m, 't> {
    /// "There's two, the 25 and the 50 … the old one, stop it": what is taken in two strengths does not end with one of them,
    /// and which one was meant is for the clinician to say.
    fn of_two_strengths(
        counted: &[&'m Mention<'t>],
        chosen: &'m Mention<'t>,
        action: MedicationAction,
    ) -> Option<Self> {
        let apart = |one: &Mention, other: &Mention| matches!((&one.dose, &other.dose), (Some(one), Some(other)) if sig::are_two(one, other));
        let told_by_patient = |one: &&&'m Mention<'t>| one.by != Role::Clinician && one.used && !one.past;
        // "I started at 25, now it's 50" is one after the other.
        let beside = |one: &Mention| {
            one.evidence.iter().any(|said| said.quote.as_deref().is_some_and(|text| TWO.is_match(text)))
        };
        let mut told = counted.iter().filter(told_by_patient);
        let two = counted.iter().any(|one| beside(one))
            && told.any(|one| {
                counted.iter().filter(told_by_patient).any(|other| apart(one, other) && one.line == other.line)
            });
        (action == MedicationAction::Stop && two).then_some(Self {
            chosen,
            action: MedicationAction::Change,
            with_dose: None,
            without_dose: true,
            unsettled: Some(TWO_STRENGTHS),
        })
    }
}

/// The last decision; where there is none, the last dose that was told to take, or else the last mention. That the medicine
/// as such goes on undoes no change of its dose.
fn chosen<'m, 't>(counted: &[&'m Mention<'t>]) -> Option<&'m Mention<'t>> {
    use MedicationAction::{Change, Continue, Decrease, Increase, Taken};
    let decided = counted.iter().rposition(|mention| mention.action != Taken);
    if let Some(at) = decided {
        let last = counted[at];
        let goes_on = last.action == Continue && last.dose.is_none() && !last.as_before;
        let changes = |mention: &&&Mention| {
            mention.by == Role::Clinician
                && (matches!(mention.action, Change | Decrease | Increase) || mention.instructed)
                && mention.line < last.line
        };
        let changed = counted[..at]
            .iter()
            .rev()
            .take_while(|mention| changes(mention) || mention.action == Taken || mention.action == Continue)
            .find(changes);
        return Some(changed.filter(|_| goes_on).copied().unwrap_or(last));
    }
    let instructed = counted.iter().rev().find(|mention| mention.instructed);
    instructed.or(counted.last()).copied()
}

/// What the decision comes to, beside what was taken until then.
fn action(counted: &[&Mention], chosen: &Mention) -> MedicationAction {
    use MedicationAction::{Change, Continue, Start, Taken};
    // "Start" of what is already taken, without a change of dose, is going on with it.
    let was_over = counted.iter().any(|mention| mention.past);
    let taken_before = counted.iter().any(|mention| {
        mention.line < chosen.line
            && mention.action == Taken
            && !mention.past
            && !mention.offered
            && !mention.instructed
            && (mention.dose.is_some() || mention.in_use || mention.used && mention.by != Role::Clinician && !was_over)
    });
    // "Continue the aspirin … I'll order aspirin, 81 milligrams."
    let kept = |mention: &&Mention| mention.line < chosen.line && mention.action == Continue;
    let taken_before = taken_before || counted.iter().any(kept);
    match chosen.action {
        Start if taken_before => dose_change(counted, chosen).unwrap_or(Continue),
        Taken if chosen.instructed => {
            dose_change(counted, chosen).unwrap_or(if taken_before { Continue } else { Start })
        }
        Continue | Change => dose_change(counted, chosen).unwrap_or(chosen.action),
        action => action,
    }
}

/// What of the course is not sure.
fn unsettled(
    counted: &[&Mention],
    chosen: &Mention,
    action: MedicationAction,
    with_dose: Option<&Mention>,
) -> Option<&'static str> {
    use MedicationAction::{Change, Continue, Decrease, Increase, Start, Stop};
    if counted.iter().any(|mention| mention.several) {
        return Some(SEVERAL);
    }
    let by_clinician = || counted.iter().filter(|mention| mention.by == Role::Clinician);
    let decided = |wanted: &[MedicationAction]| by_clinician().any(|mention| wanted.contains(&mention.action));
    if decided(&[Stop]) && decided(&[Continue, Start, Increase, Decrease]) {
        return Some(STOPPED_TOO);
    }
    if action == Continue && chosen.as_before && decided(&[Increase, Decrease, Change]) {
        return Some(TURNED);
    }
    // What a clinician says last of the dose, and the note does not hold.
    let dose = with_dose?.dose.as_ref()?;
    let after = by_clinician().filter(|mention| mention.line > chosen.line && !mention.past && action != Stop);
    let other = |mention: &&Mention| {
        mention.dose.as_ref().is_some_and(|said| said.unit == dose.unit && said.value != dose.value)
    };
    after.into_iter().any(other).then_some(OTHER_DOSE)
}

/// The last dose that was said before `chosen`, in the same unit.
fn dose_before<'m, 't>(counted: &[&'m Mention<'t>], chosen: &Mention) -> Option<&'m Mention<'t>> {
    let now = chosen.dose.as_ref()?;
    // What was taken once says nothing about what begins anew.
    let earlier = counted.iter().filter(|mention| mention.line < chosen.line && !mention.past);
    earlier.rev().find(|mention| mention.dose.as_ref().is_some_and(|dose| dose.unit == now.unit)).copied()
}

/// More or less than what was taken until now, where both amounts were said.
fn dose_change(counted: &[&Mention], chosen: &Mention) -> Option<MedicationAction> {
    use MedicationAction::{Change, Continue};
    let (before, now) = (dose_before(counted, chosen)?, chosen.dose.as_ref()?.value);
    let dose_before = before.dose.as_ref()?.value;
    let a_day = |mention: &Mention| mention.frequency.as_deref().and_then(sig::times_a_day);
    let (now, before) = match (a_day(chosen), a_day(before)) {
        // "A thousand twice a day" and "two thousand once a day" are as much.
        (Some(now_a_day), Some(before_a_day))
            if now != dose_before && now * now_a_day == dose_before * before_a_day =>
        {
            return Some(Change);
        }
        // "Three hundred at bedtime" and "three hundred three times a day".
        (Some(now_a_day), Some(before_a_day)) if now == dose_before && !matches!(chosen.action, Continue | Change) => {
            (now_a_day, before_a_day)
        }
        _ => (now, dose_before),
    };
    match now.partial_cmp(&before)? {
        Ordering::Greater => Some(MedicationAction::Increase),
        Ordering::Less => Some(MedicationAction::Decrease),
        Ordering::Equal => None,
    }
}
