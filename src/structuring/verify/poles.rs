//! Opposites: what was said to be normal is not abnormal, what got better is not worse, a test that was positive is not negative.
//! Each clause of the visit has the things that it names, or goes on about, and how it says that they are.

use std::{collections::HashSet, ops::Range, sync::LazyLock};

use regex::Regex;

use super::{asserted, concepts, sides, support::Index};
use crate::{
    domain::SectionKind,
    language::questions::is_question,
    structuring::{
        facts::context,
        text::{self, pattern},
    },
};

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pole {
    Well,
    Ill,
    High,
    Low,
    Positive,
    Negative,
    Regular,
    Irregular,
    Better,
    Worse,
    Same,
    Helps,
    Useless,
}

impl Pole {
    /// Whether nothing can be both.
    fn excludes(self, other: Self) -> bool {
        use Pole::{Better, Helps, High, Ill, Irregular, Low, Negative, Positive, Regular, Same, Useless, Well, Worse};
        let opposed = |one: Self, other: Self| {
            matches!(
                (one, other),
                (Well, Ill | High | Low | Irregular)
                    | (High, Low)
                    | (Positive, Negative)
                    | (Regular, Irregular)
                    | (Better, Worse)
                    | (Same, Better | Worse)
                    | (Helps, Useless)
            )
        };
        opposed(self, other) || opposed(other, self)
    }
}

static WORDS: LazyLock<Vec<(Pole, Regex)>> = LazyLock::new(|| {
    [
        (
            Pole::Well,
            "normal\\w*|unremarkable|clear|intact|healthy|supple|benign|fine|good|great|perfect|(?:is|are|was|were|'s|'re|looks?|feels?|sounds?|seems?|doing|went|that's) (?:\\w+ )?(?:okay|ok|all right)",
        ),
        (Pole::Ill, "abnormal\\w*|impaired|weak\\w*|poor\\w*|bad|absent|stiff|enlarged|lousy|terrible|awful"),
        (Pole::High, "(?:bit|little|still|way|slightly|quite) (?:up|high)|high|elevated|raised"),
        (Pole::Low, "low|lowered"),
        (Pole::Positive, "positive"),
        (Pole::Negative, "negative"),
        (Pole::Regular, "regular|steady"),
        (Pole::Irregular, "irregular\\w*|unsteady|uneven"),
        (Pole::Better, "better|improv(?:ed|ing|ement)|resolved"),
        (Pole::Worse, "worse|worsen\\w*|deteriorat\\w+"),
        (Pole::Same, "stable|unchanged|the same"),
        (
            Pole::Useless,
            "(?:did|does|do|doing) nothing|useless|no (?:effect|help|relief|use)|ineffective|(?:didn't|doesn't|don't|did not|does not) do (?:anything|a thing|much)|no difference",
        ),
        (Pole::Helps, "help(?:s|ed|ing|ful)?|works?|worked|reliev(?:es|ed)|effective|takes? the edge off"),
    ]
    .map(|(pole, words)| (pole, pattern(&format!(r"\b(?:{words})\b"))))
    .into()
});

/// How a clause says that something is.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Stand {
    pole: Pole,
    denied: bool,
}

impl Stand {
    fn contradicts(self, other: Self) -> bool {
        match self.pole == other.pole {
            true => self.denied != other.denied,
            false => self.pole.excludes(other.pole) && !self.denied && !other.denied,
        }
    }

    fn agrees(self, other: Self) -> bool {
        match self.pole == other.pole {
            true => self.denied == other.denied,
            false => self.pole.excludes(other.pole) && self.denied != other.denied,
        }
    }
}

/// A clause with what it speaks of.
#[derive(Debug, Clone)]
pub struct Clause {
    text: String,
    /// Words and concepts of its own, but for how things are.
    own: HashSet<String>,
    /// These, and what it goes on about.
    about: HashSet<String>,
    side: Option<String>,
    stands: Vec<Stand>,
    /// Whether it asks; that says nothing by itself.
    asks: bool,
    by_clinician: bool,
}

