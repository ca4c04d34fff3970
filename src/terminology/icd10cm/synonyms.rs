//! What people say and how ICD-10-CM says it: abbreviations and everyday words, from `synonyms.tsv`.

use std::collections::HashMap;

/// The longest everyday expression, in words.
const LONGEST: usize = 6;

/// The table.
pub(super) struct Synonyms {
    wordings: HashMap<Vec<String>, Vec<&'static str>>,
}

/// One way to say what was asked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Variant {
    /// The words.
    pub text: String,
    /// How much a match of it is worth: less for a part of what was asked for.
    pub weight: f32,
}

impl Synonyms {
    /// The table of this build.
    pub fn built_in() -> Self {
        Self::read(include_str!("../synonyms.tsv"))
    }

    /// Lines of `expression TAB wording`; an expression may come several times. `#` begins a comment.
    fn read(table: &'static str) -> Self {
        let mut wordings: HashMap<Vec<String>, Vec<&'static str>> = HashMap::new();
        let lines = table.lines().filter(|line| !line.starts_with('#'));
        for (expression, wording) in lines.filter_map(|line| line.split_once('\t')) {
            wordings.entry(words(expression)).or_default().push(wording);
        }
        Self { wordings }
    }

    /// `text` itself; with its everyday expressions put in ICD-10-CM's words; and, where it joins several things, each.
    pub fn variants(&self, text: &str) -> Vec<Variant> {
        let mut variants = self.wordings_of(text, 1.0);
        let joined = [" and ", " with ", ", ", " / ", "/", "; ", " & "];
        let parts: Vec<&str> =
            joined.iter().fold(vec![text], |parts, mark| parts.into_iter().flat_map(|part| part.split(mark)).collect());
        if parts.len() > 1 {
            variants.extend(parts.iter().flat_map(|part| self.wordings_of(part, 0.75)));
        }
        variants
    }

    fn wordings_of(&self, text: &str, weight: f32) -> Vec<Variant> {
        let spoken = words(text);
        let mut texts = vec![spoken.join(" ")];
        texts.extend(self.replaced(&spoken));
        texts.dedup();
        texts.into_iter().map(|text| Variant { text, weight }).collect()
    }

    /// The words with every known expression replaced, longest first. An expression with several wordings gives several
    /// results; two such expressions in one text are not multiplied, the second takes its first wording.
    fn replaced(&self, spoken: &[String]) -> Vec<String> {
        let mut results = vec![String::new()];
        let mut at = 0;
        while at < spoken.len() {
            let longest = (1..=LONGEST.min(spoken.len() - at)).rev();
            let known = longest.map(|count| (count, self.wordings.get(&spoken[at..at + count])));
            let found = known.filter_map(|(count, wordings)| Some((count, wordings?))).next();
            let (count, wordings) = match found {
                Some((count, wordings)) => (count, wordings.clone()),
                None => (1, vec![spoken[at].as_str()]),
            };
            let usable = if results.len() > 1 { &wordings[..1] } else { &wordings[..] };
            results =
                results.iter().flat_map(|start| usable.iter().map(move |word| format!("{start} {word}"))).collect();
            at += count;
        }
        results.into_iter().map(|text| text.trim().to_owned()).collect()
    }
}

/// Lower-case words, spelt as in America; apostrophes are dropped, other marks separate.
fn words(text: &str) -> Vec<String> {
    let text = text.to_lowercase().replace(['\'', '’'], "");
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(american).collect()
}

/// "Oedema" as "edema": ICD-10-CM is American.
fn american(word: &str) -> String {
    const SPELLINGS: [(&str, &str); 12] = [
        ("anaem", "anem"),
        ("haem", "hem"),
        ("oedem", "edem"),
        ("oesoph", "esoph"),
        ("diarrhoea", "diarrhea"),
        ("orrhoea", "orrhea"),
        ("paed", "ped"),
        ("gynaec", "gynec"),
        ("apnoea", "apnea"),
        ("coeliac", "celiac"),
        ("tumour", "tumor"),
        ("generalised", "generalized"),
    ];
    let word = SPELLINGS.iter().fold(word.to_owned(), |word, (british, american)| word.replace(british, american));
    word.strip_suffix("isation").map_or(word.clone(), |stem| format!("{stem}ization"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        Synonyms::read("# x\nhtn\thypertension\nheart attack\tacute myocardial infarction\nsugar\tdiabetes mellitus\nsugar\tglucose\n")
            .variants(text).into_iter().map(|variant| variant.text).collect()
    }

    #[test]
    fn expressions_are_put_in_the_words_of_the_list() {
        assert_eq!(texts("old heart attack"), ["old heart attack", "old acute myocardial infarction"]);
        assert_eq!(texts("HTN"), ["htn", "hypertension"]);
        assert_eq!(texts("plain"), ["plain"]);
        assert_eq!(texts("generalised oedema, no diarrhoea")[0], "generalized edema no diarrhea");
    }

    #[test]
    fn several_wordings_are_all_tried() {
        assert_eq!(texts("high sugar"), ["high sugar", "high diabetes mellitus", "high glucose"]);
    }

    #[test]
    fn what_is_joined_is_also_tried_apart() {
        assert_eq!(texts("htn and gout"), ["htn and gout", "hypertension and gout", "htn", "hypertension", "gout"]);
    }

    #[test]
    fn no_line_of_the_table_is_lost() {
        let table = include_str!("../synonyms.tsv");
        let broken: Vec<&str> =
            table.lines().filter(|line| !line.starts_with('#') && line.matches('\t').count() != 1).collect();
        assert!(broken.is_empty(), "{broken:?}");
        assert!(
            table
                .lines()
                .filter_map(|line| line.split_once('\t'))
                .all(|(expression, _)| words(expression).len() <= LONGEST)
        );
    }
}
