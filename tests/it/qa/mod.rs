//! Recognition measured on the spoken visits, with the recogniser that a note is made with.

mod rouge;

use std::fs;

use serde_json::Value;
use soapstone::{
    config::{Config, RecognitionConfig},
    domain::SystemClock,
    qa::{self, Bench, Item, Mix, NoiseKind, ScribeRecogniser, report::AsrReport},
};

use crate::{schemas::validator, support::facts::fixtures};

/// The smallest recogniser: that figures come out is looked at here, not that they are good.
fn config() -> Config {
    let recognition = RecognitionConfig { model: "whisper-tiny.en".to_owned(), ..RecognitionConfig::default() };
    Config { recognition, ..Config::default() }
}

fn measure(items: &[Item], mixes: &[Mix]) -> AsrReport {
    let config = config();
    let recogniser = ScribeRecogniser::new(&config);
    let hear = |source: soapstone::audio::AudioSource<'_>| recogniser.hear(source);
    let bench = Bench { items, mixes, config: &config, hear: &hear, tell: &|_| {} };
    bench.run(vec!["a manifest".to_owned()], &SystemClock).expect("every recording can be read")
}

fn items(manifest: &str, ids: &[&str]) -> Vec<Item> {
    let items = qa::read(&fixtures().join(manifest)).expect("it is a manifest");
    items.into_iter().filter(|item| ids.is_empty() || ids.contains(&item.id.as_str())).collect()
}

#[test]
fn a_spoken_visit_has_every_figure_and_noise_makes_them_worse() {
    let report =
        measure(&items("manifest.jsonl", &["visit-08-warfarin-phone"]), &[Mix { kind: NoiseKind::White, snr_db: 0.0 }]);
    let file = &report.files[0];
    for (name, error) in [("wer", file.rates.wer), ("cer", file.rates.cer), ("cpwer", file.rates.cpwer)] {
        assert!(error.is_some_and(|error| error > 0.0 && error < 0.6), "{name} is {error:?}");
    }
    for (name, share) in [
        ("medical terms", file.rates.medical_term_recall),
        ("drugs", file.rates.drug_recall),
        ("roles", file.rates.role_accuracy),
    ] {
        assert!(share.is_some_and(|share| share > 0.4 && share <= 1.0), "{name} is {share:?}");
    }
    assert!(file.rates.der.is_some_and(|der| der < 0.6), "{:?}", file.rates.der);
    assert!(file.rates.real_time_factor.is_some_and(|factor| factor > 0.0));
    assert_eq!(file.rates.invented_words_per_minute, None);
    assert!(report.models.iter().any(|model| model.name == "whisper-tiny.en"));
    assert!(report.noise[0].summary.wer > report.summary.wer);
    let json: Value = serde_json::to_value(&report).expect("plain data");
    let faults: Vec<String> = validator("bench-asr-1").iter_errors(&json).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:?}");
    let read: AsrReport = serde_json::from_value(json).expect("a report is read as it was written");
    assert_eq!(read, report);
}

#[test]
fn a_reference_heard_perfectly_has_no_errors() {
    for item in items("manifest.jsonl", &[]) {
        let transcript = item.reference.transcript.clone();
        let hear = |_: soapstone::audio::AudioSource<'_>| {
            Ok(soapstone::qa::Heard { transcript: transcript.clone(), work: std::time::Duration::from_secs(1) })
        };
        let config = config();
        let bench = Bench { items: &[item], mixes: &[], config: &config, hear: &hear, tell: &|_| {} };
        let report = bench.run(Vec::new(), &SystemClock).expect("it runs");
        let (id, rates) = (&report.files[0].id, &report.summary);
        let errors = [rates.wer, rates.cer, rates.der, rates.cpwer, rates.false_drugs_per_hour];
        assert_eq!(errors, [Some(0.0); 5], "{id}");
        assert_eq!([rates.medical_term_recall, rates.role_accuracy], [Some(1.0); 2], "{id}");
        assert!(rates.drug_recall.is_none_or(|recall| recall == 1.0), "{id}");
    }
}

#[test]
fn the_recordings_without_speech_are_what_they_should_be() {
    let items = items("hallucination.jsonl", &[]);
    assert_eq!(items.len(), 7);
    let report = measure(&items, &[]);
    for file in &report.files {
        assert_eq!(file.counts.invented_words, 0, "{}", file.id);
        assert!(file.rates.invented_words_per_minute.is_some(), "{} has words", file.id);
    }
    assert_eq!((report.summary.wer, report.summary.der), (None, None));
}

#[test]
fn a_silent_recording_of_which_words_are_known_has_them_all_left_out() {
    let mut items = items("hallucination.jsonl", &["no-speech-off"]);
    let mut visit = self::items("manifest.jsonl", &["visit-08-warfarin-phone"]);
    let words = &mut items[0].reference;
    std::mem::swap(words, &mut visit[0].reference);
    let report = measure(&items, &[Mix { kind: NoiseKind::Pink, snr_db: 10.0 }]);
    for file in [&report.files[0], &report.noise[0].files[0]] {
        let words = file.counts.words.expect("words were said");
        assert!(words.reference > 100 && words.deletions == words.reference, "{words:?}");
        assert_eq!((file.rates.wer, file.rates.drug_recall, file.rates.der), (Some(1.0), Some(0.0), Some(1.0)));
        assert_eq!((file.rates.role_accuracy, file.counts.audio_ms), (None, 5_000));
    }
}

#[test]
fn the_gate_s_baselines_are_of_its_visits() {
    let path = fixtures().join("../docs/baselines/asr.json");
    let baseline: AsrReport =
        serde_json::from_str(&fs::read_to_string(path).expect("it is in the repository")).expect("it is a report");
    let mut listed = items("gate.jsonl", &[]);
    listed.extend(items("hallucination.jsonl", &[]));
    let measured: Vec<&str> = baseline.files.iter().map(|file| file.id.as_str()).collect();
    assert_eq!(measured, listed.iter().map(|item| item.id.as_str()).collect::<Vec<_>>());
    let comparison = qa::compare(&baseline, &baseline);
    assert_eq!((comparison.regressions().count(), comparison.missing.len()), (0, 0));
    let path = fixtures().join("../docs/baselines/notes.json");
    let notes: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(path).expect("it is in the repository")).expect("it is JSON");
    let measured: Vec<&str> =
        notes["visits"].as_array().expect("visits").iter().filter_map(|one| one["id"].as_str()).collect();
    let listed = items("gate-notes.jsonl", &[]);
    assert_eq!(measured, listed.iter().map(|item| item.id.as_str()).collect::<Vec<_>>());
}
