//! Facts and the model's lines, put together into the parts of a note: each line checked, each with its evidence.

use std::collections::HashSet;

use super::{
    belongs,
    evidence::whole,
    facts::{Facts, context, corrected, orders},
    planned,
    problems::{is_same, problems},
    render::{self, Line},
    sections::{Sections, says_the_same},
    text, told,
    verify::{Checker, Concluded, Verdict, concluded, examined, is_found_now, is_history, omissions},
    visit::Visit,
};
use crate::{
    domain::{
        Allergy, Chart, Evidence, Medication, MedicationAction, Order, PatientText, Problem, Review, Role, Section,
        SectionKind, Statement, Support, Transcript, UncertainText, UnsupportedText, Utterance, VitalSign,
    },
    language::numbers,
    terminology::DrugTable,
};

/// Everything of a note but who it is about and how it came about. The problems have no codes yet.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    /// All thirteen, in order.
    pub sections: Vec<Section>,
    /// What was assessed.
    pub problems: Vec<Problem>,
    /// The patient's medicines, with RxNorm codes.
    pub medications: Vec<Medication>,
    /// Allergies said aloud.
    pub allergies: Vec<Allergy>,
    /// Measurements said aloud.
    pub vitals: Vec<VitalSign>,
    /// What was ordered.
    pub orders: Vec<Order>,
    /// What a clinician must look at.
    pub review: Review,
}

/// Checks what the model wrote, adds what the rules know, and lists what is missing.
pub fn draft(transcript: &Transcript, chart: Option<&Chart>, facts: &Facts, sections: &Sections) -> Draft {
    let visit = Visit::new(transcript);
    let checker = Checker::new(&visit, facts, chart.and_then(|chart| chart.age_years));
    let mut builder =
        Builder { review: Review { truncated: sections.truncated, ..Review::default() }, ..Builder::default() };
    let allergic = facts.allergies.known.iter().flat_map(|allergy| &allergy.evidence);
    builder.allergic = allergic.map(|evidence| evidence.utterance.clone()).collect();
    for kind in SectionKind::ALL {
        builder.rendered(kind, facts);
        for written in sections.written.iter().filter(|written| written.kind == kind) {
            let text = corrected::without_corrected(&written.text);
            let texts = match kind {
                SectionKind::ChiefComplaint => vec![belongs::as_complained(&text, &visit)],
                SectionKind::Assessment => belongs::one_by_one(&belongs::as_named(&text), &visit),
                _ => vec![text],
            };
            for text in texts.into_iter().map(PatientText::from) {
                let elsewhere =
                    belongs::repeats_vitals(&text, kind, facts) || belongs::repeats_findings(&text, kind, facts);
                let supposed = kind == SectionKind::Assessment && belongs::is_only_supposed(&text, facts);
                if elsewhere || supposed || !belongs::belongs(&text, kind, facts) {
                    continue;
                }
                if kind == SectionKind::Assessment && is_history(&text, &visit) {
                    builder.history(&text, &checker);
                } else {
                    builder.written(kind, &text, &checker);
                }
            }
        }
        builder.complete(kind, facts, &visit);
    }
    builder.complete_illnesses(facts, &visit);
    builder.complete_history(&visit);
    builder.complete_conclusions(&visit);
    let (sections, review) = builder.finish();
    let texts: Vec<&str> =
        sections.iter().flat_map(|section| &section.statements).map(|one| one.text.as_str()).collect();
    let uncertain = exchanged(transcript)
        .chain(unheard(transcript))
        .chain(nobody(transcript))
        .chain(misheard(facts))
        .chain(unsettled(facts))
        .chain(named(facts))
        .chain(unread(facts))
        .chain(unnamed_doses(facts))
        .chain(unnamed_allergies(facts))
        .chain(review.uncertain)
        .collect();
    let review = Review { uncertain, omitted: omissions(&texts, facts, &visit), ..review };
    let mut problems = problems(&sections, facts);
    planned::assign(&mut problems, &sections, &visit);
    Draft {
        problems,
        sections,
        medications: facts.medications.clone(),
        allergies: facts.allergies.known.clone(),
        vitals: facts.vitals.clone(),
        orders: facts.orders.clone(),
        review,
    }
}

/// "Pancreatitis." as "History of pancreatitis."
fn as_history(illness: &str) -> PatientText {
    let mut letters = illness.chars();
    let first = letters.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    let is_name = letters.clone().next().is_some_and(char::is_uppercase);
    let rest = if is_name { illness.to_owned() } else { format!("{first}{}", letters.as_str()) };
    format!("History of {rest}").into()
}

