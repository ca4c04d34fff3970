//! Medicines: every mention in the visit with its sig and what is done about it, then one entry a medicine.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

mod decisions;
mod fold;
mod later;
mod sigs;

pub(crate) use decisions::verb_before;
use decisions::{Decision, decides_on, decision, proposes};
use later::{decide_by_anaphor, follow_up, retract, take_reply};
use sigs::{read_sig, usual_unit};

use super::{allergies, context, sig};
use crate::{
    domain::{Coding, Dose, Evidence, Medication, MedicationAction, Role},
    structuring::{
        evidence,
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
struct Mention<'t> {
    drug: &'t Drug,
    surface: String,
    line: usize,
    speaker: String,
    by: Role,
    action: MedicationAction,
    /// The dose that a clinician names with how often to take it, which without another verb is an instruction.
    instructed: bool,
    /// Said not to be taken, or only talked about.
    dismissed: bool,
    /// A clinician advises not to take it.
    against: bool,
    dose: Option<Dose>,
    /// Doses said and corrected right afterwards.
    taken_back: Vec<Dose>,
    /// A dose that was said against this one by somebody else, so that it is not sure which holds.
    disputed: Option<Dose>,
    /// Said to be in use now.
    in_use: bool,
    /// Said to have been taken earlier, and no longer.
    past: bool,
    /// More than one dose follows the name, one after the other.
    several: bool,
    frequency: Option<String>,
    route: Option<&'static str>,
    evidence: Vec<Evidence>,
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

/// Advice of the clinician's not to take a medicine.
#[derive(Debug, Clone, PartialEq)]
pub struct Avoided {
    /// Its generic name.
    pub name: String,
    /// Its name as it was said.
    pub text: String,
    /// Where it was said.
    pub evidence: Vec<Evidence>,
}

/// A dose that was said of a medicine and then corrected.
#[derive(Debug, Clone, PartialEq)]
pub struct TakenBack {
    /// The medicine's generic name.
    pub name: String,
    /// The dose that does not hold.
    pub dose: Dose,
}

/// Two doses of one medicine, and nobody said plainly which of them holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Disputed {
    /// The medicine as it was said.
    pub text: String,
    /// The dose in the note.
    pub taken: Dose,
    /// The other one.
    pub other: Dose,
    /// Where they were said.
    pub evidence: Vec<Evidence>,
}

/// "160 milligrams today, and then 80 once a day": a sig that one dose does not tell.
#[derive(Debug, Clone, PartialEq)]
pub struct SeveralDoses {
    /// The medicine as it was said.
    pub text: String,
    /// Where it was said.
    pub evidence: Vec<Evidence>,
}

/// What was said of medicines.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spoken {
    /// The patient's own, in the order in which they came up.
    pub medications: Vec<Medication>,
    /// Those advised against.
    pub avoided: Vec<Avoided>,
    /// Doses that were corrected.
    pub taken_back: Vec<TakenBack>,
    /// Doses that were said against each other.
    pub disputed: Vec<Disputed>,
    /// Medicines of which more than one dose is to be taken, in turn.
    pub several: Vec<SeveralDoses>,
    /// Generic names that were said of other people's medicines only.
    pub of_others: Vec<String>,
}

/// What `visit` says of the medicines of `table`.
pub fn medications(visit: &Visit, table: &DrugTable) -> Spoken {
    let mut mentions: Vec<Mention> = Vec::new();
    for line in &visit.lines {
        let in_line = table.mentions(line.text());
        if in_line.is_empty() {
            follow_up(line, &mut mentions);
        }
        for at in 0..in_line.len() {
            let Some(mut mention) = understand(visit, line, &in_line, at) else { continue };
            for range in sentences_after(line, &in_line, at) {
                if decides_on(line, &line.text()[range.clone()]) {
                    decide_by_anaphor(line, &range, &mut mention);
                }
                retract(line, &range, &mut mention);
                if line.by_patient_side() && ends_later(&line.text()[range]) {
                    (mention.past, mention.action) = (true, MedicationAction::Taken);
                }
            }
            if let Some(previous) = mentions.last_mut().filter(|previous| replaces(line, &in_line[at], previous)) {
                (previous.past, previous.action) = (true, MedicationAction::Taken);
            }
            mentions.push(mention);
        }
    }
    let (avoided, taken_back, disputed) = (avoided(&mentions), taken_back(&mentions), disputed(&mentions));
    let of_others = of_others(visit, table, &mentions);
    let several = several_doses(&mentions);
    Spoken { medications: fold::fold(mentions), avoided, several, taken_back, disputed, of_others }
}

