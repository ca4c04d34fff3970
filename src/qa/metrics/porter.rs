//! Word stems as the ROUGE of the literature has them: M. F. Porter, "An algorithm for suffix stripping", 1980, with the
//! changes of NLTK's `PorterStemmer` in its default mode, which the Python package `rouge-score` stems with.
//!
//! Another stemmer, such as Snowball's English one, would give other scores than those that are published. How this one
//! was checked stands in `docs/QUALITY.md`. Words are lower-case letters and digits.

/// A suffix and what takes its place.
type Rule = (&'static str, &'static str);

/// What the rules would get wrong, as NLTK lists it.
const IRREGULAR: &[(&str, &str)] = &[
    ("sky", "sky"),
    ("skies", "sky"),
    ("dying", "die"),
    ("lying", "lie"),
    ("tying", "tie"),
    ("news", "news"),
    ("innings", "inning"),
    ("inning", "inning"),
    ("outings", "outing"),
    ("outing", "outing"),
    ("cannings", "canning"),
    ("canning", "canning"),
    ("howe", "howe"),
    ("proceed", "proceed"),
    ("exceed", "exceed"),
    ("succeed", "succeed"),
];

/// The stem of `word`.
pub fn stem(word: &str) -> String {
    if let Some((_, stem)) = IRREGULAR.iter().find(|(form, _)| *form == word) {
        return (*stem).to_owned();
    }
    if word.len() <= 2 {
        return word.to_owned();
    }
    [plural, past, final_y, double_suffix, single_suffix, last_suffix, final_e, final_ll]
        .iter()
        .fold(word.to_owned(), |word, step| step(&word))
}

/// Whether each letter is a consonant; a `y` is one unless it follows one.
fn consonants(word: &str) -> Vec<bool> {
    let mut flags: Vec<bool> = Vec::with_capacity(word.len());
    for letter in word.bytes() {
        flags.push(match letter {
            b'a' | b'e' | b'i' | b'o' | b'u' => false,
            b'y' => !flags.last().copied().unwrap_or(false),
            _ => true,
        });
    }
    flags
}

/// How often a vowel is followed by a consonant: Porter's m.
fn measure(word: &str) -> usize {
    consonants(word).windows(2).filter(|pair| !pair[0] && pair[1]).count()
}

fn has_vowel(word: &str) -> bool {
    consonants(word).contains(&false)
}

fn ends_in_consonant(word: &str) -> bool {
    consonants(word).last() == Some(&true)
}

fn ends_in_double_consonant(word: &str) -> bool {
    let letters = word.as_bytes();
    letters.len() >= 2 && letters[letters.len() - 1] == letters[letters.len() - 2] && ends_in_consonant(word)
}

/// Consonant, vowel, consonant at the end, the last none of w, x and y; or a word of vowel and consonant.
fn ends_short(word: &str) -> bool {
    match consonants(word).as_slice() {
        [.., true, false, true] => !word.ends_with(['w', 'x', 'y']),
        flags => flags == [false, true],
    }
}

/// The first of `rules` whose suffix `word` has decides: its replacement, or, where the rest does not satisfy `holds`,
/// nothing changes.
fn first_rule(word: &str, rules: &[Rule], holds: impl Fn(&str, &str) -> bool) -> String {
    let applies = rules.iter().find_map(|(suffix, put)| Some((word.strip_suffix(suffix)?, *suffix, *put)));
    match applies {
        Some((rest, suffix, put)) if holds(rest, suffix) => format!("{rest}{put}"),
        _ => word.to_owned(),
    }
}

/// Step 1a.
fn plural(word: &str) -> String {
    if word.len() == 4 && word.ends_with("ies") {
        return word[..3].to_owned();
    }
    first_rule(word, &[("sses", "ss"), ("ies", "i"), ("ss", "ss"), ("s", "")], |_, _| true)
}

/// Step 1b.
fn past(word: &str) -> String {
    if let Some(rest) = word.strip_suffix("ied") {
        return format!("{rest}{}", if rest.len() == 1 { "ie" } else { "i" });
    }
    if let Some(rest) = word.strip_suffix("eed") {
        return if measure(rest) > 0 { format!("{rest}ee") } else { word.to_owned() };
    }
    let rest = word.strip_suffix("ed").or_else(|| word.strip_suffix("ing"));
    rest.filter(|rest| has_vowel(rest)).map_or_else(|| word.to_owned(), mended)
}

/// What is left of a past form, as a word again.
fn mended(rest: &str) -> String {
    if ["at", "bl", "iz"].iter().any(|end| rest.ends_with(end)) {
        return format!("{rest}e");
    }
    if ends_in_double_consonant(rest) {
        let keeps_both = rest.ends_with(['l', 's', 'z']);
        return if keeps_both { rest.to_owned() } else { rest[..rest.len() - 1].to_owned() };
    }
    if measure(rest) == 1 && ends_short(rest) { format!("{rest}e") } else { rest.to_owned() }
}

