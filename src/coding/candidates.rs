//! The codes that a problem could mean, for this patient.

use std::{collections::HashSet, sync::LazyLock};

use regex::Regex;

use super::said;
use crate::{
    domain::{Chart, Evidence, Sex, Transcript},
    language::{numbers::graded, patterns::pattern},
    terminology::{
        Icd10Cm,
        icd10cm::{IcdCandidate, Nearness, category},
        is_lasting,
    },
};

static PREGNANCY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(pregnan\w+|trimester|prenatal|postpartum|obstetric\w*|due date|breastfeeding)\b"));
static NEWBORN: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(newborn|neonat\w+|days old|weeks old)\b"));
static SIDED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(left|right)(?:[- ]sided)? (sciatica|knee|arm|leg|foot|hand|wrist|ankle|shoulder|elbow|hip|ear|eye|breast|thigh|calf|heel|toe|finger|thumb)\b",
    )
});

/// A kind of illness that a title names, and what must have been said for it, or must not.
struct Kind {
    title: Regex,
    said: Regex,
    /// Whether `said` must have been said; otherwise it must not.
    wanted: bool,
}

/// The words by which titles tell apart what few people say, each way.
static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let kind = |title: &str, said: &str, wanted| Kind { title: pattern(title), said: pattern(said), wanted };
    const BLOOD: &str = r"\bhematuria\b|\bblood(?:y)? (?:in|on) (?:your |my |the |his |her )?(?:urine|pee|wee|dipstick|dip|urinalysis)\b|\bbloody urine\b|\b(?:dipstick|urine|urinalysis|leukocytes?|nitrites?)\b[^.?!]*\bblood\b|\bblood\b[^.?!]*\b(?:dipstick|urinalysis)\b|\burine\b[^.?!]*\b(?:pink|red|bloody)\b|\b(?:pee|peed|peeing)\b[^.?!]*\bblood\b";
    vec![
        kind(r"\bin remission\b", r"\bremission\b", true),
        kind(r"\b(?:familial|hereditary|inherited)\b", r"\b(?:familial|hereditary|inherited|genetic|runs in)\b", true),
        kind(r"\bwithout hematuria\b", BLOOD, false),
        kind(r"\bwith hematuria\b", BLOOD, true),
        kind(
            r"^type 2 diabetes\b.*\bwithout complications\b|^type 1 diabetes\b.*\bwithout complications\b",
            OF_DIABETES,
            false,
        ),
        kind(r"\bpulmonary hypertension\b", r"\bpulmonary\b", true),
        kind(r"\bportal hypertension\b", r"\bportal\b", true),
        kind(r"\bsecondary hypertension\b|\brenovascular\b", r"\b(?:secondary|renovascular|renal artery)\b", true),
        kind(
            r"\bagoraphobia with\b",
            r"\bagoraphob\w*|\b(?:afraid|scared|unable|can't) (?:to )?(?:leave|go out)\b",
            true,
        ),
        kind(r"\bgestational\b", r"\bgestational\b|\bpregnan\w+\b", true),
        kind(r"^type 1 diabetes\b", r"\b(?:type (?:1|one|i)|type-1|t1d|juvenile)\b", true),
    ]
});
/// What diabetes does to other organs.
const OF_DIABETES: &str = r"\b(?:(?:neuro|nephro|retino)pathy|gastroparesis|diabetic (?:foot|kidney|eye|nerve)\w*|nerve damage|kidney (?:damage|disease)|foot ulcer)\b|\b(?:touch|affect|damag|hurt|harm|reach|attack)\w*\b[^.?!]{0,25}\b(?:kidneys?|nerves?|eyes|retinas?)\b";
/// The same as it is said to patients, and what it is called.
const DAMAGE: [(&str, &str); 4] = [
    (r"\b(?:neuro|nephro|retino)pathy\b", ""),
    (r"\b(?:touch|affect|damag|hurt|harm|reach|attack)\w*\b[^.?!]{0,40}\bnerves?\b|\bnerve damage\b", "neuropathy"),
    (r"\b(?:touch|affect|damag|hurt|harm|reach|attack)\w*\b[^.?!]{0,40}\bkidneys?\b|\bkidney damage\b", "nephropathy"),
    (r"\b(?:touch|affect|damag|hurt|harm|reach|attack)\w*\b[^.?!]{0,40}\b(?:eyes|retinas?)\b", "retinopathy"),
];
/// Words by which an injury, a poisoning or what a treatment did is told: without one none is coded (chapter 19).
static INJURY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:injur\w*|trauma\w*|accident\w*|f[ae]ll(?:en|s|ing)?|tripp\w+|slipp\w+|crash\w*|hit|kicked|struck|fractur\w*|br(?:oke|oken|eak)|crack(?:ed)?|sprain\w*|strain\w*|twist\w*|roll(?:ed)? (?:my|his|her|the)|pull(?:ed)?|torn?|tears?|rupture\w*|dislocat\w*|cuts?|lacerat\w*|wounds?|stab\w*|punctur\w*|bruis\w*|scrap\w*|burn(?:ed|t|s)?|scald\w*|bit(?:e|es|ten)?|sting|stung|crush\w*|concussion|splinter|foreign body|stuck in|swallowed|poison\w*|overdos\w*|toxic\w*|frostbite|heat ?stroke|allerg\w*|anaphyla\w*|reaction|side effects?|adverse|complication\w*|rejection|infected (?:joint|wound|pump|catheter))\b",
    )
});

