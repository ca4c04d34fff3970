//! Codes by what their words mean: the titles and inclusion terms as vectors of a sentence encoder, and the codes of those that
//! lie nearest to what was said.
//!
//! The vectors are computed once, when the index is built, and kept in a file beside it. That takes a minute, so as few texts as
//! can be are embedded: sides are left out, which the words tell apart; a title that only says more than the category's above it
//! stands under that one; injuries and what causes accidents are told by site and kind, in words that the list has.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::IcdCode;
use crate::domain::Progress;
use crate::embedding::{SentenceEncoder, Vectors};
use crate::model_files::files;
use crate::terminology::TerminologyError;

const FILE: &str = "icd-10-cm.vectors";
/// Goes up when the file changes its form, or other texts are embedded.
const FORMAT: u32 = 1;
/// Chapters whose codes are told by kind and site: injuries, and causes of accidents.
const IN_WORDS_ONLY: [u8; 2] = [19, 20];
/// Characters of the longest code, with its dot.
const CODE_BYTES: usize = 8;
const RANGE_BYTES: usize = 8;
const HALF_BYTES: usize = 2;

/// What the vectors are made of, by SHA-256.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Source {
    /// The list.
    pub list: String,
    /// The model.
    pub model: String,
}

/// The first line of the file; the codes, the ranges and the vectors come after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Header {
    format: u32,
    source: Source,
    dimension: usize,
    rows: usize,
    codes: usize,
}

impl Header {
    /// Bytes of the file after its first line.
    fn rest(&self) -> usize {
        self.codes * CODE_BYTES + self.rows * RANGE_BYTES + self.rows * self.dimension * HALF_BYTES
    }
}

/// The vectors with the codes that each stands for.
pub(super) struct Meanings {
    vectors: Vectors,
    /// The billable codes of each row.
    rows: Vec<Range<u32>>,
    /// All billable codes, in the order of the book.
    codes: Vec<u8>,
}

/// A text, and the billable codes that it is about: those under one category follow each other.
struct Text {
    words: String,
    codes: Range<u32>,
}

/// `text` without what does not change what it is: the side, "unspecified", and marks.
pub(super) fn plain(text: &str) -> String {
    let words = text.split_whitespace().filter(|word| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        !matches!(word.as_str(), "right" | "left" | "bilateral" | "unspecified" | "nos")
    });
    let joined = words.collect::<Vec<_>>().join(" ");
    joined.trim_end_matches([',', ' ', '.']).to_lowercase()
}

/// What is embedded of `codes`, which stand in the order of the book: titles, but of those that only say more than a category's
/// above them, and the inclusion terms of codes. A category's terms tell none of its codes apart.
fn texts(codes: &[IcdCode]) -> Vec<Text> {
    let places: HashMap<&str, usize> = codes.iter().enumerate().map(|(at, code)| (code.code.as_str(), at)).collect();
    let above = |code: &IcdCode| code.parent.as_deref().and_then(|parent| places.get(parent)).map(|&at| &codes[at]);
    let mut texts = Vec::new();
    let mut before = 0;
    for (at, code) in codes.iter().enumerate() {
        let under = codes[at + 1..].iter().take_while(|other| other.code.starts_with(&code.code));
        let billable = u32::from(code.billable) + under.map(|other| u32::from(other.billable)).sum::<u32>();
        let range = before..before + billable;
        before += u32::from(code.billable);
        if IN_WORDS_ONLY.contains(&code.chapter) {
            continue;
        }
        let mut add = |text: &str| texts.push(Text { words: plain(text), codes: range.clone() });
        if !std::iter::successors(above(code), |category| above(category)).any(|category| says_all(code, category)) {
            add(&code.title);
        }
        if code.billable {
            code.inclusion_terms.iter().for_each(|term| add(term));
        }
    }
    texts
}

