//! The sentence encoder with its real weights.

use soapstone::{
    config::Config,
    domain::no_progress,
    embedding::{SentenceEncoder, Vectors},
    model_files::ModelStore,
};

fn encoder() -> SentenceEncoder {
    SentenceEncoder::load(&ModelStore::new(&Config::default().paths)).unwrap_or_else(|error| panic!("{error}"))
}

const SENTENCES: [&str; 5] = [
    "Actinic keratoses",
    "Sunburn spots on the face",
    "high blood pressure",
    "Essential (primary) hypertension",
    "Type 2 diabetes mellitus with hyperglycemia",
];

/// Cosines of pairs of them, from transformers 4 in Python with the same weights.
const COSINES: [(usize, usize, f32); 7] = [
    (0, 1, 0.346_789),
    (0, 2, 0.036_052),
    (0, 3, 0.171_799),
    (0, 4, 0.175_649),
    (2, 3, 0.470_101),
    (2, 4, 0.233_320),
    (3, 4, 0.205_926),
];

#[test]
fn meanings_are_as_near_as_in_the_models_own_library() {
    let vectors = encoder().encode_all(&SENTENCES, &no_progress).expect("encoded");
    for vector in &vectors {
        let length: f32 = vector.iter().map(|value| value * value).sum();
        assert!((length - 1.0).abs() < 1e-4, "{length}");
    }
    for (one, other, expected) in COSINES {
        let cosine: f32 = vectors[one].iter().zip(&vectors[other]).map(|(a, b)| a * b).sum();
        assert!((cosine - expected).abs() < 1e-3, "{one} {other}: {cosine}, not {expected}");
    }
}

#[test]
fn a_text_means_the_same_in_company_and_alone() {
    let encoder = encoder();
    let many: Vec<String> = (0..100).map(|number| format!("pain in {number} fingers")).collect();
    let together = encoder.encode_all(&many, &no_progress).expect("encoded");
    for at in [0, 7, 99] {
        let alone = encoder.encode(&many[at]).expect("encoded");
        assert!(alone.iter().zip(&together[at]).all(|(a, b)| (a - b).abs() < 1e-5), "{at}");
    }
    let long = "pain ".repeat(1000);
    assert_eq!(encoder.encode(&long).expect("cut to what the model reads").len(), encoder.dimension());
    assert_eq!(encoder.encode("").expect("the marks of an empty sentence").len(), encoder.dimension());
}

#[test]
fn a_table_keeps_its_vectors() {
    let vectors = encoder().encode_all(&SENTENCES, &no_progress).expect("encoded");
    let table = Vectors::new(vectors.clone(), 384).and_then(|table| table.bytes()).expect("written");
    let read = Vectors::from_bytes(&table, 384).expect("read");
    let cosines = read.cosines(&vectors[2]).expect("compared");
    assert!((cosines[2] - 1.0).abs() < 2e-3 && (cosines[3] - 0.470_101).abs() < 2e-3, "{cosines:?}");
}
