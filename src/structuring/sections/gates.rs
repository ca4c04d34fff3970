//! Which sections there is anything to ask about. A small model that is asked for a family history writes one, whether or
//! not a relative was spoken of; rules that read the transcript first spare the invention and the time.

use std::sync::LazyLock;

use regex::Regex;

use crate::{
    domain::{Role, SectionKind, Utterance},
    structuring::{facts::Facts, text::pattern},
};

static PAST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(histor(?:y|ies)|diagnosed|surger(?:y|ies)|operation|operated|hospital\w*|chronic|condition|diabet\w+|high blood pressure|hypertens\w+|asthma|copd|emphysema|cancer|stroke|heart (?:attack|failure|disease)|atrial fibrillation|a-?fib|depression|anxiety|arthritis|thyroid\w*|cholesterol|gout|migraines?|kidney (?:disease|stones?)|transplant|replacement|removed|appendix|gallbladder|epilepsy|seizures|hepatitis|reflux|gerd|osteoporosis|anemia|sleep apnea|pregnan\w+|miscarriage|c-section)\b",
    )
});
static SOCIAL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(smok\w+|tobacco|cigarettes?|vap(?:e|ing)|alcohol|drink(?:s|ing)?|beers?|wine|marijuana|weed|cannabis|recreational drugs|work(?:s|ing|ed)?|jobs?|retired|liv(?:e|es|ing) (?:alone|with|by|in)|married|divorced|widow\w*|wife|husband|partner|exercis\w+|gym|jog\w*|running|hik\w+|school|college|travel\w*|diet|kids|children)\b",
    )
});
static FAMILY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(mother|mom|mum|father|dad|brothers?|sisters?|siblings?|grand(?:mother|father|ma|pa|parents?)|aunts?|uncles?|parents|family history|in (?:the|my|your) family|runs in)\b",
    )
});
static EXAM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(exam\w*|listen|breath sounds|lungs?|murmurs?|heart (?:sounds|exam|is regular)|tender\w*|swelling|swollen|redness|range of motion|reflex\w*|abdomen|belly|throat|ear ?drums?|ears?|tonsils|lymph nodes?|press\w*|push\w*|palpat\w+|edema|take a look|deep breath|crackles|wheez\w*|strength|sensation|pulses?|bruis\w+|incision|appreciate)\b",
    )
});
static RESULTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(results?|x-?rays?|labs?|lab work|blood (?:work|tests?|count)|came back|tests?|a1c|a one c|mri|ct|scan|ultrasound|e[ck]g|echo\w*|panel|levels?|urinalysis|urine|biops\w+|culture|swab|hemoglobin|creatinine|cholesterol|mammogram|inr|peak flow|showed|shows)\b",
    )
});

/// Whether `utterances` hold anything that section `kind` could be about, and `facts`, those of the whole visit, have not
/// said it already: where sentences stand in the note as they were said, a small model adds mostly mix-ups.
pub fn worth_asking(kind: SectionKind, utterances: &[Utterance], facts: &Facts) -> bool {
    let enough = match kind {
        SectionKind::FamilyHistory | SectionKind::SocialHistory | SectionKind::Results => 1,
        SectionKind::PhysicalExam => 2,
        _ => usize::MAX,
    };
    if facts.findings.iter().filter(|finding| finding.kind == kind).count() >= enough {
        return false;
    }
    let said = |cue: &Regex| utterances.iter().any(|utterance| cue.is_match(&utterance.text));
    let said_by_clinician = |cue: &Regex| {
        utterances.iter().any(|utterance| utterance.role != Role::Patient && cue.is_match(&utterance.text))
    };
    match kind {
        SectionKind::PastHistory => said(&PAST),
        SectionKind::SocialHistory => said(&SOCIAL),
        SectionKind::FamilyHistory => said(&FAMILY),
        SectionKind::PhysicalExam => said_by_clinician(&EXAM),
        SectionKind::Results => said_by_clinician(&RESULTS),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structuring::testing::transcript;

    #[test]
    fn only_what_was_touched_on_is_asked_for() {
        let visit = transcript("D: Let me listen to your lungs.\nP: My mother had asthma.");
        let worth_asking = |kind| worth_asking(kind, &visit.utterances, &Facts::default());
        assert!(worth_asking(SectionKind::FamilyHistory));
        assert!(worth_asking(SectionKind::PhysicalExam));
        assert!(worth_asking(SectionKind::Plan));
        assert!(!worth_asking(SectionKind::Results));
        assert!(!worth_asking(SectionKind::SocialHistory));
    }

    #[test]
    fn what_rules_have_found_is_not_asked_again() {
        let visit = transcript("P: My mother had asthma.");
        let facts = crate::structuring::facts::facts(&visit, crate::terminology::DrugTable::bundled());
        assert!(!worth_asking(SectionKind::FamilyHistory, &visit.utterances, &facts));
    }
}
