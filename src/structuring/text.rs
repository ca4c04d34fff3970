//! Words of an utterance, and how alike two texts are: what rules and checks both stand on.

use std::{collections::HashSet, ops::Range, sync::LazyLock};

use regex::Regex;

pub use crate::language::{
    patterns::pattern,
    tokens::{Token, stem, tokens},
};

/// The sentences of `text`, as byte ranges without surrounding space. A point between digits ends nothing, nor does
/// the point of a title or abbreviation.
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    const ABBREVIATIONS: [&str; 10] = ["mr", "mrs", "ms", "dr", "st", "vs", "e.g", "i.e", "prof", "approx"];
    // These may end a sentence too: only a small letter or a number after them tells that they don't.
    const OPEN: [&str; 9] = ["a.m", "p.m", "b.i.d", "t.i.d", "q.i.d", "p.r.n", "p.o", "etc", "max"];
    let mut found = Vec::new();
    let mut start = 0;
    for (at, character) in text.char_indices() {
        let after = at + character.len_utf8();
        if !matches!(character, '.' | '?' | '!' | '…') || text[after..].starts_with(|c: char| !c.is_whitespace()) {
            continue;
        }
        let last_word = text[start..at].rsplit(char::is_whitespace).next().unwrap_or_default().to_lowercase();
        // "H. pylori"
        let initial = last_word.chars().count() == 1 && text[after..].trim_start().starts_with(char::is_lowercase);
        let next = text[after..].trim_start();
        let open = OPEN.contains(&last_word.as_str()) && next.starts_with(|c: char| c.is_lowercase() || c.is_numeric());
        if character == '.' && (initial || open || ABBREVIATIONS.contains(&last_word.as_str())) {
            continue;
        }
        push_trimmed(text, start..after, &mut found);
        start = after;
    }
    push_trimmed(text, start..text.len(), &mut found);
    found.into_iter().flat_map(|range| spoken(text, range)).collect()
}

/// Bytes that nobody speaks without a pause. What rules do with a sentence grows faster than the sentence.
const LONGEST_SPOKEN: usize = 1200;

/// `range`, or where nobody made a point for minutes, parts of it that end before an "and" or a comma, or else between words.
fn spoken(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = range.start;
    while range.end - start > LONGEST_SPOKEN {
        let last = (start + LONGEST_SPOKEN / 2..=start + LONGEST_SPOKEN).rev().filter(|at| text.is_char_boundary(*at));
        let joins = |at: &usize| text[*at..].starts_with(" and ") || text[..*at].ends_with(", ");
        let parts = |at: &usize| text[*at..].starts_with(char::is_whitespace);
        let Some(end) = last.clone().find(joins).or_else(|| last.clone().find(parts)).or(last.clone().next()) else {
            break;
        };
        push_trimmed(text, start..end, &mut found);
        start = end;
    }
    push_trimmed(text, start..range.end, &mut found);
    found
}

fn push_trimmed(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    let end = start + part.trim().len();
    if start < end {
        found.push(start..end);
    }
}

/// The words of `text` that carry meaning, stemmed; numbers are left out, since they are compared by value.
pub fn content_stems(text: &str) -> Vec<String> {
    tokens(text)
        .into_iter()
        .filter(|token| !token.digits && !STOP_WORDS.contains(token.lower.as_str()))
        .map(|token| stem(&token.lower))
        .filter(|stem| stem.len() > 1)
        .collect()
}

/// Whether `line` has hardly a word of its own beside those of `known`, no other number, and says yes or no to the same.
pub fn says_no_more(line: &str, known: &str) -> bool {
    use super::facts::context::has_negation;
    names_no_more(line, known) && has_negation(line) == has_negation(known)
}

/// The same, whether it says yes or no to it.
pub fn names_no_more(line: &str, known: &str) -> bool {
    use crate::language::numbers;
    let (own, other) = (content_stems(line), content_stems(known));
    let shared = own.iter().filter(|stem| other.contains(stem)).count();
    let values = numbers::said_values(known);
    let numbers_known = numbers::numbers(line).iter().all(|number| numbers::contains_value(&values, number.value));
    !own.is_empty() && 10 * shared >= 8 * own.len() && numbers_known
}

