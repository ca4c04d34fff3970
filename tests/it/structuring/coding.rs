use soapstone::{
    coding::{self, ANSWER_TOKENS, Coder, Patient},
    config::Config,
    domain::{Chart, Coding, Evidence, Problem, Sex, no_progress},
    structuring::{self, Style, facts, sections::Questions},
    terminology::{DrugTable, Icd10Cm},
};

use super::{scripted::ScriptedModel, transcript};

#[test]
fn codes_are_chosen_among_retrieved_ones_and_exist() {
    let icd = Icd10Cm::open(&Config::default().paths).expect("run `soapstone terminology pull` first");
    let visit = transcript(
        "D: So your high blood pressure is not well controlled.\nP: And my right knee hurts.\nD: That's arthritis of the right knee.",
    );
    let model = ScriptedModel::new(
        4096,
        vec![(
            "ASSESSMENT",
            r#"{"items":["High blood pressure, not well controlled.","Arthritis of the right knee."]}"#,
        )],
    );
    let facts = facts::facts(&visit, DrugTable::bundled());
    let sections = structuring::sections::write(&visit, &facts, &Style::default(), &model, &no_progress)
        .expect("the script answers");
    let chart = Chart { sex: Some(Sex::Male), ..Chart::default() };
    let mut draft = structuring::draft(&visit, Some(&chart), &facts, &sections);
    let questions = Questions::about(&visit, &model).expect("the script counts");
    let ask = |evidence: &[Evidence], question: &str| questions.prompt(evidence, question, ANSWER_TOKENS);
    let coder = Coder { model: &model, icd: &icd, ask: &ask };
    let patient = Patient::new(&visit, Some(&chart));
    coder.code(&mut draft.problems, &draft.sections, &patient, &no_progress).expect("the script chooses");

    assert_eq!(draft.problems.len(), 2);
    for coding in draft.problems.iter().flat_map(|problem| &problem.codes) {
        let known = icd.get(&coding.code).expect("a code of the list");
        assert_eq!((coding.system.as_str(), coding.display.as_str()), (Coding::ICD_10_CM, known.title.as_str()));
        assert!(known.billable && !coding.evidence.is_empty());
    }
    assert_eq!(draft.problems[0].codes[0].code, "I10");
    let asked = model.asked.lock().expect("no test panics while it asks");
    let (_, question) =
        asked.iter().find(|(_, question)| question.contains("ICD-10-CM")).expect("a choice was asked for");
    assert!(question.contains("A. ") && question.contains("None of these"), "{question}");
}

#[test]
fn no_code_names_a_kind_of_illness_that_nobody_named() {
    let icd = Icd10Cm::open(&Config::default().paths).expect("run `soapstone terminology pull` first");
    let visit = transcript("D: It's a virus.\nD: And it is broken.");
    let model = ScriptedModel::new(4096, Vec::new());
    let questions = Questions::about(&visit, &model).expect("the script counts");
    let ask = |evidence: &[Evidence], question: &str| questions.prompt(evidence, question, ANSWER_TOKENS);
    let coder = Coder { model: &model, icd: &icd, ask: &ask };
    let problem =
        |name: &str| Problem { id: "p1".to_owned(), name: name.into(), statements: Vec::new(), codes: Vec::new() };
    let mut problems = [problem("Virus."), problem("Fracture.")];
    let patient = Patient::new(&visit, None);
    coder.code(&mut problems, &[], &patient, &no_progress).expect("the script chooses");

    let codes = problems.map(|problem| problem.codes.into_iter().map(|coding| coding.code).collect::<Vec<_>>());
    assert_eq!(codes[0], ["B34.9"], "not Zika, of which nobody spoke");
    assert!(codes[1].is_empty(), "a fracture of what: {:?}", codes[1]);
}

#[test]
fn the_first_code_says_what_was_said() {
    let icd = Icd10Cm::open(&Config::default().paths).expect("run `soapstone terminology pull` first");
    let model = ScriptedModel::new(4096, Vec::new());
    let codes = |name: &str, lines: &str| -> Vec<String> {
        let visit = transcript(lines);
        let questions = Questions::about(&visit, &model).expect("the script counts");
        let ask = |evidence: &[Evidence], question: &str| questions.prompt(evidence, question, ANSWER_TOKENS);
        let coder = Coder { model: &model, icd: &icd, ask: &ask };
        let name = name.to_owned();
        let mut problems =
            [Problem { id: "p1".to_owned(), name: name.into(), statements: Vec::new(), codes: Vec::new() }];
        coder.code(&mut problems, &[], &Patient::new(&visit, None), &no_progress).expect("the script chooses");
        problems[0].codes.iter().map(|coding| coding.code.clone()).collect()
    };
    let dipstick = "D: The urine dipstick has nitrites and some blood.";
    for (name, lines, code) in [
        ("Sciatica on the right", "D: It's sciatica.", "M54.31"),
        ("Sciatica left side", "D: It's sciatica.", "M54.32"),
        ("Bladder infection", dipstick, "N30.01"),
        ("Bladder infection", "D: No blood in the urine.", "N30.00"),
        ("Diabetes", "D: That is diabetic neuropathy.", "E11.40"),
        ("Type 2 diabetes", "D: Your diabetes is well controlled.", "E11.9"),
        ("High cholesterol", "D: It's high.", "E78.00"),
        ("Orthostatic drop in blood pressure", "D: It drops when he stands.", "I95.1"),
    ] {
        assert_eq!(codes(name, lines).first().map(String::as_str), Some(code), "{name}");
    }
    let sweet = codes("Diabetes", "D: Your diabetes is well controlled.");
    assert!(!sweet.contains(&"E11.A".to_owned()), "nobody spoke of remission: {sweet:?}");
    let plain = codes("High cholesterol", "D: It's high.");
    assert!(plain.iter().all(|code| !code.starts_with("E78.01")), "nobody spoke of the family: {plain:?}");
    assert!(
        codes("History of pancreatitis", "D: With your history of pancreatitis, no.")
            .iter()
            .all(|code| code.starts_with('Z'))
    );
    let unborn = "D: Could you be pregnant?\nP: No.\nP: My puppy is ten weeks old.";
    assert!(codes("Bladder infection", unborn).iter().all(|code| !code.starts_with(['O', 'P'])));
}

#[test]
fn a_code_has_the_side_of_which_alone_was_spoken() {
    let icd = Icd10Cm::open(&Config::default().paths).expect("run `soapstone terminology pull` first");
    let visit = transcript(
        "P: It's my right knee. I twisted it.\nD: For the knee, I think it's a medial meniscus tear. We'll X-ray the right knee.",
    );
    let quote = "For the knee, I think it's a medial meniscus tear.";
    let evidence = [Evidence { utterance: "u2".to_owned(), quote: Some(quote.into()), ..Evidence::default() }];
    let found = coding::for_problem(&icd, "Medial meniscus tear", &evidence, &Patient::new(&visit, None), 8);
    let titles: Vec<&str> = found.iter().map(|one| one.title.as_str()).collect();
    assert!(titles.iter().any(|title| title.contains("right knee")), "{titles:?}");
    assert!(titles.iter().all(|title| !title.contains("unspecified knee")), "{titles:?}");
}
