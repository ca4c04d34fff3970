//! The note as a page of text, with `[u7]` after each statement.

mod review;

use std::fmt::Write;

use crate::{
    config::Template,
    domain::{
        Coding, Evidence, Finding, Medication, MedicationAction, Note, Problem, SectionKind, Statement, Transcript,
        Utterance, Verification,
    },
    notes::{Signature, SignedNote},
};

/// How the first line of a note begins and ends.
const TITLE: [&str; 2] = ["# Draft note: ", ", written by a machine, not signed"];

/// What parts the note from what is told about it.
const END_OF_NOTE: &str = "\n---\n";

/// The heading of what is planned for no problem in particular.
const FOR_NO_PROBLEM: &str = "General plan";

/// The sections of a page that [`render`] wrote, without what follows them; `None` if it wrote no such page.
pub fn sections_of(page: &str) -> Option<&str> {
    let (first, rest) = page.trim_start().split_once('\n')?;
    let is_title = first.starts_with(TITLE[0]) && first.trim_end().ends_with(TITLE[1]);
    is_title.then(|| rest.find(END_OF_NOTE).map_or(rest, |end| &rest[..end]))
}

/// Writes `note` as Markdown, laid out by `template`. The first line says that it is a draft, wherever the text may be
/// pasted.
pub fn render(note: &Note, template: &Template) -> String {
    let mut page = format!("{}{}{}\n", TITLE[0], template.title, TITLE[1]);
    render_sections(&mut page, note, template);
    page.push_str(END_OF_NOTE);
    render_problems(&mut page, &note.problems);
    render_medications(&mut page, &note.medications);
    render_orders(&mut page, note);
    review::render(&mut page, &note.review);
    render_provenance(&mut page, note);
    page
}

/// Writes a signed note as Markdown, laid out by `template`: what was signed, by whom, and nothing that was only for the signer.
pub fn render_signed(signed: &SignedNote, template: &Template) -> String {
    let Signature { name, signed_at, .. } = signed.signature();
    let mut page = format!("# {}\n\nSigned by {name}, {signed_at:.0}\n", template.title);
    render_sections(&mut page, signed.note(), template);
    line(
        &mut page,
        format_args!("\nWritten with soapstone {}, read and signed by {name}.", signed.note().provenance.soapstone),
    );
    page
}

/// Writes the utterances that a note refers to, one a line, so that `[u7]` can be looked up in the same page.
pub fn render_transcript(transcript: &Transcript) -> String {
    let mut page = String::from("\n## What was said\n\n");
    for utterance in &transcript.utterances {
        let role = role_label(utterance.role);
        line(
            &mut page,
            format_args!("- [{}] {role}: {}{}", utterance.id, utterance.text.as_str(), misheard(utterance)),
        );
    }
    page
}

/// What was made of misheard words, after what was said.
fn misheard(utterance: &Utterance) -> String {
    let told = utterance.repairs.iter().map(|repair| {
        let made = if repair.applied { "taken as" } else { "perhaps" };
        format!(" *(heard \"{}\", {made} {})*", repair.heard.as_str(), repair.suggested.as_str())
    });
    told.collect()
}

fn role_label(role: crate::domain::Role) -> &'static str {
    use crate::domain::Role;
    match role {
        Role::Clinician => "Clinician",
        Role::Patient => "Patient",
        Role::Other => "Other",
        Role::Unknown => "Unknown",
    }
}

fn line(page: &mut String, text: std::fmt::Arguments<'_>) {
    writeln!(page, "{text}").expect("writing to a string cannot fail");
}

fn heading(page: &mut String, text: &str) {
    line(page, format_args!("\n## {text}\n"));
}

/// Every place of the template that holds anything, or that the clinic wants to see empty.
fn render_sections(page: &mut String, note: &Note, template: &Template) {
    let mut under: Option<&str> = None;
    for place in &template.places {
        let body = if place.by_problem { by_problem(note) } else { one_by_one(note, &place.from) };
        if body.is_empty() && !place.keep_empty {
            continue;
        }
        match &place.under {
            Some(larger) if under != Some(larger) => line(page, format_args!("\n## {larger}\n\n### {}", place.heading)),
            Some(_) => line(page, format_args!("\n### {}", place.heading)),
            None => line(page, format_args!("\n## {}", place.heading)),
        }
        under = place.under.as_deref();
        if !body.is_empty() {
            line(page, format_args!("\n{}", body.join("\n")));
        }
    }
}

/// The statements of the sections `kinds`, a line each.
fn one_by_one(note: &Note, kinds: &[SectionKind]) -> Vec<String> {
    kinds.iter().flat_map(|kind| statements(note, *kind)).map(|statement| format!("- {}", stated(statement))).collect()
}

