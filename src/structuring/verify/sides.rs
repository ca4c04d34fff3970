//! Which side of the body something was said of. A side goes on until the other is named: "the right calf is 41, and the left
//! is 37. There's edema on the right. It's tender." So each clause of the visit has the side and the part that it speaks of, and
//! what a statement says of a side must have been said in a clause of that side, yes for yes and no for no.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{
    asserted, concepts,
    support::{Index, Unit},
};
use crate::{
    domain::SectionKind,
    language::{numbers, questions::is_question},
    structuring::{
        facts::context,
        text::{self, pattern},
    },
};

/// Turns over which what was last said of a side goes on.
const REACH: usize = 6;
/// Turns around what bears a statement out in which its side may have been named.
const NEAR: usize = 2;

const PARTS: &str = r"eardrum|ear drum|drum|earache|tonsil|nostril|cheek|collarbone|forearm|knee|arm|leg|foot|feet|hand|wrist|ankle|shoulder|elbow|hip|ear|eye|side|breast|thigh|calf|shin|heel|toe|finger|thumb|flank|kidney|lung|lobe|lung base|base|apex|hemithorax|hemisphere|ventricle|atrium|ovary|testicle|jaw|temple|groin|chest|lower|upper|quadrant|index|back|buttock";

static SIDE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"\b(left|right)(?:[- ]sided)?(?: (?:lower|low|upper|inner|outer|big|middle))? ({PARTS})\b"))
});

/// "On the right", "the left one": a side of what is spoken of.
static BARE_SIDE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:the|your|my|his|her) (left|right)(?: (?:one|side))?\s*(?:[.,;?!]|$|\b(?:and|or|first|is|was|that|one's|up|down|of|at|in|over|under|near|too|now|only|mostly|more|than|but|when|with|since|for)\b)",
    )
});

/// "Left's negative."
static FIRST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^\W*(?:(?:and|so|but|the|on|your) )*(left|right)(?:(?:'s| is| was| it| there)\b|'s |,|$)")
});

/// A part of the body without its side.
static PART: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(eardrum|tonsil|nostril|cheek|collarbone|forearm|knee|arm|leg|foot|hand|wrist|ankle|shoulder|elbow|hip|ear|eye|breast|thigh|calf|shin|heel|toe|finger|thumb|flank|kidney|lung|jaw|groin|buttock)\b",
    )
});

/// Both sides at once.
static BOTH: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:both|bilateral\w*|neither|either|each|left and right|right and left)\b"));

static JOINT: LazyLock<Regex> = LazyLock::new(|| pattern(r"[,;:?!] |\. |,? (?:and|but|while|whereas|however) "));

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

impl Side {
    fn of(word: &str) -> Self {
        if word.eq_ignore_ascii_case("left") { Self::Left } else { Self::Right }
    }

    fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
        }
    }
}

/// What a clause says is there, or is not.
#[derive(Debug, PartialEq)]
struct Said {
    key: String,
    denied: bool,
}

/// A clause of the visit with the part that it speaks of.
pub struct Clause {
    /// None where it speaks of both sides, or of none.
    side: Option<Side>,
    part: String,
    /// Whether it asks: that says nothing by itself.
    asks: bool,
    said: Vec<Said>,
}

/// The side and part that was spoken of last.
struct Last {
    side: Side,
    part: String,
    line: usize,
}

/// The clauses of the visit that speak of a part of the body that has two sides, in order.
pub fn clauses<'u>(units: impl Iterator<Item = (&'u Unit, &'u str)>) -> Vec<Clause> {
    let mut last: Vec<Last> = Vec::new();
    let mut found = Vec::new();
    for (unit, sentence) in units.filter(|(unit, _)| !unit.of_another) {
        let asks = is_question(sentence);
        for range in parted(sentence) {
            let Some((side, part)) = spoken_of(&sentence[range.clone()], unit.line, &mut last) else { continue };
            found.push(Clause { side, part, asks, said: said(sentence, range) });
        }
    }
    found
}

