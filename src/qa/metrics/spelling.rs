//! The tables and rules that give a word its one form; `normal` says why.

use std::{collections::HashMap, sync::LazyLock};

use regex::Regex;

/// Sounds that carry no word. "Oh" is one: inside a number it has been read before.
const FILLERS: &[&str] = &[
    "um", "umm", "uh", "uhh", "er", "erm", "ehm", "ah", "aah", "eh", "hm", "hmm", "hmmm", "mm", "mmm", "mhm", "mmhmm",
    "mmhm", "uhhuh", "huh", "oh", "ooh", "ugh", "o'clock",
];

/// Words and what they are compared as. Units first, then contractions that no rule covers, then spellings.
const FORMS: &[(&str, &str)] = &[
    ("milligram", "mg"),
    ("milligrams", "mg"),
    ("mgs", "mg"),
    ("milligramme", "mg"),
    ("milligrammes", "mg"),
    ("microgram", "mcg"),
    ("micrograms", "mcg"),
    ("ug", "mcg"),
    ("µg", "mcg"),
    ("μg", "mcg"),
    ("milliliter", "ml"),
    ("milliliters", "ml"),
    ("millilitre", "ml"),
    ("millilitres", "ml"),
    ("mls", "ml"),
    ("kilogram", "kg"),
    ("kilograms", "kg"),
    ("kilos", "kg"),
    ("kgs", "kg"),
    ("centimeter", "cm"),
    ("centimeters", "cm"),
    ("centimetre", "cm"),
    ("centimetres", "cm"),
    ("gram", "g"),
    ("grams", "g"),
    ("pound", "pounds"),
    ("lb", "pounds"),
    ("lbs", "pounds"),
    ("hrs", "hours"),
    ("hr", "hour"),
    ("mins", "minutes"),
    ("secs", "seconds"),
    ("mmhg", "millimeters of mercury"),
    ("%", "percent"),
    ("&", "and"),
    ("+", "plus"),
    ("°", "degrees"),
    ("½", "half"),
    ("iu", "units"),
    ("can't", "can not"),
    ("cannot", "can not"),
    ("won't", "will not"),
    ("shan't", "shall not"),
    ("ain't", "is not"),
    ("let's", "let us"),
    ("it's", "it is"),
    ("that's", "that is"),
    ("he's", "he is"),
    ("she's", "she is"),
    ("what's", "what is"),
    ("there's", "there is"),
    ("here's", "here is"),
    ("where's", "where is"),
    ("who's", "who is"),
    ("how's", "how is"),
    ("when's", "when is"),
    ("everything's", "everything is"),
    ("something's", "something is"),
    ("nothing's", "nothing is"),
    ("y'all", "you all"),
    ("gonna", "going to"),
    ("wanna", "want to"),
    ("gotta", "got to"),
    ("kinda", "kind of"),
    ("sorta", "sort of"),
    ("lemme", "let me"),
    ("gimme", "give me"),
    ("dunno", "do not know"),
    ("cause", "because"),
    ("cos", "because"),
    ("cuz", "because"),
    ("coz", "because"),
    ("til", "until"),
    ("till", "until"),
    ("dr", "doctor"),
    ("mr", "mister"),
    ("mrs", "missus"),
    ("missis", "missus"),
    ("vs", "versus"),
    ("etc", "et cetera"),
    ("okay", "ok"),
    ("mkay", "ok"),
    ("alright", "all right"),
    ("mum", "mom"),
    ("mam", "mom"),
    ("mums", "moms"),
    ("mummy", "mommy"),
    ("yeh", "yeah"),
    ("yea", "yeah"),
    ("yah", "yeah"),
    ("ya", "yeah"),
    ("yup", "yep"),
    ("whilst", "while"),
    ("amongst", "among"),
    ("towards", "toward"),
    ("afterwards", "afterward"),
    ("grey", "gray"),
    ("cheque", "check"),
    ("tyre", "tire"),
    ("programme", "program"),
    ("programmes", "programs"),
    ("practise", "practice"),
    ("practised", "practiced"),
    ("practising", "practicing"),
    ("ageing", "aging"),
    ("judgement", "judgment"),
    ("sceptical", "skeptical"),
    ("storey", "story"),
    ("pyjamas", "pajamas"),
    ("aluminium", "aluminum"),
];

/// Endings of contractions, and the word that they are short for. "'d" is "would" more often than "had".
const CONTRACTIONS: &[(&str, &str)] =
    &[("n't", "not"), ("'re", "are"), ("'ve", "have"), ("'ll", "will"), ("'m", "am"), ("'d", "would")];

/// British spellings and their American form, for words of six letters or more, so that "hour" and "does" are left alone.
const BRITISH: &[(&str, &str)] = &[
    (r"our(s|ed|ing|al|able|ite|ites|ful|less|y)?$", "or$1"),
    (r"is(e|es|ed|ing|er|ation|ations)$", "iz$1"),
    (r"ys(e|es|ed|ing)$", "yz$1"),
    (r"([tb])re(s|d)?$", "${1}er$2"),
    (r"ll(ed|ing|er|ers)$", "l$1"),
    (r"ogue(s)?$", "og$1"),
    (r"ence(s|d)?$", "ense$1"),
    (r"sulph", "sulf"),
    (r"[ao]e", "e"),
];

/// Shorter words that the rules are for as well.
const SHORT_BRITISH: &[&str] = &["litre", "metre", "fibre", "odour"];

/// The words that `word` (in lower case) is compared as; none for a filler.
pub(super) fn one_form(word: &str) -> Vec<String> {
    if FILLERS.contains(&word) {
        return Vec::new();
    }
    if let Some(form) = forms().get(word) {
        return form.split(' ').map(str::to_owned).collect();
    }
    for (ending, full) in CONTRACTIONS {
        if let Some(stem) = word.strip_suffix(ending) {
            return vec![stem.to_owned(), (*full).to_owned()];
        }
    }
    // A possessive that was not heard, or is written without its mark, is no other word.
    let word = word.replace('\'', "");
    vec![american(&word)]
}

fn forms() -> &'static HashMap<&'static str, &'static str> {
    static INDEX: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| FORMS.iter().copied().collect());
    &INDEX
}

fn american(word: &str) -> String {
    static RULES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        let compiled =
            |(pattern, form): &(&'static str, &'static str)| (Regex::new(pattern).expect("a fixed pattern"), *form);
        BRITISH.iter().map(compiled).collect()
    });
    if word.chars().count() < 6 && !SHORT_BRITISH.contains(&word) {
        return word.to_owned();
    }
    RULES.iter().fold(word.to_owned(), |word, (rule, form)| rule.replace_all(&word, *form).into_owned())
}

/// "third" as "3rd", up to the thirtieth; "twenty" and "first" are joined later.
pub(super) fn ordinal(word: &str) -> Option<String> {
    const UNITS: [&str; 20] = [
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
        "eleventh",
        "twelfth",
        "thirteenth",
        "fourteenth",
        "fifteenth",
        "sixteenth",
        "seventeenth",
        "eighteenth",
        "nineteenth",
        "twentieth",
    ];
    let value = match word {
        "thirtieth" => 30,
        _ => UNITS.iter().position(|unit| *unit == word)? + 1,
    };
    let ending = match value {
        1 => "st",
        2 => "nd",
        3 => "rd",
        _ => "th",
    };
    Some(format!("{value}{ending}"))
}

/// "forties" as "40s".
pub(super) fn decade(word: &str) -> Option<String> {
    const TENS: [&str; 8] =
        ["twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties"];
    let at = TENS.iter().position(|tens| *tens == word)?;
    Some(format!("{}0s", at + 2))
}
