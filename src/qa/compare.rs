//! Two reports of the same recordings: what got worse, beyond what chance explains?
//!
//! Recordings are paired by their id. A figure regressed where its mean over the recordings, each weighed by how much it has
//! of what is counted (so that the mean is the figure of the summary), worsened by more than a floor, and still worsened in
//! 95 of 100 draws of as many recordings with replacement (the bootstrap of M. Bisani and H. Ney, 2004). A single recording
//! that collapses would drown there, so it is named by a floor of its own. The draws come from a fixed seed.

use std::collections::BTreeMap;

use super::{
    noise::Random,
    report::{AsrReport, FIGURES, Figure, FileResult},
    score::Counts,
};

/// Draws of the bootstrap.
const DRAWS: usize = 10_000;

/// What a figure weighs in a recording, and by how much it must worsen to count.
struct Rule {
    key: &'static str,
    weight: fn(&Counts) -> f64,
    /// In the mean of all recordings.
    floor: f64,
    /// In any one recording.
    file_floor: f64,
}

/// Time per time recorded is not judged: another program on the machine changes it more than a change of soapstone does.
const RULES: &[Rule] = &[
    Rule { key: "wer", weight: |of| length(of.words), floor: 0.005, file_floor: 0.10 },
    Rule { key: "cer", weight: |of| length(of.characters), floor: 0.005, file_floor: 0.10 },
    Rule { key: "medical_term_recall", weight: |of| count(of.medical_terms), floor: 0.01, file_floor: 0.15 },
    Rule { key: "drug_recall", weight: |of| count(of.drugs), floor: 0.01, file_floor: 0.25 },
    Rule { key: "false_drugs_per_hour", weight: |of| of.audio_ms as f64, floor: 1.0, file_floor: 60.0 },
    Rule {
        key: "der",
        weight: |of| of.diarisation.map_or(0.0, |of| of.reference_ms as f64),
        floor: 0.01,
        file_floor: 0.15,
    },
    Rule { key: "cpwer", weight: |of| length(of.speaker_words), floor: 0.01, file_floor: 0.15 },
    Rule { key: "role_accuracy", weight: |of| count(of.roles), floor: 0.01, file_floor: 0.15 },
    Rule { key: "invented_words_per_minute", weight: |of| of.speechless_ms as f64, floor: 1.0, file_floor: 10.0 },
    Rule { key: "peak_rss_mb", weight: |_| 1.0, floor: 50.0, file_floor: 200.0 },
];

fn length(edits: Option<super::metrics::edits::Edits>) -> f64 {
    edits.map_or(0.0, |edits| edits.reference as f64)
}

fn count(found: Option<super::metrics::Found>) -> f64 {
    found.map_or(0.0, |found| found.of as f64)
}

/// What two reports differ in.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Each figure that both have, for the recordings as they came and for each noise that both have.
    pub differences: Vec<Difference>,
    /// How many recordings both have.
    pub paired: usize,
    /// Recordings that only one of them has, and that were left out.
    pub unpaired: Vec<String>,
}

impl Comparison {
    /// What got worse.
    pub fn regressions(&self) -> impl Iterator<Item = &Difference> {
        self.differences.iter().filter(|difference| matches!(difference.verdict, Verdict::Worse { .. }))
    }
}

/// One figure in both reports, over the recordings that both have.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The noise it was measured under; empty for none.
    pub noise: String,
    /// The figure's key.
    pub key: &'static str,
    /// Its mean in the old report, weighed.
    pub old: f64,
    /// Its mean in the new report, weighed.
    pub new: f64,
    /// What follows.
    pub verdict: Verdict,
}

/// What follows from a difference.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Worse than chance explains; most so in this recording.
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

/// Compares `new` with `old`.
pub fn compare(old: &AsrReport, new: &AsrReport) -> Comparison {
    let mut differences = compare_files("", &old.files, &new.files);
    for noisy in &new.noise {
        let same = old.noise.iter().find(|other| other.mix == noisy.mix);
        let name = format!("{:?} {} dB", noisy.mix.kind, noisy.mix.snr_db).to_lowercase().replace("db", "dB");
        differences.extend(same.iter().flat_map(|same| compare_files(&name, &same.files, &noisy.files)));
    }
    let ids = |files: &[FileResult]| files.iter().map(|file| file.id.clone()).collect::<Vec<_>>();
    let (old_ids, new_ids) = (ids(&old.files), ids(&new.files));
    let only =
        |one: &[String], other: &[String]| one.iter().filter(|id| !other.contains(id)).cloned().collect::<Vec<_>>();
    let unpaired = [only(&old_ids, &new_ids), only(&new_ids, &old_ids)].concat();
    Comparison { differences, paired: new_ids.iter().filter(|id| old_ids.contains(id)).count(), unpaired }
}

/// A recording in both reports.
struct Pair<'a> {
    id: &'a str,
    weight: f64,
    old: f64,
    new: f64,
}

