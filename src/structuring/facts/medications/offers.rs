//! What a clinician offers, and what the patient says to it: "Would you like to go up to twenty?" "I'd rather stay where I am."

use std::sync::LazyLock;

use regex::Regex;

use super::{
    mention::{Mention, dose_in},
    verbs::verb_before,
};
use crate::{
    domain::MedicationAction,
    language::{numbers::numbers, questions::is_question},
    structuring::{
        evidence,
        facts::{context, sig},
        text::pattern,
        visit::{Line, Visit},
    },
};

/// Asking leave for a decision, before the name.
static ASKS_FOR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:(?:do|would|did) you (?:\w+ )?(?:want|consider|prefer|be (?:open|willing|interested|okay|ok|up for|happy|comfortable))|(?:should|shall|could|can|may|might|why don't|what if) (?:we|i) (?:\w+ ){0,2}(?:try|start|add|increase|go|switch|give|put|prescribe|raise|bump|change|use|do|stop|lower|reduce|cut|double|halve|drop|bring|move|swap|trade|take)|would you (?:\w+ )?like|are you (?:open|willing|interested|okay|ok|up for|happy)|have you (?:ever )?(?:thought (?:about|of)|considered)|how (?:do|would) you feel)\b",
    )
});
/// "Have you thought about …?": a yes to that agrees to nothing.
static THOUGHT_OF: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bhave you\b"));
/// "What about propranolol?" "And how about the lisinopril?" goes through what is taken.
static WHAT_ABOUT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?:what|how) about (?:(?:trying|using|adding|starting|some|a|an|taking|giving you) )*$")
});
/// What is asked for again, and what is decided in the same breath.
static NO_OFFER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?:refills?|renew\w*|need|run(?:ning)? (?:low|out)|let's|i'll|we'll|i'm going|i'd like to|i want)\b")
});
static AGREES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:(?:could|can|i'll|i'd|i would|we could|let's|willing to|happy to|like to) (?:\w+ )?(?:try|do|give (?:it|that))|let's (?:do|go)|sounds? (?:good|fine|great|reasonable)|that(?:'s|'d be| would be| is) (?:fine|good|great|okay|ok)|i'd like that|i'm (?:open|willing|game|up for|happy to|okay with|fine with)|i'd be (?:open|willing|happy)|go ahead|why not|i guess|if you think|whatever you think|yes,? please)\b|^\W*(?:(?:oh|well|um|uh|hmm)\W+)*(?:okay|ok|all ?right|sure|please|fine|definitely|absolutely)\b",
    )
});
static YES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^\W*(?:(?:oh|well|um|uh|hmm|so)\W+)*(?:yes|yeah|yep|yup|yea|mm-?hmm|mhm|uh-?huh|i would|i do)\b")
});
static DECLINES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:rather (?:not|stay|keep|wait|leave|see|hold|avoid|try)|stay (?:where|on|at|the same|with|like)|stick with|leave (?:it|things|that)|keep (?:it|things) (?:the same|as|at|where|like)|(?:don't|do not) (?:really |think i )?(?:want|like|think so|need)|not (?:really|right now|now|yet|today|interested|keen|sure|for me|comfortable|ready)|no,? thank|hold off|think (?:about it|it over)|i'll pass|(?:i'd|i'll|let's) skip (?:it|that|this)|(?:don't|do not|never) (?:really )?(?:like|tolerate|do well with) (?:it|that|those|them)|prefer not|i'm (?:okay|ok|fine|good|happy) (?:where|as|at|on|with (?:what|this|how|it)))\b",
    )
});
/// An answer that says that it is taken.
static TAKES_IT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:i take|i'm (?:still )?(?:on|taking)|still (?:on|taking|take)|i use|i've been (?:on|taking)|i have that|i do)\b",
    )
});

