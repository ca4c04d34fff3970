//! Names of medicines that were misheard, found by their sound and put right.
//!
//! ```text
//! Utterance ─ pieces ─ candidates (names that sound like a place, and what speaks for them) ─ model ─ apply ─ repairs
//! ```
//!
//! A recogniser spells a name that it does not know as something it knows: "loss artin" for losartan. Places with words
//! that nobody uses, or with a dose after them, are read aloud ([`sounds`]) and compared with the names of the drug table
//! and the chart ([`names`]). How alike they sound, the dose, the verb before, the chart and the rest of the visit make a
//! probability ([`model`]). Above one threshold the text says the name from then on; above a lower one the name is
//! suggested and the text is left alone. Either way the utterance carries a [`Repair`](crate::domain::Repair) with what was heard, and the note
//! shows it. [`doses`] suggests numbers that were taken for another that sounds like them.

mod apply;
pub mod candidates;
mod context;
mod doses;
pub mod hearing;
pub mod model;
mod names;
mod pieces;
mod sounds;
pub mod visit;

use std::{convert::Infallible, ops::Range};

use candidates::{Candidate, Finder};
use hearing::Hearing;
use visit::Expected;

use super::asr::AsrError;
use crate::domain::{Chart, Progress, Transcript, Utterance};

/// Puts misheard names of medicines right in `transcript` and suggests what is less sure, knowing the patient's `chart`.
///
/// What stays in doubt is left as it was heard. An utterance that has repairs already keeps them and is not repaired
/// again, so that repairing twice is repairing once.
pub fn repair(transcript: &mut Transcript, chart: Option<&Chart>) {
    let Ok(()) = repair_with(transcript, chart, |_, _| Ok::<(), Infallible>(()));
}

/// The same with the recording of the transcript at hand: each place is heard again before it is decided on. Errs only if
/// the recogniser fails.
pub fn repair_recorded(
    transcript: &mut Transcript,
    chart: Option<&Chart>,
    hearing: &mut Hearing,
    progress: Progress,
) -> Result<(), AsrError> {
    let (count, mut done) = (transcript.utterances.len(), 0);
    repair_with(transcript, chart, |said, candidates| {
        done += 1;
        progress(done as f32 / count as f32);
        hearing.hear(said, candidates)
    })
}

/// `hear` is asked about the candidates of each utterance before they are compared.
fn repair_with<E>(
    transcript: &mut Transcript,
    chart: Option<&Chart>,
    mut hear: impl FnMut(&Utterance, &mut Vec<Candidate>) -> Result<(), E>,
) -> Result<(), E> {
    let expected = Expected::new(transcript, chart);
    let mut finder = Finder::new(&expected);
    let mut candidates: Vec<Vec<Candidate>> = Vec::with_capacity(transcript.utterances.len());
    for (at, said) in transcript.utterances.iter().enumerate() {
        if said.repairs.is_empty() {
            let before = at.checked_sub(1).map(|before| &transcript.utterances[before]);
            let mut found = finder.candidates(said, before);
            hear(said, &mut found)?;
            candidates.push(found);
        }
    }
    // A name that is put right in one place is named in the visit, which speaks for it in others.
    let named: Vec<(usize, Range<usize>, String)> =
        candidates.iter().enumerate().flat_map(|(at, mine)| named_in(at, mine)).collect();
    for (at, one) in candidates.iter_mut().enumerate().flat_map(|(at, mine)| mine.iter_mut().map(move |one| (at, one)))
    {
        let is_here = |place: &(usize, Range<usize>, String)| {
            place.0 == at && place.1.start < one.span.end && one.span.start < place.1.end
        };
        if named.iter().any(|place| place.2 == one.name.medicine() && !is_here(place)) {
            one.is_said_elsewhere();
        }
    }
    let unrepaired = transcript.utterances.iter_mut().filter(|utterance| utterance.repairs.is_empty());
    for (utterance, candidates) in unrepaired.zip(&candidates) {
        apply::apply(utterance, &choose(candidates));
        utterance.repairs.extend(doses::doubtful(utterance));
        utterance.repairs.sort_by_key(|repair| repair.start_ms);
    }
    Ok(())
}

/// The places of utterance `at` where a name is put right, each with its medicine.
fn named_in(at: usize, candidates: &[Candidate]) -> Vec<(usize, Range<usize>, String)> {
    let sure = choose(candidates).into_iter().filter(|(one, probability)| model::is_applied(one, *probability));
    sure.map(|(one, _)| (at, one.span.clone(), one.name.medicine().to_owned())).collect()
}

