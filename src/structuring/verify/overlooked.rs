//! Sentences that matter to a clinician and that no statement tells. They are found by words of their own, not by the rules
//! that find facts: what those rules misread or miss is listed here, and only what nobody looked for is lost.

use std::sync::LazyLock;

use regex::Regex;

use super::omissions::Covered;
use crate::{
    domain::Omission,
    structuring::{
        evidence,
        facts::context,
        text::pattern,
        visit::{Line, Visit, is_question},
    },
    terminology::DrugTable,
};

/// A kind of sentence that must not be lost: who says it, and by which words it is known.
struct Kind {
    name: &'static str,
    by_clinician: Option<bool>,
    words: LazyLock<Regex>,
}

/// The kinds, the one that matters most first: a sentence is listed under the first that it is of.
static KINDS: [Kind; 7] = [
    Kind {
        name: "allergy",
        by_clinician: Some(false),
        words: LazyLock::new(|| {
            pattern(
                r"\b(?:allerg(?:y|ies|ic)|hives|anaphyla\w+|epi-?pen|(?:lips?|tongue|face|throat|mouth) (?:\w+ )?(?:swell\w*|swollen|swelled|blew up|puffed)|swelling of (?:the|my|his|her) (?:lips?|tongue|face|throat)|brings? (?:me|him|her) out in|came? (?:up|out) in|broke out)\b",
            )
        }),
    },
    Kind {
        name: "risk",
        by_clinician: None,
        words: LazyLock::new(|| {
            pattern(
                r"\b(?:suicid\w+|kill(?:ing)? (?:my|him|her|your)self|hurt(?:ing)? (?:my|him|her|your)self|better off dead|not waking up|end it all|guns?|rifle)\b",
            )
        }),
    },
    Kind {
        name: "medication",
        by_clinician: Some(true),
        words: LazyLock::new(|| {
            pattern(
                r"\b(?:stop\w*|quit|hold|come off|off (?:the|of)|leave (?:off|out)|no more|no longer|skip|start\w*|begin|add|put you on|increase|double|halve|cut (?:the|it|back|down)|raise|lower|go (?:up|down)|instead of|switch\w*|change|avoid|stay away from|don't take|not use|rather not)\b",
            )
        }),
    },
    Kind {
        name: "red_flag",
        by_clinician: Some(false),
        words: LazyLock::new(|| {
            pattern(
                r"\b(?:(?:hit|banged|knocked) (?:my|his|her) head|pass(?:ed)? out|black(?:ed)? out|faint\w*|collapsed?|black stools?|blood in|bleeding|cough\w* (?:up )?blood|chest pain|can't breathe|worst headache|lost (?:my|his|her) (?:sight|vision|speech)|slurred|weak(?:ness)? (?:on|in) (?:one|the|my)|seizure|fits?|stiff neck|(?:bladder|bowels?) (?:control|accident\w*)|wet (?:my|him|her)self|numb\w* (?:down there|between))\b",
            )
        }),
    },
    Kind {
        name: "result",
        by_clinician: Some(true),
        words: LazyLock::new(|| {
            pattern(
                r"\b(?:a1c|h(?:a)?emoglobin|creatinine|potassium|sodium|tsh|ldl|cholesterol|inr|bnp|psa|ferritin|gfr|white count|platelets|dipstick|urine|x-?ray|ct|mri|ultrasound|ecg|ekg|swab|culture)\b.*\b(?:is|was|came back|shows?|showed|positive|negative|normal|high|low|up|down|\d+|point)\b",
            )
        }),
    },
    Kind {
        name: "plan",
        by_clinician: Some(true),
        words: LazyLock::new(|| {
            pattern(
                r"\b(?:i'd like you to|i want you to|i'll (?:order|refer|send|check|arrange|book|see you|give you|write)|we'll (?:order|check|repeat|recheck|do|get|see|send|arrange|book)|let's (?:check|get|do|repeat|book|see)|come back in|see (?:you|me) (?:again )?in|follow(?:ing)? up in|recheck|in (?:\w+ )?(?:weeks?|months?) (?:time|we))\b",
            )
        }),
    },
    Kind {
        name: "history",
        by_clinician: Some(false),
        words: LazyLock::new(|| {
            pattern(
                r"\b(?:i(?:'ve| have) (?:had )?(?:a )?(?:history of|type|high blood pressure|asthma|diabetes|copd|heart|kidney|liver|thyroid|epilepsy|cancer|arthritis|gout|depression|anxiety|migraines?)|i had (?:a |an |my )?(?:heart attack|stroke|cancer|surgery|operation|\w+ (?:removed|taken out|replaced)|clot)|i was diagnosed|pacemaker|stents?|valve|transplant)\b",
            )
        }),
    },
];