/// Whether the title of `code` has every word of the category's.
fn says_all(code: &IcdCode, category: &IcdCode) -> bool {
    let (title, category) = (plain(&code.title), plain(&category.title));
    let words = |text| str::split(text, |c: char| !c.is_alphanumeric());
    let known: HashSet<&str> = words(&title).collect();
    words(&category).filter(|word| !word.is_empty()).all(|word| known.contains(word))
}

impl Meanings {
    /// The file in `dir`, if it is made of `source`; `None` where it is missing, damaged or of others.
    pub fn open(dir: &Path, source: &Source) -> Result<Option<Self>, TerminologyError> {
        let path = path_in(dir);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(TerminologyError::io(&path)(error)),
        };
        Ok(Self::read(&bytes, source))
    }

    fn read(bytes: &[u8], source: &Source) -> Option<Self> {
        let end = bytes.iter().position(|&byte| byte == b'\n')?;
        let header: Header = serde_json::from_slice(&bytes[..end]).ok()?;
        let rest = &bytes[end + 1..];
        if header.format != FORMAT || header.source != *source || rest.len() != header.rest() {
            return None;
        }
        let (codes, rest) = rest.split_at(header.codes * CODE_BYTES);
        let (ranges, vectors) = rest.split_at(header.rows * RANGE_BYTES);
        let number = |bytes: &[u8]| bytes.try_into().ok().map(u32::from_le_bytes);
        let range = |bytes: &[u8]| Some(number(&bytes[..4])?..number(&bytes[4..])?);
        let rows = ranges.chunks_exact(RANGE_BYTES).map(range).collect::<Option<Vec<_>>>()?;
        let vectors = Vectors::from_bytes(vectors, header.dimension).ok()?;
        Some(Self { vectors, rows, codes: codes.to_vec() })
    }

    /// The `limit` texts that mean most nearly the same as `vector`: how nearly, as a cosine, and the codes of each.
    pub fn nearest(&self, vector: &[f32], limit: usize) -> Result<Vec<(f32, Vec<String>)>, TerminologyError> {
        let cosines = self.vectors.cosines(vector)?;
        let mut rows: Vec<usize> = (0..cosines.len()).collect();
        let limit = limit.min(rows.len());
        if limit > 0 && limit < rows.len() {
            rows.select_nth_unstable_by(limit - 1, |&a, &b| cosines[b].total_cmp(&cosines[a]).then(a.cmp(&b)));
        }
        rows.truncate(limit);
        rows.sort_by(|&a, &b| cosines[b].total_cmp(&cosines[a]).then(a.cmp(&b)));
        Ok(rows.into_iter().map(|row| (cosines[row], self.codes_of(row))).collect())
    }

    fn codes_of(&self, row: usize) -> Vec<String> {
        let range = &self.rows[row];
        let bytes = self.codes.get(range.start as usize * CODE_BYTES..range.end as usize * CODE_BYTES);
        let codes = bytes.unwrap_or_default().chunks_exact(CODE_BYTES);
        codes.map(|code| String::from_utf8_lossy(code).trim_end().to_owned()).collect()
    }
}

/// Computes the vectors of `codes`, which stand in the order of the book, and keeps them in `dir`.
pub(super) fn build(
    codes: &[IcdCode],
    source: &Source,
    encoder: &SentenceEncoder,
    dir: &Path,
    progress: Progress<'_>,
) -> Result<(), TerminologyError> {
    let texts = texts(codes);
    let mut distinct: Vec<&str> = texts.iter().map(|text| text.words.as_str()).collect();
    distinct.sort_unstable();
    distinct.dedup();
    let vectors = encoder.encode_all(&distinct, progress)?;
    let row = |text: &Text| vectors[distinct.partition_point(|words| **words < *text.words)].clone();
    let vectors = Vectors::new(texts.iter().map(row).collect(), encoder.dimension())?;
    let (path, unfinished) = (path_in(dir), files::with_suffix(&path_in(dir), ".new"));
    fs::write(&unfinished, bytes(codes, source, &texts, encoder.dimension(), &vectors.bytes()?))
        .map_err(TerminologyError::io(&unfinished))?;
    Ok(files::publish(&unfinished, &path)?)
}

