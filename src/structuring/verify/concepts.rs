//! Different words for one thing: what the patient calls sugar and the note calls diabetes.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use crate::{
    structuring::{
        facts::{context, symptoms::LEXICON},
        text::{self, pattern},
    },
    terminology::DrugTable,
};

/// A concept found in a text, with the words that named it.
pub struct Concept {
    /// One name for all ways of saying it; never a word of the text.
    pub key: String,
    /// The words used.
    pub phrase: String,
}

/// The concepts that `text` names.
pub fn concepts(text: &str) -> Vec<Concept> {
    let symptoms = LEXICON.iter().map(|entry| (entry.name, &entry.pattern));
    let conditions = CONDITIONS.iter().map(|(name, pattern)| (*name, pattern));
    let mut found: Vec<Concept> = symptoms
        .chain(conditions)
        .filter_map(|(name, pattern)| {
            let phrase = pattern.find(text)?.as_str().to_owned();
            Some(Concept { key: format!("={name}"), phrase })
        })
        .collect();
    let drugs = DrugTable::bundled().mentions(text).into_iter();
    found.extend(drugs.map(|mention| Concept {
        key: format!("=drug {}", mention.drug.name),
        phrase: text[mention.range].to_owned(),
    }));
    found
}

static CONDITIONS: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    let compile = |(name, text): &(&'static str, &str)| (*name, pattern(&format!(r"\b(?:{text})\b")));
    SYNONYMS.iter().map(compile).collect()
});

/// The symptoms and conditions that `text` names, with their keys (as in [`concepts`], or a word's stem) and places.
pub fn conditions(text: &str) -> Vec<(String, Range<usize>)> {
    let symptoms = LEXICON.iter().map(|entry| (entry.name, &entry.pattern));
    let plainly = |name: &str| PLAINLY.iter().find(|(plain, _)| *plain == name).map(|(_, pattern)| pattern);
    let conditions = CONDITIONS.iter().filter(|(name, _)| ILLNESSES.contains(name));
    let conditions = conditions.map(|(name, one)| (*name, plainly(name).unwrap_or(one)));
    let mut found: Vec<(String, Range<usize>)> = symptoms
        .chain(conditions)
        .flat_map(|(name, pattern)| pattern.find_iter(text).map(move |found| (format!("={name}"), found.range())))
        .collect();
    found
        .extend(OTHER_ILLNESS.find_iter(text).map(|found| (text::stem(&found.as_str().to_lowercase()), found.range())));
    // "Pneumonia vaccine", "the pneumonia one": who is vaccinated does not have it.
    found.retain(|(_, range)| !context::is_prevented(&text[range.end..]));
    found
}

/// Of illnesses whose synonyms are also named in those who do not have them: the words by which somebody has them.
static PLAINLY: LazyLock<[(&str, Regex); 2]> = LazyLock::new(|| {
    [
        (
            "hypertension",
            r"\b(?:hypertens\w+|(?:high|elevated) (?:blood pressures?|bp)|(?:blood pressures?|bp|pressure)\b[^.?!]{0,40}\b(?:high|higher|up|elevated|raised|above|control\w*|medic\w+|pills?|tablets?|1[3-9]\d|one (?:thirty|forty|fifty|sixty|seventy|eighty))|for (?:my|your|the|his|her) (?:blood )?pressure)\b",
        ),
        ("diabetes", r"\b(?:diabet\w+|sugar disease)\b"),
    ]
    .map(|(name, text)| (name, pattern(text)))
});

/// The illnesses that `text` names, each with the keys of all that would be a case of it: a heart attack is heart trouble.
pub fn illnesses(text: &str) -> Vec<(Vec<String>, Range<usize>)> {
    static OF_THE_HEART: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:heart|cardiac) (?:trouble|problems?|disease|issues?|conditions?|history)\b"));
    let of_the_heart =
        || ["heart attack", "heart failure", "atrial fibrillation"].map(|name| format!("={name}")).into();
    let symptom = |key: &str| LEXICON.iter().any(|entry| key.strip_prefix('=') == Some(entry.name));
    let named = conditions(text).into_iter().filter(|(key, _)| !symptom(key)).map(|(key, range)| (vec![key], range));
    let general = OF_THE_HEART.find_iter(text).map(|found| (of_the_heart(), found.range()));
    named.chain(general).collect()
}

/// Those of [`SYNONYMS`] that a person has, or has not.
const ILLNESSES: [&str; 14] = [
    "low sugar",
    "hypertension",
    "diabetes",
    "cholesterol",
    "heart attack",
    "heart failure",
    "atrial fibrillation",
    "stroke",
    "urinary infection",
    "ear infection",
    "asthma",
    "copd",
    "arthritis",
    "reflux",
];

