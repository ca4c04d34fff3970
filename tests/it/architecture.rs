//! Holds the picture of `docs/ARCHITECTURE.md`: which module may use which, and where each outside library may appear.

use std::{
    fs,
    path::{Path, PathBuf},
};

use regex::Regex;

/// Each module with the modules it may use.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("language", &[]),
    ("outbound", &[]),
    ("config", &["domain"]),
    ("sealing", &["domain"]),
    ("metrics", &["domain"]),
    ("store", &["domain", "config", "sealing"]),
    ("keeping", &["domain", "config", "sealing", "store", "audio"]),
    ("auth", &["domain", "config", "outbound", "store"]),
    ("notes", &["domain", "store"]),
    ("audio", &["domain", "config", "sealing"]),
    ("capture", &["domain", "audio"]),
    ("model_files", &["domain", "config"]),
    ("embedding", &["domain", "model_files"]),
    ("terminology", &["domain", "config", "model_files", "embedding"]),
    ("inference", &["domain", "config", "model_files"]),
    ("transcription", &["domain", "language", "config", "audio", "model_files", "terminology"]),
    ("structuring", &["domain", "language", "config", "inference", "terminology"]),
    ("safety", &["domain", "language", "structuring", "terminology"]),
    ("coding", &["domain", "language", "config", "inference", "structuring", "terminology"]),
    ("delivery", &["domain", "config", "outbound", "notes"]),
    (
        "pipeline",
        &[
            "domain",
            "config",
            "metrics",
            "store",
            "notes",
            "delivery",
            "audio",
            "model_files",
            "terminology",
            "inference",
            "transcription",
            "structuring",
            "safety",
            "coding",
        ],
    ),
    (
        "qa",
        &[
            "domain",
            "language",
            "config",
            "audio",
            "model_files",
            "terminology",
            "inference",
            "transcription",
            "structuring",
            "safety",
            "coding",
            "delivery",
            "pipeline",
        ],
    ),
    ("room", &["domain", "sealing", "audio", "capture"]),
    ("http", &["domain", "config", "audio", "auth", "store", "notes", "metrics", "pipeline"]),
    ("app", &["domain", "config", "sealing", "audio", "auth", "store", "keeping", "delivery", "pipeline", "http"]),
    (
        "cli",
        &[
            "sealing",
            "store",
            "keeping",
            "auth",
            "capture",
            "room",
            "app",
            "domain",
            "config",
            "audio",
            "model_files",
            "terminology",
            "inference",
            "transcription",
            "structuring",
            "safety",
            "coding",
            "delivery",
            "pipeline",
            "qa",
        ],
    ),
];

/// Each outside library that must stay in its room, with the folders (or files) of `src` that may name it.
const ROOMS: &[(&str, &[&str])] = &[
    ("whisper_rs", &["transcription/asr"]),
    (
        "candle_core",
        &["embedding", "inference", "model_files/weights.rs", "transcription/vad", "transcription/speakers"],
    ),
    ("prometheus_client", &["metrics"]),
    ("governor", &["http"]),
    ("candle_nn", &["embedding", "inference", "transcription/vad", "transcription/speakers"]),
    ("tantivy", &["terminology"]),
    ("symphonia", &["audio"]),
    ("rubato", &["audio"]),
    ("cpal", &["capture"]),
    ("rtrb", &["capture"]),
    ("hf_hub", &["model_files"]),
    ("sea_orm", &["store"]),
    ("sea_orm_migration", &["store"]),
    ("chacha20poly1305", &["sealing"]),
    ("apalis_sqlite", &["store"]),
    ("apalis_postgres", &["store"]),
    ("apalis", &["store", "pipeline/jobs"]),
    ("argon2", &["auth"]),
    ("axum", &["http", "app"]),
    ("axum_extra", &["http"]),
    ("axum_server", &["app"]),
    ("reqwest", &["auth/oidc", "delivery", "outbound", "room"]),
    ("rustls", &["outbound", "room"]),
    ("openidconnect", &["auth/oidc"]),
    ("jsonwebtoken", &["delivery"]),
    ("utoipa", &["http"]),
    ("clap", &["cli"]),
    ("indicatif", &["cli"]),
];

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every Rust file under `folder`.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is readable").map(|entry| entry.expect("an entry").path());
    let within = |path: PathBuf| match path.is_dir() {
        true => rust_files(&path),
        false => Vec::from_iter(path.extension().is_some_and(|extension| extension == "rs").then_some(path)),
    };
    entries.flat_map(within).collect()
}