/// The side that `clause` names, if it is one.
pub fn named(clause: &str) -> Option<String> {
    let by_name = SIDE.captures(clause).or_else(|| BARE_SIDE.captures(clause)).or_else(|| FIRST.captures(clause));
    by_name.filter(|_| !BOTH.is_match(clause)).map(|side| side[1].to_lowercase())
}

/// Of which side and part a clause in turn `line` speaks, by its own words or by what was spoken of before.
fn spoken_of(clause: &str, line: usize, last: &mut Vec<Last>) -> Option<(Option<Side>, String)> {
    last.retain(|one| line - one.line <= REACH);
    let by_name = SIDE.captures_iter(clause).last().filter(|named| &named[2].to_lowercase() != "side");
    let named = PART.find(clause).map(|part| part_of(part.as_str()));
    let known = |part: &str| last.iter().rev().find(|one| is_kin(&one.part, part));
    let both = BOTH.is_match(clause);
    let bare = || {
        let by_side = SIDE.captures(clause).or_else(|| BARE_SIDE.captures(clause))?;
        Some((Side::of(&by_side[1]), named.clone().or_else(|| Some(last.last()?.part.clone()))?))
    };
    let (side, part) = match by_name {
        Some(named) => (Side::of(&named[1]), part_of(&named[2])),
        None => match bare() {
            Some(found) => found,
            None => {
                let part = named.or_else(|| Some(last.last().filter(|one| line - one.line <= 1)?.part.clone()))?;
                let side = known(&part).map(|one| one.side).filter(|_| !both);
                return Some((side, part));
            }
        },
    };
    if both {
        return Some((None, part));
    }
    last.push(Last { side, part: part.clone(), line });
    Some((Some(side), part))
}

/// One name for all ways of naming a part.
fn part_of(named: &str) -> String {
    match named.to_lowercase().as_str() {
        "eardrum" | "ear drum" | "drum" | "earache" => "ear".to_owned(),
        "feet" => "foot".to_owned(),
        other => other.to_owned(),
    }
}

/// Whether what is said of one part is said of the other: a calf is of the leg, and is no ankle.
fn is_kin(one: &str, other: &str) -> bool {
    const LEG: [&str; 9] = ["hip", "thigh", "knee", "calf", "shin", "ankle", "foot", "heel", "toe"];
    const ARM: [&str; 8] = ["shoulder", "elbow", "forearm", "wrist", "hand", "finger", "thumb", "index"];
    let of = |whole: &str, parts: &[&str], part: &str| part == whole || parts.contains(&part);
    let within = |whole: &str, parts: &[&str]| {
        (one == whole || other == whole) && of(whole, parts, one) && of(whole, parts, other)
    };
    one == other || within("leg", &LEG) || within("arm", &ARM)
}

/// The clauses of `sentence`, as byte ranges.
fn parted(sentence: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    let mut found = Vec::new();
    for joint in JOINT.find_iter(sentence) {
        found.push(start..joint.start());
        start = joint.end();
    }
    found.push(start..sentence.len());
    found.retain(|range| !range.is_empty());
    found
}

/// What the clause at `range` of `sentence` says, by the keys of its concepts, words and numbers. Neither its side nor its part
/// is among them.
fn said(sentence: &str, range: Range<usize>) -> Vec<Said> {
    let clause = &sentence[range.clone()];
    let of_side: Vec<Range<usize>> = SIDE
        .find_iter(clause)
        .chain(BARE_SIDE.find_iter(clause))
        .chain(PART.find_iter(clause))
        .map(|one| one.range())
        .collect();
    let tells = |at: usize| !of_side.iter().any(|side| side.contains(&at));
    let denied = |at: usize| context::negates(&sentence[..range.start + at]);
    let named = concepts::concepts(clause).into_iter().filter_map(|concept| {
        let at = clause.find(&concept.phrase)?;
        let words = text::content_stems(&concept.phrase);
        tells(at + concept.phrase.len() - 1).then(|| (Said { key: concept.key, denied: denied(at) }, words))
    });
    let (mut found, words): (Vec<Said>, Vec<Vec<String>>) = named.unzip();
    let words = words.concat();
    for token in text::tokens(clause).into_iter().filter(|token| !token.digits && tells(token.range.start)) {
        let stems = text::content_stems(&token.lower).into_iter();
        let own = stems.filter(|stem| !words.contains(stem) && !asserted::is_telling(stem));
        found.extend(own.map(|key| Said { key, denied: denied(token.range.start) }));
    }
    let values = numbers::numbers(clause).into_iter();
    found.extend(values.map(|number| Said { key: format!("#{}", number.value), denied: false }));
    found
}