/// Assessment and plan together: each problem with what is planned for it, and last what is planned for none of them.
fn by_problem(note: &Note) -> Vec<String> {
    let mut assessed: Vec<&Statement> = statements(note, SectionKind::Assessment).collect();
    let mut planned: Vec<&Statement> = statements(note, SectionKind::Plan).collect();
    let mut lines = Vec::new();
    let mut number = 0;
    while !assessed.is_empty() {
        let problem = note.problems.iter().find(|problem| problem.statements.contains(&assessed[0].id));
        let of_problem = |statement: &&Statement| problem.is_some_and(|one| one.statements.contains(&statement.id));
        let mut same = vec![assessed.remove(0)];
        same.extend(assessed.extract_if(.., |statement| of_problem(&&**statement)));
        number += 1;
        lines.push(format!("{number}. {}", same.into_iter().map(stated).collect::<Vec<_>>().join(" ")));
        lines.extend(planned.extract_if(.., |one| of_problem(&&**one)).map(|one| format!("   - {}", stated(one))));
    }
    if number > 0 && !planned.is_empty() {
        lines.push(format!("\n{FOR_NO_PROBLEM}:\n"));
    }
    lines.extend(planned.into_iter().map(|one| format!("- {}", stated(one))));
    lines
}

fn statements(note: &Note, kind: SectionKind) -> impl Iterator<Item = &Statement> {
    note.sections.iter().filter(move |section| section.id == kind).flat_map(|section| &section.statements)
}

/// A statement with the utterances that bear it out.
fn stated(statement: &Statement) -> String {
    format!("{}{}", statement.text.as_str(), cited(&statement.evidence))
}

/// ` [u7]`, or ` [u7, u9]`; nothing for what only the chart has.
fn cited(evidence: &[Evidence]) -> String {
    let mut ids: Vec<&str> = Vec::new();
    for item in evidence {
        if !ids.contains(&item.utterance.as_str()) {
            ids.push(&item.utterance);
        }
    }
    if ids.is_empty() { String::new() } else { format!(" [{}]", ids.join(", ")) }
}

fn render_problems(page: &mut String, problems: &[Problem]) {
    if problems.is_empty() {
        return;
    }
    heading(page, "Problems and proposed codes");
    for problem in problems {
        match problem.codes.first() {
            Some(code) => line(page, format_args!("- {}: {}", problem.name.as_str(), proposed(code))),
            None => line(page, format_args!("- {}: no code proposed", problem.name.as_str())),
        }
    }
}

fn proposed(code: &Coding) -> String {
    let sureness = code.probability.map(|p| format!(" ({:.0} %)", p * 100.0)).unwrap_or_default();
    format!("{} {}{sureness}", code.code, code.display)
}

fn render_medications(page: &mut String, medications: &[Medication]) {
    if medications.is_empty() {
        return;
    }
    heading(page, "Medicines");
    for medication in medications {
        let code = medication.codes.first().map(|code| format!(" · RxNorm {}", code.code)).unwrap_or_default();
        let text = medication.text.as_str();
        if medication.as_said.is_some() {
            line(page, format_args!("- {text}{code}{}", cited(&medication.evidence)));
            continue;
        }
        let label = match medication.action {
            MedicationAction::Taken if medication.past => "No longer taken",
            MedicationAction::Change if medication.held => "Hold",
            action => action_label(action),
        };
        line(page, format_args!("- {label}: {text}{code}{}", cited(&medication.evidence)));
    }
}

fn action_label(action: MedicationAction) -> &'static str {
    match action {
        MedicationAction::Continue => "Continue",
        MedicationAction::Start => "Start",
        MedicationAction::Stop => "Stop",
        MedicationAction::Increase => "Increase",
        MedicationAction::Decrease => "Decrease",
        MedicationAction::Change => "Change",
        MedicationAction::Taken => "Taken",
    }
}

fn render_orders(page: &mut String, note: &Note) {
    if note.orders.is_empty() {
        return;
    }
    heading(page, "Orders");
    for order in &note.orders {
        line(page, format_args!("- {}{}", order.text.as_str(), cited(&order.evidence)));
    }
}

/// Writes what became of the statements of a note: what a person has to look at first, then the rest.
pub fn render_verification(verification: &Verification) -> String {
    let of = |support: Finding| verification.statements.iter().filter(move |one| one.support == support);
    let [supported, uncertain, unsupported] =
        [Finding::Supported, Finding::Uncertain, Finding::Unsupported].map(|support| of(support).count());
    let mut page = String::from("# Verification\n\n");
    line(
        &mut page,
        format_args!(
            "{} statements: {supported} borne out by what was said, {uncertain} in part, {unsupported} not. Said and not in \
             the note: {}.",
            verification.statements.len(),
            verification.omitted.len()
        ),
    );
    for (title, support) in [
        ("Not borne out", Finding::Unsupported),
        ("Borne out in part", Finding::Uncertain),
        ("Borne out", Finding::Supported),
    ] {
        if of(support).next().is_some() {
            heading(&mut page, title);
        }
        for one in of(support) {
            let reason = one.reason.as_ref().map(|reason| format!(" ({})", reason.as_str())).unwrap_or_default();
            line(&mut page, format_args!("- {}{reason}{}", one.text.as_str(), cited(&one.evidence)));
        }
    }
    if !verification.omitted.is_empty() {
        heading(&mut page, "Said, but not in the note");
    }
    for item in &verification.omitted {
        line(&mut page, format_args!("- {}: {}{}", item.kind, item.text.as_str(), cited(&item.evidence)));
    }
    page
}

