//! Words as they are compared: two ways of writing the same speech become the same words.
//!
//! Whisper's own English normaliser counts errors that nobody would call one ("oh" becomes 0, "okay" and "ok" differ,
//! "mum" and "mom" differ), two to three points of word error rate on visits (Omi-Health, medical-STT-eval, 2026). Here:
//!
//! - Numbers become digits however they are said or written: "one forty over ninety" is `140 over 90` is "140/90".
//! - Units, titles and contractions have one form ("mg" for milligrams, "do not" for "don't").
//! - British and American spellings have one form. The rules may bend a word that needs none ("rise" → `rize`): as both
//!   sides are bent alike, that costs nothing unless two real words fall together, and none in clinical talk do.
//! - Fillers ("um", "uh", "oh", "mm-hmm") and sounds in brackets are left out on both sides.
//! - Hyphens part words; [`parted_like`] then forgives "follow up" for "followup".
//!
//! Stutters, and "yes" for "yeah", stay what they are: words.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
    sync::LazyLock,
};

use regex::Regex;

use super::spelling;
use crate::language::numbers::numbers;

/// A word as it is compared, with its place in the text that it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// In its one form.
    pub word: String,
    /// Bytes of the text. The words of one contraction share it.
    pub range: Range<usize>,
}

/// The words of `text` as they are compared.
pub fn words(text: &str) -> Vec<String> {
    tokens(text).into_iter().map(|token| token.word).collect()
}

/// The words of `text` as they are compared, with their places.
pub fn tokens(text: &str) -> Vec<Token> {
    let text = without_brackets(text);
    let joined = join_figures(&text, pieces(&text));
    joined.into_iter().flat_map(one_form).collect()
}

/// What a text is first cut into.
#[derive(Debug, Clone)]
struct Piece {
    word: String,
    range: Range<usize>,
    is_number: bool,
}

/// Sounds and remarks in brackets, which nobody said, as spaces: places stay what they are.
fn without_brackets(text: &str) -> String {
    static BRACKETS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\[[^\]]*\]|\([^)]*\)|<[^>]*>").expect("a fixed pattern"));
    BRACKETS.replace_all(text, |found: &regex::Captures<'_>| " ".repeat(found[0].len())).into_owned()
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut at = 0;
    let fractions = fractions(text);
    let in_fraction = |number: &Range<usize>| {
        fractions.iter().any(|(range, _)| range.start <= number.start && number.end <= range.end)
    };
    for number in numbers(text).into_iter().filter(|number| !in_fraction(&number.range)) {
        found.extend(parted_pieces(text, at..number.range.start, &fractions));
        found.extend(symbol_between(text, &found, &number.range));
        let word = figure(text, &number.range, number.value);
        at = number.range.end;
        found.push(Piece { word, range: number.range, is_number: true });
    }
    found.extend(parted_pieces(text, at..text.len(), &fractions));
    found
}

/// Fractions in figures with their words: "1/2 a tablet" is half a tablet, where "4/10" is four out of ten.
fn fractions(text: &str) -> Vec<(Range<usize>, &'static [&'static str])> {
    static FRACTION: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b[123]/[234]\b").expect("a fixed pattern"));
    let words = |figures: &str| -> Option<&'static [&'static str]> {
        Some(match figures {
            "1/2" => &["half"],
            "1/4" => &["quarter"],
            "3/4" => &["0.75"],
            "2/3" => &["2", "thirds"],
            _ => return None,
        })
    };
    let stands_alone = |range: &Range<usize>| {
        let part = |c: char| c.is_ascii_digit() || matches!(c, '/' | '.' | ',');
        let after = &text[range.end..];
        // "1/2." ends a sentence, "1/2.5" and "1/2/2020" are no fractions.
        let goes_on = after.starts_with('/')
            || after.starts_with(['.', ',']) && after[1..].starts_with(|c: char| c.is_ascii_digit());
        !text[..range.start].ends_with(part) && !goes_on
    };
    let found = FRACTION.find_iter(text).filter(|found| stands_alone(&found.range()));
    found.filter_map(|found| Some((found.range(), words(found.as_str())?))).collect()
}