/// The sentences of `line` after that of the mention, up to the next medicine's.
fn sentences_after(line: &Line, in_line: &[DrugMention], at: usize) -> Vec<Range<usize>> {
    let own = line.sentence_at(in_line[at].range.start);
    let end = in_line.get(at + 1).map_or(line.text().len(), |next| line.sentence_at(next.range.start).start);
    line.sentences.iter().filter(|range| range.start >= own.end && range.end <= end).cloned().collect()
}

/// Names that came up, but never as the patient's own.
fn of_others(visit: &Visit, table: &DrugTable, mentions: &[Mention]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in &visit.lines {
        for mention in table.mentions(line.text()) {
            let sentence = line.sentence_at(mention.range.start);
            let name = mention.drug.name;
            let own = mentions.iter().any(|one| one.drug.name == name);
            let other = someone_elses(line, &line.text()[sentence.start..mention.range.start])
                || goes_on_about_another(line, &sentence);
            if other && !own && !found.iter().any(|known| known == name) {
                found.push(name.to_owned());
            }
        }
    }
    found
}

fn several_doses(mentions: &[Mention]) -> Vec<SeveralDoses> {
    let several = mentions.iter().filter(|mention| mention.several && !mention.dismissed);
    several.map(|mention| SeveralDoses { text: mention.surface.clone(), evidence: mention.evidence.clone() }).collect()
}

fn disputed(mentions: &[Mention]) -> Vec<Disputed> {
    let pair = |mention: &Mention| {
        Some(Disputed {
            text: mention.surface.clone(),
            taken: mention.dose.clone()?,
            other: mention.disputed.clone()?,
            evidence: mention.evidence.clone(),
        })
    };
    mentions.iter().filter_map(pair).collect()
}

/// Those whose last word is the advice against them.
fn avoided(mentions: &[Mention]) -> Vec<Avoided> {
    let mut found: Vec<Avoided> = Vec::new();
    for mention in mentions.iter().filter(|mention| mention.against) {
        let decided_later = mentions.iter().any(|other| {
            other.drug.name == mention.drug.name
                && other.line > mention.line
                && !other.dismissed
                && other.action != MedicationAction::Taken
        });
        if decided_later {
            continue;
        }
        match found.iter_mut().find(|known| known.name == mention.drug.name) {
            Some(known) => evidence::merge(&mut known.evidence, mention.evidence.iter().cloned()),
            None => found.push(Avoided {
                name: mention.drug.name.to_owned(),
                text: mention.surface.clone(),
                evidence: mention.evidence.clone(),
            }),
        }
    }
    found
}

/// Without those that hold elsewhere: "ten" may be corrected in one sentence and right in another.
fn taken_back(mentions: &[Mention]) -> Vec<TakenBack> {
    let holds = |name: &str, dose: &Dose| {
        mentions.iter().any(|mention| mention.drug.name == name && mention.dose.as_ref() == Some(dose))
    };
    let all = mentions.iter().flat_map(|mention| mention.taken_back.iter().map(|dose| (mention.drug.name, dose)));
    all.filter(|(name, dose)| !holds(name, dose))
        .map(|(name, dose)| TakenBack { name: name.to_owned(), dose: dose.clone() })
        .collect()
}

fn understand<'t>(visit: &Visit, line: &Line, in_line: &[DrugMention<'t>], at: usize) -> Option<Mention<'t>> {
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

