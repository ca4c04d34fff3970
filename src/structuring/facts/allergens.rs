//! What people react to: the drugs of the table, groups of them, and other substances; and when two names are of one.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::medications;
use crate::{
    domain::{Allergy, Coding},
    structuring::text::{self, pattern},
    terminology::DrugTable,
};

/// Substances that are no drugs of the table.
static OTHER_SUBSTANCES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(sulfa(?: drugs| antibiotics)?|sulpha(?: drugs)?|sulfonamides|penicillins?|cephalosporins?|(?:fluoro)?quinolones|macrolides|tetracyclines|ace inhibitors|anti-?inflammatories|local an(?:a)?esthetics?|general an(?:a)?esthe(?:tics?|sia)|latex|rubber gloves|nickel|pea ?nuts?|pee ?nuts?|tree nuts?|nuts|walnuts?|almonds?|cashews?|pecans?|hazelnuts?|pistachios?|brazil nuts?|sesame|shellfish|shrimps?|prawns?|crab|lobsters?|oysters?|clams?|mussels?|seafood|fish|salmon|tuna|eggs?|milk|dairy|lactose|soy|wheat|gluten|kiwis?|kiwi fruit|bananas?|avocados?|mango(?:e?s)?|pineapples?|tomato(?:es)?|strawberr(?:y|ies)|chocolate|msg|sulfites|food (?:colou?rings?|dyes?)|red dye|bee stings?|bees|wasp stings?|wasps|hornets|fire ants|yellow jackets|pollens?|ragweed|grass|birch|dust(?: mites)?|mou?ld|cats?|dogs?|horses?|pet dander|animal dander|(?:iv |x-?ray |ct |radio-?)?contrast(?: dye| medium| material)?|(?:x-?ray|ct|iv|scan) dye|dye for (?:the )?scans?|the dye|iodine|betadine|chlorhexidine|adhesives?(?: tapes?| bandages?)?|(?:medical|surgical|silk|paper|sticky) tapes?|tapes?|plasters|band-?aids|skin glue|surgical glue|perfumes?|fragrances?|lanolin|formaldehyde|wool|(?:flu|tetanus|pneumonia|covid|shingles) (?:shots?|vaccines?)|hair dye|red meat|poison (?:ivy|oak)|nsaids|opioids|opiates|narcotics|statins)\b",
    )
});

/// Groups of medicines, which the drug table does not list.
static DRUG_GROUPS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"sul(?:f|ph)[ao]|penicillin|cephalosporin|quinolones|macrolides|cyclines|inhibitors|inflammatories|esthetic|esthesia|contrast|iodine|\bdye\b|nsaids|opioids|opiates|narcotics|statins",
    )
});

/// A substance where it is named.
pub(super) struct Substance {
    /// Its place in the text.
    pub range: Range<usize>,
    /// RxNorm, of a drug of the table.
    pub codes: Vec<Coding>,
    /// Whether it is a medicine, or a group of medicines.
    pub is_medicine: bool,
}

/// The substances that `text` names, in order.
pub(super) fn substances(text: &str, table: &DrugTable) -> Vec<Substance> {
    let drugs = table.mentions(text).into_iter();
    let mut found: Vec<Substance> = drugs
        .map(|one| Substance { codes: medications::rxnorm(one.drug), range: one.range, is_medicine: true })
        .collect();
    for other in OTHER_SUBSTANCES.find_iter(text) {
        let overlaps = |one: &Substance| one.range.start < other.end() && other.start() < one.range.end;
        if !found.iter().any(overlaps) && !is_figure_of_speech(text, &other.range()) {
            let is_medicine = DRUG_GROUPS.is_match(other.as_str());
            found.push(Substance { range: other.range(), codes: Vec::new(), is_medicine });
        }
    }
    found.sort_by_key(|one| one.range.start);
    found
}

/// "Sick as a dog", "walking the dog", "mowing the grass": what nobody reacts to here.
fn is_figure_of_speech(text: &str, range: &Range<usize>) -> bool {
    static LIKE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:as|like) (?:an? |the )?(?:\w+ )?$|\b(?:walk\w*|mow\w*|cut\w*|feed\w*|ride|riding) (?:the |my |our )?$",
        )
    });
    LIKE.is_match(&text[..range.start])
}

/// A substance as it is written; recognisers make two words of some.
pub(super) fn named(heard: &str) -> String {
    let lower = heard.to_lowercase();
    match lower.as_str() {
        "pea nut" | "pee nut" | "peenut" => "peanut".to_owned(),
        "pea nuts" | "pee nuts" | "peenuts" => "peanuts".to_owned(),
        _ => lower,
    }
}

/// Whether two names are of one substance: one drug by its brand and its ingredient, "peanut" and "peanuts", "contrast" and
/// "contrast dye", "sulfa" and a drug that is one.
pub(super) fn is_same(one: &Allergy, other: &Allergy) -> bool {
    let drug = |allergy: &Allergy| allergy.codes.first().map(|coding| coding.code.clone());
    if let (Some(drug), Some(another)) = (drug(one), drug(other)) {
        return drug == another;
    }
    let sulfa = |allergy: &Allergy| {
        let drug = allergy.codes.first().map_or(allergy.substance.as_str(), |coding| coding.display.as_str());
        ["sulfa", "sulpha", "sulfo"].iter().any(|start| drug.to_lowercase().starts_with(start))
    };
    let (stems, others) = (text::content_stems(&one.substance), text::content_stems(&other.substance));
    let within = |few: &[String], many: &[String]| !few.is_empty() && few.iter().all(|stem| many.contains(stem));
    // The dye that nobody calls by another name is that of the scans.
    let contrast = |allergy: &Allergy| {
        let name = allergy.substance.as_str();
        name == "the dye" || name.contains("contrast") || ["x-ray dye", "ct dye", "iv dye", "scan dye"].contains(&name)
    };
    contrast(one) && contrast(other) || sulfa(one) && sulfa(other) || within(&stems, &others) || within(&others, &stems)
}
