//! Numbers and units as clinicians write them: "one forty over ninety" is 140/90, "point five milligrams" 0.5 mg.
//!
//! What is safe to read is written as the error-prone abbreviation lists of ISMP ask: a zero before a decimal point and none
//! after it, mcg and not µg, units in full, a comma in thousands. What could mean two things stays as it was said: "ten to
//! twenty" may be a range or a change, and keeps its "to".

use std::ops::Range;

use super::{
    numbers::{Number, numbers},
    parts::{and_a_part, parts},
    tokens::{Token, tokens},
    units,
};

/// A stretch of a text that is written in another way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// How a clinician writes it.
    pub text: String,
}

/// Units by the words that are said for them, the longest first.
const UNITS: &[(&[&str], &str)] = &[
    (&["milligrams", "per", "deciliter"], "mg/dL"),
    (&["milligrams", "per", "kilogram"], "mg/kg"),
    (&["millimeters", "of", "mercury"], "mmHg"),
    (&["beats", "per", "minute"], "bpm"),
    (&["degrees", "fahrenheit"], "°F"),
    (&["degrees", "celsius"], "°C"),
    (&["percent"], "%"),
    (&["per", "cent"], "%"),
    (&["milligram"], "mg"),
    (&["milligrams"], "mg"),
    (&["mgs"], "mg"),
    (&["microgram"], "mcg"),
    (&["micrograms"], "mcg"),
    (&["gram"], "g"),
    (&["grams"], "g"),
    (&["kilogram"], "kg"),
    (&["kilograms"], "kg"),
    (&["kilos"], "kg"),
    (&["milliliter"], "mL"),
    (&["milliliters"], "mL"),
    (&["millilitres"], "mL"),
    (&["mls"], "mL"),
    (&["liters"], "L"),
    (&["litres"], "L"),
    (&["millimeters"], "mm"),
    (&["millimetres"], "mm"),
    (&["centimeters"], "cm"),
    (&["centimetres"], "cm"),
    (&["milliequivalent"], "mEq"),
    (&["milliequivalents"], "mEq"),
    (&["milli", "equivalent"], "mEq"),
    (&["milli", "equivalents"], "mEq"),
];

/// What a number below ten counts where it is written in digits.
const COUNTED: &str = " tablet tablets pill pills capsule capsules puff puffs drop drops spray sprays unit units dose \
    doses time times hour hours day days week weeks month months year years pound pounds ";

/// After "over" these make a stretch of time of the number, and no ratio: "lost four over two weeks".
const TIMES: &str = " minute minutes hour hours day days night nights week weeks month months year years ";

/// Words of a temperature, with which "thirty-seven five" is 37.5.
const WARMTH: [&str; 5] = ["temperature", "temp", "fever", "degrees", "thermometer"];

/// What in `text` is written differently from how it was said, in order and apart.
pub fn written(text: &str) -> Vec<Written> {
    let tokens = tokens(text);
    let reader = Reader { text, tokens: &tokens, numbers: &numbers(text) };
    let mut found: Vec<Written> = Vec::new();
    let mut at = 0;
    while let Some(number) = reader.numbers.get(at) {
        let (read, used) = reader.read(at, number);
        at += used;
        found.extend(read.filter(|read| read.text != text[read.range.clone()]));
    }
    found.extend(
        parts(text)
            .into_iter()
            .filter(|part| units::micrograms(part.unit).is_some())
            .map(|part| Written { text: format!("{} {}", part.value, part.unit), range: part.range }),
    );
    found.sort_by_key(|one| one.range.start);
    found
}

struct Reader<'a> {
    text: &'a str,
    tokens: &'a [Token],
    numbers: &'a [Number],
}

