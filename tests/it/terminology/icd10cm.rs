//! ICD-10-CM as it was published, read and searched.

use std::fmt::Write;

use sha2::{Digest, Sha256};
use soapstone::config::{Config, PathsConfig};
use soapstone::domain::{Sex, no_progress};
use soapstone::model_files::ModelStore;
use soapstone::terminology::{Icd10Cm, TerminologyError, icd10cm};

/// SHA-256 of the codes of the official code list of April 2026, without dots, sorted, one a line.
const OFFICIAL_CODES_SHA256: &str = "1a7aaa3f6391358c8a6e97fadf1ac9919333f75484d332ce4569f404985fa327";
const OFFICIAL_CODES: usize = 98_186;

fn tabular_list() -> Vec<icd10cm::IcdCode> {
    let file =
        ModelStore::new(&Config::default().paths).locate(icd10cm::NAME).unwrap_or_else(|error| panic!("{error}"));
    icd10cm::tabular::parse(&std::fs::read(file.path).expect("it reads")).expect("it is the tabular list")
}

fn opened() -> Icd10Cm {
    Icd10Cm::open(&Config::default().paths).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_codes_are_those_of_the_official_list() {
    let mut codes: Vec<String> = tabular_list().into_iter().map(|code| code.code.replace('.', "")).collect();
    codes.sort();
    assert_eq!(codes.len(), OFFICIAL_CODES);
    let hash = Sha256::digest((codes.join("\n") + "\n").as_bytes());
    let hash = hash.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a text can be written to");
        hex
    });
    assert_eq!(hash, OFFICIAL_CODES_SHA256);
}

#[test]
fn a_code_is_billable_when_none_stands_under_it() {
    let codes = tabular_list();
    let parents: std::collections::HashSet<&str> = codes.iter().filter_map(|code| code.parent.as_deref()).collect();
    let wrong = codes.iter().find(|code| code.billable == parents.contains(code.code.as_str()));
    assert!(wrong.is_none(), "{wrong:?}");
}

#[test]
fn codes_come_with_their_notes() {
    let list = opened();
    let diabetes = list.get("E11").expect("a category");
    assert!(!diabetes.billable && diabetes.excludes1.iter().any(|note| note.contains("gestational")), "{diabetes:?}");
    assert!(diabetes.use_additional.iter().any(|note| note.contains("insulin")), "{diabetes:?}");
    let fracture = list.get("S52.501A").expect("a code with its seventh character");
    assert!(fracture.billable && fracture.title.ends_with("initial encounter for closed fracture"), "{fracture:?}");
    assert_eq!(list.get("N40.0").expect("a code").sex(), Some(Sex::Male));
    assert_eq!(list.get("O24.410").expect("a code").sex(), Some(Sex::Female));
    assert_eq!(list.get("J45.901").expect("a code").sex(), None);
    assert_eq!(list.get("E11.99999"), None);
}

/// Phrases from visits, with the codes that a coder would accept.
const SPOKEN: &[(&str, &[&str])] = &[
    ("type 2 diabetes", &["E11.9"]),
    ("high blood pressure", &["I10"]),
    ("knee pain right", &["M25.561"]),
    ("heart failure", &["I50.9"]),
    ("uti", &["N39.0"]),
    ("acid reflux", &["K21.9"]),
    ("asthma flare", &["J45.901"]),
    ("anxiety and depression", &["F41.8", "F41.9", "F32.A"]),
    ("underactive thyroid", &["E03.9"]),
    ("ear infection", &["H66.90"]),
    ("low back pain", &["M54.50"]),
    ("migraine", &["G43.909"]),
    ("copd exacerbation", &["J44.1"]),
    ("atrial fibrillation", &["I48.91"]),
    ("elevated cholesterol", &["E78.00", "E78.5"]),
    ("chest pain", &["R07.9"]),
    ("short of breath", &["R06.02"]),
    ("strep throat", &["J02.0"]),
    ("sinusitis", &["J01.90", "J32.9"]),
    ("hay fever", &["J30.1", "J30.9"]),
    ("kidney stone", &["N20.0"]),
    ("gout flare", &["M10.9"]),
    ("iron deficiency anemia", &["D50.9"]),
    ("trouble sleeping", &["G47.00"]),
    ("osteoarthritis of the left knee", &["M17.12"]),
    ("carpal tunnel syndrome, right", &["G56.01"]),
    ("sprained left ankle", &["S93.402A"]),
    ("shingles", &["B02.9"]),
    ("pneumonia", &["J18.9"]),
    ("coronary artery disease", &["I25.10"]),
    ("diabetic neuropathy", &["E11.40", "E11.42"]),
    ("stage 3b chronic kidney disease", &["N18.32"]),
    ("benign prostatic hyperplasia", &["N40.0", "N40.1"]),
    ("plantar fasciitis", &["M72.2"]),
    ("left sided sciatica", &["M54.32"]),
    ("cellulitis of the right leg", &["L03.115"]),
    ("pulmonary embolism", &["I26.99"]),
    ("vitamin b12 deficiency", &["E53.8"]),
    ("obstructive sleep apnea", &["G47.33"]),
    ("nausea and vomiting", &["R11.2"]),
    ("thyroid underactive", &["E03.9"]),
    ("virus", &["B34.9"]),
];

