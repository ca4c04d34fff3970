//! Writing down what was found: into the text where it is sure, and into the repairs always.

use super::{
    candidates::{Candidate, ON_CHART, SAID, TREATS},
    model,
};
use crate::domain::{Repair, Utterance, Word};

/// Repairs `said` by `chosen`, which do not overlap and stand in the order of the text, with their probabilities.
pub fn apply(said: &mut Utterance, chosen: &[(&Candidate, f32)]) {
    let timed = said.words.len() == said.text.split_whitespace().count();
    let repairs: Vec<Repair> =
        chosen.iter().map(|(one, probability)| repair_of(said, one, *probability, timed)).collect();
    let mut text = said.text.as_str().to_owned();
    // From the back, so that what stands before keeps its place.
    for ((one, _), repair) in chosen.iter().zip(&repairs).rev().filter(|(_, repair)| repair.applied) {
        text.replace_range(one.range.clone(), &repair.suggested);
        if timed {
            let words = merged(&said.words[one.span.clone()], repair);
            said.words.splice(one.span.clone(), words);
        }
    }
    said.text = text.into();
    said.repairs.extend(repairs);
}

fn repair_of(said: &Utterance, one: &Candidate, probability: f32, timed: bool) -> Repair {
    let (start_ms, end_ms) = match said.words.get(one.span.clone()).filter(|_| timed) {
        Some([first, .., last]) => (Some(first.start_ms), Some(last.end_ms)),
        Some([only]) => (Some(only.start_ms), Some(only.end_ms)),
        _ => (said.start_ms, said.end_ms),
    };
    Repair {
        heard: said.text[one.range.clone()].into(),
        suggested: spelt(said, one).into(),
        start_ms,
        end_ms,
        applied: model::is_applied(one, probability),
        probability,
        reason: reason(one),
    }
}

/// The name, with a capital where a sentence begins with it.
fn spelt(said: &Utterance, one: &Candidate) -> String {
    let before = said.text[..one.range.start].trim_end();
    let begins = before.is_empty() || before.ends_with(['.', '?', '!']);
    if begins && said.text[one.range.clone()].starts_with(char::is_uppercase) {
        return one.name.capitalised();
    }
    one.name.surface.clone()
}

/// What speaks for it, for a clinician.
fn reason(one: &Candidate) -> String {
    let [on_chart, said, treats] = [ON_CHART, SAID, TREATS].map(|feature| one.features[feature]);
    let reasons = [
        (one.gain.is_some_and(|gain| gain > 0.0), "fits the recording better"),
        (one.usual_dose, "a usual dose follows"),
        (one.context.dose.is_some() && !one.usual_dose && !one.unlikely_dose, "a dose follows"),
        (one.unlikely_dose, "but not a dose that it is given in"),
        (one.context.taking, "said to be taken"),
        (on_chart > 0.0, "on the chart's list"),
        (said > 0.0, "named elsewhere in the visit"),
        (treats > 0.0, "given for what the visit is about"),
    ];
    let mut reason = "sounds alike".to_owned();
    for (_, why) in reasons.iter().filter(|(holds, _)| *holds) {
        reason.push_str(", ");
        reason.push_str(why);
    }
    reason
}

/// The words of the name instead of `heard`, with their time shared out evenly and the punctuation around them kept.
fn merged(heard: &[Word], repair: &Repair) -> Vec<Word> {
    let [first, .., last] = [&heard[0], &heard[0], &heard[heard.len() - 1]];
    let before = first.text.len() - first.text.trim_start_matches(|c: char| !c.is_alphanumeric()).len();
    let after = last.text.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
    let text = format!("{}{}{}", &first.text[..before], repair.suggested.as_str(), &last.text[after..]);
    let names: Vec<&str> = text.split_whitespace().collect();
    let (count, length) = (names.len() as u64, last.end_ms - first.start_ms);
    let probability = heard.iter().map(|word| word.probability).fold(1.0, f32::min);
    let place = |(at, name): (u64, &&str)| Word {
        text: (**name).into(),
        start_ms: first.start_ms + length * at / count,
        end_ms: first.start_ms + length * (at + 1) / count,
        probability,
    };
    (0..).zip(&names).map(place).collect()
}
