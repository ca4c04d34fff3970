//! What a line of the model's makes of an order that is none of its own: a medicine without a name, which reads as a further
//! one, and a diagnosis of what was only to be tested for.

use std::ops::Range;

use super::support::Index;
use crate::{
    language::{numbers, patterns::patterns, questions::is_question, units},
    structuring::{
        facts::{context, sig},
        text,
    },
    terminology::DrugTable,
};

/// Letters of a word by which a test may be named, at least.
const LEAST_WORD: usize = 3;

patterns! {
    /// A medicine by its kind.
    OF_A_KIND = r"\b(?:blood thinners?|thinners?|anticoagulants?|anti-?coagulation|antibiotics?|pain ?(?:killers?|relievers?|meds?|medic\w+)|anti-?inflammator(?:y|ies)|steroids?|water pills?|diuretics?|statins?|beta[- ]blockers?|anti-?depressants?|anti-?histamines?|anti-?virals?|anti-?acids?|antacids?|sedatives?|muscle relaxants?|sleeping (?:pills?|tablets?)|inhalers?|sprays?|(?:blood pressure|thyroid|heart|allergy|diabetes|cholesterol|sleep|reflux) (?:pills?|tablets?|medic\w+|meds?)|medic(?:ine|ation)s?|meds?|pills?|tablets?|capsules?|drugs?|doses?)\b";
    /// What is told to be taken or given.
    ORDERS = r"^\W*(?:(?:also|then|please|and|the (?:patient|doctor)|patient|he|she|they|will|should|must|needs? to|is to|are to|to|be|have|has) )*(?:prescrib\w+|tak(?:e|es|ing)|giv(?:e|en|ing)|start\w*|begin\w*|add\w*|us(?:e|es|ing)|switch\w*|chang\w+|increas\w+|decreas\w+|reduc\w+|administer\w*)\b";
    /// The same with something of which only a pronoun tells what it is.
    TAKES_IT = r"\b(?:tak(?:e|es|ing|en)|prescrib\w+|giv(?:e|en|ing)) (?:it|this|that|them|these|those|one|two|both|(?:a )?half)\b";
    /// Amounts that are not only of medicines: "two tablets" are.
    OF_MEDICINES_ONLY = r"^(?:mg|mcg|tablets?|capsules?|puffs?|pills?)$";
    /// What is no medicine though it has an amount: "less than 2 g of salt".
    NO_MEDICINE = r"\b(?:salt|sodium|protein|sugar|carb\w*|fib(?:er|re)|fluids?|(?:glasses of |more |enough )water|caffeine|alcohol|potassium level|glucose|level|blood pressure (?:at|twice|daily|log|diary)|weight)\b";
    /// The name of a test: "strep swab", "thyroid panel".
    TEST = r"\b(?:[\w-]+ ){1,3}?(?:swabs?|tests?|testing|cultures?|screens?|screening|panels?|titers?|antibod(?:y|ies)|serolog\w+|scans?|levels?|vaccin\w+|shots?|jabs?|boosters?)\b";
    /// What is to be looked for, or shown not to be there.
    LOOKED_FOR = r"\b(?:swabs?|tests?|cultures?|screens?|screening|scans?|x-?rays?|ultrasound|biops\w+|bloods?|labs?|check(?:ed|ing)?|look(?:ed|ing)?) (?:\w+ ){0,3}?(?:for|in case|to see (?:if|whether)) [^.;?!]*|\b(?:rul(?:e|es|ed|ing) out|exclud\w+|make sure (?:it's|it is|it isn't|there's|there is|there isn't|that|you|he|she|this|we)|look(?:ing)? for|check(?:ing)? for|test(?:ing)? for|screen(?:ing)? for|to see (?:if|whether)) [^.;?!]*";
    OWNED = r"\b(?:your|his|her|their|my)\b";
}

/// An order to take something that has no name: "Take the blood thinner, five milligrams twice a day." The medicine's own line
/// says which it is.
pub fn without_a_name(statement: &str) -> Option<String> {
    let named = !DrugTable::bundled().mentions(statement).is_empty();
    if named || NO_MEDICINE.is_match(statement) {
        return None;
    }
    let by_kind = OF_A_KIND.is_match(statement);
    let dosed = || {
        let mut amounts = numbers::numbers(statement).into_iter();
        let of_medicine = |unit: &str| OF_MEDICINES_ONLY.is_match(unit);
        amounts.any(|one| units::unit_after(statement, one.range.end).is_some_and(|(unit, _)| of_medicine(unit)))
    };
    let how_often = || sig::frequency(statement).is_some();
    let takes_it = TAKES_IT.is_match(statement) && how_often();
    let orders_a_kind = by_kind && (ORDERS.is_match(statement) || how_often());
    (dosed() || takes_it || orders_a_kind)
        .then(|| "it names no medicine; each has a line of its own or is quoted".to_owned())
}

/// A word of a diagnosis that was said only in the name of a test, or of what is to be looked for: "Strep throat", of "I'd like a
/// strep swab".
pub fn only_tested_for(statement: &str, index: &Index) -> Option<String> {
    let words = text::tokens(statement).into_iter().filter(|token| !token.digits && token.lower.len() >= LEAST_WORD);
    words
        .map(|token| token.lower)
        .find(|word| is_only_tested_for(word, index))
        .map(|word| format!("{word} was only named as what is to be tested for"))
}

fn is_only_tested_for(word: &str, index: &Index) -> bool {
    let Some(stem) = text::content_stems(word).pop() else { return false };
    let mut said = index.units.iter().filter(|unit| !unit.of_another).flat_map(|unit| {
        let sentence = index.sentence(unit);
        let looked_for = LOOKED_FOR.find_iter(sentence).map(|found| {
            // "Blood work for your diabetes": that is there.
            let end = OWNED.find(found.as_str()).map_or(found.end(), |owned| found.start() + owned.start());
            found.start()..end
        });
        let tested: Vec<Range<usize>> = TEST.find_iter(sentence).map(|found| found.range()).chain(looked_for).collect();
        // What is asked, or may come, affirms nothing, nor does what is said not to be.
        let open = is_question(sentence) || context::hypothetical(sentence);
        let same = text::tokens(sentence).into_iter().filter(|token| text::stem(&token.lower) == stem);
        same.map(|token| (tested.iter().any(|test| test.contains(&token.range.start)), open)).collect::<Vec<_>>()
    });
    let mut tested = false;
    let only = said.all(|(in_a_test, open)| {
        tested |= in_a_test;
        in_a_test || open
    });
    only && tested
}