/// "I finished it on Friday", "I stopped that in the spring": the medicine named before is over.
fn ends_later(sentence: &str) -> bool {
    static OVER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:(?:and|but|well|so|then) )*(?:i|we|they|he|she|it|that)(?: \w+)? (?:finished|stopped|ended|quit)(?: (?:it|that|them|taking|in|on|last|a|about)\b|\W*$)",
        )
    });
    OVER.is_match(sentence)
}

/// "They changed that to ticagrelor": what was named shortly before is over, and this one has its place.
fn replaces(line: &Line, new: &DrugMention, previous: &Mention) -> bool {
    static CHANGED_TO: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:changed|switched|swapped|moved) (?:it|that|this|them|me|him|her)(?: over)? to (?:the |\w+ )?$")
    });
    let before = &line.text()[line.sentence_at(new.range.start).start..new.range.start];
    line.by_patient_side()
        && line.index - previous.line <= 2
        && previous.drug.name != new.drug.name
        && CHANGED_TO.is_match(before)
}

/// Whether `sentence`, the patient's, speaks of a medicine that is no longer taken.
fn is_over(sentence: &str) -> bool {
    static USED_TO: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bused to (?:take|be (?:on|taking)|use|have)\b"));
    static TOOK: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:took|was (?:on|taking|given|prescribed)|were (?:on|taking)|had been (?:on|taking)|(?:i've |have )?tried)\b",
        )
    });
    static ENDED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:stopped|quit|finished|ended|no longer|any ?more|came off|years? ago|months? ago|last year|in (?:19|20)\d\d|as a (?:child|kid|teenager|baby)|years? back|back then|at the time)\b",
        )
    });
    static STILL: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:still|since|ever since|now)\b"));
    (USED_TO.is_match(sentence) || TOOK.is_match(sentence) && ENDED.is_match(sentence)) && !STILL.is_match(sentence)
}

/// The name as it was said; a misspelt one as the table writes it.
fn surface(text: &str, mention: &DrugMention) -> String {
    let said = &text[mention.range.clone()];
    let right = DrugTable::bundled().find(said).is_some();
    if right { said } else { mention.surface }.to_owned()
}

/// Whether the clause before a mention makes it somebody else's than the patient's.
pub(super) fn someone_elses(line: &Line, before: &str) -> bool {
    match line.utterance.role {
        Role::Other => context::of_the_speaker(before),
        _ => context::of_another_person(before),
    }
}

