//! The index on disk: one tantivy document a code, with its words to search by and the whole code to return.
//!
//! It is built in a folder of its own and renamed when finished, so a half-built one is never opened.

use std::fs;
use std::path::{Path, PathBuf};

use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, BoostQuery, ConstScoreQuery, Occur, Query, TermQuery};
use tantivy::schema::{
    Field, IndexRecordOption, STORED, STRING, Schema, TantivyDocument, TextFieldIndexing, TextOptions, Value,
};
use tantivy::tokenizer::{Language, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer, TextAnalyzer};
use tantivy::{Index, IndexReader, IndexSettings, ReloadPolicy, Term};

use super::IcdCode;
use crate::domain::Progress;
use crate::terminology::TerminologyError;

/// Goes up when the index changes its form, so that an old one is built again.
const FOLDER: &str = "icd-10-cm.index-1";
/// Room for a build: twice what the index takes.
pub(super) const SPACE_BYTES: u64 = 100 << 20;
const WRITER_BYTES: usize = 50_000_000;
const ANALYZER: &str = "clinical";
/// What a match in each field is worth.
const WEIGHTS: [f32; 3] = [3.0, 2.0, 0.7];

/// Where each thing is in a document.
struct Fields {
    code: Field,
    billable: Field,
    title: Field,
    terms: Field,
    inherited: Field,
    whole: Field,
}

fn schema() -> (Schema, Fields) {
    let indexing = TextFieldIndexing::default().set_tokenizer(ANALYZER).set_index_option(IndexRecordOption::WithFreqs);
    let words = TextOptions::default().set_indexing_options(indexing);
    let mut schema = Schema::builder();
    let fields = Fields {
        code: schema.add_text_field("code", STRING),
        billable: schema.add_text_field("billable", STRING),
        title: schema.add_text_field("title", words.clone()),
        terms: schema.add_text_field("terms", words.clone()),
        inherited: schema.add_text_field("inherited", words),
        whole: schema.add_text_field("whole", STORED),
    };
    (schema.build(), fields)
}

/// How words are cut and stemmed, for the index and for comparing phrases.
pub(super) fn analyzer() -> TextAnalyzer {
    let builder = TextAnalyzer::builder(SimpleTokenizer::default()).filter(RemoveLongFilter::limit(40));
    builder.filter(LowerCaser).filter(Stemmer::new(Language::English)).build()
}

/// Builds the index of `codes`, which come parents first, in `dir`.
pub(super) fn build(codes: &[IcdCode], dir: &Path, progress: Progress<'_>) -> Result<(), TerminologyError> {
    let (schema, fields) = schema();
    let unfinished =
        tempfile::Builder::new().prefix(".icd-10-cm-").tempdir_in(dir).map_err(TerminologyError::io(dir))?;
    let index = Index::builder()
        .schema(schema)
        .settings(IndexSettings { docstore_compress_dedicated_thread: false, ..IndexSettings::default() })
        .create_in_dir(unfinished.path())?;
    index.tokenizers().register(ANALYZER, analyzer());
    // One thread: the same list gives the same index.
    let mut writer = index.writer_with_num_threads(1, WRITER_BYTES)?;
    let places: std::collections::HashMap<&str, &IcdCode> =
        codes.iter().map(|code| (code.code.as_str(), code)).collect();
    for (done, code) in codes.iter().enumerate() {
        writer.add_document(document(&fields, code, &places))?;
        progress(done as f32 / codes.len() as f32);
    }
    writer.commit()?;
    writer.wait_merging_threads()?;
    drop(index);
    let folder = dir.join(FOLDER);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(TerminologyError::io(&folder))?;
    }
    fs::rename(unfinished.keep(), &folder).map_err(TerminologyError::io(&folder))
}

type Places<'c> = std::collections::HashMap<&'c str, &'c IcdCode>;

