//! The project's own drug table, and finding its drugs in what was said.
//!
//! RxNorm names every medicine, but does not say which a clinic speaks of daily, how a brand is read aloud, or which names
//! are taken for one another. `drugs.tsv` says so for the medicines of US and UK outpatient care. It is compiled in, so
//! drug names are known before any terminology is pulled. Use it to find medicines in a transcript
//! ([`DrugTable::mentions`]), to name one that was looked up ([`DrugTable::find`]), and as the lexicon for repairing
//! misheard names ([`Drug::misheard`], [`Drug::sound_alikes`]). It is not a prescribing reference: strengths and
//! frequencies are the usual ones, to weigh candidates by, and not limits.
//!
//! RxNorm identifiers and names: U.S. National Library of Medicine; public domain, attribution asked. This product uses
//! publicly available data from NLM; NLM is not responsible for it and does not endorse it. Everything else in the table
//! was written for this project.
//!
//! To add a drug: one line in `drugs.tsv` in its sorted place (`|` inside a column separates list items). A `sound_alikes`
//! pair is written on both lines. A name that is also an ordinary word or a person's name goes into [`GUARDED`] too. The
//! tests below say what is missing.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::OnceLock;

const TABLE: &str = include_str!("drugs.tsv");

/// Names in the table that are ordinary English words, phrases or people's first names, lower case.
///
/// "Soma" is a muscle relaxant and Heather a contraceptive; more often they are neither. [`DrugTable::mentions`] takes
/// such a name only when it is capitalised inside a sentence *and* a dose follows or a verb of taking comes just before
/// ("started Soma 350 mg", "she takes Yasmin"). [`DrugTable::find`] is not affected: there the caller already knows that
/// the text is meant to be a drug.
pub const GUARDED: &[&str] = &[
    "alli",
    "amethyst",
    "apri",
    "azo",
    "camila",
    "clear eyes",
    "dotti",
    "ella",
    "eloine",
    "emend",
    "errin",
    "heather",
    "lucette",
    "muse",
    "my way",
    "nikki",
    "nix",
    "plan b",
    "portia",
    "refresh",
    "rennie",
    "skyla",
    "soma",
    "sonata",
    "sps",
    "ssd",
    "tucks",
    "yasmin",
];

/// Words just before a guarded name that make it a medicine.
const TAKING: &[&str] =
    &["take", "takes", "taking", "took", "taken", "prescribe", "prescribes", "prescribed", "prescribing"];

/// Words that make the number before them a dose.
const DOSE_UNITS: &[&str] = &[
    "mg",
    "milligram",
    "milligrams",
    "mgs",
    "mcg",
    "microgram",
    "micrograms",
    "ug",
    "g",
    "gram",
    "grams",
    "unit",
    "units",
    "ml",
    "milliliter",
    "milliliters",
    "millilitre",
    "millilitres",
    "meq",
    "milliequivalents",
    "percent",
    "puff",
    "puffs",
    "tablet",
    "tablets",
    "capsule",
    "capsules",
    "pill",
    "pills",
    "drop",
    "drops",
];

/// One medicine: an ingredient, or a fixed combination of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drug {
    /// Generic name as said in a US clinic, lower case; the parts of a combination are separated by `/`.
    pub name: &'static str,
    /// RxNorm concept identifier: the ingredient (IN), or for a combination the multiple-ingredient concept (MIN). A
    /// precise ingredient (PIN) where the plain ingredient is another medicine (isosorbide mononitrate). `None` where
    /// RxNorm has no such concept. Salts and forms of one ingredient share it (divalproex and valproic acid).
    pub rxcui: Option<&'static str>,
    /// The concept's name exactly as RxNorm writes it; present when `rxcui` is.
    pub rxnorm_name: Option<&'static str>,
    /// Other generic names said or written: international (INN) and UK names, abbreviations, salts.
    pub synonyms: Vec<&'static str>,
    /// US brands in wide use, now or formerly, and common UK ones, capitalised as printed.
    pub brands: Vec<&'static str>,
    /// Plain pharmacologic class in lower case, one vocabulary for the whole table.
    pub class: &'static str,
    /// Usual routes, the most usual first: `oral`, `inhaled`, `topical`, `subcutaneous`…
    pub routes: Vec<&'static str>,
    /// Usual strengths or doses with their unit (`5 mg`, `0.1 %`, `100 units/mL`); a combination's parts in the order of
    /// its name (`10 mg/12.5 mg`). Empty where none is usual.
    pub strengths: Vec<&'static str>,
    /// Usual frequencies, the most usual first: `once daily`, `as needed`…
    pub frequencies: Vec<&'static str>,
    /// Names and brands in this table that look or sound like one of this drug's; always listed on both drugs.
    pub sound_alikes: Vec<&'static str>,
    /// What a speech recogniser writes instead of the name, lower case; never itself a name in the table.
    pub misheard: Vec<&'static str>,
}

