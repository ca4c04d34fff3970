//! Medicines that were given up for what they did: "it gave me a cough, so they stopped it". Whoever prescribes next must
//! know of it as of an allergy.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{allergies, context, medications, reactions};
use crate::{
    domain::Allergy,
    language::questions::is_question,
    structuring::{
        evidence,
        text::pattern,
        visit::{Line, Visit},
    },
    terminology::{DrugMention, DrugTable},
};

/// What a medicine can bring on, as people call it. That it makes sleepy is what many do, and no reason not to give it at night: it
/// stands with the medicine, and not among allergies.
const EFFECTS: &str = r"(?:anaphyla\w+|hives|(?:a |an |the |that |this )?(?:(?:bad|awful|terrible|horrible|dry|nasty|itchy|red|skin) )*(?:rash|coughs?|headaches?|stomach (?:upset|pain|cramps|ache)|upset stomach|muscle (?:aches?|pains?|cramps?)|leg cramps|thrush|nightmares|palpitations)|cough(?:ing)?|swelling|swollen (?:ankles?|feet|legs?|face|lips?)|(?:ankles?|feet|legs?|face|lips?) (?:swell|swelled|swelling|swollen)(?: up)?|itch(?:ing|y|ed)?|wheez(?:ing|ed|y)|throw(?:ing)? up|threw up|vomit(?:ing|ed)?|nausea|nauseous|nauseated|sick(?: to my stomach)?|diarrh(?:o)?ea|the runs|constipat(?:ion|ed)|dizz(?:y|iness)|light-?headed|faint|(?:a )?seizures?|weird dreams|restless\w*|shak(?:y|ing)|aches and pains|bleed(?:ing)?)";

/// Words that say that it is no longer taken.
const ENDED: &str = r"(?:stopped|quit|discontinued|came off|went off|(?:took|taken|take) (?:(?:me|him|her|you) )?off|switched|changed|swapped|couldn't (?:take|tolerate|stand|stay on)|could not (?:take|tolerate|stay on)|had to (?:stop|come off)|left (?:it|that) off|gave (?:it|that) up|(?:don't|doesn't|not) (?:take|use|have|on) [^.?!,]{0,30}any ?more|not any ?more|no longer)";

static HAS_ENDED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"\b(?:{ENDED}|(?:was|were|had been|used to be) on|used to (?:take|have|use))\b"))
});
/// After the name: what it did, and that it was given up for it.
static DID: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        format!(r"\b(?:gave|give|gives|giving|made|make|makes|making|caused|causes?|brought|left) (?:me|him|her|you|us|my|his|your)\b[^.?!]{{0,30}}?\b(?P<effect>{EFFECTS})\b"),
        format!(r"\b(?:because of|due to|on account of|over) (?:the |my |that )?(?P<effect>{EFFECTS})\b"),
        format!(r"\b(?:got|felt|had|was getting|kept getting) (?:so |too |very |really |all |some )*(?P<effect>{EFFECTS})\b[^?!]{{0,50}}?\b(?:so|that's why|and) (?:i|they|he|she|we|you|the doctor|doctor \w+) (?:just )?{ENDED}\b"),
        format!(r"\b{ENDED}\b[^.?!]{{0,30}}?(?:\b(?:because|since|as)|[,.;]) (?:i|he|she) (?:was |kept |had been )?(?:got|getting|felt|feeling|had|having) (?:so |too |very |really |all |some )*(?P<effect>{EFFECTS})\b"),
    ]
    .map(|text| pattern(&text))
    .into()
});
/// Before the name: "because of the cough they took me off …".
static DID_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"\b(?:because of|due to) (?:the |my |that )?(?P<effect>{EFFECTS})\b[^.?!]{{0,40}}\b{ENDED}\b[^.?!]{{0,15}}$"
    ))
});
/// "It was the simvastatin that gave me the muscle aches."
static IT_WAS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:it|that) was (?:the |my |that )?$"));
static THAT_DID: LazyLock<Regex> = LazyLock::new(|| pattern(r"^ (?:that|which|what) (?:gave|made|caused|brought)\b"));
/// "They switched me from lisinopril to …": what is said after the other name is still said of this one.
static FROM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:changed|switched|swapped|moved) (?:me |him |her |you )?(?:over )?(?:from|off) (?:of )?(?:the |my |your )?$",
    )
});
/// "… from lisinopril to losartan": what came instead did no harm.
static TO: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:changed|switched|swapped|moved)\b[^.?!]{0,50}\bto (?:the |a )?$"));
/// "It gave me the runs at first, but I'm fine now."
static GOES_ON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:still (?:take|taking|on|use|using)|back on|fine now|okay now|went away|got used to|at first|restarted)\b",
    )
});