static JOINT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[,;?!] |\. |,? (?:and|but|while|whereas|however|because|so) "));

/// Words that name nothing of which something could be said.
const GENERAL: [&str; 22] = [
    "test", "result", "look", "feel", "sound", "seem", "last", "time", "level", "today", "check", "exam", "number",
    "left", "right", "side", "littl", "bit", "rate", "month", "week", "year",
];

/// "That was normal", "it helps", "does it": what goes on about what was just named.
static GOES_ON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\W*(?:(?:and|so|but|well|oh|yeah|yes|no|uh|um|okay|which)\W+)*(?:(?:does|did|do|is|was|are|were|has) )?(?:it|that|they|this|those|these|one)\b",
    )
});

static COURTESY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^\W*(?:(?:oh|well|um|uh|so|and|all|that's|very|really)\W+)*(?:good|great|perfect|fine|clear)\b")
});

static VERB: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?:is|are|was|were|has|have|had|looks?|sounds?|feels?|seems?|shows?|came|went)\b|'(?:s|re|m|ve)\b")
});

/// The clauses of the visit, in order.
pub fn clauses(index: &Index) -> Vec<Clause> {
    let mut found: Vec<Clause> = Vec::new();
    for (at, unit) in index.units.iter().enumerate().filter(|(_, unit)| !unit.of_another) {
        let (sentence, line) = (index.sentence(unit), index.line(unit.line));
        let answers = unit.range.start == 0 && index.visit().question_before(unit.line).is_some();
        let asks = is_question(sentence);
        let from = found.len();
        let before = found.last().filter(|_| unit.line > 0).cloned();
        let mut of_sentence = parts(sentence, before.as_ref(), answers);
        for clause in &mut of_sentence {
            clause.by_clinician = line.by_clinician();
            clause.asks = asks;
            if asks {
                let answer = index.answer(at).unwrap_or_default();
                answered(clause, answer);
            } else if line.by_clinician() && context::hypothetical(sentence) {
                clause.stands.clear();
            }
        }
        found.splice(from.., of_sentence);
    }
    found
}

/// "Does it help?" "Not really.": how a question says that things are is what its answer makes of it.
fn answered(question: &mut Clause, answer: &str) {
    if context::denies(answer) {
        question.stands.iter_mut().for_each(|stand| stand.denied = !stand.denied);
    } else if !context::affirms(answer) {
        question.stands.clear();
    }
}

/// The clauses of `sentence`, which follows on `before`; or answers it.
fn parts(sentence: &str, before: Option<&Clause>, answers: bool) -> Vec<Clause> {
    let mut found: Vec<Clause> = Vec::new();
    for range in ranges(sentence) {
        let first = found.is_empty();
        let previous = found.last().or(before);
        let clause = clause(sentence, range, previous, first, first && answers);
        found.push(clause);
    }
    found
}

