//! Whether a thing was affirmed or denied, whatever it is called: the sentences that name most of it decide, a question by
//! its answer.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{
    concepts,
    support::{Index, Unit},
};
use crate::{
    domain::{Role, SectionKind},
    language::questions::is_question,
    structuring::{
        facts::context,
        text::{self, pattern},
    },
};

/// Words with which a note tells what the patient tells; they name nothing themselves.
const TELLING: [&str; 15] = [
    "use",
    "report",
    "deni",
    "state",
    "note",
    "endors",
    "complain",
    "describ",
    "experienc",
    "patient",
    "presenc",
    "present",
    "symptom",
    "histor",
    "complaint",
];

/// Words that many things are: by themselves they do not tell which was denied.
const GENERAL: [&str; 7] = ["pain", "ach", "problem", "issu", "trouble", "chang", "discomfort"];

/// "I wish I'd lost weight": what is not so.
static WISHES: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:wish|if only|would love to|hoping to|i'd like to)\b"));

static IS_WELL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\W*(?:my |the |it |that |everything )?\w+(?:'s| is| are|'re) (?:\w+ )?(?:fine|good|okay|ok|normal|all right|great)\b",
    )
});

/// Something that a statement says is there, or is not.
struct Claim<'s> {
    text: &'s str,
    /// Its clause in the statement.
    place: Range<usize>,
    denied: bool,
    stems: Vec<String>,
}

/// What was said of a thing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Affirmed,
    Denied,
}

/// Stems of a thing, at most: what takes more words to say is a story, of which some words are denied and some are not.
const LONGEST_CLAIM: usize = 5;

/// The part of a story's weight that must be found in what the patient's side said.
const MOST_OF_A_STORY: f64 = 0.5;

/// The first thing of `statement` that was only ever said the other way round.
pub fn turned_round(statement: &str, kind: Option<SectionKind>, index: &Index) -> Option<String> {
    static TELLS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:\w+: )?(?:(?:the |this )?(?:patient|pt|he|she|they|mr\.? \w+|mrs\.? \w+|ms\.? \w+) )?(?:also |currently |further )?(?:reports?|complains? of|endorses?|admits to|(?:is|are|was|were|has been|have been|had been) (?:also |still )?(?:experiencing|having|suffering from)|(?:has|have|had) (?:also )?experienced|experience[sd]?|suffer(?:s|ed)? from|presents with|has|denie[sd]|denying|negative for|no|without|does not (?:have|report)|has no)\b",
        )
    });
    use SectionKind::{ChiefComplaint, HistoryOfPresentIllness, ReviewOfSystems};
    let told = matches!(kind, None | Some(ChiefComplaint | HistoryOfPresentIllness | ReviewOfSystems));
    if !told || !TELLS.is_match(statement) || context::hypothetical(statement) || context::names_a_relative(statement) {
        return None;
    }
    claims(statement).into_iter().filter(|claim| claim.denied || claim.stems.len() <= LONGEST_CLAIM).find_map(|claim| {
        let mut said = of_claim(&claim, index);
        if said.is_empty() {
            said = if claim.denied { of_story(&claim, index) } else { by_its_matter(&claim, index) };
        }
        let has = |one: Said| said.contains(&one);
        match (claim.denied, has(Said::Affirmed), has(Said::Denied)) {
            (false, false, true) => Some(format!("{} was denied", claim.text)),
            (true, true, false) => Some(format!("{} was affirmed", claim.text)),
            _ => None,
        }
    })
}

/// Whether the thing that `statement` claims at byte `at`, or denies where `denied`, was said just so, in its own words. What
/// else it lists says nothing about that.
pub fn was_said_so(statement: &str, at: usize, denied: bool, index: &Index) -> bool {
    let so = if denied { Said::Denied } else { Said::Affirmed };
    claims(statement).iter().filter(|claim| claim.denied == denied && claim.place.contains(&at)).any(|claim| {
        let whole = |unit: &Unit| claim.stems.iter().all(|stem| unit.names(stem));
        index.units.iter().any(whole) && of_claim(claim, index).contains(&so)
    })
}

