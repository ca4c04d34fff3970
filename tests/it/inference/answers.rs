use std::sync::Mutex;

use serde_json::{Value, json};
use soapstone::{
    domain::no_progress,
    inference::{GenerateRequest, Generated, Prompt, READ_PER_WRITTEN, TextModel},
};

use super::{engine, prompt};

fn ask(model: &dyn TextModel, question: &str, schema: Option<Value>, max_tokens: usize) -> Generated {
    model.generate(&GenerateRequest { prompt: prompt(question), schema, max_tokens }, &no_progress).expect("an answer")
}

fn schemas() -> Vec<Value> {
    let text = json!({"type": "string", "maxLength": 40});
    vec![
        json!({"type": "boolean"}),
        json!({"enum": ["continue", "start", "stop"]}),
        json!({"type": "array", "maxItems": 3, "items": {"type": "integer", "minimum": 1, "maximum": 12}}),
        json!({"type": "object", "additionalProperties": false, "required": ["name", "dose", "unit"],
               "properties": {"name": text, "dose": {"type": ["integer", "null"], "minimum": 0, "maximum": 999},
                              "unit": {"enum": ["mg", "mcg", "g"]}}}),
        json!({"type": "object", "additionalProperties": false, "required": ["statements"], "properties": {"statements":
               {"type": "array", "minItems": 1, "maxItems": 2, "items": {"$ref": "#/$defs/statement"}}},
               "$defs": {"statement": {"type": "object", "additionalProperties": false, "required": ["text", "from"],
               "properties": {"text": text, "from": {"type": "array", "maxItems": 2, "items": {"enum": ["u1", "u2"]}}}}}}),
    ]
}

#[test]
fn an_answer_is_valid_against_its_schema_and_has_no_white_space_between_its_parts() {
    let model = engine(2048);
    for schema in schemas() {
        let answer = ask(&model, "Write down what was said.", Some(schema.clone()), 400);
        assert!(answer.complete, "{schema}");
        let value: Value =
            serde_json::from_str(&answer.text).unwrap_or_else(|error| panic!("{error}: {}", answer.text));
        assert!(jsonschema::is_valid(&schema, &value), "{value} for {schema}");
        assert_eq!(answer.text.len(), value.to_string().len(), "{}", answer.text);
    }
}

#[test]
fn the_same_request_gives_the_same_answer_whatever_was_asked_before() {
    let (warm, cold) = (engine(2048), engine(2048));
    let questions = ["What is wrong?", "Which medicines?", "What is wrong with the patient?"];
    for question in questions {
        ask(&warm, question, None, 12);
    }
    let again = ask(&warm, questions[0], None, 40);
    let fresh = ask(&cold, questions[0], None, 40);
    assert_eq!(again.text, fresh.text);
    assert_eq!(fresh.usage.cached_tokens, 0);
    assert!(again.usage.cached_tokens * 10 > again.usage.prompt_tokens * 7, "{:?}", again.usage);
    assert_eq!(again.usage.prompt_tokens, fresh.usage.prompt_tokens);
}

#[test]
fn progress_goes_on_within_the_prompt_and_within_the_answer() {
    let model = engine(4096);
    let prompt = Prompt { shared: "It hurts when I walk. ".repeat(400), ..prompt("Tell the whole story.") };
    let schema = json!({"type": "string", "minLength": 200});
    let told = Mutex::new(Vec::new());
    let progress = |fraction: f32| told.lock().expect("one thread").push(fraction);
    let request = GenerateRequest { prompt, schema: Some(schema), max_tokens: 40 };
    let usage = model.generate(&request, &progress).expect("an answer").usage;
    let told = told.into_inner().expect("one thread");
    let read = usage.prompt_tokens as f32;
    let prompt_share = read / (read + (READ_PER_WRITTEN * 40) as f32);
    let while_reading = told.iter().filter(|fraction| **fraction < prompt_share - 0.01).count();
    assert!(while_reading >= 5, "{read} tokens are read in more batches: {told:?}");
    assert!(told.len() - while_reading >= 20, "40 tokens are written one by one: {told:?}");
    assert!(told.is_sorted() && told.iter().all(|fraction| (0.0..=1.0).contains(fraction)), "{told:?}");
}

#[test]
fn what_is_cut_off_says_so() {
    let model = engine(2048);
    let schema = json!({"type": "string", "minLength": 200});
    let answer = ask(&model, "Tell the whole story.", Some(schema), 10);
    assert!(!answer.complete);
    assert_eq!(answer.usage.generated_tokens, 10);
    assert!(ask(&model, "Tell the whole story.", None, 0).text.is_empty());
}

#[test]
fn probabilities_of_options_sum_to_one_and_follow_the_question() {
    let model = engine(2048);
    let options = ["A".to_owned(), "B".to_owned(), "C".to_owned()];
    let ask = |question: &str| model.choose(&prompt(question), &options).expect("probabilities");
    let first = ask("Answer with one letter. The answer is A.");
    assert!((first.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{first:?}");
    let second = ask("Answer with one letter. The answer is B.");
    assert!(first[0] > second[0] && second[1] > first[1], "{first:?} {second:?}");
}
