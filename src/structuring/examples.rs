//! Notes that a clinician signed, as examples of how this clinician writes a history.
//!
//! They are about other patients. What is shown of them is their form alone: words that every note has, and blanks for all
//! others (ADR 0010). What the model never sees cannot cross into a note.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use super::{
    text,
    verify::{NoteLine, note_lines},
};
use crate::{
    domain::{Note, PatientText, SectionKind, Transcript},
    inference::{InferenceError, TextModel},
};

/// Tokens of the form that is shown, at most.
const MOST_TOKENS: usize = 70;

/// What stands for a word that is not shown.
pub(super) const BLANK: &str = "___";

/// A signed note.
#[derive(Clone)]
pub struct Example {
    /// Tells it from the others.
    id: String,
    /// Its history of the present illness, line by line.
    history: Vec<PatientText>,
    words: Words,
}

/// A file may be called after its patient, so that not even its name is told.
impl std::fmt::Debug for Example {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[a note with {} lines of history]", self.history.len())
    }
}

impl Example {
    /// The plain text of a note, with what was said in its visit where that is known; `None` if it has no history under a
    /// heading that is known.
    pub fn of_text(id: &str, note: &str, dialogue: Option<&str>) -> Option<Self> {
        let told = |line: &NoteLine| line.kinds.contains(&SectionKind::HistoryOfPresentIllness);
        let history = note_lines(note).into_iter().filter(told).map(|line| line.text.into()).collect();
        Self::of(id, history, [note].into_iter().chain(dialogue))
    }

    /// A note of ours; `None` if it has no history.
    pub fn of_note(id: &str, note: &Note) -> Option<Self> {
        let statements = || note.sections.iter().flat_map(|section| &section.statements);
        let of_history = |section: &&crate::domain::Section| section.id == SectionKind::HistoryOfPresentIllness;
        let told = note.sections.iter().filter(of_history).flat_map(|section| &section.statements);
        // What the patient's own words are is not how the clinician writes.
        let written = told.filter(|statement| !statement.text.contains('"')).map(|statement| statement.text.clone());
        Self::of(id, written.collect(), statements().map(|statement| statement.text.as_str()))
    }

    fn of<'t>(id: &str, history: Vec<PatientText>, texts: impl Iterator<Item = &'t str>) -> Option<Self> {
        let tells = history.iter().any(|line| !text::content_stems(line).is_empty());
        tells.then(|| Self { id: id.to_owned(), history, words: Words::of(texts) })
    }
}

/// What a clinician signed.
#[derive(Debug, Clone, Default)]
pub struct Examples(Vec<Example>);

impl Examples {
    /// These notes.
    pub fn new(notes: Vec<Example>) -> Self {
        Self(notes)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All but the one called `id`: a visit's own note is no example for it.
    pub fn without(&self, id: &str) -> Self {
        Self(self.0.iter().filter(|example| example.id != id).cloned().collect())
    }

    /// The form of the history in the note whose visit is nearest to `transcript`: as many of its sentences as
    /// [`MOST_TOKENS`] of `model` have room for.
    pub(super) fn form(
        &self,
        transcript: &Transcript,
        model: &dyn TextModel,
    ) -> Result<Option<String>, InferenceError> {
        let Some(example) = self.nearest(transcript) else { return Ok(None) };
        let sentences = example
            .history
            .iter()
            .flat_map(|line| text::sentences(line).into_iter().map(|range| form(&line[range])).collect::<Vec<_>>());
        let mut shown = String::new();
        for sentence in sentences {
            let longer = format!("{shown}{}{sentence}", if shown.is_empty() { "" } else { " " });
            if model.count_tokens(&longer)? > MOST_TOKENS {
                break;
            }
            shown = longer;
        }
        Ok(Some(shown).filter(|shown| !shown.is_empty()))
    }

    /// The note that has most words with `transcript` in common, rare ones counting most (tf-idf, cosine).
    fn nearest(&self, transcript: &Transcript) -> Option<&Example> {
        let mut rarity: HashMap<&str, f64> = HashMap::new();
        for word in self.0.iter().flat_map(|example| example.words.0.keys()) {
            *rarity.entry(word).or_default() += 1.0;
        }
        let count = self.0.len() as f64;
        rarity.values_mut().for_each(|notes| *notes = (1.0 + count / *notes).ln());
        let said = Words::of(transcript.utterances.iter().map(|utterance| utterance.text.as_str()));
        let said = said.weights(&rarity);
        let nearness = |example: &Example| {
            let own = example.words.weights(&rarity);
            let shared: f64 = own.iter().filter_map(|(word, weight)| Some(weight * said.get(word)?)).sum();
            shared / own.values().map(|weight| weight * weight).sum::<f64>().sqrt()
        };
        // Of two that are equally near, the first by name: the same notes give the same answer in whatever order they come.
        let nearer = |one: &&Example, other: &&Example| {
            nearness(one).total_cmp(&nearness(other)).then_with(|| other.id.cmp(&one.id))
        };
        self.0.iter().max_by(nearer)
    }
}

/// How often a text has each word that carries meaning.
#[derive(Clone)]
struct Words(HashMap<String, f64>);

impl Words {
    fn of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let mut counts = HashMap::new();
        for stem in texts.into_iter().flat_map(text::content_stems) {
            *counts.entry(stem).or_insert(0.0) += 1.0;
        }
        Self(counts)
    }