/// What an examination finds, or finds not to be there, by whatever name: each word is of one finding.
static SIGNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        "crackles?|crackling|rales",
        "wheez(?:es?|ing|y)",
        "rhonchi",
        "stridor",
        "murmurs?",
        "gallops?",
        "rubs?",
        "bruits?",
        "edema|swelling|swollen",
        "exudates?",
        "redness|erythema\\w*",
        "rash(?:es)?",
        "tremors?",
        "nodules?",
        "masses|mass",
        "guarding",
        "rebound",
        "jaundice\\w*",
        "cyanosis|cyanotic",
        "clubbing",
        "effusions?",
        "crepitus",
        "bruis(?:es?|ing|ed)",
        "discharge",
        "retractions?",
        "deformit(?:y|ies)",
        "tender(?:ness)?",
    ]
    .map(|words| pattern(&format!(r"\b(?:{words})\b")))
    .into()
});

/// "Crackles were heard", of "a few wheezes, no crackles": a finding that was only ever said the other way round.
pub fn found_otherwise(statement: &str, kind: Option<SectionKind>, index: &Index) -> Option<String> {
    let of_examination = matches!(kind, None | Some(SectionKind::PhysicalExam));
    if !of_examination || context::hypothetical(statement) || context::names_a_relative(statement) {
        return None;
    }
    let of_clinician = kind == Some(SectionKind::PhysicalExam);
    let tells = |unit: &&Unit| {
        let sentence = index.sentence(unit);
        let able = !of_clinician || index.line(unit.line).by_clinician();
        able && !unit.of_another && !asks(sentence) && !context::hypothetical(sentence)
    };
    SIGNS.iter().find_map(|sign| {
        let claimed = sign.find(statement)?;
        let denied = context::negates(&statement[..claimed.start()]);
        let mut said = index.units.iter().filter(tells).map(|unit| index.sentence(unit)).flat_map(|sentence| {
            sign.find_iter(sentence).map(|found| context::negates(&sentence[..found.start()])).collect::<Vec<_>>()
        });
        let turned = said.next().is_some_and(|first| first != denied) && said.all(|also| also != denied);
        let word = if denied { "affirmed" } else { "denied" };
        turned.then(|| format!("{} was {word}", claimed.as_str().to_lowercase()))
    })
}

/// What only somebody else has, in a line of the patient's own illnesses, or in one that may be of them: there an illness by its
/// name.
pub fn of_somebody_else(statement: &str, kind: Option<SectionKind>, index: &Index) -> Option<String> {
    static OF_THE_PATIENT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:(?:the )?(?:patient|pt)|he|she|they)(?:'s)? (?:also |still |currently )?(?:has|have|had|takes?|took|uses?|used|wears?|needs?|is (?:taking|using|on)|was (?:taking|using|on)|drinks|smokes)\b",
        )
    });
    use SectionKind::{Allergies, Assessment, HistoryOfPresentIllness, Medications, PastHistory, SocialHistory};
    let own = matches!(kind, Some(PastHistory | Assessment | Medications | Allergies | SocialHistory))
        || kind == Some(HistoryOfPresentIllness) && OF_THE_PATIENT.is_match(statement);
    let may_be_own = own || matches!(kind, None | Some(HistoryOfPresentIllness));
    let of_kin = context::names_a_relative(statement) || context::of_another_person(statement);
    if !may_be_own || of_kin || context::has_negation(statement) {
        return None;
    }
    let named = concepts::illnesses(statement);
    let is_illness = |claim: &Claim| named.iter().any(|(_, range)| claim.place.contains(&range.start));
    let of_another = |claim: &Claim| {
        let whole = |unit: &&Unit| claim.stems.iter().all(|stem| unit.names(stem));
        let naming: Vec<&Unit> = index.units.iter().filter(whole).collect();
        let of_another =
            |unit: &Unit| unit.of_another || is_of_her_or_him(claim, unit, index) || is_asked_of_another(unit, index);
        naming.iter().any(|unit| of_another(unit))
            && naming.iter().all(|unit| of_another(unit) || says_of_nobody(claim, unit, index))
    };
    let claim = claims(statement).into_iter().filter(|claim| own || is_illness(claim)).find(of_another)?;
    Some(format!("{} was said of somebody else", claim.text))
}

