//! Medicines that are meant without being named: "the water tablet", "both", "everything else".

use std::sync::LazyLock;

use regex::Regex;

use super::{Mention, verbs::verb_before};
use crate::{
    domain::{MedicationAction, Role},
    language::questions::is_question,
    structuring::{
        evidence,
        facts::context,
        text::pattern,
        visit::{Line, Visit},
    },
    terminology::{Drug, DrugMention, DrugTable},
};

/// What people call a kind of medicine, and the classes of the drug table that it may be.
static KINDS: LazyLock<Vec<(Regex, &[&str])>> = LazyLock::new(|| {
    const THING: &str = "(?:tablets?|pills?|medicines?|medications?|meds)";
    let kinds: [(String, &[&str]); 14] = [
        (
            format!("estrogen {THING}|(?:birth control|contraceptive)(?: {THING})?"),
            &["combined oral contraceptive", "contraceptive"],
        ),
        (format!("water {THING}|diuretics?"), &["diuretic"]),
        ("blood thinners?|thinners?|anticoagulants?".to_owned(), &["anticoagulant", "antiplatelet"]),
        (format!("statins?|cholesterol {THING}"), &["statin"]),
        (
            format!("(?:blood )?pressure {THING}"),
            &["ace inhibitor", "angiotensin", "calcium channel", "antihypertensive", "thiazide", "beta blocker"],
        ),
        (format!("beta[- ]blockers?|heart rate {THING}"), &["beta blocker"]),
        (format!("thyroid {THING}"), &["thyroid"]),
        (format!("steroids?|steroid {THING}"), &["corticosteroid"]),
        (
            format!("antibiotics?|antibiotic {THING}"),
            &["antibiotic", "penicillin", "cephalosporin", "fluoroquinolone", "macrolide"],
        ),
        (format!("antidepressants?|depression {THING}|mood {THING}"), &["ssri", "snri", "antidepressant"]),
        (format!("(?:stomach|acid|reflux|heartburn) {THING}"), &["proton pump", "h2 blocker"]),
        (format!("(?:sugar|diabetes) {THING}"), &["antidiabetic", "biguanide", "sulfonylurea", "sglt2", "dpp-4"]),
        (format!("sleeping {THING}|sleep {THING}"), &["hypnotic", "benzodiazepine"]),
        ("(?:rescue|reliever|blue) inhaler".to_owned(), &["short-acting beta"]),
    ];
    kinds
        .map(|(text, classes)| {
            (pattern(&format!(r"\b(?:the|your|his|her|that|my|off|on|stop) (?:new |old |little )?({text})\b")), classes)
        })
        .into()
});

/// The medicines that `line` names, and those that it means by their kind where a decision is about them and only one such
/// medicine has come up.
pub(super) fn in_line<'t>(line: &Line, table: &'t DrugTable, earlier: &[Mention<'t>]) -> Vec<DrugMention<'t>> {
    let text = line.text();
    let mut found = table.mentions(text);
    for (kind, classes) in KINDS.iter() {
        for words in kind.captures_iter(text).filter_map(|words| words.get(1)) {
            let sentence = line.sentence_at(words.start());
            let overlaps = found.iter().any(|one| one.range.start < words.end() && words.start() < one.range.end);
            let of_kind = |drug: &Drug| classes.iter().any(|class| drug.class.contains(class));
            // "Take your blood pressure pill, the losartan": it is named in the same breath.
            let named = found.iter().any(|one| sentence.contains(&one.range.start) && of_kind(one.drug));
            let decides = decides(&text[sentence]);
            if overlaps || named || !decides {
                continue;
            }
            if let Some(drug) = only_one(earlier, of_kind) {
                found.push(DrugMention { range: words.range(), drug, surface: drug.name });
            }
        }
    }
    found.sort_by_key(|one| one.range.start);
    found
}

/// Whether `sentence` decides about a kind of medicine that `drug` is none of: "go up on the water pill", after enoxaparin.
pub(super) fn means_another_kind(sentence: &str, drug: &Drug) -> bool {
    let of_kind = |classes: &[&str]| classes.iter().any(|class| drug.class.contains(class));
    decides(sentence) && KINDS.iter().any(|(kind, classes)| kind.is_match(sentence) && !of_kind(classes))
}

/// Whether `sentence` decides about what is taken already.
fn decides(sentence: &str) -> bool {
    use MedicationAction::{Change, Continue, Decrease, Increase, Stop};
    verb_before(sentence).is_some_and(|(action, _)| matches!(action, Change | Continue | Decrease | Increase | Stop))
}

/// The one medicine of those that have come up as the patient's of which `of_kind` is true.
fn only_one<'t>(earlier: &[Mention<'t>], of_kind: impl Fn(&Drug) -> bool) -> Option<&'t Drug> {
    let mut kinds = earlier
        .iter()
        .filter(|one| !one.dismissed && !one.past && (one.used || one.action != MedicationAction::Taken))
        .map(|one| one.drug)
        .filter(|drug| of_kind(drug));
    let first = kinds.next()?;
    kinds.all(|other| other.name == first.name).then_some(first)
}