/// The pieces of `gap`, in which no numbers but `fractions` are.
fn parted_pieces(text: &str, gap: Range<usize>, fractions: &[(Range<usize>, &'static [&'static str])]) -> Vec<Piece> {
    let (mut found, mut at) = (Vec::new(), gap.start);
    for (range, words) in fractions.iter().filter(|(range, _)| gap.start <= range.start && range.end <= gap.end) {
        found.extend(plain_pieces(text, at..range.start));
        let piece = |word: &&str| Piece { word: (*word).to_owned(), range: range.clone(), is_number: false };
        found.extend(words.iter().map(piece));
        at = range.end;
    }
    found.extend(plain_pieces(text, at..gap.end));
    found
}

/// A number in digits. Written ones keep their leading zeros, which tell 9:05 from 9:5, and ".5" is 0.5.
fn figure(text: &str, range: &Range<usize>, value: f64) -> String {
    let written = &text[range.clone()];
    if written.starts_with('0') && written.bytes().all(|byte| byte.is_ascii_digit()) {
        return written.to_owned();
    }
    let before: Vec<char> = text[..range.start].chars().rev().take(2).collect();
    let is_bare_decimal = before.first() == Some(&'.') && before.get(1).is_none_or(|c| c.is_whitespace());
    if is_bare_decimal && written.bytes().all(|byte| byte.is_ascii_digit()) {
        return format!("0.{written}");
    }
    format!("{value}")
}

fn plain_pieces(text: &str, gap: Range<usize>) -> Vec<Piece> {
    static PIECE: LazyLock<Regex> = LazyLock::new(|| {
        let initials = r"(?:\b\p{L}\.)+\p{L}\b\.?";
        let ordinal = r"\d+(?:st|nd|rd|th)\b";
        let word = r"[\p{L}\p{M}](?:[\p{L}\p{M}]|['’][\p{L}\p{M}])*";
        // "20/day" is said "twenty a day".
        let each = r"/(?:day|week|month|year|hour|night|minute)\b";
        Regex::new(&format!(r"(?i){each}|{initials}|{ordinal}|{word}|\d+(?:\.\d+)?|[%&+°½]")).expect("a fixed pattern")
    });
    let found = PIECE.find_iter(&text[gap.clone()]);
    let piece = |written: &str, start: usize| Piece {
        word: plain_word(written),
        range: gap.start + start..gap.start + start + written.len(),
        is_number: written.bytes().all(|byte| byte.is_ascii_digit()),
    };
    let pieces = |found: regex::Match<'_>| match found.as_str().strip_prefix('/') {
        Some(unit) => {
            let slash = piece("/", found.start());
            vec![Piece { word: "a".to_owned(), ..slash }, piece(unit, found.start() + 1)]
        }
        None => vec![piece(found.as_str(), found.start())],
    };
    found.flat_map(pieces).collect()
}

/// Lower case, one kind of apostrophe, initials without their points ("a.m." is "am").
fn plain_word(written: &str) -> String {
    let is_initials = written.contains('.') && written.starts_with(char::is_alphabetic);
    let lower = written.to_lowercase().replace('’', "'");
    if is_initials { lower.replace('.', "") } else { lower }
}

/// What a sign between two numbers is read as: "140/90", "2-3 days".
fn symbol_between(text: &str, before: &[Piece], number: &Range<usize>) -> Option<Piece> {
    let last = before.last().filter(|piece| piece.is_number)?;
    let short = |range: &Range<usize>| text[range.clone()].len() <= 3;
    let word = match text[last.range.end..number.start].trim() {
        "/" => "over",
        "-" | "–" if short(&last.range) && short(number) => "to",
        _ => return None,
    };
    Some(Piece { word: word.to_owned(), range: last.range.end..number.start, is_number: false })
}

