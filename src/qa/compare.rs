//! Two reports of the same recordings: what got worse, beyond what chance explains?
//!
//! Recordings, or visits, are paired by their id. What is shown are the figures of all that both reports have together, as a
//! summary has them. A figure regressed where its mean over them, each weighed by how much it has of what is counted, worsened
//! by more than a floor, and still worsened in 95 of 100 draws of as many recordings with replacement (the bootstrap of
//! M. Bisani and H. Ney, 2004); of fewer than four recordings it must also be more than counts scatter by chance. A single recording
//! that collapses would drown there, so it is named by a floor of its own. Of what there should be none of, invented words and
//! drugs that nobody named, the first one counts. What is judged and was measured before must be measured again: it might have
//! become worse. The draws come from a fixed seed.

use std::collections::BTreeMap;

use super::{
    noise::{Mix, Random},
    notes::{self, NoteCounts, NoteRates},
    report::{
        AsrReport, FIGURES, FileResult, Unit,
        notes::{NOTE_FIGURES, NoteResult, NotesReport},
    },
    score::{Counts, Rates},
};

/// Draws of the bootstrap.
const DRAWS: usize = 10_000;

/// What a figure weighs in a recording or a visit, whose counts are `C`, and by how much it must worsen to count.
struct Rule<C> {
    key: &'static str,
    weight: fn(&C) -> f64,
    /// In the mean of all.
    floor: f64,
    /// In any one.
    one_floor: f64,
}

/// Time per time recorded is not judged: another program on the machine changes it more than a change of soapstone does.
const RULES: &[Rule<Counts>] = &[
    Rule { key: "wer", weight: |of| length(of.words), floor: 0.005, one_floor: 0.10 },
    Rule { key: "cer", weight: |of| length(of.characters), floor: 0.005, one_floor: 0.10 },
    Rule { key: "medical_term_recall", weight: |of| count(of.medical_terms), floor: 0.01, one_floor: 0.15 },
    Rule { key: "drug_recall", weight: |of| count(of.drugs), floor: 0.01, one_floor: 0.25 },
    Rule { key: "false_drugs_per_hour", weight: |of| of.audio_ms as f64, floor: 1.0, one_floor: 60.0 },
    Rule {
        key: "der",
        weight: |of| of.diarisation.map_or(0.0, |of| of.reference_ms as f64),
        floor: 0.01,
        one_floor: 0.15,
    },
    Rule { key: "cpwer", weight: |of| length(of.speaker_words), floor: 0.01, one_floor: 0.15 },
    Rule { key: "role_accuracy", weight: |of| count(of.roles), floor: 0.01, one_floor: 0.05 },
    Rule { key: "invented_words_per_minute", weight: |of| of.speechless_ms as f64, floor: 1.0, one_floor: 10.0 },
    Rule { key: "peak_rss_mb", weight: |_| 1.0, floor: 50.0, one_floor: 200.0 },
];

/// What there should be none of: any where there was none is worse, whatever chance says.
const NONE_AT_ALL: [&str; 2] = ["false_drugs_per_hour", "invented_words_per_minute"];

/// Those of notes, for which seconds and tokens a second are not judged either.
const NOTE_RULES: &[Rule<NoteCounts>] = &[
    Rule { key: "rouge1", weight: |_| 1.0, floor: 0.5, one_floor: 15.0 },
    Rule { key: "rouge2", weight: |_| 1.0, floor: 0.5, one_floor: 15.0 },
    Rule { key: "rougeL", weight: |_| 1.0, floor: 0.5, one_floor: 15.0 },
    Rule { key: "concept_f1", weight: |of| size(of.concepts), floor: 0.01, one_floor: 0.20 },
    Rule { key: "medication_f1", weight: |of| size(of.medications), floor: 0.01, one_floor: 0.25 },
    Rule { key: "allergy_f1", weight: |of| size(of.allergies), floor: 0.01, one_floor: 0.40 },
    Rule { key: "icd10cm_recall", weight: |of| count(of.codes), floor: 0.02, one_floor: 0.60 },
    Rule { key: "icd10cm_category_recall", weight: |of| count(of.categories), floor: 0.02, one_floor: 0.60 },
    Rule { key: "unsupported_rate", weight: |of| of.statements as f64, floor: 0.005, one_floor: 0.10 },
    Rule { key: "taken_out_rate", weight: |of| (of.statements + of.taken_out) as f64, floor: 0.02, one_floor: 0.25 },
    Rule { key: "omission_rate", weight: |of| of.looked_for as f64, floor: 0.01, one_floor: 0.15 },
    Rule { key: "unlisted_rate", weight: |of| count(of.unlisted), floor: 0.01, one_floor: 0.15 },
];