/// Stretches whose labels of clinician and patient came exchanged, or may be: their first and last utterance.
fn exchanged(transcript: &Transcript) -> impl Iterator<Item = UncertainText> {
    let utterance = |id: &String| transcript.utterances.iter().find(|said| said.id == *id);
    transcript.exchanges.iter().map(move |exchange| {
        let ends: Vec<Evidence> = [&exchange.from, &exchange.to].into_iter().filter_map(utterance).map(whole).collect();
        let reason = match exchange.put_right {
            true => "the labels of clinician and patient came exchanged, and were put right",
            false => {
                "the labels of clinician and patient may be exchanged, and were left as they came; please check who said what"
            }
        };
        UncertainText {
            text: format!("Who speaks from {} to {}", exchange.from, exchange.to).into(),
            reason: reason.into(),
            evidence: ends,
        }
    })
}

/// Somebody in the room of whom no utterance is.
fn unheard(transcript: &Transcript) -> Option<UncertainText> {
    let tells = |said: &&Utterance| transcript.unheard_companion.contains(&said.id);
    let evidence: Vec<Evidence> = transcript.utterances.iter().filter(tells).map(whole).collect();
    (!evidence.is_empty()).then(|| UncertainText {
        text: "Who speaks as the patient".into(),
        reason:
            "somebody else is in the room and nothing is labelled as theirs; please check which of the patient's words \
                 are the patient's"
                .into(),
        evidence,
    })
}

/// The patient or the clinician, if nobody is labelled so.
fn nobody(transcript: &Transcript) -> Option<UncertainText> {
    let (text, reason) = match transcript.missing_role()? {
        Role::Patient => (
            "Who the patient is",
            "nobody is labelled the patient, so nothing is read as the patient's complaints and answers; begin the patient's \
             turns with \"patient:\" and write the note again",
        ),
        _ => (
            "Who the clinician is",
            "nobody is labelled the clinician, so nothing is read as findings, orders and decisions; begin the clinician's \
             turns with \"doctor:\" and write the note again",
        ),
    };
    let mut speakers = HashSet::new();
    let first = |said: &&Utterance| speakers.insert(said.speaker.clone());
    let evidence = transcript.utterances.iter().filter(first).map(whole).collect();
    Some(UncertainText { text: text.into(), reason: reason.into(), evidence })
}

/// Names that were misheard, and what the note takes them for.
fn misheard(facts: &Facts) -> impl Iterator<Item = UncertainText> {
    facts.misheard.iter().map(|one| UncertainText {
        text: one.text.clone(),
        reason: one.reason.clone(),
        evidence: one.evidence.clone(),
    })
}

/// Medicines whose entry in the note does not tell all of what was said, or not for sure.
fn unsettled(facts: &Facts) -> impl Iterator<Item = UncertainText> {
    facts.unsettled.iter().map(|one| UncertainText {
        text: one.text.as_str().into(),
        reason: one.reason.into(),
        evidence: one.evidence.clone(),
    })
}

/// Medicines that came up, and it is not clear whether they are taken.
fn named(facts: &Facts) -> impl Iterator<Item = UncertainText> {
    let decided_against = |name: &str| facts.avoided.iter().any(|one| one.name == name);
    facts.named.iter().filter(move |one| !decided_against(&one.name)).map(|one| UncertainText {
        text: one.text.as_str().into(),
        reason: match one.put_off {
            true => "this medicine is to begin later or under a condition, or is one of several; it is not in the note's list",
            false => "this medicine came up, and nobody said that the patient takes it; it is not in the note's list",
        }
        .into(),
        evidence: one.evidence.clone(),
    })
}

/// Measurements that were named and could not be read.
fn unread(facts: &Facts) -> impl Iterator<Item = UncertainText> {
    facts.unread.iter().map(|one| UncertainText {
        text: one.name.into(),
        reason: "the value could not be read from what was said".into(),
        evidence: vec![one.evidence.clone()],
    })
}

/// Doses of which it was not understood of what.
fn unnamed_doses(facts: &Facts) -> impl Iterator<Item = UncertainText> {
    facts.unnamed.iter().map(|one| UncertainText {
        text: one.quote.clone().unwrap_or_else(|| "dose".into()),
        reason: "a dose was changed, and of which medicine was not understood; it is not in the note's list".into(),
        evidence: vec![one.clone()],
    })
}

/// Reactions of which it was not understood to what, or whose they are.
fn unnamed_allergies(facts: &Facts) -> impl Iterator<Item = UncertainText> {
    facts.allergies.unnamed.iter().map(|one| UncertainText {
        text: one.quote.clone().unwrap_or_else(|| "allergy".into()),
        reason: "a reaction was told, and to what or whose it is was not understood; please ask before any medicine is given".into(),
        evidence: vec![one.clone()],
    })
}

#[derive(Default)]
struct Builder {
    /// The utterances that tell of allergies.
    allergic: HashSet<String>,
    statements: Vec<(SectionKind, String, Vec<Evidence>)>,
    review: Review,
}

