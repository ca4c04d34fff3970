//! The report as one page for a person: no script, nothing fetched, everything escaped.

use std::collections::BTreeMap;

use minijinja::{
    Environment, context,
    value::{Serde, Value},
};
use serde::Serialize;

use super::{
    AsrReport, FIGURES, FileResult, NoiseResult, Unit,
    figures::{Card, Head, Row, cards, heads, rows},
};
use crate::{
    domain::Role,
    qa::{
        metrics::{
            Found,
            diarisation::{Turn, person_of_voice},
            speakers::PersonRoles,
        },
        score::{Counts, Rates},
    },
};

/// The width that bars and timelines have for 100 per cent, in the units of the drawing.
const PLOT_WIDTH: f64 = 560.0;

/// Colours of the page's style sheet for people on a timeline; more share the last.
const PERSON_CLASSES: usize = 5;

/// Renders `report`.
pub fn page(report: &AsrReport) -> String {
    render("asr.html", include_str!("asr.html"), Page::new(report))
}

/// How the pages of all reports look.
const STYLE: &str = include_str!("style.css");

/// Fills the template called `name` with what `page` holds.
pub(super) fn render(name: &str, template: &str, page: impl Serialize) -> String {
    let mut environment = Environment::new();
    // The name ends in .html: everything that is put in is escaped.
    environment.add_template(name, template).expect("the template is fixed and valid");
    let template = environment.get_template(name).expect("it was added");
    template
        .render(context! { page => Value::from(Serde(page)), style => Value::from_safe_string(STYLE.to_owned()) })
        .expect("the page has all that the template names")
}

/// A moment as a person reads it.
pub(super) fn moment(rfc3339: &str) -> String {
    rfc3339.split('.').next().unwrap_or_default().replace('T', " ").replace('Z', "") + " UTC"
}

/// What the template shows.
#[derive(Serialize)]
struct Page {
    soapstone: String,
    created_at: String,
    manifests: String,
    models: Vec<String>,
    recordings: usize,
    length: String,
    cards: Vec<Card>,
    words_by_file: Option<Bars>,
    words_by_tag: Option<Bars>,
    drugs_missed: Vec<Confusion>,
    drugs_suggested: Option<Found>,
    invented: Vec<Invented>,
    noise: Option<NoiseTable>,
    roles: Vec<RoleRow>,
    timelines: Vec<Timeline>,
    speed: Option<Bars>,
    memory: Option<Bars>,
    heads: Vec<Head>,
    rows: Vec<Row>,
    tag_rows: Vec<Row>,
}

/// A plot of horizontal bars.
#[derive(Serialize)]
struct Bars {
    height: usize,
    ticks: Vec<Tick>,
    rows: Vec<Bar>,
}

#[derive(Serialize)]
struct Tick {
    x: f64,
    label: String,
}

#[derive(Serialize)]
struct Bar {
    y: usize,
    label: String,
    value: String,
    end: f64,
    segments: Vec<Segment>,
}

/// A coloured stretch of a bar or of a timeline.
#[derive(Serialize)]
struct Segment {
    x: f64,
    width: f64,
    class: String,
    title: String,
}

#[derive(Serialize)]
struct Confusion {
    file: String,
    said: String,
    written: String,
    suggested: bool,
}

#[derive(Serialize)]
struct Invented {
    file: String,
    words: usize,
    length: String,
    text: String,
}

#[derive(Serialize)]
struct NoiseTable {
    heads: Vec<&'static str>,
    rows: Vec<NoiseRow>,
}

#[derive(Serialize)]
struct NoiseRow {
    name: String,
    cells: Vec<String>,
    width: f64,
}

/// A person of a recording, and whom soapstone took that person for.
#[derive(Serialize)]
struct RoleRow {
    file: String,
    person: String,
    really: &'static str,
    taken_for: String,
    right: String,
    basis: String,
    is_wrong: bool,
}

#[derive(Serialize)]
struct Timeline {
    file: String,
    der: String,
    length: String,
    people: Vec<Person>,
    ticks: Vec<Tick>,
    reference: Vec<Segment>,
    recognised: Vec<Segment>,
}

#[derive(Serialize)]
struct Person {
    class: String,
    name: String,
}

