//! Drug names: which were heard, what was written for the others, and which were written and never said.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Found,
    edits::{Step, align},
    normal,
};
use crate::{
    domain::{PatientText, Transcript},
    terminology::DrugTable,
};

/// How many words apart a name that is missing and one that was not said may stand and be one taken for the other: where a
/// recogniser writes more or fewer words than were said, the alignment puts the wrong name beside its place.
const REACH: usize = 4;

/// A drug that was said, with what was written for it: the drug that was written instead, in its place or close by, and else
/// whatever stands there. Or a drug that was written and for which no other was said.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DrugConfusion {
    /// What was said; nothing where the drug was made up.
    pub said: PatientText,
    /// What was written; nothing where the drug was left out.
    pub written: PatientText,
    /// Whether the transcript suggests to its reader the drug that was said, beside what it has there ("perhaps clonazepam").
    #[serde(default)]
    pub suggested: bool,
}

/// Drug names of one recording.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DrugScore {
    /// Names that were said and written, of all that were said. Each time counts; a brand is heard when the brand is written.
    pub heard: Found,
    /// Drugs written where none or another was said. Another name of the same drug is none of them.
    pub false_drugs: usize,
    /// Names that the transcript at least suggests to its reader, of those that were said and not written.
    pub suggested: Found,
    /// What went wrong, in the order of the visit.
    pub confusions: Vec<DrugConfusion>,
}

/// Words of a transcript with the drugs among them.
#[derive(Default)]
struct Text {
    words: Vec<String>,
    /// The text that each word came from, for showing.
    shown: Vec<String>,
    /// The utterance that each word stands in.
    utterances: Vec<usize>,
    drugs: Vec<Drug>,
    suggestions: Vec<Suggestion>,
}

/// What an utterance may have said, without its text saying so.
struct Suggestion {
    utterance: usize,
    words: Vec<String>,
}

/// A drug named in a text.
struct Drug {
    words: Range<usize>,
    name: &'static str,
    surface: &'static str,
}

/// A drug that went wrong: said and not written, or written and not said.
struct Wrong<'t> {
    drug: &'t Drug,
    /// The steps of the alignment that hold it.
    steps: Range<usize>,
    /// The words that stand in its place on the other side.
    facing: Range<usize>,
}

/// Compares the drugs of `table` named in `reference` with those in `hypothesis`.
pub fn drug_score(reference: &Transcript, hypothesis: &Transcript, table: &'static DrugTable) -> DrugScore {
    let (said, heard) = (read(reference, table), read(hypothesis, table));
    let steps = align(&said.words, &heard.words);
    let mut score = DrugScore::default();
    let (mut missed, mut made_up) = (Vec::new(), Vec::new());
    for drug in &said.drugs {
        let facing = facing(&steps, &drug.words);
        let is_heard = facing.all_match || heard_as(&heard, &facing.words, |other| other.surface == drug.surface);
        score.heard.count(is_heard);
        if !is_heard {
            missed.push(Wrong { drug, steps: held(&steps, &drug.words, word_said), facing: facing.words });
        }
    }
    for drug in &heard.drugs {
        let facing = facing_back(&steps, &drug.words);
        if !heard_as(&said, &facing, |other| other.name == drug.name) {
            made_up.push(Wrong { drug, steps: held(&steps, &drug.words, word_heard), facing });
        }
    }
    // Where the two texts have unlike numbers of words, another name of the same drug stands beside its place.
    made_up.retain(|wrong: &Wrong<'_>| {
        let is_same =
            |other: &Wrong<'_>| other.drug.name == wrong.drug.name && apart(&other.steps, &wrong.steps) <= REACH;
        !missed.iter().any(is_same)
    });
    let taken_for = taken_for(&heard, &missed, &made_up);
    let suggested = suggested(&heard, &steps, &missed, &taken_for);
    score.false_drugs = made_up.len();
    suggested.iter().for_each(|is_suggested| score.suggested.count(*is_suggested));
    score.confusions = confusions(&said, &heard, [&missed, &made_up], &taken_for, &suggested);
    score
}