impl Drug {
    /// Every way the table writes this drug: name, synonyms, brands. Without `misheard`, which are not its names.
    pub fn surface_forms(&self) -> impl Iterator<Item = &'static str> + '_ {
        std::iter::once(self.name).chain(self.synonyms.iter().copied()).chain(self.brands.iter().copied())
    }

    /// Whether this is a name that people use for one of several medicines, "iron" or "insulin": the table gives it no
    /// concept of its own.
    pub fn is_general_name(&self) -> bool {
        self.rxcui.is_none() && !self.is_combination()
    }

    /// Whether `other` is called by this general name and another word: "iron" may mean iron sucrose.
    pub fn may_mean(&self, other: &Drug) -> bool {
        // "Iron" is in the name of every compound of it.
        let is_word = |word: &str| word == self.name || self.name == "iron" && word.starts_with("ferr");
        let called = |form: &str| form.split(' ').any(is_word);
        self.is_general_name() && self.name != other.name && other.surface_forms().any(called)
    }

    /// Whether this is a fixed combination of ingredients.
    pub fn is_combination(&self) -> bool {
        self.name.contains('/')
    }
}

/// A drug named in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrugMention<'a> {
    /// Byte range of the name in the text: with a plural ending, without a possessive one.
    pub range: Range<usize>,
    /// Which drug.
    pub drug: &'a Drug,
    /// The name, synonym or brand that matched, as the table writes it.
    pub surface: &'static str,
}

/// The drugs of `drugs.tsv`, with an index of every way to write them.
#[derive(Debug)]
pub struct DrugTable {
    drugs: Vec<Drug>,
    /// Words of a surface form, joined by spaces → drug and form.
    forms: HashMap<String, (usize, &'static str)>,
    /// First words of `forms`: most words of a transcript start no drug name and cost one look-up.
    first_words: HashSet<String>,
    guarded: HashSet<String>,
    longest_form_words: usize,
}

impl DrugTable {
    /// The table compiled into the program, read once.
    pub fn bundled() -> &'static DrugTable {
        static BUNDLED: OnceLock<DrugTable> = OnceLock::new();
        BUNDLED.get_or_init(|| DrugTable::read(TABLE))
    }

    fn read(table: &'static str) -> DrugTable {
        let drugs: Vec<Drug> = table.lines().skip(1).map(read_line).collect();
        let mut forms = HashMap::new();
        for (index, drug) in drugs.iter().enumerate() {
            for surface in drug.surface_forms() {
                for spelling in spellings(surface) {
                    // A form of two drugs would be found as the first; the tests allow none in the table.
                    forms.entry(spelling).or_insert((index, surface));
                }
            }
        }
        let first_words = forms.keys().filter_map(|form| form.split(' ').next()).map(str::to_owned).collect();
        let longest_form_words = forms.keys().map(|form| form.split(' ').count()).max();
        DrugTable {
            drugs,
            forms,
            first_words,
            guarded: GUARDED.iter().map(|form| (*form).to_owned()).collect(),
            longest_form_words: longest_form_words.unwrap_or(0),
        }
    }

    /// All drugs, sorted by name.
    pub fn drugs(&self) -> &[Drug] {
        &self.drugs
    }

    /// The drug with this name, synonym or brand, in any case and with hyphens, slashes and spaces alike; `None` when the
    /// table has none. The whole of `name` must match: for a name inside a text use [`DrugTable::mentions`].
    pub fn find(&self, name: &str) -> Option<&Drug> {
        let words = words(name);
        let (index, _) = self.lookup(name, &words)?;
        Some(&self.drugs[index])
    }