impl Page {
    fn new(report: &AsrReport) -> Self {
        let worst_first = worst_first(&report.files);
        Self {
            soapstone: report.soapstone.clone(),
            created_at: moment(&report.created_at),
            manifests: report.manifests.join(", "),
            models: report.models.iter().map(|model| model.name.clone()).collect(),
            recordings: report.files.len(),
            length: clock(report.counts.audio_ms),
            cards: cards(FIGURES, &report.summary, |key| basis(key, &report.counts)),
            words_by_file: word_bars(worst_first.iter().map(|file| (file.id.clone(), &file.counts))),
            words_by_tag: tag_bars(report),
            drugs_missed: confusions(&worst_first),
            drugs_suggested: report.counts.missed_drugs_suggested,
            invented: invented(&report.files),
            noise: noise(report),
            roles: roles(&report.files),
            timelines: worst_first_by(&report.files, |rates| rates.der).into_iter().filter_map(timeline).collect(),
            speed: plain_bars(&report.files, Unit::Plain, |rates| rates.real_time_factor),
            memory: plain_bars(&report.files, Unit::Megabytes, |rates| rates.peak_rss_mb),
            heads: heads(FIGURES),
            rows: rows(FIGURES, &file_rows(&worst_first)),
            tag_rows: rows(FIGURES, &tag_rows(report)),
        }
    }
}

/// Recordings with the most word errors first; those without words after them, the most invented words first.
fn worst_first(files: &[FileResult]) -> Vec<&FileResult> {
    worst_first_by(files, |rates| match rates.wer {
        Some(wer) => Some(1e6 + wer),
        None => rates.invented_words_per_minute,
    })
}

fn worst_first_by(files: &[FileResult], badness: fn(&Rates) -> Option<f64>) -> Vec<&FileResult> {
    let mut sorted: Vec<&FileResult> = files.iter().collect();
    let of = |file: &FileResult| badness(&file.rates).unwrap_or(-1.0);
    sorted.sort_by(|one, other| of(other).total_cmp(&of(one)));
    sorted
}

fn file_rows<'r>(files: &[&'r FileResult]) -> Vec<(String, String, &'r Rates)> {
    files.iter().map(|file| (file.id.clone(), file.tags.join(", "), &file.rates)).collect()
}

/// What a figure was counted from.
fn basis(key: &str, counts: &Counts) -> String {
    let edits = |edits: Option<crate::qa::metrics::edits::Edits>, what: &str| {
        let edits = edits.unwrap_or_default();
        let [wrong, missing, added] = [edits.substitutions, edits.deletions, edits.insertions];
        format!("{wrong} wrong, {missing} left out, {added} added, of {} {what}", edits.reference)
    };
    let found = |found: Option<Found>| {
        let found = found.unwrap_or_default();
        format!("{} of {}", found.found, found.of)
    };
    match key {
        "wer" => edits(counts.words, "words"),
        "cer" => edits(counts.characters, "letters and spaces"),
        "cpwer" => edits(counts.speaker_words, "words"),
        "medical_term_recall" => found(counts.medical_terms),
        "drug_recall" => found(counts.drugs),
        "drug_recall_before_repair" => found(counts.drugs_before_repair),
        "missed_drugs_suggested" => found(counts.missed_drugs_suggested),
        "role_accuracy" => found(counts.roles),
        "false_drugs_per_hour" => format!("{} in {}", counts.false_drugs, clock(counts.audio_ms)),
        "invented_words_per_minute" => format!("{} in {}", counts.invented_words, clock(counts.speechless_ms)),
        "real_time_factor" => format!("{} for {}", clock(counts.work_ms), clock(counts.audio_ms)),
        "der" => {
            let errors = counts.diarisation.unwrap_or_default();
            let [missed, added, confused] =
                [errors.missed_ms, errors.false_alarm_ms, errors.confused_ms].map(|ms| ms as f64 / 1000.0);
            format!("{missed:.0} s missed, {added:.0} s made up, {confused:.0} s to the wrong person")
        }
        _ => String::new(),
    }
}

/// Word errors a bar: wrong, left out, added.
fn word_bars<'a>(named: impl Iterator<Item = (String, &'a Counts)>) -> Option<Bars> {
    let parts = named.filter_map(|(name, counts)| {
        let words = counts.words.filter(|words| words.reference > 0)?;
        let part = |count: usize, class: &'static str, what: &str| {
            (count as f64 / words.reference as f64, class, format!("{count} words {what}"))
        };
        let parts = vec![
            part(words.substitutions, "wrong", "written wrongly"),
            part(words.deletions, "missing", "left out"),
            part(words.insertions, "added", "added"),
        ];
        Some((name, Unit::Percent.show(words.rate()), parts))
    });
    bars(parts.collect(), Unit::Percent)
}

