//! Every statement against what was said: evidence found, faults named, omissions listed.

mod answers;
mod asserted;
mod checks;
mod concepts;
mod known;
mod meaning;
mod omissions;
mod overlooked;
mod statements;
mod support;
mod turned;

use std::sync::LazyLock;

use known::Known;
pub use omissions::{omissions, omitted_facts};
use regex::Regex;
pub(super) use statements::{NoteLine, note_lines};
pub use statements::{NoteStatement, of_note, of_text};
use support::Index;
pub use turned::is_history;

use super::{
    facts::{self, Facts, context, orders},
    text::{self, pattern},
    visit::Visit,
};
use crate::{
    domain::{
        Evidence, Finding, Medication, Role, SectionKind, Transcript, Verification, VerificationSchema,
        VerifiedStatement,
    },
    language::{numbers, questions::is_question},
    terminology::DrugTable,
};

/// Less of a statement's weight than this in what was said, and nobody said it. Chosen on reference notes of ACI-BENCH
/// (train, 40 notes): against their own visit 81 % of 1,431 statements pass all checks, against another's visit 15 %.
const LEAST_COVERAGE: f64 = 0.4;

/// Less than this is worth a second look.
const SURE_COVERAGE: f64 = 0.55;

/// Turns from which one line of the model's may be made.
const STRETCH: usize = 6;
/// The same of a line of the plan: what is planned is said at once, or after one answer.
const PLAN_STRETCH: usize = 3;

/// Content words beside a symptom by which a clause tells more than that it is there.
const LEAST_SAID_OF_A_SYMPTOM: usize = 2;

/// The part of such a line that must be found there.
const WRITTEN_COVERAGE: f64 = 0.75;

/// Letters of a word that can be told from others, at least.
const LEAST_WORD: usize = 5;

/// The same of a name in an assessment, which is short.
const LEAST_NAME: usize = 3;

