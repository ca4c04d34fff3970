//! What a medicine is for, in a line of the model's: from "my knee hurts" and "I take aspirin" it makes "aspirin for his knee",
//! which nobody said (ADR 0009). The two must have been joined where they were said.

use std::sync::LazyLock;

use regex::Regex;

use super::support::{Index, Unit};
use crate::{
    structuring::text::{self, pattern},
    terminology::DrugTable,
};

/// Turns back in which that may have been named for which something "for it" is taken.
const NAMED_WITHIN: usize = 4;

static FOR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?: [\w.,%-]+){0,8}? (?:for|because of|due to|to (?:treat|help(?: with)?|control|relieve|manage)) (?:an? |the |his |her |their |my |your )*([a-z][a-z' -]*)",
    )
});

/// "For three weeks", "for now": no reason.
static NO_REASON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:now|life|ever|sure|example|long|time|times|day|days|week|weeks|month|months|year|years|night|nights|while|today|minutes?|hours?|bed|morning|evening)\b",
    )
});

/// "For it": what was named before.
static FOR_IT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:for|with|against|because of|helps?|tak(?:e|en|ing)|tried|us(?:e|ed|ing)) (?:it|that|this|them|these|those)\b",
    )
});

/// A medicine of `statement` with a reason that nobody joined to it.
pub fn reason_not_said(statement: &str, index: &Index) -> Option<String> {
    let mentions = DrugTable::bundled().mentions(statement);
    mentions.iter().enumerate().find_map(|(at, mention)| {
        let end = mentions.get(at + 1).map_or(statement.len(), |next| next.range.start);
        let reason = FOR.captures(&statement[mention.range.end..end])?.get(1)?.as_str();
        let reason = reason.split(" which").next().and_then(|reason| reason.split(" and ").next())?.trim();
        let stems = text::content_stems(reason);
        let telling = !stems.is_empty() && !NO_REASON.is_match(reason);
        (telling && !are_joined(mention.drug.name, &stems, index))
            .then(|| format!("{} was not said to be for {reason}", &statement[mention.range.clone()]))
    })
}

/// Whether some place says `drug` and what it is for: one sentence, a question and its answer, or "for it" after that was named.
fn are_joined(drug: &str, reason: &[String], index: &Index) -> bool {
    let gives_reason = |unit: &Unit| reason.iter().all(|stem| unit.names(stem));
    let of_drug = |unit: &&Unit| unit.drugs.contains(&drug);
    index.units.iter().filter(of_drug).any(|unit| {
        let line = index.line(unit.line).text();
        let near = |other: &&Unit| other.line.abs_diff(unit.line) <= 1 && gives_reason(other);
        let beside = || index.units.iter().filter(near).any(|other| is_for(index.sentence(other), reason));
        let asked = index.visit().question_before(unit.line).map(|asked| asked.text());
        let for_it = || FOR_IT.is_match(line) || asked.is_some_and(|asked| FOR_IT.is_match(asked));
        let before = || {
            let from = unit.line.saturating_sub(NAMED_WITHIN);
            index.units.iter().any(|other| (from..=unit.line).contains(&other.line) && gives_reason(other))
        };
        gives_reason(unit) && is_one_clause(index.sentence(unit), drug, reason) || beside() || for_it() && before()
    })
}

/// Whether no "and" parts the medicine from the reason: "my knee hurts and I take aspirin".
fn is_one_clause(sentence: &str, drug: &str, reason: &[String]) -> bool {
    static PARTS: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"[;.] |,? (?:and|but) (?:i|you|he|she|they|we|the|my|your|his|her|it|that|there)\b"));
    PARTS.split(sentence).any(|clause| {
        let named = DrugTable::bundled().mentions(clause).iter().any(|mention| mention.drug.name == drug);
        let said = text::content_stems(clause);
        named && reason.iter().all(|stem| said.contains(stem))
    })
}

/// "For my shoulder.": whether `sentence` gives what it names as a reason.
fn is_for(sentence: &str, reason: &[String]) -> bool {
    static GIVES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:for|because of|against|helps?(?: with)?|treats?|tak(?:e|ing) for|good for)\b((?:\W+[\w'-]+){1,5})",
        )
    });
    GIVES.captures_iter(sentence).any(|given| {
        let said = text::content_stems(&given[1]);
        reason.iter().all(|stem| said.contains(stem))
    })
}