/// Joins what is one number in another writing: "nine one one" and "911", "9:30" and "nine thirty", "the one forties" and
/// "140s", "twenty first" and "21st", "four out of ten" and "4/10".
fn join_figures(text: &str, pieces: Vec<Piece>) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::new();
    for mut piece in pieces {
        if let Some(figure) = spelling::ordinal(&piece.word).or_else(|| spelling::decade(&piece.word)) {
            piece.word = figure;
        }
        match joined.last_mut() {
            Some(last) if last.is_number => match joined_word(text, last, &piece) {
                Some(word) => {
                    let is_number = piece.is_number;
                    *last = Piece { word, range: last.range.start..piece.range.end, is_number };
                }
                None => joined.push(piece),
            },
            _ => joined.push(piece),
        }
        read_out_of(&mut joined);
    }
    joined
}

/// `last` and `next` as one word, where they are one number.
fn joined_word(text: &str, last: &Piece, next: &Piece) -> Option<String> {
    let between = &text[last.range.end..next.range.start];
    let is_spaced = between.chars().all(char::is_whitespace);
    let is_whole = !last.word.contains('.') && !next.word.contains('.');
    if next.is_number {
        let zero_minutes = between == ":" && next.word == "00";
        return match between {
            ":" if zero_minutes => Some(last.word.clone()),
            _ if is_whole && (is_spaced || between == ":") => Some(format!("{}{}", last.word, next.word)),
            _ => None,
        };
    }
    if next.word == "k" && between.is_empty() && is_whole {
        return Some(format!("{}000", last.word));
    }
    if next.word == "s" && matches!(between, "" | "'" | "’") {
        return Some(format!("{}s", last.word));
    }
    if !(is_spaced || between == "-") {
        return None;
    }
    let is_decade = next.word.ends_with("0s");
    if is_decade && is_whole {
        return Some(format!("{}{}", last.word, next.word));
    }
    let is_ordinal = next.word.len() == 3 && next.word.starts_with(|c: char| c.is_ascii_digit());
    let tens = last.word.strip_suffix('0').filter(|tens| tens.len() == 1);
    tens.filter(|_| is_ordinal).map(|tens| format!("{tens}{}", next.word))
}

/// "4 out of 10" at the end of `pieces` becomes "4 over 10".
fn read_out_of(pieces: &mut Vec<Piece>) {
    if let [.., Piece { is_number: true, .. }, out, of, Piece { is_number: true, .. }] = pieces.as_slice()
        && (out.word.as_str(), of.word.as_str()) == ("out", "of")
    {
        let at = pieces.len() - 3;
        pieces[at].word = "over".to_owned();
        pieces.remove(at + 1);
    }
}

/// The words that a piece stands for; none for a filler.
fn one_form(piece: Piece) -> Vec<Token> {
    let range = piece.range;
    let words = if piece.is_number { vec![piece.word] } else { spelling::one_form(&piece.word) };
    words.into_iter().map(|word| Token { word, range: range.clone() }).collect()
}

/// The longest run of words that may be one word elsewhere ("E C G").
const COMPOUND_WORDS: usize = 4;