fn length(edits: Option<super::metrics::edits::Edits>) -> f64 {
    edits.map_or(0.0, |edits| edits.reference as f64)
}

fn count(found: Option<super::metrics::Found>) -> f64 {
    found.map_or(0.0, |found| found.of as f64)
}

fn size(overlap: Option<super::metrics::Overlap>) -> f64 {
    overlap.map_or(0.0, |of| (2 * of.shared + of.missing + of.added) as f64)
}

/// What two reports differ in.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Each figure that both have, for the recordings as they came and for each noise that both have.
    pub differences: Vec<Difference>,
    /// How many recordings or visits both have.
    pub paired: usize,
    /// Those that only one of them has, and noises, and that were left out.
    pub unpaired: Vec<String>,
    /// Those among them that only the old one has: what is not measured any more may have become worse.
    pub missing: Vec<String>,
}

impl Comparison {
    /// What got worse, or may have, as it is measured no more.
    pub fn regressions(&self) -> impl Iterator<Item = &Difference> {
        self.differences.iter().filter(|one| matches!(one.verdict, Verdict::Worse { .. }) || !one.lost_in.is_empty())
    }
}

/// One figure in both reports, over the recordings or visits that both have.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The noise it was measured under; empty for none.
    pub noise: String,
    /// The figure's key.
    pub key: &'static str,
    /// Its name for a person.
    pub label: &'static str,
    /// Its unit.
    pub unit: Unit,
    /// What it is over all of them in the old report: the figure of its summary, where the new report has every one.
    pub old: Option<f64>,
    /// The same in the new report; `None` where it is measured in none of them any more.
    pub new: Option<f64>,
    /// What follows for those that both reports measured.
    pub verdict: Verdict,
    /// The recordings or visits for which only the old report has it although it is judged.
    pub lost_in: Vec<String>,
}

/// What follows from a difference.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Worse than chance explains; most so in this recording or visit.
    Worse {
        /// Its name.
        most_in: String,
    },
    /// Better than chance explains.
    Better,
    /// No more than chance explains, or too little to matter.
    Same,
    /// It depends on the machine.
    NotJudged,
}

/// Compares two reports of recognition.
pub fn compare(old: &AsrReport, new: &AsrReport) -> Comparison {
    let mut comparison = paired(compare_files("", &old.files, &new.files), ids(&old.files), ids(&new.files));
    for before in &old.noise {
        let name = noise_name(before.mix);
        let Some(after) = new.noise.iter().find(|after| after.mix == before.mix) else {
            comparison.leave_out(vec![name], true);
            continue;
        };
        let under = paired(compare_files(&name, &before.files, &after.files), ids(&before.files), ids(&after.files));
        // What is missing from the whole report is said once.
        let here: Vec<&String> = under.missing.iter().filter(|id| !comparison.missing.contains(id)).collect();
        let here = here.into_iter().map(|id| format!("{id} ({name})")).collect();
        comparison.leave_out(here, true);
        comparison.differences.extend(under.differences);
    }
    let added = new.noise.iter().filter(|after| old.noise.iter().all(|before| before.mix != after.mix));
    comparison.leave_out(added.map(|after| noise_name(after.mix)).collect(), false);
    comparison
}

impl Comparison {
    fn leave_out(&mut self, names: Vec<String>, is_missing: bool) {
        self.unpaired.extend(names.iter().cloned());
        if is_missing {
            self.missing.extend(names);
        }
    }
}

fn ids(files: &[FileResult]) -> Vec<String> {
    files.iter().map(|file| file.id.clone()).collect()
}

fn noise_name(mix: Mix) -> String {
    format!("{} {} dB", format!("{:?}", mix.kind).to_lowercase(), mix.snr_db)
}