/// How words begin that titles have whatever they say.
const OF_ANY_TITLE: [&str; 16] = [
    "unspe", "other", "type", "with", "witho", "melli", "disea", "disor", "essen", "prima", "speci", "class", "elsew",
    "encou", "initi", "due",
];

/// How the words of `text` begin, as far as two forms of one word are alike.
fn beginnings(text: &str) -> impl Iterator<Item = String> + '_ {
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() > 2);
    words.map(|word| word.chars().take(ALIKE).collect::<String>().to_lowercase())
}

/// Letters by which two forms of a word are alike.
const ALIKE: usize = 5;

/// A code that a problem could mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// With its dot.
    pub code: String,
    /// Its full title.
    pub title: String,
    /// How well its words fit, from 0 to 1.
    pub score: f32,
}

/// What decides which codes a patient can have.
pub struct Patient {
    sex: Option<Sex>,
    pregnancy: bool,
    newborn: bool,
    /// Of [`KINDS`], in order: whether what they are about was said.
    kinds: Vec<bool>,
    /// What diabetes did, as it was called.
    of_diabetes: Option<String>,
    /// How the words of the visit begin.
    words: HashSet<String>,
    /// Parts of the body of which one side alone was spoken of, with that side.
    sides: Vec<(String, String)>,
}

impl Patient {
    /// From what was said and what the chart knows.
    pub fn new(transcript: &Transcript, chart: Option<&Chart>) -> Self {
        let said = |cue: &Regex| said::affirms(transcript, cue);
        let sex = chart.and_then(|chart| chart.sex);
        let age = chart.and_then(|chart| chart.age_years);
        let damage = DAMAGE.iter().find_map(|(words, name)| {
            let words = pattern(words);
            let named = transcript.utterances.iter().find_map(|utterance| words.find(&utterance.text))?;
            let name = if name.is_empty() { named.as_str().to_lowercase() } else { (*name).to_owned() };
            said(&words).then_some(name)
        });
        Self {
            sex,
            pregnancy: sex != Some(Sex::Male) && said(&PREGNANCY),
            newborn: age.map_or_else(|| said(&NEWBORN), |age| age == 0),
            kinds: KINDS.iter().map(|kind| said(&kind.said)).collect(),
            of_diabetes: damage,
            sides: one_sided(transcript),
            words: transcript.utterances.iter().flat_map(|utterance| beginnings(&utterance.text)).collect(),
        }
    }

    /// The same code with the side of which alone was spoken, where `found` leaves the side open: "unspecified knee" of whose right
    /// knee hurts.
    fn with_side(&self, icd: &Icd10Cm, found: Candidate) -> Candidate {
        let title = found.title.to_lowercase();
        let sided = self.sides.iter().find_map(|(side, part)| {
            let open = format!("unspecified {part}");
            let wanted = title.contains(&open).then(|| title.replace(&open, &format!("{side} {part}")))?;
            let same = |one: &&IcdCandidate| {
                category(&one.code) == category(&found.code) && one.title.to_lowercase() == wanted
            };
            icd.search(&wanted, MOST_SIBLINGS).iter().find(same).cloned()
        });
        sided.map_or(found.clone(), |one| Candidate { code: one.code, title: one.title, score: found.score })
    }