/// The likeliest of `candidates` that do not overlap, in the order of the text, with their probabilities.
pub fn choose<'c, 'n>(candidates: &'c [Candidate<'n>]) -> Vec<(&'c Candidate<'n>, f32)> {
    let mut weighed: Vec<(&Candidate, f32)> = candidates.iter().map(|one| (one, model::probability(one))).collect();
    weighed.retain(|(one, probability)| model::is_suggested(one, *probability));
    weighed.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut chosen: Vec<(&Candidate, f32)> = Vec::new();
    for one in weighed {
        let overlaps =
            |(other, _): &(&Candidate, f32)| one.0.span.start < other.span.end && other.span.start < one.0.span.end;
        if !chosen.iter().any(overlaps) {
            chosen.push(one);
        }
    }
    chosen.sort_by_key(|(candidate, _)| candidate.span.start);
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ChartMedication, Word};

    fn visit(lines: &[&str]) -> Transcript {
        let said = |line: &&str| Utterance { text: (*line).into(), ..Utterance::default() };
        Transcript { utterances: lines.iter().map(said).collect(), ..Transcript::default() }
    }

    fn repaired(lines: &[&str]) -> Transcript {
        let mut transcript = visit(lines);
        repair(&mut transcript, None);
        transcript
    }

    /// (heard, suggested, applied) of all repairs.
    fn repairs(transcript: &Transcript) -> Vec<(&str, &str, bool)> {
        let all = transcript.utterances.iter().flat_map(|said| &said.repairs);
        all.map(|one| (one.heard.as_str(), one.suggested.as_str(), one.applied)).collect()
    }

    #[test]
    fn misheard_names_are_put_right() {
        for (text, heard, name) in [
            ("I want you on hydrochlorothiaisate, 25 milligrams.", "hydrochlorothiaisate", "hydrochlorothiazide"),
            ("We will start loss artin 50 milligrams once a day.", "loss artin", "losartan"),
            ("Are you still taking the alipurinol?", "alipurinol", "allopurinol"),
            ("She takes metform in, five hundred milligrams twice a day.", "metform in", "metformin"),
            ("still taking the lysinipril", "lysinipril", "lisinopril"),
            ("six weeks on the Certraline", "Certraline", "sertraline"),
        ] {
            let transcript = repaired(&[text]);
            assert_eq!(repairs(&transcript), [(heard, name, true)], "{text}");
            assert_eq!(transcript.utterances[0].text.as_str(), text.replacen(heard, name, 1));
        }
    }

    #[test]
    fn ordinary_words_become_a_name_only_with_a_reason() {
        let complaint = "My blood pressure was high again this week.";
        let transcript = repaired(&[complaint, "Let's start you on listen up, 10 milligrams a day."]);
        assert_eq!(repairs(&transcript), [("listen up", "lisinopril", false)]);
        for line in ["I ran out of the listen up 10 milligrams.", "Did you skip the listen up, 10 milligrams?"] {
            let transcript = repaired(&["Blood pressure's been up, one sixty over ninety eight.", line]);
            assert_eq!(repairs(&transcript), [("listen up", "lisinopril", false)], "{line}");
        }
        assert_eq!(repairs(&repaired(&[complaint, "Okay, listen up, we have ten minutes."])), []);
        assert_eq!(repairs(&repaired(&["Now listen up."])), []);
    }

    #[test]
    fn a_name_said_elsewhere_replaces_words_only_where_something_is_taken() {
        // Heard again, the recording fits the name no better.
        let hear = |_: &Utterance, candidates: &mut Vec<Candidate>| {
            candidates.iter_mut().for_each(|one| one.gain = Some(0.0));
            Ok::<(), Infallible>(())
        };
        let said = "You take lisinopril for your blood pressure?";
        for (line, applied) in [("Listen up Phil, I lost your chart.", false), ("I take listen up Phil, yes.", true)] {
            let mut transcript = visit(&[said, line]);
            let Ok(()) = repair_with(&mut transcript, None, hear);
            let found: Vec<_> = repairs(&transcript).iter().map(|one| (one.1.to_lowercase(), one.2)).collect();
            assert_eq!(found, [("lisinopril".to_owned(), applied)], "{line}");
        }
    }

    #[test]
    fn words_of_english_are_no_names_by_their_sound_alone() {
        for line in [
            "My youngest started kindergarten last week, and I take a taxi there.",
            "I started the garden in April.",
            "We tried bingo, and I take creatine at the gym.",
        ] {
            assert_eq!(repairs(&repaired(&[line])), [], "{line}");
        }
        let transcript = repaired(&["My blood pressure is high.", "I take car dozens, 4 milligrams, in the garden."]);
        assert!(repairs(&transcript).iter().all(|(_, _, applied)| !applied), "{:?}", repairs(&transcript));
    }

    #[test]
    fn a_word_that_people_use_is_never_replaced() {
        let lines = ["I have codeine at home.", "Do you use cotton buds, or take cotton with 15 milligrams?"];
        assert!(repairs(&repaired(&lines)).iter().all(|(_, _, applied)| !applied));
    }

    /// A dialogue of two people whose every word the recogniser is unsure of.
    fn heard_badly(lines: &[&str]) -> Transcript {
        let mut transcript = visit(lines);
        for (at, said) in transcript.utterances.iter_mut().enumerate() {
            said.speaker = format!("S{}", at % 2 + 1);
            let word = |text: &str| Word { text: text.into(), start_ms: 0, end_ms: 200, probability: 0.3 };
            said.words = said.text.split_whitespace().map(word).collect();
        }
        transcript
    }

    #[test]
    fn a_short_name_is_looked_for_where_something_is_taken() {
        for (lines, expected) in [
            (["What do you take for the pain?", "A leave, two at night."], vec![("A leave", "Aleve", false)]),
            (["What do you take now?", "On the 10 milligrams."], vec![]),
            (["And when do you want to go?", "A leave, two at night."], vec![]),
            (["Do you take anything for it?", "No. Then I had a leave of two weeks."], vec![]),
        ] {
            let mut transcript = heard_badly(&lines);
            repair(&mut transcript, None);
            assert_eq!(repairs(&transcript), expected, "{lines:?}");
        }
    }

    #[test]
    fn a_medicine_is_not_put_before_a_dose_that_it_does_not_have() {
        for (text, applied) in [
            ("You take deoxamethasone, 62.5 micrograms a day.", false),
            ("You take deoxamethasone, 4 milligrams a day.", true),
        ] {
            let transcript = repaired(&[text]);
            assert_eq!(repairs(&transcript), [("deoxamethasone", "dexamethasone", applied)], "{text}");
        }
    }

    #[test]
    fn what_is_spelt_right_is_left_alone() {
        for line in [
            "I'm not going to use penicillin, 500 milligrams or otherwise.",
            "She's on metoprolol for her blood pressure. We'll draw a basic metabolic panel today.",
            "I'll send you for a retinal scan and a comprehensive metabolic panel.",
        ] {
            assert_eq!(repairs(&repaired(&[line])), [], "{line}");
        }
    }

    #[test]
    fn words_merge_with_their_times() {
        let word = |(at, text): (u64, &str)| Word {
            text: text.into(),
            start_ms: 300 * at,
            end_ms: 300 * at + 200,
            probability: 0.6,
        };
        let text = "Start loss artin, 50 milligrams.";
        let words: Vec<Word> = (0..).zip(text.split(' ')).map(word).collect();
        let mut transcript = visit(&[text]);
        transcript.utterances[0].words = words;
        repair(&mut transcript, None);
        let said = &transcript.utterances[0];
        assert_eq!(said.text.as_str(), "Start losartan, 50 milligrams.");
        let joined: Vec<&str> = said.words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(joined.join(" "), said.text.as_str());
        assert_eq!((said.words[1].start_ms, said.words[1].end_ms), (300, 800));
        assert_eq!((said.repairs[0].start_ms, said.repairs[0].end_ms), (Some(300), Some(800)));
    }

    #[test]
    fn the_chart_decides_between_names() {
        let text = "And how is the vedolezamub going?";
        let medication = |name: &str| ChartMedication { name: name.into(), rxcui: None, sig: None };
        let chart = Chart { medications: vec![medication("Zymfelora 20 MG Oral Tablet")], ..Chart::default() };
        assert_eq!(repairs(&repaired(&[text]))[0].1, "vedolizumab");
        let mut transcript = visit(&["I still take the zim fellora every day."]);
        repair(&mut transcript, Some(&chart));
        assert_eq!(repairs(&transcript)[0].1, "Zymfelora");
    }

    #[test]
    fn repairing_twice_is_repairing_once() {
        let lines = ["My blood pressure is high.", "Start loss artin 50 milligrams, not listen up 10 milligrams."];
        let once = repaired(&lines);
        let mut twice = once.clone();
        repair(&mut twice, None);
        assert_eq!(once, twice);
    }
}