impl Builder {
    /// The lines that rules write for section `kind`.
    fn rendered(&mut self, kind: SectionKind, facts: &Facts) {
        let lines = match kind {
            SectionKind::ReviewOfSystems => render::review_of_systems(facts),
            SectionKind::Medications => render::medications(facts),
            SectionKind::Allergies => render::allergies(facts),
            SectionKind::Vitals => render::vitals(facts),
            _ => return,
        };
        self.statements.extend(lines.into_iter().map(|line| (kind, line.text, line.evidence)));
    }

    /// A line of the model's: into the note, or under review with the reason.
    fn written(&mut self, kind: SectionKind, text: &PatientText, checker: &Checker) {
        // A medicine stands in its section and in the plan; elsewhere a line is not said twice.
        let comparable = |of: SectionKind| of == kind || (of.soap() == kind.soap() && of != SectionKind::Medications);
        let said = |(of, known, _): &(SectionKind, String, Vec<Evidence>)| {
            let examined = *of == SectionKind::PhysicalExam && kind == SectionKind::Results;
            comparable(*of) && says_the_same(known, text)
                || *of == kind && text::says_no_more(text, known)
                || examined && text::sentences(known).into_iter().any(|range| text::says_no_more(text, &known[range]))
        };
        if self.statements.iter().any(said) {
            return;
        }
        let allergic = |evidence: &[Evidence]| {
            kind == SectionKind::HistoryOfPresentIllness
                && !evidence.is_empty()
                && evidence.iter().all(|one| self.allergic.contains(&one.utterance))
        };
        match checker.check_written(text, kind) {
            // An allergy of the past has its own section, and its reaction is no complaint of today.
            Verdict::Supported(evidence) | Verdict::Uncertain(evidence, _) if allergic(&evidence) => {}
            Verdict::Supported(evidence) => self.statements.push((kind, text.as_str().to_owned(), evidence)),
            Verdict::Uncertain(evidence, reason) => {
                self.review.uncertain.push(UncertainText {
                    text: text.clone(),
                    reason: reason.into(),
                    evidence: evidence.clone(),
                });
                self.statements.push((kind, text.as_str().to_owned(), evidence));
            }
            Verdict::Unsupported(evidence, reason) => {
                let known = |one: &UnsupportedText| text::says_no_more(text, &one.text);
                if self.review.unsupported.iter().any(known) {
                    return;
                }
                let section = Some(kind);
                self.review.unsupported.push(UnsupportedText {
                    text: text.clone(),
                    reason: reason.into(),
                    section,
                    evidence,
                });
            }
        }
    }

    /// An illness that is over, among those of the past, where it does not stand yet.
    fn history(&mut self, line: &str, checker: &Checker) {
        let illness = line.strip_prefix("History of ").unwrap_or(line);
        let past = |(kind, known, _): &(SectionKind, String, Vec<Evidence>)| {
            *kind == SectionKind::PastHistory && text::names_no_more(illness, known)
        };
        if !self.statements.iter().any(past) {
            self.written(SectionKind::PastHistory, &as_history(illness), checker);
        }
    }

    /// What the rules know of section `kind` and no line says yet.
    fn complete(&mut self, kind: SectionKind, facts: &Facts, visit: &Visit) {
        if kind == SectionKind::Plan {
            self.complete_plan(facts);
        }
        if kind == SectionKind::ChiefComplaint && self.statements.is_empty() {
            self.statements.extend(told::complaint(visit).into_iter().map(|line| (kind, line.text, line.evidence)));
        }
        for finding in facts.findings.iter().filter(|finding| finding.kind == kind) {
            let wanted = text::content_stems(&finding.text);
            // "Write it down if you put on three pounds" has a warning's words, and not what to do then.
            let warns = context::safety_net(&finding.text);
            let able = |text: &str| !warns || context::safety_net(text);
            let alike = self.statements.iter().filter(|(of, text, _)| of.soap() == kind.soap() && able(text));
            let covered = alike.into_iter().any(|(_, text, _)| {
                let stems = text::content_stems(text);
                let shared = wanted.iter().filter(|stem| stems.contains(stem)).count();
                10 * shared >= 7 * wanted.len()
            });
            if covered {
                continue;
            }
            let texts = match kind {
                SectionKind::Assessment => belongs::one_by_one(&finding.text, visit),
                _ => vec![finding.text.clone()],
            };
            for text in texts {
                let bare = |text: &str| text.trim_end_matches('.').to_lowercase();
                let says =
                    |(of, known, _): &(SectionKind, String, Vec<Evidence>)| *of == kind && bare(known) == bare(&text);
                if !self.statements.iter().any(says) {
                    self.statements.push((kind, text, finding.evidence.clone()));
                }
            }
        }
    }