    /// Whether nothing that was said speaks against `title`, and all that it needs was said.
    fn bears_out(&self, title: &str) -> bool {
        KINDS.iter().zip(&self.kinds).all(|(kind, said)| *said == kind.wanted || !kind.title.is_match(title))
    }

    /// Whether every word that `title` has beyond those of `best` was said in the visit, or is in the problem's `name`: a
    /// further code is no guess at a kind that nobody spoke of.
    pub(super) fn said_beyond(&self, title: &str, best: &str, name: &str) -> bool {
        let known: HashSet<String> = beginnings(best).chain(beginnings(name)).collect();
        beginnings(title)
            .filter(|word| !OF_ANY_TITLE.contains(&word.as_str()))
            .all(|word| known.contains(&word) || self.words.contains(&word))
    }

    /// Whether this patient can have `code`: not a birth without a pregnancy, not the illness of the other sex.
    fn can_have(&self, code: &str, sex_of_code: Option<Sex>) -> bool {
        let chapter = code.chars().next().unwrap_or_default();
        let fits_chapter = match chapter {
            'O' => self.pregnancy,
            'P' => self.newborn,
            // Causes of accidents are never a diagnosis by themselves.
            'V' | 'W' | 'X' | 'Y' => false,
            _ => true,
        };
        let other_sex = matches!((self.sex, sex_of_code), (Some(own), Some(of_code)) if own != of_code);
        fits_chapter && !other_sex
    }
}

/// Codes among which that of the other side of one is looked for.
const MOST_SIBLINGS: usize = 12;

/// The parts of the body that were named more than once with a side, and never with the other: what is normal is named once.
fn one_sided(transcript: &Transcript) -> Vec<(String, String)> {
    let sided = said::affirmed(transcript, &SIDED);
    let mut named: Vec<(String, String)> =
        sided.map(|found| (found[1].to_lowercase(), found[2].to_lowercase())).collect();
    let all = named.clone();
    named.retain(|one| {
        let other_side = all.iter().any(|other| other.1 == one.1 && other.0 != one.0);
        !other_side && all.iter().filter(|other| *other == one).count() > 1
    });
    named.sort();
    named.dedup();
    named
}

/// A code that says more than this beyond what was said is a guess at a kind of the illness, not its code: nobody said Zika
/// who said virus.
const LEAST_BORNE_OUT: f32 = 0.53;

/// The best `limit` codes for `text` that `patient` can have.
fn candidates(icd: &Icd10Cm, text: &str, near: &Nearness, patient: &Patient, limit: usize) -> Vec<Candidate> {
    let sex_of = |code: &str| icd.get(code).and_then(|code| code.sex());
    icd.search_near(text, near, 3 * limit)
        .into_iter()
        .filter(|found| found.borne_out >= LEAST_BORNE_OUT)
        .filter(|found| patient.can_have(&found.code, sex_of(&found.code)) && patient.bears_out(&found.title))
        .take(limit)
        .map(|found| Candidate { code: found.code, title: found.title, score: found.score })
        .collect()
}

fn of_text(icd: &Icd10Cm, text: &str, patient: &Patient, limit: usize) -> Vec<Candidate> {
    candidates(icd, text, &icd.nearness(text), patient, limit)
}

/// An event that is over is another code than one that is happening: what it is called then, and which categories are
/// left to the acute event (ICD-10-CM guidelines, I.C.9.e.4 and I.C.21.c.4).
struct PastEvent {
    named: Regex,
    then: &'static str,
    acute: &'static [&'static str],
}

static PAST_EVENTS: LazyLock<[PastEvent; 3]> = LazyLock::new(|| {
    [
        (r"\b(?:heart attack|myocardial infarction|n?stemi|mi)\b", "old myocardial infarction", &["I21", "I22"][..]),
        (r"\b(?:strokes?|cva|tia|cerebral infarction)\b", "personal history of stroke", &["I60", "I61", "I63", "G45"]),
        (
            r"\b(?:blood clots?|dvt|deep vein thrombosis|pulmonary embol\w+)\b",
            "personal history of venous thrombosis and embolism",
            &["I26", "I82"],
        ),
    ]
    .map(|(named, then, acute)| PastEvent { named: pattern(named), then, acute })
});

static LONG_AGO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:history of|old|previous|prior|past|(?:years?|months|decades?) ago|(?:back )?in (?:19|20)\d\d|in (?:nineteen|twenty|two thousand)|status post|s/p)\b",
    )
});

