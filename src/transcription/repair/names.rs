//! The names that can have been said, as they sound.

use std::{collections::HashSet, sync::LazyLock};

use super::{
    pieces::is_ordinary,
    sounds::{self, Phone},
};
use crate::terminology::{Drug, DrugTable, GUARDED};

/// A name with fewer sounds is too easily found in other words …
const FEWEST_PHONES: usize = 5;
/// … but where something is said to be taken, or a dose follows: "Aleve" has four. With three, every word sounds like one.
const FEWEST_IF_TAKEN: usize = 4;

/// Less like a name than this, nothing is taken for it.
const LEAST_LIKE: f32 = 0.5;

/// The same of a short name: of four sounds another one makes another word ("on the" for Onfi).
const LEAST_LIKE_IF_SHORT: f32 = 0.85;

/// Names that were said in visits, counted by `tools/repair/count_words.py`.
static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| include_str!("common.txt").lines().collect());

/// A name that can have been said.
#[derive(Debug)]
pub struct Name {
    /// As the table or the chart writes it.
    pub surface: String,
    /// The medicine, where the table has it.
    pub drug: Option<&'static Drug>,
    /// Whether it was said in the visits in which ordinary words were counted.
    pub is_common: bool,
    /// Whether it has so few sounds that it is looked for only where a medicine must be meant.
    pub is_short: bool,
    /// What its sounds weigh: the heavier, the less likely is it that other words sound like it.
    pub weight: f32,
    /// How it sounds, and how it does as recognisers are known to write it.
    sounds: Vec<Vec<Phone>>,
}

impl Name {
    /// A name that is none of the table's: one of the chart's, or a part of a combination.
    pub fn unlisted(surface: &str) -> Option<Self> {
        let sounds = vec![phones(surface)];
        let (weight, is_short) = (sounds::weight(&sounds[0]), is_short(&sounds[0]));
        let name = Self { surface: surface.to_owned(), drug: None, is_common: false, is_short, weight, sounds };
        (name.sounds[0].len() >= FEWEST_IF_TAKEN).then_some(name)
    }

    /// With a capital, as a sentence begins with it.
    pub fn capitalised(&self) -> String {
        let mut letters = self.surface.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
    }

    /// What tells medicines apart: two names of one medicine are the same.
    pub fn medicine(&self) -> &str {
        self.drug.map_or(self.surface.as_str(), |drug| drug.name)
    }

    /// Whether `heard`, in lower case, can be the name misheard: words that both have were heard, so what is left of each
    /// must sound alike. "Peppermint tea" is not peppermint oil, and "peppermint" alone is what was said.
    pub fn can_be(&self, heard: &str) -> bool {
        let surface = self.surface.to_lowercase();
        let (mut heard, mut own): (Vec<&str>, Vec<&str>) = (heard.split(' ').collect(), surface.split(' ').collect());
        let before = heard.len();
        while heard.first().is_some_and(|word| own.first() == Some(word)) {
            heard.remove(0);
            own.remove(0);
        }
        while heard.last().is_some_and(|word| own.last() == Some(word)) {
            heard.pop();
            own.pop();
        }
        let rest =
            || sounds::unlikeness(&phones(&heard.join(" ")), &phones(&own.join(" ")), 1.0 - LEAST_LIKE).is_some();
        heard.len() == before || !heard.is_empty() && !own.is_empty() && rest()
    }

    /// How like it `heard` sounds, up to 1; `None` where that is too little.
    pub fn likeness(&self, heard: &[Phone]) -> Option<f32> {
        let least = if self.is_short { LEAST_LIKE_IF_SHORT } else { LEAST_LIKE };
        let weight = sounds::weight(heard);
        let mut best: Option<f32> = None;
        for sounds in &self.sounds {
            let most = 1.0 - best.unwrap_or(least);
            let other = sounds::weight(sounds);
            if (weight - other).abs() > most * (weight + other) / 2.0 {
                continue;
            }
            best = sounds::unlikeness(heard, sounds, most).map(|unlike| 1.0 - unlike).or(best);
        }
        best
    }
}

