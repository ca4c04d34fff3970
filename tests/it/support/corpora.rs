//! Corpora under `shared/` beside the repository, which are optional.

use std::path::Path;

/// The dialogues of a corpus: (id, dialogue). `None`, and a word about it, where there is no such file.
pub fn dialogues(file: &str) -> Option<Vec<(String, String)>> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().skip(1).map(|above| above.join("shared/data").join(file));
    let Some(path) = path.into_iter().find(|path| path.is_file()) else {
        eprintln!("skipped: there is no shared/data/{file} beside the repository");
        return None;
    };
    let lines = std::fs::read_to_string(path).expect("it can be read");
    let dialogue = |line: &str| {
        let entry: serde_json::Value = serde_json::from_str(line).expect("one JSON object a line");
        Some((entry["id"].as_str()?.to_owned(), entry["dialogue"].as_str()?.to_owned()))
    };
    Some(lines.lines().map(|line| dialogue(line).expect("it has an id and a dialogue")).collect())
}