fn ranges(sentence: &str) -> Vec<Range<usize>> {
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

fn clause(sentence: &str, range: Range<usize>, previous: Option<&Clause>, first: bool, answers: bool) -> Clause {
    let text = &sentence[range.clone()];
    let mut places: Vec<Range<usize>> = Vec::new();
    let mut stands = Vec::new();
    for (pole, words) in WORDS.iter() {
        for found in words.find_iter(text) {
            if places.iter().any(|place| place.start < found.end() && found.start() < place.end) {
                continue;
            }
            let denied = *pole != Pole::Useless && negates_closely(&sentence[..range.start + found.start()]);
            stands.push(Stand { pole: *pole, denied });
            places.push(found.range());
        }
    }
    let own = named(text, &places);
    let has_verb = VERB.is_match(text);
    // "Good." "Great, thanks."
    if own.is_empty() && !has_verb && COURTESY.is_match(text) {
        stands.clear();
    }
    // "Positive for white cells and blood"
    if let Some(previous) =
        previous.filter(|_| !first && stands.is_empty() && !has_verb && !context::has_negation(text))
    {
        stands.clone_from(&previous.stands);
    }
    let goes_on = GOES_ON.is_match(text) || own.is_empty() || !first && !has_verb || answers;
    let carried = previous.filter(|_| goes_on);
    let mut about = own.clone();
    about.extend(carried.into_iter().flat_map(|previous| previous.about.iter().cloned()));
    let side = sides::named(text).or_else(|| carried.and_then(|previous| previous.side.clone()));
    Clause { text: text.to_owned(), own, about, side, stands, asks: false, by_clinician: false }
}

/// "Isn't quite normal": whether one of the words right before denies it. Where nobody made a point, a "no" reaches too far.
fn negates_closely(before: &str) -> bool {
    const CLOSE: usize = 4;
    let near = before.char_indices().rev().filter(|(_, letter)| letter.is_whitespace()).nth(CLOSE);
    context::negates(&before[near.map_or(0, |(at, _)| at)..])
}

/// The words and concepts of `text` that are not at one of `places`.
fn named(text: &str, places: &[Range<usize>]) -> HashSet<String> {
    let elsewhere = |at: usize| !places.iter().any(|place| place.contains(&at));
    let tokens = text::tokens(text).into_iter().filter(|token| elsewhere(token.range.start));
    let stems = tokens.flat_map(|token| text::content_stems(&token.lower));
    let mut found: HashSet<String> =
        stems.filter(|stem| !asserted::is_telling(stem) && !GENERAL.contains(&stem.as_str())).collect();
    let concepts = concepts::concepts(text).into_iter();
    found.extend(concepts.filter(|one| text.find(&one.phrase).is_some_and(elsewhere)).map(|one| one.key));
    found
}

/// How many of the things that `statement` names are named in `about`, and how many those are. A concept and its words are one.
fn shared(statement: &str, own: &HashSet<String>, about: &HashSet<String>) -> (usize, usize) {
    let mut things: Vec<Vec<String>> = Vec::new();
    let mut of_concepts: HashSet<String> = HashSet::new();
    for concept in concepts::concepts(statement).into_iter().filter(|one| own.contains(&one.key)) {
        let stems = text::content_stems(&concept.phrase);
        of_concepts.extend(stems.iter().cloned());
        things.push(stems.into_iter().chain([concept.key]).collect());
    }
    things.extend(
        own.iter().filter(|one| !one.starts_with('=') && !of_concepts.contains(*one)).map(|one| vec![one.clone()]),
    );
    let named = things.iter().filter(|keys| keys.iter().any(|key| about.contains(key))).count();
    (named, things.len())
}

/// What `statement` says to be otherwise than it was said to be.
pub fn fault(statement: &str, kind: Option<SectionKind>, index: &Index) -> Option<String> {
    use SectionKind::{Allergies, FamilyHistory, Medications, PhysicalExam, Plan, Results};
    let of_others = context::names_a_relative(statement) || context::of_another_person(statement);
    if matches!(kind, Some(Allergies | FamilyHistory | Medications | Plan))
        || context::hypothetical(statement)
        || of_others
    {
        return None;
    }
    let examined = kind == Some(PhysicalExam);
    let able = |clause: &&Clause| !examined || clause.by_clinician;
    let said: Vec<&Clause> = index.clauses().iter().filter(able).collect();
    parts(statement, None, false).iter().find_map(|claim| {
        otherwise(claim, kind, &said)
            .or_else(|| other_outcome(claim, &said))
            .or_else(|| matches!(kind, Some(PhysicalExam | Results)).then(|| only_well(claim, &said)).flatten())
            .or_else(|| heard(claim, &said))
    })
}

fn same_side(one: &Clause, other: &Clause) -> bool {
    one.side.is_none() || other.side.is_none() || one.side == other.side
}

/// "Finger to nose abnormal" where it was normal: the clauses that name most of it decide.
fn otherwise(claim: &Clause, kind: Option<SectionKind>, said: &[&Clause]) -> Option<String> {
    if claim.about.is_empty() {
        return None;
    }
    // A complaint is better in the morning and worse at night; a measurement went one way.
    let goes = |stand: &&Stand| matches!(stand.pole, Pole::Better | Pole::Worse | Pole::Same);
    let measured = matches!(kind, Some(SectionKind::Results | SectionKind::Vitals));
    claim.stands.iter().filter(|stand| measured || !goes(stand)).find_map(|stand| {
        let speaks = |clause: &&&Clause| {
            let touches = clause.stands.iter().any(|other| stand.contradicts(*other) || stand.agrees(*other));
            touches && same_side(claim, clause)
        };
        let counted = said.iter().filter(speaks).filter_map(|clause| {
            let (named, of) = shared(&claim.text, &claim.own, &clause.about);
            let (named, of) = if of == 0 {
                (claim.about.iter().filter(|one| clause.about.contains(*one)).count(), claim.about.len())
            } else {
                (named, of)
            };
            (named > 0 && 2 * named >= of).then_some((named, *clause))
        });
        let counted: Vec<(usize, &Clause)> = counted.collect();
        let most = counted.iter().map(|(named, _)| *named).max()?;
        let naming: Vec<&Clause> =
            counted.into_iter().filter(|(named, _)| *named == most).map(|(_, one)| one).collect();
        let agrees = naming.iter().any(|clause| clause.stands.iter().any(|other| stand.agrees(*other)));
        let other = naming.iter().find(|clause| clause.stands.iter().any(|other| stand.contradicts(*other)))?;
        (!agrees).then(|| otherwise_said(&other.text))
    })
}

fn otherwise_said(clause: &str) -> String {
    format!("it was said otherwise: \"{}\"", clause.trim().trim_end_matches(['.', '?', '!']))
}

/// "Negative on the right" where that side was the positive one, whatever the test was called.
fn other_outcome(claim: &Clause, said: &[&Clause]) -> Option<String> {
    let side = claim.side.as_ref()?;
    let outcome = |stand: &&Stand| matches!(stand.pole, Pole::Positive | Pole::Negative);
    let stand = claim.stands.iter().find(outcome)?;
    let of_side = || said.iter().filter(|clause| clause.side.as_ref() == Some(side) && !clause.asks);
    let agrees =
        said.iter().any(|clause| same_side(claim, clause) && clause.stands.iter().any(|one| stand.agrees(*one)));
    let other = of_side().find(|clause| clause.stands.iter().any(|one| stand.contradicts(*one)))?;
    (!agrees).then(|| otherwise_said(&other.text))
}

/// Words of what is said to be well as a whole, at most.
const LONGEST_SUBJECT: usize = 2;

/// "Plaques on the scalp" of a scalp of which was said that it is clear, and nothing else.
fn only_well(claim: &Clause, said: &[&Clause]) -> Option<String> {
    if !claim.stands.is_empty() || context::has_negation(&claim.text) || claim.own.is_empty() {
        return None;
    }
    let words = |clause: &Clause| clause.own.iter().filter(|one| !one.starts_with('=')).cloned().collect::<Vec<_>>();
    let well = |clause: &&&Clause| {
        let subject = words(clause);
        let is_well = |stand: &Stand| stand.pole == Pole::Well && !stand.denied;
        let names = (1..=LONGEST_SUBJECT).contains(&subject.len()) && subject.iter().all(|one| claim.own.contains(one));
        names
            && !clause.asks
            && clause.stands.iter().all(is_well)
            && !clause.stands.is_empty()
            && VERB.is_match(&clause.text)
            && same_side(claim, clause)
    };
    let well = said.iter().find(well)?;
    let subject = words(well);
    let more: Vec<String> = words(claim).into_iter().filter(|one| !subject.contains(one)).collect();
    let told = said.iter().filter(|clause| !clause.asks && same_side(claim, clause)).any(|clause| {
        more.iter().any(|one| clause.own.contains(one)) && subject.iter().any(|one| clause.about.contains(one))
    });
    (!more.is_empty() && !told).then(|| otherwise_said(&well.text))
}

/// "Lungs clear" where something was heard in them.
fn heard(claim: &Clause, said: &[&Clause]) -> Option<String> {
    static IN_LUNGS: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:wheez(?:es?|ing|y)|crackles?|crackling|rales|rhonchi)\b"));
    let lungs = claim.about.contains("=lungs");
    let well = claim.stands.iter().any(|stand| stand.pole == Pole::Well && !stand.denied);
    if !lungs || !well {
        return None;
    }
    let affirmed = |clause: &&&Clause| {
        IN_LUNGS.find(&clause.text).is_some_and(|sound| !context::negates(&clause.text[..sound.start()]))
    };
    let sound = said.iter().filter(|clause| clause.by_clinician && !clause.asks).find(affirmed)?;
    let also_clear = said.iter().any(|clause| {
        clause.by_clinician && clause.own.contains("=lungs") && clause.stands.iter().any(|one| one.pole == Pole::Well)
    });
    (!also_clear).then(|| otherwise_said(&sound.text))
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

    fn rejected(visit: &str, statement: &str, kind: SectionKind) -> bool {
        matches!(check(&transcript(visit), statement, kind), Verdict::Unsupported(..))
    }

    const VISIT: &str = "D: Did the drops help?\nP: No, they did nothing. The spray works, though.\n\
        D: Your kidney function from spring was normal. The potassium is a bit high. The sodium, that was low.\n\
        P: And the heart tracing?\nD: That was fine. Heart's regular, lungs: some crackles on the right. Your gait is unsteady. \
        Elbows are fine. Reflexes are brisk. Your strep test is negative, and the monospot's positive. A1c was 8.1, so that's worse.";

    #[test]
    fn opposites_exclude_each_other() {
        use SectionKind::{HistoryOfPresentIllness, PhysicalExam, Results};
        for (statement, kind) in [
            ("The drops helped.", HistoryOfPresentIllness),
            ("The spray does not work.", HistoryOfPresentIllness),
            ("Abnormal kidney function.", Results),
            ("Potassium normal.", Results),
            ("Sodium high.", Results),
            ("Heart tracing abnormal.", Results),
            ("Heart rhythm irregular.", PhysicalExam),
            ("Lungs clear.", PhysicalExam),
            ("Gait steady.", PhysicalExam),
            ("Swollen elbows.", PhysicalExam),
            ("Strep test positive.", Results),
            ("Monospot negative.", Results),
            ("A1c improved.", Results),
        ] {
            assert!(rejected(VISIT, statement, kind), "{statement}");
        }
        for (statement, kind) in [
            ("The drops did not help.", HistoryOfPresentIllness),
            ("The spray works.", HistoryOfPresentIllness),
            ("Kidney function normal in spring.", Results),
            ("Potassium a bit high, sodium low.", Results),
            ("Heart tracing fine.", Results),
            ("Regular heart.", PhysicalExam),
            ("Crackles on the right.", PhysicalExam),
            ("Unsteady gait.", PhysicalExam),
            ("Brisk reflexes, elbows fine.", PhysicalExam),
            ("Strep test negative, monospot positive.", Results),
            ("A1c 8.1, worse.", Results),
        ] {
            assert!(!rejected(VISIT, statement, kind), "{statement}");
        }
    }

    #[test]
    fn an_outcome_belongs_to_its_side() {
        let visit = "D: Lift that leg. So that's positive on the left. On the right it's negative.";
        assert!(rejected(visit, "Straight leg raise negative on the left.", SectionKind::PhysicalExam));
        assert!(!rejected(visit, "Straight leg raise positive on the left.", SectionKind::PhysicalExam));
    }
}
