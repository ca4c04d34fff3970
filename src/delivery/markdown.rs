//! The note as a page of text, with `[u7]` after each statement.

use std::fmt::Write;

use crate::domain::{
    Alert, AlertKind, AlertSeverity, Coding, Evidence, Finding, Medication, MedicationAction, Note, Problem,
    Reconciled, ReconciliationState, Review, Section, Soap, Transcript, Utterance, Verification,
};

/// The first line of a note.
const TITLE: &str = "# Draft note: written by a machine, not signed";
/// What follows the sections of a note begins with one of these.
const AFTER_SECTIONS: [&str; 10] = [
    "\n## Problems and proposed codes\n",
    "\n## Medicines\n",
    "\n## Orders\n",
    "\n## For the clinician, not part of the note: alerts\n",
    "\n## For the clinician, not part of the note: medicines beside the chart\n",
    "\n## Incomplete\n",
    "\n## Taken out: not supported by what was said\n",
    "\n## Said, but not in the note\n",
    "\n## Uncertain\n",
    "\n---\n",
];

/// The sections of a page that [`render`] wrote, without what follows them; `None` if it wrote no such page.
pub fn sections_of(page: &str) -> Option<&str> {
    let sections = page.trim_start().strip_prefix(TITLE)?;
    let end = AFTER_SECTIONS.iter().filter_map(|heading| sections.find(heading)).min();
    Some(&sections[..end.unwrap_or(sections.len())])
}

/// Writes `note` as Markdown. The first line says that it is a draft, wherever the text may be pasted.
pub fn render(note: &Note) -> String {
    let mut page = format!("{TITLE}\n");
    for division in [Soap::S, Soap::O, Soap::A, Soap::P] {
        render_division(&mut page, note, division);
    }
    render_problems(&mut page, &note.problems);
    render_medications(&mut page, &note.medications);
    render_orders(&mut page, note);
    render_alerts(&mut page, &note.review.alerts);
    render_reconciliation(&mut page, &note.review.reconciliation);
    render_review(&mut page, &note.review);
    render_provenance(&mut page, note);
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

fn division_title(division: Soap) -> &'static str {
    match division {
        Soap::S => "Subjective",
        Soap::O => "Objective",
        Soap::A => "Assessment",
        Soap::P => "Plan",
    }
}

fn render_division(page: &mut String, note: &Note, division: Soap) {
    let sections: Vec<&Section> =
        note.sections.iter().filter(|section| section.soap == division && !section.statements.is_empty()).collect();
    if sections.is_empty() {
        return;
    }
    line(page, format_args!("\n## {}", division_title(division)));
    for section in sections {
        // Assessment and plan are a division and a section at once: one heading is enough.
        if section.title != division_title(division) {
            line(page, format_args!("\n### {}", section.title));
        }
        page.push('\n');
        for statement in &section.statements {
            line(page, format_args!("- {}{}", statement.text.as_str(), cited(&statement.evidence)));
        }
    }
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
        let label = match medication.action {
            MedicationAction::Taken if medication.past => "No longer taken",
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

fn render_alerts(page: &mut String, alerts: &[Alert]) {
    if alerts.is_empty() {
        return;
    }
    heading(page, "For the clinician, not part of the note: alerts");
    for alert in alerts {
        let kind = match alert.kind {
            AlertKind::Allergy => "Allergy",
            AlertKind::Interaction => "Interaction",
            AlertKind::Duplicate => "Duplicate",
            AlertKind::Dose => "Dose",
            AlertKind::Conflict => "Two doses said",
        };
        let severity = match alert.severity {
            AlertSeverity::High => "high",
            AlertSeverity::Moderate => "moderate",
            AlertSeverity::Low => "low",
        };
        let Alert { text, why, source, evidence, .. } = alert;
        line(page, format_args!("- {kind} ({severity}): {} Why: {why}. ({source}){}", text.as_str(), cited(evidence)));
    }
}

fn render_reconciliation(page: &mut String, entries: &[Reconciled]) {
    if entries.is_empty() {
        return;
    }
    heading(page, "For the clinician, not part of the note: medicines beside the chart");
    for entry in entries {
        let state = match entry.state {
            ReconciliationState::Changed => "Changed",
            ReconciliationState::Stopped => "Stopped",
            ReconciliationState::New => "New",
            ReconciliationState::Unclear => "Named, unclear whether taken",
            ReconciliationState::NotMentioned => "Not mentioned",
            ReconciliationState::Same => "Same",
        };
        let chart = entry.chart.as_ref().map(|text| format!("chart \"{}\"", text.as_str()));
        let said = entry.said.as_ref().map(|text| format!("said \"{}\"", text.as_str()));
        let difference = entry.difference.as_ref().map(|text| text.as_str().to_owned());
        let told: Vec<String> = [chart, said, difference].into_iter().flatten().collect();
        let name = entry.name.as_str();
        line(page, format_args!("- {state}: {name}: {}{}", told.join("; "), cited(&entry.evidence)));
    }
}

fn render_review(page: &mut String, review: &Review) {
    if review.truncated {
        heading(page, "Incomplete");
        line(page, format_args!("A part of this visit was left out of the note: read the transcript before signing."));
    }
    if !review.unsupported.is_empty() {
        heading(page, "Taken out: not supported by what was said");
        for item in &review.unsupported {
            line(page, format_args!("- {} ({})", item.text.as_str(), item.reason.as_str()));
        }
    }
    if !review.omitted.is_empty() {
        heading(page, "Said, but not in the note");
        for item in &review.omitted {
            line(page, format_args!("- {}: {}{}", item.kind, item.text.as_str(), cited(&item.evidence)));
        }
    }
    if !review.uncertain.is_empty() {
        heading(page, "Uncertain");
        for item in &review.uncertain {
            line(page, format_args!("- {} ({}){}", item.text.as_str(), item.reason.as_str(), cited(&item.evidence)));
        }
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