    /// The drugs named in `text`, in its order and without overlaps; of two names that start at the same word the longer
    /// wins ("lisinopril-hydrochlorothiazide" is the combination).
    ///
    /// Names match on whole words, in any case, with a space, hyphen or slash between their parts, and with a possessive
    /// or plural ending. Words apart by a comma or "and" are separate drugs. Names in [`GUARDED`] need more evidence.
    pub fn mentions(&self, text: &str) -> Vec<DrugMention<'_>> {
        let words = words(text);
        let mut mentions = Vec::new();
        let mut at = 0;
        while at < words.len() {
            match self.longest_at(text, &words, at) {
                Some((length, mention)) => {
                    mentions.push(mention);
                    at += length;
                }
                None => at += 1,
            }
        }
        mentions
    }

    /// The longest name starting at word `at`, with the number of words it takes.
    fn longest_at(&self, text: &str, words: &[Word], at: usize) -> Option<(usize, DrugMention<'_>)> {
        // No further than a name reaches, or a long utterance without a mark would be read again from every word.
        let last = words.len().min(at + self.longest_form_words);
        let reach = joined_words(text, &words[at..last]);
        // A hyphenated text may hold a name the table writes as one word ("hydro-chlorothiazide"), whose first part is
        // no first word; single words may be plural. Only these go on to the look-ups below.
        let starts = self.first_words.contains(&words[at].lower)
            || singular(&words[at].lower).is_some_and(|word| self.first_words.contains(word))
            || (reach > 1 && text[words[at].range.end..].starts_with(is_hyphen));
        if !starts {
            return None;
        }
        (1..=reach).rev().find_map(|length| {
            let window = &words[at..at + length];
            let (index, surface) = self.lookup(text, window)?;
            if self.guarded.contains(&normal(surface)) && !is_meant_as_drug(text, words, at, length) {
                return None;
            }
            let mention = DrugMention {
                range: window[0].range.start..window[length - 1].range.end,
                drug: &self.drugs[index],
                surface,
            };
            Some((length, mention))
        })
    }

    fn lookup(&self, text: &str, window: &[Word]) -> Option<(usize, &'static str)> {
        let spaced = join(window, " ");
        let get = |key: &str| self.forms.get(key).copied();
        get(&spaced).or_else(|| singular(&spaced).and_then(get)).or_else(|| {
            let hyphenated = window.len() > 1
                && window.windows(2).all(|pair| {
                    let gap = &text[pair[0].range.end..pair[1].range.start];
                    gap.chars().count() == 1 && gap.starts_with(is_hyphen)
                });
            hyphenated.then(|| join(window, "")).and_then(|key| get(&key))
        })
    }
}

fn read_line(line: &'static str) -> Drug {
    let mut columns = line.split('\t');
    let mut next = || columns.next().unwrap_or_default();
    Drug {
        name: next(),
        rxcui: some(next()),
        rxnorm_name: some(next()),
        synonyms: list(next()),
        brands: list(next()),
        class: next(),
        routes: list(next()),
        strengths: list(next()),
        frequencies: list(next()),
        sound_alikes: list(next()),
        misheard: list(next()),
    }
}

fn some(column: &'static str) -> Option<&'static str> {
    (!column.is_empty()).then_some(column)
}

fn list(column: &'static str) -> Vec<&'static str> {
    column.split('|').filter(|item| !item.is_empty()).collect()
}

/// The keys under which a form is found: its words; a hyphenated one also written together ("zpak"); a combination of two
/// also the other way round, as brands and clinicians order the parts differently.
fn spellings(surface: &str) -> Vec<String> {
    let mut keys = vec![normal(surface)];
    // Not with a single letter at the end: "Retin-A" would be found in "retina".
    let one_letter_ends = surface.rsplit('-').next().is_some_and(|part| part.len() == 1);
    if surface.contains('-') && !one_letter_ends {
        keys.push(normal(&surface.replace('-', "")));
    }
    if let Some((first, second)) = surface.split_once('/')
        && !second.contains('/')
        && surface.chars().all(|c| !c.is_ascii_digit())
    {
        keys.push(normal(&format!("{second}/{first}")));
    }
    keys
}

fn normal(form: &str) -> String {
    join(&words(form), " ")
}

/// A word of a text: its byte range, and itself in lower case without a possessive ending.
#[derive(Debug)]
struct Word {
    range: Range<usize>,
    lower: String,
}

/// Runs of letters and digits. An apostrophe between letters stays in a word unless it begins a possessive "'s"; so does a
/// point between digits ("0.5").
fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((start, first)) = chars.next() {
        if !first.is_alphanumeric() {
            continue;
        }
        let mut end = start + first.len_utf8();
        let mut lower: String = first.to_lowercase().collect();
        while let Some(&(at, c)) = chars.peek() {
            let after = text[at + c.len_utf8()..].chars().next();
            let inside = c.is_alphanumeric()
                || (is_apostrophe(c) && after.is_some_and(char::is_alphabetic))
                || (c == '.'
                    && lower.ends_with(|d: char| d.is_ascii_digit())
                    && after.is_some_and(|d| d.is_ascii_digit()));
            if !inside {
                break;
            }
            chars.next();
            end = at + c.len_utf8();
            lower.extend(if is_apostrophe(c) { '\'' } else { c }.to_lowercase());
        }
        if lower.ends_with("'s") {
            let ending = text[start..end].chars().rev().take(2).map(char::len_utf8);
            end -= ending.sum::<usize>();
            lower.truncate(lower.len() - 2);
        }
        words.push(Word { range: start..end, lower });
    }
    words
}

fn join(words: &[Word], separator: &str) -> String {
    let words: Vec<&str> = words.iter().map(|word| word.lower.as_str()).collect();
    words.join(separator)
}

fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}' | '\u{2011}' | '\u{2013}')
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}')
}