/// All names of the drug table that can be told by their sound.
pub static NAMES: LazyLock<Vec<Name>> = LazyLock::new(|| {
    let drugs = DrugTable::bundled().drugs();
    drugs.iter().flat_map(of_drug).chain(drugs.iter().flat_map(parts)).collect()
});

fn of_drug(drug: &'static Drug) -> impl Iterator<Item = Name> {
    drug.surface_forms().filter(|surface| can_be_told(surface) && is_said_alone(surface, drug)).map(|surface| {
        let mut sounds = vec![phones(surface)];
        if surface == drug.name {
            sounds.extend(drug.misheard.iter().map(|heard| phones(heard)));
        }
        let is_common = COMMON.contains(surface.to_lowercase().as_str());
        let (weight, is_short) = (sounds::weight(&sounds[0]), is_short(&sounds[0]));
        Name { surface: surface.to_owned(), drug: Some(drug), is_common, is_short, weight, sounds }
    })
}

/// What only combinations have a name for: sacubitril. Of several combinations with it there is one name each; they are
/// the same medicine.
fn parts(combination: &'static Drug) -> impl Iterator<Item = Name> {
    let parts = combination.name.split('/').filter(|_| combination.is_combination());
    let unknown = parts.filter(|part| DrugTable::bundled().find(part).is_none() && can_be_told(part));
    unknown.filter_map(Name::unlisted)
}

/// Whether nothing shorter would be found in its place: "Allegra-D" is found as Allegra, and a combination as its parts.
fn is_said_alone(surface: &str, drug: &Drug) -> bool {
    let first = surface.split([' ', '-', '/']).next().unwrap_or_default();
    let is_longer_name = first.len() < surface.len() && DrugTable::bundled().find(first).is_some();
    let is_list = drug.is_combination() && !drug.brands.contains(&surface);
    !is_list && (surface == drug.name || !is_longer_name)
}

fn can_be_told(surface: &str) -> bool {
    let lower = surface.to_lowercase();
    let is_abbreviation = surface.len() < 6 && !surface.contains(|c: char| c.is_lowercase());
    let is_plain = lower.split([' ', '-', '/']).all(is_ordinary);
    !is_abbreviation
        && !is_plain
        && !surface.contains(|c: char| c.is_ascii_digit())
        && !GUARDED.contains(&lower.as_str())
        && phones(surface).len() >= FEWEST_IF_TAKEN
}

fn is_short(sounds: &[Phone]) -> bool {
    sounds.len() < FEWEST_PHONES
}

/// The sounds of several words, one after another.
pub fn phones(words: &str) -> Vec<Phone> {
    let mut phones: Vec<Phone> =
        words.split(|c: char| !c.is_alphanumeric() && c != '\'').flat_map(sounds::phones).collect();
    phones.dedup();
    phones
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_other_words_too_are_left_out() {
        let has = |surface: &str| NAMES.iter().any(|name| name.surface == surface);
        assert!(has("lisinopril") && has("Zocor") && has("insulin glargine"));
        assert!(!has("Soma") && !has("Yaz") && !has("Plan B"), "they are guarded, too short, or other words");
    }

    #[test]
    fn of_names_of_several_words_each_that_was_not_heard_sounds_alike() {
        let can_be = |surface: &str, heard: &str| Name::unlisted(surface).expect("long enough").can_be(heard);
        assert!(can_be("insulin glargine", "insulin glarging") && can_be("losartan", "loss artin"));
        assert!(!can_be("peppermint oil", "peppermint tea") && !can_be("peppermint oil", "peppermint"));
        assert!(!can_be("tea tree oil", "tea oil"));
    }

    #[test]
    fn names_of_any_alphabet_have_a_capital() {
        let capitalised = |surface: &str| Name::unlisted(surface).expect("long enough").capitalised();
        assert_eq!(["losartanol", "écolosartan"].map(capitalised), ["Losartanol", "Écolosartan"]);
    }

    #[test]
    fn known_mishearings_sound_like_the_name() {
        let lisinopril = NAMES.iter().find(|name| name.surface == "lisinopril").expect("it is in the table");
        assert_eq!(lisinopril.likeness(&phones("listen up ril")), Some(1.0));
        assert_eq!(lisinopril.likeness(&phones("headache")), None);
    }
}