/// "My wife says so. She takes …": a sentence about somebody whom an earlier one of the turn named.
fn goes_on_about_another(line: &Line, sentence: &Range<usize>) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structuring::testing::transcript;

    fn said(lines: &str) -> Vec<String> {
        let transcript = transcript(lines);
        let show = |medication: Medication| {
            let action = serde_json::to_value(medication.action).expect("an action has a name");
            format!("{} {}", action.as_str().unwrap_or_default(), medication.text.as_str())
        };
        medications(&Visit::new(&transcript), DrugTable::bundled()).medications.into_iter().map(show).collect()
    }

    #[test]
    fn question_and_answer_make_one_medicine() {
        assert_eq!(
            said(
                "D: Good. And you're still taking the lisinopril?\nP: Yep. Ten milligrams. No, wait, you raised it. Twenty milligrams, once a day in the morning.\nD: Twenty, that's what I have. And the metformin?\nP: Five hundred, twice a day, with food."
            ),
            ["taken Lisinopril 20 mg once daily", "taken Metformin 500 mg twice daily"]
        );
    }

    #[test]
    fn a_decision_can_be_taken_back() {
        let before = "P: I take metoprolol, fifty milligrams once a day.\n";
        for (lines, expected) in [
            (
                "D: Let's increase the metoprolol to seventy five. No, keep it as it is, fifty.",
                "continue Metoprolol 50 mg once daily",
            ),
            (
                "D: Let's increase the metoprolol to seventy five.\nP: It makes me tired.\nD: Okay, on second thought, let's not.",
                "continue Metoprolol 50 mg once daily",
            ),
            ("D: Let's stop the metoprolol. Actually, keep it.", "continue Metoprolol 50 mg once daily"),
            (
                "D: I'll increase the metoprolol to seventy five. No, sorry, make that one hundred.",
                "increase Metoprolol 100 mg once daily",
            ),
        ] {
            assert_eq!(said(&format!("{before}{lines}")), [expected], "{lines}");
        }
        assert!(said("D: Let's start amlodipine, five milligrams. No, never mind.").is_empty());
        assert_eq!(
            said("D: Start amlodipine, five milligrams a day. Take it in the morning and keep it dry."),
            ["start Amlodipine 5 mg once daily"]
        );
    }

    #[test]
    fn an_answer_about_something_else_takes_nothing_back() {
        assert_eq!(
            said(
                "P: I take furosemide, 20 milligrams in the morning.\nD: I'd like to increase the furosemide to 40 milligrams daily.\nP: Do I need to go to the hospital?\nD: Not today."
            ),
            ["increase Furosemide 40 mg once daily"]
        );
    }

    #[test]
    fn a_rejected_medicine_does_not_take_the_next_along() {
        for lines in [
            "D: I thought about sucralfate, but I'd rather start pantoprazole 40 milligrams once a day.",
            "D: Instead of sucralfate, let's start pantoprazole 40 milligrams once a day.",
            "D: Normally I'd use omeprazole, but I'll start pantoprazole 40 milligrams once a day.",
        ] {
            assert_eq!(said(lines), ["start Pantoprazole 40 mg once daily"], "{lines}");
        }
        assert!(said("P: Could we use azithromycin?\nD: No, azithromycin doesn't work well here.").is_empty());
    }

    #[test]
    fn what_the_patient_asks_is_answered() {
        for (lines, expected) in [
            ("P: Should I keep the lisinopril?\nD: Yes, keep taking it.", "continue Lisinopril"),
            ("P: Can I still take my atorvastatin?\nD: Yes, continue it.", "continue Atorvastatin"),
            ("P: What about my atorvastatin?\nD: Stop that one.", "stop Atorvastatin"),
            (
                "D: Are you on metformin 500 twice a day?\nP: No, a thousand twice a day.",
                "taken Metformin 1000 mg twice daily",
            ),
        ] {
            assert_eq!(said(lines), [expected], "{lines}");
        }
        assert!(said("D: And glipizide?\nP: I never started it.").is_empty());
    }

    #[test]
    fn a_corrected_frequency_stands() {
        assert_eq!(
            said("P: I take ibuprofen 600 milligrams three times a day. Sorry, twice a day, not three times."),
            ["taken Ibuprofen 600 mg twice daily"]
        );
    }

    #[test]
    fn a_correction_by_another_speaker_is_told() {
        let doses = |lines: &str| {
            let transcript = transcript(lines);
            let spoken = medications(&Visit::new(&transcript), DrugTable::bundled());
            let taken = spoken.medications[0].dose.as_ref().map(|dose| dose.value);
            (taken, spoken.disputed.iter().map(|one| one.other.value).collect::<Vec<_>>())
        };
        let first = "P: I take ibuprofen, 200 milligrams.\n";
        assert_eq!(doses(&format!("{first}D: No, make that 400 milligrams.")), (Some(400.0), vec![200.0]));
        assert_eq!(doses(&format!("{first}D: No, it says 400 milligrams here.")), (Some(200.0), vec![400.0]));
        assert_eq!(doses(&format!("{first}P: No, make that 400 milligrams.")), (Some(400.0), vec![]));
        assert_eq!(doses(&format!("{first}D: No problem.")), (Some(200.0), vec![]));
    }

    #[test]
    fn what_another_takes_is_left_out() {
        assert_eq!(
            said("D: You take the omeprazole?\nP: Yes, but my sister says it's wrong. She takes pantoprazole."),
            ["taken Omeprazole"]
        );
    }

    #[test]
    fn what_was_taken_long_ago_is_over() {
        let over = |lines: &str| {
            let transcript = transcript(lines);
            let found = medications(&Visit::new(&transcript), DrugTable::bundled()).medications;
            found.into_iter().map(|one| (one.name, one.action, one.past)).collect::<Vec<_>>()
        };
        for lines in [
            "P: I used to take simvastatin, but I stopped that last year.",
            "P: I took simvastatin in 2019, not any more.",
            "P: I stopped the simvastatin last month.",
        ] {
            assert_eq!(over(lines), [("simvastatin".to_owned(), MedicationAction::Taken, true)], "{lines}");
        }
        for lines in ["P: I've tried simvastatin, it helps.", "P: I took simvastatin this morning."] {
            assert!(!over(lines)[0].2, "{lines}");
        }
        assert_eq!(
            said("P: I used to take simvastatin.\nD: Let's start simvastatin again, 20 milligrams at bedtime."),
            ["start Simvastatin 20 mg at bedtime"]
        );
    }

    #[test]
    fn the_dose_of_what_begins_is_not_that_of_what_ends() {
        assert_eq!(
            said("D: I want to stop the hydrochlorothiazide and start loss artin 50 milligrams once a day instead."),
            ["stop Hydrochlorothiazide"]
        );
        assert_eq!(
            said("D: Hydrochlorothiazide can bring that on, so I want to stop it and start loss artin 50 milligrams."),
            ["stop Hydrochlorothiazide"]
        );
        assert_eq!(
            said(
                "P: Hydrochlorothiazide, 25 milligrams every morning.\nD: Stop the hydrochlorothiazide.\nD: And start loss artin, fifty milligrams."
            ),
            ["stop Hydrochlorothiazide 25 mg once daily"]
        );
    }

    #[test]
    fn what_was_only_weighed_is_not_begun() {
        for lines in [
            "D: For the tingling we could try gabapentin, but let's hold off and get the sugars down first.",
            "D: We could add gabapentin, but not yet.",
        ] {
            assert!(said(lines).is_empty(), "{lines}: {:?}", said(lines));
        }
    }

    #[test]
    fn a_new_dose_has_its_own_sig() {
        assert_eq!(
            said(
                "D: You're taking the metformin, a thousand twice a day?\nP: Once a day.\nD: I'd like to switch the metformin to the extended release, that's five hundred milligrams, two tablets with dinner."
            ),
            ["change Metformin 1000 mg once daily"]
        );
        assert_eq!(said("D: Right, losartan fifty. Keep that too."), ["continue Losartan 50 mg"]);
    }

    #[test]
    fn a_childs_medicine_is_given() {
        let transcript = transcript(
            "D: I'm going to give him azithromycin. A hundred and sixty milligrams today, and then eighty milligrams once a day for four more days.",
        );
        let spoken = medications(&Visit::new(&transcript), DrugTable::bundled());
        assert_eq!(spoken.medications[0].action, MedicationAction::Start);
        assert_eq!(spoken.several.len(), 1);
    }

    #[test]
    fn what_is_forbidden_ends() {
        assert_eq!(said("P: I take Viagra sometimes.\nD: You can't take Viagra with nitroglycerin.")[0], "stop Viagra");
        assert_eq!(said("D: I'll take propranolol off your list. No beta blockers for you."), ["stop Propranolol"]);
        assert_eq!(
            said("P: I take hydrochlorothiazide.\nD: Pause the hydrochlorothiazide."),
            ["stop Hydrochlorothiazide"]
        );
    }

    #[test]
    fn what_is_held_for_some_days_goes_on() {
        assert_eq!(
            said(
                "P: Warfarin, seven and a half milligrams.\nD: Hold the warfarin tonight and tomorrow. Then restart at five milligrams every day.\nP: So not seven and a half on Saturday?\nD: Correct, no seven and a half."
            ),
            ["decrease Warfarin 5 mg once daily"]
        );
    }

    #[test]
    fn an_amount_of_change_is_no_dose() {
        assert_eq!(
            said("D: I'd go up on the Lantus by four units, so twenty four units at night."),
            ["increase Lantus 24 units at bedtime"]
        );
    }

    #[test]
    fn what_took_the_place_of_another_is_the_one_in_use() {
        let past = |lines: &str| {
            let transcript = transcript(lines);
            let found = medications(&Visit::new(&transcript), DrugTable::bundled()).medications;
            found.into_iter().map(|one| (one.name, one.past)).collect::<Vec<_>>()
        };
        for (lines, expected) in [
            (
                "P: I was on clopidogrel. They changed that to ticagrelor.",
                [("clopidogrel", true), ("ticagrelor", false)],
            ),
            ("P: They changed me from diltiazem to verapamil.", [("diltiazem", true), ("verapamil", false)]),
        ] {
            assert_eq!(past(lines), expected.map(|(name, past)| (name.to_owned(), past)), "{lines}");
        }
        assert_eq!(past("P: I took metronidazole. I finished it on Friday."), [("metronidazole".to_owned(), true)]);
    }

    #[test]
    fn what_depends_on_a_later_result_is_not_begun() {
        assert!(
            said("D: If the LDL is still over seventy in six weeks, we'll add ezetimibe, ten milligrams.").is_empty()
        );
        assert_eq!(said("D: If it hurts, take ibuprofen, four hundred milligrams."), ["start Ibuprofen 400 mg"]);
    }

    #[test]
    fn a_stop_can_be_taken_back_in_two_sentences() {
        assert_eq!(
            said(
                "D: You can stop the allopurinol. No, hang on, your uric acid is still eight. Stay on the three hundred."
            ),
            ["continue Allopurinol 300 mg"]
        );
    }

    #[test]
    fn what_is_in_use_goes_on() {
        assert_eq!(
            said(
                "D: You're still taking the lisinopril?\nP: Yes.\nD: Okay, take the lisinopril 20 milligrams once a day."
            ),
            ["continue Lisinopril 20 mg once daily"]
        );
    }

    #[test]
    fn the_clinician_decides() {
        for (lines, expected) in [
            ("D: I want to increase your Lasix to 80 mg once a day.", "increase Lasix 80 mg once daily"),
            ("D: I want to add amlodipine, five milligrams once a day.", "start Amlodipine 5 mg once daily"),
            ("D: Let's stop the atenolol.", "stop Atenolol"),
            ("D: Keep the lisinopril where it is.", "continue Lisinopril"),
            ("D: Don't stop the warfarin.", "continue Warfarin"),
            ("D: We'll cut your prednisone to ten milligrams a day.", "decrease Prednisone 10 mg once daily"),
            ("D: I'll refill your metformin, 500 milligrams twice a day.", "continue Metformin 500 mg twice daily"),
            (
                "D: I'd like to take the sertraline up to one hundred milligrams a day.",
                "increase Sertraline 100 mg once daily",
            ),
            (
                "D: For the burning, phenazopyridine, two hundred milligrams three times a day.",
                "start Phenazopyridine 200 mg three times daily",
            ),
            ("D: Take naproxen instead, five hundred milligrams twice a day.", "start Naproxen 500 mg twice daily"),
            (
                "P: I take fifty milligrams of sertraline.\nD: Let's have you take one hundred milligrams of sertraline once a day.",
                "increase Sertraline 100 mg once daily",
            ),
            ("D: Tylenol is fine, if you need something.", "start Tylenol as needed"),
            (
                "P: I take apixaban.\nD: They hold on to salt, and with the apixaban they can make you bleed.",
                "taken Apixaban",
            ),
            ("D: The carvedilol stays the same.", "continue Carvedilol"),
            (
                "D: Start levothyroxine one hundred and twelve micrograms every morning.",
                "start Levothyroxine 112 mcg once daily",
            ),
        ] {
            assert_eq!(said(lines), [expected], "{lines}");
        }
    }

    #[test]
    fn a_switch_ends_one_and_begins_another() {
        assert_eq!(
            said("D: I'd like to switch you from lisinopril to losartan, fifty milligrams once a day."),
            ["stop Lisinopril", "start Losartan 50 mg once daily"]
        );
    }

    #[test]
    fn corrections_win_also_in_the_next_turn() {
        assert_eq!(
            said("D: Let's start atorvastatin, twenty milligrams at bedtime. No, make that forty."),
            ["start Atorvastatin 40 mg at bedtime"]
        );
        assert_eq!(
            said("D: Let's start atorvastatin, twenty milligrams.\nP: Okay.\nD: Sorry, make that forty milligrams."),
            ["start Atorvastatin 40 mg"]
        );
        assert_eq!(said("P: I'm on omeprazole.\nD: Okay. Let's stop that."), ["stop Omeprazole"]);
    }

    #[test]
    fn what_the_patient_does_not_take_is_left_out() {
        for lines in [
            "P: I don't take aspirin.",
            "P: My mother takes warfarin.",
            "P: A guy at work got oxycodone for his.",
            "O: I take sumatriptan for mine.",
            "P: My knee doctor said I can take ibuprofen?\nD: I'd stay away from ibuprofen.",
            "D: I'd normally say propranolol, but not with asthma.",
            "D: I'm not going to start metformin today.",
            "D: I did think about hydrochlorothiazide instead.",
            "D: I'd stay away from ibuprofen, it pushes up your blood pressure.",
            "D: Any allergies?\nP: Just penicillin.",
            "P: I'm allergic to amoxicillin.",
            "D: Are you taking any aspirin?\nP: No.",
            "D: Your vitamin D level is low.",
        ] {
            assert!(said(lines).is_empty(), "{lines}: {:?}", said(lines));
        }
    }

    #[test]
    fn doses_before_the_name_belong_to_it() {
        assert_eq!(
            said("P: I take 20 milligrams of lisinopril and 500 milligrams of metformin."),
            ["taken Lisinopril 20 mg", "taken Metformin 500 mg"]
        );
        assert_eq!(said("P: I use two puffs of albuterol when I need it."), ["taken Albuterol 2 puffs as needed"]);
    }

    #[test]
    fn advice_against_a_medicine_is_kept_and_nothing_given() {
        for lines in [
            "P: My knee doctor said I can take ibuprofen?\nD: I'd stay away from ibuprofen. It pushes up your blood pressure.",
            "P: My knee doctor said can take ibuprofen.\nD: It's day away from ibuprofen.",
            "D: Don't take ibuprofen with that.",
            "D: I'd rather not use ibuprofen, with your kidneys.",
        ] {
            let transcript = transcript(lines);
            let spoken = medications(&Visit::new(&transcript), DrugTable::bundled());
            assert!(spoken.medications.is_empty(), "{lines}: {:?}", spoken.medications);
            assert_eq!(spoken.avoided[0].name, "ibuprofen", "{lines}");
        }
        assert_eq!(
            said("P: I take ibuprofen every day.\nD: Stay away from ibuprofen from now on."),
            ["stop Ibuprofen once daily"]
        );
        assert_eq!(said("D: Avoid alcohol while you take metronidazole."), ["taken Metronidazole"]);
    }

    #[test]
    fn how_often_something_else_is_done_is_no_sig() {
        assert_eq!(
            said("D: Tylenol is fine, if you need something. Keep checking at home, twice a week."),
            ["start Tylenol as needed"]
        );
        assert_eq!(said("D: Start naproxen. Take one twice a day, with food."), ["start Naproxen twice daily"]);
    }

    #[test]
    fn a_question_mark_of_the_recogniser_hides_no_proposal() {
        assert_eq!(
            said("D: Your blood pressure is too high, so want to add amlodipine?\nP: 5 milligrams once a day."),
            ["start Amlodipine 5 mg once daily"]
        );
        assert_eq!(said("D: Do you want to try amlodipine?\nP: No, thanks."), [""; 0]);
    }

    #[test]
    fn a_corrected_dose_is_remembered() {
        let transcript = transcript("D: Prednisone, fifty milligrams, no, sorry, forty milligrams, once a day.");
        let spoken = medications(&Visit::new(&transcript), DrugTable::bundled());
        assert_eq!(spoken.taken_back.len(), 1);
        assert_eq!((spoken.taken_back[0].name.as_str(), spoken.taken_back[0].dose.value), ("prednisone", 50.0));
    }
}