fn compare_files(noise: &str, old: &[FileResult], new: &[FileResult]) -> Vec<Difference> {
    let before: BTreeMap<&str, &FileResult> = old.iter().map(|file| (file.id.as_str(), file)).collect();
    let difference = |figure: &Figure| {
        let rule = RULES.iter().find(|rule| rule.key == figure.key);
        let weight = rule.map_or((|of| of.audio_ms as f64) as fn(&Counts) -> f64, |rule| rule.weight);
        let pair = |file| pair(file, &before, figure, weight);
        let pairs: Vec<Pair<'_>> = new.iter().filter_map(pair).collect();
        let weights: f64 = pairs.iter().map(|pair| pair.weight).sum();
        if weights <= 0.0 {
            return None;
        }
        let mean = |of: fn(&Pair<'_>) -> f64| pairs.iter().map(|pair| pair.weight * of(pair)).sum::<f64>() / weights;
        let verdict = rule.map_or(Verdict::NotJudged, |rule| judge(rule, figure, &pairs));
        let (old, new) = (mean(|pair| pair.old), mean(|pair| pair.new));
        Some(Difference { noise: noise.to_owned(), key: figure.key, old, new, verdict })
    };
    FIGURES.iter().filter_map(difference).collect()
}

fn pair<'a>(
    new: &'a FileResult,
    before: &BTreeMap<&str, &FileResult>,
    figure: &Figure,
    weight: fn(&Counts) -> f64,
) -> Option<Pair<'a>> {
    let old = before.get(new.id.as_str())?;
    let (was, is) = ((figure.of)(&old.rates)?, (figure.of)(&new.rates)?);
    Some(Pair { id: &new.id, weight: weight(&old.counts), old: was, new: is })
}

fn judge(rule: &Rule, figure: &Figure, pairs: &[Pair<'_>]) -> Verdict {
    let sign = if figure.is_error { 1.0 } else { -1.0 };
    let worsening = |pair: &Pair<'_>| sign * (pair.new - pair.old);
    let most =
        pairs.iter().max_by(|one, other| (worsening(one) * one.weight).total_cmp(&(worsening(other) * other.weight)));
    let Some(most) = most else { return Verdict::Same };
    let changes: Vec<(f64, f64)> = pairs.iter().map(|pair| (pair.weight, worsening(pair))).collect();
    let mean = weighed_mean(&changes);
    let (low, high) = bounds(&changes, rule.key);
    let collapsed = pairs.iter().find(|pair| worsening(pair) > rule.file_floor);
    if let Some(collapsed) = collapsed {
        return Verdict::Worse { most_in: collapsed.id.to_owned() };
    }
    if mean > rule.floor && low > 0.0 {
        return Verdict::Worse { most_in: most.id.to_owned() };
    }
    if -mean > rule.floor && high < 0.0 { Verdict::Better } else { Verdict::Same }
}

fn weighed_mean(changes: &[(f64, f64)]) -> f64 {
    let weights: f64 = changes.iter().map(|change| change.0).sum();
    if weights > 0.0 { changes.iter().map(|change| change.0 * change.1).sum::<f64>() / weights } else { 0.0 }
}

/// The means that 5 of 100 draws lie below, and above.
fn bounds(changes: &[(f64, f64)], seed: &str) -> (f64, f64) {
    let mut random = Random::new(seed);
    let mut draw = || {
        let drawn: Vec<(f64, f64)> = changes.iter().map(|_| changes[random.below(changes.len())]).collect();
        weighed_mean(&drawn)
    };
    let mut means: Vec<f64> = (0..DRAWS).map(|_| draw()).collect();
    means.sort_by(f64::total_cmp);
    (means[DRAWS / 20], means[DRAWS - 1 - DRAWS / 20])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::qa::{
        metrics::{Found, edits::Edits},
        noise::{Mix, NoiseKind},
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
            let Verdict::Worse { most_in } = &difference.verdict else { unreachable!("it is a regression") };
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
        assert!((wer.old - 0.105_833).abs() < 1e-5, "{}", wer.old);
    }

    #[test]
    fn ups_and_downs_and_trifles_are_not() {
        let mixed = report(&[120, 60, 130, 50, 110, 70], 18);
        assert_eq!(worse(&report(&BEFORE, 18), &mixed), []);
        let trifle = report(&BEFORE.map(|errors| errors + 3), 18);
        assert_eq!(worse(&report(&BEFORE, 18), &trifle), []);
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
        assert_eq!((time.old, time.new, &time.verdict), (0.1, 1.0, &Verdict::NotJudged));
    }

    #[test]
    fn recordings_are_paired_by_id_and_others_told() {
        let comparison = compare(&report(&[80, 90], 18), &report(&[80], 18));
        assert_eq!((comparison.paired, comparison.unpaired), (1, vec!["visit-1".to_owned()]));
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
}