/// Whether `sentence` is about several medicines: "keep both of those".
pub(super) fn means_several(sentence: &str) -> bool {
    static SEVERAL: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:both|the two|them|those|these|all of that|the lot|all (?:three|four|five))\b"));
    SEVERAL.is_match(sentence)
}

/// "We can swap. Start exemestane instead": the medicine that was talked about before it ends.
pub(super) fn ends_by_a_swap(line: &Line, begun: &Mention, earlier: &mut [Mention]) {
    static SWAPS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:swap|switch|change (?:it|that|this|you|over))\b"));
    static INSTEAD: LazyLock<Regex> = LazyLock::new(|| pattern(r"\binstead\b"));
    let text = line.text();
    let swaps = begun.by == Role::Clinician
        && begun.action == MedicationAction::Start
        && !begun.dismissed
        && SWAPS.is_match(text)
        && INSTEAD.is_match(text);
    let Some(last) = earlier.last_mut().filter(|_| swaps) else { return };
    let in_use = !last.dismissed && last.action == MedicationAction::Taken && last.drug.name != begun.drug.name;
    if in_use && begun.line - last.line <= 2 {
        last.action = MedicationAction::Stop;
        evidence::merge(&mut last.evidence, [evidence::whole(line.utterance)]);
    }
}

/// "Everything else stays the same": what is taken and of which nothing else was decided goes on.
pub(super) fn keep_the_rest(visit: &Visit, mentions: &mut [Mention]) {
    static REST: LazyLock<Regex> = LazyLock::new(|| {
        const ALL: &str = r"(?:everything(?: else)?|all (?:the rest|the others?|your (?:other )?\w+|of (?:it|them|those|that))|the (?:rest|others?)(?: of (?:the|your|it|them)(?: \w+)?)?|(?:your|the) (?:other|regular|usual) (?:\w+ )?(?:tablets?|pills?|medicines?|medications?|meds|ones?|things?|drops|inhalers?)|(?:your|his|her) (?:medicines|medications|meds|tablets|pills))";
        pattern(&format!(
            r"\b(?:keep|continue|stay on|carry on|stick|leave|go on|no changes?)(?:ing)?(?: (?:taking|on|with|to|in|going|doing|up))* {ALL}\b|\b{ALL},? (?:can |will |should |just |you )?(?:stays?|remains?|continues?|keeps?|carry on|goes on|is fine|are fine|as (?:is|it is|they are|you are|before)|the same|unchanged|is the same)\b|\b(?:no other changes?|nothing else changes|otherwise,? (?:no changes?|(?:keep|continue|stay|carry|the same|same)))\b"
        ))
    });
    for line in visit.lines.iter().filter(|line| line.utterance.role == Role::Clinician) {
        let keeps =
            |sentence: &str| REST.is_match(sentence) && !is_question(sentence) && !context::hypothetical(sentence);
        let Some(range) = line.sentences.iter().find(|range| keeps(&line.text()[(*range).clone()])) else { continue };
        let names: Vec<&str> = mentions.iter().filter(|one| one.line < line.index).map(|one| one.drug.name).collect();
        for name in names {
            keep(mentions, name, line, range);
        }
    }
}

fn keep(mentions: &mut [Mention], name: &str, line: &Line, range: &std::ops::Range<usize>) {
    let all = || mentions.iter().filter(|one| one.drug.name == name);
    let decided = all().any(|one| {
        one.by == Role::Clinician && (one.action != MedicationAction::Taken || one.instructed || one.against)
    });
    let last = all().rfind(|one| one.line < line.index && !one.dismissed);
    if decided || all().any(|one| one.past) || !last.is_some_and(|one| one.used) {
        return;
    }
    let kept = mentions.iter_mut().rfind(|one| one.drug.name == name && one.line < line.index && !one.dismissed);
    if let Some(kept) = kept {
        kept.action = MedicationAction::Continue;
        evidence::merge(&mut kept.evidence, [evidence::evidence(line.utterance, range.clone())]);
    }
}