fn render_provenance(page: &mut String, note: &Note) {
    let models: Vec<&str> = note.provenance.models.iter().map(|model| model.name.as_str()).collect();
    line(
        page,
        format_args!("\n---\nsoapstone {} · {} · {}", note.provenance.soapstone, models.join(", "), note.encounter.id),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Section, Support};

    fn note(statements: &[(SectionKind, &str)], problems: &[(&str, &[&str])]) -> Note {
        let statement = |at: usize, text: &str| Statement {
            id: format!("s{}", at + 1),
            text: text.into(),
            evidence: vec![Evidence { utterance: format!("u{}", at + 1), ..Evidence::default() }],
            support: Support::Supported,
        };
        let section = |kind: &SectionKind| {
            let own = statements.iter().enumerate().filter(|(_, (of, _))| of == kind);
            Section::new(*kind, own.map(|(at, (_, text))| statement(at, text)).collect())
        };
        let problem = |(name, statements): &(&str, &[&str])| Problem {
            id: String::new(),
            name: (*name).into(),
            statements: statements.iter().map(|id| (*id).to_owned()).collect(),
            codes: Vec::new(),
        };
        Note {
            sections: SectionKind::ALL.iter().map(section).collect(),
            problems: problems.iter().map(problem).collect(),
            ..Note::empty()
        }
    }

    fn sections(note: &Note, template: &Template) -> String {
        let page = render(note, template);
        sections_of(&page).expect("it is a page of ours").trim().to_owned()
    }

    use SectionKind::{Allergies, Assessment, ChiefComplaint, Medications, Plan, Vitals};

    #[test]
    fn each_problem_stands_with_what_is_planned_for_it() {
        let statements = [
            (Assessment, "Hypertension."),
            (Assessment, "Diabetes."),
            (Assessment, "Blood pressure not at goal."),
            (Plan, "Continue metformin."),
            (Plan, "Flu shot."),
            (Plan, "Increase lisinopril."),
        ];
        let note = note(&statements, &[("Hypertension", &["s1", "s3", "s6"]), ("Diabetes", &["s2", "s4", "s6"])]);
        assert_eq!(
            sections(&note, Template::soap()),
            "## Assessment and plan\n\n1. Hypertension. [u1] Blood pressure not at goal. [u3]\n   - Increase lisinopril. [u6]\n\
             2. Diabetes. [u2]\n   - Continue metformin. [u4]\n\nGeneral plan:\n\n- Flu shot. [u5]"
        );
    }

    #[test]
    fn a_plan_without_an_assessment_is_a_list() {
        let note = note(&[(ChiefComplaint, "Cough."), (Plan, "Rest.")], &[("Cough", &["s1"])]);
        let page = "## Subjective\n\n### Chief complaint\n\n- Cough. [u1]\n\n## Assessment and plan\n\n- Rest. [u2]";
        assert_eq!(sections(&note, Template::soap()), page);
    }

    #[test]
    fn sections_stand_together_where_a_template_says_so_and_empty_ones_only_where_it_asks_for_them() {
        let statements =
            [(Vitals, "Pulse 80/min."), (Allergies, "Penicillin: hives."), (Medications, "Lisinopril 10 mg.")];
        let note = note(&statements, &[]);
        let mut template = Template::load("follow-up").expect("it is shipped");
        template.places.iter_mut().for_each(|place| place.keep_empty = place.heading == "Results");
        assert_eq!(
            sections(&note, &template),
            "## Medications and allergies\n\n- Lisinopril 10 mg. [u3]\n- Penicillin: hives. [u2]\n\n\
             ## Examination\n\n- Pulse 80/min. [u1]\n\n## Results"
        );
    }

    #[test]
    fn no_template_leaves_a_statement_out_and_each_is_shown_once() {
        let texts: Vec<String> = SectionKind::ALL.iter().map(|kind| format!("About {}.", kind.title())).collect();
        let statements: Vec<_> = SectionKind::ALL.into_iter().zip(texts.iter().map(String::as_str)).collect();
        let note = note(&statements, &[]);
        for template in Template::bundled() {
            let page = sections(&note, template);
            let missing: Vec<&String> = texts.iter().filter(|text| page.matches(text.as_str()).count() != 1).collect();
            assert!(missing.is_empty(), "{}: {missing:?}", template.id);
        }
    }

    #[test]
    fn what_is_told_about_a_note_is_no_part_of_it() {
        let mut note = note(&[(Plan, "Rest.")], &[]);
        let (text, reason) = ("Has a fever.".into(), "nobody said this".into());
        note.review.unsupported =
            vec![crate::domain::UnsupportedText { text, reason, section: None, evidence: Vec::new() }];
        let page = render(&note, Template::soap());
        assert!(page.starts_with("# Draft note: Progress note, written by a machine, not signed\n"), "{page}");
        assert!(page.contains("Has a fever.") && !sections(&note, Template::soap()).contains("Has a fever."));
        assert_eq!(sections_of("## Plan\n\n- Rest."), None);
    }
}