/// "To the left" where it was to the right: what a statement says of a side without a part was said of the other side alone.
pub fn bare_fault(statement: &str, index: &Index) -> Option<String> {
    static BARE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:on|to|at|of|from|over|in) (?:the|his|her|their) (left|right)(?: side)?\b|\b(left|right) side\b|\b(left|right)(?:-| )?sided\b",
        )
    });
    parted(statement).into_iter().find_map(|range| {
        let clause = &statement[range.clone()];
        let bare = BARE.captures(clause).filter(|_| !BOTH.is_match(clause))?;
        let with_part = SIDE.captures(clause).is_some_and(|named| &named[2].to_lowercase() != "side");
        if with_part {
            return None;
        }
        let word = bare.iter().skip(1).flatten().next()?.as_str();
        let side = Side::of(word);
        let claimed: Vec<String> = words(clause);
        let of = |side: Side| index.said_of_sides().iter().filter(move |one| one.side == side);
        let shared = |one: &OfSide| claimed.iter().filter(|word| one.words.contains(word)).count();
        let of_other = of(side.other()).map(shared).max().unwrap_or_default();
        let of_this = of(side).map(shared).max().unwrap_or_default();
        (2 * of_other >= claimed.len().max(1) && of_this == 0)
            .then(|| format!("this was said of the {} side", side.other().word()))
    })
}

/// "Right side. Sorry, no, left.": the side that the patient's side took back, of a complaint that `statement` tells there.
pub fn corrected(statement: &str, kind: Option<SectionKind>, index: &Index) -> Option<String> {
    use SectionKind::{ChiefComplaint, HistoryOfPresentIllness};
    static TAKES_BACK: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:sorry|no|wait|i mean|i meant|actually|scratch that|rather)\b"));
    if !matches!(kind, None | Some(ChiefComplaint | HistoryOfPresentIllness)) {
        return None;
    }
    let claimed = parted(statement).into_iter().find_map(|range| named(&statement[range]))?;
    let claimed = Side::of(&claimed);
    let told = index.units.iter().filter(|unit| !unit.of_another && index.line(unit.line).by_patient_side());
    let told: Vec<&str> = told.map(|unit| index.sentence(unit)).collect();
    let sided: Vec<(usize, Side, bool)> = told
        .iter()
        .enumerate()
        .flat_map(|(at, sentence)| {
            let in_clause =
                |range: Range<usize>| Some((at, Side::of(&of_any(&sentence[range])?), TAKES_BACK.is_match(sentence)));
            parted(sentence).into_iter().filter_map(in_clause).collect::<Vec<_>>()
        })
        .collect();
    let last = sided.iter().rposition(|(_, side, _)| *side == claimed)?;
    let (at, ..) = sided[last];
    let (next, other, takes_back) = sided.get(last + 1)?;
    (*other != claimed && *takes_back && next - at <= 1).then(|| format!("the side was corrected: {}", other.word()))
}

/// The side that `clause` names in any way, also by nothing else: "Right side", "left".
fn of_any(clause: &str) -> Option<String> {
    static ALONE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:(?:and|so|but|no|yes|sorry|uh|um|the|on|it's|my|i mean|wait)\W+)*(left|right)(?: (?:side|one))?\W*$",
        )
    });
    named(clause).or_else(|| ALONE.captures(clause).map(|side| side[1].to_lowercase()))
}

