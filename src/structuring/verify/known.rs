//! Statements that need no search: lines as the rules write them from the facts, and what was said, word for word.

use std::{collections::HashMap, sync::LazyLock};

use regex::Regex;

use crate::{
    domain::Evidence,
    language::questions::is_question,
    structuring::{
        evidence,
        facts::Facts,
        render,
        text::{self, pattern},
        visit::Visit,
    },
};

/// Turns between a question and its answer, at most.
const ANSWER_REACH: usize = 1;

/// The lines that the rules write of a visit, each with what bears it out.
pub struct Known {
    lines: HashMap<String, Vec<Evidence>>,
}

impl Known {
    /// Of `facts`, which are read from the visit and never from a note.
    pub fn of(facts: &Facts) -> Self {
        let decisions = facts.medications.iter().filter_map(render::decision);
        let lists = [
            render::medications(facts),
            render::allergies(facts),
            render::vitals(facts),
            render::review_of_systems(facts),
            render::illnesses(facts),
        ];
        let avoided = facts.avoided.iter().map(render::avoided);
        let lines = lists.into_iter().flatten().chain(decisions).chain(avoided);
        Self { lines: lines.map(|line| (line.text.to_lowercase(), line.evidence)).collect() }
    }

    /// What bears `statement` out, if it is such a line.
    pub fn evidence(&self, statement: &str) -> Option<Vec<Evidence>> {
        self.lines.get(&statement.trim().to_lowercase()).cloned()
    }
}

/// What bears out a statement that quotes: questions as they were asked, each with what was answered between quotation
/// marks. Only "Advised:" and the like may stand before.
pub fn quoted(statement: &str, visit: &Visit) -> Option<Vec<Evidence>> {
    static QUOTE: LazyLock<Regex> = LazyLock::new(|| pattern(r#"([^"“”]*)["“]([^"“”]+)["”]"#));
    let quotes: Vec<_> = QUOTE.captures_iter(statement).collect();
    let rest = quotes.last()?.get(0).map_or("", |last| &statement[last.end()..]);
    let found = quotes.iter().map(|quote| exchange(quote[1].trim(), &quote[2], visit)).collect::<Option<Vec<_>>>()?;
    matches!(rest.trim(), "" | ".").then(|| found.concat())
}

/// Where `answer` was said, after the question `before` if that is one.
fn exchange(before: &str, answer: &str, visit: &Visit) -> Option<Vec<Evidence>> {
    static LEAD: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\w+(?: \w+)?:\s*$"));
    let free = before.is_empty() || LEAD.is_match(before);
    if !free && !is_question(before) {
        return None;
    }
    visit.lines.iter().find_map(|line| {
        let quote = evidence::evidence(line.utterance, place(line.text(), answer)?);
        if free {
            return Some(vec![quote]);
        }
        let near = line.index.saturating_sub(ANSWER_REACH)..=line.index;
        let asked = visit.lines[near]
            .iter()
            .find_map(|asked| Some(evidence::evidence(asked.utterance, place(asked.text(), before)?)))?;
        Some(vec![asked, quote])
    })
}

/// Where `text` says the words of `wanted` in a row, whatever marks stand between.
pub(super) fn place(text: &str, wanted: &str) -> Option<std::ops::Range<usize>> {
    let wanted: Vec<String> = text::tokens(wanted).into_iter().map(|token| token.lower).collect();
    let said = text::tokens(text);
    let run = said.windows(wanted.len().max(1)).find(|run| run.iter().map(|token| &token.lower).eq(wanted.iter()))?;
    Some(run.first()?.range.start..run.last()?.range.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        structuring::{facts, testing::transcript},
        terminology::DrugTable,
    };

    #[test]
    fn a_line_of_the_rules_is_borne_out_by_its_fact() {
        let said = transcript("D: Any fever?\nP: No. I take lisinopril, ten milligrams a day.");
        let known = Known::of(&facts::facts(&said, DrugTable::bundled()));
        assert_eq!(
            known.evidence("Lisinopril 10 mg once daily.").map(|found| found[0].utterance.clone()),
            Some("u2".into())
        );
        assert!(known.evidence("Constitutional: Denies fever.").is_some());
        assert!(known.evidence("Lisinopril 20 mg once daily.").is_none());
        assert!(known.evidence("Constitutional: Reports fever.").is_none());
    }

    #[test]
    fn a_quotation_is_borne_out_word_for_word() {
        let said =
            transcript("D: Okay. Any nosebleeds?\nP: No, no nosebleeds. My gums are fine.\nD: If it bleeds, call us.");
        let visit = Visit::new(&said);
        let found = |statement: &str| quoted(statement, &visit).map(|found| found.len());
        assert_eq!(found(r#"Any nosebleeds? "No, no nosebleeds. My gums are fine.""#), Some(2));
        let said = transcript("D: Blood in the urine? Vomiting?\nP: No blood. I'm not throwing up.");
        let visit = Visit::new(&said);
        let quote = |asked: &str| quoted(&format!("{asked} \"No blood. I'm not throwing up.\""), &visit).is_some();
        let both = r#"Blood in the urine? "No blood." "I'm not throwing up." Vomiting? "No blood.""#;
        assert_eq!(quoted(both, &visit).map(|found| found.len()), Some(5));
        assert_eq!(quoted(&format!("{both} He has a fever."), &visit), None);
        assert!(quote("Vomiting?") && quote("Blood in the urine? Vomiting?") && !quote("Fever?"));
        assert_eq!(found(r#"Advised: "If it bleeds, call us.""#), Some(1));
        assert_eq!(found(r#"Any nosebleeds? "My gums bleed.""#), None);
        assert_eq!(found(r#"The patient has a cancer, "My gums are fine.""#), None);
        assert_eq!(found("No nosebleeds."), None);
    }
}
