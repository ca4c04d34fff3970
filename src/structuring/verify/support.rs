//! Which sentences of the visit bear a statement out.
//!
//! Every sentence said is a unit. A statement is taken apart into features (content words, concepts, numbers), each
//! weighing the more the rarer it is in the visit, and the units that cover most of that weight are its evidence.

use std::{
    cell::OnceCell,
    collections::{HashMap, HashSet},
    ops::Range,
};

use super::{
    checks, concepts, poles,
    sides::{self, Clause, OfSide},
};
use crate::{
    domain::{Evidence, Role},
    language::{numbers, parts::parts, questions::is_question},
    structuring::{
        companions, evidence,
        facts::{context, relatives},
        text,
        visit::{Line, Visit},
    },
    terminology::DrugTable,
};

/// Sentences behind one statement, at most.
const MOST_UNITS: usize = 3;

/// A further sentence must cover this part of a statement that the earlier ones do not.
const LEAST_GAIN: f64 = 0.12;

/// A sentence said.
pub struct Unit {
    /// Its utterance.
    pub line: usize,
    /// Its place in the utterance.
    pub range: Range<usize>,
    /// Values that it could be heard to say.
    pub values: Vec<f64>,
    /// Values that it says as a pair, like a blood pressure.
    pub pairs: Vec<(f64, f64)>,
    /// The drugs that it names.
    pub drugs: Vec<&'static str>,
    /// Whether a relative or somebody else is its subject.
    pub of_another: bool,
    keys: HashSet<String>,
    /// What a question adds to its answer.
    asked: HashSet<String>,
}

/// All sentences of the visit, with how rare each of their features is.
pub struct Index<'v, 'a> {
    visit: &'v Visit<'a>,
    /// In order.
    pub units: Vec<Unit>,
    frequency: HashMap<String, usize>,
    /// Made when a statement first names a side.
    sides: OnceCell<Vec<Clause>>,
    /// Made when a statement first names a side without a part.
    of_sides: OnceCell<Vec<OfSide>>,
    /// Made when a statement first says how something is.
    clauses: OnceCell<Vec<poles::Clause>>,
}

/// What bears a statement out.
pub struct Support {
    /// The part of its weight that was found, from 0 to 1.
    pub coverage: f64,
    /// Indices of the units, the best first.
    pub units: Vec<usize>,
}

struct Feature {
    keys: Vec<String>,
    weight: f64,
}

impl<'v, 'a> Index<'v, 'a> {
    /// Takes the visit apart.
    pub fn new(visit: &'v Visit<'a>) -> Self {
        let mut units: Vec<Unit> = Vec::new();
        let names = relatives::names(visit);
        for line in &visit.lines {
            let question = visit.question_before(line.index);
            let asked = question.map(|question| keys(question.text())).unwrap_or_default();
            let own = companions::own_words(visit, line);
            let mut of_another = false;
            for (place, range) in line.sentences.iter().enumerate() {
                let sentence = &line.text()[range.clone()];
                of_another = context::names_a_relative(sentence) && context::of_another_person(sentence)
                    || context::of_a_companion(sentence)
                    || line.utterance.role != Role::Other && context::of_kin(sentence)
                    || is_question(sentence) && context::names_a_relative(sentence)
                    || own.contains(range)
                    || line.by_patient_side() && names.iter().any(|name| context::is_subject(name, sentence))
                    || of_another && context::begins_with_third_person(sentence);
                units.push(Unit {
                    line: line.index,
                    range: range.clone(),
                    values: said_values(sentence),
                    pairs: checks::pairs(sentence),
                    drugs: drugs(sentence),
                    of_another,
                    keys: keys(sentence),
                    asked: if place < 2 { asked.clone() } else { HashSet::new() },
                });
            }
        }
        let mut frequency = HashMap::new();
        for key in units.iter().flat_map(|unit| unit.keys.iter()) {
            *frequency.entry(key.clone()).or_insert(0) += 1;
        }
        Self { visit, units, frequency, sides: OnceCell::new(), of_sides: OnceCell::new(), clauses: OnceCell::new() }
    }

    /// What was said.
    pub fn visit(&self) -> &'v Visit<'a> {
        self.visit
    }

