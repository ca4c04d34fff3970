use std::sync::Mutex;

use soapstone::{
    domain::{RoleExchange, SectionKind, Support, Transcript, no_progress},
    structuring::{self, Draft, Style, facts},
    terminology::DrugTable,
};

use super::{scripted::ScriptedModel, transcript};

const VISIT: &str = "D: What brings you in?\n\
P: I've had a cough for two weeks, mostly at night.\n\
D: Any fever?\n\
P: No fever.\n\
D: Let me listen. There's a wheeze on both sides. So I think this is asthma.\n\
P: Okay.\n\
D: I'll start albuterol, two puffs every four hours as needed. I'll see you again in three weeks.\n\
P: Thanks.";

fn draft(model: &ScriptedModel, lines: &str) -> Draft {
    draft_of(model, &transcript(lines))
}

fn draft_of(model: &ScriptedModel, transcript: &Transcript) -> Draft {
    let facts = facts::facts(transcript, DrugTable::bundled());
    let sections = structuring::sections::write(transcript, &facts, &Style::default(), model, &no_progress)
        .expect("the script answers");
    structuring::draft(transcript, None, &facts, &sections)
}

fn texts(draft: &Draft, kind: SectionKind) -> Vec<String> {
    let section = draft.sections.iter().find(|section| section.id == kind).expect("all sections are there");
    section.statements.iter().map(|statement| statement.text.as_str().to_owned()).collect()
}

