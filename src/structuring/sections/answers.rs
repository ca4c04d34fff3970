//! From the model's JSON to clean lines: complete items only, no fillers, no talk.

use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use crate::{
    domain::SectionKind,
    structuring::{
        examples::BLANK,
        text::{self, pattern},
    },
};

/// The two shapes of an answer: a list, or a paragraph for what reads as a story.
#[derive(Deserialize)]
#[serde(untagged)]
enum Answer {
    List { items: Vec<String> },
    Paragraph { text: String },
}

/// The items of an answer: its list, or the sentences of its paragraph. One that was cut off gives what was complete. `longest`
/// is where the schema ends an item.
pub fn items(answer: &str, longest: usize) -> Vec<String> {
    let uncut = |items: Vec<String>| items.into_iter().filter_map(|item| uncut(item, longest)).collect();
    match serde_json::from_str::<Answer>(answer) {
        Ok(Answer::List { items }) => uncut(items),
        Ok(Answer::Paragraph { text }) => uncut(vec![text]).iter().flat_map(|text| finished(sentences(text))).collect(),
        Err(_) if answer.contains("\"items\"") => uncut(complete_items(answer)),
        Err(_) => complete_sentences(answer),
    }
}

/// `item` without what its schema cut off, at the last sentence or clause before: "a temperature of 3" is of 38.5.
fn uncut(item: String, longest: usize) -> Option<String> {
    static ENDED: LazyLock<Regex> = LazyLock::new(|| pattern(r"[^\d\s][.!?]$"));
    static CLAUSE_END: LazyLock<Regex> = LazyLock::new(|| pattern(r"[,;] "));
    if item.chars().count() < longest || ENDED.is_match(&item) {
        return Some(item);
    }
    let last = text::sentences(&item).pop()?;
    let end = match last.start {
        0 => CLAUSE_END.find_iter(&item).last()?.start(),
        start => start,
    };
    Some(item[..end].trim_end().to_owned())
}

/// Whether every letter of `item` is of the language or of what was `said`: where a schema ends an item, a small model may be
/// left with no other letter than one of another script.
pub fn is_readable(item: &str, said: &str) -> bool {
    const MARKS: &str = "–—‘’“”…•°º±×÷½¼¾⅓⅔≤≥<>µμ€£™®′″℃℉";
    let latin = |c: char| c < '\u{250}' && !c.is_control();
    item.chars().all(|c| latin(c) || c.is_whitespace() || MARKS.contains(c) || said.contains(c))
}

/// The items of a section one sentence at a time: a small model puts several into one.
pub fn one_by_one(items: Vec<String>, kind: SectionKind) -> Vec<String> {
    match kind {
        SectionKind::Plan | SectionKind::PhysicalExam | SectionKind::Assessment => {
            items.iter().flat_map(|item| sentences(item)).collect()
        }
        _ => items,
    }
}

fn sentences(paragraph: &str) -> Vec<String> {
    text::sentences(paragraph).into_iter().map(|range| paragraph[range].to_owned()).collect()
}

/// The finished sentences of an unfinished paragraph.
fn complete_sentences(answer: &str) -> Vec<String> {
    let Some((_, open)) = answer.split_once(':').and_then(|(_, rest)| rest.split_once('"')) else { return Vec::new() };
    let closed = format!("\"{}\"", open.trim_end_matches(['\\', '"', '}']));
    finished(sentences(&serde_json::from_str::<String>(&closed).unwrap_or_default()))
}

/// Without a last sentence that the schema's length cut off; a single one may just lack its point.
fn finished(mut found: Vec<String>) -> Vec<String> {
    if found.len() > 1 && found.last().is_some_and(|last| !last.ends_with(['.', '!', '?'])) {
        found.pop();
    }
    found
}

/// The closed strings of the array of an unfinished answer.
fn complete_items(answer: &str) -> Vec<String> {
    let Some(start) = answer.find('[') else { return Vec::new() };
    let mut rest = answer[start + 1..].trim_start();
    let mut items = Vec::new();
    loop {
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<String>();
        let Some(Ok(item)) = stream.next() else { return items };
        rest = rest[stream.byte_offset()..].trim_start();
        items.push(item);
        match rest.strip_prefix(',') {
            Some(after) => rest = after.trim_start(),
            None => return items,
        }
    }
}