/// How many words from the first on have nothing between them that would part two names. A point alone joins letters
/// ("E.E.S.") and, after "St", a name ("St. John's wort").
fn joined_words(text: &str, words: &[Word]) -> usize {
    let joins = |c: char| matches!(c, ' ' | '\u{a0}' | '/' | '&' | '+' | '#') || is_hyphen(c);
    let pairs = words.windows(2).take_while(|pair| {
        let gap = &text[pair[0].range.end..pair[1].range.start];
        // After a possessive the gap begins with its "'s".
        let gap = gap.strip_prefix(is_apostrophe).and_then(|rest| rest.strip_prefix(['s', 'S'])).unwrap_or(gap);
        gap.chars().all(joins) || gap == "." || (gap == ". " && pair[0].lower == "st")
    });
    1 + pairs.count()
}

/// The form without a plural "s". Short words are left alone: too many of them end in one anyway.
fn singular(form: &str) -> Option<&str> {
    form.strip_suffix('s').filter(|singular| singular.len() >= 5)
}

/// Whether a guarded name at words `at..at + length` is a medicine here: see [`GUARDED`].
fn is_meant_as_drug(text: &str, words: &[Word], at: usize, length: usize) -> bool {
    let capitalised = text[words[at].range.clone()].starts_with(char::is_uppercase);
    let Some(previous) = at.checked_sub(1).map(|before| &words[before]) else {
        return false;
    };
    let gap = &text[previous.range.end..words[at].range.start];
    let inside_sentence = !gap.contains(['.', '!', '?', ':', '\n']);
    capitalised && inside_sentence && (dose_follows(&words[at + length..]) || TAKING.contains(&previous.lower.as_str()))
}

/// Whether the next words are a number with a unit: "350 mg", "350mg", "two tablets", "twenty five milligrams".
fn dose_follows(next: &[Word]) -> bool {
    let is_unit = |word: &str| DOSE_UNITS.contains(&word);
    let numbers = next.iter().take_while(|word| is_number(&word.lower)).count();
    let apart = numbers > 0 && next.get(numbers).is_some_and(|word| is_unit(&word.lower));
    let together = next.first().is_some_and(|word| {
        let unit = word.lower.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        unit.len() < word.lower.len() && is_unit(unit)
    });
    apart || together
}