/// "My sister has a skin thing." "Is it psoriasis?" "Yes.": a clinician's question about what somebody else has, which was told right
/// before. "Do you have it?" is none.
pub fn is_asked_of_another(unit: &Unit, index: &Index) -> bool {
    let sentence = index.sentence(unit);
    let asks = index.line(unit.line).utterance.role == Role::Clinician && is_question(sentence);
    let before = index.units.iter().rfind(|other| other.line < unit.line).filter(|other| other.line + 1 == unit.line);
    let answer = index.visit().answer_to(unit.line).map_or("", |answer| answer.text());
    asks && before.is_some_and(|before| context::asks_on_of_another(index.sentence(before), sentence, answer))
}

/// "Is it psoriasis?" "I doubt it's an ulcer." "Not gout.": what is asked and not affirmed, doubted or denied, nobody has for it.
fn says_of_nobody(claim: &Claim, unit: &Unit, index: &Index) -> bool {
    static DOUBTS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:doubt|unlikely|rule(?:d)? out|could be|might be|may be|wondering|worr(?:y|ied))\b")
    });
    let sentence = index.sentence(unit);
    let by_patient = index.line(unit.line).utterance.role == Role::Patient;
    let asked = is_question(sentence) || !by_patient && asks(sentence);
    if asked {
        let answer = index.visit().answer_to(unit.line).map(|answer| answer.text());
        return answer.is_none_or(|answer| !context::affirms(answer) || context::answers_of_another(answer));
    }
    let tokens = text::tokens(sentence);
    let of_claim = |token: &&text::Token| claim.stems.contains(&text::stem(&token.lower));
    let mut named = tokens.iter().filter(of_claim);
    DOUBTS.is_match(sentence) || named.all(|token| context::negates(&sentence[..token.range.start]))
}

/// "My wife's after me about it, she stopped when she had her stroke": what the patient tells of her or him, somebody having been
/// named in the same turn.
fn is_of_her_or_him(claim: &Claim, unit: &Unit, index: &Index) -> bool {
    static ONESELF: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:i|i'm|i've|i'd|i'll|me|my|mine|you|your|you're|you've)\b"));
    static HER_OR_HIM: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:he|she|they)(?:'s|'d|'ve|'re)?\b([^,;.?!]*)$"));
    let line = index.line(unit.line);
    if line.utterance.role != Role::Patient {
        return false;
    }
    let tokens = text::tokens(index.sentence(unit));
    let named = |token: &&text::Token| text::content_stems(&token.lower).iter().any(|stem| claim.stems.contains(stem));
    tokens.iter().filter(named).any(|named| {
        let before = &line.text()[..unit.range.start + named.range.start];
        HER_OR_HIM.captures(before).is_some_and(|found| !ONESELF.is_match(&found[1]))
            && ONESELF.split(before).any(context::of_another_person)
    })
}

/// The things that a statement claims, clause by clause.
fn claims(statement: &str) -> Vec<Claim<'_>> {
    static JOINT: LazyLock<Regex> = LazyLock::new(|| pattern(r",? (?:and|or|but|nor) |[,;:] |[.?!]\s*$"));
    let mut start = 0;
    let mut parts: Vec<Range<usize>> = Vec::new();
    for joint in JOINT.find_iter(statement) {
        parts.push(start..joint.start());
        start = joint.end();
    }
    parts.push(start..statement.len());
    let claim = |part: Range<usize>| {
        let tokens = text::tokens(&statement[part.clone()]);
        let named = tokens.iter().find(|token| is_content(&token.lower))?;
        let denied = context::negates(&statement[..part.start + named.range.start]);
        let text = statement[part.start + named.range.start..part.end].trim();
        let stems = text::content_stems(&statement[part.clone()]).into_iter().filter(|stem| !is_telling(stem));
        let mut stems: Vec<String> = stems.filter(|stem| !stem.starts_with(|c: char| c.is_ascii_digit())).collect();
        // Whoever is asked about a plan or an attempt is not asked again of what.
        if stems.len() > 1 {
            stems.retain(|stem| !stem.starts_with("suicid"));
        }
        Some(Claim { text, place: part, denied, stems })
    };
    parts.into_iter().filter_map(claim).filter(|claim| !claim.stems.is_empty()).collect()
}