/// The same of what a relative has: one word decides who has what.
const OF_KIN_COVERAGE: f64 = 0.9;

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
            .or_else(|| asserted::of_somebody_else(statement, kind, &self.index));
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
        if support.coverage < SURE_COVERAGE {
            return Verdict::Uncertain(evidence, "only part of this was found in what was said".to_owned());
        }
        Verdict::Supported(evidence)
    }

    /// The same for a line of the language model's. It joins what was said apart into what nobody said, so that hardly a
    /// word of a line may be missing where the line is from.
    pub fn check_written(&self, statement: &str, kind: SectionKind) -> Verdict {
        let verdict = self.check(statement, Some(kind));
        let (Verdict::Supported(evidence) | Verdict::Uncertain(evidence, _)) = &verdict else { return verdict };
        match self.fault_of_writing(statement, kind, evidence) {
            Some(reason) => Verdict::Unsupported(evidence.clone(), reason),
            None => verdict,
        }
    }

    /// What is wrong with a line that the model wrote from `evidence`, although it would do in another's note.
    fn fault_of_writing(&self, statement: &str, kind: SectionKind, evidence: &[Evidence]) -> Option<String> {
        use SectionKind::{Assessment, HistoryOfPresentIllness, PhysicalExam, Results};
        let of_history = kind == HistoryOfPresentIllness;
        let misread = || {
            let number = numbers::numbers(statement).into_iter().find(|number| !self.is_read(number.value))?;
            Some(format!("number {} was not said", number.value))
        };
        let scattered =
            || (!self.is_from_one_place(statement, kind)).then(|| "nobody said all of this in one place".to_owned());
        let unnamed = || {
            let said = |keys: &[String]| self.index.units.iter().any(|unit| keys.iter().any(|key| unit.names(key)));
            let (_, range) = concepts::illnesses(statement).into_iter().find(|(keys, _)| !said(keys))?;
            Some(format!("{} was not said", &statement[range]))
        };
        let denied = || {
            let states = matches!(kind, PhysicalExam | Results | Assessment);
            states.then(|| self.only_denied(statement, kind)).flatten().map(|word| format!("{word} was denied"))
        };
        let cut_off = || (kind == SectionKind::Plan).then(|| self.dose_cut_off(statement)).flatten();
        let not_complained = || {
            (kind == SectionKind::ChiefComplaint && !self.is_of_the_patient(evidence))
                .then(|| "the patient did not come for this".to_owned())
        };
        let for_another =
            || (kind == SectionKind::Plan).then(|| self.for_somebody_not_named(statement, evidence)).flatten();
        let not_given = || (kind == SectionKind::Plan).then(|| checks::not_given(statement, self.facts)).flatten();
        let of_another_exchange = || of_history.then(|| self.symptom_of_another_exchange(statement)).flatten();
        let of_another_turn = || of_history.then(|| self.medicine_of_another_turn(statement, evidence)).flatten();
        let unplanned =
            || (kind == SectionKind::Plan && !is_planned(evidence)).then(|| "nobody planned this".to_owned());
        let joins =
            || (of_history && joins_what_was_not_joined(statement)).then(|| "nobody said that of it".to_owned());
        let of_oneself = of_history || kind == SectionKind::PastHistory;
        let of_kin =
            || (of_oneself && context::names_a_relative(statement)).then(|| "this is about somebody else".to_owned());
        let turned = || turned::fault(statement, kind, evidence, self.index.visit()).map(str::to_owned);
        misread()
            .or_else(not_complained)
            .or_else(cut_off)
            .or_else(not_given)
            .or_else(for_another)
            .or_else(unplanned)
            .or_else(of_another_turn)
            .or_else(of_another_exchange)
            .or_else(scattered)
            .or_else(unnamed)
            .or_else(denied)
            .or_else(joins)
            .or_else(of_kin)
            .or_else(turned)
    }

    /// "Dizzy after starting chlorthalidone and losartan", where losartan came up turns later: a medicine that `statement` names
    /// and that is named in no turn of its `evidence`, nor right before or after one.
    fn medicine_of_another_turn(&self, statement: &str, evidence: &[Evidence]) -> Option<String> {
        let lines: Vec<usize> = evidence.iter().filter_map(|one| self.index.visit().line_of(&one.utterance)).collect();
        let near = |unit: &support::Unit, name: &str| {
            unit.drugs.contains(&name) && lines.iter().any(|line| unit.line.abs_diff(*line) <= 1)
        };
        let mentions = DrugTable::bundled().mentions(statement);
        let far = mentions.iter().find(|one| !self.index.units.iter().any(|unit| near(unit, one.drug.name)))?;
        Some(format!("{} was spoken of elsewhere", &statement[far.range.clone()]))
    }

    /// "Iron tablets for the baby" of what the mother is to take: somebody whom no turn of the line names.
    fn for_somebody_not_named(&self, statement: &str, evidence: &[Evidence]) -> Option<String> {
        static FOR: LazyLock<Regex> = LazyLock::new(|| {
            pattern(
                r"\bfor (?:the|your|her|his|their|a) (baby|child|son|daughter|wife|husband|mother|father|kids?|family)\b",
            )
        });
        let visit = self.index.visit();
        let lines = evidence.iter().filter_map(|one| visit.line_of(&one.utterance));
        let said: Vec<String> = lines
            .flat_map(|at| [at.checked_sub(1), Some(at)].into_iter().flatten())
            .flat_map(|at| text::content_stems(visit.lines[at].text()))
            .collect();
        FOR.captures_iter(statement).find_map(|found| {
            let stems = text::content_stems(&found[1]);
            let is_said = stems.iter().all(|stem| said.contains(stem));
            (!is_said).then(|| format!("for the {} was not said", found[1].to_lowercase()))
        })
    }

    /// Whether some of `evidence` is the patient's side, or what a clinician begins with.
    fn is_of_the_patient(&self, evidence: &[Evidence]) -> bool {
        let visit = self.index.visit();
        let lines = evidence.iter().filter_map(|one| visit.line_of(&one.utterance));
        lines.map(|at| &visit.lines[at]).any(|line| line.by_patient_side() || line.index < OPENING)
    }

    /// "Mirtazapine at 7." of seven and a half: a bare number at the end that is no dose of the one medicine that is named.
    fn dose_cut_off(&self, statement: &str) -> Option<String> {
        static ENDS_BARE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:at|to|of|with) \d+\.?$"));
        let named = DrugTable::bundled().mentions(statement);
        let [mention] = &named[..] else { return None };
        let of_it = |one: &&Medication| one.name == mention.drug.name;
        let dose = self.facts.medications.iter().find(of_it)?.dose.as_ref()?;
        let bare = ENDS_BARE.find(statement).filter(|bare| bare.start() <= mention.range.end + 1)?;
        let number = numbers::numbers(bare.as_str()).first()?.value;
        (number != dose.value).then(|| format!("{number} is no dose of {} here", mention.drug.name))
    }

    /// "Lightheaded on the second flight of stairs", where the breath was short there and the head light elsewhere: a symptom of
    /// which a clause says more than that it is there, and that is named nowhere near what it says.
    fn symptom_of_another_exchange(&self, statement: &str) -> Option<String> {
        static CLAUSE_END: LazyLock<Regex> =
            LazyLock::new(|| pattern(r"[,;.]|\b(?:and|but) (?:(?:he|she|they|it|the patient|had|has|was|is|also)\b)"));
        let starts = CLAUSE_END.find_iter(statement).map(|end| end.end());
        let ends = CLAUSE_END.find_iter(statement).map(|end| end.start()).chain([statement.len()]);
        let clauses = std::iter::once(0).chain(starts).zip(ends).map(|(start, end)| &statement[start.min(end)..end]);
        clauses.flat_map(|clause| facts::symptoms::mentions(clause).into_iter().map(move |one| (clause, one))).find_map(
            |(clause, (entry, range))| {
                let beside = format!("{} {}", &clause[..range.start], &clause[range.end..]);
                let said_of_it = text::content_stems(&beside);
                let near = |line: usize| {
                    let lines = &self.index.visit().lines;
                    let near = &lines[line.saturating_sub(1)..(line + 2).min(lines.len())];
                    let stems: Vec<String> = near.iter().flat_map(|line| text::content_stems(line.text())).collect();
                    said_of_it.iter().filter(|stem| stems.contains(stem)).count()
                };
                let lines = self.index.visit().lines.iter().filter(|line| entry.pattern.is_match(line.text()));
                let best = lines.map(|line| near(line.index)).max()?;
                let says_more = said_of_it.len() >= LEAST_SAID_OF_A_SYMPTOM;
                (says_more && 2 * best < said_of_it.len())
                    .then(|| format!("{} was spoken of elsewhere", clause[range].to_lowercase()))
            },
        )
    }

    /// A word that `statement` affirms and that was only ever said with a "no" before it.
    fn only_denied(&self, statement: &str, kind: SectionKind) -> Option<String> {
        // A diagnosis is the clinician's to affirm: "No ham", to a patient who ate some.
        let of_assessment = kind == SectionKind::Assessment;
        let least = if of_assessment { LEAST_NAME } else { LEAST_WORD };
        let negated = |text: &str, at: usize| context::negates(&text[..at]);
        let tokens = || text::tokens(statement).into_iter().filter(|token| !token.digits && token.lower.len() >= least);
        let affirmed = tokens().filter(|token| !negated(statement, token.range.start));
        let denied = |word: &str| {
            let stem = text::stem(word);
            let asks = |unit: &&support::Unit| {
                is_question(self.index.sentence(unit)) && !self.index.line(unit.line).by_clinician()
            };
            let counts =
                |unit: &&support::Unit| !(asks(unit) || of_assessment && self.index.line(unit.line).by_patient_side());
            let mut said = self.index.units.iter().filter(counts).flat_map(|unit| {
                let sentence = self.index.sentence(unit);
                let same = text::tokens(sentence).into_iter().filter(|token| text::stem(&token.lower) == stem);
                same.map(|token| negated(sentence, token.range.start)).collect::<Vec<_>>()
            });
            said.next().is_some_and(|first| first) && said.all(|also| also)
        };
        affirmed.map(|token| token.lower).find(|word| !text::content_stems(word).is_empty() && denied(word))
    }

    /// Whether somebody said `value`, read as people mean numbers: "one eighteen" is 118 and not 18.
    fn is_read(&self, value: f64) -> bool {
        self.index.units.iter().any(|unit| {
            numbers::numbers(self.index.sentence(unit)).iter().any(|number| (number.value - value).abs() < 1e-6)
        })
    }

    /// Whether a stretch of the visit has nearly all of `statement`.
    fn is_from_one_place(&self, statement: &str, kind: SectionKind) -> bool {
        let beginning = |unit: &support::Unit| unit.line < OPENING && kind != SectionKind::FamilyHistory;
        let asserted = |unit: &support::Unit| {
            let sentence = self.index.sentence(unit);
            match kind {
                SectionKind::Assessment => !context::hypothetical(sentence) && !is_question(sentence),
                // What the patient asks about, or is tested for, is not what the patient had.
                SectionKind::PastHistory => {
                    let asks = is_question(sentence) && !self.index.line(unit.line).by_clinician();
                    !unit.of_another && !context::hypothetical(sentence) && !orders::orders_something(sentence) && !asks
                }
                SectionKind::HistoryOfPresentIllness if unit.of_another => false,
                SectionKind::HistoryOfPresentIllness => {
                    self.index.line(unit.line).by_patient_side() || unit.line < OPENING || is_question(sentence)
                }
                _ => true,
            }
        };
        let least = if kind == SectionKind::FamilyHistory { OF_KIN_COVERAGE } else { WRITTEN_COVERAGE };
        let found = self.index.support(statement, &asserted).units.into_iter().map(|at| self.index.units[at].line);
        let turns = if kind == SectionKind::Plan { PLAN_STRETCH } else { STRETCH };
        found.flat_map(|line| line.saturating_sub(turns - 1)..=line).any(|start| {
            let stretch = start..start + turns;
            let near = |unit: &support::Unit| stretch.contains(&unit.line) || beginning(unit);
            self.index.coverage(statement, &|unit| near(unit) && asserted(unit)) >= least
        })
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

/// Whether a sentence of `evidence` plans anything.
fn is_planned(evidence: &[Evidence]) -> bool {
    let quotes = evidence.iter().filter_map(|one| one.quote.as_ref());
    quotes.into_iter().any(|quote| text::sentences(quote).into_iter().any(|range| overlooked::plans(&quote[range])))
}

/// "He has been taking a wedding", "… but it has not helped": what a small model likes to add to what it has read.
fn joins_what_was_not_joined(statement: &str) -> bool {
    static HELPED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\bbut (?:it|they|that|this|these) (?:has|have|had|did|does|do|was|were|is)(?: not|n't) (?:been )?(?:help|work|effective)\w*",
        )
    });
    static TAKES: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:has|have|had|was|were|is) (?:been )?taking\b"));
    static OF_MEDICINES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:medic\w+|pills?|tablets?|vitamins?|supplements?|antibiotics?|painkillers?|it|them)\b")
    });
    let nothing_to_take = DrugTable::bundled().mentions(statement).is_empty() && !OF_MEDICINES.is_match(statement);
    HELPED.is_match(statement) || TAKES.is_match(statement) && nothing_to_take
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