fn scripted(context_tokens: usize) -> ScriptedModel {
    ScriptedModel::new(
        context_tokens,
        vec![
            ("CHIEF COMPLAINT", r#"{"items":["Cough for two weeks"]}"#),
            (
                "PRESENT ILLNESS",
                r#"{"text":"The patient reports a cough for two weeks, mostly at night. She has had fever. Her oxygen was 85%."}"#,
            ),
            ("EXAMINATION", r#"{"items":["Wheeze on both sides.", "None discussed."]}"#),
            ("ASSESSMENT", r#"{"items":["Asthma."]}"#),
            (
                "PLAN",
                r#"{"items":["Start prednisone 40 mg daily.", "Start albuterol, 2 puffs every 4 hours as needed."]}"#,
            ),
        ],
    )
}

#[test]
fn every_statement_cites_utterances_that_exist_and_inventions_are_under_review() {
    let draft = draft(&scripted(8192), VISIT);
    let statements: Vec<_> = draft.sections.iter().flat_map(|section| &section.statements).collect();
    assert!(statements.iter().all(|one| one.support == Support::Supported && !one.evidence.is_empty()));
    let exists = |id: &str| {
        id.strip_prefix('u')
            .and_then(|number| number.parse().ok())
            .is_some_and(|number: usize| (1..=8).contains(&number))
    };
    assert!(statements.iter().flat_map(|one| &one.evidence).all(|evidence| exists(&evidence.utterance)));
    let ids: Vec<String> = statements.iter().map(|one| one.id.clone()).collect();
    assert_eq!(ids, (1..=ids.len()).map(|number| format!("s{number}")).collect::<Vec<_>>());

    let reasons: Vec<&str> = draft.review.unsupported.iter().map(|one| one.reason.as_str()).collect();
    assert_eq!(reasons, ["fever was denied", "number 85 was not said", "number 40 was not said"]);
    assert!(!draft.review.truncated);
}

#[test]
fn exchanged_labels_are_told_under_review() {
    let mut visit = transcript(VISIT);
    let exchange = |from: &str, to: &str, put_right| RoleExchange { from: from.into(), to: to.into(), put_right };
    visit.exchanges = vec![exchange("u1", "u4", true), exchange("u7", "u8", false)];
    let draft = draft_of(&scripted(8192), &visit);
    let [whole, doubtful, ..] = &draft.review.uncertain[..] else { panic!("{:?}", draft.review.uncertain.len()) };
    assert_eq!(whole.text.as_str(), "Who speaks from u1 to u4");
    assert!(whole.reason.contains("put right") && doubtful.reason.contains("may be exchanged"));
    let cited: Vec<&str> = doubtful.evidence.iter().map(|evidence| evidence.utterance.as_str()).collect();
    assert_eq!(cited, ["u7", "u8"]);
}

#[test]
fn facts_complete_what_the_model_wrote() {
    let draft = draft(&scripted(8192), VISIT);
    assert_eq!(texts(&draft, SectionKind::ChiefComplaint), ["Cough for two weeks."]);
    assert_eq!(texts(&draft, SectionKind::PhysicalExam), ["Wheeze on both sides."]);
    assert_eq!(
        texts(&draft, SectionKind::Plan),
        ["Start albuterol, 2 puffs every 4 hours as needed.", "Follow up in three weeks."]
    );
    assert_eq!(texts(&draft, SectionKind::Medications), ["Albuterol 2 puffs every 4 hours as needed (started)."]);
    assert_eq!(
        texts(&draft, SectionKind::ReviewOfSystems),
        ["Constitutional: Denies fever.", "Respiratory: Reports cough."]
    );
    assert!(texts(&draft, SectionKind::FamilyHistory).is_empty());
    assert_eq!(draft.problems.len(), 1);
    assert_eq!(draft.problems[0].name.as_str(), "Asthma");
}

#[test]
fn a_visit_longer_than_the_context_is_read_in_parts_and_nothing_is_left_out() {
    let talk: Vec<String> = (0..120)
        .map(|at| format!("{}: this is sentence number {at} of a long visit about nothing much", ["D", "P"][at % 2]))
        .collect();
    let long = format!("{VISIT}\n{}", talk.join("\n"));
    let model = scripted(700);
    let draft = draft(&model, &long);
    let asked = model.asked.lock().expect("no test panics while it asks");
    for at in 0..120 {
        let line = format!("sentence number {at} of");
        assert!(asked.iter().any(|(shared, question)| question.contains("PLAN") && shared.contains(&line)), "{line}");
    }
    assert_eq!(texts(&draft, SectionKind::ChiefComplaint), ["Cough for two weeks."]);
    assert_eq!(texts(&draft, SectionKind::Assessment), ["Asthma."]);
    assert!(!draft.review.truncated);
}

#[test]
fn a_part_is_asked_only_about_what_was_touched_on_in_it() {
    let talk: Vec<String> = (0..120)
        .map(|at| format!("{}: this is sentence number {at} of a long visit about nothing much", ["D", "P"][at % 2]))
        .collect();
    let model = scripted(700);
    draft(&model, &format!("{}\nP: My father is well.", talk.join("\n")));
    let asked = model.asked.lock().expect("no test panics while it asks");
    let parts = asked.iter().filter(|(_, question)| question.contains("PLAN")).count();
    let about_family: Vec<_> = asked.iter().filter(|(_, question)| question.contains("FAMILY")).collect();
    assert!(parts > 1 && about_family.len() == 1, "{} of {parts}", about_family.len());
    assert!(about_family[0].0.contains("father"));
}

#[test]
fn the_model_reads_each_text_once_also_where_answers_were_cut_off() {
    let model = scripted(8192).cutting_off("PRESENT ILLNESS").cutting_off("PLAN");
    draft(&model, VISIT);
    let asked = model.asked.lock().expect("no test panics while it asks");
    let mut texts: Vec<&str> = asked.iter().map(|(shared, _)| shared.as_str()).collect();
    let about_halves = asked.iter().filter(|(shared, _)| *shared != asked[0].0).count();
    assert_eq!(about_halves, 4, "two questions about two halves");
    texts.dedup();
    assert_eq!(texts.len(), 3, "the whole and its halves, one after another");
}

#[test]
fn progress_moves_within_a_question_and_never_goes_back() {
    let told = Mutex::new(Vec::new());
    let transcript = transcript(VISIT);
    let facts = facts::facts(&transcript, DrugTable::bundled());
    let model = scripted(8192).cutting_off("PLAN");
    let progress = |fraction: f32| told.lock().expect("one thread").push(fraction);
    structuring::sections::write(&transcript, &facts, &Style::default(), &model, &progress)
        .expect("the script answers");
    let (told, asked) = (told.into_inner().expect("one thread"), model.asked.into_inner().expect("one thread"));
    assert_eq!(told.len(), 2 * asked.len(), "once within each question and once after it");
    assert!(told.is_sorted_by(|one, next| one < next), "{told:?}");
    assert!((told[told.len() - 1] - 1.0).abs() < 1e-5, "{told:?}");
}

#[test]
fn an_answer_that_stays_cut_off_marks_the_note() {
    let draft = draft(&scripted(8192).cutting_off("PLAN"), VISIT);
    assert!(draft.review.truncated);
}

#[test]
fn a_warning_stands_whole_whatever_the_model_makes_of_it() {
    let garbled = r#"{"items":["Weigh daily and write it down if the patient puts on three pounds in two days or can't lie flat.","Take kidneys and a BNP."]}"#;
    let draft = draft(
        &ScriptedModel::new(8192, vec![("PLAN", garbled)]),
        "D: What brings you in?\nP: I get puffed, and my ankles swell.\nD: I'd like bloods today, kidneys and a BNP.\n\
         P: All right.\nD: Weigh yourself every morning and write it down. If you put on more than three pounds in two days or \
         you can't lie flat you call us the same day.",
    );
    let plan = texts(&draft, SectionKind::Plan);
    let warning =
        "Advised: \"If you put on more than three pounds in two days or you can't lie flat you call us the same day.\"";
    assert!(plan.iter().any(|line| line == warning), "{plan:?}");
    assert!(!plan.iter().any(|line| line.starts_with("Take") || line.starts_with("Weigh daily")), "{plan:?}");
}

#[test]
fn what_is_over_or_was_answered_no_is_no_matter_of_today() {
    let model = ScriptedModel::new(
        8192,
        vec![
            ("PRESENT ILLNESS", r#"{"text":"The patient has a cough. She is gardening."}"#),
            ("ASSESSMENT", r#"{"items":["Diverticulitis.","History of diverticulitis.","Bronchitis."]}"#),
            ("PLAN", r#"{"items":["Examine the patient's chest and lungs."]}"#),
        ],
    );
    let draft = draft(
        &model,
        "D: What brings you in?\nP: I have a cough.\nD: Are you gardening?\nP: No, I gave that up.\n\
         D: With your history of diverticulitis I'd rather not give you that one.\nD: Your lungs are clear. This is bronchitis.",
    );
    assert!(!texts(&draft, SectionKind::HistoryOfPresentIllness).iter().any(|line| line.contains("She is gardening")));
    assert_eq!(texts(&draft, SectionKind::PastHistory), ["History of diverticulitis."]);
    assert_eq!(texts(&draft, SectionKind::Assessment), ["Bronchitis."]);
    // Only what the clinician decides, and in the clinician's words.
    let decided = "\"With your history of diverticulitis I'd rather not give you that one.\"";
    assert_eq!(texts(&draft, SectionKind::Plan), [decided]);
    let problems: Vec<&str> = draft.problems.iter().map(|problem| problem.name.as_str()).collect();
    assert_eq!(problems, ["Bronchitis"]);
}
