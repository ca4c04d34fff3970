//! The published JSON schemas are generated from the types; a change of a type that changes a schema shows in a diff.
//! To write them anew: `SOAPSTONE_WRITE_SCHEMAS=1 cargo test --release --test it schemas`.

use std::{fs, path::PathBuf};

use schemars::Schema;
use serde_json::Value;
use soapstone::{
    domain::{Note, Transcript, Verification},
    qa::report::{AsrReport, notes::NotesReport},
};

/// Where the schema called `name` is kept.
pub fn schema_path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/schemas").join(format!("{name}.schema.json"))
}

/// The schema called `name`, ready to validate with.
pub fn validator(name: &str) -> jsonschema::Validator {
    let text = fs::read_to_string(schema_path(name)).expect("the schema is in the repository");
    let schema: Value = serde_json::from_str(&text).expect("the schema is JSON");
    jsonschema::validator_for(&schema).expect("the schema is a schema")
}

fn check(name: &str, schema: Schema) {
    let current = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
    if std::env::var_os("SOAPSTONE_WRITE_SCHEMAS").is_some() {
        fs::write(schema_path(name), &current).expect("the schema can be written");
    }
    let published = fs::read_to_string(schema_path(name)).unwrap_or_default();
    assert!(
        published == current,
        "docs/schemas/{name}.schema.json is not what the types say; see the head of this file"
    );
}

#[test]
fn the_published_schemas_are_those_of_the_types() {
    check("bench-asr-1", schemars::schema_for!(AsrReport));
    check("bench-notes-1", schemars::schema_for!(NotesReport));
    check("note-1", schemars::schema_for!(Note));
    check("transcript-1", schemars::schema_for!(Transcript));
    check("verification-1", schemars::schema_for!(Verification));
}