fn is_content(word: &str) -> bool {
    text::content_stems(word).iter().any(|stem| !is_telling(stem))
}

/// Whether a note tells with it what the patient tells.
pub fn is_telling(stem: &str) -> bool {
    TELLING.contains(&stem)
}

/// What was said of it in the sentences that name most of it, if they name two thirds of it.
fn of_claim(claim: &Claim, index: &Index) -> Vec<Said> {
    let named = |unit: &Unit| claim.stems.iter().filter(|stem| unit.names(stem)).count();
    let most = index.units.iter().map(named).max().unwrap_or_default();
    let enough = match claim.stems.len() {
        0..=2 => most == claim.stems.len(),
        many => 3 * most >= 2 * many,
    };
    if !enough || matches!(claim.stems.as_slice(), [only] if GENERAL.contains(&only.as_str())) {
        return Vec::new();
    }
    let naming = index.units.iter().enumerate().filter(|(_, unit)| named(unit) == most);
    naming.filter_map(|(at, unit)| of_unit(claim, at, unit, index)).collect()
}

/// What was said of a denied thing that takes a whole sentence to tell, by the sentence, or the question with its answer, that bears most of it out: nobody
/// says "my ear has hurt for two days" and denies it.
fn of_story(claim: &Claim, index: &Index) -> Vec<Said> {
    let support = index.support(claim.text, &|_| true);
    let is_story = claim.denied && claim.stems.len() > 2;
    let best = support.units.first().filter(|_| is_story && support.coverage >= MOST_OF_A_STORY);
    best.and_then(|at| of_unit(claim, *at, &index.units[*at], index)).into_iter().collect()
}

/// What was said of "changes in vision" where the answer was "no vision problems": the same matter under another general
/// word. What hurts is not told apart from what is only named, so that a pain is never taken for another.
fn by_its_matter(claim: &Claim, index: &Index) -> Vec<Said> {
    let matter: Vec<String> =
        claim.stems.iter().filter(|stem| !GENERAL[2..].contains(&stem.as_str())).cloned().collect();
    if matter.is_empty()
        || matter.len() == claim.stems.len()
        || matter.iter().any(|stem| GENERAL.contains(&stem.as_str()))
    {
        return Vec::new();
    }
    let matter = Claim { text: claim.text, place: claim.place.clone(), denied: claim.denied, stems: matter };
    of_claim(&matter, index)
}

/// Whether a clinician's sentence asks, also where nobody wrote a question mark.
fn asks(sentence: &str) -> bool {
    static ASKS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:any|(?:have|had|do|did|does|are|were|is|was|would|can|could) (?:you|it|there|that|they)|how about|what about|anything)\b",
        )
    });
    is_question(sentence) || ASKS.is_match(sentence)
}

/// Whether a question can be answered by yes or no: "not good" answers "how is your appetite?" and denies none.
fn by_yes_or_no(question: &str) -> bool {
    static OPEN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:how(?:'s| is| are| do| does| did| was| long| much| many| often| bad)|what|when|where|which|who|why)\b",
        )
    });
    !OPEN.is_match(question)
}