impl Reader<'_> {
    /// What begins with `number`, which is the one at `at`, and how many numbers it takes up.
    fn read(&self, at: usize, number: &Number) -> (Option<Written>, usize) {
        let pair = self.numbers.get(at + 1).and_then(|second| Some((second, self.pair(number, second)?)));
        let (end, value, used) = match pair {
            Some((second, value)) => (second.range.end, value, 2),
            None => (number.range.end, self.digits(number), 1),
        };
        let previous = at.checked_sub(1).map(|before| &self.numbers[before]);
        if previous.is_some_and(|previous| self.may_be_one(previous, number, used)) {
            return (None, used);
        }
        let unit = self.unit_after(end);
        if used == 1 && unit.is_none() && self.stays(number) {
            return (None, 1);
        }
        let (value, unit) = match unit.and_then(|(end, unit)| Some((and_a_part(self.text, end)?, unit))) {
            // "Two grams and a half"
            Some(((more, end), unit)) if used == 1 => (format!("{}", number.value + more), Some((end, unit))),
            _ => (value, unit),
        };
        let (end, value) = match unit {
            Some((end, "%")) => (end, format!("{value}%")),
            Some((end, unit)) => (end, format!("{value} {unit}")),
            None => (end, value),
        };
        (Some(Written { range: number.range.start..end, text: value }), used)
    }

    /// Whether `number` may be the end of the one before it, so that what is written for it alone could be wrong: "between
    /// 100 and eighty", and "1 40 over 90", of which `used` numbers are read.
    fn may_be_one(&self, previous: &Number, number: &Number, used: usize) -> bool {
        let in_digits = !self.is_spelt(previous) || !self.is_spelt(number);
        let is_round = previous.value >= 100.0 && previous.value % 100.0 == 0.0 && number.value < 100.0;
        match &self.text[previous.range.end..number.range.start] {
            " and " => in_digits && is_round,
            " " => used == 2 && in_digits,
            _ => false,
        }
    }

    /// Two numbers that are written as one.
    fn pair(&self, first: &Number, second: &Number) -> Option<String> {
        let between = self.text[first.range.end..second.range.start].trim().to_lowercase();
        let (one, two) = (self.digits(first), self.digits(second));
        let after = self.next_word(second.range.end);
        let is_time = after.is_some_and(|word| has(TIMES, word));
        match between.as_str() {
            "over" if !is_time => Some(format!("{one}/{two}")),
            "out of" if first.value <= second.value && !is_time => Some(format!("{one}/{two}")),
            "" | "-" if self.is_temperature(first, second) => Some(format!("{one}.{two}")),
            "to" | "or" if self.is_amount(second) => Some(format!("{one} {between} {two}")),
            _ => None,
        }
    }

    /// Whether what `number` counts is written with it: "four to six units" may be a range or a change, and neither is six.
    fn is_amount(&self, number: &Number) -> bool {
        let counts = self.next_word(number.range.end).is_some_and(|word| has(COUNTED, word));
        counts || self.unit_after(number.range.end).is_some()
    }

    /// "thirty-seven five", of a temperature that was spoken of before.
    fn is_temperature(&self, first: &Number, second: &Number) -> bool {
        let degrees = (35.0..43.0).contains(&first.value) || (95.0..108.0).contains(&first.value);
        let whole = first.value.fract() == 0.0;
        let digit = second.value.fract() == 0.0 && second.value < 10.0 && self.is_spelt(second);
        let counts = self.next_word(second.range.end).is_some_and(|word| has(COUNTED, word));
        let mut before = self.tokens.iter().take_while(|token| token.range.start < first.range.start);
        degrees && whole && digit && !counts && before.any(|token| WARMTH.contains(&token.lower.as_str()))
    }

    /// A number in digits. What came as digits keeps its form, but for a point with nothing before it and a decimal comma.
    fn digits(&self, number: &Number) -> String {
        let said = &self.text[number.range.clone()];
        let decimal_comma = said.contains(',') && number.value < 1000.0;
        if said.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.'))
            && !said.starts_with('.')
            && !decimal_comma
        {
            return said.to_owned();
        }
        if let Some(time) = self.time_of_day(number) {
            return time;
        }
        let plain = format!("{}", number.value);
        let thousands = number.value.fract() == 0.0 && number.value >= 1000.0;
        if thousands && (number.value >= 10_000.0 || said.to_lowercase().contains("thousand")) {
            return with_commas(&plain);
        }
        plain
    }

    /// "at seven thirty".
    fn time_of_day(&self, number: &Number) -> Option<String> {
        let before = self.tokens.iter().rev().find(|token| token.range.end <= number.range.start)?;
        let (hours, minutes) = ((number.value / 100.0).floor(), number.value % 100.0);
        let said = self.text[number.range.clone()].to_lowercase();
        let is_time = matches!(before.lower.as_str(), "at" | "by" | "until" | "till" | "around" | "about")
            && self.is_spelt(number)
            && (1.0..13.0).contains(&hours)
            && (10.0..60.0).contains(&minutes)
            && !said.contains("hundred")
            && !said.contains("thousand")
            && self.unit_after(number.range.end).is_none();
        is_time.then(|| format!("{hours}:{minutes}"))
    }

    /// Whether a number that stands alone is not written differently: "one of them", "two or three people", "three quarters
    /// of it", and "five eleven", which may be a height.
    fn stays(&self, number: &Number) -> bool {
        let small = number.value < 10.0 && number.value.fract() == 0.0;
        self.is_part(number)
            || self.may_be_height(number)
            || small && !self.next_word(number.range.end).is_some_and(|word| has(COUNTED, word))
    }

    /// "three quarters"
    fn is_part(&self, number: &Number) -> bool {
        let said = self.text[number.range.clone()].to_lowercase();
        number.value < 1.0 && ["half", "quarter", "quarters"].iter().any(|part| said.ends_with(part))
    }

    fn may_be_height(&self, number: &Number) -> bool {
        let (feet, inches) = ((number.value / 100.0).floor(), number.value % 100.0);
        let plain = !self.text[number.range.clone()].to_lowercase().contains("hundred");
        (4.0..=6.0).contains(&feet) && (10.0..12.0).contains(&inches) && self.is_spelt(number) && plain
    }

    fn is_spelt(&self, number: &Number) -> bool {
        !self.text[number.range.clone()].contains(|c: char| c.is_ascii_digit())
    }

    /// Where the unit after `end` ends, and how it is written.
    fn unit_after(&self, end: usize) -> Option<(usize, &'static str)> {
        let first = self.tokens.iter().position(|token| token.range.start >= end)?;
        let rest = &self.tokens[first..];
        let said = |words: &[&str]| {
            let last = rest.get(words.len() - 1)?;
            let same = words.iter().zip(rest).all(|(word, token)| *word == token.lower);
            let joined = !self.text[end..last.range.end].contains([',', '.', '?', '!', ';', ':']);
            (same && joined).then_some(last.range.end)
        };
        UNITS.iter().find_map(|(words, unit)| Some((said(words)?, *unit)))
    }

    fn next_word(&self, end: usize) -> Option<&str> {
        let next = self.tokens.iter().find(|token| token.range.start >= end)?;
        let joined = self.text[end..next.range.start].chars().all(|c| c == ' ' || c == '-');
        joined.then_some(next.lower.as_str())
    }
}