/// Compares two reports of notes.
pub fn compare_notes(old: &NotesReport, new: &NotesReport) -> Comparison {
    let figures = NOTE_FIGURES.iter().map(|one| Column {
        key: one.key,
        label: one.label,
        unit: one.unit,
        is_error: one.is_error,
        of: one.of,
        rule: NOTE_RULES.iter().find(|rule| rule.key == one.key),
    });
    let side = |visits: &[NoteResult], others: &[NoteResult]| {
        let is_shared = |visit: &&NoteResult| others.iter().any(|other| other.id == visit.id);
        notes::summary(visits.iter().filter(is_shared)).1
    };
    let total = [side(&old.visits, &new.visits), side(&new.visits, &old.visits)];
    let [before, after] = [old, new].map(|report| report.visits.iter().map(of_visit).collect::<Vec<_>>());
    let differences = compare_rows("", figures, [&before, &after], &total, is_settled);
    let ids = |visits: &[NoteResult]| visits.iter().map(|visit| visit.id.clone()).collect();
    paired(differences, ids(&old.visits), ids(&new.visits))
}

/// Whether the figure `key` was looked for and has no value, as there is nothing to find and nothing was: an allergy that was
/// made up before and is not any more leaves none to count.
fn is_settled(key: &str, of: &NoteCounts) -> bool {
    let overlap = match key {
        "concept_f1" => of.concepts,
        "medication_f1" => of.medications,
        "allergy_f1" => of.allergies,
        _ => None,
    };
    overlap.is_some() && size(overlap) == 0.0
}

fn paired(differences: Vec<Difference>, old: Vec<String>, new: Vec<String>) -> Comparison {
    let only = |one: &[String], other: &[String]| one.iter().filter(|id| !other.contains(id)).cloned().collect();
    let (missing, added): (Vec<String>, Vec<String>) = (only(&old, &new), only(&new, &old));
    let paired = new.iter().filter(|id| old.contains(id)).count();
    Comparison { differences, paired, unpaired: [missing.clone(), added].concat(), missing }
}

/// A recording or a visit as it is compared: its rates `R` and its counts `C`.
struct Row<'a, R, C> {
    id: &'a str,
    rates: &'a R,
    counts: &'a C,
}

fn of_file(file: &FileResult) -> Row<'_, Rates, Counts> {
    Row { id: &file.id, rates: &file.rates, counts: &file.counts }
}

fn of_visit(visit: &NoteResult) -> Row<'_, NoteRates, NoteCounts> {
    Row { id: &visit.id, rates: &visit.rates, counts: &visit.counts }
}

/// A figure as it is compared; one without a rule is not judged.
struct Column<R, C: 'static> {
    key: &'static str,
    label: &'static str,
    unit: Unit,
    is_error: bool,
    of: fn(&R) -> Option<f64>,
    rule: Option<&'static Rule<C>>,
}

/// A recording or a visit in both reports.
struct Pair<'a> {
    id: &'a str,
    weight: f64,
    old: f64,
    new: f64,
}

fn compare_files(noise: &str, old: &[FileResult], new: &[FileResult]) -> Vec<Difference> {
    let figures = FIGURES.iter().map(|one| Column {
        key: one.key,
        label: one.label,
        unit: one.unit,
        is_error: one.is_error,
        of: one.of,
        rule: RULES.iter().find(|rule| rule.key == one.key),
    });
    let total = [total(old, new), total(new, old)];
    let [before, after] = [old, new].map(|files| files.iter().map(of_file).collect::<Vec<_>>());
    compare_rows(noise, figures, [&before, &after], &total, |_, _| false)
}

/// The figures over those of `files` that `others` have, too.
fn total(files: &[FileResult], others: &[FileResult]) -> Rates {
    let is_shared = |file: &&FileResult| others.iter().any(|other| other.id == file.id);
    Counts::sum(files.iter().filter(is_shared).map(|file| &file.counts)).rates()
}