/// What one sentence says of it, if it says anything of the patient's.
fn of_unit(claim: &Claim, at: usize, unit: &Unit, index: &Index) -> Option<Said> {
    let sentence = index.sentence(unit);
    let line = index.line(unit.line);
    if unit.of_another || line.by_clinician() && context::hypothetical(sentence) {
        return None;
    }
    // "My vision's fine": no trouble with it.
    let of_trouble = claim.stems.iter().any(|stem| GENERAL.contains(&stem.as_str()));
    if line.by_clinician() && asks(sentence) {
        let answer = index.answer(at).filter(|_| by_yes_or_no(sentence))?;
        let says = |said: bool, one: Said| said.then_some(one);
        return says(context::denies(answer) || of_trouble && IS_WELL.is_match(answer), Said::Denied)
            .or(says(context::affirms(answer), Said::Affirmed));
    }
    if is_question(sentence) || WISHES.is_match(sentence) {
        return None;
    }
    // The last word of a thing is its name: "no chest pain, it's just tight" affirms chest tightness.
    let tokens = text::tokens(sentence);
    let named = |stem: &String| tokens.iter().find(|token| text::stem(&token.lower) == *stem);
    let denied =
        claim.stems.iter().rev().find_map(named).is_some_and(|token| context::negates(&sentence[..token.range.start]));
    let is_well = of_trouble && line.by_patient_side() && IS_WELL.is_match(sentence);
    match (denied || is_well, line.by_clinician()) {
        (true, _) => Some(Said::Denied),
        // What a clinician says without speaking to the patient may be about anybody.
        (false, true) => context::addresses(sentence).then_some(Said::Affirmed),
        (false, false) => Some(Said::Affirmed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structuring::{
        testing::{check, transcript},
        verify::Verdict,
    };

    const VISIT: &str = "D: What's wrong with the knee?\nP: It aches on the stairs.\nD: Does it lock, or give way?\n\
        P: No, never.\nD: Any ringing in the ears?\nP: No.\nD: Do you ever faint?\n\
        P: No. I do get a bit wobbly.\nD: Have you had a fall?\nP: Not since the winter.\nD: Any numbness?\n\
        P: A little, in the toes.\nD: Have you lost any weight?\nP: No. I wish I'd lost weight.\nD: These can give you a dry mouth.";

    fn reason(statement: &str) -> Option<String> {
        match check(&transcript(VISIT), statement, SectionKind::HistoryOfPresentIllness) {
            Verdict::Unsupported(_, reason) => Some(reason),
            _ => None,
        }
    }

    #[test]
    fn what_was_asked_and_denied_is_not_reported() {
        assert_eq!(reason("Reports locking.").as_deref(), Some("locking was denied"));
        assert_eq!(reason("Reports ringing in the ears.").as_deref(), Some("ringing in the ears was denied"));
        assert_eq!(reason("Denies aches on the stairs.").as_deref(), Some("aches on the stairs was affirmed"));
        assert_eq!(reason("Denies numbness.").as_deref(), Some("numbness was affirmed"));
        let story = "Denies a bit wobbly feeling on the stairs in the mornings.";
        let wish = "The patient had been experiencing aches on the stairs, and she had lost weight.";
        assert_eq!(reason(wish).as_deref(), Some("lost weight was denied"));
        assert!(reason(story).is_some_and(|reason| reason.ends_with("was affirmed")));
    }

    #[test]
    fn each_of_a_list_is_checked_by_itself() {
        let visit = "D: Headaches, changes in your vision, pain under the ribs?\n\
            P: I had a headache on Sunday. No vision problems. No pain under the ribs.\nD: And the swelling?\nP: My ankles swell at night.";
        let reason = |statement: &str| match check(&transcript(visit), statement, SectionKind::HistoryOfPresentIllness)
        {
            Verdict::Unsupported(_, reason) => Some(reason),
            _ => None,
        };
        assert!(reason("The patient is experiencing headaches, changes in vision, and swelling.").is_some());
        assert!(reason("She is having headaches, swelling and pain under the ribs.").is_some());
        assert_eq!(reason("The patient has had a headache and ankle swelling."), None);
    }

    #[test]
    fn what_was_said_stands() {
        for statement in [
            "Denies that the knee locks or gives way.",
            "Denies ringing in the ears.",
            "Reports aches on the stairs.",
            "Reports numbness in the toes, but denies fainting.",
        ] {
            assert_eq!(reason(statement), None, "{statement}");
        }
    }

    #[test]
    fn a_finding_is_as_it_was_found() {
        let said = transcript(
            "D: Chest: some rhonchi on the left, no wheezing. Heart sounds fine, no murmur. Any swelling?\nP: No swelling, no.",
        );
        let faulty = |statement: &str| matches!(check_any(&said, statement), Verdict::Unsupported(..));
        for statement in ["Wheezes were heard in the chest.", "A murmur was heard.", "No rhonchi.", "Swelling present."]
        {
            assert!(faulty(statement), "{statement}");
        }
        for statement in ["Rhonchi on the left.", "No wheezes.", "Without a murmur."] {
            assert!(!faulty(statement), "{statement}");
        }
    }

    #[test]
    fn an_illness_of_her_or_him_is_not_the_patients() {
        let said = transcript(
            "P: My husband keeps nagging me about the salt, he changed it all after he had a heart attack. I have asthma, she \
             knows that. My sister drove me.",
        );
        let faulty = |statement: &str| matches!(check_any(&said, statement), Verdict::Unsupported(..));
        assert!(faulty("The patient has had a heart attack."));
        assert!(!faulty("Husband had a heart attack."));
        assert!(!faulty("The patient has asthma."));
        let own = transcript("P: My wife says I should come, I had a stroke.\nO: And she had gout, my wife.");
        assert!(!matches!(check_any(&own, "The patient has had a stroke."), Verdict::Unsupported(..)));
    }

    #[test]
    fn whose_an_illness_is_told_by_its_clause_and_by_what_was_asked() {
        use SectionKind::{Allergies, Assessment, Medications, PastHistory};
        let faulty = |visit: &str, statement: &str, kind: SectionKind| {
            matches!(check(&transcript(visit), statement, kind), Verdict::Unsupported(..))
        };
        for (visit, statement, kind) in [
            (
                "P: My sister has psoriasis.\nD: Mm-hm.\nP: Is it psoriasis, do you think?\nD: Let me look.",
                "Psoriasis.",
                PastHistory,
            ),
            (
                "P: My sister has a skin thing.\nD: Is it psoriasis?\nP: Yeah, since high school.",
                "Psoriasis.",
                PastHistory,
            ),
            ("D: Any asthma?\nP: My son's the one with asthma, not me.", "Asthma.", PastHistory),
            ("P: My dad's got diabetes but I got checked and I'm fine.", "Diabetes.", PastHistory),
            ("P: My brother had a heart attack at fifty one, so I worry.", "Heart attack.", PastHistory),
            (
                "P: And my mom had an ulcer.\nD: Okay.\nP: Do you think it's an ulcer?\nD: I doubt it's an ulcer.",
                "Ulcer.",
                PastHistory,
            ),
            (
                "O: My older one, Max, is ten.\nD: Has Theo ever had asthma?\nO: No. That's Max again, Max has asthma.",
                "Asthma.",
                PastHistory,
            ),
            ("O: He gets hives from amoxicillin. I'm the one allergic to cats.", "Cats.", Allergies),
            ("P: It's my husband who can't hear, he's got hearing aids.", "Hearing aids.", PastHistory),
            ("P: My neighbor takes turmeric for hers.", "Turmeric.", Medications),
        ] {
            assert!(faulty(visit, statement, kind), "{statement} of {visit}");
        }
        for (visit, statement, kind) in [
            ("P: My sister has psoriasis, and I've had it since I was ten.", "Psoriasis.", PastHistory),
            ("P: My sister has psoriasis.\nD: Do you have psoriasis?\nP: Yes, I do.", "Psoriasis.", PastHistory),
            ("P: I have psoriasis. My sister has it, too.", "Psoriasis.", PastHistory),
            ("P: My father had gout.\nD: And this is gout, I'd say.", "Gout.", Assessment),
            ("P: My mother had migraines, same as me.", "Migraines.", PastHistory),
            ("P: I had shingles. My wife caught it off me.", "Shingles.", PastHistory),
        ] {
            assert!(!faulty(visit, statement, kind), "{statement} of {visit}");
        }
    }

    /// Of a statement under no heading.
    fn check_any(visit: &crate::domain::Transcript, statement: &str) -> Verdict {
        use crate::structuring::{Visit, facts, verify::Checker};
        let facts = facts::facts(visit, crate::terminology::DrugTable::bundled());
        Checker::new(&Visit::new(visit), &facts, None).check(statement, None)
    }
}