/// Words that any two sentences may share without speaking of the same thing.
static STOP_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| STOP_WORD_LIST.split_whitespace().collect());

const STOP_WORD_LIST: &str = "a an the and or but so if then than that this these those there here it its is are was \
    were be been being am do does did doing done have has had having i you he she we they me him her us them my your \
    his our their i'm i've i'll i'd you're you've it's that's he's she's we're we'll we've they're of in on at to from \
    for with by as about into over under up down out off just very really quite kind sort like also too not no yes yeah \
    yep okay ok right well uh um oh mm hmm hm what which who when where why how can could would should will shall may \
    might must let let's get got go going gonna gon na wanna want know think see say said says tell thing things bit \
    little some any all more most much many such only own same other another again now today still back one ones don't \
    didn't doesn't isn't aren't wasn't weren't haven't hasn't hadn't can't couldn't won't wouldn't n't patient reports \
    report reported states state stated notes note noted denies deny denied described \
    describes doctor clinician sure good great alright because since while during each every either per please thank thanks hi hello";

/// What was said to the patient, said of the patient: "if you're not better" as "if the patient is not better".
pub fn of_the_patient(text: &str) -> String {
    static FORMS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        [
            (r"\byou're\b|\byou are\b", "the patient is"),
            (r"\byou've\b|\byou have\b", "the patient has"),
            (r"\byou'll\b", "the patient will"),
            (r"\byou'd\b", "the patient would"),
            (r"\byou do\b", "the patient does"),
            (r"\byou (get|start|stop|feel|notice|need|want|take|tolerate|cough|come|keep|use|see|hear|eat|drink|sleep|lose|gain|run|hurt|breathe|stand|walk)\b", "the patient ${1}s"),
            (r"\byou\b", "the patient"),
        ]
        .map(|(form, said)| (pattern(form), said))
        .into()
    });
    FORMS.iter().fold(text.to_owned(), |text, (form, said)| form.replace_all(&text, *said).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_and_a_decimal_do_not_end_a_sentence() {
        let text = "Hello Mr. Alvarez. It was 7.8 today. Fine?";
        assert_eq!(
            sentences("Take it at 8 p.m. every day. Dr. Lee saw v1.2 at 6 a.m. He agreed on 2.5 mg b.i.d. for now.")
                .len(),
            3
        );
        assert_eq!(sentences("No. Never. 38.5 °C, approx. 3 days.").len(), 3);
        assert_eq!(sentences("Test for H. pylori. And vitamin D. Then a CBC.").len(), 3);
        let found: Vec<&str> = sentences(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["Hello Mr. Alvarez.", "It was 7.8 today.", "Fine?"]);
    }

    #[test]
    fn a_line_that_says_no_more_is_seen() {
        let known = "They had a heart attack in 2019, and they are still taking the metoprolol.";
        assert!(says_no_more("She has a heart attack in 2019 and takes metoprolol.", known));
        assert!(!says_no_more("She has a heart attack in 2018 and takes metoprolol.", known));
        assert!(!says_no_more("She is not taking metoprolol.", known));
        assert!(!says_no_more("She takes metoprolol and aspirin.", known));
    }

    #[test]
    fn content_words_leave_out_fillers_and_numbers() {
        assert_eq!(content_stems("The patient reports 3 weeks of headaches"), ["week", "headach"]);
    }

    #[test]
    fn what_nobody_says_in_one_breath_is_parted() {
        let long = "my knee hurts and I take aspirin 81 mg daily ".repeat(100);
        let found = sentences(&long);
        let joined: Vec<&str> = found.iter().map(|range| &long[range.clone()]).collect();
        assert_eq!(joined.join(" "), long.trim_end());
        assert!(found.len() >= 4 && found.iter().all(|range| range.len() <= LONGEST_SPOKEN));
        assert!(joined[1..].iter().all(|part| part.starts_with("and I take")));
        assert_eq!(sentences(&"é".repeat(2000)).len(), 4);
        assert_eq!(sentences(&"a word and ".repeat(90)).len(), 1);
    }
}
