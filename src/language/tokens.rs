//! Words and numbers of a text, and the stems of words.

use std::ops::Range;

/// A word, or a number in digits, with its place in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// In lower case, without a possessive `'s`.
    pub lower: String,
    /// Bytes of the text.
    pub range: Range<usize>,
    /// Whether it is written in digits.
    pub digits: bool,
}

/// The words and numbers of `text`. `5mg` is two tokens, `A1c` and `don't` are one, and hyphens part words.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = 0;
    while let Some(offset) = text[rest..].find(char::is_alphanumeric) {
        let start = rest + offset;
        let digits = text[start..].starts_with(|c: char| c.is_ascii_digit());
        let end = if digits { number_end(text, start) } else { word_end(text, start) };
        let lower = text[start..end].to_lowercase().replace('’', "'");
        let lower = lower.strip_suffix("'s").map_or(lower.clone(), str::to_owned);
        found.push(Token { lower, range: start..end, digits });
        rest = end;
    }
    found
}

/// The value of a fraction that is written as one character: "½".
pub fn fraction(word: &str) -> Option<f64> {
    Some(match word {
        "½" => 0.5,
        "¼" => 0.25,
        "¾" => 0.75,
        "⅓" => 1.0 / 3.0,
        "⅔" => 2.0 / 3.0,
        _ => return None,
    })
}

/// Digits with thousands commas and one decimal point; "37,5" has a decimal comma.
fn number_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let digits_from = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut end = start + digits_from(start);
    while bytes.get(end) == Some(&b',') && digits_from(end + 1) == 3 && end - start <= 3 {
        end += 4;
    }
    let decimal_comma = bytes.get(end) == Some(&b',') && matches!(digits_from(end + 1), 1..=2);
    if bytes.get(end) == Some(&b'.') && digits_from(end + 1) > 0 || decimal_comma {
        end += 1 + digits_from(end + 1);
    }
    end
}

fn word_end(text: &str, start: usize) -> usize {
    let mut end = start;
    let mut characters = text[start..].char_indices().peekable();
    while let Some((offset, character)) = characters.next() {
        let inner_apostrophe =
            matches!(character, '\'' | '’') && characters.peek().is_some_and(|(_, next)| next.is_alphanumeric());
        if !character.is_alphanumeric() && !inner_apostrophe {
            break;
        }
        end = start + offset + character.len_utf8();
    }
    end
}

/// A word without its commonest endings; enough to see that "taking" and "takes" are one verb.
pub fn stem(word: &str) -> String {
    let word = word.strip_suffix("'s").unwrap_or(word);
    for (suffix, replacement, shortest) in SUFFIXES {
        if let Some(base) = word.strip_suffix(suffix)
            && base.len() >= *shortest
        {
            let mut base = format!("{base}{replacement}");
            let bytes = base.as_bytes();
            let doubled = bytes.len() > 3 && bytes[bytes.len() - 1] == bytes[bytes.len() - 2];
            if doubled && matches!(*suffix, "ing" | "ed") && !base.ends_with("ll") && !base.ends_with("ss") {
                base.pop();
            }
            return base.strip_suffix('e').map_or(base.clone(), str::to_owned);
        }
    }
    word.strip_suffix('e').filter(|base| base.len() > 2).unwrap_or(word).to_owned()
}

const SUFFIXES: &[(&str, &str, usize)] = &[
    ("ies", "y", 2),
    ("ied", "y", 2),
    ("iness", "y", 3),
    ("ness", "", 3),
    ("ations", "", 4),
    ("ation", "", 4),
    ("ingly", "", 3),
    ("ing", "", 3),
    ("ally", "al", 3),
    ("ly", "", 4),
    ("ers", "er", 3),
    ("es", "", 3),
    ("ed", "", 3),
    ("s", "", 3),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.lower).collect()
    }

    #[test]
    fn numbers_part_from_units_and_keep_their_point() {
        assert_eq!(words("5mg, 7.8 and 1,000 of B12; A1c"), ["5", "mg", "7.8", "and", "1,000", "of", "b12", "a1c"]);
        assert_eq!(words("don't use Crohn's 142/88."), ["don't", "use", "crohn", "142", "88"]);
    }

    #[test]
    fn stems_join_the_forms_of_a_word() {
        for (one, other) in [("taking", "takes"), ("allergies", "allergy"), ("stopped", "stop"), ("cramps", "cramping")]
        {
            assert_eq!(stem(one), stem(other), "{one} {other}");
        }
    }
}
