//! Facts do not cross from an example into a note: the model is shown none of them, and if it knew them, none would stand.

use serde_json::json;
use soapstone::{
    domain::no_progress,
    structuring::{self, Draft, Example, Examples, Style, facts},
    terminology::DrugTable,
};

use super::{scripted::ScriptedModel, transcript};

/// Another patient's note, of which nothing is true of [`VISIT`].
pub const SIGNED: &str = "CHIEF COMPLAINT\n\nDizzy spells.\n\n\
    HISTORY OF PRESENT ILLNESS\n\nMrs. Quillfeather is a 71-year-old woman who presents with dizziness for 6 weeks. She takes \
    warfarin 5 mg daily. She fell twice in the bathroom. No fevers or chills. Denies shortness of breath.\n\n\
    PLAN\n\nStart meclizine 25 mg three times a day.\n";

/// Its sections as a model would answer that knew them, by words of the question.
const COPIED: [(&str, &str); 9] = [
    ("CHIEF COMPLAINT", r#"{"items":["Dizzy spells."]}"#),
    (
        "PRESENT ILLNESS",
        r#"{"text":"Mrs. Quillfeather is a 71-year-old woman who presents with dizziness for 6 weeks. She takes warfarin 5 mg daily. She fell twice in the bathroom. No fevers or chills. Denies shortness of breath."}"#,
    ),
    ("PAST MEDICAL", r#"{"items":["Atrial fibrillation.","Cataract surgery in 2019.","No history of stroke."]}"#),
    (
        "SOCIAL",
        r#"{"items":["Lives alone with 2 cats.","Retired beekeeper.","Never smoked.","Does not drink alcohol."]}"#,
    ),
    ("FAMILY", r#"{"items":["Brother died of leukaemia at 60.","Mother had glaucoma."]}"#),
    (
        "EXAMINATION section",
        r#"{"items":["No acute distress.","Lungs clear to auscultation bilaterally.","Nystagmus to the left.","No edema.","Normal gait."]}"#,
    ),
    ("RESULTS", r#"{"items":["INR 3.4.","Hemoglobin 9.8.","CT of the head is normal.","No fracture."]}"#),
    ("ASSESSMENT", r#"{"items":["Vestibular neuritis.","Anaemia."]}"#),
    (
        "PLAN",
        r#"{"items":["Start meclizine 25 mg three times a day.","Refer to neurology.","Hold warfarin tonight.","Return in 9 days.","Continue current medications."]}"#,
    ),
];

/// A visit that touches on every section, so that each is asked for, and on some words of the example's.
const VISIT: &str = "D: Good day, what brings you in?\n\
    P: My right knee hurts since Monday. It's worse on the stairs.\n\
    D: Any history of surgery, or anything else chronic?\n\
    P: I had my appendix out in the spring. I have asthma.\n\
    D: Do you smoke, or drink?\n\
    P: I do smoke, and I have a beer at the weekend. I work in a bakery.\n\
    D: Does anything run in the family?\n\
    P: My mother has gout. My son had a fever and chills on Monday, he was up all night.\n\
    D: Let me examine the knee. It is swollen, and tender on the inside. Your lungs, let me listen, there's a wheeze.\n\
    P: Okay.\n\
    D: The X-ray shows a small fracture of the kneecap. I think this is a broken kneecap.\n\
    P: Oh no.\n\
    D: I'll give you ibuprofen four hundred milligrams, and a brace. If you get a fever or chills, or you're short of breath, call me.\n\
    P: All right.\n\
    D: I'll see you again in two weeks.";

/// Beginnings of words that the example has and no visit of the tests.
pub const FOREIGN: [&str; 39] = [
    "dizz",
    "spell",
    "quillf",
    "71",
    "woman",
    "6 week",
    "warfarin",
    "5 mg",
    "bathroom",
    "fell",
    "twice",
    "atrial",
    "fibrill",
    "cataract",
    "2019",
    "stroke",
    "alone",
    "cats",
    "beekeep",
    "retired",
    "never smoked",
    "drink alcohol",
    "leuk",
    "glaucoma",
    "brother",
    "distress",
    "auscult",
    "nystag",
    "edema",
    "gait",
    "3.4",
    "9.8",
    "hemoglobin",
    "vestib",
    "neuritis",
    "anaemia",
    "meclizine",
    "neurolog",
    "tonight",
];

/// What the example denies or finds normal, and nobody did in this visit.
const DENIED: [&str; 7] =
    ["no fever", "denies fever", "denies short", "no fracture", "lungs clear", "head is normal", "not drink"];

fn examples() -> Examples {
    Examples::new(vec![Example::of_text("signed", SIGNED, None).expect("it has a history")])
}

/// The note about [`VISIT`] in the style of [`SIGNED`].
fn draft(model: &ScriptedModel) -> Draft {
    let transcript = transcript(VISIT);
    let facts = facts::facts(&transcript, DrugTable::bundled());
    let examples = examples();
    let style = Style { examples: Some(&examples), ..Style::default() };
    let sections = structuring::sections::write(&transcript, &facts, &style, model, &no_progress).expect("it answers");
    structuring::draft(&transcript, None, &facts, &sections)
}

/// The statements of a draft and all its lists, but not what was taken out of it, as one text in small letters. LOINC has
/// figures of its own.
fn shown(draft: &Draft) -> String {
    let lists = json!([draft.problems, draft.medications, draft.allergies, draft.vitals, draft.orders]);
    let statements: Vec<_> = draft.sections.iter().map(|section| &section.statements).collect();
    format!("{} {lists} {}", json!(statements), json!(draft.review.omitted)).to_lowercase()
}

#[test]
fn the_model_is_shown_the_form_of_an_example_and_none_of_its_facts() {
    let model = ScriptedModel::new(8192, Vec::new());
    draft(&model);
    let asked = model.asked.into_inner().expect("one thread");
    let histories: Vec<&String> =
        asked.iter().map(|(_, question)| question).filter(|question| question.contains("PRESENT ILLNESS")).collect();
    assert_eq!(histories.len(), 1);
    assert!(histories[0].contains("___ is a ___ who presents with ___ for ___. The patient ___."), "{}", histories[0]);
    for (shared, question) in &asked {
        let text = format!("{shared} {question}").to_lowercase();
        let found: Vec<&&str> = FOREIGN.iter().filter(|word| text.contains(**word)).collect();
        assert!(found.is_empty(), "{found:?}: {question}");
    }
}

#[test]
fn a_model_that_copies_what_it_is_shown_adds_nothing() {
    let form = r#"{"text":"___ is a ___ who presents with ___ for ___. The patient ___. No ___ or ___. Denies ___. The patient denies."}"#;
    let copied = draft(&ScriptedModel::new(8192, vec![("PRESENT ILLNESS", form)]));
    let silent = draft(&ScriptedModel::new(8192, Vec::new()));
    assert_eq!(copied.sections, silent.sections);
}

#[test]
fn nothing_stands_of_a_note_about_somebody_else_that_was_copied_word_for_word() {
    let draft = draft(&ScriptedModel::new(8192, COPIED.to_vec()));
    let text = shown(&draft);
    let found: Vec<&&str> = FOREIGN.iter().chain(&DENIED).filter(|word| text.contains(**word)).collect();
    assert!(found.is_empty(), "{found:?}: {text}");
    assert!(text.contains("right knee") && text.contains("asthma") && text.contains("ibuprofen"), "{text}");
    assert!(draft.review.unsupported.len() > 15, "{} lines were taken out", draft.review.unsupported.len());
}
