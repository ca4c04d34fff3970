//! `soapstone bench`: measured and compared as a person does it.

use serde_json::{Value, json};

use super::{Place, fixture};
use crate::audio::Wav;

/// A report of `files` with 1000 words each, of which `errors` went wrong.
fn report(errors: &[usize]) -> String {
    let rates = |errors: usize| {
        json!({"wer": errors as f64 / 1000.0, "cer": null, "medical_term_recall": null, "drug_recall": null, "der": null,
            "cpwer": null, "role_accuracy": null, "real_time_factor": 0.1, "peak_rss_mb": null,
            "drug_recall_before_repair": null, "false_drugs_per_hour": null, "invented_words_per_minute": null})
    };
    let counts = |errors: usize| {
        json!({"words": {"reference": 1000, "substitutions": errors, "deletions": 0, "insertions": 0}, "false_drugs": 0,
            "invented_words": 0, "speechless_ms": 0, "audio_ms": 60000, "work_ms": 6000})
    };
    let file = |(index, &errors): (usize, &usize)| {
        let mut file = rates(errors);
        file["id"] = json!(format!("visit-{index}"));
        file["counts"] = counts(errors);
        for list in ["tags", "drug_confusions", "reference_turns", "hypothesis_turns"] {
            file[list] = json!([]);
        }
        file
    };
    let files: Vec<Value> = errors.iter().enumerate().map(file).collect();
    json!({"schema": "soapstone.bench-asr/1", "soapstone": "0.1.0", "created_at": "", "manifests": [], "models": [],
        "summary": rates(0), "counts": counts(0), "tags": {}, "files": files})
    .to_string()
}

#[test]
fn a_regression_is_named_and_exits_1() {
    let place = Place::new();
    place.write("old.json", report(&[80, 90, 100, 70]));
    place.write("same.json", report(&[81, 89, 101, 70]));
    place.write("worse.json", report(&[95, 110, 160, 90]));
    let same = place.run(&["bench", "compare", "old.json", "same.json"]);
    assert_eq!((same.code, same.stderr.as_str()), (0, ""), "{}", same.stdout);
    assert!(same.stdout.contains("8.5 %") && same.stdout.contains("4 recordings compared"), "{}", same.stdout);
    let worse = place.run(&["bench", "compare", "old.json", "worse.json"]);
    assert_eq!(worse.code, 1);
    assert!(worse.stdout.contains("WORSE, most in visit-2"), "{}", worse.stdout);
    assert_eq!(worse.last_line(), "soapstone: worse than before: Word error rate");
    let better = place.run(&["bench", "compare", "worse.json", "old.json"]);
    assert_eq!(better.code, 0);
    assert!(better.stdout.contains("better"), "{}", better.stdout);
}

#[test]
fn what_is_measured_no_more_is_named_and_exits_1() {
    let place = Place::new();
    let mut measured: Value = serde_json::from_str(&report(&[80, 90])).expect("it is JSON");
    measured["files"][1]["role_accuracy"] = json!(0.99);
    measured["noise"] =
        json!([{"kind": "pink", "snr_db": 10.0, "summary": measured["summary"], "files": measured["files"]}]);
    place.write("old.json", measured.to_string());
    measured["files"][1]["role_accuracy"] = Value::Null;
    place.write("without-roles.json", measured.to_string());
    measured["files"][1]["role_accuracy"] = json!(0.99);
    measured["noise"] = json!([]);
    // As some programs of Windows save it.
    place.write("without-noise.json", format!("\u{feff}{measured}"));
    for (new, table, says) in [
        ("old.json", "", ""),
        ("without-roles.json", "measured no more in visit-1", "Words with the right role measured no more in visit-1"),
        (
            "without-noise.json",
            "only one report has them: pink 10 dB",
            "pink 10 dB of the old report not measured any more",
        ),
    ] {
        let ended = place.run(&["bench", "compare", "old.json", new]);
        assert_eq!(ended.code, i32::from(!says.is_empty()), "{new}: {}", ended.stdout);
        assert!(ended.stdout.contains(table) && ended.stderr.contains(says), "{new}: {}{}", ended.stdout, ended.stderr);
    }
}