/// What went wrong, each error once, in the order of the visit.
fn confusions(
    said: &Text,
    heard: &Text,
    [missed, made_up]: [&[Wrong<'_>]; 2],
    taken_for: &[Option<&Wrong<'_>>],
    suggested: &[bool],
) -> Vec<DrugConfusion> {
    let mut all = Vec::new();
    for ((wrong, other), &suggested) in missed.iter().zip(taken_for).zip(suggested) {
        let written = other.map_or(&wrong.facing, |other| &other.drug.words);
        let (said, written) = (shown(said, &wrong.drug.words), shown(heard, written));
        all.push((wrong.steps.start, DrugConfusion { said, written, suggested }));
    }
    let is_listed = |wrong: &Wrong<'_>| taken_for.iter().flatten().any(|other| std::ptr::eq(*other, wrong));
    for wrong in made_up.iter().filter(|wrong| !is_listed(wrong)) {
        let (said, written) = (shown(said, &wrong.facing), shown(heard, &wrong.drug.words));
        all.push((wrong.steps.start, DrugConfusion { said, written, suggested: false }));
    }
    all.sort_by_key(|(step, _)| *step);
    all.into_iter().map(|(_, confusion)| confusion).collect()
}

/// Which of `made_up` each of `missed` was taken for: one within [`REACH`], each for one, the nearest first.
fn taken_for<'m>(heard: &Text, missed: &[Wrong<'_>], made_up: &'m [Wrong<'m>]) -> Vec<Option<&'m Wrong<'m>>> {
    // In the place of some stands the same drug by another name.
    let is_open = |wrong: &Wrong<'_>| !heard_as(heard, &wrong.facing, |other| other.name == wrong.drug.name);
    let mut near = Vec::new();
    for (index, wrong) in missed.iter().enumerate().filter(|(_, wrong)| is_open(wrong)) {
        let apart = made_up.iter().map(|other| apart(&wrong.steps, &other.steps)).enumerate();
        near.extend(apart.filter(|(_, apart)| *apart <= REACH).map(|(other, apart)| (apart, index, other)));
    }
    near.sort_unstable();
    let (mut taken_for, mut is_taken) = (vec![None; missed.len()], vec![false; made_up.len()]);
    for (_, index, other) in near {
        if taken_for[index].is_none() && !is_taken[other] {
            taken_for[index] = Some(&made_up[other]);
            is_taken[other] = true;
        }
    }
    taken_for
}

/// Whether each of `missed` is suggested where it should stand, or where the drug stands that it was taken for. A suggestion is
/// one of one name.
fn suggested(heard: &Text, steps: &[Step], missed: &[Wrong<'_>], taken_for: &[Option<&Wrong<'_>>]) -> Vec<bool> {
    let mut open: Vec<&Suggestion> = heard.suggestions.iter().collect();
    let is_suggested = |(wrong, other): (&Wrong<'_>, &Option<&Wrong<'_>>)| {
        let name = normal::words(wrong.drug.surface);
        let instead = other.map_or(0..0, |other| other.drug.words.clone());
        let place = place(heard, steps, wrong).chain(instead);
        let utterances: Vec<usize> = place.map(|word| heard.utterances[word]).collect();
        let found = open.iter().position(|one| one.words == name && utterances.contains(&one.utterance));
        found.map(|index| open.remove(index)).is_some()
    };
    missed.iter().zip(taken_for).map(is_suggested).collect()
}

/// The words that were heard where a name was missed; those on both sides of it where it was left out.
fn place(heard: &Text, steps: &[Step], missed: &Wrong<'_>) -> Range<usize> {
    if !missed.facing.is_empty() {
        return missed.facing.clone();
    }
    let before = steps[..missed.steps.start].iter().filter_map(word_heard).count();
    before.saturating_sub(1)..(before + 1).min(heard.words.len())
}

/// How far two stretches of an alignment are apart: 0 where they overlap, 1 where they touch.
fn apart(one: &Range<usize>, other: &Range<usize>) -> usize {
    (one.start.max(other.start) + 1).saturating_sub(one.end.min(other.end))
}

/// The steps that hold some of `words`, which `of` reads.
fn held(steps: &[Step], words: &Range<usize>, of: fn(&Step) -> Option<usize>) -> Range<usize> {
    let holds = |step: &Step| of(step).is_some_and(|word| words.contains(&word));
    span(steps.iter().enumerate().filter(|(_, step)| holds(step)).map(|(index, _)| index))
}

fn word_said(step: &Step) -> Option<usize> {
    match step {
        Step::Match(word, _) | Step::Substitution(word, _) | Step::Deletion(word) => Some(*word),
        Step::Insertion(_) => None,
    }
}