/// An item as the note can carry it; `None` for what says nothing: "None discussed", an echo of the talk, a heading.
pub fn tidy(item: &str, kind: SectionKind) -> Option<String> {
    // A small model may close its JSON inside a string and go on.
    let item = item.split(['{', '}', '[', ']']).find(|part| part.chars().any(char::is_alphanumeric))?;
    let text = item.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = LEAD.replace(&text, "").into_owned();
    let text = ATTRIBUTION.replace(&text, "").into_owned();
    if text.chars().filter(|c| c.is_alphabetic()).count() < 3
        || FILLER.is_match(&text)
        || TALK.is_match(&text)
        || BROKEN_OFF.is_match(&text)
        || text.contains(BLANK)
    {
        return None;
    }
    let reported = !matches!(kind, SectionKind::Plan);
    if reported && ADDRESS.is_match(&text) {
        return None;
    }
    if kind == SectionKind::HistoryOfPresentIllness && MISPLACED.is_match(&text) {
        return None;
    }
    let text = match kind {
        SectionKind::Plan => imperative(&text),
        SectionKind::Assessment => ASSESSED.replace(&text, "").into_owned(),
        _ => text,
    };
    let mut characters = text.chars();
    let first: String = characters.next()?.to_uppercase().collect();
    let text = format!("{first}{}", characters.as_str());
    let ended = text.ends_with(['.', '!', '?']);
    Some(if ended { text } else { format!("{}.", text.trim_end_matches([',', ';', ':', ' '])) })
}

/// "I want you to weigh yourself every day" as a line of a plan.
fn imperative(text: &str) -> String {
    let text = WISH.replace(text, "Order $1 ").into_owned();
    let text = INTENTION.replace(&text, "").into_owned();
    let text = SUGGESTION.replace(&text, "").into_owned();
    let text = YOURSELF.replace_all(&text, "self").into_owned();
    let text = YOUR.replace_all(&text, "the").into_owned();
    text::of_the_patient(&text)
}

