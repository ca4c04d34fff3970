//! What a person changed in a draft, marked so that nobody takes it for the machine's, or the machine's for theirs.

use std::collections::HashMap;

use crate::domain::{Note, Statement, Support};

/// Gives every statement of `edited` the mark it deserves beside `before`: one that `before` has in the same words keeps its
/// evidence and mark, whatever the editor sent; any other was written by a person, and keeps what evidence it still names of
/// the statement that it came from.
pub fn mark_edits(before: &Note, edited: &mut Note) {
    let known = statements(before).map(|statement| (statement.id.as_str(), statement));
    let known: HashMap<_, _> = known.collect();
    for statement in edited.sections.iter_mut().flat_map(|section| &mut section.statements) {
        let source = known.get(statement.id.as_str());
        match source {
            Some(source) if source.text == statement.text => (*source).clone_into(statement),
            _ => {
                statement.support = Support::Edited;
                let named = |evidence: &crate::domain::Evidence| {
                    source.is_some_and(|source| source.evidence.contains(evidence))
                };
                statement.evidence.retain(named);
            }
        }
    }
    // What the checks and the models said of the draft is no editor's to change.
    edited.review = before.review.clone();
    edited.provenance = before.provenance.clone();
    edited.encounter = before.encounter.clone();
}

fn statements(note: &Note) -> impl Iterator<Item = &Statement> {
    note.sections.iter().flat_map(|section| &section.statements)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Evidence, Section, SectionKind};

    fn statement(id: &str, text: &str) -> Statement {
        let evidence = vec![Evidence { utterance: "u1".to_owned(), ..Evidence::default() }];
        Statement { id: id.to_owned(), text: text.into(), evidence, support: Support::Supported }
    }

    fn note(statements: Vec<Statement>) -> Note {
        Note { sections: vec![Section::new(SectionKind::Plan, statements)], ..Note::empty() }
    }

    #[test]
    fn what_was_changed_or_added_is_a_persons_and_the_rest_is_not() {
        let before = note(vec![statement("s1", "Start lisinopril 10 mg."), statement("s2", "Return in a week.")]);
        let mut edited = note(vec![
            statement("s1", "Start lisinopril 20 mg."),
            Statement { support: Support::Edited, evidence: Vec::new(), ..statement("s2", "Return in a week.") },
            statement("s9", "Call with any dizziness."),
        ]);
        mark_edits(&before, &mut edited);
        let marks = Vec::from_iter(statements(&edited).map(|one| (one.support, one.evidence.len())));
        assert_eq!(marks, [(Support::Edited, 1), (Support::Supported, 1), (Support::Edited, 0)]);
    }

    #[test]
    fn an_editor_cannot_make_evidence_up() {
        let before = note(vec![statement("s1", "Start lisinopril 10 mg.")]);
        let mut forged = statement("s1", "Start lisinopril 40 mg.");
        forged.evidence[0].utterance = "u99".to_owned();
        let mut edited = note(vec![forged]);
        mark_edits(&before, &mut edited);
        assert_eq!(edited.sections[0].statements[0].evidence, []);
    }
}