    /// The weight of each word of which `rarity` is known.
    fn weights(&self, rarity: &HashMap<&str, f64>) -> HashMap<&str, f64> {
        let weight = |(word, count): (&'_ String, &f64)| Some((1.0 + count).ln() * rarity.get(word.as_str())?);
        self.0.iter().filter_map(|entry| Some((entry.0.as_str(), weight(entry)?))).collect()
    }
}

/// Words that any history may have, whoever it is about. No side, number, time, body part, medicine or illness is among them.
const OF_ANY_HISTORY: &str = "a an the and or but so if then than that this these those there it its is are was were be been \
    being has have had who whom which what when where while since because of in on at to from for with by as about into over \
    during after before without not no nor any also other such both each i we our will would should may can could do does did \
    today patient patient's history medical past surgical significant presents presenting present presented evaluation reports \
    reported states stated denies denied endorses endorsed notes noted describes described mentions mentioned complains \
    experiencing experienced approximately began onset regarding currently due associated symptoms including includes \
    additionally further however reviewed discussed concerns concerned";

/// `sentence` with a blank for each run of words that not any history may have. Whether a patient is a he or a she is not
/// told either.
fn form(sentence: &str) -> String {
    static SHOWN: LazyLock<HashSet<&str>> = LazyLock::new(|| OF_ANY_HISTORY.split_whitespace().collect());
    let mut words: Vec<String> = Vec::new();
    let mut rest = sentence.split_whitespace().peekable();
    while let Some(word) = rest.next() {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        // A point within a sentence is that of a title.
        let ends = |last: &char| matches!(last, ';' | ':') || *last == '.' && rest.peek().is_none();
        let end = word.chars().last().filter(ends).map(String::from).unwrap_or_default();
        let subject = if bare.starts_with(char::is_uppercase) { "The patient" } else { "the patient" };
        match bare.to_lowercase().as_str() {
            "he" | "she" => words.push(format!("{subject}{end}")),
            "his" | "her" | "him" => words.push(format!("{subject}'s{end}")),
            known if SHOWN.contains(known) => words.push(format!("{bare}{end}")),
            _ => match words.last_mut().filter(|last| *last == BLANK) {
                Some(blank) => blank.push_str(&end),
                None => words.push(format!("{BLANK}{end}")),
            },
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        language::numbers,
        structuring::{
            facts::{diagnoses, symptoms::LEXICON},
            testing::{CountingModel, transcript},
        },
        terminology::DrugTable,
    };

    const KNEE: &str = "CHIEF COMPLAINT\n\nKnee pain.\n\nHPI:\nMs. Quill is a 71-year-old beekeeper who presents with left knee pain, \
        since Monday. She denies fevers or chills. Her knee swells.\n\nPlan: Naproxen 250 mg.";
    const COUGH: &str = "SUBJECTIVE\nHe reports a cough for a week.\n\nPlan: Rest and fluids.";

    fn examples() -> Examples {
        let notes = [("knee", KNEE), ("cough", COUGH)];
        Examples::new(notes.into_iter().filter_map(|(id, note)| Example::of_text(id, note, None)).collect())
    }

    fn shown_for(visit: &str) -> Option<String> {
        examples().form(&transcript(visit), &CountingModel).expect("it counts")
    }

    #[test]
    fn the_form_of_the_nearest_history_is_shown() {
        assert_eq!(
            shown_for("P: My knee hurts on the stairs.").as_deref(),
            Some("___ is a ___ who presents with ___ since ___. The patient denies ___ or ___. The patient's ___.")
        );
        assert_eq!(shown_for("P: I cough all night.").as_deref(), Some("The patient reports a ___ for a ___."));
        assert_eq!(Examples::default().form(&transcript("P: Hi."), &CountingModel).expect("it counts"), None);
    }

    #[test]
    fn no_word_is_shown_that_says_what_a_patient_has() {
        let facts = "Left right back bilateral 5 mg two weeks ago daily warfarin fever chills cough smoker lives alone never twice \
            better worse normal acute chronic male female woman pleasant yesterday 2019 mother COVID-19 1+ ten Smith's";
        assert_eq!(form(facts), BLANK);
        let names = |word: &str| {
            let symptom = LEXICON.iter().any(|entry| entry.pattern.is_match(word));
            let medicine = !DrugTable::bundled().mentions(word).is_empty();
            symptom || medicine || diagnoses::names_an_illness(word) || !numbers::numbers(word).is_empty()
        };
        let named: Vec<&str> = OF_ANY_HISTORY.split_whitespace().filter(|word| names(word)).collect();
        assert!(named.is_empty(), "{named:?}");
    }

    #[test]
    fn a_visit_s_own_note_is_left_out_and_a_text_without_a_history_is_no_example() {
        assert_eq!(examples().without("knee").0.len(), 1);
        assert!(Example::of_text("letter", "Dear colleague,\nthank you for this patient.", None).is_none());
        assert!(Example::of_text("plan", "HPI:\n\nPlan: Rest.", None).is_none());
    }

    #[test]
    fn what_is_shown_ends_with_a_sentence_and_has_no_more_tokens_than_there_is_room() {
        let long = format!("HPI\n{}", "The patient reports one and denies two or three. ".repeat(40));
        let example = Example::of_text("long", &long, None).expect("it has a history");
        let shown = Examples::new(vec![example]).form(&transcript("P: Hi."), &CountingModel).expect("it counts");
        let shown = shown.expect("it has a form");
        assert!(shown.ends_with("___."), "{shown}");
        assert!((MOST_TOKENS - 10..=MOST_TOKENS).contains(&shown.split_whitespace().count()), "{shown}");
    }

    #[test]
    fn debug_shows_nothing_of_a_note() {
        let debug = format!("{:?}", examples());
        assert!(!debug.contains("nee") && !debug.contains("uill"), "{debug}");
    }
}