/// Compares each figure in the rows that both have, of which `total` has the old and the new figures. Whether a figure (its
/// key) has no value for a good reason, `is_settled` tells.
fn compare_rows<R, C: 'static>(
    noise: &str,
    figures: impl Iterator<Item = Column<R, C>>,
    [old, new]: [&[Row<'_, R, C>]; 2],
    total: &[R; 2],
    is_settled: fn(&str, &C) -> bool,
) -> Vec<Difference> {
    let after: BTreeMap<&str, &Row<'_, R, C>> = new.iter().map(|row| (row.id, row)).collect();
    let both = old.iter().filter_map(|row| Some([row, *after.get(row.id)?])).collect::<Vec<_>>();
    let difference = |figure: Column<R, C>| {
        let judged = figure.rule.map(|rule| pairs(&figure, rule, &both, is_settled));
        let (pairs, lost_in) = judged.unwrap_or_default();
        let [old, new] = total.each_ref().map(figure.of);
        if pairs.is_empty() && lost_in.is_empty() && (old.is_none() || new.is_none()) {
            return None;
        }
        let verdict = figure.rule.map_or(Verdict::NotJudged, |rule| judge(rule, figure.is_error, &pairs));
        let Column { key, label, unit, .. } = figure;
        Some(Difference { noise: noise.to_owned(), key, label, unit, old, new, verdict, lost_in })
    };
    figures.filter_map(difference).collect()
}

/// The values of a figure in the rows that both have, and the ids of those where only the old one has it.
fn pairs<'a, R, C>(
    figure: &Column<R, C>,
    rule: &Rule<C>,
    both: &[[&Row<'a, R, C>; 2]],
    is_settled: fn(&str, &C) -> bool,
) -> (Vec<Pair<'a>>, Vec<String>) {
    let (mut pairs, mut lost_in) = (Vec::new(), Vec::new());
    for [before, after] in both {
        let Some(old) = (figure.of)(before.rates) else { continue };
        match (figure.of)(after.rates) {
            Some(new) => pairs.push(Pair { id: before.id, weight: (rule.weight)(before.counts), old, new }),
            None if is_settled(figure.key, after.counts) => {}
            None => lost_in.push(before.id.to_owned()),
        }
    }
    (pairs, lost_in)
}

fn judge<C>(rule: &Rule<C>, is_error: bool, pairs: &[Pair<'_>]) -> Verdict {
    let sign = if is_error { 1.0 } else { -1.0 };
    let worsening = |pair: &Pair<'_>| sign * (pair.new - pair.old);
    let most =
        pairs.iter().max_by(|one, other| (worsening(one) * one.weight).total_cmp(&(worsening(other) * other.weight)));
    let Some(most) = most else { return Verdict::Same };
    let changes: Vec<(f64, f64)> = pairs.iter().map(|pair| (pair.weight, worsening(pair))).collect();
    let mean = weighed_mean(changes.iter().copied()).unwrap_or(0.0);
    let (low, high) = bounds(&changes, rule.key);
    let began = |pair: &Pair<'_>| NONE_AT_ALL.contains(&rule.key) && pair.old == 0.0 && pair.new > 0.0;
    let collapsed = pairs.iter().find(|pair| worsening(pair) > rule.one_floor || began(pair));
    if let Some(collapsed) = collapsed {
        return Verdict::Worse { most_in: collapsed.id.to_owned() };
    }
    let by_chance = by_chance(rule, is_error, pairs);
    if mean > rule.floor.max(by_chance) && low > 0.0 {
        return Verdict::Worse { most_in: most.id.to_owned() };
    }
    if -mean > rule.floor.max(by_chance) && high < 0.0 { Verdict::Better } else { Verdict::Same }
}

/// How many of what a figure counts go wrong together: a word is five letters, and one turn given to the wrong person a few
/// words, or a second.
const CLUMPS: [(&str, f64); 7] = [
    ("wer", 1.5),
    ("cer", 6.0),
    ("medical_term_recall", 1.0),
    ("drug_recall", 1.0),
    ("der", 1000.0),
    ("cpwer", 4.0),
    ("role_accuracy", 4.0),
];
/// As many recordings say by themselves how much chance does.
const ENOUGH: usize = 4;
/// So many standard deviations lie above 95 of 100 values.
const ONE_IN_TWENTY: f64 = 1.645;

/// By how much chance may worsen the mean of a few recordings; 0 of more, whose draws tell. What goes wrong is counted, and
/// counts of `k` scatter by the root of `k` (Poisson).
fn by_chance<C>(rule: &Rule<C>, is_error: bool, pairs: &[Pair<'_>]) -> f64 {
    let weight: f64 = pairs.iter().map(|pair| pair.weight).sum();
    let clump = CLUMPS.iter().find(|(key, _)| *key == rule.key && pairs.len() < ENOUGH && weight > 0.0);
    let Some((_, clump)) = clump else { return 0.0 };
    let wrong = |share: f64| if is_error { share } else { 1.0 - share };
    let errors: f64 = pairs.iter().map(|pair| (wrong(pair.old) + wrong(pair.new)) * pair.weight).sum();
    ONE_IN_TWENTY * (errors * clump).sqrt() / weight
}

/// The mean of values that each come after their weight; `None` where they weigh nothing.
fn weighed_mean(values: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
    let (weights, sum) =
        values.fold((0.0, 0.0), |(weights, sum), (weight, value)| (weights + weight, sum + weight * value));
    (weights > 0.0).then(|| sum / weights)
}

/// The means that 5 of 100 draws lie below, and above.
fn bounds(changes: &[(f64, f64)], seed: &str) -> (f64, f64) {
    let mut random = Random::new(seed);
    let mut draw = || {
        let drawn = changes.iter().map(|_| changes[random.below(changes.len())]);
        weighed_mean(drawn).unwrap_or(0.0)
    };
    let mut means: Vec<f64> = (0..DRAWS).map(|_| draw()).collect();
    means.sort_by(f64::total_cmp);
    (means[DRAWS / 20], means[DRAWS - 1 - DRAWS / 20])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::qa::{
        metrics::{Found, Overlap, edits::Edits},
        noise::NoiseKind,
        notes::DividedScore,
        report::NoiseResult,
    };

    /// A recording of 1000 words with `errors`, and 20 drugs of which `drugs` were heard.
    fn file(index: usize, errors: usize, drugs: usize) -> FileResult {
        let counts = Counts {
            words: Some(Edits { reference: 1_000, substitutions: errors, ..Edits::default() }),
            drugs: Some(Found { found: drugs, of: 20 }),
            audio_ms: 60_000,
            work_ms: 6_000,
            peak_rss_mb: Some(400.0),
            ..Counts::default()
        };
        FileResult { id: format!("visit-{index}"), rates: counts.rates(), counts, ..FileResult::default() }
    }

    fn report(errors: &[usize], drugs: usize) -> AsrReport {
        let files = errors.iter().enumerate().map(|(index, &errors)| file(index, errors, drugs)).collect();
        AsrReport { files, ..AsrReport::default() }
    }

    fn worse(old: &AsrReport, new: &AsrReport) -> Vec<(&'static str, String)> {
        let comparison = compare(old, new);
        let named = comparison.regressions().map(|difference| {
            let Verdict::Worse { most_in } = &difference.verdict else { panic!("{} is not measured", difference.key) };
            (difference.key, most_in.clone())
        });
        named.collect()
    }

    const BEFORE: [usize; 6] = [80, 90, 100, 70, 85, 95];

    #[test]
    fn nothing_changed_nothing_is_named() {
        let old = report(&BEFORE, 18);
        assert_eq!(worse(&old, &old), []);
        assert_eq!(compare(&old, &old).paired, 6);
    }

    #[test]
    fn worse_everywhere_is_a_regression_and_the_worst_recording_is_named() {
        let new = report(&[95, 105, 140, 85, 100, 110], 18);
        assert_eq!(worse(&report(&BEFORE, 18), &new), [("wer", "visit-2".to_owned())]);
        let better = compare(&new, &report(&BEFORE, 18));
        let wer = better.differences.iter().find(|difference| difference.key == "wer").expect("both have it");
        assert_eq!(wer.verdict, Verdict::Better);
        assert!(wer.old.is_some_and(|old| (old - 0.105_833).abs() < 1e-5), "{:?}", wer.old);
    }

    #[test]
    fn ups_and_downs_and_trifles_are_not() {
        let mixed = report(&[120, 60, 130, 50, 110, 70], 18);
        assert_eq!(worse(&report(&BEFORE, 18), &mixed), []);
        let trifle = report(&BEFORE.map(|errors| errors + 3), 18);
        assert_eq!(worse(&report(&BEFORE, 18), &trifle), []);
    }

    #[test]
    fn of_a_few_recordings_a_few_more_errors_are_chance() {
        assert_eq!(worse(&report(&[90, 80], 18), &report(&[98, 90], 18)), []);
        let plain = report(&[150, 150], 18);
        assert_eq!(worse(&report(&[90, 80], 18), &plain), [("wer", "visit-1".to_owned())]);
        assert_eq!(worse(&report(&[90], 18), &report(&[100], 18)), []);
    }

    #[test]
    fn one_recording_that_collapses_is_named() {
        let mut errors = BEFORE;
        errors[4] = 400;
        assert_eq!(worse(&report(&BEFORE, 18), &report(&errors, 18)), [("wer", "visit-4".to_owned())]);
    }

    #[test]
    fn lost_drugs_are_a_regression_where_words_are_not() {
        assert_eq!(worse(&report(&BEFORE, 18), &report(&BEFORE, 16)), [("drug_recall", "visit-5".to_owned())]);
    }

    #[test]
    fn time_is_shown_and_not_judged() {
        let mut slow = report(&BEFORE, 18);
        for file in &mut slow.files {
            file.counts.work_ms *= 10;
            file.rates = file.counts.rates();
        }
        let comparison = compare(&report(&BEFORE, 18), &slow);
        assert_eq!(comparison.regressions().count(), 0);
        let time = comparison.differences.iter().find(|difference| difference.key == "real_time_factor");
        let time = time.expect("both have it");
        assert_eq!((time.old, time.new, &time.verdict), (Some(0.1), Some(1.0), &Verdict::NotJudged));
    }

    #[test]
    fn what_is_shown_are_the_figures_of_the_reports() {
        // Of the first nothing was repaired, so it counts as it is: 18 and 2 of 40, not 2 of 20. Lengths and words differ.
        let mut files = report(&[80, 90, 100], 18).files;
        files[1].counts.drugs_before_repair = Some(Found { found: 2, of: 20 });
        files[1].counts.peak_rss_mb = Some(816.0);
        (files[0].counts.audio_ms, files[0].counts.false_drugs) = (600_000, 1);
        files[0].counts.words = Some(Edits { reference: 10, substitutions: 9, ..Edits::default() });
        files.iter_mut().for_each(|file| file.rates = file.counts.rates());
        let whole = |files: &[FileResult]| {
            let summary = Counts::sum(files.iter().map(|file| &file.counts)).rates();
            AsrReport { files: files.to_vec(), summary, ..AsrReport::default() }
        };
        let (two, three) = (whole(&files[..2]), whole(&files));
        assert_eq!((two.summary.drug_recall_before_repair, two.summary.peak_rss_mb), (Some(0.5), Some(816.0)));
        // A recording that only one has is left out of what is shown of both.
        for (old, new) in [(&two, &two), (&two, &three), (&three, &two)] {
            for figure in FIGURES {
                let compared = compare(old, new);
                let shown = compared.differences.iter().find(|one| one.key == figure.key);
                let expected = (figure.of)(&two.summary);
                let shown = shown.map(|one| (one.old, one.new));
                assert_eq!(shown, expected.map(|_| (expected, expected)), "{}", figure.key);
            }
        }
    }

    #[test]
    fn what_is_shown_of_notes_are_the_figures_of_the_reports() {
        let mut report = notes(&[40.0, 46.0], 9);
        // 10 tokens a second and 90, for so long that both together make 20.
        for (visit, (tokens, writing_ms)) in report.visits.iter_mut().zip([(700, 70_000), (900, 10_000)]) {
            (visit.counts.tokens, visit.counts.writing_ms) = (tokens, writing_ms);
            visit.rates.tokens_per_second = Some(tokens as f64 * 1_000.0 / writing_ms as f64);
        }
        (report.counts, report.summary) = notes::summary(report.visits.iter());
        assert_eq!((report.summary.rouge1.whole, report.summary.tokens_per_second), (Some(43.0), Some(20.0)));
        for one in compare_notes(&report, &report).differences {
            let figure = NOTE_FIGURES.iter().find(|figure| figure.key == one.key).expect("it is one of them");
            let expected = (figure.of)(&report.summary);
            assert_eq!((one.old, one.new), (expected, expected), "{}", one.key);
        }
    }

    #[test]
    fn recordings_are_paired_by_id_and_others_told() {
        let comparison = compare(&report(&[80, 90], 18), &report(&[80], 18));
        assert_eq!((comparison.paired, comparison.unpaired), (1, vec!["visit-1".to_owned()]));
        assert_eq!(comparison.missing, ["visit-1"], "what the new report lacks");
        let more = compare(&report(&[80], 18), &report(&[80, 90], 18));
        assert!(more.missing.is_empty() && more.regressions().count() == 0, "a recording that is new is no loss");
    }

    fn lost(comparison: &Comparison) -> Vec<(&'static str, &str, Vec<&str>)> {
        let in_ids = |one: &'_ Difference| one.lost_in.len();
        let lost = comparison.regressions().filter(|one| in_ids(one) > 0);
        lost.map(|one| (one.key, one.noise.as_str(), one.lost_in.iter().map(String::as_str).collect())).collect()
    }

    #[test]
    fn a_figure_that_is_measured_no_more_is_a_regression() {
        let mut old = report(&BEFORE, 18);
        let count = |file: &mut FileResult, drugs: Option<Found>, before_repair: Option<Found>| {
            (file.counts.drugs, file.counts.drugs_before_repair) = (drugs, before_repair);
            file.rates = file.counts.rates();
        };
        let heard = |found: usize| Some(Found { found, of: 20 });
        old.files.iter_mut().for_each(|file| count(file, heard(18), heard(9)));
        let mut new = old.clone();
        count(&mut new.files[2], None, heard(9));
        let comparison = compare(&old, &new);
        assert_eq!(lost(&comparison), [("drug_recall", "", vec!["visit-2"])]);
        // That before repair is not judged: it depends on whether there was something to repair.
        new.files.iter_mut().for_each(|file| count(file, None, None));
        let comparison = compare(&old, &new);
        assert_eq!(lost(&comparison).len(), 1, "{comparison:?}");
        let drugs = comparison.regressions().next().expect("it is lost");
        assert_eq!((drugs.key, drugs.old, drugs.new, drugs.lost_in.len()), ("drug_recall", Some(0.9), None, 6));
        assert_eq!(compare(&new, &old).regressions().count(), 0, "what is measured anew is no loss");
    }

    #[test]
    fn of_what_there_should_be_none_the_first_one_counts() {
        let with = |drugs: f64, words: f64| {
            let mut report = report(&BEFORE, 18);
            for file in &mut report.files {
                file.rates.false_drugs_per_hour = Some(0.0);
                file.counts.speechless_ms = 60_000;
                file.rates.invented_words_per_minute = Some(0.0);
            }
            report.files[2].rates.false_drugs_per_hour = Some(drugs);
            report.files[3].rates.invented_words_per_minute = Some(words);
            report
        };
        let worse =
            |new: &AsrReport| compare(&with(0.0, 0.0), new).regressions().map(|one| one.key).collect::<Vec<_>>();
        assert_eq!(worse(&with(1.0, 0.0)), ["false_drugs_per_hour"]);
        assert_eq!(worse(&with(0.0, 0.5)), ["invented_words_per_minute"]);
        assert_eq!(worse(&with(0.0, 0.0)), [""; 0]);
    }

    #[test]
    fn noise_is_compared_with_the_same_noise() {
        let noisy = |errors: [usize; 6], snr_db: f64| {
            let mix = Mix { kind: NoiseKind::Pink, snr_db };
            let files = report(&errors, 18).files;
            AsrReport { noise: vec![NoiseResult { mix, summary: Default::default(), files }], ..report(&BEFORE, 18) }
        };
        let worse_in_noise = noisy(BEFORE.map(|errors| errors + 40), 10.0);
        let comparison = compare(&noisy(BEFORE, 10.0), &worse_in_noise);
        let named: Vec<&str> = comparison.regressions().map(|difference| difference.noise.as_str()).collect();
        assert_eq!(named, ["pink 10 dB"]);
        assert_eq!(compare(&noisy(BEFORE, 5.0), &worse_in_noise).regressions().count(), 0);
    }

    #[test]
    fn a_noise_that_is_measured_no_more_is_missing() {
        let noise = |files: Vec<FileResult>, snr_db: f64| NoiseResult {
            mix: Mix { kind: NoiseKind::Pink, snr_db },
            summary: Default::default(),
            files,
        };
        let all = report(&BEFORE, 18).files;
        let with = |noise: Vec<NoiseResult>| AsrReport { noise, ..report(&BEFORE, 18) };
        let old = with(vec![noise(all.clone(), 10.0), noise(all.clone(), 5.0)]);
        let fewer = compare(&old, &with(vec![noise(all.clone(), 10.0)]));
        assert_eq!((&fewer.missing, &fewer.unpaired), (&vec!["pink 5 dB".to_owned()], &vec!["pink 5 dB".to_owned()]));
        let in_one = compare(&old, &with(vec![noise(all[1..].to_vec(), 10.0), noise(all.clone(), 5.0)]));
        assert_eq!(in_one.missing, ["visit-0 (pink 10 dB)"]);
        let mut unmeasured = all.clone();
        unmeasured[3].rates.wer = None;
        let comparison = compare(&old, &with(vec![noise(all.clone(), 10.0), noise(unmeasured, 5.0)]));
        assert_eq!(lost(&comparison), [("wer", "pink 5 dB", vec!["visit-3"])]);
        let more = compare(&with(Vec::new()), &old);
        assert_eq!((more.missing.len(), more.unpaired), (0, vec!["pink 10 dB".to_owned(), "pink 5 dB".to_owned()]));
    }

    fn notes(rouge: &[f64], medicines: usize) -> NotesReport {
        let visit = |(index, &score): (usize, &f64)| {
            let overlap = Overlap { shared: medicines, missing: 10 - medicines, added: 0 };
            let counts = NoteCounts { medications: Some(overlap), notes: 1, work_ms: 60_000, ..NoteCounts::default() };
            let rouge1 = DividedScore { whole: Some(score), ..DividedScore::default() };
            let seconds_per_note = Some(60.0);
            let rates = NoteRates { rouge1, medication_f1: overlap.f1(), seconds_per_note, ..NoteRates::default() };
            NoteResult { id: format!("visit-{index}"), rates, counts, ..NoteResult::default() }
        };
        NotesReport { visits: rouge.iter().enumerate().map(visit).collect(), ..NotesReport::default() }
    }

    #[test]
    fn notes_are_compared_visit_by_visit() {
        let old = notes(&[40.0, 45.0, 50.0, 42.0], 9);
        let verdicts = |new: &NotesReport| {
            let differences = compare_notes(&old, new).differences.into_iter();
            differences.map(|one| (one.key, one.verdict)).collect::<Vec<_>>()
        };
        let same =
            [("rouge1", Verdict::Same), ("medication_f1", Verdict::Same), ("seconds_per_note", Verdict::NotJudged)];
        assert_eq!(verdicts(&old), same);
        let most_in = "visit-2".to_owned();
        let worse = verdicts(&notes(&[39.0, 44.0, 46.0, 41.0], 9));
        assert_eq!(worse[0], ("rouge1", Verdict::Worse { most_in }));
        assert_eq!(verdicts(&notes(&[42.0, 47.0, 52.0, 45.0], 9))[0].1, Verdict::Better);
        assert!(matches!(verdicts(&notes(&[40.0, 45.0, 50.0, 42.0], 8))[1].1, Verdict::Worse { .. }));
    }

    #[test]
    fn a_figure_of_notes_that_is_measured_no_more_is_a_regression() {
        let old = notes(&[40.0, 45.0], 9);
        let mut new = old.clone();
        new.visits[1].rates.rouge1.whole = None;
        (new.visits[1].rates.medication_f1, new.visits[1].counts.medications) = (None, None);
        let comparison = compare_notes(&old, &new);
        assert_eq!(lost(&comparison), [("rouge1", "", vec!["visit-1"]), ("medication_f1", "", vec!["visit-1"])]);
    }

    #[test]
    fn what_is_made_up_no_more_is_no_loss() {
        let with = |added: usize| {
            let mut report = notes(&[40.0], 9);
            let overlap = Overlap { shared: 0, missing: 0, added };
            report.visits[0].counts.allergies = Some(overlap);
            report.visits[0].rates.allergy_f1 = overlap.f1();
            report
        };
        assert_eq!(compare_notes(&with(1), &with(0)).regressions().count(), 0);
    }
}
