//! One mention of a medicine: whose it is, what is done about it, how it is taken.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{
    decisions::{Decision, decision, proposes},
    later::take_reply,
    past::is_over,
    sigs::{read_sig, usual_unit},
};
use crate::{
    domain::{Dose, Evidence, MedicationAction, Role},
    structuring::{
        evidence,
        facts::{allergies, context, sig},
        text::pattern,
        visit::{Line, Visit, is_question},
    },
    terminology::{Drug, DrugMention, DrugTable},
};

static LEVEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\s*(?:levels?|tests?|panel|deficien\w+|(?:was|is|are|were|came back|looks?|looked) (?:\w+ )?(?:low|high|normal|elevated|\d)|resistan\w+|antagonist|channel)\b",
    )
});
static ASKS_LEAVE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(can (?:i|we)|could (?:i|we)|should (?:i|we)|may i|i can|i could|i should|okay to|ok to|safe to|is it safe|what about|how about|do i need)\b",
    )
});
/// "My knee doctor said I can take …": leave to take it is not taking it.
static HAS_LEAVE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:said|says|told me|thinks?) (?:that )?(?:i )?(?:can|could|should|might)\b"));
static IN_USE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(you're (?:already )?(?:on|taking)|you are (?:on|taking)|you take|you were|you've been|currently|takes|has been)\b",
    )
});
static I_TAKE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?:i take|i'm (?:still )?(?:on|taking)|i've been (?:on|taking)|(?:you're |i'm )?still (?:on|taking))\b")
});

/// One mention of a medicine, understood in its place.
pub(super) struct Mention<'t> {
    pub(super) drug: &'t Drug,
    pub(super) surface: String,
    pub(super) line: usize,
    pub(super) speaker: String,
    pub(super) by: Role,
    pub(super) action: MedicationAction,
    /// The dose that a clinician names with how often to take it, which without another verb is an instruction.
    pub(super) instructed: bool,
    /// Said not to be taken, or only talked about.
    pub(super) dismissed: bool,
    /// A clinician advises not to take it.
    pub(super) against: bool,
    pub(super) dose: Option<Dose>,
    /// Doses said and corrected right afterwards.
    pub(super) taken_back: Vec<Dose>,
    /// A dose that was said against this one by somebody else, so that it is not sure which holds.
    pub(super) disputed: Option<Dose>,
    /// Said to be in use now.
    pub(super) in_use: bool,
    /// Said to have been taken earlier, and no longer.
    pub(super) past: bool,
    /// More than one dose follows the name, one after the other.
    pub(super) several: bool,
    pub(super) frequency: Option<String>,
    pub(super) route: Option<&'static str>,
    pub(super) evidence: Vec<Evidence>,
}

/// What is said of the medicine at `at` of those that `line` names; none where it is not about the patient's medicines.
pub(super) fn understand<'t>(
    visit: &Visit,
    line: &Line,
    in_line: &[DrugMention<'t>],
    at: usize,
) -> Option<Mention<'t>> {
    let mention = &in_line[at];
    let text = line.text();
    let sentence = line.sentence_at(mention.range.start);
    let before = &text[sentence.start..mention.range.start];
    let after = &text[mention.range.end..sentence.end];
    if allergies::is_allergy_context(visit, line, &mention.range) || LEVEL.is_match(after) {
        return None;
    }
    if someone_elses(line, before) || goes_on_about_another(line, &sentence) {
        return None;
    }
    let Decision { mut action, dismissed, against } = decision(line, &sentence, mention.range.clone());
    let mut found = Mention {
        drug: mention.drug,
        surface: surface(text, mention),
        line: line.index,
        speaker: line.utterance.speaker.clone(),
        by: line.utterance.role,
        action,
        instructed: false,
        dismissed: dismissed || (line.by_patient_side() && HAS_LEAVE.is_match(before)),
        against,
        dose: None,
        taken_back: Vec::new(),
        disputed: None,
        in_use: IN_USE.is_match(&text[sentence.clone()]) || I_TAKE.is_match(&text[sentence.clone()]),
        past: false,
        several: false,
        frequency: None,
        route: None,
        evidence: vec![evidence::evidence(line.utterance, sentence.clone())],
    };
    read_sig(visit, line, in_line, at, &mut found);
    if line.by_patient_side() && (is_over(&text[sentence.clone()]) || action == MedicationAction::Stop) {
        (found.past, found.action) = (true, MedicationAction::Taken);
    }
    let asked = is_question(&text[sentence.clone()]) && !proposes(line, &text[sentence.clone()]);
    found.instructed = line.utterance.role == Role::Clinician
        && !asked
        && !IN_USE.is_match(&text[sentence.clone()])
        && found.dose.is_some()
        && found.frequency.is_some();
    if asked {
        action = MedicationAction::Taken;
        let answer = visit.answer_to(line.index).filter(|answer| answer.by_patient_side());
        let declined = line.by_clinician() && answer.is_some_and(|answer| context::denies(answer.text()));
        let asks_leave = line.by_patient_side() && ASKS_LEAVE.is_match(&text[sentence.clone()]);
        let corrected = dose_in(answer, found.drug).filter(|_| declined);
        found.dismissed = (declined && corrected.is_none()) || asks_leave;
        if let Some(dose) = corrected {
            found.taken_back.extend(found.dose.replace(dose));
        }
        found.action = action;
        if let Some(reply) = visit.answer_to(line.index).filter(|reply| line.by_patient_side() && reply.by_clinician())
        {
            take_reply(&text[sentence.clone()], reply, &mut found);
        }
        if let Some(answer) = answer.filter(|_| declined || context_answers(answer)) {
            evidence::merge(&mut found.evidence, [evidence::evidence(answer.utterance, answer.sentences[0].clone())]);
        }
    }
    Some(found)
}

/// The name as it was said; a misspelt one as the table writes it.
fn surface(text: &str, mention: &DrugMention) -> String {
    let said = &text[mention.range.clone()];
    let right = DrugTable::bundled().find(said).is_some();
    if right { said } else { mention.surface }.to_owned()
}

/// Whether the clause before a mention makes it somebody else's than the patient's.
pub(in super::super) fn someone_elses(line: &Line, before: &str) -> bool {
    match line.utterance.role {
        Role::Other => context::of_the_speaker(before),
        _ => context::of_another_person(before),
    }
}

/// "My wife says so. She takes …": a sentence about somebody whom an earlier one of the turn named.
pub(super) fn goes_on_about_another(line: &Line, sentence: &Range<usize>) -> bool {
    let text = line.text();
    line.by_patient_side()
        && context::begins_with_third_person(&text[sentence.clone()])
        && line.sentences.iter().take_while(|earlier| earlier.end <= sentence.start).any(|earlier| {
            context::of_another_person(&text[earlier.clone()]) || context::names_a_relative(&text[earlier.clone()])
        })
}

fn context_answers(answer: Option<&Line>) -> bool {
    answer.is_some_and(|line| context::affirms(line.text()))
}

/// "No, forty milligrams" answers about the dose, not about taking it.
fn dose_in(answer: Option<&Line>, drug: &Drug) -> Option<Dose> {
    let text = answer?.text();
    sig::final_dose(text, &sig::doses(text, &|value| usual_unit(drug, value))).map(|mention| mention.dose)
}
