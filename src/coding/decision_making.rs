//! The elements of medical decision making that a visit holds, each with where it was said: what a biller looks for in the
//! recording, found for them. No level is worked out, and nothing of it stands in the note.
//!
//! The elements are those of the CPT Evaluation and Management guidelines (2021, revised 2023): problems addressed, data
//! reviewed, risk of what was decided. What makes a problem severe, a drug one of intensive monitoring, or a talk a
//! discussion of management is for the clinician to say, so the kinds here are those that words can tell apart.

use regex::Regex;

use crate::{
    domain::{
        DecisionItem, DecisionKind, Evidence, Medication, MedicationAction, Note, Order, OrderKind, Role, SectionKind,
        Statement, Transcript, Utterance, evidence_of,
    },
    language::{patterns::patterns, questions::is_question},
    structuring::{
        Visit, evidence,
        facts::{context, diagnoses::is_supposed},
        verify::is_found_now,
        visit::Line,
    },
    terminology::is_lasting,
};

patterns! {
    WORSE = r"\b(?:worse(?:n\w*)?|un-?controlled|(?:poorly|not (?:well[- ])?)controlled|not (?:at|to) goal|above (?:the )?(?:goal|target)|exacerbat\w*|flar(?:e|es|ing)\b|progress(?:ed|ing|ion)\b|decompensat\w*|relaps\w*)";
    STABLE = r"\b(?:(?:well[- ])?controlled|stable|at (?:goal|target)|in remission|under (?:good )?control)\b";
    RECORDS = r"\bi(?:'ve|'d| have| had| just)? (?:also )?(?:read|reviewed|got|saw|received|looked (?:at|over|through)|went (?:over|through)|have)\b[^.?!]{0,40}\b(?:discharge summary|(?:hospital|emergency|er|outside|old|cardiology|neurology|surgeon's|specialist's) (?:records?|notes?|report)|(?:notes?|letter|records?|report) from)\b[^.?!]*";
    LOOKED = r"\bi(?:'ve| have| just)? (?:also )?(?:looked at|reviewed|read|went (?:over|through))\b[^.?!]{0,30}\b(?:x-?rays?|images?|films?|mri|ct|scan|e[ck]g|tracing|strip)\b[^.?!]{0,20}\b(?:myself|my own)\b[^.?!]*|\b(?:looking at|i(?:'ve| have)? looked at) (?:the|your|his|her) (?:actual )?(?:x-?rays?|images?|films?|tracing|e[ck]g)\b[^.?!]*";
    DISCUSSED = r"\bi(?:'ve|'ll| have| just| will)? (?:also )?(?:spoke|spoken|talked|discussed|talk|speak|call(?:ed)?|discuss)\b[^.?!]{0,30}\b(?:your|the|his|her) (?:\w+ )?(?:cardiologist|neurologist|surgeon|specialist|oncologist|nephrologist|gastroenterologist|pulmonologist|endocrinologist|psychiatrist|rheumatologist|urologist|obstetrician|hospitalist|pharmacist|therapist)\b[^.?!]*";
    SURGERY = r"\b(?:surgery|surgical|operat(?:e|ion)|replacement|arthroscop\w+|appendectomy|hysterectomy|cholecystectomy|excis\w+|biopsy|cesarean|c-section)\b";
    HOSPITAL = r"\b(?:(?:send|sending|get|take|taking) (?:you|him|her) (?:\w+ )?(?:to|over to) the (?:hospital|emergency|er)\b|admit(?:ted)? (?:you|him|her)|(?:go|going) (?:straight )?to the (?:hospital|emergency (?:room|department)|er) (?:now|today|right)|call(?:ing)? (?:an ambulance|911))";
    CIRCUMSTANCES = r"\b(?:(?:can't|cannot|couldn't|could not|can not) (?:really )?(?:afford|pay)|too expensive|(?:lost|no|without) (?:my |any |her |his )?insurance|don't have (?:insurance|a (?:car|ride))|no (?:ride|car|transportation)|homeless|living in (?:my|a|the) (?:car|shelter)|ration(?:ed|ing)|skip\w* [^.?!]{0,30}\b(?:afford|cost|money))\b";
}

/// Another person who says fewer words than this tells no history.
const TELLING_WORDS: usize = 25;

