//! Medicines that somebody else gave to the patient.

use std::sync::LazyLock;

use regex::Regex;

use super::mention::Mention;
use crate::{
    domain::MedicationAction,
    structuring::{
        evidence,
        text::pattern,
        visit::{Line, Visit},
    },
};

/// "She gave me one of her Ambien", "I tried one of his": taken once, and never the patient's own.
static BORROWED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:gave|lent|slipped|offered|handed|let) me (?:have |try |take )?(?:(?:one|half|some|a couple|a few|two|a|an|any|of|pill|tablet) )*(?:her|his|their|\w+'s) $|\b(?:friend|roommate|neighbou?r|buddy|mate|colleague|co-?worker|guy|lady|woman|someone|somebody)\b[^.?!]{0,20}\b(?:gave|lent|slipped|offered|handed) me (?:(?:one|half|some|a couple|a few|two|a|an|of|pill|tablet) )*$|\b(?:took|tried|had|borrowed|used) (?:one|half(?: of one)?|a couple|some|two|a few) of (?:her|his|their|my (?:\w+ ){0,2}\w+'s|\w+'s) $",
    )
});
/// More than once.
static OFTEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:i(?:'ve| have)? been (?:taking|using)|i take|i'm taking|i use|every|each|daily|a day|nightly|now and then|whenever|when i need|since|still)\b",
    )
});

/// Whether the patient got hold of another's medicine once, by the words around its name.
pub(super) fn is_borrowed(line: &Line, before: &str, after: &str) -> bool {
    line.by_patient_side() && BORROWED.is_match(before) && !OFTEN.is_match(before) && !OFTEN.is_match(after)
}

/// "No more of Frank's tablets": the medicine of which it was told that it came from Frank ends.
pub(super) fn end_of_a_givers(visit: &Visit, line: &Line, mentions: &mut [Mention]) {
    static ENDS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:no more(?: of)?|stop(?: taking| using)?|quit(?: taking)?|leave off|come off|off|get rid of|throw (?:out|away)|don't (?:take|use)(?: any)?(?: more)?(?: of)?|not (?:take|use)(?: any)?(?: more)?(?: of)?) (?:any (?:more )?of )?(?:your )?([\w-]+)['\x{2019}]s? (?:\w+ )?(?:tablets?|pills?|capsules?|medicines?|medications?|meds|painkillers?|ones?|stuff)\b",
        )
    });
    static GIVEN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:g[ai]ve|gives|lent|lends?) (?:them to me|it to me|those to me|these to me|me)\b|\b(?:got|get|have|had) (?:them|it|those|these|some) (?:from|off)\b",
        )
    });
    for range in &line.sentences {
        let sentence = &line.text()[range.clone()];
        let Some(giver) = ENDS.captures(sentence).and_then(|found| found.get(1)) else { continue };
        let repeats = line.by_clinician() || sentence.to_lowercase().contains("no more");
        let told = |mention: &&mut Mention| {
            let lines = visit.lines[mention.line..].iter().take(2).filter(|told| told.by_patient_side());
            lines.into_iter().any(|told| {
                let words = told.text().split(|c: char| !c.is_alphanumeric() && c != '-').collect::<Vec<_>>();
                GIVEN.is_match(told.text()) || words.iter().any(|word| word.eq_ignore_ascii_case(giver.as_str()))
            })
        };
        let meant = mentions.iter_mut().rev().filter(|_| repeats).find(|mention| !mention.dismissed && told(mention));
        if let Some(mention) = meant {
            (mention.action, mention.past) = (MedicationAction::Stop, false);
            evidence::merge(&mut mention.evidence, [evidence::evidence(line.utterance, range.clone())]);
        }
    }
}
