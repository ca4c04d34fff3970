//! One note against what is known of its visit: counts, which can be added up over visits, and the rates that they make.

use std::collections::{BTreeSet, HashMap};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    corpus::{GoldFacts, NoteItem},
    divisions::{self, Divided, Division},
};
use crate::{
    domain::{Coding, Evidence, Note, PatientText, Transcript},
    inference::Usage,
    language::tokens::tokens,
    qa::{
        metrics::{
            Found, Overlap, concepts,
            rouge::{Rouge, rouge},
        },
        report::notes::{Disagreement, NoteResult},
    },
    structuring::{
        Visit, facts, sentences,
        verify::{Checker, Verdict, omitted_facts},
    },
    terminology::{DrugTable, icd10cm::category},
};

/// A score of a whole note and of its parts, from 0 to 100; `null` where the reference has no such part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DividedScore {
    /// Of the whole note.
    pub whole: Option<f64>,
    /// Of what the patient tells.
    pub subjective: Option<f64>,
    /// Of what is measured and found.
    pub objective_exam: Option<f64>,
    /// Of results of tests.
    pub objective_results: Option<f64>,
    /// Of assessment and plan.
    pub assessment_and_plan: Option<f64>,
}

impl DividedScore {
    /// Of the whole note (`None`) or of one part.
    pub fn of(&self, division: Option<Division>) -> Option<f64> {
        match division {
            None => self.whole,
            Some(Division::Subjective) => self.subjective,
            Some(Division::ObjectiveExam) => self.objective_exam,
            Some(Division::ObjectiveResults) => self.objective_results,
            Some(Division::AssessmentAndPlan) => self.assessment_and_plan,
        }
    }

    /// Each part's score is what `of` says of it.
    fn each(of: impl Fn(Option<Division>) -> Option<f64>) -> Self {
        Self {
            whole: of(None),
            subjective: of(Some(Division::Subjective)),
            objective_exam: of(Some(Division::ObjectiveExam)),
            objective_results: of(Some(Division::ObjectiveResults)),
            assessment_and_plan: of(Some(Division::AssessmentAndPlan)),
        }
    }
}

/// What was counted. `null` where the corpus cannot bear it out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NoteCounts {
    /// Concepts of the reference notes and of ours.
    pub concepts: Option<Overlap>,
    /// Medicines of the facts and of the notes' lists.
    pub medications: Option<Overlap>,
    /// Allergies of the facts and of the notes' lists.
    pub allergies: Option<Overlap>,
    /// Problems of the facts for which a right code was proposed first.
    pub codes: Option<Found>,
    /// Problems of the facts for which a code of a right category was proposed first.
    pub categories: Option<Found>,
    /// Notes.
    pub notes: usize,
    /// Statements in the notes.
    pub statements: usize,
    /// Of these, how many fail the checks when each is read by itself.
    pub unsupported: usize,
    /// Statements that the checks took out before.
    pub taken_out: usize,
    /// What the checks look for in a note: medicines, allergies, vital signs, orders, symptoms, warnings, relatives' illnesses.
    pub looked_for: usize,
    /// Of these, how many the notes leave out, and list for review.
    pub omitted: usize,
    /// Facts of the visits whose words are in what no statement rests on and no list for review has; of how many.
    #[serde(default)]
    pub unlisted: Option<Found>,
    /// Time from transcript to note, in milliseconds, without loading the model.
    pub work_ms: u64,
    /// Tokens that the model wrote.
    pub tokens: usize,
    /// Time that it took to write them, in milliseconds.
    pub writing_ms: u64,
}