/// The elements that `note`, written of `transcript`, holds, in the order of the three elements.
pub fn elements(note: &Note, transcript: &Transcript) -> Vec<DecisionItem> {
    let visit = Visit::new(transcript);
    let by_clinician =
        |pattern: &Regex, kind| said(&visit, |line| line.utterance.role == Role::Clinician, pattern, kind);
    let mut found: Vec<DecisionItem> = problems(note, &visit).collect();
    found.extend(note.orders.iter().filter_map(ordered));
    found.extend(results(note));
    found.extend(by_clinician(&RECORDS, DecisionKind::RecordsReviewed));
    found.extend(historian(transcript));
    found.extend(by_clinician(&LOOKED, DecisionKind::OwnInterpretation));
    found.extend(by_clinician(&DISCUSSED, DecisionKind::Discussed));
    found.extend(note.medications.iter().filter_map(managed));
    found.extend(statements(note, SectionKind::Plan).filter_map(operation));
    found.extend(by_clinician(&HOSPITAL, DecisionKind::Hospital));
    found.extend(said(&visit, |line| line.by_patient_side(), &CIRCUMSTANCES, DecisionKind::Circumstances));
    found
}

/// Each problem, by what the note says of it.
fn problems(note: &Note, visit: &Visit) -> impl Iterator<Item = DecisionItem> {
    note.problems.iter().map(move |problem| {
        let told = note.sections.iter().flat_map(|section| &section.statements);
        let told: Vec<&str> =
            told.filter(|one| problem.statements.contains(&one.id)).map(|one| one.text.as_str()).collect();
        let says = |pattern: &Regex| told.iter().any(|text| pattern.is_match(text)) || pattern.is_match(&problem.name);
        let evidence = evidence_of(&note.sections, &problem.statements);
        // Gout that is found today is acute, whatever stays with people who have it.
        let lasts = is_lasting(&problem.name) && !is_supposed(&problem.name) && !is_found_now(&evidence, visit);
        let kind = match lasts {
            false => DecisionKind::NewOrAcute,
            true if says(&WORSE) => DecisionKind::ChronicWorse,
            true if says(&STABLE) => DecisionKind::ChronicStable,
            true => DecisionKind::Chronic,
        };
        DecisionItem::new(kind, problem.name.clone(), evidence)
    })
}

fn ordered(order: &Order) -> Option<DecisionItem> {
    let test = matches!(order.kind, OrderKind::Laboratory | OrderKind::Imaging);
    test.then(|| DecisionItem::new(DecisionKind::TestOrdered, order.text.clone(), order.evidence.clone()))
}

fn results(note: &Note) -> impl Iterator<Item = DecisionItem> {
    statements(note, SectionKind::Results)
        .map(|one| DecisionItem::new(DecisionKind::ResultReviewed, one.text.clone(), one.evidence.clone()))
}

/// Every medicine that was decided about. Which of them needs a prescription, and which intensive monitoring, is not said.
fn managed(medication: &Medication) -> Option<DecisionItem> {
    let decided = match medication.action {
        MedicationAction::Taken => return None,
        // What was decided stands in the words.
        _ if medication.as_said.is_some() => {
            let (text, evidence) = (medication.text.clone(), medication.evidence.clone());
            return Some(DecisionItem::new(DecisionKind::MedicineManaged, text, evidence));
        }
        MedicationAction::Continue => "continued",
        MedicationAction::Start => "started",
        MedicationAction::Stop => "stopped",
        MedicationAction::Increase => "increased",
        MedicationAction::Decrease => "decreased",
        MedicationAction::Change if medication.held => "on hold",
        MedicationAction::Change => "changed",
    };
    let text = format!("{}: {decided}", medication.text.as_str());
    Some(DecisionItem::new(DecisionKind::MedicineManaged, text, medication.evidence.clone()))
}

fn operation(statement: &Statement) -> Option<DecisionItem> {
    let names = SURGERY.is_match(&statement.text);
    names.then(|| DecisionItem::new(DecisionKind::Surgery, statement.text.clone(), statement.evidence.clone()))
}

fn statements(note: &Note, kind: SectionKind) -> impl Iterator<Item = &Statement> {
    note.sections.iter().filter(move |section| section.id == kind).flat_map(|section| &section.statements)
}

/// What `pattern` finds in each sentence of those who `speak`. A question tells nothing, nor does what is to be done if something
/// happens: "if you get chest pain, call 911".
fn said(visit: &Visit, speak: fn(&Line) -> bool, pattern: &Regex, kind: DecisionKind) -> Vec<DecisionItem> {
    let of_line = |line: &Line| {
        let told = line.sentences.iter().filter_map(|range| {
            let sentence = &line.text()[range.clone()];
            let found = pattern.find(sentence).filter(|_| !is_question(sentence) && !context::safety_net(sentence))?;
            let quote = evidence::evidence(line.utterance, range.start + found.start()..range.start + found.end());
            Some(DecisionItem::new(kind, found.as_str().trim(), vec![quote]))
        });
        told.collect::<Vec<_>>()
    };
    visit.lines.iter().filter(|line| speak(line)).flat_map(of_line).collect()
}

