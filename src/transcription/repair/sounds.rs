//! How written words sound, and how alike two of them do.
//!
//! What the recogniser writes for a name that it does not know is spelt as English would spell the sound: "loss artin" for
//! losartan. Both are read aloud by the same rules here, so that a rule which is wrong for both does little harm. The
//! signs are those of no alphabet, one byte each: vowels `a e i o u` and `I` (as in "my"); consonants as usual with `C`
//! (church), `J` (judge), `N` (sing), `S` (ship), `T` (thin), `Z` (measure).

use std::sync::LazyLock;

/// One sound.
pub type Phone = u8;

/// Words whose sound the rules miss and that stand for parts of names.
const IRREGULAR: [(&str, &str); 24] = [
    ("a", "a"),
    ("and", "and"),
    ("are", "ar"),
    ("came", "kem"),
    ("come", "kum"),
    ("eye", "I"),
    ("i", "I"),
    ("listen", "lisn"),
    ("of", "av"),
    ("one", "wun"),
    ("our", "aur"),
    ("said", "sed"),
    ("some", "sam"),
    ("talk", "tok"),
    ("the", "Ta"),
    ("to", "tu"),
    ("two", "tu"),
    ("walk", "wok"),
    ("was", "was"),
    ("what", "wat"),
    ("who", "hu"),
    ("you", "ju"),
    ("your", "jor"),
    ("zone", "zon"),
];

/// The sounds of `word`, by the rules of English spelling. Anything but letters is left out.
pub fn phones(word: &str) -> Vec<Phone> {
    let letters: Vec<u8> = word.bytes().filter(u8::is_ascii_alphabetic).map(|b| b.to_ascii_lowercase()).collect();
    let known = IRREGULAR.iter().find(|(spelling, _)| spelling.as_bytes() == letters);
    known.map_or_else(|| Reader { letters: &letters, at: 0, phones: Vec::new() }.read(), |(_, s)| s.bytes().collect())
}

/// Reads a word aloud, letter by letter.
struct Reader<'a> {
    letters: &'a [u8],
    at: usize,
    phones: Vec<Phone>,
}

/// Spellings that are read as one, longest first; `^` and `$` hold a rule to the beginning or the end of a word.
const SPELLINGS: [(&str, &str); 72] = [
    ("^wh", "w"),
    ("^wr", "r"),
    ("^kn", "n"),
    ("^gn", "n"),
    ("^gem", "Jem"),
    ("^gen", "Jen"),
    ("^geo", "Jio"),
    ("^gia", "Jia"),
    ("^gin", "Jin"),
    ("^gy", "Ji"),
    ("^ps", "s"),
    ("^pn", "n"),
    ("^pt", "t"),
    ("^x", "z"),
    ("^y", "j"),
    ("ought$", "ot"),
    ("aught", "ot"),
    ("ough$", "o"),
    ("eigh", "e"),
    ("igh", "I"),
    ("augh", "af"),
    ("tch", "C"),
    ("sch", "sk"),
    ("chl", "kl"),
    ("chr", "kr"),
    ("ch", "C"),
    ("ck", "k"),
    ("cqu", "kw"),
    ("qu", "kw"),
    ("que$", "k"),
    ("ph", "f"),
    ("gh", "g"),
    ("sh", "S"),
    ("th", "T"),
    ("rh", "r"),
    ("dge", "J"),
    ("tion", "San"),
    ("sion", "San"),
    ("cian", "San"),
    ("cious", "Sas"),
    ("tious", "Sas"),
    ("tial", "Sal"),
    ("cial", "Sal"),
    ("ture", "Cr"),
    ("mb$", "m"),
    ("stle$", "sl"),
    ("ng$", "N"),
    ("nk", "Nk"),
    ("eau", "o"),
    ("eu", "ju"),
    ("ew", "ju"),
    ("ee", "i"),
    ("ea", "i"),
    ("ei", "i"),
    ("ie$", "i"),
    ("ey$", "i"),
    ("ay", "e"),
    ("ai", "e"),
    ("oo", "u"),
    ("ou", "au"),
    ("ow$", "o"),
    ("ow", "au"),
    ("oa", "o"),
    ("oy", "oi"),
    ("au", "o"),
    ("aw", "o"),
    ("ue$", "u"),
    ("uy", "I"),
    ("le$", "al"),
    ("les$", "als"),
    ("ed$", "d"),
    ("er$", "r"),
];