/// The file.
fn bytes(codes: &[IcdCode], source: &Source, texts: &[Text], dimension: usize, vectors: &[u8]) -> Vec<u8> {
    let billable: Vec<&IcdCode> = codes.iter().filter(|code| code.billable).collect();
    let (rows, codes) = (texts.len(), billable.len());
    let header = Header { format: FORMAT, source: source.clone(), dimension, rows, codes };
    let mut bytes = serde_json::to_vec(&header).expect("texts and numbers can be written as JSON");
    bytes.push(b'\n');
    bytes.extend(billable.iter().flat_map(|code| format!("{:<CODE_BYTES$}", code.code).into_bytes()));
    bytes.extend(texts.iter().flat_map(|text| [text.codes.start, text.codes.end]).flat_map(u32::to_le_bytes));
    bytes.extend(vectors);
    bytes
}

fn path_in(dir: &Path) -> PathBuf {
    dir.join(FILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(name: &str, parent: &str, billable: bool, title: &str, terms: &[&str]) -> IcdCode {
        IcdCode {
            code: name.to_owned(),
            title: title.to_owned(),
            parent: (!parent.is_empty()).then(|| parent.to_owned()),
            billable,
            chapter: 13,
            inclusion_terms: terms.iter().map(|term| (*term).to_owned()).collect(),
            ..IcdCode::default()
        }
    }

    fn list() -> Vec<IcdCode> {
        vec![
            code("M25", "", false, "Other joint disorder", &["any joint"]),
            code("M25.5", "M25", false, "Pain in joint", &[]),
            code("M25.56", "M25.5", false, "Pain in knee", &[]),
            code("M25.561", "M25.56", true, "Pain in right knee", &["Gonalgia, right"]),
            code("M25.562", "M25.56", true, "Pain in left knee", &[]),
            code("M26", "", true, "Pain in jaw, unspecified", &[]),
            IcdCode { chapter: 19, ..code("S00", "", true, "Bruise", &[]) },
        ]
    }

    #[test]
    fn a_text_stands_for_all_codes_that_say_no_other() {
        let found: Vec<(String, Range<u32>)> =
            texts(&list()).into_iter().map(|text| (text.words, text.codes)).collect();
        let expected = [
            ("other joint disorder", 0..2),
            ("pain in joint", 0..2),
            ("pain in knee", 0..2),
            ("gonalgia", 0..1),
            ("pain in jaw", 2..3),
        ];
        assert_eq!(found, expected.map(|(words, codes)| (words.to_owned(), codes)));
    }

    #[test]
    fn a_file_that_is_not_whole_or_of_another_list_is_none() {
        let (codes, source) = (list(), Source { list: "a".to_owned(), model: "b".to_owned() });
        let texts = texts(&codes);
        let rows: Vec<Vec<f32>> = (0..texts.len()).map(|at| vec![at as f32 / 8.0, 1.0]).collect();
        let vectors = Vectors::new(rows, 2).and_then(|vectors| vectors.bytes()).expect("numbers");
        let whole = bytes(&codes, &source, &texts, 2, &vectors);
        let read = Meanings::read(&whole, &source).expect("it is whole");
        let nearest = read.nearest(&[1.0, 0.0], 2).expect("compared");
        assert_eq!(nearest, [(0.5, vec!["M26".to_owned()]), (0.375, vec!["M25.561".to_owned()])]);
        assert!((0..whole.len()).all(|length| Meanings::read(&whole[..length], &source).is_none()));
        assert!(Meanings::read(&whole, &Source { model: "c".to_owned(), ..source.clone() }).is_none());
        assert!(Meanings::read(&whole, &Source { list: "c".to_owned(), ..source }).is_none());
    }
}