/// Who else tells the history: another person who says enough, by their longest turn. Whether they are a relative or staff,
/// a transcript does not know.
fn historian(transcript: &Transcript) -> Option<DecisionItem> {
    let words = |utterance: &Utterance| utterance.text.as_str().split_whitespace().count();
    let told: Vec<&Utterance> =
        transcript.utterances.iter().filter(|utterance| utterance.role == Role::Other).collect();
    let longest = told.iter().copied().max_by_key(|one| words(one))?;
    let enough = told.iter().map(|one| words(one)).sum::<usize>() >= TELLING_WORDS;
    let quotes: Vec<Evidence> = vec![evidence::whole(longest)];
    enough.then(|| DecisionItem::new(DecisionKind::Historian, "another person tells of the patient", quotes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{Problem, Section, Support},
        structuring::testing::transcript,
    };

    fn statement(id: &str, text: &str) -> Statement {
        let evidence = vec![Evidence { utterance: "u1".to_owned(), ..Evidence::default() }];
        Statement { id: id.to_owned(), text: text.into(), evidence, support: Support::Supported }
    }

    fn note(sections: Vec<Section>, problems: &[(&str, &[&str])]) -> Note {
        let problem = |(name, statements): &(&str, &[&str])| Problem {
            id: String::new(),
            name: (*name).into(),
            statements: statements.iter().map(|id| (*id).to_owned()).collect(),
            codes: Vec::new(),
        };
        Note { sections, problems: problems.iter().map(problem).collect(), ..Note::empty() }
    }

    fn found(note: &Note, lines: &str) -> Vec<(DecisionKind, String)> {
        let elements = elements(note, &transcript(lines));
        assert!(elements.iter().all(|one| !one.evidence.is_empty()), "each says where: {elements:?}");
        elements.into_iter().map(|one| (one.kind, one.text.as_str().to_owned())).collect()
    }

    #[test]
    fn a_problem_is_as_the_note_tells_it() {
        let said = vec![
            statement("s1", "Asthma, not well controlled."),
            statement("s2", "Hypertension, at goal."),
            statement("s3", "Hypothyroidism."),
            statement("s4", "Ankle sprain, worse since yesterday."),
        ];
        let problems: [(&str, &[&str]); 4] =
            [("Asthma", &["s1"]), ("Hypertension", &["s2"]), ("Hypothyroidism", &["s3"]), ("Ankle sprain", &["s4"])];
        let kinds: Vec<DecisionKind> =
            found(&note(vec![Section::new(SectionKind::Assessment, said)], &problems), "D: Hello.")
                .into_iter()
                .map(|(kind, _)| kind)
                .collect();
        use DecisionKind::{Chronic, ChronicStable, ChronicWorse, NewOrAcute};
        assert_eq!(kinds, [ChronicWorse, ChronicStable, Chronic, NewOrAcute]);
    }

    #[test]
    fn what_was_read_looked_at_and_talked_over_is_quoted() {
        let lines = "D: I read the discharge summary from County Hospital. I looked at the x-ray myself.\n\
                     D: I spoke with your cardiologist yesterday.\n\
                     D: I'm going to send you to the emergency room right now.\n\
                     P: I can't afford the inhaler.";
        use DecisionKind::{Circumstances, Discussed, Hospital, OwnInterpretation, RecordsReviewed};
        let kinds: Vec<DecisionKind> = found(&note(Vec::new(), &[]), lines).into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(kinds, [RecordsReviewed, OwnInterpretation, Discussed, Hospital, Circumstances]);
    }

    #[test]
    fn advice_and_what_the_patient_read_count_for_nothing() {
        let lines = "D: If it gets worse, go to the emergency room. If you get chest pain, call 911.\n\
                     D: Talk to your pharmacist about it.\n\
                     P: I read the letter from the hospital. I spoke with my cardiologist.\n\
                     D: Have you looked at the x-ray?";
        assert_eq!(found(&note(Vec::new(), &[]), lines), []);
    }

    #[test]
    fn who_else_tells_the_history_counts_when_they_tell_enough() {
        let told = "He woke up at two with a barking cough, and he could hardly get his breath, and then the steam in the \
                    bathroom helped for about an hour until it all came back.";
        let empty = note(Vec::new(), &[]);
        let historian = (DecisionKind::Historian, "another person tells of the patient".to_owned());
        assert_eq!(found(&empty, &format!("D: Hello.\nO: {told}")), [historian]);
        assert_eq!(found(&empty, "D: Hello.\nO: The doctor is ready for you now."), []);
    }
}
