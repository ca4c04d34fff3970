//! When something was: a time that was said of one thing is not when another was.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{
    asserted,
    meaning::lengths,
    support::{Index, Unit, value_key},
};
use crate::{
    domain::SectionKind,
    language::{numbers, questions::is_question},
    structuring::{
        facts::context,
        text::{self, pattern},
    },
};

/// Times by their names.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:yesterday|tomorrow|night before last|this morning|(?:last|next) (?:night|week(?:end)?|month|year)|(?:last |next |this |the |in )?(?:spring|summer|fall|autumn|winter)|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|march|april|june|july|august|september|october|november|december|christmas|thanksgiving|halloween|easter|new year's|(?:19|20)\d\d)\b",
    )
});

/// Words that are of times and not of what was then.
const OF_TIME: [&str; 32] = [
    "day",
    "week",
    "month",
    "year",
    "hour",
    "minut",
    "second",
    "night",
    "morn",
    "afternoon",
    "even",
    "ago",
    "last",
    "next",
    "past",
    "sinc",
    "start",
    "began",
    "begin",
    "today",
    "yesterday",
    "tomorrow",
    "spring",
    "summer",
    "fall",
    "autumn",
    "winter",
    "time",
    "now",
    "weekend",
    "previou",
    "=years",
];

/// A time of a text: its key, and where it is named.
struct Time {
    key: String,
    place: Range<usize>,
}

fn times(text: &str) -> Vec<Time> {
    let named = NAMED.find_iter(text).map(|found| Time { key: key(found.as_str()), place: found.range() });
    let counted = lengths(text).into_iter().map(|(value, unit, place)| Time { key: format!("{value} {unit}"), place });
    named.chain(counted).collect()
}

/// "In the fall" and "last fall" are one; "last week" and "this week" are two.
fn key(named: &str) -> String {
    let lower = named.to_lowercase();
    let last = lower.rsplit(' ').next().unwrap_or_default();
    match last {
        "spring" | "summer" | "autumn" | "winter" => last.to_owned(),
        "fall" => "autumn".to_owned(),
        day if day.ends_with("days") => day.trim_end_matches('s').to_owned(),
        _ => lower,
    }
}

/// A time of `statement` that was said of something else, another having been said of this; or that was corrected.
pub fn fault(statement: &str, kind: Option<SectionKind>, index: &Index) -> Option<String> {
    use SectionKind::{Assessment, FamilyHistory, PhysicalExam};
    static UP_TO: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:before|after|until|by)\W+(?:the )?$"));
    if matches!(kind, Some(Assessment | FamilyHistory | PhysicalExam)) || context::hypothetical(statement) {
        return None;
    }
    times(statement).into_iter().filter(|time| !UP_TO.is_match(&statement[..time.place.start])).find_map(|time| {
        let named = || &statement[time.place.clone()];
        if is_corrected(&time.key, index) {
            return Some(format!("{} was corrected", named()));
        }
        of_something_else(statement, &time, index).map(|other| format!("{} was not said of this, but {other}", named()))
    })
}

/// "Since Sunday. Sorry, Saturday.": whether each time that somebody said `key` they took it back at once.
fn is_corrected(key: &str, index: &Index) -> bool {
    let mut corrected = false;
    for (at, unit) in index.units.iter().enumerate() {
        let sentence = index.sentence(unit);
        let own = times(sentence);
        let Some(said) = own.iter().rfind(|time| time.key == key) else { continue };
        let another = |text: &str| times(text).iter().any(|time| time.key != key);
        let rest = &sentence[said.place.end..];
        let next = index.units.get(at + 1).filter(|next| next.line == unit.line).map(|next| index.sentence(next));
        let in_next = |next: &str| {
            let bare = || is_question(sentence) && !numbers::numbers(next).is_empty();
            TAKES_BACK.is_match(next) && (another(next) || bare())
        };
        let taken_back = TAKES_BACK.is_match(rest) && another(rest) || next.is_some_and(in_next);
        if !taken_back {
            return false;
        }
        corrected = true;
    }
    corrected
}

static TAKES_BACK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\W*(?:(?:uh|um|oh|well)\W+)*(?:no,? (?:wait|sorry|i (?:tell a lie|mean|lie)|actually|it was|that's|hang on|more like)|no,|sorry|wait|i mean|actually|scratch that|or rather|make that)\b",
    )
});