fn word_heard(step: &Step) -> Option<usize> {
    match step {
        Step::Match(_, word) | Step::Substitution(_, word) | Step::Insertion(word) => Some(*word),
        Step::Deletion(_) => None,
    }
}

fn read(transcript: &Transcript, table: &'static DrugTable) -> Text {
    let mut text = Text::default();
    for (index, utterance) in transcript.utterances.iter().enumerate() {
        let suggested = utterance.repairs.iter().filter(|repair| !repair.applied);
        let suggested = suggested.map(|repair| normal::words(&repair.suggested));
        text.suggestions.extend(suggested.map(|words| Suggestion { utterance: index, words }));
        let tokens = normal::tokens(&utterance.text);
        let first = text.words.len();
        for mention in table.mentions(&utterance.text) {
            let inside =
                |token: &normal::Token| token.range.start < mention.range.end && mention.range.start < token.range.end;
            let Some(start) = tokens.iter().position(inside) else { continue };
            let length = tokens[start..].iter().take_while(|token| inside(token)).count();
            let words = first + start..first + start + length;
            text.drugs.push(Drug { words, name: mention.drug.name, surface: mention.surface });
        }
        for token in tokens {
            text.shown.push(utterance.text[token.range].to_owned());
            text.words.push(token.word);
            text.utterances.push(index);
        }
    }
    text
}

/// What faces some words on the other side.
struct Facing {
    words: Range<usize>,
    all_match: bool,
}

/// What was written for the words `said`, with what was put in beside them.
fn facing(steps: &[Step], said: &Range<usize>) -> Facing {
    let is_ours = |step: &Step| word_said(step).is_some_and(|word| said.contains(&word));
    let all_match = steps.iter().filter(|step| is_ours(step)).all(|step| matches!(step, Step::Match(..)));
    let Some(first) = steps.iter().position(is_ours) else { return Facing { words: 0..0, all_match: false } };
    let last = steps.iter().rposition(is_ours).unwrap_or(first);
    if all_match {
        return Facing { words: 0..0, all_match };
    }
    // A name heard as several words stands as one substitution between insertions.
    let is_insertion = |step: &&Step| matches!(step, Step::Insertion(_));
    let before = steps[..first].iter().rev().take_while(is_insertion).count();
    let after = steps[last + 1..].iter().take_while(is_insertion).count();
    let written = steps[first - before..=last + after].iter().filter_map(word_heard);
    Facing { words: span(written), all_match }
}

/// What was said where the words `written` stand.
fn facing_back(steps: &[Step], written: &Range<usize>) -> Range<usize> {
    span(steps.iter().filter_map(|step| match step {
        Step::Match(said, word) | Step::Substitution(said, word) if written.contains(word) => Some(*said),
        _ => None,
    }))
}

/// From the first to the last of `indices`.
fn span(indices: impl Iterator<Item = usize>) -> Range<usize> {
    let mut indices = indices.peekable();
    let Some(&first) = indices.peek() else { return 0..0 };
    first..indices.last().unwrap_or(first) + 1
}

/// Whether a drug that `is_meant` is named in `words` of `text`.
fn heard_as(text: &Text, words: &Range<usize>, is_meant: impl Fn(&Drug) -> bool) -> bool {
    let touches = |drug: &Drug| drug.words.start < words.end && words.start < drug.words.end;
    text.drugs.iter().any(|drug| touches(drug) && is_meant(drug))
}

fn shown(text: &Text, words: &Range<usize>) -> PatientText {
    text.shown[words.clone()].join(" ").into()
}

