//! Groups of medicines by what they have in common: `groups.tsv`.
//!
//! A list of members (`|` between them) names groups, ingredients, and classes of the drug table as `class:…`. Ingredients
//! are the drug table's; what stands only in combinations (sulfamethoxazole) is named as the part it is.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use crate::terminology::{Drug, DrugTable};

const TABLE: &str = include_str!("groups.tsv");

static GROUPS: LazyLock<HashMap<&str, &str>> =
    LazyLock::new(|| rows(TABLE).map(|[name, members]: [&str; 2]| (name, members)).collect());

/// The lines of one of this module's tables, without its head.
pub(super) fn rows<const COLUMNS: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; COLUMNS]> {
    table.lines().skip(1).map(|line| {
        let columns: Vec<&str> = line.split('\t').collect();
        columns.try_into().expect("a table of this module has its columns, which a test holds")
    })
}

/// The ingredients of a list of members.
pub(super) fn ingredients_of(members: &str) -> Vec<&'static str> {
    members.split('|').flat_map(one_member).collect()
}

fn one_member(member: &str) -> Vec<&'static str> {
    if let Some(members) = GROUPS.get(member) {
        return ingredients_of(members);
    }
    let drugs = DrugTable::bundled().drugs();
    match member.strip_prefix("class:") {
        // A combination is in the class of one of its parts.
        Some(class) => {
            drugs.iter().filter(|drug| drug.class == class && !drug.is_combination()).map(canonical).collect()
        }
        None => INGREDIENTS.get(member).copied().into_iter().collect(),
    }
}

static INGREDIENTS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| DrugTable::bundled().drugs().iter().flat_map(ingredients).collect());

/// What `drug` is made of, by generic names.
pub(super) fn ingredients(drug: &Drug) -> Vec<&'static str> {
    let part = |part: &'static str| DrugTable::bundled().find(part).map_or(part, canonical);
    match drug.is_combination() {
        true => drug.name.split('/').map(part).collect(),
        false => vec![canonical(drug)],
    }
}

/// One name for one substance: divalproex is valproic acid, by RxNorm's concept of both.
fn canonical(drug: &Drug) -> &'static str {
    static NAMES: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
        DrugTable::bundled().drugs().iter().filter_map(|drug| Some((drug.rxcui?, drug.name))).collect()
    });
    drug.rxcui.and_then(|rxcui| NAMES.get(rxcui)).copied().unwrap_or(drug.name)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Fails unless each member of `members` names something of the drug table.
    pub(in crate::safety) fn assert_known(members: &str) {
        for member in members.split('|') {
            assert!(!one_member(member).is_empty(), "{member} names nothing of the drug table");
        }
    }

    /// The lines of `table`, which must begin with `head`.
    pub(in crate::safety) fn columns<const COLUMNS: usize>(
        table: &'static str,
        head: [&str; COLUMNS],
    ) -> impl Iterator<Item = [&'static str; COLUMNS]> {
        assert_eq!(table.lines().next(), Some(head.join("\t").as_str()));
        rows(table)
    }

    /// Fails unless `level` is a severity as the tables write it.
    pub(in crate::safety) fn assert_severity(level: &str) {
        assert!(matches!(level, "high" | "moderate" | "low"), "{level} is no severity");
    }

    #[test]
    fn every_group_names_medicines_of_the_table() {
        let mut names = HashSet::new();
        for [name, members] in columns(TABLE, ["name", "members"]) {
            assert!(names.insert(name), "{name} is there twice");
            assert!(!INGREDIENTS.contains(name), "{name} is the name of a medicine, too");
            assert_known(members);
        }
    }

    #[test]
    fn brands_salts_and_combinations_come_down_to_ingredients() {
        let of = |name: &str| ingredients(DrugTable::bundled().find(name).expect("a drug of the table"));
        assert_eq!(of("Lipitor"), ["atorvastatin"]);
        assert_eq!(of("Depakote"), of("valproic acid"));
        assert_eq!(of("Zestoretic"), ["lisinopril", "hydrochlorothiazide"]);
        assert_eq!(of("Bactrim"), ["sulfamethoxazole", "trimethoprim"]);
        assert_eq!(of("Norco"), ["acetaminophen", "hydrocodone"]);
    }

    #[test]
    fn a_class_holds_no_companions_of_its_combinations() {
        let nsaids = ingredients_of("NSAIDs");
        assert!(nsaids.contains(&"naproxen") && !nsaids.contains(&"famotidine") && !nsaids.contains(&"aspirin"));
        assert!(ingredients_of("sulfonamide antibiotics").contains(&"sulfamethoxazole"));
        assert!(ingredients_of("NSAIDs and aspirin").contains(&"aspirin"));
    }
}