/// `words`, where a word that `other` lacks but writes as several is parted as there, so that "followup" is "follow up". Each
/// word comes with the index that it had before.
pub fn parted_like(words: &[String], other: &[String]) -> Vec<(String, usize)> {
    let known: HashSet<&String> = other.iter().collect();
    let mut compounds: HashMap<String, &[String]> = HashMap::new();
    for length in 2..=COMPOUND_WORDS {
        for run in other.windows(length) {
            compounds.entry(run.concat()).or_insert(run);
        }
    }
    let mut parted = Vec::with_capacity(words.len());
    for (index, word) in words.iter().enumerate() {
        match compounds.get(word).filter(|_| !known.contains(word)) {
            Some(parts) => parted.extend(parts.iter().map(|part| (part.clone(), index))),
            None => parted.push((word.clone(), index)),
        }
    }
    parted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) {
        let (left, right) = (words(one), words(other));
        assert_eq!(left, right, "{one:?} and {other:?}");
        assert!(!left.is_empty(), "{one:?} is nothing");
    }

    #[test]
    fn numbers_said_and_written_are_the_same() {
        for (said, written) in [
            ("one forty over ninety", "140/90"),
            ("twenty milligrams", "20 mg"),
            ("twenty milligrams", "20mg."),
            ("one hundred and fifty two over ninety four", "152 over 94"),
            ("seven point eight", "7.8"),
            ("point five", ".5"),
            ("call nine one one", "Call 911!"),
            ("at nine thirty", "at 9:30"),
            ("at nine oh five", "at 9:05"),
            ("at nine o'clock a.m.", "at 9:00 AM"),
            ("in the one forties", "in the 140s"),
            ("the nineteen eighties", "the 1980's"),
            ("on the twenty first", "on the 21st"),
            ("two to three days", "2-3 days"),
            ("four out of ten", "4/10"),
            ("two twenty milligram tablets", "two 20 mg tablets"),
            ("a hundred percent", "100%"),
            ("one thousand", "1,000"),
            ("two and a half", "2.5"),
            ("your A one C", "your A1c"),
            ("B twelve", "B12"),
            ("ninety-eight point six degrees", "98.6°"),
            ("half a tablet", "1/2 a tablet"),
            ("two thirds of my life", "2/3 of my life"),
            ("three quarters", "3/4"),
            ("twenty a day", "20/day"),
            ("two hundred and ten thousand", "210k"),
            ("fifty thousand units", "50 000 IU"),
        ] {
            same(said, written);
        }
    }

    #[test]
    fn contractions_spellings_and_titles_are_the_same() {
        for (one, other) in [
            ("I don't think it's bad", "I do not think it is bad"),
            ("can't", "cannot"),
            ("you’re we'll they've I'm", "you are we will they have I am"),
            ("okay, Mum", "OK mom"),
            ("all right", "alright"),
            ("Dr. Smith and Mr. Jones", "doctor Smith & mister Jones"),
            ("haemoglobin, diarrhoea, oedema", "hemoglobin diarrhea edema"),
            ("the colour of the tumour", "the color of the tumor"),
            ("organised by the centre", "organized by the center"),
            ("gonna wanna gotta", "going to want to got to"),
            ("an E.C.G. at 9 p.m.", "an ECG at 9 pm"),
            ("'cause", "because"),
        ] {
            same(one, other);
        }
    }

    #[test]
    fn fillers_and_sounds_are_no_words() {
        assert_eq!(words("Oh, um, [coughs] mm-hmm. Uh-huh (laughs) <unk>"), [""; 0]);
        assert_eq!(words("Oh, it hurts"), ["it", "hurts"]);
    }

    #[test]
    fn what_differs_stays_different() {
        for (one, other) in [
            ("fifteen", "fifty"),
            ("1.5", "15"),
            ("140 over 90", "140 over 19"),
            ("yes", "yeah"),
            ("he is", "he is not"),
            ("two, three", "twenty three"),
            ("hypertension", "hypotension"),
        ] {
            assert_ne!(words(one), words(other), "{one:?} and {other:?}");
        }
    }

    #[test]
    fn a_word_knows_its_place() {
        let text = "Take [cough] Lasix, don't wait";
        let placed: Vec<(String, &str)> =
            tokens(text).into_iter().map(|token| (token.word, &text[token.range])).collect();
        let expected = [("take", "Take"), ("lasix", "Lasix"), ("do", "don't"), ("not", "don't"), ("wait", "wait")];
        assert_eq!(placed, expected.map(|(word, place)| (word.to_owned(), place)));
    }

    #[test]
    fn a_compound_is_parted_as_the_other_side_does() {
        let both = |one: &str, other: &str| {
            let (one, other) = (words(one), words(other));
            (parted_like(&one, &other), parted_like(&other, &one))
        };
        let (one, other) = both("a followup of the E C G", "a follow up of the ecg");
        let plain = |words: &[(String, usize)]| words.iter().map(|(word, _)| word.clone()).collect::<Vec<_>>();
        assert_eq!(plain(&one), plain(&other));
        assert_eq!(one[2], ("up".to_owned(), 1));
        let (one, other) = both("not able", "a notable able man is not here");
        assert_eq!((one.len(), other[1].0.as_str()), (2, "not"));
    }
}