impl Reader<'_> {
    fn read(mut self) -> Vec<Phone> {
        while self.at < self.letters.len() {
            if !self.read_spelling() {
                self.read_letter();
            }
        }
        self.phones
    }

    fn read_spelling(&mut self) -> bool {
        let rest = &self.letters[self.at..];
        let fits = |spelling: &str| {
            let (begin, end) = (spelling.starts_with('^'), spelling.ends_with('$'));
            let letters = spelling.trim_matches(['^', '$']).as_bytes();
            let after_a_vowel = letters == b"ed" && !self.phones.iter().any(|phone| is_vowel(*phone));
            let le_after_vowel = letters.starts_with(b"le") && end && self.phones.last().is_none_or(|p| is_vowel(*p));
            rest.starts_with(letters)
                && (!begin || self.at == 0)
                && (!end || rest.len() == letters.len())
                && !after_a_vowel
                && !le_after_vowel
        };
        let Some((spelling, sounds)) = SPELLINGS.iter().find(|(spelling, _)| fits(spelling)) else { return false };
        sounds.bytes().for_each(|phone| self.push(phone));
        self.at += spelling.trim_matches(['^', '$']).len();
        true
    }

    fn read_letter(&mut self) {
        let letter = self.letters[self.at];
        let next = self.letters.get(self.at + 1).copied();
        let soft = next.is_some_and(|next| b"eiy".contains(&next));
        let last = next.is_none();
        match letter {
            b'c' if soft => self.push(b's'),
            b'c' | b'q' => self.push(b'k'),
            b'g' if soft && self.at > 0 => self.push(b'J'),
            b'x' => b"ks".iter().for_each(|phone| self.push(*phone)),
            b'h' if next.is_some_and(is_vowel_letter) => self.push(b'h'),
            b'h' => {}
            b'w' if next.is_some_and(is_vowel_letter) => self.push(b'w'),
            b'w' => {}
            b'e' if last && self.phones.iter().any(|phone| is_vowel(*phone)) => {}
            b'i' | b'y' if self.is_long() => self.push(b'I'),
            b'y' if last && !self.phones.iter().any(|phone| is_vowel(*phone)) => self.push(b'I'),
            b'y' => self.push(b'i'),
            b'a' if self.is_long() => self.push(b'e'),
            b'u' if self.is_long() => self.push(b'u'),
            b'j' => self.push(b'J'),
            other => self.push(other),
        }
        self.at += 1;
    }

    /// Whether the vowel here is long by a silent e: one consonant and an e end the word ("time").
    fn is_long(&self) -> bool {
        matches!(self.letters[self.at..], [_, consonant, b'e'] if !is_vowel_letter(consonant))
    }

    /// Doubled letters sound once.
    fn push(&mut self, phone: Phone) {
        if self.phones.last() != Some(&phone) {
            self.phones.push(phone);
        }
    }
}

fn is_vowel_letter(letter: u8) -> bool {
    b"aeiouy".contains(&letter)
}

/// Whether a sound is a vowel.
pub fn is_vowel(phone: Phone) -> bool {
    b"aeiouI".contains(&phone)
}

/// How unlike two series of sounds are, from 0 (the same) to 1 and more: the least cost of changing one into the other,
/// a share of what their sounds weigh. `None` as soon as it must be above `most`.
pub fn unlikeness(heard: &[Phone], name: &[Phone], most: f32) -> Option<f32> {
    let whole = (weight(heard) + weight(name)) / 2.0;
    let limit = most * whole;
    let changes = &*CHANGES;
    let mut row: Vec<f32> = Vec::with_capacity(name.len() + 1);
    row.push(0.0);
    for (at, phone) in name.iter().enumerate() {
        row.push(row[at] + gap(*phone));
    }
    for (at, phone) in heard.iter().enumerate() {
        let (left_out, changed_to) = (gap(*phone), &changes[usize::from(*phone)]);
        let mut diagonal = row[0];
        row[0] += left_out;
        let mut least = row[0];
        for (column, other) in name.iter().enumerate() {
            // The beginning of a word is heard best.
            let first = if at == 0 && column == 0 { 1.3 } else { 1.0 };
            let changed = diagonal + first * changed_to[usize::from(*other)];
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + left_out).min(row[column] + gap(*other));
            least = least.min(row[column + 1]);
        }
        if least > limit {
            return None;
        }
    }
    let cost = row.last().copied().unwrap_or(0.0);
    (cost <= limit).then(|| if whole > 0.0 { cost / whole } else { 0.0 })
}

/// What a series of sounds weighs.
pub fn weight(phones: &[Phone]) -> f32 {
    phones.iter().map(|phone| gap(*phone)).sum()
}

/// What it costs to leave a sound out or put it in: weak ones come and go.
fn gap(phone: Phone) -> f32 {
    match phone {
        b'h' | b'j' => 0.3,
        _ if is_vowel(phone) => 0.45,
        b'r' | b'w' => 0.5,
        b't' | b'd' | b'n' | b'l' | b'm' => 0.7,
        _ => 0.8,
    }
}