#[test]
fn the_code_for_what_is_said_is_among_the_first_eight() {
    let list = opened();
    let missed = |(phrase, accepted): &&(&str, &[&str])| {
        !list.search(phrase, 8).iter().any(|candidate| accepted.contains(&candidate.code.as_str()))
    };
    let missed: Vec<_> = SPOKEN.iter().filter(missed).collect();
    assert!(missed.len() * 10 <= SPOKEN.len(), "more than one in ten is missed: {missed:?}");
}

/// A kind of the illness that nobody named is a guess, and a coder proposes none of these.
const LEAST_BORNE_OUT: f32 = 0.53;

#[test]
fn a_code_that_is_meant_says_little_that_was_not_said() {
    let list = opened();
    for (phrase, accepted) in SPOKEN {
        let found = list.search(phrase, 24);
        let meant = found.iter().filter(|candidate| accepted.contains(&candidate.code.as_str()));
        let best = meant.map(|candidate| candidate.borne_out).fold(0.0, f32::max);
        assert!(best >= LEAST_BORNE_OUT, "{phrase}: {best}");
    }
    for (phrase, guess) in [("virus disease", "A92.5"), ("fracture", "M84.40XA")] {
        let found = list.search(phrase, 24);
        let guess = found.iter().find(|candidate| candidate.code == guess).expect("it shares the word");
        assert!(guess.borne_out < LEAST_BORNE_OUT, "{phrase}: {guess:?}");
    }
}

#[test]
fn a_code_is_found_by_what_is_meant() {
    let list = opened();
    for (phrase, code) in [
        ("actinic keratoses", "L57.0"),
        ("tired all the time", "R53.83"),
        ("iron deficiency anemia from chronic blood loss", "D50.0"),
        ("body mass index of 36.4", "Z68.36"),
        ("bmi 36.4", "Z68.36"),
    ] {
        let best = list.search(phrase, 8).into_iter().find(|candidate| candidate.borne_out >= LEAST_BORNE_OUT);
        assert_eq!(best.map(|best| best.code).as_deref(), Some(code), "{phrase}");
    }
}

#[test]
fn neither_a_single_word_nor_another_number_tells_a_kind() {
    let list = opened();
    for (word, kind) in [("cyst", "L72.11"), ("swelling", "B83.1"), ("fracture", "M84.30XA"), ("bmi 36.4", "Z68.45")] {
        let found = list.search(word, 24);
        let kind = found.iter().find(|candidate| candidate.code == kind);
        assert!(kind.is_none_or(|kind| kind.borne_out < LEAST_BORNE_OUT), "{word}: {kind:?}");
    }
}

#[test]
fn a_meaning_is_searched_in_less_than_a_tenth_of_a_second() {
    let list = opened();
    let took = |_| {
        let started = std::time::Instant::now();
        assert!(!list.nearness("my knee hurts when I climb the stairs").is_empty());
        started.elapsed()
    };
    // The quickest of several: other tests are running.
    let quickest = (0..8).map(took).min().expect("several");
    assert!(quickest < std::time::Duration::from_millis(100), "{quickest:?}");
}

#[test]
fn candidates_are_billable_distinct_and_in_order() {
    for (phrase, _) in SPOKEN {
        let found = opened().search(phrase, 8);
        assert!(found.is_sorted_by(|a, b| a.score >= b.score), "{phrase}: {found:?}");
        assert!(
            found.iter().all(|candidate| candidate.billable && (0.0..=1.0).contains(&candidate.score)),
            "{found:?}"
        );
        let codes: std::collections::HashSet<_> = found.iter().map(|candidate| &candidate.code).collect();
        assert_eq!(codes.len(), found.len(), "{phrase}");
    }
    assert!(opened().search("", 8).is_empty());
    assert!(opened().search("qwxyz", 8).is_empty());
}

#[test]
fn opening_costs_a_small_part_of_building() {
    // Other work on the machine only adds: the best of a few tries is nearest to what it costs.
    let best = |work: &dyn Fn()| {
        let times = (0..5).map(|_| {
            let started = std::time::Instant::now();
            work();
            started.elapsed()
        });
        times.min().expect("it was tried")
    };
    let parsing = best(&|| assert!(tabular_list().len() == OFFICIAL_CODES));
    let opening = best(&|| drop(opened()));
    // Building parses the list, and then takes a minute for what its codes mean.
    assert!(opening < parsing, "opening took {opening:?}, reading the list alone {parsing:?}");
}

#[test]
fn where_nothing_was_pulled_the_command_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let Err(error) = Icd10Cm::open(&PathsConfig::under(folder.path())) else { panic!("nothing is there") };
    assert!(matches!(error, TerminologyError::Missing { command: "soapstone terminology pull", .. }), "{error}");
}

#[test]
fn a_file_that_is_not_the_list_is_refused_and_builds_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("list.xml");
    std::fs::write(&file, "<ICD10CM.tabular/>").expect("written");
    let paths = PathsConfig::under(&folder.path().join("data"));
    assert!(icd10cm::import(&paths, &file, &no_progress).is_err());
    assert!(!paths.terminology.exists());
}