/// Illnesses with one common name.
static OTHER_ILLNESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:cancer|depression|anxiety|pneumonia|bronchitis|sinusitis|gout|lupus|epilepsy|migraines?|an(?:a)?emia|hepatitis|cirrhosis|pancreatitis|appendicitis|diverticulitis|colitis|glaucoma|cataracts?|osteoporosis|dementia|psoriasis|eczema|shingles|tuberculosis|sepsis|celiac|endometriosis|leukemia|lymphoma|melanoma|sciatica|fracture|concussion)\b",
    )
});

const SYNONYMS: &[(&str, &str)] = &[
    ("hypertension", r"hypertens\w+|(?:high |elevated )?blood pressures?|bp"),
    ("diabetes", r"diabet\w+|(?:blood )?sugars?|blood glucose"),
    ("low sugar", r"hypoglyc\w+|lows|low (?:blood )?(?:sugars?|glucose)|(?:sugars?|glucose) (?:\w+ ){0,3}low"),
    ("cholesterol", r"(?:high )?cholesterol|hyperlipid(?:a)?emia|dyslipidemia|lipids?"),
    ("heart attack", r"heart attacks?|myocardial infarction|mi"),
    ("heart failure", r"heart failure|chf|hfref"),
    ("atrial fibrillation", r"atrial fib(?:rillation)?|a-?fib|irregular heart(?:beat| rhythm)"),
    ("stroke", r"strokes?|cva|cerebrovascular accident"),
    ("urinary infection", r"(?:urinary tract|bladder|urine|urinary) infections?|uti|cystitis"),
    ("ear infection", r"ear infections?|otitis(?: media)?"),
    ("kidney", r"kidneys?|renal"),
    ("asthma", r"asthma\w*|reactive airways?"),
    ("copd", r"copd|emphysema|chronic bronchitis|chronic obstructive pulmonary disease"),
    ("reflux", r"reflux|gerd|heartburn"),
    ("depression", r"depress\w+"),
    ("anxiety", r"anxi\w+|panic"),
    ("arthritis", r"arthritis|osteoarthritis|degenerative joint"),
    ("thyroid", r"thyroid\w*|hypothyroid\w*"),
    ("smoking", r"smok\w+|tobacco|cigarettes?|packs?"),
    ("alcohol", r"alcohol|drink(?:s|ing)?|beers?|wine|liquor"),
    ("abdomen", r"abdom\w+|stomach|belly|tummy"),
    ("operation", r"surger(?:y|ies)|operations?|operated|surgical\w*|\w+ectomy|replacement"),
    ("x-ray", r"x-?rays?|radiographs?"),
    ("electrocardiogram", r"e[ck]g|electrocardiogram"),
    ("echocardiogram", r"echo(?:cardiogram)?"),
    ("a1c", r"(?:hemoglobin )?a1c|a one c|hba1c"),
    ("follow-up", r"follow(?:ing)?[- ]?up|see (?:you|me) (?:back|again|in)|come back|return(?:s|ing)?|recheck"),
    ("father", r"father|dad|paternal"),
    ("mother", r"mother|mom|mum|maternal"),
    ("worse", r"worse\w*|aggravat\w+|exacerbat\w+|flare\w*"),
    ("better", r"better|improv\w+|reliev\w+|helps?|helped|eases?"),
    ("exercise", r"exercis\w+|work(?:ing)? out|gym|jog\w*|exert\w+"),
    ("lungs", r"lungs?|breath sounds|pulmonary|respiratory"),
    ("heart", r"heart|cardiac|cardiovascular"),
    ("pain", r"pain\w*|hurts?|hurting|sore\w*|ach(?:e|es|ing|y)|discomfort|tender\w*"),
    ("swelling", r"swell\w*|swollen|edema|effusion"),
    ("therapy", r"therap(?:y|ist)|counsel\w+"),
    ("antibiotic", r"antibiotics?"),
    ("blood thinner", r"blood thinners?|anticoagula\w+"),
    ("inhaler", r"inhalers?|puffers?"),
    ("refer", r"refer\w*|send you to|see a|specialist"),
    ("years", r"years?|yrs?"),
    ("heart rate", r"heart rate|pulse|beats (?:a|per) minute"),
    ("respiratory rate", r"respirat(?:ory|ion) rate|respirations?|breath(?:ing|s)"),
    ("weight", r"weigh\w*|kilos?|kilograms?|pounds?|kg|lbs?"),
    ("temperature", r"temp(?:erature)?|fever|fahrenheit|celsius"),
    ("oxygen saturation", r"oxygen(?: sat\w*)?|saturations?|sats?|spo2"),
];
