//! What the clinician has to look at beside the note, and what is no part of it.

use super::{cited, heading, line};
use crate::domain::{
    Alert, AlertKind, AlertSeverity, DecisionElement, DecisionItem, DecisionKind, Reconciled, ReconciliationState,
    Review,
};

/// Writes `review`: what can do harm first, what is only for billing last.
pub(super) fn render(page: &mut String, review: &Review) {
    alerts(page, &review.alerts);
    reconciliation(page, &review.reconciliation);
    checks(page, review);
    decision_making(page, &review.decision_making);
}

fn alerts(page: &mut String, alerts: &[Alert]) {
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

fn reconciliation(page: &mut String, entries: &[Reconciled]) {
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

fn checks(page: &mut String, review: &Review) {
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

/// The elements of medical decision making, one of the three a line.
fn decision_making(page: &mut String, elements: &[DecisionItem]) {
    if elements.is_empty() {
        return;
    }
    heading(page, "For the clinician, not part of the note: elements of medical decision making");
    line(
        page,
        format_args!("What was found, as support for billing; no level is claimed, and not everything counts.\n"),
    );
    let names =
        [(DecisionElement::Problems, "Problems"), (DecisionElement::Data, "Data"), (DecisionElement::Risk, "Risk")];
    for (element, name) in names {
        let of_element = elements.iter().filter(|one| one.element == element);
        let told: Vec<String> = of_element
            .map(|one| format!("{}: {}{}", decision_label(one.kind), one.text.as_str(), cited(&one.evidence)))
            .collect();
        if !told.is_empty() {
            line(page, format_args!("- {name}: {}", told.join("; ")));
        }
    }
}

fn decision_label(kind: DecisionKind) -> &'static str {
    match kind {
        DecisionKind::ChronicWorse => "chronic, said to be worse or not controlled",
        DecisionKind::ChronicStable => "chronic, said to be stable",
        DecisionKind::Chronic => "chronic, stable or not was not said",
        DecisionKind::NewOrAcute => "new or acute",
        DecisionKind::TestOrdered => "ordered",
        DecisionKind::ResultReviewed => "result reviewed",
        DecisionKind::RecordsReviewed => "notes from outside",
        DecisionKind::Historian => "history from another person",
        DecisionKind::OwnInterpretation => "image or tracing looked at",
        DecisionKind::Discussed => "talked over with another clinician",
        DecisionKind::MedicineManaged => "medicine",
        DecisionKind::Surgery => "operation or procedure",
        DecisionKind::Hospital => "hospital",
        DecisionKind::Circumstances => "circumstances",
    }
}