static LEAD: LazyLock<Regex> = LazyLock::new(|| pattern(r#"^(?:[-•*–,;:}{"'\s]+|\d{1,2}[.)]\s+)+|["'\s]+$"#));
/// A tail that says nothing: every line of a plan is the clinician's.
static ATTRIBUTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r",? as (?:prescribed|recommended|advised|instructed|discussed|directed|ordered)(?: by (?:the|their|his|her) (?:doctor|physician|clinician|provider))?(?:[.]?)$",
    )
});
/// A sentence that has no end.
static BROKEN_OFF: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?:an?|the|of|with|and|or|for|to|their|his|her)\W*$|^\W*(?:the )?(?:patient|patient's [\w ]+)\W*$")
});
static FILLER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\W*not \d[^.]*$|^\W*(?:none|nothing|items?|else|text|n/?a|unknown|unremarkable|not? (?:\w+ ){0,6}(?:mentioned|discussed|provided|specified|applicable|stated|given|available|reported|recorded|documented|noted|indicated)|no (?:\w+ )?(?:information|data|details?)(?: .*)?|no (?:relevant |significant |known )?(?:family|social|past|medical)(?: medical)? history(?: .*)?|there (?:is|are|was|were) no (?:information|mention).*|(?:chief complaint|history of present illness|past (?:medical )?history|social history|family history|physical exam(?:ination)?|results|assessment|plan))\W*$|\b(?:not (?:mentioned|discussed|specified|provided|stated|documented)|no mention of|none (?:mentioned|discussed|reported|noted)|is not available|no information|according to the transcript|the transcript)\b",
    )
});
static TALK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:doctor|patient|other person|speaker|d|p):|\b(?:hey,? dragon|dax)\b|\?\W*$|^(?:hi|hello|okay|ok|thank you|thanks|good (?:morning|afternoon)|bye)\b",
    )
});
/// What was decided is the plan's, and relatives' illnesses are the family history's, wherever the model puts them.
static MISPLACED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:doctor|physician|provider|clinician) (?:also )?(?:has |will |would )?(?:prescrib|recommend|order|advis|refer|schedul|suggest|plan|instruct|inform|examin|perform|increas|start|ask)\w*|\bhas been (?:advised|instructed|told) to\b|\b(?:was|were|is|will be) (?:also )?(?:referred|prescribed|scheduled|advised|instructed|ordered|started on)\b|^(?:his|her|their|the patient's) (?:father|mother|dad|mom|brother|sister|grandmother|grandfather|aunt|uncle|parents)\b.*\b(?:had|has|have|died|diagnosed)\b",
    )
});
/// Words of the talk itself, which a note never has: the model has copied a sentence instead of reporting it.
static ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:i|i'm|i've|i'd|i'll|me|you|you're|you've|you'll|your|we'll|let's|my)\b"));
static INTENTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:it (?:is|was) (?:recommended|advised|important|suggested) (?:to|that) |the doctor (?:will|recommends?|advises?|orders?|wants?|suggests?|plans?)(?: (?:that|to|the patient to))* |(?:and |so )?(?:i|we)\b(?:'m|'re|'ll|'d| am| are| will| would)? ?(?:also )?(?:just )?(?:going to|gonna|gon na|like to|like you to|want you to|want to|wanna|need you to|need to)? ?(?:go ahead and )?|let's |you should |you need to |you can )",
    )
});
/// "I'd like a CBC", of a test and not of a person.
static WISH: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:and |so )?(?:i|we)(?:'d| would)? (?:also )?(?:like|want) (an?|some|the)\b "));
static SUGGESTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?:it's|it is|it would be|that's) (?:a good idea|best|time|important) (?:for you )?to ")
});
static YOURSELF: LazyLock<Regex> = LazyLock::new(|| pattern(r"\byourself\b"));
static YOUR: LazyLock<Regex> = LazyLock::new(|| pattern(r"\byour\b"));
static ASSESSED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:the )?(?:patient|he|she|they)(?: is| was| has been)? ?(?:has|have|diagnosed with|likely has|presents with|suffers from|with)? (?:an? |the )?(?:diagnosis of )?|^(?:the )?(?:primary |main |likely )?diagnos(?:is|es)(?: is| of|:)? ?|^you (?:likely )?have (?:an? )?",
    )
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unfinished_answer_gives_its_complete_items() {
        assert_eq!(items(r#"{"items":["Cough for \"ages\".","Fev"#, usize::MAX), ["Cough for \"ages\"."]);
        assert_eq!(items(r#"{"items":["Cough."]}"#, usize::MAX), ["Cough."]);
        assert!(items("{", usize::MAX).is_empty());
        assert_eq!(
            items(r#"{"text": "Cough for a week. No fever. She al"#, usize::MAX),
            ["Cough for a week.", "No fever."]
        );
        assert_eq!(items(r#"{"text":"Cough. No fever."}"#, usize::MAX), ["Cough.", "No fever."]);
    }

    #[test]
    fn fillers_and_talk_are_dropped() {
        for item in [
            "None discussed.",
            "No family history mentioned.",
            "N/A",
            "The patient's social history is not mentioned in the transcript.",
            "Doctor: how are you?",
            "No significant past medical history.",
            "Results:",
            "The patient denies ___.",
            "",
        ] {
            assert_eq!(tidy(item, SectionKind::Results), None, "{item}");
        }
    }

    #[test]
    fn lines_become_statements() {
        assert_eq!(tidy("- weigh yourself daily", SectionKind::Plan).as_deref(), Some("Weigh self daily."));
        assert_eq!(tidy("I want you to call your doctor", SectionKind::Plan).as_deref(), Some("Call the doctor."));
        assert_eq!(tidy("I did think about it, but with your gout no.", SectionKind::PhysicalExam), None);
        assert_eq!(tidy("1. The patient has hypertension", SectionKind::Assessment).as_deref(), Some("Hypertension."));
        assert_eq!(tidy("Lungs: clear", SectionKind::PhysicalExam).as_deref(), Some("Lungs: clear."));
        assert_eq!(tidy("No murmur", SectionKind::PhysicalExam).as_deref(), Some("No murmur."));
    }

    #[test]
    fn what_the_schema_cut_off_is_left_out() {
        let cut = |item: &str| uncut(item.to_owned(), item.chars().count());
        assert_eq!(cut("A cough, a cold nose, and a temperature of 3").as_deref(), Some("A cough, a cold nose"));
        assert_eq!(cut("She has a cough. Her temperature was 37.").as_deref(), Some("She has a cough."));
        assert_eq!(cut("A temperature of 3"), None);
        assert_eq!(cut("A sore throat.").as_deref(), Some("A sore throat."));
        assert_eq!(
            uncut("Took 2.5 mg at 8 p.m. today".to_owned(), 100).as_deref(),
            Some("Took 2.5 mg at 8 p.m. today")
        );
        assert_eq!(items(r#"{"items":["Cough, fever of 3"]}"#, 17), ["Cough"]);
    }

    #[test]
    fn a_letter_of_nowhere_is_not_read() {
        let said = "Patient: 頭が痛い, and Zoë has 38.5 °C.";
        assert!(!is_readable("Continue as쳒", said) && !is_readable("Cough\u{fffd}", said));
        assert!(is_readable("Zoë’s fever – 38.5 °C, ½ tablet, 頭が痛い", said) && is_readable("Ménière’s", said));
    }
}