/// Whether `list`, with a space around each, has `word`.
fn has(list: &str, word: &str) -> bool {
    list.contains(&format!(" {word} "))
}

/// `12500` as `12,500`.
fn with_commas(digits: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        written(text).into_iter().map(|found| (text[found.range].to_owned(), found.text)).collect()
    }

    #[test]
    fn numbers_are_written_as_clinicians_write_them() {
        for (said, spoken, expected) in [
            ("It was one forty over ninety today.", "one forty over ninety", "140/90"),
            ("Here it's 138 over 86, pulse 70.", "138 over 86", "138/86"),
            ("Take point five milligrams.", "point five milligrams", "0.5 mg"),
            ("Take .5 milligrams.", ".5 milligrams", "0.5 mg"),
            ("one hundred and twelve micrograms", "one hundred and twelve micrograms", "112 mcg"),
            ("Her temperature was thirty-seven five.", "thirty-seven five", "37.5"),
            ("a fever of a hundred and one point four", "a hundred and one point four", "101.4"),
            ("your A1c is seven point eight percent", "seven point eight percent", "7.8%"),
            ("about seven out of ten", "seven out of ten", "7/10"),
            ("twenty units at night", "twenty", "20"),
            ("two tablets", "two", "2"),
            ("two and a half tablets", "two and a half", "2.5"),
            ("fifteen thousand units", "fifteen thousand", "15,000"),
            ("the 160 over 4.5 inhaler", "160 over 4.5", "160/4.5"),
            ("I was up at seven thirty", "seven thirty", "7:30"),
            ("20 milligrams", "20 milligrams", "20 mg"),
            ("It was 37,5 degrees.", "37,5", "37.5"),
            ("five milliliters", "five milliliters", "5 mL"),
            ("You're down to 100 and 82 and a half pounds.", "100 and 82 and a half", "182.5"),
            ("100 and 5 kilograms", "100 and 5 kilograms", "105 kg"),
            ("It was 100 and 20 over 80.", "100 and 20 over 80", "120/80"),
            ("2 hundred and 50 milligrams", "2 hundred and 50 milligrams", "250 mg"),
            ("a thousand five hundred milligrams", "a thousand five hundred milligrams", "1,500 mg"),
            ("two million units", "two million", "2,000,000"),
            ("a hundred and one point five", "a hundred and one point five", "101.5"),
            ("about one hundred twenty over eighty", "one hundred twenty over eighty", "120/80"),
            ("98 point 6", "98 point 6", "98.6"),
            ("one oh one", "one oh one", "101"),
            ("half a milligram at night", "half a milligram", "0.5 mg"),
            ("a gram and a half", "a gram and a half", "1.5 g"),
            ("two grams and a half", "two grams and a half", "2.5 g"),
            ("20 milli equivalents", "20 milli equivalents", "20 mEq"),
            ("Clonidine.1 milligrams", ".1 milligrams", "0.1 mg"),
            ("two fifty", "two fifty", "250"),
        ] {
            assert_eq!(pairs(said), [(spoken.to_owned(), expected.to_owned())], "{said}");
        }
    }

    #[test]
    fn what_could_mean_two_things_is_not_joined() {
        for (said, expected) in [
            ("ten to twenty", vec!["10", "20"]),
            ("four to six units", vec!["4 to 6"]),
            ("three or four tablets", vec!["3 or 4"]),
            ("two hundred and fifty, no, make that five hundred", vec!["250", "500"]),
            ("ten pounds over twelve weeks", vec!["10", "12"]),
            ("she lost twenty over two weeks", vec!["20", "2"]),
            ("one forty, over ninety percent of the time", vec!["140", "90%"]),
            ("bed thirty-seven five days", vec!["37", "5"]),
            ("five to ten milligrams", vec!["5 to 10 mg"]),
            ("between a hundred and one twenty", vec!["100", "120"]),
            ("two thousand, five of them, twenty", vec!["2,000", "20"]),
        ] {
            assert_eq!(pairs(said).into_iter().map(|(_, text)| text).collect::<Vec<_>>(), expected, "{said}");
        }
    }

    #[test]
    fn plain_talk_and_digits_are_left_alone() {
        for said in
            ["one of them, no one", "the first time, two or three people", "It was 7.8.", "call 911", "140/90", ""]
        {
            assert_eq!(pairs(said), [], "{said}");
        }
    }

    #[test]
    fn what_may_be_a_part_of_another_number_is_not_written_alone() {
        for said in [
            "between 100 and eighty two and a half pounds",
            "My sugars were 100 and ninety.",
            "both 100 and 50 milligrams",
            "It was 1 40 over 90.",
            "100 20 over 80",
            "half a tablet, three quarters of it",
            "I'm five eleven.",
        ] {
            assert_eq!(pairs(said), [], "{said}");
        }
    }

    /// A whole number below ten thousand in words, as it is said in full.
    fn spelt(number: u32) -> String {
        const SMALL: [&str; 20] = [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ];
        const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
        let (word, rest) = match number {
            0..20 => (SMALL[number as usize].to_owned(), 0),
            20..100 => (TENS[number as usize / 10].to_owned(), number % 10),
            100..1000 => (format!("{} hundred", spelt(number / 100)), number % 100),
            _ => (format!("{} thousand", spelt(number / 1000)), number % 1000),
        };
        let and = if number >= 100 && rest < 100 { " and" } else { "" };
        if rest == 0 { word } else { format!("{word}{and} {}", spelt(rest)) }
    }

    proptest! {
        #[test]
        fn every_dose_in_words_is_the_dose_in_digits(number in 1u32..10_000) {
            let found = pairs(&format!("give {} milligrams of it", spelt(number)));
            prop_assert_eq!(found.len(), 1);
            prop_assert_eq!(found[0].1.replace(',', ""), format!("{number} mg"));
        }

        #[test]
        fn every_number_in_two_parts_is_one(hundreds in 1u32..10, rest in 1u32..100, first: bool, second: bool) {
            let shown = |number: u32, in_digits: bool| if in_digits { number.to_string() } else { spelt(number) };
            let said = format!("she weighs {} and {} pounds", shown(hundreds * 100, first), shown(rest, second));
            let found = pairs(&said);
            prop_assert_eq!(found.len(), 1, "{}", said);
            prop_assert_eq!(&found[0].1, &(hundreds * 100 + rest).to_string());
        }

        #[test]
        fn every_pressure_is_a_ratio(above in 60u32..260, below in 30u32..160) {
            let found = pairs(&format!("it is {} over {} now", spelt(above), spelt(below)));
            prop_assert_eq!(found.len(), 1);
            prop_assert_eq!(&found[0].1, &format!("{above}/{below}"));
        }

        #[test]
        fn what_is_found_lies_in_the_text_in_order(text in "(one|forty|over|point|five|and|a|half|quarters|hundred|thousand|million|between|mg|percent|out|of|ten|[0-9]{1,4}|\\.5|,|é|-| ){0,30}") {
            let mut end = 0;
            for found in written(&text) {
                prop_assert!(found.range.start >= end && found.range.end <= text.len());
                prop_assert!(text.get(found.range.clone()).is_some());
                end = found.range.end;
            }
        }
    }
}