fn tag_bars(report: &AsrReport) -> Option<Bars> {
    let of_tag = |tag: &String| {
        let mut counts = Counts::default();
        report.files.iter().filter(|file| file.tags.contains(tag)).for_each(|file| counts.add(&file.counts));
        (tag.clone(), counts)
    };
    let mut tags: Vec<(String, Counts)> = report.tags.keys().map(of_tag).collect();
    let rate = |counts: &Counts| counts.words.and_then(|words| words.rate()).unwrap_or(-1.0);
    tags.sort_by(|one, other| rate(&other.1).total_cmp(&rate(&one.1)));
    word_bars(tags.iter().map(|(tag, counts)| (tag.clone(), counts)))
}

fn plain_bars(files: &[FileResult], unit: Unit, of: fn(&Rates) -> Option<f64>) -> Option<Bars> {
    let rows = worst_first_by(files, of).into_iter().filter_map(|file| {
        let value = of(&file.rates)?;
        Some((file.id.clone(), unit.show(Some(value)), vec![(value, "plain", String::new())]))
    });
    bars(rows.collect(), unit)
}

/// Bars from a name, what is written at the end, and the parts with their lengths.
type Parts = (String, String, Vec<(f64, &'static str, String)>);

fn bars(rows: Vec<Parts>, unit: Unit) -> Option<Bars> {
    let total = |parts: &[(f64, &str, String)]| parts.iter().map(|part| part.0).sum::<f64>();
    let longest = rows.iter().map(|row| total(&row.2)).fold(0.0, f64::max);
    if rows.is_empty() {
        return None;
    }
    let step = round_step(longest);
    let ticks = ((longest / step).ceil() as usize).max(1);
    let scale = PLOT_WIDTH / (step * ticks as f64);
    let tick = |index: usize| Tick { x: index as f64 * step * scale, label: short(index as f64 * step, unit) };
    let bar = |(index, (label, value, parts)): (usize, Parts)| {
        let (mut at, mut segments) = (0.0, Vec::new());
        for (length, class, title) in parts {
            let width = length * scale;
            segments.push(Segment { x: at, width, class: class.to_owned(), title });
            at += width;
        }
        Bar { y: index * 26, label, value, end: at, segments }
    };
    Some(Bars {
        height: rows.len() * 26,
        ticks: (0..=ticks).map(tick).collect(),
        rows: rows.into_iter().enumerate().map(bar).collect(),
    })
}

/// A round distance between marks, so that three to six of them reach `longest`.
fn round_step(longest: f64) -> f64 {
    let magnitude = 10_f64.powf((longest.max(1e-3) / 3.0).log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * magnitude);
    steps.into_iter().find(|step| longest / step <= 6.0).unwrap_or(magnitude)
}

fn short(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Percent => format!("{:.4}", value * 100.0).trim_end_matches('0').trim_end_matches('.').to_owned() + " %",
        Unit::Plain => format!("{value:.4}").trim_end_matches('0').trim_end_matches('.').to_owned(),
        Unit::Megabytes => format!("{value:.0}"),
    }
}

fn confusions(files: &[&FileResult]) -> Vec<Confusion> {
    let of_file = |file: &&FileResult| {
        let confusion = |one: &crate::qa::metrics::drugs::DrugConfusion| Confusion {
            file: file.id.clone(),
            said: one.said.as_str().to_owned(),
            written: one.written.as_str().to_owned(),
            suggested: one.suggested,
        };
        file.drug_confusions.iter().map(confusion).collect::<Vec<_>>()
    };
    files.iter().flat_map(of_file).collect()
}

fn invented(files: &[FileResult]) -> Vec<Invented> {
    let speechless = worst_first_by(files, |rates| rates.invented_words_per_minute);
    let speechless = speechless.into_iter().filter(|file| file.rates.invented_words_per_minute.is_some());
    let row = |file: &FileResult| Invented {
        file: file.id.clone(),
        words: file.counts.invented_words,
        length: clock(file.counts.speechless_ms),
        text: file.invented.as_str().to_owned(),
    };
    speechless.map(row).collect()
}

fn noise(report: &AsrReport) -> Option<NoiseTable> {
    const SHOWN: [&str; 5] = ["wer", "medical_term_recall", "drug_recall", "der", "role_accuracy"];
    let figures: Vec<_> = FIGURES.iter().filter(|figure| SHOWN.contains(&figure.key)).collect();
    let clean = ("as recorded".to_owned(), &report.summary);
    let name = |one: &NoiseResult| format!("{:?} noise, {} dB", one.mix.kind, one.mix.snr_db);
    let runs = report.noise.iter().map(|one| (name(one), &one.summary));
    let runs: Vec<(String, &Rates)> = std::iter::once(clean).chain(runs).collect();
    let worst = runs.iter().filter_map(|(_, rates)| rates.wer).fold(0.0, f64::max).max(1e-9);
    let row = |(name, rates): &(String, &Rates)| NoiseRow {
        name: name.clone(),
        cells: figures.iter().map(|figure| figure.unit.show((figure.of)(rates))).collect(),
        width: rates.wer.unwrap_or(0.0) / worst * 120.0,
    };
    let heads = figures.iter().map(|figure| figure.label).collect();
    (runs.len() > 1).then(|| NoiseTable { heads, rows: runs.iter().map(row).collect() })
}

/// Everybody whose role is known; the recording with the most words given a wrong role first.
fn roles(files: &[FileResult]) -> Vec<RoleRow> {
    let sorted = worst_first_by(files, |rates| rates.role_accuracy.map(|right| 1.0 - right));
    let of_file = |file: &FileResult| file.roles_given.iter().map(|one| role_row(&file.id, one)).collect::<Vec<_>>();
    sorted.into_iter().flat_map(of_file).collect()
}

fn role_row(file: &str, person: &PersonRoles) -> RoleRow {
    let (mostly, right) = (person.mostly(), person.right());
    let share = |part: usize| Unit::Percent.show((right.of > 0).then(|| part as f64 / right.of as f64));
    let taken_for = match mostly {
        Some(Role::Unknown) => format!("nobody ({})", share(person.unknown)),
        Some(role) if role != person.role => format!("{} ({})", role_name(role), share(person.given(role))),
        Some(role) => role_name(role).to_owned(),
        None => "none of the words was recognised".to_owned(),
    };
    RoleRow {
        file: file.to_owned(),
        person: person.speaker.clone(),
        really: role_name(person.role),
        taken_for,
        right: share(right.found),
        basis: format!("{} of {}", right.found, right.of),
        is_wrong: mostly.is_some_and(|role| role != person.role),
    }
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Clinician => "clinician",
        Role::Patient => "patient",
        Role::Other => "another person",
        Role::Unknown => "not known",
    }
}

