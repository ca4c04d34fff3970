//! Doses that are changed of something whose name was not understood: "raise the MF-8 to 20" was said of methotrexate.

use crate::{
    domain::Evidence,
    language::patterns::patterns,
    structuring::{
        evidence,
        visit::{Line, Visit},
    },
    terminology::DrugTable,
};

patterns! {
    // What is changed, between the verb and the new amount. In ACI-BENCH, MTS-Dialog and PriMock57 (train) it is a medicine
    // each of nine times.
    CHANGES = r"\b(?:rais(?:e|ing)|increas(?:e|ing)|lower(?:ing)?|reduc(?:e|ing)|decreas(?:e|ing)|cut(?:ting)?|doubl(?:e|ing)|bump(?:ing)?|push(?:ing)?|tak(?:e|ing)|bring(?:ing)?|go(?:ing)? (?:up|down) on) (?:the|your|her|his|that) (?P<what>(?:[\w'-]+ ){0,2}?[\w'-]+)(?: (?:up|down|back|dose))* to (?:about |just )?(?:\d+|a hundred|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)\b";
    // What is changed like a dose, and is none.
    NO_MEDICINE = r"\b(?:doses?|it|medicines?|medications?|tablets?|pills?|pressures?|sugars?|weight|rate|pulse|temp\w*|target|goals?|oxygen|flow|settings?|steps?|walk\w*|exercis\w*|salt|sodium|fluids?|water|calor\w+|carb\w*|protein|alcohol|drink\w*|beers?|wine|cigarettes?|smok\w*|coffee|hours?|sleep|visits?|sessions?|appointments?|head|bed|leg|arm|knee|score|number|a1c|inr|level|cholesterol|ldl|volume|brace|angle|range|every|next|one|two|three|other|first|second|time)\b";
}

/// Where a clinician moves the dose of something that is no medicine of the `table` and nothing else that is counted.
pub(in crate::structuring::facts) fn unnamed(visit: &Visit, table: &DrugTable) -> Vec<Evidence> {
    let of_line = |line: &Line| {
        let text = line.text();
        let changed =
            CHANGES.captures_iter(text).filter_map(|found| Some((found.get(0)?, found.name("what")?.as_str())));
        let unknown = changed.filter(|(_, what)| table.mentions(what).is_empty() && !NO_MEDICINE.is_match(what));
        unknown.map(|(found, _)| evidence::evidence(line.utterance, found.range())).collect::<Vec<_>>()
    };
    visit.lines.iter().filter(|line| line.by_clinician()).flat_map(of_line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structuring::testing::transcript;

    fn found(line: &str) -> Vec<String> {
        let found = unnamed(&Visit::new(&transcript(line)), DrugTable::bundled()).into_iter();
        found.map(|one| one.quote.expect("there is a quote").as_str().to_owned()).collect()
    }

    #[test]
    fn a_dose_of_something_not_understood_is_told() {
        assert_eq!(found("D: First a chest X-ray, and raise the MF-8 to 20, no 17.5."), ["raise the MF-8 to 20"]);
        assert_eq!(found("D: Let's increase your margin to twenty units."), ["increase your margin to twenty"]);
    }

    #[test]
    fn what_is_understood_or_no_medicine_is_not() {
        for line in [
            "D: Let's increase your Lasix to 80 milligrams.",
            "D: Let's increase the dose to 80 milligrams.",
            "D: We want to lower the blood pressure to 130.",
            "D: Cut the cigarettes to five a day.",
            "D: Take that every six to eight hours.",
            "P: I raised the MF-8 to 20.",
        ] {
            assert!(found(line).is_empty(), "{line}");
        }
    }
}