/// The time that was said of what `statement` tells, where `time` was said of other things only.
fn of_something_else(statement: &str, time: &Time, index: &Index) -> Option<String> {
    let things = things(statement, &time.place);
    if things.is_empty() {
        return None;
    }
    let has = |unit: &Unit, key: &str| times(index.sentence(unit)).iter().any(|one| one.key == key);
    let named = |at: usize| things.iter().filter(|thing| index.units[at].brings_up(thing)).count();
    let mut saying = (0..index.units.len()).filter(|at| has(&index.units[*at], &time.key)).peekable();
    saying.peek()?;
    if saying.any(|at| around(at, index).any(|near| named(near) > 0)) {
        return None;
    }
    let most = (0..index.units.len()).map(named).max()?;
    if 2 * most < things.len() {
        return None;
    }
    let naming = (0..index.units.len()).filter(|at| named(*at) == most && !index.units[*at].of_another);
    naming.filter(|at| !is_question(index.sentence(&index.units[*at]))).find_map(|at| {
        let sentence = index.sentence(&index.units[at]);
        times(sentence).first().map(|other| sentence[other.place.clone()].to_lowercase())
    })
}

/// What `statement` tells of in the clause that has its time at `place`, or else at all.
fn things(statement: &str, place: &Range<usize>) -> Vec<String> {
    let start = statement[..place.start].rfind([',', ';']).map_or(0, |at| at + 1);
    let end = statement[place.end..].find([',', ';']).map_or(statement.len(), |at| place.end + at);
    let of = |text: &str| -> Vec<String> {
        let mut stems = text::content_stems(text);
        stems.retain(|stem| !OF_TIME.contains(&stem.as_str()) && !asserted::is_telling(stem) && !NAMED.is_match(stem));
        let numbers = numbers::numbers(text).into_iter();
        let others = numbers.filter(|number| !times(text).iter().any(|time| time.place.contains(&number.range.start)));
        stems.extend(others.map(|number| value_key(number.value)));
        stems
    };
    let own = of(&statement[start..end]);
    if own.is_empty() { of(statement) } else { own }
}

/// The sentences around sentence `at`, in which what it speaks of may be named: those of its turn, the questions of the turn
/// before, and where it asks, the first of the next.
fn around<'i>(at: usize, index: &'i Index) -> impl Iterator<Item = usize> + 'i {
    const BESIDE: usize = 3;
    let line = index.units[at].line;
    let asks = is_question(index.sentence(&index.units[at]));
    let near = at.saturating_sub(BESIDE)..(at + 2).min(index.units.len());
    near.filter(move |other| {
        let other_line = index.units[*other].line;
        let asked = other_line + 1 == line && is_question(index.sentence(&index.units[*other]));
        other_line == line || asked || asks && other_line == line + 1
    })
}

#[cfg(test)]
mod tests {
    use crate::{
        domain::SectionKind::{HistoryOfPresentIllness, PastHistory, Results, SocialHistory},
        structuring::{
            testing::{check, transcript},
            verify::Verdict,
        },
    };

    const VISIT: &str = "D: When did the hip start?\nP: In March. No, wait, in April. I had a fall last week, on the ice, that's \
        when it got bad.\nD: Any operations?\nP: My gallbladder, six years ago.\nD: Do you smoke?\nP: I quit in 2015.\n\
        D: Your blood count from yesterday was fine, and the x-ray from last month, too.\nP: Good.";

    #[test]
    fn a_time_is_of_what_it_was_said_of() {
        for (statement, kind) in [
            ("The hip started in March.", HistoryOfPresentIllness),
            ("Gallbladder operation last week.", PastHistory),
            ("Quit smoking last month.", SocialHistory),
        ] {
            let found = check(&transcript(VISIT), statement, kind);
            assert!(matches!(found, Verdict::Unsupported(..)), "{statement} {found:?}");
        }
        for (statement, kind) in [
            ("The hip started in April.", HistoryOfPresentIllness),
            ("Fall on the ice last week.", HistoryOfPresentIllness),
            ("Gallbladder operation six years ago.", PastHistory),
            ("Quit smoking in 2015.", SocialHistory),
            ("Blood count yesterday fine.", Results),
        ] {
            let found = check(&transcript(VISIT), statement, kind);
            assert!(!matches!(found, Verdict::Unsupported(..)), "{statement} {found:?}");
        }
    }
}