fn timeline(file: &FileResult) -> Option<Timeline> {
    let der = file.rates.der?;
    let length_ms = file.counts.audio_ms.max(1);
    let scale = PLOT_WIDTH / length_ms as f64;
    let mut people: Vec<&str> = file.reference_turns.iter().map(|turn| turn.speaker.as_str()).collect();
    people.sort_unstable();
    people.dedup();
    let persons = person_of_voice(&file.reference_turns, &file.hypothesis_turns);
    let class = |person: Option<&str>| match people.iter().position(|known| Some(*known) == person) {
        Some(index) => format!("person{}", index.min(PERSON_CLASSES - 1)),
        None => "nobody".to_owned(),
    };
    let segment = |turn: &Turn, person: Option<&str>| Segment {
        x: turn.start_ms as f64 * scale,
        width: (turn.end_ms.saturating_sub(turn.start_ms)) as f64 * scale,
        class: class(person),
        title: format!("{}: {} to {}", turn.speaker, clock(turn.start_ms), clock(turn.end_ms)),
    };
    let voices: BTreeMap<&str, &str> =
        persons.iter().map(|(voice, person)| (voice.as_str(), person.as_str())).collect();
    let heard = |turn: &Turn| segment(turn, voices.get(turn.speaker.as_str()).copied());
    let minutes = length_ms / 60_000;
    let tick_minutes = (minutes / 8).max(1);
    let ticks = (0..=minutes).step_by(tick_minutes as usize);
    Some(Timeline {
        file: file.id.clone(),
        der: Unit::Percent.show(Some(der)),
        length: clock(length_ms),
        people: people.iter().map(|name| Person { class: class(Some(name)), name: person_name(file, name) }).collect(),
        ticks: ticks
            .map(|minute| Tick { x: (minute * 60_000) as f64 * scale, label: format!("{minute} min") })
            .collect(),
        reference: file.reference_turns.iter().map(|turn| segment(turn, Some(&turn.speaker))).collect(),
        recognised: file.hypothesis_turns.iter().map(heard).collect(),
    })
}