/// `transcript` as it was before words that were probably misheard were put right; `None` where none were.
pub fn before_repair(transcript: &Transcript) -> Option<Transcript> {
    let mut before = transcript.clone();
    let mut any = false;
    for utterance in &mut before.utterances {
        let mut text = utterance.text.as_str().to_owned();
        for repair in utterance.repairs.iter().filter(|repair| repair.applied) {
            text = text.replacen(repair.suggested.as_str(), &repair.heard, 1);
            any = true;
        }
        utterance.text = text.into();
    }
    any.then_some(before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Repair, Utterance};

    fn transcript(text: &str) -> Transcript {
        let utterance = Utterance { text: text.into(), ..Utterance::default() };
        Transcript { utterances: vec![utterance], ..Transcript::default() }
    }

    fn score(said: &str, heard: &str) -> (Found, usize, Vec<(String, String)>) {
        let score = drug_score(&transcript(said), &transcript(heard), DrugTable::bundled());
        let plain = |one: DrugConfusion| (one.said.into_string(), one.written.into_string());
        (score.heard, score.false_drugs, score.confusions.into_iter().map(plain).collect())
    }

    fn pair(said: &str, written: &str) -> (String, String) {
        (said.to_owned(), written.to_owned())
    }

    #[test]
    fn each_time_a_name_is_said_counts() {
        let said = "Keep the lisinopril, twenty milligrams. I want to add amlodipine. And lisinopril in the morning.";
        assert_eq!(score(said, said), (Found { found: 3, of: 3 }, 0, vec![]));
        let heard = "Keep the listen up pill 20 mg. I want to add amlodipine. And lisinopril in the morning.";
        let confused = vec![pair("lisinopril", "listen up pill")];
        assert_eq!(score(said, heard), (Found { found: 2, of: 3 }, 0, confused));
    }

    #[test]
    fn one_drug_for_another_is_missed_and_false() {
        let (heard, false_drugs, confusions) =
            score("she takes hydroxyzine at night", "she takes hydralazine at night");
        assert_eq!((heard, false_drugs), (Found { found: 0, of: 1 }, 1));
        assert_eq!(confusions, [pair("hydroxyzine", "hydralazine")]);
    }

    #[test]
    fn a_drug_that_nobody_said_is_false() {
        let (heard, false_drugs, confusions) = score("so he went home again", "so he went home warfarin again");
        assert_eq!((heard, false_drugs), (Found::default(), 1));
        assert_eq!(confusions, [pair("", "warfarin")]);
    }

    #[test]
    fn another_name_beside_its_place_is_not_false_either() {
        let said = "and spironolactone 25 milligrams half a tablet";
        let (heard, false_drugs, _) = score(said, "in spirit Aldactone 25 milligrams half a tablet");
        assert_eq!((heard, false_drugs), (Found { found: 0, of: 1 }, 0));
        let (_, false_drugs, _) = score(said, "and 25 milligrams half a tablet of Aldactone then and more");
        assert_eq!(false_drugs, 1);
    }

    #[test]
    fn the_other_name_of_a_drug_is_not_heard_but_not_false() {
        let (heard, false_drugs, confusions) = score("take Tylenol for it", "take acetaminophen for it");
        assert_eq!((heard, false_drugs), (Found { found: 0, of: 1 }, 0));
        assert_eq!(confusions, [pair("Tylenol", "acetaminophen")]);
    }

    #[test]
    fn a_drug_written_close_to_where_another_was_said_was_taken_for_it() {
        // "start" faces "Clonidine", and the name that was said "spam".
        let (heard, false_drugs, confusions) =
            score("clonidine, point one. Did they start clonazepam?", "Clonidine .1. You start Clonidine spam");
        assert_eq!((heard, false_drugs), (Found { found: 1, of: 2 }, 1));
        assert_eq!(confusions, [pair("clonazepam", "Clonidine")]);
        // One word is missing before the wrong name, or after it.
        let confused = vec![pair("carbamazepine", "carbimazole")];
        for said in ["carbamazepine before that?", "before that carbamazepine?"] {
            let of_one = (Found { found: 0, of: 1 }, 1, confused.clone());
            assert_eq!(score(said, "carbimazole that?"), of_one, "{said}");
        }
    }

    #[test]
    fn the_nearest_is_taken_for_the_other_and_each_once() {
        // Aligned word by word: hydroxyzine faces hydralazine; warfarin stands three words after it and was said for nothing.
        let (_, false_drugs, confusions) =
            score("she takes hydroxyzine each night at bed", "she takes hydralazine each night warfarin bed");
        assert_eq!(false_drugs, 2);
        assert_eq!(confusions, [pair("hydroxyzine", "hydralazine"), pair("at", "warfarin")]);
        // Two that were said and one that was written: the other faces what stands there.
        let (_, false_drugs, confusions) = score("clonazepam or lorazepam now", "spam or clonidine now");
        assert_eq!(false_drugs, 1);
        assert_eq!(confusions, [pair("clonazepam", "spam"), pair("lorazepam", "clonidine")]);
    }

    #[test]
    fn a_drug_written_far_from_where_another_was_said_is_none_for_the_other() {
        // Four words stand between the names, and three.
        let far = |between: &str| score(&format!("clonazepam {between} today"), &format!("spam {between} clonidine")).2;
        assert_eq!(far("and then she slept")[..], [pair("clonazepam", "spam"), pair("today", "clonidine")]);
        assert_eq!(far("and then slept"), [pair("clonazepam", "clonidine")]);
    }

    #[test]
    fn a_drug_written_by_its_other_name_was_taken_for_no_other() {
        let (heard, false_drugs, confusions) =
            score("take Tylenol and the rest", "take acetaminophen and warfarin rest");
        assert_eq!((heard, false_drugs), (Found { found: 0, of: 1 }, 1));
        assert_eq!(confusions, [pair("Tylenol", "acetaminophen"), pair("the", "warfarin")]);
    }

    fn perhaps(suggested: &str, applied: bool) -> Repair {
        Repair {
            heard: "something".into(),
            suggested: suggested.into(),
            start_ms: None,
            end_ms: None,
            applied,
            probability: 0.4,
            reason: "sounds alike".to_owned(),
        }
    }

    /// What of the confusions is suggested, where each utterance that was heard has its repairs.
    fn suggested(said: &str, heard: &[(&str, Vec<Repair>)]) -> (Found, Vec<(String, bool)>) {
        let utterance = |(text, repairs): &(&str, Vec<Repair>)| Utterance {
            text: (*text).into(),
            repairs: repairs.clone(),
            ..Utterance::default()
        };
        let heard = Transcript { utterances: heard.iter().map(utterance).collect(), ..Transcript::default() };
        let score = drug_score(&transcript(said), &heard, DrugTable::bundled());
        let marks = score.confusions.into_iter().map(|one| (one.said.into_string(), one.suggested));
        (score.suggested, marks.collect())
    }

    #[test]
    fn a_name_that_is_missed_and_suggested_is_marked() {
        let said = "Did they start clonazepam? No. They kept the lisinopril.";
        let heard = |first: Vec<Repair>, last: Vec<Repair>| {
            let utterances = [("Did they start Clonidine?", first), ("No. They kept the listen up pill.", last)];
            suggested(said, &utterances)
        };
        let marks = |clonazepam: bool, lisinopril: bool| {
            let found = usize::from(clonazepam) + usize::from(lisinopril);
            let names = [("clonazepam".to_owned(), clonazepam), ("lisinopril".to_owned(), lisinopril)];
            (Found { found, of: 2 }, names.to_vec())
        };
        assert_eq!(heard(vec![perhaps("Clonazepam", false)], vec![]), marks(true, false));
        assert_eq!(heard(vec![perhaps("clonazepam", false)], vec![perhaps("lisinopril", false)]), marks(true, true));
        // Of another name, of the same in another utterance, or put into the text: no mark.
        assert_eq!(heard(vec![perhaps("clobazam", false)], vec![perhaps("Zestril", false)]), marks(false, false));
        assert_eq!(heard(vec![perhaps("lisinopril", false)], vec![perhaps("clonazepam", false)]), marks(false, false));
        assert_eq!(heard(vec![perhaps("clonazepam", true)], vec![]), marks(false, false));
    }

    #[test]
    fn a_suggestion_is_of_one_name_and_found_where_the_name_was_left_out() {
        let said = "take lisinopril now and take lisinopril later";
        let once = suggested(said, &[("take now and take later", vec![perhaps("lisinopril", false)])]);
        assert_eq!(once.0, Found { found: 1, of: 2 });
        let twice = vec![perhaps("lisinopril", false), perhaps("lisinopril", false)];
        assert_eq!(suggested(said, &[("take now and take later", twice)]).0, Found { found: 2, of: 2 });
        // What was heard rightly needs no suggestion.
        assert_eq!(suggested("take lisinopril", &[("take lisinopril", vec![])]), (Found::default(), vec![]));
    }

    #[test]
    fn a_name_left_out_faces_nothing() {
        let (_, _, confusions) = score("take ibuprofen with food", "take with food");
        assert_eq!(confusions, [pair("ibuprofen", "")]);
    }

    #[test]
    fn repairs_are_taken_back() {
        let mut repaired = transcript("Keep the lisinopril, please");
        let repair = Repair { heard: "listen up".into(), ..perhaps("lisinopril", true) };
        assert_eq!(before_repair(&repaired), None);
        repaired.utterances[0].repairs.push(repair);
        let before = before_repair(&repaired).expect("there is one");
        assert_eq!(before.utterances[0].text.as_str(), "Keep the listen up, please");
    }
}