/// "Gastritis from ibuprofen" as "Gastritis": what brought it on is in few titles, and weighs against all others. "Sciatica
/// on the right" names no cause.
fn without_cause(name: &str) -> &str {
    static CAUSE: LazyLock<Regex> =
        LazyLock::new(|| pattern(r",? (?:(?:from|due to|secondary to|caused by|because of|related to) |on (\w+))"));
    const SITES: [&str; 8] = ["the", "his", "her", "their", "both", "left", "right", "either"];
    let is_cause = |found: &regex::Captures| {
        found.get(1).is_none_or(|site| !SITES.iter().any(|word| site.as_str().eq_ignore_ascii_case(word)))
    };
    let cause = CAUSE.captures_iter(name).find(is_cause).and_then(|found| found.get(0));
    cause.map_or(name, |cause| &name[..cause.start()])
}

/// The event of the past that the problem is, if it is one.
fn past_event(name: &str, evidence: &[Evidence]) -> Option<&'static PastEvent> {
    let event = PAST_EVENTS.iter().find(|event| event.named.is_match(name))?;
    let mut quotes = evidence.iter().filter_map(|one| one.quote.as_ref()).map(|quote| quote.as_str());
    let over = LONG_AGO.is_match(name) || quotes.any(|quote| event.named.is_match(quote) && LONG_AGO.is_match(quote));
    over.then_some(event)
}

fn is_diabetes(name: &str) -> bool {
    static DIABETES: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^(?:type (?:2|two|ii) )?diabetes(?: mellitus)?(?: type (?:2|two|ii))?\W*$"));
    DIABETES.is_match(name)
}

/// The illness of which the patient has a history, by the problem's name or by all that was said of it: "with your history
/// of pancreatitis". One that lasts is a problem of today by the same words.
fn past_illness<'n>(name: &'n str, evidence: &[Evidence]) -> Option<&'n str> {
    static HISTORY: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^\W*(?:(?:a|past|personal|prior) )*history of (?:an? )?"));
    let illness = HISTORY.find(name).map_or(name, |history| &name[history.end()..]);
    if is_lasting(illness) {
        return None;
    }
    let of_it = pattern(&format!(r"\bhistory of (?:\w+ ){{0,3}}{}\b", regex::escape(illness.trim_end_matches('.'))));
    let word = pattern(&format!(r"\b{}\b", regex::escape(illness.trim_end_matches('.'))));
    let quotes: Vec<&str> = evidence
        .iter()
        .filter_map(|one| one.quote.as_ref())
        .map(|quote| quote.as_str())
        .filter(|one| word.is_match(one))
        .collect();
    let said = !quotes.is_empty() && quotes.iter().all(|quote| of_it.is_match(quote));
    (illness.len() < name.len() || said).then_some(illness)
}

/// The codes for a history of `illness`, if the list has one that names it.
fn personal_history(icd: &Icd10Cm, illness: &str, patient: &Patient, limit: usize) -> Vec<Candidate> {
    let stems: Vec<String> = illness
        .to_lowercase()
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| word.len() > 4)
        .map(|word| word.chars().take(6).collect())
        .collect();
    let mut found = of_text(icd, &format!("personal history of {illness}"), patient, 2 * limit);
    found.retain(|candidate| {
        let title = candidate.title.to_lowercase();
        title.contains("history of") && stems.iter().any(|stem| title.contains(stem.as_str()))
    });
    found.truncate(limit);
    found
}

/// The best `limit` codes for the problem `name` with its evidence that `patient` can have.
pub fn for_problem(
    icd: &Icd10Cm,
    name: &str,
    evidence: &[Evidence],
    patient: &Patient,
    limit: usize,
) -> Vec<Candidate> {
    let Some(event) = past_event(name, evidence) else {
        if let Some(illness) = past_illness(name, evidence) {
            return personal_history(icd, illness, patient, limit);
        }
        let mut queries = queries(&query(name, evidence));
        // ICD-10-CM takes what diabetes does for one with it (guidelines, I.A.15).
        if let Some(damage) = patient.of_diabetes.as_ref().filter(|damage| is_diabetes(name) && !name.contains(*damage))
        {
            queries.insert(0, format!("diabetic {damage}"));
        }
        let said = |text: &str| INJURY.is_match(text);
        let is_injured = said(name) || evidence.iter().filter_map(|one| one.quote.as_deref()).any(said);
        let near = icd.nearness(&graded(name));
        let mut found = of_queries(icd, &queries, &near, patient, 2 * limit);
        found.retain(|candidate| is_injured || !candidate.code.starts_with(['S', 'T']));
        found.truncate(limit);
        let mut sided: Vec<Candidate> = Vec::new();
        for candidate in found.into_iter().map(|candidate| patient.with_side(icd, candidate)) {
            if !sided.iter().any(|known| known.code == candidate.code) {
                sided.push(candidate);
            }
        }
        return sided;
    };
    let mut found = of_text(icd, event.then, patient, 2 * limit);
    found.retain(|candidate| !event.acute.iter().any(|category| candidate.code.starts_with(category)));
    found.truncate(limit);
    found
}