static BECAUSE_IT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:because|since|as) (?:of how )?(?:the |that |my )?$"));
static HARMED: LazyLock<Regex> = LazyLock::new(|| pattern(r"^ (?:gave|made|caused|brought|upset)\b"));

/// Sentences after a medicine's own in which it is said what it did, at most.
const REACH: usize = 2;

/// The medicines of `line` that were given up for what they did.
pub(super) fn of_line(visit: &Visit, line: &Line, table: &DrugTable) -> Vec<Allergy> {
    let in_line = table.mentions(line.text());
    (0..in_line.len()).filter_map(|at| given_up(visit, line, &in_line, at, table)).collect()
}

fn given_up(visit: &Visit, line: &Line, in_line: &[DrugMention], at: usize, table: &DrugTable) -> Option<Allergy> {
    let (text, mention) = (line.text(), &in_line[at]);
    let sentence = line.sentence_at(mention.range.start);
    let before = &text[sentence.start..mention.range.start];
    if medications::is_of_another(line, &sentence, &mention.range)
        || allergies::REPLACED_BY.is_match(before)
        || TO.is_match(before)
    {
        return None;
    }
    let next = in_line.get(at + 1).filter(|_| !FROM.is_match(before));
    let reach = line.sentences.iter().filter(|range| range.start >= sentence.start).take(1 + REACH).last()?.end;
    let end = next.map_or(reach, |next| reach.min(next.range.start)).max(mention.range.end);
    let after = &text[mention.range.end..end];
    // A question, or "you were on …", is answered by the patient.
    let answer = visit.answer_to(line.index).filter(|answer| line.by_clinician() && answer.by_patient_side());
    let asked = is_question(&text[sentence.clone()]);
    let told = answer.filter(|_| asked && end == text.len()).map(|answer| {
        let other = table.mentions(answer.text()).first().map_or(answer.text().len(), |other| other.range.start);
        (answer, answer.sentences.iter().take(1 + REACH).map(|range| range.end).next_back().unwrap_or(0).min(other))
    });
    let ended = HAS_ENDED.is_match(&text[sentence.start..end])
        || told.is_some_and(|(answer, reach)| HAS_ENDED.is_match(&answer.text()[..reach]));
    let all = [before, after].join(" ");
    let weighed = line.by_clinician() && allergies::MAY.is_match(&all);
    // "… and then doxycycline, because the Augmentin gave me terrible diarrhea": why something else was taken.
    let ended = ended || line.by_patient_side() && BECAUSE_IT.is_match(before) && HARMED.is_match(after);
    let ended = ended || line.by_patient_side() && IT_WAS.is_match(before) && THAT_DID.is_match(after);
    if !ended || weighed || GOES_ON.is_match(if asked { after } else { &all }) || allergies::NOT_ONE.is_match(&all) {
        return None;
    }
    let effect = effect(after).or_else(|| named_in(&DID_BEFORE, before));
    let here = effect.as_ref().map(|(effect, range)| {
        let said = mention.range.end + range.start.min(after.len())..mention.range.end + range.end.min(after.len());
        (effect.clone(), line, said)
    });
    let denied = asked && answer.is_some_and(|answer| context::denies(answer.text()));
    let by_answer = || {
        let (answer, reach) = told?;
        let (effect, range) = self::effect(&answer.text()[..reach])?;
        (!GOES_ON.is_match(&answer.text()[..reach])).then_some((effect, answer, range))
    };
    let (effect, teller, said) = here.filter(|_| !denied).or_else(by_answer)?;
    let mut evidence = vec![evidence::evidence(line.utterance, sentence)];
    evidence::merge(&mut evidence, [evidence::evidence(teller.utterance, teller.sentence_at(said.start))]);
    Some(Allergy {
        substance: text[mention.range.clone()].to_lowercase().into(),
        kind: reactions::kind_of(Some(&effect)),
        reaction: Some(effect.into()),
        codes: medications::rxnorm(mention.drug),
        evidence,
    })
}