    /// The lines of the visit.
    pub fn line(&self, index: usize) -> &Line<'a> {
        &self.visit.lines[index]
    }

    /// What a unit says.
    pub fn sentence(&self, unit: &Unit) -> &'a str {
        &self.line(unit.line).text()[unit.range.clone()]
    }

    /// Of which side of the body each clause speaks.
    pub fn sides(&self) -> &[Clause] {
        self.sides.get_or_init(|| sides::clauses(self.units.iter().map(|unit| (unit, self.sentence(unit)))))
    }

    /// What was said of the left, and of the right.
    pub fn said_of_sides(&self) -> &[OfSide] {
        self.of_sides.get_or_init(|| sides::of_sides(self))
    }

    /// What each clause speaks of, and how it says that this is.
    pub fn clauses(&self) -> &[poles::Clause] {
        self.clauses.get_or_init(|| poles::clauses(self))
    }

    /// How the next speaker begins to answer the question that unit `at` is part of.
    pub fn answer(&self, at: usize) -> Option<&'a str> {
        let answer = self.visit.answer_to(self.units[at].line)?;
        answer.sentences.first().map(|range| &answer.text()[range.clone()])
    }

    /// All that the next speaker says to the question that unit `at` is part of.
    pub fn whole_answer(&self, at: usize) -> Option<&'a str> {
        Some(self.visit.answer_to(self.units[at].line)?.text())
    }

    /// The medicines that are spoken of where unit `at` names none: those of the nearest earlier sentence that names any,
    /// or else of the nearest later one, within so many turns.
    pub fn drugs_around(&self, at: usize, reach: usize) -> &[&'static str] {
        let near = |other: &&Unit| !other.drugs.is_empty() && other.line.abs_diff(self.units[at].line) <= reach;
        let earlier = self.units[..at].iter().rev().find(near);
        earlier.or_else(|| self.units[at..].iter().find(near)).map_or(&[], |unit| &unit.drugs)
    }

    /// The sentences right before and after unit `at`.
    pub fn neighbours(&self, at: usize) -> impl Iterator<Item = &Unit> {
        [at.checked_sub(1), Some(at + 1)].into_iter().flatten().filter_map(|near| self.units.get(near))
    }

    /// The sentences that bear `statement` out best, among those that `eligible` allows.
    pub fn support(&self, statement: &str, eligible: &dyn Fn(&Unit) -> bool) -> Support {
        let features = self.features(statement);
        let total: f64 = features.iter().map(|feature| feature.weight).sum();
        let mut covered = vec![false; features.len()];
        let mut chosen: Vec<usize> = Vec::new();
        let mut coverage = 0.0;
        while total > 0.0 && chosen.len() < MOST_UNITS {
            let gain = |unit: &Unit| -> f64 {
                let own = features.iter().zip(&covered).filter(|(_, covered)| !**covered);
                own.map(|(feature, _)| feature.weight * unit.covers(feature)).sum::<f64>() / total
            };
            let candidates = self.units.iter().enumerate().filter(|(at, unit)| !chosen.contains(at) && eligible(unit));
            let best = candidates
                .map(|(at, unit)| (at, gain(unit)))
                .max_by(|one, other| one.1.total_cmp(&other.1).then(other.0.cmp(&one.0)));
            let Some((at, gain)) = best.filter(|(_, gain)| *gain > 0.0) else { break };
            if !chosen.is_empty() && gain < LEAST_GAIN {
                break;
            }
            chosen.push(at);
            coverage += gain;
            for (feature, covered) in features.iter().zip(&mut covered) {
                *covered |= self.units[at].covers(feature) > 0.0;
            }
        }
        Support { coverage, units: chosen }
    }

    /// The part of the weight of `statement` that the sentences which `eligible` allows have together.
    pub fn coverage(&self, statement: &str, eligible: &dyn Fn(&Unit) -> bool) -> f64 {
        let features = self.features(statement);
        let total: f64 = features.iter().map(|feature| feature.weight).sum();
        let units: Vec<&Unit> = self.units.iter().filter(|unit| eligible(unit)).collect();
        let best = |feature: &Feature| units.iter().map(|unit| unit.covers(feature)).fold(0.0, f64::max);
        let covered: f64 = features.iter().map(|feature| feature.weight * best(feature)).sum();
        if total > 0.0 { covered / total } else { 0.0 }
    }

    fn features(&self, statement: &str) -> Vec<Feature> {
        let mut in_concepts: HashSet<String> = HashSet::new();
        let mut features = Vec::new();
        for concept in concepts::concepts(statement) {
            let stems = text::content_stems(&concept.phrase);
            let mut keys = vec![concept.key];
            if stems.len() == 1 {
                keys.extend(stems.iter().cloned());
            }
            in_concepts.extend(stems);
            features.push(Feature { weight: self.weight(&keys), keys });
        }
        let mut words = text::content_stems(statement);
        words.sort();
        words.dedup();
        words.retain(|word| !in_concepts.contains(word) && !WRITTEN_ONLY.contains(&word.as_str()));
        features.extend(words.into_iter().map(|word| {
            let keys = vec![word];
            Feature { weight: self.weight(&keys), keys }
        }));
        let values = numbers::numbers(statement).into_iter().map(|number| value_key(number.value));
        features.extend(values.map(|key| {
            let keys = vec![key];
            Feature { weight: self.weight(&keys), keys }
        }));
        features
    }

    /// Rare features weigh more; what nobody said weighs as what was said once.
    fn weight(&self, keys: &[String]) -> f64 {
        let seen = keys.iter().filter_map(|key| self.frequency.get(key)).max().copied().unwrap_or(1);
        (1.0 + self.units.len() as f64 / seen as f64).ln()
    }

    /// The evidence of the chosen units, with the question where the answer alone says too little.
    pub fn evidence(&self, units: &[usize], statement: &str) -> Vec<Evidence> {
        let features = self.features(statement);
        let mut found = Vec::new();
        for unit in units.iter().map(|at| &self.units[*at]) {
            let from_question = features.iter().any(|feature| {
                !feature.keys.iter().any(|key| unit.keys.contains(key))
                    && feature.keys.iter().any(|key| unit.asked.contains(key))
            });
            let line = self.line(unit.line);
            if from_question && let Some(question) = self.visit.question_before(unit.line) {
                let last = question.sentences.last().cloned().unwrap_or(0..question.text().len());
                evidence::merge(&mut found, [evidence::evidence(question.utterance, last)]);
            }
            evidence::merge(&mut found, [evidence::evidence(line.utterance, unit.range.clone())]);
            // A question says nothing by itself: its answer belongs to it.
            let asks = is_question(&line.text()[unit.range.clone()]);
            if let Some(answer) = self.visit.answer_to(unit.line).filter(|answer| asks && !answer.sentences.is_empty())
            {
                evidence::merge(&mut found, [evidence::evidence(answer.utterance, answer.sentences[0].clone())]);
            }
        }
        found
    }
}