/// The figures of the public contract. `null` where the corpus cannot bear a figure out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NoteRates {
    /// ROUGE-1 against the reference note, F-measure from 0 to 100; in a summary the mean of the notes.
    pub rouge1: DividedScore,
    /// ROUGE-2, likewise.
    pub rouge2: DividedScore,
    /// ROUGE-Lsum, likewise.
    #[serde(rename = "rougeL")]
    pub rouge_l: DividedScore,
    /// F1 of the drugs, symptoms and medical terms that reference and note name.
    pub concept_f1: Option<f64>,
    /// F1 of the note's list of medicines, by ingredient.
    pub medication_f1: Option<f64>,
    /// F1 of the note's list of allergies, by substance.
    pub allergy_f1: Option<f64>,
    /// Share of the problems for which one of the right codes is proposed first.
    pub icd10cm_recall: Option<f64>,
    /// Share of the problems for which a code of a right category is proposed first.
    pub icd10cm_category_recall: Option<f64>,
    /// Share of the note's statements that fail the checks when each is read by itself.
    pub unsupported_rate: Option<f64>,
    /// Share of all statements written that the checks took out.
    pub taken_out_rate: Option<f64>,
    /// Share of what the checks look for that the note leaves out (and lists for review).
    pub omission_rate: Option<f64>,
    /// Share of the facts of the visit that no statement rests on and no list for review has.
    #[serde(default)]
    pub unlisted_rate: Option<f64>,
    /// Seconds from transcript to note, without loading the model.
    pub seconds_per_note: Option<f64>,
    /// Tokens written a second of writing; reading the prompt is not in it.
    pub tokens_per_second: Option<f64>,
}

impl NoteCounts {
    /// Adds the counts of another visit.
    pub fn add(&mut self, other: &Self) {
        add(&mut self.concepts, other.concepts, Overlap::add);
        add(&mut self.medications, other.medications, Overlap::add);
        add(&mut self.allergies, other.allergies, Overlap::add);
        add(&mut self.codes, other.codes, Found::add);
        add(&mut self.categories, other.categories, Found::add);
        add(&mut self.unlisted, other.unlisted, Found::add);
        self.notes += other.notes;
        self.statements += other.statements;
        self.unsupported += other.unsupported;
        self.taken_out += other.taken_out;
        self.looked_for += other.looked_for;
        self.omitted += other.omitted;
        self.work_ms += other.work_ms;
        self.tokens += other.tokens;
        self.writing_ms += other.writing_ms;
    }

    /// The rates that these counts make; ROUGE, which is made of no counts, is left out.
    fn rates(&self) -> NoteRates {
        let share = |part: usize, of: usize| (of > 0).then(|| part as f64 / of as f64);
        let per = |amount: f64, of: f64| (of > 0.0).then(|| amount / of);
        NoteRates {
            concept_f1: self.concepts.and_then(|overlap| overlap.f1()),
            medication_f1: self.medications.and_then(|overlap| overlap.f1()),
            allergy_f1: self.allergies.and_then(|overlap| overlap.f1()),
            icd10cm_recall: self.codes.and_then(|found| found.share()),
            icd10cm_category_recall: self.categories.and_then(|found| found.share()),
            unsupported_rate: share(self.unsupported, self.statements),
            taken_out_rate: share(self.taken_out, self.statements + self.taken_out),
            omission_rate: share(self.omitted, self.looked_for),
            unlisted_rate: self.unlisted.and_then(|found| found.share()),
            seconds_per_note: per(self.work_ms as f64 / 1000.0, self.notes as f64),
            tokens_per_second: per(self.tokens as f64, self.writing_ms as f64 / 1000.0),
            ..NoteRates::default()
        }
    }
}

fn add<T: Copy>(sum: &mut Option<T>, other: Option<T>, plus: fn(&mut T, &T)) {
    match (sum.as_mut(), other) {
        (Some(sum), Some(other)) => plus(sum, &other),
        (None, other) => *sum = other,
        (Some(_), None) => {}
    }
}

/// The counts of `visits` added up and what they make, and the mean of the ROUGE of those that have it.
pub(in crate::qa) fn summary<'v>(visits: impl Iterator<Item = &'v NoteResult>) -> (NoteCounts, NoteRates) {
    let visits: Vec<&NoteResult> = visits.collect();
    let mut counts = NoteCounts::default();
    visits.iter().for_each(|visit| counts.add(&visit.counts));
    let mean = |of: fn(&NoteRates) -> &DividedScore| {
        DividedScore::each(|division| {
            let scores: Vec<f64> = visits.iter().filter_map(|visit| of(&visit.rates).of(division)).collect();
            (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64)
        })
    };
    let rates = NoteRates {
        rouge1: mean(|rates| &rates.rouge1),
        rouge2: mean(|rates| &rates.rouge2),
        rouge_l: mean(|rates| &rates.rouge_l),
        ..counts.rates()
    };
    (counts, rates)
}

/// What one note counts and scores, and where it disagrees with what was said and with the facts.
pub(super) struct Scored {
    pub counts: NoteCounts,
    pub rates: NoteRates,
    /// Why statements fail the checks, by their ids.
    pub faults: HashMap<String, PatientText>,
    pub disagreements: Vec<Disagreement>,
}

