//! Every statement against what was said: evidence found, faults named, omissions listed.

mod answers;
mod asserted;
mod checks;
mod concepts;
mod concluded;
mod decided;
mod joined;
mod known;
mod meaning;
mod omissions;
mod ordered;
mod overlooked;
mod poles;
mod sides;
mod statements;
mod support;
mod turned;
mod when;
mod written;

pub use concluded::{Concluded, concluded, examined};
use known::Known;
pub use omissions::{omissions, omitted_facts};
pub(super) use statements::{NoteLine, note_lines};
pub use statements::{NoteStatement, of_note, of_text};
use support::Index;
pub use turned::{is_found_now, is_history};

use super::{
    facts::{self, Facts, context, medications},
    visit::Visit,
};
use crate::{
    domain::{Evidence, Finding, Role, SectionKind, Transcript, Verification, VerificationSchema, VerifiedStatement},
    language::{numbers, questions::is_question},
    terminology::DrugTable,
};

/// Less of a statement's weight than this in what was said, and nobody said it. Chosen on reference notes of ACI-BENCH
/// (train, 40 notes): against their own visit 81 % of 1,431 statements pass all checks, against another's visit 15 %.
const LEAST_COVERAGE: f64 = 0.4;

/// Less than this is worth a second look.
const SURE_COVERAGE: f64 = 0.55;

/// Whether somebody means to harm themselves, and what is to be done at the end of life, no rule decides.
const OF_RISK: &str = "what was said of this is told in its own words only; please read it";

/// Turns in which a clinician may say what the patient has come for.
const OPENING: usize = 4;

/// Turns that a cause and its effect may lie apart.
const TOGETHER: usize = 2;

/// What became of a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Said, and here.
    Supported(Vec<Evidence>),
    /// Said in part, for the reason given.
    Uncertain(Vec<Evidence>, String),
    /// Not said, or said differently, for the reason given.
    Unsupported(Vec<Evidence>, String),
}

/// Checks statements against one visit.
pub struct Checker<'v, 'a> {
    index: Index<'v, 'a>,
    known: Known,
    facts: &'v Facts,
    age_years: Option<u32>,
}

impl<'v, 'a> Checker<'v, 'a> {
    /// A checker for `visit`, whose facts are `facts`. The age of the chart may be written without having been said.
    pub fn new(visit: &'v Visit<'a>, facts: &'v Facts, age_years: Option<u32>) -> Self {
        Self { index: Index::new(visit), known: Known::of(facts), facts, age_years }
    }

    /// Finds what bears `statement` out. `kind` is its section, where that is known.
    pub fn check(&self, statement: &str, kind: Option<SectionKind>) -> Verdict {
        let word_for_word = || known::quoted(statement, self.index.visit());
        if let Some(evidence) = self.known.evidence(statement).or_else(word_for_word) {
            return Verdict::Supported(evidence);
        }
        let support = self.index.support(statement, &|_| true);
        let evidence = self.index.evidence(&support.units, statement);
        let fault = checks::fault(statement, kind, &support.units, &self.index, self.facts, self.age_years)
            .or_else(|| meaning::fault(statement, kind, &self.index, self.facts))
            .or_else(|| asserted::turned_round(statement, kind, &self.index))
            .or_else(|| asserted::found_otherwise(statement, kind, &self.index))
            .or_else(|| asserted::of_somebody_else(statement, kind, &self.index))
            .or_else(|| poles::fault(statement, kind, &self.index))
            .or_else(|| decided::against(statement, kind, &self.index))
            .or_else(|| when::fault(statement, kind, &self.index));
        if let Some(reason) = fault {
            return Verdict::Unsupported(evidence, reason);
        }
        if support.coverage < LEAST_COVERAGE {
            return Verdict::Unsupported(evidence, "nobody said this".to_owned());
        }
        if let Some(reason) = self.of_a_relative(statement, kind, support.coverage) {
            return Verdict::Unsupported(evidence, reason);
        }
        if let Some(reason) = self.of_a_warning(statement, kind, support.coverage) {
            return Verdict::Unsupported(evidence, reason);
        }
        let turned = self
            .of_the_wrong_speaker(statement, kind)
            .or_else(|| self.of_another_condition(statement, kind))
            .or_else(|| self.of_another_cause(statement));
        if let Some(reason) = turned {
            return Verdict::Unsupported(evidence, reason);
        }
        if overlooked::RISK.is_match(statement) {
            return Verdict::Uncertain(evidence, OF_RISK.to_owned());
        }
        if let Some(reason) = checks::listed_and_over(statement, kind, self.facts) {
            return Verdict::Uncertain(evidence, reason);
        }
        if let Some((evidence, reason)) = self.of_open_words(statement, kind) {
            return Verdict::Uncertain(evidence, reason);
        }
        if support.coverage < SURE_COVERAGE {
            return Verdict::Uncertain(evidence, "only part of this was found in what was said".to_owned());
        }
        Verdict::Supported(evidence)
    }

    /// A dose, how often, or what is done, of a medicine of which what was said can be read in more than one way.
    fn of_open_words(&self, statement: &str, kind: Option<SectionKind>) -> Option<(Vec<Evidence>, String)> {
        if kind == Some(SectionKind::Allergies) {
            return None;
        }
        let mentions = DrugTable::bundled().mentions(statement);
        let open = self.facts.medications.iter().filter(|fact| fact.as_said.is_some());
        let mut named = open.filter(|fact| mentions.iter().any(|mention| mention.drug.name == fact.name));
        let claims = matches!(kind, Some(SectionKind::Plan | SectionKind::Medications))
            || !numbers::numbers(statement).is_empty()
            || medications::verb_before(statement).is_some();
        let fact = named.next().filter(|_| claims)?;
        let reason = format!("what was said of {} can be read in more than one way; please read it", fact.name);
        Some((fact.evidence.clone(), reason))
    }