/// What a clause of the visit says of a side, with the words of the question that it answers, and of the clauses before it that have
/// no side.
pub struct OfSide {
    side: Side,
    words: Vec<String>,
}

/// The clauses of the visit that name one side.
pub fn of_sides(index: &Index) -> Vec<OfSide> {
    let mut found = Vec::new();
    for unit in index.units.iter().filter(|unit| !unit.of_another) {
        let sentence = index.sentence(unit);
        let asked = index.visit().question_before(unit.line).filter(|_| unit.range.start == 0);
        let mut before: Vec<String> = asked.map(|asked| words(asked.text())).unwrap_or_default();
        if is_question(sentence) {
            continue;
        }
        for range in parted(sentence) {
            let clause = &sentence[range];
            let own = words(clause);
            match named(clause) {
                Some(side) => {
                    let words = before.drain(..).chain(own).collect();
                    found.push(OfSide { side: Side::of(&side), words });
                }
                None => before.extend(own),
            }
        }
    }
    found
}

fn words(clause: &str) -> Vec<String> {
    let mut stems = text::content_stems(clause);
    stems.retain(|stem| !matches!(stem.as_str(), "left" | "right" | "side" | "place") && !asserted::is_telling(stem));
    stems
}

/// What is wrong with a side that `statement` names: it was not said, or that was said of the other side, or denied of this one.
/// `cited` are the sentences that support the statement.
pub fn fault(statement: &str, cited: &[usize], index: &Index) -> Option<String> {
    parted(statement).into_iter().find_map(|range| {
        let clause = &statement[range.clone()];
        if BOTH.is_match(clause) {
            return None;
        }
        SIDE.captures_iter(clause).find_map(|named| {
            let claim =
                Claim { side: Side::of(&named[1]), part: part_of(&named[2]), said: said(statement, range.clone()) };
            claim.fault(&named[1].to_lowercase(), cited, index)
        })
    })
}

/// Something that a statement says of a side.
struct Claim {
    side: Side,
    part: String,
    said: Vec<Said>,
}

impl Claim {
    fn fault(&self, side: &str, cited: &[usize], index: &Index) -> Option<String> {
        let of_part: Vec<&Clause> = index.sides().iter().filter(|clause| is_kin(&clause.part, &self.part)).collect();
        let of_side = |side: Side| move |clause: &&&Clause| clause.side == Some(side);
        let was_named = of_part.iter().any(|clause| of_side(self.side)(&clause));
        let other_named = of_part.iter().any(|clause| of_side(self.side.other())(&clause) && !clause.asks);
        if !was_named {
            let wrong = other_named || !self.is_said_near(side, cited, index);
            return wrong.then(|| format!("{side} {} was not said", self.part));
        }
        self.said_of_the_other(&of_part).or_else(|| self.denied_of_this(&of_part))
    }

    /// Whether the word for the side is said near what bears the statement out.
    fn is_said_near(&self, side: &str, cited: &[usize], index: &Index) -> bool {
        let lines: Vec<usize> = cited.iter().map(|at| index.units[*at].line).collect();
        let near = index.units.iter().filter(|unit| lines.iter().any(|line| unit.line.abs_diff(*line) <= NEAR));
        let mut words = near.flat_map(|unit| index.sentence(unit).split(|c: char| !c.is_alphabetic()));
        words.any(|word| word.eq_ignore_ascii_case(side))
    }

    /// Half or more of what is claimed was said of the other side alone, and nothing of it of this one.
    fn said_of_the_other(&self, of_part: &[&Clause]) -> Option<String> {
        let said = |of: Side, claimed: &Said| {
            let mut clauses = of_part.iter().filter(|clause| clause.side.is_none_or(|side| side == of));
            clauses.any(|clause| (!clause.asks || of == self.side) && clause.said.contains(claimed))
        };
        let of_other = self.said.iter().filter(|one| said(self.side.other(), one)).count();
        let of_this = self.said.iter().any(|one| said(self.side, one));
        // A measurement is of one side, whatever else both have.
        let mut values = self.said.iter().filter(|one| one.key.starts_with('#'));
        let measured = values.any(|one| said(self.side.other(), one) && !said(self.side, one));
        (measured || !of_this && 2 * of_other >= self.said.len().max(1))
            .then(|| format!("this was said of the {} {}", self.side.other().word(), self.part))
    }