/// Scores the `note` that was written of `transcript`, at the cost of `usage`.
pub(super) fn score(item: &NoteItem, transcript: &Transcript, note: &Note, usage: Usage) -> Scored {
    let mut disagreements = Vec::new();
    let parts = divisions::of_note(note);
    let whole = divisions::joined(&parts);
    let mut counts = NoteCounts {
        concepts: item.note.as_ref().map(|reference| concepts::compare(reference, &whole)),
        notes: 1,
        work_ms: note.provenance.timings_ms.get("total").copied().unwrap_or(0),
        tokens: usage.generated_tokens,
        writing_ms: usage.generate_ms,
        ..NoteCounts::default()
    };
    let faults = check(transcript, note, &mut counts);
    if let Some(facts) = &item.facts {
        compare_facts(facts, note, &mut counts, &mut disagreements);
        counts.unlisted = unlisted(&facts.told(), transcript, note, &mut disagreements);
    }
    let rates = with_rouge(counts.rates(), item, &whole, &parts);
    Scored { counts, rates, faults, disagreements }
}

fn with_rouge(rates: NoteRates, item: &NoteItem, whole: &PatientText, parts: &Divided) -> NoteRates {
    let nothing = PatientText::default();
    let compared = |division: Option<Division>| match division {
        None => item.note.as_ref().map(|reference| rouge(reference, whole)),
        Some(division) => {
            let reference = item.divisions.get(&division);
            reference.map(|reference| rouge(reference, parts.get(&division).unwrap_or(&nothing)))
        }
    };
    let each = |of: fn(&Rouge) -> f64| DividedScore::each(|division| compared(division).as_ref().map(of));
    NoteRates {
        rouge1: each(|rouge| rouge.rouge1),
        rouge2: each(|rouge| rouge.rouge2),
        rouge_l: each(|rouge| rouge.rouge_lsum),
        ..rates
    }
}

/// Counts what the checks say of `note`, and returns why each statement that fails them does. What they look for at all is
/// what they miss in a note that says nothing.
fn check(transcript: &Transcript, note: &Note, counts: &mut NoteCounts) -> HashMap<String, PatientText> {
    let visit = Visit::new(transcript);
    let facts = facts::facts(transcript, DrugTable::bundled());
    let checker = Checker::new(&visit, &facts, None);
    let mut faults = HashMap::new();
    for section in &note.sections {
        for statement in &section.statements {
            if let Verdict::Unsupported(_, reason) = checker.check(&statement.text, Some(section.id)) {
                faults.insert(statement.id.clone(), reason.into());
            }
        }
        counts.statements += section.statements.len();
    }
    counts.unsupported = faults.len();
    counts.taken_out = note.review.unsupported.len();
    let statements = note.sections.iter().flat_map(|section| &section.statements);
    let texts: Vec<&str> = statements.map(|statement| statement.text.as_str()).collect();
    counts.looked_for = omitted_facts(&[], &facts, &visit).len();
    counts.omitted = omitted_facts(&texts, &facts, &visit).len();
    faults
}

fn compare_facts(facts: &GoldFacts, note: &Note, counts: &mut NoteCounts, told: &mut Vec<Disagreement>) {
    if let Some(expected) = &facts.medications {
        let expected = expected.iter().map(|one| ingredients(&one.name)).collect();
        let found = note.medications.iter().map(|one| ingredients(&one.name)).collect();
        counts.medications = Some(overlap("medicine", &expected, &found, told));
    }
    if let Some(expected) = &facts.allergies {
        let expected: BTreeSet<String> = expected.iter().map(|one| one.substance.to_lowercase()).collect();
        let found = note.allergies.iter().map(|one| as_expected(&one.substance, &expected)).collect();
        counts.allergies = Some(overlap("allergy", &expected, &found, told));
    }
    compare_codes(facts, note, counts, told);
}

