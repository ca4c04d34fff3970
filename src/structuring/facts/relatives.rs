//! Other people whom the visit names: what is said of "my brother Len" by his name is not the patient's.

use std::ops::Range;

use super::context;
use crate::{
    domain::Role,
    language::patterns::patterns,
    structuring::visit::{Line, Visit},
};

patterns! {
    // "My brother Len", "my older one, Diego", "his cousin is called Sam".
    RELATION_FIRST = r"\b(?<whose>my|his|her|their|our) (?<which>(?:(?:older|elder|younger|oldest|eldest|youngest|little|big|baby|twin|other|first|second|late|best|step|half|great)[ -])*)(?<kin>one|kids?|child|boy|girl|son|daughter|baby|brother|sister|twin|mother|mom|mum|father|dad|grand(?:mother|father|ma|pa)|aunt|uncle|cousin|niece|nephew|wife|husband|partner|friend|neighbou?r|roommate|boss|co-?worker)(?:,? (?:named |called |is called )?|'s name is )(?<name>(?-i:[A-Z][a-z]+))\b";
    // "Diego's my older one", "Ana, my sister, …".
    NAME_FIRST = r"\b(?<name>(?-i:[A-Z][a-z]+))(?:'s| is|,|, that's|, who's) (?<whose>my|his|her|their|our) (?<which>(?:(?:older|elder|younger|oldest|eldest|youngest|little|big|baby|twin|other|first|second|late|best|step|half|great)[ -])*)(?<kin>one|kids?|child|boy|girl|son|daughter|baby|brother|sister|twin|mother|mom|mum|father|dad|grand(?:mother|father|ma|pa)|aunt|uncle|cousin|niece|nephew|wife|husband|partner|friend|neighbou?r|roommate|boss|co-?worker)\b";
    CHILD = r"^(?:one|kids?|child|boy|girl|son|daughter|baby)$";
    OF_NOBODY = r"^(?:yes|yeah|yep|yup|no|nope|nah|well|so|oh|okay|ok|and|but|or|just|also|actually|sorry|then|now|like|because|since|when|if|my|um|uh|hm+|right|sure|only|maybe|plus|mainly|mostly|today|yesterday|mon|tues|wednes|thurs|fri|satur|sunday|doctor|doc|thanks|please|honestly|anyway|it|that|this|he|she|they|we|you|i)$";
    // "That's Diego. He can't have eggs."
    TO_THE_PATIENT = r"\b(?:i|i'm|i've|me|my|mine)\b";
}

/// The names of those whom the patient's side calls relatives or friends. Whoever speaks for the patient may call the patient
/// "my son" or "my mother": those count only where they are told apart from others ("my older one"), and nobody counts whom
/// the clinician named before.
pub fn names<'v>(visit: &Visit<'v>) -> Vec<&'v str> {
    let mut found = Vec::new();
    for line in visit.lines.iter().filter(|line| line.utterance.role != Role::Clinician) {
        for pattern in [&RELATION_FIRST, &NAME_FIRST] {
            for named in pattern.captures_iter(line.text()) {
                let (name, told_apart) = (named.name("name").expect("a name").as_str(), !named["which"].is_empty());
                let of_the_patient =
                    !named["whose"].eq_ignore_ascii_case("my") && !named["whose"].eq_ignore_ascii_case("our");
                // "Yes, my wife drove me."
                if OF_NOBODY.is_match(name) {
                    continue;
                }
                let other = match line.utterance.role {
                    Role::Other => of_the_patient || told_apart,
                    _ => told_apart || !CHILD.is_match(&named["kin"]),
                };
                let known = visit.lines[..line.index]
                    .iter()
                    .any(|earlier| earlier.by_clinician() && says(earlier.text(), name));
                if other && !known {
                    found.push(name);
                }
            }
        }
    }
    found
}

/// Whether the mention after `before`, the part of its `sentence` up to it, is said of one of `names`, or of whom a sentence
/// right before named.
pub(super) fn is_subject(names: &[&str], line: &Line, sentence: &Range<usize>, before: &str) -> bool {
    let last = |text: &str| names.iter().filter_map(|name| last_said(text, name)).max();
    if let Some(at) = last(before) {
        return !TO_THE_PATIENT.is_match(&before[at..]);
    }
    let text = line.text();
    let previous = line.sentences.iter().rfind(|earlier| earlier.end <= sentence.start);
    context::begins_with_third_person(&text[sentence.clone()])
        && previous.is_some_and(|previous| last(&text[previous.clone()]).is_some())
}

fn says(text: &str, name: &str) -> bool {
    last_said(text, name).is_some()
}

/// Where the last word of `text` that is `name` begins.
fn last_said(text: &str, name: &str) -> Option<usize> {
    let ends = |at: usize| !text[at + name.len()..].starts_with(char::is_alphabetic);
    let begins = |at: usize| !text[..at].ends_with(char::is_alphabetic);
    text.match_indices(name).map(|(at, _)| at).filter(|at| begins(*at) && ends(*at)).last()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structuring::testing::transcript;

    #[test]
    fn whoever_is_introduced_is_known_by_name() {
        for (lines, expected) in [
            ("P: My brother Tom has it.", vec!["Tom"]),
            ("O: Her big sister, Nora, had it.", vec!["Nora"]),
            ("O: Nora's my older one.", vec!["Nora"]),
            ("P: Ana, my sister, has it.", vec!["Ana"]),
            ("O: My son Paul has a cold.", vec![]),
            ("O: My mother, Rose, fell.", vec![]),
            ("D: Is this Paul?\nO: Yes, my youngest, my youngest one, Paul.", vec![]),
        ] {
            assert_eq!(names(&Visit::new(&transcript(lines))), expected, "{lines}");
        }
    }
}