/// How a problem is searched for: with its site as ICD-10-CM groups sites (a toe is the foot), and by itself, since many
/// illnesses have codes for a few sites only.
fn queries(name: &str) -> Vec<String> {
    static TOE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:(?:big|great|little|second|third) )?toes?\b"));
    static FINGER: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:(?:index|middle|ring|little) )?(?:fingers?|thumbs?)\b"));
    static SITE: LazyLock<Regex> = LazyLock::new(|| pattern(r" (?:of|in|on) (?:the|his|her|their|both|left|right)\b"));
    let sited = FINGER.replace_all(&TOE.replace_all(name, "foot"), "hand").into_owned();
    let head = SITE.find(name).map(|site| name[..site.start()].to_owned());
    std::iter::once(sited).chain(head).collect()
}

/// The best candidates of the first query, with the two best of each later one among them.
fn of_queries(icd: &Icd10Cm, queries: &[String], near: &Nearness, patient: &Patient, limit: usize) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    let mut lists = queries.iter().map(|query| candidates(icd, query, near, patient, limit));
    let first = lists.next().unwrap_or_default();
    let others = lists.flat_map(|list| list.into_iter().take(2));
    let (best, rest) = first.split_at(first.len().min(limit / 2));
    for candidate in best.iter().cloned().chain(others).chain(rest.iter().cloned()) {
        if found.len() < limit && !found.iter().any(|known| known.code == candidate.code) {
            found.push(candidate);
        }
    }
    found
}