/// What the medicine did, by the words after it, and where they stand.
fn effect(after: &str) -> Option<(String, Range<usize>)> {
    DID.iter().filter_map(|did| named_in(did, after)).min_by_key(|(_, range)| range.start)
}

fn named_in(did: &Regex, text: &str) -> Option<(String, Range<usize>)> {
    let found = did.captures(text)?;
    let (whole, effect) = (found.get(0)?, found.name("effect")?);
    let sentence = text[..whole.start()].rfind(['.', '?', '!']).map_or(0, |end| end + 1);
    let denied = context::negates(&text[sentence..whole.start()]);
    let name = ["a ", "an ", "the ", "that ", "this "].iter().find_map(|article| effect.as_str().strip_prefix(article));
    (!denied).then(|| (name.unwrap_or(effect.as_str()).to_owned(), effect.range()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structuring::testing::transcript;

    fn said(lines: &str) -> Vec<(String, String)> {
        let transcript = transcript(lines);
        let found = allergies::allergies(&Visit::new(&transcript), DrugTable::bundled()).known;
        let pair = |one: Allergy| {
            (one.substance.into_string(), one.reaction.map(|text| text.into_string()).unwrap_or_default())
        };
        found.into_iter().map(pair).collect()
    }

    #[test]
    fn what_was_given_up_for_its_effect_is_an_intolerance() {
        for (lines, substance, effect) in [
            ("P: I was on ramipril and it gave me a cough, so they stopped it.", "ramipril", "cough"),
            ("P: I used to take simvastatin. It gave me muscle aches, so I quit.", "simvastatin", "muscle aches"),
            ("P: I came off sertraline because of the nausea.", "sertraline", "nausea"),
            (
                "D: Do you still take the metoprolol?\nP: No, it made me dizzy so they took me off it.",
                "metoprolol",
                "dizzy",
            ),
            ("D: You were on ramipril once, and that gave you a cough?\nP: Oh, that cough.", "ramipril", "cough"),
            ("P: Because of the diarrhea I stopped the metformin.", "metformin", "diarrhea"),
            ("P: They switched me from lisinopril to losartan because of the cough.", "lisinopril", "cough"),
            ("D: Are you still on the Jardiance?\nP: No, they stopped that, I got thrush.", "jardiance", "thrush"),
            ("D: And the tamsulosin?\nP: I got so dizzy I nearly fell. So I quit.", "tamsulosin", "dizzy"),
            ("P: It was the simvastatin that gave me muscle aches, years ago.", "simvastatin", "muscle aches"),
            ("P: I don't take the iron anymore, it made me constipated.", "iron", "constipated"),
        ] {
            assert_eq!(said(lines), [(substance.to_owned(), effect.to_owned())], "{lines}");
        }
    }

    #[test]
    fn what_is_still_taken_or_anothers_is_none() {
        for lines in [
            "P: I take metformin. It gave me some diarrhea at first but I'm fine now.",
            "P: My sister stopped the simvastatin because of the muscle pain.",
            "P: I stopped the ibuprofen, and it didn't make me sick.",
            "P: I stopped the prednisone on Friday. I still have the cough.",
            "P: I had gabapentin once, for shingles, but I quit it, it made me foggy.",
            "P: I took codeine for the cough and stopped it on Monday.",
            "D: You were on ramipril, did that give you a cough?\nP: No, never.",
            "D: If it gives you a cough, we'll have you come off the lisinopril.",
        ] {
            assert!(said(lines).is_empty(), "{lines}: {:?}", said(lines));
        }
    }
}