    /// "If you gain three pounds in a day, call": what may happen, told as what has happened.
    fn of_a_warning(&self, statement: &str, kind: Option<SectionKind>, coverage: f64) -> Option<String> {
        use SectionKind::{ChiefComplaint, HistoryOfPresentIllness, PastHistory};
        let told = matches!(kind, Some(ChiefComplaint | HistoryOfPresentIllness | PastHistory));
        if !told || context::hypothetical(statement) {
            return None;
        }
        let warns = |unit: &support::Unit| {
            self.index.line(unit.line).utterance.role == Role::Clinician
                && context::hypothetical(self.index.sentence(unit))
        };
        let without = self.index.support(statement, &|unit| !warns(unit));
        (without.coverage < LEAST_COVERAGE && without.coverage < coverage)
            .then(|| "this was said of what may happen".to_owned())
    }

    /// A complaint that the patient did not make, a finding or a diagnosis that the clinician did not, a relative of the
    /// clinician's.
    fn of_the_wrong_speaker(&self, statement: &str, kind: Option<SectionKind>) -> Option<String> {
        use SectionKind::{Assessment, ChiefComplaint, FamilyHistory, PhysicalExam};
        let line = |unit: &support::Unit| self.index.line(unit.line);
        let told = |unit: &support::Unit| !is_question(self.index.sentence(unit));
        let addressed = |unit: &support::Unit| context::addresses(self.index.sentence(unit));
        let (reason, eligible): (_, &dyn Fn(&support::Unit) -> bool) = match kind? {
            ChiefComplaint => ("the patient did not say this", &|unit| {
                !line(unit).by_clinician() || !told(unit) || unit.line < OPENING
            }),
            PhysicalExam => ("the clinician did not say this", &|unit| !line(unit).by_patient_side() && told(unit)),
            Assessment => ("the clinician did not say this", &|unit| !line(unit).by_patient_side() && told(unit)),
            FamilyHistory => ("the patient did not say this", &|unit| !line(unit).by_clinician() || addressed(unit)),
            _ => return None,
        };
        (self.index.support(statement, eligible).coverage < LEAST_COVERAGE).then(|| reason.to_owned())
    }

    /// "If found, start …" of what was decided without an if.
    fn of_another_condition(&self, statement: &str, kind: Option<SectionKind>) -> Option<String> {
        let conditional = kind == Some(SectionKind::Plan) && context::begins_with_a_condition(statement);
        let supposes = |unit: &support::Unit| context::hypothetical(self.index.sentence(unit));
        (conditional && self.index.support(statement, &supposes).coverage < LEAST_COVERAGE)
            .then(|| "nobody made this depend on that".to_owned())
    }

    /// "Bread, which causes diarrhea" of two things that were said far apart.
    fn of_another_cause(&self, statement: &str) -> Option<String> {
        let (cause, effect) = context::cause_and_effect(statement)?;
        let lines = |half: &str| -> Vec<usize> {
            self.index.support(half, &|_| true).units.iter().map(|at| self.index.units[*at].line).collect()
        };
        let (causes, effects) = (lines(cause), lines(effect));
        let together = causes.iter().any(|one| effects.iter().any(|other| one.abs_diff(*other) <= TOGETHER));
        (!together && !causes.is_empty() && !effects.is_empty())
            .then(|| "nobody said that one brought on the other".to_owned())
    }

    /// An illness in the patient's own sections that only sentences about somebody else carry.
    fn of_a_relative(&self, statement: &str, kind: Option<SectionKind>, coverage: f64) -> Option<String> {
        let own = matches!(
            kind,
            Some(SectionKind::PastHistory | SectionKind::Assessment | SectionKind::HistoryOfPresentIllness)
        );
        if !own || context::names_a_relative(statement) {
            return None;
        }
        let without = self.index.support(statement, &|unit| !unit.of_another);
        (without.coverage < LEAST_COVERAGE && without.coverage < coverage)
            .then(|| "said of a relative, not of the patient".to_owned())
    }
}

/// Checks any note against what was said in `transcript`, and looks for what it leaves out.
pub fn verification(statements: Vec<NoteStatement>, transcript: &Transcript) -> Verification {
    let facts = facts::facts(transcript, DrugTable::bundled());
    let visit = Visit::new(transcript);
    let checker = Checker::new(&visit, &facts, None);
    let texts: Vec<&str> = statements.iter().map(|statement| statement.text.as_str()).collect();
    let omitted = omissions(&texts, &facts, &visit);
    let verified = |statement: NoteStatement| {
        let (support, reason, evidence) = match checker.check(&statement.text, statement.section) {
            Verdict::Supported(evidence) => (Finding::Supported, None, evidence),
            Verdict::Uncertain(evidence, reason) => (Finding::Uncertain, Some(reason.into()), evidence),
            Verdict::Unsupported(evidence, reason) => (Finding::Unsupported, Some(reason.into()), evidence),
        };
        VerifiedStatement { text: statement.text, support, reason, evidence }
    };
    let statements = statements.into_iter().map(verified).collect();
    Verification { schema: VerificationSchema::V1, statements, omitted }
}

#[cfg(test)]
mod tests;