/// What to search for: the problem's name, with the side that its evidence gives to a body part that it names.
fn query(name: &str, evidence: &[Evidence]) -> String {
    let name = graded(without_cause(name));
    if name
        .to_lowercase()
        .split(|c: char| !c.is_alphabetic())
        .any(|word| matches!(word, "left" | "right" | "bilateral"))
    {
        return name;
    }
    let quotes = evidence.iter().filter_map(|one| one.quote.as_ref());
    let mut sides: Vec<String> = quotes
        .flat_map(|quote| {
            SIDED
                .captures_iter(quote.as_str())
                .map(|found| (found[1].to_lowercase(), found[2].to_lowercase()))
                .collect::<Vec<_>>()
        })
        .filter(|(_, part)| name.to_lowercase().contains(part.as_str()))
        .map(|(side, _)| side)
        .collect();
    sides.sort();
    sides.dedup();
    match sides.as_slice() {
        [side] => format!("{side} {name}"),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Role, Utterance};

    #[test]
    fn the_side_comes_from_the_evidence() {
        let said = |quote: &str| vec![Evidence { quote: Some(quote.into()), ..Evidence::default() }];
        assert_eq!(query("Knee pain", &said("my right knee hurts")), "right Knee pain");
        assert_eq!(query("Knee pain", &said("that's right, the knee")), "Knee pain");
        assert_eq!(query("Left knee pain", &said("my right knee")), "Left knee pain");
        assert_eq!(query("Hypertension", &said("my right knee")), "Hypertension");
        assert_eq!(query("Gastritis from ibuprofen", &[]), "Gastritis");
        assert_eq!(query("Bleeding on warfarin", &[]), "Bleeding");
        assert_eq!(query("Sciatica on the right", &[]), "Sciatica on the right");
        assert_eq!(query("Stage three kidney disease", &[]), "Stage 3 kidney disease");
        assert_eq!(query("Sciatica", &said("it's left-sided sciatica")), "left Sciatica");
    }

    #[test]
    fn a_side_is_known_that_is_named_again_and_never_the_other() {
        let sides = |lines: &[&str]| {
            let said = |text: &&str| Utterance { text: (*text).into(), ..Utterance::default() };
            let utterances = lines.iter().map(said).collect();
            one_sided(&Transcript { utterances, ..Transcript::default() })
        };
        let knee = [("right".to_owned(), "knee".to_owned())];
        assert_eq!(sides(&["It's my right knee.", "The left one is fine.", "An X-ray of the right knee."]), knee);
        assert!(sides(&["Left ear first.", "And the right one is red."]).is_empty());
        assert!(sides(&["My right knee.", "The right knee?", "And the left knee, too."]).is_empty());
        assert!(sides(&["The right knee?", "No, not the right knee.", "My husband's right knee hurts."]).is_empty());
    }

    #[test]
    fn an_event_that_is_over_is_not_acute() {
        let said = |quote: &str| vec![Evidence { quote: Some(quote.into()), ..Evidence::default() }];
        let event = |name: &str, quote: &str| past_event(name, &said(quote)).map(|event| event.then);
        assert_eq!(event("Heart attack", "I had a heart attack in 2019"), Some("old myocardial infarction"));
        assert_eq!(event("History of stroke", "the stroke"), Some("personal history of stroke"));
        assert_eq!(event("Heart attack", "this looks like a heart attack"), None);
        assert_eq!(event("Gout", "I had gout years ago"), None);
    }

    #[test]
    fn impossible_codes_are_left_out() {
        let patient = Patient { sex: Some(Sex::Male), ..Patient::new(&Transcript::default(), None) };
        assert!(patient.can_have("I10", None));
        assert!(!patient.can_have("N80.0", Some(Sex::Female)));
        assert!(!patient.can_have("O10.0", Some(Sex::Female)) && !patient.can_have("W01.0", None));
    }

    #[test]
    fn a_history_is_no_illness_of_today() {
        let said = |quote: &str| vec![Evidence { quote: Some(quote.into()), ..Evidence::default() }];
        assert_eq!(past_illness("History of diverticulitis", &[]), Some("diverticulitis"));
        assert_eq!(
            past_illness("Diverticulitis", &said("With your history of diverticulitis I would not")),
            Some("Diverticulitis")
        );
        assert_eq!(past_illness("Diverticulitis", &said("This is diverticulitis.")), None);
        assert_eq!(past_illness("History of asthma", &[]), None);
        assert_eq!(past_illness("Gallstones", &[]), None);
    }

    #[test]
    fn a_title_says_no_more_and_nothing_else_than_was_said() {
        let patient = |role: Role, text: &str| {
            let utterance = Utterance { role, text: text.into(), ..Utterance::default() };
            Patient::new(&Transcript { utterances: vec![utterance], ..Transcript::default() }, None)
        };
        let said = |text: &str| patient(Role::Clinician, text);
        assert!(!said("The dip shows nitrites and a trace of blood.").bears_out("Acute cystitis without hematuria"));
        assert!(said("The dip shows nitrites and a trace of blood.").bears_out("Acute cystitis with hematuria"));
        let positive = said("Your urine is positive for nitrites and white cells, no blood.");
        assert!(!positive.bears_out("Acute cystitis with hematuria"));
        assert!(positive.bears_out("Acute cystitis without hematuria"));
        assert!(said("No blood in the urine.").bears_out("Acute cystitis without hematuria"));
        let damaged = said("You have some diabetic neuropathy.");
        assert!(!damaged.bears_out("Type 2 diabetes mellitus without complications"));
        assert!(said("Your diabetes is fine.").bears_out("Type 2 diabetes mellitus without complications"));
        assert!(
            !said("Your diabetes is fine.").bears_out("Type 2 diabetes mellitus without complications in remission")
        );
        assert!(!said("High cholesterol.").bears_out("Familial hypercholesterolemia, unspecified"));
        assert!(
            patient(Role::Patient, "It runs in the family.").bears_out("Familial hypercholesterolemia, unspecified")
        );
    }

    #[test]
    fn a_site_is_searched_as_the_list_names_it_and_without() {
        assert_eq!(queries("Gout attack in the left big toe"), ["Gout attack in the left foot", "Gout attack"]);
        assert_eq!(
            queries("Plantar fasciitis of the right foot"),
            ["Plantar fasciitis of the right foot", "Plantar fasciitis"]
        );
        assert_eq!(queries("Shortness of breath"), ["Shortness of breath"]);
        assert_eq!(queries("Hypertension"), ["Hypertension"]);
    }
}