fn document(fields: &Fields, code: &IcdCode, places: &Places<'_>) -> TantivyDocument {
    let mut document = TantivyDocument::new();
    document.add_text(fields.code, &code.code);
    document.add_text(fields.billable, if code.billable { "yes" } else { "no" });
    document.add_text(fields.title, &code.title);
    for term in &code.inclusion_terms {
        document.add_text(fields.terms, term);
    }
    let mut above = code.parent.as_deref().and_then(|parent| places.get(parent));
    while let Some(category) = above {
        for words in std::iter::once(&category.title).chain(&category.inclusion_terms) {
            document.add_text(fields.inherited, words);
        }
        above = category.parent.as_deref().and_then(|parent| places.get(parent));
    }
    let whole = serde_json::to_string(code).expect("texts and numbers can be written as JSON");
    document.add_text(fields.whole, whole);
    document
}

/// The index, opened for reading.
pub(super) struct OpenIndex {
    reader: IndexReader,
    fields: Fields,
}

impl OpenIndex {
    pub fn open(dir: &Path) -> Result<Self, TerminologyError> {
        let folder: PathBuf = dir.join(FOLDER);
        if !folder.is_dir() {
            return Err(TerminologyError::Missing { name: "ICD-10-CM", command: "soapstone terminology pull" });
        }
        let index = Index::open_in_dir(&folder)?;
        index.tokenizers().register(ANALYZER, analyzer());
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let (_, fields) = schema();
        Ok(Self { reader, fields })
    }

    pub fn get(&self, code: &str) -> Option<IcdCode> {
        let query = self.term(self.fields.code, code);
        self.run(&query, 1).pop()
    }

    /// Documents in all, and billable ones.
    pub fn counts(&self) -> (u64, u64) {
        let searcher = self.reader.searcher();
        let billable = searcher.doc_freq(&Term::from_field_text(self.fields.billable, "yes"));
        (searcher.num_docs(), logged(billable).unwrap_or(0))
    }

    /// How rare a stemmed word is among titles: its inverse document frequency.
    pub fn rarity(&self, word: &str) -> f32 {
        let searcher = self.reader.searcher();
        let all = searcher.num_docs() as f32;
        let count = searcher.doc_freq(&Term::from_field_text(self.fields.title, word));
        let with = logged(count).unwrap_or(0) as f32;
        (1.0 + (all - with + 0.5) / (with + 0.5)).ln()
    }

    /// The billable codes in whose words the stemmed `words` weigh most (BM25).
    pub fn billable_with(&self, words: &[String], limit: usize) -> Vec<IcdCode> {
        let fields = [self.fields.title, self.fields.terms, self.fields.inherited];
        let of_word = |word: &String| {
            let in_field = |(field, weight)| -> (Occur, Box<dyn Query>) {
                (Occur::Should, Box::new(BoostQuery::new(self.term(field, word), weight)))
            };
            fields.into_iter().zip(WEIGHTS).map(in_field).collect::<Vec<_>>()
        };
        let any: BooleanQuery = words.iter().flat_map(of_word).collect::<Vec<_>>().into();
        let billable = ConstScoreQuery::new(self.term(self.fields.billable, "yes"), 0.0);
        let both: Vec<(Occur, Box<dyn Query>)> = vec![(Occur::Must, Box::new(any)), (Occur::Must, Box::new(billable))];
        self.run(&BooleanQuery::from(both), limit)
    }

    fn term(&self, field: Field, text: &str) -> Box<dyn Query> {
        Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::WithFreqs))
    }

    fn run(&self, query: &dyn Query, limit: usize) -> Vec<IcdCode> {
        let searcher = self.reader.searcher();
        let found = logged(searcher.search(query, &TopDocs::with_limit(limit).order_by_score())).unwrap_or_default();
        let load = |address| {
            let document: TantivyDocument = logged(searcher.doc(address))?;
            let whole = document.get_first(self.fields.whole)?.as_str()?.to_owned();
            serde_json::from_str(&whole).ok()
        };
        found.into_iter().filter_map(|(_, address)| load(address)).collect()
    }
}

/// An index that opened can fail later only when its files are damaged under it; that is told in the log, not by every
/// caller of a search.
fn logged<T>(result: tantivy::Result<T>) -> Option<T> {
    result.inspect_err(|error| tracing::error!(%error, "the index of ICD-10-CM cannot be read")).ok()
}