/// The part of a sentence's words that one statement must have to tell it.
const TOLD: f64 = 0.5;
/// The part of them that all statements must have together.
const TOLD_TOGETHER: f64 = 0.85;
/// Words without which a sentence says nothing by itself.
const LEAST_WORDS: usize = 3;

/// What `visit` says that matters and that `note` does not tell, the most important first.
pub(super) fn overlooked(visit: &Visit, note: &Covered) -> Vec<Omission> {
    let mut found: Vec<(usize, Omission)> = visit.lines.iter().flat_map(|line| of_line(line, note)).collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, omission)| omission).collect()
}

fn of_line(line: &Line, note: &Covered) -> Vec<(usize, Omission)> {
    let sentences = line.sentences.iter().filter_map(|range| {
        let sentence = &line.text()[range.clone()];
        let (rank, kind) = KINDS.iter().enumerate().find(|(_, kind)| kind.is(line, sentence))?;
        let is_told = note.coverage(sentence) >= TOLD || note.coverage_together(sentence) >= TOLD_TOGETHER;
        let says_something = sentence.split_whitespace().count() >= LEAST_WORDS;
        let matters = says_something && !is_told && !is_question(sentence) && !small(sentence);
        let evidence = vec![evidence::evidence(line.utterance, range.clone())];
        matters.then(|| (rank, Omission { kind: kind.name.to_owned(), text: sentence.into(), evidence }))
    });
    sentences.collect()
}

/// A wish or a supposition tells nothing that is.
fn small(sentence: &str) -> bool {
    context::hypothetical(sentence) && !context::safety_net(sentence)
}

impl Kind {
    fn is(&self, line: &Line, sentence: &str) -> bool {
        let speaks = self.by_clinician.is_none_or(|clinician| line.by_clinician() == clinician);
        // A change needs the medicine that it changes.
        let has_object = self.name != "medication" || !DrugTable::bundled().mentions(sentence).is_empty();
        speaks && has_object && self.words.is_match(sentence)
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        structuring::{Visit, facts, testing::transcript, verify::omissions},
        terminology::DrugTable,
    };

    fn omitted(lines: &str, note: &[&str]) -> Vec<String> {
        let said = transcript(lines);
        let facts = facts::facts(&said, DrugTable::bundled());
        let found = omissions(note, &facts, &Visit::new(&said));
        found.into_iter().map(|one| format!("{}: {}", one.kind, one.text.as_str())).collect()
    }

    #[test]
    fn what_matters_and_is_told_nowhere_is_listed_by_its_weight() {
        let visit = "D: How did it happen?\nP: I couldn't speak, my words were slurred and the lips crooked.\nD: And the itching?\n\
            P: Shellfish brings me out in a rash, if that's what you mean.\n\
            D: I'd rather not use tramadol with that. We'll repeat the kidney tests in a month.";
        let listed = omitted(visit, &["Fall in the bath."]);
        let starts = ["allergy: shellfish", "medication: I'd rather not", "red_flag: I couldn't", "plan: We'll repeat"];
        let places: Vec<Option<usize>> =
            starts.iter().map(|start| listed.iter().position(|one| one.starts_with(start))).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{listed:?}");
    }

    #[test]
    fn what_the_note_tells_is_not_listed() {
        let visit = "P: I passed out in the kitchen on Sunday.\nD: Let's check an ECG.\nD: Do you faint often?";
        let note = ["Passed out in the kitchen on Sunday.", "Check an ECG."];
        assert!(omitted(visit, &note).iter().all(|one| !one.starts_with("red_flag") && !one.starts_with("plan")));
    }
}