/// Step 1c, by NLTK's condition: "enjoy" keeps its y.
fn final_y(word: &str) -> String {
    first_rule(word, &[("y", "i")], |rest, _| rest.len() > 1 && ends_in_consonant(rest))
}

/// Step 2.
fn double_suffix(word: &str) -> String {
    const RULES: &[Rule] = &[
        ("ational", "ate"),
        ("tional", "tion"),
        ("enci", "ence"),
        ("anci", "ance"),
        ("izer", "ize"),
        ("bli", "ble"),
        ("alli", "al"),
        ("entli", "ent"),
        ("eli", "e"),
        ("ousli", "ous"),
        ("ization", "ize"),
        ("ation", "ate"),
        ("ator", "ate"),
        ("alism", "al"),
        ("iveness", "ive"),
        ("fulness", "ful"),
        ("ousness", "ous"),
        ("aliti", "al"),
        ("iviti", "ive"),
        ("biliti", "ble"),
        ("fulli", "ful"),
        ("logi", "log"),
    ];
    if let Some(rest) = word.strip_suffix("alli").filter(|rest| measure(rest) > 0) {
        return double_suffix(&format!("{rest}al"));
    }
    // The l of "logi" counts with what stands before it, so that "geology" and "archaeology" fare alike.
    let before = |rest: &str, suffix: &str| if suffix == "logi" { format!("{rest}l") } else { rest.to_owned() };
    first_rule(word, RULES, |rest, suffix| measure(&before(rest, suffix)) > 0)
}

/// Step 3.
fn single_suffix(word: &str) -> String {
    const RULES: &[Rule] =
        &[("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", "")];
    first_rule(word, RULES, |rest, _| measure(rest) > 0)
}

/// Step 4.
fn last_suffix(word: &str) -> String {
    const RULES: &[Rule] = &[
        ("al", ""),
        ("ance", ""),
        ("ence", ""),
        ("er", ""),
        ("ic", ""),
        ("able", ""),
        ("ible", ""),
        ("ant", ""),
        ("ement", ""),
        ("ment", ""),
        ("ent", ""),
        ("ion", ""),
        ("ou", ""),
        ("ism", ""),
        ("ate", ""),
        ("iti", ""),
        ("ous", ""),
        ("ive", ""),
        ("ize", ""),
    ];
    first_rule(word, RULES, |rest, suffix| measure(rest) > 1 && (suffix != "ion" || rest.ends_with(['s', 't'])))
}

/// Step 5a.
fn final_e(word: &str) -> String {
    first_rule(word, &[("e", "")], |rest, _| measure(rest) > 1 || (measure(rest) == 1 && !ends_short(rest)))
}

/// Step 5b.
fn final_ll(word: &str) -> String {
    first_rule(word, &[("ll", "l")], |rest, _| measure(&format!("{rest}l")) > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stems that NLTK 3.9 gives, a rule or an exception each.
    const STEMS: &[(&str, &str)] = &[
        ("caresses", "caress"),
        ("ponies", "poni"),
        ("dies", "die"),
        ("cats", "cat"),
        ("died", "die"),
        ("denied", "deni"),
        ("agreed", "agre"),
        ("feed", "feed"),
        ("plastered", "plaster"),
        ("bled", "bled"),
        ("motoring", "motor"),
        ("sing", "sing"),
        ("troubled", "troubl"),
        ("hopping", "hop"),
        ("falling", "fall"),
        ("filing", "file"),
        ("happy", "happi"),
        ("enjoy", "enjoy"),
        ("daily", "daili"),
        ("relational", "relat"),
        ("radically", "radic"),
        ("cardiology", "cardiolog"),
        ("hopefully", "hope"),
        ("replacement", "replac"),
        ("adoption", "adopt"),
        ("medication", "medic"),
        ("medications", "medic"),
        ("controll", "control"),
        ("rate", "rate"),
        ("cease", "ceas"),
        ("lying", "lie"),
        ("hypertension", "hypertens"),
        ("echocardiogram", "echocardiogram"),
        ("swelling", "swell"),
        ("examination", "examin"),
        ("bilaterally", "bilater"),
        ("x2xs", "x2x"),
    ];

    #[test]
    fn stems_are_those_of_nltk() {
        for (word, expected) in STEMS {
            assert_eq!(&stem(word), expected, "{word}");
        }
    }

    #[test]
    fn a_y_is_a_vowel_after_a_consonant_alone() {
        assert_eq!(consonants("toy"), [true, false, true]);
        assert_eq!(consonants("syzygy"), [true, false, true, false, true, false]);
        assert_eq!([measure("tree"), measure("trouble"), measure("private")], [0, 1, 2]);
    }
}