    /// Something of what is claimed was only said the other way round.
    fn denied_of_this(&self, of_part: &[&Clause]) -> Option<String> {
        let telling =
            || of_part.iter().filter(|clause| clause.side.is_none_or(|side| side == self.side) && !clause.asks);
        let turned = |claimed: &&Said| {
            let mut named = telling().flat_map(|clause| &clause.said).filter(|one| one.key == claimed.key).peekable();
            named.peek().is_some() && named.all(|one| one.denied != claimed.denied)
        };
        let turned = self.said.iter().filter(|one| one.key.starts_with('=')).find(turned)?;
        let what = turned.key.trim_start_matches('=');
        let word = if turned.denied { "affirmed" } else { "denied" };
        Some(format!("{what} of the {} {} was {word}", self.side.word(), self.part))
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        domain::SectionKind,
        structuring::{
            testing::{check, transcript},
            verify::Verdict,
        },
    };

    const VISIT: &str = "D: What brings you in?\n\
        P: It's this left arm. It's all puffed up and swollen, and my elbow's sore.\n\
        D: And the right one?\n\
        P: The right one's fine. My husband broke his right wrist once.\n\
        D: Let me measure. So the left elbow is 33 centimeters, and the right is 29. There's some redness on the left down to \
        the wrist. It's warm along the forearm. Right arm, no redness.\n\
        P: Okay.\n\
        D: I'm worried about an infection of the joint. I'd like an x-ray of the left elbow today.";

    fn reason(statement: &str) -> String {
        let ordered = statement.starts_with("X-ray");
        let kind = if ordered { SectionKind::Plan } else { SectionKind::HistoryOfPresentIllness };
        match check(&transcript(VISIT), statement, kind) {
            Verdict::Unsupported(_, reason) => reason,
            _ => "stands".to_owned(),
        }
    }

    #[test]
    fn a_side_that_was_named_stands_whatever_was_named_after_it() {
        for statement in [
            "Swelling of the left arm.",
            "The left elbow is 33 centimeters, and the right is 29.",
            "Left elbow 33 cm, right elbow 29 cm.",
            "Redness of the left arm down to the wrist.",
            "No redness of the right arm.",
            "Sore left elbow.",
            "X-ray of the left elbow today.",
        ] {
            assert_eq!(reason(statement), "stands", "{statement}");
        }
    }

    #[test]
    fn what_was_said_of_one_side_is_not_said_of_the_other() {
        for (statement, expected) in [
            ("The right arm is swollen.", "this was said of the left arm"),
            ("X-ray of the right elbow.", "this was said of the left elbow"),
            ("Right elbow 33 cm.", "this was said of the left elbow"),
            ("The left elbow is 29 centimeters.", "this was said of the right elbow"),
            ("Redness of the right arm.", "this was said of the left arm"),
        ] {
            assert_eq!(reason(statement), expected, "{statement}");
        }
    }

    #[test]
    fn what_was_denied_of_a_side_is_not_there() {
        let said = transcript("D: Your left leg: no swelling, and the pulses are good. The right ankle is bruised.");
        let reason = |statement: &str| match check(&said, statement, SectionKind::PhysicalExam) {
            Verdict::Unsupported(_, reason) => reason,
            _ => "stands".to_owned(),
        };
        assert_eq!(reason("Swelling of the left leg."), "swelling of the left leg was denied");
        assert_eq!(reason("No swelling of the left leg."), "stands");
        assert_eq!(reason("Bruised right ankle."), "stands");
    }
}