#[test]
fn reports_that_cannot_be_compared_are_named() {
    let place = Place::new();
    place.write("old.json", report(&[80]));
    place.write("note.json", r#"{"schema":"soapstone.note/1"}"#);
    place.write("other.json", report(&[80]).replace("visit-0", "call-0"));
    for (new, says) in [("none.json", "none.json"), ("note.json", "bench asr --json"), ("other.json", "in common")] {
        let ended = place.run(&["bench", "compare", "old.json", new]);
        assert_eq!((ended.code, ended.stdout.as_str()), (3, ""), "{new}: {}", ended.stderr);
        assert!(ended.last_line().contains(says) && ended.last_line().contains(new), "{}", ended.stderr);
    }
}

#[test]
fn a_folder_of_recordings_with_texts_is_measured() {
    let place = Place::new();
    let folder = place.path("mine");
    std::fs::create_dir(&folder).expect("a folder can be made");
    let visit = std::fs::read(fixture("no-speech/keyboard.flac")).expect("it is there");
    std::fs::write(folder.join("keys.flac"), visit).expect("it can be written");
    std::fs::write(folder.join("keys.txt"), "").expect("it can be written");
    let silence = Wav::pcm16(1, 16_000, &[0; 16_000]).bytes();
    std::fs::write(folder.join("Off.WAV"), silence).expect("it can be written");
    std::fs::write(folder.join("Off.TXT"), "").expect("it can be written");
    std::fs::write(folder.join("alone.wav"), b"no text beside it").expect("it can be written");
    let args = ["bench", "asr", "mine", "--json", "out/report.json", "--html", "out/report.html"];
    let ended = place.run(&args);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stderr.contains("[1/2] Off.WAV") && ended.stderr.contains("[2/2] keys.flac"), "{}", ended.stderr);
    assert!(ended.stderr.contains("no text of the same name beside it: alone.wav"), "{}", ended.stderr);
    assert!(ended.stdout.contains("Invented words per minute"), "{}", ended.stdout);
    let json = std::fs::read_to_string(place.path("out/report.json")).expect("it was written");
    let report: Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(report["schema"], "soapstone.bench-asr/1");
    assert_eq!(report["summary"]["wer"], Value::Null);
    assert!(report["summary"]["invented_words_per_minute"].is_number(), "{json}");
    let page = std::fs::read_to_string(place.path("out/report.html")).expect("it was written");
    assert!(page.starts_with("<!doctype html>") && page.contains("keys.flac"));
}

#[test]
fn what_cannot_be_measured_is_named_before_any_work() {
    let place = Place::new();
    place.write("empty.jsonl", "");
    place.write("lost.jsonl", r#"{"id":"a","audio":"a.wav","transcript":"a.txt"}"#);
    let silence = Wav::pcm16(1, 16_000, &[0; 16_000]).bytes();
    place.write("b.wav", silence);
    place.write("b.txt", "hello");
    let line = r#"{"id":"b","audio":"b.wav","transcript":"b.txt"}"#;
    place.write("one.jsonl", line);
    place.write("two.jsonl", line);
    for (args, says) in [
        (&["none.jsonl"][..], "none.jsonl"),
        (&["empty.jsonl"], "names no recording"),
        (&["lost.jsonl"], "a.wav"),
        (&["out"], "visit.wav and visit.txt"),
        (&["one.jsonl", "two.jsonl"], "two.jsonl"),
        (&["one.jsonl", "--html", "none/page.html"], "none"),
    ] {
        let ended = place.run(&[&["bench", "asr"], args].concat());
        assert_eq!((ended.code, ended.stdout.as_str()), (3, ""), "{args:?}: {}", ended.stderr);
        assert!(ended.last_line().contains(says), "{args:?}: {}", ended.stderr);
    }
    // The first could be measured; that the second is no recording is said before it is.
    place.write("c.wav", "no recording");
    place.write("broken.jsonl", format!("{line}\n{}", line.replace("\"b\"", "\"c\"").replace("b.wav", "c.wav")));
    let broken = place.run(&["bench", "asr", "broken.jsonl"]);
    assert_eq!((broken.code, broken.stdout.as_str()), (3, ""), "{}", broken.stderr);
    assert!(broken.last_line().contains("c.wav") && !broken.stderr.contains("[1/2]"), "{}", broken.stderr);
    let alone = place.run(&["bench", "asr", "one.jsonl", "--noise", "5", "--noise-kind", "babble"]);
    assert_eq!((alone.code, alone.stdout.as_str()), (2, ""), "{}", alone.stderr);
    assert!(alone.last_line().contains("no other with speech"), "{}", alone.stderr);
}