/// Each problem of the facts with the codes that the note proposes first, for whichever of its problems.
fn compare_codes(facts: &GoldFacts, note: &Note, counts: &mut NoteCounts, told: &mut Vec<Disagreement>) {
    let (mut codes, mut categories) = (Found::default(), Found::default());
    let proposed: Vec<&Coding> = note.problems.iter().filter_map(|problem| problem.codes.first()).collect();
    for problem in facts.problems.iter().flatten().filter(|problem| !problem.icd10cm.is_empty()) {
        let is_near = |code: &&&Coding| problem.icd10cm.iter().any(|right| category(right) == category(&code.code));
        let near = proposed.iter().find(is_near);
        let is_right = proposed.iter().any(|code| problem.icd10cm.contains(&code.code));
        codes.count(is_right);
        categories.count(near.is_some());
        if !is_right {
            let expected = format!("{} {}", problem.icd10cm.join(" or "), problem.name.as_str()).into();
            let found = near.map(|code| format!("{} {}", code.code, code.display)).unwrap_or_default().into();
            told.push(Disagreement { kind: "code".to_owned(), expected, found });
        }
    }
    counts.codes = Some(codes).filter(|found| found.of > 0);
    counts.categories = Some(categories).filter(|found| found.of > 0);
}

/// Counts the facts, each with the words by which it was `told`, of which the clinician who reads `note` is not told.
fn unlisted(
    told: &[Vec<PatientText>],
    transcript: &Transcript,
    note: &Note,
    disagreements: &mut Vec<Disagreement>,
) -> Option<Found> {
    let statements = note.sections.iter().flat_map(|section| &section.statements).flat_map(|one| &one.evidence);
    let review = &note.review;
    let omitted = review.omitted.iter().flat_map(|one| &one.evidence);
    let uncertain = review.uncertain.iter().flat_map(|one| &one.evidence);
    let said_in = |id: &str| transcript.utterances.iter().find(|said| said.id == id).map(|said| said.text.clone());
    let quoted = |one: &Evidence| one.quote.clone().or_else(|| said_in(&one.utterance)).map(|quote| words(&quote));
    let shown: Vec<String> = statements.chain(omitted).chain(uncertain).filter_map(quoted).collect();
    let mut found = Found::default();
    for said in told {
        // Quotes end with their sentence: what was told in several is shown if each of them is.
        let is_shown = |sentence: &str| shown.iter().any(|shown| is_within(&words(sentence), shown));
        let said_as = |said: &PatientText| sentences(said).into_iter().all(|range| is_shown(&said.as_str()[range]));
        let is_lost = !said.iter().any(said_as);
        found.count(is_lost);
        if is_lost {
            let expected = said[0].clone();
            disagreements.push(Disagreement { kind: "unlisted".to_owned(), expected, found: PatientText::default() });
        }
    }
    (found.of > 0).then_some(found)
}

/// Whether one of two texts is in the other: evidence is the tightest quote, and may be a part of what tells a fact.
fn is_within(one: &str, other: &str) -> bool {
    !one.is_empty() && !other.is_empty() && (other.contains(one) || one.contains(other))
}

/// The words of `text` in lower case, a space around each.
fn words(text: &str) -> String {
    let words: Vec<String> = tokens(text).into_iter().map(|token| token.lower).collect();
    format!(" {} ", words.join(" "))
}

/// The names of ingredients in one order, however they are joined.
fn ingredients(name: &str) -> String {
    let mut parts: Vec<String> = name.split(['-', '/', ' ']).map(str::to_lowercase).collect();
    parts.sort();
    parts.join(" ")
}

/// A substance by the name that the facts have for it, where one holds the other ("penicillin", "penicillins").
fn as_expected(substance: &str, expected: &BTreeSet<String>) -> String {
    let substance = substance.to_lowercase();
    let ingredient = |name: &str| {
        let named = DrugTable::bundled().mentions(name).into_iter().next();
        named.map_or(name.to_owned(), |one| one.drug.name.to_owned())
    };
    let alike = |one: &str, other: &str| one.contains(other) || other.contains(one);
    let same = |name: &&String| alike(name, &substance) || alike(&ingredient(name), &ingredient(&substance));
    expected.iter().find(same).cloned().unwrap_or(substance)
}

/// Counts what two sets have in common, and tells the rest.
fn overlap(kind: &str, expected: &BTreeSet<String>, found: &BTreeSet<String>, told: &mut Vec<Disagreement>) -> Overlap {
    let disagreement = |expected: &str, found: &str| Disagreement {
        kind: kind.to_owned(),
        expected: expected.into(),
        found: found.into(),
    };
    told.extend(expected.difference(found).map(|name| disagreement(name, "")));
    told.extend(found.difference(expected).map(|name| disagreement("", name)));
    Overlap::of(expected, found)
}