fn tag_rows(report: &AsrReport) -> Vec<(String, String, &Rates)> {
    let mut rows: Vec<_> = report.tags.iter().collect();
    rows.sort_by(|one, other| other.1.rates.wer.unwrap_or(-1.0).total_cmp(&one.1.rates.wer.unwrap_or(-1.0)));
    let files = |count: usize| if count == 1 { "1 recording".to_owned() } else { format!("{count} recordings") };
    rows.into_iter().map(|(tag, result)| (tag.clone(), files(result.files), &result.rates)).collect()
}

/// A speaker by the role, where it is known.
fn person_name(file: &FileResult, speaker: &str) -> String {
    match file.people.get(speaker) {
        Some(Role::Unknown) | None => speaker.to_owned(),
        Some(role) => format!("{} ({speaker})", role_name(*role)),
    }
}

/// `3:11`, or `1:02:03`.
fn clock(ms: u64) -> String {
    let seconds = (ms + 500) / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{
        domain::ModelRef,
        qa::{
            metrics::{diarisation::tests::turns, drugs::DrugConfusion, edits::Edits},
            noise::{Mix, NoiseKind},
            report::TagResult,
        },
    };

    fn file(id: &str, counts: Counts) -> FileResult {
        let counts = Counts { audio_ms: 120_000, work_ms: 18_000, peak_rss_mb: Some(412.0), ..counts };
        FileResult {
            id: id.to_owned(),
            tags: vec!["clean".to_owned()],
            rates: counts.rates(),
            counts,
            ..FileResult::default()
        }
    }

    /// A report with something in every place.
    pub fn sample() -> AsrReport {
        let words = Edits { reference: 400, substitutions: 20, deletions: 8, insertions: 4 };
        let counts = Counts {
            words: Some(words),
            characters: Some(Edits { reference: 2_000, ..words }),
            medical_terms: Some(Found { found: 27, of: 30 }),
            drugs: Some(Found { found: 7, of: 9 }),
            missed_drugs_suggested: Some(Found { found: 1, of: 2 }),
            speaker_words: Some(Edits { substitutions: 40, ..words }),
            roles: Some(Found { found: 380, of: 392 }),
            diarisation: Some(crate::qa::metrics::diarisation::DiarisationErrors {
                reference_ms: 100_000,
                missed_ms: 1_000,
                false_alarm_ms: 2_000,
                confused_ms: 5_000,
            }),
            ..Counts::default()
        };
        let mut bad = file("visit <two> & more", counts.clone());
        bad.drug_confusions = vec![
            DrugConfusion { said: "lisinopril".into(), written: "<listen> up".into(), suggested: false },
            DrugConfusion { said: "clonazepam".into(), written: "clonidine".into(), suggested: true },
        ];
        bad.people = [("S1".to_owned(), Role::Clinician)].into();
        let husband = PersonRoles { speaker: "<husband>".to_owned(), role: Role::Other, ..PersonRoles::default() };
        bad.roles_given = vec![
            PersonRoles { speaker: "S1".to_owned(), role: Role::Clinician, clinician: 300, ..PersonRoles::default() },
            PersonRoles { patient: 76, other: 4, ..husband.clone() },
            PersonRoles { speaker: "S3".to_owned(), role: Role::Patient, ..husband },
        ];
        bad.reference_turns = turns(&[("S1", 0, 60_000), ("S2", 60_000, 120_000)]);
        bad.hypothesis_turns = turns(&[("A", 0, 50_000), ("B", 50_000, 120_000), ("C", 119_000, 120_000)]);
        let good = file("visit-01", Counts { words: Some(Edits { substitutions: 0, ..words }), ..Counts::default() });
        let speechless = Counts { invented_words: 4, speechless_ms: 120_000, ..Counts::default() };
        let mut fan = file("fan", speechless);
        fan.invented = "Thank you for watching".into();
        let files = vec![good, bad, fan];
        let mut sum = Counts::default();
        files.iter().for_each(|file| sum.add(&file.counts));
        let noisy = Rates { wer: Some(0.31), ..sum.rates() };
        AsrReport {
            soapstone: "0.1.0".to_owned(),
            created_at: "2026-11-22T19:00:00.123Z".to_owned(),
            manifests: vec!["audio-fixtures/manifest.jsonl".to_owned()],
            models: vec![ModelRef { task: "asr".to_owned(), name: "whisper-base".to_owned(), sha256: String::new() }],
            summary: sum.rates(),
            tags: [("clean".to_owned(), TagResult { files: 3, rates: sum.rates() })].into(),
            counts: sum,
            files,
            noise: vec![NoiseResult {
                mix: Mix { kind: NoiseKind::Babble, snr_db: 5.0 },
                summary: noisy,
                files: Vec::new(),
            }],
            ..AsrReport::default()
        }
    }

    #[test]
    fn the_page_says_everything_and_escapes_it() {
        let page = page(&sample());
        for text in [
            "visit &lt;two&gt; &amp; more",
            "&lt;listen&gt; up",
            "Thank you for watching",
            "Babble noise, 5 dB",
            "whisper-base",
            "clinician (S1)",
            "2026-11-22 19:00:00 UTC",
            "20 wrong, 16 left out, 8 added, of 800 words",
        ] {
            assert!(page.contains(text), "{text} is not in the page");
        }
        for figure in FIGURES.iter().filter(|figure| figure.key != "drug_recall_before_repair") {
            assert!(page.contains(figure.label), "{} is not in the page", figure.label);
        }
        assert!(!page.contains("<two>") && !page.contains("<listen>"));
    }

    #[test]
    fn a_name_that_is_missed_and_suggested_is_marked() {
        let page = page(&sample());
        let row = |said: &str| {
            let start = page.find(&format!("<tr><td>{said}</td>")).unwrap_or_else(|| panic!("no row of {said}"));
            page[start..].split("</tr>").next().unwrap_or_default().to_owned()
        };
        assert!(row("clonazepam").contains("suggested") && !row("lisinopril").contains("suggested"));
        assert!(page.contains("Of 2 said and not written, the transcript suggests\n1 to its reader"));
        assert!(!super::page(&AsrReport::default()).contains("said and not written, the transcript"));
    }

    #[test]
    fn who_was_taken_for_whom_is_said() {
        let page = Page::new(&sample());
        let rows = page.roles.iter().map(|row| {
            (
                row.person.as_str(),
                row.really,
                row.taken_for.as_str(),
                row.right.as_str(),
                row.basis.as_str(),
                row.is_wrong,
            )
        });
        let expected = [
            ("S1", "clinician", "clinician", "100.0 %", "300 of 300", false),
            ("<husband>", "another person", "patient (95.0 %)", "5.0 %", "4 of 80", true),
            ("S3", "patient", "none of the words was recognised", "–", "0 of 0", false),
        ];
        assert_eq!(rows.collect::<Vec<_>>(), expected);
        let page = super::page(&sample());
        assert!(page.contains("Who was taken for whom") && page.contains("&lt;husband&gt;"));
        assert!(page.contains(r#"<td class="worst">patient (95.0 %)</td>"#));
        assert!(!super::page(&AsrReport::default()).contains("Who was taken for whom"));
    }

    #[test]
    fn the_page_stands_alone() {
        let page = page(&sample());
        for outside in ["<script", "<link", "src=", "href=\"http", "@import", "url("] {
            assert!(!page.contains(outside), "{outside}");
        }
    }

    #[test]
    fn the_worst_recording_comes_first() {
        let page = Page::new(&sample());
        let names: Vec<&str> = page.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["visit <two> & more", "visit-01", "fan"]);
        assert!(page.rows[0].cells[0].is_worst && !page.rows[1].cells[0].is_worst);
        assert_eq!(page.timelines.len(), 1);
        let classes: Vec<&str> = page.timelines[0].recognised.iter().map(|segment| segment.class.as_str()).collect();
        assert_eq!(classes, ["person0", "person1", "nobody"]);
    }

    #[test]
    fn an_empty_report_is_a_page_as_well() {
        assert!(page(&AsrReport::default()).contains("0 recordings"));
    }

    #[test]
    fn marks_are_round_and_reach_the_longest_bar() {
        for (longest, step) in [(0.083, 0.02), (1.0, 0.2), (412.0, 100.0), (0.0, 0.0001)] {
            assert!((round_step(longest) - step).abs() < 1e-9, "{longest}: {}", round_step(longest));
        }
    }

    #[test]
    fn times_are_those_of_a_clock() {
        assert_eq!([clock(499), clock(191_000), clock(3_723_000)], ["0:00", "3:11", "1:02:03"]);
    }
}
