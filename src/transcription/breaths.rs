//! Turns that nobody speaks in one breath: a dictation without paragraphs, a transcript that came without marks. What rules do
//! with an utterance grows faster than the utterance, so that one of a hundred thousand letters would take minutes.

use std::collections::HashSet;

use crate::domain::{Transcript, Utterance};

/// The longest utterance, in bytes: three minutes of talk.
const LONGEST: usize = 3000;

/// Makes several utterances of its speaker of each that is far too long. The first part keeps the id; where an utterance has words
/// with times it stays whole, as nobody but a recogniser makes them, and it knows pauses.
pub fn part(transcript: &mut Transcript) {
    let is_long = |said: &Utterance| said.text.len() > LONGEST && said.words.is_empty();
    if !transcript.utterances.iter().any(is_long) {
        return;
    }
    let mut taken: HashSet<String> = transcript.utterances.iter().map(|said| said.id.clone()).collect();
    let mut next = 1;
    let mut free = || loop {
        let id = format!("u{next}");
        next += 1;
        if taken.insert(id.clone()) {
            return id;
        }
    };
    let mut parted = Vec::with_capacity(transcript.utterances.len());
    for said in std::mem::take(&mut transcript.utterances) {
        if !is_long(&said) {
            parted.push(said);
            continue;
        }
        let texts: Vec<String> = breaths(&said.text).into_iter().map(str::to_owned).collect();
        let further = Utterance { speaker: said.speaker.clone(), role: said.role, ..Utterance::default() };
        for (at, text) in texts.into_iter().enumerate() {
            let first = at == 0;
            let one = if first { said.clone() } else { Utterance { id: free(), ..further.clone() } };
            parted.push(Utterance { text: text.into(), ..one });
        }
    }
    transcript.utterances = parted;
}

/// The parts of `text`: each ends with a sentence, or else before an "and", between words, or anywhere.
fn breaths(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while rest.len() > LONGEST {
        let places = || (LONGEST / 2..=LONGEST).rev().filter(|at| rest.is_char_boundary(*at));
        let between = |at: &usize| rest[*at..].starts_with(char::is_whitespace);
        let ends = |at: &usize| between(at) && rest[..*at].ends_with(['.', '?', '!']);
        let joins = |at: &usize| rest[*at..].starts_with(" and ");
        let found_end = places().find(ends).or_else(|| places().find(joins)).or_else(|| places().find(between));
        let Some(end) = found_end.or_else(|| places().next()) else { break };
        found.push(rest[..end].trim());
        rest = rest[end..].trim_start();
    }
    found.push(rest);
    found.retain(|part| !part.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::Role, transcription::reading};

    #[test]
    fn a_turn_that_nobody_speaks_in_one_breath_is_several() {
        for long in [
            ["My hip aches at night, and I take one tablet."; 150].join(" "),
            ["my hip aches and I take one"; 150].join(" "),
            "\u{e9}".repeat(4000),
        ] {
            let dialogue = format!("doctor: Hello.\npatient: {long}\ndoctor: I see.");
            let mut transcript = reading::from_dialogue(dialogue.as_bytes()).expect("a dialogue");
            part(&mut transcript);
            let ids: HashSet<&str> = transcript.utterances.iter().map(|said| said.id.as_str()).collect();
            assert_eq!(ids.len(), transcript.utterances.len());
            assert_eq!((transcript.utterances[1].id.as_str(), transcript.utterances[2].id.as_str()), ("u2", "u4"));
            let own = &transcript.utterances[1..transcript.utterances.len() - 1];
            assert!(own.len() > 1 && own.iter().all(|said| said.text.len() <= LONGEST && said.role == Role::Patient));
            let joined: Vec<&str> = own.iter().map(|said| said.text.as_str()).collect();
            assert_eq!(joined.join(" ").replace(' ', ""), long.replace(' ', ""));
        }
    }

    #[test]
    fn what_people_say_stays_whole() {
        let dialogue = format!("doctor: {}\npatient: Yes.", "a sentence of mine. ".repeat(100));
        let transcript = reading::from_dialogue(dialogue.as_bytes()).expect("a dialogue");
        let mut parted = transcript.clone();
        part(&mut parted);
        assert_eq!(parted, transcript);
    }
}
