//! What was weighed and turned down is not planned: "I thought about a biopsy, but we'll hold off".

use std::sync::LazyLock;

use regex::Regex;

use super::support::{Index, Unit};
use crate::{
    domain::SectionKind,
    language::questions::is_question,
    structuring::{
        facts::context,
        text::{self, pattern},
    },
};

/// What is ordered, done or given by a general name. A name in one pattern is one thing.
static THINGS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        "biops(?:y|ies)",
        "ct|cat scans?",
        "mris?",
        "ultrasounds?",
        "x-?rays?",
        "scans?",
        "surger(?:y|ies)|operations?",
        "(?:steroid |cortisone )?(?:shots?|injections?)",
        "antibiotics?",
        "antivirals?",
        "steroids?",
        "opioids?",
        "(?:nicotine )?patch(?:es)?",
        "physical therapy|physio\\w*",
        "referrals?|specialist",
        "labs?|lab work|blood (?:tests?|work)",
        "cultures?",
        "stitches|sutures?",
        "cast",
        "brace|splint",
        "boot",
        "crutches",
        "colonoscopy|endoscopy|scope",
        "stress test",
        "echo\\w*",
        "catheter",
        "admit\\w*|admission|hospital\\w*",
        "aspirat\\w+|drain\\w*",
        "inhalers?",
        "insulin",
        "oxygen",
        "transfusions?",
        "beta[- ]?blockers?",
        "statins?",
    ]
    .map(|words| pattern(&format!(r"\b(?:{words})\b")))
    .into()
});

/// Words of a statement that itself says that something is not done, or under which condition, or not by whom it is asked here.
static LEAVES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:no|not|n't|without|avoid\w*|defer\w*|declin\w+|hold\w*|held|wait\w*|against|stop\w*|discontinu\w+|consider\w*|discuss\w*|if|unless|when|once|later|future|possibl\w+|may|might|would|prefer\w*|refus\w+|unnecessary|after|until|continu\w*|restrict\w*)\b",
    )
});

/// Words by which a thing is turned down in the sentence that names it.
static TURNS_DOWN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:hold(?:ing)? off|thought about|(?:was|were) (?:thinking (?:about|of)|going to)|considered|rather not|no need|let's not|wait (?:on|with)|skip|stay off|stay away|(?:don't|do not|doesn't|does not|not|n't|won't) (?:\\w+ ){0,4}?(?:need|want|think|do|order|get|use|start|go)|not (?:right )?now|not (?:today|yet))\b",
    )
});

/// A thing that a line of the plan orders or gives, and that every word said of it turned down.
pub fn against(statement: &str, kind: Option<SectionKind>, index: &Index) -> Option<String> {
    if kind != Some(SectionKind::Plan) || LEAVES.is_match(statement) || context::hypothetical(statement) {
        return None;
    }
    THINGS.iter().find_map(|thing| {
        let named = thing.find(statement)?;
        let naming: Vec<(usize, &Unit)> =
            index.units.iter().enumerate().filter(|(_, unit)| thing.is_match(index.sentence(unit))).collect();
        let down = |(at, unit): &(usize, &Unit)| is_turned_down(thing, *at, unit, index);
        let quiet = |(_, unit): &(usize, &Unit)| says_nothing(unit, index);
        (naming.iter().any(down) && naming.iter().all(|one| down(one) || quiet(one)))
            .then(|| format!("{} was decided against", named.as_str().to_lowercase()))
    })
}

/// Whether the sentence turns the thing down, or asks for it and is answered with no.
fn is_turned_down(thing: &Regex, at: usize, unit: &Unit, index: &Index) -> bool {
    let sentence = index.sentence(unit);
    let Some(named) = thing.find(sentence) else { return false };
    if is_question(sentence) {
        return index.answer(at).is_some_and(context::denies);
    }
    let next = index.units.get(at + 1).filter(|next| next.line == unit.line).map(|next| index.sentence(next));
    let taken_back = |next: &str| DROPPED.is_match(next);
    let conditional = context::hypothetical(sentence);
    !conditional
        && (context::negates(&sentence[..named.start()])
            || TURNS_DOWN.is_match(sentence)
            || next.is_some_and(taken_back) && thing_is_weighed(sentence))
}

/// "I was thinking about a scan. I'd rather not right now."
static DROPPED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^\W*(?:but )?(?:(?:i'd|i would|we'd) rather not|not (?:now|today|yet)|let's (?:not|wait|hold)|no, not)\b")
});

fn thing_is_weighed(sentence: &str) -> bool {
    static WEIGHS: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:thought|thinking|considered|could|might|offer|tempted)\b"));
    WEIGHS.is_match(sentence)
}

/// Whether the sentence decides nothing: a question, a condition, what somebody else had, what the patient tells.
fn says_nothing(unit: &Unit, index: &Index) -> bool {
    let sentence = index.sentence(unit);
    unit.of_another
        || is_question(sentence)
        || context::hypothetical(sentence)
        || !index.line(unit.line).by_clinician()
        || text::content_stems(sentence).len() < 2
}

#[cfg(test)]
mod tests {
    use crate::{
        domain::SectionKind::Plan,
        structuring::{
            testing::{check, transcript},
            verify::Verdict,
        },
    };

    #[test]
    fn what_was_turned_down_is_not_planned() {
        let visit = "P: Do I need an MRI?\nD: No, not for this.\nP: My sister had surgery for hers.\n\
            D: It's viral, so no antibiotics. I thought about an x-ray, but let's hold off. I'd like an ultrasound of the \
            gallbladder, and a brace for the wrist.\nP: And a shot?\nD: You don't need a shot at this point.";
        for statement in ["MRI of the back.", "Antibiotics for ten days.", "Chest x-ray.", "Steroid injection today."] {
            let found = check(&transcript(visit), statement, Plan);
            assert!(matches!(found, Verdict::Unsupported(..)), "{statement} {found:?}");
        }
        for statement in [
            "No MRI.",
            "No antibiotics.",
            "Hold off on an x-ray.",
            "Ultrasound of the gallbladder.",
            "Brace for the wrist.",
        ] {
            let found = check(&transcript(visit), statement, Plan);
            assert!(!matches!(found, Verdict::Unsupported(..)), "{statement} {found:?}");
        }
    }
}