    /// Decisions and orders that the model's plan does not name.
    fn complete_plan(&mut self, facts: &Facts) {
        let decisions =
            facts.medications.iter().filter_map(|medication| Some((medication, render::decision(medication)?)));
        for (medication, line) in decisions.collect::<Vec<_>>() {
            let ends = medication.action == MedicationAction::Stop;
            let dose = medication.dose.as_ref().map(|dose| dose.value).filter(|_| !ends);
            if !self.plan().any(|text| names_drug(text, &medication.name, dose)) {
                self.push_plan(line);
            }
        }
        for avoided in &facts.avoided {
            let given = facts.medications.iter().any(|medication| medication.name == avoided.name);
            if !given && !self.plan().any(|text| names_drug(text, &avoided.name, None)) {
                self.push_plan(render::avoided(avoided));
            }
        }
        for order in &facts.orders {
            if !self.plan().any(|text| orders::is_named_in(order, text)) {
                self.push_plan(render::order(order));
            }
        }
    }

    /// What the clinician finds, concludes and plans and no line says. Called when those are written.
    fn complete_conclusions(&mut self, visit: &Visit) {
        let found = examined(&self.texts(), visit);
        self.quote(SectionKind::PhysicalExam, found);
        let planned = concluded(&self.texts(), visit);
        self.quote(SectionKind::Plan, planned);
    }

    fn texts(&self) -> Vec<&str> {
        self.statements.iter().map(|(_, text, _)| text.as_str()).collect()
    }

    fn quote(&mut self, kind: SectionKind, lines: Vec<Concluded>) {
        self.statements.extend(lines.into_iter().map(|line| (kind, line.text, line.evidence)));
    }

    /// Lasting illnesses that neither the assessment nor the history names.
    fn complete_illnesses(&mut self, facts: &Facts, visit: &Visit) {
        for illness in &facts.illnesses {
            let named = self.statements.iter().any(|(kind, text, _)| {
                matches!(kind, SectionKind::Assessment | SectionKind::PastHistory)
                    && (text::names_no_more(&illness.name, text) || is_same(text.trim_end_matches('.'), &illness.name))
            });
            if !named {
                let line = render::illness(illness);
                let section =
                    if is_found_now(&line.evidence, visit) { SectionKind::Assessment } else { illness.section };
                self.statements.push((section, line.text, line.evidence));
            }
        }
    }

    /// What the patient told of the complaint and no other line is made from. Called when those are written.
    fn complete_history(&mut self, visit: &Visit) {
        // A review of systems says that there is a symptom, and not how it is; but of one that there is not, all.
        let mut noted = told::Elsewhere::default();
        for (kind, text, evidence) in &self.statements {
            match kind {
                SectionKind::ReviewOfSystems => {
                    noted.denied.extend(render::denied(text).map(|text| (text, &evidence[..])))
                }
                _ => noted.told.push((text, evidence)),
            }
        }
        let lines = told::complete(&noted, visit);
        let kind = SectionKind::HistoryOfPresentIllness;
        self.statements.extend(lines.into_iter().map(|line| (kind, line.text, line.evidence)));
    }

    fn plan(&self) -> impl Iterator<Item = &str> {
        self.statements.iter().filter(|(kind, ..)| *kind == SectionKind::Plan).map(|(_, text, _)| text.as_str())
    }

    fn push_plan(&mut self, line: Line) {
        self.statements.push((SectionKind::Plan, line.text, line.evidence));
    }

    /// The sections with numbered statements. A line without evidence cannot stand in a draft.
    fn finish(mut self) -> (Vec<Section>, Review) {
        // What was taken out of one section and stands in another is in the note.
        let stands = |taken: &UnsupportedText| {
            let mut own = self.statements.iter().filter(|(kind, ..)| *kind != SectionKind::FamilyHistory);
            own.any(|(_, text, _)| text::says_no_more(&taken.text, text))
        };
        self.review.unsupported.retain(|taken| !stands(taken));
        let mut number = 0;
        let mut sections: Vec<Section> = SectionKind::ALL.iter().map(|kind| Section::new(*kind, Vec::new())).collect();
        for (kind, text, evidence) in self.statements.into_iter().filter(|(_, _, evidence)| !evidence.is_empty()) {
            number += 1;
            let statement =
                Statement { id: format!("s{number}"), text: text.into(), evidence, support: Support::Supported };
            let section = sections.iter_mut().find(|section| section.id == kind).expect("all sections are there");
            section.statements.push(statement);
        }
        (sections, self.review)
    }
}

fn names_drug(text: &str, name: &str, dose: Option<f64>) -> bool {
    let named = DrugTable::bundled().mentions(text).iter().any(|mention| mention.drug.name == name);
    named && dose.is_none_or(|dose| numbers::contains_value(&numbers::said_values(text), dose))
}
