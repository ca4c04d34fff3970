//! ROUGE beside the Python package `rouge-score` (`tools/rouge/score.py`).

use std::{collections::HashMap, fs, path::Path};

use serde::Deserialize;
use serde_json::Value;
use soapstone::qa::metrics::rouge::{Rouge, rouge};

use crate::support::facts::{json, list, manifest, text};

/// Two texts of visits by their names, or two given texts, and what `rouge-score` says of them.
#[derive(Deserialize)]
struct Pair {
    #[serde(default)]
    reference: String,
    #[serde(default)]
    candidate: String,
    texts: Option<[String; 2]>,
    scores: [f64; 3],
}

fn check(file: &Path, visits: &HashMap<String, String>) -> usize {
    let lines = fs::read_to_string(file).expect("the pairs are there");
    let pairs: Vec<Pair> = lines.lines().map(|line| serde_json::from_str(line).expect("a pair")).collect();
    for (index, pair) in pairs.iter().enumerate() {
        let [reference, candidate] = match &pair.texts {
            Some(texts) => texts,
            None => &[&pair.reference, &pair.candidate].map(|name| visits[name].clone()),
        };
        let Rouge { rouge1, rouge2, rouge_lsum } = rouge(reference, candidate);
        for (ours, theirs) in [rouge1, rouge2, rouge_lsum].into_iter().zip(pair.scores) {
            assert!((ours - theirs).abs() < 1e-9, "pair {}: {ours} and {theirs}", index + 1);
        }
    }
    pairs.len()
}

#[test]
fn rouge_is_that_of_the_python_package() {
    let visit = |entry: &Value| {
        let transcript = json(text(entry, "transcript"));
        let said: Vec<&str> = list(&transcript, "utterances").iter().map(|said| text(said, "text")).collect();
        (text(entry, "id").to_owned(), said.join("\n"))
    };
    let visits = manifest().iter().map(visit).collect();
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/qa/rouge.jsonl");
    assert_eq!(check(&here, &visits), 100);
    // Pairs of other texts, which are not kept here.
    if let Some(more) = std::env::var_os("SOAPSTONE_ROUGE_PAIRS") {
        println!("{} more pairs", check(Path::new(&more), &visits));
    }
}