/// Whether the clinician refuses what the patient asks leave for in `line`: "Can I take naproxen?" "I'd rather you didn't."
pub(super) fn refuses_leave(visit: &Visit, line: &Line) -> bool {
    static REFUSES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:rather (?:you )?(?:not|didn't|avoid\w*)|(?:i|you) (?:wouldn't|shouldn't|mustn't|can't)|better (?:not|to avoid|off without)|not (?:with|on top of|while|for now|a good idea)|please don't|avoid|stay (?:away|off)|steer clear|leave (?:that|it) alone)\b",
        )
    });
    let reply = visit.answer_to(line.index).filter(|reply| reply.by_clinician());
    let first = reply.and_then(|reply| Some(&reply.text()[reply.sentences.first()?.clone()]));
    first.is_some_and(|first| !is_question(first) && (context::denies(first) || REFUSES.is_match(first)))
}

/// Whether `answer` agrees to what was put to the patient, in more than an "okay".
pub(super) fn agrees(answer: Option<&Line>) -> bool {
    static GLADLY: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:sounds? (?:good|fine|great|reasonable)|let's (?:do|try|go)|i'll (?:try|take|do)|i'd like that|happy to|willing to|go ahead|yes,? please)\b",
        )
    });
    answer.is_some_and(|answer| answer.by_patient_side() && GLADLY.is_match(answer.text()))
}

/// Whether `answer` declines what was put to the patient.
pub(super) fn declines(answer: Option<&Line>) -> bool {
    answer.is_some_and(|answer| answer.by_patient_side() && DECLINES.is_match(answer.text()))
}

/// What became of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Agreed,
    Declined,
    Open,
}

/// What is offered stands only where the patient agrees to it: without that, neither the dose in the offer nor the medicine
/// is the patient's. Whether `found`, named in `sentence` after `before`, is offered.
pub(super) fn weigh(visit: &Visit, line: &Line, sentence: &str, before: &str, found: &mut Mention) -> bool {
    if !line.by_clinician() || line.by_patient_side() {
        return false;
    }
    let asks = ASKS_FOR.find_iter(before).last().filter(|asks| !NO_OFFER.is_match(&before[asks.start()..]));
    let what_about = asks.is_none() && is_question(sentence) && WHAT_ABOUT.is_match(before);
    let answer = visit.answer_to(line.index).filter(|answer| answer.by_patient_side());
    let text = answer.map_or("", Line::text);
    if asks.is_none() && !what_about {
        return false;
    }
    let tells_use = TAKES_IT.is_match(text) || sig::frequency(text).is_some();
    let plain_yes = YES.is_match(text) && !AGREES.is_match(text);
    if what_about && (tells_use || plain_yes || context::denies(text)) {
        return false;
    }
    let only_thought = asks.is_some_and(|asks| THOUGHT_OF.is_match(asks.as_str()));
    let outcome = if context::denies(text) || DECLINES.is_match(text) {
        Outcome::Declined
    } else if AGREES.is_match(text) || YES.is_match(text) && !only_thought {
        Outcome::Agreed
    } else {
        Outcome::Open
    };
    settle(outcome, sentence, before, answer, found);
    true
}

fn settle(outcome: Outcome, sentence: &str, before: &str, answer: Option<&Line>, found: &mut Mention) {
    use MedicationAction::{Start, Taken};
    found.offered = true;
    (found.used, found.in_use, found.instructed) = (false, false, false);
    let decided = verb_before(before).map(|(action, _)| action).filter(|action| *action != Taken);
    // "Fifteen or twenty": neither of them, whatever the patient says to it.
    let numbers = numbers(sentence);
    let one_of_two = numbers.windows(2).any(|pair| sentence[pair[0].range.end..pair[1].range.start].trim() == "or");
    if outcome != Outcome::Agreed || one_of_two {
        (found.dose, found.strength) = (dose_in(answer, found.drug), None);
        found.said.clear();
    }
    match outcome {
        Outcome::Agreed => {
            found.action = if found.action == Taken { decided.unwrap_or(Start) } else { found.action };
            found.dismissed = false;
        }
        Outcome::Declined | Outcome::Open => {
            (found.action, found.frequency) = (Taken, None);
            found.dismissed = outcome == Outcome::Declined;
        }
    }
    if let Some(answer) = answer.filter(|_| outcome != Outcome::Open) {
        evidence::merge(&mut found.evidence, [evidence::evidence(answer.utterance, answer.sentences[0].clone())]);
    }
}