impl Unit {
    /// Whether it names the concept `key`, or has a word with that stem.
    pub fn names(&self, key: &str) -> bool {
        self.keys.contains(key)
    }

    /// Whether it names `key`, or the question does that it answers.
    pub fn brings_up(&self, key: &str) -> bool {
        self.keys.contains(key) || self.asked.contains(key)
    }

    /// Whether it counts in `unit`: "week" for "two weeks".
    pub fn counts(&self, unit: &str) -> bool {
        self.keys.contains(&text::stem(&unit.to_lowercase()))
    }

    /// 1 for a feature of its own words, a little less for one that its question brought up, 0 for neither.
    fn covers(&self, feature: &Feature) -> f64 {
        if feature.keys.iter().any(|key| self.keys.contains(key)) {
            1.0
        } else if feature.keys.iter().any(|key| self.asked.contains(key)) {
            0.8
        } else {
            0.0
        }
    }
}

fn keys(text: &str) -> HashSet<String> {
    let mut keys: HashSet<String> = text::content_stems(text).into_iter().collect();
    keys.extend(concepts::concepts(text).into_iter().map(|concept| concept.key));
    keys.extend(numbers::said_values(text).into_iter().map(value_key));
    keys
}

/// The values that a sentence says, those of "a quarter of a milligram" too.
fn said_values(sentence: &str) -> Vec<f64> {
    let parts = parts(sentence).into_iter().map(|part| part.value);
    numbers::said_values(sentence).into_iter().chain(parts).chain(spoken_tenths(sentence)).collect()
}

/// "Fourteen two" as 14.2, "ninety eight four" as 98.4: the point of a measurement is not always spoken.
fn spoken_tenths(sentence: &str) -> Vec<f64> {
    const LARGEST: f64 = 999.0;
    let tokens = text::tokens(sentence);
    let tenths = |pair: &[text::Token]| {
        let (whole, tenth) = (&pair[0], &pair[1]);
        let joined = &sentence[whole.range.end..tenth.range.start] == " ";
        let number = numbers::numbers(&tenth.lower).first().map(|number| number.value);
        let tenth = number.filter(|value| joined && (1.0..10.0).contains(value) && value.fract() == 0.0)?;
        let before = numbers::numbers(&sentence[..whole.range.end]).pop();
        let before = before.filter(|number| number.range.end == whole.range.end)?.value;
        // "Sixty four" is a number of its own.
        let tens = before % 10.0 == 0.0 && before != 10.0;
        (before.fract() == 0.0 && before <= LARGEST && !tens).then(|| before + tenth / 10.0)
    };
    tokens.windows(2).filter_map(tenths).collect()
}

fn drugs(text: &str) -> Vec<&'static str> {
    DrugTable::bundled().mentions(text).into_iter().map(|mention| mention.drug.name).collect()
}

/// The key of a number.
pub fn value_key(value: f64) -> String {
    format!("#{value}")
}

/// Words of notes that nobody says in a visit; they neither support nor contradict.
const WRITTEN_ONLY: [&str; 47] = [
    "heard",
    "endors",
    "experienc",
    "present",
    "histor",
    "current",
    "complain",
    "describ",
    "mention",
    "indicat",
    "concern",
    "symptom",
    "associat",
    "recent",
    "approximat",
    "follow",
    "due",
    "includ",
    "previous",
    "regard",
    "bilater",
    "exam",
    "normal",
    "advis",
    "recommend",
    "prescrib",
    "order",
    "monitor",
    "continu",
    "discuss",
    "educat",
    "need",
    "unspecifi",
    "acut",
    "chron",
    "statu",
    "stabl",
    "diagnos",
    "condition",
    "treatment",
    "medication",
    "medicin",
    "daily",
    "currently",
    "past",
    "find",
    "onset",
];