fn is_number(word: &str) -> bool {
    const SPOKEN: &[&str] = &[
        "a", "an", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "fifteen", "twenty",
        "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "thousand", "half",
    ];
    word.starts_with(|c: char| c.is_ascii_digit()) || SPOKEN.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    const COLUMNS: [&str; 11] = [
        "name",
        "rxcui",
        "rxnorm_name",
        "synonyms",
        "brands",
        "class",
        "routes",
        "strengths",
        "frequencies",
        "sound_alikes",
        "misheard",
    ];

    fn table() -> &'static DrugTable {
        DrugTable::bundled()
    }

    /// What `mentions` finds, as "text found=drug name".
    fn found(text: &str) -> Vec<String> {
        let mentions = table().mentions(text);
        let written = |m: &DrugMention| format!("{}={}", &text[m.range.clone()], m.drug.name);
        mentions.iter().map(written).collect()
    }

    #[test]
    fn every_line_is_well_formed() {
        let mut lines = TABLE.lines();
        let header: Vec<&str> = lines.next().expect("the table has a header").split('\t').collect();
        assert_eq!(header, COLUMNS);
        for line in lines {
            let columns: Vec<&str> = line.split('\t').collect();
            assert_eq!(columns.len(), COLUMNS.len(), "{line}");
            for column in &columns {
                let items: Vec<&str> = column.split('|').collect();
                let unique: HashSet<&&str> = items.iter().collect();
                assert_eq!(unique.len(), items.len(), "an item twice: {line}");
                assert!(items.iter().all(|item| item.trim() == *item), "stray space: {line}");
                assert!(items.len() == 1 || !items.contains(&""), "empty item: {line}");
            }
        }
        for drug in table().drugs() {
            let Drug { name, class, .. } = drug;
            assert!(!name.is_empty() && *name == name.to_lowercase(), "{name}");
            assert!(!class.is_empty() && *class == class.to_lowercase(), "{name}");
            assert!(!drug.routes.is_empty() && !drug.frequencies.is_empty(), "{name}");
            assert_eq!(drug.rxcui.is_some(), drug.rxnorm_name.is_some(), "{name}");
            assert!(drug.rxcui.is_none_or(|rxcui| rxcui.parse::<u32>().is_ok()), "{name}");
            for strength in &drug.strengths {
                let (number, unit) = strength.split_once(' ').unwrap_or((strength, ""));
                assert!(number.parse::<f64>().is_ok() && !unit.is_empty(), "{name}: {strength}");
            }
        }
    }

    #[test]
    fn names_are_sorted_and_every_form_belongs_to_one_drug() {
        let names: Vec<&str> = table().drugs().iter().map(|drug| drug.name).collect();
        assert!(names.is_sorted_by(|a, b| a < b), "sorted and unique");
        let mut owners = HashMap::new();
        for drug in table().drugs() {
            for spelling in drug.surface_forms().flat_map(spellings) {
                let owner = *owners.entry(spelling.clone()).or_insert(drug.name);
                assert_eq!(owner, drug.name, "{spelling}");
            }
        }
        for drug in table().drugs() {
            for misheard in &drug.misheard {
                assert!(!owners.contains_key(&normal(misheard)), "{misheard} is a name");
            }
        }
    }

    #[test]
    fn sound_alikes_are_in_the_table_and_symmetric() {
        for drug in table().drugs() {
            for alike in &drug.sound_alikes {
                let other = table().find(alike).unwrap_or_else(|| panic!("{}: {alike} is no drug", drug.name));
                assert_ne!(other.name, drug.name, "{alike}");
                let back = other.sound_alikes.iter().filter_map(|form| table().find(form));
                assert!(back.into_iter().any(|d| d.name == drug.name), "{} / {alike}", drug.name);
            }
        }
    }

    #[test]
    fn every_guarded_form_is_in_the_table() {
        for form in GUARDED {
            assert!(table().find(form).is_some(), "{form}");
            assert_eq!(normal(form), *form, "written as it is looked up");
        }
    }

    #[test]
    fn codes_are_rxnorm_concepts() {
        let set = std::env::var_os("SOAPSTONE_SHARED_DATA").map(PathBuf::from);
        let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
        let file = set.unwrap_or(beside).join("terminology/rxnorm-concepts.json");
        if !file.exists() {
            eprintln!("skipped: set SOAPSTONE_SHARED_DATA to a folder with terminology/rxnorm-concepts.json");
            return;
        }
        let bytes = std::fs::read(&file).expect("the file exists");
        let concepts: Vec<serde_json::Value> = serde_json::from_slice(&bytes).expect("a JSON list of concepts");
        let field = |concept: &serde_json::Value, key: &str| concept[key].as_str().unwrap_or_default().to_owned();
        let known: HashMap<String, (String, String)> =
            concepts.iter().map(|c| (field(c, "rxcui"), (field(c, "name"), field(c, "tty")))).collect();
        for drug in table().drugs() {
            let (Some(rxcui), Some(rxnorm_name)) = (drug.rxcui, drug.rxnorm_name) else {
                continue;
            };
            let (name, tty) = known.get(rxcui).unwrap_or_else(|| panic!("{}: no concept {rxcui}", drug.name));
            assert_eq!(name, rxnorm_name, "{}", drug.name);
            let exception = drug.name == "isosorbide mononitrate" && tty == "PIN";
            assert!(tty == "IN" || tty == "MIN" || exception, "{}: {tty}", drug.name);
        }
    }

    #[test]
    fn finds_by_name_synonym_and_brand_in_any_case() {
        let name = |text: &str| table().find(text).map(|drug| drug.name);
        assert_eq!(name("Lisinopril"), Some("lisinopril"));
        assert_eq!(name("PARACETAMOL"), Some("acetaminophen"));
        assert_eq!(name("toprol xl"), Some("metoprolol"));
        assert_eq!(name("zpak"), Some("azithromycin"));
        assert_eq!(name("Soma"), Some("carisoprodol"));
        assert_eq!(name("lisinopril 10 mg"), None);
        assert_eq!(name(""), None);
    }

    #[test]
    fn a_plain_penicillin_is_a_name_of_its_own() {
        assert_eq!(found("no penicillin, no penicillins"), ["penicillin=penicillin", "penicillins=penicillin"]);
        assert_eq!(
            found("penicillin V and penicillin VK"),
            ["penicillin V=penicillin v", "penicillin VK=penicillin v"]
        );
        // RxNorm has ingredients of the kind, and no concept for the kind.
        assert_eq!(table().find("penicillin").and_then(|drug| drug.rxcui), None);
    }

    #[test]
    fn mentions_keep_order_and_byte_ranges() {
        let text = "naïve – Lasix, then metformin.";
        assert_eq!(found(text), ["Lasix=furosemide", "metformin=metformin"]);
        assert_eq!(table().mentions(text)[0].surface, "Lasix");
        assert!(found("prelisinoprils and metforminium").is_empty());
        assert!(found("").is_empty());
        assert!(found("x'9 dogs'\u{2014}y \u{2019}s 'S's it''s \u{130}'s 0.").is_empty());
    }

    #[test]
    fn the_longest_name_wins_over_spaces_hyphens_and_slashes() {
        for text in ["amoxicillin clavulanate", "Amoxicillin-Clavulanate", "amoxicillin / clavulanate", "co amoxiclav"]
        {
            assert_eq!(found(text), [format!("{text}=amoxicillin/clavulanate")]);
        }
        let text = "hydrochlorothiazide-lisinopril";
        assert_eq!(found(text), [format!("{text}=lisinopril/hydrochlorothiazide")]);
        assert_eq!(found("hydro-chlorothiazide"), ["hydro-chlorothiazide=hydrochlorothiazide"]);
        assert_eq!(found("coamoxiclav"), ["coamoxiclav=amoxicillin/clavulanate"]);
        assert_eq!(found("Insulin glargine"), ["Insulin glargine=insulin glargine"]);
    }

    #[test]
    fn a_comma_or_and_parts_two_drugs() {
        let both = ["lisinopril=lisinopril", "hydrochlorothiazide=hydrochlorothiazide"];
        assert_eq!(found("lisinopril, hydrochlorothiazide"), both);
        assert_eq!(found("lisinopril and hydrochlorothiazide"), both);
    }

    #[test]
    fn possessives_plurals_and_abbreviations_match() {
        assert_eq!(found("Lasix's effect"), ["Lasix=furosemide"]);
        assert_eq!(found("the ibuprofens"), ["ibuprofens=ibuprofen"]);
        assert_eq!(found("HCTZ and vitamin B-12"), ["HCTZ=hydrochlorothiazide", "vitamin B-12=cyanocobalamin"]);
        assert_eq!(found("St. John\u{2019}s wort"), ["St. John\u{2019}s wort=st john's wort"]);
    }

    #[test]
    fn ordinary_words_and_first_names_need_evidence() {
        for text in
            ["Heather came in with Yasmin", "refresh my memory", "Soma 350 mg", "is there a plan b", "he has soma"]
        {
            assert!(found(text).is_empty(), "{text}");
        }
        assert_eq!(found("He is on Soma 350 mg"), ["Soma=carisoprodol"]);
        assert_eq!(found("give Soma two tablets"), ["Soma=carisoprodol"]);
        assert_eq!(found("She takes Yasmin"), ["Yasmin=drospirenone/ethinyl estradiol"]);
        assert_eq!(found("and Soma twenty five milligrams"), ["Soma=carisoprodol"]);
    }
}