/// Consonants that are taken for one another, with what that costs; others cost 1.
const CONFUSED: [(Phone, Phone, f32); 36] = [
    (b's', b'z', 0.1),
    (b't', b'd', 0.25),
    (b'k', b'g', 0.3),
    (b'p', b'b', 0.3),
    (b'f', b'v', 0.3),
    (b'S', b'Z', 0.2),
    (b'C', b'J', 0.3),
    (b'm', b'n', 0.35),
    (b'n', b'N', 0.15),
    (b'T', b'f', 0.3),
    (b'T', b's', 0.35),
    (b'T', b't', 0.35),
    (b'T', b'd', 0.4),
    (b's', b'S', 0.35),
    (b'z', b'Z', 0.35),
    (b'z', b'S', 0.45),
    (b'C', b'S', 0.35),
    (b'J', b'Z', 0.3),
    (b'C', b't', 0.5),
    (b'J', b'd', 0.5),
    (b'J', b'z', 0.5),
    (b's', b'C', 0.6),
    (b'l', b'r', 0.5),
    (b'l', b'w', 0.5),
    (b'r', b'w', 0.5),
    (b'b', b'v', 0.4),
    (b'p', b'f', 0.5),
    (b'b', b'm', 0.6),
    (b'd', b'n', 0.55),
    (b't', b'k', 0.6),
    (b't', b'p', 0.6),
    (b'p', b'k', 0.6),
    (b'b', b'd', 0.6),
    (b'd', b'g', 0.6),
    (b'n', b'l', 0.6),
    (b'N', b'g', 0.5),
];

/// What it costs to hear one sound for another, by both: a visit takes millions of these.
static CHANGES: LazyLock<Vec<[f32; 128]>> =
    LazyLock::new(|| (0..128).map(|heard| std::array::from_fn(|name| change(heard, name as Phone))).collect());

fn change(heard: Phone, name: Phone) -> f32 {
    if heard == name {
        return 0.0;
    }
    match (is_vowel(heard), is_vowel(name)) {
        // Most vowels of a long name have no stress, and English then has one sound for all of them.
        (true, true) => 0.2,
        (false, false) => {
            let pair = |(a, b, _): &&(Phone, Phone, f32)| (*a, *b) == (heard, name) || (*a, *b) == (name, heard);
            CONFUSED.iter().find(pair).map_or(1.0, |(.., cost)| *cost)
        }
        // An l or r can be all that is heard of a vowel beside it.
        _ if matches!((heard, name), (b'r' | b'l' | b'j' | b'w', _) | (_, b'r' | b'l' | b'j' | b'w')) => 0.6,
        _ => 1.1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(text: &str) -> String {
        text.split(' ').map(|word| String::from_utf8(phones(word)).expect("the signs are letters")).collect()
    }

    fn alike(heard: &str, name: &str) -> f32 {
        1.0 - unlikeness(sound(heard).as_bytes(), sound(name).as_bytes(), 9.0).expect("no limit")
    }

    #[test]
    fn words_are_read_aloud() {
        for (word, sounds) in [
            ("lisinopril", "lisinopril"),
            ("listen", "lisn"),
            ("methotrexate", "meTotrekset"),
            ("chlorthalidone", "klorTalidon"),
            ("Xarelto", "zarelto"),
            ("quinapril", "kwinapril"),
            ("time", "tIm"),
            ("knight", "nIt"),
            ("Keflex", "kefleks"),
            ("cephalexin", "sefaleksin"),
            ("station", "staSan"),
            ("gemfibrozil", "Jemfibrozil"),
            ("giant", "Jiant"),
            ("gift", "gift"),
        ] {
            assert_eq!(sound(word), sounds, "{word}");
        }
    }

    #[test]
    fn a_misheard_name_sounds_more_like_it_than_other_words() {
        for (heard, name, other) in [
            ("loss artin", "losartan", "valsartan"),
            ("metform in", "metformin", "metoprolol"),
            ("alipurinol", "allopurinol", "haloperidol"),
            ("giardians", "jardiance", "januvia"),
            ("hydrochlorothiaisate", "hydrochlorothiazide", "chlorothiazide"),
            ("listen up", "lisinopril", "losartan"),
        ] {
            let (right, wrong) = (alike(heard, name), alike(heard, other));
            assert!(right > wrong, "{heard}: {name} {right}, {other} {wrong}");
        }
        assert!(alike("loss artin", "losartan") > 0.85);
        assert!(alike("follow up", "losartan") < 0.5);
    }

    #[test]
    fn the_limit_ends_the_comparison_early() {
        assert_eq!(unlikeness(b"kat", b"lisinopril", 0.3), None);
        assert_eq!(unlikeness(b"kat", b"kat", 0.0), Some(0.0));
    }
}