/// Every source file under `src`, with its path relative to it.
fn sources() -> Vec<(String, String)> {
    let source = |path: PathBuf| {
        let name = path.strip_prefix(src()).expect("under src").to_string_lossy().replace('\\', "/");
        (name, code_of(&fs::read_to_string(&path).expect("the file is text")))
    };
    rust_files(&src()).into_iter().map(source).collect()
}

/// A file without its comments and its unit tests: those may name what they like.
fn code_of(text: &str) -> String {
    let product = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let lines = product.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The top-level modules that `code` names by `crate::…`, also in `use crate::{a::…, b::…}`.
fn modules_used(code: &str) -> Vec<String> {
    let single = Regex::new(r"crate::([a-z_]+)").expect("a valid pattern");
    let mut used: Vec<String> = single.captures_iter(code).map(|found| found[1].to_owned()).collect();
    for (at, opening) in code.match_indices("crate::{") {
        used.extend(names_at_depth_one(&code[at + opening.len()..]));
    }
    used.sort();
    used.dedup();
    used
}

/// The first path segments inside a brace group that has just been opened.
fn names_at_depth_one(group: &str) -> Vec<String> {
    let (mut depth, mut names, mut name, mut at_start) = (1, Vec::new(), String::new(), true);
    for character in group.chars() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => at_start = true,
            ':' if depth == 1 => at_start = false,
            c if depth == 1 && at_start && (c.is_ascii_lowercase() || c == '_') => {
                name.push(c);
                continue;
            }
            _ => {}
        }
        if !name.is_empty() {
            names.push(std::mem::take(&mut name));
            at_start = false;
        }
        if depth == 0 {
            break;
        }
    }
    names
}

#[test]
fn modules_use_only_what_stands_above_them() {
    let mut wrong = Vec::new();
    for (file, code) in sources() {
        let module = file.split('/').next().unwrap_or_default();
        if module.ends_with(".rs") {
            continue;
        }
        let (_, allowed) = ARROWS
            .iter()
            .find(|(name, _)| *name == module)
            .unwrap_or_else(|| panic!("{module} is not in the picture: add it to docs/ARCHITECTURE.md and here"));
        for used in modules_used(&code) {
            let is_module = ARROWS.iter().any(|(name, _)| *name == used);
            if is_module && used != module && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{file} uses {used}"));
            }
        }
    }
    assert!(wrong.is_empty(), "against the arrows: {wrong:#?}");
}

#[test]
fn each_outside_library_stays_in_its_room() {
    let mut wrong = Vec::new();
    for (file, code) in sources() {
        for (library, rooms) in ROOMS {
            let named = Regex::new(&format!(r"\b{library}\b")).expect("a valid pattern").is_match(&code);
            if named && !rooms.iter().any(|room| file.starts_with(room)) {
                wrong.push(format!("{file} names {library}"));
            }
        }
    }
    assert!(wrong.is_empty(), "outside their rooms: {wrong:#?}");
}

#[test]
fn the_picture_in_the_docs_names_every_module() {
    let picture = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ARCHITECTURE.md"))
        .expect("docs/ARCHITECTURE.md is there");
    for (module, _) in ARROWS {
        assert!(picture.contains(&format!("{module}/")), "docs/ARCHITECTURE.md does not name {module}/");
    }
}

#[test]
fn the_arrow_reader_sees_nested_imports() {
    let code =
        "use crate::{\n    audio::{Recording, info::{A, B}},\n    config::Config,\n};\nfn f(x: crate::domain::Note) {}";
    assert_eq!(modules_used(code), ["audio", "config", "domain"]);
}

#[test]
fn the_hazards_name_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let hazards = fs::read_to_string(root.join("docs/SAFETY.md")).expect("the hazards");
    let sources: String = [root.join("src"), root.join("tests")]
        .iter()
        .flat_map(|folder| rust_files(folder))
        .map(|file| fs::read_to_string(file).expect("a source"))
        .collect();
    let is_name = |word: &&str| word.contains('_') && word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let named: Vec<&str> = hazards.split('`').skip(1).step_by(2).filter(is_name).collect();
    let missing: Vec<&&str> = named.iter().filter(|name| !sources.contains(&format!("fn {name}()"))).collect();
    assert!(named.len() > 20 && missing.is_empty(), "{missing:?}");
}
